"""How full zones were, and how many were counted in them, as means of whole stretches of time: pure, no clock."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from backend.services.analytics.rules import Measure
from config.camera_model import AnalyticsCamera

GAP_MOST_S: Final = 5.0
"""A picture stands for the time since the one before, this long at most."""

SEEN_FROM_SHARE: Final = 0.5
"""A stretch of which less was seen has no mean: what nobody saw is a gap and not an empty square."""


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of the stretch that ended at `at_ms`: % of the zone, or how many were counted."""

    place: str
    at_ms: int
    value: float


class ZoneSeries:
    """The series of one camera's zones. Stretches begin at whole multiples of `every_s` of the epoch."""

    def __init__(self, camera: AnalyticsCamera, every_s: float) -> None:
        self._occupied = {zone.name: zone.occupancy for zone in camera.zones if zone.occupancy}
        self._counted = {zone.name: zone.count for zone in camera.zones if zone.count}
        self._every_s = every_s
        self._stretch = 0
        self._before_s: float | None = None
        self._sums: dict[str, tuple[float, float]] = {}

    def add(self, measure: Measure | None, at_s: float) -> list[Mean]:
        """Take a picture, None = one that tells nothing of the zones; means of the stretch that is over by it."""
        stretch = math.floor(at_s / self._every_s)
        means: list[Mean] = []
        if stretch != self._stretch:
            # A clock that was set back begins anew: its stretches have been told already.
            means = list(self._means()) if stretch > self._stretch else []
            self._stretch, self._sums = stretch, {}
        passed_s = 0.0 if self._before_s is None else min(GAP_MOST_S, max(0.0, at_s - self._before_s))
        self._before_s = at_s
        for place, value in (self._values(measure) if measure is not None else {}).items():
            seen_s, total = self._sums.get(place, (0.0, 0.0))
            self._sums[place] = (seen_s + passed_s, total + passed_s * value)
        return means

    def _values(self, measure: Measure) -> Mapping[str, float]:
        found: dict[str, float] = {}
        for name, zone in measure.zones.items():
            if measure.learnt and name in self._occupied:  # before, it is not known how the zone looks when empty
                found[self._occupied[name]] = zone.occupied * 100
            if zone.counted is not None and name in self._counted:
                found[self._counted[name]] = float(zone.counted)
        return found

    def _means(self) -> Iterator[Mean]:
        at_ms = round((self._stretch + 1) * self._every_s * 1000)
        for place, (seen_s, total) in self._sums.items():
            if seen_s >= SEEN_FROM_SHARE * self._every_s:
                yield Mean(place, at_ms, round(total / seen_s, 1))
