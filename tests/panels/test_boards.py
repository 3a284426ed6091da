"""Boards of indicators: laid out from data, figures of the room's state, standing from the server, ranks of areas."""

from __future__ import annotations

from typing import Any, cast

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from backend.contracts.events import IndicatorsEntered
from backend.contracts.indicators import (
    AREA_POINTS_KEPT,
    Evaluation,
    Indicator,
    IndicatorFigure,
    IndicatorReport,
    IndicatorRow,
    LateFigure,
    Trend,
)
from console.models.boards import league_rows, table_rows, tile
from console.panels.boards import COLUMNS, BoardsPanel, _room_for
from tests.panels.desk_room import Seat
from tests.panels.map_room import laocai

NOW_MS = 1_795_316_535_000
ON_TIME = next(one for one in laocai().indicators.indicators if one.code == "ON_TIME")


def entered(*figures: tuple[str, str, str, float], revision: int = 1) -> IndicatorsEntered:
    return IndicatorsEntered(
        channel="form",
        figures=tuple(
            IndicatorFigure(code=code, area=area, period=period, value=value, revision=revision)
            for code, area, period, value in figures
        ),
    )


def row(one: Indicator, value: float, period: str, late: bool = False) -> IndicatorRow:
    evaluation = Evaluation(
        code=one.code, area="", period=period, value=value, standing="bad", goal=95.0, gap=value - 95,
        trend=Trend(kind="falling", samples=8),
    )  # fmt: skip
    missing = LateFigure(code=one.code, period="2026-11", due_ms=NOW_MS, periods=1) if late else None
    return IndicatorRow(indicator=one, evaluation=evaluation, late=missing)


class Server:
    def __init__(self, rows: tuple[IndicatorRow, ...]) -> None:
        self.rows = rows
        self.asked: list[dict[str, object]] = []

    def ask(
        self, path: str, query: dict[str, object], model: object, done: Any, failed: Any, body: object = None
    ) -> None:
        assert path == "/api/v1/indicators"
        self.asked.append(query)
        done(IndicatorReport(seq=1, at_ms=NOW_MS, day="2026-11-23", rows=self.rows))


@pytest.fixture
def seat(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Seat:
    made = Seat()
    monkeypatch.setattr(made.clock, "now_ms", lambda: NOW_MS)
    return made


def test_a_tile_says_of_when_its_figure_is_who_entered_it_and_how_it_stands(seat: Seat) -> None:
    empty = tile(ON_TIME, None, seat.state, "vi")
    assert (empty.figure, empty.told) == ("–", "no figure yet")
    seat.happen(entered(("ON_TIME", "", "2026-10", 91.25)), actor="an.tran")
    shown = tile(ON_TIME, row(ON_TIME, 91.25, "2026-10", late=True), seat.state, "vi")
    assert shown.figure == "91,3" or shown.figure == "91,2"
    assert shown.standing == "bad"
    assert "2026-10" in shown.told
    assert "an.tran" in shown.entered
    assert "falling" in shown.told
    assert shown.late == "LATE: 2026-11 is missing"
    # A report that knows an older figure says nothing of the newer one.
    seat.happen(entered(("ON_TIME", "", "2026-11", 97.0)))
    assert tile(ON_TIME, row(ON_TIME, 91.25, "2026-10"), seat.state, "vi").standing == "none"


def test_areas_are_ranked_by_direction_equals_share_a_rank_and_moves_are_told(seat: Seat) -> None:
    assert AREA_POINTS_KEPT == 2
    seat.happen(
        entered(
            *(
                ("ON_TIME", area, "2026-09", value)
                for area, value in (("02647", 80.0), ("02671", 90.0), ("02680", 85.0))
            )
        )
    )
    seat.happen(
        entered(
            *(
                ("ON_TIME", area, "2026-10", value)
                for area, value in (("02647", 95.0), ("02671", 90.0), ("02680", 90.0))
            )
        )
    )
    rows = [one.cells for one in league_rows(ON_TIME, seat.state, "vi")]
    assert [cells[0] for cells in rows] == ["1", "2", "2"]
    assert rows[0][1] == "Phường Lào Cai"
    assert rows[0][3] == "▲2"
    assert [cells[3] for cells in rows[1:]] == ["▼1", ""] or [cells[3] for cells in rows[1:]] == ["", "▼1"]
    down = ON_TIME.model_copy(update={"direction": "down"})
    assert league_rows(down, seat.state, "vi")[-1].key == "02647"


def test_a_table_tells_many_indicators_by_row(seat: Seat) -> None:
    seat.happen(entered(("ON_TIME", "", "2026-10", 91.25)))
    (shown,) = table_rows([ON_TIME], {"ON_TIME": row(ON_TIME, 91.25, "2026-10")}, seat.state, "vi")
    assert shown.cells[0] == "◆"
    assert shown.standing == "far_over"


def test_every_board_of_the_site_is_laid_out_and_fits(seat: Seat, qtbot: QtBot) -> None:
    server = Server((row(ON_TIME, 91.25, "2026-10"),))
    seat.session.server = cast(Any, server)
    seat.happen(entered(("ON_TIME", "", "2026-10", 91.25)))
    panel = BoardsPanel(seat.session)
    qtbot.addWidget(panel)
    panel.resize(1600, 900)
    panel.show()
    qtbot.waitExposed(panel)
    assert server.asked
    boards = laocai().indicators.boards
    assert panel.choice.count() == len(boards) >= 9
    for number, board in enumerate(boards):
        panel.choice.setCurrentIndex(number)
        assert panel.board == board
        taken: set[tuple[int, int]] = set()
        for block in board.blocks:
            line, column = _room_for(block, taken)
            cells = {(line + y, column + x) for y in range(block.height) for x in range(block.width)}
            assert not cells & taken
            assert column + block.width <= COLUMNS
            taken |= cells
    panel.choice.setCurrentIndex(0)
    assert any("91," in label.text() for label in panel.findChildren(QLabel))
    saved = panel.save_state()
    panel.choice.setCurrentIndex(1)
    panel.restore_state(saved)
    assert panel.choice.currentIndex() == 0


def test_areas_are_ranked_by_what_there_is_so_far_until_a_period_is_whole(seat: Seat) -> None:
    def counted(area: str, period: str, value: float, partial: bool) -> IndicatorsEntered:
        figure = IndicatorFigure(code="ON_TIME", area=area, period=period, value=value, revision=1, partial=partial)
        return IndicatorsEntered(channel="computed", figures=(figure,))

    for area, value in (("02647", 80.0), ("02671", 90.0)):
        seat.happen(counted(area, "2026-10", value, partial=True))
    assert [row.key for row in league_rows(ON_TIME, seat.state, "vi")] == ["02671", "02647"]
    seat.happen(counted("02647", "2026-10", 95.0, partial=False), counted("02671", "2026-11", 99.0, partial=True))
    assert [row.key for row in league_rows(ON_TIME, seat.state, "vi")] == ["02647"]
    seat.happen(counted("", "2026-10", 91.0, partial=True))
    so_far = tile(ON_TIME, None, seat.state, "vi")
    assert (so_far.figure, so_far.told, so_far.standing) == ("91,0", "2026-10 so far", "none")
    seat.happen(counted("", "2026-09", 88.0, partial=False))
    whole = tile(ON_TIME, None, seat.state, "vi")
    assert (whole.figure, whole.told) == ("88,0", "2026-09 · 2026-10 so far 91,0")
