"""The environment's rows: states, standings, sums, completeness, words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from backend.contracts.readings import ReadingHistory, ReadingStatus
from backend.contracts.site import Limit, Parameter, Station
from console.models.environment import ROW_ROLE, STATION_ROLE, EnvironmentModel
from console.models.environment_rows import StationRow, groups_of, station_row
from console.models.environment_words import look_of, sentence
from console.models.readings import ReadingStore
from console.models.standing import standings, worst
from console.models.station_strips import standing_words
from tests.panels.chart_room import (
    HOUR_MS,
    MINUTE_MS,
    NOW_MS,
    ChartRoom,
    HandClock,
    chart_room,
    laocai,
    series_of,
)
from widgets.chart_rows import HeadingLook, RowLook


def station_of(station_id: str) -> Station:
    return next(each for each in laocai().stations if each.station_id == station_id)


def limited(value: float, direction: str = "above", window_min: int = 0, unit: str = "mg/Nm3") -> Parameter:
    limit = Limit(
        name_vi="QCVN",
        name_en="QCVN",
        value=value,
        direction=direction,  # type: ignore[arg-type]
        window_min=window_min,
        source="test",
        priority=3,
    )
    return Parameter(symbol="SO2", unit=unit, decimals=1, limits=(limit,))


def store_with(values: list[float], status: ReadingStatus = 0) -> ReadingStore:
    store = ReadingStore(HandClock())
    first_ms = NOW_MS - (len(values) - 1) * MINUTE_MS
    samples = [(first_ms + number * MINUTE_MS, value, status) for number, value in enumerate(values)]
    store.add([series_of("S", "SO2", samples)])
    return store


def test_the_mean_over_the_limits_window_is_judged_not_the_newest_sample() -> None:
    store = store_with([100.0] * 59 + [900.0])
    (standing,) = standings(store, "S", limited(450.0, window_min=60), 60, 1.0)
    assert standing.figure == pytest.approx((59 * 100 + 900) / 60)
    assert not standing.passed


def test_a_faster_story_has_shorter_windows() -> None:
    store = store_with([100.0] * 48 + [900.0] * 12)
    (standing,) = standings(store, "S", limited(450.0, window_min=60), 60, 5.0)
    assert standing.figure == pytest.approx(900.0)
    assert standing.passed


def test_samples_of_calibration_are_not_judged() -> None:
    assert standings(store_with([900.0], 1), "S", limited(450.0), 60, 1.0) == ()


@pytest.mark.parametrize(
    ("value", "passed", "near"),
    [(400.0, False, False), (405.1, False, True), (450.0, False, True), (450.1, True, False)],
)
def test_near_begins_at_nine_tenths_and_passed_past_the_limit(value: float, passed: bool, near: bool) -> None:
    (standing,) = standings(store_with([value]), "S", limited(450.0), 60, 1.0)
    assert (standing.passed, standing.near) == (passed, near)


def test_a_lower_limit_is_passed_from_above() -> None:
    (standing,) = standings(store_with([4.0]), "S", limited(5.0, "below"), 60, 1.0)
    assert standing.passed
    assert standing.share == pytest.approx(1.25)


@pytest.mark.parametrize(
    ("level", "words"),
    [(82.35, "above BĐ2 by 0,35 m"), (78.8, "below BĐ1 by 1,20 m"), (80.0, "above BĐ1 by 0,00 m")],
)
def test_levels_are_told_by_their_distance_to_the_mark(level: float, words: str) -> None:
    river = station_of("TV-LC")
    store = ReadingStore(HandClock())
    store.add([series_of("TV-LC", "Level", [(NOW_MS, level, 0)])])
    found = worst(standings(store, "TV-LC", river.parameters[0], 60, 5.0))
    assert found is not None
    assert standing_words(found, river.parameters[0], "vi") == words


def water_row(**values: float) -> StationRow:
    """The river station after an hour of these values, in a city five times as fast."""
    station, store = station_of("LC-NM-01"), ReadingStore(HandClock())
    for symbol, value in values.items():
        store.add([series_of("LC-NM-01", symbol, each_minute(11, 0, value))])
    return station_row(store, station, 5.0, NOW_MS)


def test_the_water_of_a_station_is_as_good_as_its_worst_parameter() -> None:
    row = water_row(DO=6.4, COD=12.0, TSS=20.0)
    assert [cell.grade.letter for cell in row.cells if cell.grade is not None] == ["A", "A", "B"]
    assert row.grade is not None
    assert row.grade.letter == "B"
    assert "level B (trung bình)" in look_of(row, "vi").detail
    assert (
        water_row(DO=3.0, COD=8.0).grade
        == next(p for p in station_of("LC-NM-01").parameters if p.symbol == "DO").grades[3]
    )


def test_water_that_nobody_measured_has_no_level() -> None:
    assert water_row().grade is None
    assert "level" not in look_of(water_row(), "vi").detail


def rain_row(store: ReadingStore) -> StationRow:
    return station_row(store, station_of("MUA-LC"), 5.0, NOW_MS)


def rain_history(store: ReadingStore, samples: Sequence[tuple[int, float, ReadingStatus]], hours: int = 24) -> None:
    """The store's answer to a question for the last `hours`: all that it has, which need not be much."""
    store.merge_history(
        ReadingHistory(
            station_id="MUA-LC",
            symbol="Rain",
            unit="mm",
            start_ms=NOW_MS - hours * HOUR_MS,
            end_ms=NOW_MS,
            series=series_of("MUA-LC", "Rain", samples),
            buckets=(),
        )
    )


def each_minute(first_min: int, last_min: int, value: float) -> list[tuple[int, float, ReadingStatus]]:
    """One sample a minute, from `first_min` minutes ago to `last_min` minutes ago, both included."""
    return [(NOW_MS - age * MINUTE_MS, value, 0) for age in range(first_min, last_min - 1, -1)]


def test_rain_sums_are_whole_where_samples_cover_their_span() -> None:
    store = ReadingStore(HandClock())
    rain_history(store, each_minute(24 * 60, 0, 0.5))
    sums = rain_row(store).cells[0].sums
    assert [part.whole for part in sums] == [True] * 4
    assert [part.value for part in sums] == [30.0, 90.0, 180.0, 720.0]


def test_a_rain_sum_of_a_part_of_its_span_is_a_least_value_whatever_history_was_asked_for() -> None:
    store = ReadingStore(HandClock())
    # The gauge has been there for two hours and a half; a whole day was asked for and answered.
    rain_history(store, each_minute(150, 0, 0.5))
    row = rain_row(store)
    sums = row.cells[0].sums
    assert [part.whole for part in sums] == [True, False, False, False]
    assert sums[1].share == pytest.approx(151 / 179)
    cells = look_of(row, "vi").cells
    assert [cell.number for cell in cells[1:5]] == ["30,0", "≥ 75,5", "≥ 75,5", "≥ 75,5"]
    assert [cell.note for cell in cells[1:5]] == ["", "84%", "42%", "10%"]
    assert "42%" in sentence(row, "vi")


def test_a_hole_makes_a_rain_sum_a_least_value() -> None:
    store = ReadingStore(HandClock())
    rain_history(store, [*each_minute(24 * 60, 130, 0.1), *each_minute(126, 0, 0.1)])
    assert [part.whole for part in rain_row(store).cells[0].sums] == [True, False, False, False]


def test_many_lost_samples_make_a_rain_sum_a_least_value_although_no_hole_is_long() -> None:
    store = ReadingStore(HandClock())
    rain_history(store, each_minute(24 * 60, 0, 0.1)[::2])
    assert not any(part.whole for part in rain_row(store).cells[0].sums)


def test_rain_sums_without_a_sample_are_a_dash() -> None:
    store = ReadingStore(HandClock())
    rain_history(store, each_minute(23 * 60, 22 * 60, 1.0))
    cells = look_of(rain_row(store), "vi").cells
    assert [cell.number for cell in cells[1:5]] == ["–", "–", "–", "≥ 61,0"]


@pytest.mark.parametrize(
    ("status", "age_min", "state"),
    [(0, 1, "measuring"), (1, 1, "calibrating"), (2, 1, "fault"), (0, 4, "silent"), (2, 4, "silent")],
)
def test_a_stations_state_is_its_newest_status_or_its_silence(status: ReadingStatus, age_min: int, state: str) -> None:
    store = ReadingStore(HandClock())
    store.add([series_of("MUA-LC", "Rain", [(NOW_MS - age_min * MINUTE_MS, 0.0, status)])])
    assert rain_row(store).state == state
    assert rain_row(ReadingStore(HandClock())).state == "unknown"


def test_what_is_silent_is_never_called_over_the_limit() -> None:
    stack = station_of("TL-KT-01")
    store = ReadingStore(HandClock())
    store.add([series_of("TL-KT-01", "SO2", [(NOW_MS - HOUR_MS, 999.0, 0)])])
    row = station_row(store, stack, 5.0, NOW_MS)
    look = look_of(row, "vi")
    assert row.priority is None
    assert look.silent
    assert look.cells[0].lost
    assert look.cells[0].priority is None


def test_city_comes_first_then_rain_rivers_and_every_plant_and_nobody_is_left_out() -> None:
    groups = groups_of(laocai())
    assert [group.key for group in groups[:3]] == ["city", "rain", "river"]
    ids = [station_id for group in groups for station_id in group.station_ids]
    assert sorted(ids) == sorted(each.station_id for each in laocai().stations)
    assert sum(group.plant_id is not None for group in groups) == len(laocai().plants)


@pytest.fixture
def room(tmp_path: Path, qtbot: QtBot) -> Iterator[ChartRoom]:
    with chart_room(tmp_path) as made:
        yield made


def test_the_model_keeps_qts_rules_through_site_samples_and_age(room: ChartRoom) -> None:
    model = EnvironmentModel(room.session)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    told: list[int] = []
    model.dataChanged.connect(lambda first, last: told.append(first.row()))
    room.send("TL-KT-01", "SO2", [(NOW_MS, 300.0, 0)])
    assert model.update({"TL-KT-01", "unknown"}) == 1
    place = model.place_of("TL-KT-01")
    assert place is not None
    assert place in told
    look = model.index(place).data(ROW_ROLE)
    assert isinstance(look, RowLook)
    assert look.cells[0].number == "300,0"
    assert model.index(place).data(STATION_ROLE) == "TL-KT-01"
    assert isinstance(model.index(0).data(ROW_ROLE), HeadingLook)
    room.clock.at_ms += 10 * MINUTE_MS
    assert model.turns_by_age("TL-KT-01")
    model.update_all()
    assert look_at(model, place).silent
    assert tester.model() is model


def look_at(model: QAbstractItemModel, place: int) -> RowLook:
    look = model.index(place, 0).data(ROW_ROLE)
    assert isinstance(look, RowLook)
    return look
