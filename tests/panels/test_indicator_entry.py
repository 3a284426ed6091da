"""Entering figures: late first, told before it is sent what cannot be, entered only when the room has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from backend.contracts.commands import RIGHTS, Role
from backend.contracts.events import IndicatorsEntered
from backend.contracts.folded import folded
from backend.contracts.indicators import (
    CellProblem,
    FigureForm,
    ImportAnswer,
    IndicatorFigure,
    IndicatorHistory,
    IndicatorReport,
    IndicatorRow,
    IndicatorValue,
    LateFigure,
)
from console.models.session import Operator
from console.panels.indicator_entry import IndicatorEntryPanel
from tests.panels.desk_room import Seat
from tests.panels.map_room import laocai

NOW_MS = 1_795_316_535_000
"""2026-11-22 at the site."""

ALL = laocai().indicators.indicators
MINE = next(one for one in ALL if one.is_entered and one.period == "month" and one.minimum is not None)
OTHERS = [one for one in ALL if one.owner == MINE.owner and one is not MINE]


class Server:
    """Answers what the test says; the report says that `late` is late."""

    def __init__(self, seat: Seat, late: str = "") -> None:
        self.seat = seat
        self.late = late
        self.forms: list[FigureForm] = []
        self.answers: list[Any] = []
        self.values: list[IndicatorValue] = []
        self.uploads: list[tuple[Path, Any, Any]] = []

    def ask(self, path: str, query: object, model: type, done: Any, failed: Any, body: Any = None) -> None:
        if model is ImportAnswer:
            self.forms.append(body)
            self.answers.append((done, failed))
        elif model is IndicatorHistory:
            done(IndicatorHistory(code=MINE.code, values=tuple(self.values)))
        else:
            late = LateFigure(code=self.late, period="2026-10", due_ms=NOW_MS, periods=2) if self.late else None
            rows = tuple(IndicatorRow(indicator=one, late=late if one.code == self.late else None) for one in ALL)
            done(IndicatorReport(seq=self.seat.state.seq, at_ms=NOW_MS, day="2026-11-22", rows=rows))

    def upload(self, path: str, query: object, file: Path, model: type, sent: Any, done: Any, failed: Any) -> None:
        self.uploads.append((file, done, failed))

    def enters(self, code: str, value: float, period: str, revision: int = 1) -> int:
        """The event of a figure comes back; its number."""
        figure = IndicatorFigure(code=code, period=period, value=value, revision=revision)
        seq = self.seat.state.seq + 1
        self.values.append(
            IndicatorValue(
                code=code, area="", period=period, value=value, revision=revision, entered_by="so.yt",
                entered_ms=NOW_MS, channel="form", note="rà soát" if revision > 1 else "", seq=seq,
            )
        )  # fmt: skip
        self.seat.happen(IndicatorsEntered(channel="form", figures=(figure,)), actor="so.yt")
        return seq


class Desk:
    def __init__(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, role: Role = Role.AGENCY, late: str = "") -> None:
        self.seat = Seat(role)
        monkeypatch.setattr(self.seat.clock, "now_ms", lambda: NOW_MS)
        agency = MINE.owner if role is Role.AGENCY else ""
        self.seat.session.operator = Operator("so.yt", "Sở", role, frozenset(RIGHTS[role]), agency)
        self.server = Server(self.seat, late)
        self.seat.session.server = cast(Any, self.server)
        self.seat.session.files = cast(Any, self.server)
        self.panel = IndicatorEntryPanel(self.seat.session)
        for model in (self.panel.lines, self.panel.revisions, self.panel.problems):
            QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        qtbot.addWidget(self.panel)
        self.panel.resize(1400, 800)
        self.panel.show()
        qtbot.waitExposed(self.panel)

    def choose(self, code: str) -> None:
        keys = [row.key for row in self.panel.lines.rows]
        self.panel.table.setCurrentIndex(self.panel.lines.index(keys.index(code), 0))

    def type_figure(self, text: str, note: str = "") -> None:
        self.panel.figure.clear()
        QTest.keyClicks(self.panel.figure, text)
        self.panel.note.setText(note)
        QTest.keyClick(self.panel.figure, Qt.Key.Key_Return)

    def told(self) -> str:
        return "\n".join(one.text() for one in self.panel.findChildren(QLabel) if one.isVisibleTo(self.panel))


@pytest.fixture
def desk(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(qtbot, monkeypatch, late=MINE.code)


def test_an_agency_has_its_own_indicators_the_late_ones_first_in_shape_colour_and_words(desk: Desk) -> None:
    rows = desk.panel.lines.rows
    assert {row.key for row in rows} == {one.code for one in ALL if one.owner == MINE.owner}
    assert rows[0].key == MINE.code
    assert rows[0].cells[0] == "◆ LATE 2026-10 and 1 before"
    assert (rows[0].standing, rows[0].marked) == ("far_over", 0)
    assert desk.panel.period.currentText() == "2026-10"
    desk.server.late = ""
    desk.server.enters(MINE.code, 12.0, "2026-10")
    shown = next(row for row in desk.panel.lines.rows if row.key == MINE.code)
    assert shown.cells[0] == "● entered 2026-10"
    assert "so.yt" in shown.cells[4]


def test_names_are_found_without_diacritics(desk: Desk) -> None:
    desk.panel.words.setText(folded(MINE.name_vi))
    assert MINE.code in [row.key for row in desk.panel.lines.rows]
    desk.panel.words.setText("xyz không có")
    assert desk.panel.lines.rows == ()
    assert "No indicator is called so" in desk.told()


def test_a_figure_is_entered_when_its_event_came_back_and_not_before(desk: Desk) -> None:
    desk.type_figure("12,5")
    (form,) = desk.server.forms
    (entry,) = form.values
    assert (entry.code, entry.period, entry.value) == (MINE.code, "2026-10", 12.5)
    desk.type_figure("12,5")
    assert len(desk.server.forms) == 1, "one at a time"
    done, _ = desk.server.answers[0]
    done(ImportAnswer(entered=1, seq=desk.seat.state.seq + 1))
    assert "2026-10 entered" not in desk.told()
    desk.server.enters(MINE.code, 12.5, "2026-10")
    assert f"✓ {MINE.code} 2026-10 entered, revision 1" in desk.told()
    assert desk.panel.figure.text() == ""
    assert [row.cells[:2] for row in desk.panel.revisions.rows] == [("2026-10", "1")]


def test_a_correction_wants_its_reason_and_every_revision_stays(desk: Desk) -> None:
    QTest.keyClicks(desk.panel.figure, "1")  # somebody works on it: it stays although it is late no more
    desk.server.enters(MINE.code, 12.0, "2026-10")
    assert "stands there: so.yt" in desk.told()
    desk.type_figure("13")
    assert desk.server.forms == []
    assert "A correction needs its reason" in desk.told()
    desk.type_figure("13", "rà soát")
    assert desk.server.forms[0].values[0].note == "rà soát"
    seq = desk.server.enters(MINE.code, 13.0, "2026-10", 2)  # the event may be here before the answer
    desk.server.answers[0][0](ImportAnswer(entered=1, seq=seq))
    assert f"✓ {MINE.code} 2026-10 entered, revision 2" in desk.told()
    assert [row.cells[1] for row in desk.panel.revisions.rows] == ["2", "1"]
    assert "rà soát" in desk.panel.revisions.rows[0].cells[4]


@pytest.mark.parametrize(("text", "words"), [("", "missing"), ("12,5x", "no number"), ("-999999999", "cannot be")])
def test_what_cannot_be_is_told_at_the_field_and_not_sent(desk: Desk, text: str, words: str) -> None:
    desk.type_figure(text)
    assert desk.server.forms == []
    assert words in desk.told()
    assert desk.panel.window().focusWidget() is desk.panel.figure


def test_what_the_server_refuses_stands_at_its_field(desk: Desk) -> None:
    desk.type_figure("12")
    problem = CellProblem(place="values.0", entry_field="period", words_vi="kỳ chưa bắt đầu", words_en="not begun")
    desk.server.answers[0][0](ImportAnswer(problems=(problem,)))
    assert "✕ kỳ chưa bắt đầu" in desk.told()
    assert "Nothing was entered" in desk.told()
    desk.type_figure("12")
    desk.server.answers[1][1]("the link is closed")
    assert "Not entered: the link is closed" in desk.told()


def test_a_number_that_can_be_read_in_two_ways_is_told_before_it_is_sent(desk: Desk) -> None:
    desk.panel.figure.setText("1.234")
    assert ("It is read as 1.234" in desk.told()) or ("cannot be" in desk.told())


def test_what_the_room_makes_itself_is_shown_and_not_entered(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(qtbot, monkeypatch, Role.SUPERVISOR)
    assert {row.key for row in desk.panel.lines.rows} == {one.code for one in ALL}
    made = next(one for one in ALL if one.formula)
    desk.choose(made.code)
    assert made.formula in desk.told()
    assert not desk.panel.figure.isVisible()


def test_who_may_not_enter_sees_the_figures_alone(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(qtbot, monkeypatch, Role.LEADER)
    desk.choose(MINE.code)
    assert "may look at figures" in desk.told()
    assert not desk.panel.figure.isVisible()


def test_a_dropped_workbook_names_every_wrong_cell_and_one_that_is_right_is_in_when_its_event_came(
    desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "tháng 10.xlsx"
    file.write_bytes(b"x")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    drop = QDropEvent(
        QPointF(10, 10), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    desk.panel.dropEvent(drop)
    assert "is being sent" in desk.told()
    problems = tuple(CellProblem(place=f"sheet 'Nhập liệu', F{n}", words_vi=f"sai {n}", words_en="x") for n in (2, 3))
    desk.server.uploads[0][1](ImportAnswer(problems=problems))
    assert "2 wrong cells. Nothing was imported; what stood before stands." in desk.told()
    assert desk.panel.problem_table.isVisible()
    desk.panel.copy_problems()
    assert QGuiApplication.clipboard().text() == "sheet 'Nhập liệu', F2\tsai 2\nsheet 'Nhập liệu', F3\tsai 3"
    desk.panel.read_in(file)
    assert not desk.panel.problem_table.isVisible()
    read = (CellProblem(place="CSV, F2", words_vi="'1.234' được đọc là 1.234", words_en="x"),)
    desk.server.uploads[1][1](ImportAnswer(entered=1, unchanged=4, derived=1, seq=desk.seat.state.seq + 1, told=read))
    assert "figures entered" not in desk.told()
    desk.server.enters(MINE.code, 12.0, "2026-10")
    assert "1 figures entered, 4 stood there already, 1 computed from them, revision 1" in desk.told()
    assert [row.cells for row in desk.panel.problems.rows] == [("CSV, F2", "'1.234' được đọc là 1.234")]
    assert "How it was read" in str(desk.panel.problems.headerData(1, Qt.Orientation.Horizontal))
    desk.panel.read_in(file)
    desk.server.uploads[2][2]("it is no workbook")
    assert "nothing was imported, what stood before stands. it is no workbook" in desk.told()
