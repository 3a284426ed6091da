"""Limits, silence, cameras: what the watches raise and return, on a real room."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path

import pytest

from backend.contracts.alerts import AlertPhase
from backend.contracts.events import AlertAcknowledged
from backend.contracts.kinds.alerts import Priority
from config.model import SiteConfig
from tests.unit.feeds_samples import MINUTE_MS, NOW_MS, Desk, Moment, opened_desk, reading, small_site

STEP_MS = 5 * MINUTE_MS


def on_desk(
    data_dir: Path,
    scenario: Callable[[Desk], Coroutine[None, None, None]],
    site: SiteConfig | None = None,
    now: Moment | None = None,
) -> None:
    async def play() -> None:
        async with opened_desk(data_dir, site, now) as desk:
            await scenario(desk)

    asyncio.run(play())


async def measure(desk: Desk, values: list[float], station: str = "TL-KT-01", symbol: str = "SO2") -> None:
    """Samples each 5 minutes, each judged when it comes; the clock goes along."""
    for value in values:
        desk.now.move(300)
        await desk.readings.record([reading(desk.now(), value, station=station, symbol=symbol)])
        await desk.judge()


async def acknowledge(desk: Desk, alert_id: str) -> None:
    await desk.room.record(lambda state: (AlertAcknowledged(alert_id=alert_id),), actor="lan")


def test_one_high_sample_raises_nothing_the_hours_mean_does(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await measure(desk, [300.0] * 11 + [1500.0])
        assert desk.events == []
        await measure(desk, [1500.0] * 2)
        alert = desk.only("station.limit")
        assert alert.limit is not None
        assert alert.limit.value == pytest.approx((300 * 9 + 1500 * 3) / 12)
        assert (alert.place_id, alert.commune_code, alert.priority) == ("TL-KT-01", "02908", Priority.MEDIUM)
        assert alert.headline_vi == (
            "Ống khói số 1: SO2 600,0 mg/Nm3 (trung bình 1 giờ), vượt 20 % so với cột B 500 mg/Nm3"
        )
        assert not alert.silent

    on_desk(tmp_path, scenario)


def test_too_few_samples_raise_nothing(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await measure(desk, [2000.0] * 8)
        assert desk.events == []
        await measure(desk, [2000.0])
        assert desk.only("station.limit").priority is Priority.HIGH, "nine of twelve are enough; twice the limit"

    on_desk(tmp_path, scenario)


def test_calibration_and_fault_never_raise(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        rows = [reading(NOW_MS - index * STEP_MS, 5000.0, status=1 + index % 2) for index in range(24)]
        await desk.readings.record(rows)
        await desk.judge()
        assert desk.events == []

    on_desk(tmp_path, scenario)


def test_an_alert_returns_once_and_comes_back_as_the_same_until_acknowledged(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await measure(desk, [600.0] * 12 + [100.0] * 12)
        first = desk.only("station.limit")
        assert first.phase is AlertPhase.RETURNED_UNACKNOWLEDGED
        await measure(desk, [900.0] * 12)
        again = desk.only("station.limit")
        assert (again.alert_id, again.count, again.active) == (first.alert_id, 2, True)
        assert "SO2" in first.history[-1].text
        await acknowledge(desk, again.alert_id)
        await measure(desk, [100.0] * 12)
        assert desk.alerts("station.limit") == []
        await measure(desk, [900.0] * 12)
        assert desk.only("station.limit").alert_id != first.alert_id

    on_desk(tmp_path, scenario)


def test_noise_around_a_limit_does_not_fill_the_log(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await measure(desk, [500.0 + (5.0 if index % 2 else -4.0) for index in range(60)])
        assert desk.kinds() == ["alert.raised"]

    on_desk(tmp_path, scenario)


def test_a_river_climbs_through_its_levels_in_one_alert_and_each_step_rings(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await measure(desk, [79.5, 80.01], "TV-LC", "Level")
        alert = desk.only("station.level")
        assert (alert.priority, alert.headline_vi) == (
            Priority.MEDIUM,
            "Thủy văn Lào Cai: mực nước 80,01 m, trên BĐ1 0,01 m",
        )
        await acknowledge(desk, alert.alert_id)
        await measure(desk, [86.91], "TV-LC", "Level")
        alert = desk.only("station.level")
        assert (alert.priority, alert.phase) == (Priority.CRITICAL, AlertPhase.ACTIVE_UNACKNOWLEDGED)
        assert alert.headline_vi.endswith("trên BĐ3 3,41 m")
        assert alert.headline_en.endswith("3.41 m above BĐ3")
        await measure(desk, [83.0, 81.0, 78.0], "TV-LC", "Level")
        alert = desk.only("station.level")
        assert (alert.priority, alert.phase) == (Priority.MEDIUM, AlertPhase.RETURNED_UNACKNOWLEDGED)

    on_desk(tmp_path, scenario)


def test_back_filled_samples_raise_silently_and_live_ones_are_heard(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        old_ms = NOW_MS - 120 * MINUTE_MS
        await desk.readings.record([reading(old_ms + index * STEP_MS, 900.0) for index in range(12)])
        await desk.judge()
        silent = desk.only("station.limit")
        assert silent.silent
        await desk.readings.record([reading(NOW_MS - index * STEP_MS, 900.0) for index in range(12)])
        await desk.judge()
        active = [alert for alert in desk.alerts("station.limit") if alert.active]
        assert [(alert.silent, alert.alert_id != silent.alert_id) for alert in active] == [(False, True)]

    on_desk(tmp_path, scenario)


def test_samples_filled_in_behind_the_newest_are_not_judged_again(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await measure(desk, [100.0] * 12)
        await desk.readings.record([reading(NOW_MS - index * STEP_MS - 1, 9000.0) for index in range(12)])
        await desk.judge()
        assert desk.alerts("station.limit") == []

    on_desk(tmp_path, scenario)


def test_a_simulated_citys_hour_is_shorter_by_its_speed(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await measure(desk, [900.0])
        assert desk.only("station.limit").limit is not None

    on_desk(tmp_path, scenario, small_site(speed_up=12.0))


def test_after_a_restart_an_open_alert_goes_on_and_missed_samples_are_judged(tmp_path: Path) -> None:
    now = Moment()

    async def first(desk: Desk) -> None:
        await measure(desk, [600.0] * 12)

    async def stored_only(desk: Desk) -> None:
        rows = [reading(desk.now() - index * STEP_MS, 100.0) for index in range(12)]
        desk.now.move(0)
        await desk.readings.record([reading(desk.now() + 1 + index, 86.0, 0, "TV-LC", "Level") for index in range(2)])
        await desk.readings.record(rows)

    async def restarted(desk: Desk) -> None:
        async with asyncio.timeout(10):
            task = asyncio.create_task(desk.environment.run())
            while not desk.alerts("station.level"):
                await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        assert desk.only("station.limit").active

    on_desk(tmp_path, first, now=now)
    on_desk(tmp_path, stored_only, now=now)
    on_desk(tmp_path, restarted, now=now)


def test_rain_is_summed_over_its_window(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await measure(desk, [10.0] * 4, "MUA-1", "Rain")
        assert desk.events == []
        await measure(desk, [10.0], "MUA-1", "Rain")
        assert desk.only("station.rain").headline_vi.startswith("Đo mưa Sa Pa: mưa 50,0 mm trong 1 giờ")

    on_desk(tmp_path, scenario)


def test_a_producer_is_silent_after_three_intervals_and_fresh_at_its_first_word(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.producers.look()
        assert desk.events == []
        desk.ingest.heard("tang-loong")
        await desk.producers.look()
        assert desk.room.durable.producers["tang-loong"].condition == "fresh"
        desk.now.move(900)
        await desk.producers.look()
        assert desk.alerts("producer.silent") == []
        desk.now.move(1)
        await desk.producers.look()
        alert = desk.only("producer.silent")
        assert (alert.place_id, alert.priority) == ("tang-loong", Priority.SYSTEM)
        assert alert.headline_vi == "Nguồn tang-loong: im lặng từ 09:00:00 01/01 (lẽ ra mỗi 300 s)"
        await desk.producers.look()
        desk.ingest.heard("tang-loong")
        await desk.producers.look()
        assert desk.only("producer.silent").phase is AlertPhase.RETURNED_UNACKNOWLEDGED
        assert desk.kinds() == [
            "producer.changed",
            "producer.changed",
            "alert.raised",
            "producer.changed",
            "alert.returned",
        ]

    on_desk(tmp_path, scenario)


def test_a_producer_never_heard_is_silent_three_intervals_after_the_start(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        desk.now.move(901)
        await desk.producers.look()
        assert desk.only("producer.silent").headline_vi.startswith("Nguồn tang-loong: chưa nhận được dữ liệu nào")
        # kttv promised no rhythm: its silence means nothing.
        assert set(desk.room.durable.producers) == {"tang-loong"}

    on_desk(tmp_path, scenario)


def test_a_lost_camera_raises_one_system_alert_and_returns(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.cameras.report("cam-1", "online", "")
        for _ in range(3):
            await desk.cameras.report("cam-1", "lost", "từ chối kết nối")
        alert = desk.only("camera.lost")
        assert (alert.place_id, alert.priority, alert.lat_deg) == ("cam-1", Priority.SYSTEM, 22.49)
        assert desk.room.durable.cameras["cam-1"].reason == "từ chối kết nối"
        await desk.cameras.report("cam-1", "online", "")
        assert desk.only("camera.lost").phase is AlertPhase.RETURNED_UNACKNOWLEDGED
        await desk.cameras.report("cam-1", "lost", "")
        assert desk.only("camera.lost").count == 2
        await desk.cameras.report("no-such-camera", "lost", "")
        assert "no-such-camera" not in desk.room.durable.cameras

    on_desk(tmp_path, scenario)


def test_many_reports_at_once_are_one_change(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await asyncio.gather(*(desk.cameras.report("cam-1", "lost", "x") for _ in range(20)))
        assert desk.kinds() == ["camera.changed", "alert.raised"]

    on_desk(tmp_path, scenario)
