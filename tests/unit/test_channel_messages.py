"""Messages that wait for their report: kept once, bound together, forgotten when they are long done."""

from __future__ import annotations

import asyncio

from backend.storage.channel_messages import MessageRow, MessageStore
from backend.storage.database import open_database


def row(key: str, at_ms: int, conversation: str = "a", producer_id: str = "zalo-oa") -> MessageRow:
    return MessageRow(key, producer_id, conversation, at_ms, b"\x00sealed\xff")


def test_messages_are_kept_once_and_end_in_the_report_they_were_bound_to(database_url: str) -> None:
    async def scenario() -> None:
        database = open_database(database_url)
        try:
            store = MessageStore(database)
            first, second, other = row("2", 10), row("1", 20), row("3", 5, "b", "zalo-2")
            for one in (second, first, other):
                assert await store.put(one)
            assert not await store.put(first._replace(sealed=b"another"))
            assert await store.waiting("a") == (first, second)
            assert await store.conversations("zalo-oa") == ("a",)
            assert await store.last_report("a") is None
            await store.bind((first, second), "2", 10, "")
            assert [one.bundle for one in await store.waiting("a")] == ["2", "2"]
            assert await store.last_report("a") is None, "it is bound, and not yet filed"
            await store.finish((first, second), "PA-000001")
            assert await store.waiting("a") == ()
            assert await store.conversations("zalo-oa") == ()
            assert await store.last_report("a") == ("PA-000001", 10)
            assert not await store.put(first), "it is known as long as it is kept"
            await store.forget(15)
            assert await store.put(first)
            assert [one.message_key for one in await store.waiting("b")] == ["3"], "what is not done is not forgotten"
        finally:
            await database.close()

    asyncio.run(scenario())
