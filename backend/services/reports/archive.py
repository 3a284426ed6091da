"""Keeps the table of reports up with the log, beside everything else, and answers what is asked of it."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from backend.contracts.reports import Report
from backend.services.log_follower import follow_log
from backend.services.room import Room
from backend.storage.errors import StorageError
from backend.storage.reports import SLICE, ReportStore

_log = logging.getLogger(__name__)

FLUSH_S: Final = 0.2
THEN_MOST_S: Final = 5.0


class ReportArchive:
    """Event-loop thread only. It takes in from the log and not from what it hears: it may fall behind or be killed."""

    def __init__(self, room: Room, store: ReportStore) -> None:
        self.store = store
        self._room = room
        self._news = asyncio.Event()
        self._kept = asyncio.Condition()
        self._kept_seq = 0

    async def run(self) -> None:
        """Endless job for the supervisor."""
        await follow_log(self._room, self._news, self.catch_up, FLUSH_S, "archive of reports")

    async def catch_up(self) -> None:
        """Take in to the end of the log. Raises: StorageError."""
        seq = self._room.durable.seq
        while await self.store.keep() == SLICE:
            pass
        async with self._kept:
            self._kept_seq = max(self._kept_seq, seq)
            self._kept.notify_all()

    async def named_media(self, digests: frozenset[str]) -> frozenset[str]:
        """Those of `digests` that belong to a report. Raises: StorageError, also while that cannot be known."""
        if not await self.up_to_date():
            raise StorageError("the archive of reports is behind the log")
        return await self.store.media.named(digests)

    async def find(self, report_id: str) -> Report | None:
        """The newest row: of the room's state, else of the table. Raises: StorageError."""
        return self._room.durable.report(report_id) or await self.store.find(report_id)

    async def up_to_date(self) -> bool:
        """Wait until the table has what the room had at the call, `THEN_MOST_S` at most: who just wrote reads it.

        Returns whether it has.
        """
        seq = self._room.durable.seq
        self._news.set()
        try:
            async with asyncio.timeout(THEN_MOST_S), self._kept:
                await self._kept.wait_for(lambda: self._kept_seq >= seq)
        except TimeoutError:
            _log.warning("the archive of reports is behind the log")
            return False
        return True
