"""The audit log: who did what and when, each record chained to the one before by SHA-256."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii as _text
from typing import Final, NamedTuple

from sqlalchemy import Connection, Select, func, select, text

from backend.storage.database import Database
from backend.storage.errors import StorageError
from backend.storage.tables import audit, events

_log = logging.getLogger(__name__)

BEGAN: Final = "audit.began"
"""Deed of record 1; its detail holds the chain's random name, `chain`."""

SEALED: Final = "log.sealed"
"""Deed of a record that covers events of the event log; detail: from_seq, to_seq, sha256."""

SEAL_READ_ROWS: Final = 2_000
SEAL_PAUSE_S: Final = 0.005
"""Between two parts: the first seal of a log of millions must not slow the room down."""

TURNS: Final = 5
_CHAIN_LOCK: Final = 0x7452_7561
"""PostgreSQL's advisory lock: a command line beside the running backend writes into the same chain."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Before it has its place in the chain. `detail` is JSON text; `at_ms` is when it was done."""

    at_ms: int
    actor: str
    origin: str
    deed: str
    about: str
    outcome: str
    detail: str = "{}"


class AuditRow(NamedTuple):
    """A row of the table. A damaged one may hold anything: only `digest_of` may be asked then."""

    number: int
    at_ms: int
    actor: str
    origin: str
    deed: str
    about: str
    outcome: str
    detail: str
    previous: str
    digest: str


class EventRow(NamedTuple):
    """A row of the event log as it is stored."""

    seq: int
    epoch: str
    at_ms: int
    actor: str
    caused_by: str | None
    origin: str
    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class Seal:
    """SHA-256 over the events `from_seq` to `to_seq`, both included."""

    from_seq: int
    to_seq: int
    sha256: str


_ENCODER: Final = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def canonical(value: object) -> bytes:
    """JSON in the one way that is digested and signed: keys sorted, no blanks, ASCII."""
    return _ENCODER.encode(value).encode("ascii")


def digest_of(row: AuditRow) -> str:
    """What `row.digest` must be: SHA-256 over the `canonical` array of previous, number, at_ms, actor, origin, deed,
    about, outcome, detail. No two records have the same encoding.

    Raises:
        TypeError: a damaged row whose fields are not what the table holds.
    """
    if type(row.number) is not int or type(row.at_ms) is not int:
        raise TypeError("a number is none")
    return _digest(row.previous, row[:8])


def _digest(previous: str, fields: tuple[int, int, str, str, str, str, str, str]) -> str:
    number, at_ms, actor, origin, deed, about, outcome, detail = fields
    # By hand, because the encoder takes four times as long; a test holds the two against each other.
    encoded = (
        f"[{_text(previous)},{number},{at_ms},{_text(actor)},{_text(origin)},{_text(deed)},{_text(about)},"
        f"{_text(outcome)},{_text(detail)}]"
    )
    return hashlib.sha256(encoded.encode("ascii")).hexdigest()


def genesis(chain: str) -> str:
    """`previous` of record 1 of the chain with this name; also what its heads call it."""
    return hashlib.sha256(canonical(["trucban audit", 1, chain])).hexdigest()


def genesis_of(first: AuditRow) -> str | None:
    """`genesis` of the chain that this row is record 1 of; None when it says nothing of a chain."""
    try:
        chain = json.loads(first.detail)["chain"]
    except (ValueError, TypeError, KeyError):
        return None
    return genesis(chain) if isinstance(chain, str) and first.deed == BEGAN else None


class EventDigest:
    """SHA-256 over rows of the event log, fed in seq order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, row: Sequence[object]) -> None:
        self._hash.update(canonical(list(row)) + b"\n")

    @property
    def hexdigest(self) -> str:
        return self._hash.hexdigest()


_ROW: Final[Select[int, int, str, str, str, str, str, str, str, str]] = select(
    audit.c.number,
    audit.c.at_ms,
    audit.c.actor,
    audit.c.origin,
    audit.c.deed,
    audit.c.about,
    audit.c.outcome,
    audit.c.detail,
    audit.c.previous,
    audit.c.digest,
)
_EVENT_ROW: Final[Select[int, str, int, str, str | None, str, str, str]] = select(
    events.c.seq,
    events.c.epoch,
    events.c.at_ms,
    events.c.actor,
    events.c.caused_by,
    events.c.origin,
    events.c.kind,
    events.c.body,
).order_by(events.c.seq)


class AuditStore:
    """Numbers 1, 2, 3 ... without gaps. Every method raises StorageError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._chain = _Chain(database.is_sqlite)
        self._compared = _End(0, "")

    @property
    def broken(self) -> str:
        """What somebody else did to the chain while this process wrote to it, in Vietnamese; "" = nothing."""
        return self._chain.broken

    async def append(self, deed: Deed) -> AuditRow:
        """Give it the next place; durable when it returns."""
        writer, turn = self._database.writer, 1
        while True:
            await writer.capacity()
            try:
                return await writer.submit(self._chain, deed)
            except StorageError:
                if writer.fault or turn == TURNS:
                    raise
                turn += 1  # a command line beside us took the number: the chain reads its end again

    async def compare(self) -> None:
        """Look whether what stood there at the last look still does, and all that came since; `broken` tells if not.

        Holes only, and the newest record: what was changed in the middle, the check of the whole log finds.
        """
        known = self._compared

        def look(connection: Connection) -> tuple[_End, bool]:
            row = connection.execute(_ROW.order_by(audit.c.number.desc()).limit(1)).first()
            newest = _End(0, "") if row is None else _End(int(row[0]), str(row[9]))
            since = select(func.count()).where(audit.c.number > known.number)
            whole = newest.number - known.number == connection.execute(since).scalar_one()
            digest = select(audit.c.digest).where(audit.c.number == known.number)
            same = not known.number or connection.execute(digest).scalar_one_or_none() == known.digest
            return newest, whole and same

        newest, whole = await self._database.read(look)
        if not whole:
            self._chain.tell(known.number)
        self._compared = newest

    async def read(
        self, after: int, limit: int, actor: str = "", about: str = "", from_ms: int = 0, to_ms: int | None = None
    ) -> tuple[AuditRow, ...]:
        """Up to `limit` records after the number `after`, oldest first; "" = whoever, whatever."""
        query = _ROW.where(audit.c.number > after)
        if actor:
            query = query.where(audit.c.actor == actor)
        if about:
            query = query.where(audit.c.about == about)
        if from_ms:
            query = query.where(audit.c.at_ms >= from_ms)
        if to_ms is not None:
            query = query.where(audit.c.at_ms <= to_ms)
        return await self._rows(query.order_by(audit.c.number).limit(limit))

    async def newest(self) -> AuditRow | None:
        rows = await self._rows(_ROW.order_by(audit.c.number.desc()).limit(1))
        return rows[0] if rows else None

    async def record_at(self, number: int) -> AuditRow | None:
        rows = await self._rows(_ROW.where(audit.c.number == number))
        return rows[0] if rows else None

    async def newest_seal(self) -> Seal | None:
        rows = await self._rows(_ROW.where(audit.c.deed == SEALED).order_by(audit.c.number.desc()).limit(1))
        return seal_of(rows[0].detail) if rows else None

    async def sealed(self, from_seq: int, to_seq: int) -> Seal:
        """The seal that the events of the log have now. A part at a time: other readers want their turn."""
        digest, done = EventDigest(), from_seq - 1
        while done < to_seq:
            query = _EVENT_ROW.where(events.c.seq > done, events.c.seq <= min(to_seq, done + SEAL_READ_ROWS))

            def feed(connection: Connection, query: Select[*tuple[object, ...]] = query) -> int:
                seq = 0
                for row in connection.execute(query):
                    digest.add(row)
                    seq = int(str(row[0]))
                return seq

            done = await self._database.read(feed) or min(to_seq, done + SEAL_READ_ROWS)
            await asyncio.sleep(SEAL_PAUSE_S)
        return Seal(from_seq, to_seq, digest.hexdigest)

    async def _rows(self, query: Select[int, int, str, str, str, str, str, str, str, str]) -> tuple[AuditRow, ...]:
        return await self._database.read(lambda connection: _audit_rows(connection.execute(query)))


def _audit_rows(rows: Iterable[Sequence[object]]) -> tuple[AuditRow, ...]:
    return tuple(AuditRow(*row) for row in rows)  # type: ignore[arg-type]


def seal_of(detail: str) -> Seal | None:
    """The seal in the detail of a record of deed `SEALED`; None when it holds none."""
    try:
        values = json.loads(detail)
        seal = Seal(values["from_seq"], values["to_seq"], values["sha256"])
    except (ValueError, TypeError, KeyError):
        return None
    whole = type(seal.from_seq) is int and type(seal.to_seq) is int and isinstance(seal.sha256, str)
    return seal if whole and 0 < seal.from_seq <= seal.to_seq else None


class _End(NamedTuple):
    number: int
    digest: str


class _Chain:
    """Handler of the chain. Writer thread only, `broken` excepted.

    A command line may have written too: then the number is taken, nothing is committed, and the end is read back. It
    is compared with the end that this process remembers: what was cut or exchanged behind its back is not built upon
    as if nothing were.
    """

    def __init__(self, is_sqlite: bool) -> None:
        self._is_sqlite = is_sqlite
        marks = ", ".join(["?" if is_sqlite else "%s"] * len(AuditRow._fields))
        self._insert = f"INSERT INTO audit ({', '.join(AuditRow._fields)}) VALUES ({marks})"
        self._find = "SELECT number, digest FROM audit ORDER BY number DESC LIMIT 1"
        self._committed: _End | None = None
        self._ahead: _End | None = None
        self._sure = False
        self.broken = ""

    def write(self, connection: Connection, items: Sequence[Deed]) -> Sequence[AuditRow]:
        end = self._committed if self._sure and self._committed is not None else self.end(connection)
        rows: list[AuditRow] = []
        number, digest = end
        if number == 0:
            name = secrets.token_hex(16)
            began = Deed(items[0].at_ms, "", "", BEGAN, name, "done", canonical({"chain": name}).decode("ascii"))
            rows.append(_chained(0, genesis(name), began))
            number, digest = 1, rows[0].digest
        for item in items:
            row = _chained(number, digest, item)
            rows.append(row)
            number, digest = row.number, row.digest
        connection.exec_driver_sql(self._insert, list[tuple[object, ...]](rows))
        self._ahead = _End(number, digest)
        return rows[-len(items) :]

    def settled(self, committed: bool) -> None:
        if committed and self._ahead is not None:
            self._committed = self._ahead
        # Not committed: some of it may stand there though the answer was lost. The next transaction looks.
        self._sure = committed
        self._ahead = None

    def tell(self, number: int) -> None:
        """Somebody else had his hands in it."""
        if not self.broken:
            _log.error("record %d of the audit log, or one near it, was changed or taken away from outside", number)
            self.broken = f"bản ghi số {number} của nhật ký thao tác, hoặc bản ghi gần đó, bị sửa hay xóa từ bên ngoài"

    def end(self, connection: Connection) -> _End:
        """Where to go on, read from the table and compared with what this process wrote."""
        if not self._is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
        row = connection.exec_driver_sql(self._find).first()
        found = _End(0, "") if row is None else _End(int(row[0]), str(row[1]))
        known = self._committed
        if known is None or found == known:
            return found
        mark = "?" if self._is_sqlite else "%s"
        query = f"SELECT digest FROM audit WHERE number = {mark}"
        if connection.exec_driver_sql(query, (known.number,)).scalar_one_or_none() == known.digest:
            return found
        self.tell(known.number)
        return _End(max(known.number, found.number), known.digest)


def _chained(number: int, previous: str, deed: Deed) -> AuditRow:
    """The record that follows the one with that number and digest."""
    fields = (
        number + 1,
        deed.at_ms,
        deed.actor,
        deed.origin,
        deed.deed,
        deed.about,
        deed.outcome,
        deed.detail,
    )
    return AuditRow(*fields, previous, _digest(previous, fields))
