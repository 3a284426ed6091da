"""Where a chart's ticks stand and how far its axis goes."""

from __future__ import annotations

import pytest

from widgets.chart_scale import nice_step, time_ticks, value_range, value_ticks

HOUR_MS = 3_600_000
MIDNIGHT_MS = 1_795_280_400_000  # 22/11/2026 00:00 in Lào Cai


def test_ticks_stand_at_round_local_hours_and_midnight_is_the_date() -> None:
    ticks = time_ticks(MIDNIGHT_MS - 12 * HOUR_MS, MIDNIGHT_MS + 12 * HOUR_MS, 420, 800)
    labels = [tick.label for tick in ticks]
    assert labels == ["12:00", "15:00", "18:00", "21:00", "22/11", "03:00", "06:00", "09:00", "12:00"]
    assert [tick.label for tick in ticks if tick.major] == ["22/11"]


def test_a_short_view_shows_seconds() -> None:
    assert [tick.label for tick in time_ticks(MIDNIGHT_MS, MIDNIGHT_MS + 60_000, 420, 400)][1] == "00:00:15"


@pytest.mark.parametrize(("span", "most", "step"), [(1.0, 5, 0.2), (100.0, 4, 25.0), (90.0, 3, 50.0), (0.0, 3, 1.0)])
def test_steps_are_round(span: float, most: int, step: float) -> None:
    assert nice_step(span, most) == pytest.approx(step)


def test_tick_decimals_tell_neighbours_apart() -> None:
    values, decimals = value_ticks(80.0, 80.1, 130)
    assert decimals == 2
    assert len({round(value, decimals) for value in values}) == len(values) >= 3


def test_a_limit_in_reach_is_in_the_picture_with_room_for_its_name() -> None:
    low, high = value_range(120.0, 260.0, [450.0], 0.2)
    assert low == 0.0
    assert high - 450.0 >= 0.2 * (high - low)


def test_a_limit_far_off_does_not_press_the_line_flat() -> None:
    assert value_range(5.0, 9.0, [450.0])[1] < 20.0


def test_a_river_is_not_counted_from_the_sea_and_its_flood_of_the_century_stays_outside() -> None:
    low, high = value_range(79.8, 80.1, [80.0, 82.0, 83.5, 86.91])
    assert low > 70.0
    assert 82.0 < high < 86.0


def test_one_single_value_has_an_axis_around_it() -> None:
    for value in (0.0, 5.0, -3.0, 1e6):
        low, high = value_range(value, value, [])
        assert low <= value <= high
        assert high > low
