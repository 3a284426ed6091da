"""Rows of small multiples: a name with its state, then a cell a figure with sparkline, share of limit and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from resources import tokens
from widgets.chart_strip import NEAR_GLYPH, chart_font

ROW_PX: Final = 50
HEADING_PX: Final = 28
NAME_SHARE: Final = 0.22
NAME_LEAST_PX: Final = 240
NAME_MOST_PX: Final = 400
CELL_LEAST_PX: Final = 100
SPARK_FROM_PX: Final = 96
LABEL_PX: Final = 16
LABEL_GAP_PX: Final = 6
_Index = QModelIndex | QPersistentModelIndex
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Spark:
    """A line in the unit square: x 0..1 to the right, y 0..1 upwards.

    `limit`: height of the limit in it, None when it is outside. `joined[i]`: point i goes on to point i + 1.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    joined: NDArray[np.bool_]
    limit: float | None


@dataclass(frozen=True, slots=True)
class CellLook:
    """One figure. `priority`: it is past a limit; `near`: close to one; `lost`: old; `excluded`: does not count.

    `share`: of its limit, for the bar; None draws none.
    """

    label: str
    number: str
    unit: str = ""
    note: str = ""
    share: float | None = None
    priority: int | None = None
    near: bool = False
    lost: bool = False
    excluded: bool = False
    spark: Spark | None = None


@dataclass(frozen=True, slots=True)
class RowLook:
    """`silent`: the whole row is old and hatched. `priority`: the worst of its cells."""

    name: str
    state: str
    detail: str
    cells: tuple[CellLook, ...]
    priority: int | None = None
    near: bool = False
    silent: bool = False
    attention: bool = False


@dataclass(frozen=True, slots=True)
class HeadingLook:
    title: str
    summary: str
    priority: int | None = None


class RowsDelegate(QStyledItemDelegate):
    """Paints `RowLook` and `HeadingLook` found under `role`; all rows share one set of columns."""

    def __init__(self, role: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self.columns = 6
        self._name = chart_font(tokens.FONT_PX, QFont.Weight.Medium)
        self._small = chart_font(tokens.SMALL_PX)
        self._value = chart_font(17, QFont.Weight.DemiBold)
        self._heading = chart_font(tokens.FONT_PX, QFont.Weight.DemiBold)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        heading = isinstance(index.data(self._role), HeadingLook)
        return QSize(400, HEADING_PX if heading else ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        look = index.data(self._role)
        area = QRectF(option.rect)
        state = option.state
        painter.save()
        if isinstance(look, HeadingLook):
            self._paint_heading(painter, area, look)
        elif isinstance(look, RowLook):
            selected = bool(state & QStyle.StateFlag.State_Selected)
            hovered = bool(state & QStyle.StateFlag.State_MouseOver)
            ground = tokens.SELECTED if selected else tokens.HOVER if hovered else tokens.PANEL
            painter.fillRect(area, QColor(ground))
            if selected and state & QStyle.StateFlag.State_HasFocus:
                painter.fillRect(QRectF(area.left(), area.top(), 2, area.height()), QColor(tokens.FOCUS))
            self._paint_row(painter, area, look)
        painter.restore()

    def _paint_heading(self, painter: QPainter, area: QRectF, look: HeadingLook) -> None:
        painter.fillRect(area, QColor(tokens.WINDOW))
        painter.setFont(self._heading)
        painter.setPen(QColor(tokens.TEXT_1))
        metrics = QFontMetricsF(self._heading)
        painter.drawText(area.adjusted(12, 0, -12, 0), _LEFT, look.title)
        left = 12 + max(_name_px(area), metrics.horizontalAdvance(look.title) + 16)
        painter.setFont(self._small)
        if look.priority is not None:
            painter.setPen(QColor(tokens.severity(look.priority)))
            painter.drawText(area.adjusted(left - 16, 0, 0, 0), _LEFT, tokens.GLYPHS[look.priority])
        painter.setPen(QColor(tokens.TEXT_2))
        painter.drawText(area.adjusted(left, 0, -12, 0), _LEFT, look.summary)

    def _paint_row(self, painter: QPainter, area: QRectF, look: RowLook) -> None:
        painter.fillRect(QRectF(area.left(), area.bottom() - 1, area.width(), 1), QColor(tokens.LINE))
        name_px = _name_px(area)
        self._paint_name(painter, QRectF(area.left() + 12, area.top() + 5, name_px - 20, area.height() - 10), look)
        cells = QRectF(area.left() + name_px, area.top(), area.width() - name_px - 8, area.height() - 1)
        fitting = max(1, min(self.columns, int(cells.width() // CELL_LEAST_PX)))
        width = cells.width() / fitting
        shown = look.cells if len(look.cells) <= fitting else _most_urgent(look.cells, fitting)
        for number, cell in enumerate(shown):
            box = QRectF(cells.left() + number * width + 6, cells.top() + 5, width - 14, cells.height() - 10)
            self._paint_cell(painter, box, cell)

    def _paint_name(self, painter: QPainter, area: QRectF, look: RowLook) -> None:
        half = area.height() / 2
        glyph_px = 18.0
        glyph, colour = _glyph(look)
        painter.setFont(self._name)
        painter.setPen(QColor(colour))
        painter.drawText(QRectF(area.left(), area.top(), glyph_px, half), _LEFT, glyph)
        painter.setPen(QColor(tokens.TEXT_2 if look.silent else tokens.TEXT_1))
        name = QRectF(area.left() + glyph_px, area.top(), area.width() - glyph_px, half)
        elided = QFontMetricsF(self._name).elidedText(look.name, Qt.TextElideMode.ElideRight, name.width())
        painter.drawText(name, _LEFT, elided)
        painter.setFont(self._small)
        metrics = QFontMetricsF(self._small)
        below = QRectF(name.left(), area.top() + half, name.width(), half)
        state_px = metrics.horizontalAdvance(look.state)
        if look.silent:
            plate = QRectF(below.left() - 4, below.top() + 1, state_px + 8, half - 2)
            painter.fillRect(plate, QColor(tokens.LIVENESS_BACK))
        painter.setPen(QColor(tokens.LIVENESS_INK if look.silent or look.attention else tokens.TEXT_2))
        painter.drawText(below, _LEFT, look.state)
        painter.setPen(QColor(tokens.TEXT_3))
        painter.drawText(below.adjusted(state_px + 16, 0, 0, 0), _LEFT, look.detail)

    # -- a cell ------------------------------------------------------------------------------------------------

    def _paint_cell(self, painter: QPainter, area: QRectF, cell: CellLook) -> None:
        """The name with its unit, small, above; the figure below at the right, what is said of it at its left."""
        above = QRectF(area.left(), area.top(), area.width(), LABEL_PX)
        below = QRectF(area.left(), above.bottom(), area.width(), area.bottom() - above.bottom() - 4)
        note_px = self._paint_note(painter, above if cell.spark is not None else below, cell)
        label_room = above.adjusted(0, 0, -(note_px + LABEL_GAP_PX if cell.spark is not None else 0), 0)
        self._paint_label(painter, label_room, cell)
        value_px = self._paint_value(painter, below, cell)
        if cell.spark is not None and below.width() - value_px >= SPARK_FROM_PX / 2:
            room = QRectF(below.left(), below.top() + 2, below.width() - value_px - 10, below.height() - 4)
            self._paint_spark(painter, room, cell)
        if cell.share is not None:
            self._paint_bar(painter, QRectF(area.left(), area.bottom() - 2, area.width(), 3), cell)

    def _paint_label(self, painter: QPainter, area: QRectF, cell: CellLook) -> None:
        metrics = QFontMetricsF(self._small)
        text = f"{cell.label} {cell.unit}" if cell.unit else cell.label
        if metrics.horizontalAdvance(text) > area.width():
            text = metrics.elidedText(cell.label, Qt.TextElideMode.ElideRight, area.width())
        painter.setFont(self._small)
        painter.setPen(QColor(tokens.TEXT_3 if cell.lost or cell.excluded else tokens.TEXT_2))
        painter.drawText(area, _LEFT, text)

    def _paint_value(self, painter: QPainter, area: QRectF, cell: CellLook) -> float:
        """The figure; returns its width."""
        colour = tokens.TEXT_1 if cell.priority is None else tokens.severity(cell.priority)
        painter.setFont(self._value)
        painter.setPen(QColor(tokens.TEXT_3 if cell.lost or cell.excluded else colour))
        painter.drawText(area, _RIGHT, cell.number)
        return QFontMetricsF(self._value).horizontalAdvance(cell.number)

    def _paint_note(self, painter: QPainter, area: QRectF, cell: CellLook) -> float:
        """What is said of the figure: beside the name where a line takes its own place; returns its width."""
        text, colour = cell.note, tokens.TEXT_2
        if cell.priority is not None and not cell.lost:
            text, colour = f"{tokens.GLYPHS[cell.priority]} {text}", tokens.severity(cell.priority)
        elif cell.near and not cell.lost:
            text, colour = f"{NEAR_GLYPH} {text}", tokens.TEXT_1
        if not text:
            return 0.0
        metrics = QFontMetricsF(self._small)
        room_px = area.width() * 0.6
        if cell.spark is None:
            room_px = area.width() - QFontMetricsF(self._value).horizontalAdvance(cell.number) - LABEL_GAP_PX
        if metrics.horizontalAdvance(text) > room_px:
            # Half a word tells nothing: the glyph alone says that there is something, the tool tip says what.
            text = text.split(" ")[0] if cell.priority is not None or cell.near else ""
        painter.setFont(self._small)
        painter.setPen(QColor(tokens.TEXT_3 if cell.lost else colour))
        painter.drawText(area, _RIGHT if cell.spark is not None else _LEFT, text)
        return metrics.horizontalAdvance(text)

    def _paint_bar(self, painter: QPainter, area: QRectF, cell: CellLook) -> None:
        """Share of the limit; the limit itself is the mark at four fifths, so that what is past it can be seen."""
        share = 0.0 if cell.share is None else cell.share
        painter.fillRect(area, QColor(tokens.LINE))
        colour = tokens.severity(cell.priority) if cell.priority is not None else tokens.TEXT_3
        if cell.lost:
            colour = tokens.LINE_STRONG
        filled = QRectF(area)
        filled.setWidth(area.width() * min(1.0, 0.8 * share))
        painter.fillRect(filled, QColor(colour))
        mark = area.left() + 0.8 * area.width()
        painter.fillRect(QRectF(mark, area.top() - 2, 1, area.height() + 2), QColor(tokens.TEXT_2))

    def _paint_spark(self, painter: QPainter, area: QRectF, cell: CellLook) -> None:
        spark = cell.spark
        if spark is None:
            return
        if spark.limit is not None:
            y = round(area.bottom() - spark.limit * area.height()) + 0.5
            pen = QPen(QColor(tokens.TEXT_3), 0, Qt.PenStyle.CustomDashLine)
            pen.setDashPattern([4.0, 3.0])
            painter.setPen(pen)
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
        x = (area.left() + spark.x * area.width()).tolist()
        y_px = (area.bottom() - spark.y * area.height()).tolist()
        painter.setPen(QPen(QColor(tokens.TEXT_3 if cell.lost else tokens.SERIES[0]), 0))
        ends = np.flatnonzero(~spark.joined).tolist()
        first = 0
        for last in ends:
            points = [QPointF(x[each], y_px[each]) for each in range(first, last + 1)]
            if len(points) > 1:
                painter.drawPolyline(QPolygonF(points))
            else:
                painter.drawPoint(points[0])
            first = last + 1
        if cell.lost:
            left = area.left() + float(spark.x[-1]) * area.width() if len(spark.x) else area.left()
            hatch = QRectF(min(left, area.right() - 6), area.top(), 0, area.height())
            hatch.setRight(area.right())
            painter.fillRect(hatch, QBrush(QColor(tokens.TEXT_1), Qt.BrushStyle.FDiagPattern))


def _name_px(area: QRectF) -> float:
    return min(max(NAME_SHARE * area.width(), NAME_LEAST_PX), NAME_MOST_PX)


def _glyph(look: RowLook) -> tuple[str, str]:
    if look.silent:
        return "▨", tokens.TEXT_1
    if look.priority is not None:
        return tokens.GLYPHS[look.priority], tokens.severity(look.priority)
    if look.near:
        return NEAR_GLYPH, tokens.TEXT_1
    return ("◌", tokens.TEXT_1) if look.attention else ("", tokens.TEXT_3)


def _most_urgent(cells: tuple[CellLook, ...], count: int) -> tuple[CellLook, ...]:
    """The first cells, but never without one that is past its limit or near it."""
    ranked = sorted(range(len(cells)), key=lambda each: (cells[each].priority is None, not cells[each].near, each))
    return tuple(cells[each] for each in sorted(ranked[:count]))
