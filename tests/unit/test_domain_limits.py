"""Figures over a window, limits without chatter, and the words for them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.contracts.alerts import LimitReading
from backend.contracts.kinds.alerts import Priority
from backend.contracts.site import Limit
from backend.domain.limits import Figure, Sample, judge, window_figure
from backend.domain.wording import distance_to_nearest, level_words, limit_headline, number_en, number_vi
from tests.unit.feeds_samples import BD1, BD2, BD3, GAUGE, MINUTE_MS, NOW_MS, RAIN, STACK, limit

HOUR_MS = 60 * MINUTE_MS
STEP_MS = 5 * MINUTE_MS


def hour_of(values: list[float], status: int = 0) -> list[Sample]:
    """Samples each 5 minutes, the last at NOW."""
    first = NOW_MS - (len(values) - 1) * STEP_MS
    return [(first + index * STEP_MS, value, status) for index, value in enumerate(values)]


def current(passed: Limit, value: float, unit: str = "mg/Nm3") -> LimitReading:
    return LimitReading(
        symbol="X",
        unit=unit,
        value=value,
        limit_value=passed.value,
        limit_source=passed.source,
        window_min=passed.window_min,
    )


def test_the_mean_takes_the_window_and_nothing_before_it() -> None:
    samples = hour_of([9000.0, *[100.0] * 11, 700.0])
    figure = window_figure(samples, NOW_MS, HOUR_MS, STEP_MS)
    assert figure is not None
    assert figure.value == pytest.approx((100 * 11 + 700) / 12)
    assert figure.coverage == 1.0


def test_calibration_and_fault_count_neither_for_the_mean_nor_for_the_coverage() -> None:
    measured = hour_of([100.0] * 12)
    samples = [(at, 9e9, 1 + index % 2) if index < 6 else (at, v, s) for index, (at, v, s) in enumerate(measured)]
    figure = window_figure(samples, NOW_MS, HOUR_MS, STEP_MS)
    assert figure == Figure(100.0, 0.5)


def test_many_samples_close_together_do_not_cover_an_hour() -> None:
    samples = [(NOW_MS - index * 1000, 900.0, 0) for index in range(60)]
    figure = window_figure(samples, NOW_MS, HOUR_MS, STEP_MS)
    assert figure is not None
    assert figure.coverage == pytest.approx((59_000 + STEP_MS) / HOUR_MS)


def test_nothing_measured_is_no_figure() -> None:
    assert window_figure(hour_of([5.0] * 12, status=2), NOW_MS, HOUR_MS, STEP_MS) is None
    assert window_figure([], NOW_MS, 0, STEP_MS) is None


def test_a_sum_is_a_sum() -> None:
    figure = window_figure(hour_of([2.5] * 12), NOW_MS, HOUR_MS, STEP_MS, accumulates=True)
    assert figure == Figure(30.0, 1.0)


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.integers(NOW_MS - 2 * HOUR_MS, NOW_MS + HOUR_MS),
            st.floats(-1e6, 1e6, allow_nan=False),
            st.sampled_from([0, 1, 2]),
        ),
        max_size=60,
    )
)
def test_the_figure_lies_between_its_samples_and_its_coverage_between_nothing_and_all(samples: list[Sample]) -> None:
    figure = window_figure(samples, NOW_MS, HOUR_MS, STEP_MS)
    last = {at: value for at, value, status in samples if status == 0 and NOW_MS - HOUR_MS < at <= NOW_MS}
    if figure is None:
        assert not last
        return
    assert min(last.values()) - 1e-6 <= figure.value <= max(last.values()) + 1e-6
    assert 0.0 <= figure.coverage <= 1.0


@pytest.mark.parametrize(
    ("value", "coverage", "passed"),
    [(499.0, 1.0, False), (500.0, 1.0, False), (500.1, 1.0, True), (900.0, 0.74, False), (900.0, 0.75, True)],
)
def test_a_limit_is_passed_above_it_on_enough_data(value: float, coverage: float, passed: bool) -> None:
    judged = judge((limit(500.0),), {60: Figure(value, coverage)}, None, "mg/Nm3")
    assert (judged.passed is not None) == passed


@pytest.mark.parametrize(("value", "passed"), [(499.0, True), (490.1, True), (489.9, False)])
def test_a_passed_limit_ends_only_below_its_dead_band(value: float, passed: bool) -> None:
    only = limit(500.0)
    judged = judge((only,), {60: Figure(value, 1.0)}, current(only, 510.0), "mg/Nm3")
    assert (judged.passed is not None) == passed


def test_too_little_data_leaves_a_passed_limit_passed_and_its_figure_unknown() -> None:
    only = limit(500.0)
    for figure in (None, Figure(1.0, 0.2)):
        judged = judge((only,), {60: figure}, current(only, 510.0), "mg/Nm3")
        assert (judged.passed, judged.value) == (only, None)


@pytest.mark.parametrize(
    ("level", "worst"),
    [(79.99, None), (80.0, BD1), (81.9, BD1), (82.0, BD2), (86.91, BD3)],
)
def test_the_highest_alarm_level_reached_decides(level: float, worst: Limit | None) -> None:
    judged = judge((BD1, BD2, BD3), {0: Figure(level, 1.0)}, None, "m")
    assert judged.passed == worst
    assert judged.priority == (None if worst is None else Priority(worst.priority))


def test_a_falling_river_steps_down_one_level_at_a_time_with_its_dead_band() -> None:
    steps = []
    reading = current(BD3, 86.91, "m")
    for level in (83.49, 83.44, 81.96, 81.94, 79.96, 79.94):
        judged = judge((BD1, BD2, BD3), {0: Figure(level, 1.0)}, reading, "m")
        steps.append(judged.passed.name_vi if judged.passed else "")
        if judged.passed is not None:
            reading = current(judged.passed, level, "m")
    assert steps == ["BĐ3", "BĐ2", "BĐ2", "BĐ1", "BĐ1", ""]


def test_noise_inside_the_dead_band_never_chatters() -> None:
    only = limit(500.0)
    reading: LimitReading | None = None
    changes = 0
    for index in range(200):
        judged = judge((only,), {60: Figure(500 + 4 * math.sin(index), 1.0)}, reading, "mg/Nm3")
        before = reading is not None
        reading = current(only, 500.0) if judged.passed is not None else None
        changes += before != (reading is not None)
    assert changes == 1


def test_a_lower_limit_is_passed_below_it() -> None:
    lowest = limit(5.0, direction="below", window_min=60)
    assert judge((lowest,), {60: Figure(4.9, 1.0)}, None, "mg/L").passed == lowest
    assert judge((lowest,), {60: Figure(5.05, 1.0)}, current(lowest, 4.9, "mg/L"), "mg/L").passed == lowest
    assert judge((lowest,), {60: Figure(5.2, 1.0)}, current(lowest, 4.9, "mg/L"), "mg/L").passed is None


def test_a_range_has_a_limit_at_either_end() -> None:
    low, high = limit(5.5, direction="below"), limit(9.0)
    assert judge((low, high), {60: Figure(7.0, 1.0)}, None, "pH").passed is None
    assert judge((low, high), {60: Figure(4.0, 1.0)}, None, "pH").passed == low
    assert judge((low, high), {60: Figure(9.5, 1.0)}, current(low, 5.0, "pH"), "pH").passed == high


def test_twice_an_upper_limit_is_urgent() -> None:
    assert judge((limit(500.0),), {60: Figure(1000.0, 1.0)}, None, "mg/Nm3").priority is Priority.HIGH
    assert judge((limit(500.0, 1),), {60: Figure(1000.0, 1.0)}, None, "mg/Nm3").priority is Priority.CRITICAL


def test_of_a_sum_a_part_is_enough_to_pass_but_not_to_end() -> None:
    rain = RAIN.parameters[0].limits
    assert judge(rain, {60: Figure(60.0, 0.3)}, None, "mm", accumulates=True).passed == rain[0]
    assert judge(rain, {60: Figure(1.0, 0.3)}, current(rain[0], 60.0, "mm"), "mm", accumulates=True).passed == rain[0]
    assert judge(rain, {60: Figure(1.0, 1.0)}, current(rain[0], 60.0, "mm"), "mm", accumulates=True).passed is None


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        (3.41, 2, "3,41", "3.41"),
        (1250.0, 0, "1.250", "1,250"),
        (1234567.89, 1, "1.234.567,9", "1,234,567.9"),
        (-0.001, 2, "0,00", "0.00"),
        (-1.5, 1, "-1,5", "-1.5"),
        (2.675, 2, "2,68", "2.68"),
        (0.5, 0, "1", "1"),
    ],
)
def test_numbers_are_written_as_each_language_does(value: float, decimals: int, vi: str, en: str) -> None:
    assert (number_vi(value, decimals), number_en(value, decimals)) == (vi, en)


def test_levels_are_told_as_signed_distance_like_the_bulletins_do() -> None:
    level = GAUGE.parameters[0]
    assert level_words(86.91, BD3, level) == ("trên BĐ3 3,41 m", "3.41 m above BĐ3")
    assert level_words(78.94, BD1, level) == ("dưới BĐ1 1,06 m", "1.06 m below BĐ1")
    assert distance_to_nearest(81.76, level) == ("dưới BĐ2 0,24 m", "0.24 m below BĐ2")


def test_a_limit_headline_names_place_figure_window_and_share() -> None:
    vi, en = limit_headline(STACK, STACK.parameters[0], 612.44, STACK.parameters[0].limits[0])
    assert vi == "Ống khói số 1: SO2 612,4 mg/Nm3 (trung bình 1 giờ), vượt 22 % so với cột B 500 mg/Nm3"
    assert en == "Stack 1: SO2 612.4 mg/Nm3 (1 h mean), 22 % over cột B 500 mg/Nm3"
