"""New alerts are heard, the worst first; muting silences all but what is critical, and ends by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from backend.contracts import events as ev
from backend.contracts.alerts import AlertPhase
from backend.contracts.events import AlertAcknowledged
from backend.contracts.kinds.alerts import Priority
from console.chrome.annunciator import Annunciator, tone_of
from console.chrome.tones import CYBER, TONES, samples
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert

WAIT_MS = 3000


class Ear:
    """A seat and what is heard there."""

    def __init__(self, folder: Path) -> None:
        self.seat = Seat(language="en")
        self.annunciator = Annunciator(self.seat.session, folder, 0.5, True)
        self.heard: list[tuple[int, str]] = []
        self.annunciator.announced.connect(lambda priority, alert_id: self.heard.append((priority, alert_id)))


@pytest.fixture
def ear(qtbot: QtBot, tmp_path: Path) -> Ear:
    return Ear(tmp_path)


def test_of_several_new_alerts_the_worst_is_heard(ear: Ear) -> None:
    ear.seat.raise_alerts(alert("low", Priority.LOW), alert("high", Priority.HIGH), alert("mid", Priority.MEDIUM))
    assert ear.heard == [(2, "high")]


def test_a_silent_alert_is_not_heard(ear: Ear) -> None:
    ear.seat.raise_alerts(alert("shelved", Priority.HIGH).model_copy(update={"silent": True}))
    assert ear.heard == []


def test_muted_only_what_is_critical_sounds(ear: Ear) -> None:
    ear.annunciator.mute(10)
    assert 590 < ear.annunciator.muted_s <= 600
    ear.seat.raise_alerts(alert("high", Priority.HIGH), alert("own", Priority.SYSTEM))
    assert ear.heard == []
    ear.seat.raise_alerts(alert("fire", Priority.CRITICAL))
    assert ear.heard == [(1, "fire")]


def test_an_alert_too_quiet_for_the_mute_does_not_hide_a_critical_one_beside_it(ear: Ear) -> None:
    ear.annunciator.mute(10)
    ear.seat.raise_alerts(alert("high", Priority.HIGH), alert("fire", Priority.CRITICAL))
    assert ear.heard == [(1, "fire")]


def test_a_mute_ends_by_itself_and_what_still_waits_is_heard(qtbot: QtBot, ear: Ear) -> None:
    ear.annunciator.mute(0.01)
    ear.seat.raise_alerts(alert("high", Priority.HIGH))
    assert ear.heard == []
    qtbot.waitUntil(lambda: ear.heard == [(2, "high")], timeout=WAIT_MS)
    assert ear.annunciator.muted_s == 0


def test_muting_acknowledges_nothing(ear: Ear) -> None:
    ear.seat.raise_alerts(alert("high", Priority.HIGH))
    ear.annunciator.mute(10)
    assert ear.seat.state.alerts["high"].phase is AlertPhase.ACTIVE_UNACKNOWLEDGED
    assert ear.seat.sent == []


def test_what_was_acknowledged_meanwhile_is_not_heard_when_the_mute_ends(qtbot: QtBot, ear: Ear) -> None:
    ear.annunciator.mute(0.01)
    ear.seat.raise_alerts(alert("high", Priority.HIGH))
    ear.seat.happen(AlertAcknowledged(alert_id="high"), actor="an.tran")
    # The look that ends the mute also looks for what waits.
    with qtbot.waitSignal(ear.annunciator.changed, timeout=WAIT_MS):
        assert ear.annunciator.muted_s > 0
    assert ear.heard == []


def test_what_is_set_aside_is_not_heard_until_it_comes_back_active(ear: Ear) -> None:
    seat = ear.seat
    seat.raise_alerts(alert("high", Priority.HIGH))
    ear.heard.clear()
    seat.happen(ev.AlertShelved(alert_id="high", until_ms=seat.clock.now_ms() + 60_000, reason="đang sửa"))
    seat.happen(ev.AlertReturned(alert_id="high"))
    seat.happen(ev.AlertReactivated(alert_id="high"))
    seat.happen(ev.AlertUpdated(alert_id="high", priority=Priority.CRITICAL))
    ear.annunciator._look()
    assert ear.heard == []
    seat.happen(ev.AlertUnshelved(alert_id="high", cause="time"))
    assert ear.heard == [(1, "high")]


def test_what_is_suppressed_in_the_same_breath_is_never_heard(ear: Ear) -> None:
    ear.seat.happen(
        ev.AlertRaised(alert=alert("high", Priority.HIGH)), ev.AlertSuppressed(alert_id="high", rule_id="mat-dien")
    )
    ear.annunciator._look()
    assert ear.heard == []


def test_escalation_and_an_alarm_that_asks_again_are_heard(ear: Ear) -> None:
    seat = ear.seat
    seat.raise_alerts(alert("mid", Priority.MEDIUM))
    seat.happen(ev.AlertReturned(alert_id="mid"))
    ear.heard.clear()
    seat.happen(
        ev.AlertEscalated(
            alert_id="mid", level=1, recipient_id="giam-sat", recipient_vi="Giám sát", recipient_en="Supervisor"
        )
    )
    assert ear.heard == [(3, "mid")], "though its condition is over: nobody has looked"
    seat.happen(ev.AlertReactivated(alert_id="mid"), ev.AlertAcknowledged(alert_id="mid"), actor="an.tran")
    ear.heard.clear()
    seat.happen(ev.AlertReAlarmed(alert_id="mid", after_s=900))
    assert ear.heard == [(3, "mid")]


def test_a_cyber_alert_has_a_tone_of_its_own_whatever_its_priority(qtbot: QtBot, ear: Ear, tmp_path: Path) -> None:
    for priority in (Priority.HIGH, Priority.LOW):
        assert tone_of(alert("scan", priority, kind="cyber.alert")) == CYBER
    assert tone_of(alert("fire", Priority.HIGH)) == 2
    qtbot.waitUntil((tmp_path / f"priority-{CYBER}.wav").exists, timeout=WAIT_MS)
    assert samples(TONES[CYBER]) not in [samples(tone) for key, tone in TONES.items() if key != CYBER]
    ear.seat.raise_alerts(alert("scan", Priority.HIGH, kind="cyber.alert"))
    assert ear.heard == [(2, "scan")]
