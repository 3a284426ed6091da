"""A connection that is to last: tried again whenever it broke, and its producer called gone when it stays away."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final

from backend.sources.spec import SourceContext

FIRST_RETRY_S: Final = 1.0
LONGEST_RETRY_S: Final = 60.0


class Silence:
    """Calls the producer gone when its server stayed away for a while, not at each short break.

    Args:
        words: why it is gone, in Vietnamese and English.
    """

    def __init__(self, context: SourceContext, producer_id: str, gone_after_s: float, words: tuple[str, str]) -> None:
        self._ingest = context.ingest
        self._producer_id = producer_id
        self._gone_after_s = gone_after_s
        self._words = words
        self._timer: asyncio.TimerHandle | None = None

    def broken(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(
                self._gone_after_s, lambda: self._ingest.gone(self._producer_id, *self._words)
            )

    def connected(self) -> None:
        self.stop()
        self._ingest.heard(self._producer_id)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None


async def stay_connected(
    silence: Silence, connected_once: Callable[[], Awaitable[str]], told: Callable[[str], None]
) -> None:
    """Until cancelled.

    Args:
        connected_once: connects, calls `silence.connected`, stays; returns why it ended.
        told: hears of each other reason once.
    """
    silence.broken()
    retry_s, before = FIRST_RETRY_S, ""
    try:
        while True:
            began_s = time.monotonic()
            reason = await connected_once()
            silence.broken()
            if reason != before:
                told(reason)
            before = reason
            # One that lets us in and throws us out at once is asked as seldom as one that is not there.
            steady = time.monotonic() - began_s >= LONGEST_RETRY_S
            retry_s = FIRST_RETRY_S if steady else min(LONGEST_RETRY_S, retry_s * 2)
            # Jittered, so that the rooms of a province do not all come back at one instant.
            await asyncio.sleep(retry_s * random.uniform(0.5, 1.0))
    finally:
        silence.stop()
