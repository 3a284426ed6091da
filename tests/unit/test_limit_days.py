"""Limits are data with dates: resolved for a day, and taken on their day by a backend that runs."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from backend.contracts.events import SiteLoaded
from backend.contracts.oxygen import referred
from backend.contracts.site import Limit, Parameter
from backend.contracts.state import RoomState
from backend.domain.limits import at_reference
from backend.services.limit_days import LimitDays
from config.model import SiteConfig
from config.site import SiteErrors, load_site, public_site
from tests.system.backend_process import LAOCAI
from tests.unit.feeds_samples import MINUTE_MS, NOW_MS, Moment, opened_desk, reading, small_site

EVE, NEW_YEAR = date(2025, 12, 31), date(2026, 1, 1)


def limits(site: SiteConfig, station_id: str, symbol: str) -> dict[tuple[int, str], float]:
    parameter = site.parameter(station_id, symbol)
    assert parameter is not None
    return {(one.window_min, one.direction): one.value for one in parameter.limits}


@pytest.mark.parametrize(
    ("station_id", "symbol", "expected"),
    [
        ("TL-KT-01", "SO2", {(60, "above"): 450.0}),  # QCVN 21:2009 B 500 x Kp 0,9 x Kv 1,0
        ("LC-KK-01", "SO2", {(60, "above"): 350.0, (1440, "above"): 125.0}),
        ("LC-KK-01", "NO2", {(60, "above"): 200.0, (1440, "above"): 100.0}),
        ("LC-KK-01", "CO", {(60, "above"): 30_000.0, (480, "above"): 10_000.0}),
        ("LC-KK-01", "O3", {(60, "above"): 200.0, (480, "above"): 120.0}),
        ("LC-KK-01", "PM10", {(1440, "above"): 100.0}),
        ("LC-KK-01", "PM2,5", {(1440, "above"): 45.0}),
    ],
)
def test_the_shipped_limits_are_those_of_the_standards(
    station_id: str, symbol: str, expected: dict[tuple[int, str], float]
) -> None:
    assert limits(load_site(LAOCAI, NEW_YEAR), station_id, symbol) == expected


def test_dust_of_2025_has_another_limit_than_that_of_2026() -> None:
    site = load_site(LAOCAI, EVE)
    assert limits(site, "LC-KK-01", "PM2,5") == {(1440, "above"): 50.0}
    first = site.limit_days[0]
    assert first.day == NEW_YEAR
    assert [one.value for one in first.limits["LC-KK-01"]["PM2,5"]] == [45.0]
    assert NEW_YEAR not in [one.day for one in load_site(LAOCAI, NEW_YEAR).limit_days]


def test_a_permit_begins_on_its_day_and_wins_only_then(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    shutil.copytree(LAOCAI, folder)
    file = folder / "stations.toml"
    permit = (
        '\n[[station.permit]]\nnumber = "12/GPMT"\nsymbol = "SO2"\nvalue = 0.3\nunit = "g/Nm3"\n'
        "valid_from = 2026-03-01\nvalid_to = 2026-03-31\nverified = true\n\n[[station]]\n"
    )
    head, _, rest = file.read_text(encoding="utf-8").partition('[[station]]\nstation_id = "TL-KT-02"')
    file.write_text(head + permit.lstrip("\n") + 'station_id = "TL-KT-02"' + rest, encoding="utf-8")
    site = load_site(folder, NEW_YEAR)
    assert limits(site, "TL-KT-01", "SO2") == {(60, "above"): 450.0}
    changes = {one.day: one.limits["TL-KT-01"]["SO2"] for one in site.limit_days if "TL-KT-01" in one.limits}
    (begins,) = changes[date(2026, 3, 1)]
    (ends,) = changes[date(2026, 4, 1)]
    assert (begins.value, begins.source) == (300.0, "GPMT 12/GPMT")
    assert ends.value == 450.0
    assert limits(load_site(folder, date(2026, 3, 15)), "TL-KT-01", "SO2") == {(60, "above"): 300.0}


@pytest.mark.parametrize(
    ("concentration", "o2", "reference", "expected"),
    [
        (40.0, 7.0, 7.0, 40.0),
        (40.0, 14.0, 7.0, 80.0),
        (40.0, 0.0, 15.0, 40.0 * 6 / 21),
        (40.0, 19.9, 7.0, 40.0 * 14 / 1.1),
        (40.0, 20.0, 7.0, None),  # next to air: no number at all
        (40.0, 21.0, 7.0, None),
        (40.0, 25.0, 7.0, None),
        (40.0, -0.1, 7.0, None),
    ],
)
def test_gas_is_referred_to_the_reference_oxygen(
    concentration: float, o2: float, reference: float, expected: float | None
) -> None:
    assert referred(concentration, o2, reference) == (None if expected is None else pytest.approx(expected))


def test_samples_without_oxygen_of_their_time_count_for_nothing() -> None:
    samples = ((1, 40.0, 0), (2, 40.0, 0), (3, 40.0, 0), (4, 40.0, 1))
    oxygen = ((1, 14.0, 0), (2, 14.0, 1), (4, 7.0, 0))
    assert at_reference(samples, oxygen, 7.0) == ((1, 80.0, 0), (4, 40.0, 1))


@pytest.mark.anyio
async def test_an_alarm_compares_at_the_reference_oxygen(tmp_path: Path) -> None:
    site = small_site()
    (station,) = [one for one in site.stations if one.station_id == "TL-KT-01"]
    parameters = tuple(
        one.model_copy(update={"limits": tuple(each.model_copy(update={"o2_ref_percent": 7.0}) for each in one.limits)})
        for one in station.parameters
    )
    oxygen = Parameter(symbol="O2", unit="%", decimals=1)
    stack = station.model_copy(update={"parameters": (*parameters, oxygen)})
    others = tuple(one for one in site.stations if one is not station)
    async with opened_desk(tmp_path, site.model_copy(update={"stations": (stack, *others)})) as desk:
        times = [NOW_MS - back * 5 * MINUTE_MS for back in range(12)]
        await desk.readings.record([reading(at, 300.0) for at in times])
        await desk.judge()
        assert desk.alerts("station.limit") == [], "without oxygen nothing is known"
        await desk.readings.record([reading(at, 14.0, symbol="O2") for at in times])
        desk.environment.take_stations((stack,))
        await desk.judge()
        limit = desk.only("station.limit").limit
        assert limit is not None
        assert limit.value == pytest.approx(600.0), "300 at 14 % is 600 at 7 %"


def test_a_limit_at_reference_oxygen_needs_a_station_that_measures_it(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    shutil.copytree(LAOCAI, folder)
    file = folder / "limits.toml"
    text = file.read_text(encoding="utf-8")
    mark = 'standard = "QCVN 21:2009/BTNMT"\ncolumn = "B"\nsymbol = "SO2"\n'
    assert mark in text
    file.write_text(text.replace(mark, mark + "o2_ref_percent = 7.0\n"), encoding="utf-8")
    with pytest.raises(SiteErrors, match="does not measure; add O2"):
        load_site(folder, NEW_YEAR)


@pytest.mark.anyio
async def test_a_running_backend_takes_new_limits_at_midnight(tmp_path: Path) -> None:
    site = load_site(LAOCAI, EVE)
    now = Moment(round(datetime(2025, 12, 31, 16, 59, 50, tzinfo=UTC).timestamp() * 1000))
    async with opened_desk(tmp_path, small_site(), now) as desk:
        await desk.room.record(lambda state: (SiteLoaded(site=public_site(site, 0)),))
        taken: list[str] = []
        days = LimitDays(site, desk.room, lambda stations: taken.extend(one.station_id for one in stations), now)
        await days.look()
        assert taken == []
        now.move(20)  # 00:00:10 in Việt Nam
        await days.look()
        await days.look()
        assert taken == ["LC-KK-01"]
        assert desk.kinds().count("limits.changed") == 1
        restarted = public_site(load_site(LAOCAI, NEW_YEAR), 0)
        assert desk.room.durable.site is not None
        assert desk.room.durable.site.digest == restarted.digest, "a restart finds nothing changed"
        assert desk.room.durable.site.stations == restarted.stations
        assert RoomState.from_snapshot(desk.room.durable.snapshot()).site == desk.room.durable.site


@pytest.mark.anyio
async def test_what_is_measured_is_judged_by_the_new_limit_at_once_and_returns_with_its_end(tmp_path: Path) -> None:
    async with opened_desk(tmp_path) as desk:
        rows = [reading(NOW_MS - back * 5 * MINUTE_MS, 480.0) for back in range(12)]
        await desk.readings.record(rows)
        await desk.judge()
        assert desk.alerts("station.limit") == [], "480 is under 500"

        def stack(*new: Limit) -> None:
            (station,) = [one for one in desk.site.stations if one.station_id == "TL-KT-01"]
            parameters = tuple(
                one.model_copy(update={"limits": new}) if one.symbol == "SO2" else one for one in station.parameters
            )
            desk.environment.take_stations((station.model_copy(update={"parameters": parameters}),))

        (before,) = desk.site.parameter("TL-KT-01", "SO2").limits  # type: ignore[union-attr]
        stack(before.model_copy(update={"value": 450.0}))
        await desk.judge()
        assert desk.only("station.limit").active
        stack()
        await desk.judge()
        assert not desk.only("station.limit").active
