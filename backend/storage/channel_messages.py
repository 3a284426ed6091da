"""Messages of citizens on their way to a report: sealed bytes and hashes; nothing here can read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, select, update

from backend.storage.database import Database
from backend.storage.tables import channel_messages


class MessageRow(NamedTuple):
    """As the table's columns."""

    message_key: str
    producer_id: str
    conversation: str
    received_ms: int
    sealed: bytes
    bundle: str = ""
    begun_ms: int = 0
    report_id: str = ""
    done: bool = False


class MessageStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, row: MessageRow) -> bool:
        """Keep it, durable when it returns; False = it is there already. Raises: StorageError."""
        known = select(channel_messages.c.message_key).where(channel_messages.c.message_key == row.message_key)

        def write(connection: Connection) -> bool:
            if connection.execute(known).first() is not None:
                return False
            connection.execute(channel_messages.insert(), row._asdict())
            return True

        return await self._database.write(write)

    async def conversations(self, producer_id: str) -> tuple[str, ...]:
        """Those of a producer with a message that is not done. Raises: StorageError."""
        columns = channel_messages.c
        query = (
            select(columns.conversation).where(columns.producer_id == producer_id, columns.done.is_(False)).distinct()
        )
        found = await self._database.read(lambda connection: connection.execute(query).scalars().all())
        return tuple(found)

    async def waiting(self, conversation: str) -> tuple[MessageRow, ...]:
        """Its messages that are not done, oldest first. Raises: StorageError."""
        query = (
            select(channel_messages)
            .where(channel_messages.c.conversation == conversation, channel_messages.c.done.is_(False))
            .order_by(channel_messages.c.received_ms, channel_messages.c.message_key)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return tuple(MessageRow(*row) for row in rows)

    async def last_report(self, conversation: str) -> tuple[str, int] | None:
        """(report_id, begun_ms) of the last report of a conversation. Raises: StorageError."""
        columns = channel_messages.c
        query = (
            select(columns.report_id, columns.begun_ms)
            .where(columns.conversation == conversation, columns.done.is_(True), columns.report_id != "")
            .order_by(columns.begun_ms.desc())
            .limit(1)
        )
        found = await self._database.read(lambda connection: connection.execute(query).first())
        return None if found is None else (found[0], found[1])

    async def bind(self, rows: Sequence[MessageRow], bundle: str, begun_ms: int, report_id: str) -> None:
        """From now on these are one bundle, whatever else comes. Raises: StorageError."""
        await self._set(rows, {"bundle": bundle, "begun_ms": begun_ms, "report_id": report_id})

    async def finish(self, rows: Sequence[MessageRow], report_id: str) -> None:
        """They are in a report ("" = they said nothing): what they said is not kept here. Raises: StorageError."""
        await self._set(rows, {"report_id": report_id, "done": True, "sealed": b""})

    async def forget(self, before_ms: int) -> None:
        """Those that were done before. Raises: StorageError."""
        columns = channel_messages.c
        query = delete(channel_messages).where(columns.done.is_(True), columns.received_ms < before_ms)
        await self._database.write(lambda connection: connection.execute(query) and None)

    async def _set(self, rows: Sequence[MessageRow], values: dict[str, object]) -> None:
        query = update(channel_messages).where(channel_messages.c.message_key == bindparam("of")).values(values)
        keys = [{"of": row.message_key} for row in rows]
        await self._database.write(lambda connection: connection.execute(query, keys) and None)
