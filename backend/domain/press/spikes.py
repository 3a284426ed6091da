"""When a name is suddenly spoken of: the last hour against the same hour of the days before, robustly.

The usual is the median of those hours; how far they scatter is the median distance from it (MAD). One loud day among
fourteen moves neither, as it would move a mean and a standard deviation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from backend.contracts.press import SpikeRule

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
BIN_MS: Final = 300_000
BINS_OF_HOUR: Final = HOUR_MS // BIN_MS
NORMAL: Final = 1.4826
"""MAD times this is the standard deviation where the counts are normally distributed."""

DAYS_LEAST: Final = 3
"""Fewer days say nothing of what is usual: then only the floor decides."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How often an item was named in the last hour.

    Attributes:
        usual: median of the same hour of the days before; None = too few days are known.
        raise_at: from this count on it is a spike.
    """

    count: int
    usual: float | None
    raise_at: float


def read(count: int, past: Sequence[int], rule: SpikeRule) -> Reading:
    """`past`: the counts of the same hour, one a day."""
    if len(past) < DAYS_LEAST:
        return Reading(count, None, float(rule.floor))
    usual = median(past)
    spread = max(1.0, NORMAL * median(abs(one - usual) for one in past))
    return Reading(count, usual, max(float(rule.floor), usual + rule.times_spread * spread))


def is_spike(reading: Reading, before: bool, rule: SpikeRule) -> bool:
    """Whether it is one now, `before` = it was one: it ends only well below where it began."""
    return reading.count >= (reading.raise_at * rule.clear_ratio if before else reading.raise_at)


class Counts:
    """How often one item was named, in bins of five minutes, for as many days as the rule looks back."""

    def __init__(self) -> None:
        self._bins: dict[int, int] = {}

    def add(self, at_ms: Iterable[int]) -> None:
        for one in at_ms:
            self._bins[one // BIN_MS] = self._bins.get(one // BIN_MS, 0) + 1

    def hour(self, end_ms: int) -> int:
        """Of the hour before `end_ms`, the running bin included."""
        last = end_ms // BIN_MS
        return sum(self._bins.get(one, 0) for one in range(last - BINS_OF_HOUR + 1, last + 1))

    def reading(self, now_ms: int, since_ms: int, rule: SpikeRule) -> Reading:
        """`since_ms`: from when on posts are known at all; a day that nobody listened is no quiet day."""
        days = [now_ms - day * DAY_MS for day in range(1, rule.days + 1)]
        return read(self.hour(now_ms), [self.hour(end) for end in days if end - HOUR_MS >= since_ms], rule)

    def forget(self, before_ms: int) -> None:
        self._bins = {key: count for key, count in self._bins.items() if (key + 1) * BIN_MS > before_ms}
