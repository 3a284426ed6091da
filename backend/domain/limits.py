"""Limits: figures over a window, and when they come true and cease to be, without chatter.

Which window: the running one, (at - window, at], taken anew at each sample, not the clock hour. The legal hourly mean
is a clock hour's, but an alarm that waits for the hour to end comes up to 59 minutes late; the running mean is never
later than the clock hour's and equals it at the full hour. The report of exceedances (by clock hour) is another thing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from backend.contracts.alerts import LimitReading
from backend.contracts.kinds.alerts import Priority
from backend.contracts.oxygen import referred
from backend.contracts.readings import MEASURING
from backend.contracts.site import Limit

Sample = tuple[int, float, int]
"""(at_ms, value, status) as the readings store gives them."""


@dataclass(frozen=True, slots=True)
class LimitRules:
    """How limits are judged; not law, the room's own practice.

    Attributes:
        min_coverage: share of the window that measuring samples must cover before a mean counts.
        dead_band_ratio: a limit ends when the figure is back by this share of it.
        level_dead_band_m: the same for water levels, metres: a share of a height above sea level means nothing.
        notable_ratio: an open alert is updated when its figure moved by this share of the limit.
        notable_level_m: the same for water levels.
        double_priority: at twice an upper limit the alert is at least this urgent.
    """

    min_coverage: float = 0.75
    dead_band_ratio: float = 0.02
    level_dead_band_m: float = 0.05
    notable_ratio: float = 0.05
    notable_level_m: float = 0.05
    double_priority: Priority = Priority.HIGH


DEFAULT_RULES: Final = LimitRules()


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean (or a sum, of what accumulates) and the share of its window that was measured, 0..1."""

    value: float
    coverage: float


def window_figure(
    samples: Iterable[Sample], at_ms: int, window_ms: int, interval_ms: int, accumulates: bool = False
) -> Figure | None:
    """The figure over (at - window, at]; None when nothing was measured in it.

    Samples of other status than 00 count for nothing: neither for the mean nor for the coverage. Each sample stands
    for the interval before it. `window_ms` 0 takes the newest measuring sample alone.
    """
    start_ms = at_ms - window_ms
    used = sorted({at: value for at, value, status in samples if status == MEASURING and at <= at_ms}.items())
    if window_ms == 0:
        return Figure(used[-1][1], 1.0) if used else None
    inside = [(at, value) for at, value in used if at > start_ms]
    if not inside:
        return None
    covered, reached = 0, start_ms
    for at, _ in inside:
        begin = max(reached, at - interval_ms)
        covered += max(0, at - begin)
        reached = max(reached, at)
    total = math.fsum(value for _, value in inside)
    return Figure(total if accumulates else total / len(inside), min(1.0, covered / window_ms))


def at_reference(samples: Iterable[Sample], oxygen: Iterable[Sample], o2_ref_percent: float) -> tuple[Sample, ...]:
    """Samples referred to the reference oxygen by the oxygen measured at the same time.

    What has no measuring oxygen sample, or one close to air, is left out: it counts neither for the mean nor for the
    coverage, so that too little of it decides nothing.
    """
    known = {at: value for at, value, status in oxygen if status == MEASURING}
    found: list[Sample] = []
    for at, value, status in samples:
        corrected = referred(value, known[at], o2_ref_percent) if at in known else None
        if corrected is not None:
            found.append((at, corrected, status))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Judgement:
    """`passed`: the worst limit in force, None = none. `value`: its figure, None = not known just now."""

    passed: Limit | None
    value: float | None
    priority: Priority | None


def judge(
    limits: Sequence[Limit],
    figures: Mapping[int, Figure | None],
    current: LimitReading | None,
    unit: str,
    accumulates: bool = False,
    rules: LimitRules = DEFAULT_RULES,
) -> Judgement:
    """Which limit is passed now, given what was passed before.

    Args:
        figures: figure by `window_min` of the limits.
        current: the limit reading of the alert that is active, None when none is. It is the whole memory: every
            limit of its direction and window up to it counts as passed before, so a restart forgets nothing.
        unit: the parameter's unit; metres have an absolute dead band.

    A window with too little data decides nothing: what was passed stays passed. Of a sum a part is enough to pass.
    """
    passed: list[Limit] = []
    for limit in limits:
        before = current is not None and _was_passed(limit, limits, current)
        if _is_passed(limit, figures.get(limit.window_min), before, unit, accumulates, rules):
            passed.append(limit)
    if not passed:
        return Judgement(None, None, None)
    worst = min(passed, key=_badness)
    figure = figures.get(worst.window_min)
    known = figure is not None and (accumulates or figure.coverage >= rules.min_coverage)
    value = figure.value if figure is not None and known else None
    return Judgement(worst, value, _priority(worst, value, unit, rules))


def notable(before: LimitReading, value: float, unit: str, rules: LimitRules = DEFAULT_RULES) -> bool:
    """The figure moved enough since the alert last told it to be told again."""
    step = rules.notable_level_m if unit == "m" else abs(before.limit_value) * rules.notable_ratio
    return abs(value - before.value) >= step


def _badness(limit: Limit) -> tuple[int, float]:
    return limit.priority, -limit.value if limit.direction == "above" else limit.value


def _was_passed(limit: Limit, limits: Sequence[Limit], current: LimitReading) -> bool:
    """`limit` is the current one or a lesser one of the same direction and window."""
    if limit.window_min != current.window_min:
        return False
    same = [other for other in limits if other.window_min == current.window_min and other.value == current.limit_value]
    if any(other.direction != limit.direction for other in same) or not same:
        return False
    if limit.direction == "above":
        return limit.value <= current.limit_value
    return limit.value >= current.limit_value


def _is_passed(
    limit: Limit, figure: Figure | None, before: bool, unit: str, accumulates: bool, rules: LimitRules
) -> bool:
    if figure is None:
        return before
    enough = figure.coverage >= rules.min_coverage
    if not enough and not accumulates:
        return before
    band = rules.level_dead_band_m if unit == "m" else abs(limit.value) * rules.dead_band_ratio
    held = band if before else 0.0
    if limit.direction == "above":
        # A level counts from its mark on (a river "at BĐ2" is on alarm 2); a concentration only past its limit.
        # So does rain, whose warnings are written "from 50 mm".
        from_mark = (unit == "m" or accumulates) and not before
        past = figure.value >= limit.value if from_mark else figure.value > limit.value - held
    else:
        past = figure.value < limit.value + held
    return past or (before and not enough)


def _priority(limit: Limit, value: float | None, unit: str, rules: LimitRules) -> Priority:
    priority = Priority(limit.priority)
    doubled = value is not None and unit not in ("m", "pH", "°C") and value >= 2 * limit.value > 0
    if limit.direction == "above" and doubled:
        return min(priority, rules.double_priority)
    return priority
