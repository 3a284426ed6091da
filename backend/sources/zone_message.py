"""Zones and checkpoints as an authority's map program sends them: a GeoJSON FeatureCollection (RFC 7946), WGS 84.

Polygons and MultiPolygons are zones, Points are checkpoints. Properties: `id`, `name`, `level` (zones), `since`,
`until` (ISO 8601), `reason`, `posted` (checkpoints). `"replace": true` lifts what the sender declared before and does
not name any more; `"lifted": [ids]` lifts those.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

from backend.contracts.doors import Rejection
from backend.contracts.geometry import Polygon
from backend.contracts.zones import CHECKPOINTS_MOST, PARTS_MOST, VERTICES_MOST, ZONES_MOST, Checkpoint, Zone
from backend.sources.text import plain, shown

LAT_DEG: Final = (6.0, 24.0)
LON_DEG: Final = (101.0, 118.0)
"""Viet Nam with its islands."""

Point = tuple[float, float]


class ZoneMessageError(ValueError):
    """Nothing of the message can be used; the text says why."""


@dataclass(frozen=True, slots=True)
class ZoneMessage:
    """`rejections`: every feature that is wrong; then nothing of the message is taken."""

    zones: tuple[Zone, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    lifted: tuple[str, ...] = ()
    replace: bool = False
    rejections: tuple[Rejection, ...] = ()


def parse_zones(body: bytes, producer_id: str, levels: Sequence[int], utc_offset_min: int) -> ZoneMessage:
    """What a message declares, or everything that is wrong with it.

    `levels`: those the site knows; `utc_offset_min`: of times without an offset of their own.

    Raises:
        ZoneMessageError: it is no FeatureCollection.
    """
    try:
        read = json.loads(body.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise ZoneMessageError(f"byte {error.start + 1} is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise ZoneMessageError(plain(f"no JSON: {error}", 200)) from None
    features = read.get("features") if isinstance(read, dict) else None
    if not isinstance(read, dict) or read.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise ZoneMessageError('right is a GeoJSON object with "type": "FeatureCollection" and "features"')
    lifted = read.get("lifted", [])
    if not isinstance(lifted, list) or not all(isinstance(one, str) for one in lifted):
        raise ZoneMessageError('"lifted" is a list of ids')
    replace = read.get("replace", False)
    if not isinstance(replace, bool):
        raise ZoneMessageError('"replace" is true or false')
    if len(features) > ZONES_MOST + CHECKPOINTS_MOST:
        raise ZoneMessageError(f"{len(features)} features; at most {ZONES_MOST + CHECKPOINTS_MOST} are taken at once")
    if not features and not lifted and not replace:
        raise ZoneMessageError("it declares nothing and lifts nothing")
    reader = _Reader(producer_id, levels, utc_offset_min)
    for number, feature in enumerate(features, 1):
        reader.take(number, feature)
    if reader.wrong:
        return ZoneMessage(rejections=tuple(reader.wrong))
    lifted_ids = tuple(plain(one, 200) for one in lifted)
    return ZoneMessage(tuple(reader.zones), tuple(reader.checkpoints), lifted_ids, replace)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


class _FeatureError(ValueError):
    """What is wrong with a feature."""


class _Reader:
    def __init__(self, producer_id: str, levels: Sequence[int], utc_offset_min: int) -> None:
        self._producer_id = producer_id
        self._levels = levels
        self._zone = timezone(timedelta(minutes=utc_offset_min))
        self.zones: list[Zone] = []
        self.checkpoints: list[Checkpoint] = []
        self.wrong: list[Rejection] = []
        self._ids: dict[str, int] = {}

    def take(self, number: int, feature: object) -> None:
        try:
            if not isinstance(feature, dict) or feature.get("type") != "Feature":
                raise _FeatureError('right is "type": "Feature"')
            properties, geometry = feature.get("properties"), feature.get("geometry")
            if not isinstance(properties, dict) or not isinstance(geometry, dict):
                raise _FeatureError("it needs properties and a geometry")
            held = self._held(properties, feature.get("id"), number)
            kind = geometry.get("type")
            if kind == "Point":
                self._checkpoint(held, properties, geometry)
            elif kind in ("Polygon", "MultiPolygon"):
                self._add_zone(held, properties, geometry)
            else:
                raise _FeatureError(
                    f"geometry {shown(str(kind))}: zones are Polygon or MultiPolygon, checkpoints Point"
                )
        except _FeatureError as error:
            self.wrong.append(Rejection(line=number, reason=plain(str(error), 300)))

    def _held(self, properties: Mapping[str, object], own_id: object, number: int) -> dict[str, object]:
        key = _text(properties, "id", 100) or (own_id if isinstance(own_id, str) else "")
        if not key:
            raise _FeatureError("id: empty; each zone and checkpoint has one of its own")
        if key in self._ids:
            raise _FeatureError(f"id: {shown(key)} is feature {self._ids[key]} already")
        self._ids[key] = number
        name = _text(properties, "name", 200)
        if not name:
            raise _FeatureError("name: empty")
        since_ms = self._instant(properties, "since")
        until_ms = self._instant(properties, "until")
        if since_ms is None:
            raise _FeatureError("since: empty; from when on does it hold? Write 2026-11-24T18:00+07:00")
        if until_ms is not None and until_ms <= since_ms:
            raise _FeatureError("until: it lies before the beginning")
        return {
            "id": key, "name_vi": name, "name_en": _text(properties, "name_en", 200), "since_ms": since_ms,
            "until_ms": until_ms, "reason": _text(properties, "reason", 500), "producer_id": self._producer_id,
        }  # fmt: skip

    def _instant(self, properties: Mapping[str, object], name: str) -> int | None:
        text = _text(properties, name, 60)
        if not text:
            return None
        try:
            read = datetime.fromisoformat(text)
            at = read if read.tzinfo is not None else read.replace(tzinfo=self._zone)
            at_ms = round(at.timestamp() * 1000)
        except (ValueError, OverflowError):
            raise _FeatureError(f"{name}: {shown(text)} is no time; write 2026-11-24T18:00+07:00") from None
        if not 0 <= at_ms <= 253_402_300_799_999:
            raise _FeatureError(f"{name}: {shown(text)} lies beyond the calendar")
        return at_ms

    def _checkpoint(
        self, held: dict[str, object], properties: Mapping[str, object], geometry: Mapping[str, object]
    ) -> None:
        lon_deg, lat_deg = _position(geometry.get("coordinates"))
        if len(self.checkpoints) >= CHECKPOINTS_MOST:
            raise _FeatureError(f"more than {CHECKPOINTS_MOST} checkpoints")
        key = held.pop("id")
        posted = _text(properties, "posted", 500)
        point = {"checkpoint_id": key, "lat_deg": lat_deg, "lon_deg": lon_deg, "posted": posted}
        self.checkpoints.append(Checkpoint.model_validate({**held, **point}))

    def _add_zone(
        self, held: dict[str, object], properties: Mapping[str, object], geometry: Mapping[str, object]
    ) -> None:
        level = properties.get("level")
        if isinstance(level, bool) or not isinstance(level, int) or level not in self._levels:
            right = ", ".join(map(str, self._levels))
            raise _FeatureError(f"level: {shown(str(level))} is none of the site's levels {right}")
        coordinates = geometry.get("coordinates")
        polygons = [coordinates] if geometry.get("type") == "Polygon" else coordinates
        if not isinstance(polygons, list) or not 1 <= len(polygons) <= PARTS_MOST:
            raise _FeatureError(f"a zone has 1 to {PARTS_MOST} polygons")
        if len(self.zones) >= ZONES_MOST:
            raise _FeatureError(f"more than {ZONES_MOST} zones")
        key = held.pop("id")
        parts = tuple(_polygon(one) for one in polygons)
        self.zones.append(Zone.model_validate({**held, "zone_id": key, "level": level, "parts": parts}))


def _text(properties: Mapping[str, object], name: str, most: int) -> str:
    value = properties.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _FeatureError(f"{name}: right is a text")
    return plain(value, most)


def _position(told: object) -> Point:
    if not isinstance(told, list) or not 2 <= len(told) <= 3:
        raise _FeatureError("a position is [longitude, latitude]")
    found = [float(one) for one in told[:2] if isinstance(one, int | float) and not isinstance(one, bool)]
    if len(found) < 2 or not all(math.isfinite(one) for one in found):
        raise _FeatureError("a position is [longitude, latitude], two numbers")
    lon_deg, lat_deg = found
    if not (LON_DEG[0] <= lon_deg <= LON_DEG[1] and LAT_DEG[0] <= lat_deg <= LAT_DEG[1]):
        turned = LON_DEG[0] <= lat_deg <= LON_DEG[1] and LAT_DEG[0] <= lon_deg <= LAT_DEG[1]
        swapped = "latitude and longitude are swapped: GeoJSON has longitude first"
        why = swapped if turned else "it lies outside of Viet Nam"
        raise _FeatureError(f"{lon_deg:g}, {lat_deg:g}: {why}")
    return lon_deg, lat_deg


def _polygon(told: object) -> Polygon:
    if not isinstance(told, list) or not told:
        raise _FeatureError("a polygon is a list of rings")
    if len(told) > 1:
        raise _FeatureError("a polygon with holes cannot be drawn: cut it into polygons without")
    positions = told[0]
    if not isinstance(positions, list) or len(positions) < 4:
        raise _FeatureError("a ring has at least four positions, the last one as the first")
    if len(positions) > VERTICES_MOST:
        raise _FeatureError(f"{len(positions)} positions; a ring has at most {VERTICES_MOST}")
    ring = tuple(_position(one) for one in positions)
    if ring[0] != ring[-1]:
        raise _FeatureError("the ring is not closed: the last position is the first one again")
    crossing = _crossing(ring)
    if crossing is not None:
        raise _FeatureError(f"the ring crosses itself near {crossing[0]:g}, {crossing[1]:g}")
    return Polygon(ring=ring)


def _crossing(ring: Sequence[Point]) -> Point | None:
    """Where two of its edges that are not neighbours meet, or one has no length; None = nowhere."""
    edges = list(zip(ring, ring[1:], strict=False))
    last = len(edges) - 1
    for index, (start, end) in enumerate(edges):
        if start == end:
            return start
        for other in range(index + 2, len(edges)):
            if (index, other) != (0, last) and _meet(start, end, *edges[other]):
                return start
    return None


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    one, two, three, four = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if one * two < 0 and three * four < 0:
        return True
    touching = ((one, (a, b, c)), (two, (a, b, d)), (three, (c, d, a)), (four, (c, d, b)))
    return any(turn == 0 and _between(*on) for turn, on in touching)


def _turn(p: Point, q: Point, r: Point) -> float:
    """Positive: r lies left of the way from p to q; 0: on its line."""
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])


def _between(a: Point, b: Point, p: Point) -> bool:
    return min(a[0], b[0]) <= p[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= p[1] <= max(a[1], b[1])
