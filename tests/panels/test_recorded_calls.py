"""A recorded call on the timeline of a replay: a click or a key goes to it, and the hotline's board shows it."""

from __future__ import annotations

from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from backend.contracts.commands import Role
from backend.contracts.hotline import CallArrived
from console.models.replay import ReplayControl
from console.models.session import Selected
from console.models.word_rows import KEY_ROLE
from console.panels.hotline import HotlinePanel
from console.timebase import ReplayClock
from tests.panels.test_call_sound import Records
from tests.panels.test_hotline import Room, call
from tests.panels.test_timeline_transport import CTRL, KEY, Window
from tests.panels.timeline_room import EDGE_MS, ReplaySeat, recorded_call
from tests.unit.storage_samples import NOW_MS
from widgets.chart_types import View
from widgets.timeline_episodes import EPISODES_PX, bars
from widgets.timeline_paint import GUTTER_PX, Rows
from widgets.timeline_scale import Scale

MINUTE_MS = 60_000
HERE_MS = EDGE_MS - 10 * MINUTE_MS


@pytest.fixture
def seat(qapp: object) -> ReplaySeat:
    seat = ReplaySeat()
    seat.server.calls = [recorded_call(1, HERE_MS - 5 * MINUTE_MS), recorded_call(2, HERE_MS + 3 * MINUTE_MS)]
    return seat


@pytest.fixture
def window(seat: ReplaySeat, qtbot: QtBot) -> Window:
    made = Window(seat, qtbot)
    line = made.bar.timeline
    line.show_view(View(HERE_MS - 10 * MINUTE_MS, HERE_MS + 8 * MINUTE_MS))
    qtbot.waitUntil(lambda: line.contents.episodes is not None and len(line.contents.episodes.episodes) == 2)
    return made


def test_a_click_goes_to_the_call_s_beginning_and_selects_it(window: Window) -> None:
    line, session = window.bar.timeline, window.seat.session
    brought: list[Selected] = []
    session.selection.go_to.connect(brought.append)
    assert line.contents.episodes is not None
    top = Rows(len(line.contents.lanes), episodes=True).episodes_top
    scale = Scale(line.view, GUTTER_PX, line.plot_px)
    bar = bars(line.contents.episodes.episodes, scale, top)[0]
    QTest.mouseClick(line, Qt.MouseButton.LeftButton, pos=bar.rect.center().toPoint())
    assert window.seat.now_ms() == HERE_MS - 5 * MINUTE_MS
    assert session.selection.current == Selected("call", "t:1")
    assert brought == [Selected("call", "t:1")]
    assert line.contents.marked == "t:1"
    session.selection.select("camera", "x")
    assert line.contents.marked == ""


def test_keys_of_the_window_find_the_next_call_and_enter_goes_there(window: Window) -> None:
    window.press(KEY.Key_Down, CTRL)
    assert window.bar.timeline.contents.marked == "t:2"
    assert window.seat.now_ms() == HERE_MS, "nothing moves before Enter"
    window.press(KEY.Key_Return)
    assert window.seat.now_ms() == HERE_MS + 3 * MINUTE_MS
    window.press(KEY.Key_Down, CTRL)
    assert "No later recorded call" in window.bar._outcome.text()
    window.press(KEY.Key_Up, CTRL)
    window.press(KEY.Key_Up, CTRL)
    assert "No earlier recorded call" in window.bar._outcome.text()
    window.press(KEY.Key_Return)
    assert window.seat.now_ms() == HERE_MS - 5 * MINUTE_MS


def test_who_is_not_of_the_hotline_has_no_lane_of_it(qapp: object, qtbot: QtBot, seat: ReplaySeat) -> None:
    leader = ReplaySeat(Role.LEADER)
    without, full = Window(leader, qtbot), Window(seat, qtbot)
    assert without.bar.timeline.contents.episodes is None
    assert without.bar.timeline.height() == full.bar.timeline.height() - EPISODES_PX


class Board:
    """The hotline's board in a replay; what the timeline was told of call 1 is known, the room knows nothing of it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.room = Room(qtbot)
        self.server = Records()
        self.told = recorded_call(1, NOW_MS - 59_000)
        session = self.session = self.room.seat.session
        session.server = cast(Any, self.server)
        self.clock = ReplayClock(lambda: NOW_MS + 3_600_000)
        self.clock.first_ms = NOW_MS - 3_600_000
        self.clock.seek(self.told.begin_ms)
        session.clock, session.replay = self.clock, ReplayControl(self.clock)
        session.call_recordings["t:1"] = self.told.recording

    @property
    def panel(self) -> HotlinePanel:
        return self.room.panel

    def shown(self) -> str:
        return str(self.panel.table.currentIndex().data(KEY_ROLE)) if self.panel.table.isVisible() else ""


def test_a_call_that_rings_in_a_moment_is_told_its_sound_offered_and_its_row_chosen_when_it_rings(
    qtbot: QtBot,
) -> None:
    board = Board(qtbot)
    panel, session = board.panel, board.session
    session.selection.select("call", "t:1")
    assert "about to ring" in panel.chosen.text()
    assert panel.chosen.isVisible()
    assert panel.player.isVisible()
    QTest.mouseClick(panel.player.listen, Qt.MouseButton.LeftButton)
    assert board.server.asked == ["/api/v1/hotline/calls/t%3A1/recording"]
    board.room.seat.happen(CallArrived(call=call(2, 0)))
    assert panel.chosen.isVisible(), "it is not this one"
    board.room.seat.happen(CallArrived(call=call(1, 1)))
    assert board.shown() == "t:1"
    assert panel.chosen.isHidden()
    assert panel.player.isVisible(), "the room knows of no recording yet, the timeline does"
    assert panel.player.loaded


def test_who_goes_to_another_row_meanwhile_stays_there(qtbot: QtBot) -> None:
    board = Board(qtbot)
    panel = board.panel
    board.room.seat.happen(CallArrived(call=call(2, 0)), CallArrived(call=call(3, 1)))
    board.session.selection.select("call", "t:1")
    panel.table.selectRow(1)
    assert panel.chosen.isHidden()
    assert board.shown() == "t:3"
    board.room.seat.happen(CallArrived(call=call(1, 1)))
    assert board.shown() == "t:3"


def test_a_call_that_is_off_the_board_long_since_is_said_to_be_and_can_be_listened_to(qtbot: QtBot) -> None:
    board = Board(qtbot)
    board.clock.seek(board.told.end_ms + 3_000_000)
    board.session.selection.select("call", "t:1")
    assert "not on the board" in board.panel.chosen.text()
    assert board.panel.player.isVisible()
    board.session.selection.select("call", "nobody knows it")
    assert "not on the board" in board.panel.chosen.text()
    assert board.panel.player.isHidden()
    board.session.selection.clear()
    assert board.panel.chosen.isHidden()


def test_the_words_of_a_log_line_lead_to_the_board(qtbot: QtBot) -> None:
    board = Board(qtbot)
    board.room.seat.happen(CallArrived(call=call(1, 0)), CallArrived(call=call(2, 1)))
    board.session.selection.bring_room_to("call", "t:2")
    assert board.shown() == "t:2"
    board.session.selection.bring_room_to("call", "t:1")
    assert board.shown() == "t:1"
