"""A line of text that gives way: it asks for no width, and what does not fit ends in an ellipsis."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QStyle, QStyleOption, QWidget

LEAST_PX = 24


class ElidedLabel(QLabel):
    """Plain text on one line. `text()` is always the whole of it, which is also the tool tip while it does not fit."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), LEAST_PX), hint.height())

    def shown_text(self) -> str:
        """What of the text is on the screen."""
        room_px = self.contentsRect().width() - max(0, self.indent())
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.shown_text()
        fits = shown == self.text()
        if fits and self.toolTip() == self.text():
            self.setToolTip("")
        elif not fits and self.toolTip() != self.text():
            self.setToolTip(self.text())
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        area = self.contentsRect().adjusted(max(0, self.indent()), 0, 0, 0)
        self.style().drawItemText(
            painter, area, int(self.alignment().value), option.palette, self.isEnabled(), shown, self.foregroundRole()
        )
