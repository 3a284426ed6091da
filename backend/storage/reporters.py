"""Sealed identities: bytes and hashes; nothing here can read them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from sqlalchemy import Connection, and_, delete, or_, select

from backend.storage.database import Database
from backend.storage.dialect import insert_or_replace
from backend.storage.tables import reporters

OTHERS_MOST: Final = 100


class ReporterRow(NamedTuple):
    report_id: str
    key_id: str
    sealed: bytes
    phone_hash: str
    account_hash: str
    kept_ms: int


class ReportersStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._upsert = insert_or_replace(reporters, ("report_id",), database.is_sqlite)

    async def put(self, row: ReporterRow) -> None:
        """Durable when it returns. Raises: StorageError."""
        await self._database.write(lambda connection: connection.execute(self._upsert, row._asdict()) and None)

    async def get(self, report_id: str) -> ReporterRow | None:
        """Raises: StorageError."""
        query = select(reporters).where(reporters.c.report_id == report_id)
        row = await self._database.read(lambda connection: connection.execute(query).one_or_none())
        return ReporterRow(*row) if row is not None else None

    async def of_the_same(self, report_id: str) -> tuple[str, ...]:
        """Other reports with the same telephone or account, newest first. Raises: StorageError."""

        def read(connection: Connection) -> tuple[str, ...]:
            mine = connection.execute(select(reporters).where(reporters.c.report_id == report_id)).one_or_none()
            if mine is None:
                return ()
            same = [
                and_(reporters.c[name] == getattr(mine, name))
                for name in ("phone_hash", "account_hash")
                if getattr(mine, name)
            ]
            if not same:
                return ()
            query = (
                select(reporters.c.report_id)
                .where(or_(*same), reporters.c.report_id != report_id)
                .order_by(reporters.c.kept_ms.desc())
                .limit(OTHERS_MOST)
            )
            return tuple(connection.execute(query).scalars())

        return await self._database.read(read)

    async def drop(self, report_id: str) -> bool:
        """Whether there was anything; on SQLite its bytes are overwritten, too. Raises: StorageError."""
        query = delete(reporters).where(reporters.c.report_id == report_id)

        def write(connection: Connection) -> bool:
            with self._overwriting(connection):
                return connection.execute(query).rowcount > 0

        return await self._database.write(write)

    async def rewrite(self, change: Callable[[ReporterRow], ReporterRow | None]) -> int:
        """Put what `change` makes of every row in its place, all or none; None = as it was. Returns how many.

        Raises:
            ValueError: of `change`; nothing is stored.
            StorageError: nothing is stored.
        """

        def write(connection: Connection) -> int:
            with self._overwriting(connection):
                rows = (ReporterRow(*row) for row in connection.execute(select(reporters)).all())
                changed = [new._asdict() for row in rows if (new := change(row)) is not None]
                if changed:
                    connection.execute(self._upsert, changed)
                return len(changed)

        return await self._database.write(write)

    @contextlib.contextmanager
    def _overwriting(self, connection: Connection) -> Iterator[None]:
        """SQLite leaves the bytes of deleted rows in its file unless it is told otherwise."""
        if not self._database.is_sqlite:
            yield
            return
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
        try:
            yield
        finally:
            connection.exec_driver_sql("PRAGMA secure_delete=OFF")
