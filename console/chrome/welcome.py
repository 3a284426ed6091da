"""What stands on the screen until the room does: one line of what is being prepared, or why it failed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget


class Welcome(QWidget):
    """A small window in the middle of the primary monitor.

    Signals:
        closed: somebody closed it, who does not want to wait.
    """

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("room")
        self.setWindowTitle("Trực Ban")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = QLabel("Trực Ban")
        self._title.setObjectName("cardHeadline")
        self._line = QLabel()
        self._line.setObjectName("empty")
        self._line.setWordWrap(True)
        self._line.setTextFormat(Qt.TextFormat.PlainText)
        column = QVBoxLayout(self)
        column.addStretch(1)
        for label in (self._title, self._line):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addStretch(1)
        self.resize(720, 320)
        screen = QGuiApplication.primaryScreen()
        if screen is not None:
            self.move(screen.availableGeometry().center() - self.rect().center())

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    def tell(self, line: str) -> None:
        self._line.setText(line)
