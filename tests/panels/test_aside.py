"""Shelving, out of service, hand-over and reset in real windows, by the keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from backend.contracts import events as ev
from backend.contracts.alerts import AlertPhase
from backend.contracts.commands import (
    HandOverAlert,
    ResetAlert,
    ReturnAlertToService,
    Role,
    ShelveAlert,
    TakeAlertOutOfService,
    UnshelveAlert,
)
from backend.contracts.kinds.alerts import Priority
from console.deeds import alert_deeds
from console.models.aside import shelf_spans
from console.panels.alert_card import AlertCard
from console.panels.inbox import Inbox
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert
from widgets.alert_row import ROW_ROLE, AlertRow


def open_inbox(qtbot: QtBot, seat: Seat) -> Inbox:
    inbox = Inbox(seat.session)
    qtbot.addWidget(inbox)
    inbox.resize(460, 600)
    inbox.show()
    qtbot.waitExposed(inbox)
    QAbstractItemModelTester(inbox.rows, QAbstractItemModelTester.FailureReportingMode.Fatal, inbox)
    return inbox


def open_card(qtbot: QtBot, seat: Seat, alert_id: str) -> AlertCard:
    card = AlertCard(seat.session)
    qtbot.addWidget(card)
    card.resize(520, 800)
    card.show()
    qtbot.waitExposed(card)
    seat.session.selection.select("alert", alert_id)
    return card


def shown(inbox: Inbox) -> list[AlertRow]:
    rows = [inbox.rows.index(row, 0).data(ROW_ROLE) for row in range(inbox.rows.rowCount())]
    return [row for row in rows if isinstance(row, AlertRow)]


def texts(panel: QWidget) -> str:
    return "\n".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def buttons(panel: QWidget) -> str:
    return "\n".join(button.text() for button in panel.findChildren(QPushButton) if button.isVisible())


def field_of(panel: QWidget) -> QLineEdit:
    field = panel.focusWidget()
    assert isinstance(field, QLineEdit)
    return field


def deed(seat: Seat, key: str) -> None:
    next(one for one in alert_deeds(seat.session) if one.key == key).act()


def shelved_until(seat: Seat, alert_id: str, minutes: int) -> ev.AlertShelved:
    until_ms = seat.clock.now_ms() + minutes * 60_000 + 30_000
    return ev.AlertShelved(alert_id=alert_id, until_ms=until_ms, reason="đang sửa")


def test_shelving_is_asked_and_sent_by_keys_alone_and_the_row_waits_for_its_event(qtbot: QtBot) -> None:
    seat = Seat()
    inbox = open_inbox(qtbot, seat)
    seat.raise_alerts(alert("so2", Priority.MEDIUM), alert("rain", Priority.LOW))
    inbox.view.setFocus()
    QTest.keyClick(inbox.view, Qt.Key.Key_S)
    field = field_of(inbox)
    assert "4\N{NO-BREAK SPACE}h" in texts(inbox) or "4\N{NO-BREAK SPACE}giờ" in texts(inbox), "the longest is stated"
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert seat.sent == [], "no reason, no shelving"
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClicks(field, "dang sua")
    QTest.keyClick(field, Qt.Key.Key_Return)
    command = seat.sent[-1]
    assert isinstance(command, ShelveAlert)
    assert (command.alert_id, command.duration_s, command.reason) == ("so2", 30 * 60, "dang sua")
    assert inbox.focusWidget() is inbox.view
    row = shown(inbox)[0]
    assert (row.style, bool(row.note)) == ("filled", True), "a command under way is not shown as done"
    seat.grant(shelved_until(seat, "so2", 30))
    assert [one.priority for one in shown(inbox)] == [4]


def test_escape_leaves_the_question_and_a_refusal_stands_on_the_row(qtbot: QtBot) -> None:
    seat = Seat()
    inbox = open_inbox(qtbot, seat)
    seat.raise_alerts(alert("so2", Priority.MEDIUM))
    inbox.view.setFocus()
    QTest.keyClick(inbox.view, Qt.Key.Key_S)
    QTest.keyClick(field_of(inbox), Qt.Key.Key_Escape)
    assert (seat.sent, inbox.focusWidget()) == ([], inbox.view)
    QTest.keyClick(inbox.view, Qt.Key.Key_S)
    QTest.keyClicks(field_of(inbox), "x")
    QTest.keyClick(field_of(inbox), Qt.Key.Key_Return)
    seat.refuse("too_long")
    assert shown(inbox)[0].note_failed


def test_what_is_set_aside_is_listed_grey_with_time_and_reason_and_counted(qtbot: QtBot) -> None:
    seat = Seat()
    inbox = open_inbox(qtbot, seat)
    seat.raise_alerts(
        alert("so2", Priority.MEDIUM), alert("cam", Priority.SYSTEM, kind="camera.lost"), alert("rain", Priority.LOW)
    )
    seat.happen(shelved_until(seat, "so2", 12), actor="an.tran")
    seat.happen(ev.AlertSuppressed(alert_id="cam", rule_id="nguon-im-lang", reason="nguồn im lặng"))
    assert [row.priority for row in shown(inbox)] == [4]
    assert "1" in inbox._load.text()
    counted = inbox._load.text()
    inbox.choose("aside")
    rows = {row.priority: row for row in shown(inbox)}
    assert {priority: row.style for priority, row in rows.items()} == {3: "clock", 5: "grey"}
    assert "12" in rows[3].age
    assert "đang sửa" in rows[3].place
    assert "an.tran" in rows[3].place
    assert "nguồn im lặng" in rows[5].place
    assert not any(row.pulse for row in rows.values())
    seat.happen(ev.AlertUnshelved(alert_id="so2", cause="time"))
    assert [row.priority for row in shown(inbox)] == [5]
    assert inbox._load.text() != counted
    inbox.choose("all")
    assert [(row.priority, row.style) for row in shown(inbox)] == [(3, "filled"), (4, "filled")]


def test_s_takes_a_shelved_alert_back_at_once(qtbot: QtBot) -> None:
    seat = Seat()
    inbox = open_inbox(qtbot, seat)
    seat.raise_alerts(alert("so2", Priority.MEDIUM))
    seat.happen(shelved_until(seat, "so2", 12))
    inbox.choose("aside")
    inbox.view.setFocus()
    seat.session.selection.select("alert", "so2")
    QTest.keyClick(inbox.view, Qt.Key.Key_S)
    assert isinstance(seat.sent[-1], UnshelveAlert)


def test_a_priority_that_may_not_be_shelved_says_so(qtbot: QtBot) -> None:
    seat = Seat()
    site = seat.state.site
    assert site is not None
    seat.state.site = site.model_copy(update={"alarms": site.alarms.model_copy(update={"priorities": ()})})
    inbox = open_inbox(qtbot, seat)
    seat.raise_alerts(alert("so2", Priority.MEDIUM))
    inbox.view.setFocus()
    before = texts(inbox)
    QTest.keyClick(inbox.view, Qt.Key.Key_S)
    assert texts(inbox) != before
    form = inbox.focusWidget()
    assert form is not None
    QTest.keyClick(form, Qt.Key.Key_Return)
    QTest.keyClick(form, Qt.Key.Key_Escape)
    assert seat.sent == []
    assert inbox.focusWidget() is inbox.view


def test_the_card_offers_what_the_phase_and_the_role_allow(qtbot: QtBot) -> None:
    officer, supervisor = Seat(), Seat(Role.SUPERVISOR)
    for seat in (officer, supervisor):
        seat.raise_alerts(alert("so2", Priority.MEDIUM))
    card, other = open_card(qtbot, officer, "so2"), open_card(qtbot, supervisor, "so2")
    assert "S" in {text.rpartition("  ")[2] for text in buttons(card).splitlines()}
    assert "O" not in {text.rpartition("  ")[2] for text in buttons(card).splitlines()}
    assert "O" in {text.rpartition("  ")[2] for text in buttons(other).splitlines()}
    officer.session.asked.emit("alert.take_out_of_service")
    assert officer.sent == []
    deed(supervisor, "O")
    permit = field_of(other)
    QTest.keyClicks(permit, "BB-12")
    QTest.keyClick(permit, Qt.Key.Key_Return)
    assert supervisor.sent == [], "the reason lacks"
    reason = field_of(other)
    assert reason is not permit
    QTest.keyClicks(reason, "thay dau do")
    QTest.keyClick(reason, Qt.Key.Key_Return)
    command = supervisor.sent[-1]
    assert isinstance(command, TakeAlertOutOfService)
    assert (command.permit, command.reason, command.duration_s) == ("BB-12", "thay dau do", 4 * 3600)
    supervisor.grant(
        ev.AlertTakenOutOfService(
            alert_id="so2", until_ms=supervisor.clock.now_ms() + 4 * 3_600_000, permit="BB-12", reason="thay đầu đo"
        )
    )
    assert "BB-12 · thay đầu đo · an.tran" in texts(other)
    deed(supervisor, "O")
    assert isinstance(supervisor.sent[-1], ReturnAlertToService)


def test_an_owner_hands_over_to_a_colleague_who_is_at_a_desk(qtbot: QtBot) -> None:
    seat = Seat()
    seat.raise_alerts(alert("fire"))
    seat.happen(ev.AlertOwned(alert_id="fire", owner="an.tran", previous=""), actor="an.tran")
    card = open_card(qtbot, seat, "fire")
    deed(seat, "H")
    assert card.findChild(QComboBox) is not None
    QTest.keyClick(card.focusWidget() or card, Qt.Key.Key_Escape)
    for user, role in (("an.tran", "duty_officer"), ("binh", "duty_officer"), ("sep", "leader")):
        seat.happen(ev.OperatorSignedIn(user=user, role=role, origin=""), actor=user)
    deed(seat, "H")
    QTest.keyClicks(field_of(card), "het ca")
    QTest.keyClick(field_of(card), Qt.Key.Key_Return)
    command = seat.sent[-1]
    assert isinstance(command, HandOverAlert)
    assert (command.colleague, command.comment) == ("binh", "het ca")
    seat.grant(ev.AlertOwned(alert_id="fire", owner="binh", previous="an.tran", comment="hết ca"))
    assert "an.tran → binh" in texts(card)
    deed(seat, "H")
    assert seat.sent[-1] is command, "it is no longer his to give"


def test_a_latched_alert_is_reset_and_escalation_stands_on_row_and_card(qtbot: QtBot) -> None:
    seat = Seat()
    inbox = open_inbox(qtbot, seat)
    seat.raise_alerts(alert("fire").model_copy(update={"latching": True}))
    card = open_card(qtbot, seat, "fire")
    seat.happen(
        ev.AlertEscalated(
            alert_id="fire", level=1, recipient_id="giam-sat-ca", recipient_vi="Giám sát ca trực", recipient_en="x"
        )
    )
    assert any("1" in tag for tag in shown(inbox)[0].tags)
    assert "Giám sát ca trực" in texts(card)
    seat.happen(ev.AlertReturned(alert_id="fire"))
    assert shown(inbox)[0].style == "dashed"
    deed(seat, "Z")
    assert seat.sent == [], "not before it was acknowledged"
    seat.happen(ev.AlertAcknowledged(alert_id="fire"), actor="an.tran")
    assert (seat.state.alerts["fire"].phase, shown(inbox)[0].style) == (AlertPhase.LATCHED_ACKNOWLEDGED, "outline")
    deed(seat, "Z")
    assert isinstance(seat.sent[-1], ResetAlert)
    seat.grant(ev.AlertReset(alert_id="fire"))
    assert shown(inbox) == []


def test_the_times_to_choose_from_end_with_the_longest_allowed() -> None:
    assert shelf_spans(600) == (300, 600)
    assert shelf_spans(7200)[-1] == 7200
    assert shelf_spans(60) == (60,)
