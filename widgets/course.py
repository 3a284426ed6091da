"""The course of a figure over a few periods: bars with the newest one bright, and a dashed line at what is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from resources import tokens
from widgets.chart_strip import chart_font

AXIS_PX: Final = 18
LEAST_PX: Final = 56
PAD_PX: Final = 4


@dataclass(frozen=True, slots=True)
class Course:
    """`labels` name the values, oldest first; `wanted` None = no line.

    `mean`: of the newest values, as many as it can be told for, called `mean_words`; () = no line.
    """

    labels: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    wanted: float | None = None
    mean: tuple[float, ...] = ()
    mean_words: str = ""


class CourseBars(QWidget):
    """Values below zero hang from the zero line; the scale always holds zero, so that bars do not lie."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.course = Course()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(LEAST_PX)

    def show_course(self, course: Course) -> None:
        if course != self.course:
            self.course = course
            self.setToolTip(
                "\n".join(f"{label}: {value:g}" for label, value in zip(course.labels, course.values, strict=True))
            )
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, LEAST_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect()).adjusted(PAD_PX, PAD_PX, -PAD_PX, -AXIS_PX)
        values, wanted = self.course.values, self.course.wanted
        if not values or area.width() < 20 or area.height() < 10:
            return
        shown = [*values, 0.0, *([] if wanted is None else [wanted])]
        low, high = min(shown), max(shown)
        scale = area.height() / ((high - low) or 1.0)

        def y_of(value: float) -> float:
            return area.bottom() - (value - low) * scale

        step = area.width() / len(values)
        for number, value in enumerate(values):
            newest = number == len(values) - 1
            top, bottom = sorted((y_of(value), y_of(0.0)))
            bar = QRectF(area.left() + number * step + 1, top, max(1.0, step - 2), max(1.0, bottom - top))
            painter.fillRect(bar, QColor(tokens.TEXT_1 if newest else tokens.LINE_STRONG))
        if wanted is not None:
            painter.setPen(QPen(QColor(tokens.LIMIT_LINE), 1, Qt.PenStyle.DashLine))
            painter.drawLine(round(area.left()), round(y_of(wanted)), round(area.right()), round(y_of(wanted)))
        painter.setFont(chart_font(tokens.SMALL_PX))
        if len(self.course.mean) > 1:
            first = len(values) - len(self.course.mean)
            middles = [QPointF(area.left() + (first + n + 0.5) * step, y_of(v)) for n, v in enumerate(self.course.mean)]
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(tokens.HEAT[13]), 2))
            painter.drawPolyline(QPolygonF(middles))
            words = QRectF(area.left(), area.top(), area.width(), AXIS_PX)
            painter.drawText(
                words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, f"─ {self.course.mean_words}"
            )
        painter.setPen(QColor(tokens.TEXT_3))
        below = QRectF(area.left(), area.bottom() + 1, area.width(), AXIS_PX - 2)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, self.course.labels[0])
        painter.drawText(below, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, self.course.labels[-1])
