"""Zones of an emergency as free shapes (vùng dịch, vùng cấm) and its checkpoints: what holds where until when.

An authority declares them by its own decision; the room shows them and says until when they hold.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from backend.contracts.base import EpochMs, Identifier, LatDeg, LonDeg, Wire
from backend.contracts.geometry import Polygon

ZONES_MOST: Final = 200
CHECKPOINTS_MOST: Final = 500
PARTS_MOST: Final = 20
"""Polygons of one zone."""

VERTICES_MOST: Final = 500
"""Of one polygon."""

Level = Annotated[int, Field(ge=1, le=4)]
Words = Annotated[str, Field(max_length=500)]


class ZoneLevel(Wire):
    """What a level means at this site, the mildest first. `source`: the text that says so."""

    level: Level
    name_vi: Annotated[str, Field(min_length=1, max_length=100)]
    name_en: Annotated[str, Field(max_length=100)] = ""
    source: Annotated[str, Field(min_length=1, max_length=300)]
    verified: bool = False


class ZoneRules(Wire):
    """`producers`: who may declare zones; none = the site has no zones."""

    levels: tuple[ZoneLevel, ...] = ()
    producers: tuple[str, ...] = ()

    def level(self, level: int) -> ZoneLevel | None:
        return next((one for one in self.levels if one.level == level), None)


class _Held(Wire):
    """`since_ms` included, `until_ms` not; None = until it is lifted. `reason`: the decision it rests on."""

    name_vi: Annotated[str, Field(min_length=1, max_length=200)]
    name_en: Annotated[str, Field(max_length=200)] = ""
    since_ms: EpochMs
    until_ms: EpochMs | None = None
    reason: Words = ""
    producer_id: str = ""

    def holds(self, now_ms: int) -> bool:
        return self.since_ms <= now_ms and (self.until_ms is None or now_ms < self.until_ms)


class Zone(_Held):
    zone_id: Identifier
    level: Level
    parts: Annotated[tuple[Polygon, ...], Field(min_length=1, max_length=PARTS_MOST)]

    def has(self, lat_deg: float, lon_deg: float) -> bool:
        return any(inside(part, lat_deg, lon_deg) for part in self.parts)

    def box(self) -> tuple[float, float, float, float]:
        """(south, west, north, east) of all its parts, degrees."""
        corners = [corner for part in self.parts for corner in part.ring]
        lons, lats = [lon for lon, _ in corners], [lat for _, lat in corners]
        return min(lats), min(lons), max(lats), max(lons)


class Checkpoint(_Held):
    """`posted`: who stands there."""

    checkpoint_id: Identifier
    lat_deg: LatDeg
    lon_deg: LonDeg
    posted: Words = ""


class ZonesDeclared(Wire):
    """They hold as they stand here; those of the same ids stood otherwise before."""

    kind: Literal["zones.declared"] = "zones.declared"
    zones: Annotated[tuple[Zone, ...], Field(max_length=ZONES_MOST)] = ()
    checkpoints: Annotated[tuple[Checkpoint, ...], Field(max_length=CHECKPOINTS_MOST)] = ()


class ZonesLifted(Wire):
    """They hold no longer."""

    kind: Literal["zones.lifted"] = "zones.lifted"
    zone_ids: tuple[Identifier, ...] = ()
    checkpoint_ids: tuple[Identifier, ...] = ()
    reason: Words = ""


ZoneEvent = ZonesDeclared | ZonesLifted


def inside(polygon: Polygon, lat_deg: float, lon_deg: float) -> bool:
    """Whether the point lies in the polygon: a ray to the east crosses its border an odd number of times."""
    found = False
    ring = polygon.ring
    for (x1, y1), (x2, y2) in zip(ring, ring[1:], strict=False):
        if (y1 > lat_deg) != (y2 > lat_deg) and lon_deg < (x2 - x1) * (lat_deg - y1) / (y2 - y1) + x1:
            found = not found
    return found
