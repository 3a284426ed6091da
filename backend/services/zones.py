"""Zones and checkpoints that an authority declares: what changes by a message is logged."""

from __future__ import annotations

from backend.contracts.events import Event
from backend.contracts.state import RoomState
from backend.contracts.zones import ZonesDeclared, ZonesLifted
from backend.domain.zones import declare
from backend.services.room import Room
from backend.sources.zone_message import ZoneMessage


class ZoneClashError(ValueError):
    """The message cannot be taken beside what holds already; the text says why."""


class ZoneDesk:
    """Event-loop thread only."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def take(self, producer_id: str, message: ZoneMessage, origin: str) -> int:
        """How many zones and checkpoints changed; 0 when all of it was known.

        Raises:
            ZoneClashError, StorageError: nothing was taken.
        """
        clashes: list[str] = []

        def decide(state: RoomState) -> tuple[Event, ...]:
            clashes.clear()
            try:
                return declare(state, producer_id, message.zones, message.checkpoints, message.lifted, message.replace)
            except ValueError as error:
                clashes.append(str(error))
                return ()

        logged = await self._room.record(decide, actor=f"producer:{producer_id}", origin=origin)
        if clashes:
            raise ZoneClashError(clashes[0])
        return sum(_count(one.event) for one in logged)


def _count(event: Event) -> int:
    match event:
        case ZonesDeclared():
            return len(event.zones) + len(event.checkpoints)
        case ZonesLifted():
            return len(event.zone_ids) + len(event.checkpoint_ids)
    return 0
