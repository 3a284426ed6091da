"""Strips of several parameters over one time axis: one crosshair, one view, one look at lost data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from resources import tokens
from widgets.chart_scale import time_ticks
from widgets.chart_strip import AXIS_PX, STRIP_LEAST_PX, VALUE_PX, Strip, chart_font
from widgets.chart_ticker import ChartTicker
from widgets.chart_types import ChartFormats, StripSpec, View

SPAN_LEAST_MS: Final = 60_000
SPAN_MOST_MS: Final = 31 * 86_400_000
RULER_PX: Final = 24
AHEAD_SHARE: Final = 0.01
"""Of a view that follows: so much room is left after now, so that the newest sample is not at the edge."""

_PAN_KEYS: Final = {Qt.Key.Key_Left: -0.1, Qt.Key.Key_Right: 0.1, Qt.Key.Key_PageUp: -1.0, Qt.Key.Key_PageDown: 1.0}
_ZOOM_KEYS: Final = {
    Qt.Key.Key_Plus: 0.5,
    Qt.Key.Key_Equal: 0.5,
    Qt.Key.Key_Minus: 2.0,
    Qt.Key.Key_Up: 0.5,
    Qt.Key.Key_Down: 2.0,
}


class StripChart(QWidget):
    """A stack of strips.

    Mouse: wheel zooms at the pointer, Shift + wheel or dragging pans, moving shows the crosshair. Keys: arrows and
    PgUp/PgDn pan, + and - (or up and down) zoom, Shift + arrows move the crosshair, L or End returns to now.

    Signals:
        view_changed: the `View`, when somebody moved or zoomed it (not while it merely follows now).
    """

    view_changed = Signal(object)

    def __init__(self, formats: ChartFormats, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._formats = formats
        self._strips: list[Strip] = []
        self._span_ms = 24 * 3_600_000
        self._end_ms: int | None = None
        self._view = self._following_view()
        self._cross_ms: int | None = None
        self._drag: tuple[float, View] | None = None
        self._attached = False
        self._first = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Charts"))
        self._build()
        self._ticker = ChartTicker.shared()
        self._ticker.tick.connect(self._look)

    def _build(self) -> None:
        self._header = QLabel(self)
        self._header.setTextFormat(Qt.TextFormat.PlainText)
        self._header.setFont(chart_font(tokens.FONT_PX))
        self._header.setFixedHeight(tokens.HEADER_PX)
        self._header.setIndent(8)
        self._header.setMinimumWidth(0)
        self._header.setStyleSheet(f"color: {tokens.TEXT_2}; background: {tokens.PANEL};")
        self._message = QLabel(self)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._message.setFont(chart_font(tokens.FONT_PX))
        self._message.setStyleSheet(f"color: {tokens.TEXT_2}; background: {tokens.PANEL};")
        self._stack = QWidget(self)
        self._column = QVBoxLayout(self._stack)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        # The strips' heights are not asked of whoever lays this out: those without room wait on another page.
        self._stack.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._more = QPushButton(self)
        self._more.setObjectName("chartMore")
        self._more.setFlat(True)
        self._more.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._more.setFixedSize(AXIS_PX - 8, RULER_PX - 2)
        self._more.clicked.connect(self.next_strips)
        self._ruler = _TimeRuler(self._formats, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part, stretch in ((self._header, 0), (self._message, 1), (self._stack, 1), (self._ruler, 0)):
            column.addWidget(part, stretch)
        self._arrange()

    # -- what is shown -----------------------------------------------------------------------------------------

    @property
    def strips(self) -> Sequence[Strip]:
        return tuple(self._strips)

    @property
    def view(self) -> View:
        return self._view

    @property
    def following(self) -> bool:
        """The right end is now, and moves with it."""
        return self._end_ms is None

    @property
    def header_text(self) -> str:
        return self._header.text()

    def set_formats(self, formats: ChartFormats) -> None:
        """Take another clock or another zone; strips set from now on use it."""
        self._formats = formats
        self._ruler.set_formats(formats)

    def set_strips(self, specs: Sequence[StripSpec]) -> None:
        """Show these, from top to bottom; the view stays."""
        for strip in self._strips:
            self._column.removeWidget(strip)
            strip.hide()
            strip.deleteLater()
        self._strips = []
        self._cross_ms = None
        self._first = 0
        for number, spec in enumerate(specs):
            strip = Strip(spec, self._formats, tokens.SERIES[number % len(tokens.SERIES)], self._stack)
            strip.view.viewport().installEventFilter(self)
            self._column.addWidget(strip, 1)
            self._strips.append(strip)
        self._arrange()
        self.refresh()

    def set_message(self, text: str) -> None:
        """A sentence in place of the strips, "" to show them."""
        self._message.setText(text)
        self._arrange()

    def _arrange(self) -> None:
        empty = bool(self._message.text()) or not self._strips
        self._message.setVisible(empty)
        for part in (self._stack, self._ruler, self._header):
            part.setVisible(not empty)
        self._fit_strips()

    # -- strips that find room ---------------------------------------------------------------------------------

    @property
    def hidden_strips(self) -> int:
        """Strips that found no room; only whole ones are shown."""
        return sum(strip.isHidden() for strip in self._strips)

    def next_strips(self) -> None:
        """Show those that found no room; after the last the first again."""
        first = self._first + self._room_for()
        self._first = first if first < len(self._strips) else 0
        self._fit_strips()
        self.refresh()

    def _room_for(self) -> int:
        height = self.height() - self._header.height() - self._ruler.height()
        return max(1, min(len(self._strips), height // STRIP_LEAST_PX))

    def _fit_strips(self) -> None:
        room = self._room_for()
        # The last page is full as well: from its end backwards.
        first = max(0, min(self._first, len(self._strips) - room))
        for number, strip in enumerate(self._strips):
            strip.setVisible(first <= number < first + room)
        hidden = len(self._strips) - room
        self._more.setVisible(hidden > 0 and not self._ruler.isHidden())
        self._more.setText(f"+{hidden}")
        names = ", ".join(strip.spec.name for strip in self._strips if strip.isHidden())
        self._more.setToolTip(self.tr("No room for: {names}. Click to see them").format(names=names))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._more.move(4, self.height() - self._more.height() - 1)
        self._more.raise_()
        self._fit_strips()

    # -- time --------------------------------------------------------------------------------------------------

    def show_span(self, span_ms: int) -> None:
        """This much time, up to now if the view follows, else around the same middle."""
        middle_ms = (self._view.start_ms + self._view.end_ms) // 2
        self._span_ms = min(max(span_ms, SPAN_LEAST_MS), SPAN_MOST_MS)
        if self._end_ms is not None:
            self._end_ms = middle_ms + self._span_ms // 2
        self._moved()

    def show_view(self, view: View) -> None:
        """Exactly this part of time; one that reaches past now follows it."""
        self._span_ms = min(max(view.span_ms, SPAN_LEAST_MS), SPAN_MOST_MS)
        now_ms = self._formats.now_ms()
        self._end_ms = view.end_ms if view.end_ms < now_ms + self._expected_ms(now_ms) else None
        self._moved()

    def go_live(self) -> None:
        self._end_ms = None
        self._moved()

    def pan(self, share: float) -> None:
        """Move by a share of the span; past now it follows again."""
        shift_ms = round(self._span_ms * share)
        self.show_view(View(self._view.start_ms + shift_ms, self._view.end_ms + shift_ms))

    def zoom(self, factor: float, at_ms: int | None = None) -> None:
        """Span times `factor`, keeping `at_ms` in its place; the right end stays when it follows and none is given."""
        span_ms = min(max(round(self._span_ms * factor), SPAN_LEAST_MS), SPAN_MOST_MS)
        anchor_ms = self._view.end_ms if at_ms is None else at_ms
        share = (anchor_ms - self._view.start_ms) / max(1, self._view.span_ms)
        start_ms = anchor_ms - round(share * span_ms)
        self.show_view(View(start_ms, start_ms + span_ms))

    def set_crosshair(self, at_ms: int | None) -> None:
        """Show what was at that instant in all strips and in the header; None takes it away."""
        self._cross_ms = at_ms

    def _following_view(self) -> View:
        """Quantised to half a pixel or so: less is not seen and would only cost repaints."""
        step_ms = max(250, self._span_ms // 2000)
        now_ms = self._formats.now_ms()
        ahead_ms = max(round(self._span_ms * AHEAD_SHARE), self._expected_ms(now_ms))
        end_ms = -(-(now_ms + ahead_ms) // step_ms) * step_ms
        return View(end_ms - self._span_ms, end_ms)

    def _expected_ms(self, now_ms: int) -> int:
        """How far ahead of now anything is expected, at most a quarter of the span: the past is what is judged."""
        last = (points[-1].at_ms for strip in self._strips if (points := strip.spec.ahead()))
        return min(max(0, max(last, default=now_ms) - now_ms), self._span_ms // 4)

    def _current_view(self) -> View:
        return self._following_view() if self._end_ms is None else View(self._end_ms - self._span_ms, self._end_ms)

    def _moved(self) -> None:
        self._view = self._current_view()
        self.view_changed.emit(self._view)

    # -- drawing -----------------------------------------------------------------------------------------------

    def refresh(self) -> int:
        """Draw what changed now; the ticker does so while the chart is visible. Returns how many strips drew."""
        self._view = self._current_view()
        drew = sum(strip.refresh(self._view, self._cross_ms) for strip in self._strips if self._on_screen(strip))
        self._ruler.show_view(self._view, self._cross_ms)
        self._header.setText(self._header_words())
        return drew

    def _on_screen(self, strip: Strip) -> bool:
        return not strip.visibleRegion().isEmpty()

    def _look(self) -> None:
        if self._attached:
            self.refresh()

    def _header_words(self) -> str:
        if self._cross_ms is not None:
            parts = [strip.value_at_cross() for strip in self._strips]
            text = "   ".join((self._formats.moment(self._cross_ms, True), *parts))
        else:
            start = self._formats.moment(self._view.start_ms, True)
            if self.following:
                text = self.tr("{start} to now").format(start=start)
            else:
                end = self._formats.moment(self._view.end_ms, True)
                text = self.tr("{start} to {end}  ·  THE PAST, L = back to now").format(start=start, end=end)
        room = max(0, self._header.width() - 16)
        return QFontMetricsF(self._header.font()).elidedText(text, Qt.TextElideMode.ElideRight, room)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._attached:
            self._attached = True
            self._ticker.attach(self)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._attached:
            self._attached = False
            self._ticker.detach(self)

    # -- mouse and keys ----------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes the mouse of every strip's plot: one view and one crosshair for all."""
        width = watched.width() if isinstance(watched, QWidget) else 1
        if isinstance(event, QWheelEvent):
            self._wheel(event, width)
        elif isinstance(event, QMouseEvent):
            self._mouse(event, width)
        elif event.type() == QEvent.Type.Leave:
            self.set_crosshair(None)
            return False
        else:
            return False
        return True

    def _at_ms(self, position: QPointF, width_px: int) -> int:
        return self._view.start_ms + round(position.x() / max(1, width_px) * self._view.span_ms)

    def _wheel(self, event: QWheelEvent, width_px: int) -> None:
        delta = event.angleDelta()
        steps = (delta.y() or delta.x()) / 120
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or (delta.x() and not delta.y()):
            self.pan(-0.1 * steps)
        elif self.following:
            self.zoom(0.8**steps)
        else:
            self.zoom(0.8**steps, self._at_ms(event.position(), width_px))

    def _mouse(self, event: QMouseEvent, width_px: int) -> None:
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._drag = (event.position().x(), self._view)
        elif kind == QEvent.Type.MouseButtonRelease:
            self._drag = None
        elif kind == QEvent.Type.MouseMove and self._drag is not None:
            from_x, view = self._drag
            shift_ms = round((from_x - event.position().x()) / max(1, width_px) * view.span_ms)
            if abs(from_x - event.position().x()) >= 3 or not self.following:
                self.show_view(View(view.start_ms + shift_ms, view.end_ms + shift_ms))
        elif kind == QEvent.Type.MouseMove:
            self.set_crosshair(self._at_ms(event.position(), width_px))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if shifted and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            start_ms = self._view.end_ms if self._cross_ms is None else self._cross_ms
            step_ms = self._view.span_ms // 200
            moved_ms = start_ms + (step_ms if key == Qt.Key.Key_Right else -step_ms)
            self.set_crosshair(min(max(moved_ms, self._view.start_ms), self._view.end_ms))
        elif key in _PAN_KEYS:
            self.pan(_PAN_KEYS[key])
        elif key in _ZOOM_KEYS:
            self.zoom(_ZOOM_KEYS[key])
        elif key in (Qt.Key.Key_L, Qt.Key.Key_End):
            self.go_live()
        elif key == Qt.Key.Key_Escape and self._cross_ms is not None:
            self.set_crosshair(None)
        else:
            super().keyPressEvent(event)


class _TimeRuler(QWidget):
    """The time axis under all strips, with the crosshair's time on it."""

    def __init__(self, formats: ChartFormats, parent: QWidget) -> None:
        super().__init__(parent)
        self._formats = formats
        self._shown: tuple[View, int | None] = (View(0, 1), None)
        self.setFixedHeight(RULER_PX)

    def set_formats(self, formats: ChartFormats) -> None:
        self._formats = formats
        self.update()

    def show_view(self, view: View, cross_ms: int | None) -> None:
        if (view, cross_ms) != self._shown:
            self._shown = (view, cross_ms)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.PANEL))
        painter.setFont(chart_font(tokens.SMALL_PX))
        view, cross_ms = self._shown
        width = max(1, self.width() - AXIS_PX - VALUE_PX)
        for tick in time_ticks(view.start_ms, view.end_ms, self._formats.utc_offset_min, width):
            x = AXIS_PX + (tick.at - view.start_ms) / max(1, view.span_ms) * width
            if cross_ms is not None and abs(tick.at - cross_ms) * width < 70 * view.span_ms:
                continue
            painter.setPen(QColor(tokens.TEXT_2 if tick.major else tokens.AXIS))
            painter.drawText(QRectF(x - 45, 0, 90, self.height()), Qt.AlignmentFlag.AlignCenter, tick.label)
        if cross_ms is not None:
            self._paint_cross(painter, cross_ms, view, width)
        painter.end()

    def _paint_cross(self, painter: QPainter, cross_ms: int, view: View, width: int) -> None:
        x = AXIS_PX + (cross_ms - view.start_ms) / max(1, view.span_ms) * width
        box = QRectF(x - 34, 2, 68, self.height() - 4)
        painter.fillRect(box, QColor(tokens.RAISED))
        painter.setPen(QColor(tokens.TEXT_1))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._formats.moment(cross_ms, False))
