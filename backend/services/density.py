"""Keeps the counts of the timeline up with the log, beside everything else."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from backend.services.log_follower import follow_log
from backend.services.room import Room
from backend.storage.density import DensityCount

FLUSH_S: Final = 1.0
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
        """Endless job for the supervisor."""
        await follow_log(self._room, self._news, self.catch_up, FLUSH_S, "counts of the timeline")

    async def catch_up(self) -> None:
        """Count to the end of the log. Raises: StorageError."""
        while True:
            began_s = time.monotonic()
            if await self._count.count(SLICE) < SLICE:
                return
            await asyncio.sleep(REST_SHARE * (time.monotonic() - began_s))
