"""Which cameras come first, and what counts as near."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.alerts import DetectionDetail
from backend.contracts.kinds.alerts import Priority
from backend.contracts.presets import bearing_deg
from backend.contracts.site import Camera
from backend.contracts.state import RoomState
from console.models.places import (
    NEAR_M,
    cameras_at,
    distance_m,
    neighbours,
    sees,
)
from console.models.session import Selected
from tests.panels.map_room import alert, laocai

LAT, LON = 22.48, 103.97
METRE_LAT = 1 / 111_195
METRE_LON = METRE_LAT / math.cos(math.radians(LAT))


def camera(camera_id: str, north_m: float, east_m: float, bearing: float | None = None, range_m: float = 300) -> Camera:
    return (
        laocai()
        .cameras[0]
        .model_copy(
            update={
                "camera_id": camera_id,
                "lat_deg": LAT + north_m * METRE_LAT,
                "lon_deg": LON + east_m * METRE_LON,
                "bearing_deg": bearing,
                "view_deg": 60.0,
                "range_m": range_m,
            }
        )
    )


def room(*cameras: Camera) -> RoomState:
    state = RoomState(site=laocai().model_copy(update={"cameras": cameras}))
    state.alerts["a"] = alert("a", lat_deg=LAT, lon_deg=LON)
    return state


def test_a_camera_that_looks_there_goes_before_a_nearer_one_that_looks_away() -> None:
    away = camera("away", 50, 0, bearing=0)
    towards = camera("towards", 200, 0, bearing=180)
    turns = camera("turns", 0, 250)
    far = camera("far", 400, 0, bearing=180)
    there = cameras_at(room(away, towards, turns, far), Selected("alert", "a"), 4)
    assert there is not None
    assert there.camera_ids == ("towards", "turns", "away", "far")
    assert there.seeing == 2


def test_the_camera_that_detected_it_is_first_wherever_it_looks() -> None:
    state = room(camera("near", 10, 0), camera("seer", 2_000, 0, bearing=0))
    found = DetectionDetail(camera_id="seer", label="fire", sub_label="", score=0.9, zones=(), count=1)
    state.alerts["a"] = state.alerts["a"].model_copy(update={"kind": "detection", "detection": found})
    there = cameras_at(state, Selected("alert", "a"), 6)
    assert there is not None
    assert there.camera_ids == ("seer", "near")


def test_what_has_no_place_has_no_cameras() -> None:
    assert cameras_at(room(camera("near", 10, 0)), Selected("alert", "gone"), 6) is None


@given(st.floats(0, 359.9), st.floats(0, 359.9), st.floats(2, 290))
def test_the_cone_is_where_the_camera_looks(looks: float, direction: float, away_m: float) -> None:
    one = camera("c", 0, 0, bearing=looks)
    point = (
        LAT + away_m * math.cos(math.radians(direction)) * METRE_LAT,
        LON + away_m * math.sin(math.radians(direction)) * METRE_LON,
    )
    aside = abs((direction - looks + 180) % 360 - 180)
    if abs(aside - 30) > 0.5:
        assert sees(one, *point) is (aside < 30)
    assert abs(distance_m(LAT, LON, *point) - away_m) < 0.01 * away_m + 0.1
    assert abs((bearing_deg(LAT, LON, *point) - direction + 180) % 360 - 180) < 0.5


def test_neighbours_are_the_city_s_open_alerts_within_a_kilometre_nearest_first() -> None:
    state = room()
    places = {"b": 800.0, "c": 100.0, "d": NEAR_M + 50, "own": 10.0}
    for name, north_m in places.items():
        priority = Priority.SYSTEM if name == "own" else Priority.LOW
        state.alerts[name] = alert(name, priority, lat_deg=LAT + north_m * METRE_LAT, lon_deg=LON)
    assert [one.alert_id for one in neighbours(state, state.alerts["a"])] == ["c", "b"]
