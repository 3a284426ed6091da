"""The card in a real window: facts, actions by role, what was done, text as text."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from backend.contracts.alerts import LimitReading
from backend.contracts.commands import AcknowledgeAlert, DispatchAlert, Role, TakeAlert
from backend.contracts.events import AlertAcknowledged, AlertDispatched, AlertReturned
from backend.contracts.kinds.alerts import Priority
from console.deeds import alert_deeds
from console.panels.alert_card import AlertCard
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert


def open_card(qtbot: QtBot, seat: Seat, alert_id: str) -> AlertCard:
    card = AlertCard(seat.session)
    qtbot.addWidget(card)
    card.resize(460, 700)
    card.show()
    qtbot.waitExposed(card)
    seat.session.selection.select("alert", alert_id)
    return card


def texts(card: AlertCard) -> str:
    return "\n".join(label.text() for label in card.findChildren(QLabel) if label.isVisible())


def test_measured_value_and_limit_stand_there_with_their_source(qtbot: QtBot) -> None:
    seat = Seat()
    limit = LimitReading(
        symbol="SO2", unit="mg/Nm3", value=690.0, limit_value=500.0, limit_source="QCVN 19:2009/BTNMT", window_min=60
    )
    seat.raise_alerts(alert("so2", Priority.MEDIUM, kind="station.limit").model_copy(update={"limit": limit}))
    shown = texts(open_card(qtbot, seat, "so2"))
    assert "690,00\N{NO-BREAK SPACE}mg/Nm³ (+38%)" in shown
    assert "QCVN 19:2009/BTNMT" in shown


def test_the_response_tells_what_to_do(qtbot: QtBot) -> None:
    seat = Seat()
    seat.raise_alerts(alert("fire"))
    assert "Xem hình trực tiếp" in texts(open_card(qtbot, seat, "fire"))


def test_taking_over_names_the_owner_this_seat_saw(qtbot: QtBot) -> None:
    seat = Seat()
    seat.raise_alerts(alert("fire").model_copy(update={"owner": "binh"}))
    card = open_card(qtbot, seat, "fire")
    card.action_bar.take()
    command = seat.sent[-1]
    assert isinstance(command, TakeAlert)
    assert command.expected_owner == "binh"


def test_dispatch_takes_two_actions_and_shows_in_the_history_when_it_came_back(qtbot: QtBot) -> None:
    seat = Seat()
    seat.raise_alerts(alert("fire"))
    card = open_card(qtbot, seat, "fire")
    card.action_bar.ask_agency()
    field = card.focusWidget()
    assert field is card.action_bar.agencies.field
    site = seat.state.site
    assert site is not None
    able = [one.agency_id for one in site.agencies if "detection" in one.handles]
    assert {one.key for one in card.action_bar.agencies.shown} <= set(able), "those that handle it stand first"
    phones = {one.agency_id: one.phone for one in site.agencies}
    assert [one.hint for one in card.action_bar.agencies.shown] == [
        phones[one.key] for one in card.action_bar.agencies.shown
    ]
    QTest.keyClick(field, Qt.Key.Key_Return)
    command = seat.sent[-1]
    assert isinstance(command, DispatchAlert)
    assert command.agency_id in able
    before = texts(card)
    assert "chờ" in before or "waiting" in before
    seat.grant(AlertDispatched(alert_id="fire", agency_id=command.agency_id))
    name = next(agency.name_vi for agency in site.agencies if agency.agency_id == command.agency_id)
    assert name in texts(card)


def test_a_refusal_stands_under_the_buttons_in_words(qtbot: QtBot) -> None:
    seat = Seat()
    seat.raise_alerts(alert("fire"))
    card = open_card(qtbot, seat, "fire")
    card.action_bar.acknowledge()
    seat.refuse("unavailable", "đĩa đầy")
    assert "đĩa đầy" in texts(card)


def test_an_acknowledgement_can_carry_its_comment(qtbot: QtBot) -> None:
    seat = Seat()
    seat.raise_alerts(alert("fire"))
    card = open_card(qtbot, seat, "fire")
    (deed,) = [deed for deed in alert_deeds(seat.session) if deed.key == "Shift+Space"]
    deed.act()
    field = card.focusWidget()
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "da goi 114")
    assert seat.sent == []
    QTest.keyClick(field, Qt.Key.Key_Return)
    (command,) = seat.sent
    assert isinstance(command, AcknowledgeAlert)
    assert command.comment == "da goi 114"
    seat.happen(AlertAcknowledged(alert_id="fire", comment=command.comment), caused_by=command.command_id)
    deed.act()
    assert field.isHidden(), "what is acknowledged is not acknowledged again"


def test_a_leader_is_not_offered_what_his_role_may_not_do(qtbot: QtBot) -> None:
    seat = Seat(Role.LEADER)
    seat.raise_alerts(alert("fire"))
    card = open_card(qtbot, seat, "fire")
    card.action_bar.acknowledge()
    assert seat.sent == []
    card.action_bar.ask_comment()
    assert card.focusWidget() is not None


def test_a_closed_alert_stays_readable_and_takes_no_command(qtbot: QtBot) -> None:
    seat = Seat()
    seat.raise_alerts(alert("fire"))
    card = open_card(qtbot, seat, "fire")
    seat.happen(AlertAcknowledged(alert_id="fire"), AlertReturned(alert_id="fire"))
    assert "Cháy" in texts(card)
    card.action_bar.take()
    assert seat.sent == []


def test_markup_from_a_feed_is_shown_as_text(qtbot: QtBot) -> None:
    seat = Seat()
    seat.raise_alerts(alert("x", headline="<b>Cháy</b><img src=x>"))
    card = open_card(qtbot, seat, "x")
    assert "<b>Cháy</b>" in texts(card)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in card.findChildren(QLabel))


def test_the_card_names_an_alert_nearby_that_comes_after_it_and_forgets_one_that_goes(qtbot: QtBot) -> None:
    seat = Seat()
    here = {"lat_deg": 22.48, "lon_deg": 103.97}
    seat.raise_alerts(alert("fire").model_copy(update=here))
    card = open_card(qtbot, seat, "fire")
    assert "Khói gần đó" not in texts(card)
    seat.raise_alerts(alert("smoke", Priority.HIGH, headline="Khói gần đó").model_copy(update=here))
    assert "Khói gần đó" in texts(card)
    seat.happen(AlertAcknowledged(alert_id="smoke"), AlertReturned(alert_id="smoke"), actor="an.tran")
    assert "Khói gần đó" not in texts(card)
