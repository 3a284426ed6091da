"""Paints a row of two lines: a title with its state at the right, a detail below, a bar of how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from resources import tokens
from widgets.chart_strip import chart_font

ROW_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 20
"""The model's `ProgressRow` of a row."""

ROW_PX: Final = 40
PAD_PX: Final = 8
BAR_PX: Final = 3
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """`share` 0..1, None = no bar. `colour`: of the state's words, "" = grey."""

    title: str
    detail: str
    state: str = ""
    share: float | None = None
    colour: str = ""


class ProgressRowDelegate(QStyledItemDelegate):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._title = chart_font(tokens.FONT_PX, QFont.Weight.Medium)
        self._small = chart_font(tokens.SMALL_PX)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, ProgressRow):
            return
        area = QRectF(option.rect)
        ground = tokens.PANEL
        if option.state & QStyle.StateFlag.State_Selected:
            ground = tokens.SELECTED
        elif option.state & QStyle.StateFlag.State_MouseOver:
            ground = tokens.HOVER
        painter.save()
        painter.fillRect(area, QColor(ground))
        painter.fillRect(QRectF(area.left(), area.bottom() - 1, area.width(), 1), QColor(tokens.LINE))
        self._paint_row(painter, area.adjusted(PAD_PX, 2, -PAD_PX, -4), row)
        painter.restore()

    def _paint_row(self, painter: QPainter, area: QRectF, row: ProgressRow) -> None:
        half = area.height() / 2
        above = QRectF(area.left(), area.top(), area.width(), half)
        painter.setFont(self._small)
        painter.setPen(QColor(row.colour or tokens.TEXT_2))
        painter.drawText(above, _RIGHT, row.state)
        state_px = QFontMetricsF(self._small).horizontalAdvance(row.state)
        painter.setFont(self._title)
        painter.setPen(QColor(tokens.TEXT_1))
        self._paint_text(painter, above.adjusted(0, 0, -state_px - PAD_PX, 0), row.title)
        painter.setFont(self._small)
        painter.setPen(QColor(tokens.TEXT_2))
        self._paint_text(painter, QRectF(area.left(), area.top() + half, area.width(), half), row.detail)
        if row.share is not None:
            bar = QRectF(area.left(), area.bottom() + 1, area.width(), BAR_PX)
            painter.fillRect(bar, QColor(tokens.LINE))
            bar.setWidth(bar.width() * row.share)
            painter.fillRect(bar, QColor(tokens.TEXT_2))

    @staticmethod
    def _paint_text(painter: QPainter, area: QRectF, text: str) -> None:
        metrics = QFontMetricsF(painter.font())
        line = " ".join(text.split())
        painter.drawText(area, _LEFT, metrics.elidedText(line, Qt.TextElideMode.ElideRight, area.width()))
