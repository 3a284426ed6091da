"""The replay as an officer opens it: beside the live windows, told apart from them, left again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from backend.contracts.events import DeskActed
from console.replay_room import ReplayRooms
from resources import tokens
from tests.system.backend_process import SMALL_SITE
from tests.system.desk_in_process import RunningDesk, until

KEY = Qt.Key
pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def room(qapp: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with RunningDesk(SMALL_SITE, tmp_path_factory.mktemp("desk"), "duty") as room:
        yield room


def press(window: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window, key, modifier)


def opened(room: RunningDesk) -> ReplayRooms:
    """Open a replay by its key and wait until it stands where it was asked to."""
    replay = room.desk.replay
    press(room.window, KEY.Key_R)
    until(lambda: replay.running is not None and replay.room is not None, "the replay opens")
    running = replay.running
    assert running is not None
    until(lambda: running.session.link.condition == "live", "the room of that time is there")
    return replay


def test_the_replay_is_another_window_that_cannot_be_taken_for_the_live_one(room: RunningDesk) -> None:
    alert_id = room.new_alert("cam-1")
    raised_ms = room.alert(alert_id).raised_ms
    replay = opened(room)
    assert replay.room is not None
    assert replay.running is not None
    (window,) = replay.room.windows.windows
    assert window is not room.window
    assert room.window.isVisible(), "the live room goes on beside it"
    words = {label.text() for label in window.findChildren(QLabel) if label.isVisibleTo(window)}
    assert "REPLAY" in words
    assert any(word.startswith("replaying ") for word in words)
    assert not any(label.text() == "REPLAY" for label in room.window.findChildren(QLabel))
    picture = window.grab().toImage()
    frame = {picture.pixelColor(x, picture.height() // 2).name().upper() for x in range(tokens.REPLAY_FRAME_PX)}
    assert frame == {tokens.REPLAY.upper()}
    assert "REPLAY" in window.windowTitle()
    assert replay.running.clock.now_ms() < raised_ms
    assert alert_id not in replay.running.session.state.alerts, "it was not raised yet"
    assert alert_id in room.desk.session.state.alerts


def test_live_and_replay_go_on_side_by_side_and_the_replay_takes_no_command(room: RunningDesk) -> None:
    replay = opened(room)
    assert replay.running is not None
    before = replay.running.session.state.seq
    alert_id = room.new_alert("cam-1")
    assert replay.running.session.state.seq <= before + 5
    assert alert_id not in replay.running.session.state.alerts
    room.desk.session.commands.acknowledge(alert_id)
    until(lambda: room.alert(alert_id).acknowledged, "the live room takes commands")
    assert replay.running.session.commands.acknowledge(alert_id).failed


def test_the_end_of_the_replay_leaves_the_live_room_as_it_was_and_it_opens_again(room: RunningDesk) -> None:
    replay = room.desk.replay
    for _ in range(2):
        opened(room)
        assert replay.room is not None
        window = replay.room.windows.windows[0]
        press(window, KEY.Key_W, Qt.KeyboardModifier.ControlModifier)
        until(lambda: replay.room is None, "it is gone")
        until(room.window.isActiveWindow, "the live window has the keyboard again")
        assert room.desk.session.link.condition == "live"


def test_what_the_officer_did_at_his_desk_is_in_the_log(room: RunningDesk) -> None:
    told: list[DeskActed] = []
    room.desk.session.folded.connect(
        lambda events: told.extend(one.event for one in events if isinstance(one.event, DeskActed))
    )
    press(room.window, key_for(room, "map"))
    until(lambda: ("workspace", "map") in {(one.act, one.about) for one in told}, "the workspace is told")
    alert_id = room.new_alert("cam-1")
    until(lambda: "brought" in {one.act for one in told}, "what the desk did by itself is told apart")
    press(room.window, key_for(room, "map"))
    press(room.window, KEY.Key_G)
    until(lambda: ("go_to", f"alert:{alert_id}") in {(one.act, one.about) for one in told}, "where he went is told")
    opened(room)
    until(lambda: "replay" in {one.act for one in told}, "the replay is told")
    operators = room.desk.session.state.operators
    until(lambda: {one.shows for one in operators.values()} == {"map"}, "the state knows what he looks at")


def key_for(room: RunningDesk, workspace: str) -> Qt.Key:
    """The function key that shows it."""
    return KEY(KEY.Key_F1 + [one.key for one in room.desk.windows.workspaces].index(workspace))


def look_at(room: RunningDesk, key: Qt.Key, workspace: str) -> None:
    """Show a workspace, until the room knows of it and a little time has passed."""
    session = room.desk.session
    press(room.window, key)
    until(lambda: {one.shows for one in session.state.operators.values()} == {workspace}, workspace)
    at_ms = session.clock.now_ms()
    until(lambda: session.clock.now_ms() > at_ms + 300, "the next thing happens later")


def test_the_replay_shows_the_workspaces_that_the_officer_looked_at(room: RunningDesk) -> None:
    session = room.desk.session
    for workspace in ("environment", "map"):
        key = key_for(room, workspace)
        look_at(room, key, workspace)
    map_ms = session.clock.now_ms()
    replay = opened(room)
    assert replay.room is not None
    assert replay.running is not None
    running, windows = replay.running, replay.room.windows
    running.control.pause()
    until(lambda: running.control.edge_ms > map_ms, "all of it can be replayed")
    follow = next(deed for deed in replay.room.deeds if deed.text.startswith("Show the workspaces"))
    follow.act()
    running.control.seek(map_ms)
    until(lambda: windows.key == "map", "what he looked at last")
    running.control.seek(map_ms - 450)
    until(lambda: windows.key == "environment", "what he looked at before")
    follow.act()
    windows.show_workspace("replay")
    running.control.seek(map_ms)
    until(lambda: {one.shows for one in running.session.state.operators.values()} == {"map"}, "the state goes on")
    assert windows.key == "replay", "who does not follow any more chooses himself"


def bookmark(room: RunningDesk, window: QWidget, focused: str) -> None:
    before = set(room.desk.session.state.marks)
    press(window, KEY.Key_B)
    until(lambda: set(room.desk.session.state.marks) != before, f"the bookmark, with the focus in {focused}")


def test_a_key_of_the_replay_acts_wherever_the_focus_is(room: RunningDesk) -> None:
    """Two shortcuts of one key in one window are ambiguous for Qt, and neither acts: the wall has a B of its own."""
    replay = opened(room)
    assert replay.room is not None
    (window,) = replay.room.windows.windows
    window.activateWindow()
    until(window.isActiveWindow, "the replay has the keyboard")
    panels = dict(replay.room.windows.panels())
    for key in ("video_wall", "map", "station_chart", "inbox"):
        panel = panels[key]
        assert isinstance(panel, QWidget)
        panel.setFocus()
        bookmark(room, window, key)


def test_live_panels_keep_their_own_keys(room: RunningDesk) -> None:
    shortcuts = room.window.findChildren(QShortcut)
    assert shortcuts
    assert all(one.isEnabled() for one in shortcuts)
