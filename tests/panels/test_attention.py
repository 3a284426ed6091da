"""What is critical takes the room by itself, never from under somebody's hands, and gives it back."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from backend.contracts.events import AlertAcknowledged
from backend.contracts.kinds.alerts import Priority
from console.chrome.attention import Attention
from console.deeds import alert_deeds
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert

SOON_MS = 5_000
BACK_S = 0.3


class Desk:
    """A seat with workspaces that are only names."""

    def __init__(self) -> None:
        self.seat = Seat()
        self.workspace = "cameras"
        self.busy = False
        self.gone_to: list[str] = []
        self.attention = Attention(
            self.seat.session, "duty", BACK_S, lambda: self.workspace, self.show, lambda: self.busy
        )
        self.seat.session.selection.go_to.connect(lambda target: self.gone_to.append(target.key))
        self.seat.session.selection.select("camera", "somewhere")

    def show(self, key: str) -> None:
        self.workspace = key
        self.attention.workspace_shown(key)

    @property
    def selected(self) -> str:
        current = self.seat.session.selection.current
        return "" if current is None else current.key

    def acknowledge(self, alert_id: str) -> None:
        self.seat.happen(AlertAcknowledged(alert_id=alert_id), actor="an.tran")


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk()


def test_a_critical_alert_takes_the_room_and_gives_it_back_once_it_was_dealt_with(qtbot: QtBot, desk: Desk) -> None:
    desk.seat.raise_alerts(alert("fire", Priority.CRITICAL))
    assert (desk.workspace, desk.selected, desk.gone_to) == ("duty", "fire", ["fire"])
    desk.acknowledge("fire")
    qtbot.waitUntil(lambda: desk.workspace == "cameras", timeout=SOON_MS)
    assert desk.selected == "somewhere"
    assert desk.attention.held == ""


def test_lesser_and_silent_alerts_leave_the_room_where_it_is(desk: Desk) -> None:
    desk.seat.raise_alerts(
        alert("high", Priority.HIGH), alert("late", Priority.CRITICAL).model_copy(update={"silent": True})
    )
    assert (desk.workspace, desk.selected) == ("cameras", "somewhere")


def test_one_critical_alert_after_the_other(qtbot: QtBot, desk: Desk) -> None:
    desk.seat.raise_alerts(alert("one", Priority.CRITICAL), alert("two", Priority.CRITICAL))
    assert desk.selected == "one"
    desk.acknowledge("one")
    qtbot.waitUntil(lambda: desk.selected == "two", timeout=SOON_MS)
    desk.acknowledge("two")
    qtbot.waitUntil(lambda: desk.workspace == "cameras", timeout=SOON_MS)


def test_a_key_pressed_for_what_was_there_before_does_not_hit_what_came(qtbot: QtBot, desk: Desk) -> None:
    session = desk.seat.session
    keys = {deed.key: deed.act for deed in alert_deeds(session)}
    session.selection.select("alert", "elsewhere")
    desk.seat.raise_alerts(alert("fire", Priority.CRITICAL))
    keys["Space"]()
    keys["X"]()
    assert desk.seat.sent == [], "nobody has seen it yet"
    qtbot.waitUntil(lambda: session.selection.is_settled, timeout=SOON_MS)
    keys["Space"]()
    assert [command.kind for command in desk.seat.sent] == ["alert.acknowledge"]


def test_who_writes_is_not_interrupted(qtbot: QtBot, desk: Desk) -> None:
    desk.busy = True
    desk.seat.raise_alerts(alert("fire", Priority.CRITICAL))
    assert desk.workspace == "cameras"
    desk.busy = False
    qtbot.waitUntil(lambda: desk.workspace == "duty", timeout=SOON_MS)
    assert desk.selected == "fire"


def test_who_selects_a_camera_is_left_with_it_though_others_wait(qtbot: QtBot, desk: Desk) -> None:
    desk.seat.raise_alerts(alert("one", Priority.CRITICAL), alert("two", Priority.CRITICAL))
    desk.acknowledge("one")
    desk.seat.session.selection.select("camera", "gt-coc-leu")
    assert desk.attention.held == ""
    desk.seat.raise_alerts(alert("low", Priority.LOW))
    assert desk.selected == "gt-coc-leu"
    desk.seat.raise_alerts(alert("three", Priority.CRITICAL))
    assert desk.selected == "three"


def test_who_goes_elsewhere_himself_stays_there(qtbot: QtBot, desk: Desk) -> None:
    desk.seat.raise_alerts(alert("fire", Priority.CRITICAL))
    desk.show("map")
    desk.acknowledge("fire")
    assert desk.attention.held == ""
    desk.seat.raise_alerts(alert("next", Priority.CRITICAL))
    assert (desk.workspace, desk.selected) == ("duty", "next")
    desk.acknowledge("next")
    qtbot.waitUntil(lambda: desk.workspace == "map", timeout=SOON_MS)
