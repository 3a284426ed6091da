"""VN_AQI by QĐ 1459/QĐ-TCMT of 12/11/2019: hourly with NowCast for dust, and daily. Pure.

Concentrations are µg/m3, whatever the pollutant. Stack gases have no index: they are mg/Nm3 against their own limits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Pollutant = Literal["O3", "CO", "SO2", "NO2", "PM10", "PM2,5"]
Hours = Sequence[float | None]
"""Hourly means; None = not measured well enough."""

NOWCAST_HOURS: Final = 12
NOWCAST_NEWEST: Final = 3
NOWCAST_NEWEST_LEAST: Final = 2
LEAST_WEIGHT: Final = 0.5
O3_8H_MOST: Final = 400.0
"""Above it the decree has no 8 h breakpoint: the 8 h index is left out."""

DUST: Final[tuple[Pollutant, ...]] = ("PM10", "PM2,5")
HIGHEST: Final = 500

_INDEX: Final = (0.0, 50.0, 100.0, 150.0, 200.0, 300.0, 400.0, 500.0)
_BREAKPOINTS: Final[dict[str, tuple[float, ...]]] = {
    "O3": (0, 160, 200, 300, 400, 800, 1000, 1200),
    "O3 8h": (0, 100, 120, 170, 210, 400),
    "CO": (0, 10_000, 30_000, 45_000, 60_000, 90_000, 120_000, 150_000),
    "SO2": (0, 125, 350, 550, 800, 1600, 2100, 2630),
    "NO2": (0, 100, 200, 700, 1200, 2350, 3100, 3850),
    "PM10": (0, 50, 150, 250, 350, 420, 500, 600),
    "PM2,5": (0, 25, 50, 80, 150, 250, 350, 500),
}
POLLUTANTS: Final[tuple[Pollutant, ...]] = ("O3", "CO", "SO2", "NO2", "PM10", "PM2,5")


@dataclass(frozen=True, slots=True)
class Index:
    """`value` 0..500, made by `pollutant`; `parts` the rounded index of each."""

    value: int
    pollutant: Pollutant
    parts: Mapping[Pollutant, int]


def sub_index(column: str, concentration: float) -> float:
    """The unrounded index of one pollutant (a key of the breakpoint table), 0..500; noise below zero counts as 0."""
    points = _BREAKPOINTS[column]
    amount = max(0.0, concentration)
    for low, high, index_low, index_high in zip(points, points[1:], _INDEX, _INDEX[1:], strict=False):
        if amount <= high:
            return (index_high - index_low) / (high - low) * (amount - low) + index_low
    return _INDEX[len(points) - 1]


def nowcast(hours: Hours) -> float | None:
    """Weighted mean of up to 12 hourly means, newest first; None with fewer than two of the newest three.

    A missing hour has weight 0. For w = 1/2 the decree's sum of (1/2)^i ci has weights that add up to nearly one; with
    hours missing the same total is kept, else a gap would read as clean air.
    """
    newest = hours[:NOWCAST_HOURS]
    if sum(value is not None for value in newest[:NOWCAST_NEWEST]) < NOWCAST_NEWEST_LEAST:
        return None
    known = [(place, max(0.0, value)) for place, value in enumerate(newest) if value is not None]
    most = max(value for _, value in known)
    if most == 0.0:
        return 0.0
    weight = max(min(value for _, value in known) / most, LEAST_WEIGHT)
    total = math.fsum(weight**place for place, _ in known)
    mean = math.fsum(weight**place * value for place, value in known) / total
    if weight > LEAST_WEIGHT:
        return mean
    return mean * math.fsum(LEAST_WEIGHT**place for place in range(1, NOWCAST_HOURS + 1))


def hourly(hours: Mapping[Pollutant, Hours]) -> Index | None:
    """The index of the newest hour; None without PM10 and PM2,5.

    Args:
        hours: hourly means, newest first. Dust needs up to 12 of them, the gases the newest alone.
    """
    parts: dict[Pollutant, float] = {}
    for pollutant, values in hours.items():
        known = nowcast(values) if pollutant in DUST else values[0] if values else None
        if known is not None:
            parts[pollutant] = sub_index(pollutant, known)
    return _worst(parts)


def daily(hours: Mapping[Pollutant, Hours], dust_hours_least: int = 18) -> Index | None:
    """The index of one day; None without PM10 and PM2,5.

    Args:
        hours: the 24 hourly means that end at 01:00 .. 24:00, oldest first.
        dust_hours_least: fewer make no 24 h mean of dust (three quarters of the day; our own practice, not the decree).
    """
    parts: dict[Pollutant, float] = {}
    for pollutant, values in hours.items():
        known = [value for value in values if value is not None]
        if not known or (pollutant in DUST and len(known) < dust_hours_least):
            continue
        if pollutant in DUST:
            parts[pollutant] = sub_index(pollutant, math.fsum(known) / len(known))
        else:
            parts[pollutant] = sub_index(pollutant, max(known))
        if pollutant == "O3":
            parts[pollutant] = max(parts[pollutant], _o3_8h(values))
    return _worst(parts)


def _o3_8h(values: Hours) -> float:
    """Of the highest 8 h mean, 0 where there is none or the decree leaves it out."""
    means = []
    for end in range(8, len(values) + 1):
        known = [value for value in values[end - 8 : end] if value is not None]
        if len(known) >= 6:
            means.append(math.fsum(known) / len(known))
    highest = max(means, default=0.0)
    return sub_index("O3 8h", highest) if highest <= O3_8H_MOST else 0.0


def _worst(parts: Mapping[Pollutant, float]) -> Index | None:
    if not any(pollutant in parts for pollutant in DUST):
        return None
    pollutant = max(parts, key=lambda each: parts[each])
    return Index(_rounded(parts[pollutant]), pollutant, {each: _rounded(value) for each, value in parts.items()})


def _rounded(value: float) -> int:
    """Half up, as people round; 109,5 that floating point makes 109,49999999 is still a half."""
    return min(HIGHEST, math.floor(value + 0.5 + 1e-9))
