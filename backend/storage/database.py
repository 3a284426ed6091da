"""One database, SQLite or PostgreSQL, with one writer thread and a few readers."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar, cast

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from backend.storage.errors import InUseError, StorageError, in_words, is_in_use
from backend.storage.writer import Handler, Writer

T = TypeVar("T")
ItemT = TypeVar("ItemT")

READERS: Final = 3
LOCK_WAIT_MS: Final = 5_000
_MIGRATION_LOCK: Final = 0x7452_7563  # any number that is ours: PostgreSQL's advisory lock while migrating

_SOLE_USE_LOCK: Final = 0x7452_7573
"""Held by the writing connection of a backend. Whoever lost the connection must get it again before writing on."""

SOLE_USE_WAIT_MS: Final = 3_000
"""The server needs a moment to notice that a killed backend is gone."""


class _Calls:
    """Handler of `Database.write`: each item is the work itself."""

    def write(
        self, connection: Connection, items: Sequence[Callable[[Connection], object]]
    ) -> Sequence[object | StorageError]:
        return [work(connection) for work in items]

    def settled(self, committed: bool) -> None:
        pass


class Database:
    """Use from one event loop at a time."""

    def __init__(self, url: URL, sole_use: bool) -> None:
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.path = Path(url.database) if self.is_sqlite and url.database else None
        if self.path is not None:
            _make_private(self.path)
        self._writing = _engine(url, connections=1, reading=False)
        self._reading = _engine(url, connections=READERS, reading=True)
        if sole_use and not self.is_sqlite:
            event.listen(self._writing, "connect", _claim)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="storage-reader")
        self._calls = _Calls()
        self._closers: list[Callable[[], None]] = []
        self._closed = False
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(self._dispose)
            with self._writing.begin() as connection:
                _migrate(connection, self.is_sqlite)
            on_failure.pop_all()
        self.writer = Writer(self._writing)

    @property
    def fault(self) -> str:
        """Why the last write failed; "" when it was stored."""
        return self.writer.fault

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a reader thread, in one read transaction.

        Raises:
            StorageError: the database cannot be read.
        """
        if self._closed:
            raise StorageError("the database is closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)
        except SQLAlchemyError as error:
            raise StorageError(in_words(error)) from error

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._reading.begin() as connection:
            return work(connection)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` inside the writer's next transaction; durable on return.

        `work` may run a second time, alone, when another item spoiled the transaction: no side effects.
        A ValueError it raises comes back as it is, and nothing of it is stored.

        Raises:
            StorageError: nothing was stored.
        """
        # The item is its own handler: the T it makes is the T that comes out.
        return cast("T", await self.submit(self._calls, work))

    async def submit(self, handler: Handler[ItemT, T], item: ItemT, rows: int = 1) -> T:
        """Queue `item` for `handler`, after waiting for room in the queue; durable on return.

        Raises:
            StorageError: nothing of the item was stored.
        """
        await self.writer.capacity()
        return await self.writer.submit(handler, item, rows)

    def on_close(self, closer: Callable[[], None]) -> None:
        """Have `closer` called when nothing is written any more."""
        self._closers.append(closer)

    async def close(self) -> None:
        """Write what is queued, then let go of everything."""
        self._closed = True
        await self.writer.stop()
        self._readers.shutdown()
        self._dispose()

    def _dispose(self) -> None:
        for closer in self._closers:
            closer()
        self._reading.dispose()
        self._writing.dispose()


def open_database(url: str, sole_use: bool = False) -> Database:
    """Open, make if missing, and bring to the newest schema.

    Args:
        url: `sqlite:///FILE` (WAL, every commit synced) or `postgresql+psycopg://USER@HOST/NAME`.
        sole_use: nobody else who asks for it may write to this PostgreSQL database, also not after this process
            lost its connection and another took over. A SQLite file is guarded by its folder (`sole_use`).

    Raises:
        InUseError: somebody else has the sole use.
        StorageError: it cannot be opened, is of a newer program, or the address is of another kind.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StorageError("the database address is not one; right is sqlite:///FILE") from None
    name = parsed.drivername
    if name not in ("sqlite", "postgresql+psycopg"):
        raise StorageError(f"databases of kind {name!r} are not known; right is sqlite or postgresql+psycopg")
    if name == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StorageError("the event log wants a file: sqlite:///FILE")
    try:
        return Database(parsed, sole_use)
    except SQLAlchemyError as error:
        if is_in_use(error):
            raise InUseError(in_words(error)) from error
        raise StorageError(in_words(error)) from error
    except CommandError as error:
        raise StorageError(f"the database was written by another version of this program: {error}") from error


def database_file(url: str) -> Path | None:
    """The file of a SQLite address; None for every other address, right or wrong."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return None
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def _make_private(path: Path) -> None:
    """A new file is its owner's alone: accounts stand in it. SQLite gives its side files the same rights."""
    with contextlib.suppress(OSError):  # what is wrong with the path, SQLite says when it opens it
        path.touch(mode=0o600, exist_ok=False)


def _migrate(connection: Connection, is_sqlite: bool) -> None:
    """Under the write lock, so that two processes opening a new database at once do not both make it."""
    if not is_sqlite:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _engine(url: URL, connections: int, reading: bool) -> Engine:
    if url.get_backend_name() != "sqlite":
        return _postgres_engine(url, connections, reading)
    engine = create_engine(url, pool_size=connections, max_overflow=0, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        # The driver must not begin transactions by itself: it would begin them late and without DDL.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={LOCK_WAIT_MS}")
        _use_wal(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA journal_size_limit=67108864")
        if reading:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # IMMEDIATE: a writer that begins as a reader can be refused half-way when another process writes.
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _use_wal(cursor: DBAPICursor) -> None:
    """SQLite does not wait for its busy time-out when the change of mode meets another connection: we do."""
    end_s = time.monotonic() + LOCK_WAIT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end_s:
                raise
            time.sleep(0.02)
        else:
            return


def _claim(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    """The lock lives and dies with the connection that writes, so nobody can write without it."""
    cursor = connection.cursor()
    # A machine that lost its power says no goodbye: the server must ask, or it would keep the lock for hours.
    cursor.execute("SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3")
    cursor.execute(f"SET lock_timeout = {SOLE_USE_WAIT_MS}")
    cursor.execute(f"SELECT pg_advisory_lock({_SOLE_USE_LOCK})")
    cursor.execute("SET lock_timeout = 0")
    cursor.close()
    connection.commit()


def _postgres_engine(url: URL, connections: int, reading: bool) -> Engine:
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=True,
        isolation_level="REPEATABLE READ" if reading else "READ COMMITTED",
        connect_args={
            "connect_timeout": 5,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 10_000,
            "options": "-c synchronous_commit=on -c timezone=UTC",
        },
    )
    if reading:
        engine = engine.execution_options(postgresql_readonly=True)
    return engine
