"""Places filled by the class of their figure: drawn once, picked by mouse or in their order by arrows. No domain.

Places without a figure are hatched: nothing is not zero. A class is told by its place in the legend as well as by its
colour.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

from resources import tokens
from widgets.chart_strip import chart_font

PAD_PX: Final = 6
SWATCH_PX: Final = 14
LINE_PX: Final = 18

_HATCH: Final = QBrush(QColor(tokens.LINE_STRONG), Qt.BrushStyle.BDiagPattern)

Ring = tuple[tuple[float, float], ...]
"""(longitude, latitude) of its corners, degrees."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One place of the map."""

    key: str
    rings: tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class Fill:
    """What a place shows. `level`: from 0, into `tokens.CLASSES`; `words`: name and figure."""

    level: int
    words: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A line around something that lies over the places. `colour`: "#rrggbb"; `words`: written at its top."""

    rings: tuple[Ring, ...]
    colour: str
    words: str


class Choropleth(QWidget):
    """`opened` names the place that was double-clicked, or chosen and Enter pressed."""

    opened = Signal(str)

    def __init__(self, nothing: str, parent: QWidget | None = None) -> None:
        """`nothing`: what the legend calls a place without a figure."""
        super().__init__(parent)
        self._nothing = nothing
        self._shapes: tuple[Shape, ...] = ()
        self._names: Mapping[str, str] = {}
        self._fills: dict[str, Fill] = {}
        self._legend: tuple[str, ...] = ()
        self._outlines: tuple[Outline, ...] = ()
        self._outlined: list[tuple[QPainterPath, Outline]] = []
        self._paths: dict[str, QPainterPath] = {}
        self._picture = QPixmap()
        self._chosen = self._pointed = ""
        self._font = chart_font(tokens.SMALL_PX)
        self.setMinimumSize(160, 120)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def chosen(self) -> str:
        return self._chosen

    @property
    def fills(self) -> Mapping[str, Fill]:
        return self._fills

    @property
    def legend(self) -> tuple[str, ...]:
        return self._legend

    @property
    def words(self) -> str:
        """What is written of the place under the mouse, else of the chosen one; "" = of none."""
        return self._words_of(self._pointed or self._chosen)

    def _words_of(self, key: str) -> str:
        fill = self._fills.get(key)
        if fill is not None:
            return fill.words
        return f"{self._names.get(key, key)}: {self._nothing}" if key else ""

    def set_shapes(self, shapes: Sequence[Shape]) -> None:
        self._shapes = tuple(shapes)
        self._forget()

    def set_names(self, names: Mapping[str, str]) -> None:
        """Of places that have no figure."""
        self._names = names

    def show_fills(self, fills: Mapping[str, Fill], legend: Sequence[str]) -> None:
        """`fills`: by key, in the order in which arrows go; `legend`: the classes in words, from the lowest."""
        if (dict(fills), tuple(legend)) != (self._fills, self._legend) or list(fills) != list(self._fills):
            self._fills, self._legend = dict(fills), tuple(legend)
            self._forget()

    @property
    def outlines(self) -> tuple[Outline, ...]:
        return self._outlines

    def show_outlines(self, outlines: Sequence[Outline]) -> None:
        if tuple(outlines) != self._outlines:
            self._outlines = tuple(outlines)
            self._forget()

    def place_at(self, at: QPointF) -> str:
        return next((key for key, path in self._paths.items() if path.contains(at)), "")

    def choose(self, key: str) -> None:
        if key != self._chosen:
            self._chosen = key
            self.update()

    # -- drawing ------------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._picture, self._paths = QPixmap(), {}
        self.update()

    def _lay_out(self) -> None:
        """Every place as a path in pixels; degrees of longitude are as wide as they are in the middle of the map."""
        corners = [corner for shape in self._shapes for ring in shape.rings for corner in ring]
        if not corners:
            return
        west, east = min(x for x, _ in corners), max(x for x, _ in corners)
        south, north = min(y for _, y in corners), max(y for _, y in corners)
        narrow = math.cos(math.radians((south + north) / 2))
        above_px = LINE_PX * (1 + max((line for line, *_ in self._legend_places()), default=0))
        room = QRectF(self.rect()).adjusted(PAD_PX, PAD_PX + above_px, -PAD_PX, -PAD_PX - LINE_PX)
        scale = min(room.width() / max(1e-9, (east - west) * narrow), room.height() / max(1e-9, north - south))
        left = room.center().x() - (east - west) * narrow * scale / 2
        top = room.center().y() - (north - south) * scale / 2

        def path_of(rings: Sequence[Ring]) -> QPainterPath:
            path = QPainterPath()
            path.setFillRule(Qt.FillRule.OddEvenFill)
            for ring in rings:
                points = [QPointF(left + (x - west) * narrow * scale, top + (north - y) * scale) for x, y in ring]
                path.addPolygon(QPolygonF(points))
                path.closeSubpath()
            return path

        self._paths = {shape.key: path_of(shape.rings) for shape in self._shapes}
        self._outlined = [(path_of(one.rings), one) for one in self._outlines]

    def _draw(self) -> None:
        ratio = self.devicePixelRatioF()
        self._picture = QPixmap(self.size() * ratio)
        self._picture.setDevicePixelRatio(ratio)
        self._picture.fill(QColor(tokens.PANEL))
        self._lay_out()
        painter = QPainter(self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.WINDOW), 1))
        for key, path in self._paths.items():
            fill = self._fills.get(key)
            if fill is None:
                painter.fillPath(path, QColor(tokens.RAISED))
                painter.fillPath(path, _HATCH)
                painter.strokePath(path, QPen(QColor(tokens.LINE_STRONG), 1))
            else:
                painter.fillPath(path, QColor(tokens.CLASSES[fill.level]))
                painter.strokePath(path, QPen(QColor(tokens.WINDOW), 1))
        self._draw_outlines(painter)
        self._draw_legend(painter)
        painter.end()

    def _draw_outlines(self, painter: QPainter) -> None:
        """Dark under light, so that the line is seen on every class."""
        painter.setFont(self._font)
        metrics = QFontMetricsF(self._font)
        for path, outline in self._outlined:
            painter.strokePath(path, QPen(QColor(tokens.WINDOW), 4))
            painter.strokePath(path, QPen(QColor(outline.colour), 2, Qt.PenStyle.DashLine))
            at = path.boundingRect()
            width_px = metrics.horizontalAdvance(outline.words) + 8
            left_px = min(max(at.center().x() - width_px / 2, PAD_PX), self.width() - width_px - PAD_PX)
            box = QRectF(left_px, max(at.top() - LINE_PX, 0.0), width_px, LINE_PX)
            painter.fillRect(box, QColor(tokens.WINDOW))
            painter.setPen(QColor(tokens.TEXT_1))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, outline.words)

    def _legend_places(self) -> Iterator[tuple[int, float, str, str]]:
        """(line, left edge, colour or "" for the hatch, words) of each entry, on as many lines as they need."""
        metrics = QFontMetricsF(self._font)
        line, at_px = 0, float(PAD_PX)
        for colour, words in (*zip(tokens.CLASSES, self._legend, strict=False), ("", self._nothing)):
            width_px = SWATCH_PX + 4 + metrics.horizontalAdvance(words)
            if at_px > PAD_PX and at_px + width_px > self.width() - PAD_PX:
                line, at_px = line + 1, float(PAD_PX)
            yield line, at_px, colour, words
            at_px += width_px + 12

    def _draw_legend(self, painter: QPainter) -> None:
        painter.setFont(self._font)
        for line, left_px, colour, words in self._legend_places():
            top_px = PAD_PX + line * LINE_PX
            box = QRectF(left_px, top_px + 4, SWATCH_PX, SWATCH_PX - 4)
            painter.fillRect(box, QColor(colour or tokens.RAISED))
            if not colour:
                painter.fillRect(box, _HATCH)
            painter.setPen(QPen(QColor(tokens.LINE_STRONG), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)
            painter.setPen(QColor(tokens.TEXT_2))
            beside = QRectF(box.right() + 4, top_px, self.width() - box.right() - 4 - PAD_PX, LINE_PX)
            painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, words)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture.isNull() or self._picture.deviceIndependentSize().toSize() != self.size():
            self._paths = {}
            self._draw()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for key, width_px in ((self._pointed, 1.0), (self._chosen, 2.0)):
            path = self._paths.get(key)
            if path is not None:
                painter.strokePath(path, QPen(QColor(tokens.TEXT_1), width_px))
        painter.setFont(self._font)
        painter.setPen(QColor(tokens.TEXT_1))
        line = QRectF(PAD_PX, self.height() - LINE_PX - 2, self.width() - 2 * PAD_PX, LINE_PX)
        shown = painter.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, int(line.width()))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.LINE_STRONG), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    # -- what a person does -------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ranked = list(self._fills)
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is not None and ranked:
            place = ranked.index(self._chosen) + step if self._chosen in ranked else 0
            self.choose(ranked[min(max(place, 0), len(ranked) - 1)])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._chosen:
            self.opened.emit(self._chosen)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.place_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point("")

    def _point(self, key: str) -> None:
        if key != self._pointed:
            self._pointed = key
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.choose(self.place_at(event.position()))
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if key := self.place_at(event.position()):
            self.opened.emit(key)
