"""The timeline of a real replay window over a real backend: bars of what happened, jumps, marks that come back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from backend.contracts.replay import LIVE_EDGE_MS
from console.chrome.transport import TransportBar
from console.chrome.transport_dialogs import EvidenceDialog
from console.windows import RoomWindow
from tests.system.backend_process import SMALL_SITE
from tests.system.desk_in_process import RunningDesk, until
from widgets.chart_types import View
from widgets.timeline_types import Flag

pytestmark = pytest.mark.timeout(120)

KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


class Replayed:
    """A desk on which a fire was seen, and a replay of it in a window of its own."""

    def __init__(self, room: RunningDesk) -> None:
        self.room = room
        self.alert_id = room.new_alert("cam-1")
        self.raised_ms = room.alert(self.alert_id).raised_ms
        room.desk.session.commands.acknowledge(self.alert_id, "đã gọi 114")
        until(lambda: room.alert(self.alert_id).acknowledged, "acknowledged")
        clock = room.desk.session.clock
        acknowledged_ms = clock.now_ms()
        until(lambda: clock.now_ms() - LIVE_EDGE_MS > acknowledged_ms + 200, "what happened can be replayed")
        room.desk.replay.open(self.raised_ms)
        assert room.desk.replay.room is not None
        assert room.desk.replay.running is not None
        self.window: RoomWindow = room.desk.replay.room.windows.windows[0]
        self.control = room.desk.replay.running.control
        self.bar = next(iter(self.window.findChildren(TransportBar)))
        until(lambda: self.bar.model.density is not None, "the timeline is loaded")
        self.window.activateWindow()
        until(self.window.isActiveWindow, "the replay window has the keyboard")

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        focus = QApplication.focusWidget()
        QTest.keyClick(self.window if focus is None or focus.window() is not self.window else focus, key, modifiers)

    def flags(self) -> tuple[Flag, ...]:
        return self.bar.timeline.contents.flags


@pytest.fixture(scope="module")
def replayed(qapp: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replayed]:
    with RunningDesk(SMALL_SITE, tmp_path_factory.mktemp("timeline"), "duty") as room:
        yield Replayed(room)


def test_the_alert_and_the_acknowledgement_stand_in_their_lanes(replayed: Replayed) -> None:
    line, raised_ms = replayed.bar.timeline, replayed.raised_ms

    def shown(lane: str) -> bool:
        density = line.contents.density
        if density is None or lane not in density.counts:
            return False
        bucket = (raised_ms - density.start_ms) // density.bucket_ms
        near = density.counts[lane][max(0, bucket - 2000 // density.bucket_ms - 1) : bucket + 10]
        return bool(near.sum())

    line.show_view(View(raised_ms - 20_000, raised_ms + 20_000))
    until(lambda: shown("alert") and shown("operator"), "both are counted")


@pytest.mark.parametrize("span_ms", [1000, 60_000, 3_600_000, 30 * 86_400_000])
def test_every_zoom_is_answered(replayed: Replayed, span_ms: int) -> None:
    model, raised_ms = replayed.bar.model, replayed.raised_ms
    asked = model._asked
    replayed.bar.timeline.show_view(View(raised_ms - span_ms // 2, raised_ms + span_ms // 2))
    until(lambda: model._asked is not asked and not model._asking, f"{span_ms} ms are answered")
    assert model.fault == ""


def test_the_key_of_the_previous_event_finds_the_alert(replayed: Replayed) -> None:
    replayed.control.seek(replayed.raised_ms + 400)
    lane = replayed.bar._lane
    lane.setCurrentIndex(lane.findData("alert"))
    replayed.press(KEY.Key_Left, CTRL)
    until(lambda: abs(replayed.control.clock.now_ms() - replayed.raised_ms) < 300, "the head stands at the alert")


def test_a_bookmark_of_the_replay_goes_to_the_live_room_and_comes_back_solid(replayed: Replayed) -> None:
    live = replayed.room.desk.session
    replayed.control.seek(replayed.raised_ms)
    replayed.press(KEY.Key_B)
    assert [flag.pending for flag in replayed.flags()] == [True]
    until(lambda: [flag.pending for flag in replayed.flags()] == [False], "its event is back")
    (mark,) = live.state.marks.values()
    assert (mark.kind, mark.at_ms) == ("bookmark", replayed.raised_ms)
    replayed.bar.model.remove(replayed.flags()[0])
    until(lambda: replayed.flags() == (), "it is gone again")
    assert live.state.marks == {}


def test_a_hold_of_the_marked_span_is_in_the_rooms_state(replayed: Replayed) -> None:
    live = replayed.room.desk.session
    replayed.control.set_span(replayed.raised_ms - 2000, replayed.raised_ms + 2000)
    replayed.press(KEY.Key_H, CTRL)
    dialog = replayed.bar.findChild(EvidenceDialog)
    assert isinstance(dialog, EvidenceDialog)
    dialog.words.setText("Cháy nhà dân")
    dialog.submit.click()
    until(lambda: bool(live.state.holds), "the room holds it")
    (hold,) = live.state.holds.values()
    assert (hold.start_ms, hold.end_ms) == replayed.control.span_ms
    until(lambda: not isValid(dialog) or not dialog.isVisible(), "its dialog closed by itself")
