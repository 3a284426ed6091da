"""The camera wall and the alarm strip in real windows, with real decode workers and a real RTSP server."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from backend.contracts.events import AlertRaised, CameraChanged, RecordingChanged
from backend.contracts.kinds.alerts import Priority
from backend.contracts.state import RoomState
from console.models.cameras import KEY_ROLE, CameraFilter, CameraTreeModel
from console.models.places import CamerasThere, cameras_at
from console.models.session import Selected, SelectedKind
from console.models.wall import SNAPSHOT_FOLDER
from console.panels import panel_specs
from console.panels.camera_strip import CameraStrip
from console.panels.video_wall import VideoWall
from tests.panels.map_room import alert, laocai
from tests.panels.wall_room import WallRoom, camera_server, drop_mime, picture_of, share_of
from tests.system.rtsp_server_process import RtspServer
from widgets.tile_gestures import mime_for
from widgets.tile_layout import GRIDS, WALL_GRIDS, boxes

LIVE_MS = 15_000
SOON_MS = 4_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtspServer]:
    with camera_server(tmp_path_factory.mktemp("cameras")) as started:
        yield started


@pytest.fixture
def room(qtbot: QtBot, server: RtspServer) -> Iterator[WallRoom]:
    made = WallRoom(server)
    yield made
    made.close()


@pytest.fixture
def panel(qtbot: QtBot, room: WallRoom) -> VideoWall:
    made = VideoWall(room.session)
    qtbot.addWidget(made)
    made.resize(1280, 720)
    made.set_grid("4")
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.canvas.setFocus()
    return made


def wait_live(qtbot: QtBot, panel: VideoWall | CameraStrip) -> None:
    def all_live() -> bool:
        shown = [tile for _, tile in panel.canvas.visible_tiles() if tile.content is not None]
        return bool(shown) and all(tile.status.state == "live" for tile in shown)

    qtbot.waitUntil(all_live, timeout=LIVE_MS)


def wait_state(qtbot: QtBot, panel: VideoWall, state: str) -> None:
    qtbot.waitUntil(lambda: panel.canvas.tiles[0].status.state == state, timeout=LIVE_MS)


def test_the_wall_opens_with_the_sites_cameras_live(qtbot: QtBot, panel: VideoWall, room: WallRoom) -> None:
    assert not panel.is_live()
    wait_live(qtbot, panel)
    assert panel.is_live()
    assert panel.wall.camera_ids == room.camera_ids[:4]
    assert {spec.key for spec in panel_specs().values()} >= {"video_wall", "camera_strip"}


def test_a_frozen_tile_is_dimmed_hatched_and_labelled_and_a_live_one_is_not(
    qtbot: QtBot, panel: VideoWall, server: RtspServer
) -> None:
    wait_live(qtbot, panel)
    live = picture_of(panel.canvas, 1)
    assert share_of(live, lighter_than=150) < 0.02
    server.process.send_signal(signal.SIGSTOP)
    qtbot.waitUntil(lambda: panel.canvas.tiles[1].status.state == "frozen", timeout=SOON_MS)
    label = panel.canvas.tiles[1].label
    assert label.condition == "FROZEN"
    assert label.age.startswith("since ")
    assert ":" in label.age
    frozen = picture_of(panel.canvas, 1)
    assert share_of(frozen, lighter_than=110) > 0.08
    assert live.pixelColor(40, 120).lightness() > 0
    server.process.send_signal(signal.SIGCONT)
    wait_live(qtbot, panel)
    assert share_of(picture_of(panel.canvas, 1), lighter_than=150) < 0.02


def test_every_grid_is_chosen_by_its_key(qtbot: QtBot, panel: VideoWall) -> None:
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow, timeout=SOON_MS)  # keys of a window count while it has the keyboard
    for number, name in enumerate(WALL_GRIDS[:9], 1):
        QTest.keyClick(panel, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier)
        assert panel.canvas.grid_name == name
        assert len(panel.canvas.tiles) == GRIDS[name].tiles


@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("size", [(1920, 1080), (1277, 719), (333, 211)])
def test_tiles_fill_the_area_and_never_overlap(name: str, size: tuple[int, int]) -> None:
    places = boxes(GRIDS[name], *size)
    assert len(places) == GRIDS[name].tiles
    for number, one in enumerate(places):
        assert one.width > 0
        assert one.height > 0
        assert 0 <= one.left <= one.left + one.width <= size[0]
        assert 0 <= one.top <= one.top + one.height <= size[1]
        for other in places[number + 1 :]:
            apart = (
                one.left + one.width <= other.left
                or other.left + other.width <= one.left
                or one.top + one.height <= other.top
                or other.top + other.height <= one.top
            )
            assert apart
    assert max(one.left + one.width for one in places) == size[0]
    assert max(one.top + one.height for one in places) == size[1]


def test_a_camera_dropped_from_the_tree_is_shown_and_tiles_dragged_change_places(
    qtbot: QtBot, panel: VideoWall, room: WallRoom
) -> None:
    before = panel.wall.camera_ids
    drop_mime(panel.canvas, 2, mime_for(room.camera_ids[9]))
    assert panel.wall.camera_ids[2] == room.camera_ids[9]
    assert panel.canvas.current == 2
    drop_mime(panel.canvas, 0, panel.canvas.gestures.mime_of_tile(2))
    assert panel.wall.camera_ids == [room.camera_ids[9], before[1], before[0], before[3]]
    drop_mime(panel.canvas, 3, QMimeData())
    assert panel.wall.camera_ids[3] == before[3]
    wait_live(qtbot, panel)


def test_the_camera_tree_is_searched_without_diacritics(qtbot: QtBot, room: WallRoom) -> None:
    model, found = CameraTreeModel(room.session), CameraFilter()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    found.setSourceModel(model)
    QAbstractItemModelTester(found, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.refresh()

    def keys() -> list[str]:
        groups = [found.index(row, 0) for row in range(found.rowCount(QModelIndex()))]
        return [
            str(found.index(row, 0, group).data(KEY_ROLE)) for group in groups for row in range(found.rowCount(group))
        ]

    assert sorted(keys()) == sorted(room.camera_ids)
    found.search("coc leu")
    assert "gt-coc-leu" in keys()
    assert len(keys()) < len(room.camera_ids)
    found.search("LÈU Cóc")
    assert "gt-coc-leu" in keys()
    found.search("khong co dau")
    assert keys() == []
    found.search("")
    room.happen(CameraChanged(camera_id="gt-coc-leu", condition="lost", reason="refused"))
    model.refresh(["gt-coc-leu"])
    texts = [str(found.index(row, 0, found.index(0, 0)).data()) for row in range(found.rowCount(found.index(0, 0)))]
    assert any("✕" in text for text in texts)


def test_enter_in_the_tree_opens_the_camera(qtbot: QtBot, panel: VideoWall) -> None:
    panel.camera_list.field.setFocus()
    QTest.keyClicks(panel.camera_list.field, "o quy ho")
    QTest.keyClick(panel.camera_list.field, Qt.Key.Key_Down)
    with qtbot.waitSignal(panel.camera_list.chosen, timeout=SOON_MS):
        QTest.keyClick(panel.camera_list.tree, Qt.Key.Key_Return)
    assert "dl-o-quy-ho" in panel.wall.camera_ids


def test_a_patrol_shows_page_after_page_until_it_is_stopped(qtbot: QtBot, panel: VideoWall, room: WallRoom) -> None:
    cameras = room.camera_ids[:10]
    pages: list[list[str]] = []
    panel.patrol.page.connect(lambda page: pages.append(list(page)))
    panel.patrol.start(cameras, 4, 0.15)
    qtbot.waitUntil(lambda: len(pages) >= 4, timeout=SOON_MS)
    assert pages[:4] == [cameras[:4], cameras[4:8], cameras[8:10], cameras[:4]]
    panel.patrol.stop()
    count = len(pages)
    panel.patrol.next()
    assert len(pages) == count + 1
    qtbot.waitUntil(lambda: not panel.patrol.running, timeout=SOON_MS)
    panel.toggle_patrol()
    assert panel.patrol.running
    first = laocai().patrols[0].camera_ids[:4]
    assert panel.wall.camera_ids == list(first)
    panel.set_grid("9")
    assert panel.wall.camera_ids[: len(laocai().patrols[0].camera_ids)] == list(laocai().patrols[0].camera_ids[:9])


def at(room: WallRoom, kind: SelectedKind, key: str, count: int) -> CamerasThere:
    there = cameras_at(room.state, Selected(kind, key), count)
    assert there is not None
    return there


def test_going_to_an_alert_shows_the_nearest_cameras_and_back_what_was_there(
    qtbot: QtBot, panel: VideoWall, room: WallRoom
) -> None:
    before = panel.wall.camera_ids
    room.happen(AlertRaised(alert=alert("a1", lat_deg=22.335, lon_deg=103.84)))
    room.session.selection.bring_room_to("alert", "a1")
    assert panel.wall.camera_ids == list(at(room, "alert", "a1", 4).camera_ids)
    panel.go_back()
    assert panel.wall.camera_ids == before
    room.session.selection.bring_room_to("camera", "dl-ho-sa-pa")
    assert "dl-ho-sa-pa" in panel.wall.camera_ids


def test_the_tree_marks_how_a_camera_is_recorded_and_names_only_trouble(room: WallRoom, panel: VideoWall) -> None:
    model = CameraTreeModel(room.session)
    model.refresh()
    camera = laocai().cameras[0]
    item = next(
        group.child(row)
        for group in (model.item(each) for each in range(model.rowCount()))
        for row in range(group.rowCount())
        if group.child(row).data(KEY_ROLE) == camera.camera_id
    )
    assert item.icon().isNull()
    room.happen(RecordingChanged(camera_id=camera.camera_id, condition="recording"))
    model.refresh([camera.camera_id])
    assert item.text() == camera.name_vi
    assert not item.icon().isNull()
    assert "recording" in item.toolTip()
    room.happen(RecordingChanged(camera_id=camera.camera_id, condition="failed", reason="đĩa đầy"))
    model.refresh([camera.camera_id])
    assert "cannot be stored" in item.text()
    assert "đĩa đầy" in item.toolTip()
    room.happen(RecordingChanged(camera_id=camera.camera_id, condition="off"))
    model.refresh([camera.camera_id])
    assert item.icon().isNull()
    assert item.text() == camera.name_vi


def test_what_is_looked_at_large_and_saved_is_told_to_the_room(
    qtbot: QtBot, panel: VideoWall, room: WallRoom, tmp_path: Path
) -> None:
    acted: list[tuple[str, str]] = []
    room.session.acted.connect(lambda act, about: acted.append((act, about)))
    room.session.preferences.set(SNAPSHOT_FOLDER, str(tmp_path))
    wait_live(qtbot, panel)
    camera_id = panel.wall.camera_ids[0]
    panel.canvas.select(0)
    panel.canvas.setFocus()
    QTest.keyClick(panel.canvas, Qt.Key.Key_Return)
    QTest.keyClick(panel.canvas, Qt.Key.Key_Return)
    assert acted == [("camera", camera_id)]
    panel.wall.snapshot(0)
    qtbot.waitUntil(lambda: acted[-1] == ("snapshot", camera_id), timeout=5_000)


def test_a_large_tile_plays_the_main_stream_and_the_hidden_ones_cost_nothing(
    qtbot: QtBot, panel: VideoWall, room: WallRoom
) -> None:
    wait_live(qtbot, panel)
    assert {stream for _, stream in room.video.decodes} == {"sub"}
    camera_id = panel.wall.camera_ids[1]
    QTest.mouseDClick(
        panel.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, panel.canvas.tiles[1].place.center()
    )
    qtbot.waitUntil(lambda: panel.canvas.enlarged == 1, timeout=SOON_MS)
    qtbot.waitUntil(lambda: set(room.video.decodes) == {(camera_id, "main")}, timeout=LIVE_MS)
    wait_live(qtbot, panel)
    QTest.keyClick(panel.canvas, Qt.Key.Key_Escape)
    assert panel.canvas.enlarged is None
    qtbot.waitUntil(lambda: len([key for key in room.video.decodes if key[1] == "sub"]) == 4, timeout=LIVE_MS)
    wait_live(qtbot, panel)


def test_a_hidden_wall_decodes_nothing(qtbot: QtBot, panel: VideoWall, room: WallRoom) -> None:
    wait_live(qtbot, panel)
    panel.hide()
    qtbot.waitUntil(lambda: not room.video.decodes, timeout=SOON_MS)
    panel.show()
    wait_live(qtbot, panel)


def test_the_same_camera_in_several_tiles_is_decoded_once(qtbot: QtBot, panel: VideoWall, room: WallRoom) -> None:
    camera_id = room.camera_ids[0]
    for index in range(4):
        panel.wall.put(index, camera_id)
    qtbot.waitUntil(lambda: len(room.video.decodes) == 1, timeout=SOON_MS)
    wait_live(qtbot, panel)


def test_arrows_move_the_selection_and_the_room_follows(qtbot: QtBot, panel: VideoWall, room: WallRoom) -> None:
    for key, expected in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_Down, 3), (Qt.Key.Key_Left, 2), (Qt.Key.Key_Up, 0)):
        QTest.keyClick(panel.canvas, key)
        assert panel.canvas.current == expected
    current = room.session.selection.current
    assert current is not None
    assert (current.kind, current.key) == ("camera", room.camera_ids[0])
    QTest.keyClick(panel.canvas, Qt.Key.Key_Delete)
    assert panel.wall.camera_ids[0] == ""


def test_the_wheel_zooms_under_the_pointer_and_escape_leaves_the_zoom(qtbot: QtBot, panel: VideoWall) -> None:
    wait_live(qtbot, panel)
    tile = panel.canvas.tiles[0]
    qtbot.waitUntil(lambda: not tile.drawn.isEmpty(), timeout=SOON_MS)
    spot = QPointF(tile.place.left() + 20.0, tile.place.center().y())
    for _ in range(4):
        wheel = QWheelEvent(
            spot, panel.canvas.mapToGlobal(spot), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(panel.canvas, wheel)
    assert tile.zoom == pytest.approx(1.25**4)
    assert tile.centre.x() < 0.4
    qtbot.waitUntil(lambda: tile.status.state == "live", timeout=LIVE_MS)
    QTest.keyClick(panel.canvas, Qt.Key.Key_Escape)
    assert tile.zoom == 1.0


def test_a_snapshot_is_a_file_named_by_camera_and_time(
    qtbot: QtBot, panel: VideoWall, room: WallRoom, tmp_path: Path
) -> None:
    room.session.preferences.set(SNAPSHOT_FOLDER, str(tmp_path / "pictures"))
    wait_live(qtbot, panel)
    with qtbot.waitSignal(panel.wall.saved, timeout=SOON_MS) as saved:
        QTest.keyClick(panel.canvas, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    path = Path(str(saved.args[0]))
    assert path.name.startswith(room.camera_ids[0] + "_2")
    assert path.stat().st_size > 1000
    panel.wall.clear(0)
    with qtbot.waitSignal(panel.wall.save_failed, timeout=SOON_MS):
        QTest.keyClick(panel.canvas, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)


def test_layout_cameras_and_patrol_are_remembered(qtbot: QtBot, panel: VideoWall, room: WallRoom) -> None:
    panel.set_grid("1+5")
    panel.wall.clear(1)
    state = panel.save_state()
    other = VideoWall(room.session)
    qtbot.addWidget(other)
    other.restore_state(state)
    assert other.canvas.grid_name == "1+5"
    assert other.wall.camera_ids == panel.wall.camera_ids
    other.restore_state({"grid": "77", "cameras": [3, None], "tree": "x", "patrol": 9})
    assert other.canvas.grid_name == "1+5"


def test_an_alert_at_a_camera_marks_its_tile_and_simulated_pictures_say_so(
    qtbot: QtBot, panel: VideoWall, room: WallRoom
) -> None:
    camera_id = room.camera_ids[1]
    content = panel.canvas.tiles[1].content
    assert content is not None
    assert (content.caption.mark, content.caption.priority) == ("SIMULATED", 0)
    room.happen(AlertRaised(alert=alert("a2", Priority.HIGH, place_id=camera_id)))
    assert content.caption.priority == 2


def test_wall_mode_shows_pictures_only(qtbot: QtBot, panel: VideoWall) -> None:
    QTest.keyClick(panel.canvas, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: panel.canvas.wall, timeout=SOON_MS)
    assert not panel.camera_list.isVisible()
    qtbot.waitUntil(lambda: panel.canvas.size() == panel.size(), timeout=SOON_MS)
    QTest.keyClick(panel.canvas, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not panel.canvas.wall, timeout=SOON_MS)
    qtbot.waitUntil(panel.camera_list.isVisible, timeout=SOON_MS)


def test_a_camera_without_an_address_says_so(qtbot: QtBot, panel: VideoWall, room: WallRoom) -> None:
    room.video.set_streams(())
    qtbot.waitUntil(lambda: panel.canvas.tiles[0].label.reason == "no address for this camera", timeout=SOON_MS)
    assert panel.canvas.tiles[0].status.state == "lost"


def test_cameras_and_files_of_the_command_line_come_first(qtbot: QtBot, server: RtspServer) -> None:
    clip = next(iter(server.mounts.values())).clip
    room = WallRoom(server, [str(clip), server.address("gt-coc-leu/sub")])
    wall = VideoWall(room.session)
    qtbot.addWidget(wall)
    wall.resize(900, 600)
    wall.set_grid("4")
    with qtbot.waitExposed(wall):
        wall.show()
    assert wall.wall.camera_ids[:2] == ["own-1", "own-2"]
    file_tile = wall.canvas.tiles[0].content
    assert file_tile is not None
    assert (file_tile.caption.name, file_tile.caption.mark) == (clip.name, "FILE")
    wait_live(qtbot, wall)
    room.close()


def test_the_strip_follows_the_selection_and_patrols_without_one(qtbot: QtBot, room: WallRoom) -> None:
    strip = CameraStrip(room.session)
    qtbot.addWidget(strip)
    strip.resize(560, 480)
    with qtbot.waitExposed(strip):
        strip.show()
    patrol = laocai().patrols[0]
    qtbot.waitUntil(lambda: strip.patrol.running, timeout=SOON_MS)
    assert strip.wall.camera_ids == list(patrol.camera_ids[:6])
    assert patrol.name_vi in strip.title
    station = laocai().stations[0]
    room.session.selection.select("station", station.station_id)
    qtbot.waitUntil(lambda: not strip.patrol.running, timeout=SOON_MS)
    assert strip.wall.camera_ids == list(at(room, "station", station.station_id, 6).camera_ids)
    wait_live(qtbot, strip)
    assert strip.is_live()
    room.session.selection.clear()
    assert strip.patrol.running


def test_a_wall_without_a_site_waits_for_one(qtbot: QtBot, room: WallRoom) -> None:
    site, room.state.site = room.state.site, None
    wall = VideoWall(room.session)
    qtbot.addWidget(wall)
    assert isinstance(room.state, RoomState)
    assert not any(wall.wall.camera_ids)
    assert not wall.is_live()
    room.state.site = site


def test_a_larger_grid_shows_further_cameras_and_leaves_emptied_tiles_empty(qtbot: QtBot, panel: VideoWall) -> None:
    panel.set_grid("4")
    panel.wall.clear(1)
    panel.set_grid("9")
    shown = panel.wall.camera_ids
    assert not shown[1]
    assert all(shown[4:6])
    named = [camera_id for camera_id in shown if camera_id]
    assert len(named) == len(set(named))
