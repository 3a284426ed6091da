"""The room: decisions ahead of the disk, one order for everybody, and back to the log when a write fails."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from backend.contracts.commands import Role
from backend.contracts.events import Event, LoggedEvent, OperatorSignedIn
from backend.contracts.state import RoomState
from backend.services.room import Room
from backend.storage.errors import StorageError
from backend.storage.writer import QUEUE_ROWS
from tests.unit.storage_samples import (
    acknowledged,
    now_ms,
    opened_log,
    opened_room,
    plain,
    raised,
    refused,
    set_page_limit,
)


def test_decision_sees_what_was_decided_before_though_it_is_not_stored_yet(database_url: str) -> None:
    """Two records of one alert in one turn of the loop: the second finds it and raises nothing."""

    def raise_once(state: RoomState) -> Sequence[Event]:
        return () if "a1" in state.alerts else (raised("a1"),)

    async def scenario() -> tuple[list[int], int]:
        async with opened_room(database_url) as room:
            answers = await asyncio.gather(*[room.record(raise_once) for _ in range(20)])
            return [len(answer) for answer in answers], len(room.durable.alerts)

    assert asyncio.run(scenario()) == ([1] + [0] * 19, 1)


def test_listeners_and_durable_state_get_events_only_once_stored_and_in_order(database_url: str) -> None:
    async def scenario() -> None:
        async with opened_room(database_url) as room:
            heard: list[int] = []

            def listen(events: Sequence[LoggedEvent]) -> None:
                heard.extend(one.seq for one in events)
                assert room.durable.seq == heard[-1]

            stop = room.listen(listen)
            tasks = [asyncio.create_task(room.record(lambda state: (refused("x"),))) for _ in range(500)]
            await asyncio.sleep(0)
            assert room.state.seq > 0
            assert room.durable.seq == 0
            await asyncio.gather(*tasks)
            assert heard == list(range(1, 501))
            assert room.durable.seq == room.state.seq == 500
            stop()
            await room.record(lambda state: (refused("x"),))
            assert len(heard) == 500

    asyncio.run(scenario())


def test_record_returns_after_the_listeners_have_it(sqlite_url: str) -> None:
    async def scenario() -> None:
        async with opened_room(sqlite_url) as room:
            heard: list[int] = []
            room.listen(lambda events: heard.extend(one.seq for one in events))
            for seq in range(1, 20):
                assert (await room.record(lambda state: (refused("x"),)))[0].seq == seq
                assert heard[-1] == seq

    asyncio.run(scenario())


def test_event_carries_who_when_where_and_by_which_command(sqlite_url: str) -> None:
    async def scenario() -> LoggedEvent:
        async with opened_room(sqlite_url) as room:
            answer = await room.record(
                lambda state: (refused("x"),), actor="lan", caused_by="c" * 32, origin="10.0.0.7"
            )
            return answer[0]

    event = asyncio.run(scenario())
    assert (event.actor, event.at_ms, event.origin, event.caused_by) == ("lan", now_ms(), "10.0.0.7", "c" * 32)


def test_restart_gives_the_same_room(database_url: str) -> None:
    async def first() -> str:
        async with opened_room(database_url, snapshot_every=7) as room:
            for index in range(25):
                await room.record(lambda state, name=f"a{index}": (raised(name),))  # type: ignore[misc]
                if index % 3 == 0:
                    await room.record(lambda state, name=f"a{index}": (acknowledged(name),), actor="lan")  # type: ignore[misc]
            # No stop: as after a crash, there are snapshots and a tail behind the newest.
            return plain(room.durable)

    async def again() -> tuple[str, str, int]:
        async with opened_room(database_url) as room:
            snapshot = await room._log.latest_snapshot()
            assert snapshot is not None
            return plain(room.durable), plain(room.state), snapshot.seq

    before = asyncio.run(first())
    durable, state, snapshot_seq = asyncio.run(again())
    assert durable == state == before
    assert 0 < snapshot_seq < 34


def test_stop_saves_a_snapshot_of_everything(sqlite_url: str) -> None:
    async def scenario() -> int:
        async with opened_log(sqlite_url) as log:
            room = await Room.open(log, now_ms)
            tasks = [asyncio.create_task(room.record(lambda state: (refused("x"),))) for _ in range(50)]
            await asyncio.sleep(0)
            await room.stop()
            await asyncio.gather(*tasks)
            snapshot = await log.latest_snapshot()
            assert snapshot is not None
            return snapshot.seq

    assert asyncio.run(scenario()) == 50


def test_full_disk_takes_back_what_was_decided_on_top_of_the_lost_event(sqlite_url: str) -> None:
    async def scenario() -> None:
        async with opened_room(sqlite_url) as room:
            heard: list[int] = []
            room.listen(lambda events: heard.extend(one.seq for one in events))
            await room.record(lambda state: (raised("kept"),))
            before = plain(room.durable)
            await set_page_limit(room._log.database, 4)
            too_big = [refused(str(n), padding=2000) for n in range(100)]
            lost = asyncio.create_task(room.record(lambda state: (raised("lost"), *too_big)))
            await asyncio.sleep(0)
            assert "lost" in room.state.alerts
            on_top = asyncio.create_task(room.record(lambda state: (acknowledged("lost"),)))
            answers = await asyncio.gather(lost, on_top, return_exceptions=True)
            assert [type(answer) for answer in answers] == [StorageError, StorageError]
            assert plain(room.state) == plain(room.durable) == before
            assert room.degraded == "the disk is full"
            assert heard == [1]

            await set_page_limit(room._log.database, None)
            await room.record(lambda state: (raised("lost"), *too_big))
            assert room.degraded == ""
            assert heard == list(range(1, 103))
            assert set(room.durable.alerts) == {"kept", "lost"}

    asyncio.run(scenario())


def test_records_made_while_the_room_recovers_are_decided_on_the_recovered_state(sqlite_url: str) -> None:
    async def scenario() -> None:
        async with opened_room(sqlite_url) as room:
            await set_page_limit(room._log.database, 4)
            too_big = [refused(str(n), padding=2000) for n in range(100)]

            async def attempt(number: int) -> int:
                events: list[Event] = [refused("small")]
                if number % 5 == 0:
                    events = [raised(f"a{number}"), *too_big]
                try:
                    return len(await room.record(lambda state: events))
                except StorageError:
                    return 0

            # Some while the failing ones are in flight, some after: whatever was acknowledged is in the log, once.
            stored = 0
            for start in range(0, 40, 4):
                stored += sum(await asyncio.gather(*[attempt(number) for number in range(start, start + 4)]))
            log = await room._log.read(0, 10_000)
            assert len(log) == stored == room.durable.seq == room.state.seq
            assert not room.state.alerts

    asyncio.run(scenario())


@pytest.mark.postgres
def test_room_survives_a_database_server_that_drops_its_connections(postgres_url: str) -> None:
    async def scenario() -> None:
        async with opened_room(postgres_url) as room:
            await room.record(lambda state: (raised("a1"),))
            kill = "SELECT pg_terminate_backend(pg_backend_pid())"
            database = room._log.database
            killer = asyncio.create_task(database.write(lambda c: c.exec_driver_sql(kill).all()))
            tasks = [asyncio.create_task(room.record(lambda state: (refused("x"),))) for _ in range(10)]
            await asyncio.gather(killer, *tasks, return_exceptions=True)
            acknowledged_events = sum(1 for task in tasks if task.exception() is None)
            await room.record(lambda state: (refused("after"),))
            log = await room._log.read(0, 100)
            assert len(log) == acknowledged_events + 2 == room.durable.seq
            assert plain(room.state) == plain(room.durable)

    asyncio.run(scenario())


@pytest.mark.postgres
def test_commit_that_was_stored_though_its_answer_was_lost_is_read_back(postgres_url: str) -> None:
    """The log moved on behind the room's back, as after a COMMIT whose answer never came."""

    async def scenario() -> None:
        async with opened_log(postgres_url) as log:
            room, other = await Room.open(log, now_ms), await Room.open(log, now_ms)
            heard: list[int] = []
            room.listen(lambda events: heard.extend(one.seq for one in events))
            await other.record(lambda state: (raised("a1"),))
            with pytest.raises(StorageError):
                await room.record(lambda state: (raised("a2"),))
            assert heard == [1]
            assert set(room.state.alerts) == {"a1"}
            await room.record(lambda state: (raised("a2"),))
            assert heard == [1, 2]

    asyncio.run(scenario())


def test_decision_that_raises_changes_nothing(sqlite_url: str) -> None:
    def decide(state: RoomState) -> Sequence[Event]:
        raise LookupError("no such alert")

    async def scenario() -> None:
        async with opened_room(sqlite_url) as room:
            with pytest.raises(LookupError):
                await room.record(decide)
            assert (await room.record(lambda state: (refused("x"),)))[0].seq == 1

    asyncio.run(scenario())


def test_event_that_cannot_be_written_fails_alone(database_url: str) -> None:
    """Half a surrogate pair cannot be encoded; what the room decided meanwhile is stored or refused, never both."""

    async def scenario() -> None:
        async with opened_room(database_url) as room:
            await room.record(lambda state: (raised("a1"),))
            with pytest.raises((ValueError, StorageError)):
                await room.record(lambda state: (refused("\ud800"),))
            assert plain(room.state) == plain(room.durable)
            assert (await room.record(lambda state: (refused("x"),)))[0].seq == 2

    asyncio.run(scenario())


def test_caller_that_goes_away_does_not_undo_the_event(sqlite_url: str) -> None:
    async def scenario() -> tuple[int, int]:
        async with opened_room(sqlite_url) as room:
            task = asyncio.create_task(room.record(lambda state: (raised("a1"),)))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await room.record(lambda state: (refused("x"),))
            return len(room.durable.alerts), room.durable.seq

    assert asyncio.run(scenario()) == (1, 2)


def test_flood_is_held_back_and_all_of_it_is_stored(sqlite_url: str) -> None:
    """More than the queue holds: later callers wait for room, nothing is dropped, memory is bounded."""

    async def scenario() -> tuple[int, int]:
        async with opened_room(sqlite_url) as room:
            highest = 0

            async def record(number: int) -> None:
                def decide(state: RoomState) -> Sequence[Event]:
                    nonlocal highest
                    highest = max(highest, room._log.database.writer.rows_pending)
                    return [refused(str(number))] * 100

                await room.record(decide)

            await asyncio.gather(*[record(number) for number in range(400)])
            return room.durable.seq, highest

    stored, highest = asyncio.run(scenario())
    assert stored == 40_000
    assert 15_000 < highest < QUEUE_ROWS


def test_seats_of_the_state_survive_copying(sqlite_url: str) -> None:
    async def scenario() -> None:
        async with opened_room(sqlite_url) as room:
            event = OperatorSignedIn(user="lan", role=Role.DUTY_OFFICER.value, origin="")
            stored = room.record(lambda state: (event,))
            await stored
            assert room.state.operators == room.durable.operators
            assert room.state.operators is not room.durable.operators

    asyncio.run(scenario())
