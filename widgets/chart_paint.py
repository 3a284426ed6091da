"""What lies under and over the line of a strip: shades, grid, limits, the look of lost data, the crosshair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from resources import tokens
from widgets.chart_scale import Tick
from widgets.chart_types import LimitLine, Point, Shade, View

LIMIT_DASH: Final = (6.0, 4.0)
SOURCE_FROM_PX: Final = 84
POINTS_MARKED_MOST: Final = 400


@dataclass(slots=True)
class Scene:
    """All that one strip shows beside its lines, in time and value; the items turn it into pixels.

    Attributes:
        lost_from_ms: the newest sample of data that stopped coming; None while it comes.
        lone: measured points without a neighbour, which no line shows.
        excluded: points that do not count.
    """

    view: View = View(0, 1)
    low: float = 0.0
    high: float = 1.0
    time_ticks: Sequence[Tick] = ()
    value_ticks: Sequence[float] = ()
    shades: Sequence[Shade] = ()
    limits: Sequence[LimitLine] = ()
    lone: Sequence[tuple[int, float]] = ()
    excluded: Sequence[tuple[int, float]] = ()
    lost_from_ms: int | None = None
    lost_words: str = ""
    now_ms: int = 0
    notice: str = ""
    cross_ms: int | None = None
    cross_point: Point | None = None
    colour: str = tokens.SERIES[0]
    small: QFont = field(default_factory=QFont)

    def x_px(self, at_ms: float, width_px: float) -> float:
        return (at_ms - self.view.start_ms) / max(1, self.view.span_ms) * width_px

    def y_px(self, value: float, height_px: float) -> float:
        return height_px - (value - self.low) / max(1e-12, self.high - self.low) * height_px


class _Layer(QGraphicsItem):
    """Covers its view box, in the box's own pixels."""

    def __init__(self, scene: Scene, box: QGraphicsItem) -> None:
        super().__init__(box)
        self._scene = scene
        self._box = box

    def boundingRect(self) -> QRectF:
        return self._box.boundingRect()


class Underlay(_Layer):
    """Shades of calibration and fault, and the grid."""

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        area = self.boundingRect()
        width, height = area.width(), area.height()
        scene = self._scene
        for shade in scene.shades:
            self._paint_shade(painter, shade, area)
        painter.setPen(QPen(QColor(tokens.GRID), 0))
        for tick in scene.time_ticks:
            x = round(scene.x_px(tick.at, width)) + 0.5
            painter.setPen(QPen(QColor(tokens.LINE if tick.major else tokens.GRID), 0))
            painter.drawLine(QLineF(x, 0, x, height))
        painter.setPen(QPen(QColor(tokens.GRID), 0))
        for value in scene.value_ticks:
            y = round(scene.y_px(value, height)) + 0.5
            painter.drawLine(QLineF(0, y, width, y))

    def _paint_shade(self, painter: QPainter, shade: Shade, area: QRectF) -> None:
        left = max(0.0, self._scene.x_px(shade.start_ms, area.width()))
        right = min(area.width(), max(left + 1.0, self._scene.x_px(shade.end_ms, area.width())))
        if right <= 0.0 or left >= area.width():
            return
        colour = QColor(tokens.FAULT_SHADE if shade.fault else tokens.CALIBRATION_SHADE)
        part = QRectF(left, 0, right - left, area.height())
        painter.fillRect(part, colour)
        if shade.fault:
            painter.fillRect(part, QBrush(QColor(tokens.LINE_STRONG), Qt.BrushStyle.BDiagPattern))


class Overlay(_Layer):
    """Limits with their names, words of the shades, marks of lone and excluded points, lost data, the crosshair."""

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        area = self.boundingRect()
        painter.setFont(self._scene.small)
        self._paint_points(painter, area)
        self._paint_limits(painter, area)
        self._paint_shade_words(painter, area)
        self._paint_lost(painter, area)
        self._paint_notice(painter, area)
        self._paint_crosshair(painter, area)

    def _paint_points(self, painter: QPainter, area: QRectF) -> None:
        scene = self._scene
        for points, colour in ((scene.lone, scene.colour), (scene.excluded, tokens.TEXT_3)):
            painter.setPen(QPen(QColor(colour), 0))
            for at_ms, value in points:
                x, y = scene.x_px(at_ms, area.width()), scene.y_px(value, area.height())
                painter.drawRect(QRectF(round(x) - 1.5, round(y) - 1.5, 3, 3))

    def _paint_limits(self, painter: QPainter, area: QRectF) -> None:
        metrics = QFontMetricsF(self._scene.small)
        taken: list[QRectF] = []
        middle = (self._scene.low + self._scene.high) / 2
        # The nearest to the line first: of several outside the picture, it is the one that is named.
        for limit in sorted(self._scene.limits, key=lambda each: abs(each.value - middle)):
            colour = QColor(tokens.severity(limit.priority) if limit.passed else tokens.LIMIT_LINE)
            y = self._scene.y_px(limit.value, area.height())
            inside = 0.0 <= y <= area.height()
            if inside:
                pen = QPen(colour, 0, Qt.PenStyle.CustomDashLine)
                pen.setDashPattern(LIMIT_DASH)
                painter.setPen(pen)
                painter.drawLine(QLineF(0, round(y) + 0.5, area.width(), round(y) + 0.5))
            arrow = "" if inside else ("↑ " if y < 0 else "↓ ")
            # A low strip has room for the name only: the source would lie over the line.
            source = f" · {limit.source}" if limit.source and area.height() >= SOURCE_FROM_PX else ""
            text = metrics.elidedText(
                f"{arrow}{limit.name}{source}",
                Qt.TextElideMode.ElideRight,
                area.width() * 0.62,
            )
            self._place_label(painter, text, colour, y, area, taken)

    def _place_label(
        self, painter: QPainter, text: str, colour: QColor, y: float, area: QRectF, taken: list[QRectF]
    ) -> None:
        """At the left end of its line, on a ground of its own; a label that would cover another is left out."""
        metrics = QFontMetricsF(self._scene.small)
        height = metrics.height()
        top = min(max(y - height - 1, 0.0), area.height() - height)
        if y - height - 1 < 0.0 <= y:
            top = min(y + 1, area.height() - height)
        label = QRectF(4, top, metrics.horizontalAdvance(text) + 8, height)
        if any(label.intersects(other) for other in taken):
            return
        taken.append(label)
        ground = QColor(tokens.PANEL)
        ground.setAlpha(210)
        painter.fillRect(label, ground)
        painter.setPen(colour)
        painter.drawText(label.adjusted(4, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_shade_words(self, painter: QPainter, area: QRectF) -> None:
        metrics = QFontMetricsF(self._scene.small)
        free_from = 0.0
        for shade in self._scene.shades:
            left = max(0.0, self._scene.x_px(shade.start_ms, area.width())) + 3
            width = metrics.horizontalAdvance(shade.label)
            left = min(left, area.width() - width - 3)
            if left < free_from or self._scene.x_px(shade.end_ms, area.width()) <= 0:
                continue
            free_from = left + width + 8
            box = QRectF(left - 2, area.height() - metrics.height() - 2, width + 4, metrics.height())
            ground = QColor(tokens.PANEL)
            ground.setAlpha(190)
            painter.fillRect(box, ground)
            painter.setPen(QColor(tokens.TEXT_2))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shade.label)

    def _paint_lost(self, painter: QPainter, area: QRectF) -> None:
        scene = self._scene
        if scene.lost_from_ms is None:
            return
        left = max(0.0, scene.x_px(scene.lost_from_ms, area.width()))
        # At least wide enough to be seen: a feed lost a minute ago is one pixel of a day.
        right = min(area.width(), scene.x_px(max(scene.now_ms, scene.view.end_ms), area.width()))
        left = min(left, right - 12)
        if right <= 0 or left >= area.width():
            return
        hatched = QRectF(left, 0, right - left, area.height())
        back = QColor(tokens.LIVENESS_BACK)
        back.setAlpha(170)
        painter.fillRect(hatched, back)
        ink = QColor(tokens.LIVENESS_INK)
        ink.setAlpha(110)
        painter.fillRect(hatched, QBrush(ink, Qt.BrushStyle.FDiagPattern))
        self._paint_plate(painter, scene.lost_words, right - 6, area)

    def _paint_plate(self, painter: QPainter, text: str, right: float, area: QRectF) -> None:
        font = QFont(self._scene.small)
        font.setWeight(QFont.Weight.DemiBold)
        metrics = QFontMetricsF(font)
        width, height = metrics.horizontalAdvance(text) + 12, metrics.height() + 4
        plate = QRectF(max(0.0, right - width), (area.height() - height) / 2, width, height)
        painter.setFont(font)
        painter.fillRect(plate, QColor(tokens.LIVENESS_BACK))
        painter.setPen(QColor(tokens.LIVENESS_INK))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
        painter.setFont(self._scene.small)

    def _paint_notice(self, painter: QPainter, area: QRectF) -> None:
        if self._scene.notice:
            painter.setPen(QColor(tokens.TEXT_2))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area.adjusted(8, 0, -8, 0), flags, self._scene.notice)

    def _paint_crosshair(self, painter: QPainter, area: QRectF) -> None:
        scene = self._scene
        if scene.cross_ms is None:
            return
        x = round(scene.x_px(scene.cross_ms, area.width())) + 0.5
        painter.setPen(QPen(QColor(tokens.TEXT_2), 0))
        painter.drawLine(QLineF(x, 0, x, area.height()))
        if scene.cross_point is not None:
            at = QPointF(
                scene.x_px(scene.cross_point.at_ms, area.width()), scene.y_px(scene.cross_point.value, area.height())
            )
            painter.setPen(QPen(QColor(tokens.PANEL), 0))
            painter.setBrush(QColor(tokens.TEXT_1))
            painter.drawEllipse(at, 3.5, 3.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)
