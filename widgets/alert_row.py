"""Paints one row of an alarm list: mark, headline, place, what is under way, count, owner, age. Knows no domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPixmap, QTextLayout
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from resources import tokens
from widgets.severity_mark import MarkStyle, paint_mark

ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 20
"""The model's `AlertRow` of a row."""

MARK_PX: Final = 24
ACCENT_PX: Final = 3
PAD_PX: Final = 2 * tokens.GRID_PX
HEADLINE_LINES: Final = 2
PULSE_STRIP_PX: Final = ACCENT_PX + PAD_PX + MARK_PX + 1
"""The marks stand within so much of the left edge."""

PULSE_STEPS: Final = 40
"""Steps of brightness from black to full; the pulse uses those of its upper part."""

ROWS_KEPT: Final = 100
"""Painted rows that are kept; about what three views of a large monitor show."""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """What a row shows; all texts are plain and already in the language of the seat.

    Attributes:
        pulse: it waits for a hand, so its mark breathes.
        note: what is under way or was refused, shown instead of the place; `note_failed` says which.
        tags: short words such as DIỄN TẬP or MÔ PHỎNG.
    """

    priority: int
    style: MarkStyle
    pulse: bool
    headline: str
    place: str
    age: str
    owner: str
    count: int
    tags: tuple[str, ...]
    note: str = ""
    note_failed: bool = False


class AlertRowDelegate(QStyledItemDelegate):
    """A headline of up to two lines and a line of what belongs to it.

    `brightness` (0.6..1) is set by the view's one pulse timer, which repaints no more than `PULSE_STRIP_PX` from the
    left. What a row says is painted once and kept: the pulse draws it ten times a second, and its words rarely change.
    """

    brightness = 1.0

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: dict[tuple[AlertRow, int, int, float, str], QPixmap] = {}
        self._marks: dict[tuple[int, MarkStyle, int, float], QPixmap] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        line_px = QFontMetrics(option.font).height()
        return QSize(200, line_px * (HEADLINE_LINES + 1) + 3 * tokens.GRID_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, AlertRow):
            return
        rect = QRect(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        ground = tokens.SELECTED if selected else tokens.HOVER if hovered else tokens.PANEL
        key = (row, rect.width(), rect.height(), painter.device().devicePixelRatioF(), ground)
        words = self._kept.get(key)
        if words is None:
            if len(self._kept) >= ROWS_KEPT:
                self._kept.clear()
            words = self._kept[key] = self._painted(row, rect.size(), key[3], option.font, ground)
        painter.drawPixmap(rect.topLeft(), words)
        inner = _inner(rect)
        mark = self._mark(row.priority, row.style, self.brightness if row.pulse else 1.0, key[3])
        painter.drawPixmap(inner.left(), inner.center().y() - MARK_PX // 2, mark)

    def _mark(self, priority: int, style: MarkStyle, brightness: float, ratio: float) -> QPixmap:
        """The mark alone; a pulse passes through few enough steps that all of them are kept."""
        step = round(brightness * PULSE_STEPS)
        mark = self._marks.get((priority, style, step, ratio))
        if mark is None:
            mark = QPixmap(QSize(MARK_PX, MARK_PX) * ratio)
            mark.setDevicePixelRatio(ratio)
            mark.fill(Qt.GlobalColor.transparent)
            painter = QPainter(mark)
            paint_mark(painter, QRectF(0, 0, MARK_PX, MARK_PX), priority, style, step / PULSE_STEPS)
            painter.end()
            self._marks[priority, style, step, ratio] = mark
        return mark

    def _painted(self, row: AlertRow, size: QSize, ratio: float, font: QFont, ground: str) -> QPixmap:
        """Everything of a row but its mark."""
        pixmap = QPixmap(size * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(ground))
        rect = QRect(0, 0, size.width(), size.height())
        painter = QPainter(pixmap)
        painter.setPen(QColor(tokens.LINE))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if ground == tokens.SELECTED:
            painter.fillRect(QRect(0, 0, ACCENT_PX, rect.height()), QColor(tokens.FOCUS))
        if row.pulse and row.priority <= 2:
            # What is urgent and waits is found from across the room, before anything is read.
            edge = QRect(rect.right() - ACCENT_PX, 0, ACCENT_PX + 1, rect.height())
            painter.fillRect(edge, QColor(tokens.severity(row.priority)))
        self._paint_row(painter, font, rect, row)
        painter.end()
        return pixmap

    def _paint_row(self, painter: QPainter, base: QFont, rect: QRect, row: AlertRow) -> None:
        text = _inner(rect).adjusted(MARK_PX + PAD_PX, 0, 0, 0)
        line_px = QFontMetrics(base).height()
        upper = QRect(text.left(), text.top(), text.width(), line_px)
        lower = QRect(text.left(), text.bottom() - line_px + 1, text.width(), line_px)
        strong = QFont(base)
        strong.setWeight(QFont.Weight.DemiBold if row.pulse else QFont.Weight.Normal)
        quiet = row.style in ("grey", "clock", "outline")
        left_px = draw_right(painter, base, upper, row.age, tokens.TEXT_2)
        if row.count > 1:
            left_px += draw_right(painter, base, upper.adjusted(0, 0, -left_px, 0), f"×{row.count}", tokens.TEXT_2)
        ink = tokens.TEXT_2 if quiet else tokens.TEXT_1
        room = QRect(text.left(), text.top(), text.width() - left_px, line_px * HEADLINE_LINES)
        draw_lines(painter, strong, room, row.headline, ink)
        small = QFont(base)
        small.setPixelSize(tokens.SMALL_PX)
        right_text = " · ".join((*row.tags, row.owner)) if row.owner else " · ".join(row.tags)
        left_px = draw_right(painter, small, lower, right_text, tokens.TEXT_3) if right_text else 0
        note = f"✕ {row.note}" if row.note_failed else row.note
        ink = tokens.P2 if row.note_failed else tokens.TEXT_1 if row.note else tokens.TEXT_3
        draw_left(painter, small, lower.adjusted(0, 0, -left_px, 0), note or row.place, ink)


def _inner(rect: QRect) -> QRect:
    return rect.adjusted(PAD_PX + ACCENT_PX, tokens.GRID_PX, -PAD_PX, -tokens.GRID_PX)


def draw_lines(painter: QPainter, font: QFont, rect: QRect, text: str, colour: str) -> None:
    """As many lines as the rectangle holds, the last one elided."""
    metrics = QFontMetrics(font)
    layout = QTextLayout(text, font)
    layout.beginLayout()
    top = rect.top()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(rect.width())
        place = QRect(rect.left(), top, rect.width(), metrics.height())
        start, length = line.textStart(), line.textLength()
        top += metrics.height()
        last = top + metrics.height() > rect.bottom() + 1
        draw_left(painter, font, place, text[start:] if last else text[start : start + length].rstrip(), colour)
        if last:
            break
    layout.endLayout()


def draw_left(painter: QPainter, font: QFont, rect: QRect, text: str, colour: str) -> None:
    """One line, elided on the right."""
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def draw_right(painter: QPainter, font: QFont, rect: QRect, text: str, colour: str) -> int:
    """One right-aligned line; returns the width it takes with its distance, px."""
    metrics = QFontMetrics(font)
    # Advances are rounded: without some air the last letter is elided for a fraction of a pixel.
    width_px = min(metrics.horizontalAdvance(text) + 3, rect.width() // 2)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    place = QRect(rect.right() - width_px + 1, rect.top(), width_px, rect.height())
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width_px)
    painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)
    return width_px + PAD_PX
