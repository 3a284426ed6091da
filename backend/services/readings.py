"""Readings as they come in: stored, then told to whoever listens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backend.storage.readings import ReadingRow, ReadingsStore

Listener = Callable[[Sequence[ReadingRow]], None]


class ReadingsService:
    """Event-loop thread only. Made by `open`."""

    def __init__(self, store: ReadingsStore, newest: Sequence[ReadingRow]) -> None:
        self.store = store
        self._listeners: list[Listener] = []
        self._newest = {(row.station_id, row.symbol): row for row in newest}

    @classmethod
    async def open(cls, store: ReadingsStore) -> ReadingsService:
        """With the newest stored sample of every parameter already known. Raises: StorageError."""
        return cls(store, await store.latest())

    async def record(self, rows: Sequence[ReadingRow]) -> tuple[ReadingRow, ...]:
        """Store, then tell the listeners the NEW rows, which are returned.

        Raises:
            ValueError: a row has a value that is no number; nothing was stored.
            StorageError: nothing was stored.
        """
        new = await self.store.insert(rows)
        if not new:
            return new
        for row in new:
            known = self._newest.get((row.station_id, row.symbol))
            if known is None or row.at_ms > known.at_ms:
                self._newest[row.station_id, row.symbol] = row
        for listener in tuple(self._listeners):
            listener(new)
        return new

    def listen(self, callback: Listener) -> Callable[[], None]:
        """Have new, durable rows handed to `callback`; back-filled ones too. The answer stops that."""
        self._listeners.append(callback)

        def stop() -> None:
            if callback in self._listeners:
                self._listeners.remove(callback)

        return stop

    def latest(self) -> Sequence[ReadingRow]:
        """The newest sample of every parameter, by its own time stamp."""
        return tuple(self._newest.values())
