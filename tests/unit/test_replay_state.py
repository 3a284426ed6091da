"""The room as it stood: a replay's fold is the live fold, at any instant, also where the clock was set back."""

from __future__ import annotations

import asyncio
import random
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, make_url, update

from backend.contracts import events as ev
from backend.contracts.replay import ReplayEvents, StateThen
from backend.contracts.state import RoomState, apply
from backend.storage import log_clock
from backend.storage.database import Database, open_database
from backend.storage.density import DensityCount
from backend.storage.event_log import EventLog
from backend.storage.history import SAMPLES_MOST, History
from backend.storage.readings import ReadingsStore
from backend.storage.tables import events, notes, snapshots
from backend.storage.timeline import TimelineStore
from tests.unit.replay_samples import digest, folded, last_by, store, told
from tests.unit.storage_samples import NOW_MS, opened, opened_log, reading

EVENTS = 1_200


def test_the_story_tells_every_kind_of_event_there_is() -> None:
    union, _ = get_args(ev.Event)
    kinds = {cls.model_fields["kind"].default for cls in get_args(union)}
    assert {one.event.kind for one in told(20_000)} == kinds


def test_the_replayed_state_is_the_live_one_at_a_thousand_instants(database_url: str) -> None:
    times = 1_000 if make_url(database_url).get_backend_name() == "sqlite" else 150

    async def scenario() -> None:
        async with opened_log(database_url) as log:
            logged = await store(log, told(EVENTS))
            assert any(after.at_ms < before.at_ms for before, after in zip(logged, logged[1:], strict=False))
            while await DensityCount(log.database).count(500):
                pass
            first_ms, last_ms = min(one.at_ms for one in logged), max(one.at_ms for one in logged)
            chance = random.Random(3)
            instants = [chance.randint(first_ms - 5_000, last_ms + 5_000) for _ in range(times)]
            instants += [one.at_ms + more for one in chance.sample(logged, 20) for more in (-1, 0, 1)]
            wanted = {at_ms: last_by(logged, at_ms) for at_ms in instants}
            live = {0: digest(RoomState(epoch=log.epoch))}
            state = RoomState(epoch=log.epoch)
            for one in logged:
                apply(state, one)
                if one.seq in wanted.values():
                    live[one.seq] = digest(state)
            assert len(live) > times / 4
            history = History(log.database, log.epoch)
            for at_ms, seq in wanted.items():
                then = StateThen.model_validate_json(await history.state_then(at_ms))
                assert (then.seq, then.at_ms, then.epoch) == (seq, at_ms, log.epoch)
                assert digest(folded(then)) == live[seq], f"another state at {at_ms}"

    asyncio.run(scenario())


def test_playing_on_from_any_instant_comes_to_the_whole_fold(sqlite_url: str) -> None:
    async def scenario() -> None:
        async with opened_log(sqlite_url) as log:
            logged = await store(log, told(600))
            await DensityCount(log.database).count(10_000)
            whole = RoomState(epoch=log.epoch)
            for one in logged:
                apply(whole, one)
            history = History(log.database, log.epoch)
            last_ms = max(one.at_ms for one in logged)
            for at_ms in random.Random(5).sample(range(logged[0].at_ms, last_ms), 8):
                state = folded(StateThen.model_validate_json(await history.state_then(at_ms)))
                while True:
                    page = ReplayEvents.model_validate_json(await history.events(state.seq, last_ms, 37))
                    for one in page.events:
                        apply(state, one)
                    assert page.complete == (state.seq == whole.seq)
                    if page.complete:
                        break
                assert digest(state) == digest(whole)

    asyncio.run(scenario())


def test_the_same_story_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    async def answers(name: str) -> list[bytes]:
        async with opened_log(f"sqlite:///{tmp_path / name}") as log:
            logged = await store(log, told(500))
            await DensityCount(log.database).count(10_000)
            history, timeline = History(log.database, log.epoch), TimelineStore(log.database)
            first_ms, last_ms = logged[0].at_ms, max(one.at_ms for one in logged)
            found = []
            for _ in range(2):
                for number in range(12):
                    at_ms = first_ms + number * (last_ms - first_ms) // 11
                    body = (await history.state_then(at_ms)).replace(log.epoch.encode(), b"EPOCH")
                    bars = await timeline.timeline(first_ms, max(at_ms, first_ms + 1_000), 10 + 37 * number)
                    found += [body, bars.model_dump_json().encode()]
            assert found[: len(found) // 2] == found[len(found) // 2 :]
            return found

    async def scenario() -> None:
        assert await answers("one.sqlite3") == await answers("two.sqlite3")

    asyncio.run(scenario())


def test_a_snapshot_that_cannot_be_unpacked_is_passed_over(database_url: str) -> None:
    async def scenario() -> None:
        async with opened_log(database_url) as log:
            logged = await store(log, told(400, steps=()))
            state = RoomState(epoch=log.epoch)
            for one in logged[:350]:
                apply(state, one)
            broken = update(snapshots).where(snapshots.c.seq > 200).values(packed=b"not zlib")
            await log.database.write(lambda connection: connection.execute(broken) and None)
            body = await History(log.database, log.epoch).state_then(logged[349].at_ms)
            then = StateThen.model_validate_json(body)
            assert then.snapshot is not None
            assert then.snapshot.seq == 180
            # The next event may bear the same stamp.
            for one in logged[350 : then.seq]:
                apply(state, one)
            assert digest(folded(then)) == digest(state)

    asyncio.run(scenario())


def test_a_snapshot_of_before_the_database_moved_carries_the_epoch_of_the_log(sqlite_url: str) -> None:
    async def scenario() -> None:
        async with opened_log(sqlite_url) as log:
            logged = await store(log, told(200, steps=()))
            body = await History(log.database, "f" * 32).state_then(logged[-1].at_ms)
            then = StateThen.model_validate_json(body)
            assert then.snapshot is not None
            assert then.epoch == then.snapshot.epoch == "f" * 32
            assert zlib.compress(body)  # bytes, not text

    asyncio.run(scenario())


def test_an_empty_log_has_no_bounds_and_no_state(database_url: str) -> None:
    async def scenario() -> None:
        async with opened_log(database_url) as log:
            history = History(log.database, log.epoch)
            assert (await history.bounds()).first_ms is None
            then = StateThen.model_validate_json(await history.state_then(NOW_MS))
            assert (then.seq, then.snapshot, then.tail) == (0, None, ())
            assert ReplayEvents.model_validate_json(await history.events(0, NOW_MS, 10)).complete
            assert await TimelineStore(log.database).next_event(NOW_MS, True, None, NOW_MS * 2) is None
            bars = await TimelineStore(log.database).timeline(NOW_MS, NOW_MS + 60_000, 10)
            assert all(count == 0 for lane in bars.lanes for count in lane.counts)

    asyncio.run(scenario())


# -- places in the log -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('scratch') / 'log.sqlite3'}")
    yield database
    asyncio.run(database.close())


def _put(database: Database, stamps: list[int]) -> None:
    body = '{"kind":"operator.signed_out","user":"lan"}'
    fixed = {"epoch": "e", "actor": "", "caused_by": None, "origin": "", "kind": "operator.signed_out", "body": body}
    rows = [{"seq": seq, "at_ms": at_ms, **fixed} for seq, at_ms in enumerate(stamps, 1)]

    def fill(connection: Connection) -> None:
        for table in (events, notes):
            connection.execute(delete(table))
        if rows:
            connection.execute(insert(events), rows)

    async def scenario() -> None:
        await database.write(fill)

    asyncio.run(scenario())


def _seq_at(at_ms: int, connection: Connection) -> int:
    return log_clock.seq_at(connection, at_ms)


_STAMPS = st.lists(st.integers(0, 60), max_size=40)


@settings(max_examples=60, deadline=None)
@given(stamps=_STAMPS, part=st.integers(1, 50))
def test_an_instants_place_is_the_last_event_stamped_by_then(scratch: Database, stamps: list[int], part: int) -> None:
    _put(scratch, stamps)

    async def scenario() -> None:
        count = DensityCount(scratch)
        while await count.count(part):
            pass
        for at_ms in range(-1, 62):
            wanted = max((seq for seq, stamp in enumerate(stamps, 1) if stamp <= at_ms), default=0)
            assert await scratch.read(partial(_seq_at, at_ms)) == wanted

    asyncio.run(scenario())


@settings(max_examples=40, deadline=None)
@given(stamps=_STAMPS, start=st.integers(0, 60), wide=st.integers(0, 60))
def test_a_span_holds_exactly_the_events_stamped_in_it(
    scratch: Database, stamps: list[int], start: int, wide: int
) -> None:
    _put(scratch, stamps)

    async def scenario() -> None:
        await DensityCount(scratch).count(1_000)
        found = await scratch.read(lambda connection: log_clock.ranges(connection, start, start + wide))
        held = [seq for first, last in found for seq in range(first, last + 1)]
        assert held == [seq for seq, stamp in enumerate(stamps, 1) if start <= stamp <= start + wide]

    asyncio.run(scenario())


@settings(max_examples=40, deadline=None)
@given(stamps=_STAMPS)
def test_before_the_log_is_counted_a_later_instant_still_never_shows_less(scratch: Database, stamps: list[int]) -> None:
    _put(scratch, stamps)

    async def scenario() -> None:
        places = [await scratch.read(partial(_seq_at, at_ms)) for at_ms in range(-1, 62)]
        assert places == sorted(places)

    asyncio.run(scenario())


# -- readings --------------------------------------------------------------------------------------------------------


def test_readings_are_those_known_then_with_when_they_came(database_url: str) -> None:
    async def scenario() -> None:
        async with opened(database_url) as database:
            early = [reading(NOW_MS + minute * 60_000, float(minute)) for minute in range(10)]
            rows = [
                type(row)(row.station_id, row.symbol, row.at_ms, row.value, row.status, row.at_ms + late, "doste")
                for row, late in zip(early, [500] * 8 + [3_600_000] * 2, strict=True)
            ]
            await ReadingsStore(database).insert(rows)
            history = History(database, "e")
            found = await history.readings(NOW_MS, NOW_MS + 600_000, NOW_MS + 600_000)
            assert [series.value for series in found.series] == [tuple(float(minute) for minute in range(8))]
            assert found.received_ms == (tuple(row.received_ms for row in rows[:8]),)
            assert found.thinned == (False,)
            later = await history.readings(NOW_MS, NOW_MS + 600_000, NOW_MS + 9_000_000)
            assert len(later.series[0].value) == 10

    asyncio.run(scenario())


def test_too_many_samples_are_thinned_to_extremes_and_it_is_said(database_url: str) -> None:
    async def scenario() -> None:
        async with opened(database_url) as database:
            chance = random.Random(1)
            rows = [reading(NOW_MS + 100 * number, chance.gauss(0, 1)) for number in range(3 * SAMPLES_MOST)]
            rows[4321] = reading(NOW_MS + 432_100, 99.0)
            rows[1234] = reading(NOW_MS + 123_400, -99.0)
            few = [reading(NOW_MS + number, 1.0, symbol="NOx") for number in range(3)]
            await ReadingsStore(database).insert([*rows, *few])
            found = await History(database, "e").readings(NOW_MS, NOW_MS + 1_000_000, NOW_MS + 1_000_000)
            by_symbol = dict(zip([series.symbol for series in found.series], found.thinned, strict=True))
            assert by_symbol == {"SO2": True, "NOx": False}
            series = next(series for series in found.series if series.symbol == "SO2")
            assert len(series.value) <= SAMPLES_MOST
            assert (min(series.value), max(series.value)) == (-99.0, 99.0)
            assert list(series.at_ms) == sorted(series.at_ms)
            true = {row.at_ms: row.value for row in rows}
            assert all(true[at_ms] == value for at_ms, value in zip(series.at_ms, series.value, strict=True))

    asyncio.run(scenario())


def test_a_log_opened_elsewhere_is_counted_on(sqlite_url: str) -> None:
    """How far the count came belongs to the database: another process goes on where this one was."""

    async def scenario() -> None:
        async with opened_log(sqlite_url) as log:
            await store(log, told(100))
            assert await DensityCount(log.database).count(60) == 60
        async with opened(sqlite_url) as database:
            log = await EventLog.open(database)
            assert await DensityCount(database).counted_seq() == 60
            assert await DensityCount(database).count(1_000) == log.last_seq - 60

    asyncio.run(scenario())
