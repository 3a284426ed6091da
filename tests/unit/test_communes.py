"""Which commune holds a point: held against the plain crossing count over every edge, and hostile boundaries."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from config.communes import Areas, Ring, read_communes
from config.problems import Problems, SiteErrors

LAOCAI = Path("config/sites/laocai/communes.geojson")


@pytest.fixture(scope="module")
def areas() -> Areas:
    problems = Problems()
    found = read_communes(LAOCAI, problems)
    problems.raise_if_any()
    return found


def _crossed(ring: Ring, lat_deg: float, lon_deg: float) -> bool:
    inside = False
    for (lon_a, lat_a), (lon_b, lat_b) in zip(ring, ring[1:], strict=False):
        if (lat_a > lat_deg) != (lat_b > lat_deg):
            inside ^= lon_deg < lon_a + (lat_deg - lat_a) / (lat_b - lat_a) * (lon_b - lon_a)
    return inside


def test_points_all_over_the_province_are_found_where_counting_every_edge_finds_them(areas: Areas) -> None:
    box = areas.box()
    assert box is not None
    chance = random.Random(7)
    points = [(chance.uniform(box[0], box[2]), chance.uniform(box[1], box[3])) for _ in range(400)]
    # Corners of boundaries are where an index goes wrong first.
    points += [(lat, lon) for area in list(areas.by_code.values())[:4] for lon, lat in area.polygons[0][0][::25]]
    for lat, lon in points:
        held = [
            area.commune
            for area in areas.by_code.values()
            if any(_crossed(r[0], lat, lon) and not any(_crossed(h, lat, lon) for h in r[1:]) for r in area.polygons)
        ]
        found = areas.commune_at(lat, lon)
        assert found in held if held else found is None, (lat, lon)


@pytest.mark.parametrize(("lat", "lon", "code"), [(22.48, 103.97, "02647"), (22.2577, 104.132, "02908")])
def test_known_places_lie_in_their_commune(areas: Areas, lat: float, lon: float, code: str) -> None:
    """From the register of 2025: Lào Cai ward, and Tằng Loỏng."""
    found = areas.commune_at(lat, lon)
    assert found is not None
    assert found.code == code


def test_a_hole_belongs_to_nobody(tmp_path: Path) -> None:
    outer = [[104.0, 22.0], [104.4, 22.0], [104.4, 22.4], [104.0, 22.4], [104.0, 22.0]]
    hole = [[104.1, 22.1], [104.2, 22.1], [104.2, 22.2], [104.1, 22.2], [104.1, 22.1]]
    areas = read_communes(_file(tmp_path, [outer, hole]), Problems())
    assert areas.commune_at(22.05, 104.05) is not None
    assert areas.commune_at(22.15, 104.15) is None


@pytest.mark.parametrize("wrong", [[22.0, 104.0], [104.0, 1e300], ["x", 22.0]])
def test_boundaries_that_leave_the_earth_are_told_of_at_once(tmp_path: Path, wrong: list[object]) -> None:
    problems = Problems()
    read_communes(_file(tmp_path, [[wrong, [104.4, 22.0], [104.4, 22.4], wrong]]), problems)
    with pytest.raises(SiteErrors, match="feature 1 needs code, name and a polygon"):
        problems.raise_if_any()


def _file(folder: Path, rings: Sequence[Sequence[Sequence[object]]]) -> Path:
    feature = {"properties": {"code": "1", "name": "Xã"}, "geometry": {"type": "Polygon", "coordinates": rings}}
    path = folder / "communes.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path
