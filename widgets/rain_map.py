"""A drawn map: faint names for the places of the country, a circle for each rain station. Knows no domain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from resources import tokens
from widgets.chart_strip import chart_font

PAD_PX: Final = 56
"""Around the outermost stations: room for their circles, words and neighbours."""

SPAN_LEAST_DEG: Final = 0.2
DOT_PX: Final = 1.5
LINE_PX: Final = 16.0
LEAST_PX: Final = 5.0
MOST_PX: Final = 26.0
PER_ROOT_MM: Final = 2.0
"""Area goes with the amount: radius with its root, and 100 mm are 25 px."""


@dataclass(frozen=True, slots=True)
class RainSpot:
    """`tint` "" = an empty ring. `stale`: nothing new comes from there."""

    key: str
    lat_deg: float
    lon_deg: float
    amount_mm: float | None
    label: str
    name: str
    tint: str
    stale: bool


@dataclass(frozen=True, slots=True)
class Place:
    """What the eye finds its way by."""

    lat_deg: float
    lon_deg: float
    name: str


class RainMap(QWidget):
    """`chosen` names the station whose circle was clicked."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(160, 120)
        self._spots: tuple[RainSpot, ...] = ()
        self._places: tuple[Place, ...] = ()
        self._font = chart_font(tokens.SMALL_PX)

    @property
    def spots(self) -> tuple[RainSpot, ...]:
        return self._spots

    def set_places(self, places: Sequence[Place]) -> None:
        self._places = tuple(places)
        self.update()

    def set_spots(self, spots: Sequence[RainSpot]) -> None:
        if tuple(spots) != self._spots:
            self._spots = tuple(spots)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(tokens.PANEL))
        painter.setFont(self._font)
        metrics = QFontMetricsF(self._font)
        written: list[QRectF] = []
        # The wettest first for the words, last for the circles: it is read and lies on top.
        spots = sorted(self._spots, key=lambda each: each.amount_mm or 0.0)
        for spot in spots:
            centre, radius = self._at(spot.lat_deg, spot.lon_deg), radius_px(spot.amount_mm)
            written.append(QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius))
            self._circle(painter, spot, centre, radius)
        for spot in reversed(spots):
            self._words(painter, metrics, spot, written)
        self._paint_places(painter, metrics, written)

    def _paint_places(self, painter: QPainter, metrics: QFontMetricsF, written: list[QRectF]) -> None:
        """Faint names where nothing else is written."""
        for place in self._places:
            at = self._at(place.lat_deg, place.lon_deg)
            width_px = metrics.horizontalAdvance(place.name)
            box = QRectF(at.x() - width_px / 2, at.y() + 2, width_px, LINE_PX)
            if not QRectF(self.rect()).contains(box) or any(box.intersects(other) for other in written):
                continue
            written.append(box)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.LINE_STRONG))
            painter.drawEllipse(at, DOT_PX, DOT_PX)
            painter.setPen(QColor(tokens.TEXT_3))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, place.name)

    @staticmethod
    def _circle(painter: QPainter, spot: RainSpot, centre: QPointF, radius: float) -> None:
        style = Qt.PenStyle.DashLine if spot.stale else Qt.PenStyle.SolidLine
        painter.setPen(QPen(QColor(tokens.TEXT_3 if spot.stale else tokens.TEXT_2), 1, style))
        painter.setBrush(QColor(spot.tint) if spot.tint and not spot.stale else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, radius, radius)

    def _words(self, painter: QPainter, metrics: QFontMetricsF, spot: RainSpot, written: list[QRectF]) -> None:
        """Amount and name beside the circle: where there is room, else on its right."""
        centre, radius = self._at(spot.lat_deg, spot.lon_deg), radius_px(spot.amount_mm)
        text = f"{spot.label} mm  {spot.name}"
        width_px, half = metrics.horizontalAdvance(text) + 4, LINE_PX / 2
        spots = (
            (centre.x() + radius + 4, centre.y() - half),
            (centre.x() - radius - 4 - width_px, centre.y() - half),
            (centre.x() - width_px / 2, centre.y() + radius + 2),
            (centre.x() - width_px / 2, centre.y() - radius - 2 - LINE_PX),
        )
        boxes = [QRectF(left, top, width_px, LINE_PX) for left, top in spots]
        free = [one for one in boxes if QRectF(self.rect()).contains(one) and not any(map(one.intersects, written))]
        box = free[0] if free else boxes[0]
        written.append(box)
        painter.setPen(QColor(tokens.TEXT_3 if spot.stale else tokens.TEXT_1))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self._under(event.position())
        if spot is not None:
            self.chosen.emit(spot.key)
        super().mousePressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            spot = self._under(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), "" if spot is None else f"{spot.name}: {spot.label} mm", self)
            return True
        return super().event(event)

    def _under(self, at: QPointF) -> RainSpot | None:
        near = [
            (distance, index)
            for index, spot in enumerate(self._spots)
            if (distance := _apart(self._at(spot.lat_deg, spot.lon_deg), at)) <= radius_px(spot.amount_mm) + 6
        ]
        return self._spots[min(near)[1]] if near else None

    def _at(self, lat_deg: float, lon_deg: float) -> QPointF:
        lats, lons = [spot.lat_deg for spot in self._spots], [spot.lon_deg for spot in self._spots]
        if not lats:
            lats, lons = [place.lat_deg for place in self._places], [place.lon_deg for place in self._places]
        south, north, west, east = min(lats), max(lats), min(lons), max(lons)
        missing = max(0.0, SPAN_LEAST_DEG - (north - south)) / 2
        south, north = south - missing, north + missing
        shrink = math.cos(math.radians((south + north) / 2))
        width = max((east - west) * shrink, 1e-6)
        height = max(north - south, 1e-6)
        scale = min((self.width() - 2 * PAD_PX) / width, (self.height() - 2 * PAD_PX) / height)
        left = (self.width() - width * scale) / 2
        top = (self.height() - height * scale) / 2
        return QPointF(left + (lon_deg - west) * shrink * scale, top + (north - lat_deg) * scale)


def radius_px(amount_mm: float | None) -> float:
    return min(MOST_PX, max(LEAST_PX, PER_ROOT_MM * math.sqrt(max(0.0, amount_mm or 0.0)) + LEAST_PX))


def _apart(one: QPointF, other: QPointF) -> float:
    return math.hypot(one.x() - other.x(), one.y() - other.y())
