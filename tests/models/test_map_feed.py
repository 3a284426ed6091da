"""What the page is sent: clusters, cut to the view, one batch at a time."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from widgets.map_cluster import Cluster, ViewIndex, from_unit, to_unit
from widgets.map_feed import MapFeed
from widgets.map_types import Bounds, MapArea, MapDelta, MapLayer, MapPoint, View

THINGS = MapLayer("things", "things", cluster_px=64, cluster_until_zoom=15)
MARKS = MapLayer("marks", "marks", cluster_px=48, cluster_until_zoom=16)
PROVINCE = View(9, Bounds(21.0, 103.0, 23.0, 105.0), 22.0, 104.0)
STREET = View(17, Bounds(22.49, 103.96, 22.50, 103.97), 22.495, 103.965)


def point(key: str, lat: float = 22.495, lon: float = 103.965, **changes: Any) -> MapPoint:
    return MapPoint(key, lat, lon, "camera", **changes)


def sent(feed: MapFeed) -> dict[str, Any]:
    """The next batch, acknowledged at once; {} when there is none."""
    text = feed.next_batch()
    if text is None:
        return {}
    batch: dict[str, Any] = json.loads(text)
    assert feed.acknowledge(batch["n"])
    return batch


class Page:
    """What a page would hold after each batch."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Any]] = {}

    def take(self, batch: dict[str, Any]) -> None:
        for ident in batch.get("gone", []):
            self.rows.pop(ident)  # a page is never told to remove what it does not have
        for row in batch.get("up", []):
            self.rows[row[0]] = row

    def total(self) -> int:
        return sum(row[4] if row[0].startswith("~") else 1 for row in self.rows.values())


@given(st.floats(-85, 85), st.floats(-180, 180))
def test_the_projection_turns_back(lat: float, lon: float) -> None:
    assert from_unit(*to_unit(lat, lon)) == pytest.approx((lat, lon), abs=1e-6)


def test_near_things_become_one_with_their_number_and_the_worst_inside() -> None:
    index = ViewIndex([THINGS, MARKS])
    index.set_view(PROVINCE)
    for number in range(5):
        index.put("marks", point(f"m{number}", rank=4 - number % 3, look="outline"))
    (cluster,) = index.drain().upserts
    assert isinstance(cluster, Cluster)
    assert (cluster.count, cluster.worst, cluster.waiting) == (5, 2, False)
    index.put("marks", point("m4", rank=1, look="filled"))
    (cluster,) = index.drain().upserts
    assert isinstance(cluster, Cluster)
    assert (cluster.worst, cluster.waiting) == (1, True)


def test_two_side_by_side_stay_two() -> None:
    index = ViewIndex([THINGS])
    index.set_view(PROVINCE)
    index.put("things", point("a"))
    index.put("things", point("b"))
    assert sorted(item[0] for item in index.drain().upserts if not isinstance(item, Cluster)) == [
        "things/a",
        "things/b",
    ]


def test_the_pinned_one_is_never_swallowed() -> None:
    index = ViewIndex([THINGS])
    index.set_view(PROVINCE)
    for number in range(9):
        index.put("things", point(str(number)))
    index.drain()
    index.pin("things/3")
    upserts = index.drain().upserts
    assert ("things/3", point("3")) in upserts
    assert [item.count for item in upserts if isinstance(item, Cluster)] == [8]


def test_what_lies_outside_the_view_is_not_sent() -> None:
    feed = MapFeed([THINGS])
    feed.set_view(STREET)
    feed.put(MapDelta(points={"things": [point("here"), point("far", 10.8, 106.7)]}))
    assert [row[0] for row in sent(feed)["up"]] == ["things/here"]
    feed.put(MapDelta(points={"things": [point("far", 10.8, 106.7, label="renamed")]}))
    assert sent(feed) == {}


def test_ten_thousand_points_reach_the_page_as_few_symbols() -> None:
    chance = random.Random(7)
    feed = MapFeed([THINGS])
    feed.set_view(PROVINCE)
    many = [point(str(n), 22.3 + chance.gauss(0, 0.2), 104 + chance.gauss(0, 0.2)) for n in range(10_000)]
    feed.put(MapDelta(points={"things": many}))
    page = Page()
    page.take(sent(feed))
    box = PROVINCE.bounds
    inside = sum(box.south <= p.lat_deg <= box.north and box.west <= p.lon_deg <= box.east for p in many)
    assert inside <= page.total() <= len(many)
    assert len(page.rows) < 600


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_the_page_always_holds_what_a_fresh_page_would_get(seed: int) -> None:
    chance = random.Random(seed)
    feed, page = MapFeed([THINGS, MARKS]), Page()
    feed.set_view(PROVINCE)
    for _ in range(12):
        for _ in range(chance.randrange(1, 30)):
            key, layer = str(chance.randrange(40)), chance.choice(["things", "marks"])
            if chance.random() < 0.2:
                feed.put(MapDelta(removed={layer: [key]}))
            else:
                where = (22 + chance.random(), 103.5 + chance.random())
                feed.put(MapDelta(points={layer: [point(key, *where, rank=chance.randrange(6))]}))
        if chance.random() < 0.3:
            zoom = chance.randrange(8, 17)
            feed.set_view(View(zoom, PROVINCE.bounds, 22.0, 104.0))
        if chance.random() < 0.2:
            feed.hide_layer("things", chance.random() < 0.5)
        if chance.random() < 0.2:
            feed.pin(f"things/{chance.randrange(40)}")
        page.take(sent(feed))
    kept = page.rows
    fresh = Page()
    feed.page_lost()
    fresh.take(sent(feed))
    assert kept == fresh.rows


def test_never_two_batches_are_under_way() -> None:
    feed = MapFeed([THINGS])
    feed.set_view(STREET)
    feed.put(MapDelta(points={"things": [point("a")]}))
    first = feed.next_batch()
    assert first is not None
    for number in range(100):
        feed.put(MapDelta(points={"things": [point("a", label=str(number))]}))
        assert feed.next_batch() is None
    assert feed.acknowledge(json.loads(first)["n"])
    second = json.loads(feed.next_batch() or "{}")
    assert [row[7] for row in second["up"]] == ["99"]


def test_an_acknowledgement_of_another_batch_frees_nothing() -> None:
    feed = MapFeed([THINGS])
    feed.set_view(STREET)
    feed.put(MapDelta(points={"things": [point("a")]}))
    number = json.loads(feed.next_batch() or "{}")["n"]
    assert not feed.acknowledge(number + 1)
    assert not feed.acknowledge(-1)
    assert feed.in_flight == number


def test_a_new_page_gets_everything_again() -> None:
    feed = MapFeed([THINGS])
    feed.set_view(STREET)
    feed.set_setting("words", {"a": 1})
    feed.put(MapDelta(points={"things": [point("a")]}, areas={"x": (MapArea(1, "filled", codes=("1",)),)}))
    before = sent(feed)
    feed.next_batch()
    feed.page_lost()
    again = sent(feed)
    assert {**again, "n": 0} == {**before, "n": 0}


def test_areas_are_replaced_as_a_whole_and_sent_once() -> None:
    feed = MapFeed([THINGS])
    feed.set_view(STREET)
    area = MapArea(2, "filled", centre=(104.0, 22.0), radius_m=10.0)
    feed.put(MapDelta(areas={"x": (area, area)}))
    assert len(sent(feed)["areas"]["x"]) == 2
    feed.put(MapDelta(areas={"x": (area, area), "never": ()}))
    assert sent(feed) == {}
    feed.put(MapDelta(areas={"x": ()}))
    assert sent(feed)["areas"] == {"x": []}


def test_the_newest_order_of_a_name_wins() -> None:
    feed = MapFeed([THINGS])
    feed.set_view(STREET)
    feed.order("view", 1)
    feed.order("view", 2)
    assert sent(feed)["set"] == {"view": 2}
    assert sent(feed) == {}
