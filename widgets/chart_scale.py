"""Where ticks stand and how far an axis goes: plain functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

_S: Final = 1_000
_MIN: Final = 60 * _S
_H: Final = 60 * _MIN
_DAY: Final = 24 * _H
_TIME_STEPS_MS: Final = (
    *(_S, 2 * _S, 5 * _S, 10 * _S, 15 * _S, 30 * _S),
    *(_MIN, 2 * _MIN, 5 * _MIN, 10 * _MIN, 15 * _MIN, 30 * _MIN),
    *(_H, 2 * _H, 3 * _H, 6 * _H, 12 * _H),
    *(_DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY, 28 * _DAY),
)
LIMIT_NEAR_SHARE: Final = 0.4
"""An upper limit is kept in the picture once the largest value reaches this share of it."""

FROM_ZERO_SHARE: Final = 0.8
"""What never comes below this share of a limit is not counted from zero: a water level above the sea."""


class Tick(NamedTuple):
    """`major`: a midnight, or any tick of a value axis."""

    at: float
    label: str
    major: bool


def time_ticks(start_ms: int, end_ms: int, utc_offset_min: int, width_px: int, label_px: int = 84) -> list[Tick]:
    """Ticks at round local times, at least `label_px` apart: "10:00", at midnight "22/11"."""
    span_ms = max(1, end_ms - start_ms)
    wanted_ms = span_ms * label_px / max(1, width_px)
    step_ms = next((step for step in _TIME_STEPS_MS if step >= wanted_ms), _TIME_STEPS_MS[-1])
    offset_ms = utc_offset_min * _MIN
    first = -(-(start_ms + offset_ms) // step_ms) * step_ms
    ticks = []
    for local_ms in range(first, end_ms + offset_ms + 1, step_ms):
        moment = datetime.fromtimestamp(local_ms / 1000, UTC)
        midnight = local_ms % _DAY == 0
        if midnight:
            label = f"{moment:%d/%m}"
        else:
            label = f"{moment:%H:%M:%S}" if step_ms < _MIN else f"{moment:%H:%M}"
        ticks.append(Tick(local_ms - offset_ms, label, midnight))
    return ticks


def nice_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 2.5, 5 x 10^n that makes at most `most` steps of `span`."""
    raw = span / max(1, most)
    if not math.isfinite(raw) or raw <= 0.0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= raw * (1 - 1e-9))


def step_decimals(step: float) -> int:
    """Decimals that tell neighbouring ticks apart."""
    for decimals in range(7):
        if abs(round(step, decimals) - step) < 1e-9 * max(1.0, step):
            return decimals
    return 7


def value_ticks(low: float, high: float, height_px: int, label_px: int = 26) -> tuple[list[float], int]:
    """Round values inside low..high at least `label_px` apart, and the decimals they need."""
    step = nice_step(high - low, max(1, height_px // label_px))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)], step_decimals(step)


def value_range(low: float, high: float, limits: Sequence[float], label_share: float = 0.06) -> tuple[float, float]:
    """The axis for values low..high: with what limits are near, with air, from zero when zero is near.

    `label_share` of the height stays free above a limit, for its name.
    A limit far off would press the line flat; it stays outside and is named at the edge instead.
    """
    bottom, top = low, high
    for limit in limits:
        span = max(high - low, 0.02 * max(abs(high), abs(low)), 1e-9)
        close = low - 1.5 * span <= limit <= high + 1.5 * span
        if close or (0.0 <= low <= FROM_ZERO_SHARE * limit and LIMIT_NEAR_SHARE * limit <= high):
            bottom, top = min(bottom, limit), max(top, limit)
    if 0.0 <= bottom <= 0.6 * top:
        bottom = 0.0
    span = top - bottom
    if span <= 0.0:
        span = max(0.1 * abs(top), 1.0)
        bottom, top = (0.0, top + span) if 0.0 <= bottom <= span else (bottom - span / 2, top + span / 2)
        span = top - bottom
    step = nice_step(span, 8)
    air_below = 0.0 if bottom == 0.0 else 0.04 * span
    floor = math.floor((bottom - air_below) / step) * step
    ceiling = math.ceil((top + 0.06 * span) / step) * step
    inside = [limit for limit in limits if floor <= limit <= ceiling]
    while inside and ceiling - max(inside) < label_share * (ceiling - floor):
        ceiling += step
    return floor, ceiling
