"""A line to write in, that can be asked for something else for once: words, with or without a choice beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from resources import tokens

Answered = Callable[[str, str], None]
"""Given the words and the data of the choice ("" without one)."""


class AskingLine(QWidget):
    """Enter gives the words to whoever asked; Esc goes back to what the line is for at rest."""

    def __init__(self, placeholder: str, answered: Answered, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rest = (placeholder, answered)
        self._answered = answered
        self._needs_words = True
        self.choice = QComboBox()
        self.choice.hide()
        self.choice.installEventFilter(self)
        self.line = QLineEdit(maxLength=2000)
        self.line.setPlaceholderText(placeholder)
        self.line.returnPressed.connect(self._give)
        self.line.installEventFilter(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.GRID_PX, tokens.GRID_PX, tokens.GRID_PX, tokens.GRID_PX)
        row.setSpacing(tokens.GRID_PX)
        row.addWidget(self.choice)
        row.addWidget(self.line, 1)
        self.setFocusProxy(self.line)

    @property
    def asking(self) -> bool:
        """Something else than at rest is asked for."""
        return self._answered is not self._rest[1]

    def ask(
        self,
        placeholder: str,
        answered: Answered,
        choices: Sequence[tuple[str, str]] = (),
        text: str = "",
        needs_words: bool = True,
    ) -> None:
        """Ask for words, once. `choices`: (shown, data); the keyboard begins in them."""
        self._answered, self._needs_words = answered, needs_words
        self.line.setPlaceholderText(placeholder)
        self.line.setText(text)
        self.choice.clear()
        for shown, data in choices:
            self.choice.addItem(shown, data)
        self.choice.setVisible(bool(choices))
        (self.choice if choices else self.line).setFocus()

    def rest(self) -> None:
        self._answered, self._needs_words = self._rest[1], True
        self.line.clear()
        self.line.setPlaceholderText(self._rest[0])
        self.choice.hide()

    def _give(self) -> None:
        words = self.line.text().strip()
        if self._needs_words and not words:
            return
        # isHidden, not isVisible: the panel may stand in a tab that is not on top.
        chosen = "" if self.choice.isHidden() else str(self.choice.currentData() or "")
        answered = self._answered
        self.rest()
        answered(words, chosen)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self.rest()
                return True
            if watched is self.choice and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.line.setFocus()
                return True
        return super().eventFilter(watched, event)
