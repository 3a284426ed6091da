"""Where the selected thing is, which cameras see it, what else is going on there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from backend.contracts.alerts import Alert
from backend.contracts.presets import AIM_M, in_cone, turned_to
from backend.contracts.site import Camera, Site
from backend.contracts.state import RoomState, SteerState
from console.models.map_features import place_of_thing
from console.models.session import Selected

EARTH_RADIUS_M: Final = 6_371_000.0
NEAR_M: Final = 1_000.0
"""Alerts so close to each other are neighbours."""


def place_of(state: RoomState, selected: Selected) -> tuple[float, float] | None:
    """Latitude and longitude in degrees; None when nobody knows."""
    site = state.site
    if site is None:
        return None
    if selected.kind in ("camera", "station"):
        return place_of_thing(site, selected.key)
    if selected.kind == "commune":
        return next(((one.lat_deg, one.lon_deg) for one in site.communes if one.code == selected.key), None)
    alert = state.find_alert(selected.key) if selected.kind == "alert" else None
    return None if alert is None else place_of_alert(site, alert)


def place_id_of(state: RoomState, selected: Selected) -> str:
    """The thing that the selection is, or is about; "" = none."""
    if selected.kind != "alert":
        return selected.key
    alert = state.find_alert(selected.key)
    return "" if alert is None else alert.place_id


def place_of_alert(site: Site, alert: Alert) -> tuple[float, float] | None:
    """Its own place, else that of the thing it is about, else the middle of its commune."""
    if alert.lat_deg is not None and alert.lon_deg is not None:
        return alert.lat_deg, alert.lon_deg
    codes = (alert.commune_code, *(alert.cap.commune_codes if alert.cap is not None else ()))
    of_communes = next(((one.lat_deg, one.lon_deg) for one in site.communes if one.code in codes), None)
    return place_of_thing(site, alert.place_id) or of_communes


def distance_m(lat_deg: float, lon_deg: float, other_lat_deg: float, other_lon_deg: float) -> float:
    """Metres between two points (equirectangular: a province is small)."""
    north = math.radians(other_lat_deg - lat_deg)
    east = math.radians(other_lon_deg - lon_deg) * math.cos(math.radians((lat_deg + other_lat_deg) / 2))
    return EARTH_RADIUS_M * math.hypot(north, east)


def sees(camera: Camera, lat_deg: float, lon_deg: float, last: SteerState | None = None) -> bool:
    """The point lies inside the camera's cone. One whose direction is unknown sees all around.

    Args:
        last: where it was sent last: away from home it shows what its preset shows, on the way nothing.
    """
    bearing = camera.bearing_deg
    if last is not None and camera.ptz is not None and last.preset != camera.ptz.home:
        preset = camera.ptz.preset(last.preset)
        if last.condition != "arrived" or preset is None:
            return False
        if preset.lat_deg is not None and preset.lon_deg is not None:
            return distance_m(preset.lat_deg, preset.lon_deg, lat_deg, lon_deg) <= AIM_M
        bearing = preset.bearing_deg
    if bearing is None:
        return distance_m(camera.lat_deg, camera.lon_deg, lat_deg, lon_deg) <= camera.range_m
    return in_cone(camera, bearing, lat_deg, lon_deg)


@dataclass(frozen=True, slots=True)
class CamerasThere:
    """`camera_ids` best first; the first `seeing` of them are known to show the place itself."""

    camera_ids: tuple[str, ...]
    seeing: int


def cameras_at(state: RoomState, selected: Selected, count: int) -> CamerasThere | None:
    """Cameras for what is selected: its own, those that see the place, those that can be turned to it, the nearest.

    None when nobody knows where it is.
    """
    site, place = state.site, place_of(state, selected)
    if site is None or place is None:
        return None
    known = {camera.camera_id: camera for camera in site.cameras}
    own = [camera_id for camera_id in _own_cameras(state, site, selected) if camera_id in known]
    nearest = sorted(site.cameras, key=lambda one: distance_m(one.lat_deg, one.lon_deg, *place))
    seeing = [one.camera_id for one in nearest if sees(one, *place, state.steering.get(one.camera_id))]
    certain = list(dict.fromkeys((*own, *seeing)))[:count]
    turnable = [one.camera_id for one, _ in turned_to(site, place_id_of(state, selected), place)]
    every = dict.fromkeys((*certain, *turnable, *(one.camera_id for one in nearest)))
    return CamerasThere(tuple(every)[:count], len(certain))


def _own_cameras(state: RoomState, site: Site, selected: Selected) -> Sequence[str]:
    """The camera itself, those that detected it, those that stand at the station or the premises."""
    if selected.kind == "camera":
        return (selected.key,)
    if selected.kind == "alert":
        alert = state.find_alert(selected.key)
        if alert is None:
            return ()
        if alert.detection is not None:
            return (alert.detection.camera_id, *alert.detection.also)
    place_id = place_id_of(state, selected)
    at_station = next((one.camera_ids for one in site.stations if one.station_id == place_id), ())
    at_premises = next((one.camera_ids for one in site.fire_sites if one.fire_site_id == place_id), ())
    return at_station or at_premises or (place_id,)


def neighbours(state: RoomState, alert: Alert, among: Iterable[Alert] | None = None) -> tuple[Alert, ...]:
    """Other open alerts of the city within a kilometre of this one, nearest first; of `among`, None = of all."""
    place = None if state.site is None else place_of_alert(state.site, alert)
    if state.site is None or place is None or alert.shapes:
        return ()  # an area has no neighbourhood of a kilometre
    found: list[tuple[float, str, Alert]] = []
    for other in state.alerts.values() if among is None else among:
        if other.alert_id == alert.alert_id or other.shapes or int(other.priority) > 4:
            continue
        there = place_of_alert(state.site, other)
        if there is not None and (away_m := distance_m(*place, *there)) <= NEAR_M:
            found.append((away_m, other.alert_id, other))
    return tuple(other for _, _, other in sorted(found))
