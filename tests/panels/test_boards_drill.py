"""A tile opens to its history, the ranks of areas and what it is made of; a row goes on to what it is about."""

from __future__ import annotations

from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from backend.contracts.alerts import IndicatorDetail, IndicatorItem
from backend.contracts.events import AlertRaised
from backend.contracts.indicators import (
    CountedRow,
    FigureBehind,
    FigurePart,
    IndicatorHistory,
    IndicatorReport,
    IndicatorValue,
    League,
    LeagueRow,
)
from backend.contracts.state import Delta
from console.models.session import Selected
from console.panels.boards import BoardsPanel
from tests.panels.desk_room import Seat
from tests.unit.storage_samples import raised
from widgets.opened_frame import OpenedFrame

NOW_MS = 1_795_316_535_000
DAY_MS = 86_400_000


def value(code: str, period: str, figure: float | None, revision: int = 1, **more: object) -> IndicatorValue:
    told = {
        "code": code, "area": "", "period": period, "value": figure, "revision": revision, "entered_by": "",
        "entered_ms": NOW_MS - DAY_MS, "channel": "computed", "seq": 40,
    }  # fmt: skip
    return IndicatorValue.model_validate(told | more)


ON_TIME = (
    value("REPORTS_ON_TIME", "2026-09", 96.25, entered_ms=NOW_MS - 50 * DAY_MS, from_seq=3, to_seq=900),
    value("REPORTS_ON_TIME", "2026-10", 92.5, from_seq=901, to_seq=1800),
    value("REPORTS_ON_TIME", "2026-10", 91.0, 2, from_seq=901, to_seq=1950),
    value("REPORTS_ON_TIME", "2026-11", 88.0, partial=True, from_seq=1801, to_seq=2000),
)
SHARE = (
    value("ON_TIME", "2026-09", 85.0),
    value("ON_TIME", "2026-10", 90.0),
)
COUNTED = tuple(
    CountedRow(kind="report", key=f"PA-{n}", at_ms=NOW_MS - n * 3_600_000, title_vi=f"PA-{n} Rác thải", title_en="",
               hit=n != 2)
    for n in range(1, 5)
)  # fmt: skip


class Server:
    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, object]]] = []

    def ask(
        self, path: str, query: dict[str, object], model: object, done: Any, failed: Any, body: object = None
    ) -> None:
        self.asked.append((path, query))
        code, _, what = path.removeprefix("/api/v1/indicators").strip("/").partition("/")
        period = str(query.get("period", ""))
        if not code:
            done(IndicatorReport(seq=1, at_ms=NOW_MS, day="2026-11-23", rows=()))
        elif what == "values":
            done(IndicatorHistory(code=code, values=SHARE if code == "ON_TIME" else ON_TIME))
        elif what == "league":
            rows = (
                LeagueRow(area="csgt", name_vi="CSGT", name_en="", value=99.0, rank=1, moved=2, standing="good"),
                LeagueRow(area="pccc", name_vi="PCCC", name_en="", value=70.0, rank=2, moved=-1, standing="bad"),
            )
            done(League(code=code, period=period, previous_period="2026-09", rows=rows, missing=("Sở Y tế",)))
        elif code == "ON_TIME":
            parts = tuple(
                FigurePart(code=part, area="", period=period, value=figure)
                for part, figure in (("DOSSIERS_ON_TIME", 900.0), ("DOSSIERS", None))
            )
            done(FigureBehind(code=code, area="", period=period, parts=parts))
        else:
            done(FigureBehind(code=code, area="", period=period, counted=COUNTED, total=6, hits=5, hidden=2))


@pytest.fixture
def panel(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> BoardsPanel:
    seat = Seat()
    monkeypatch.setattr(seat.clock, "now_ms", lambda: NOW_MS)
    seat.session.server = cast(Any, Server())
    made = BoardsPanel(seat.session)
    made.seat = seat  # type: ignore[attr-defined]
    qtbot.addWidget(made)
    made.resize(1600, 900)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.choice.setCurrentIndex(made.choice.findData("dich-vu-cong"))
    return made


def rows_of(panel: BoardsPanel, section: str) -> list[tuple[str, ...]]:
    model = panel.page.tables[section].model()
    return [
        tuple(str(model.index(row, column).data()) for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def test_enter_on_a_tile_opens_what_is_behind_it_and_escape_goes_back_to_it(panel: BoardsPanel, qtbot: QtBot) -> None:
    tile = panel.findChildren(OpenedFrame)[0]
    tile.setFocus()
    QTest.keyClick(tile, Qt.Key.Key_Return)
    assert panel.page.isVisible()
    assert panel.drill.place is not None
    assert panel.drill.place.code == "ON_TIME"
    assert panel.page.lines[0].text().startswith("Made by the formula ratio(DOSSIERS_ON_TIME, DOSSIERS)")
    assert [row[1:] for row in rows_of(panel, "behind")] == [
        ("2026-10", "Hồ sơ giải quyết đúng hạn", "900 hồ sơ"),
        ("2026-10", "Hồ sơ thủ tục hành chính đã giải quyết", "–"),
    ]
    history = panel.page.tables["history"]
    qtbot.waitUntil(history.hasFocus)
    QTest.keyClick(history, Qt.Key.Key_Escape)
    assert not panel.page.isVisible()
    qtbot.waitUntil(tile.hasFocus)


def test_a_counted_figure_tells_its_revisions_its_part_of_the_log_and_its_rows(panel: BoardsPanel) -> None:
    QAbstractItemModelTester(panel.drill.history_rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    panel.drill.open("REPORTS_ON_TIME")
    history = rows_of(panel, "history")
    assert [row[:3] for row in history] == [
        ("2026-11 so far", "88,0 %", "1"),
        ("2026-10", "91,0 %", "2"),
        ("2026-10", "92,5 %", "1"),
        ("2026-09", "96,2 %", "1"),
    ]
    assert history[1][3:] == ("the system", "10:02:15 21/11", "computed", "log 901 to 1950")
    assert panel.drill.place is not None
    assert panel.drill.place.period == "2026-10"  # the newest whole one
    assert panel.page.titles["behind"].text() == "2026-10: 6 counted, 5 of them ●, 2 not for this seat"
    behind = rows_of(panel, "behind")
    assert [row[0] for row in behind] == ["●", "○", "●", "●"]
    assert behind[0][2] == "PA-1 Rác thải"
    areas = rows_of(panel, "areas")
    assert [row[0] for row in areas] == ["1", "2", ""]
    assert areas[0][3] == "▲2"
    assert areas[2][1:3] == ("Sở Y tế", "no figure")
    # Another period in the history is another figure.
    table = panel.page.tables["history"]
    table.setCurrentIndex(table.model().index(3, 0))
    assert panel.drill.place.period == "2026-09"
    assert panel.page.titles["areas"].text() == "Ranks 2026-09"


def test_rows_go_on_to_reports_areas_parts_and_the_open_alert(panel: BoardsPanel) -> None:
    seat: Seat = panel.seat  # type: ignore[attr-defined]
    gone: list[Selected] = []
    seat.session.selection.go_to.connect(gone.append)
    panel.drill.open("REPORTS_ON_TIME")
    assert not panel.page.deed.isVisible()
    behind = panel.page.tables["behind"]
    behind.activated.emit(behind.model().index(1, 0))
    assert gone == [Selected("report", "PA-2")]
    areas = panel.page.tables["areas"]
    areas.activated.emit(areas.model().index(1, 0))
    assert panel.drill.place is not None
    assert (panel.drill.place.area, panel.drill.place.period) == ("pccc", "2026-10")
    asked = cast(Server, seat.session.server).asked
    assert ("/api/v1/indicators/REPORTS_ON_TIME/values", {"area": "pccc", "revisions": "true"}) in asked
    panel.drill.back()
    assert panel.drill.place.area == ""
    bad = IndicatorItem(code="REPORTS_ON_TIME", period="2026-10", value=91.0, goal=95.0)
    alert = raised("indicator-1").alert.model_copy(
        update={"kind": "indicator.off_target", "place_id": "REPORTS_ON_TIME", "headline_vi": "Đúng hạn 91 %",
                "indicator": IndicatorDetail(owner="vp-ubnd", items=(bad,))}
    )  # fmt: skip
    seat.happen(AlertRaised(alert=alert))
    assert panel.page.deed.text() == "Open alert: Đúng hạn 91 %"
    panel.page.deed.click()
    assert gone[-1] == Selected("alert", "indicator-1")
    panel.drill.leave()
    panel.drill.open("ON_TIME")
    behind.activated.emit(behind.model().index(0, 0))
    assert panel.drill.place is not None
    assert panel.drill.place.code == "DOSSIERS_ON_TIME"


def test_in_a_replay_everything_is_asked_as_it_was_known_at_its_instant(panel: BoardsPanel) -> None:
    seat: Seat = panel.seat  # type: ignore[attr-defined]
    seat.session.replay = cast(Any, object())
    asked = cast(Server, seat.session.server).asked
    asked.clear()
    panel.drill.open("REPORTS_ON_TIME")
    assert [path.rpartition("/")[2] for path, _ in asked] == ["values", "league", "behind"]
    assert all(query["at"] == NOW_MS for _, query in asked)
    # Another instant is another room: what was open there is left.
    seat.session.changed.emit(Delta(reset=True))
    assert panel.drill.place is None
    assert not panel.page.isVisible()
