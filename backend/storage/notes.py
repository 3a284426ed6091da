"""Small things a source must remember over a restart: ETags, feed bookmarks."""

from __future__ import annotations

from sqlalchemy import select

from backend.storage.database import Database
from backend.storage.dialect import insert_or_replace
from backend.storage.tables import notes


class NotesStore:
    """Key -> text; begin the key with the source's name."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._upsert = insert_or_replace(notes, ("key",), database.is_sqlite)

    async def get(self, key: str) -> str | None:
        """Raises: StorageError."""
        query = select(notes.c.value).where(notes.c.key == key)
        return await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())

    async def put(self, key: str, value: str) -> None:
        """Durable when it returns. Raises: StorageError."""
        row = {"key": key, "value": value}
        await self._database.write(lambda connection: connection.execute(self._upsert, row) and None)
