"""Paints one row of an alarm list: mark, headline, place, what is under way, count, owner, age. Knows no domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextLayout
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from resources import tokens
from widgets.severity_mark import MarkStyle, paint_mark

ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 20
"""The model's `AlertRow` of a row."""

MARK_PX: Final = 24
ACCENT_PX: Final = 3
PAD_PX: Final = 2 * tokens.GRID_PX
HEADLINE_LINES: Final = 2


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

    `brightness` (0.6..1) is set by the view's one pulse timer.
    """

    brightness = 1.0

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        line_px = QFontMetrics(option.font).height()
        return QSize(200, line_px * (HEADLINE_LINES + 1) + 3 * tokens.GRID_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, AlertRow):
            return
        painter.save()
        rect = QRect(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        ground = tokens.SELECTED if selected else tokens.HOVER if hovered else tokens.PANEL
        painter.fillRect(rect, QColor(ground))
        painter.setPen(QColor(tokens.LINE))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        row_colour = tokens.severity(row.priority) if row.pulse and row.priority <= 2 else ""
        if selected:
            painter.fillRect(QRect(rect.left(), rect.top(), ACCENT_PX, rect.height()), QColor(tokens.FOCUS))
        if row_colour:
            # What is urgent and waits is found from across the room, before anything is read.
            painter.fillRect(
                QRect(rect.right() - ACCENT_PX, rect.top(), ACCENT_PX + 1, rect.height()), QColor(row_colour)
            )
        self._paint_row(painter, option.font, rect, row)
        painter.restore()

    def _paint_row(self, painter: QPainter, base: QFont, rect: QRect, row: AlertRow) -> None:
        inner = rect.adjusted(PAD_PX + ACCENT_PX, tokens.GRID_PX, -PAD_PX, -tokens.GRID_PX)
        mark = QRectF(inner.left(), inner.center().y() - MARK_PX / 2, MARK_PX, MARK_PX)
        paint_mark(painter, mark, row.priority, row.style, self.brightness if row.pulse else 1.0)
        text = inner.adjusted(MARK_PX + PAD_PX, 0, 0, 0)
        line_px = QFontMetrics(base).height()
        upper = QRect(text.left(), text.top(), text.width(), line_px)
        lower = QRect(text.left(), text.bottom() - line_px + 1, text.width(), line_px)
        strong = QFont(base)
        strong.setWeight(QFont.Weight.DemiBold if row.pulse else QFont.Weight.Normal)
        quiet = row.style in ("grey", "outline")
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
