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
