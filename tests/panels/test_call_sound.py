"""The recording of a call at the hotline's desk: offered, fetched when asked for, played, along a replay's clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from backend.contracts.commands import Role
from backend.contracts.hotline import CallArrived, CallMoved, CallRecorded, CallRecording
from backend.simulate.voices import talk
from console.models.call_sound import CallSound, sound_player
from console.models.replay import ReplayControl
from console.timebase import ReplayClock
from tests.panels.test_hotline import Room, call
from tests.unit.storage_samples import NOW_MS
from widgets.sound_player import SoundPlayer

LENGTH_S = 8.0
START_MS = NOW_MS - 50_000
RECORDING = CallRecording(
    digest="a" * 64, mime="audio/wav", bytes=128_044, duration_ms=int(1000 * LENGTH_S), started_ms=START_MS,
    kept_until_ms=4_000_000_000_000,
)  # fmt: skip


class Records:
    """The server's door for recordings."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.trouble = ""

    def download(self, path: str, file: Path, done: Callable[[Path], None], failed: Callable[[str], None]) -> None:
        self.asked.append(path)
        if self.trouble:
            failed(self.trouble)
            return
        file.write_bytes(talk(LENGTH_S, 3))
        done(file)


@pytest.fixture
def room(qtbot: QtBot) -> Room:
    room = Room(qtbot)
    room.seat.happen(CallArrived(call=call(1, 0)))
    room.answer(1, agent="Bàn 9")
    room.seat.happen(CallMoved(call_id="t:1", step="ended", at_ms=NOW_MS))
    room.panel.table.selectRow(0)
    return room


def records(room: Room) -> Records:
    made = Records()
    room.seat.session.server = cast(Any, made)
    return made


def test_a_recording_is_offered_when_it_came_and_fetched_only_when_somebody_wants_to_listen(
    room: Room, qtbot: QtBot
) -> None:
    player, server = room.panel.player, records(room)
    assert player.isHidden()
    room.seat.happen(CallRecorded(call_id="t:1", recording=RECORDING))
    assert player.isVisible()
    assert "8\xa0s" in player.words
    assert (server.asked, player.loaded) == ([], False)
    QTest.mouseClick(player.listen, Qt.MouseButton.LeftButton)
    assert server.asked == ["/api/v1/hotline/calls/t%3A1/recording"]
    qtbot.waitUntil(lambda: player.playing and player.at_ms > 0, timeout=10_000)
    QTest.keyClick(player, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not player.playing, timeout=5_000)
    at_ms = player.at_ms
    QTest.keyClick(player, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: player.at_ms >= min(at_ms + 4_000, 7_000), timeout=5_000)
    QTest.keyClick(player, Qt.Key.Key_S)
    assert player.pace.text() == "1.5×"
    # Another call has nothing to listen to, and nothing sounds on.
    room.seat.happen(CallArrived(call=call(2, 1)))
    room.panel.table.selectRow(0)
    assert player.isHidden()
    assert not player.loaded


def test_what_cannot_be_fetched_or_is_kept_no_longer_is_said(room: Room) -> None:
    player, server = room.panel.player, records(room)
    server.trouble = "the link is away"
    room.seat.happen(CallRecorded(call_id="t:1", recording=RECORDING))
    QTest.mouseClick(player.listen, Qt.MouseButton.LeftButton)
    assert "the link is away" in player.words
    over = RECORDING.model_copy(update={"kept_until_ms": 1})
    room.seat.happen(CallRecorded(call_id="t:1", recording=over))
    assert "was kept until" in player.words
    assert player.listen.isHidden()


def test_who_is_not_of_the_hotline_is_offered_nothing(qtbot: QtBot) -> None:
    room = Room(qtbot, Role.LEADER)
    room.seat.happen(CallArrived(call=call(1, 0)), CallMoved(call_id="t:1", step="ended", at_ms=NOW_MS))
    room.seat.happen(CallRecorded(call_id="t:1", recording=RECORDING))
    room.panel.table.selectRow(0)
    assert room.panel.player.isHidden()


def test_the_sound_goes_along_with_a_clock_and_stands_when_that_stands_or_runs_backwards(
    qtbot: QtBot, tmp_path: Path
) -> None:
    player: SoundPlayer = sound_player()
    qtbot.addWidget(player)
    player.show()
    file = tmp_path / "a.wav"
    file.write_bytes(talk(LENGTH_S, 3))
    player.load(file, "")
    player.follow(0, 0)

    def follows(at_ms: float, rate: float, right: Callable[[], bool]) -> None:
        def look() -> bool:
            player.follow(at_ms, rate)
            return right()

        qtbot.waitUntil(look, timeout=10_000)

    follows(5_000, 1.0, lambda: player.playing and abs(player.at_ms - 5_000) < 1_500)
    follows(2_000, 0.0, lambda: not player.playing and abs(player.at_ms - 2_000) < 500)
    follows(2_000, -1.0, lambda: not player.playing)
    follows(-1, 1.0, lambda: not player.playing)
    follows(60_000, 1.0, lambda: not player.playing)


def test_in_a_replay_the_sound_goes_with_the_clock_within_the_call_and_is_free_beside_it(
    room: Room, qtbot: QtBot
) -> None:
    session, server = room.seat.session, records(room)
    clock = ReplayClock(lambda: NOW_MS + 3_600_000)
    clock.first_ms = START_MS - 1000
    clock.seek(START_MS + 3_000)
    session.live = cast(Any, SimpleNamespace(server=server, operator=session.operator, state=session.state))
    session.clock, session.replay = clock, ReplayControl(clock)
    room.seat.happen(CallRecorded(call_id="t:1", recording=RECORDING))
    player = room.panel.player
    QTest.mouseClick(player.listen, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: abs(player.at_ms - 3_000) < 300 and not player.playing, timeout=10_000)
    clock.set_rate(1.0)
    qtbot.waitUntil(lambda: player.playing and player.at_ms > 3_200, timeout=10_000)
    clock.set_rate(0.0)
    qtbot.waitUntil(lambda: not player.playing, timeout=10_000)
    clock.seek(START_MS + 60_000)
    qtbot.waitUntil(lambda: not room.panel.sound._followed, timeout=10_000)
    player.step(-60_000)
    player.toggle()
    qtbot.waitUntil(lambda: player.playing and 300 < player.at_ms < 8_000, timeout=10_000)


def test_a_file_that_is_no_sound_is_said_to_be_broken(qtbot: QtBot, tmp_path: Path, room: Room) -> None:
    player = sound_player()
    qtbot.addWidget(player)
    CallSound(room.seat.session, player)
    player.show()
    file = tmp_path / "a.wav"
    file.write_bytes(b"RIFF nothing of it")
    player.load(file, "Recorded")
    qtbot.waitUntil(lambda: "cannot be played" in player.words, timeout=10_000)
    assert not player.button.isVisible()
