"""The room as it stood: the log and the readings, asked by instant.

Answers of the doors are made of the JSON that is stored: nothing is parsed here that a seat will parse again.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from sqlalchemy import Connection, Row, Select, bindparam, select

from backend.contracts.readings import ReadingSeries, ReadingStatus
from backend.contracts.replay import ReplayReadings
from backend.storage import log_clock
from backend.storage.buckets import reading_buckets
from backend.storage.database import Database
from backend.storage.log_clock import seq_at
from backend.storage.tables import events, readings, series, snapshots

SAMPLES_MOST: Final = 2_000
"""Samples of one parameter in one answer."""

_LONGEST: Final = 1 << 62
PAGE: Final = 10_000
"""Places of the log that are looked at in one read; other readers want their turn."""

EventRow = Row[int, int, str, str, str]
"""seq, at_ms, actor, kind, body."""

_SampleRow = Row[int, float, int, int]
_SERIES: Final = select(series.c.series_id, series.c.station_id, series.c.symbol).order_by(series.c.series_id)
_SAMPLE: Final = select(readings.c.at_ms, readings.c.value, readings.c.status, readings.c.received_ms).order_by(
    readings.c.at_ms
)
_SAMPLES: Final = _SAMPLE.where(
    readings.c.series_id == bindparam("series_id"),
    readings.c.at_ms >= bindparam("start_ms"),
    readings.c.at_ms <= bindparam("end_ms"),
    readings.c.received_ms <= bindparam("known_ms"),
).limit(SAMPLES_MOST + 1)
_EPOCH: Final = b'{"epoch":"'


@dataclass(frozen=True, slots=True)
class LogBounds:
    """First and last event; seq 0 and None when there is none."""

    first_seq: int
    last_seq: int
    first_ms: int | None
    last_ms: int | None


class History:
    """Instants are the stamps that events were logged with. Order is by seq: where the server's clock was set back,
    a later instant never shows less than an earlier one.
    """

    def __init__(self, database: Database, epoch: str) -> None:
        self._database = database
        self._epoch = epoch

    async def bounds(self) -> LogBounds:
        """Raises: StorageError."""
        return await self._database.read(_bounds)

    async def seq_at(self, at_ms: int) -> int:
        """The last event logged at or before `at_ms`, 0 when there was none yet. Raises: StorageError."""
        return await self._database.read(lambda connection: seq_at(connection, at_ms))

    async def state_then(self, at_ms: int) -> bytes:
        """Contracts `StateThen` as JSON: the nearest snapshot before the instant and the events behind it.

        Raises:
            StorageError: the log cannot be read.
        """

        def look(connection: Connection) -> bytes:
            seq = seq_at(connection, at_ms)
            base_seq, snapshot = self._snapshot(connection, seq)
            tail = logged_json(connection, base_seq, seq)
            head = f'{{"epoch":{json.dumps(self._epoch)},"seq":{seq},"at_ms":{at_ms},"snapshot":'
            return b"".join((head.encode(), snapshot or b"null", b',"tail":[', b",".join(tail), b"]}"))

        return await self._database.read(look)

    async def events(self, after_seq: int, until_ms: int, limit: int) -> bytes:
        """Contracts `ReplayEvents` as JSON. Raises: StorageError."""

        def look(connection: Connection) -> bytes:
            last_seq = seq_at(connection, until_ms)
            found = logged_json(connection, after_seq, last_seq, limit)
            complete = "true" if after_seq + len(found) >= last_seq else "false"
            head = f'{{"epoch":{json.dumps(self._epoch)},"complete":{complete},"events":['
            return b"".join((head.encode(), b",".join(found), b"]}"))

        return await self._database.read(look)

    async def stamped(self, kinds: Sequence[str], start_ms: int, end_ms: int) -> AsyncIterator[Sequence[EventRow]]:
        """Events of some kinds that were logged in start_ms..end_ms, in the order of the log, in pages.

        Raises:
            StorageError: the log cannot be read.
        """
        spans = await self._database.read(lambda connection: log_clock.ranges(connection, start_ms, end_ms))
        query = (
            select(events.c.seq, events.c.at_ms, events.c.actor, events.c.kind, events.c.body)
            .where(
                events.c.seq >= bindparam("first"),
                events.c.seq <= bindparam("last"),
                events.c.kind.in_(kinds),
            )
            .order_by(events.c.seq)
        )
        for first, last in spans:
            for begin in range(first, last + 1, PAGE):
                part = {"first": begin, "last": min(begin + PAGE - 1, last)}
                yield await self._database.read(partial(_all, query, part))

    async def readings(self, start_ms: int, end_ms: int, known_ms: int) -> ReplayReadings:
        """Samples of every parameter in start_ms..end_ms that had come by `known_ms`.

        A parameter with more than SAMPLES_MOST of them is thinned to the smallest and the largest of equal parts of
        the span; `thinned` says so.

        Raises:
            StorageError: the database cannot be read.
        """
        span = {"start_ms": start_ms, "end_ms": end_ms, "known_ms": known_ms}

        def look(connection: Connection) -> ReplayReadings:
            found: list[tuple[ReadingSeries, tuple[int, ...], bool]] = []
            # One look a series: the table is clustered by it, and a look over all of them would read all of it.
            for series_id, station_id, symbol in connection.execute(_SERIES).all():
                rows = connection.execute(_SAMPLES, {"series_id": series_id, **span}).all()
                many = len(rows) > SAMPLES_MOST
                if many:
                    rows = self._extremes(connection, series_id, start_ms, end_ms, known_ms)
                if rows:
                    received_ms = tuple(row.received_ms for row in rows)
                    found.append((_series(station_id, symbol, rows), received_ms, many))
            return ReplayReadings.model_construct(
                start_ms=start_ms,
                end_ms=end_ms,
                series=tuple(one[0] for one in found),
                received_ms=tuple(one[1] for one in found),
                thinned=tuple(one[2] for one in found),
            )

        return await self._database.read(look)

    def _extremes(
        self, connection: Connection, series_id: int, start_ms: int, end_ms: int, known_ms: int
    ) -> Sequence[_SampleRow]:
        parts = reading_buckets(
            connection, series_id, start_ms, end_ms, SAMPLES_MOST // 2, self._database.is_sqlite, known_ms
        )
        instants = sorted({at_ms for part in parts for at_ms in (part.minimum_ms, part.maximum_ms)})
        rows: list[_SampleRow] = []
        for start in range(0, len(instants), 500):  # SQLite takes a limited number of parameters
            some = instants[start : start + 500]
            query = _SAMPLE.where(readings.c.series_id == series_id, readings.c.at_ms.in_(some))
            rows += connection.execute(query).all()
        return rows

    def _snapshot(self, connection: Connection, seq: int) -> tuple[int, bytes | None]:
        """The newest snapshot at or before `seq` that can be unpacked, as JSON; (0, None) when there is none."""
        query = (
            select(snapshots.c.seq, snapshots.c.packed)
            .where(snapshots.c.seq <= seq)
            .order_by(snapshots.c.seq.desc())
            .limit(3)
        )
        for found_seq, packed in connection.execute(query):
            try:
                return found_seq, _of_epoch(zlib.decompress(packed), self._epoch)
            except zlib.error:
                continue
        return 0, None


def _bounds(connection: Connection) -> LogBounds:
    first_seq, last_seq = log_clock.bounds(connection)
    if not last_seq:
        return LogBounds(0, 0, None, None)
    return LogBounds(first_seq, last_seq, log_clock.stamp(connection, first_seq), log_clock.stamp(connection, last_seq))


def _all(query: Select[int, int, str, str, str], values: Mapping[str, int], connection: Connection) -> list[EventRow]:
    return list(connection.execute(query, values).all())


def _of_epoch(snapshot: bytes, epoch: str) -> bytes:
    """The snapshot's JSON with the log's epoch: it may have been saved before the database moved."""
    if not snapshot.startswith(_EPOCH):
        return snapshot
    end = snapshot.index(b'"', len(_EPOCH))
    return b"".join((_EPOCH, epoch.encode("ascii"), snapshot[end:]))


def logged_json(connection: Connection, after_seq: int, last_seq: int, limit: int = _LONGEST) -> list[bytes]:
    """Logged events after one and up to another, each as the JSON of contracts `LoggedEvent`."""
    query = (
        select(events.c.seq, events.c.at_ms, events.c.actor, events.c.caused_by, events.c.origin, events.c.body)
        .where(events.c.seq > after_seq, events.c.seq <= last_seq)
        .order_by(events.c.seq)
        .limit(min(limit, last_seq - after_seq) if last_seq > after_seq else 0)
    )
    return [
        (
            f'{{"seq":{seq},"at_ms":{at_ms},"actor":{json.dumps(actor)},"caused_by":{json.dumps(caused_by)},'
            f'"origin":{json.dumps(origin)},"event":{body}}}'
        ).encode()
        for seq, at_ms, actor, caused_by, origin, body in connection.execute(query)
    ]


def _series(station_id: str, symbol: str, rows: Sequence[_SampleRow]) -> ReadingSeries:
    # Not validated: they were when they came, and a seat validates them again.
    return ReadingSeries.model_construct(
        station_id=station_id,
        symbol=symbol,
        at_ms=tuple(row.at_ms for row in rows),
        value=tuple(row.value for row in rows),
        status=tuple(cast("ReadingStatus", row.status) for row in rows),
    )
