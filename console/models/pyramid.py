"""Where the extremes stand in a long array: built once, so that a million samples draw as quickly as a thousand."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]
FloatArray = NDArray[np.float64]

_BASE_SHIFT: Final = 4


class MinMaxPyramid:
    """Index of the smallest and the largest value of each aligned run of 16, 32, 64 ... values.

    The runs are aligned to the array's start, never to the window asked for: scrolling picks the same samples again,
    so the picture does not wiggle. Only complete runs are kept; `pick` looks at the two ends itself. Values must be
    finite.
    """

    def __init__(self) -> None:
        self._low: list[Int64Array] = []
        self._high: list[Int64Array] = []

    def forget_from(self, index: int) -> None:
        """The values from `index` on changed or moved."""
        for level in range(len(self._low)):
            kept = index >> (_BASE_SHIFT + level)
            self._low[level] = self._low[level][:kept]
            self._high[level] = self._high[level][:kept]

    def pick(self, value: FloatArray, begin: int, end: int, columns: int) -> Int64Array:
        """Ascending indices in begin..end: all of them when few, else the extremes of `columns` to 2 x `columns` runs.

        `value` is the whole array; the pyramid catches up with what was appended to it.
        """
        count = end - begin
        if count <= 4 * columns or columns < 1:
            return np.arange(begin, end, dtype=np.int64)
        shift = (count // columns).bit_length() - 1
        run = 1 << shift
        first, last = -(-begin >> shift), end >> shift
        low, high = self._runs(value, shift, first, last)
        pairs = np.empty(2 * len(low), dtype=np.int64)
        np.minimum(low, high, out=pairs[0::2])
        np.maximum(low, high, out=pairs[1::2])
        head = _extremes(value, begin, first * run)
        tail = _extremes(value, last * run, end)
        picked = np.concatenate(([begin], head, pairs, tail, [end - 1])).astype(np.int64, copy=False)
        return picked[np.concatenate(([True], picked[1:] > picked[:-1]))]

    def _runs(self, value: FloatArray, shift: int, first: int, last: int) -> tuple[Int64Array, Int64Array]:
        if shift < _BASE_SHIFT:
            return _scan(value, first, last, shift)
        level = shift - _BASE_SHIFT
        self._catch_up(value, level)
        return self._low[level][first:last], self._high[level][first:last]

    def _catch_up(self, value: FloatArray, level: int) -> None:
        while len(self._low) <= level:
            self._low.append(np.empty(0, dtype=np.int64))
            self._high.append(np.empty(0, dtype=np.int64))
        for step in range(level + 1):
            have, complete = len(self._low[step]), len(value) >> (_BASE_SHIFT + step)
            if complete <= have:
                continue
            if step == 0:
                low, high = _scan(value, have, complete, _BASE_SHIFT)
            else:
                low = _better(value, self._low[step - 1][2 * have : 2 * complete], smallest=True)
                high = _better(value, self._high[step - 1][2 * have : 2 * complete], smallest=False)
            self._low[step] = np.concatenate((self._low[step], low))
            self._high[step] = np.concatenate((self._high[step], high))


def _scan(value: FloatArray, first: int, last: int, shift: int) -> tuple[Int64Array, Int64Array]:
    run = 1 << shift
    rows = value[first * run : last * run].reshape(-1, run)
    starts = np.arange(first, last, dtype=np.int64) * run
    return starts + rows.argmin(axis=1), starts + rows.argmax(axis=1)


def _better(value: FloatArray, children: Int64Array, smallest: bool) -> Int64Array:
    left, right = children[0::2], children[1::2]
    keep_left = value[left] <= value[right] if smallest else value[left] >= value[right]
    return np.where(keep_left, left, right)


def _extremes(value: FloatArray, begin: int, end: int) -> list[int]:
    if end <= begin:
        return []
    part = value[begin:end]
    return sorted((begin + int(part.argmin()), begin + int(part.argmax())))
