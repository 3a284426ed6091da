"""What arrived and is not yet taken by the GUI: ordered, bounded, readings grouped per sensor."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from backend.contracts.events import LoggedEvent
from backend.contracts.feed import CommandResult, Heartbeat, Welcome
from backend.contracts.readings import ReadingSeries, ReadingStatus
from backend.contracts.state import RoomState

SAMPLES_KEPT: Final = 200_000
"""Past so many waiting samples the oldest go; history has them. Events are never dropped here."""

SensorKey = tuple[str, str]


@dataclass(slots=True)
class LinkBatch:
    """One hand-over to the GUI thread; what it holds is in the order of the fields.

    Attributes:
        heard_s: monotonic time of the newest frame, or None when none came.
        state: a whole new state to start from.
        covered: events that the new state already holds; not to be folded again.
        dropped: samples left out here or by the server since the last batch.
        dropped_by_server: those of them that the server left out; whose they were it does not say.
        dropped_spans: whose samples were left out here, and from when to when they were taken (epoch ms).
    """

    heard_s: float | None = None
    offset_ms: int | None = None
    welcome: Welcome | None = None
    state: RoomState | None = None
    covered: list[LoggedEvent] = field(default_factory=list)
    events: list[LoggedEvent] = field(default_factory=list)
    readings: list[ReadingSeries] = field(default_factory=list)
    results: list[CommandResult] = field(default_factory=list)
    heartbeat: Heartbeat | None = None
    dropped: int = 0
    dropped_by_server: int = 0
    dropped_spans: dict[SensorKey, tuple[int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Samples:
    at_ms: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    status: list[ReadingStatus] = field(default_factory=list)


class Inbound:
    """Collects frames between two hand-overs. Used on the link thread only.

    Attributes:
        arrived: set by whoever put something in; `take` clears it.
    """

    def __init__(self, samples_kept: int = SAMPLES_KEPT) -> None:
        self.arrived = asyncio.Event()
        self._samples_kept = samples_kept
        self._batch = LinkBatch()
        self._groups: dict[SensorKey, _Samples] = {}
        self._count = 0

    @property
    def batch(self) -> LinkBatch:
        """The batch being collected; readings join it when it is taken."""
        return self._batch

    def replace_state(self, state: RoomState) -> None:
        """A snapshot: it holds what waited before it."""
        self._batch.state = state
        self._batch.covered += self._batch.events
        self._batch.events.clear()

    def add_readings(self, series: tuple[ReadingSeries, ...], dropped: int) -> None:
        """Group samples per sensor, drop the oldest past the bound."""
        self._batch.dropped += dropped
        self._batch.dropped_by_server += dropped
        for item in series:
            group = self._groups.setdefault((item.station_id, item.symbol), _Samples())
            group.at_ms += item.at_ms
            group.value += item.value
            group.status += item.status
            self._count += len(item.at_ms)
        while self._count > self._samples_kept:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        """Half of the sensor that waits with most: that keeps every sensor's newest sample."""
        key, group = max(self._groups.items(), key=lambda item: len(item[1].at_ms))
        half = max(1, len(group.at_ms) // 2)
        gone_ms = group.at_ms[:half]
        first_ms, last_ms = self._batch.dropped_spans.get(key, (gone_ms[0], gone_ms[0]))
        self._batch.dropped_spans[key] = (min(first_ms, *gone_ms), max(last_ms, *gone_ms))
        for values in (group.at_ms, group.value, group.status):
            del values[:half]
        self._count -= half
        self._batch.dropped += half

    def take(self) -> LinkBatch:
        """The batch, whole; the next one starts empty."""
        self.arrived.clear()
        batch, self._batch = self._batch, LinkBatch()
        for (station_id, symbol), group in self._groups.items():
            if group.at_ms:
                # Validated when it was decoded; checking every sample a second time would cost the most of it all.
                batch.readings.append(
                    ReadingSeries.model_construct(
                        station_id=station_id,
                        symbol=symbol,
                        at_ms=tuple(group.at_ms),
                        value=tuple(group.value),
                        status=tuple(group.status),
                    )
                )
        self._groups.clear()
        self._count = 0
        return batch
