"""A station's parameters as strips of a chart: what the readings say, in the chart's terms."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts.forecasts import forecast_in_force
from backend.contracts.kinds.sensors import sensor_kind
from backend.contracts.readings import CALIBRATING, FAULT, MEASURING
from backend.contracts.site import Limit, Parameter, Site, Station
from backend.contracts.state import RoomState
from console.models.numbers import format_age, format_number, format_time, pretty_unit
from console.models.session import Selected, Session
from console.models.standing import Standing, standings, worst
from widgets.chart_types import AheadPoint, ChartFormats, LimitLine, Point, Shade, StripSpec, Trace, Verdict

STALE_INTERVALS: Final = 3
GAP_INTERVALS: Final = 2.5
_WORDS: Final = frozenset({"Flow", "Temp", "RH", "P", "PM", "Color", "Rain", "Level"})
"""Symbols that are English words or say nothing by themselves: people are shown the name."""
_EARTH_M: Final = 6_371_000.0


def status_word(status: int) -> str:
    """Why a sample does not count, "" when it does."""
    if status == CALIBRATING:
        return QCoreApplication.translate("Readings", "calibrating")
    if status == FAULT:
        return QCoreApplication.translate("Readings", "device fault")
    return ""


def parameter_name(parameter: Parameter, language: str) -> str:
    """ "SO2 · Lưu huỳnh điôxit", "Lưu lượng"; the bare symbol where the catalogue knows no name."""
    kind = sensor_kind(parameter.symbol)
    if kind is None:
        return parameter.symbol
    name = kind.name_en if language == "en" else kind.name_vi
    return name if kind.key in _WORDS or name == parameter.symbol else f"{parameter.symbol} · {name}"


def short_name(parameter: Parameter, language: str) -> str:
    """The symbol where it is one of chemistry, else the name: "SO2", "Lưu lượng"."""
    kind = sensor_kind(parameter.symbol)
    if kind is None or kind.key not in _WORDS:
        return parameter.symbol
    return kind.name_en if language == "en" else kind.name_vi


def limit_name(limit: Limit, language: str) -> str:
    return limit.name_en if language == "en" and limit.name_en else limit.name_vi


def chart_formats(session: Session) -> ChartFormats:
    """Numbers, ages and times as this session writes them."""
    language = session.language
    offset_min = session.state.site.utc_offset_min if session.state.site is not None else 0
    return ChartFormats(
        number=lambda value, decimals: format_number(value, decimals, language),
        age=lambda age_s: format_age(age_s, language),
        moment=lambda at_ms, with_date: format_time(at_ms, offset_min, with_date),
        now_ms=session.clock.now_ms,
        utc_offset_min=offset_min,
    )


class ReadingStrip:
    """`StripSource` of one parameter.

    Args:
        loading: is its history being fetched; asked only while there is nothing to draw.
    """

    def __init__(
        self,
        session: Session,
        station: Station,
        parameter: Parameter,
        loading: Callable[[], str],
    ) -> None:
        self._store = session.readings
        self._language = session.language
        self._speed_up = session.state.site.speed_up if session.state.site is not None else 1.0
        self._station = station
        self._parameter = parameter
        self._loading = loading
        self._interval_ms = station.interval_s * 1000
        self._gap_ms = round(self._interval_ms * GAP_INTERVALS)
        self._standings: tuple[int, tuple[Standing, ...]] = (-1, ())

    @property
    def _key(self) -> tuple[str, str]:
        return self._station.station_id, self._parameter.symbol

    def version(self) -> int:
        # While nothing is there the sentence in its place may change without a sample.
        version = self._store.version_of(*self._key)
        return version if version else -hash(self._loading()) - 1

    def trace(self, start_ms: int, end_ms: int, columns: int) -> Trace:
        found = self._store.thinned(*self._key, start_ms, end_ms, columns, self._gap_ms)
        return Trace(found.at_ms, found.value, found.status == MEASURING, found.joined)

    def shades(self, start_ms: int, end_ms: int) -> Sequence[Shade]:
        spans = self._store.spans(*self._key, start_ms, end_ms, self._interval_ms)
        return [Shade(span.start_ms, span.end_ms, status_word(span.status), span.status == FAULT) for span in spans]

    def limits(self) -> Sequence[LimitLine]:
        passed = {id(standing.limit) for standing in self._judged() if standing.passed}
        unit, decimals = pretty_unit(self._parameter.unit), self._parameter.decimals
        lines = []
        for limit in self._parameter.limits:
            number = format_number(limit.value, _limit_decimals(limit.value, decimals), self._language)
            name = limit_name(limit, self._language)
            # Sources usually begin with the very name of the limit: said once is enough.
            source = limit.source.removeprefix(name).lstrip(" ,;")
            text = f"{name} {number} {unit}".rstrip()
            lines.append(LimitLine(limit.value, text, source, limit.priority, id(limit) in passed))
        return lines

    def latest(self) -> Point | None:
        sample = self._store.latest(*self._key)
        return None if sample is None else Point(sample.at_ms, sample.value, status_word(sample.status))

    def nearest(self, at_ms: int, within_ms: int) -> Point | None:
        sample = self._store.nearest(*self._key, at_ms, within_ms)
        return None if sample is None else Point(sample.at_ms, sample.value, status_word(sample.status))

    def verdict(self) -> Verdict:
        standing = worst(self._judged())
        if standing is None:
            return Verdict("")
        words = standing_words(standing, self._parameter, self._language)
        return Verdict(words, standing.limit.priority if standing.passed else None, standing.near)

    def notice(self) -> str:
        return self._loading()

    def _judged(self) -> tuple[Standing, ...]:
        version = self._store.version_of(*self._key)
        if self._standings[0] != version:
            station = self._station
            found = standings(self._store, station.station_id, self._parameter, station.interval_s, self._speed_up)
            self._standings = (version, found)
        return self._standings[1]


def level_words(level_m: float, limit: Limit, decimals: int, language: str) -> str:
    """Signed distance to an alarm level as bulletins write it: "trên BĐ3 3,41 m"."""
    distance = format_number(abs(level_m - limit.value), decimals, language)
    text = (
        QCoreApplication.translate("Readings", "above {mark} by {distance} m")
        if level_m >= limit.value
        else QCoreApplication.translate("Readings", "below {mark} by {distance} m")
    )
    return text.format(mark=limit_name(limit, language), distance=distance)


def standing_words(standing: Standing, parameter: Parameter, language: str) -> str:
    """ "138% of the limit", "above BĐ2 0,35 m", "near the limit"; with the window the figure is a mean of."""
    limit = standing.limit
    if parameter.unit == "m":
        return level_words(standing.figure, limit, parameter.decimals, language)
    mean = ""
    if limit.window_min:
        hours, minutes = divmod(limit.window_min, 60)
        words = (
            QCoreApplication.translate("Readings", "{minutes} min mean").format(minutes=limit.window_min)
            if minutes
            else QCoreApplication.translate("Readings", "{hours} h mean").format(hours=hours)
        )
        mean = f" · {words}"
    if standing.share is None:
        if standing.passed:
            return QCoreApplication.translate("Readings", "outside the limit") + mean
        near = QCoreApplication.translate("Readings", "near the limit")
        return (near if standing.near else QCoreApplication.translate("Readings", "inside the limits")) + mean
    share = format_number(100 * standing.share, 0, language)
    if standing.near:
        return QCoreApplication.translate("Readings", "NEAR: {share}% of limit").format(share=share) + mean
    return QCoreApplication.translate("Readings", "{share}% of limit").format(share=share) + mean


def strip_specs(session: Session, station: Station, loading: Callable[[str], str]) -> list[StripSpec]:
    """A strip for each parameter of the station, in the site's order. `loading`: sentence by symbol."""
    return [
        StripSpec(
            key=parameter.symbol,
            name=short_name(parameter, session.language),
            long_name=parameter_name(parameter, session.language),
            unit=pretty_unit(parameter.unit),
            decimals=parameter.decimals,
            stale_after_ms=STALE_INTERVALS * station.interval_s * 1000,
            source=ReadingStrip(session, station, parameter, partial(loading, parameter.symbol)),
            ahead=partial(forecast_ahead, session, station.station_id, parameter.symbol),
        )
        for parameter in station.parameters
    ]


def forecast_ahead(session: Session, station_id: str, symbol: str) -> Sequence[AheadPoint]:
    """The forecast in force from now on; nothing once it has run out."""
    forecast = forecast_in_force(session.state.forecasts.values(), station_id, symbol)
    if forecast is None:
        return ()
    now_ms = session.clock.now_ms()
    return tuple(
        AheadPoint(
            point.at_ms,
            point.value,
            point.value if point.low is None else point.low,
            point.value if point.high is None else point.high,
        )
        for point in forecast.points
        if point.at_ms > now_ms
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """The station a chart shows for a selection. `distance_m`: how far it is from what was selected, None = itself."""

    station: Station
    distance_m: float | None = None


def station_for(state: RoomState, selected: Selected | None) -> Shown | None:
    """The selected station, the station of a selected alert, else the nearest one to what was selected."""
    site = state.site
    if site is None or selected is None:
        return None
    stations = {station.station_id: station for station in site.stations}
    place_id, position = selected.key, None
    if selected.kind == "alert":
        alert = state.find_alert(selected.key)
        if alert is None:
            return None
        place_id = alert.place_id
        if alert.lat_deg is not None and alert.lon_deg is not None:
            position = (alert.lat_deg, alert.lon_deg)
    if selected.kind in ("alert", "station") and place_id in stations:
        return Shown(stations[place_id])
    position = position or _position(site, selected.kind, place_id)
    if position is None or not stations:
        return None
    here = position
    nearest = min(stations.values(), key=lambda station: distance_m(here, (station.lat_deg, station.lon_deg)))
    return Shown(nearest, distance_m(here, (nearest.lat_deg, nearest.lon_deg)))


def first_station(state: RoomState) -> Station | None:
    """What to show while nothing is selected: where a limit is passed now, else the site's first station."""
    if state.site is None or not state.site.stations:
        return None
    stations = {station.station_id: station for station in state.site.stations}
    active = [alert for alert in state.alerts.values() if alert.active and alert.place_id in stations]
    worst_alert = min(active, key=lambda alert: (alert.priority, -alert.raised_ms), default=None)
    return stations[worst_alert.place_id] if worst_alert is not None else state.site.stations[0]


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres between two (lat, lon) in degrees; equirectangular, good for a province."""
    north = math.radians(other[0] - one[0])
    east = math.radians(other[1] - one[1]) * math.cos(math.radians((one[0] + other[0]) / 2))
    return _EARTH_M * math.hypot(north, east)


def _position(site: Site, kind: str, key: str) -> tuple[float, float] | None:
    if kind == "commune":
        return next(((each.lat_deg, each.lon_deg) for each in site.communes if each.code == key), None)
    return next(((each.lat_deg, each.lon_deg) for each in site.cameras if each.camera_id == key), None)


def _limit_decimals(value: float, decimals: int) -> int:
    """A limit is written as short as it is: 450, not 450,0; but 0,25 as it is."""
    for count in range(decimals + 1):
        if abs(round(value, count) - value) < 1e-9:
            return count
    return decimals
