"""Recorded calls as the replay's timeline shows them: asked of the server for views that are not too wide."""

from __future__ import annotations

from typing import Final

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal

from backend.contracts.hotline import RECORDED_LONGEST_MS, RECORDED_MOST, RecordedCall, RecordedCalls
from backend.contracts.state import Delta
from console.models.numbers import format_age, format_time
from console.models.replay import ReplayControl
from console.models.session import Session
from console.timebase import monotonic_s
from widgets.chart_types import View
from widgets.timeline_types import Episode, EpisodeRow

DOOR: Final = "/api/v1/hotline/recorded"
SHOWN_LONGEST_MS: Final = RECORDED_LONGEST_MS // 2
"""Wider views show none: what is loaded beside them has to fit into one question, too."""

SETTLE_MS: Final = 60
LOOK_EVERY_MS: Final = 1000
EDGE_EVERY_S: Final = 5.0
RETRY_S: Final = 3.0
CLOSER: Final = 0.75
"""A question so much shorter than the last one may tell what that one had to leave out."""


class RecordedCallRow(QObject):
    """Lives on the GUI thread. One question is under way at a time; the newest view counts.

    Args:
        session: the replay's; its server is asked, the right to listen is that of its live session.

    Signals:
        changed: another `row`.
    """

    changed = Signal()

    def __init__(self, session: Session, control: ReplayControl, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._live = session.live
        self._control = control
        self._view: View | None = None
        self._asked: View | None = None
        self._asked_edge_ms = 0
        self._asked_s = -1e9
        self._asking = False
        self._stale = False
        self._fault = ""
        self._answer: RecordedCalls | None = None
        self._calls: dict[str, RecordedCall] = {}
        self.row: EpisodeRow | None = None
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._ask_if_due)
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._ask_if_due)
        self._live.changed.connect(self._room_changed)
        self._live.operator_changed.connect(self._rights_changed)
        self._tell()

    def set_active(self, active: bool) -> None:
        """Nothing is asked while nobody looks."""
        if active:
            self._timer.start()
            self._settle.start()
        else:
            self._timer.stop()
            self._settle.stop()

    def look(self, view: View) -> None:
        """This part of time is shown."""
        self._view = view
        self._tell()
        if self._timer.isActive() and not self._settle.isActive():
            self._settle.start()

    def call(self, call_id: str) -> RecordedCall | None:
        """One of those that are shown."""
        return self._calls.get(call_id)

    # -- asking ------------------------------------------------------------------------------------------------------

    @property
    def _allowed(self) -> bool:
        operator = self._live.operator
        return operator is not None and "hotline" in operator.rights

    @property
    def _too_wide(self) -> bool:
        return self._view is not None and self._view.span_ms > SHOWN_LONGEST_MS

    def question(self) -> View | None:
        """The view with a margin, as far as there is time that can be replayed; None = nothing is to be asked."""
        view, control = self._view, self._control
        if view is None or self._too_wide or not self._allowed:
            return None
        margin_ms = min(view.span_ms // 2, (RECORDED_LONGEST_MS - view.span_ms) // 2)
        start_ms = max(view.start_ms - margin_ms, control.first_ms, 0)
        end_ms = min(view.end_ms + margin_ms, control.edge_ms)
        return View(start_ms, end_ms) if start_ms < end_ms else None

    def _due(self, view: View) -> bool:
        since_s = monotonic_s() - self._asked_s
        if self._fault:
            return since_s >= RETRY_S
        asked = self._asked
        if asked is None or self._stale:
            return True
        if view.start_ms < asked.start_ms and asked.start_ms > self._control.first_ms:
            return True
        if min(view.end_ms, self._asked_edge_ms) > asked.end_ms or self._is_cut_before(view):
            return True
        return view.end_ms > self._asked_edge_ms and since_s >= EDGE_EVERY_S

    def _is_cut_before(self, view: View) -> bool:
        """There were more than are told at once, and the view went on to where they were cut, or closer."""
        asked, question = self._asked, self.question()
        if asked is None or question is None or self._answer is None or not self._answer.more:
            return False
        went_on = question.start_ms >= asked.start_ms + asked.span_ms // 4
        return self._known_until_ms < view.end_ms and (went_on or question.span_ms < asked.span_ms * CLOSER)

    @property
    def _known_until_ms(self) -> int:
        """Of more calls than are told at once those that begin later are not known."""
        answer, asked = self._answer, self._asked
        if answer is None or asked is None:
            return 0
        if not answer.more:
            return asked.end_ms
        return answer.calls[-1].begin_ms if answer.calls else asked.start_ms

    def _ask_if_due(self) -> None:
        server, question, view = self._session.server, self.question(), self._view
        if server is None or question is None or view is None or self._asking or not self._due(view):
            return
        self._asking, self._stale = True, False
        self._asked_s = monotonic_s()
        edge_ms = self._control.edge_ms

        def answered(answer: RecordedCalls) -> None:
            if shiboken6.isValid(self):
                self._take(answer, question, edge_ms)

        def failed(reason: str) -> None:
            if shiboken6.isValid(self):
                self._asking = False
                self._fault = reason
                self._tell()

        query = {"start": question.start_ms, "end": question.end_ms}
        server.ask(DOOR, query, RecordedCalls, answered, failed)

    def _take(self, answer: RecordedCalls, question: View, edge_ms: int) -> None:
        self._asking = False
        if not self._allowed:
            return
        self._fault = ""
        self._asked, self._asked_edge_ms, self._answer = question, edge_ms, answer
        self._calls = {one.call_id: one for one in answer.calls}
        self._session.call_recordings.update({one.call_id: one.recording for one in answer.calls})
        self._tell()
        if self._timer.isActive():
            self._settle.start()  # somebody may have moved on meanwhile

    def _room_changed(self, delta: Delta) -> None:
        """A recording that was handed over since lies in time that was asked for already."""
        asked = self._asked
        if asked is None or not (delta.calls or delta.reset):
            return
        if delta.reset:
            self._stale = True
            return
        for call_id in delta.calls - self._calls.keys():
            call = self._live.state.call(call_id)
            if call is not None and call.recording is not None and call.arrived_ms < asked.end_ms:
                self._stale |= call.recording.ended_ms > asked.start_ms

    def _rights_changed(self) -> None:
        self._asked = self._answer = None
        self._calls = {}
        self._tell()
        if self._timer.isActive():
            self._settle.start()

    # -- telling -----------------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        row = self._row()
        if row != self.row:
            self.row = row
            self.changed.emit()

    def _row(self) -> EpisodeRow | None:
        if not self._allowed:
            return None
        name, asked, answer = self.tr("Recorded calls"), self._asked, self._answer
        if self._too_wide:
            words = self.tr("Recorded calls are shown in views of up to {hours} h: zoom in (+)")
            return EpisodeRow(name, notice=words.format(hours=SHOWN_LONGEST_MS // 3_600_000))
        notice = ""
        if self._fault:
            words = self.tr("Recorded calls cannot be loaded: {reason}. Trying again.")
            notice = words.format(reason=self._fault)
        if asked is None or answer is None:
            return EpisodeRow(name, notice=notice)
        known_ms = (asked.start_ms, self._known_until_ms)
        if answer.more:
            words = self.tr("The first {count} calls only: zoom in (+)")
            notice = notice or words.format(count=RECORDED_MOST)
        return EpisodeRow(name, tuple(self._episode(one) for one in answer.calls), known_ms, notice)

    def _episode(self, call: RecordedCall) -> Episode:
        recording = call.recording
        return Episode(
            call.call_id, call.begin_ms, call.end_ms, (recording.started_ms, recording.ended_ms), self._tip(call)
        )

    def _tip(self, call: RecordedCall) -> str:
        """When, how long, which queue, who answered."""
        site, language = self._live.state.site, self._session.language
        offset_min = site.utc_offset_min if site is not None else 0
        length = format_age(call.recording.duration_ms / 1000, language)
        when = format_time(call.arrived_ms, offset_min, with_date=True)
        lines = [self.tr("Call {time} · {length} recorded").format(time=when, length=length)]
        if call.answered_ms is not None:
            waited = format_age((call.answered_ms - call.arrived_ms) / 1000, language)
            lines.append(self.tr("answered after {time}").format(time=waited))
        if call.queue:
            lines.append(self.tr("Queue: {name}").format(name=call.queue))
        if call.agent:
            lines.append(self.tr("Answered by: {name}").format(name=call.agent))
        return "\n".join(lines)
