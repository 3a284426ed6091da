"""Tells the room when the time of a step or of a task is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from backend.contracts.events import Event
from backend.contracts.state import RoomState
from backend.domain.incidents import overdue
from backend.services.room import Room

TICK_S: Final = 1.0


class IncidentWatch:
    """Event-loop thread only."""

    def __init__(self, room: Room, now_ms: Callable[[], int], tick_s: float = TICK_S) -> None:
        self._room = room
        self._now_ms = now_ms
        self._tick_s = tick_s

    async def run(self) -> None:
        """Look once a tick, until cancelled. Raises: StorageError."""
        while True:
            await self.look()
            await asyncio.sleep(self._tick_s)

    async def look(self) -> None:
        """Record what is overdue now. Raises: StorageError."""
        if self._over(self._room.state):
            await self._room.record(self._over)

    def _over(self, state: RoomState) -> tuple[Event, ...]:
        return overdue(state, self._now_ms())
