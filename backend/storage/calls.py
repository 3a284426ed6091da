"""Calls of the hotline with the sealed numbers: bytes and hashes; nothing here can read them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, select, update

from backend.contracts.hotline import EARLIER_MOST, Call
from backend.storage.database import Database
from backend.storage.dialect import insert_or_replace
from backend.storage.tables import hotline_calls

_AT_ONCE: Final = 500
_HEARD_LONGEST_MS: Final = 2 * 86_400_000
"""No call goes on longer with its recording, which has a day at most."""


class CallRow(NamedTuple):
    """`sealed`: the number, encrypted with the key `key_id`; empty = it was withheld."""

    call: Call
    key_id: str
    sealed: bytes


class CallStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._upsert = insert_or_replace(hotline_calls, ("call_id",), database.is_sqlite)

    async def put(self, rows: Sequence[CallRow]) -> None:
        """Durable when it returns. Raises: StorageError."""
        values = [{**_columns(row.call), "key_id": row.key_id, "sealed": row.sealed} for row in rows]
        if values:
            await self._database.write(lambda connection: connection.execute(self._upsert, values) and None)

    async def moved(self, calls: Sequence[Call]) -> None:
        """How calls stand now. Raises: StorageError."""
        query = update(hotline_calls).where(hotline_calls.c.call_id == bindparam("of"))
        query = query.values({name: bindparam(f"the_{name}") for name in ("body", *_heard(None))})
        values = [
            {"of": call.call_id, "the_body": call.model_dump_json()}
            | {f"the_{name}": at_ms for name, at_ms in _heard(call).items()}
            for call in calls
        ]
        if values:
            await self._database.write(lambda connection: connection.execute(query, values) and None)

    async def over(self, call_ids: Collection[str]) -> frozenset[str]:
        """Those of `call_ids` that were over long ago. Raises: StorageError."""
        wanted = list(call_ids)

        def read(connection: Connection) -> frozenset[str]:
            found: set[str] = set()
            for start in range(0, len(wanted), _AT_ONCE):
                query = select(hotline_calls.c.body).where(
                    hotline_calls.c.call_id.in_(wanted[start : start + _AT_ONCE])
                )
                calls = (Call.model_validate_json(body) for body in connection.execute(query).scalars())
                found |= {call.call_id for call in calls if call.is_over}
            return frozenset(found)

        return await self._database.read(read) if wanted else frozenset()

    async def find(self, call_id: str) -> Call | None:
        """As it was kept last. Raises: StorageError."""
        query = select(hotline_calls.c.body).where(hotline_calls.c.call_id == call_id)
        body = await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())
        return None if body is None else Call.model_validate_json(body)

    async def sealed(self, call_id: str) -> bytes:
        """The encrypted number of a call, empty when it was withheld or the call is not known. Raises: StorageError."""
        query = select(hotline_calls.c.sealed).where(hotline_calls.c.call_id == call_id)
        found = await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())
        return bytes(found) if found is not None else b""

    async def earlier(self, caller_id: str, before_ms: int) -> tuple[Call, ...]:
        """Calls of the same number that arrived earlier, newest first. Raises: StorageError."""
        return await self._newest(hotline_calls.c.caller_id == caller_id, hotline_calls.c.arrived_ms < before_ms)

    async def at_place(self, place: str, from_ms: int, before_ms: int) -> tuple[Call, ...]:
        """Calls from the commune `place`, newest first. Raises: StorageError."""
        arrived_ms = hotline_calls.c.arrived_ms
        return await self._newest(hotline_calls.c.place == place, arrived_ms >= from_ms, arrived_ms < before_ms)

    async def _newest(self, *conditions: ColumnElement[bool]) -> tuple[Call, ...]:
        query = (
            select(hotline_calls.c.body)
            .where(*conditions)
            .order_by(hotline_calls.c.arrived_ms.desc())
            .limit(EARLIER_MOST)
        )
        bodies = await self._database.read(lambda connection: connection.execute(query).scalars().all())
        return tuple(Call.model_validate_json(body) for body in bodies)

    async def arrived(self, start_ms: int, end_ms: int) -> tuple[Call, ...]:
        """Calls that arrived in [start, end), by the switchboard's clock, in that order. Raises: StorageError."""
        query = (
            select(hotline_calls.c.body)
            .where(hotline_calls.c.arrived_ms >= start_ms, hotline_calls.c.arrived_ms < end_ms)
            .order_by(hotline_calls.c.arrived_ms)
        )
        bodies = await self._database.read(lambda connection: connection.execute(query).scalars().all())
        return tuple(Call.model_validate_json(body) for body in bodies)

    async def recorded(self, start_ms: int, end_ms: int, now_ms: int, most: int) -> tuple[Call, ...]:
        """Calls in [start, end) whose recording is kept at `now_ms`, in their order, the first `most` of them.

        Raises:
            StorageError: they cannot be read.
        """
        row = hotline_calls.c
        query = (
            select(row.body)
            .where(
                row.heard_from_ms >= start_ms - _HEARD_LONGEST_MS,  # the index has begins only
                row.heard_from_ms < end_ms,
                row.heard_until_ms > start_ms,
                row.kept_until_ms > now_ms,
            )
            .order_by(row.heard_from_ms, row.call_id)
            .limit(most)
        )
        bodies = await self._database.read(lambda connection: connection.execute(query).scalars().all())
        return tuple(Call.model_validate_json(body) for body in bodies)


def _heard(call: Call | None) -> dict[str, int | None]:
    """The columns of a call's recording, empty as long as it has none."""
    recording = call.recording if call is not None else None
    if call is None or recording is None:
        return {"heard_from_ms": None, "heard_until_ms": None, "kept_until_ms": None}
    return {
        "heard_from_ms": min(call.arrived_ms, recording.started_ms),
        "heard_until_ms": max(call.ended_ms or 0, recording.ended_ms),
        "kept_until_ms": recording.kept_until_ms,
    }


def _columns(call: Call) -> dict[str, str | int | None]:
    return {
        "call_id": call.call_id,
        "caller_id": call.caller_id,
        "arrived_ms": call.arrived_ms,
        "place": call.place,
        "body": call.model_dump_json(),
        **_heard(call),
    }
