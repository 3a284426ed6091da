"""The keys, on one page over the window (`?`)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget
from shiboken6 import isValid

from console.chrome.actions import Deed, key_text


class Help(QFrame):
    """Any key or click closes it."""

    def __init__(self, window: QWidget, deeds: Sequence[Deed]) -> None:
        super().__init__(window)
        self.setObjectName("help")
        self.hide()
        self._before: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        grid = QGridLayout(self)
        grid.setContentsMargins(24, 20, 24, 20)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        title = QLabel(self.tr("Keys"))
        title.setObjectName("cardHeadline")
        grid.addWidget(title, 0, 0, 1, 4)
        listed = [deed for deed in deeds if deed.key]
        half = (len(listed) + 1) // 2
        for index, deed in enumerate(listed):
            column, row = (0, index) if index < half else (2, index - half)
            key = QLabel(key_text(deed.key))
            key.setObjectName("factStrong")
            grid.addWidget(key, row + 1, column)
            grid.addWidget(QLabel(deed.text.removesuffix("…")), row + 1, column + 1)

    def open(self) -> None:
        window = self.parentWidget()
        assert window is not None
        self.adjustSize()
        self.move((window.width() - self.width()) // 2, max(40, (window.height() - self.height()) // 2))
        self._before = window.focusWidget()
        self.show()
        self.raise_()
        self.setFocus()

    def event(self, event: QEvent) -> bool:
        """The key that closes this page does nothing else: a blank to get rid of it acknowledges no alert."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._close()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.hide()

    def _close(self) -> None:
        self.hide()
        if self._before is not None and isValid(self._before):
            self._before.setFocus()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._close()
