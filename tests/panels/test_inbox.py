"""The inbox in a real window: order, keys, what is under way, empty and lost states."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from backend.contracts.alerts import AlertPhase
from backend.contracts.commands import AcknowledgeAlert
from backend.contracts.events import AlertAcknowledged, AlertOwned
from backend.contracts.kinds.alerts import Priority
from console.panels.inbox import Inbox
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert
from widgets.alert_row import ROW_ROLE, AlertRow


@pytest.fixture
def seat(qtbot: QtBot) -> Seat:
    return Seat()


def open_inbox(qtbot: QtBot, seat: Seat) -> Inbox:
    inbox = Inbox(seat.session)
    qtbot.addWidget(inbox)
    inbox.resize(420, 600)
    inbox.show()
    qtbot.waitExposed(inbox)
    QAbstractItemModelTester(inbox.rows, QAbstractItemModelTester.FailureReportingMode.Fatal, inbox)
    return inbox


def shown(inbox: Inbox) -> list[AlertRow]:
    rows = [inbox.rows.index(row, 0).data(ROW_ROLE) for row in range(inbox.rows.rowCount())]
    return [row for row in rows if isinstance(row, AlertRow)]


def test_the_worst_alert_stands_first_and_is_selected_on_a_fresh_desk(qtbot: QtBot, seat: Seat) -> None:
    inbox = open_inbox(qtbot, seat)
    seat.raise_alerts(alert("rain", Priority.LOW), alert("fire", Priority.CRITICAL), alert("so2", Priority.MEDIUM))
    assert [row.priority for row in shown(inbox)] == [1, 3, 4]
    current = seat.session.selection.current
    assert current is not None
    assert current.key == "fire"


def test_the_rooms_own_faults_are_never_mixed_with_the_citys_alarms(qtbot: QtBot, seat: Seat) -> None:
    inbox = open_inbox(qtbot, seat)
    seat.raise_alerts(alert("camera", Priority.SYSTEM, kind="camera.lost"), alert("so2", Priority.MEDIUM))
    assert [row.priority for row in shown(inbox)] == [3]
    inbox.choose("system")
    assert [row.priority for row in shown(inbox)] == [5]


def test_space_asks_for_the_acknowledgement_and_the_row_waits_for_its_event(qtbot: QtBot, seat: Seat) -> None:
    inbox = open_inbox(qtbot, seat)
    seat.raise_alerts(alert("fire"))
    inbox.view.setFocus()
    QTest.keyClick(inbox.view, Qt.Key.Key_Space)
    assert isinstance(seat.sent[-1], AcknowledgeAlert)
    row = shown(inbox)[0]
    assert row.style == "filled", "a command under way is not shown as done"
    assert row.note
    assert not row.note_failed
    seat.grant(AlertAcknowledged(alert_id="fire"))
    row = shown(inbox)[0]
    assert row.style == "outline"
    assert not row.note
    assert not row.pulse


def test_a_refusal_shows_its_reason_on_the_row(qtbot: QtBot, seat: Seat) -> None:
    inbox = open_inbox(qtbot, seat)
    seat.raise_alerts(alert("fire"))
    inbox.take()
    seat.refuse("owner_changed")
    row = shown(inbox)[0]
    assert row.note_failed
    assert row.note


def test_without_a_connection_the_row_says_that_nothing_was_sent(qtbot: QtBot, seat: Seat) -> None:
    inbox = open_inbox(qtbot, seat)
    seat.raise_alerts(alert("fire"))
    seat.connected = False
    inbox.acknowledge()
    assert shown(inbox)[0].note_failed
    assert shown(inbox)[0].style == "filled"


def test_a_comment_is_typed_in_place_and_escape_leaves_it(qtbot: QtBot, seat: Seat) -> None:
    inbox = open_inbox(qtbot, seat)
    seat.raise_alerts(alert("fire"))
    inbox.view.setFocus()
    QTest.keyClick(inbox.view, Qt.Key.Key_C)
    field = inbox.focusWidget()
    assert field is not None
    QTest.keyClicks(field, "Da goi 114")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert seat.sent == []
    QTest.keyClick(inbox.view, Qt.Key.Key_C)
    field = inbox.focusWidget()
    assert field is not None
    QTest.keyClicks(field, "Da goi 114")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert getattr(seat.sent[-1], "comment", "") == "Da goi 114"


def test_mine_lists_what_this_operator_took(qtbot: QtBot, seat: Seat) -> None:
    inbox = open_inbox(qtbot, seat)
    seat.raise_alerts(alert("fire"), alert("so2", Priority.MEDIUM))
    seat.happen(AlertOwned(alert_id="so2", owner="an.tran", previous=""), actor="an.tran")
    inbox.choose("mine")
    assert [row.owner for row in shown(inbox)] == ["an.tran"]


def test_an_empty_room_says_so_and_a_lost_link_says_that_it_is_not_known(qtbot: QtBot, seat: Seat) -> None:
    inbox = open_inbox(qtbot, seat)
    assert inbox._empty.isVisible()
    calm = inbox._empty.text()
    seat.link.unlinked("cut")
    assert inbox._empty.text() != calm


def test_selecting_elsewhere_selects_the_row(qtbot: QtBot, seat: Seat) -> None:
    inbox = open_inbox(qtbot, seat)
    seat.raise_alerts(alert("fire"), alert("so2", Priority.MEDIUM))
    seat.session.selection.select("alert", "so2")
    current = inbox.current()
    assert current is not None
    assert current.alert_id == "so2"


def test_a_returned_alert_waits_dashed_for_a_hand(qtbot: QtBot, seat: Seat) -> None:
    inbox = open_inbox(qtbot, seat)
    seat.raise_alerts(alert("so2", Priority.MEDIUM, AlertPhase.RETURNED_UNACKNOWLEDGED))
    assert shown(inbox)[0].style == "dashed"


def test_the_chosen_list_is_remembered(qtbot: QtBot, seat: Seat) -> None:
    inbox = open_inbox(qtbot, seat)
    inbox.choose("unacknowledged")
    other = open_inbox(qtbot, seat)
    other.restore_state(inbox.save_state())
    assert other.rows.filter == "unacknowledged"
    other.restore_state({"filter": "no such list"})
    assert other.rows.filter == "unacknowledged"
