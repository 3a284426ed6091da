"""The event log: places without gaps, groups in one commit, identity."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from backend.contracts.events import LoggedEvent
from backend.contracts.state import RoomState, apply
from backend.storage.errors import StorageError
from backend.storage.event_log import Draft, EventLog
from tests.unit.storage_samples import (
    NOW_MS,
    acknowledged,
    drafts,
    opened,
    opened_log,
    raised,
    refused,
    set_page_limit,
)


def test_events_come_back_as_they_went_in(database_url: str) -> None:
    async def scenario() -> tuple[tuple[LoggedEvent, ...], tuple[LoggedEvent, ...]]:
        async with opened_log(database_url) as log:
            written = await log.append(drafts([raised("a1"), acknowledged("a1"), refused("a2")]), NOW_MS)
            return written, await log.read(0, 10)

    written, read = asyncio.run(scenario())
    assert [one.seq for one in written] == [1, 2, 3]
    assert read == written


def test_read_gives_the_tail_up_to_the_limit(database_url: str) -> None:
    async def scenario() -> list[list[int]]:
        async with opened_log(database_url) as log:
            await log.append(drafts(refused(str(index)) for index in range(10)), NOW_MS)
            spans = [await log.read(0, 3), await log.read(3, 100), await log.read(10, 5)]
            return [[one.seq for one in span] for span in spans]

    assert asyncio.run(scenario()) == [[1, 2, 3], [4, 5, 6, 7, 8, 9, 10], []]


def test_concurrent_appends_share_commits_and_leave_no_gap(database_url: str) -> None:
    async def scenario() -> tuple[list[int], int, int]:
        async with opened_log(database_url) as log:
            before = log.database.writer.transactions
            answers = await asyncio.gather(*[log.append(drafts([refused(str(n))] * 3), NOW_MS) for n in range(300)])
            for answer in answers:
                assert [one.seq for one in answer] == list(range(answer[0].seq, answer[0].seq + 3))
            seqs = sorted(one.seq for answer in answers for one in answer)
            return seqs, log.last_seq, log.database.writer.transactions - before

    seqs, last_seq, transactions = asyncio.run(scenario())
    assert seqs == list(range(1, 901))
    assert last_seq == 900
    assert transactions < 100


def test_command_is_found_by_what_it_caused(database_url: str) -> None:
    async def scenario() -> tuple[tuple[LoggedEvent, ...], tuple[LoggedEvent, ...]]:
        async with opened_log(database_url) as log:
            await log.append([Draft(raised("a1")), Draft(acknowledged("a1"), "lan", "f" * 32, "10.0.0.7")], NOW_MS)
            return await log.find_command("f" * 32), await log.find_command("e" * 32)

    found, unknown = asyncio.run(scenario())
    assert [(one.seq, one.actor, one.origin) for one in found] == [(2, "lan", "10.0.0.7")]
    assert unknown == ()


def test_epoch_and_seq_go_on_after_a_restart(database_url: str) -> None:
    async def session() -> tuple[str, int]:
        async with opened_log(database_url) as log:
            await log.append(drafts([refused("x")]), NOW_MS)
            return log.epoch, log.last_seq

    first, second = asyncio.run(session()), asyncio.run(session())
    assert first[0] == second[0]
    assert (first[1], second[1]) == (1, 2)


def test_database_put_back_from_a_backup_gets_another_epoch(sqlite_url: str, tmp_path: Path) -> None:
    """The file is overwritten in place, as `cp backup database` does: only the mark beside it can tell."""
    file, backup = tmp_path / "trucban.sqlite3", tmp_path / "backup.sqlite3"

    async def session() -> tuple[str, int]:
        async with opened_log(sqlite_url) as log:
            await log.append(drafts([refused("x")]), NOW_MS)
            return log.epoch, log.last_seq

    first = asyncio.run(session())
    shutil.copyfile(file, backup)
    second = asyncio.run(session())
    number = file.stat().st_ino
    shutil.copyfile(backup, file)
    assert file.stat().st_ino == number
    third, fourth = asyncio.run(session()), asyncio.run(session())
    assert first[0] == second[0] != third[0]
    assert third[1] == 2
    assert fourth == (third[0], 3)


def test_copied_database_gets_another_epoch(sqlite_url: str, tmp_path: Path) -> None:
    async def epoch(url: str) -> str:
        async with opened_log(url) as log:
            await log.append(drafts([refused("x")]), NOW_MS)
            return log.epoch

    first = asyncio.run(epoch(sqlite_url))
    shutil.copyfile(tmp_path / "trucban.sqlite3", tmp_path / "copy.sqlite3")
    shutil.copyfile(tmp_path / "trucban.sqlite3.mark", tmp_path / "copy.sqlite3.mark")
    assert asyncio.run(epoch(f"sqlite:///{tmp_path / 'copy.sqlite3'}")) != first


def test_events_that_do_not_follow_are_refused_and_use_up_no_place(database_url: str) -> None:
    async def scenario() -> list[int]:
        async with opened_log(database_url) as log:

            def at(seq: int) -> tuple[LoggedEvent, ...]:
                return (
                    LoggedEvent(seq=seq, at_ms=NOW_MS, actor="", caused_by=None, origin="", event=refused(str(seq))),
                )

            results = await asyncio.gather(*[log.submit(at(seq)) for seq in (1, 3, 2, 4, 3)], return_exceptions=True)
            assert [isinstance(result, StorageError) for result in results] == [False, True, False, True, False]
            return [one.seq for one in await log.read(0, 10)]

    assert asyncio.run(scenario()) == [1, 2, 3]


def test_full_disk_fails_exactly_its_events_and_the_log_goes_on_afterwards(sqlite_url: str) -> None:
    async def scenario() -> None:
        async with opened_log(sqlite_url) as log:
            await log.append(drafts([refused("before")]), NOW_MS)
            await set_page_limit(log.database, 10)
            with pytest.raises(StorageError, match="disk is full"):
                await log.append(drafts(refused(str(n), padding=2000) for n in range(100)), NOW_MS)
            assert log.database.fault == "the disk is full"
            assert log.last_seq == 1
            assert [one.seq for one in await log.read(0, 10)] == [1]
            # What still fits is stored even now.
            assert (await log.append(drafts([refused("small")]), NOW_MS))[0].seq == 2
            await set_page_limit(log.database, None)
            after = await log.append(drafts(refused(str(n), padding=2000) for n in range(100)), NOW_MS)
            assert [one.seq for one in after] == list(range(3, 103))
            assert log.database.fault == ""

    asyncio.run(scenario())


@pytest.mark.postgres
def test_lost_connection_fails_its_events_and_the_next_ones_are_stored(postgres_url: str) -> None:
    async def scenario() -> list[int]:
        async with opened_log(postgres_url) as log:
            await log.append(drafts([refused("before")]), NOW_MS)
            with pytest.raises(StorageError, match="database server"):
                # The server ends this very connection in the middle of the transaction.
                await log.database.write(
                    lambda connection: connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())").all()
                )
            assert log.database.fault
            await log.append(drafts([refused("after")]), NOW_MS)
            assert log.database.fault == ""
            return [one.seq for one in await log.read(0, 10)]

    assert asyncio.run(scenario()) == [1, 2]


def test_snapshot_is_kept_once_and_the_newest_is_found(database_url: str) -> None:
    async def scenario() -> tuple[int, str, str]:
        async with opened_log(database_url) as log:
            assert await log.latest_snapshot() is None
            state = RoomState(epoch=log.epoch)
            for index in range(3):
                for one in await log.append(drafts([raised(f"a{index}")]), NOW_MS):
                    apply(state, one)
                await log.save_snapshot(state.snapshot())
                await log.save_snapshot(state.snapshot())
            latest = await log.latest_snapshot()
            assert latest is not None
            return latest.seq, latest.model_dump_json(), state.snapshot().model_dump_json()

    seq, latest, state = asyncio.run(scenario())
    assert seq == 3
    assert latest == state


def test_event_of_a_later_program_is_named(sqlite_url: str) -> None:
    async def scenario() -> None:
        async with opened(sqlite_url) as database:
            log = await EventLog.open(database)
            await log.append(drafts([refused("x")]), NOW_MS)
            await database.write(
                lambda connection: connection.exec_driver_sql('UPDATE events SET body=\'{"kind":"x"}\'') and None
            )
            with pytest.raises(StorageError, match="event 1 of the log cannot be read"):
                await log.read(0, 10)

    asyncio.run(scenario())
