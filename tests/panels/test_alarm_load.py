"""The panel of the alarm load: figures with their targets, alarms to go to, and what it says when it has nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import BaseModel
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from backend.contracts import events as ev
from backend.contracts.alarm_load import AlarmLoad, KpiTarget
from backend.contracts.commands import Role
from backend.contracts.kinds.alerts import Priority
from console.models.alarm_load import figure_rows, standing_of
from console.models.session import Selected
from console.models.word_rows import KEY_ROLE, Rows
from console.panels.alarm_load import DOOR, AlarmLoadPanel
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert
from tests.unit.storage_samples import NOW_MS
from tests.unit.test_alarm_load import Story, alarm

SOON_MS = 5_000
HOUR_KPI = KpiTarget(kpi="per_hour", target=6, most=12, source="ISA-18.2", verified=False)


def stormy() -> AlarmLoad:
    story = Story()
    for number in range(14):
        story.happens(ev.AlertRaised(alert=alarm(f"a{number}", Priority.HIGH, f"p{number % 3}")), 10_000)
    story.happens(ev.AlertAcknowledged(alert_id="a3"), 5_000, "lan")
    for _ in range(2):
        story.happens(ev.AlertReturned(alert_id="a5"), 2_000)
        story.happens(ev.AlertReactivated(alert_id="a5"), 2_000)
    story.happens(ev.AlertJudged(alert_id="a7", rule="detection:crowd", verdict="false"), 1_000)
    return story.reader.result(NOW_MS, story.at_ms, story.state.alerts.values(), story.state.rules, (HOUR_KPI,))


class Server:
    """Answers when it is told to; keeps what was asked."""

    def __init__(self) -> None:
        self.load: AlarmLoad | None = stormy()
        self.asked: list[Mapping[str, str | int]] = []

    def ask(
        self,
        path: str,
        query: Mapping[str, str | int],
        model: type[BaseModel],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
        body: BaseModel | None = None,
    ) -> None:
        assert (path, model) == (DOOR, AlarmLoad)
        self.asked.append(query)
        if self.load is None:
            failed("the log cannot be read")
        else:
            done(self.load)

    def download(self, path: str, file: Path, done: Callable[[Path], None], failed: Callable[[str], None]) -> None:
        raise AssertionError("nothing is downloaded here")


class Room:
    def __init__(self, qtbot: QtBot, role: Role = Role.DUTY_OFFICER) -> None:
        self.seat, self.server = Seat(role, language="en"), Server()
        self.seat.session.server = cast(Any, self.server)
        self.panel = AlarmLoadPanel(self.seat.session)
        self.panel.resize(1200, 700)
        qtbot.addWidget(self.panel)
        self.panel.show()


@pytest.fixture
def room(qtbot: QtBot) -> Room:
    room = Room(qtbot)
    qtbot.waitUntil(room.panel.is_live, timeout=SOON_MS)
    return room


def cells(rows: Rows, row: int) -> tuple[str, ...]:
    return rows.rows[row].cells


def test_figures_stand_beside_their_targets_and_tell_what_is_missed(room: Room) -> None:
    QAbstractItemModelTester(room.panel.figures, QAbstractItemModelTester.FailureReportingMode.Fatal)
    per_hour = next(row for row in room.panel.figures.rows if row.cells[0] == "Alarms an hour")
    assert per_hour.cells[2:4] == ("≤ 6", "far over")
    assert per_hour.cells[4] == "ISA-18.2 (chưa xác minh)"
    assert per_hour.standing == "far_over"
    day = next(row for row in room.panel.figures.rows if row.cells[0] == "Alarms a day")
    assert day.cells[2] == "–"
    assert [row.cells[0] for row in room.panel.attention.rows] == ["chatters", "false alarms"]
    assert cells(room.panel.alarms, 0)[2] == "6"
    assert "FLOOD NOW" in room.panel.findChildren(type(room.panel._summary))[0].text()
    assert room.panel.bars.bars.loud


def test_a_row_selects_its_alarm_and_enter_goes_there(room: Room, qtbot: QtBot) -> None:
    room.seat.raise_alerts(alert("a5", Priority.HIGH))
    went: list[Selected] = []
    room.seat.session.selection.go_to.connect(went.append)
    index = room.panel.attention.index(0, 0)
    assert index.data(KEY_ROLE) == "a5"
    room.panel._select(index)
    assert room.seat.session.selection.current == Selected("alert", "a5")
    room.panel._go_to(index)
    assert went == [Selected("alert", "a5")]


def test_it_asks_again_when_alarms_change_and_when_another_span_is_chosen(room: Room, qtbot: QtBot) -> None:
    before = len(room.server.asked)
    room.seat.raise_alerts(alert("new", Priority.LOW))
    qtbot.waitUntil(lambda: len(room.server.asked) == before + 1, timeout=SOON_MS)
    room.panel.restore_state({"minutes": 10})
    qtbot.waitUntil(lambda: len(room.server.asked) == before + 2, timeout=SOON_MS)
    asked = room.server.asked[-1]
    assert int(asked["end"]) - int(asked["start"]) == 600_000
    assert room.panel.save_state() == {"minutes": 10}


def test_trouble_is_told_in_its_place(room: Room, qtbot: QtBot) -> None:
    room.server.load = None
    room.seat.raise_alerts(alert("new", Priority.LOW))
    qtbot.waitUntil(lambda: "the log cannot be read" in room.panel._message.text(), timeout=SOON_MS)
    assert not room.panel.figure_table.isVisible()


def test_who_may_not_replay_is_told_so(qtbot: QtBot) -> None:
    room = Room(qtbot, Role.AGENCY)
    qtbot.waitUntil(lambda: "may not replay" in room.panel._message.text(), timeout=SOON_MS)
    assert room.server.asked == []


def test_exactly_the_target_keeps_it() -> None:
    assert [standing_of(value, HOUR_KPI) for value in (6, 6.1, 12, 12.1)] == ["good", "over", "over", "far_over"]
    assert standing_of(99, None) == "none"
    assert {row.standing for row in figure_rows(stormy(), "vi")} == {"far_over", "none"}
