"""The append-only event log with its snapshots."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, Row, Select, func, insert, select

from backend.contracts.events import Event, LoggedEvent
from backend.contracts.state import StateSnapshot
from backend.storage.database import Database
from backend.storage.errors import StorageError
from backend.storage.log_identity import LogIdentity, SeqMark
from backend.storage.tables import events, snapshots

PACKING: Final = 1
"""zlib level of snapshots: a tenth of the size for a few milliseconds."""

LoggedRow = Row[int, int, str, str | None, str, str]
_EVENT: Final[TypeAdapter[Event]] = TypeAdapter(Event)
_NEWEST: Final = select(func.coalesce(func.max(events.c.seq), 0))
COLUMNS: Final[Select[int, int, str, str | None, str, str]] = select(
    events.c.seq, events.c.at_ms, events.c.actor, events.c.caused_by, events.c.origin, events.c.body
).order_by(events.c.seq)


@dataclass(frozen=True, slots=True)
class Draft:
    """An event before it has its place in the log. `at_ms` is the server's clock when it was decided."""

    event: Event
    actor: str = ""
    caused_by: str | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class _Drafts:
    drafts: tuple[Draft, ...]
    at_ms: int


class EventLog:
    """Seq 1, 2, 3 ... without gaps; a write that fails uses up none.

    Attributes:
        epoch: stays the same as long as the log goes on; a restored or replaced database has another.
        last_seq: the newest durable event.
    """

    def __init__(self, database: Database, identity: LogIdentity, last_seq: int) -> None:
        self.database = database
        self.epoch = identity.epoch
        self._appender = _Appender(identity.epoch, last_seq, identity.mark, database.is_sqlite)

    @classmethod
    async def open(cls, database: Database) -> EventLog:
        """Raises: StorageError."""

        def look(connection: Connection) -> tuple[LogIdentity, int]:
            last_seq = int(connection.execute(_NEWEST).scalar_one())
            return LogIdentity.establish(connection, database.path, last_seq), last_seq

        identity, last_seq = await database.write(look)
        database.on_close(identity.mark.close)
        return cls(database, identity, last_seq)

    @property
    def last_seq(self) -> int:
        return self._appender.durable_seq

    async def append(self, drafts: Sequence[Draft], at_ms: int) -> tuple[LoggedEvent, ...]:
        """Give the drafts the next places; all of them are durable when it returns, or none.

        Raises:
            StorageError: none was stored.
        """
        return await self.database.submit(self._appender, _Drafts(tuple(drafts), at_ms), len(drafts))

    def submit(self, logged: tuple[LoggedEvent, ...]) -> asyncio.Future[tuple[LoggedEvent, ...]]:
        """Queue events that have their places already; refused when these do not follow the log's newest.

        For the room, which decides ahead of the disk: when a write fails, all that was decided on top of it
        is refused with it.
        """
        return self.database.writer.submit(self._appender, logged, len(logged))

    async def read(self, after_seq: int, limit: int) -> tuple[LoggedEvent, ...]:
        """Up to `limit` events after `after_seq`. Raises: StorageError."""
        query = COLUMNS.where(events.c.seq > after_seq).limit(limit)
        return await self.database.read(lambda connection: parsed(connection.execute(query).all()))

    async def find_command(self, command_id: str) -> tuple[LoggedEvent, ...]:
        """The durable events that this command caused (its refusal is one); empty when it was never seen."""
        query = COLUMNS.where(events.c.caused_by == command_id)
        return await self.database.read(lambda connection: parsed(connection.execute(query).all()))

    async def save_snapshot(self, snapshot: StateSnapshot) -> None:
        """Keep the state at `snapshot.seq`; one that is there already stays. Raises: StorageError."""

        # Not on the writer thread: a large state would hold up everybody's commits.
        packed = await asyncio.to_thread(_packed, snapshot)

        def save(connection: Connection) -> None:
            known = select(snapshots.c.seq).where(snapshots.c.seq == snapshot.seq)
            if connection.execute(known).first() is None:
                row = {"seq": snapshot.seq, "at_ms": snapshot.at_ms, "packed": packed}
                connection.execute(insert(snapshots), row)

        await self.database.write(save)

    async def latest_snapshot(self) -> StateSnapshot | None:
        """The newest one that this version can read; the log's fold replaces an unreadable one."""
        query = select(snapshots.c.packed).order_by(snapshots.c.seq.desc()).limit(3)
        for packed in await self.database.read(lambda connection: connection.execute(query).scalars().all()):
            try:
                found = StateSnapshot.model_validate_json(zlib.decompress(packed))
            except (ValidationError, zlib.error):
                continue
            return found.model_copy(update={"epoch": self.epoch})
        return None


def _packed(snapshot: StateSnapshot) -> bytes:
    return zlib.compress(snapshot.model_dump_json().encode(), PACKING)


class _Appender:
    """Handler of the log's writes. Writer thread only, `durable_seq` excepted."""

    def __init__(self, epoch: str, last_seq: int, mark: SeqMark, is_sqlite: bool) -> None:
        self._epoch = epoch
        # Straight to the driver: SQLAlchemy's own handling of the parameters doubles the time of an insert.
        names = [column.name for column in events.columns]
        marks = ", ".join(["?" if is_sqlite else "%s"] * len(names))
        self._insert = f"INSERT INTO events ({', '.join(names)}) VALUES ({marks})"
        self._mark = mark
        self._seq: int | None = last_seq
        self.durable_seq = last_seq

    def write(
        self, connection: Connection, items: Sequence[_Drafts | tuple[LoggedEvent, ...]]
    ) -> Sequence[tuple[LoggedEvent, ...] | StorageError]:
        if self._seq is None:
            # A commit may have been stored though its answer was lost: the table knows.
            self._seq = self.durable_seq = int(connection.execute(_NEWEST).scalar_one())
        results: list[tuple[LoggedEvent, ...] | StorageError] = []
        rows: list[tuple[int | str | None, ...]] = []
        for item in items:
            logged = _placed(item, self._seq + 1) if isinstance(item, _Drafts) else item
            if logged and logged[0].seq != self._seq + 1:
                results.append(StorageError("what it was decided on could not be stored"))
                continue
            rows += [self._row(one) for one in logged]
            self._seq += len(logged)
            results.append(logged)
        if rows:
            connection.exec_driver_sql(self._insert, rows)
        return results

    def settled(self, committed: bool) -> None:
        if committed and self._seq is not None:
            self.durable_seq = self._seq
            self._mark.write(self._seq)
        else:
            self._seq = None

    def _row(self, logged: LoggedEvent) -> tuple[int | str | None, ...]:
        return (
            logged.seq,
            self._epoch,
            logged.at_ms,
            logged.actor,
            logged.caused_by,
            logged.origin,
            logged.event.kind,
            logged.event.model_dump_json(),
        )


def _placed(item: _Drafts, first_seq: int) -> tuple[LoggedEvent, ...]:
    return tuple(
        LoggedEvent(
            seq=first_seq + index,
            at_ms=item.at_ms,
            actor=draft.actor,
            caused_by=draft.caused_by,
            origin=draft.origin,
            event=draft.event,
        )
        for index, draft in enumerate(item.drafts)
    )


def parsed(rows: Sequence[LoggedRow]) -> tuple[LoggedEvent, ...]:
    parsed = []
    for seq, at_ms, actor, caused_by, origin, body in rows:
        try:
            event = _EVENT.validate_json(body)
        except ValidationError as error:
            raise StorageError(f"event {seq} of the log cannot be read by this version: {error.title}") from error
        parsed.append(LoggedEvent(seq=seq, at_ms=at_ms, actor=actor, caused_by=caused_by, origin=origin, event=event))
    return tuple(parsed)
