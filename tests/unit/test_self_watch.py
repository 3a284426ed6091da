"""What is wrong with the room itself is told once, ends by itself, and is never among the city's alarms."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

import pytest

from backend.contracts.kinds.alerts import Priority
from backend.services.self_watch import (
    GB,
    ClockEye,
    Eye,
    Look,
    SelfLimits,
    SelfWatch,
    ahead_of_us,
    database_eyes,
    disk_eye,
)
from tests.unit.feeds_samples import NOW_MS, Desk, opened_desk, reading

LIMITS = SelfLimits()


def on_desk(data_dir: Path, scenario: Callable[[Desk], Coroutine[None, None, None]]) -> None:
    async def play() -> None:
        async with opened_desk(data_dir) as desk:
            await scenario(desk)

    asyncio.run(play())


def test_a_disk_that_fills_is_told_once_and_over_only_when_there_is_room_again(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        free = [100 * GB]
        eye = disk_eye({"ghi-hinh": tmp_path}, LIMITS, lambda folder: (round(free[0]), round(500 * GB)))
        watch = SelfWatch(desk.site, desk.room, [eye], desk.now, LIMITS)
        await watch.look()
        assert desk.alerts("disk.low") == []
        free[0] = 4.2 * GB
        for _ in range(3):
            await watch.look()
        alert = desk.only("disk.low")
        assert (alert.priority, alert.headline_vi) == (Priority.SYSTEM, "Đĩa ghi-hinh còn trống 4,2 GB")
        free[0] = 5.5 * GB
        await watch.look()
        assert desk.only("disk.low").active, "a little more room is not enough"
        free[0] = 7 * GB
        await watch.look()
        assert not desk.only("disk.low").active
        free[0] = 1 * GB
        await watch.look()
        assert len([one for one in desk.alerts("disk.low") if one.active]) == 1

    on_desk(tmp_path, scenario)


def test_a_volume_that_is_away_is_not_the_disk_s_trouble(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        def gone(folder: Path) -> tuple[int, int]:
            raise FileNotFoundError(folder)

        await SelfWatch(desk.site, desk.room, [disk_eye({"x": tmp_path}, LIMITS, gone)], desk.now).look()
        assert desk.events == []

    on_desk(tmp_path, scenario)


def test_a_database_that_takes_long_and_a_queue_that_grows(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        slow, full = database_eyes(desk.database, SelfLimits(write_slow_ms=1e-3, queue_full_share=0.5))
        (look,) = await slow()
        assert look.badness > 1, "a write takes more than a microsecond"
        (look,) = await full()
        assert look.badness == 0
        desk.database.writer.rows_pending += 15_000
        (look,) = await full()
        desk.database.writer.rows_pending -= 15_000
        assert look.kind == "queue.full"
        assert look.badness == pytest.approx(1.5)

    on_desk(tmp_path, scenario)


def test_a_clock_that_jumps_and_a_logger_that_lives_in_the_future(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        mono, ahead = [0.0], dict[str, int]()
        eye = ClockEye(lambda: ahead, desk.now, LIMITS, lambda: mono[0])
        watch = SelfWatch(desk.site, desk.room, [eye], desk.now, LIMITS)
        mono[0] += 5
        desk.now.move(5)
        await watch.look()
        assert desk.alerts("clock.skew") == []
        mono[0] += 5
        desk.now.move(3605)
        await watch.look()
        assert desk.only("clock.skew").place_id == "server-clock"
        mono[0] += 5
        desk.now.move(5)
        ahead["tang-loong"] = 300_000
        await watch.look()
        active = [one.place_id for one in desk.alerts("clock.skew") if one.active]
        assert active == ["tang-loong"]
        ahead.clear()
        await watch.look()
        assert not any(one.active for one in desk.alerts("clock.skew")), "what is no longer looked at is over"

    on_desk(tmp_path, scenario)


def test_how_far_ahead_a_producer_is_is_known_from_when_its_samples_came() -> None:
    rows = [reading(NOW_MS, 1.0), reading(NOW_MS, 2.0, symbol="NOx")]
    assert ahead_of_us(rows) == {"tang-loong": 0}


def test_a_small_disk_has_a_limit_of_its_own(tmp_path: Path) -> None:
    eye = disk_eye({"small": tmp_path}, LIMITS, lambda folder: (32_000_000, 64_000_000))
    (look,) = asyncio.run(_looked(eye))
    assert look.badness < 0.2


async def _looked(eye: Eye) -> Sequence[Look]:
    return await eye()
