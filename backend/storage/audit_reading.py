"""Reads an audit log without writing anything: a stopped backend's, or beside one that runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from backend.storage.audit import AuditRow, EventRow
from backend.storage.errors import StorageError, in_words

AT_ONCE: Final = 5_000


class AuditReading:
    """One moment of a database, row by row as stored, however many there are and whatever they hold.

    Attributes:
        fault: why reading ended before the end (a damaged file); "" when it did not.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection.execution_options(stream_results=True, yield_per=AT_ONCE)
        self.fault = ""

    def records(self) -> Iterator[tuple[object, ...]]:
        return self.select(f"SELECT {', '.join(AuditRow._fields)} FROM audit ORDER BY number")

    def events(self) -> Iterator[tuple[object, ...]]:
        return self.select(f"SELECT {', '.join(EventRow._fields)} FROM events ORDER BY seq")

    def select(self, query: str) -> Iterator[tuple[object, ...]]:
        """Rows of any table of the same moment."""
        try:
            for row in self._connection.exec_driver_sql(query):
                yield tuple(row)
        except SQLAlchemyError as error:
            self.fault = self.fault or in_words(error)


@contextmanager
def audit_reading(url: str) -> Iterator[AuditReading]:
    """Raises: StorageError: there is no such database, or it cannot be read."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            file = Path(parsed.database or "")
            if not file.is_file():
                raise StorageError(f"there is no database {file}")
            engine = create_engine("sqlite://", creator=lambda: _sqlite(file), poolclass=NullPool)
        else:
            engine = create_engine(
                parsed, poolclass=NullPool, isolation_level="REPEATABLE READ", connect_args={"connect_timeout": 5}
            ).execution_options(postgresql_readonly=True)
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM (SELECT number FROM audit LIMIT 1) AS one").all()
            yield AuditReading(connection)
    except ArgumentError:
        raise StorageError("the database address is not one; right is sqlite:///FILE") from None
    except SQLAlchemyError as error:
        raise StorageError(in_words(error)) from error


def _sqlite(file: Path) -> sqlite3.Connection:
    place = file.resolve().as_uri()
    log = file.with_name(file.name + "-wal")
    try:
        connection = _opened(f"{place}?mode=ro")
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    except sqlite3.OperationalError:
        # A folder that may not be written to, as on a stick: nobody writes then, unless something waits beside it.
        if log.exists() and log.stat().st_size:
            raise
        connection = _opened(f"{place}?mode=ro&immutable=1")
    return connection


def _opened(place: str) -> sqlite3.Connection:
    connection = sqlite3.connect(place, uri=True, isolation_level=None, check_same_thread=False)
    # What somebody wrote into the file by hand need not be text.
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    connection.execute("BEGIN")
    return connection
