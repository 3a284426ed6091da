"""Small things a source must remember over a restart: ETags, feed bookmarks."""

from __future__ import annotations

from backend.storage.database import Database


class NotesStore:
    """Key -> text; prefix the key with the source's name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str) -> str | None:
        raise NotImplementedError

    async def put(self, key: str, value: str) -> None:
        """Durable when it returns. Raises: StorageError."""
        raise NotImplementedError
