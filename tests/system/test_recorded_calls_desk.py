"""A recorded call in a real replay: its bar on the timeline, a click on it, the hotline's board, and what was said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from backend.contracts.events import DeskActed, LoggedEvent
from backend.contracts.hotline import Call
from backend.contracts.replay import LIVE_EDGE_MS
from backend.simulate.voices import talk
from console.chrome.transport import TransportBar
from console.models.word_rows import KEY_ROLE
from console.panels.hotline import HotlinePanel
from tests.system.backend_process import SMALL_SITE
from tests.system.desk_in_process import RunningDesk, until
from tests.system.test_hotline_desk import tell
from widgets.chart_types import View
from widgets.timeline_episodes import bars
from widgets.timeline_paint import GUTTER_PX, Rows
from widgets.timeline_scale import Scale

pytestmark = pytest.mark.timeout(120)

TALK_S = 2.0
CALL_ID = "camera-ai:1"


class Replayed:
    """A desk at which a call was taken and recorded, and a replay of it, opened after the call."""

    def __init__(self, room: RunningDesk) -> None:
        self.room = room
        self.live = room.desk.session
        tell(room, "1", "arrived", caller="0912345678", queue="1022")
        tell(room, "1", "answered", agent="Bàn 9")
        until(lambda: self.call.answered_ms is not None, "it is answered")
        answered_ms = self.call.answered_ms or 0
        until(lambda: self.live.clock.now_ms() > answered_ms + 1000 * TALK_S, "they have talked")
        tell(room, "1", "ended")
        until(lambda: self.call.is_over, "it is over")
        started = datetime.fromtimestamp(answered_ms / 1000, UTC).isoformat()
        room.ingest("camera-ai", "recordings/1", talk(TALK_S, 1), started=started)
        until(lambda: self.call.recording is not None, "its recording is here")
        after_ms = self.live.clock.now_ms()
        until(lambda: self.live.clock.now_ms() - LIVE_EDGE_MS > after_ms, "all of it can be replayed")
        room.desk.replay.open(after_ms)
        assert room.desk.replay.room is not None
        assert room.desk.replay.running is not None
        self.windows = room.desk.replay.room.windows
        self.session = room.desk.replay.running.session
        self.control = room.desk.replay.running.control
        (self.bar,) = self.windows.windows[0].findChildren(TransportBar)

    @property
    def call(self) -> Call:
        call = self.live.state.call(CALL_ID)
        return call if call is not None else Call(call_id="?", producer_id="?", arrived_ms=0, changed_ms=0)

    def panel(self) -> HotlinePanel | None:
        found = dict(self.windows.panels()).get("hotline")
        return found if isinstance(found, HotlinePanel) else None


@pytest.fixture
def replayed(qapp: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replayed]:
    with RunningDesk(SMALL_SITE, tmp_path_factory.mktemp("calls"), "duty") as room:
        yield Replayed(room)


def test_a_click_on_the_call_brings_the_replay_to_its_ring_and_the_board_that_plays_what_was_said(
    replayed: Replayed,
) -> None:
    line, arrived_ms = replayed.bar.timeline, replayed.call.arrived_ms
    line.show_view(View(arrived_ms - 20_000, arrived_ms + 20_000))
    until(lambda: line.contents.episodes is not None and bool(line.contents.episodes.episodes), "its bar is there")
    row = line.contents.episodes
    assert row is not None
    (bar,) = bars(
        row.episodes,
        Scale(line.view, GUTTER_PX, line.plot_px, line.devicePixelRatioF()),
        Rows(len(line.contents.lanes), episodes=True).episodes_top,
    )
    assert "Bàn 9" in bar.episodes[0].tip
    QTest.mouseClick(line, Qt.MouseButton.LeftButton, pos=bar.rect.center().toPoint())
    assert replayed.control.clock.now_ms() == arrived_ms, "the clock stands at the call"
    until(lambda: replayed.panel() is not None, "the hotline's board is shown")
    panel = replayed.panel()
    assert panel is not None
    until(lambda: replayed.session.state.call(CALL_ID) is None, "the room stands where it has not rung yet")
    until(panel.player.isVisible, "what was said can be listened to before it rings")
    assert panel.chosen.isVisible()
    QTest.mouseClick(panel.player.listen, Qt.MouseButton.LeftButton)
    until(lambda: panel.player.loaded, "its recording came through the door")
    replayed.control.play(1.0)
    until(lambda: panel.table.currentIndex().data(KEY_ROLE) == CALL_ID, "its row is chosen when it rings")
    assert panel.chosen.isHidden()
    until(lambda: panel.player.playing and panel.player.at_ms > 0, "it sounds along with the replay")
    until(lambda: not panel.player.playing, "and stands when it is over")


def test_at_the_live_desk_a_call_that_is_gone_to_is_on_the_hotline_s_board_and_the_log_tells_who_went(
    qapp: object, tmp_path: Path
) -> None:
    with RunningDesk(SMALL_SITE, tmp_path, "duty") as room:
        session = room.desk.session
        acts: list[str] = []

        def take(events: tuple[LoggedEvent, ...]) -> None:
            acts.extend(one.event.about for one in events if isinstance(one.event, DeskActed))

        session.folded.connect(take)
        tell(room, "1", "arrived", caller="0912345678")
        tell(room, "2", "arrived", caller="0912345679")
        until(lambda: len(session.state.calls) == 2, "both ring")
        session.selection.bring_room_to("call", CALL_ID)
        until(lambda: "hotline" in dict(room.desk.windows.panels()), "the board is shown")
        panel = room.panel("hotline")
        assert isinstance(panel, HotlinePanel)
        until(lambda: panel.table.currentIndex().data(KEY_ROLE) == CALL_ID, "its row is chosen")
        until(lambda: f"call:{CALL_ID}" in acts, "the room's log tells it")
