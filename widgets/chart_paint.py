"""What lies under and over the line of a strip: shades, grid, limits, the look of lost data, the crosshair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from resources import tokens
from widgets.chart_scale import Tick
from widgets.chart_types import LimitLine, Point, Shade, View

LIMIT_DASH: Final = (6.0, 4.0)
SOURCE_FROM_PX: Final = 84
POINTS_MARKED_MOST: Final = 400
LABEL_PLACES: Final = 4
LABEL_ROWS_AWAY: Final = 3
"""Places along its line that a limit's name is tried at, from the left; and rows of text it may stand away from it."""

FloatArray = NDArray[np.float64]
Int64Array = NDArray[np.int64]
_NOTICE: Final = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)


@dataclass(slots=True)
class Scene:
    """All that one strip shows beside its lines, in time and value; the items turn it into pixels.

    Attributes:
        lost_from_ms: the newest sample of data that stopped coming; None while it comes.
        curve_ms, curve: the line's points, ascending; names of limits keep clear of them.
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
    curve_ms: Int64Array = field(default_factory=lambda: np.empty(0, np.int64))
    curve: FloatArray = field(default_factory=lambda: np.empty(0, np.float64))
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

    def covers_line(self, box: QRectF, width_px: float, height_px: float) -> bool:
        """The line passes through a box of the plot, in its pixels."""
        if not len(self.curve_ms):
            return False
        span_ms = max(1, self.view.span_ms)
        first_ms = self.view.start_ms + box.left() / width_px * span_ms
        last_ms = self.view.start_ms + box.right() / width_px * span_ms
        begin, end = np.searchsorted(self.curve_ms, (first_ms, last_ms))
        # One point beyond each side: a line of few points crosses the box without having one in it.
        values = self.curve[max(0, begin - 1) : end + 1]
        top, bottom = self.y_px(float(values.max()), height_px), self.y_px(float(values.min()), height_px)
        return bool(top <= box.bottom() and bottom >= box.top())


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
        for limit in self._scene.limits:
            y = self._scene.y_px(limit.value, area.height())
            if 0.0 <= y <= area.height():
                pen = QPen(_limit_colour(limit), 0, Qt.PenStyle.CustomDashLine)
                pen.setDashPattern(LIMIT_DASH)
                painter.setPen(pen)
                painter.drawLine(QLineF(0, round(y) + 0.5, area.width(), round(y) + 0.5))
        ground = QColor(tokens.PANEL)
        ground.setAlpha(210)
        for label, text, limit in self.limit_labels(area):
            painter.fillRect(label, ground)
            painter.setPen(_limit_colour(limit))
            painter.drawText(label.adjusted(4, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)

    def limit_labels(self, area: QRectF) -> list[tuple[QRectF, str, LimitLine]]:
        """Names of the limits and where they stand: clear of each other, of other words and, if it can be, of the line.

        One that finds no place clear of other words is left out.
        """
        metrics = QFontMetricsF(self._scene.small)
        middle = (self._scene.low + self._scene.high) / 2
        taken = self._taken(area)
        placed: list[tuple[QRectF, str, LimitLine]] = []
        # The nearest to the line first: of several outside the picture, it is the one that is named.
        for limit in sorted(self._scene.limits, key=lambda each: abs(each.value - middle)):
            y = self._scene.y_px(limit.value, area.height())
            # A low strip has room for the name only: the source would lie over the line.
            source = f" · {limit.source}" if limit.source and area.height() >= SOURCE_FROM_PX else ""
            most_px = area.width() * 0.62
            text = metrics.elidedText(f"{limit.name}{source}", Qt.TextElideMode.ElideRight, most_px)
            label = self._place(y, metrics.horizontalAdvance(f"↓ {text}") + 8, metrics.height(), area, taken)
            if label is not None:
                taken.append(label)
                placed.append((label, f"{_arrow(label, y)}{text}", limit))
        return placed

    def _place(self, y: float, width: float, height: float, area: QRectF, taken: list[QRectF]) -> QRectF | None:
        """Near its line and where the curve is not; where every place would hide some of it, the first."""
        places = _places(y, width, height, area)
        free = [place for place in places if not any(place.intersects(other) for other in taken)]
        clear = (place for place in free if not self._scene.covers_line(place, area.width(), area.height()))
        return next(clear, free[0] if free else None)

    def _taken(self, area: QRectF) -> list[QRectF]:
        """Where other words will stand: the sentence in place of a line, the plate of lost data."""
        taken = []
        if self._scene.notice:
            taken.append(self.notice_box(area))
        lost = self._lost_area(area)
        if lost is not None:
            taken.append(self._plate_box(lost.right() - 6, area))
        return taken

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
        hatched = self._lost_area(area)
        if hatched is None:
            return
        back = QColor(tokens.LIVENESS_BACK)
        back.setAlpha(170)
        painter.fillRect(hatched, back)
        ink = QColor(tokens.LIVENESS_INK)
        ink.setAlpha(110)
        painter.fillRect(hatched, QBrush(ink, Qt.BrushStyle.FDiagPattern))
        self._paint_plate(painter, hatched.right() - 6, area)

    def _lost_area(self, area: QRectF) -> QRectF | None:
        """From the newest sample on, None while data comes or where it is out of the picture."""
        scene = self._scene
        if scene.lost_from_ms is None:
            return None
        left = max(0.0, scene.x_px(scene.lost_from_ms, area.width()))
        # At least wide enough to be seen: a feed lost a minute ago is one pixel of a day.
        right = min(area.width(), scene.x_px(max(scene.now_ms, scene.view.end_ms), area.width()))
        left = min(left, right - 12)
        if right <= 0 or left >= area.width():
            return None
        return QRectF(left, 0, right - left, area.height())

    def _plate_font(self) -> QFont:
        font = QFont(self._scene.small)
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def _plate_box(self, right: float, area: QRectF) -> QRectF:
        metrics = QFontMetricsF(self._plate_font())
        width, height = metrics.horizontalAdvance(self._scene.lost_words) + 12, metrics.height() + 4
        return QRectF(max(0.0, right - width), (area.height() - height) / 2, width, height)

    def _paint_plate(self, painter: QPainter, right: float, area: QRectF) -> None:
        plate = self._plate_box(right, area)
        painter.setFont(self._plate_font())
        painter.fillRect(plate, QColor(tokens.LIVENESS_BACK))
        painter.setPen(QColor(tokens.LIVENESS_INK))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, self._scene.lost_words)
        painter.setFont(self._scene.small)

    def notice_box(self, area: QRectF) -> QRectF:
        room = area.adjusted(8, 0, -8, 0)
        return QFontMetricsF(self._scene.small).boundingRect(room, _NOTICE, self._scene.notice)

    def _paint_notice(self, painter: QPainter, area: QRectF) -> None:
        if self._scene.notice:
            # On a ground of its own: a limit's line must not strike it through.
            painter.fillRect(self.notice_box(area).adjusted(-6, 0, 6, 0), QColor(tokens.PANEL))
            painter.setPen(QColor(tokens.TEXT_2))
            painter.drawText(area.adjusted(8, 0, -8, 0), _NOTICE, self._scene.notice)

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


def _limit_colour(limit: LimitLine) -> QColor:
    return QColor(tokens.severity(limit.priority) if limit.passed else tokens.LIMIT_LINE)


def _arrow(label: QRectF, y: float) -> str:
    """Where the line is, of a name that does not stand at it."""
    if label.bottom() < y - label.height() / 2:
        return "↓ "
    return "↑ " if label.top() > y + label.height() / 2 else ""


def _places(y: float, width: float, height: float, area: QRectF) -> list[QRectF]:
    """Where the name of a line at `y` may stand: above it, below it, from the left to the right, ever further away."""
    most = area.height() - height
    tops = [y - height - 1, y + 1]
    for away in range(1, LABEL_ROWS_AWAY + 1):
        tops += [y - (1 + away) * height, y + away * height]
    tops = [top for top in tops if 0.0 <= top <= most] or [min(max(y - height - 1, 0.0), most)]
    step = max(0.0, area.width() - width - 8) / (LABEL_PLACES - 1)
    rows = [[QRectF(4 + number * step, top, width, height) for number in range(LABEL_PLACES)] for top in tops]
    near, far = rows[:2], rows[2:]
    return [place for pair in zip(*near, strict=True) for place in pair] + [place for row in far for place in row]
