"""One database, SQLite or PostgreSQL, with one writer thread and a few readers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

T = TypeVar("T")


class Database:
    """Use from one event loop at a time."""

    @property
    def fault(self) -> str:
        """Why the last write failed; "" when it was stored."""
        raise NotImplementedError

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a reader thread. Raises: StorageError."""
        raise NotImplementedError

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` inside the writer's next transaction; durable on return. Raises: StorageError."""
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError


def open_database(url: str) -> Database:
    """Open, and bring to the newest schema. `sqlite:///FILE` or `postgresql+psycopg://...`. Raises: StorageError."""
    raise NotImplementedError
