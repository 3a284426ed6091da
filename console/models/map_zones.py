"""Zones and checkpoints on the map, and what lies inside of each: pure functions of the room's state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts.site import Site
from backend.contracts.state import RoomState
from backend.contracts.zones import Checkpoint, Zone
from console.models.map_features import clock_text, place_of_thing
from resources import tokens
from widgets.choropleth import Outline
from widgets.map_types import Bounds, LegendEntry, MapArea, MapDelta, MapLayer, MapPoint

translate = QCoreApplication.translate

CHECKPOINTS: Final = "checkpoint"
"""Key of the layer."""

LAYER: Final = MapLayer(CHECKPOINTS, "things", cluster_px=0, label_zoom=12, value_zoom=12)
POINT_DEG: Final = 0.004
"""How much is shown around a checkpoint."""

OWNER: Final = "zone/"
TINT: Final = 20
"""Levels of zones stand on the map's scale of tints behind this one."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What lies in a zone now."""

    alerts: int
    reports: int
    cameras: int


def put_zones(delta: MapDelta, state: RoomState, ids: Iterable[str], now_ms: int, language: str) -> None:
    """Into `delta`: these as they hold now; what holds no longer, or not yet, is taken away."""
    points, gone = [], []
    for key in ids:
        zone, point = state.zones.get(key), state.checkpoints.get(key)
        delta.areas[OWNER + key] = _areas(zone, state, language) if zone is not None and zone.holds(now_ms) else ()
        if point is not None and point.holds(now_ms):
            points.append(_point(point, state, language))
        else:
            gone.append(key)
    if points:
        delta.points[CHECKPOINTS] = points
    if gone:
        delta.removed[CHECKPOINTS] = gone


def holding(state: RoomState, now_ms: int) -> frozenset[str]:
    """Ids of the zones and checkpoints that hold now."""
    held = [key for key, one in state.zones.items() if one.holds(now_ms)]
    return frozenset((*held, *(key for key, one in state.checkpoints.items() if one.holds(now_ms))))


def level_words(site: Site | None, level: int, language: str) -> str:
    """The level's number and what the site calls it."""
    known = site.zones.level(level) if site is not None else None
    words = translate("Zones", "level {level}").format(level=level)
    if known is None:
        return words
    return f"{words}: {known.name_en if language == 'en' and known.name_en else known.name_vi}"


def until_words(one: Zone | Checkpoint, site: Site | None) -> str:
    """Until when it holds."""
    if one.until_ms is None:
        return translate("Zones", "until it is lifted")
    return translate("Zones", "in force until {time}").format(time=time_words(one.until_ms, site))


def time_words(at_ms: int, site: Site | None) -> str:
    """Day and minute on the site's wall."""
    clock = clock_text(at_ms, site.utc_offset_min if site is not None else 0)
    return f"{clock[:5]} {clock[9:]}"


def name_of(one: Zone | Checkpoint, language: str) -> str:
    return one.name_en if language == "en" and one.name_en else one.name_vi


def zone_name(state: RoomState, key: str, language: str) -> str:
    """Of a zone or checkpoint; its id when there is none."""
    one = state.zones.get(key) or state.checkpoints.get(key)
    return key if one is None else name_of(one, language)


def outlines(state: RoomState, now_ms: int, language: str) -> tuple[Outline, ...]:
    """Of the zones that hold, for a board's map."""
    return tuple(
        Outline(
            tuple(part.ring for part in one.parts),
            tokens.ZONES[TINT + one.level],
            f"{name_of(one, language)} · {translate('Zones', 'level {level}').format(level=one.level)}",
        )
        for one in state.zones.values()
        if one.holds(now_ms)
    )


def counted(state: RoomState, now_ms: int) -> str:
    """How many zones and checkpoints hold, in words; "" = none."""
    held = holding(state, now_ms)
    zones = sum(key in held for key in state.zones)
    points = sum(key in held for key in state.checkpoints)
    if not held:
        return ""
    return translate("Zones", "{zones} zones, {points} checkpoints").format(zones=zones, points=points)


def inside(zone: Zone, state: RoomState) -> Inside:
    """Open alerts, open reports and cameras in it. Not for every repaint: it looks at all of them."""
    site = state.site
    south, west, north, east = zone.box()

    def has(lat_deg: float | None, lon_deg: float | None) -> bool:
        # Most things lie far away: the box tells so at once.
        if lat_deg is None or lon_deg is None or not (south <= lat_deg <= north and west <= lon_deg <= east):
            return False
        return zone.has(lat_deg, lon_deg)

    alerts = 0
    for alert in state.alerts.values():
        place: tuple[float | None, float | None] = (alert.lat_deg, alert.lon_deg)
        if place[0] is None and site is not None:
            place = place_of_thing(site, alert.place_id) or place
        alerts += has(*place)
    reports = sum(has(one.lat_deg, one.lon_deg) for one in state.reports.values())
    cameras = sum(has(one.lat_deg, one.lon_deg) for one in site.cameras) if site is not None else 0
    return Inside(alerts, reports, cameras)


def box_of_zone(state: RoomState, key: str) -> Bounds | None:
    """What to show of a zone or checkpoint; None = there is none of this id."""
    zone, point = state.zones.get(key), state.checkpoints.get(key)
    if zone is not None:
        return Bounds(*zone.box())
    if point is not None:
        return Bounds(
            point.lat_deg - POINT_DEG, point.lon_deg - POINT_DEG, point.lat_deg + POINT_DEG, point.lon_deg + POINT_DEG
        )
    return None


def legend(site: Site | None, language: str) -> tuple[LegendEntry, ...]:
    """Of a site that has zones."""
    if site is None or not site.zones.levels:
        return ()
    words = translate("Zones", "Zone, {level}")
    return (
        *(
            LegendEntry("area", "normal", TINT + one.level, words.format(level=level_words(site, one.level, language)))
            for one in site.zones.levels
        ),
        LegendEntry("barrier", "normal", 0, translate("Zones", "Checkpoint")),
    )


def _areas(zone: Zone, state: RoomState, language: str) -> tuple[MapArea, ...]:
    note = "\n".join(
        (name_of(zone, language), level_words(state.site, zone.level, language), until_words(zone, state.site))
    )
    return tuple(MapArea(0, "dashed", ring=part.ring, level=TINT + zone.level, note=note) for part in zone.parts)


def _point(point: Checkpoint, state: RoomState, language: str) -> MapPoint:
    name = name_of(point, language)
    lines = (name, point.posted, until_words(point, state.site), point.reason)
    return MapPoint(
        point.checkpoint_id,
        point.lat_deg,
        point.lon_deg,
        "barrier",
        label=name,
        tip="\n".join(line for line in lines if line),
    )
