"""What stands across the foot of a replay window: the room's one timeline and the transport under it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, Literal

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from backend.contracts.commands import Right
from backend.contracts.marks import MarkKind
from backend.contracts.replay import LANES, LIVE_EDGE_MS
from console.chrome.actions import Deed, key_text
from console.chrome.transport_dialogs import EvidenceDialog, EvidenceKind, GoToDialog
from console.chrome.transport_keys import transport_deeds
from console.chrome.transport_parts import NoteRow, OutcomeTag, lane_words, rate_words
from console.commands.commands import Pending
from console.models.replay import ReplayControl
from console.models.session import Selected, Session
from console.models.timeline import TimelineModel
from console.timebase import RATES
from widgets.timeline import Timeline
from widgets.timeline_icons import Glyph, transport_icon
from widgets.timeline_scale import instant_text
from widgets.timeline_types import Flag, TimelineClock, TimelineFormats
from widgets.timeline_types import Lane as TimelineLane

CLOCK_EVERY_MS: Final = 40
ROW_PX: Final = 40
RATE_PX: Final = 58
TOLD_MS: Final = 6_000
"""So long what was done stays to be read; what was refused stays until something else is done."""

MARK_MOST_CHARS: Final = 2000
WrittenKind = Literal["note", "debrief"]

_EVIDENCE_RIGHTS: Final[dict[EvidenceKind, Right]] = {"hold": "evidence.hold", "export": "evidence.export"}


class TransportBar(QWidget):
    """Timeline and transport of one replay window.

    Args:
        session: a replay's; marks, holds and exports go to its live session.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        assert session.replay is not None, "a transport belongs to a replay"
        self._session = session
        self.control: ReplayControl = session.replay
        self.model = TimelineModel(session, self.control, self)
        self._written: tuple[WrittenKind, int] = ("note", 0)
        self.setObjectName("transport")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.timeline = self._make_timeline()
        self._outcome = OutcomeTag(self.timeline)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.timeline)
        self._rows = QStackedWidget()
        self._rows.addWidget(self._make_row())
        self._note_row = NoteRow(MARK_MOST_CHARS)
        self._rows.addWidget(self._note_row)
        self._rows.setFixedHeight(ROW_PX)
        column.addWidget(self._rows)
        self._clock_timer = QTimer(self, interval=CLOCK_EVERY_MS)
        self._clock_timer.timeout.connect(self._tell_clock)
        self._told = QTimer(self, singleShot=True, interval=TOLD_MS)
        self._told.timeout.connect(self._tell_trouble)
        self._connect()
        self._tell_site()
        self._tell_span()
        self._tell_motion()
        self._tell_flags()
        self._tell_calls()
        self._mark_call(session.selection.current)

    @property
    def zoomed(self) -> Timeline:
        """What the keys of zoom change."""
        return self.timeline

    # -- parts -------------------------------------------------------------------------------------------------

    def _make_timeline(self) -> Timeline:
        control = self.control
        line = Timeline(
            TimelineClock(
                control.clock.now_ms,
                lambda: control.edge_ms,
                lambda: control.first_ms,
                lambda: control.clock.motion.rate,
            ),
            self,
        )
        line.set_lanes([TimelineLane(lane, lane_words(lane), urgent=lane == "alert") for lane in LANES])
        return line

    def _make_row(self) -> QWidget:
        control = self.control
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        mark = QLabel(self.tr("REPLAY"))
        mark.setObjectName("replayMark")
        row.addWidget(mark)
        row.addSpacing(4)
        self._lane = QComboBox()
        self._lane.setToolTip(self.tr("What the jumps stop at"))
        self._lane.addItem(self.tr("All events"), None)
        for lane in LANES:
            if lane != "motion":  # raw detections are no events: nothing to stop at
                self._lane.addItem(lane_words(lane), lane)
        previous = self._button("previous", self.tr("Previous event"), "Ctrl+Left", partial(self.jump, -1))
        following = self._button("next", self.tr("Next event"), "Ctrl+Right", partial(self.jump, 1))
        back = self._button("frame_back", self.tr("One frame back"), ",", partial(control.step, -1))
        forward = self._button("frame_forward", self.tr("One frame forward"), ".", partial(control.step, 1))
        self._reverse = self._button("reverse", self.tr("Play backwards"), "J", control.backwards)
        self._play = self._button("play", self.tr("Play or pause"), "Space", control.toggle)
        for part in (previous, back, self._reverse, self._play, forward, following, self._lane):
            row.addWidget(part)
        self._rate = QPushButton()
        self._rate.setFixedWidth(RATE_PX)
        self._rate.setObjectName("transportRate")
        self._rate.setToolTip(self.tr("Speed: {slower} slower, {faster} faster").format(slower="[", faster="]"))
        self._rate.clicked.connect(self._choose_rate)
        row.addWidget(self._rate)
        self._clock = QLabel()
        self._clock.setObjectName("replayClock")
        row.addWidget(self._clock)
        row.addWidget(self._word(self.tr("Go to…"), self.tr("Go to an instant"), "Ctrl+G", self.go_to))
        row.addWidget(self._word(self.tr("Newest"), self.tr("To the edge of the present"), "End", self.to_edge))
        row.addStretch(1)
        self._add_marks(row)
        return page

    def _add_marks(self, row: QHBoxLayout) -> None:
        control = self.control
        self._bookmark = self._button("bookmark", self.tr("Bookmark here"), "B", self.bookmark)
        self._note = self._button("note", self.tr("Note here"), "N", partial(self.write, "note"))
        self._debrief = self._button("debrief", self.tr("Debrief comment here"), "D", partial(self.write, "debrief"))
        self._in = self._button("mark_in", self.tr("Begin of the span"), "I", control.mark_in)
        self._out = self._button("mark_out", self.tr("End of the span"), "O", control.mark_out)
        self._clear = self._button("clear", self.tr("Clear the span"), "X", control.clear_span)
        for part in (self._bookmark, self._note, self._debrief, self._in, self._out, self._clear):
            row.addWidget(part)
        row.addSpacing(4)
        self._hold = self._word(self.tr("Hold evidence"), "", "", partial(self.order, "hold"))
        self._export = self._word(self.tr("Export evidence"), "", "", partial(self.order, "export"))
        row.addWidget(self._hold)
        row.addWidget(self._export)

    def _button(self, glyph: Glyph, name: str, key: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(transport_icon(glyph), "")
        button.setObjectName("transportButton")
        button.setFixedSize(30, 28)
        self._furnish(button, name, key, act)
        return button

    def _word(self, text: str, name: str, key: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        self._furnish(button, name, key, act)
        return button

    def _furnish(self, button: QPushButton, name: str, key: str, act: Callable[[], object]) -> None:
        button.setAccessibleName(name or button.text())
        button.setToolTip(f"{name} ({key_text(key)})" if key else name)
        # A click leaves the keyboard where it was.
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda checked=False: act())

    def _connect(self) -> None:
        control, line, model = self.control, self.timeline, self.model
        line.scrubbed.connect(control.scrub)
        line.sought.connect(control.seek)
        line.stepped.connect(control.step)
        line.span_dragged.connect(control.set_span)
        line.view_changed.connect(self._look)
        line.flag_menu.connect(self._offer_flags)
        line.episode_chosen.connect(self.go_to_call)
        line.no_episode.connect(self._no_further_call)
        self._note_row.given.connect(self._send_note)
        self._note_row.left.connect(self._close_note)
        model.loaded.connect(self._take_loaded)
        model.flags_changed.connect(self._tell_flags)
        model.told.connect(self._tell_notice)
        model.calls.changed.connect(self._tell_calls)
        self._session.selection.changed.connect(self._mark_call)
        control.jumped.connect(self._jumped)
        control.no_further.connect(self._no_further)
        control.moved.connect(self._tell_motion)
        control.span_changed.connect(self._tell_span)
        control.loading_changed.connect(self._tell_trouble)
        self._session.changed.connect(lambda delta: self._tell_site() if delta.site or delta.reset else None)
        self._session.live.operator_changed.connect(self._tell_span)

    # -- deeds -------------------------------------------------------------------------------------------------

    def jump(self, direction: int) -> None:
        """To the next (+1) or previous (-1) event of the lane that is chosen here."""
        self.control.jump(self._lane.currentData(), direction)

    def step_call(self, direction: int) -> None:
        """Mark the next (+1) or previous (-1) recorded call; Enter goes to it."""
        self.timeline.setFocus()
        self.timeline.step_episode(direction)

    def go_to_call(self, call_id: str) -> None:
        """To the beginning of a recorded call, which the hotline's board shows; what was said goes along from there."""
        call = self.model.calls.call(call_id)
        if call is not None:
            self.control.seek(call.begin_ms)
            self._session.selection.bring_room_to("call", call_id)

    def to_edge(self) -> None:
        """As near to the present as a replay can be."""
        self.control.seek(self.control.edge_ms)

    def go_to(self) -> None:
        """Ask for an instant."""
        control = self.control
        dialog = GoToDialog(control.clock.now_ms, self._present_ms, self._offset_min, self)
        dialog.chosen.connect(control.seek)
        dialog.show()

    def bookmark(self) -> None:
        self._place("bookmark", self.control.clock.now_ms())

    def mark_span(self) -> None:
        """Leave the marked span on the timeline for everybody."""
        span = self.control.span_ms
        if span is not None:
            self._place("span", span[0], end_ms=span[1])

    def write(self, kind: WrittenKind) -> None:
        """Open the row for words about this instant; playing stops, so that they belong to what is seen."""
        may = self._session.live.may
        if not may("mark.place") or (kind == "debrief" and not may("debrief")) or self._rows.currentIndex() != 0:
            return
        self.control.pause()
        at_ms = self.control.clock.now_ms()
        self._written = (kind, at_ms)
        words = self.tr("Debrief at {at}") if kind == "debrief" else self.tr("Note at {at}")
        self._rows.setCurrentWidget(self._note_row)
        self._note_row.open(words.format(at=instant_text(at_ms, self._offset_min, self._decimal)))

    def order(self, kind: EvidenceKind) -> None:
        """Hold or export what the marked span holds."""
        span = self.control.span_ms
        if span is None or not self._session.live.may(_EVIDENCE_RIGHTS[kind]):
            return
        dialog = EvidenceDialog(self._session, kind, span, self)
        dialog.done_words.connect(lambda text: self._say(text, failed=False))
        dialog.show()

    def show_marked(self) -> None:
        """Zoom to the marked span."""
        span = self.control.span_ms
        if span is not None:
            margin_ms = max(500, (span[1] - span[0]) // 10)
            view = self.timeline.view
            self.timeline.show_view(type(view)(span[0] - margin_ms, span[1] + margin_ms))

    # -- marks -------------------------------------------------------------------------------------------------

    def _send_note(self, text: str) -> None:
        kind, at_ms = self._written
        pending = self.model.place(kind, at_ms, text)

        def tell() -> None:
            if not isValid(self):
                return
            if pending.waiting:
                self._note_row.tell(self.tr("Sent, waiting for the server…"), waiting=True, failed=False)
            elif pending.failed:
                # Its words stay in the field: they can be sent again.
                self._note_row.tell(pending.reason, waiting=False, failed=True)
            else:
                self._close_note()

        pending.changed.connect(tell)
        self.timeline.setFocus()
        tell()

    def _close_note(self) -> None:
        self._note_row.field.clear()
        if self._note_row.field.hasFocus():
            self.timeline.setFocus()
        self._rows.setCurrentIndex(0)

    def _place(self, kind: MarkKind, at_ms: int, end_ms: int | None = None) -> None:
        if self._session.live.may("mark.place"):
            self._follow(self.model.place(kind, at_ms, end_ms=end_ms))
        else:
            self._say(self.tr("Your role places no marks"), failed=True)

    def _follow(self, pending: Pending) -> None:
        def tell() -> None:
            if not isValid(self):
                return
            if pending.waiting:
                self._say(self.tr("Sent, waiting for the server…"), failed=False)
            else:
                self._say(pending.reason, failed=pending.failed)

        pending.changed.connect(tell)
        tell()

    def _offer_flags(self, flags: tuple[Flag, ...], place: QPoint) -> None:
        menu = QMenu(self)
        for flag in flags:
            at = instant_text(flag.at_ms, self._offset_min, self._decimal)
            words = flag.text.splitlines()[0][:60] if flag.text else ""
            go = menu.addAction(" · ".join(part for part in (at, words) if part))
            go.triggered.connect(lambda checked=False, at_ms=flag.at_ms: self.control.seek(at_ms))
            remove = menu.addAction(self.tr("Remove this mark"))
            remove.setEnabled(self.model.may_remove(flag))
            remove.triggered.connect(lambda checked=False, one=flag: self._follow(self.model.remove(one)))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    # -- telling -----------------------------------------------------------------------------------------------

    @property
    def _offset_min(self) -> int:
        return self.timeline.contents.formats.utc_offset_min

    @property
    def _decimal(self) -> str:
        return "." if self._session.language == "en" else ","

    def _present_ms(self) -> int:
        return self.control.edge_ms + LIVE_EDGE_MS

    def _tell_site(self) -> None:
        site = self._session.state.site or self._session.live.state.site
        words = self.tr("now −{seconds} s").format(seconds=LIVE_EDGE_MS // 1000)
        self.timeline.set_formats(TimelineFormats(site.utc_offset_min if site else 0, self._decimal, words))
        self._tell_clock()

    def _tell_clock(self) -> None:
        at = instant_text(self.control.clock.now_ms(), self._offset_min, self._decimal)
        # The date stands on the head and in the window's header.
        self._clock.setText(at.partition(" · ")[0])

    def _tell_motion(self) -> None:
        playing = self.control.playing
        self._play.setIcon(transport_icon("pause" if playing else "play"))
        self._rate.setText(rate_words(self.control.rate, self._decimal))
        if playing and self.isVisible():
            self._clock_timer.start()
        else:
            self._clock_timer.stop()
        self._tell_clock()

    def _tell_span(self) -> None:
        control, live = self.control, self._session.live
        self.timeline.set_span(control.in_ms, control.out_ms)
        span = control.span_ms
        self._clear.setEnabled(control.in_ms is not None or control.out_ms is not None)
        orders: tuple[tuple[QPushButton, EvidenceKind, str], ...] = (
            (self._hold, "hold", "Ctrl+H"),
            (self._export, "export", "Ctrl+E"),
        )
        for button, kind, key in orders:
            may = live.may(_EVIDENCE_RIGHTS[kind])
            button.setEnabled(may and span is not None)
            if not may:
                button.setToolTip(self.tr("Your role does not allow this"))
            elif span is None:
                button.setToolTip(self.tr("First mark begin (I) and end (O) of the span"))
            else:
                button.setToolTip(key_text(key))
        for button in (self._bookmark, self._note):
            button.setEnabled(live.may("mark.place"))
        self._debrief.setVisible(live.may("mark.place") and live.may("debrief"))

    def _tell_flags(self) -> None:
        self.timeline.set_flags(self.model.flags)

    def _tell_calls(self) -> None:
        self.timeline.set_episodes(self.model.calls.row)

    def _mark_call(self, selected: Selected | None) -> None:
        self.timeline.mark_episode(selected.key if selected is not None and selected.kind == "call" else "")

    def _tell_notice(self) -> None:
        self.timeline.set_notice(self.model.notice, self.model.loading)

    def _take_loaded(self) -> None:
        self.timeline.set_density(self.model.density)
        self.timeline.set_gaps(self.model.gaps)
        self._tell_notice()

    def _tell_trouble(self) -> None:
        """What the replay itself has to say, unless an answer stands there to be read."""
        if not self._told.isActive():
            self._say(self.control.fault, failed=True)

    def _no_further(self, direction: int) -> None:
        self._say(self.tr("No later event.") if direction > 0 else self.tr("No earlier event."), failed=False)

    def _no_further_call(self, direction: int) -> None:
        later = self.tr("No later recorded call near what is shown.")
        self._say(later if direction > 0 else self.tr("No earlier recorded call near what is shown."), failed=False)

    def _say(self, text: str, failed: bool) -> None:
        self._outcome.tell(text, failed)
        if text and not failed:
            self._told.start()

    def _look(self) -> None:
        self.model.look(self.timeline.view, self.timeline.plot_px)

    def _jumped(self, at_ms: int, exact: bool) -> None:
        if exact:
            self.timeline.reveal()
        self._tell_clock()

    def _choose_rate(self) -> None:
        menu = QMenu(self)
        backwards = self.control.rate < 0
        for rate in reversed(RATES):
            chosen = -rate if backwards else rate
            action = menu.addAction(rate_words(chosen, self._decimal))
            action.setCheckable(True)
            action.setChecked(chosen == self.control.rate)
            action.triggered.connect(lambda checked=False, one=chosen: self.control.set_rate(one))
        menu.addSeparator()
        menu.addAction(self.tr("Turn round")).triggered.connect(lambda checked=False: self.control.turn())
        menu.aboutToHide.connect(menu.deleteLater)
        top = self._rate.mapToGlobal(QPoint(0, 0))
        menu.popup(QPoint(top.x(), top.y() - menu.sizeHint().height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # The timeline has its new width by the end of this turn.
        QTimer.singleShot(0, self, self._outcome.place)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.model.set_active(True)
        self._look()
        self._tell_motion()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.model.set_active(False)
        self._clock_timer.stop()


def front_bar(control: ReplayControl) -> TransportBar | None:
    """The bar of the window that the keyboard is in, else any of this replay's that is to be seen."""
    bars = [
        bar
        for window in QApplication.topLevelWidgets()
        for bar in window.findChildren(TransportBar)
        if bar.control is control and bar.isVisible()
    ]
    active: QWidget | None = QApplication.activeWindow()
    while active is not None:
        for bar in bars:
            if bar.window() is active:
                return bar
        active = active.parentWidget()  # a panel or a dialog that belongs to the window
    return bars[0] if bars else None


def replay_deeds(control: ReplayControl, session: Session) -> list[Deed]:
    """All that can be done in a replay window, with the keys of a video editor."""
    return transport_deeds(control, session, partial(front_bar, control))
