"""Letters and digits that do something while the keyboard is in a part of the window that is no field to write in."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget


class LetterKeys(QObject):
    """Letters and digits pressed in the watched widgets come here before shortcuts of the same key and the widgets.

    Args:
        knows: whether a capital letter or a digit is one of its keys, asked before a shortcut of the window would act.
        pressed: told the letter, once however long the key is held down.
    """

    def __init__(self, parent: QObject, knows: Callable[[str], bool], pressed: Callable[[str], None]) -> None:
        super().__init__(parent)
        self._knows = knows
        self._pressed = pressed

    def watch(self, *widgets: QWidget) -> None:
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return super().eventFilter(watched, event)
        known = Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Z or Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_9
        letter = chr(event.key()) if known else ""
        if not letter or not self._knows(letter):
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress:
            if not event.isAutoRepeat():
                self._pressed(letter)
            return True
        return super().eventFilter(watched, event)


def with_letter(words: str, letter: str) -> str:
    """What a button says that has a key: the words, and the key behind them."""
    return f"{words}  {letter}" if letter else words
