"""A form of named fields, filled without a mouse; what is wrong with a field stands under it. Knows no domain."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Final, Literal

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QStandardItem, QStandardItemModel, QTextCursor
from PySide6.QtWidgets import (
    QCompleter,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from resources import tokens
from widgets.choice_finder import Choice
from widgets.flow_layout import FlowLayout

OFFERED_MOST: Final = 8
PARAGRAPH_PX: Final = 72
FRAME_PX: Final = 2
"""Around one of few, for the line that says that it has the keyboard."""
_KEY_ROLE: Final = Qt.ItemDataRole.UserRole


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Attributes:
        kind: a line, some lines, one of few (`choices`, by their number), one of many (`find`, by typing).
        hint: stands in it while it is empty.
        find: the choices for what was typed, the best first.
    """

    key: str
    label: str
    kind: Literal["line", "paragraph", "few", "many"] = "line"
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    find: Callable[[str], Sequence[Choice]] | None = dataclasses.field(default=None, compare=False)


class _Line(QLineEdit):
    def __init__(self, field: Field) -> None:
        super().__init__(maxLength=300)
        self.setPlaceholderText(field.hint)
        self.said = self.textEdited

    @property
    def value(self) -> str:
        return self.text().strip()

    def put(self, value: str, text: str) -> None:
        self.setText(text or value)


class _Paragraph(QPlainTextEdit):
    """Shift+Enter makes a new line; Enter goes on."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.setPlaceholderText(field.hint)
        self.setTabChangesFocus(True)
        self.setFixedHeight(PARAGRAPH_PX)
        self.said = self.textChanged

    @property
    def value(self) -> str:
        return self.toPlainText().strip()

    def put(self, value: str, text: str) -> None:
        self.setPlainText(text or value)
        self.moveCursor(QTextCursor.MoveOperation.End)


class _Few(QWidget):
    """One of few: its number takes it, Left and Right walk."""

    said = Signal()

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.setObjectName("pickRow")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._value = ""
        self.buttons: dict[str, QPushButton] = {}
        inner, row = QWidget(), FlowLayout(tokens.GRID_PX)
        inner.setLayout(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(FRAME_PX, FRAME_PX, FRAME_PX, FRAME_PX)
        column.addWidget(inner)
        for number, choice in enumerate(field.choices, 1):
            button = QPushButton(f"{number}  {choice.text}" if number <= 9 else choice.text)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda checked=False, key=choice.key: self.take(key))
            row.addWidget(button)
            self.buttons[choice.key] = button

    @property
    def value(self) -> str:
        return self._value

    def put(self, value: str, text: str) -> None:
        self._value = value if value in self.buttons else ""
        for key, button in self.buttons.items():
            button.setChecked(key == self._value)

    def take(self, key: str) -> None:
        self.put(key, "")
        self.said.emit()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._wanted(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        wanted = self._wanted(event)
        if wanted:
            self.take(wanted)
        else:
            super().keyPressEvent(event)

    def _wanted(self, event: QKeyEvent) -> str:
        """Key of the choice that a pressed key means, "" = none."""
        keys = list(self.buttons)
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or not keys:
            return ""
        number = event.key() - Qt.Key.Key_1
        if 0 <= number < min(9, len(keys)):
            return keys[number]
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() not in steps:
            return ""
        stands = keys.index(self._value) if self._value else -1 if event.key() == Qt.Key.Key_Right else len(keys)
        return keys[max(0, min(len(keys) - 1, stands + steps[Qt.Key(event.key())]))]


class _Many(QLineEdit):
    """One of many: Enter takes the first that was found, Down lists all. Text that is none of them has no value.

    Signals:
        passed: Enter was pressed while the list was open.
    """

    said = Signal()
    passed = Signal()

    def __init__(self, field: Field) -> None:
        super().__init__(maxLength=100)
        self.setPlaceholderText(field.hint)
        self._find = field.find
        self._value = ""
        self._offers = QStandardItemModel(self)
        completer = QCompleter(self._offers, self)
        # What was found is found already, without diacritics; the completer only lists.
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setMaxVisibleItems(OFFERED_MOST)
        completer.activated.connect(self._activated)
        self.setCompleter(completer)
        self.textEdited.connect(self._typed)
        # The form sees Enter first; only when the list is open does it come here.
        self.returnPressed.connect(self._entered)

    @property
    def value(self) -> str:
        return self._value

    def put(self, value: str, text: str) -> None:
        self._value = value
        self.setText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self._typed(self.text())
        else:
            super().keyPressEvent(event)

    def offers(self) -> list[str]:
        return [self._offers.item(row).text() for row in range(self._offers.rowCount())]

    def take_first(self) -> None:
        """What was typed means the first that was found; called when the field is left."""
        if self._value or not self.text().strip():
            return
        item = self._offers.item(0)
        if item is not None:
            self._take(item)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.take_first()
        super().focusOutEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()

    def _typed(self, words: str) -> None:
        self._value = ""
        self._offers.clear()
        for choice in list(self._find(words) if self._find is not None else ())[:OFFERED_MOST]:
            item = QStandardItem(f"{choice.text} · {choice.hint}" if choice.hint else choice.text)
            item.setData(choice, _KEY_ROLE)
            self._offers.appendRow(item)
        self.completer().complete()
        self.said.emit()

    def _entered(self) -> None:
        self.take_first()
        self.passed.emit()

    def _activated(self, text: str) -> None:
        for row in range(self._offers.rowCount()):
            if self._offers.item(row).text() == text:
                self._take(self._offers.item(row))
                return

    def _take(self, item: QStandardItem) -> None:
        choice = item.data(_KEY_ROLE)
        assert isinstance(choice, Choice)
        self.put(choice.key, choice.text)
        self.said.emit()


_Editor = _Line | _Paragraph | _Few | _Many


def _editor(field: Field) -> _Editor:
    match field.kind:
        case "line":
            return _Line(field)
        case "paragraph":
            return _Paragraph(field)
        case "few":
            return _Few(field)
        case "many":
            return _Many(field)


class FieldForm(QWidget):
    """Enter goes to the next field, in the last one it sends; Ctrl+Enter sends from anywhere, Esc leaves.

    Signals:
        sent: it is to be sent as it stands.
        left: it is to be closed.
        edited: key of a field that somebody changed by hand.
    """

    sent = Signal()
    left = Signal()
    edited = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields: tuple[Field, ...] = ()
        self.editors: dict[str, _Editor] = {}
        self.errors: dict[str, QLabel] = {}
        self._filling = False
        self._body = QWidget()
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.addWidget(self._body)

    def show_fields(self, fields: Sequence[Field]) -> None:
        """These fields; what stands in those that stay is kept, and the keyboard. The same again change nothing."""
        if tuple(fields) == self._fields:
            return
        kept = {key: (editor.value, _text(editor)) for key, editor in self.editors.items()}
        focused = next((key for key, editor in self.editors.items() if editor.hasFocus()), "")
        self._filling = True
        body, grid = QWidget(), QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * tokens.GRID_PX)
        grid.setVerticalSpacing(tokens.GRID_PX)
        grid.setColumnStretch(1, 1)
        body.setLayout(grid)
        self._fields, self.editors, self.errors = tuple(fields), {}, {}
        for row, field in enumerate(fields):
            self._add(grid, 2 * row, field)
        self._whole.replaceWidget(self._body, body)
        self._body.hide()
        self._body.deleteLater()
        self._body = body
        for key, (value, text) in kept.items():
            if key in self.editors:
                self.editors[key].put(value, text)
        self._filling = False
        if focused in self.editors:
            self.editors[focused].setFocus()

    def _add(self, grid: QGridLayout, row: int, field: Field) -> None:
        editor = _editor(field)
        label, error = QLabel(field.label), QLabel(wordWrap=True)
        label.setObjectName("factLabel")
        label.setTextFormat(Qt.TextFormat.PlainText)
        error.setObjectName("fieldError")
        error.setTextFormat(Qt.TextFormat.PlainText)
        error.hide()
        editor.setAccessibleName(field.label)
        editor.installEventFilter(self)
        editor.said.connect(lambda *_, key=field.key: self._said(key))
        if isinstance(editor, _Many):
            editor.passed.connect(lambda key=field.key: self._pass_on(key))
        at = Qt.AlignmentFlag.AlignTop if field.kind == "paragraph" else Qt.AlignmentFlag.AlignVCenter
        grid.addWidget(label, row, 0, at)
        grid.addWidget(editor, row, 1)
        grid.addWidget(error, row + 1, 1)
        self.editors[field.key], self.errors[field.key] = editor, error

    # -- what stands in it ------------------------------------------------------------------------------------------

    def value(self, key: str) -> str:
        """What is entered; of a field that is not there "". One of few or many is told by its key."""
        editor = self.editors.get(key)
        return editor.value if editor is not None else ""

    def text(self, key: str) -> str:
        """What can be read in it."""
        editor = self.editors.get(key)
        return _text(editor) if editor is not None else ""

    def put(self, key: str, value: str, text: str = "") -> None:
        if key in self.editors:
            self._filling = True
            self.editors[key].put(value, text)
            self._filling = False
            self.tell_error(key, "")

    def clear(self) -> None:
        for key in self.editors:
            self.put(key, "")

    def tell_error(self, key: str, words: str) -> bool:
        """`words` under the field, "" = nothing is wrong. False: there is no such field."""
        if key not in self.errors:
            return False
        self.errors[key].setText(words)
        self.errors[key].setVisible(bool(words))
        return True

    def focus(self, key: str = "") -> None:
        """The keyboard into this field, or into the first one."""
        editor = self.editors.get(key) or next(iter(self.editors.values()), None)
        if editor is not None:
            editor.setFocus()

    def settle(self) -> None:
        """What was typed and not taken yet is taken: it is sent from the middle of a word, too."""
        for editor in self.editors.values():
            if isinstance(editor, _Many):
                editor.take_first()

    def _said(self, key: str) -> None:
        if not self._filling:
            self.tell_error(key, "")
            self.edited.emit(key)

    # -- keys -------------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            place = next((key for key, editor in self.editors.items() if editor is watched), "")
            if place and self._key(place, event):
                return True
        return super().eventFilter(watched, event)

    def _key(self, place: str, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return True
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return False
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            return False
        keys = list(self.editors)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier or place == keys[-1]:
            self.settle()
            self.sent.emit()
        else:
            editor = self.editors[place]
            if isinstance(editor, _Many):
                editor.take_first()
            self._pass_on(place)
        return True

    def _pass_on(self, place: str) -> None:
        """The keyboard goes to the next field; what was taken may have changed which that is."""
        keys = list(self.editors)
        self.focus(keys[min(keys.index(place) + 1, len(keys) - 1)])


def _text(editor: _Editor) -> str:
    if isinstance(editor, _Paragraph):
        return editor.toPlainText()
    return "" if isinstance(editor, _Few) else editor.text()
