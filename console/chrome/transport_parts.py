"""Small pieces of the transport: words for lanes and speeds, the field for a note."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from backend.contracts.replay import Lane

translate = QCoreApplication.translate


def lane_words(lane: Lane) -> str:
    """The lane's name in the language of the seat."""
    words: dict[Lane, str] = {
        "alert": translate("Transport", "Alerts"),
        "report": translate("Transport", "Reports"),
        "motion": translate("Transport", "Motion"),
        "operator": translate("Transport", "Officers"),
        "system": translate("Transport", "System"),
    }
    return words[lane]


def rate_words(rate: float, decimal: str) -> str:
    """A speed: "1×", "0,25×", "−4×" when it goes backwards."""
    sign = "\N{MINUS SIGN}" if rate < 0 else ""
    return f"{sign}{abs(rate):g}×".replace(".", decimal)


class NoteField(QLineEdit):
    """One line for words. While it has the keyboard every key is text.

    Signals:
        left: Esc: the words are dropped.
    """

    left = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
