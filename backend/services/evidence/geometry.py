"""Shapes of the map's page and of the report's map, (longitude, latitude) in degrees."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from backend.contracts.geometry import Circle, Polygon, Shape
from backend.contracts.site import Camera

Point = tuple[float, float]
METRES_PER_DEGREE: Final = 111_320.0
DECIMALS: Final = 5
"""About a metre."""


def communes(file: Path) -> dict[str, object]:
    """The boundaries as GeoJSON with rounded places; an empty collection where the file is gone or is none."""
    try:
        value = json.loads(file.read_bytes())
        features = [
            {
                "type": "Feature",
                "properties": {"name": _name(one["properties"])},
                "geometry": {
                    "type": str(one["geometry"]["type"]),
                    "coordinates": _rounded(one["geometry"]["coordinates"]),
                },
            }
            for one in value["features"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        features = []
    return {"type": "FeatureCollection", "features": features}


def rings(collection: dict[str, object]) -> Iterator[list[Point]]:
    """Outer and inner rings of all its polygons."""
    features = collection["features"]
    assert isinstance(features, list)
    for feature in features:
        geometry = feature["geometry"]
        polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        for polygon in polygons:
            yield from ([(place[0], place[1]) for place in ring] for ring in polygon)


def _name(properties: dict[str, object]) -> str:
    return str(properties.get("fullName") or properties.get("name") or "")


def _rounded(value: object) -> object:
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return round(float(value), DECIMALS) if isinstance(value, int | float) else 0.0


def moved(lon_deg: float, lat_deg: float, bearing_deg: float, metres: float) -> Point:
    """The point so far away in a direction, clockwise from north. Good for some kilometres."""
    turn = math.radians(bearing_deg)
    north = metres * math.cos(turn) / METRES_PER_DEGREE
    east = metres * math.sin(turn) / (METRES_PER_DEGREE * max(0.01, math.cos(math.radians(lat_deg))))
    return lon_deg + east, lat_deg + north


def cone(camera: Camera) -> list[Point]:
    """What the camera looks at; empty when nobody knows."""
    if camera.bearing_deg is None or camera.range_m <= 0:
        return []
    half = min(180.0, camera.view_deg / 2)
    steps = max(2, round(camera.view_deg / 10))
    turns = [camera.bearing_deg - half + 2 * half * step / steps for step in range(steps + 1)]
    far = [moved(camera.lon_deg, camera.lat_deg, turn, camera.range_m) for turn in turns]
    return [(camera.lon_deg, camera.lat_deg), *far]


def outline(shape: Shape) -> list[Point]:
    match shape:
        case Polygon():
            return [(place[0], place[1]) for place in shape.ring]
        case Circle():
            return [moved(*shape.centre, 360 * step / 48, shape.radius_m) for step in range(48)]
