"""Tabs in one line; those that the width has no room for stand in a menu at its end."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QMenu, QPushButton, QSizePolicy, QWidget

SPARE_PX = 4


class TabRow(QWidget):
    """The chosen tab is always to be seen.

    Signals:
        chosen: key of the tab that was clicked.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._group = QButtonGroup(self)
        self._tabs: dict[str, QPushButton] = {}
        self._more = QPushButton("⋯", self)
        self._more.setObjectName("tab")
        self._more.clicked.connect(self._open_menu)
        self._more.hide()

    def add(self, key: str, text: str) -> None:
        tab = QPushButton(text, self)
        tab.setObjectName("tab")
        tab.setCheckable(True)
        tab.clicked.connect(partial(self._clicked, key))
        self._group.addButton(tab)
        self._tabs[key] = tab
        self._place()

    def mark(self, key: str) -> None:
        """This one is shown."""
        if key in self._tabs:
            self._tabs[key].setChecked(True)
            self._place()

    @property
    def hidden_keys(self) -> list[str]:
        """Of the tabs that stand in the menu."""
        return [key for key, tab in self._tabs.items() if tab.isHidden()]

    def sizeHint(self) -> QSize:
        return QSize(sum(tab.sizeHint().width() for tab in self._tabs.values()), self._more.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        widest = max((tab.sizeHint().width() for tab in self._tabs.values()), default=0)
        return QSize(widest + self._more.sizeHint().width() + SPARE_PX, self._more.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._place()

    def _place(self) -> None:
        wide = {key: tab.sizeHint().width() for key, tab in self._tabs.items()}
        room = self.width()
        if sum(wide.values()) > room:
            room -= self._more.sizeHint().width()
        kept = [key for key, tab in self._tabs.items() if tab.isChecked()]
        used = sum(wide[key] for key in kept)
        for key in self._tabs:
            if key in kept:
                continue
            if used + wide[key] > room:
                break
            kept.append(key)
            used += wide[key]
        left = 0
        for key, tab in self._tabs.items():
            tab.setVisible(key in kept)
            if key in kept:
                tab.setGeometry(left, 0, wide[key], self.height())
                left += wide[key]
        self._more.setVisible(len(kept) < len(self._tabs))
        self._more.setGeometry(left, 0, self._more.sizeHint().width(), self.height())

    def _clicked(self, key: str, _checked: bool = False) -> None:
        self.chosen.emit(key)

    def _open_menu(self) -> None:
        menu = QMenu(self)
        for key in self.hidden_keys:
            menu.addAction(self._tabs[key].text(), partial(self.chosen.emit, key))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))
