"""Zones and checkpoints on the map, in their list and on a board: what holds is drawn, what holds no longer is not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from backend.contracts.events import AlertRaised
from backend.contracts.geometry import Polygon
from backend.contracts.zones import Checkpoint, Zone, ZonesDeclared, ZonesLifted
from console.models.map_zones import counted, inside, outlines
from console.models.session import Selected
from console.panels.map import MapPanel
from console.panels.zones import ZonesPanel
from resources import tokens
from tests.panels.map_page import WAIT_MS, ask, settled
from tests.panels.map_room import Room, alert, busy_room
from widgets.choropleth import Choropleth, Outline, Shape

NOW_MS = int(time.time() * 1000)
RING = ((104.0, 22.3), (104.3, 22.3), (104.3, 22.5), (104.0, 22.5), (104.0, 22.3))
ZONE = Zone(
    zone_id="z1", name_vi="Vùng dịch Bảo Thắng", level=4, since_ms=NOW_MS - 1000, until_ms=NOW_MS + 3_600_000,
    parts=(Polygon(ring=RING),), reason="QĐ 412/QĐ-BCĐ",
)  # fmt: skip
CHECKPOINT = Checkpoint(
    checkpoint_id="c1", name_vi="Chốt cầu Cốc Lếu", lat_deg=22.4, lon_deg=104.1, since_ms=NOW_MS - 1000,
    posted="Công an phường",
)  # fmt: skip


@pytest.fixture
def room() -> Room:
    return busy_room()


@pytest.fixture
def panel(qtbot: QtBot, room: Room) -> Iterator[MapPanel]:
    made = MapPanel(room.session)
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    qtbot.waitUntil(made.is_live, timeout=WAIT_MS)
    settled(qtbot, made.map_view)
    yield made
    made.close()


def drawn(qtbot: QtBot, panel: MapPanel, key: str) -> list[Any]:
    """What the page has of a zone: [level, look, note]; [] = nothing."""
    found = f"(a => a && a[0] ? [a[0].level, a[0].look, a[0].note] : [])(Desk.areas.areas.get('zone/{key}'))"
    return cast(list[Any], ask(qtbot, panel.map_view, found))


def test_a_zone_is_drawn_with_its_level_in_words_until_it_is_lifted(qtbot: QtBot, panel: MapPanel, room: Room) -> None:
    room.happen(ZonesDeclared(zones=(ZONE,), checkpoints=(CHECKPOINT,)))
    qtbot.waitUntil(lambda: bool(drawn(qtbot, panel, "z1")), timeout=WAIT_MS)
    level, look, note = drawn(qtbot, panel, "z1")
    assert (level, look) == (24, "dashed")
    assert note.startswith("Vùng dịch Bảo Thắng\nlevel 4: nguy cơ rất cao\n")
    shape = "(p => p ? p.shape : null)(Desk.points.items.get('checkpoint/c1'))"
    assert ask(qtbot, panel.map_view, shape) == "barrier"
    room.happen(ZonesLifted(zone_ids=("z1",), checkpoint_ids=("c1",)))
    qtbot.waitUntil(lambda: not drawn(qtbot, panel, "z1"), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: ask(qtbot, panel.map_view, shape) is None, timeout=WAIT_MS)


def test_a_zone_whose_time_is_over_is_drawn_no_longer_without_any_event(
    qtbot: QtBot, panel: MapPanel, room: Room
) -> None:
    soon = ZONE.model_copy(update={"until_ms": room.clock.now_ms() + 2_000})
    room.happen(ZonesDeclared(zones=(soon,)))
    qtbot.waitUntil(lambda: bool(drawn(qtbot, panel, "z1")), timeout=WAIT_MS)
    panel._ages.setInterval(100)
    qtbot.waitUntil(lambda: not drawn(qtbot, panel, "z1"), timeout=WAIT_MS)
    assert room.clock.now_ms() >= room.state.zones["z1"].until_ms  # type: ignore[operator]


def test_the_list_counts_what_lies_inside_and_shows_one_on_the_map(qtbot: QtBot, room: Room) -> None:
    panel = ZonesPanel(room.session)
    qtbot.addWidget(panel)
    panel.resize(900, 400)
    panel.show()
    room.happen(AlertRaised(alert=alert("in", lat_deg=22.4, lon_deg=104.1)))
    room.happen(AlertRaised(alert=alert("out", lat_deg=21.9, lon_deg=104.1)))
    expected = sum(
        one.lat_deg is not None and 22.3 <= one.lat_deg < 22.5 and 104.0 <= (one.lon_deg or 0) < 104.3
        for one in room.session.state.site.cameras  # type: ignore[union-attr]
    )
    room.happen(ZonesDeclared(zones=(ZONE,), checkpoints=(CHECKPOINT,)))
    zone, point = panel.model.rows
    assert zone.cells[0:2] == ("Vùng dịch Bảo Thắng", "level 4: nguy cơ rất cao")
    assert zone.standing == "far_over"
    assert point.cells[0:2] == ("Chốt cầu Cốc Lếu", "checkpoint")
    assert inside(ZONE, room.session.state).cameras == expected
    assert int(zone.cells[4]) == inside(ZONE, room.session.state).alerts >= 1
    went: list[Selected] = []
    room.session.selection.go_to.connect(went.append)
    panel.table.selectRow(0)
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    assert went == [Selected("zone", "z1")]
    room.happen(ZonesLifted(zone_ids=("z1",), checkpoint_ids=("c1",)))
    assert panel.model.rows == ()
    assert not panel._said.isHidden()


def test_a_board_s_map_has_the_outlines_of_what_holds_and_counts_it(qtbot: QtBot, room: Room) -> None:
    room.happen(ZonesDeclared(zones=(ZONE,), checkpoints=(CHECKPOINT,)))
    state = room.session.state
    (found,) = outlines(state, NOW_MS, "vi")
    assert (found.colour, found.words) == (tokens.ZONES[24], "Vùng dịch Bảo Thắng · level 4")
    assert counted(state, NOW_MS) == "1 zones, 1 checkpoints"
    assert outlines(state, NOW_MS + 3_600_000, "vi") == ()
    shown = Choropleth("no figure")
    qtbot.addWidget(shown)
    shown.resize(400, 300)
    corners = ((103.9, 22.2), (104.4, 22.2), (104.4, 22.6), (103.9, 22.6))
    shown.set_shapes((Shape("a", (corners,)),))
    shown.show()
    before = shown.grab().toImage()
    shown.show_outlines((Outline((RING,), "#ff0000", "Vùng"),))
    after = shown.grab().toImage()
    red = sum(
        after.pixelColor(x, y).red() > 200 and after.pixelColor(x, y).green() < 60
        for x in range(after.width())
        for y in range(after.height())
    )
    assert red > 50
    assert before != after
