"""Which camera can be turned to a place, and to which of its presets. Pure; desk and backend choose alike."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from backend.contracts.alerts import Alert
from backend.contracts.joins import distance_m
from backend.contracts.site import Camera, CameraPreset, Site

AIM_M: Final = 100.0
"""A preset that looks at a point shows what lies so near to it."""


def bearing_deg(lat_deg: float, lon_deg: float, other_lat_deg: float, other_lon_deg: float) -> float:
    """Direction to the other point, clockwise from north, 0..360."""
    east = (other_lon_deg - lon_deg) * math.cos(math.radians(lat_deg))
    return math.degrees(math.atan2(east, other_lat_deg - lat_deg)) % 360


def in_cone(camera: Camera, bearing: float, lat_deg: float, lon_deg: float) -> bool:
    """The point lies inside what the camera sees when it looks to `bearing`, degrees clockwise from north."""
    away_m = distance_m(camera.lat_deg, camera.lon_deg, lat_deg, lon_deg)
    if away_m > camera.range_m:
        return False
    aside = (bearing_deg(camera.lat_deg, camera.lon_deg, lat_deg, lon_deg) - bearing + 180) % 360 - 180
    return away_m < 1.0 or abs(aside) <= camera.view_deg / 2


def preset_for(camera: Camera, place_id: str, place: tuple[float, float] | None) -> CameraPreset | None:
    """The camera's preset that shows the thing or the point best: made for it, aimed near it, looking that way.

    Args:
        place_id: station, fire site or camera it is about, "" = none.
        place: latitude and longitude in degrees, None = nobody knows.
    """
    if camera.ptz is None:
        return None
    ranked = [(rank, number) for number, one in enumerate(camera.ptz.presets)
              if (rank := _rank(camera, one, place_id, place)) is not None]  # fmt: skip
    return camera.ptz.presets[min(ranked)[1]] if ranked else None


def _rank(
    camera: Camera, preset: CameraPreset, place_id: str, place: tuple[float, float] | None
) -> tuple[int, float] | None:
    if place_id and preset.place_id == place_id:
        return 0, 0.0
    if place is None:
        return None
    if preset.lat_deg is not None and preset.lon_deg is not None:
        away_m = distance_m(preset.lat_deg, preset.lon_deg, *place)
        return (1, away_m) if away_m <= AIM_M else None
    if preset.bearing_deg is not None and in_cone(camera, preset.bearing_deg, *place):
        return 2, 0.0
    return None


def turned_to(site: Site, place_id: str, place: tuple[float, float] | None) -> Iterator[tuple[Camera, CameraPreset]]:
    """Cameras that have a preset for the place, the nearest to it first."""
    found = [(camera, preset) for camera in site.cameras if (preset := preset_for(camera, place_id, place)) is not None]
    if place is not None:
        found.sort(key=lambda one: distance_m(one[0].lat_deg, one[0].lon_deg, *place))
    yield from found


def place_of(alert: Alert) -> tuple[float, float] | None:
    """The alert's own point."""
    return None if alert.lat_deg is None or alert.lon_deg is None else (alert.lat_deg, alert.lon_deg)
