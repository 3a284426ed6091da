"""Opening, migrating, and what one bad item may do to the others of its transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from backend.storage import errors
from backend.storage.database import open_database
from backend.storage.errors import StorageError, in_vietnamese
from backend.storage.notes import NotesStore
from backend.storage.tables import metadata
from tests.unit.storage_samples import opened


def _context(connection: Connection) -> MigrationContext:
    def ours(name: str | None, kind: str, parents: object) -> bool:
        # The index of words is a virtual table with shadows on SQLite: SQLAlchemy has no words for it.
        return kind != "table" or not str(name).startswith("report_words")

    return MigrationContext.configure(connection, opts={"include_name": ours})


def test_migrated_database_has_exactly_the_tables_of_the_code(database_url: str) -> None:
    async def scenario() -> list[object]:
        async with opened(database_url) as database:
            return await database.read(lambda connection: list(compare_metadata(_context(connection), metadata)))

    assert asyncio.run(scenario()) == []


def test_opening_a_second_time_keeps_what_was_stored(database_url: str) -> None:
    async def write() -> None:
        async with opened(database_url) as database:
            await NotesStore(database).put("cap:etag", '"một"')
            await NotesStore(database).put("cap:etag", '"hai"')

    async def read() -> tuple[str | None, str | None]:
        async with opened(database_url) as database:
            notes = NotesStore(database)
            return await notes.get("cap:etag"), await notes.get("cap:none")

    asyncio.run(write())
    assert asyncio.run(read()) == ('"hai"', None)


def test_sqlite_syncs_every_commit(sqlite_url: str) -> None:
    def settings(connection: Connection) -> tuple[object, ...]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return tuple(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names)

    async def scenario() -> tuple[object, ...]:
        async with opened(sqlite_url) as database:
            return await database.write(settings)

    assert asyncio.run(scenario()) == ("wal", 2, 1)


def test_reader_cannot_write(database_url: str) -> None:
    async def scenario() -> None:
        async with opened(database_url) as database:
            insert = text("INSERT INTO notes (key, value) VALUES ('a', 'b')")
            with pytest.raises(StorageError):
                await database.read(lambda connection: connection.execute(insert))

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://localhost/x", "right is sqlite or postgresql"),
        ("sqlite://", "wants a file"),
        ("not an address", "right is sqlite:///FILE"),
        ("sqlite:////nowhere/at/all/x.sqlite3", "cannot be opened"),
        ("postgresql+psycopg://lan:hunter2@/x?host=/nowhere", "no connection"),
    ],
)
def test_address_that_cannot_be_opened_says_why_and_hides_the_password(url: str, words: str) -> None:
    with pytest.raises(StorageError, match=words) as refusal:
        open_database(url)
    assert "hunter2" not in str(refusal.value)


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite3").write_text("not a database at all, but long enough to look at" * 20)
    with pytest.raises(StorageError, match="not a database"):
        open_database(f"sqlite:///{tmp_path / 'x.sqlite3'}")


def test_database_of_a_newer_program_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    async def make() -> None:
        async with opened(sqlite_url):
            pass

    asyncio.run(make())
    connection = sqlite3.connect(tmp_path / "trucban.sqlite3")
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StorageError, match="another version"):
        open_database(sqlite_url)


def test_two_processes_may_make_the_database_at_once(database_url: str) -> None:
    async def scenario() -> None:
        databases = await asyncio.gather(*[asyncio.to_thread(open_database, database_url) for _ in range(4)])
        for database in databases:
            await database.close()

    asyncio.run(scenario())


def test_one_bad_item_fails_alone(database_url: str) -> None:
    """Ten writes queue behind a slow one and share its transaction; the bad one is refused, nine are there."""

    async def scenario() -> tuple[list[object], int]:
        async with opened(database_url) as database:

            def put(key: str | None) -> object:
                query = text("INSERT INTO notes (key, value) VALUES (:key, 'v')")
                return database.write(lambda connection: connection.execute(query, {"key": key}) and None)

            keys = ["a", "b", "c", "d", None, "f", "g", "h", "a", "j"]
            answers = await asyncio.gather(*[put(key) for key in keys], return_exceptions=True)  # type: ignore[call-overload]
            count = text("SELECT count(*) FROM notes")
            return answers, await database.read(lambda connection: int(connection.execute(count).scalar_one()))

    answers, stored = asyncio.run(scenario())
    failed = [index for index, answer in enumerate(answers) if isinstance(answer, StorageError)]
    assert failed == [4, 8]
    assert [answer for answer in answers if not isinstance(answer, StorageError)] == [None] * 8
    assert stored == 8


def test_value_error_of_the_work_comes_back_as_it_is(sqlite_url: str) -> None:
    def work(connection: Connection) -> None:
        connection.execute(text("INSERT INTO notes (key, value) VALUES ('a', 'b')"))
        raise ValueError("not like this")

    async def scenario() -> str | None:
        async with opened(sqlite_url) as database:
            with pytest.raises(ValueError, match="not like this"):
                await database.write(work)
            return await NotesStore(database).get("a")

    assert asyncio.run(scenario()) is None


def test_writing_after_close_is_refused(sqlite_url: str) -> None:
    async def scenario() -> None:
        async with opened(sqlite_url) as database:
            pass
        with pytest.raises(StorageError, match="closed"):
            await NotesStore(database).put("a", "b")
        with pytest.raises(StorageError, match="closed"):
            await NotesStore(database).get("a")

    asyncio.run(scenario())


def test_close_writes_what_is_still_queued(sqlite_url: str) -> None:
    async def write() -> None:
        async with opened(sqlite_url) as database:
            notes = NotesStore(database)
            tasks = [asyncio.create_task(notes.put(f"k{index}", "v")) for index in range(200)]
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)

    async def count() -> int:
        async with opened(sqlite_url) as database:
            query = text("SELECT count(*) FROM notes")
            return await database.read(lambda connection: int(connection.execute(query).scalar_one()))

    asyncio.run(write())
    assert asyncio.run(count()) == 200


def test_new_database_is_readable_by_its_owner_only(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario() -> list[int]:
        async with opened(sqlite_url) as database:
            await NotesStore(database).put("a", "b")
            return [file.stat().st_mode & 0o777 for file in tmp_path.glob("trucban.sqlite3*")]

    modes = asyncio.run(scenario())
    assert len(modes) >= 2
    assert set(modes) == {0o600}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_writer_that_dies_of_a_bug_leaves_nobody_waiting(sqlite_url: str) -> None:
    """SystemExit stands for anything that is not foreseen: it ends a thread without a word."""

    def die(connection: Connection) -> None:
        raise SystemExit

    async def scenario() -> None:
        async with opened(sqlite_url) as database:
            notes = NotesStore(database)
            work = [database.write(die), *(notes.put(f"k{number}", "v") for number in range(10))]
            answers = await asyncio.wait_for(asyncio.gather(*work, return_exceptions=True), 10)
            assert [type(answer) for answer in answers] == [StorageError] * 11
            with pytest.raises(StorageError, match="storage thread has ended"):
                await notes.put("later", "v")
            assert database.fault == "the storage thread has ended"

    asyncio.run(scenario())


def test_another_process_that_holds_the_lock_is_named(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(sqlite_url) as database:
            notes = NotesStore(database)
            await database.write(lambda connection: connection.exec_driver_sql("PRAGMA busy_timeout=50").all())
            other = sqlite3.connect(tmp_path / "trucban.sqlite3", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageError, match="locked by another program"):
                await notes.put("a", "b")
            assert await notes.get("a") is None
            other.execute("ROLLBACK")
            other.close()
            await notes.put("a", "b")
            assert database.fault == ""

    asyncio.run(scenario())


def test_whatever_is_wrong_with_the_machine_is_told_to_the_desks_in_vietnamese() -> None:
    told = {*errors._SQLITE_WORDS.values(), *errors._POSTGRES_WORDS.values()}
    told |= {errors.in_words(PoolTimeoutError()), errors.THREAD_ENDED}
    told.add(errors.in_words(DBAPIError("", None, psycopg.OperationalError())))
    assert [words for words in told if in_vietnamese(words) == words] == []
    assert in_vietnamese("what a driver says") == "what a driver says"
