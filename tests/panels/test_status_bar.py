"""The bottom line tells whether what is seen is true: link, clocks, sources, load, sound."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from backend.contracts.events import (
    HandoverSigned,
    ProducerChanged,
    RecordingChanged,
    ShiftStarted,
    SiteLoaded,
)
from backend.contracts.feed import ProducerPulse
from backend.contracts.kinds.alerts import Priority
from backend.contracts.shifts import ShiftRules, Turn, roster
from backend.contracts.site import Site
from console.chrome.annunciator import Annunciator
from console.chrome.status_bar import StatusBar
from console.models.link import LinkModel
from console.models.numbers import local_datetime
from console.timebase import monotonic_s
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert, laocai
from widgets.elided_label import ElidedLabel

WAIT_MS = 3000


class Line:
    """A seat with its status bar on the screen, in English so that the words are the source's."""

    def __init__(self, qtbot: QtBot, folder: Path, width_px: int = 1900) -> None:
        self.seat = Seat(language="en")
        self.annunciator = Annunciator(self.seat.session, folder, 0.5, True)
        self.bar = StatusBar(self.seat.session, self.annunciator, mute_min=7)
        qtbot.addWidget(self.bar)
        self.bar.resize(width_px, 28)
        self.bar.show()
        qtbot.waitExposed(self.bar)

    def words(self) -> str:
        labels = [label.text() for label in self.bar.findChildren(QLabel) if label.isVisible()]
        return " | ".join([*labels, *[button.text() for button in self.bar.findChildren(QPushButton)]])


@pytest.fixture
def line(qtbot: QtBot, tmp_path: Path) -> Line:
    return Line(qtbot, tmp_path)


def test_a_lost_link_is_said_with_its_age(qtbot: QtBot, line: Line) -> None:
    assert "● link" in line.words()
    line.seat.link.unlinked("connection refused")
    assert "LINK LOST" in line.words()
    assert not math.isinf(line.seat.link.age_s)
    assert "● link" not in line.words()


@pytest.mark.parametrize(("offset_ms", "said"), [(0, False), (1900, False), (2500, True), (-2500, True)])
def test_clocks_are_called_apart_from_two_seconds_on(line: Line, offset_ms: int, said: bool) -> None:
    line.seat.link.set_offset_ms(offset_ms)
    assert ("APART" in line.words()) is said


def test_a_source_that_was_never_heard_does_not_count_as_fresh(line: Line) -> None:
    site = line.seat.state.site
    assert site is not None
    rhythmic = [one.producer_id for one in site.producers if one.expect_every_s > 0]
    free = len(site.producers) - len(rhythmic)
    line.seat.link.changed.emit()
    assert f"sources {free}/{len(site.producers)}" in line.words()
    line.seat.happen(*[ProducerChanged(producer_id=one, condition="fresh", last_message_ms=1) for one in rhythmic])
    assert f"sources {len(site.producers)}/{len(site.producers)}" in line.words()
    line.seat.happen(ProducerChanged(producer_id=rhythmic[0], condition="silent", last_message_ms=1))
    assert f"⬢ sources {len(site.producers) - 1}/{len(site.producers)}" in line.words()


def test_dropped_samples_and_the_servers_fault_are_said(line: Line) -> None:
    line.seat.link.add_dropped(41)
    line.seat.link.set_pulses(
        [ProducerPulse(producer_id="x", last_message_ms=None, accepted=0, rejected=0)], "disk full"
    )
    assert "41 samples" in line.words()
    assert "disk full" in line.words()


def test_the_load_counts_the_citys_alarms_and_not_the_rooms_own_faults(qtbot: QtBot, line: Line) -> None:
    now_ms = line.seat.clock.now_ms()
    old = alert("old", Priority.HIGH).model_copy(update={"raised_ms": now_ms - 601_000})
    fresh = (alert("fire", Priority.CRITICAL), alert("so2", Priority.MEDIUM), alert("camera", Priority.SYSTEM))
    line.seat.raise_alerts(old, *[one.model_copy(update={"raised_ms": now_ms}) for one in fresh])
    qtbot.waitUntil(lambda: "alerts 2/10 min" in line.words(), timeout=WAIT_MS)


def test_mute_counts_down_from_what_the_settings_say(qtbot: QtBot, line: Line) -> None:
    sound = next(button for button in line.bar.findChildren(QPushButton) if "M" in button.text())
    sound.click()
    assert "MUTED 6:5" in line.words()
    sound.click()
    assert "MUTED" not in line.words()


def test_a_long_notice_ends_in_an_ellipsis_and_pushes_nothing_off_a_laptop(qtbot: QtBot, tmp_path: Path) -> None:
    line = Line(qtbot, tmp_path, width_px=1366)
    line.seat.link.set_pulses([], "a very long sentence about the disk " * 20)
    notice = next(one for one in line.bar.findChildren(ElidedLabel) if "disk" in one.text())
    qtbot.waitUntil(lambda: notice.shown_text().endswith("…"), timeout=WAIT_MS)
    assert line.bar.minimumSizeHint().width() <= 1366
    qtbot.waitUntil(lambda: "very long" in notice.toolTip(), timeout=WAIT_MS)


def test_a_simulated_room_says_so_in_the_line(line: Line) -> None:
    site = line.seat.state.site
    assert site is not None
    assert site.simulated
    line.seat.link.changed.emit()
    assert "SIMULATED DATA" in line.words()
    line.seat.happen(SiteLoaded(site=site.model_copy(update={"simulated": False})))
    assert "SIMULATED DATA" not in line.words()


def test_the_link_says_in_words_what_it_is(qtbot: QtBot, line: Line) -> None:
    stale = LinkModel(stale_after_s=0.001)
    stale.linked()
    stale.heard(monotonic_s() - 5)
    for link, said in ((LinkModel(), "CONNECTING"), (stale, "LINK SLOW")):
        line.seat.session.link = link
        line.seat.link.changed.emit()
        assert said in line.words()
        assert "● link" not in line.words()


def test_recording_is_counted_quietly_and_its_trouble_is_marked_and_named(line: Line) -> None:
    cameras = laocai().cameras
    assert "not recorded" in line.words()
    for camera in cameras[:3]:
        line.seat.happen(RecordingChanged(camera_id=camera.camera_id, condition="recording"))
    line.seat.happen(RecordingChanged(camera_id=cameras[3].camera_id, condition="off"))
    assert "recorded 3/3" in line.words()
    assert "⬢ recorded" not in line.words()
    line.seat.happen(RecordingChanged(camera_id=cameras[1].camera_id, condition="gap", reason="mất tín hiệu"))
    assert "⬢ recorded 2/3" in line.words()
    label = line.bar.findChild(QLabel, "recording")
    assert label is not None
    assert cameras[1].name_en in label.toolTip()
    assert label.property("trouble") is True
    line.seat.happen(RecordingChanged(camera_id=cameras[1].camera_id, condition="recording"))
    assert "⬢ recorded" not in line.words()


def test_who_is_on_duty_until_when_and_a_hand_over_that_is_overdue_is_marked(qtbot: QtBot, line: Line) -> None:
    seat = line.seat
    site, now_ms = seat.state.site, seat.clock.now_ms()
    assert site is not None
    running = roster(site.shifts, now_ms, site.utc_offset_min, 1)[0]
    label = line.bar.findChild(QLabel, "watch")
    assert label is not None
    until = f"{local_datetime(running.ends_ms, site.utc_offset_min):%H:%M}"
    assert label.text() == f"{running.shift.name_en} until {until}: nobody is signed on"
    for turn, user in ((ended(site, now_ms), "mai.ly"), (running, "an.tran")):
        seat.happen(ShiftStarted(turn=turn, position_id="truong-ca"), actor=user)
    overdue = f"{ended(site, now_ms).shift.name_en}: hand-over overdue"
    qtbot.waitUntil(lambda: overdue in label.text(), timeout=WAIT_MS)
    assert label.text().endswith(f"{running.shift.name_en} until {until}: an.tran")
    assert label.property("trouble") is True
    for user, side in (("mai.ly", "leaving"), ("an.tran", "coming")):
        wish = {"watch_id": ended(site, now_ms).watch_id, "side": side, "digest": "0" * 64}
        seat.happen(HandoverSigned.model_validate(wish), actor=user)
    qtbot.waitUntil(lambda: "overdue" not in label.text(), timeout=WAIT_MS)
    assert label.property("trouble") is False


def test_a_site_without_shifts_has_no_watch_in_the_line(qtbot: QtBot, line: Line) -> None:
    label = line.bar.findChild(QLabel, "watch")
    site = line.seat.state.site
    assert label is not None
    assert site is not None
    assert label.isVisible()
    line.seat.happen(SiteLoaded(site=site.model_copy(update={"shifts": ShiftRules()})))
    qtbot.waitUntil(lambda: not label.isVisible(), timeout=WAIT_MS)


def test_a_crew_of_long_names_pushes_nothing_off_a_laptop(qtbot: QtBot, tmp_path: Path) -> None:
    line = Line(qtbot, tmp_path, width_px=1366)
    site = line.seat.state.site
    assert site is not None
    turn = roster(site.shifts, line.seat.clock.now_ms(), site.utc_offset_min, 1)[0]
    for number in range(8):
        user = f"nguyen.thi.minh.khai.{number}"
        line.seat.happen(ShiftStarted(turn=turn, position_id="truc-ban"), actor=user)
    label = next(one for one in line.bar.findChildren(ElidedLabel) if one.objectName() == "watch")
    qtbot.waitUntil(lambda: label.shown_text().endswith("…"), timeout=WAIT_MS)
    assert line.bar.minimumSizeHint().width() <= 1366
    qtbot.waitUntil(lambda: "minh.khai.7" in label.toolTip(), timeout=WAIT_MS)


def ended(site: Site, now_ms: int) -> Turn:
    """The turn before the one that runs."""
    running = roster(site.shifts, now_ms, site.utc_offset_min, 1)[0]
    return roster(site.shifts, running.begins_ms - 1, site.utc_offset_min, 1)[0]
