"""A frame that opens what it shows: by a double click, or by Enter while it has the focus."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QWidget

from resources import tokens

_STYLE: Final = (
    f"QFrame#opened {{ background: {tokens.RAISED}; border: 1px solid {tokens.RAISED}; }}"
    f"QFrame#opened:focus {{ border: 1px solid {tokens.FOCUS}; }}"
)


class OpenedFrame(QFrame):
    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("opened")
        self.setStyleSheet(_STYLE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.opened.emit()
