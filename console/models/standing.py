"""How a parameter stands to its limits just now: the same figure the alarms judge, as a share of the limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.contracts.kinds.sensors import sensor_kind
from backend.contracts.oxygen import referred
from backend.contracts.readings import MEASURING
from backend.contracts.site import Limit, Parameter
from console.models.readings import ReadingStore

NEAR_SHARE: Final = 0.9
LEVEL_NEAR_M: Final = 0.3
PH_NEAR: Final = 0.2


@dataclass(frozen=True, slots=True)
class Standing:
    """One limit and the figure it is compared with.

    Attributes:
        figure: mean (or sum) over the limit's window, or the newest sample where the window is 0.
        share: figure / limit (limit / figure of a lower limit); None where a share means nothing (levels, pH).
        near: not passed, but close.
    """

    limit: Limit
    figure: float
    share: float | None
    passed: bool
    near: bool


def standings(
    store: ReadingStore, station_id: str, parameter: Parameter, interval_s: int, speed_up: float
) -> tuple[Standing, ...]:
    """Standing of each limit that has a figure; empty when nothing was measured in the limit's window.

    The windows are of the story's time: with `speed_up` 5 an hour's mean is taken over 12 real minutes. They end at
    the newest sample, as the alarms' do.
    """
    latest = store.latest(station_id, parameter.symbol)
    if latest is None:
        return ()
    kind = sensor_kind(parameter.symbol)
    accumulates = kind is not None and kind.accumulates
    reference = next((limit.o2_ref_percent for limit in parameter.limits), None)
    figures: dict[int, float | None] = {}
    found = []
    for limit in parameter.limits:
        if limit.window_min not in figures:
            span_ms = window_ms(limit.window_min, interval_s, speed_up)
            start_ms = latest.at_ms - span_ms + 1 if limit.window_min else latest.at_ms
            if reference is not None:
                found_ref = referred_figure(store, station_id, parameter.symbol, start_ms, latest.at_ms, reference)
                figures[limit.window_min] = found_ref
            else:
                figures[limit.window_min] = figure(
                    store, station_id, parameter.symbol, start_ms, latest.at_ms, accumulates
                )
        value = figures[limit.window_min]
        if value is not None:
            found.append(_standing(limit, value, parameter))
    return tuple(found)


def window_ms(window_min: int, interval_s: int, speed_up: float) -> int:
    """A window of so many minutes of the story in real time, one sample long at least."""
    return round(max(window_min * 60 / max(speed_up, 1e-9), interval_s) * 1000)


def figure(
    store: ReadingStore, station_id: str, symbol: str, start_ms: int, end_ms: int, accumulates: bool = False
) -> float | None:
    """Mean, or sum of what accumulates, of the measuring samples of a span; None when there is none."""
    window = store.window(station_id, symbol, start_ms, end_ms)
    counted = window.value[window.status == MEASURING]
    if not len(counted):
        return None
    return float(np.sum(counted) if accumulates else np.mean(counted))


def referred_figure(
    store: ReadingStore, station_id: str, symbol: str, start_ms: int, end_ms: int, o2_ref_percent: float
) -> float | None:
    """Mean of the samples at the reference oxygen, as the alarms take it; None without oxygen of the same times."""
    window = store.window(station_id, symbol, start_ms, end_ms)
    oxygen = store.window(station_id, "O2", start_ms, end_ms)
    known = {
        int(at): float(value)
        for at, value, status in zip(oxygen.at_ms, oxygen.value, oxygen.status, strict=True)
        if status == MEASURING
    }
    values = [
        corrected
        for at, value, status in zip(window.at_ms, window.value, window.status, strict=True)
        if status == MEASURING and int(at) in known
        if (corrected := referred(float(value), known[int(at)], o2_ref_percent)) is not None
    ]
    return sum(values) / len(values) if values else None


def worst(found: Sequence[Standing]) -> Standing | None:
    """The one a person must see: the worst passed one, else the one nearest to being passed."""
    passed = [standing for standing in found if standing.passed]
    if passed:
        return min(passed, key=lambda standing: (standing.limit.priority, -abs(standing.limit.value)))
    return max(found, key=lambda standing: (standing.near, standing.share or 0.0), default=None)


def _standing(limit: Limit, value: float, parameter: Parameter) -> Standing:
    above = limit.direction == "above"
    level = parameter.unit == "m"
    if level:
        passed = value >= limit.value if above else value < limit.value
        distance = limit.value - value if above else value - limit.value
        return Standing(limit, value, None, passed, not passed and distance <= LEVEL_NEAR_M)
    passed = value > limit.value if above else value < limit.value
    if parameter.unit == "pH":
        return Standing(limit, value, None, passed, not passed and abs(value - limit.value) <= PH_NEAR)
    share = None
    if above and limit.value > 0:
        share = max(0.0, value / limit.value)
    elif not above and value > 0:
        share = max(0.0, limit.value / value)
    return Standing(limit, value, share, passed, not passed and share is not None and share >= NEAR_SHARE)
