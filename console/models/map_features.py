"""The room's state as a map shows it: pure functions, no Qt.

`project` makes the whole picture, `project_changes` what one `Delta` changed of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from backend.contracts.air import SOURCE_VI, AirIndex, air_band
from backend.contracts.alerts import SET_ASIDE, Alert, AlertPhase
from backend.contracts.folded import folded
from backend.contracts.geometry import Circle
from backend.contracts.kinds.sensors import sensor_kind
from backend.contracts.readings import CALIBRATING, FAULT
from backend.contracts.site import Camera, Parameter, Site, Station
from backend.contracts.state import Delta, RoomState
from widgets.map_types import Bounds, Cone, Look, MapArea, MapDelta, MapLabel, MapLayer, MapPoint

CAMERAS: Final = "camera"
STATIONS: Final = "station"
ALERTS: Final = "alert"
"""Keys of the layers; the same words as the kinds of a selection."""

LAYERS: Final = (
    MapLayer(STATIONS, "things", cluster_px=56, cluster_until_zoom=13, label_zoom=13, value_zoom=11),
    MapLayer(CAMERAS, "things", cluster_px=56, cluster_until_zoom=14, label_zoom=15, value_zoom=12),
    MapLayer(ALERTS, "marks", cluster_px=64, cluster_until_zoom=16, label_zoom=11, value_zoom=9),
)

SILENT_AFTER_INTERVALS: Final = 3
"""A station that missed three intervals is old (the same rule as the room's watch)."""

SHAPES: Final[Mapping[str, str]] = {
    "stack": "chimney",
    "wastewater": "outfall",
    "air": "wind",
    "water": "drop",
    "rain": "rain",
    "river": "waves",
    "counter": "people",
}

Latest = Callable[[str, str], tuple[int, float, int] | None]
"""(station_id, symbol) -> (at_ms, value, status) of the newest sample, or None."""

LABELS: Final = (
    MapLabel("Quần đảo Hoàng Sa (Đà Nẵng)", 16.55, 112.0, 4, 9),
    MapLabel("Quần đảo Trường Sa (Khánh Hoà)", 9.6, 114.4, 4, 9),
    MapLabel("Biển Đông", 13.6, 112.6, 5, 7),
    MapLabel("Vịnh Bắc Bộ", 19.7, 107.4, 6, 8),
    MapLabel("Vịnh Thái Lan", 9.4, 102.9, 6, 8),
)
"""National names that belong on every view that shows the sea."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words of conditions in the language of the seat."""

    lost: str = "SIGNAL LOST"
    unknown: str = "not checked yet"
    no_data: str = "no data"
    old: str = "old, {age} ago"
    calibrating: str = "calibrating"
    fault: str = "device fault"
    exercise: str = "EXERCISE"
    simulated: str = "simulated data"
    risk: str = "risk level {level}"
    until: str = "until {time}"
    no_end: str = "no end stated"
    highest: str = "highest: {pollutant}"
    recording: Mapping[str, str] = field(default_factory=dict)
    """What is said of each condition of a camera's recording; a condition without words is not told."""
    seconds: str = "{n} s"
    minutes: str = "{n} min"
    hours: str = "{n} h"
    days: str = "{n} d"


@dataclass(frozen=True, slots=True)
class Projector:
    """Turns state into map features for one language.

    Attributes:
        latest: newest sample of a parameter.
        english: names are shown in English where there are any.
    """

    latest: Latest
    words: Words
    english: bool = False

    def project(self, state: RoomState, now_ms: int) -> MapDelta:
        """The whole picture; the map is emptied first."""
        delta = MapDelta(reset=True)
        site = state.site
        if site is not None:
            delta.points[CAMERAS] = [self.camera(camera, state) for camera in site.cameras]
            delta.points[STATIONS] = [self.station(station, state, now_ms) for station in site.stations]
        self._alerts(state, state.alerts, delta)
        return delta

    def project_changes(self, state: RoomState, change: Delta, now_ms: int) -> MapDelta:
        """What `change` changed; `state` is already folded."""
        if change.reset or change.site:
            return self.project(state, now_ms)
        delta = MapDelta()
        changed = change.cameras | change.recordings
        if changed and state.site is not None:
            cameras = [camera for camera in state.site.cameras if camera.camera_id in changed]
            delta.points[CAMERAS] = [self.camera(camera, state) for camera in cameras]
        if change.air:
            delta.points.update(self.stations(state, change.air, now_ms).points)
        self._alerts(state, change.alerts, delta)
        return delta

    def stations(self, state: RoomState, station_ids: Iterable[str] | None, now_ms: int) -> MapDelta:
        """These stations anew (None = all): their values or their ages changed."""
        site = state.site
        if site is None:
            return MapDelta()
        wanted = None if station_ids is None else set(station_ids)
        chosen = [station for station in site.stations if wanted is None or station.station_id in wanted]
        return MapDelta(points={STATIONS: [self.station(station, state, now_ms) for station in chosen]})

    def camera(self, camera: Camera, state: RoomState) -> MapPoint:
        known = state.cameras.get(camera.camera_id)
        condition = known.condition if known is not None else "unknown"
        look: Look = "lost" if condition == "lost" else "normal" if condition == "online" else "dim"
        name = self._name(camera.name_vi, camera.name_en)
        note = self.words.lost if condition == "lost" else ""
        lines = [name, camera.group, note or (self.words.unknown if condition == "unknown" else "")]
        if known is not None and known.reason:
            lines.append(known.reason)
        recording = state.recordings.get(camera.camera_id)
        if recording is not None:
            lines.append(self.words.recording.get(recording.condition, ""))
        if camera.simulated:
            lines.append(self.words.simulated)
        cone = None
        if camera.bearing_deg is not None:
            cone = Cone(camera.bearing_deg, camera.view_deg, camera.range_m)
        return MapPoint(
            camera.camera_id,
            camera.lat_deg,
            camera.lon_deg,
            "camera",
            look=look,
            label=name,
            note=note,
            tip=_lines(lines),
            cone=cone,
        )

    def station(self, station: Station, state: RoomState, now_ms: int) -> MapPoint:
        """Its newest figure; of ambient air its hourly VN_AQI in the decree's colour, and its readings in the tip."""
        point = self._measured(station, now_ms)
        index = state.air.get(f"{station.station_id}/hour")
        if index is None or index.value is None:
            return point
        return self._with_index(point, index, index.value, now_ms)

    def _with_index(self, point: MapPoint, index: AirIndex, value: int, now_ms: int) -> MapPoint:
        band = air_band(value)
        text = f"VN_AQI {value} · {self._name(band.name_vi, band.name_en)}"
        advice = self._name(band.advice_vi, band.advice_en)
        name, _, readings = point.tip.partition("\n")
        lines = [name, text, self.words.highest.format(pollutant=index.pollutant), readings]
        if index.is_old(now_ms):
            age = format_age((now_ms - index.until_ms) / 1000, self.words)
            old = self.words.old.format(age=age)
            lines.insert(2, old)
            return replace(point, look="dim", value=text, note=point.note or old, tip=_lines([*lines, SOURCE_VI]))
        red, green, blue = band.rgb
        # What is old or faulty keeps no live colour.
        tint = f"#{red:02X}{green:02X}{blue:02X}" if point.look == "normal" else ""
        return replace(point, value=text, tint=tint, tip=_lines([*lines, advice, SOURCE_VI]))

    def _measured(self, station: Station, now_ms: int) -> MapPoint:
        name = self._name(station.name_vi, station.name_en)
        newest: tuple[Parameter, int, float, int] | None = None
        lines = [name]
        for parameter in station.parameters:
            sample = self.latest(station.station_id, parameter.symbol)
            if sample is None:
                continue
            at_ms, value, status = sample
            lines.append(self._reading_line(parameter, value, status))
            if newest is None:
                newest = (parameter, at_ms, value, status)
        if newest is None:
            lines.append(self.words.no_data)
            text = self.words.no_data
            return self._station_point(station, "dim", name, "", text, lines)
        parameter, at_ms, value, status = newest
        age_s = max(0.0, (now_ms - at_ms) / 1000)
        text = self._value_text(parameter, value)
        note = self._status_word(status)
        old = age_s > SILENT_AFTER_INTERVALS * max(station.interval_s, 1)
        if old:
            note = self.words.old.format(age=format_age(age_s, self.words))
            lines.append(note)
        look: Look = "dim" if old or status == FAULT else "normal"
        return self._station_point(station, look, name, note, text, lines)

    def place_of(self, alert: Alert, site: Site | None) -> tuple[float, float] | None:
        """Latitude and longitude an alert is drawn at: its own, its thing's, its area's, its commune's, or none."""
        if alert.lat_deg is not None and alert.lon_deg is not None:
            return alert.lat_deg, alert.lon_deg
        if site is None:
            return _shapes_centre(alert)
        centre = place_of_thing(site, alert.place_id) or _shapes_centre(alert)
        if centre is not None:
            return centre
        codes = {alert.commune_code} if alert.commune_code else set()
        if alert.cap is not None:
            codes |= set(alert.cap.commune_codes)
        inside = [commune for commune in site.communes if commune.code in codes]
        if not inside:
            return None
        return _mean([commune.lat_deg for commune in inside]), _mean([commune.lon_deg for commune in inside])

    def unplaced(self, state: RoomState) -> int:
        """How many open alerts have no place on a map."""
        return sum(self.place_of(alert, state.site) is None for alert in state.alerts.values())

    def _alerts(self, state: RoomState, alert_ids: Iterable[str], delta: MapDelta) -> None:
        points: list[MapPoint] = []
        gone: list[str] = []
        for alert_id in alert_ids:
            alert = state.alerts.get(alert_id)
            place = None if alert is None else self.place_of(alert, state.site)
            delta.areas[alert_id] = () if alert is None else self._alert_areas(alert, state.site)
            if alert is None or place is None:
                gone.append(alert_id)
            else:
                points.append(self._alert_point(alert, place, state.site))
        if points:
            delta.points[ALERTS] = points
        if gone:
            delta.removed[ALERTS] = gone

    def _alert_areas(self, alert: Alert, site: Site | None) -> tuple[MapArea, ...]:
        """Where an alert holds; of a bulletin tinted by the level it states, with its end; striped in an exercise."""
        style = MapArea(
            int(alert.priority),
            look_of(alert.phase),
            level=(alert.cap.risk_level or 0) if alert.cap is not None else 0,
            striped=alert.exercise,
            note="\n".join([*([self.words.exercise] if alert.exercise else []), *self._hazard_lines(alert, site)]),
        )
        areas: list[MapArea] = []
        for shape in alert.shapes[:_PARTS_MAX]:
            if isinstance(shape, Circle):
                areas.append(replace(style, centre=shape.centre, radius_m=shape.radius_m))
            else:
                areas.append(replace(style, ring=shape.ring))
        if not areas and alert.cap is not None and alert.cap.commune_codes:
            areas.append(replace(style, codes=alert.cap.commune_codes))
        return tuple(areas)

    def _hazard_lines(self, alert: Alert, site: Site | None) -> list[str]:
        """What a bulletin is about, the level it states, and until when it holds."""
        cap = alert.cap
        if cap is None:
            return []
        lines = [cap.event]
        if cap.risk_level is not None:
            lines.append(self.words.risk.format(level=cap.risk_level))
        if cap.expires_ms is None:
            lines.append(self.words.no_end)
        else:
            clock = clock_text(cap.expires_ms, site.utc_offset_min if site is not None else 0)
            lines.append(self.words.until.format(time=f"{clock[:5]} {clock[9:]}"))
        return [line for line in lines if line]

    def _alert_point(self, alert: Alert, place: tuple[float, float], site: Site | None) -> MapPoint:
        headline = self._name(alert.headline_vi, alert.headline_en)
        note = self.words.exercise if alert.exercise else ""
        offset_min = site.utc_offset_min if site is not None else 0
        since = clock_text(alert.raised_ms, offset_min)
        marks = [self.words.exercise if alert.exercise else "", self.words.simulated if alert.simulated else ""]
        return MapPoint(
            alert.alert_id,
            place[0],
            place[1],
            "mark",
            look=look_of(alert.phase),
            rank=int(alert.priority),
            label=short_label(alert.place_name or headline),
            note=note,
            tip=_lines([headline, alert.place_name, since, *self._hazard_lines(alert, site), *marks]),
        )

    def _station_point(
        self, station: Station, look: Look, name: str, note: str, value: str, lines: Sequence[str]
    ) -> MapPoint:
        return MapPoint(
            station.station_id,
            station.lat_deg,
            station.lon_deg,
            SHAPES[station.kind],
            look=look,
            label=name,
            note=note,
            value=value,
            tip=_lines(lines),
        )

    def _value_text(self, parameter: Parameter, value: float) -> str:
        kind = sensor_kind(parameter.symbol)
        # Chemical symbols are read in every language; words like "Level" are not.
        word = kind is not None and kind.key in _WORD_SYMBOLS
        name = self._name(kind.name_vi, kind.name_en) if kind is not None and word else parameter.symbol
        unit = "" if parameter.unit == parameter.symbol else pretty_unit(parameter.unit)
        return f"{name} {format_value(value, parameter.decimals)} {unit}".rstrip()

    def _reading_line(self, parameter: Parameter, value: float, status: int) -> str:
        kind = sensor_kind(parameter.symbol)
        name = parameter.symbol if kind is None else self._name(kind.name_vi, kind.name_en)
        word = self._status_word(status)
        text = f"{name}: {format_value(value, parameter.decimals)} {pretty_unit(parameter.unit)}"
        return f"{text} ({word})" if word else text

    def _status_word(self, status: int) -> str:
        return {CALIBRATING: self.words.calibrating, FAULT: self.words.fault}.get(status, "")

    def _name(self, vi: str, en: str) -> str:
        return en if self.english and en else vi


_WORD_SYMBOLS: Final = frozenset(
    {"Rain", "Level", "Flow", "Temp", "RH", "P", "Color", "People", "Vehicles", "Occupancy"}
)

LABEL_MOST: Final = 40
"""A bulletin's area may be the names of thirty communes."""

_PARTS_MAX: Final = 32
"""Shapes of one alert that are drawn; more do not tell more."""


def look_of(phase: AlertPhase) -> Look:
    """Unacknowledged is filled, acknowledged an outline, returned without acknowledgement hollow and dashed;
    what is set aside is grey."""
    if phase is AlertPhase.ACTIVE_UNACKNOWLEDGED:
        return "filled"
    if phase in SET_ASIDE:
        return "dim"
    waits = phase in (AlertPhase.RETURNED_UNACKNOWLEDGED, AlertPhase.LATCHED_UNACKNOWLEDGED)
    return "dashed" if waits else "outline"


def _shapes_centre(alert: Alert) -> tuple[float, float] | None:
    for shape in alert.shapes:
        if isinstance(shape, Circle):
            return shape.centre[1], shape.centre[0]
        ring = shape.ring[:-1]
        return _mean([position[1] for position in ring]), _mean([position[0] for position in ring])
    return None


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)


def short_label(text: str) -> str:
    """At most `LABEL_MOST` characters, cut between words where there are words; the tip says all of it."""
    if len(text) <= LABEL_MOST:
        return text
    cut = text[: LABEL_MOST - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[LABEL_MOST // 2 :] else cut).rstrip(" ,;.–-") + "…"


def format_value(value: float, decimals: int) -> str:
    """Vietnamese figures: comma before the decimals, dot between thousands."""
    return f"{value:,.{decimals}f}".translate({ord(","): ".", ord("."): ","})


def pretty_unit(unit: str) -> str:
    """Canonical unit as people read it: mg/Nm3 -> mg/Nm³."""
    return re.sub(r"(?<=m)([23])\b", lambda match: {"2": "²", "3": "³"}[match[1]], unit)


def format_age(age_s: float, words: Words) -> str:
    """ "12 s", "4 ph", "2 giờ" in the words of the seat."""
    if age_s < 60:
        return words.seconds.format(n=int(age_s))
    if age_s < 3600:
        return words.minutes.format(n=int(age_s // 60))
    if age_s < 48 * 3600:
        return words.hours.format(n=int(age_s // 3600))
    return words.days.format(n=int(age_s // 86400))


def clock_text(at_ms: int, utc_offset_min: int) -> str:
    """hh:mm:ss dd/mm on the site's wall."""
    local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(timezone(timedelta(minutes=utc_offset_min)))
    return local.strftime("%H:%M:%S %d/%m")


def wall_clock(at_ms: int, utc_offset_min: int) -> str:
    """hh:mm:ss on the site's wall."""
    seconds = (at_ms // 1000 + utc_offset_min * 60) % 86_400
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def box_of(alert: Alert) -> Bounds | None:
    """The box around an alert's areas, or None when it has none."""
    lats: list[float] = []
    lons: list[float] = []
    for shape in alert.shapes:
        if shape.type == "circle":
            reach = shape.radius_m / 111_320
            aside = reach / max(0.05, math.cos(math.radians(shape.centre[1])))
            lats += [shape.centre[1] - reach, shape.centre[1] + reach]
            lons += [shape.centre[0] - aside, shape.centre[0] + aside]
        else:
            lats += [position[1] for position in shape.ring]
            lons += [position[0] for position in shape.ring]
    return Bounds(min(lats), min(lons), max(lats), max(lons)) if lats else None


def place_of_thing(site: Site, key: str) -> tuple[float, float] | None:
    """Where the camera or station with this id stands."""
    for camera in site.cameras:
        if camera.camera_id == key:
            return camera.lat_deg, camera.lon_deg
    for station in site.stations:
        if station.station_id == key:
            return station.lat_deg, station.lon_deg
    return None


@dataclass(frozen=True, slots=True)
class Place:
    """Something the search can jump to. `kind` is a selection's kind."""

    kind: str
    key: str
    name: str
    lat_deg: float
    lon_deg: float


def find_places(site: Site, text: str, english: bool, limit: int = 12) -> tuple[Place, ...]:
    """Communes, cameras and stations whose name or id holds every word of `text`; communes first."""
    words = folded(text).split()
    if not words:
        return ()
    order = ("commune", CAMERAS, STATIONS)
    found: list[tuple[int, bool, Place]] = []
    for place in _places(site, english):
        name = folded(place.name)
        if all(word in name or word in place.key.casefold() for word in words):
            found.append((order.index(place.kind), words[0] not in name.split(), place))
    return tuple(place for _, _, place in sorted(found, key=lambda row: row[:2])[:limit])


def _places(site: Site, english: bool) -> Iterable[Place]:
    for commune in site.communes:
        yield Place("commune", commune.code, commune.name, commune.lat_deg, commune.lon_deg)
    for camera in site.cameras:
        name = camera.name_en if english and camera.name_en else camera.name_vi
        yield Place(CAMERAS, camera.camera_id, name, camera.lat_deg, camera.lon_deg)
    for station in site.stations:
        name = station.name_en if english and station.name_en else station.name_vi
        yield Place(STATIONS, station.station_id, name, station.lat_deg, station.lon_deg)
