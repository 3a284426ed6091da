"""The shift's panel is worked by keyboard and shows a task as done only when its event came back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from backend.contracts.commands import MarkShiftTask, StartShift
from backend.contracts.events import ShiftStarted, ShiftTaskDone
from console.panels.shift import ShiftPanel
from tests.panels.desk_room import Seat


def test_signing_on_and_doing_a_task_by_keyboard(qtbot: QtBot) -> None:
    seat = Seat(language="en")
    panel = ShiftPanel(seat.session)
    qtbot.addWidget(panel)
    panel.show()
    panel.start()
    wish = seat.sent[-1]
    assert isinstance(wish, StartShift)
    assert not seat.state.watches
    site, turn = seat.state.site, panel.turn()
    assert site is not None
    assert turn is not None
    seat.grant(ShiftStarted(turn=turn, position_id=wish.position_id, tasks=site.shifts.tasks))
    assert len(panel.model.rows) == 18
    panel.table.selectRow(3)
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    marked = seat.sent[-1]
    assert isinstance(marked, MarkShiftTask)
    assert (marked.task_id, marked.state) == (site.shifts.tasks[3].task_id, "done")
    assert "done" not in panel.model.rows[3].cells[0]
    seat.grant(ShiftTaskDone(watch_id=turn.watch_id, task_id=marked.task_id))
    assert "done" in panel.model.rows[3].cells[0]
    seat.refuse("needs_reason", "say why")


def test_before_anybody_signs_on_the_roster_and_the_tasks_of_the_turn_are_shown(qtbot: QtBot) -> None:
    seat = Seat(language="en")
    panel = ShiftPanel(seat.session)
    qtbot.addWidget(panel)
    panel.show()
    turn, site = panel.turn(), seat.state.site
    assert turn is not None
    assert site is not None
    assert len(panel.turns.rows) == 5
    running = panel.turns.rows[0].cells
    assert turn.shift.name_en in running[0]
    assert running[4] == "nobody yet"
    assert {row.cells[2] for row in panel.model.rows} <= {task.words_en for task in site.shifts.tasks}
    assert panel.model.rows
    panel.mark("done")
    assert not seat.sent, "nobody does tasks of a watch that has not begun"
    panel.start()
    seat.grant(ShiftStarted(turn=turn, position_id=site.shifts.positions[0].position_id, tasks=site.shifts.tasks))
    assert site.shifts.positions[0].name_en in panel.turns.rows[0].cells[4]
