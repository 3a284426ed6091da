"""The readings this seat holds: per parameter of a station one channel, live samples and history in one order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, Signal

from backend.contracts.readings import ReadingHistory, ReadingSeries
from console.models.readings_channel import Channel, Sample, Span, Thinned, Window
from console.timebase import Clock

CAPACITY: Final = 1 << 20
"""Samples kept of one parameter: two years of one a minute, twelve days of one a second."""

PRESENT_MS: Final = 60_000
"""An answer whose end is so near to now joins what comes by itself."""

_PRESENT_MS: Final = 2**62


class ReadingStore(QObject):
    """Samples by (station_id, symbol). Lives on the GUI thread.

    Signals:
        stations_changed: a `set[str]` of station ids that have new samples; at most once a call of `add`.
        forgotten: everything was replaced, as a jump in time does: whoever needs more history asks for it again.
    """

    stations_changed = Signal(object)
    forgotten = Signal()

    def __init__(self, clock: Clock, capacity: int = CAPACITY, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._capacity = capacity
        self._channels: dict[tuple[str, str], Channel] = {}
        self._history: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._version = 0

    @property
    def version(self) -> int:
        """Grows with every change: whoever remembers it knows whether to look again."""
        return self._version

    def version_of(self, station_id: str, symbol: str) -> int:
        channel = self._channels.get((station_id, symbol))
        return 0 if channel is None else channel.version

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._channels)

    def add(self, series: Sequence[ReadingSeries]) -> None:
        """Take live samples, in any order; a sample of the same instant replaces the earlier one.

        Called on the GUI thread, once a batch of the link.
        """
        changed: set[str] = set()
        for item in series:
            at_ms = np.asarray(item.at_ms, dtype=np.int64)
            value = np.asarray(item.value, dtype=np.float64)
            status = np.asarray(item.status, dtype=np.uint8)
            if self._channel(item.station_id, item.symbol).add(at_ms, value, status):
                changed.add(item.station_id)
        self._tell(changed)

    def replace(self, series: Sequence[ReadingSeries]) -> None:
        """Forget everything and take these instead, in one step: nobody sees the moment between."""
        before, self._channels = self._channels, {}
        self._history.clear()
        for item in series:
            self._channel(item.station_id, item.symbol).add(
                np.asarray(item.at_ms, dtype=np.int64),
                np.asarray(item.value, dtype=np.float64),
                np.asarray(item.status, dtype=np.uint8),
            )
        for key, old in before.items():
            # Who remembers the version of the old samples must not take these for the same.
            self._channel(*key).version += old.version + 1
        self._tell({station_id for station_id, _ in self._channels})
        self.forgotten.emit()

    def merge_history(self, history: ReadingHistory) -> None:
        """Join an answer of the readings door to what is here: no sample twice, gaps stay gaps.

        Of down-sampled history the smallest and the largest sample of each bucket are kept at their own instants,
        and they reach over their bucket, so that thinning is not taken for a gap.
        """
        key = (history.station_id, history.symbol)
        channel = self._channel(*key)
        changed = False
        if history.series is not None:
            series = history.series
            changed = channel.add(
                np.asarray(series.at_ms, dtype=np.int64),
                np.asarray(series.value, dtype=np.float64),
                np.asarray(series.status, dtype=np.uint8),
            )
            self._remember(key, history.start_ms, history.end_ms)
        if history.buckets:
            changed = channel.add_buckets(history.buckets, history.end_ms) or changed
        self._tell({history.station_id} if changed else set())

    def window(self, station_id: str, symbol: str, start_ms: int, end_ms: int) -> Window:
        """All samples with start_ms <= at_ms <= end_ms, ascending; copies the caller may keep."""
        channel = self._channels.get((station_id, symbol))
        return Window.empty() if channel is None else channel.window(start_ms, end_ms)

    def thinned(self, station_id: str, symbol: str, start_ms: int, end_ms: int, columns: int, gap_ms: int) -> Thinned:
        """What `columns` pixel columns can show of the span: two to four samples a column, extremes and gaps kept."""
        channel = self._channels.get((station_id, symbol))
        return Thinned.empty() if channel is None else channel.thinned(start_ms, end_ms, columns, gap_ms)

    def spans(self, station_id: str, symbol: str, start_ms: int, end_ms: int, interval_ms: int) -> tuple[Span, ...]:
        """Calibration and fault spans that touch start_ms..end_ms."""
        channel = self._channels.get((station_id, symbol))
        return () if channel is None else channel.spans(start_ms, end_ms, interval_ms)

    def nearest(self, station_id: str, symbol: str, at_ms: int, within_ms: int) -> Sample | None:
        """The sample nearest to an instant, None when there is none within `within_ms`."""
        channel = self._channels.get((station_id, symbol))
        return None if channel is None else channel.nearest(at_ms, within_ms)

    def latest(self, station_id: str, symbol: str) -> Sample | None:
        """The newest sample, whatever its status; (at_ms, value, status)."""
        channel = self._channels.get((station_id, symbol))
        return None if channel is None else channel.latest()

    def latest_age(self, station_id: str, symbol: str) -> float | None:
        """Seconds since the newest sample by the session's clock, never negative; None when there is none."""
        sample = self.latest(station_id, symbol)
        return None if sample is None else max(0.0, (self._clock.now_ms() - sample.at_ms) / 1000)

    def is_thinned(self, station_id: str, symbol: str, start_ms: int, end_ms: int) -> bool:
        """Some samples of the span stand for others that were not sent here: it holds extremes only."""
        channel = self._channels.get((station_id, symbol))
        return channel is not None and channel.is_thinned(start_ms, end_ms)

    def history_from(self, station_id: str, symbol: str) -> int | None:
        """The earliest instant from which the store's whole answer up to the present is here; None when it is not.

        Says what was asked for and answered, not that anything was measured: see `coverage` for that.
        """
        spans = self._history.get((station_id, symbol), ())
        return spans[-1][0] if spans and spans[-1][1] == _PRESENT_MS else None

    def has_history(self, station_id: str, symbol: str, start_ms: int, end_ms: int) -> bool:
        """All that the store knows of the span is here; there is nothing to ask for."""
        spans = self._history.get((station_id, symbol), ())
        return any(first <= start_ms and end_ms <= last for first, last in spans)

    def forget_history(self, station_id: str) -> None:
        """Samples stay, but its history counts as not loaded: something may have been missed since."""
        self._history = {key: spans for key, spans in self._history.items() if key[0] != station_id}

    def clear(self) -> None:
        """Forget everything: another server, or another epoch of it."""
        stations = {station_id for station_id, _ in self._channels}
        self._channels.clear()
        self._history.clear()
        self._tell(stations)

    def _remember(self, key: tuple[str, str], start_ms: int, end_ms: int) -> None:
        """An answer is here. One that reaches the present goes on: what comes later comes by itself."""
        if end_ms >= self._clock.now_ms() - PRESENT_MS:
            end_ms = _PRESENT_MS
        spans: list[tuple[int, int]] = []
        for first, last in sorted([*self._history.get(key, ()), (start_ms, end_ms)]):
            if spans and first <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(last, spans[-1][1]))
            else:
                spans.append((first, last))
        self._history[key] = spans

    def _channel(self, station_id: str, symbol: str) -> Channel:
        return self._channels.setdefault((station_id, symbol), Channel(self._capacity))

    def _tell(self, changed: set[str]) -> None:
        if changed:
            self._version += 1
            self.stations_changed.emit(changed)
