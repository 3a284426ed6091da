"""Rows of river gauges: name, level, words, and a curve with its marks and what is ahead. Knows no domain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from resources import tokens
from widgets.chart_strip import chart_font

ROW_PX: Final = 92
PAD_PX: Final = 12
NAME_SHARE: Final = 0.24
FIGURES_SHARE: Final = 0.34
LEVEL_PX: Final = 26
LINE_PX: Final = 20
NARROW_PX: Final = 760
"""A narrower row draws no curve: its words are what must be read."""

_Index = QModelIndex | QPersistentModelIndex
_At = Callable[[float, float], QPointF]
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Curve:
    """In the unit square, x to the right, y upwards.

    `now`: x of this instant, one element. `joined[i]`: point i goes on to point i + 1. `mark_y` beside `marks`: lines
    with their names. `ahead_*`: what is expected, with its range; empty when nothing is.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    joined: NDArray[np.bool_]
    now: NDArray[np.float64]
    mark_y: NDArray[np.float64]
    marks: tuple[str, ...]
    ahead_x: NDArray[np.float64]
    ahead_y: NDArray[np.float64]
    ahead_low: NDArray[np.float64]
    ahead_high: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GaugeLook:
    """One row as it is painted. `stale`: hatched, its figures are no longer of now. `fast`: it rises fast."""

    name: str
    state: str
    camera: str
    level: str
    unit: str
    words: str
    rate: str
    ahead: str
    priority: int | None = None
    fast: bool = False
    stale: bool = False
    curve: Curve | None = None


class GaugeDelegate(QStyledItemDelegate):
    """Paints the `GaugeLook` found under `role`."""

    def __init__(self, role: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self._name = chart_font(tokens.FONT_PX, QFont.Weight.DemiBold)
        self._text = chart_font(tokens.FONT_PX)
        self._strong = chart_font(tokens.FONT_PX, QFont.Weight.Medium)
        self._small = chart_font(tokens.SMALL_PX)
        self._level = chart_font(LEVEL_PX, QFont.Weight.DemiBold)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(480, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        look = index.data(self._role)
        if not isinstance(look, GaugeLook):
            return
        area = QRectF(option.rect)
        state = option.state
        painter.save()
        painter.setClipRect(area)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(tokens.SELECTED))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, QColor(tokens.HOVER))
        painter.setPen(QColor(tokens.LINE))
        painter.drawLine(QLineF(area.left(), area.bottom() - 0.5, area.right(), area.bottom() - 0.5))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_words(painter, area, look)
        if look.curve is not None and area.width() >= NARROW_PX:
            left = area.left() + (NAME_SHARE + FIGURES_SHARE) * area.width()
            box = QRectF(left + PAD_PX, area.top() + 8, area.right() - left - 2 * PAD_PX, ROW_PX - 16)
            self._paint_curve(painter, box, look.curve, look)
        painter.restore()

    def _paint_words(self, painter: QPainter, area: QRectF, look: GaugeLook) -> None:
        narrow = area.width() < NARROW_PX
        name_px = area.width() * (0.4 if narrow else NAME_SHARE)
        left, top = area.left() + PAD_PX, area.top() + 8
        room = name_px - PAD_PX - 8
        ink = tokens.TEXT_3 if look.stale else tokens.TEXT_1
        self._text_in(painter, QRectF(left, top, room, LINE_PX), look.name, self._name, ink)
        self._text_in(painter, QRectF(left, top + 24, room, LINE_PX), look.state, self._small, tokens.TEXT_2)
        self._text_in(painter, QRectF(left, top + 46, room, LINE_PX), look.camera, self._small, tokens.TEXT_3)
        left = area.left() + name_px
        room = area.width() * (0.6 if narrow else FIGURES_SHARE) - PAD_PX
        metrics = QFontMetricsF(self._level)
        level_px = metrics.horizontalAdvance(look.level) + 6
        self._text_in(painter, QRectF(left, top - 4, level_px, 32), look.level, self._level, ink)
        unit_px = QFontMetricsF(self._text).horizontalAdvance(look.unit) + 10
        unit_box = QRectF(left + level_px, top + 4, unit_px, LINE_PX)
        self._text_in(painter, unit_box, look.unit, self._text, tokens.TEXT_2)
        rate_left = left + level_px + unit_px + 4
        rate_ink = tokens.severity(2) if look.fast and not look.stale else tokens.TEXT_1
        rate_box = QRectF(rate_left, top + 4, max(0.0, left + room - rate_left), LINE_PX)
        self._text_in(painter, rate_box, look.rate, self._strong, rate_ink)
        words = look.words
        shade = ink
        if look.priority is not None:
            words = f"{tokens.GLYPHS[look.priority]} {words}"
            shade = tokens.severity(look.priority)
        self._text_in(painter, QRectF(left, top + 30, room, LINE_PX), words, self._strong, shade)
        self._text_in(painter, QRectF(left, top + 54, room, LINE_PX), look.ahead, self._small, tokens.TEXT_2)

    @staticmethod
    def _text_in(painter: QPainter, box: QRectF, text: str, font: QFont, ink: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(ink))
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, _LEFT, shown)

    def _paint_curve(self, painter: QPainter, box: QRectF, curve: Curve, look: GaugeLook) -> None:
        def at(x: float, y: float) -> QPointF:
            return QPointF(box.left() + x * box.width(), box.bottom() - y * box.height())

        painter.setFont(self._small)
        for height, name in zip(curve.mark_y, curve.marks, strict=True):
            painter.setPen(QPen(QColor(tokens.LINE_STRONG), 1, Qt.PenStyle.DashLine))
            painter.drawLine(at(0, height), at(1, height))
            painter.setPen(QColor(tokens.TEXT_3))
            painter.drawText(QRectF(box.left(), at(0, height).y() - 15, 160, 14), _LEFT, name)
        self._paint_ahead(painter, curve, at)
        now_x = float(curve.now[0])
        painter.setPen(QPen(QColor(tokens.LINE_STRONG), 1))
        painter.drawLine(at(now_x, 0), at(now_x, 1))
        painter.setPen(QPen(QColor(tokens.TEXT_3 if look.stale else tokens.SERIES[0]), 1.5))
        segment: list[QPointF] = []
        for index, (x, y) in enumerate(zip(curve.x, curve.y, strict=True)):
            segment.append(at(x, y))
            if not curve.joined[index] or index == len(curve.x) - 1:
                if len(segment) == 1:
                    painter.drawPoint(segment[0])
                painter.drawPolyline(QPolygonF(segment))
                segment = []
        if look.stale:
            painter.fillRect(box, QColor(0, 0, 0, 90))
            painter.fillRect(box, QBrush(QColor(tokens.LINE_STRONG), Qt.BrushStyle.BDiagPattern))

    def _paint_ahead(self, painter: QPainter, curve: Curve, at: _At) -> None:
        if not len(curve.ahead_x):
            return
        ribbon = QColor(tokens.FORECAST)
        ribbon.setAlphaF(0.22)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ribbon)
        upper = [at(x, y) for x, y in zip(curve.ahead_x, curve.ahead_high, strict=True)]
        lower = [at(x, y) for x, y in zip(curve.ahead_x, curve.ahead_low, strict=True)]
        painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.FORECAST), 1.5, Qt.PenStyle.DotLine))
        painter.drawPolyline(QPolygonF([at(x, y) for x, y in zip(curve.ahead_x, curve.ahead_y, strict=True)]))
