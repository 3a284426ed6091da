"""The severity mark: shape, digit and colour together, filled, outlined, dashed or grey by phase."""

from __future__ import annotations

import math
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from resources import tokens

MarkStyle = Literal["filled", "outline", "dashed", "grey", "clock"]
"""Unacknowledged, acknowledged, returned but unacknowledged, taken out of the count, the same for a time."""

DIGITS = {1: "1", 2: "2", 3: "3", 4: "4"}


def mark_shape(rect: QRectF, priority: int) -> QPolygonF:
    """Outline of the shape that stands for `priority` (◆ ▲ ■ ● ⬢), inside `rect`."""
    centre, radius = rect.center(), min(rect.width(), rect.height()) / 2

    def around(corners: int, turn_deg: float, reach: float = 1.0) -> QPolygonF:
        angles = (math.radians(turn_deg + 360 * corner / corners) for corner in range(corners))
        return QPolygonF([centre + QPointF(math.cos(angle), math.sin(angle)) * (radius * reach) for angle in angles])

    if priority == 1:
        return around(4, -90)
    if priority == 2:
        triangle = around(3, -90, 1.1)
        triangle.translate(0, radius * 0.2)
        return triangle
    if priority == 3:
        return around(4, -45, 1.15)
    if priority == 4:
        return around(32, 0, 0.95)
    return around(6, -90)


def paint_mark(painter: QPainter, rect: QRectF, priority: int, style: MarkStyle, brightness: float = 1.0) -> None:
    """Paint the mark into `rect`.

    Args:
        painter: of any device; its state is kept.
        rect: place of the mark; the shape is as large as its shorter side.
        priority: 1..5.
        style: by phase.
        brightness: 0.6..1, the pulse of what waits for a hand; it never vanishes.
    """
    colour = QColor(tokens.SHELVED if style in ("grey", "clock") else tokens.severity(priority))
    if brightness < 1.0:
        colour = QColor(tokens.mixed(colour.name(), tokens.PANEL, brightness))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    inner = rect.adjusted(1, 1, -1, -1)
    filled = style == "filled"
    pen = QPen(colour, 1.6)
    if style == "dashed":
        pen.setDashPattern([2.0, 1.6])
    painter.setPen(Qt.PenStyle.NoPen if filled else pen)
    painter.setBrush(colour if filled else Qt.BrushStyle.NoBrush)
    painter.drawPolygon(mark_shape(inner, priority))
    if digit := DIGITS.get(priority):
        font = QFont(painter.font())
        font.setPixelSize(max(8, int(min(rect.width(), rect.height()) * 0.56)))
        font.setWeight(QFont.Weight.Bold)
        painter.setFont(font)
        painter.setPen(QColor(tokens.DARK_GLYPH) if filled else colour)
        lower = rect.height() * 0.1 if priority == 2 else 0.0
        painter.drawText(rect.translated(0, lower), Qt.AlignmentFlag.AlignCenter, digit)
    if style == "clock":
        _paint_clock(painter, rect, colour)
    painter.restore()


def _paint_clock(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    """A clock in the lower right corner: it comes back by itself."""
    radius = min(rect.width(), rect.height()) * 0.24
    centre = rect.bottomRight() - QPointF(radius + 0.5, radius + 0.5)
    painter.setPen(QPen(colour, 1.2))
    painter.setBrush(QColor(tokens.PANEL))
    painter.drawEllipse(centre, radius, radius)
    painter.drawLine(centre, centre - QPointF(0, radius * 0.65))
    painter.drawLine(centre, centre + QPointF(radius * 0.55, 0))


class SeverityMark(QWidget):
    """The mark as a widget of its own, `size_px` square."""

    def __init__(self, size_px: int = 24, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size_px = size_px
        self._priority = 5
        self._style: MarkStyle = "grey"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_mark(self, priority: int, style: MarkStyle) -> None:
        if (priority, style) != (self._priority, self._style):
            self._priority, self._style = priority, style
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._size_px, self._size_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_mark(painter, QRectF(self.rect()), self._priority, self._style)
        painter.end()
