"""The map panel over a real state: what happens is seen, what is clicked is selected, what is old is called old."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from backend.contracts.events import AlertAcknowledged, AlertRaised, AlertReturned, CameraChanged
from console.models.session import Selected
from console.panels import panel_specs
from console.panels.map import REPORTS_AT_ONCE, MapPanel
from tests.models.test_map_reports import came, routed
from tests.panels.map_page import WAIT_MS, ask, settled
from tests.panels.map_room import Room, alert, busy_room, laocai


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


def at_zoom(qtbot: QtBot, panel: MapPanel, zoom: int) -> None:
    qtbot.waitUntil(lambda: panel.map_view.view is not None and panel.map_view.view.zoom == zoom, timeout=WAIT_MS)
    settled(qtbot, panel.map_view)


def click(qtbot: QtBot, panel: MapPanel, lat: float, lon: float, up_px: int = 0) -> None:
    x, y = ask(qtbot, panel.map_view, f"(p => [p.x, p.y])(map_desk.latLngToContainerPoint([{lat}, {lon}]))")
    web = panel.map_view.focusProxy()
    assert web is not None
    QTest.mouseClick(web.focusProxy() or web, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y) - up_px))


def test_the_panel_is_found_by_its_key() -> None:
    assert panel_specs()["map"].build is MapPanel


def test_it_fetches_the_boundaries_from_the_server_and_draws_them(panel: MapPanel, room: Room) -> None:
    assert room.documents.asked == ["/api/v1/site/provinces.geojson", "/api/v1/site/communes.geojson"]
    assert panel.map_view.report["documents"] == {"provinces": 34, "communes": 99}


def test_the_sources_of_the_boundaries_are_always_named(qtbot: QtBot, panel: MapPanel) -> None:
    text = ask(qtbot, panel.map_view, "document.getElementById('attribution').textContent")
    assert "thanglequoc/vietnamese-provinces-database" in text
    assert "sapnhap.bando.com.vn" in text


def test_an_alert_comes_changes_its_look_and_goes(qtbot: QtBot, panel: MapPanel, room: Room) -> None:
    room.happen(AlertRaised(alert=alert("new", lat_deg=22.40, lon_deg=104.20)))
    look = "(m => m ? m.look : null)(Desk.points.marks.get('alert/new'))"
    qtbot.waitUntil(lambda: ask(qtbot, panel.map_view, look) == "filled", timeout=WAIT_MS)
    room.happen(AlertReturned(alert_id="new"))
    qtbot.waitUntil(lambda: ask(qtbot, panel.map_view, look) == "dashed", timeout=WAIT_MS)
    room.happen(AlertAcknowledged(alert_id="new"))
    qtbot.waitUntil(lambda: ask(qtbot, panel.map_view, look) is None, timeout=WAIT_MS)


def test_a_camera_that_is_lost_and_back_is_seen(qtbot: QtBot, panel: MapPanel, room: Room) -> None:
    panel.map_view.fly_to(22.318, 104.186, 16)
    at_zoom(qtbot, panel, 16)
    state = "(i => i && [i.look, i.note])(Desk.points.items.get('camera/gt-pho-lu'))"
    assert ask(qtbot, panel.map_view, state) == ["normal", ""]
    room.happen(CameraChanged(camera_id="gt-pho-lu", condition="lost"))
    qtbot.waitUntil(lambda: ask(qtbot, panel.map_view, state) == ["lost", "SIGNAL LOST"], timeout=WAIT_MS)
    room.happen(CameraChanged(camera_id="gt-pho-lu", condition="online"))
    qtbot.waitUntil(lambda: ask(qtbot, panel.map_view, state) == ["normal", ""], timeout=WAIT_MS)


def test_a_click_on_a_camera_selects_it_and_brings_the_room_but_moves_no_map(
    qtbot: QtBot, panel: MapPanel, room: Room
) -> None:
    panel.map_view.fly_to(22.316, 104.184, 16)
    at_zoom(qtbot, panel, 16)
    before = panel.map_view.view
    with qtbot.waitSignal(room.session.selection.go_to, timeout=WAIT_MS) as brought:
        click(qtbot, panel, 22.318, 104.186)
    assert brought.args == [Selected("camera", "gt-pho-lu")]
    assert room.session.selection.current == Selected("camera", "gt-pho-lu")
    settled(qtbot, panel.map_view)
    assert panel.map_view.view == before
    assert ask(qtbot, panel.map_view, "Desk.points.selected") == "camera/gt-pho-lu"


def test_a_click_on_an_alert_flies_there(qtbot: QtBot, panel: MapPanel, room: Room) -> None:
    room.happen(AlertRaised(alert=alert("lone", lat_deg=22.45, lon_deg=104.2)))
    settled(qtbot, panel.map_view)
    with qtbot.waitSignal(room.session.selection.go_to, timeout=WAIT_MS) as brought:
        click(qtbot, panel, 22.45, 104.2, up_px=20)
    assert brought.args == [Selected("alert", "lone")]
    at_zoom(qtbot, panel, 15)
    assert panel.map_view.view is not None
    assert panel.map_view.view.lat_deg == pytest.approx(22.45, abs=0.01)


def test_the_map_goes_where_the_room_is_brought(qtbot: QtBot, panel: MapPanel, room: Room) -> None:
    selection = room.session.selection
    selection.bring_room_to("camera", "dl-ho-sa-pa")
    at_zoom(qtbot, panel, 15)
    assert panel.map_view.view is not None
    assert panel.map_view.view.lon_deg == pytest.approx(103.8452, abs=0.001)
    selection.bring_room_to("alert", "flood")
    qtbot.waitUntil(lambda: _inside(panel, 22.26, 104.16) and panel.map_view.view.zoom < 15, timeout=WAIT_MS)  # type: ignore[union-attr]
    selection.bring_room_to("commune", laocai().communes[3].code)
    commune = laocai().communes[3]
    qtbot.waitUntil(lambda: _inside(panel, commune.lat_deg, commune.lon_deg), timeout=WAIT_MS)


def _inside(panel: MapPanel, lat: float, lon: float) -> bool:
    view = panel.map_view.view
    return (
        view is not None and view.bounds.south < lat < view.bounds.north and view.bounds.west < lon < view.bounds.east
    )


def test_a_lost_link_is_written_over_the_map_and_nothing_on_it_moves(qtbot: QtBot, panel: MapPanel, room: Room) -> None:
    qtbot.waitUntil(lambda: ask(qtbot, panel.map_view, "Desk.points.pulsing") > 0, timeout=WAIT_MS)
    room.lose_link(75.0)
    assert panel.map_view.overlay_words.startswith("LINK LOST — data of ")
    qtbot.waitUntil(lambda: ask(qtbot, panel.map_view, "Desk.points.pulsing") == 0, timeout=WAIT_MS)
    room.link_is_well()
    assert panel.map_view.overlay_words == ""
    qtbot.waitUntil(lambda: ask(qtbot, panel.map_view, "Desk.points.pulsing") > 0, timeout=WAIT_MS)


def test_a_station_that_falls_silent_grows_old_on_the_map(qtbot: QtBot, panel: MapPanel, room: Room) -> None:
    station = laocai().stations[0]
    panel.map_view.fly_to(station.lat_deg, station.lon_deg, 17)
    at_zoom(qtbot, panel, 17)
    look = f"(i => i && i.look)(Desk.points.items.get('station/{station.station_id}'))"
    assert ask(qtbot, panel.map_view, look) == "normal"
    room.clock.set_offset_ms(station.interval_s * 4000)
    panel.hide()
    panel.show()  # what comes back into view is looked at anew, without waiting for the next round
    qtbot.waitUntil(lambda: ask(qtbot, panel.map_view, look) == "dim", timeout=WAIT_MS)


def test_tab_on_the_map_goes_from_alert_to_alert_worst_first(qtbot: QtBot, panel: MapPanel, room: Room) -> None:
    visited = []
    for _ in range(8):
        panel.next_alert()
        current = room.session.selection.current
        assert current is not None
        visited.append(current.key)
    assert visited[0] == "fire"
    assert visited[7] == "fire"
    assert set(visited) == {"fire", "so2", "level", "flood", "rain", "fog", "camera"}


def test_keys_work_while_the_map_has_the_focus(qtbot: QtBot, panel: MapPanel, room: Room) -> None:
    panel.activateWindow()
    panel.map_view.setFocus()
    web = panel.map_view.focusProxy()
    assert web is not None
    target = web.focusProxy() or web
    qtbot.waitUntil(target.hasFocus, timeout=WAIT_MS)
    QTest.keyClick(target, Qt.Key.Key_Tab)
    assert room.session.selection.current == Selected("alert", "fire")
    at_zoom(qtbot, panel, 15)
    QTest.keyClick(target, Qt.Key.Key_Minus)
    at_zoom(qtbot, panel, 14)
    before = panel.map_view.view
    QTest.keyClick(target, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: before is not None and _lon(panel) > before.lon_deg, timeout=WAIT_MS)
    QTest.keyClick(target, Qt.Key.Key_Home)
    at_zoom(qtbot, panel, laocai().home.zoom)
    QTest.keyClick(target, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(panel.search.hasFocus, timeout=WAIT_MS)


def _lon(panel: MapPanel) -> float:
    return panel.map_view.view.lon_deg if panel.map_view.view is not None else 0.0


def test_the_search_jumps_without_diacritics(qtbot: QtBot, panel: MapPanel, room: Room) -> None:
    search = panel.search
    search.start()
    QTest.keyClicks(search, "o quy ho")
    assert any("Ô Quy Hồ" in text for text in search.offers())
    with qtbot.waitSignal(room.session.selection.go_to, timeout=WAIT_MS) as brought:
        QTest.keyClick(search, Qt.Key.Key_Return)
    assert brought.args == [Selected("camera", "dl-o-quy-ho")]
    at_zoom(qtbot, panel, 15)


def test_the_country_is_shown_with_its_islands(qtbot: QtBot, panel: MapPanel) -> None:
    panel.show_country()
    qtbot.waitUntil(lambda: _inside(panel, 16.5, 112.0) and _inside(panel, 8.6, 111.9), timeout=WAIT_MS)
    settled(qtbot, panel.map_view)
    assert _inside(panel, 23.3, 105.3)
    zoom = panel.map_view.view.zoom if panel.map_view.view else 0
    names = ask(qtbot, panel.map_view, f"Desk.boundaries.names({zoom}, 1).map(n => n.text)")
    assert any("Hoàng Sa" in name for name in names)
    assert any("Trường Sa" in name for name in names)


def test_what_is_hidden_and_where_it_looked_are_remembered(qtbot: QtBot, panel: MapPanel, room: Room) -> None:
    panel.map_view.fly_to(22.3, 104.1, 14)
    at_zoom(qtbot, panel, 14)
    panel.restore_state({"hidden_layers": ["camera", "nonsense"], "view": "broken", "base_tiles": 7})
    settled(qtbot, panel.map_view)
    assert ask(qtbot, panel.map_view, "[...Desk.points.items.keys()].filter(k => k.startsWith('camera/')).length") == 0
    state = panel.save_state()
    assert state["hidden_layers"] == ["camera"]
    assert state["view"] == [pytest.approx(22.3, abs=0.001), pytest.approx(104.1, abs=0.001), 14]


def test_a_wrong_base_map_file_is_said_in_the_header(qtbot: QtBot, panel: MapPanel, tmp_path: Path) -> None:
    panel.set_base_tiles(tmp_path / "none.mbtiles")
    qtbot.waitUntil(lambda: "not there" in panel.notice, timeout=WAIT_MS)


def test_a_citizens_report_is_selected_from_the_map_and_from_elsewhere(
    qtbot: QtBot, panel: MapPanel, room: Room
) -> None:
    went: list[Selected] = []
    room.session.selection.go_to.connect(went.append)
    room.happen(came(1, lat_deg=22.318), came(2, lat_deg=None))
    shape = "(i => i ? i.shape : null)(Desk.points.items.get('report/r1'))"
    qtbot.waitUntil(lambda: ask(qtbot, panel.map_view, shape) == "talk_ring", timeout=WAIT_MS)
    room.happen(routed(1, -1))
    qtbot.waitUntil(lambda: ask(qtbot, panel.map_view, shape) == "talk_diamond", timeout=WAIT_MS)
    room.session.selection.bring_room_to("report", "r1")
    at_zoom(qtbot, panel, 15)
    assert ask(qtbot, panel.map_view, "Desk.points.selected") == "report/r1"
    room.session.selection.clear()
    went.clear()
    click(qtbot, panel, 22.318, 103.9689)
    qtbot.waitUntil(lambda: went == [Selected("report", "r1")], timeout=WAIT_MS)
    room.session.selection.bring_room_to("report", "r2")
    assert panel.notice == "This report has no place on the map"


def test_how_many_came_from_where_is_a_layer_of_its_own_and_is_remembered(
    qtbot: QtBot, panel: MapPanel, room: Room
) -> None:
    room.happen(*(came(number, received_ms=room.clock.now_ms()) for number in range(1, 4)))
    assert panel.save_state()["heat"] is False
    panel.restore_state({"heat": True})
    heat = "[...Desk.areas.areas].filter(([owner]) => owner.startsWith('heat/')).map(([, [a]]) => [a.level, a.note])"
    qtbot.waitUntil(lambda: ask(qtbot, panel.map_view, heat) == [[12, "3"]], timeout=WAIT_MS)
    assert panel.save_state() | {"view": None} == {"heat": True, "heat_days": 30, "hidden_layers": [], "view": None}
    bubbles = "[...Desk.points.items.keys()].filter(id => id.startsWith('report/') || id.startsWith('~talks')).length"
    qtbot.waitUntil(lambda: ask(qtbot, panel.map_view, bubbles) == 0, timeout=WAIT_MS)
    panel.restore_state({})
    qtbot.waitUntil(lambda: ask(qtbot, panel.map_view, heat) == [], timeout=WAIT_MS)
    qtbot.waitUntil(lambda: ask(qtbot, panel.map_view, bubbles) == 1, timeout=WAIT_MS)


def says(qtbot: QtBot, panel: MapPanel, script: str, right: object) -> bool:
    return bool(ask(qtbot, panel.map_view, script) == right)


def test_the_cells_count_as_far_back_as_was_chosen(qtbot: QtBot, panel: MapPanel, room: Room) -> None:
    now_ms = room.clock.now_ms()
    ages_days = (1, 40, 400, 4000)
    room.happen(*(came(n, received_ms=now_ms - 86_400_000 * days) for n, days in enumerate(ages_days, 1)))
    notes = "[...Desk.areas.areas].filter(([owner]) => owner.startsWith('heat/')).map(([, [a]]) => a.note)"
    for days, counted in ((365, ["2"]), (30, ["1"]), (0, ["4"])):
        panel.restore_state({"heat": True, "heat_days": days})
        qtbot.waitUntil(partial(says, qtbot, panel, notes, counted), timeout=WAIT_MS)
        assert panel.save_state()["heat_days"] == days
    panel.restore_state({"heat_days": 7})
    assert panel.save_state()["heat_days"] == 0


def test_however_many_reports_come_at_once_all_are_drawn_and_what_went_meanwhile_is_not(
    qtbot: QtBot, panel: MapPanel, room: Room
) -> None:
    many = 3 * REPORTS_AT_ONCE
    room.happen(*(came(number) for number in range(1, many + 1)))
    index = panel.map_view.feed.index
    assert len(index.points("report")) < many
    room.happen(came(many, lat_deg=None))
    qtbot.waitUntil(lambda: len(index.points("report")) == many - 1, timeout=WAIT_MS)
