"""All samples of one parameter of one station: ascending, each instant once, extremes found quickly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backend.contracts.readings import MEASURING, ReadingBucket
from console.models.pyramid import FloatArray, Int64Array, MinMaxPyramid

StatusArray = NDArray[np.uint8]
Int32Array = NDArray[np.int32]
BoolArray = NDArray[np.bool_]

_SMALLEST: Final = 256
_REACH_MOST_MS: Final = 2**31 - 1


class Sample(NamedTuple):
    """`value` in the parameter's unit; `status` as `ReadingStatus`."""

    at_ms: int
    value: float
    status: int


class Window(NamedTuple):
    """Samples of a span, ascending; three arrays of one length."""

    at_ms: Int64Array
    value: FloatArray
    status: StatusArray

    @classmethod
    def empty(cls) -> Window:
        return cls(np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.uint8))


class Thinned(NamedTuple):
    """What can be seen of a span. `joined[i]`: no gap lies between sample i and sample i + 1."""

    at_ms: Int64Array
    value: FloatArray
    status: StatusArray
    joined: BoolArray

    @classmethod
    def empty(cls) -> Thinned:
        return cls(*Window.empty(), np.empty(0, np.bool_))


class Span(NamedTuple):
    """A stretch of samples of one status other than measuring; a sample stands for the interval before it."""

    start_ms: int
    end_ms: int
    status: int


class _Samples(NamedTuple):
    """Samples on their way into a channel. `back_ms` and `ahead_ms`: how far a thinned sample stands for others."""

    at_ms: Int64Array
    value: FloatArray
    status: StatusArray
    back_ms: Int32Array
    ahead_ms: Int32Array

    def take(self, which: Int64Array | BoolArray) -> _Samples:
        return _Samples(
            self.at_ms[which], self.value[which], self.status[which], self.back_ms[which], self.ahead_ms[which]
        )

    def part(self, begin: int, end: int) -> _Samples:
        """A view, not a copy."""
        here = slice(begin, end)
        return _Samples(self.at_ms[here], self.value[here], self.status[here], self.back_ms[here], self.ahead_ms[here])

    def then(self, other: _Samples) -> _Samples:
        return _Samples(
            np.concatenate((self.at_ms, other.at_ms)),
            np.concatenate((self.value, other.value)),
            np.concatenate((self.status, other.status)),
            np.concatenate((self.back_ms, other.back_ms)),
            np.concatenate((self.ahead_ms, other.ahead_ms)),
        )

    def write(self, begin: int, source: _Samples) -> None:
        here = slice(begin, begin + len(source.at_ms))
        self.at_ms[here] = source.at_ms
        self.value[here] = source.value
        self.status[here] = source.status
        self.back_ms[here] = source.back_ms
        self.ahead_ms[here] = source.ahead_ms


class Channel:
    """Holds at most `capacity` samples; past that the oldest eighth goes at once, so that appending stays cheap."""

    def __init__(self, capacity: int) -> None:
        self._capacity = max(16, capacity)
        self._size = 0
        self._room = _allocate(min(_SMALLEST, self._capacity))
        self._pyramid = MinMaxPyramid()
        self._breaks = _Breaks()
        self.version = 0

    def __len__(self) -> int:
        return self._size

    def add(self, at_ms: Int64Array, value: FloatArray, status: StatusArray) -> bool:
        """Take samples in any order; values that are no numbers are left out. True when anything was taken."""
        none = np.zeros(len(at_ms), dtype=np.int32)
        return self._take(_Samples(at_ms, value, status, none, none))

    def add_buckets(self, buckets: Sequence[ReadingBucket], end_ms: int) -> bool:
        """Take the smallest and largest samples of down-sampled history; the last bucket ends at `end_ms` at most."""
        starts = np.array([bucket.at_ms for bucket in buckets], dtype=np.int64)
        # Buckets without samples are left out of the answer, so the width is what all distances are multiples of.
        width = int(np.gcd.reduce(np.diff(starts))) if len(starts) > 1 else max(1, end_ms - int(starts[0]) + 1)
        at_ms = np.array([(b.minimum_ms, b.maximum_ms) for b in buckets], dtype=np.int64).ravel()
        value = np.array([(b.minimum, b.maximum) for b in buckets], dtype=np.float64).ravel()
        status = np.repeat(np.array([b.status for b in buckets], dtype=np.uint8), 2)
        first = np.repeat(starts, 2)
        back = np.clip(at_ms - first, 0, _REACH_MOST_MS).astype(np.int32)
        ahead = np.clip(first + width - at_ms, 0, _REACH_MOST_MS).astype(np.int32)
        return self._take(_Samples(at_ms, value, status, back, ahead))

    def window(self, start_ms: int, end_ms: int) -> Window:
        held = self._held()
        begin, end = np.searchsorted(held.at_ms, start_ms, "left"), np.searchsorted(held.at_ms, end_ms, "right")
        return Window(held.at_ms[begin:end].copy(), held.value[begin:end].copy(), held.status[begin:end].copy())

    def is_thinned(self, start_ms: int, end_ms: int) -> bool:
        held = self._held()
        begin, end = np.searchsorted(held.at_ms, start_ms, "left"), np.searchsorted(held.at_ms, end_ms, "right")
        return bool(held.back_ms[begin:end].any() or held.ahead_ms[begin:end].any())

    def latest(self) -> Sample | None:
        return self._sample(self._size - 1) if self._size else None

    def nearest(self, at_ms: int, within_ms: int) -> Sample | None:
        held = self._held()
        right = int(np.searchsorted(held.at_ms, at_ms))
        near = [index for index in (right - 1, right) if 0 <= index < self._size]
        samples = [self._sample(index) for index in near]
        best = min(samples, key=lambda sample: abs(sample.at_ms - at_ms), default=None)
        return best if best is not None and abs(best.at_ms - at_ms) <= within_ms else None

    def thinned(self, start_ms: int, end_ms: int, columns: int, gap_ms: int) -> Thinned:
        """The span and one sample beyond each end, so that the line leaves the picture where it should."""
        held = self._held()
        begin = max(0, int(np.searchsorted(held.at_ms, start_ms, "left")) - 1)
        end = min(self._size, int(np.searchsorted(held.at_ms, end_ms, "right")) + 1)
        if end <= begin:
            return Thinned.empty()
        self._breaks.catch_up(held, gap_ms)
        picked = self._pyramid.pick(held.value, begin, end, columns)
        picked = self._breaks.with_edges(picked, begin, end, columns)
        joined = self._breaks.joined(picked)
        return Thinned(held.at_ms[picked], held.value[picked], held.status[picked], joined)

    def spans(self, start_ms: int, end_ms: int, interval_ms: int) -> tuple[Span, ...]:
        held = self._held()
        begin = int(np.searchsorted(held.at_ms, start_ms, "left"))
        end = min(self._size, int(np.searchsorted(held.at_ms, end_ms + interval_ms, "right")))
        status = held.status[begin:end]
        if not status.any():
            return ()
        # A run also ends where nothing was sent for long: shading tells what was sent, not what was not.
        quiet = np.diff(held.at_ms[begin:end]) > 5 * interval_ms // 2
        turns = np.flatnonzero((status[1:] != status[:-1]) | quiet) + 1
        firsts = np.concatenate(([0], turns))
        lasts = np.concatenate((turns, [len(status)])) - 1
        spans = []
        for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
            if status[first] != MEASURING:
                left_ms = int(held.at_ms[begin + first]) - interval_ms
                if begin + first > 0:
                    left_ms = max(left_ms, int(held.at_ms[begin + first - 1]))
                spans.append(Span(left_ms, int(held.at_ms[begin + last]), int(status[first])))
        return tuple(spans)

    def _held(self) -> _Samples:
        return self._room.part(0, self._size)

    def _sample(self, index: int) -> Sample:
        return Sample(int(self._room.at_ms[index]), float(self._room.value[index]), int(self._room.status[index]))

    def _take(self, new: _Samples) -> bool:
        usable = np.isfinite(new.value)
        if not usable.all():
            new = new.take(usable)
        if not len(new.at_ms):
            return False
        if len(new.at_ms) > 1 and not (np.diff(new.at_ms) > 0).all():
            new = _in_order(new)
        begin = int(np.searchsorted(self._room.at_ms[: self._size], new.at_ms[0]))
        if begin < self._size:
            new = _merged(self._room.part(begin, self._size), new)
            self._pyramid.forget_from(begin)
            self._breaks.forget_from(begin)
        self._put(begin, new)
        self.version += 1
        return True

    def _put(self, begin: int, new: _Samples) -> None:
        """Write `new` at `begin` and end there."""
        needed = begin + len(new.at_ms)
        if needed > self._capacity:
            kept = self._capacity - self._capacity // 8
            new = self._room.part(0, begin).then(new).part(needed - kept, needed)
            self._pyramid.forget_from(0)
            self._breaks.forget_from(0)
            begin, needed = 0, kept
        if needed > len(self._room.at_ms):
            larger = _allocate(min(self._capacity, max(needed, 2 * len(self._room.at_ms))))
            larger.write(0, self._room.part(0, begin))
            self._room = larger
        self._room.write(begin, new)
        self._size = needed


class _Breaks:
    """Indices at which the line breaks (a gap before the sample) and at which the status turns."""

    def __init__(self) -> None:
        self._gap_ms = -1
        self._checked = 1
        self._gaps: Int64Array = np.empty(0, dtype=np.int64)
        self._turns: Int64Array = np.empty(0, dtype=np.int64)

    def forget_from(self, index: int) -> None:
        self._checked = max(1, min(self._checked, index))
        self._gaps = self._gaps[: np.searchsorted(self._gaps, self._checked)]
        self._turns = self._turns[: np.searchsorted(self._turns, self._checked)]

    def catch_up(self, held: _Samples, gap_ms: int) -> None:
        if gap_ms != self._gap_ms:
            self.forget_from(0)
            self._gap_ms = gap_ms
        size = len(held.at_ms)
        if self._checked >= size:
            return
        here, before = slice(self._checked, size), slice(self._checked - 1, size - 1)
        reached_ms = held.at_ms[before] + held.ahead_ms[before]
        gaps = np.flatnonzero(held.at_ms[here] - held.back_ms[here] - reached_ms > gap_ms) + self._checked
        turns = np.flatnonzero(held.status[here] != held.status[before]) + self._checked
        self._gaps, self._turns = np.concatenate((self._gaps, gaps)), np.concatenate((self._turns, turns))
        self._checked = size

    def with_edges(self, picked: Int64Array, begin: int, end: int, columns: int) -> Int64Array:
        """`picked` and the samples at both sides of each break, unless there are more of those than columns."""
        edges = [_between(self._gaps, begin + 1, end), _between(self._turns, begin + 1, end)]
        for edge in edges:
            if 0 < len(edge) <= columns and len(picked) < end - begin:
                picked = np.union1d(picked, np.concatenate((edge - 1, edge)))
        return picked

    def joined(self, picked: Int64Array) -> BoolArray:
        passed = np.searchsorted(self._gaps, picked, "right")
        joined = np.zeros(len(picked), dtype=np.bool_)
        joined[:-1] = passed[1:] == passed[:-1]
        return joined


def _allocate(size: int) -> _Samples:
    return _Samples(
        np.empty(size, np.int64),
        np.empty(size, np.float64),
        np.empty(size, np.uint8),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
    )


def _between(ascending: Int64Array, begin: int, end: int) -> Int64Array:
    first, last = np.searchsorted(ascending, (begin, end))
    return ascending[first:last]


def _in_order(samples: _Samples) -> _Samples:
    """Ascending, each instant once: the one given last stays."""
    ordered = samples.take(np.argsort(samples.at_ms, kind="stable"))
    last = np.concatenate((ordered.at_ms[1:] != ordered.at_ms[:-1], [True]))
    return ordered.take(last)


def _merged(old: _Samples, new: _Samples) -> _Samples:
    """Both in order. Of one instant the new value stays, but a sample once known by itself reaches no further."""
    known = np.searchsorted(old.at_ms, new.at_ms)
    same = known < len(old.at_ms)
    same[same] = old.at_ms[known[same]] == new.at_ms[same]
    back, ahead = new.back_ms.copy(), new.ahead_ms.copy()
    back[same] = np.minimum(back[same], old.back_ms[known[same]])
    ahead[same] = np.minimum(ahead[same], old.ahead_ms[known[same]])
    return _in_order(old.then(new._replace(back_ms=back, ahead_ms=ahead)))
