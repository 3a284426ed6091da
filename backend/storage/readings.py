"""Sensor readings: stored once each, asked for by span."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select

from backend.contracts.readings import ReadingBucket, ReadingSeries
from backend.storage.buckets import FOR_EVER_MS, reading_buckets
from backend.storage.database import Database
from backend.storage.dialect import insert_new
from backend.storage.errors import StorageError
from backend.storage.tables import readings, series


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
    """Spans include both their ends."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._inserter = _Inserter(database.is_sqlite)

    async def insert(self, rows: Sequence[ReadingRow]) -> tuple[ReadingRow, ...]:
        """Store what is new (unique station_id + symbol + at_ms) and return exactly that, in the order given.

        Raises:
            ValueError: a row has a value that is no number or a status that is not 0, 1 or 2; nothing was stored.
            StorageError: nothing was stored.
        """
        for row in rows:
            if not math.isfinite(row.value) or row.status not in (0, 1, 2):
                raise ValueError(
                    f"{row.station_id}/{row.symbol} at {row.at_ms}: value {row.value} with status {row.status};"
                    " right is a finite number with status 0, 1 or 2"
                )
        if not rows:
            return ()
        return await self._database.submit(self._inserter, tuple(rows), len(rows))

    async def history(
        self,
        station_id: str,
        symbol: str,
        start_ms: int,
        end_ms: int,
        max_points: int,
        known_ms: int = FOR_EVER_MS,
    ) -> tuple[ReadingSeries | None, tuple[ReadingBucket, ...]]:
        """The span as it is when it has up to `max_points` samples, else as max_points // 2 buckets of min and max.

        Args:
            known_ms: as it was known then: what was received later is left out.

        Raises:
            StorageError: the database cannot be read.
        """

        def look(connection: Connection) -> tuple[ReadingSeries | None, tuple[ReadingBucket, ...]]:
            series_id = _series_id(connection, station_id, symbol)
            rows = [] if series_id is None else _span(connection, series_id, start_ms, end_ms, max_points + 1, known_ms)
            if series_id is not None and len(rows) > max_points:
                wanted = max(1, max_points // 2)
                sqlite = self._database.is_sqlite
                return None, reading_buckets(connection, series_id, start_ms, end_ms, wanted, sqlite, known_ms)
            return ReadingSeries(
                station_id=station_id,
                symbol=symbol,
                at_ms=tuple(row[0] for row in rows),
                value=tuple(row[1] for row in rows),
                status=tuple(row[2] for row in rows),  # type: ignore[misc]  # the model checks that it is 0, 1 or 2
            ), ()

        return await self._database.read(look)

    async def samples(
        self, station_id: str, symbol: str, start_ms: int, end_ms: int
    ) -> tuple[tuple[int, float, int], ...]:
        """(at_ms, value, status) ascending, start_ms <= at_ms <= end_ms.

        Raises:
            StorageError: the database cannot be read.
        """

        def look(connection: Connection) -> tuple[tuple[int, float, int], ...]:
            series_id = _series_id(connection, station_id, symbol)
            return () if series_id is None else tuple(_span(connection, series_id, start_ms, end_ms, None))

        return await self._database.read(look)

    async def latest(self) -> tuple[ReadingRow, ...]:
        """The newest sample of every parameter of every station. Raises: StorageError."""
        # One look at the end of each series; MAX over the whole table would read all of it.
        newest = (
            select(func.max(readings.c.at_ms))
            .where(readings.c.series_id == series.c.series_id)
            .correlate(series)
            .scalar_subquery()
        )
        ends = select(series.c.series_id, series.c.station_id, series.c.symbol, newest.label("at_ms")).subquery()
        query = (
            select(
                ends.c.station_id,
                ends.c.symbol,
                readings.c.at_ms,
                readings.c.value,
                readings.c.status,
                readings.c.received_ms,
                readings.c.producer_id,
            )
            .join(readings, and_(readings.c.series_id == ends.c.series_id, readings.c.at_ms == ends.c.at_ms))
            .order_by(ends.c.station_id, ends.c.symbol)
        )
        return await self._database.read(
            lambda connection: tuple(ReadingRow(*row) for row in connection.execute(query))
        )


def _series_id(connection: Connection, station_id: str, symbol: str) -> int | None:
    query = select(series.c.series_id).where(series.c.station_id == station_id, series.c.symbol == symbol)
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else int(found)


def _span(
    connection: Connection, series_id: int, start_ms: int, end_ms: int, limit: int | None, known_ms: int = FOR_EVER_MS
) -> list[tuple[int, float, int]]:
    query = (
        select(readings.c.at_ms, readings.c.value, readings.c.status)
        .where(
            readings.c.series_id == series_id,
            readings.c.at_ms >= start_ms,
            readings.c.at_ms <= end_ms,
            readings.c.received_ms <= known_ms,
        )
        .order_by(readings.c.at_ms)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


class _Inserter:
    """Handler of new readings. Writer thread only."""

    def __init__(self, is_sqlite: bool) -> None:
        self._series_ids: dict[tuple[str, str], int] = {}
        self._insert = insert_new(readings, is_sqlite).returning(readings.c.series_id, readings.c.at_ms)
        self._insert_series = insert_new(series, is_sqlite)

    def write(
        self, connection: Connection, items: Sequence[tuple[ReadingRow, ...]]
    ) -> Sequence[tuple[ReadingRow, ...] | StorageError]:
        self._learn_series(connection, {(row.station_id, row.symbol) for rows in items for row in rows})
        first: dict[tuple[int, int], ReadingRow] = {}
        for rows in items:
            for row in rows:
                first.setdefault((self._series_ids[row.station_id, row.symbol], row.at_ms), row)
        values = [
            {
                "series_id": key[0],
                "at_ms": row.at_ms,
                "value": row.value,
                "status": row.status,
                "received_ms": row.received_ms,
                "producer_id": row.producer_id,
            }
            for key, row in first.items()
        ]
        # By identity: of two equal rows in one transaction only the first is the new one.
        new = {id(first[series_id, at_ms]) for series_id, at_ms in connection.execute(self._insert, values)}
        results = []
        for rows in items:
            results.append(tuple(row for row in rows if id(row) in new))
            # The same object may have been given twice.
            new.difference_update(map(id, rows))
        return results

    def settled(self, committed: bool) -> None:
        if not committed:
            self._series_ids.clear()

    def _learn_series(self, connection: Connection, wanted: set[tuple[str, str]]) -> None:
        unknown = sorted(wanted - self._series_ids.keys())
        if not unknown:
            return
        known = select(series.c.series_id, series.c.station_id, series.c.symbol)
        for attempt in (0, 1):
            for series_id, station_id, symbol in connection.execute(known):
                self._series_ids[station_id, symbol] = series_id
            missing = [key for key in unknown if key not in self._series_ids]
            if not missing or attempt:
                return
            connection.execute(self._insert_series, [{"station_id": key[0], "symbol": key[1]} for key in missing])
