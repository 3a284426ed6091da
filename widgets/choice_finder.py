"""Find one of many by typing, without a mouse: a field and the best of what was found below it. Knows no domain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from resources import tokens

SHOWN_MOST: Final = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """`hint` stands behind the text: why it was found, or what else is known of it."""

    key: str
    text: str
    hint: str = ""


class ChoiceFinder(QWidget):
    """Up and Down move, Enter takes, Ctrl+Enter sets one beside (where several may be), Esc leaves.

    Args:
        find: the choices for what was typed, the best first.
        nothing: said when there are none.

    Signals:
        chosen: (key, keys that were set beside it).
        left: it was closed without a choice.
    """

    chosen = Signal(str, tuple)
    left = Signal()

    def __init__(self, find: Callable[[str], Sequence[Choice]], nothing: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._find = find
        self._nothing = nothing
        self._several = ""
        self._beside: dict[str, str] = {}
        self.field = QLineEdit(maxLength=100)
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(lambda item: self._take())
        self.beside = QLabel(wordWrap=True)
        self.beside.setObjectName("cardPhase")
        self.beside.setTextFormat(Qt.TextFormat.PlainText)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GRID_PX)
        column.addWidget(self.field)
        column.addWidget(self.list)
        column.addWidget(self.beside)
        self.setFocusProxy(self.field)
        self.hide()

    def ask(self, prompt: str, several: str = "") -> None:
        """Open with everything. `several`: what stands before the names of those set beside; "" = only one can be."""
        self._several, self._beside = several, {}
        self.field.setPlaceholderText(prompt)
        self.field.clear()
        self._search("")
        self._tell_beside()
        self.show()
        self.field.setFocus()

    def leave(self) -> None:
        if not self.isHidden():
            self.hide()
            self.left.emit()

    @property
    def shown(self) -> list[Choice]:
        items = (self.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.list.count()))
        return [one for one in items if isinstance(one, Choice)]

    def _search(self, words: str) -> None:
        self.list.clear()
        for choice in list(self._find(words))[:SHOWN_MOST]:
            item = QListWidgetItem(f"{choice.text} · {choice.hint}" if choice.hint else choice.text)
            item.setData(Qt.ItemDataRole.UserRole, choice)
            self.list.addItem(item)
        if not self.list.count():
            nothing = QListWidgetItem(self._nothing)
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
        for row in range(self.list.count()):
            self.list.item(row).setSizeHint(QSize(0, tokens.ROW_PX))
        self.list.setCurrentRow(0)
        self.list.setFixedHeight(self.list.count() * tokens.ROW_PX + 2 * self.list.frameWidth())

    def _current(self) -> Choice | None:
        item = self.list.currentItem()
        found = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        return found if isinstance(found, Choice) else None

    def _take(self) -> None:
        choice = self._current()
        if choice is not None:
            self.hide()
            self.chosen.emit(choice.key, tuple(key for key in self._beside if key != choice.key))

    def _set_beside(self) -> None:
        """One more, or one less; then the next is looked for."""
        choice = self._current()
        if not self._several or choice is None or not choice.key:
            return
        if self._beside.pop(choice.key, None) is None:
            self._beside[choice.key] = choice.text
        self._tell_beside()
        self.field.clear()

    def _tell_beside(self) -> None:
        self.beside.setText(f"{self._several} {', '.join(self._beside.values())}" if self._beside else "")
        self.beside.setVisible(bool(self._beside))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list while the field keeps the focus."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        key, row = event.key(), self.list.currentRow()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if key == Qt.Key.Key_Down else -1
            self.list.setCurrentRow(max(0, min(self.list.count() - 1, row + step)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._set_beside()
            else:
                self._take()
        elif key == Qt.Key.Key_Escape:
            self.leave()
        else:
            return super().eventFilter(watched, event)
        return True
