"""The communes of a site: which there are, where their middle is, and whether one holds a point."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from backend.contracts.site import Commune
from config.problems import Problems, read_text

Ring = list[tuple[float, float]]
"""Closed, longitude first, as GeoJSON writes it."""

_SLACK_DEG = 0.003
"""Boundaries are simplified to about 60 m: a thing this near to one may stand on either side."""

_Edge = tuple[float, float, float, float]
"""(latitude of the one end, of the other, longitude of the one end, degrees of longitude per degree of latitude)."""

_CELL_DEG: Final = 0.02
"""Which communes reach into a square of this size is known beforehand."""

_BAND_DEG: Final = 0.01
"""Boundaries are kept in bands of latitude of about a kilometre: a point is held against the edges of one of them."""


@dataclass(frozen=True, slots=True)
class Area:
    """One commune with its shape: `polygons` are lists of rings, the first the outer one."""

    commune: Commune
    polygons: list[list[Ring]]
    _bands: dict[int, list[_Edge]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for ring in (ring for rings in self.polygons for ring in rings):
            for (lon_a, lat_a), (lon_b, lat_b) in zip(ring, ring[1:], strict=False):
                if lat_a == lat_b:
                    continue
                edge = (lat_a, lat_b, lon_a, (lon_b - lon_a) / (lat_b - lat_a))
                for band in range(_band(min(lat_a, lat_b)), _band(max(lat_a, lat_b)) + 1):
                    self._bands.setdefault(band, []).append(edge)

    def holds(self, lat_deg: float, lon_deg: float) -> bool:
        """Whether the point lies inside, holes excluded."""
        # A hole is crossed once more, so one count over all rings does for shapes that do not overlap themselves.
        inside = False
        for lat_a, lat_b, lon_a, slope in self._bands.get(_band(lat_deg), ()):
            if (lat_a > lat_deg) != (lat_b > lat_deg) and lon_deg < lon_a + (lat_deg - lat_a) * slope:
                inside = not inside
        return inside

    def nearly_holds(self, lat_deg: float, lon_deg: float) -> bool:
        """Whether the point lies inside or closer to the boundary than the boundary is exact."""
        steps = (0.0, -_SLACK_DEG, _SLACK_DEG)
        return any(self.holds(lat_deg + north, lon_deg + east) for north in steps for east in steps)


@dataclass(frozen=True, slots=True)
class Areas:
    """All communes by code, and the box around them."""

    by_code: dict[str, Area]
    _near: dict[tuple[int, int], list[Area]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for area in self.by_code.values():
            points = [point for rings in area.polygons for point in rings[0]]
            lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
            for row in range(_cell(min(lats)), _cell(max(lats)) + 1):
                for column in range(_cell(min(lons)), _cell(max(lons)) + 1):
                    self._near.setdefault((row, column), []).append(area)

    def commune_at(self, lat_deg: float, lon_deg: float) -> Commune | None:
        """The commune that holds the point."""
        for area in self._near.get((_cell(lat_deg), _cell(lon_deg)), ()):
            if area.holds(lat_deg, lon_deg):
                return area.commune
        return None

    def box(self) -> tuple[float, float, float, float] | None:
        """(south, west, north, east) around every commune; None without communes."""
        points = [p for area in self.by_code.values() for rings in area.polygons for p in rings[0]]
        if not points:
            return None
        lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
        return min(lats), min(lons), max(lats), max(lons)


def _band(lat_deg: float) -> int:
    return math.floor(lat_deg / _BAND_DEG)


def _cell(deg: float) -> int:
    return math.floor(deg / _CELL_DEG)


def _area_and_centre(ring: Ring) -> tuple[float, float, float]:
    """Twice the signed area, and the centroid (lat, lon)."""
    area = lat = lon = 0.0
    for (lon_a, lat_a), (lon_b, lat_b) in zip(ring, ring[1:], strict=False):
        cross = lon_a * lat_b - lon_b * lat_a
        area += cross
        lon += (lon_a + lon_b) * cross
        lat += (lat_a + lat_b) * cross
    if not area:
        return 0.0, ring[0][1], ring[0][0]
    return area, lat / (3 * area), lon / (3 * area)


def _point(numbers: Sequence[float]) -> tuple[float, float]:
    lon_deg, lat_deg = float(numbers[0]), float(numbers[1])
    if not (-180 <= lon_deg <= 180 and -90 <= lat_deg <= 90):
        raise ValueError(f"[{lon_deg}, {lat_deg}] is no place on earth; longitude comes first")
    return lon_deg, lat_deg


def _area(feature: dict[str, object]) -> Area:
    properties, geometry = feature["properties"], feature["geometry"]
    if not isinstance(properties, dict) or not isinstance(geometry, dict):
        raise TypeError("properties and geometry must be objects")
    if geometry["type"] not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"geometry {geometry['type']!r}; allowed: Polygon, MultiPolygon")
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    polygons = [[[_point(point) for point in ring] for ring in rings] for rings in parts]
    _, lat, lon = max((_area_and_centre(rings[0]) for rings in polygons), key=lambda item: abs(item[0]))
    name = properties.get("fullName") or properties["name"]
    commune = Commune(code=str(properties["code"]), name=str(name), lat_deg=lat, lon_deg=lon)
    return Area(commune, polygons)


def read_communes(path: Path, problems: Problems) -> Areas:
    """Reads a FeatureCollection with the properties `code` (GSO) and `name` or `fullName`."""
    text = read_text(path, problems)
    if text is None:
        return Areas({})
    try:
        features = json.loads(text)["features"]
    except json.JSONDecodeError as error:
        problems.add(path.name, error.lineno, f"not valid JSON: {error.msg}")
        return Areas({})
    except (KeyError, TypeError):
        problems.add(path.name, 1, "must be a GeoJSON FeatureCollection")
        return Areas({})
    found: dict[str, Area] = {}
    for number, feature in enumerate(features, 1):
        try:
            area = _area(feature)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            problems.add(path.name, 1, f"feature {number} needs code, name and a polygon: {error}")
            continue
        if area.commune.code in found:
            problems.add(path.name, 1, f"feature {number}: commune code {area.commune.code!r} is there twice")
        found[area.commune.code] = area
    return Areas(found)
