"""Readings as they come in: stored, then told to whoever listens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backend.storage.readings import ReadingRow, ReadingsStore


class ReadingsService:
    """Event-loop thread only."""

    def __init__(self, store: ReadingsStore) -> None:
        self._store = store

    @classmethod
    async def open(cls, store: ReadingsStore) -> ReadingsService:
        """With the newest sample of every parameter already known."""
        raise NotImplementedError

    async def record(self, rows: Sequence[ReadingRow]) -> tuple[ReadingRow, ...]:
        """Store; listeners are told the NEW rows, which are returned. Raises: StorageError."""
        raise NotImplementedError

    def listen(self, callback: Callable[[Sequence[ReadingRow]], None]) -> Callable[[], None]:
        raise NotImplementedError

    def latest(self) -> Sequence[ReadingRow]:
        """The newest sample of every parameter."""
        raise NotImplementedError
