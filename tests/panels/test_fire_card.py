"""A fire alert in a real window: its premises, its zones, the clock to its dispatch; who handles a cyber alert."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from backend.contracts.alerts import Alert, CyberDetail, FireDetail, FireZone
from backend.contracts.commands import Role
from backend.contracts.events import AlertDispatched
from backend.contracts.kinds.alerts import Priority
from console.models.fire_site import dispatch_clock
from console.models.inbox_rows import InboxRows
from console.models.places import cameras_at
from console.models.session import Selected
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert
from tests.panels.test_alert_card import open_card, texts


def market(seat: Seat, age_s: float = 0.0) -> Alert:
    now_ms = seat.clock.now_ms()
    zones = (
        FireZone(zone="2", name="Nhà A, tầng 2 (quần áo)", code="FA", at_ms=now_ms),
        FireZone(zone="4", name="đầu báo 4.12", code="FA", at_ms=now_ms, restored_ms=now_ms),
    )
    return alert("f1", kind="fire.alarm", place_id="cho-coc-leu", place_name="Chợ Cốc Lếu").model_copy(
        update={
            "fire": FireDetail(account="1001", zones=zones),
            "raised_ms": now_ms - round(age_s * 1000),
            "lat_deg": 22.4982,
            "lon_deg": 103.964,
        }
    )


def test_the_premises_stand_on_the_card_with_what_those_who_drive_must_know(qtbot: QtBot) -> None:
    seat = Seat()
    seat.raise_alerts(market(seat))
    shown = texts(open_card(qtbot, seat, "f1"))
    for wanted in (
        "0214 000 0101",
        "Bình gas nhỏ",
        "cổng C có mái che",
        "Trụ nước cổng A · 30 m",
    ):
        assert wanted in shown
    assert "Nhà A, tầng 2 (quần áo)" in shown
    assert "Kho hàng phía sau · đầu báo 4.12 · over since" in shown


def test_the_clock_runs_in_card_and_row_and_stops_at_the_dispatch(qtbot: QtBot) -> None:
    seat = Seat()
    seat.raise_alerts(market(seat, age_s=70))
    card = open_card(qtbot, seat, "f1")
    assert "1:1" in texts(card)
    assert "/ 5:00 · “Thời gian vàng” 5 phút" in texts(card)
    assert "(chưa xác minh)" in texts(card), "a figure that nobody compared with its text says so"
    rows = InboxRows(seat.session)
    assert any("/ 5:00" in tag for tag in rows.row_words(seat.state.alerts["f1"]).tags)
    seat.happen(AlertDispatched(alert_id="f1", agency_id="pccc"), actor="an.tran")
    assert "Dispatched in time: 1:1" in texts(card)
    assert not any("/ 5:00" in tag for tag in rows.row_words(seat.state.alerts["f1"]).tags)


def test_a_late_dispatch_says_so(qtbot: QtBot) -> None:
    seat = Seat()
    seat.raise_alerts(market(seat, age_s=301))
    card = open_card(qtbot, seat, "f1")
    assert "LATE: 5:0" in texts(card)
    clock = dispatch_clock(seat.state, seat.state.alerts["f1"], seat.clock.now_ms())
    assert clock is not None
    assert clock.late


def test_other_alerts_have_neither_premises_nor_clock(qtbot: QtBot) -> None:
    seat = Seat()
    seat.raise_alerts(alert("other"))
    shown = texts(open_card(qtbot, seat, "other"))
    assert "Premises" not in shown.splitlines()
    assert "5:00" not in shown


def test_the_cameras_of_the_premises_come_first() -> None:
    seat = Seat()
    seat.raise_alerts(market(seat))
    there = cameras_at(seat.state, Selected("alert", "f1"), 6)
    assert there is not None
    assert there.camera_ids[:2] == ("pc-cho-coc-leu", "gt-coc-leu")


@pytest.mark.parametrize(
    ("role", "cyber", "fire"),
    [(Role.DUTY_OFFICER, False, True), (Role.CYBER, True, False), (Role.SUPERVISOR, True, True)],
)
def test_a_cyber_alert_is_seen_by_all_and_handled_by_its_officers(
    qtbot: QtBot, role: Role, cyber: bool, fire: bool
) -> None:
    seat = Seat(role)
    detail = CyberDetail(
        sensor="ids-1", signature="ET SCAN Nmap", signature_id="1:2000537", category="Attempted Information Leak",
        source="203.0.113.9", target="10.0.0.5:22", severity="2", count=7,
    )  # fmt: skip
    seat.raise_alerts(alert("c1", Priority.HIGH, kind="cyber.alert").model_copy(update={"cyber": detail}), market(seat))
    card = open_card(qtbot, seat, "c1")
    assert "203.0.113.9 → 10.0.0.5:22" in texts(card)
    for alert_id, may in (("c1", cyber), ("f1", fire)):
        seat.session.selection.select("alert", alert_id)
        card.action_bar.acknowledge()
        assert bool(seat.sent) is may
        seat.sent.clear()
