"""What the hydrology board shows of one gauge or rain station: plain values, from readings, forecasts and site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from backend.contracts.forecasts import Forecast, forecast_in_force
from backend.contracts.hydrology import (
    HOUR_MS,
    RAIN_HOURS,
    Coverage,
    RainClass,
    alarm_levels,
    coverage,
    day_start_ms,
    historic_flood,
    level_reached,
    nearest_level,
    rain_class,
    reached_band,
    rise_per_hour,
)
from backend.contracts.kinds.sensors import sensor_kind
from backend.contracts.site import Limit, Parameter, RainBand, RiseRule, Site, Station
from backend.contracts.state import RoomState
from console.models.rain import measured_sum
from console.models.readings_channel import Sample
from console.models.session import Session
from console.models.station_strips import STALE_INTERVALS, distance_m

RIVER, RAIN = "Level", "Rain"
_RISE: Final = RiseRule(window_min=60, min_samples=5, raise_m_per_h=0.5, clear_m_per_h=0.3, priority=2, source="")
"""How a slope is taken where the site judges none; nothing is called fast by it."""

STEADY_M_PER_H: Final = 0.02
Trend = Literal["fast", "rising", "steady", "falling", "unknown"]


@dataclass(frozen=True, slots=True)
class GaugeRow:
    """A gauge just now.

    Attributes:
        sample: the newest, None = nothing was ever sent. `stale`: it is old, so that it is no level of now.
        nearest: the alarm level its distance is told from; `reached`: the highest it stands at.
        rate_m_per_h: slope of its level; None when it is not known or the gauge is stale.
        forecast: the issue in force; `over` when its last point lies behind.
        camera_id: the camera beside it, "" = the site has none.
    """

    station: Station
    parameter: Parameter
    sample: Sample | None
    stale: bool
    age_s: float | None
    nearest: Limit | None
    reached: Limit | None
    historic: Limit | None
    rate_m_per_h: float | None
    trend: Trend
    forecast: Forecast | None
    over: bool
    camera_id: str
    camera_lost: bool

    @property
    def levels(self) -> tuple[Limit, ...]:
        return alarm_levels(self.parameter.limits)

    @property
    def priority(self) -> int | None:
        """Of the level it stands at; what is old is not called an alarm."""
        return None if self.reached is None or self.stale else self.reached.priority


@dataclass(frozen=True, slots=True)
class RainSum:
    """`value_mm` None: nothing was measured. Not `whole`: it is a least value, `share` of the span was measured."""

    value_mm: float | None
    share: float
    whole: bool


@dataclass(frozen=True, slots=True)
class RainRow:
    """A rain station just now: rolling sums by hours, and of the running day from 19 h."""

    station: Station
    sums: dict[int, RainSum]
    day: RainSum
    classes: dict[int, RainClass]
    band: RainBand | None
    stale: bool
    age_s: float | None


@dataclass(frozen=True, slots=True)
class RainSummary:
    """The 24 hours over all stations that measured; `most` the wettest."""

    wet: int
    measured: int
    word: Coverage
    most: RainRow | None


def gauges_of(site: Site) -> tuple[tuple[Station, Parameter], ...]:
    return _of(site, RIVER)


def rain_stations_of(site: Site) -> tuple[tuple[Station, Parameter], ...]:
    return _of(site, RAIN)


def _of(site: Site, key: str) -> tuple[tuple[Station, Parameter], ...]:
    found = []
    for station in site.stations:
        for parameter in station.parameters:
            kind = sensor_kind(parameter.symbol)
            if kind is not None and kind.key == key and (key == RAIN or station.kind == "river"):
                found.append((station, parameter))
    return tuple(found)


def gauge_row(session: Session, station: Station, parameter: Parameter) -> GaugeRow:
    """One gauge; some hundred microseconds."""
    state, now_ms = session.state, session.clock.now_ms()
    sample = session.readings.latest(station.station_id, parameter.symbol)
    stale = sample is None or now_ms - sample.at_ms > STALE_INTERVALS * station.interval_s * 1000
    measured = sample is not None and sample.status == 0
    level = sample.value if sample is not None and measured else None
    rate = None if stale or sample is None else _rate(session, station, parameter, sample.at_ms)
    forecast = forecast_in_force(state.forecasts.values(), station.station_id, parameter.symbol)
    camera_id = _camera_beside(state.site, station)
    return GaugeRow(
        station=station,
        parameter=parameter,
        sample=sample,
        stale=stale,
        age_s=None if sample is None else max(0.0, (now_ms - sample.at_ms) / 1000),
        nearest=None if level is None else nearest_level(level, parameter.limits),
        reached=None if level is None else level_reached(level, parameter.limits),
        historic=historic_flood(parameter.limits),
        rate_m_per_h=rate,
        trend=_trend(rate, state.site),
        forecast=forecast,
        over=forecast is not None and forecast.points[-1].at_ms <= now_ms,
        camera_id=camera_id,
        camera_lost=_lost(state, camera_id),
    )


def _camera_beside(site: Site | None, station: Station) -> str:
    """The one the site names for the gauge, else the nearest."""
    if station.camera_ids or site is None or not site.cameras:
        return next(iter(station.camera_ids), "")
    here = (station.lat_deg, station.lon_deg)
    return min(site.cameras, key=lambda each: distance_m(here, (each.lat_deg, each.lon_deg))).camera_id


def _lost(state: RoomState, camera_id: str) -> bool:
    known = state.cameras.get(camera_id)
    return known is not None and known.condition == "lost"


def _rate(session: Session, station: Station, parameter: Parameter, at_ms: int) -> float | None:
    """As the alarm takes it (backend.services.rivers): a simulated city's hour is shorter by its speed."""
    site = session.state.site
    rule = (site.hydrology.rise if site is not None else None) or _RISE
    hour_ms = round(HOUR_MS / max(1.0, site.speed_up if site is not None else 1.0))
    window_ms = max(rule.min_samples * station.interval_s * 1000, rule.window_min * hour_ms // 60)
    window = session.readings.window(station.station_id, parameter.symbol, at_ms - window_ms + 1, at_ms)
    samples = zip(window.at_ms.tolist(), window.value.tolist(), window.status.tolist(), strict=True)
    return rise_per_hour(samples, at_ms, window_ms, rule.min_samples, hour_ms)


def _trend(rate_m_per_h: float | None, site: Site | None) -> Trend:
    if rate_m_per_h is None:
        return "unknown"
    rule = site.hydrology.rise if site is not None else None
    if rule is not None and round(rate_m_per_h, 6) >= rule.raise_m_per_h:
        return "fast"
    if abs(rate_m_per_h) < STEADY_M_PER_H:
        return "steady"
    return "rising" if rate_m_per_h > 0 else "falling"


def rain_row(session: Session, station: Station, parameter: Parameter) -> RainRow:
    now_ms, store = session.clock.now_ms(), session.readings
    site = session.state.site
    sample = store.latest(station.station_id, parameter.symbol)
    offset_min = site.utc_offset_min if site is not None else 0
    sums = {
        hours: RainSum(*measured_sum(store, station, parameter.symbol, now_ms - hours * HOUR_MS, now_ms))
        for hours in RAIN_HOURS
    }
    day = RainSum(*measured_sum(store, station, parameter.symbol, day_start_ms(now_ms, offset_min), now_ms))
    known = {hours: each.value_mm for hours, each in sums.items() if each.value_mm is not None}
    classes: dict[int, RainClass] = {}
    for hours in (12, 24):
        if hours in known:
            classes[hours] = rain_class(known[hours], 12 if hours == 12 else 24)
    return RainRow(
        station=station,
        sums=sums,
        day=day,
        classes=classes,
        band=None if site is None else reached_band(site.hydrology.rain_bands, known),
        stale=sample is None or now_ms - sample.at_ms > STALE_INTERVALS * station.interval_s * 1000,
        age_s=None if sample is None else max(0.0, (now_ms - sample.at_ms) / 1000),
    )


def rain_summary(rows: Sequence[RainRow]) -> RainSummary:
    """How much of the city the last 24 hours' rain covers. Silent stations count only with what they measured."""
    measured = [(row, value) for row in rows if (value := row.sums[24].value_mm) is not None]
    wet = [(row, value) for row, value in measured if value > 0]
    most = max(wet, key=lambda each: each[1])[0] if wet else None
    return RainSummary(len(wet), len(measured), coverage(len(wet), len(measured)), most)


def forecast_peak(row: GaugeRow, now_ms: int) -> tuple[int, float, str] | None:
    """(instant, level, words) of the highest point ahead; None when nothing lies ahead."""
    if row.forecast is None or row.over:
        return None
    ahead = [point for point in row.forecast.points if point.at_ms > now_ms]
    peak = max(ahead, key=lambda point: (point.value, -point.at_ms))
    return peak.at_ms, peak.value, peak.words
