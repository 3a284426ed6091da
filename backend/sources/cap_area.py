"""Shapes of CAP areas: "lat,lon lat,lon ..." and "lat,lon radius_km", turned to longitude-first and metres."""

from __future__ import annotations

import re
from typing import Final

from backend.contracts.geometry import Circle, Polygon, Position, Shape
from backend.sources.text import shown

MAX_POINTS: Final = 20_000
MAX_SHAPES: Final = 500
EARTH_GIRTH_KM: Final = 40_000.0

_DEGREES: Final = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,20})?")
_RADIUS: Final = re.compile(r"\+?[0-9]{1,6}(?:\.[0-9]{1,20})?")


def area_shapes(polygons: list[str], circles: list[str], faults: list[str]) -> tuple[Shape, ...]:
    """The shapes that can be drawn; each that cannot is named in `faults`."""
    if len(polygons) + len(circles) > MAX_SHAPES:
        faults.append(f"more than {MAX_SHAPES} shapes in one area; the rest were left out")
    shapes: list[Shape] = []
    for text in polygons[:MAX_SHAPES]:
        polygon = _polygon(text, faults)
        if polygon is not None:
            shapes.append(polygon)
    for text in circles[: MAX_SHAPES - len(shapes)]:
        circle = _circle(text, faults)
        if circle is not None:
            shapes.append(circle)
    return tuple(shapes)


def centre_of(shapes: tuple[Shape, ...]) -> Position | None:
    """(lon, lat) in the middle of the shapes' bounding box: where a symbol stands, not a centre of mass."""
    points: list[Position] = []
    for shape in shapes:
        points.extend(shape.ring if isinstance(shape, Polygon) else (shape.centre,))
    if not points:
        return None
    lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
    return (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2


def _polygon(text: str, faults: list[str]) -> Polygon | None:
    # Some senders put a blank after the comma: "22.1, 104.2 22.3, 104.5".
    pairs = re.sub(r"\s*,\s*", ",", text.strip()).split()
    if not pairs:
        faults.append("a polygon is empty")
        return None
    if len(pairs) > MAX_POINTS:
        faults.append(f"a polygon of {len(pairs)} points was left out; at most {MAX_POINTS}")
        return None
    ring = []
    for pair in pairs:
        position = _position(pair)
        if position is None:
            faults.append(f"polygon point {shown(pair)} is not lat,lon in degrees; the polygon was left out")
            return None
        ring.append(position)
    if ring[0] != ring[-1]:
        faults.append("a polygon does not end where it begins; it was closed")
        ring.append(ring[0])
    if len(ring) < 4:
        faults.append("a polygon of less than 4 points was left out")
        return None
    return Polygon(ring=tuple(ring[:MAX_POINTS]) if len(ring) <= MAX_POINTS else (*ring[: MAX_POINTS - 1], ring[0]))


def _circle(text: str, faults: list[str]) -> Circle | None:
    parts = re.sub(r"\s*,\s*", ",", text.strip()).split()
    position = _position(parts[0]) if parts else None
    if len(parts) != 2 or position is None or not _RADIUS.fullmatch(parts[1]):
        faults.append(f"circle {shown(text)} is not 'lat,lon radius' in degrees and kilometres; it was left out")
        return None
    radius_km = float(parts[1])
    if radius_km > EARTH_GIRTH_KM:
        faults.append(f"circle {shown(text)} is larger than the Earth; it was left out")
        return None
    return Circle(centre=position, radius_m=radius_km * 1000.0)


def _position(pair: str) -> Position | None:
    lat_text, comma, lon_text = pair.partition(",")
    if not comma or not _DEGREES.fullmatch(lat_text) or not _DEGREES.fullmatch(lon_text):
        return None
    lat_deg, lon_deg = float(lat_text), float(lon_text)
    if abs(lat_deg) > 90 or abs(lon_deg) > 180:
        return None
    return lon_deg, lat_deg
