"""VN_AQI against the decree's own sums (QĐ 1459/QĐ-TCMT), and what holds for any air."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.air import AIR_BANDS, air_band
from backend.domain.vn_aqi import POLLUTANTS, Hours, daily, hourly, nowcast, sub_index

DECREE_PM25 = [26.9, 24.7, 20.5, 23.5, 19.5, 16.5, 19.0, 16.5, 20.3, 22.4, 19.6, 20.6][::-1]
COLUMNS = (*POLLUTANTS, "O3 8h")
HOURS = st.lists(st.none() | st.floats(0, 2000), min_size=1, max_size=14)


@pytest.mark.parametrize(
    ("column", "concentration", "index"),
    [
        ("O3", 136.1, 43),
        ("NO2", 118.7, 59),  # 59,35: the decree prints 60
        ("PM2,5", 20.3, 41),
        ("PM2,5", 55.7, 110),  # 109,5 rounds up
        ("O3 8h", 89.3, 45),
        ("NO2", 130.8, 65),
        *[(column, 0.0, 0) for column in COLUMNS],
        ("O3", 160, 50), ("O3", 200, 100), ("O3", 300, 150), ("O3", 400, 200), ("O3", 800, 300), ("O3", 1000, 400),
        ("O3", 1200, 500), ("O3", 5000, 500),
        ("O3 8h", 100, 50), ("O3 8h", 120, 100), ("O3 8h", 170, 150), ("O3 8h", 210, 200), ("O3 8h", 400, 300),
        ("CO", 10_000, 50), ("CO", 30_000, 100), ("CO", 45_000, 150), ("CO", 60_000, 200), ("CO", 90_000, 300),
        ("CO", 120_000, 400), ("CO", 150_000, 500),
        ("SO2", 125, 50), ("SO2", 350, 100), ("SO2", 550, 150), ("SO2", 800, 200), ("SO2", 1600, 300),
        ("SO2", 2100, 400), ("SO2", 2630, 500),
        ("NO2", 100, 50), ("NO2", 200, 100), ("NO2", 700, 150), ("NO2", 1200, 200), ("NO2", 2350, 300),
        ("NO2", 3100, 400), ("NO2", 3850, 500),
        ("PM10", 50, 50), ("PM10", 150, 100), ("PM10", 250, 150), ("PM10", 350, 200), ("PM10", 420, 300),
        ("PM10", 500, 400), ("PM10", 600, 500),
        ("PM2,5", 25, 50), ("PM2,5", 50, 100), ("PM2,5", 80, 150), ("PM2,5", 150, 200), ("PM2,5", 250, 300),
        ("PM2,5", 350, 400), ("PM2,5", 500, 500),
    ],
)  # fmt: skip
def test_the_table_of_the_decree(column: str, concentration: float, index: int) -> None:
    assert int(sub_index(column, concentration) + 0.5 + 1e-9) == index


def test_the_decrees_nowcast() -> None:
    assert nowcast(DECREE_PM25) == pytest.approx(20.27, abs=0.005)
    index = hourly({"PM2,5": DECREE_PM25, "O3": [136.1], "NO2": [118.7]})
    assert index is not None
    assert (index.value, index.pollutant) == (59, "NO2")
    assert dict(index.parts) == {"PM2,5": 41, "O3": 43, "NO2": 59}


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ([None, None, 10.0, 10.0], None),
        ([None, 10.0, None, 10.0], None),
        ([None, 10.0, 10.0], 10.0),
        ([10.0, None, 10.0], 10.0),
        ([10.0, 10.0], 10.0),
        ([10.0], None),
        ([], None),
        ([0.0, 0.0, 0.0], 0.0),
        ([100.0, 10.0] + [10.0] * 10, 50.0 + 10.0 * (0.5 - 0.5**12)),  # w = 1/2: half of the newest hour
    ],
)
def test_nowcast_needs_two_of_the_newest_three_hours(hours: Hours, expected: float | None) -> None:
    assert nowcast(hours) == (None if expected is None else pytest.approx(expected))


def test_a_gap_does_not_read_as_clean_air() -> None:
    whole = nowcast([100.0, 90.0, 80.0] + [20.0] * 9)
    gap = nowcast([None, 90.0, 80.0] + [20.0] * 9)
    assert whole is not None
    assert gap is not None
    assert gap > 0.7 * whole


def test_without_dust_there_is_no_index() -> None:
    assert hourly({"NO2": [500.0], "O3": [300.0]}) is None
    assert hourly({"NO2": [500.0], "PM10": [None, None, 30.0]}) is None
    assert daily({"NO2": [500.0] * 24}) is None
    assert daily({"PM10": [50.0] * 17 + [None] * 7}) is None, "17 hours make no mean of a day"


def test_the_day_takes_the_dusts_mean_and_the_gases_highest_hour() -> None:
    index = daily({"PM2,5": [55.7] * 24, "NO2": [20.0] * 23 + [130.8], "O3": [50.0] * 16 + [89.3] * 8})
    assert index is not None
    assert (index.value, index.pollutant) == (110, "PM2,5")
    assert dict(index.parts) == {"PM2,5": 110, "NO2": 65, "O3": 45}, "O3 by its 8 hours, 44,65"


def test_ozone_over_400_in_8_hours_counts_by_its_hour_alone() -> None:
    index = daily({"PM10": [10.0] * 24, "O3": [410.0] * 24})
    assert index is not None
    assert index.parts["O3"] == int(sub_index("O3", 410.0) + 0.5)


@pytest.mark.parametrize(
    ("value", "name", "rgb"),
    [
        (0, "Tốt", (0, 228, 0)), (50, "Tốt", (0, 228, 0)),
        (51, "Trung bình", (255, 255, 0)), (100, "Trung bình", (255, 255, 0)),
        (101, "Kém", (255, 126, 0)), (150, "Kém", (255, 126, 0)),
        (151, "Xấu", (255, 0, 0)), (200, "Xấu", (255, 0, 0)),
        (201, "Rất xấu", (143, 63, 151)), (300, "Rất xấu", (143, 63, 151)),
        (301, "Nguy hại", (126, 0, 35)), (500, "Nguy hại", (126, 0, 35)),
    ],
)  # fmt: skip
def test_the_bands_of_the_decree(value: int, name: str, rgb: tuple[int, int, int]) -> None:
    assert (air_band(value).name_vi, air_band(value).rgb) == (name, rgb)
    assert all(band.advice_vi and band.advice_en for band in AIR_BANDS)


@given(st.sampled_from(COLUMNS), st.floats(0, 1e6), st.floats(0, 1e6))
def test_more_of_it_is_never_better(column: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0.0 <= sub_index(column, low) <= sub_index(column, high) <= 500.0


@given(HOURS)
def test_nowcast_lies_between_the_hours_it_is_made_of(hours: Hours) -> None:
    found = nowcast(hours)
    if found is not None:
        known = [value for value in hours[:12] if value is not None]
        total = 1.0 - 0.5**12  # of the decree's weights when the air changes fast
        assert total * min(known) - 1e-6 <= found <= max(known) + 1e-6


@given(st.dictionaries(st.sampled_from(POLLUTANTS), st.lists(st.none() | st.floats(0, 1e5), max_size=24)))
def test_any_air_gives_an_index_in_bounds_or_none(hours: dict[str, Hours]) -> None:
    for index in (hourly(hours), daily(hours)):  # type: ignore[arg-type]
        if index is not None:
            assert 0 <= index.value <= 500
            assert index.value == max(index.parts.values()) == index.parts[index.pollutant]
