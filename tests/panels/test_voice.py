"""The desk's voice: real speech of what wants a hand, quiet when muted, in a replay and for what is silent."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from backend.contracts.events import AlertAcknowledged
from backend.contracts.kinds.alerts import Priority
from console.chrome.annunciator import Annunciator
from console.chrome.speaker import Speaker
from console.chrome.status_bar import StatusBar
from console.chrome.voice import Voice, VoiceManner
from console.deeds import sound_deeds
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert

WAIT_MS = 5000
QUICK = VoiceManner(enabled=True, language="", burst_s=0.3, repeat_s=1.5, critical_when_muted=False)


class Ear:
    """A seat, what is said there, and how long each sentence is."""

    def __init__(self, folder: Path, manner: VoiceManner = QUICK, program: str | None = None) -> None:
        self.seat = Seat(language="vi")
        self.annunciator = Annunciator(self.seat.session, folder, 0.5, True)
        self.speaker = Speaker("vi", "", 400, 0.5, program)
        self.voice = Voice(self.seat.session, self.annunciator, self.speaker, manner)
        self.said: list[tuple[str, str]] = []
        self.lengths_s: list[float] = []
        self.voice.said.connect(lambda alert_id, sentence: self.said.append((alert_id, sentence)))
        self.speaker.synthesised.connect(self.lengths_s.append)

    @property
    def ids(self) -> list[str]:
        return [alert_id for alert_id, _ in self.said]


@pytest.fixture
def ear(qtbot: QtBot, tmp_path: Path) -> Ear:
    return Ear(tmp_path)


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed here")
def test_a_burst_is_said_aloud_as_its_worst_and_a_count(qtbot: QtBot, ear: Ear) -> None:
    ear.seat.raise_alerts(*[alert(f"a{number}", Priority.MEDIUM) for number in range(10)], alert("b", Priority.HIGH))
    qtbot.waitUntil(lambda: bool(ear.lengths_s), timeout=WAIT_MS)
    assert ear.said == [("b", "Mức cao. Cháy. còn mười cảnh báo khác.")]
    assert ear.lengths_s[0] > 0.5
    qtbot.waitUntil(lambda: not ear.speaker.busy, timeout=2 * WAIT_MS)


def test_what_is_critical_is_said_again_until_it_is_acknowledged(qtbot: QtBot, ear: Ear) -> None:
    ear.seat.raise_alerts(alert("fire", Priority.CRITICAL))
    qtbot.waitUntil(lambda: ear.ids == ["fire", "fire"], timeout=2 * WAIT_MS)
    ear.seat.happen(AlertAcknowledged(alert_id="fire"), actor="an.tran")
    assert not ear.speaker.busy
    ear.seat.raise_alerts(alert("later", Priority.LOW))
    qtbot.waitUntil(lambda: ear.ids[-1] == "later", timeout=WAIT_MS)
    assert ear.ids == ["fire", "fire", "later"]


def test_muted_nothing_is_said_and_a_silent_alert_never(qtbot: QtBot, ear: Ear) -> None:
    ear.annunciator.mute(0.02)
    quiet = alert("test", Priority.CRITICAL).model_copy(update={"silent": True})
    ear.seat.raise_alerts(quiet, alert("fire", Priority.CRITICAL), alert("mid", Priority.MEDIUM))
    with qtbot.waitSignal(ear.annunciator.changed, timeout=WAIT_MS):
        assert ear.annunciator.muted_s > 0
    assert ear.said == [] or ear.annunciator.muted_s == 0
    qtbot.waitUntil(lambda: "mid" in ear.ids, timeout=2 * WAIT_MS)
    assert ear.ids[0] == "fire"
    assert "test" not in ear.ids


def test_a_setting_lets_what_is_critical_through_the_mute(qtbot: QtBot, tmp_path: Path) -> None:
    ear = Ear(tmp_path, VoiceManner(True, "", 0.1, 0.0, critical_when_muted=True))
    ear.annunciator.mute(10)
    ear.seat.raise_alerts(alert("high", Priority.HIGH), alert("fire", Priority.CRITICAL))
    qtbot.waitUntil(lambda: ear.ids == ["fire"], timeout=WAIT_MS)


def test_asked_for_the_worst_is_said_although_muted(qtbot: QtBot, ear: Ear) -> None:
    deeds = {deed.key: deed for deed in sound_deeds(ear.annunciator, 10, ear.voice)}
    assert not ear.voice.say_worst()
    ear.annunciator.mute(10)
    ear.seat.raise_alerts(alert("mid", Priority.MEDIUM), alert("high", Priority.HIGH))
    deeds["Ctrl+M"].act()
    assert ear.said == [("high", "Mức cao. Cháy. còn một cảnh báo khác.")]


def test_turned_off_it_says_nothing_and_saves_nothing_up(qtbot: QtBot, ear: Ear) -> None:
    bar = StatusBar(ear.seat.session, ear.annunciator, 10, ear.voice)
    qtbot.addWidget(bar)
    on = bar._sound.text()
    ear.voice.set_on(False)
    assert bar._sound.text() != on
    ear.seat.raise_alerts(alert("high", Priority.HIGH))
    ear.voice._look()
    ear.voice.set_on(True)
    ear.seat.raise_alerts(alert("low", Priority.LOW))
    qtbot.waitUntil(lambda: bool(ear.said), timeout=WAIT_MS)
    assert ear.ids == ["low"]


def test_when_the_desk_ends_so_does_what_speaks_and_nothing_begins_again(qtbot: QtBot, tmp_path: Path) -> None:
    """A synthesiser that takes its time is ended with the desk."""
    program = tmp_path / "slow"
    program.write_text('#!/bin/sh\necho $$ > "$0.pid"\nexec sleep 60\n', encoding="utf-8")
    program.chmod(0o755)
    ear = Ear(tmp_path, program=str(program))
    ear.seat.raise_alerts(alert("fire", Priority.CRITICAL))
    pid_file = tmp_path / "slow.pid"
    qtbot.waitUntil(lambda: pid_file.exists() and pid_file.read_text().strip() != "", timeout=WAIT_MS)
    pid = int(pid_file.read_text())
    ear.voice.stop()
    assert not ear.speaker.busy
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    ear.seat.raise_alerts(alert("another", Priority.CRITICAL))
    assert not ear.voice.on
    assert not any(timer.isActive() for timer in ear.voice.findChildren(QTimer))


def test_a_synthesiser_that_is_not_there_or_fails_is_told_and_stops_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    missing = Ear(tmp_path, program=str(tmp_path / "none"))
    missing.seat.raise_alerts(alert("high", Priority.HIGH))
    qtbot.waitUntil(lambda: bool(missing.voice.trouble), timeout=WAIT_MS)
    assert not missing.speaker.busy
    failing = Ear(tmp_path, program=sys.executable)  # does not know these options
    failing.seat.raise_alerts(alert("high", Priority.HIGH))
    qtbot.waitUntil(lambda: bool(failing.voice.trouble), timeout=WAIT_MS)
    failing.seat.raise_alerts(alert("low", Priority.LOW))
    qtbot.waitUntil(lambda: failing.ids == ["high", "low"], timeout=WAIT_MS)
