"""Rows of small multiples: a name with its state, then a cell a figure with sparkline, share of limit and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from resources import tokens
from widgets.chart_strip import NEAR_GLYPH, chart_font

ROW_PX: Final = 32
HEADING_PX: Final = 20
NAME_SHARE_MOST: Final = 0.36
NAME_LEAST_PX: Final = 150
NAME_AROUND_PX: Final = 12 + 18 + 20
"""Beside a station's name: the margin, the glyph, and what parts it from the first cell."""
CELL_LEAST_PX: Final = 108
SPARK_LEAST_PX: Final = 40
LABEL_PX: Final = 16
VALUE_PX: Final = 15
GAP_PX: Final = 6
CELL_GAP_PX: Final = 12
SHORT_NOTE: Final = 10
"""A longer note gives way: its glyph stays."""
MORE_PX: Final = 30
"""At the right end of a row, for "+3": cells that found no room."""
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
    """`silent`: the whole row is old and hatched. `priority`: the worst of its cells.

    Rows of one `group` look alike: what a column of them shows is decided for all of them.
    """

    name: str
    state: str
    detail: str
    cells: tuple[CellLook, ...]
    priority: int | None = None
    near: bool = False
    silent: bool = False
    attention: bool = False
    group: str = ""


@dataclass(frozen=True, slots=True)
class HeadingLook:
    title: str
    summary: str
    priority: int | None = None


@dataclass(frozen=True, slots=True)
class _Column:
    """What the cells of one column of one group show.

    `note_above`: beside the name, else at the figure's left. `words`: there is room for what is said of the figure,
    else its glyph or letter stands alone: the line tells more than a share the bar tells too.
    """

    spark: bool
    note_above: bool
    words: bool


class RowsDelegate(QStyledItemDelegate):
    """Paints `RowLook` and `HeadingLook` found under `role`; all rows share one set of columns."""

    def __init__(self, role: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self._name = chart_font(tokens.FONT_PX, QFont.Weight.Medium)
        self._small = chart_font(tokens.SMALL_PX)
        self._value = chart_font(VALUE_PX, QFont.Weight.DemiBold)
        self._heading = chart_font(tokens.FONT_PX, QFont.Weight.DemiBold)
        self._small_px = _Widths(self._small)
        self._value_px = _Widths(self._value)
        self._name_px = _Widths(self._name)
        self._widest_name_px = 0.0
        self._columns = 1
        self._looks: Sequence[RowLook] = ()
        self._plans: dict[tuple[str, int], tuple[_Column, ...]] = {}

    def set_looks(self, looks: Sequence[RowLook], columns_most: int) -> None:
        """All rows as they are now: the columns are laid out for them."""
        self._looks = looks
        self._plans.clear()
        self._columns = min(columns_most, max((len(look.cells) for look in looks), default=1))
        self._widest_name_px = max((self._name_px.of(look.name) for look in looks), default=0.0)

    def fitting(self, width_px: float) -> int:
        """How many cells a row of this width shows."""
        room = width_px - self._name_room_px(width_px) - MORE_PX
        return max(1, min(self._columns, int(room // CELL_LEAST_PX)))

    def hidden(self, look: RowLook, width_px: float) -> int:
        """How many of the row's figures found no room; the row says so."""
        return max(0, len(look.cells) - self.fitting(width_px))

    def label_for(self, cell: CellLook, room_px: float) -> str:
        """Name and unit. A figure without its unit is none: of what is too long, the name is shortened."""
        text = _label(cell)
        if self._small_px.of(text) <= room_px:
            return text
        unit = f" {cell.unit}" if cell.unit else ""
        room_px -= self._small_px.of(unit)
        return QFontMetricsF(self._small).elidedText(cell.label, Qt.TextElideMode.ElideRight, room_px) + unit

    def cell_edges(self, column: int, width_px: float) -> tuple[float, float]:
        """Left and right of a column's cells in a row of this width."""
        left = self._name_room_px(width_px) + column * self._cell_px(width_px)
        return left, left + self._cell_px(width_px) - CELL_GAP_PX

    def _name_room_px(self, width_px: float) -> float:
        wanted = self._widest_name_px + NAME_AROUND_PX
        return min(max(wanted, NAME_LEAST_PX), max(NAME_LEAST_PX, NAME_SHARE_MOST * width_px))

    def _cell_px(self, width_px: float) -> float:
        """From one cell to the next."""
        return (width_px - self._name_room_px(width_px) - MORE_PX) / self.fitting(width_px)

    def _plan(self, group: str, width_px: float) -> tuple[_Column, ...]:
        key = (group, round(width_px))
        if key not in self._plans:
            fitting, room = self.fitting(width_px), self._cell_px(width_px) - CELL_GAP_PX
            rows = [_shown(look.cells, fitting) for look in self._looks if look.group == group]
            columns = [[row[each] for row in rows if each < len(row)] for each in range(fitting)]
            self._plans[key] = tuple(self._column(cells, room) for cells in columns)
        return self._plans[key]

    def _column(self, cells: Sequence[CellLook], room_px: float) -> _Column:
        label = max((self._small_px.of(_label(cell)) for cell in cells), default=0.0)
        note = max((self._small_px.of(_note(cell)) for cell in cells if len(_note(cell)) <= SHORT_NOTE), default=0.0)
        value = max((self._value_px.of(cell.number) for cell in cells), default=0.0)
        above = not note or label + GAP_PX + note <= room_px
        lines = any(cell.spark is not None for cell in cells) and room_px - value - GAP_PX >= SPARK_LEAST_PX
        if lines and not above and all(self._brief_px(cell) <= room_px for cell in cells):
            return _Column(spark=True, note_above=True, words=False)
        spark = lines and above
        return _Column(spark, above, words=above or note + GAP_PX + value <= room_px)

    def _brief_px(self, cell: CellLook) -> float:
        """Of the name and the glyph beside it."""
        brief = _brief(_note(cell))
        return self._small_px.of(_label(cell)) + (GAP_PX + self._small_px.of(brief) if brief else 0.0)

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
        left = 12 + max(self._name_room_px(area.width()) - 6, metrics.horizontalAdvance(look.title) + 28)
        painter.setFont(self._small)
        if look.priority is not None:
            painter.setPen(QColor(tokens.severity(look.priority)))
            painter.drawText(area.adjusted(left - 16, 0, 0, 0), _LEFT, tokens.GLYPHS[look.priority])
        painter.setPen(QColor(tokens.TEXT_2))
        painter.drawText(area.adjusted(left, 0, -12, 0), _LEFT, look.summary)

    def _paint_row(self, painter: QPainter, area: QRectF, look: RowLook) -> None:
        painter.fillRect(QRectF(area.left(), area.bottom() - 1, area.width(), 1), QColor(tokens.LINE))
        name_px = self._name_room_px(area.width())
        self._paint_name(painter, QRectF(area.left() + 12, area.top() + 1, name_px - 20, area.height() - 3), look)
        plan = self._plan(look.group, area.width())
        for number, cell in enumerate(_shown(look.cells, self.fitting(area.width()))):
            left, right = self.cell_edges(number, area.width())
            box = QRectF(area.left() + left, area.top() + 1, right - left, area.height() - 3)
            self._paint_cell(painter, box, cell, plan[number])
        hidden = self.hidden(look, area.width())
        if hidden:
            painter.setFont(self._small)
            painter.setPen(QColor(tokens.TEXT_2))
            painter.drawText(area.adjusted(0, 0, -8, 0), _RIGHT, f"+{hidden}")

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
        left = below.adjusted(state_px + 16, 0, 0, 0)
        detail = metrics.elidedText(look.detail, Qt.TextElideMode.ElideRight, left.width())
        painter.drawText(left, _LEFT, detail)

    # -- a cell ------------------------------------------------------------------------------------------------

    def _paint_cell(self, painter: QPainter, area: QRectF, cell: CellLook, column: _Column) -> None:
        """The name with its unit, small, above; the figure below at the right, its line at its left."""
        above = QRectF(area.left(), area.top(), area.width(), LABEL_PX)
        below = QRectF(area.left(), above.bottom() - 2, area.width(), area.bottom() - above.bottom() - 1)
        value_px = self._paint_value(painter, below, cell)
        left_px = below.width() - value_px - GAP_PX
        note_px = 0.0
        if column.note_above:
            label_px = min(self._small_px.of(_label(cell)), 0.5 * above.width())
            room_px = above.width() - label_px - GAP_PX if column.words else 0.0
            note_px = self._paint_note(painter, above, cell, room_px, _RIGHT) + GAP_PX
        else:
            self._paint_note(painter, below, cell, left_px if column.words else 0.0, _LEFT)
        self._paint_label(painter, above.adjusted(0, 0, -note_px, 0), cell)
        if column.spark and left_px > 0:
            self._paint_spark(painter, QRectF(below.left(), below.top() + 3, left_px, below.height() - 5), cell)
        if cell.share is not None:
            self._paint_bar(painter, QRectF(area.left(), area.bottom() - 1, area.width(), 2), cell)

    def _paint_label(self, painter: QPainter, area: QRectF, cell: CellLook) -> None:
        painter.setFont(self._small)
        painter.setPen(QColor(tokens.TEXT_3 if cell.lost or cell.excluded else tokens.TEXT_2))
        painter.drawText(area, _LEFT, self.label_for(cell, area.width()))

    def _paint_value(self, painter: QPainter, area: QRectF, cell: CellLook) -> float:
        """The figure; returns its width."""
        colour = tokens.TEXT_1 if cell.priority is None else tokens.severity(cell.priority)
        painter.setFont(self._value)
        painter.setPen(QColor(tokens.TEXT_3 if cell.lost or cell.excluded else colour))
        # Its box is lower than a line of type: a comma below the figures must not be cut to a full stop.
        painter.drawText(area, _RIGHT | Qt.TextFlag.TextDontClip, cell.number)
        return self._value_px.of(cell.number)

    def _paint_note(
        self, painter: QPainter, area: QRectF, cell: CellLook, room_px: float, where: Qt.AlignmentFlag
    ) -> float:
        """What is said of the figure; returns its width."""
        text, colour = _note(cell), tokens.TEXT_2
        if cell.priority is not None and not cell.lost:
            colour = tokens.severity(cell.priority)
        elif cell.near and not cell.lost:
            colour = tokens.TEXT_1
        if self._small_px.of(text) > room_px:
            # Half a word tells nothing: the glyph alone says that there is something, the tool tip says what.
            text = _brief(text)
        if not text:
            return 0.0
        painter.setFont(self._small)
        painter.setPen(QColor(tokens.TEXT_3 if cell.lost else colour))
        painter.drawText(area, where, text)
        return self._small_px.of(text)

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


class _Widths:
    """Widths of texts in one font: the same few hundred are asked for again and again."""

    def __init__(self, font: QFont) -> None:
        metrics = QFontMetricsF(font)
        self.of = lru_cache(4096)(metrics.horizontalAdvance)


def _label(cell: CellLook) -> str:
    return f"{cell.label} {cell.unit}" if cell.unit else cell.label


def _brief(note: str) -> str:
    """Its glyph, or the letter of its level."""
    first = note.split(" ")[0]
    return first if len(first) == 1 else ""


def _note(cell: CellLook) -> str:
    if cell.priority is not None and not cell.lost:
        return f"{tokens.GLYPHS[cell.priority]} {cell.note}"
    return f"{NEAR_GLYPH} {cell.note}" if cell.near and not cell.lost else cell.note


def _glyph(look: RowLook) -> tuple[str, str]:
    if look.silent:
        return "▨", tokens.TEXT_1
    if look.priority is not None:
        return tokens.GLYPHS[look.priority], tokens.severity(look.priority)
    if look.near:
        return NEAR_GLYPH, tokens.TEXT_1
    return ("◌", tokens.TEXT_1) if look.attention else ("", tokens.TEXT_3)


def _shown(cells: tuple[CellLook, ...], count: int) -> tuple[CellLook, ...]:
    """The first cells, but never without one that is past its limit or near it."""
    if len(cells) <= count:
        return cells
    ranked = sorted(range(len(cells)), key=lambda each: (cells[each].priority is None, not cells[each].near, each))
    return tuple(cells[each] for each in sorted(ranked[:count]))
