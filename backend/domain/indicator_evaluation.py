"""How a figure stands: against its target, the period before, a year before, and whether it moves at all."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

from backend.contracts.indicators import Comparison, Evaluation, Indicator, Move, Standing, Trend
from backend.contracts.periods import a_year_before, after

TREND_SAMPLES: Final = 13
"""The test looks at so many newest figures at most; `TREND_LEAST` is where its normal approximation begins to hold."""

TREND_LEAST: Final = 8
SIGNIFICANT: Final = 0.05


def evaluate(indicator: Indicator, area: str, figures: Mapping[str, float], period: str) -> Evaluation:
    """How the figure of `period` stands by the levels of that time. `figures`: value by period, at least that one."""
    indicator = indicator.of(period)
    value = figures[period]
    goal = _goal(indicator, value)
    target = indicator.target
    attained = 100 * value / target if indicator.direction == "up" and target is not None and target > 0 else None
    return Evaluation(
        code=indicator.code,
        area=area,
        period=period,
        value=value,
        standing=standing(indicator, value),
        goal=goal,
        gap=None if goal is None else value - goal,
        attained=attained,
        previous=_compared(indicator, figures, value, after(period, -1)),
        last_year=_compared(indicator, figures, value, a_year_before(period)),
        trend=trend(indicator, [figures[key] for key in _unbroken(figures, period)]),
    )


def standing(indicator: Indicator, value: float) -> Standing:
    """Against target and levels."""
    if indicator.direction == "band":
        if indicator.low is None or indicator.high is None:
            return "none"
        outside = _outside(indicator.low, indicator.high, value)
        if outside == 0:
            return "good"
        return "bad" if indicator.margin is not None and outside > indicator.margin else "warn"
    sign = 1 if indicator.direction == "up" else -1
    levels = (indicator.bad, indicator.warn, indicator.target)
    if all(level is None for level in levels):
        return "none"
    if indicator.bad is not None and sign * (value - indicator.bad) < 0:
        return "bad"
    reached = indicator.target if indicator.warn is None else indicator.warn
    return "warn" if reached is not None and sign * (value - reached) < 0 else "good"


def _outside(low: float, high: float, value: float) -> float:
    return max(low - value, value - high, 0.0)


def _goal(indicator: Indicator, value: float) -> float | None:
    if indicator.direction != "band":
        return indicator.target
    if indicator.low is None or indicator.high is None:
        return None
    return indicator.low if abs(value - indicator.low) <= abs(value - indicator.high) else indicator.high


def _compared(
    indicator: Indicator, figures: Mapping[str, float], value: float, period: str | None
) -> Comparison | None:
    before = None if period is None else figures.get(period)
    if before is None or period is None:
        return None
    change = value - before
    percent = None if before == 0 else 100 * change / abs(before)
    return Comparison(period=period, value=before, change=change, percent=percent, move=_move(indicator, before, value))


def _move(indicator: Indicator, before: float, value: float) -> Move:
    if value == before:
        return "same"
    if indicator.direction == "band":
        if indicator.low is None or indicator.high is None:
            return "other"
        was, now = (_outside(indicator.low, indicator.high, each) for each in (before, value))
        return "other" if was == now else "better" if now < was else "worse"
    return "better" if (value > before) == (indicator.direction == "up") else "worse"


def _unbroken(figures: Mapping[str, float], period: str) -> list[str]:
    """The newest periods up to `period` that follow each other without a gap, oldest first."""
    found = [period]
    while len(found) < TREND_SAMPLES and (before := after(found[-1], -1)) in figures:
        found.append(before)
    return found[::-1]


def trend(indicator: Indicator, values: Sequence[float]) -> Trend:
    """Mann-Kendall (1945, 1975), two-sided, with ties and continuity corrected; the slope is Theil and Sen's."""
    count = len(values)
    if count < TREND_LEAST:
        return Trend(kind="unknown", samples=count)
    pairs = [(values[end] - values[begin], end - begin) for begin in range(count) for end in range(begin + 1, count)]
    score = sum((rise > 0) - (rise < 0) for rise, _ in pairs)
    ties = sum(size * (size - 1) * (2 * size + 5) for size in Counter(values).values())
    variance = (count * (count - 1) * (2 * count + 5) - ties) / 18
    z = 0.0 if score == 0 or variance <= 0 else (abs(score) - 1) / math.sqrt(variance)
    p_value = math.erfc(z / math.sqrt(2))
    slope = median(rise / run for rise, run in pairs)
    if p_value >= SIGNIFICANT:
        return Trend(kind="steady", samples=count, p_value=p_value, slope=slope, move="same")
    rising = score > 0
    move: Move = "better" if rising == (indicator.direction == "up") else "worse"
    if indicator.direction == "band":
        move = "other"
    return Trend(kind="rising" if rising else "falling", samples=count, p_value=p_value, slope=slope, move=move)


def ranks(indicator: Indicator, values: Mapping[str, float]) -> dict[str, int]:
    """Rank by area, 1 the best; equal figures share one (1, 2, 2, 4)."""

    def badness(value: float) -> float:
        if indicator.direction == "band" and indicator.low is not None and indicator.high is not None:
            return _outside(indicator.low, indicator.high, value)
        return value if indicator.direction == "down" else -value

    order = sorted(badness(value) for value in values.values())
    return {area: order.index(badness(value)) + 1 for area, value in values.items()}
