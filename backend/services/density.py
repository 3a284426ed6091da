"""Keeps the counts of the timeline up with the log, beside everything else."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final

from backend.services.room import Room
from backend.storage.density import DensityCount
from backend.storage.errors import StorageError

_log = logging.getLogger(__name__)

FLUSH_S: Final = 1.0
RETRY_S: Final = 5.0
SLICE: Final = 2_000
"""Events counted at a time."""

REST_SHARE: Final = 3.0
"""After a slice of a log that was never counted it rests so many times longer than the slice took: the room goes
first."""


class DensityService:
    """Event-loop thread only. It counts from the log and not from what it hears, so it may fall behind or be killed."""

    def __init__(self, room: Room, count: DensityCount) -> None:
        self._room = room
        self._count = count
        self._news = asyncio.Event()

    async def run(self) -> None:
        stop = self._room.listen(lambda events: self._news.set())
        self._news.set()
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                try:
                    await self.catch_up()
                except StorageError as error:
                    # The room says itself that its disk is full; the timeline waits until it is not.
                    _log.warning("the timeline's counts stand still: %s", error)
                    self._news.set()
                    await asyncio.sleep(RETRY_S)
                await asyncio.sleep(FLUSH_S)
        finally:
            stop()

    async def catch_up(self) -> None:
        """Count to the end of the log. Raises: StorageError."""
        while True:
            began_s = time.monotonic()
            if await self._count.count(SLICE) < SLICE:
                return
            await asyncio.sleep(REST_SHARE * (time.monotonic() - began_s))
