"""Hands what happens to every seat: encoded once, coalesced, at the seat's own pace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from pydantic_core import to_json

from backend.contracts.events import LoggedEvent
from backend.contracts.feed import Heartbeat, ProducerPulse
from backend.contracts.state import RoomState
from backend.gateway.feed.outbox import SnapshotReason
from backend.gateway.feed.pipe import text_frame
from backend.gateway.feed.seat import Seat
from backend.gateway.feed.sight import WHOLE, Scopes, Sight
from backend.gateway.feed.wire import EventPiece, SeriesPiece, Tick, cut_ticks, event_piece, series_pieces
from backend.services.readings import ReadingsService
from backend.services.room import Room
from backend.storage.readings import ReadingRow


class StateCache:
    """The durable state as JSON, encoded again only when the log went on."""

    def __init__(self, state: Callable[[], RoomState]) -> None:
        self._state = state
        self._made_at = ("", -1)
        self._json = b""

    def get(self) -> tuple[int, bytes]:
        """(seq, StateSnapshot as JSON)."""
        state = self._state()
        if self._made_at != (state.epoch, state.seq):
            self._json = to_json(state.snapshot())
            self._made_at = (state.epoch, state.seq)
        return state.seq, self._json


class Fanout:
    """Event-loop thread only. `run` and `beat` are endless jobs for the supervisor."""

    def __init__(
        self,
        room: Room,
        readings: ReadingsService,
        now_ms: Callable[[], int],
        batch_s: float,
        heartbeat_s: float,
        pulses: Callable[[], tuple[ProducerPulse, ...]],
        degraded: Callable[[], str],
    ) -> None:
        self.seats: set[Seat] = set()
        self.state_json = StateCache(lambda: room.durable)
        self.events_sent = 0
        self.samples_sent = 0
        self._dropped_before = 0
        self._resyncs_before = 0
        self._room = room
        self._readings = readings
        self._now_ms = now_ms
        self._batch_s = batch_s
        self._heartbeat_s = heartbeat_s
        self._pulses = pulses
        self._degraded = degraded
        self._scopes = Scopes()
        self._events: list[EventPiece] = []
        self._rows: list[ReadingRow] = []
        self._pending = asyncio.Event()
        self._stop_listening = (room.listen(self.on_events), readings.listen(self.on_readings))

    def join(self, seat: Seat) -> None:
        self.seats.add(seat)
        self._scopes.join(seat.outbox.view.sight, self._room.durable)

    def leave(self, seat: Seat) -> None:
        if seat in self.seats:
            self.seats.discard(seat)
            self._scopes.leave(seat.outbox.view.sight)
            self._dropped_before += seat.outbox.samples_dropped
            self._resyncs_before += seat.outbox.snapshots_for_slowness

    @property
    def samples_dropped(self) -> int:
        """Readings left out for slow seats since the start."""
        return self._dropped_before + sum(seat.outbox.samples_dropped for seat in self.seats)

    @property
    def resyncs(self) -> int:
        """Backlogs thrown away for a snapshot since the start."""
        return self._resyncs_before + sum(seat.outbox.snapshots_for_slowness for seat in self.seats)

    def close(self) -> None:
        for stop in self._stop_listening:
            stop()

    def on_events(self, events: Sequence[LoggedEvent]) -> None:
        """Listener of the room."""
        self._events += [event_piece(logged, self._scopes.told(logged)) for logged in events]
        self._pending.set()

    def on_readings(self, rows: Sequence[ReadingRow]) -> None:
        """Listener of the readings."""
        self._rows += rows
        self._pending.set()

    async def run(self) -> None:
        """Send what came up: at once when the feed was quiet, else when `batch_s` has passed since the last."""
        loop = asyncio.get_running_loop()
        next_at = 0.0
        while True:
            await self._pending.wait()
            await asyncio.sleep(max(0.0, next_at - loop.time()))
            next_at = loop.time() + self._batch_s
            self.flush()

    def flush(self) -> None:
        """Give every seat what came up since the last time."""
        self._pending.clear()
        events, self._events = self._events, []
        rows, self._rows = self._rows, []
        self.events_sent += len(events)
        self.samples_sent += len(rows)
        for tick in cut_ticks(self._now_ms(), events, series_pieces(rows)):
            self.deliver(tick)

    def deliver(self, tick: Tick) -> None:
        for seat in self.seats:
            seat.deliver(tick)

    async def beat(self) -> None:
        """Heartbeats, and the look at connections that take nothing."""
        while True:
            frame = self.heartbeat_frame()
            now_s = asyncio.get_running_loop().time()
            for seat in tuple(self.seats):
                seat.beat(frame, now_s)
            await asyncio.sleep(self._heartbeat_s)

    def heartbeat_frame(self) -> bytes:
        beat = Heartbeat(
            server_ms=self._now_ms(),
            seq=self._room.durable.seq,
            producers=self._pulses(),
            degraded=self._degraded(),
        )
        return text_frame(to_json(beat))

    def snapshot_frame(self, reason: SnapshotReason, sight: Sight = WHOLE) -> tuple[int, bytes]:
        """The room as seats of this sight see it."""
        seq, state = self.state_seen_by(sight)
        return seq, text_frame(b'{"type":"snapshot","reason":"%b","state":%b}' % (reason.encode(), state))

    def state_seen_by(self, sight: Sight) -> tuple[int, bytes]:
        """(seq, StateSnapshot as JSON) of what seats of this sight see."""
        if sight.whole:
            return self.state_json.get()
        durable = self._room.durable
        return durable.seq, to_json(sight.snapshot(durable))

    def latest_pieces(self) -> tuple[SeriesPiece, ...]:
        """The newest reading of each parameter, for a seat that starts anew."""
        return series_pieces(self._readings.latest())
