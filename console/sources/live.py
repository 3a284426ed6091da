"""The live session: what the link brings is folded here, once, and everybody is told once a batch."""

from __future__ import annotations

from collections import deque
from typing import Final

from PySide6.QtCore import QObject, Signal

from backend.contracts.events import LoggedEvent
from backend.contracts.feed import Welcome
from backend.contracts.state import Delta, FoldError, RoomState, apply
from console.link.thread import Link, LinkBatch
from console.models.session import Operator, Session
from console.sources.backfill import Backfill
from console.timebase import WallClock

FIRST_SPAN_MS: Final = 30 * 60_000
"""How far back a desk that just started asks for every parameter; charts ask for more when they are looked at."""

OVERLAP_MS: Final = 60_000

OFFSETS_KEPT: Final = 8
"""Looks at the server's clock that are compared: a frame that was long on its way makes the server seem behind, never
ahead, so the largest difference is the best."""


class LiveSource(QObject):
    """Feeds a session from the link. Lives on the GUI thread.

    Signals:
        folded: number of events applied in a batch, for measuring.
    """

    folded = Signal(int)

    def __init__(self, session: Session, link: Link, clock: WallClock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._link = link
        self._clock = clock
        self._backfill = Backfill(link, session.readings, self)
        self._covered_ms = 0
        self._wants_backfill = False
        self._offsets_ms: deque[int] = deque(maxlen=OFFSETS_KEPT)
        self._linked = False
        self._goal: Welcome | None = None
        self._starting_over = False
        link.batch.connect(self._take)
        link.linked.connect(self._link_up)
        link.unlinked.connect(self._unlinked)

    def _link_up(self) -> None:
        self._linked = True
        self._goal = None

    def _unlinked(self, reason: str) -> None:
        self._linked = False
        self._goal = None
        self._session.link.unlinked(reason)
        self._session.commands.link_lost()

    def _take(self, batch: LinkBatch) -> None:
        try:
            self._apply(batch)
        finally:
            # Whatever went wrong with this batch, the next one must come: a desk that waits for ever shows the past.
            self._link.taken()

    def _apply(self, batch: LinkBatch) -> None:
        session = self._session
        if batch.offset_ms is not None:
            self._offsets_ms.append(batch.offset_ms)
            self._clock.set_offset_ms(max(self._offsets_ms))
            session.link.set_offset_ms(self._clock.offset_ms)
        if batch.heard_s is not None:
            session.link.heard(batch.heard_s)
        if batch.welcome is not None:
            self._welcome(batch.welcome)
        delta, folded = self._fold(batch)
        session.alerts.take(delta)
        session.commands.take_events(folded)
        for result in batch.results:
            session.commands.take_result(result)
        if batch.readings:
            session.readings.add(batch.readings)
        if batch.heartbeat is not None:
            session.link.set_pulses(batch.heartbeat.producers, batch.heartbeat.degraded)
        self._mind_gaps(batch)
        self._mind_goal()
        if delta:
            session.changed.emit(delta)
        if folded:
            session.folded.emit(tuple(folded))
        self.folded.emit(len(batch.events))

    def _mind_goal(self) -> None:
        """Live is who shows the server's state of the welcome or a later one; before that it shows the past."""
        goal, state = None if self._starting_over else self._goal, self._session.state
        if self._linked and goal is not None and state.epoch == goal.epoch and state.seq >= goal.seq:
            self._goal = None
            self._session.link.linked()

    def _welcome(self, welcome: Welcome) -> None:
        session = self._session
        self._goal = welcome
        self._backfill.retry()
        name = welcome.display_name or welcome.user
        operator = Operator(welcome.user, name, welcome.role, frozenset(welcome.rights), welcome.agency_id)
        self._wants_backfill = True
        if operator != session.operator:
            session.operator = operator
            session.operator_changed.emit()

    def _fold(self, batch: LinkBatch) -> tuple[Delta, list[LoggedEvent]]:
        """Snapshot, then events, into the session's state; one delta for all of it, and the events it holds now."""
        merged = Delta()
        state = self._session.state
        folded: list[LoggedEvent] = []
        if batch.state is not None:
            replace(state, batch.state)
            merged.reset = merged.site = True
            folded += batch.covered
            self._starting_over = False
        if self._starting_over:
            return merged, folded
        for logged in batch.events:
            try:
                merged.merge(apply(state, logged))
            except FoldError:
                # The only remedy that is surely right is the server's own state; the desk goes on meanwhile. What is
                # on its way still cannot fit either, and must not ask once more.
                self._starting_over = True
                self._session.link.unlinked("an event is missing here: the whole state is asked for again")
                self._link.start_over()
                break
            folded.append(logged)
        return merged, folded

    def _mind_gaps(self, batch: LinkBatch) -> None:
        session = self._session
        site, now_ms = session.state.site, self._clock.now_ms()
        session.link.add_dropped(batch.dropped)
        for (station_id, symbol), (first_ms, last_ms) in batch.dropped_spans.items():
            self._backfill.want(station_id, symbol, first_ms, last_ms)
        if site is None:
            return
        if self._wants_backfill or batch.dropped_by_server:
            start_ms = self._covered_ms - OVERLAP_MS if self._covered_ms else now_ms - FIRST_SPAN_MS
            for station in site.stations:
                if batch.dropped_by_server:
                    # Late samples may be older than the span: charts ask for what they show again.
                    session.readings.forget_history(station.station_id)
                for parameter in station.parameters:
                    self._backfill.want(station.station_id, parameter.symbol, start_ms, now_ms)
            self._wants_backfill = False
        self._covered_ms = now_ms


def replace(state: RoomState, new: RoomState) -> None:
    """Put `new` into `state`: models hold the state itself, so it stays the same object."""
    for name in RoomState.__slots__:
        setattr(state, name, getattr(new, name))
