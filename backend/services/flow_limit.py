"""How much each caller may ask for: a bucket of tokens each, so that a flood costs nobody but its sender."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import Final

CALLERS_KEPT: Final = 10_000
"""Past so many the one that was quiet longest is forgotten; its bucket was full anyway."""


class FlowLimit:
    """`per_min` on the average, `at_once` in a burst. Not thread-safe. Times are seconds of any steady clock."""

    def __init__(self, per_min: float, at_once: int) -> None:
        self._per_s = per_min / 60
        self._at_once = at_once
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, caller: str, now_s: float) -> float:
        """Take one token: 0 when there was one, else after how many seconds there will be."""
        tokens, at_s = self._buckets.pop(caller, (float(self._at_once), now_s))
        tokens = min(float(self._at_once), tokens + max(0.0, now_s - at_s) * self._per_s)
        taken = tokens >= 1
        self._buckets[caller] = (tokens - taken, now_s)
        if len(self._buckets) > CALLERS_KEPT:
            self._buckets.popitem(last=False)
        return 0.0 if taken else math.ceil((1 - tokens) / self._per_s)
