"""VN_AQI of stations from their readings: when it is told, told again, and when there is none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from backend.contracts.air import AirIndex
from backend.contracts.site import Parameter
from backend.contracts.state import RoomState
from backend.services.air_quality import AirQuality
from backend.storage.readings import ReadingRow
from tests.unit.feeds_samples import NOW_MS, STACK, Desk, opened_desk, small_site

HOUR_MS = 3_600_000
DUST = "PM2,5"
AIR = STACK.model_copy(
    update={
        "station_id": "KK-1",
        "kind": "air",
        "parameters": (
            Parameter(symbol=DUST, unit="µg/m3", decimals=1),
            Parameter(symbol="NO2", unit="µg/m3", decimals=1),
            Parameter(symbol="CO", unit="mg/m3", decimals=1),
            Parameter(symbol="SO2", unit="mg/Nm3", decimals=1),
        ),
    }
)


class Air:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.start_anew()

    def start_anew(self) -> None:
        desk = self.desk
        self.service = AirQuality(desk.site, desk.room, desk.readings, desk.store, desk.now)
        desk.readings.listen(self.service._arrived)

    async def measure(self, symbol: str, value: float, from_ms: int, to_ms: int, status: int = 0) -> None:
        times = range(from_ms + 300_000, to_ms + 1, 300_000)
        await self.desk.readings.record(
            [ReadingRow("KK-1", symbol, at_ms, value, status, self.desk.now(), "tang-loong") for at_ms in times]
        )

    def known(self, period: str = "hour") -> AirIndex | None:
        return self.desk.room.durable.air.get(f"KK-1/{period}")

    def told(self) -> int:
        return self.desk.kinds().count("air.indexed")


@asynccontextmanager
async def opened_air(data_dir: Path, speed_up: float = 1.0) -> AsyncIterator[Air]:
    site = small_site(speed_up).model_copy(update={"stations": (AIR, STACK)})
    async with opened_desk(data_dir, site) as desk:
        desk.now.move(660)  # 09:11: the hour that ended at 09:00 has settled
        yield Air(desk)


@pytest.mark.anyio
async def test_the_hours_index_is_an_event_and_names_its_pollutant(tmp_path: Path) -> None:
    async with opened_air(tmp_path) as air:
        await air.measure(DUST, 20.3, NOW_MS - 3 * HOUR_MS, NOW_MS)
        await air.measure("NO2", 118.7, NOW_MS - HOUR_MS, NOW_MS)
        await air.measure("CO", 12.0, NOW_MS - HOUR_MS, NOW_MS)  # 12 mg/m3 = 12 000 µg/m3
        await air.measure("SO2", 9000.0, NOW_MS - HOUR_MS, NOW_MS)  # per Nm3: not comparable, left out
        await air.service.look()
        index = air.known()
        assert index is not None
        assert (index.value, index.pollutant) == (59, "NO2")
        assert index.parts == {DUST: 41, "NO2": 59, "CO": 55}
        assert (index.from_ms, index.until_ms) == (NOW_MS - HOUR_MS, NOW_MS)
        assert not [key for key in air.desk.room.durable.air if key.startswith("TL-KT")], "stacks have no index"
        replayed = RoomState.from_snapshot(air.desk.room.durable.snapshot())
        assert replayed.air == air.desk.room.durable.air


@pytest.mark.anyio
async def test_nothing_new_is_told_once_also_after_a_restart(tmp_path: Path) -> None:
    async with opened_air(tmp_path) as air:
        await air.measure(DUST, 20.0, NOW_MS - 3 * HOUR_MS, NOW_MS)
        await air.service.look()
        await air.service.look()
        air.start_anew()
        await air.service.look()
        assert air.told() == 1


@pytest.mark.anyio
async def test_late_samples_change_the_hour_they_belong_to(tmp_path: Path) -> None:
    async with opened_air(tmp_path) as air:
        await air.measure(DUST, 20.0, NOW_MS - 3 * HOUR_MS, NOW_MS)
        await air.service.look()
        await air.measure("NO2", 150.0, NOW_MS - HOUR_MS, NOW_MS)
        await air.service.look()
        index = air.known()
        assert index is not None
        assert (index.value, index.pollutant) == (75, "NO2")
        assert air.told() == 2


@pytest.mark.anyio
async def test_calibration_and_thin_hours_count_for_nothing(tmp_path: Path) -> None:
    async with opened_air(tmp_path) as air:
        await air.measure(DUST, 20.0, NOW_MS - 3 * HOUR_MS, NOW_MS)
        await air.measure("NO2", 900.0, NOW_MS - HOUR_MS, NOW_MS, status=1)
        await air.measure("CO", 90.0, NOW_MS - HOUR_MS // 2, NOW_MS)
        await air.service.look()
        index = air.known()
        assert index is not None
        assert index.parts == {DUST: 40}


@pytest.mark.anyio
async def test_without_dust_the_index_ends_and_says_so_once(tmp_path: Path) -> None:
    async with opened_air(tmp_path) as air:
        await air.measure(DUST, 20.0, NOW_MS - 3 * HOUR_MS, NOW_MS)
        await air.measure("NO2", 50.0, NOW_MS - HOUR_MS, NOW_MS + 4 * HOUR_MS)
        await air.service.look()
        for _ in range(4):
            air.desk.now.move(3600)
            await air.service.look()
        index = air.known()
        assert index is not None
        assert index.value is None
        assert air.told() == 3, "40, then one hour more by two of three, then none, and none again"


@pytest.mark.anyio
async def test_the_day_ends_at_local_midnight(tmp_path: Path) -> None:
    async with opened_air(tmp_path) as air:
        midnight_ms = NOW_MS - 9 * HOUR_MS
        await air.measure(DUST, 55.7, midnight_ms - 24 * HOUR_MS, midnight_ms)
        await air.service.look()
        day = air.known("day")
        assert day is not None
        assert (day.value, day.until_ms, day.from_ms) == (110, midnight_ms, midnight_ms - 24 * HOUR_MS)


@pytest.mark.anyio
async def test_a_simulated_citys_hour_is_shorter(tmp_path: Path) -> None:
    async with opened_air(tmp_path, speed_up=4.0) as air:
        await air.measure(DUST, 20.0, NOW_MS - HOUR_MS, NOW_MS)
        await air.service.look()
        index = air.known()
        assert index is not None
        assert index.until_ms - index.from_ms == HOUR_MS // 4
