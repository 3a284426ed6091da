"""Zones: what is read of a message, what is refused in words, and what of it changes the room."""

from __future__ import annotations

import json
import math

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.contracts.events import Event, LoggedEvent
from backend.contracts.geometry import Polygon
from backend.contracts.state import ZONES_KEPT_MS, RoomState, apply
from backend.contracts.zones import Zone, ZonesDeclared, ZonesLifted, inside
from backend.domain.zones import declare
from backend.simulate.committee import PRODUCER, Committee
from backend.sources.zone_message import ZoneMessage, ZoneMessageError, parse_zones
from config.problems import Problems
from config.site import load_site
from config.zones import read_zones
from tests.system.backend_process import LAOCAI

SQUARE = [[104.0, 22.0], [104.1, 22.0], [104.1, 22.1], [104.0, 22.1], [104.0, 22.0]]
SINCE = "2026-11-20T00:00"
NOW_MS = 1_795_000_000_000


def feature(key: str = "z1", geometry: object = None, **properties: object) -> dict[str, object]:
    told = {"id": key, "name": "Vùng dịch", "level": 3, "since": SINCE, **properties}
    polygon = {"type": "Polygon", "coordinates": [SQUARE]}
    return {"type": "Feature", "properties": told, "geometry": polygon if geometry is None else geometry}


def point(key: str, lon_deg: float = 104.0, lat_deg: float = 22.0) -> dict[str, object]:
    return feature(key, {"type": "Point", "coordinates": [lon_deg, lat_deg]}, posted="Công an xã")


def read(*features: object, **more: object) -> ZoneMessage:
    body = {"type": "FeatureCollection", "features": list(features), **more}
    return parse_zones(json.dumps(body).encode(), "bcd", (1, 2, 3, 4), 420)


def test_polygons_are_zones_points_are_checkpoints_and_times_are_the_site_s() -> None:
    parts = {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]}
    told = read(feature(until="2026-12-01T00:00+07:00"), feature("z2", parts), point("c1"))
    assert not told.rejections
    zone, two = told.zones
    assert (zone.level, zone.producer_id, len(two.parts)) == (3, "bcd", 2)
    assert zone.until_ms is not None
    assert zone.until_ms - zone.since_ms == 11 * 86_400_000
    assert (told.checkpoints[0].posted, told.checkpoints[0].lat_deg) == ("Công an xã", 22.0)
    assert zone.has(22.05, 104.05)
    assert not zone.has(22.05, 104.15)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (feature(""), "id: empty"),
        (feature(name=""), "name: empty"),
        (feature(level=7), "none of the site's levels 1, 2, 3, 4"),
        (feature(level=True), "level"),
        (feature(since=""), "since: empty"),
        (feature(since="hôm qua"), "is no time; write 2026-11-24T18:00+07:00"),
        (feature(until="2026-11-19"), "before the beginning"),
        (feature(name=5), "name: right is a text"),
        (feature(geometry={"type": "LineString", "coordinates": []}), "zones are Polygon or MultiPolygon"),
        (feature(geometry={"type": "Polygon", "coordinates": [SQUARE, SQUARE]}), "holes cannot be drawn"),
        (feature(geometry={"type": "Polygon", "coordinates": [SQUARE[:4]]}), "not closed"),
        (feature(geometry={"type": "Polygon", "coordinates": [SQUARE[:2]]}), "at least four"),
        (point("c", 22.0, 104.0), "swapped: GeoJSON has longitude first"),
        (point("c", 10.0, 50.0), "outside of Viet Nam"),
        (
            feature(
                geometry={"type": "Polygon", "coordinates": [[SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]]}
            ),
            "crosses itself",
        ),
        ("x", '"type": "Feature"'),
        ({"type": "Feature", "properties": None, "geometry": None}, "properties and a geometry"),
    ],
)
def test_every_wrong_feature_is_named_and_nothing_is_taken(wrong: object, told: str) -> None:
    found = read(feature("good"), wrong, feature("good"))
    assert found.zones == ()
    assert [one.line for one in found.rejections] == [2, 3]
    assert told in found.rejections[0].reason
    assert "is feature 1 already" in found.rejections[1].reason


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "no JSON"),
        (b"[]", "FeatureCollection"),
        (b'{"type": "FeatureCollection", "features": []}', "declares nothing"),
        (b'{"type": "FeatureCollection", "features": [], "replace": 1}', "true or false"),
        (b'{"type": "FeatureCollection", "features": [], "lifted": [1]}', "list of ids"),
        (b'{"type": "FeatureCollection", "features": [NaN]}', "NaN is no number"),
        (b"\xff", "UTF-8"),
        (b"[" * 100_000, "no JSON"),
    ],
)
def test_what_is_no_message_says_what_would_be_right(body: bytes, told: str) -> None:
    with pytest.raises(ZoneMessageError, match=told):
        parse_zones(body, "bcd", (1, 2), 420)


JSONISH = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "coordinates", "id"]), inner),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(JSONISH, JSONISH)
def test_whatever_a_feature_holds_is_read_or_refused(properties: object, geometry: object) -> None:
    told = {"type": "Feature", "properties": properties, "geometry": geometry}
    body = {"type": "FeatureCollection", "features": [told]}
    try:
        found = parse_zones(json.dumps(body).encode(), "bcd", (1, 2), 420)
    except ZoneMessageError:
        return
    assert found.rejections or found.zones or found.checkpoints


@settings(max_examples=100, deadline=None)
@given(st.integers(3, 40), st.floats(0, 2), st.floats(0, 6.28))
def test_a_point_is_inside_of_a_round_zone_by_its_distance(corners: int, away: float, turn: float) -> None:
    ring = [
        (104 + math.cos(2 * math.pi * n / corners), 20 + math.sin(2 * math.pi * n / corners)) for n in range(corners)
    ]
    polygon = Polygon(ring=(*ring, ring[0]))
    at = inside(polygon, 20 + away * math.sin(turn), 104 + away * math.cos(turn))
    if away > 1.0001:
        assert not at
    elif away < math.cos(math.pi / corners) - 0.0001:
        assert at


class Room:
    def __init__(self) -> None:
        self.state = RoomState(epoch="t")
        self.now_ms = NOW_MS

    def take(self, message: ZoneMessage, producer_id: str = "bcd") -> list[Event]:
        assert not message.rejections, message.rejections
        events = declare(self.state, producer_id, message.zones, message.checkpoints, message.lifted, message.replace)
        for event in events:
            seq = self.state.seq + 1
            apply(
                self.state,
                LoggedEvent(seq=seq, at_ms=self.now_ms, actor="p", caused_by=None, origin="", event=event),
            )
        return list(events)


def test_the_same_message_twice_changes_nothing_and_a_new_one_what_is_other() -> None:
    room = Room()
    message = read(feature("z1"), point("c1"))
    assert len(room.take(message)) == 1
    assert room.take(message) == []
    (event,) = room.take(read(feature("z1", level=4), point("c1")))
    assert isinstance(event, ZonesDeclared)
    assert ([one.level for one in event.zones], event.checkpoints) == ([4], ())


def test_what_the_sender_names_no_more_is_lifted_and_others_zones_are_not() -> None:
    room = Room()
    room.take(read(feature("z1"), feature("z2"), point("c1")))
    other = parse_zones(
        json.dumps({"type": "FeatureCollection", "features": [feature("x")]}).encode(), "khac", (3,), 420
    )
    room.take(other, "khac")
    (event,) = room.take(read(feature("z1"), replace=True))
    assert isinstance(event, ZonesLifted)
    assert (event.zone_ids, event.checkpoint_ids) == (("z2",), ("c1",))
    assert set(room.state.zones) == {"z1", "x"}
    assert room.take(read(lifted=["x", "unknown"])) == []
    room.take(read(lifted=["z1"]))
    assert set(room.state.zones) == {"x"}


def test_an_id_that_belongs_to_somebody_else_is_refused() -> None:
    room = Room()
    room.take(read(feature("z1")))
    with pytest.raises(ValueError, match="belongs to 'Vùng dịch' of bcd"):
        declare(room.state, "khac", read(feature("z1")).zones, (), (), False)
    with pytest.raises(ValueError, match="belongs to"):
        declare(room.state, "bcd", (), read(point("z1")).checkpoints, (), False)


def test_a_zone_holds_from_its_beginning_to_its_end_and_is_forgotten_long_after() -> None:
    zone = Zone(
        zone_id="z", name_vi="V", level=1, since_ms=100, until_ms=200,
        parts=(Polygon(ring=((104.0, 22.0), (104.1, 22.0), (104.1, 22.1), (104.0, 22.0))),),
    )  # fmt: skip
    assert [zone.holds(at) for at in (99, 100, 199, 200)] == [False, True, True, False]
    room = Room()
    old = zone.model_copy(update={"zone_id": "old", "until_ms": NOW_MS - ZONES_KEPT_MS - 1, "producer_id": "bcd"})
    apply(
        room.state,
        LoggedEvent(seq=1, at_ms=NOW_MS - ZONES_KEPT_MS - 5, actor="p", caused_by=None, origin="",
                    event=ZonesDeclared(zones=(old,))),
    )  # fmt: skip
    assert "old" in room.state.zones
    room.take(read(feature("z1")))
    assert set(room.state.zones) == {"z1"}
    assert RoomState.from_snapshot(room.state.snapshot()).zones == room.state.zones


def test_the_site_names_levels_and_who_declares_and_every_mistake_is_told(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    site = load_site(LAOCAI)
    assert [one.level for one in site.zones.levels] == [1, 2, 3, 4]
    assert site.zones.producers == (PRODUCER,)
    folder = tmp_path_factory.mktemp("site")
    (folder / "zones.toml").write_text(
        'producers = ["ai"]\nmore = 1\n[[level]]\nlevel = 9\nname_vi = "x"\nsource = "x"\n', encoding="utf-8"
    )
    problems = Problems()
    read_zones(folder, ["bcd"], problems)
    told = "\n".join(str(one) for one in problems.found)
    for words in ("unknown producer", "unknown key 'more'", "level", "at least one [[level]]"):
        assert words in told, told


def test_the_demonstration_s_zones_are_read_whole_and_say_the_same_all_day() -> None:
    site = load_site(LAOCAI)
    committee = Committee(httpx.AsyncClient(), "", site, 5)
    noon_s = 1_795_000_000.0
    body = json.dumps(committee.message(noon_s)).encode()
    found = parse_zones(body, PRODUCER, (1, 2, 3, 4), site.utc_offset_min)
    assert not found.rejections, found.rejections
    assert (len(found.zones), len(found.checkpoints)) == (2, 3)
    assert json.dumps(committee.message(noon_s + 60)).encode() == body
