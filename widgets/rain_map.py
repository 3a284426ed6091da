"""A small drawn map: faint dots for the places of the country, a circle for each rain station. Knows no domain."""

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

PAD_PX: Final = 20
DOT_PX: Final = 1.5
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


class RainMap(QWidget):
    """`chosen` names the station whose circle was clicked."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(160, 120)
        self._spots: tuple[RainSpot, ...] = ()
        self._places: tuple[tuple[float, float], ...] = ()
        self._font = chart_font(tokens.SMALL_PX)

    @property
    def spots(self) -> tuple[RainSpot, ...]:
        return self._spots

    def set_places(self, places: Sequence[tuple[float, float]]) -> None:
        """(lat, lon) in degrees of what the eye finds its way by."""
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
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.LINE_STRONG))
        for lat_deg, lon_deg in self._places:
            painter.drawEllipse(self._at(lat_deg, lon_deg), DOT_PX, DOT_PX)
        painter.setFont(self._font)
        metrics = QFontMetricsF(self._font)
        # The wettest last: it lies on top.
        for spot in sorted(self._spots, key=lambda each: each.amount_mm or 0.0):
            self._paint(painter, metrics, spot)

    def _paint(self, painter: QPainter, metrics: QFontMetricsF, spot: RainSpot) -> None:
        centre, radius = self._at(spot.lat_deg, spot.lon_deg), radius_px(spot.amount_mm)
        style = Qt.PenStyle.DashLine if spot.stale else Qt.PenStyle.SolidLine
        painter.setPen(QPen(QColor(tokens.TEXT_3 if spot.stale else tokens.TEXT_2), 1, style))
        painter.setBrush(QColor(spot.tint) if spot.tint and not spot.stale else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, radius, radius)
        painter.setPen(QColor(tokens.TEXT_3 if spot.stale else tokens.TEXT_1))
        width_px = metrics.horizontalAdvance(spot.label) + 4
        left = centre.x() + radius + 4
        if left + width_px > self.width():
            left = centre.x() - radius - 4 - width_px
        box = QRectF(left, centre.y() - 8, width_px, 16)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, spot.label)

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
        places = self._places or tuple((spot.lat_deg, spot.lon_deg) for spot in self._spots)
        south, north = min(lat for lat, _ in places), max(lat for lat, _ in places)
        west, east = min(lon for _, lon in places), max(lon for _, lon in places)
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
