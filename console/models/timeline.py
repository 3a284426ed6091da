"""What the replay's timeline shows: counts and gaps asked of the server, marks of the live room."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from backend.contracts.commands import PlaceMark, RemoveMark
from backend.contracts.marks import Mark, MarkKind
from backend.contracts.replay import Timeline as TimelineAnswer
from backend.contracts.state import Delta
from console.commands.commands import Pending, new_id
from console.models.recorded_calls import RecordedCallRow
from console.models.replay import ReplayControl
from console.models.session import Session
from console.timebase import monotonic_s
from widgets.chart_types import View
from widgets.timeline_types import Density, Flag, GapRow

DOOR: Final = "/api/v1/replay/timeline"
SETTLE_MS: Final = 60
LOOK_EVERY_MS: Final = 1000
BAR_PX: Final = 3
BUCKETS_LEAST: Final = 10
BUCKETS_MOST: Final = 2000
SPAN_LEAST_MS: Final = 1000
SPAN_MOST_MS: Final = 40 * 86_400_000
"""What the door answers: at least a second and ten buckets, at most forty days."""

MARGIN_SHARE: Final = 0.5
"""Of the visible span on either side: so much is loaded besides, so that panning finds bars already there."""

FINER: Final = 1.5
"""Bars that many times wider or narrower than wanted are asked for anew."""

EDGE_EVERY_S: Final = 3.0
EDGE_EVERY_MOST_S: Final = 20.0
RETRY_S: Final = 3.0
LOADING_AFTER_S: Final = 0.3


class TimelineModel(QObject):
    """Lives on the GUI thread. One question is under way at a time; the newest view counts.

    Args:
        session: the replay's; its server is asked, marks are those of its live session.

    Signals:
        loaded: other counts and gaps.
        flags_changed: other flags, or one of them is no longer pending.
        told: what is to be said instead of bars, or that they are on their way, changed.
    """

    loaded = Signal()
    flags_changed = Signal()
    told = Signal()

    def __init__(self, session: Session, control: ReplayControl, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._live = session.live
        self._control = control
        self.density: Density | None = None
        self.gaps: tuple[GapRow, ...] = ()
        self.fault = ""
        self._said: tuple[str, bool] = ("", False)
        self._view: View | None = None
        self._width_px = 1
        self._asking = False
        self._asked: View | None = None
        self._asked_edge_ms = 0
        self._asked_bucket_ms = 0
        self._asked_s = -1e9
        self._under_way: dict[str, tuple[Flag, Pending]] = {}
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._ask_if_due)
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._ask_if_due)
        self.calls = RecordedCallRow(session, control, self)
        self._live.changed.connect(self._room_changed)
        control.span_changed.connect(self._settle.start)

    def set_active(self, active: bool) -> None:
        """Nothing is asked while nobody looks."""
        self.calls.set_active(active)
        if active:
            self._timer.start()
            self._settle.start()
        else:
            self._timer.stop()
            self._settle.stop()

    # -- counts and gaps -----------------------------------------------------------------------------------------

    def look(self, view: View, width_px: int) -> None:
        """This part of time is shown, so wide."""
        self._view, self._width_px = view, max(1, width_px)
        self.calls.look(view)
        if self._timer.isActive() and not self._settle.isActive():
            self._settle.start()

    @property
    def notice(self) -> str:
        """A sentence for a person in place of the bars; "" = none."""
        if self._control.first_ms and self._control.edge_ms <= self._control.first_ms:
            return self.tr("Nothing has been recorded yet")
        if self.fault:
            return self.tr("The timeline cannot be loaded: {reason}. Trying again.").format(reason=self.fault)
        return ""

    @property
    def loading(self) -> bool:
        """Nothing to show yet, and it has been waited for a while."""
        return self._asking and self.density is None and monotonic_s() - self._asked_s > LOADING_AFTER_S

    def bucket_ms(self) -> int:
        """How wide bars should be for the view that is shown."""
        span_ms = self._view.span_ms if self._view is not None else 1
        most_shown = BUCKETS_MOST / (1 + 2 * MARGIN_SHARE)
        return max(1, -(-span_ms * BAR_PX // self._width_px), math.ceil(span_ms / most_shown))

    def question(self) -> View | None:
        """What has to be asked to show the view as it should be: whole buckets, with a margin; None = nothing."""
        view, control = self._view, self._control
        if view is None:
            return None
        bucket_ms = self.bucket_ms()
        room_ms = SPAN_MOST_MS - view.span_ms - 2 * bucket_ms
        margin_ms = min(round(view.span_ms * MARGIN_SHARE), max(0, room_ms // 2))
        end_ms = min(view.end_ms + margin_ms, control.edge_ms)
        if end_ms <= max(view.start_ms - margin_ms, control.first_ms):
            return None  # nothing of it can have been logged
        least_ms = max(SPAN_LEAST_MS, BUCKETS_LEAST * bucket_ms)
        start_ms = min(max(view.start_ms - margin_ms, control.first_ms), end_ms - least_ms)
        start_ms = max(start_ms, 0) // bucket_ms * bucket_ms
        count = -(-(end_ms - start_ms) // bucket_ms)
        return View(start_ms, start_ms + count * bucket_ms)

    def _due(self) -> bool:
        view, density, asked = self._view, self.density, self._asked
        if view is None:
            return False
        if self.fault:
            return monotonic_s() - self._asked_s >= RETRY_S
        if density is None or asked is None:
            return True
        wanted_ms = self.bucket_ms()
        if not wanted_ms / FINER <= density.bucket_ms <= wanted_ms * FINER and not self._as_fine_as_can_be(density):
            return True
        if view.start_ms < asked.start_ms and asked.start_ms > self._control.first_ms:
            return True
        if min(view.end_ms, self._asked_edge_ms) > asked.end_ms:
            return True
        every_s = min(max(EDGE_EVERY_S, density.bucket_ms / 1000), EDGE_EVERY_MOST_S)
        return view.end_ms > self._asked_edge_ms and monotonic_s() - self._asked_s >= every_s

    def _as_fine_as_can_be(self, density: Density) -> bool:
        """The server gave other buckets than it was asked for, and was asked for these."""
        return self._asked_bucket_ms == self.bucket_ms() != density.bucket_ms

    def _ask_if_due(self) -> None:
        self._tell()
        server, question = self._session.server, self.question()
        if server is None or question is None or self._asking or not self._due():
            return
        self._asking = True
        self._asked_s = monotonic_s()
        bucket_ms = self._asked_bucket_ms = self.bucket_ms()
        edge_ms = self._control.edge_ms
        buckets = max(1, question.span_ms // bucket_ms)

        def answered(answer: TimelineAnswer) -> None:
            if shiboken6.isValid(self):
                self._take(answer, question, edge_ms)

        def failed(reason: str) -> None:
            if shiboken6.isValid(self):
                self._asking = False
                self.fault = reason
                self._tell()

        query = {"start": question.start_ms, "end": question.end_ms, "buckets": buckets}
        server.ask(DOOR, query, TimelineAnswer, answered, failed)
        QTimer.singleShot(round(LOADING_AFTER_S * 1000) + 20, self, self._tell)

    def _take(self, answer: TimelineAnswer, question: View, edge_ms: int) -> None:
        self._asking = False
        self.fault = ""
        self._asked, self._asked_edge_ms = question, edge_ms
        counts: dict[str, NDArray[np.int64]] = {
            lane.lane: np.asarray(lane.counts, dtype=np.int64) for lane in answer.lanes
        }
        self.density = Density(answer.start_ms, max(1, answer.bucket_ms), counts)
        site = self._live.state.site
        names = {} if site is None else {one.camera_id: one for one in site.cameras}
        self.gaps = tuple(
            GapRow(
                self._session.local_name(camera.name_vi, camera.name_en)
                if (camera := names.get(row.camera_id)) is not None
                else row.camera_id,
                row.spans,
            )
            for row in answer.gaps
        )
        self.loaded.emit()
        self._tell()
        if self._timer.isActive():
            self._settle.start()  # somebody may have moved on meanwhile

    def _tell(self) -> None:
        said = (self.notice, self.loading)
        if said != self._said:
            self._said = said
            self.told.emit()

    # -- marks ---------------------------------------------------------------------------------------------------

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Marks of the room; what is asked for and not there yet, or not gone yet, is pending."""
        flags = {mark_id: _flag(mark) for mark_id, mark in self._live.state.marks.items()}
        for mark_id, (flag, _) in self._under_way.items():
            flags[mark_id] = flag
        return tuple(flags.values())

    def place(self, kind: MarkKind, at_ms: int, text: str = "", end_ms: int | None = None) -> Pending:
        """Ask for a mark at an instant; it is pending until its event is back.

        Raises:
            pydantic.ValidationError: the text is longer than a mark's may be.
        """
        mark_id = new_id()
        selected = self._session.selection.current
        wish = PlaceMark(
            command_id=new_id(),
            mark_id=mark_id,
            mark_kind=kind,
            at_ms=at_ms,
            end_ms=end_ms,
            alert_id=selected.key if selected is not None and selected.kind == "alert" else "",
            text=text,
        )
        who = self._live.operator.user if self._live.operator is not None else ""
        flag = Flag(mark_id, kind, at_ms, end_ms, text, who, pending=True)
        return self._follow(flag, self._live.commands.submit_room(wish))

    def remove(self, flag: Flag) -> Pending:
        """Ask to take a mark away."""
        wish = RemoveMark(command_id=new_id(), mark_id=flag.flag_id)
        leaving = Flag(flag.flag_id, flag.kind, flag.at_ms, flag.end_ms, flag.text, flag.who, pending=True)
        return self._follow(leaving, self._live.commands.submit_room(wish))

    def may_remove(self, flag: Flag) -> bool:
        """One's own, or anybody's for who may debrief."""
        operator = self._live.operator
        own = operator is not None and flag.who == operator.user
        return not flag.pending and self._live.may("mark.remove") and (own or self._live.may("debrief"))

    def _follow(self, flag: Flag, pending: Pending) -> Pending:
        if pending.waiting:
            self._under_way[flag.flag_id] = (flag, pending)
            pending.changed.connect(self._decided)
            self.flags_changed.emit()
        return pending

    def _decided(self) -> None:
        left = {mark_id: one for mark_id, one in self._under_way.items() if one[1].waiting}
        if len(left) != len(self._under_way):
            self._under_way = left
            self.flags_changed.emit()

    def _room_changed(self, delta: Delta) -> None:
        if delta.marks or delta.reset:
            self.flags_changed.emit()


def _flag(mark: Mark) -> Flag:
    return Flag(mark.mark_id, mark.kind, mark.at_ms, mark.end_ms, mark.text, mark.placed_by)
