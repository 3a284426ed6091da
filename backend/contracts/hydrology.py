"""Rivers and rain as backend and desk both judge them: alarm levels, slope, rain sums and their classes. Pure.

Sources: alarm levels QĐ 05/2020/QĐ-TTg (figures are the site's configuration); rain classes and words of coverage of
the Vietnamese hydro-meteorological service (VNMHA).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Final, Literal

from backend.contracts.readings import MEASURING
from backend.contracts.site import Limit, RainBand

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
RAIN_HOURS: Final = (1, 3, 6, 12, 24, 48, 72)
"""Spans of the rolling sums that bulletins use."""

DAY_BEGINS_H: Final = 19
"""The meteorological day of Việt Nam runs from 19 h to 19 h local time."""

MAX_SLOPE_SAMPLES: Final = 61

RainClass = Literal["none", "trace", "light", "rain", "moderate", "heavy", "very_heavy"]
Coverage = Literal["none", "few", "scattered", "many"]

RAIN_CLASS_VI: Final[dict[RainClass, str]] = {
    "none": "không mưa",
    "trace": "mưa nhỏ, không đáng kể",
    "light": "mưa nhỏ",
    "rain": "mưa",
    "moderate": "mưa vừa",
    "heavy": "mưa to",
    "very_heavy": "mưa rất to",
}
RAIN_CLASS_EN: Final[dict[RainClass, str]] = {
    "none": "no rain",
    "trace": "light rain, negligible",
    "light": "light rain",
    "rain": "rain",
    "moderate": "moderate rain",
    "heavy": "heavy rain",
    "very_heavy": "very heavy rain",
}
COVERAGE_VI: Final[dict[Coverage, str]] = {
    "none": "không nơi nào",
    "few": "vài nơi",
    "scattered": "rải rác",
    "many": "nhiều nơi",
}
COVERAGE_EN: Final[dict[Coverage, str]] = {
    "none": "nowhere",
    "few": "in a few places",
    "scattered": "in scattered places",
    "many": "in many places",
}

# Upper ends. The table writes them as whole millimetres ("8-25", "26-50"), so what lies between two rows (25.4) is
# rounded as a report would round it: a half goes up. "<3", "3-<8" and "<6" are written exactly and are taken so.
_ENDS_12: Final[tuple[tuple[float, RainClass], ...]] = (
    (0.3, "trace"),
    (3.0, "light"),
    (8.0, "rain"),
    (25.5, "moderate"),
    (50.5, "heavy"),
)
_ENDS_24: Final[tuple[tuple[float, RainClass], ...]] = (
    (6.0, "light"),
    (15.5, "rain"),
    (50.5, "moderate"),
    (100.5, "heavy"),
)


def rain_class(amount_mm: float, hours: Literal[12, 24]) -> RainClass:
    """Class of an amount that fell in 12 or 24 hours; other spans have no classes."""
    amount_mm = round(amount_mm, 6)  # a sum of tenths is 0.30000000000000004
    if amount_mm <= 0:
        return "none"
    ends = _ENDS_12 if hours == 12 else _ENDS_24
    return next((name for end, name in ends if amount_mm < end), "very_heavy")


def coverage(count: int, stations: int) -> Coverage:
    """Word for "at `count` of `stations`": up to a third, up to two thirds, more."""
    if count <= 0 or stations <= 0:
        return "none"
    if 3 * count <= stations:
        return "few"
    return "scattered" if 3 * count <= 2 * stations else "many"


def rain_sum(samples: Iterable[tuple[int, float, int]], start_ms: int, end_ms: int) -> float | None:
    """What fell in (start, end], mm: each instant once, measuring samples only; None when nothing was measured.

    Args:
        samples: (at_ms, value, status of TT 10/2021).
    """
    inside = {at: value for at, value, status in samples if status == MEASURING and start_ms < at <= end_ms}
    return math.fsum(inside.values()) if inside else None


def day_start_ms(at_ms: int, utc_offset_min: int) -> int:
    """Begin of the meteorological day (19 h to 19 h) that holds the sample of `at_ms`.

    A sample tells what fell before it, so that the one of exactly 19:00 still belongs to the day that ends then.
    """
    shift_ms = utc_offset_min * 60_000 - DAY_BEGINS_H * HOUR_MS
    return (at_ms - 1 + shift_ms) // DAY_MS * DAY_MS - shift_ms


def reached_band(bands: Sequence[RainBand], sums_mm: dict[int, float]) -> RainBand | None:
    """The highest band that one of the sums (by hours) reaches; words only, never a level of risk."""
    reached = [band for band in bands if band.hours in sums_mm and sums_mm[band.hours] >= band.from_mm]
    return max(reached, key=lambda band: (band.from_mm / band.hours, band.from_mm), default=None)


def alarm_levels(limits: Iterable[Limit]) -> tuple[Limit, ...]:
    """BĐ1 to BĐ3 as far as they are known, ascending; the historic flood is no level to measure from."""
    return tuple(sorted((limit for limit in limits if limit.mark.startswith("bd")), key=lambda limit: limit.value))


def historic_flood(limits: Iterable[Limit]) -> Limit | None:
    return next((limit for limit in limits if limit.mark == "historic"), None)


def nearest_level(value_m: float, limits: Iterable[Limit]) -> Limit | None:
    """The alarm level a bulletin measures from: the nearest, of two equally near the lower one."""
    levels = alarm_levels(limits)
    return min(levels, key=lambda limit: abs(round(value_m - limit.value, 6)), default=None)


def level_reached(value_m: float, limits: Iterable[Limit]) -> Limit | None:
    """The highest of BĐ1 to BĐ3 that the water stands at or above."""
    return max(
        (limit for limit in alarm_levels(limits) if value_m >= limit.value), key=lambda each: each.value, default=None
    )


def rise_per_hour(
    samples: Iterable[tuple[int, float, int]], at_ms: int, window_ms: int, min_samples: int, hour_ms: int = HOUR_MS
) -> float | None:
    """Slope of the level over (at - window, at], metres an hour; None when too little was measured.

    The median of the slopes between all pairs (Theil-Sen): a spike of the gauge, or a third of bad samples, does not
    move it. Only measuring samples count, and they must span half of the window.

    Args:
        hour_ms: length of an hour; shorter in a simulated city.
    """
    used = sorted(
        {at: v for at, v, status in samples if status == MEASURING and at_ms - window_ms < at <= at_ms}.items()
    )
    if len(used) < max(2, min_samples) or used[-1][0] - used[0][0] < window_ms / 2:
        return None
    if len(used) > MAX_SLOPE_SAMPLES:
        step = (len(used) - 1) / (MAX_SLOPE_SAMPLES - 1)
        used = [used[round(index * step)] for index in range(MAX_SLOPE_SAMPLES)]
    slopes = [
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for index, earlier in enumerate(used)
        for later in used[index + 1 :]
    ]
    return median(slopes) * hour_ms


def rises_fast(rate_m_per_h: float | None, before: bool, raise_at: float, clear_below: float) -> bool:
    """With hysteresis; an unknown rate changes nothing."""
    if rate_m_per_h is None:
        return before
    rate = round(rate_m_per_h, 6)
    return rate >= (min(clear_below, raise_at) if before else raise_at)
