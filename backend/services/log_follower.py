"""A table that is kept up with the log, beside everything else: it takes in whenever there is news."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from backend.services.room import Room
from backend.storage.errors import StorageError

_log = logging.getLogger(__name__)

RETRY_S: Final = 5.0


async def follow_log(
    room: Room, news: asyncio.Event, catch_up: Callable[[], Awaitable[None]], flush_s: float, name: str
) -> None:
    """Endless job for the supervisor, on the event-loop thread.

    Args:
        news: set by the room's events, and by whoever else wants it to catch up.
        catch_up: takes in to the end of the log; may raise StorageError.
        flush_s: so long it rests after each time.
        name: what stands still when it fails, for the operator's log.
    """
    stop = room.listen(lambda events: news.set())
    news.set()
    try:
        while True:
            await news.wait()
            news.clear()
            try:
                await catch_up()
            except StorageError as error:
                # The room says itself that its disk is full; the table waits until it is not.
                _log.warning("%s: stands still: %s", name, error)
                news.set()
                await asyncio.sleep(RETRY_S)
            await asyncio.sleep(flush_s)
    finally:
        stop()
