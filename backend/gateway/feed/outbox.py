"""What waits for one seat. Bounded: readings lose their oldest, events give way to one fresh snapshot, as a whole."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from backend.gateway.feed.wire import (
    BYTES_PER_FRAME,
    EVENTS_PER_FRAME,
    EventPiece,
    SeriesPiece,
    Tick,
    View,
    batch_frame,
)

SnapshotReason = Literal["first", "epoch_changed", "tail_gone", "too_slow"]


@dataclass(frozen=True, slots=True)
class OutboxLimits:
    """How much may wait for one seat. Past `events` or `event_bytes` the waiting events become one snapshot;
    past `samples` the oldest readings are left out and counted."""

    events: int = 10_000
    event_bytes: int = 8 * 1024 * 1024
    samples: int = 20_000


@dataclass(frozen=True, slots=True)
class Sources:
    """Where an outbox takes a snapshot from at the moment it can be sent.

    Attributes:
        snapshot: the durable state as a frame for this reason, with its seq.
        latest: the newest reading of each parameter.
    """

    snapshot: Callable[[SnapshotReason], tuple[int, bytes]]
    latest: Callable[[], tuple[SeriesPiece, ...]]
    now_ms: Callable[[], int]


class Outbox:
    """Not thread-safe: event-loop thread only. `seq` is the last event that was taken out (or in a snapshot)."""

    def __init__(self, view: View, seq: int, limits: OutboxLimits, sources: Sources) -> None:
        self.view = view
        self.seq = seq
        self.snapshots_for_slowness = 0
        self.samples_dropped = 0
        self._limits = limits
        self._sources = sources
        self._answers: deque[bytes] = deque()
        self._heartbeat: bytes | None = None
        self._snapshot: SnapshotReason | None = None
        self._events: deque[EventPiece] = deque()
        self._event_bytes = 0
        self._readings: deque[SeriesPiece] = deque()
        self._samples = 0
        self._dropped = 0

    @property
    def idle(self) -> bool:
        """Nothing waits."""
        return not (self._answers or self._events or self._readings or self._snapshot or self._heartbeat)

    @property
    def wants_snapshot(self) -> bool:
        return self._snapshot is not None

    @property
    def waiting_answers(self) -> int:
        return len(self._answers)

    @property
    def waiting_events(self) -> int:
        return len(self._events)

    @property
    def waiting_bytes(self) -> int:
        """Bytes of the events that wait."""
        return self._event_bytes

    def answer(self, frame: bytes) -> None:
        self._answers.append(frame)

    def heartbeat(self, frame: bytes) -> None:
        """Only the newest heartbeat is worth sending."""
        self._heartbeat = frame

    def want_snapshot(self, reason: SnapshotReason) -> None:
        """Whatever waits is covered by the snapshot, which is taken when it can be sent."""
        self._snapshot = reason
        self._events.clear()
        self._event_bytes = 0

    def offer(self, tick: Tick) -> None:
        """Put a tick in line. Events that the coming snapshot or an earlier tick covers are left out."""
        if self.view.events and self._snapshot is None:
            after = self._events[-1].seq if self._events else self.seq
            for piece in tick.events:
                if piece.seq > after:
                    self._events.append(piece)
                    self._event_bytes += len(piece.json)
            if len(self._events) > self._limits.events or self._event_bytes > self._limits.event_bytes:
                self.snapshots_for_slowness += 1
                self.want_snapshot("too_slow")
        self.offer_readings(self.view.chosen(tick.readings))

    def offer_readings(self, pieces: Iterable[SeriesPiece]) -> None:
        for piece in pieces:
            self._readings.append(piece)
            self._samples += piece.samples
        while self._samples > self._limits.samples and len(self._readings) > 1:
            oldest = self._readings.popleft()
            self._samples -= oldest.samples
            self._dropped += oldest.samples
            self.samples_dropped += oldest.samples

    def next_frame(self) -> bytes | None:
        """The next frame to write; None when nothing waits."""
        if self._answers:
            return self._answers.popleft()
        if self._snapshot is not None:
            return self._snapshot_frame(self._snapshot)
        if self._events or self._readings:
            return self._batch_frame()
        frame, self._heartbeat = self._heartbeat, None
        return frame

    def _snapshot_frame(self, reason: SnapshotReason) -> bytes:
        self.seq, frame = self._sources.snapshot(reason)
        self._snapshot = None
        if self.view.readings:
            # A seat that starts anew wants the newest values now, not in a minute.
            self.offer_readings(self.view.chosen(self._sources.latest()))
        return frame

    def _batch_frame(self) -> bytes | None:
        events: list[EventPiece] = []
        size_bytes = 0
        while self._events and len(events) < EVENTS_PER_FRAME:
            size_bytes += len(self._events[0].json)
            if events and size_bytes > BYTES_PER_FRAME:
                break
            piece = self._events.popleft()
            self._event_bytes -= len(piece.json)
            if piece.seq > self.seq:  # else it was in the tail that was read from the log meanwhile
                events.append(piece)
        if events:
            self.seq = events[-1].seq
        readings, dropped = self._readings, self._dropped
        self._readings, self._samples, self._dropped = deque(), 0, 0
        if not events and not readings:
            return None
        return batch_frame(self._sources.now_ms(), events, readings, dropped, self.view.sight)
