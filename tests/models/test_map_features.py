"""What of the room the map shows."""

from __future__ import annotations

import dataclasses

import pytest

from backend.contracts.air import AIR_BANDS, SOURCE_VI, AirIndex
from backend.contracts.alerts import AlertPhase
from backend.contracts.events import (
    AirIndexed,
    AlertAcknowledged,
    AlertRaised,
    AlertReturned,
    CameraChanged,
    RecordingChanged,
)
from backend.contracts.folded import folded
from backend.contracts.geometry import Polygon
from backend.contracts.kinds.alerts import Priority
from backend.contracts.state import Delta
from console.models.map_features import (
    ALERTS,
    CAMERAS,
    LABEL_MOST,
    LAYERS,
    STATIONS,
    Projector,
    Words,
    box_of,
    clock_text,
    find_places,
    format_age,
    format_value,
    pretty_unit,
    short_label,
)
from tests.panels.map_room import NOW_MS, Room, alert, busy_room, laocai
from widgets.map_types import MapDelta, MapPoint


def projector(room: Room, english: bool = False) -> Projector:
    return Projector(room.readings.latest, Words(), english)


def points(delta: MapDelta, layer: str) -> dict[str, MapPoint]:
    return {point.key: point for point in delta.points[layer]}


def test_the_whole_picture_has_every_camera_and_station_and_every_placed_alert() -> None:
    room = busy_room()
    delta = projector(room).project(room.state, room.clock.now_ms())
    assert delta.reset
    assert len(delta.points[CAMERAS]) == len(laocai().cameras) >= 24
    assert len(delta.points[STATIONS]) == len(laocai().stations) >= 28
    assert set(points(delta, ALERTS)) == {"fire", "so2", "level", "flood", "rain", "fog", "camera"}
    assert delta.removed[ALERTS] == ["silent"]
    assert projector(room).unplaced(room.state) == 1


def test_the_name_of_a_large_area_is_cut_between_words_and_whole_in_the_tip() -> None:
    room = busy_room()
    area = "Các xã Bát Xát, Mường Hum, Y Tý, A Mú Sung, Trịnh Tường, Bản Xèo, Dền Sáng và phường Lào Cai"
    wide = alert("wide", place_name=area, place_id="LC-KK-01")
    room.happen(AlertRaised(alert=wide))
    delta = projector(room).project(room.state, room.clock.now_ms())
    point = points(delta, ALERTS)["wide"]
    assert point.label == "Các xã Bát Xát, Mường Hum, Y Tý, A Mú…"
    assert area in point.tip
    assert len(short_label("x" * 300)) == LABEL_MOST


def test_the_tip_of_a_camera_tells_how_it_is_recorded() -> None:
    room = busy_room()
    camera_id = laocai().cameras[0].camera_id
    words = Words(recording={"gap": "recording: gap"})
    changes: list[Delta] = []
    room.session.changed.connect(changes.append)
    room.happen(RecordingChanged(camera_id=camera_id, condition="gap"))
    delta = Projector(room.readings.latest, words).project_changes(room.state, changes[0], room.clock.now_ms())
    assert "recording: gap" in points(delta, CAMERAS)[camera_id].tip


def test_every_layer_that_is_filled_is_declared() -> None:
    room = busy_room()
    delta = projector(room).project(room.state, room.clock.now_ms())
    assert set(delta.points) <= {layer.key for layer in LAYERS}


@pytest.mark.parametrize(
    ("phase", "look"),
    [
        (AlertPhase.ACTIVE_UNACKNOWLEDGED, "filled"),
        (AlertPhase.ACTIVE_ACKNOWLEDGED, "outline"),
        (AlertPhase.RETURNED_UNACKNOWLEDGED, "dashed"),
        (AlertPhase.LATCHED_UNACKNOWLEDGED, "dashed"),
        (AlertPhase.LATCHED_ACKNOWLEDGED, "outline"),
        (AlertPhase.SHELVED, "dim"),
        (AlertPhase.SUPPRESSED, "dim"),
        (AlertPhase.OUT_OF_SERVICE, "dim"),
    ],
)
def test_an_alert_looks_as_far_as_it_has_come(phase: AlertPhase, look: str) -> None:
    room = Room()
    room.happen(AlertRaised(alert=alert("a", Priority.HIGH, phase, lat_deg=22.0, lon_deg=104.0)))
    point = points(projector(room).project(room.state, NOW_MS), ALERTS)["a"]
    assert (point.look, point.rank) == (look, 2)


def test_a_lost_camera_is_told_by_its_look_and_by_words() -> None:
    room = Room()
    camera = laocai().cameras[0]
    room.happen(CameraChanged(camera_id=camera.camera_id, condition="lost", reason="không trả lời"))
    point = points(projector(room).project(room.state, NOW_MS), CAMERAS)[camera.camera_id]
    assert point.look == "lost"
    assert point.note == Words().lost
    assert "không trả lời" in point.tip


def test_a_camera_nobody_has_checked_is_not_drawn_as_well() -> None:
    room = Room()
    delta = projector(room).project(room.state, NOW_MS)
    assert {point.look for point in delta.points[CAMERAS]} == {"dim"}


def test_a_change_of_one_camera_projects_that_camera_only() -> None:
    room = busy_room()
    delta = projector(room).project_changes(room.state, Delta(cameras={"gt-kim-tan"}), NOW_MS)
    assert not delta.reset
    assert list(points(delta, CAMERAS)) == ["gt-kim-tan"]
    assert set(delta.points) == {CAMERAS}


def test_a_closed_alert_and_its_area_leave_the_map() -> None:
    room = busy_room()
    room.happen(AlertAcknowledged(alert_id="flood"), AlertReturned(alert_id="flood"))
    delta = projector(room).project_changes(room.state, Delta(alerts={"flood"}), NOW_MS)
    assert delta.removed[ALERTS] == ["flood"]
    assert delta.areas == {"flood": ()}


def test_areas_follow_polygons_circles_and_commune_codes() -> None:
    room = busy_room()
    areas = projector(room).project(room.state, NOW_MS).areas
    assert areas["flood"][0].ring
    assert areas["rain"][0].radius_m == 9000.0
    assert areas["fog"][0].codes == ("02839",)
    assert areas["fire"] == ()


def test_a_bulletins_area_has_the_tint_and_the_end_it_states() -> None:
    room = Room()
    ring = ((104.0, 22.3), (104.2, 22.3), (104.2, 22.5), (104.0, 22.3))
    told = alert("a", kind="cap.message", commune_codes=("02839",))
    assert told.cap is not None
    stated = told.cap.model_copy(update={"risk_level": 3, "expires_ms": NOW_MS + 3_600_000, "event": "Lũ quét"})
    room.happen(
        AlertRaised(alert=told.model_copy(update={"cap": stated, "shapes": (Polygon(ring=ring),)})),
        AlertRaised(alert=told.model_copy(update={"alert_id": "b", "exercise": True})),
    )
    delta = projector(room).project(room.state, NOW_MS)
    (area,) = delta.areas["a"]
    assert (area.level, area.striped, area.ring) == (3, False, ring)
    end = clock_text(NOW_MS + 3_600_000, 420)
    assert area.note == f"Lũ quét\nrisk level 3\nuntil {end[:5]} {end[9:]}"
    (exercise,) = delta.areas["b"]
    assert (exercise.level, exercise.striped, exercise.codes) == (0, True, ("02839",)), "no level is made up"
    assert exercise.note == "EXERCISE\nMưa lớn\nno end stated"
    assert "until" in points(delta, ALERTS)["a"].tip


@pytest.mark.parametrize(("age_s", "look"), [(0.0, "normal"), (2.9, "normal"), (3.1, "dim"), (1000.0, "dim")])
def test_a_station_is_old_after_three_missed_intervals(age_s: float, look: str) -> None:
    room = Room()
    station = laocai().stations[0]
    room.measure(station, NOW_MS - int(age_s * station.interval_s * 1000), 7.25)
    point = projector(room).station(station, room.state, NOW_MS)
    assert point.look == look
    assert ("ago" in point.note) == (look == "dim")
    assert "7,2" in point.value


def test_a_station_without_data_says_so() -> None:
    room = Room()
    point = projector(room).station(laocai().stations[0], room.state, NOW_MS)
    assert (point.look, point.value) == ("dim", "no data")


def test_calibration_is_said_beside_the_figure() -> None:
    room = Room()
    station = laocai().stations[0]
    room.measure(station, NOW_MS, 7.25, status=1)
    assert projector(room).station(station, room.state, NOW_MS).note == "calibrating"


HOUR_MS = 3_600_000


def air_room(value: int | None, until_ms: int) -> tuple[Room, str]:
    """The city's air station with fresh readings, and its index of the hour that ended at `until_ms`."""
    room = Room()
    station = next(each for each in laocai().stations if each.kind == "air")
    room.measure(station, NOW_MS, 41.5)
    index = AirIndex(
        station_id=station.station_id,
        period="hour",
        from_ms=until_ms - HOUR_MS,
        until_ms=until_ms,
        value=value,
        pollutant="" if value is None else "PM2,5",
    )
    room.happen(AirIndexed(index=index))
    return room, station.station_id


def air_point(value: int | None, until_ms: int = NOW_MS) -> MapPoint:
    room, station_id = air_room(value, until_ms)
    return points(projector(room).stations(room.state, {station_id}, NOW_MS), STATIONS)[station_id]


@pytest.mark.parametrize(
    ("value", "words", "tint"),
    [
        (50, "VN_AQI 50 · Good", "#00E400"),
        (51, "VN_AQI 51 · Moderate", "#FFFF00"),
        (101, "VN_AQI 101 · Poor", "#FF7E00"),
        (200, "VN_AQI 200 · Bad", "#FF0000"),
        (201, "VN_AQI 201 · Very bad", "#8F3F97"),
        (500, "VN_AQI 500 · Hazardous", "#7E0023"),
    ],
)
def test_an_air_station_wears_the_decrees_colour_and_says_its_band(value: int, words: str, tint: str) -> None:
    room, station_id = air_room(value, NOW_MS)
    english = projector(room, english=True).stations(room.state, {station_id}, NOW_MS)
    point = points(english, STATIONS)[station_id]
    assert (point.look, point.value, point.tint) == ("normal", words, tint)
    assert "highest: PM2,5" in point.tip
    assert SOURCE_VI in point.tip


def test_an_index_nothing_followed_is_drawn_as_old_and_keeps_no_live_colour() -> None:
    last, old = air_point(120, NOW_MS - 2 * HOUR_MS), air_point(120, NOW_MS - 2 * HOUR_MS - 1)
    assert (last.look, last.note, last.tint) == ("normal", "", "#FF7E00")
    assert (old.look, old.tint) == ("dim", "")
    assert "old" in old.note
    assert AIR_BANDS[2].advice_vi not in old.tip, "no advice for now is made of what is old"


def test_without_an_index_the_reading_is_shown_in_no_colour() -> None:
    point = air_point(None)
    assert "VN_AQI" not in point.value + point.tip
    assert point.tint == ""


def test_a_station_that_fell_silent_keeps_no_colour_of_its_last_index() -> None:
    room, station_id = air_room(50, NOW_MS)
    station = next(each for each in laocai().stations if each.station_id == station_id)
    point = projector(room).station(station, room.state, NOW_MS + 4 * station.interval_s * 1000)
    assert (point.look, point.tint) == ("dim", "")


def test_a_new_index_changes_its_station_only() -> None:
    room, station_id = air_room(50, NOW_MS)
    delta = projector(room).project_changes(room.state, Delta(air={station_id}), NOW_MS)
    assert set(points(delta, STATIONS)) == {station_id}


def test_only_the_stations_asked_for_are_projected() -> None:
    room = Room()
    wanted = {laocai().stations[2].station_id}
    delta = projector(room).stations(room.state, wanted, NOW_MS)
    assert set(points(delta, STATIONS)) == wanted


def test_an_alert_without_own_place_stands_at_its_commune() -> None:
    room = Room()
    commune = laocai().communes[5]
    raised = alert("a").model_copy(update={"commune_code": commune.code})
    assert projector(room).place_of(raised, laocai()) == (commune.lat_deg, commune.lon_deg)


@pytest.mark.parametrize("query", ["coc leu", "Cốc Lếu", "COC  LEU", "leu coc"])
def test_search_ignores_diacritics_case_and_order(query: str) -> None:
    names = [place.name for place in find_places(laocai(), query, english=False)]
    assert any("Cốc Lếu" in name for name in names)


def test_search_finds_communes_before_cameras() -> None:
    found = find_places(laocai(), "sa pa", english=False)
    assert found[0].kind == "commune"
    assert folded(found[0].name).endswith("sa pa")
    assert {place.kind for place in found} > {"commune"}


def test_search_for_nothing_finds_nothing() -> None:
    assert find_places(laocai(), "   ", english=False) == ()
    assert find_places(laocai(), "khong-co-noi-nao", english=False) == ()


def test_figures_are_written_the_vietnamese_way() -> None:
    assert format_value(1250.0, 0) == "1.250"
    assert format_value(3.414, 2) == "3,41"
    assert pretty_unit("mg/Nm3") == "mg/Nm³"
    assert pretty_unit("m3/h") == "m³/h"
    assert [format_age(age, Words()) for age in (12, 250, 7300, 400_000)] == ["12 s", "4 min", "2 h", "4 d"]


def test_the_box_of_an_alert_holds_all_its_shapes() -> None:
    room = busy_room()
    box = box_of(room.state.alerts["rain"])
    assert box is not None
    assert box.south < 22.33 < box.north
    assert box.west < 103.84 < box.east
    assert box_of(room.state.alerts["fire"]) is None


def test_english_names_are_used_where_there_are_any() -> None:
    room = Room()
    camera = laocai().cameras[0]
    english = projector(room, english=True)
    assert english.camera(camera, room.state).label == camera.name_en
    nameless = camera.model_copy(update={"name_en": ""})
    assert english.camera(nameless, room.state).label == camera.name_vi
    assert dataclasses.replace(english, english=False).camera(camera, room.state).label == camera.name_vi
