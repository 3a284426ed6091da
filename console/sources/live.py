"""The live session: what the link brings is folded here, once, and everybody is told once a batch."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Signal

from backend.contracts.feed import Welcome
from backend.contracts.state import Delta, FoldError, RoomState, apply
from console.link.thread import Link, LinkBatch
from console.models.session import Operator, Session
from console.sources.backfill import Backfill
from console.timebase import WallClock

FIRST_SPAN_MS: Final = 30 * 60_000
"""How far back a desk that just started asks for every parameter; charts ask for more when they are looked at."""

OVERLAP_MS: Final = 60_000


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
        link.batch.connect(self._take)
        link.linked.connect(session.link.linked)
        link.unlinked.connect(self._unlinked)

    def _unlinked(self, reason: str) -> None:
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
            self._clock.set_offset_ms(batch.offset_ms)
            session.link.set_offset_ms(batch.offset_ms)
        if batch.heard_s is not None:
            session.link.heard(batch.heard_s)
        if batch.welcome is not None:
            self._welcome(batch.welcome)
        delta = self._fold(batch)
        session.alerts.take(delta)
        session.commands.take_events(batch.events)
        for result in batch.results:
            session.commands.take_result(result)
        if batch.readings:
            session.readings.add(batch.readings)
        if batch.heartbeat is not None:
            session.link.set_pulses(batch.heartbeat.producers, batch.heartbeat.degraded)
        self._mind_gaps(batch)
        if delta:
            session.changed.emit(delta)
        self.folded.emit(len(batch.events))

    def _welcome(self, welcome: Welcome) -> None:
        session = self._session
        operator = Operator(welcome.user, welcome.display_name or welcome.user, welcome.role, frozenset(welcome.rights))
        self._wants_backfill = True
        if operator != session.operator:
            session.operator = operator
            session.operator_changed.emit()

    def _fold(self, batch: LinkBatch) -> Delta:
        """Snapshot, then events, into the session's state; one delta for all of it."""
        merged = Delta()
        state = self._session.state
        if batch.state is not None:
            replace(state, batch.state)
            merged.reset = merged.site = True
        for logged in batch.events:
            try:
                merged.merge(apply(state, logged))
            except FoldError:
                # The only remedy that is surely right is the server's own state; the desk goes on meanwhile.
                self._link.start_over()
                break
        return merged

    def _mind_gaps(self, batch: LinkBatch) -> None:
        session = self._session
        site, now_ms = session.state.site, self._clock.now_ms()
        session.link.add_dropped(batch.dropped)
        if site is None:
            return
        if self._wants_backfill or (batch.dropped and not batch.dropped_sensors):
            start_ms = self._covered_ms - OVERLAP_MS if self._covered_ms else now_ms - FIRST_SPAN_MS
            for station in site.stations:
                for parameter in station.parameters:
                    self._backfill.want(station.station_id, parameter.symbol, start_ms, now_ms)
            self._wants_backfill = False
        for station_id, symbol in batch.dropped_sensors:
            self._backfill.want(station_id, symbol, self._covered_ms - OVERLAP_MS, now_ms)
        self._covered_ms = now_ms


def replace(state: RoomState, new: RoomState) -> None:
    """Put `new` into `state`: models hold the state itself, so it stays the same object."""
    for name in RoomState.__slots__:
        setattr(state, name, getattr(new, name))
