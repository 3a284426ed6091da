"""Rivers and rain: the words of bulletins, rain classes and sums, and the alarm of a river that rises fast."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.alerts import AlertPhase
from backend.contracts.hydrology import (
    DAY_MS,
    HOUR_MS,
    RAIN_HOURS,
    alarm_levels,
    coverage,
    day_start_ms,
    historic_flood,
    level_reached,
    nearest_level,
    rain_class,
    rain_sum,
    reached_band,
    rise_per_hour,
    rises_fast,
)
from backend.contracts.kinds.alerts import Priority
from backend.contracts.site import Limit, Parameter, RainBand
from backend.domain.wording import distance_to_nearest, level_headline
from config.limits import LimitTable, limits_of, read_limits
from config.model import HydrologySettings, RiseSettings, SiteConfig
from config.problems import Problems, read_toml
from config.site import load_site, public_site
from config.site_files import LimitReference, StationEntry
from tests.unit.feeds_samples import (
    BD1,
    BD2,
    BD3,
    GAUGE,
    MINUTE_MS,
    NOW_MS,
    Desk,
    limit,
    local_time,
    reading,
    small_site,
)
from tests.unit.test_ingest_watches import on_desk

LAOCAI = Path(__file__).resolve().parents[2] / "config/sites/laocai"


def gauge(column: str) -> Parameter:
    """A gauge with the levels that the shipped limits.toml knows of this column."""
    problems = Problems()
    file = read_toml(LAOCAI / "limits.toml", problems)
    table: LimitTable = read_limits(file, problems)
    entry = StationEntry(
        **GAUGE.model_dump(include={"name_vi", "name_en", "kind", "lat_deg", "lon_deg", "commune_code", "interval_s"}),
        station_id="X",
        producer_id="thuy-van",
        parameters=("Level",),
        limits=(LimitReference(standard="QĐ 05/2020/QĐ-TTg", column=column),),
    )
    found = limits_of(entry, "Level", "m", table, date(2026, 1, 1), file, ())
    problems.raise_if_any()
    return Parameter(symbol="Level", unit="m", decimals=2, limits=found)


# -- the words of bulletins ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "level_m", "words"),
    [
        ("Lào Cai (Hồng)", 80.04, "trên BĐ1 0,04 m"),
        ("Lào Cai (Hồng)", 86.91, "trên BĐ3 3,41 m"),
        ("Lào Cai (Hồng)", 78.94, "dưới BĐ1 1,06 m"),
        ("Lào Cai (Hồng)", 81.0, "trên BĐ1 1,00 m"),
        ("Lào Cai (Hồng)", 81.01, "dưới BĐ2 0,99 m"),
        ("Bảo Hà (Hồng)", 61.09, "trên BĐ3 4,09 m"),
        ("Yên Bái (Thao)", 27.03, "dưới BĐ1 2,97 m"),
        ("Yên Bái (Thao)", 30.76, "dưới BĐ2 0,24 m"),
        ("Yên Bái (Thao)", 33.98, "trên BĐ3 1,98 m"),
        ("Bảo Yên (Chảy)", 71.70, "trên BĐ1 0,70 m"),
        ("Bảo Yên (Chảy)", 87.50, "trên BĐ3 12,50 m"),
        ("Hà Nội (Hồng)", 11.5, "trên BĐ3 0,00 m"),
        ("Sơn Tây (Hồng)", 12.0, "dưới BĐ1 0,40 m"),
        ("Kim Long (Hương)", 2.1, "trên BĐ2 0,10 m"),
        ("Phú Ốc (Bồ)", 4.6, "trên BĐ3 0,10 m"),
    ],
)
def test_the_distance_to_an_alarm_level_is_written_as_bulletins_write_it(
    column: str, level_m: float, words: str
) -> None:
    found = distance_to_nearest(level_m, gauge(column))
    assert found is not None
    assert found[0] == words


@pytest.mark.parametrize(
    ("column", "levels"),
    [
        ("Lào Cai (Hồng)", [80.0, 82.0, 83.5]),
        ("Bảo Hà (Hồng)", [55.0, 56.0, 57.0]),
        ("Yên Bái (Thao)", [30.0, 31.0, 32.0]),
        ("Bảo Yên (Chảy)", [71.0, 73.0, 75.0]),
        ("Hà Nội (Hồng)", [9.5, 10.5, 11.5]),
        ("Sơn Tây (Hồng)", [12.4, 13.4, 14.4]),
        ("Kim Long (Hương)", [1.0, 2.0, 3.5]),
        ("Phú Ốc (Bồ)", [1.5, 3.0, 4.5]),
    ],
)
def test_the_shipped_levels_and_what_was_not_verified_says_so(column: str, levels: list[float]) -> None:
    found = alarm_levels(gauge(column).limits)
    assert [level.value for level in found] == levels
    derived = {80.0, 83.5, 57.0, 30.0, 31.0, 32.0, 71.0}
    for level in found:
        assert ("(chưa xác minh)" in level.source) == (level.value not in derived), level.source


def test_a_level_that_is_not_known_is_left_out_and_the_words_use_what_is_known() -> None:
    parameter = Parameter(symbol="Level", unit="m", decimals=2, limits=(BD1, BD3))
    assert distance_to_nearest(81.9, parameter) == ("dưới BĐ3 1,60 m", "1.60 m below BĐ3")
    assert distance_to_nearest(81.9, parameter.model_copy(update={"limits": ()})) is None
    assert nearest_level(81.9, ()) is None
    assert level_reached(79.0, parameter.limits) is None


def test_the_historic_flood_is_told_beside_the_alarm_level_never_instead_of_it() -> None:
    parameter = gauge("Lào Cai (Hồng)")
    historic = historic_flood(parameter.limits)
    assert historic is not None
    vi, en = level_headline(GAUGE, parameter, 86.95, historic)
    assert vi.endswith("mực nước 86,95 m, trên BĐ3 3,45 m, trên lũ lịch sử 2024 0,04 m")
    assert "3.45 m above Alarm level 3" in en
    reached = level_reached(86.95, parameter.limits)
    assert reached is not None
    assert reached.mark == "bd3"


# -- rain ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "of_12_h", "of_24_h"),
    [
        (0.0, "none", "none"),
        (0.1, "trace", "light"),
        (0.29, "trace", "light"),
        (0.1 + 0.2, "light", "light"),
        (2.99, "light", "light"),
        (3.0, "rain", "light"),
        (5.99, "rain", "light"),
        (6.0, "rain", "rain"),
        (7.99, "rain", "rain"),
        (8.0, "moderate", "rain"),
        (15.0, "moderate", "rain"),
        (15.4, "moderate", "rain"),
        (15.5, "moderate", "moderate"),
        (16.0, "moderate", "moderate"),
        (25.0, "moderate", "moderate"),
        (25.4, "moderate", "moderate"),
        (25.5, "heavy", "moderate"),
        (26.0, "heavy", "moderate"),
        (50.0, "heavy", "moderate"),
        (50.4, "heavy", "moderate"),
        (50.5, "very_heavy", "heavy"),
        (51.0, "very_heavy", "heavy"),
        (100.0, "very_heavy", "heavy"),
        (100.4, "very_heavy", "heavy"),
        (100.5, "very_heavy", "very_heavy"),
    ],
)
def test_rain_classes_and_what_lies_between_two_rows_of_the_table(amount: float, of_12_h: str, of_24_h: str) -> None:
    assert (rain_class(amount, 12), rain_class(amount, 24)) == (of_12_h, of_24_h)


@pytest.mark.parametrize(
    ("count", "stations", "word"),
    [
        (0, 9, "none"), (1, 9, "few"), (3, 9, "few"), (4, 9, "scattered"), (6, 9, "scattered"), (7, 9, "many"),
        (9, 9, "many"), (1, 1, "many"), (0, 0, "none"), (1, 4, "few"), (2, 4, "scattered"), (3, 4, "many"),
    ],
)  # fmt: skip
def test_words_of_coverage(count: int, stations: int, word: str) -> None:
    assert coverage(count, stations) == word


RAINS = st.lists(
    st.tuples(
        st.integers(NOW_MS - 100 * HOUR_MS, NOW_MS + HOUR_MS),
        st.integers(0, 400).map(lambda tenths: tenths / 10),
        st.sampled_from([0, 0, 0, 1, 2]),
    ),
    max_size=60,
)


@given(RAINS)
def test_a_longer_sum_is_never_smaller_and_calibration_never_counts(samples: list[tuple[int, float, int]]) -> None:
    sums = [rain_sum(samples, NOW_MS - hours * HOUR_MS, NOW_MS) or 0.0 for hours in RAIN_HOURS]
    assert all(longer >= shorter - 1e-9 for shorter, longer in itertools.pairwise(sums))
    faulty = [(at, value, 1) for at, value, _ in samples]
    assert rain_sum(faulty, 0, NOW_MS) is None
    assert rain_sum([*samples, *samples], 0, NOW_MS) == rain_sum(samples, 0, NOW_MS), "sent again is counted once"


@given(RAINS, st.integers(-12 * 60, 14 * 60))
def test_the_days_from_19_to_19_part_the_rain_without_rest(
    samples: list[tuple[int, float, int]], offset_min: int
) -> None:
    start = day_start_ms(NOW_MS, offset_min)
    assert start < NOW_MS <= start + DAY_MS
    assert ((start // 60_000 + offset_min) % 1440) == 19 * 60
    bounds = [start + count * DAY_MS for count in range(-6, 2)]
    days = [rain_sum(samples, a, b) or 0.0 for a, b in itertools.pairwise(bounds)]
    assert sum(days) == pytest.approx(rain_sum(samples, bounds[0], bounds[-1]) or 0.0)
    for at, _, _ in samples:
        assert day_start_ms(at, offset_min) < at <= day_start_ms(at, offset_min) + DAY_MS


@pytest.mark.parametrize(
    ("local", "begins"),
    [("18:59:59", "2025-12-31"), ("19:00:00", "2025-12-31"), ("19:00:01", "2026-01-01"), ("00:00:00", "2025-12-31")],
)
def test_a_sample_of_exactly_19_h_belongs_to_the_day_that_ends(local: str, begins: str) -> None:
    midnight = NOW_MS - 9 * HOUR_MS
    hours, minutes, seconds = (int(part) for part in local.split(":"))
    start = day_start_ms(midnight + ((hours * 60 + minutes) * 60 + seconds) * 1000, 420)
    assert local_time(start) == begins.replace("-", "") + "190000"


def test_the_bands_of_the_decree_are_the_sites_and_only_words() -> None:
    bands = public_site(load_site(LAOCAI, date(2026, 1, 1)), NOW_MS).hydrology.rain_bands
    assert [(band.hours, band.from_mm, band.to_mm) for band in bands] == [
        (12, 50, 100), (24, 100, 200), (24, 200, 400), (24, 400, None),
    ]  # fmt: skip
    assert all("chưa xác minh" in band.source for band in bands)

    def reached(sums: dict[int, float]) -> tuple[int, float] | None:
        band: RainBand | None = reached_band(bands, sums)
        return None if band is None else (band.hours, band.from_mm)

    assert reached({12: 49.9, 24: 99.9}) is None
    assert reached({12: 50.0, 24: 60.0}) == (12, 50)
    assert reached({12: 150.0, 24: 200.0}) == (24, 200)
    assert reached({24: 512.0}) == (24, 400)


# -- how fast it rises -------------------------------------------------------------------------------------------


def line(rate_m_per_h: float, count: int = 13, step_ms: int = 5 * MINUTE_MS) -> list[tuple[int, float, int]]:
    first = NOW_MS - (count - 1) * step_ms
    return [(first + i * step_ms, 78.0 + rate_m_per_h * i * step_ms / HOUR_MS, 0) for i in range(count)]


@given(st.floats(-5, 5), st.integers(6, 200))
def test_the_slope_of_a_straight_river_is_its_slope(rate: float, count: int) -> None:
    step_ms = HOUR_MS // count
    found = rise_per_hour(line(rate, count, step_ms), NOW_MS, HOUR_MS, 5)
    assert found == pytest.approx(rate, abs=1e-6)


@given(st.floats(-2, 2), st.floats(-50, 50), st.integers(0, 12))
def test_one_spike_of_the_gauge_moves_the_slope_little(rate: float, spike: float, place: int) -> None:
    samples = line(rate)
    samples[place] = (samples[place][0], samples[place][1] + spike, 0)
    found = rise_per_hour(samples, NOW_MS, 65 * MINUTE_MS, 5)
    assert found == pytest.approx(rate, abs=0.01)


def test_calibration_counts_not_and_too_little_is_no_slope() -> None:
    samples = [(at, 999.0, 1 + i % 2) if i % 2 else (at, v, s) for i, (at, v, s) in enumerate(line(0.6))]
    assert rise_per_hour(samples, NOW_MS, 65 * MINUTE_MS, 5) == pytest.approx(0.6)
    assert rise_per_hour(samples, NOW_MS, 65 * MINUTE_MS, 8) is None
    assert rise_per_hour(line(0.6, 6, MINUTE_MS), NOW_MS, HOUR_MS, 5) is None, "five minutes are no hour"
    assert rise_per_hour([], NOW_MS, HOUR_MS, 2) is None


def test_the_slope_has_hysteresis_and_what_is_unknown_changes_nothing() -> None:
    before, seen = False, []
    for rate in (0.49, 0.5, 0.4, None, 0.3, 0.29, 0.45, 0.51):
        before = rises_fast(rate, before, 0.5, 0.3)
        seen.append(before)
    assert seen == [False, True, True, True, True, False, False, True]


def rising_site(**changes: object) -> SiteConfig:
    rise = RiseSettings(source="thử", verified=True)
    near = GAUGE.model_copy(update={"interval_s": 300})
    site = small_site()
    stations = tuple(near if station.station_id == near.station_id else station for station in site.stations)
    return site.model_copy(update={"hydrology": HydrologySettings(rise=rise), "stations": stations, **changes})


async def rise(desk: Desk, rates: list[float], status: int = 0) -> None:
    """An hour of the river for each rate, a sample each 5 minutes, the clock going along."""
    level = next((row.value for row in desk.readings.latest() if row.station_id == "TV-LC"), 70.0)
    for rate in rates:
        for _ in range(12):
            desk.now.ms += 5 * MINUTE_MS
            level += rate / 12
            await desk.readings.record([reading(desk.now.ms, level, status, "TV-LC", "Level")])
            await desk.rivers.catch_up()


def test_a_river_that_rises_fast_is_told_once_and_ends_below_the_lower_bound(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await rise(desk, [0.1, 0.1])
        assert desk.alerts("station.rising") == []
        await rise(desk, [0.65, 0.65])
        alert = desk.only("station.rising")
        assert (alert.priority, alert.active, alert.silent) == (Priority.HIGH, True, False)
        assert "nước lên nhanh 0,52 m/giờ, mực nước 70,58 m, dưới BĐ1 9,42 m" in alert.headline_vi
        await rise(desk, [0.4, 0.4])
        assert desk.only("station.rising").active, "above the lower bound it goes on"
        await rise(desk, [0.1])
        assert desk.only("station.rising").phase is AlertPhase.RETURNED_UNACKNOWLEDGED
        await rise(desk, [0.7, 0.7])
        assert (desk.only("station.rising").count, desk.only("station.rising").active) == (2, True)

    on_desk(tmp_path, scenario, rising_site())


def test_calibration_fault_and_what_is_filled_in_later_raise_nothing(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await rise(desk, [2.0, 2.0], status=1)
        await rise(desk, [2.0], status=2)
        desk.now.ms += 10 * HOUR_MS
        rows = [
            reading(desk.now.ms - 5 * HOUR_MS + i * 5 * MINUTE_MS, 70 + i * 0.2, 0, "TV-LC", "Level") for i in range(24)
        ]
        await desk.readings.record(rows)
        await desk.rivers.catch_up()
        assert desk.alerts("station.rising") == []

    on_desk(tmp_path, scenario, rising_site())


def test_heavy_rain_is_told_with_its_class_from_the_threshold_on(tmp_path: Path) -> None:
    site = small_site()
    rain = next(station for station in site.stations if station.kind == "rain")
    threshold: Limit = limit(50.0, 3, 1440, "ngưỡng mưa 50 mm/24 giờ")
    wet = rain.model_copy(update={"parameters": (rain.parameters[0].model_copy(update={"limits": (threshold,)}),)})

    async def scenario(desk: Desk) -> None:
        for index, amount in enumerate([25.0, 24.9, 0.1]):
            at_ms = NOW_MS - (2 - index) * MINUTE_MS
            await desk.readings.record([reading(at_ms, amount, 0, wet.station_id, "Rain")])
            await desk.judge()
            assert len(desk.alerts("station.rain")) == (index == 2), "from 50,0 mm on"
        assert (
            "mưa 50,0 mm trong 24 giờ (mưa vừa), đạt ngưỡng mưa 50 mm/24 giờ" in desk.only("station.rain").headline_vi
        )

    stations = tuple(wet if station is rain else station for station in site.stations)
    on_desk(tmp_path, scenario, site.model_copy(update={"stations": stations}))


def test_levels_stay_sorted_and_the_nearest_is_one_of_them() -> None:
    limits = (BD3, BD1, BD2)
    assert [each.value for each in alarm_levels(limits)] == [80.0, 82.0, 83.5]
    for tenths in range(700, 900):
        nearest = nearest_level(tenths / 10, limits)
        assert nearest is not None
        assert abs(nearest.value - tenths / 10) <= min(abs(each.value - tenths / 10) for each in limits) + 1e-9
