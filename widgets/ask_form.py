"""A small form in place: one choice and one or two lines, answered without leaving the keyboard. Knows no domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from resources import tokens


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for.

    Attributes:
        title: one sentence above the fields; all there is when there are no choices.
        choices: (words, value); `chosen` is the one that stands there first.
        lines: what the fields are for; as many fields, at most two. A field marked in `needed` must not stay empty.
        send: the button's word.
    """

    title: str
    choices: tuple[tuple[str, object], ...] = ()
    chosen: int = 0
    lines: tuple[str, ...] = ()
    needed: tuple[bool, ...] = ()
    send: str = ""


class AskForm(QWidget):
    """Up and Down change the choice from any field, Enter sends, Esc leaves.

    Signals:
        sent: (value of the choice, text of each line).
        left: it was closed, sent or not.
    """

    sent = Signal(object, tuple)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._question = Question("")
        self._title = QLabel(wordWrap=True)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setObjectName("factLabel")
        self._choice = QComboBox()
        self._lines = [QLineEdit(maxLength=500), QLineEdit(maxLength=500)]
        self._send = QPushButton()
        self._send.setProperty("primary", True)
        self._send.clicked.connect(self._answer)
        row = QHBoxLayout()
        row.setSpacing(tokens.GRID_PX)
        row.addWidget(self._choice)
        for line in self._lines:
            line.returnPressed.connect(self._answer)
            line.installEventFilter(self)
            row.addWidget(line, 1)
        row.addWidget(self._send)
        self._choice.installEventFilter(self)
        self._send.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GRID_PX)
        column.addWidget(self._title)
        column.addLayout(row)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()

    def ask(self, question: Question) -> None:
        """Show it, the keyboard in its first line."""
        self._question = question
        self._title.setText(question.title)
        self._choice.clear()
        for words, value in question.choices:
            self._choice.addItem(words, value)
        self._choice.setCurrentIndex(question.chosen)
        self._choice.setVisible(bool(question.choices))
        for number, line in enumerate(self._lines):
            line.clear()
            line.setVisible(number < len(question.lines))
            line.setPlaceholderText(question.lines[number] if number < len(question.lines) else "")
        self._send.setText(question.send)
        self._send.setVisible(bool(question.choices))
        self.show()
        first = self._lines[0] if question.lines else self._choice if question.choices else self
        first.setFocus()

    def leave(self) -> None:
        if self.isVisible():
            self.hide()
            self.left.emit()

    @property
    def texts(self) -> Sequence[str]:
        """What stands in the lines that are shown."""
        return tuple(line.text().strip() for line in self._lines[: len(self._question.lines)])

    def _answer(self) -> None:
        if not self._question.choices:
            return
        for line, text, needed in zip(self._lines, self.texts, self._question.needed, strict=False):
            if needed and not text:
                line.setFocus()
                return
        value, texts = self._choice.currentData(), self.texts
        self.leave()
        self.sent.emit(value, texts)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The form's keys."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(watched, event.key())
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._key(self, event.key()):
            super().keyPressEvent(event)

    def _key(self, watched: QObject, key: int) -> bool:
        if key == Qt.Key.Key_Escape:
            self.leave()
            return True
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if watched in self._lines and key in steps:
            index = self._choice.currentIndex() + steps[Qt.Key(key)]
            if 0 <= index < self._choice.count():
                self._choice.setCurrentIndex(index)
            return True
        if watched is self._choice and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._answer()
            return True
        return False
