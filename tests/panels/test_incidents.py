"""The incident board by keyboard: promoted with one key, steps and tasks answered, nothing done before it is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from backend.contracts import commands as cmd
from backend.contracts import events as ev
from backend.contracts.commands import Role
from backend.contracts.incidents import Incident
from backend.contracts.kinds.alerts import Priority
from backend.domain import incidents as domain
from backend.domain.alerts import Refusal
from config.site import load_site
from console.deeds import alert_deeds
from console.models.incidents import card_rows
from console.panels.alert_card import AlertCard
from console.panels.incidents import IncidentsPanel
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert
from tests.panels.words import words
from tests.unit.test_site import LAOCAI, TODAY
from widgets.row_table import RowTable

CLOCK_MS = 1_795_316_535_000
SOPS = load_site(LAOCAI, TODAY).sops


class Desk(Seat):
    """A seat whose server decides by the real rules; `answers` off = it has not answered yet."""

    def __init__(self, role: Role = Role.DUTY_OFFICER) -> None:
        self.answers = True
        super().__init__(role)
        self.happen(*(ev.SopPublished(sop=sop) for sop in SOPS))

    def _send(self, command: cmd.Command) -> bool:
        sent = super()._send(command)
        if self.answers:
            self.answer()
        return sent

    def answer(self) -> None:
        """What the server makes of the newest command."""
        command = self.sent[-1]
        assert isinstance(command, cmd.IncidentCommand)
        decision = domain.decide(self.state, command, "an.tran", self.clock.now_ms())
        assert not isinstance(decision, Refusal), decision
        self.happen(*decision, caused_by=command.command_id, actor="an.tran")

    @property
    def incident(self) -> Incident:
        return next(reversed(self.state.incidents.values()))


@pytest.fixture
def desk(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    monkeypatch.setattr(made.clock, "now_ms", lambda: CLOCK_MS)
    return made


def fire(alert_id: str, lat_deg: float = 22.4871, minutes: int = 0) -> ev.AlertRaised:
    one = alert(alert_id, Priority.CRITICAL, headline=f"Cháy {alert_id}")
    changes = {"lat_deg": lat_deg, "lon_deg": 103.9707, "raised_ms": CLOCK_MS + minutes * 60_000}
    return ev.AlertRaised(alert=one.model_copy(update=changes))


def shown(qtbot: QtBot, desk: Desk) -> IncidentsPanel:
    panel = IncidentsPanel(desk.session)
    qtbot.addWidget(panel)
    panel.resize(1100, 800)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def press(widget: QWidget, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(widget, key)


def answer(panel: IncidentsPanel, text: str) -> None:
    panel.line.line.setText(text)
    press(panel.line.line, Qt.Key.Key_Return)


def cells(table: RowTable) -> list[list[str]]:
    model = table.model()
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def promoted(qtbot: QtBot, desk: Desk) -> IncidentsPanel:
    panel = shown(qtbot, desk)
    desk.happen(fire("a"))
    desk.session.selection.select("alert", "a")
    deed = next(deed for deed in alert_deeds(desk.session) if deed.key == "E")
    deed.act()
    return panel


def test_one_key_makes_the_selected_alert_an_incident_led_by_this_seat(qtbot: QtBot, desk: Desk) -> None:
    panel = shown(qtbot, desk)
    QAbstractItemModelTester(panel.list)
    QAbstractItemModelTester(panel.steps)
    assert "No incident. E on an alert opens one." in words(panel)
    promoted_panel = promoted(qtbot, desk)
    assert (desk.incident.lead, desk.incident.phase) == ("an.tran", "in_hand")
    assert promoted_panel.incident == desk.incident
    assert panel.incident == desk.incident
    first = panel.list.index(0).data()
    assert first.startswith("◆ #1 Cháy a\n")
    assert "0/2" in first
    assert desk.incident.run is not None
    assert desk.incident.run.sop.sop_id == "chay"
    deed = next(deed for deed in alert_deeds(desk.session) if deed.key == "E")
    deed.act()
    assert len(desk.sent) == 1, "an alert has one incident"


def test_the_procedure_is_gone_through_by_keyboard(qtbot: QtBot, desk: Desk) -> None:
    panel = promoted(qtbot, desk)
    table = panel.step_table
    table.setFocus()
    assert [row[0] for row in cells(table)] == ["▶", "?"]
    assert "left" in cells(table)[0][3]
    press(table, Qt.Key.Key_Space)
    assert cells(table)[0][0] == "✓"
    press(table, Qt.Key.Key_Down, Qt.Key.Key_Y)
    assert [row[0] for row in cells(table)] == ["✓", "✓", "▶", "?"]
    press(table, Qt.Key.Key_Down, Qt.Key.Key_Space)
    assert [task.agency_id for task in desk.incident.tasks] == ["pccc"], "doing the step asks the agency"
    assert cells(panel.task_table)[0][2] == "asked"
    press(table, Qt.Key.Key_Down, Qt.Key.Key_N, Qt.Key.Key_Down, Qt.Key.Key_S)
    assert len(desk.incident.run.marks if desk.incident.run else ()) == 4, "a step is not skipped without a reason"
    answer(panel, "đường vắng")
    assert desk.incident.concerns == ("skipped:phan-luong",)
    assert any("đường vắng" in row[3] for row in cells(table))
    press(table, Qt.Key.Key_Backspace)
    assert "phan-luong" not in (desk.incident.run.marks if desk.incident.run else {})


def test_nothing_is_shown_as_done_before_its_event_is_back(qtbot: QtBot, desk: Desk) -> None:
    panel = promoted(qtbot, desk)
    desk.answers = False
    press(panel.step_table, Qt.Key.Key_Space, Qt.Key.Key_Space)
    assert len(desk.sent) == 2, "one command at a time"
    assert cells(panel.step_table)[0][0] == "▶"
    assert "Sent, waiting for the server…" in words(panel)
    desk.refuse("wrong_phase", "the step was decided already")
    assert any("the step was decided already" in word for word in words(panel))
    assert cells(panel.step_table)[0][0] == "▶"


def test_tasks_go_on_with_a_promised_arrival(qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = promoted(qtbot, desk)
    panel.ask_task()
    QTest.keyClicks(panel.agencies.field, "cap cuu")
    QTest.keyClick(panel.agencies.field, Qt.Key.Key_Return)
    assert "115" in panel.line.line.placeholderText() or "ấp cứu" in panel.line.line.placeholderText()
    answer(panel, "một xe cứu thương")
    table = panel.task_table
    press(table, Qt.Key.Key_E)
    answer(panel, "mười")
    assert any("whole number of minutes" in word for word in words(panel))
    press(table, Qt.Key.Key_E)
    answer(panel, "10")
    (row,) = cells(table)
    assert row[1:3] == ["một xe cứu thương", "on the way"]
    assert row[3] == "arrival: 10\u00a0ph left"
    monkeypatch.setattr(desk.clock, "now_ms", lambda: CLOCK_MS + 720_000)
    desk.happen(*domain.overdue(desk.state, CLOCK_MS + 720_000))
    assert "2\u00a0ph over" in cells(table)[0][3]
    assert "overdue" in panel.list.index(0).data()
    press(table, Qt.Key.Key_Space, Qt.Key.Key_Space)
    assert desk.incident.tasks[0].state == "done"


def test_alerts_are_joined_as_suggested_and_taken_out_with_a_reason(qtbot: QtBot, desk: Desk) -> None:
    panel = promoted(qtbot, desk)
    desk.happen(fire("near", 22.4898, 4), fire("far", 22.9, 4))
    table = panel.alert_table
    assert [row[1] for row in cells(table)] == ["Cháy a", "Cháy near"]
    assert "4 min apart" in cells(table)[1][2]
    assert ("+", "join to incident #1: 300 m, 4 min apart") in [
        (mark, text[:39]) for mark, text in card_rows(desk.state, desk.state.alerts["near"], CLOCK_MS, "vi")
    ]
    press(table, Qt.Key.Key_Down, Qt.Key.Key_J)
    assert [link.key for link in desk.incident.links] == ["a", "near"]
    table.setCurrentIndex(panel.alerts.index(1, 0))
    press(table, Qt.Key.Key_Delete)
    answer(panel, "đám cháy khác")
    assert [link.key for link in desk.incident.links] == ["a"]
    assert any("đám cháy khác" in row[2] for row in cells(panel.log_table))


def test_closing_asks_for_cause_and_words_and_is_refused_over_open_steps(qtbot: QtBot, desk: Desk) -> None:
    panel = promoted(qtbot, desk)
    panel.move_on()
    panel.ask_back()
    answer(panel, "cháy lại")
    assert desk.incident.phase == "in_hand"
    press(panel.step_table, Qt.Key.Key_Space, Qt.Key.Key_Down, Qt.Key.Key_N, Qt.Key.Key_Down, Qt.Key.Key_Space)
    panel.move_on()
    panel.move_on()
    panel.line.choice.setCurrentIndex(panel.line.choice.findData("human"))
    answer(panel, "Đốt rác, đã dập tắt")
    assert (desk.incident.phase, desk.incident.cause) == ("closed", "human")
    assert any("Đốt rác, đã dập tắt" in word for word in words(panel))


def test_an_incident_by_hand_is_shown_at_once_though_another_alert_is_selected(qtbot: QtBot, desk: Desk) -> None:
    panel = promoted(qtbot, desk)
    panel.ask_new()
    panel.line.choice.setCurrentIndex(panel.line.choice.findData("giao-thong"))
    answer(panel, "Xe tải lật ở IC18")
    assert panel.incident is not None
    assert (panel.incident.title, panel.incident.category) == ("Xe tải lật ở IC18", "traffic")
    panel.line.line.setText("gọi được lái xe")
    press(panel.line.line, Qt.Key.Key_Return)
    assert cells(panel.log_table)[0][2] == "gọi được lái xe"
    desk.session.selection.select("camera", "gt-ic18")
    assert panel.incident.number == 2


def test_the_supervisor_sees_what_was_skipped_until_he_has_seen_it(qtbot: QtBot) -> None:
    desk = Desk(Role.SUPERVISOR)
    panel = promoted(qtbot, desk)
    press(panel.step_table, Qt.Key.Key_S)
    answer(panel, "camera hỏng")
    assert "1 to look at" in panel.list.index(0).data()
    panel.review()
    assert "to look at" not in panel.list.index(0).data()


def test_who_only_looks_is_offered_nothing(qtbot: QtBot) -> None:
    desk = Desk()
    panel = promoted(qtbot, desk)
    desk.session.operator = None
    desk.session.operator_changed.emit()
    assert panel.open_by_hand.isHidden()
    press(panel.step_table, Qt.Key.Key_Space)
    assert len(desk.sent) == 1


def test_the_card_shows_the_steps_that_fit_and_then_the_run(qtbot: QtBot, desk: Desk) -> None:
    card = AlertCard(desk.session)
    qtbot.addWidget(card)
    card.resize(400, 900)
    card.show()
    qtbot.waitExposed(card)
    desk.happen(fire("a"))
    desk.session.selection.select("alert", "a")
    assert "Mở camera gần nhất, nhìn xem có lửa hoặc khói" in words(card)
    promoted(qtbot, desk)
    assert any(word.startswith("#1 Cháy a · in hand") for word in words(card))
    assert any(word.startswith("Mở camera gần nhất") and "left" in word for word in words(card))
