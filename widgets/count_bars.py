"""Counts over time as bars, with spans that stand out and a line at what is bearable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from resources import tokens
from widgets.chart_strip import chart_font

HEIGHT_PX: Final = 96
AXIS_PX: Final = 18
PAD_PX: Final = 8


@dataclass(frozen=True, slots=True)
class Bars:
    """`counts` side by side over the whole width; `loud`: (from, to) as shares 0..1 of it; `bearable`: a line there.

    `first`, `last`: words at the ends of the axis.
    """

    counts: tuple[int, ...]
    loud: tuple[tuple[float, float], ...]
    bearable: float
    first: str
    last: str


class CountBars(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars = Bars((), (), 0.0, "", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT_PX)

    def show_bars(self, bars: Bars) -> None:
        if bars != self.bars:
            self.bars = bars
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.PANEL))
        area = QRectF(self.rect()).adjusted(PAD_PX, PAD_PX, -PAD_PX, -AXIS_PX)
        bars = self.bars
        if not bars.counts or area.width() < 10:
            return
        for start, end in bars.loud:
            wide = max(2.0, (end - start) * area.width())
            painter.fillRect(
                QRectF(area.left() + start * area.width(), area.top(), wide, area.height()), _faint(tokens.P2)
            )
        top = max(1.0, bars.bearable * 1.2, float(max(bars.counts)))
        self._paint_counts(painter, area, bars.counts, top)
        if bars.bearable:
            y = area.bottom() - bars.bearable / top * area.height()
            painter.setPen(QPen(QColor(tokens.TEXT_3), 1, Qt.PenStyle.DashLine))
            painter.drawLine(round(area.left()), round(y), round(area.right()), round(y))
        painter.setPen(QColor(tokens.TEXT_2))
        painter.setFont(chart_font(tokens.SMALL_PX))
        below = QRectF(area.left(), area.bottom() + 2, area.width(), AXIS_PX - 2)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, bars.first)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, bars.last)

    def _paint_counts(self, painter: QPainter, area: QRectF, counts: Sequence[int], top: float) -> None:
        """One bar a pixel column at most: of several counts in a column the largest shows."""
        columns = min(len(counts), int(area.width() // 2))
        step = area.width() / columns
        gap = 1.0 if step >= 4 else 0.0
        for column in range(columns):
            first, last = column * len(counts) // columns, max(1, (column + 1) * len(counts) // columns)
            count = max(counts[first:last], default=0)
            if count:
                high = max(1.0, count / top * area.height())
                bar = QRectF(area.left() + column * step, area.bottom() - high, max(1.0, step - gap), high)
                painter.fillRect(bar, QColor(tokens.TEXT_2))


def _faint(colour: str) -> QColor:
    faint = QColor(colour)
    faint.setAlphaF(0.22)
    return faint
