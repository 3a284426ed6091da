"""Whether the backend can do its work: told in every heartbeat and at /healthz."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from backend.services.room import Room
from backend.services.supervisor import Fault
from backend.storage.database import Database
from backend.storage.errors import StorageError, in_vietnamese
from backend.storage.notes import NotesStore

_log = logging.getLogger(__name__)

PROBE_S: Final = 2.0
SERVICE: Final = "service:"
"""Prefix of the supervised jobs that the backend cannot do without; a source that is down is its producer's trouble."""

# As large as a fair batch of events: a disk that takes only a few more bytes is still full.
_PROBE_TEXT: Final = "." * 65_536


class Health:
    """Event-loop thread only."""

    def __init__(self, room: Room, database: Database) -> None:
        self._room = room
        self._database = database
        self._notes = NotesStore(database)
        self._services_down: dict[str, str] = {}
        self._others: list[Callable[[], str]] = []

    @property
    def degraded(self) -> str:
        """What is wrong, in one Vietnamese sentence for the people at the desks; "" when all is well."""
        storage = self._room.degraded
        if storage:
            return f"không lưu được gì: {in_vietnamese(storage)}"
        down = next(iter(self._services_down.values()), "")
        return down or next(filter(None, (fault() for fault in self._others)), "")

    def also(self, fault: Callable[[], str]) -> None:
        """Have `fault` asked too: what is wrong with a part, in one Vietnamese sentence, or ""."""
        self._others.append(fault)

    def on_fault(self, fault: Fault) -> None:
        """A supervised job ended and will be started again."""
        _log.error("%s ended (%d in a row), again in %.1f s: %s", fault.name, fault.count, fault.retry_s, fault.error)

    def look(self, faults: dict[str, Fault]) -> None:
        """Take note of the jobs that are down now."""
        self._services_down = {
            name: f"dịch vụ {name.removeprefix(SERVICE)} đã dừng, đang chạy lại: {fault.error}"
            for name, fault in faults.items()
            if name.startswith(SERVICE)
        }

    async def probe(self) -> None:
        """While nothing could be stored, try: so that the recovery is noticed even if nobody writes."""
        before = ""
        while True:
            degraded = self.degraded
            if degraded != before:
                _log.warning("%s", f"degraded: {degraded}" if degraded else "all is well again")
                before = degraded
            if self._room.degraded:
                try:
                    await self._notes.put("gateway.probe", _PROBE_TEXT)
                    await self._notes.put("gateway.probe", "")
                    # Deciding nothing makes the room fold again what the log really holds.
                    await self._room.record(lambda state: ())
                except StorageError as error:
                    _log.debug("probe: %s", error)
            await asyncio.sleep(PROBE_S)
