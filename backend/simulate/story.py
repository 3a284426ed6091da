"""What each instrument of the demonstration city measures at an instant: the day's curve, noise, the plan's events.

A pure function of (seed, start of the story, instant): the same run twice gives the same figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from backend.contracts.kinds.sensors import sensor_kind
from backend.contracts.readings import CALIBRATING, FAULT, MEASURING
from backend.contracts.site import Parameter, Station
from backend.simulate.plan import Exceedance, Plan, Rain, River, Span
from config.model import SiteConfig

_HOUR_MS: Final = 3_600_000

# Usual value, how much of it the time of day moves, and how much of it is noise; where no limit gives the scale.
_USUAL: Final[dict[str, tuple[float, float, float]]] = {
    "O2": (8.5, 0.05, 0.04),
    "Flow": (42_000.0, 0.10, 0.03),
    "Temp": (118.0, 0.04, 0.02),
    "P": (1006.0, 0.001, 0.0005),
    "RH": (78.0, -0.12, 0.02),
    "PM2,5": (31.0, 0.25, 0.10),
    "PM10": (52.0, 0.25, 0.10),
    "O3": (64.0, 0.45, 0.06),
    "pH": (7.2, 0.01, 0.006),
    "DO": (6.4, 0.06, 0.02),
    "People": (34.0, 0.7, 0.15),
    "Vehicles": (60.0, 0.6, 0.15),
}
_USUAL_BY_KIND: Final[dict[tuple[str, str], tuple[float, float, float]]] = {
    ("air", "Temp"): (24.0, 0.16, 0.01),
    ("water", "Temp"): (22.5, 0.04, 0.005),
    ("wastewater", "Temp"): (29.0, 0.04, 0.01),
    ("wastewater", "Flow"): (310.0, 0.15, 0.03),
    ("air", "CO"): (1_450.0, 0.30, 0.08),
    ("water", "TSS"): (62.0, 0.10, 0.06),
}
_SHARE_OF_LIMIT: Final = (0.35, 0.65)


@dataclass(frozen=True, slots=True)
class Sample:
    """`value` is in the parameter's unit; `status` as in TT 10/2021 (0 measuring, 1 calibrating, 2 fault)."""

    symbol: str
    value: float
    unit: str
    status: int


class Story:
    """The city's figures.

    Args:
        start_ms: the instant at which the story's hour 0 is.
    """

    def __init__(self, site: SiteConfig, plan: Plan, start_ms: int) -> None:
        self.site = site
        self.plan = plan
        self.start_ms = start_ms
        self._rivers: dict[str, River] = {item.station: item for item in plan.river}
        self._rains: dict[str, Rain] = {item.station: item for item in plan.rain}

    def hour(self, at_ms: int) -> float:
        """The story's hour at the instant; it comes round after `cycle_h` and lies before 0 in the history."""
        passed = (at_ms - self.start_ms) / _HOUR_MS * self.site.speed_up
        lead_h = 6.0
        return passed if passed < 0 else (passed + lead_h) % self.plan.cycle_h - lead_h

    def samples(self, station: Station, at_ms: int) -> tuple[Sample, ...]:
        """What the station's logger writes at the instant; nothing while it is silent."""
        hour = self.hour(at_ms)
        spans = {item.kind for item in self.plan.span if item.station == station.station_id and _within(item, hour)}
        if "silent" in spans:
            return ()
        status = CALIBRATING if "calibration" in spans else FAULT if "fault" in spans else MEASURING
        return tuple(self._sample(station, parameter, at_ms, hour, status) for parameter in station.parameters)

    def ahead(self, station: Station, at_ms: int) -> tuple[Sample, ...]:
        """What would be measured then, whatever becomes of the logger."""
        hour = self.hour(at_ms)
        return tuple(self._sample(station, parameter, at_ms, hour, MEASURING) for parameter in station.parameters)

    def _sample(self, station: Station, parameter: Parameter, at_ms: int, hour: float, status: int) -> Sample:
        if status == CALIBRATING:
            # Zero gas, then span gas: what an analyser really shows while it is calibrated.
            value = 0.0 if at_ms // 120_000 % 2 else 1.2 * self._usual(station, parameter)[0]
        elif status == FAULT:
            value = 0.0
        else:
            value = max(0.0, self._value(station, parameter, at_ms, hour))
        return Sample(parameter.symbol, round(value, parameter.decimals + 1), parameter.unit, status)

    def _value(self, station: Station, parameter: Parameter, at_ms: int, hour: float) -> float:
        river = self._rivers.get(station.station_id)
        if river is not None and parameter.symbol == "Level":
            wave = _step((hour - river.crest_h) / 2.5) - _step((hour - river.fall_h) / 3.0)
            return river.low + river.rise * wave + 0.012 * self._noise(station, parameter, at_ms)
        rain = self._rains.get(station.station_id)
        if rain is not None and parameter.symbol == "Rain":
            strength = rain.peak * math.exp(-(((hour - rain.at_h) / 2.2) ** 2))
            gust = max(0.0, 1.0 + 0.7 * self._noise(station, parameter, at_ms))
            per_sample_h = station.interval_s * self.site.speed_up / 3600
            amount = strength * gust * per_sample_h
            return math.floor(amount / 0.1) * 0.1  # a tipping bucket: tenths
        usual, daily, noise = self._usual(station, parameter)
        local_h = (at_ms / _HOUR_MS + self.site.utc_offset_min / 60) % 24
        of_day = math.sin((local_h - 9.0) / 24 * 2 * math.pi)
        quiet = usual * (1 + daily * of_day + noise * self._noise(station, parameter, at_ms))
        for event in self.plan.exceed:
            if event.station == station.station_id and event.symbol == parameter.symbol:
                strength = _ramp(event, hour)
                quiet = quiet * (1 - strength) + _limit(parameter) * event.ratio * strength * (
                    1 + 0.03 * self._noise(station, parameter, at_ms)
                )
        return quiet

    def _usual(self, station: Station, parameter: Parameter) -> tuple[float, float, float]:
        kind = sensor_kind(parameter.symbol)
        symbol = kind.key if kind is not None else parameter.symbol
        own = self._uniform(station.station_id, symbol, "usual")
        found = _USUAL_BY_KIND.get((station.kind, symbol)) or _USUAL.get(symbol)
        if found is not None:
            return found[0] * (0.9 + 0.2 * own if symbol not in ("pH", "P") else 1.0), found[1], found[2]
        low, high = _SHARE_OF_LIMIT
        return _limit(parameter) * (low + (high - low) * own), 0.08, 0.06

    def _noise(self, station: Station, parameter: Parameter, at_ms: int) -> float:
        """About -1..1: slow wandering (12 minutes) and a little of each sample."""
        key = f"{station.station_id}/{parameter.symbol}"
        knot, part = divmod(at_ms / 720_000, 1.0)
        smooth = part * part * (3 - 2 * part)
        before, after = (self._uniform(key, "slow", int(knot) + step) for step in (0, 1))
        return 1.5 * (before + (after - before) * smooth - 0.5) + 0.5 * (self._uniform(key, "fast", at_ms) - 0.5)

    def _uniform(self, *key: object) -> float:
        text = "/".join(map(str, (self.plan.seed, *key)))
        return int.from_bytes(blake2b(text.encode(), digest_size=6).digest()) / 2**48


def _step(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, x))))


def _within(item: Span, hour: float) -> bool:
    return item.at_h <= hour < item.at_h + item.for_h


def _ramp(event: Exceedance, hour: float) -> float:
    """0..1: up over the hour before `at_h`, full for `for_h`, down in half an hour."""
    rising = (hour - event.at_h + 1.0) / 1.0
    falling = (event.at_h + event.for_h + 0.5 - hour) / 0.5
    return max(0.0, min(1.0, rising, falling))


def _limit(parameter: Parameter) -> float:
    above: Iterable[float] = (limit.value for limit in parameter.limits if limit.direction == "above")
    return min(above, default=20.0)
