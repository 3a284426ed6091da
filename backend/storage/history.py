"""The room as it stood: the log and the readings, asked by instant.

Answers of the doors are made of the JSON that is stored: nothing is parsed here that a seat will parse again.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from sqlalchemy import Connection, func, select

from backend.contracts.readings import ReadingSeries, ReadingStatus
from backend.contracts.replay import ReplayReadings
from backend.storage.database import Database
from backend.storage.tables import events, readings, series, snapshots

SAMPLES_MOST: Final = 2_000
"""Samples of one parameter in one answer; what is over it are the oldest."""

_BOUNDS: Final = select(func.min(events.c.seq), func.max(events.c.seq))
_LONGEST: Final = 1 << 62


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
        return await self._database.read(lambda connection: _seq_at(connection, at_ms))

    async def state_then(self, at_ms: int) -> bytes:
        """Contracts `StateThen` as JSON: the nearest snapshot before the instant and the events behind it.

        Raises:
            StorageError: the log cannot be read.
        """

        def look(connection: Connection) -> bytes:
            seq = _seq_at(connection, at_ms)
            base_seq, snapshot = self._snapshot(connection, seq)
            tail = _events(connection, base_seq, seq, _LONGEST)
            head = f'{{"epoch":{json.dumps(self._epoch)},"seq":{seq},"at_ms":{at_ms},"snapshot":'
            return b"".join((head.encode(), snapshot or b"null", b',"tail":[', b",".join(tail), b"]}"))

        return await self._database.read(look)

    async def events(self, after_seq: int, until_ms: int, limit: int) -> bytes:
        """Contracts `ReplayEvents` as JSON. Raises: StorageError."""

        def look(connection: Connection) -> bytes:
            last_seq = _seq_at(connection, until_ms)
            found = _events(connection, after_seq, last_seq, limit)
            complete = "true" if after_seq + len(found) >= last_seq else "false"
            head = f'{{"epoch":{json.dumps(self._epoch)},"complete":{complete},"events":['
            return b"".join((head.encode(), b",".join(found), b"]}"))

        return await self._database.read(look)

    async def readings(self, start_ms: int, end_ms: int, known_ms: int) -> ReplayReadings:
        """Samples of every parameter in start_ms..end_ms that had come by `known_ms`. Raises: StorageError."""
        query = (
            select(
                readings.c.series_id,
                readings.c.at_ms,
                readings.c.value,
                readings.c.status,
                readings.c.received_ms,
            )
            .where(readings.c.at_ms >= start_ms, readings.c.at_ms <= end_ms, readings.c.received_ms <= known_ms)
            .order_by(readings.c.at_ms)
        )

        def look(connection: Connection) -> ReplayReadings:
            names = {row[0]: (row[1], row[2]) for row in connection.execute(select(series))}
            rows: dict[int, list[tuple[int, float, int, int]]] = {}
            # One look a series: the table is clustered by it, and a look over all of them would read all of it.
            for series_id in names:
                found = connection.execute(query.where(readings.c.series_id == series_id)).all()
                if found:
                    rows[series_id] = [(row[1], row[2], row[3], row[4]) for row in found][-SAMPLES_MOST:]
            return ReplayReadings(
                start_ms=start_ms,
                end_ms=end_ms,
                series=tuple(_series(*names[series_id], samples) for series_id, samples in rows.items()),
                received_ms=tuple(tuple(one[3] for one in samples) for samples in rows.values()),
            )

        return await self._database.read(look)

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
                return found_seq, zlib.decompress(packed)
            except zlib.error:
                continue
        return 0, None


def _bounds(connection: Connection) -> LogBounds:
    first_seq, last_seq = connection.execute(_BOUNDS).one()
    if first_seq is None:
        return LogBounds(0, 0, None, None)
    return LogBounds(first_seq, last_seq, _stamp(connection, first_seq), _stamp(connection, last_seq))


def _stamp(connection: Connection, seq: int) -> int:
    return int(connection.execute(select(events.c.at_ms).where(events.c.seq == seq)).scalar_one())


def _seq_at(connection: Connection, at_ms: int) -> int:
    """By halving the log, always at the same places: of two instants the later one never gets the smaller answer,
    even where the stamps go back.
    """
    first_seq, last_seq = connection.execute(_BOUNDS).one()
    if first_seq is None or _stamp(connection, first_seq) > at_ms:
        return 0
    low, size = int(first_seq), 1 << int(last_seq - first_seq).bit_length()
    # `low` was logged by then; what is beyond the end was not.
    while size > 1:
        size //= 2
        middle = low + size
        if middle <= last_seq and _stamp(connection, middle) <= at_ms:
            low = middle
    return low


def _events(connection: Connection, after_seq: int, last_seq: int, limit: int) -> list[bytes]:
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


def _series(station_id: str, symbol: str, samples: Sequence[tuple[int, float, int, int]]) -> ReadingSeries:
    return ReadingSeries.model_construct(
        station_id=station_id,
        symbol=symbol,
        at_ms=tuple(one[0] for one in samples),
        value=tuple(one[1] for one in samples),
        status=tuple(cast("ReadingStatus", one[2]) for one in samples),
    )
