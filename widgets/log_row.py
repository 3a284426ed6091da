"""Paints one line of a log: when, a glyph, who, what. Knows no domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from resources import tokens
from widgets.chart_strip import chart_font

ROW_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 20
"""The model's `LogRow` of a row."""

LINE_PX: Final = 24
PAD_PX: Final = 8
GLYPH_PX: Final = 20
WHO_PX: Final = 132
WHO_FROM_PX: Final = 520
"""In a narrower list who did it stands before what was done, in one text."""
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CENTRE: Final = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True, slots=True)
class LogRow:
    """`colour`: of the glyph, "" = grey. `strong`: the line stands out among the others; `quiet`: it steps back.

    `date`: "" = today's. `by_person`: who did it is told even where there is little room.
    """

    time: str
    date: str
    glyph: str
    colour: str
    who: str
    what: str
    strong: bool = False
    quiet: bool = False
    by_person: bool = False


class LogRowDelegate(QStyledItemDelegate):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._plain = chart_font(tokens.FONT_PX)
        self._strong = chart_font(tokens.FONT_PX, QFont.Weight.Medium)
        self._small = chart_font(tokens.SMALL_PX)
        metrics = QFontMetricsF(self._small)
        self._time_px = metrics.horizontalAdvance("00:00:00 ")
        self._date_px = metrics.horizontalAdvance("00/00") + PAD_PX

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, LINE_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, LogRow):
            return
        area = QRectF(option.rect)
        state = option.state
        ground = tokens.PANEL
        if state & QStyle.StateFlag.State_Selected:
            ground = tokens.SELECTED
        elif state & QStyle.StateFlag.State_MouseOver:
            ground = tokens.HOVER
        painter.save()
        painter.fillRect(area, QColor(ground))
        self._paint_row(painter, area.adjusted(PAD_PX, 0, -PAD_PX, 0), row)
        painter.restore()

    def _paint_row(self, painter: QPainter, area: QRectF, row: LogRow) -> None:
        painter.setFont(self._small)
        painter.setPen(QColor(tokens.TEXT_2))
        wide = area.width() >= WHO_FROM_PX
        painter.drawText(area, _LEFT, row.time)
        left = area.left() + self._time_px
        if row.date:
            painter.drawText(area.adjusted(self._time_px, 0, 0, 0), _LEFT, row.date)
        # In a wide list what follows stands in columns, whether a line is today's or not.
        left += self._date_px if wide or row.date else 0
        painter.setPen(QColor(row.colour or tokens.TEXT_2))
        painter.drawText(QRectF(left, area.top(), GLYPH_PX, area.height()), _CENTRE, row.glyph)
        left += GLYPH_PX + PAD_PX / 2
        text = f"{row.who}: {row.what}" if row.by_person else row.what
        if wide:
            self._paint_text(painter, QRectF(left, area.top(), WHO_PX - PAD_PX, area.height()), row.who, tokens.TEXT_2)
            left += WHO_PX
            text = row.what
        painter.setFont(self._strong if row.strong else self._plain)
        colour = tokens.TEXT_2 if row.quiet else tokens.TEXT_1
        self._paint_text(painter, QRectF(left, area.top(), area.right() - left, area.height()), text, colour)

    @staticmethod
    def _paint_text(painter: QPainter, area: QRectF, text: str, colour: str) -> None:
        metrics = QFontMetricsF(painter.font())
        line = " ".join(text.split())
        painter.setPen(QColor(colour))
        painter.drawText(area, _LEFT, metrics.elidedText(line, Qt.TextElideMode.ElideRight, area.width()))
