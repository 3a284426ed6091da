"""Reports that may be the same: seen side by side, joined or told apart by a key, and gone when the event came back."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from backend.contracts import commands as cmd
from backend.contracts import report_events as rev
from backend.contracts.commands import Role
from backend.contracts.report_doors import ReportThread
from console.panels.duplicates import DuplicatesPanel
from tests.panels.report_room import NOW_MS, Desk, came, report
from tests.panels.words import words

SHOWN_S = 5000


@pytest.fixture
def desk(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    monkeypatch.setattr(made.clock, "now_ms", lambda: NOW_MS)
    return made


class Threads:
    """The server's door of one report."""

    def ask(self, path: str, query: Any, model: Any, done: Any, failed: Any, body: object = None) -> None:
        number = int(path.rpartition("-")[2])
        done(ReportThread(report=report(number), text=f"Lời đầy đủ của phản ánh {number}", media=(), events=()))


def shown(qtbot: QtBot, desk: Desk) -> DuplicatesPanel:
    desk.session.server = Threads()  # type: ignore[assignment]
    panel = DuplicatesPanel(desk.session)
    qtbot.addWidget(panel)
    QAbstractItemModelTester(panel.rows, QAbstractItemModelTester.FailureReportingMode.Fatal, panel)
    panel.resize(900, 800)
    panel.show()
    qtbot.waitExposed(panel)
    qtbot.waitUntil(lambda: panel.pairs.settled, timeout=SHOWN_S)
    return panel


def two_pairs(desk: Desk) -> None:
    desk.happen(
        came(1, title="Rác đổ trộm ở chợ Cốc Lếu"),
        came(2, title="Rác đổ trộm trước chợ Cốc Lếu", received_ms=NOW_MS + 3_600_000, address="số 12"),
        came(3, title="Cống tắc", category_id="den-duong", lat_deg=22.6),
        came(4, title="Cống tắc gây ngập", category_id="den-duong", lat_deg=22.60003, received_ms=NOW_MS + 5),
    )


def test_the_likelier_pair_stands_first_and_what_differs_is_told(desk: Desk, qtbot: QtBot) -> None:
    two_pairs(desk)
    panel = shown(qtbot, desk)
    assert [row.cells[1:3] for row in panel.rows.rows] == [("PA-000002", "PA-000001"), ("PA-000004", "PA-000003")]
    assert panel.table.currentIndex().row() == 0
    parts = {row.cells[0]: row.cells[1:] for row in panel.compared.rows}
    assert parts["Place"][0].startswith("số 12")
    assert parts["Place"][2:] == ("0 m", "25 / 25")
    assert parts["Time"][2].endswith("apart")
    assert parts["Category"][2:] == ("the same", "25 / 25")
    assert parts["Words"][2:] == ("75 % in common", "19 / 25")
    told = words(panel)
    assert "Lời đầy đủ của phản ánh 2" in told
    assert "Lời đầy đủ của phản ánh 1" in told
    QTest.keyClick(panel.table, Qt.Key.Key_Down)
    assert "Lời đầy đủ của phản ánh 4" in words(panel)
    selected = desk.session.selection.current
    assert selected is not None
    assert selected.key == "PA-000004"


def test_a_key_joins_and_the_pair_stays_until_the_event_came_back(desk: Desk, qtbot: QtBot) -> None:
    two_pairs(desk)
    panel = shown(qtbot, desk)
    QTest.keyClick(panel.table, Qt.Key.Key_K)
    assert desk.sent[-1].kind == "report.move"
    assert len(panel.rows.rows) == 2
    assert "Sent, waiting for the server…" in words(panel)
    QTest.keyClick(panel.table, Qt.Key.Key_K)
    assert len(desk.sent) == 1, "pressed again it is not sent again"
    assert desk.answer() == ""
    assert desk.state.ended_reports["PA-000002"].duplicate_of == "PA-000001"
    qtbot.waitUntil(lambda: len(panel.rows.rows) == 1, timeout=SHOWN_S)
    assert panel.pair is not None
    assert panel.pair.later.code == "PA-000004"
    assert "Sent, waiting for the server…" not in words(panel)


def test_not_the_same_is_remembered_and_not_suggested_again(desk: Desk, qtbot: QtBot) -> None:
    two_pairs(desk)
    panel = shown(qtbot, desk)
    QTest.keyClick(panel.table, Qt.Key.Key_N)
    assert isinstance(desk.sent[-1], cmd.TellReportsApart)
    assert desk.answer() == ""
    qtbot.waitUntil(lambda: len(panel.rows.rows) == 1, timeout=SHOWN_S)
    desk.happen(rev.ReportChanged(report_id="PA-000001", address="chợ"))
    again = shown(qtbot, desk)
    assert [row.cells[1] for row in again.rows.rows] == ["PA-000004"]
    QTest.keyClick(again.table, Qt.Key.Key_N)
    assert desk.answer() == ""
    qtbot.waitUntil(lambda: not again.rows.rows, timeout=SHOWN_S)
    assert "No two reports look like the same. What is suggested comes here by itself." in words(again)


def test_the_other_one_may_stay_and_what_cannot_be_joined_says_so(desk: Desk, qtbot: QtBot) -> None:
    two_pairs(desk)
    panel = shown(qtbot, desk)
    QTest.keyClick(panel.table, Qt.Key.Key_O)
    assert any("PA-000001 ends as a duplicate" in word for word in words(panel))
    desk.happen(rev.ReportMoved(report_id="PA-000001", state="rejected", reason="x", text="x"))
    qtbot.waitUntil(lambda: panel.pair is not None and panel.pair.likeness.report.state == "rejected", timeout=SHOWN_S)
    QTest.keyClick(panel.table, Qt.Key.Key_K)
    assert "PA-000001 cannot become a duplicate" in panel._outcome.text()
    assert desk.sent == []
    QTest.keyClick(panel.table, Qt.Key.Key_O)
    QTest.keyClick(panel.table, Qt.Key.Key_K)
    assert isinstance(desk.sent[-1], cmd.MoveReport)
    assert desk.sent[-1].report_id == "PA-000002"


def test_who_may_not_decide_is_told_so_and_an_agency_sees_no_pairs(qtbot: QtBot) -> None:
    leader = Desk(Role.LEADER)
    two_pairs(leader)
    panel = shown(qtbot, leader)
    assert not panel.same.isEnabled()
    QTest.keyClick(panel.table, Qt.Key.Key_N)
    assert panel._outcome.text() == "✕ Your role does not decide on duplicates."
    assert leader.sent == []
    agency = Desk(Role.AGENCY, "csgt")
    two_pairs(agency)
    assert shown(qtbot, agency).rows.rows == ()
