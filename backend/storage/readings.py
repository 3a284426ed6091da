"""Sensor readings: stored once each, asked for by span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.contracts.readings import ReadingBucket, ReadingSeries
from backend.storage.database import Database


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One sample. `value` is in the unit the site states for the parameter; `status` 0, 1 or 2 of TT 10/2021."""

    station_id: str
    symbol: str
    at_ms: int
    value: float
    status: int
    received_ms: int
    producer_id: str


class ReadingsStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def insert(self, rows: Sequence[ReadingRow]) -> tuple[ReadingRow, ...]:
        """Store what is new (unique station_id + symbol + at_ms) and return exactly that. Raises: StorageError."""
        raise NotImplementedError

    async def history(
        self, station_id: str, symbol: str, start_ms: int, end_ms: int, max_points: int
    ) -> tuple[ReadingSeries | None, tuple[ReadingBucket, ...]]:
        """Samples of start_ms <= at_ms <= end_ms: as they are up to `max_points`, else as min/max buckets."""
        raise NotImplementedError

    async def samples(
        self, station_id: str, symbol: str, start_ms: int, end_ms: int
    ) -> tuple[tuple[int, float, int], ...]:
        """(at_ms, value, status) ascending, start_ms <= at_ms <= end_ms."""
        raise NotImplementedError

    async def latest(self) -> tuple[ReadingRow, ...]:
        """The newest sample of every parameter of every station."""
        raise NotImplementedError
