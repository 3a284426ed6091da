"""The timeline's counts: each event once, whatever happens to the process; bars and jumps as a plain recount says."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import insert, make_url, select

from backend.contracts import events as ev
from backend.contracts.events import LoggedEvent
from backend.contracts.kinds.alerts import Priority
from backend.contracts.replay import LANES, Lane
from backend.services.density import DensityService
from backend.services.room import Room
from backend.storage.database import Database
from backend.storage.density import LANE_OF, MINUTE_MS, DensityCount, LaneReader
from backend.storage.detections import DetectionRow, DetectionsStore
from backend.storage.event_log import EventLog
from backend.storage.segments import SegmentsStore
from backend.storage.tables import density, gaps
from backend.storage.timeline import TimelineStore
from tests.unit.replay_samples import lanes, recounted, store, told
from tests.unit.storage_samples import NOW_MS, alert, opened, opened_log, raised

TOP = Path(__file__).resolve().parents[2]
FAR_MS = NOW_MS * 2


async def _counted(database: Database) -> dict[tuple[str, int], int]:
    query = select(density.c.lane, density.c.minute_ms, density.c.count).where(density.c.lane != "motion")
    rows = await database.read(lambda connection: connection.execute(query).all())
    return {(row[0], row[1]): row[2] for row in rows}


async def _filled(log: EventLog, count: int, **how: object) -> list[LoggedEvent]:
    logged = await store(log, told(count, **how))  # type: ignore[arg-type]
    counting = DensityCount(log.database)
    while await counting.count(113):
        pass
    return logged


def test_every_kind_of_event_has_its_lane() -> None:
    assert {one.event.kind for one in told(20_000)} == set(LANE_OF)


@pytest.mark.parametrize("alert_id", ["plain", 'quo"ted', "back\\slash", "tiếng Việt", 'priority":1'])
@pytest.mark.parametrize("spaced", [False, True])
def test_lanes_are_read_from_any_json_of_an_event(alert_id: str, spaced: bool) -> None:
    """The quick look at its head and the parser say the same."""

    def body(event: ev.AlertRaised | ev.AlertUpdated | ev.AlertAcknowledged | ev.AlertReturned) -> str:
        text = event.model_dump_json()
        return json.dumps(json.loads(text), indent=1) if spaced else text

    reader = LaneReader()
    events: list[tuple[ev.AlertRaised | ev.AlertUpdated | ev.AlertAcknowledged | ev.AlertReturned, Lane | None]] = [
        (ev.AlertRaised(alert=alert(alert_id, 3)), "alert"),
        (ev.AlertUpdated(alert_id=alert_id, text='"priority":1'), None),
        (ev.AlertUpdated(alert_id=alert_id, priority=Priority(4)), None),
        (ev.AlertUpdated(alert_id=alert_id, priority=Priority(1)), "alert"),
        (ev.AlertAcknowledged(alert_id=alert_id, comment='"priority":2'), "operator"),
        (ev.AlertReturned(alert_id=alert_id), None),
        (ev.AlertUpdated(alert_id=alert_id, priority=Priority(1)), None),
        (ev.AlertRaised(alert=alert(alert_id, 5)), "system"),
    ]
    assert [reader.lane(event.kind, body(event)) for event, _ in events] == [lane for _, lane in events]


def test_the_counts_are_those_of_a_recount(database_url: str) -> None:
    async def scenario() -> None:
        async with opened_log(database_url) as log:
            logged = await _filled(log, 1_500)
            wanted = recounted(logged)
            assert {lane for lane, _ in wanted} == {"alert", "report", "operator", "system"}
            assert await _counted(log.database) == wanted
            # In as many parts as it likes: what an alert was before is known again.
            assert await DensityCount(log.database).count(100) == 0

    asyncio.run(scenario())


def test_killed_again_and_again_it_counts_each_event_once(database_url: str) -> None:
    async def fill() -> list[LoggedEvent]:
        async with opened_log(database_url) as log:
            return await store(log, told(900))

    logged = asyncio.run(fill())
    chance = random.Random(11)
    kills = 5 if make_url(database_url).get_backend_name() == "sqlite" else 2
    for _ in range(kills):
        command = [sys.executable, "-m", "tests.unit.density_counter", database_url]
        with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.read(chance.randint(1, 20))
            process.kill()
        assert process.returncode == -signal.SIGKILL

    async def finish() -> None:
        async with opened(database_url) as database:
            counting = DensityCount(database)
            assert 0 < await counting.counted_seq() < len(logged), "the kills came too early or too late to tell"
            while await counting.count(1_000):
                pass
            assert await _counted(database) == recounted(logged)

    asyncio.run(finish())


def test_the_service_counts_what_the_room_records(sqlite_url: str) -> None:
    async def scenario() -> None:
        async with opened_log(sqlite_url) as log:
            await store(log, told(300))
            room = await Room.open(log, lambda: FAR_MS)
            service = asyncio.create_task(DensityService(room, DensityCount(log.database)).run())
            await room.record(lambda state: (raised("new"),))
            wanted = ("alert", FAR_MS // MINUTE_MS * MINUTE_MS)
            async with asyncio.timeout(10):
                while (await _counted(log.database)).get(wanted) != 1:
                    await asyncio.sleep(0.02)
            assert await _counted(log.database) == recounted(await log.read(0, 1_000))
            service.cancel()
            await asyncio.gather(service, return_exceptions=True)
            await room.stop()

    asyncio.run(scenario())


def test_motion_is_counted_from_detections_each_once(database_url: str) -> None:
    def row(number: int, start_ms: int) -> DetectionRow:
        return DetectionRow(f"d{number}", "ai", "cam-1", "person", "", 0.5, (), start_ms, None, "{}")

    async def scenario() -> None:
        async with opened(database_url) as database:
            detections = DetectionsStore(database)
            rows = [row(number, NOW_MS + number * 7_000) for number in range(30)]
            await detections.insert(rows[:20])
            await detections.insert(rows)  # it is sent again with what is new
            await detections.insert([row(3, NOW_MS + 21_000)])
            timeline = TimelineStore(database)
            coarse = await timeline.timeline(NOW_MS - 86_400_000, NOW_MS + 300_000, 60)
            fine = await timeline.timeline(NOW_MS, NOW_MS + 300_000, 100)
            for bars in (coarse, fine):
                assert sum(next(lane.counts for lane in bars.lanes if lane.lane == "motion")) == 30
            assert fine.bucket_ms == 3_000

    asyncio.run(scenario())


def _bars(logged: Sequence[LoggedEvent], start_ms: int, bucket_ms: int, count: int) -> dict[Lane, list[int]]:
    wanted: dict[Lane, list[int]] = {lane: [0] * count for lane in LANES}
    for one, lane in zip(logged, lanes(logged), strict=True):
        place = (one.at_ms - start_ms) // bucket_ms
        if lane is not None and 0 <= place < count:
            wanted[lane][place] += 1
    return wanted


def test_bars_are_those_of_a_recount_however_wide_they_are(database_url: str) -> None:
    async def scenario() -> None:
        async with opened_log(database_url) as log:
            logged = await _filled(log, 1_200)
            timeline = TimelineStore(log.database)
            first_ms, last_ms = min(one.at_ms for one in logged), max(one.at_ms for one in logged)
            chance = random.Random(2)
            spans = [(first_ms - 86_400_000, last_ms + 86_400_000), (first_ms, last_ms)]
            spans += [(at_ms, at_ms + wide) for wide in (1_000, 60_000, 600_000, 3_000_000)
                      for at_ms in (chance.randint(first_ms, last_ms), chance.randint(first_ms, last_ms))]  # fmt: skip
            widths = Counter[bool]()
            for start_ms, end_ms in spans:
                for buckets in (10, 333, 4_000):
                    found = await timeline.timeline(start_ms, end_ms, buckets)
                    count = len(found.lanes[0].counts)
                    assert count <= buckets + 1
                    assert found.start_ms <= start_ms
                    assert found.start_ms % found.bucket_ms == 0
                    assert found.start_ms + count * found.bucket_ms >= end_ms
                    assert found.bucket_ms < MINUTE_MS or found.bucket_ms % MINUTE_MS == 0
                    wanted = _bars(logged, found.start_ms, found.bucket_ms, count)
                    assert {lane.lane: list(lane.counts) for lane in found.lanes} == wanted
                    widths[found.bucket_ms < MINUTE_MS] += 1
            assert widths[True] > 5 < widths[False]

    asyncio.run(scenario())


def test_a_jump_finds_the_nearest_event_of_the_lane(database_url: str) -> None:
    times = 150 if make_url(database_url).get_backend_name() == "sqlite" else 30

    async def scenario() -> None:
        async with opened_log(database_url) as log:
            # Long stretches without an alert, so that minutes are passed over; the end is not counted yet.
            story = told(1_500, mean_ms=30_000, steps=())
            story = [
                one for one in story if not one.event.kind.startswith("alert.") or one.at_ms % 50_000_000 < 9_000_000
            ]
            logged = await store(log, story)
            await DensityCount(log.database).count(len(logged) - 40)
            timeline, told_lanes = TimelineStore(log.database), lanes(logged)
            chance = random.Random(4)
            ways: list[tuple[Lane | None, bool]] = [
                (lane, forwards)
                for lane in ("alert", "operator", "system", "report", None)
                for forwards in (True, False)
            ]
            for number in range(times):
                lane, forwards = ways[number % len(ways)]
                at_ms = chance.choice((chance.choice(logged).at_ms, chance.randint(NOW_MS - 9_000, logged[-1].at_ms)))
                edge_ms = chance.choice((FAR_MS, logged[1_000 % len(logged)].at_ms))
                fitting = [
                    one for one, its in zip(logged, told_lanes, strict=True)
                    if its is not None and lane in (None, its) and one.at_ms <= edge_ms
                    and (one.at_ms > at_ms if forwards else one.at_ms < at_ms)
                ]  # fmt: skip
                wanted = None if not fitting else (fitting[0] if forwards else fitting[-1])
                body = await timeline.next_event(at_ms, forwards, lane, edge_ms)
                found = None if body is None else LoggedEvent.model_validate_json(body)
                assert (found and found.seq) == (wanted and wanted.seq), (lane, forwards, at_ms, edge_ms)

    asyncio.run(scenario())


def test_gaps_are_cut_to_the_span_and_near_ones_are_one(database_url: str) -> None:
    async def scenario() -> None:
        async with opened(database_url) as database:
            segments = SegmentsStore(database, {})
            rows = [("cam-1", 0, 900), ("cam-1", 1_000, 9_000), ("cam-1", 60_000, 70_000), ("cam-2", 500, 700)]
            values = [
                {"camera_id": camera, "start_ms": NOW_MS + start, "end_ms": NOW_MS + end, "reason": ""}
                for camera, start, end in rows
            ]
            await database.write(lambda connection: connection.execute(insert(gaps), values) and None)
            await segments.open_gap("cam-3", NOW_MS + 50_000, "mất tín hiệu")
            timeline = TimelineStore(database)
            found = await timeline.timeline(NOW_MS + 600, NOW_MS + 80_000, 100)
            assert {one.camera_id: one.spans for one in found.gaps} == {
                "cam-1": ((NOW_MS + 600, NOW_MS + 9_000), (NOW_MS + 60_000, NOW_MS + 70_000)),
                "cam-2": ((NOW_MS + 600, NOW_MS + 700),),
                "cam-3": ((NOW_MS + 50_000, NOW_MS + 80_000),),
            }
            some = await timeline.timeline(NOW_MS + 600, NOW_MS + 80_000, 100, ["cam-2"])
            assert [one.camera_id for one in some.gaps] == ["cam-2"]

    asyncio.run(scenario())
