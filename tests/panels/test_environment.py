"""The environment panel: rows follow samples, history and age; a row selects its station."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from backend.contracts.air import AirIndex
from backend.contracts.events import AirIndexed
from console.models.environment import ROW_ROLE
from console.models.session import Selected
from console.panels.environment import SPEC, EnvironmentPanel
from resources import tokens
from tests.panels.chart_room import HOUR_MS, MINUTE_MS, NOW_MS, ChartRoom, chart_room, laocai, rows_of, story
from tests.panels.words import words
from widgets.chart_rows import RowLook, RowsDelegate
from widgets.index_tile import IndexTile

OVER, SILENT = "TL-KT-01", "TL-KT-05"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history")
    with chart_room(folder) as room:
        for station in laocai().stations:
            for parameter in station.parameters:
                samples = story(station, parameter, NOW_MS - 25 * HOUR_MS, NOW_MS)
                if station.station_id == SILENT:
                    samples = [each for each in samples if each[0] < NOW_MS - 2 * HOUR_MS]
                if station.station_id == OVER and parameter.symbol == "SO2":
                    samples = [
                        (at, value * (2 if at > NOW_MS - HOUR_MS else 1), status) for at, value, status in samples
                    ]
                room.door.fill(rows_of(station.station_id, parameter.symbol, samples))
    return folder


@pytest.fixture
def room(filled: Path, qtbot: QtBot) -> Iterator[ChartRoom]:
    with chart_room(filled) as made:
        yield made


@pytest.fixture
def panel(room: ChartRoom, qtbot: QtBot) -> EnvironmentPanel:
    made = SPEC.build(room.session)
    assert isinstance(made, EnvironmentPanel)
    qtbot.addWidget(made)
    made.resize(1500, 900)
    with qtbot.waitExposed(made):
        made.show()
    return made


def look(panel: EnvironmentPanel, station_id: str) -> RowLook:
    place = panel.model.place_of(station_id)
    assert place is not None
    found = panel.model.index(place).data(ROW_ROLE)
    assert isinstance(found, RowLook)
    return found


def complete(panel: EnvironmentPanel, qtbot: QtBot) -> None:
    rows = panel.model
    qtbot.waitUntil(lambda: all(row.completeness is not None for row in rows.rows), timeout=30_000)


def test_a_day_of_every_station_is_loaded_and_judged(panel: EnvironmentPanel, qtbot: QtBot) -> None:
    complete(panel, qtbot)
    over, silent = look(panel, OVER), look(panel, SILENT)
    assert over.priority == 3
    assert over.cells[0].share is not None
    assert over.cells[0].share > 1.0
    assert silent.silent
    assert silent.state.replace("\N{NO-BREAK SPACE}", " ") == "SILENT 2 giờ"
    assert look(panel, "TL-KT-02").detail == "1 h 100% · 24 h 100%"
    assert silent.detail == "1 h 0% · 24 h 91%"
    assert f"{len(laocai().stations)} stations" in panel.summary
    assert panel.is_live()


def test_colour_is_spent_on_what_is_over_its_limit_only(panel: EnvironmentPanel, qtbot: QtBot) -> None:
    complete(panel, qtbot)
    severity = {QColor(colour).rgb() for colour in tokens.SEVERITY.values()}
    coloured = set()
    for row in panel.model.rows:
        place = panel.model.place_of(row.station.station_id)
        assert place is not None
        index = panel.model.index(place)
        panel.list_view.scrollTo(index)
        area = panel.list_view.visualRect(index)
        image = panel.list_view.viewport().grab(area).toImage()
        if any(image.pixel(x, y) in severity for y in range(image.height()) for x in range(0, image.width(), 2)):
            coloured.add(row.station.station_id)
    assert coloured == {row.station.station_id for row in panel.model.rows if row.priority is not None}
    assert OVER in coloured


def test_a_new_sample_changes_its_row(room: ChartRoom, panel: EnvironmentPanel, qtbot: QtBot) -> None:
    complete(panel, qtbot)
    room.send("TV-LC", "Level", [(NOW_MS, 82.35, 0)])
    qtbot.waitUntil(lambda: look(panel, "TV-LC").cells[0].number == "82,35", timeout=5_000)
    assert look(panel, "TV-LC").cells[0].note == "above BĐ2 by 0,35 m"
    assert [cell.number for cell in look(panel, "TV-LC").cells[1:4]] == ["+2,35", "+0,35", "−1,15"]


def test_a_row_falls_silent_by_age_alone(room: ChartRoom, panel: EnvironmentPanel, qtbot: QtBot) -> None:
    complete(panel, qtbot)
    assert not look(panel, "TL-KT-02").silent
    room.clock.at_ms += 4 * MINUTE_MS
    qtbot.waitUntil(lambda: look(panel, "TL-KT-02").silent, timeout=5_000)
    assert not panel.is_live()


def test_moving_by_keys_and_clicking_select_the_station_for_the_room(
    room: ChartRoom, panel: EnvironmentPanel, qtbot: QtBot
) -> None:
    view = panel.list_view
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert room.session.selection.current == Selected("station", "LC-KK-01")
    place = panel.model.place_of("MUA-LC")
    assert place is not None
    centre = view.visualRect(panel.model.index(place)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, centre)
    assert room.session.selection.current == Selected("station", "MUA-LC")


def test_a_selection_made_elsewhere_is_shown_and_stays_what_it_is(room: ChartRoom, panel: EnvironmentPanel) -> None:
    room.session.selection.select("station", "TL-KT-14")
    assert panel.list_view.currentIndex().row() == panel.model.place_of("TL-KT-14")
    assert room.session.selection.current == Selected("station", "TL-KT-14")


def test_the_air_is_told_in_the_decrees_colour_with_pollutant_advice_and_source(
    room: ChartRoom, panel: EnvironmentPanel, qtbot: QtBot
) -> None:
    assert any("No VN_AQI" in text for text in words(panel))
    hour = AirIndex(
        station_id="LC-KK-01", period="hour", from_ms=NOW_MS - HOUR_MS, until_ms=NOW_MS, value=132, pollutant="PM2,5"
    )
    room.happen(AirIndexed(index=hour), AirIndexed(index=hour.model_copy(update={"period": "day", "value": 76})))
    (tile,) = panel.findChildren(IndexTile)
    told = " | ".join(words(tile))
    for wanted in ("Trạm không khí", "132", "Kém", "PM2,5", "76 · Trung bình", "nhạy cảm", "QĐ 1459"):
        assert wanted in told, wanted
    image = tile.grab().toImage()
    assert image.pixelColor(20, 14) == QColor(255, 126, 0)
    room.clock.at_ms += 3 * HOUR_MS
    qtbot.waitUntil(lambda: "old" in " ".join(words(tile)), timeout=5_000)
    assert tile.grab().toImage().pixelColor(20, 14) != QColor(255, 126, 0), "what is old is not drawn as live"
    room.happen(AirIndexed(index=hour.model_copy(update={"value": None, "until_ms": NOW_MS + 3 * HOUR_MS})))
    assert any("No VN_AQI" in text for text in words(tile))


def test_history_that_cannot_be_had_is_told(room: ChartRoom, qtbot: QtBot) -> None:
    room.door.refuse = "máy chủ không trả lời"
    made = EnvironmentPanel(room.session)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: room.door.refuse in made.summary, timeout=5_000)


def test_a_monitor_shows_two_dozen_stations(panel: EnvironmentPanel, qtbot: QtBot) -> None:
    complete(panel, qtbot)
    panel.resize(1920, 1020)  # 1080 without the window's header and status line
    view = panel.list_view
    view.scrollToTop()
    seen = [
        row.station.station_id
        for row in panel.model.rows
        if (place := panel.model.place_of(row.station.station_id)) is not None
        and view.viewport().rect().contains(view.visualRect(panel.model.index(place)))
    ]
    assert len(seen) >= 24


def test_what_finds_no_room_is_counted_and_lines_are_shown_by_whole_columns(
    panel: EnvironmentPanel, qtbot: QtBot
) -> None:
    complete(panel, qtbot)
    delegate = panel.list_view.itemDelegate()
    assert isinstance(delegate, RowsDelegate)
    air = look(panel, "LC-KK-01")
    assert delegate.hidden(air, 1900) == 0
    assert delegate.hidden(air, 900) == len(air.cells) - delegate.fitting(900) > 0
    for width in (900, 1200, 1900):
        for column in range(delegate.fitting(width)):
            drawn = {_has_line(panel, station_id, column, width) for station_id in ("TL-KT-01", "TL-KT-02", "TL-KT-03")}
            assert len(drawn - {None}) <= 1, (width, column)


def test_a_small_screen_keeps_the_lines_of_what_has_a_limit(panel: EnvironmentPanel, qtbot: QtBot) -> None:
    complete(panel, qtbot)
    for station_id in (OVER, "TL-KT-02", "LC-KK-01"):
        shown = look(panel, station_id).cells[:4]
        assert any(cell.share is not None for cell in shown)
        assert all(_has_line(panel, station_id, column, 1366) for column in range(len(shown))), station_id


def _has_line(panel: EnvironmentPanel, station_id: str, column: int, width: int) -> bool | None:
    """Whether pixels of the series' colour are in the cell's box; None when the row has no such cell."""
    delegate = panel.list_view.itemDelegate()
    assert isinstance(delegate, RowsDelegate)
    if column >= len(look(panel, station_id).cells) or look(panel, station_id).cells[column].spark is None:
        return None
    panel.resize(width, 900)
    place = panel.model.place_of(station_id)
    assert place is not None
    panel.list_view.scrollTo(panel.model.index(place))
    area = panel.list_view.visualRect(panel.model.index(place))
    image = panel.list_view.viewport().grab(area).toImage()
    left, right = delegate.cell_edges(column, area.width())
    line = QColor(tokens.SERIES[0]).rgb()
    return any(
        image.pixel(x, y) == line
        for y in range(image.height())
        for x in range(int(left), min(int(right), image.width()))
    )


def test_a_unit_is_never_left_out(panel: EnvironmentPanel, qtbot: QtBot) -> None:
    """The name is shortened before its unit is: at every width the label that is painted ends with it."""
    complete(panel, qtbot)
    delegate = panel.list_view.itemDelegate()
    assert isinstance(delegate, RowsDelegate)
    for row in panel.model.rows:
        for cell in look(panel, row.station.station_id).cells:
            for room_px in (60.0, 86.0, 120.0, 400.0):
                assert delegate.label_for(cell, room_px).endswith(cell.unit)
