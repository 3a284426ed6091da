"""The replay's one timeline: what happened when, where there is no recording, and where the room stands now."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from widgets.chart_types import View
from widgets.timeline_episodes import EPISODES_PX, Bar, bar_at, chosen_of, neighbour
from widgets.timeline_paint import GUTTER_PX, RULER_PX
from widgets.timeline_pointing import flags_at, handle_at
from widgets.timeline_scale import around
from widgets.timeline_tips import as_written, episode_tip, flag_tip, tip_at
from widgets.timeline_types import Episode, Flag, TimelineClock
from widgets.timeline_view import FRAME_MS, LABEL_PX, TimelineView

DRAG_FROM_PX: Final = 3
_PAN_KEYS: Final = {Qt.Key.Key_PageUp: -0.8, Qt.Key.Key_PageDown: 0.8}
_EPISODE_KEYS: Final = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_ZOOM_KEYS: Final = {Qt.Key.Key_Plus: 0.5, Qt.Key.Key_Equal: 0.5, Qt.Key.Key_Minus: 2.0}


class Timeline(TimelineView):
    """A timeline with mouse and keys.

    Mouse: pressing or dragging moves the head; wheel zooms at the pointer; Shift + wheel, Shift + drag, the middle or
    the right button pan; handles of the marked span can be dragged; a click on a flag goes there, one on an episode
    chooses it. Keys while it has the focus: left and right step a frame, PgUp and PgDn pan, + and - zoom, up and down
    mark another episode, Enter chooses it.

    Signals:
        scrubbed: the head is being dragged and is here now (at_ms); at most once a frame.
        sought: it was let go, or a flag was clicked: exactly here (at_ms).
        stepped: frames forwards or backwards.
        span_dragged: another begin and end of the marked span, (in_ms | None, out_ms | None).
        episode_chosen: an episode was clicked, or Enter pressed on the marked one (its id).
        no_episode: there is none after (+1) or before (-1) the marked one, as far as they are known.
        flag_menu: the other mouse button on flags: (tuple of `Flag`, global position).
    """

    scrubbed = Signal(object)
    sought = Signal(object)
    stepped = Signal(int)
    span_dragged = Signal(object, object)
    episode_chosen = Signal(str)
    no_episode = Signal(int)
    flag_menu = Signal(object, QPoint)

    def __init__(self, clock: TimelineClock, parent: QWidget | None = None) -> None:
        super().__init__(clock, parent)
        self._scrub_ms: int | None = None
        self._pan: tuple[float, View, bool] | None = None
        self._over = ""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # -- mouse -------------------------------------------------------------------------------------------------

    def _clamped_ms(self, x: float) -> int:
        at_ms = self._scale().at_ms(min(max(x, GUTTER_PX), GUTTER_PX + self.plot_px))
        return max(self._clock.first_ms(), min(at_ms, self._clock.edge_ms()))

    def _handle_at(self, position: QPointF) -> str:
        return handle_at(position, self._contents, self._scale(), self._rows)

    def _flags_at(self, position: QPointF) -> tuple[Flag, ...]:
        return flags_at(position, self._contents, self._scale(), self._rows)

    def _bar_at(self, position: QPointF) -> Bar | None:
        return bar_at(position, self._contents, self._scale(), self._rows.episodes_top)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        position, button = event.position(), event.button()
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if button != Qt.MouseButton.LeftButton or shifted:
            self._pan = (position.x(), self._view, False)
            return
        if position.x() < GUTTER_PX:
            return
        self._held = self._handle_at(position)
        flags = () if self._held else self._flags_at(position)
        bar = self._bar_at(position)
        if flags:
            self.sought.emit(flags[0].at_ms)
        elif bar is not None and not self._held:
            self._choose(chosen_of(bar, self._contents.marked))
        elif not self._held:
            self._scrubbing = True
            self._frame.setInterval(FRAME_MS)
            self.scrubbed.emit(self._clamped_ms(position.x()))
            self._look()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position()
        if self._pan is not None:
            self._drag_view(position.x())
        elif self._held:
            self._drag_handle(position.x())
        elif self._scrubbing:
            if self._scrub_ms is None:
                QTimer.singleShot(FRAME_MS, self, self._send_scrub)
            self._scrub_ms = self._clamped_ms(position.x())
        else:
            self._set_hover(position.x() if position.x() >= GUTTER_PX else None)
            self._look_under(position)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pan is not None:
            self._pan = None
        elif self._scrubbing:
            self._scrubbing = False
            self._scrub_ms = None
            self.sought.emit(self._clamped_ms(event.position().x()))
            self._look()
        if self._held:
            self._held = ""
            self.update()

    def _send_scrub(self) -> None:
        if self._scrubbing and self._scrub_ms is not None:
            at_ms, self._scrub_ms = self._scrub_ms, None
            self.scrubbed.emit(at_ms)
            self._look()

    def _drag_view(self, x: float) -> None:
        assert self._pan is not None
        from_x, view, begun = self._pan
        if begun or abs(x - from_x) >= DRAG_FROM_PX:
            self._pan = (from_x, view, True)
            shift_ms = round((from_x - x) / self.plot_px * view.span_ms)
            self.show_view(View(view.start_ms + shift_ms, view.end_ms + shift_ms))

    def _drag_handle(self, x: float) -> None:
        at_ms, in_ms, out_ms = self._clamped_ms(x), self._contents.in_ms, self._contents.out_ms
        if self._held == "in":
            in_ms = at_ms if out_ms is None else min(at_ms, out_ms - 1)
        else:
            out_ms = at_ms if in_ms is None else max(at_ms, in_ms + 1)
        self.set_span(in_ms, out_ms)
        self.span_dragged.emit(in_ms, out_ms)

    def _set_hover(self, x: float | None) -> None:
        if x == self._hover_x:
            return
        scale, head_x = self._scale(), self._scale().x(self._clock.now_ms())
        for one in (self._hover_x, x):
            if one is not None:
                self.update(QRect(round(one) - 2, RULER_PX, 5, self.height() - RULER_PX))
                box = self._painter.hover_rect(one, head_x, scale)
                self.update(box.toAlignedRect().adjusted(-LABEL_PX, -2, LABEL_PX, 2))
        self._hover_x = x

    def _look_under(self, position: QPointF) -> None:
        """The shape of the pointer, and what can be clicked under it says: at once, not after a tool tip's wait."""
        text = self._said_at(position)
        if self._handle_at(position):
            self.setCursor(Qt.CursorShape.SizeHorCursor)
        elif text:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.unsetCursor()
        if text != self._over:
            self._over = text
            if text:
                on_flags = position.y() < self._rows.lanes_top
                y = self._rows.flags_top - 8 if on_flags else self._rows.episodes_top + EPISODES_PX - 12
                self._say(QPoint(round(position.x()), y), text)
            else:
                QToolTip.hideText()

    def _said_at(self, position: QPointF) -> str:
        """What the flags or the episodes there say."""
        flags, bar = self._flags_at(position), self._bar_at(position)
        if flags:
            return flag_tip(flags, self._contents.formats)
        return episode_tip(bar.episodes) if bar is not None else ""

    def _say(self, place: QPoint, text: str) -> None:
        QToolTip.showText(self.mapToGlobal(place), as_written(text), self)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._set_hover(None)
        self._over = ""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        flags = self._flags_at(QPointF(event.pos()))
        if flags:
            self.flag_menu.emit(flags, event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        steps = (delta.y() or delta.x()) / 120
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or (delta.x() and not delta.y()):
            self.pan(-0.1 * steps)
        else:
            x = min(max(event.position().x(), GUTTER_PX), GUTTER_PX + self.plot_px)
            self.zoom(0.8**steps, self._scale().at_ms(x))
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            position = QPointF(event.pos())
            text = self._said_at(position) or tip_at(position, self._contents, self._scale(), self._rows)
            if text:
                self._say(event.pos(), text)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    # -- episodes ----------------------------------------------------------------------------------------------

    def step_episode(self, direction: int) -> None:
        """Mark the next (+1) or previous (-1) episode, bring it into the view and say what it is."""
        found = neighbour(self._contents.episodes, self._contents.marked, self._clock.now_ms(), direction)
        if found is None:
            self.no_episode.emit(direction)
            return
        self.mark_episode(found.episode_id)
        self.setAccessibleDescription(found.tip)
        if not self._inside(found.start_ms):
            self.show_view(around(found.start_ms, self._view.span_ms, 0.5))
        x = max(self._scale().x(found.start_ms), float(GUTTER_PX))
        self._say(QPoint(round(x), self._rows.episodes_top + EPISODES_PX - 12), found.tip)

    def _marked(self) -> Episode | None:
        row = self._contents.episodes
        found = (one for one in (row.episodes if row else ()) if one.episode_id == self._contents.marked)
        return next(found, None)

    def _choose(self, episode: Episode) -> None:
        self.mark_episode(episode.episode_id)
        self.episode_chosen.emit(episode.episode_id)

    # -- keys --------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not event.modifiers():
            self.stepped.emit(1 if key == Qt.Key.Key_Right else -1)
        elif key in _PAN_KEYS:
            self.pan(_PAN_KEYS[key])
        elif key in _ZOOM_KEYS:
            self.zoom(_ZOOM_KEYS[key])
        elif key in _EPISODE_KEYS and not event.modifiers():
            self.step_episode(_EPISODE_KEYS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (one := self._marked()) is not None:
            self._choose(one)
        else:
            super().keyPressEvent(event)
