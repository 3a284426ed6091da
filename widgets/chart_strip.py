"""One strip: value axis, line and newest value of one parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QGraphicsView, QHBoxLayout, QSizePolicy, QWidget

from resources import tokens
from widgets.chart_paint import POINTS_MARKED_MOST, Overlay, Scene, Underlay
from widgets.chart_scale import time_ticks, value_range, value_ticks
from widgets.chart_types import AheadPoint, ChartFormats, Point, StripSpec, Trace, Verdict, View

AXIS_PX: Final = 60
VALUE_PX: Final = 204
STRIP_LEAST_PX: Final = 58
LARGE_PX: Final = 24
LOW_STRIP_PX: Final = 80
TALL_PX: Final = 200
TICK_PX: Final = 26
TALL_TICK_PX: Final = 48
LOW_LARGE_PX: Final = 20
BLOCK_MOST_PX: Final = 88
LABEL_ROOM_PX: Final = 16
"""Above the topmost limit line, for its name."""
CROSS_NEAR_SHARE: Final = 0.02
NEAR_GLYPH: Final = "△"
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"


def chart_font(px: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The desk's type at `px`, with figures of one width."""
    font = QFont(tokens.FONT_FAMILY)
    font.setPixelSize(px)
    font.setWeight(weight)
    font.setFeature(QFont.Tag(tokens.TABULAR), 1)
    return font


class Strip(QWidget):
    """Draws its source's span when told to; knows by itself what changed since it last drew."""

    def __init__(self, spec: StripSpec, formats: ChartFormats, colour: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self._formats = formats
        self._scene = Scene(colour=colour, small=chart_font(tokens.SMALL_PX))
        self._drawn: tuple[object, ...] = ()
        self._shown: tuple[object, ...] = ()
        self._latest: Point | None = None
        self._verdict = Verdict("")
        self.setMinimumHeight(STRIP_LEAST_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(spec.long_name)
        self._build_plot(colour)
        row = QHBoxLayout(self)
        row.setContentsMargins(AXIS_PX, 4, VALUE_PX, 4)
        row.addWidget(self.view)

    def _build_plot(self, colour: str) -> None:
        self.view: QGraphicsView = pg.GraphicsView(self, background=tokens.PANEL)
        self.view.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.viewport().setMouseTracking(True)
        self._box = pg.ViewBox(enableMouse=False, enableMenu=False)
        self._box.disableAutoRange()
        self.view.setCentralItem(self._box)
        options = {"antialias": False, "skipFiniteCheck": True}
        self._line = pg.PlotCurveItem(pen=pg.mkPen(colour, width=1), **options)
        dotted = pg.mkPen(tokens.TEXT_3, width=1, style=Qt.PenStyle.DotLine)
        self._excluded_line = pg.PlotCurveItem(pen=dotted, **options)
        # Dashed and grey: nobody has measured it.
        expected = pg.mkPen(tokens.FORECAST, width=1, style=Qt.PenStyle.DashLine)
        self._ahead = pg.PlotCurveItem(pen=expected, **options)
        self._ahead_low, self._ahead_high = (pg.PlotCurveItem(pen=None, **options) for _ in range(2))
        ribbon = QColor(tokens.FORECAST)
        ribbon.setAlphaF(0.2)
        self._ribbon = pg.FillBetweenItem(self._ahead_low, self._ahead_high, brush=ribbon)
        for item in (self._ribbon, self._ahead_low, self._ahead_high, self._ahead, self._line, self._excluded_line):
            self._box.addItem(item, ignoreBounds=True)
        self._under = Underlay(self._scene, self._box)
        self._under.setZValue(-5)
        self.overlay = Overlay(self._scene, self._box)
        self.overlay.setZValue(5)

    @property
    def is_lost(self) -> bool:
        """Its newest sample is too old: drawn hatched and dimmed."""
        return self._scene.lost_from_ms is not None

    @property
    def lost_words(self) -> str:
        return self._scene.lost_words if self.is_lost else ""

    @property
    def scene(self) -> Scene:
        """What was drawn last."""
        return self._scene

    def point_count(self) -> int:
        """Points handed to the painter for the line."""
        x, _ = self._line.getData()
        return 0 if x is None else len(x)

    def refresh(self, view: View, cross_ms: int | None) -> bool:
        """Draw again if anything changed; True when it did. Called on the GUI thread."""
        now_ms = self._formats.now_ms()
        width, height = self.view.viewport().width(), self.view.viewport().height()
        ahead = tuple(self.spec.ahead())
        key = (self.spec.source.version(), view, width, height, ahead)
        drew = key != self._drawn
        if drew:
            self._drawn = key
            self._draw(view, width, height, ahead)
        drew = self._show_newest(now_ms) or drew
        drew = self._show_cross(cross_ms) or drew
        if drew:
            self.view.viewport().update()
        return drew

    def value_at_cross(self) -> str:
        """ "SO2 312,4 mg/Nm³" at the crosshair, for the header."""
        point = self._scene.cross_point
        text = "–" if point is None else self._with_unit(point.value)
        mark = f" ({point.label})" if point is not None and point.label else ""
        return f"{self.spec.name} {text}{mark}"

    def _with_unit(self, value: float) -> str:
        number = self._formats.number(value, self.spec.decimals)
        return f"{number}{_NO_BREAK}{self.spec.unit}" if self.spec.unit else number

    # -- drawing -----------------------------------------------------------------------------------------------

    def _draw(self, view: View, width_px: int, height_px: int, ahead: Sequence[AheadPoint]) -> None:
        source, scene = self.spec.source, self._scene
        trace = source.trace(view.start_ms, view.end_ms, max(16, width_px))
        scene.view = view
        scene.limits = source.limits()
        scene.shades = source.shades(view.start_ms, view.end_ms)
        scene.notice = "" if len(trace.at_ms) else source.notice()
        shown = [point for point in ahead if point.at_ms <= view.end_ms]
        scene.low, scene.high = self._range(trace, view, height_px, shown)
        scene.time_ticks = time_ticks(view.start_ms, view.end_ms, self._formats.utc_offset_min, width_px)
        scene.value_ticks, self._tick_decimals = value_ticks(
            scene.low, scene.high, height_px, TICK_PX if height_px < TALL_PX else TALL_TICK_PX
        )
        scene.curve_ms, scene.curve = trace.at_ms, trace.value
        self._set_lines(trace)
        self._set_ahead(ahead)
        self._box.setRange(
            xRange=(view.start_ms / 1000, view.end_ms / 1000), yRange=(scene.low, scene.high), padding=0, update=False
        )
        self._latest, self._verdict = source.latest(), source.verdict()
        self.update()

    def _range(self, trace: Trace, view: View, height_px: int, ahead: Sequence[AheadPoint]) -> tuple[float, float]:
        inside = (trace.at_ms >= view.start_ms) & (trace.at_ms <= view.end_ms)
        limits = [limit.value for limit in self._scene.limits]
        counted = inside & trace.measured
        # A calibration gas may be ten times the process: it must not press the measured line flat.
        values = trace.value[counted] if counted.any() else trace.value[inside]
        if not len(values):
            return value_range(0.0, max(limits, default=1.0), ())
        low, high = float(values.min()), float(values.max())
        low, high = min([low, *(point.low for point in ahead)]), max([high, *(point.high for point in ahead)])
        kept = (
            self._scene.low <= low
            and high <= self._scene.high
            and high - low > 0.5 * (self._scene.high - self._scene.low)
        )
        fresh = value_range(low, high, limits, LABEL_ROOM_PX / max(height_px, 2 * LABEL_ROOM_PX))
        # The axis stays while the line still fills it: numbers that jump at each sample cannot be read.
        return (self._scene.low, self._scene.high) if kept and fresh != (0.0, 1.0) else fresh

    def _set_lines(self, trace: Trace) -> None:
        x = trace.at_ms / 1000.0
        both = trace.joined.copy()
        both[:-1] &= trace.measured[1:]
        solid = both & trace.measured
        dotted = trace.joined & ~solid
        every = bool(solid[:-1].all())
        self._line.setData(x, trace.value, connect="all" if every else solid.astype(np.int32))
        if dotted.any():
            self._excluded_line.setData(x, trace.value, connect=dotted.astype(np.int32))
            self._excluded_line.show()
        else:
            self._excluded_line.hide()
        alone = ~solid & trace.measured
        alone[1:] &= ~solid[:-1]
        self._scene.lone = _points(trace, alone)
        # Marks that touch each other would be a smear; the dotted line and the shade tell it by themselves then.
        excluded = ~trace.measured
        roomy = 8 * len(x) < self.view.viewport().width()
        self._scene.excluded = _points(trace, excluded) if roomy else []

    def _set_ahead(self, ahead: Sequence[AheadPoint]) -> None:
        for item in (self._ribbon, self._ahead, self._ahead_low, self._ahead_high):
            item.setVisible(bool(ahead))
        if not ahead:
            return
        points = np.array(ahead, dtype=np.float64)
        x = points[:, 0] / 1000.0
        for item, column in ((self._ahead, 1), (self._ahead_low, 2), (self._ahead_high, 3)):
            item.setData(x, points[:, column])

    def ahead_count(self) -> int:
        """Points of what is expected that were handed to the painter."""
        x, _ = self._ahead.getData()
        return len(x) if x is not None and self._ahead.isVisible() else 0

    def _show_newest(self, now_ms: int) -> bool:
        """Age and the look of lost data; both change without new samples."""
        scene, latest = self._scene, self._latest
        scene.now_ms = now_ms
        lost = latest is not None and now_ms - latest.at_ms > self.spec.stale_after_ms
        words = ""
        if latest is not None and lost:
            words = self.tr("NO DATA {age}").format(age=self._formats.age((now_ms - latest.at_ms) / 1000))
        shown = (lost, words, latest, self._verdict)
        if shown == self._shown:
            return False
        self._shown = shown
        scene.lost_from_ms = latest.at_ms if latest is not None and lost else None
        scene.lost_words = words
        self.update()
        return True

    def _show_cross(self, cross_ms: int | None) -> bool:
        if cross_ms == self._scene.cross_ms:
            return False
        self._scene.cross_ms = cross_ms
        near_ms = max(self.spec.stale_after_ms // 2, round(self._scene.view.span_ms * CROSS_NEAR_SHARE))
        self._scene.cross_point = None if cross_ms is None else self.spec.source.nearest(cross_ms, near_ms)
        return True

    # -- axis and newest value ---------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.PANEL))
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), QColor(tokens.LINE))
        self._paint_axis(painter)
        self._paint_value(painter)
        painter.end()

    def _paint_axis(self, painter: QPainter) -> None:
        scene, plot = self._scene, self.view.geometry()
        painter.setFont(scene.small)
        painter.setPen(QColor(tokens.AXIS))
        line = QFontMetricsF(scene.small).height()
        for value in scene.value_ticks:
            y = plot.top() + scene.y_px(value, plot.height())
            top = min(max(y - line / 2, 0.0), self.height() - line)
            text = self._formats.number(value, self._tick_decimals)
            painter.drawText(
                QRectF(0, top, AXIS_PX - 6, line), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text
            )

    def _paint_value(self, painter: QPainter) -> None:
        area = QRectF(self.width() - VALUE_PX + 10, 4, VALUE_PX - 18, self.height() - 8)
        painter.fillRect(QRectF(area.left() - 4, area.top(), 3, area.height()), QColor(self._scene.colour))
        area.setHeight(min(area.height(), BLOCK_MOST_PX))
        area.setLeft(area.left() + 6)
        font = chart_font(tokens.FONT_PX)
        line = QFontMetricsF(font).height()
        low = self.height() < LOW_STRIP_PX
        painter.setFont(font)
        painter.setPen(QColor(tokens.TEXT_2))
        # In a low strip the number stands beside the symbol, else below the name.
        name = self.spec.name if low else self.spec.long_name
        name = QFontMetricsF(font).elidedText(name, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(QRectF(area.left(), area.top(), area.width(), line), Qt.AlignmentFlag.AlignLeft, name)
        top = area.top() if low else area.top() + line
        bottom = QRectF(area.left(), area.bottom() - line, area.width(), line)
        self._paint_number(painter, QRectF(area.left(), top, area.width(), bottom.top() - top))
        self._paint_standing(painter, bottom)

    def _paint_number(self, painter: QPainter, area: QRectF) -> None:
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        unit_font = chart_font(tokens.SMALL_PX)
        unit = f"{_NO_BREAK}{self.spec.unit}" if self.spec.unit else ""
        unit_px = QFontMetricsF(unit_font).horizontalAdvance(unit)
        most = LOW_LARGE_PX if self.height() < LOW_STRIP_PX else LARGE_PX
        large = chart_font(max(14, min(most, int(area.height() * 0.8))), QFont.Weight.DemiBold)
        text = "–" if self._latest is None else self._formats.number(self._latest.value, self.spec.decimals)
        dim = self._latest is None or self.is_lost or bool(self._latest.label)
        painter.setFont(large)
        painter.setPen(QColor(tokens.TEXT_3 if dim else tokens.TEXT_1))
        painter.drawText(area.adjusted(0, 0, -unit_px, 0), right, text)
        painter.setFont(unit_font)
        painter.setPen(QColor(tokens.TEXT_3 if dim else tokens.TEXT_2))
        shift = QFontMetricsF(large).ascent() - QFontMetricsF(unit_font).ascent()
        # On the number's base line, though both are centred.
        painter.drawText(area.adjusted(0, shift / 1.6, 0, shift / 1.6), right, unit)

    def _paint_standing(self, painter: QPainter, area: QRectF) -> None:
        """One line: lost, or why the value does not count, or how it stands to its limits."""
        painter.setFont(chart_font(tokens.SMALL_PX))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if self.is_lost:
            painter.fillRect(area, QColor(tokens.LIVENESS_BACK))
            painter.setPen(QColor(tokens.LIVENESS_INK))
            painter.drawText(area.adjusted(0, 0, -4, 0), right, self._scene.lost_words)
            return
        colour, text = tokens.TEXT_1 if self._verdict.near else tokens.TEXT_2, self._verdict.text
        if self._latest is not None and self._latest.label:
            text = self._latest.label
        elif self._verdict.priority is not None:
            colour = tokens.severity(self._verdict.priority)
            text = f"{tokens.GLYPHS[self._verdict.priority]} {text}"
        elif self._verdict.near:
            text = f"{NEAR_GLYPH} {text}"
        painter.setPen(QColor(colour))
        metrics = QFontMetricsF(painter.font())
        painter.drawText(area, right, metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width()))


def _points(trace: Trace, which: NDArray[np.bool_]) -> list[tuple[int, float]]:
    """The chosen points, or none when so many would hide each other."""
    chosen = np.flatnonzero(which)
    if len(chosen) > POINTS_MARKED_MOST:
        return []
    return list(zip(trace.at_ms[chosen].tolist(), trace.value[chosen].tolist(), strict=True))
