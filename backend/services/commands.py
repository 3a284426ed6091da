"""What operators ask for: checked, decided, recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.contracts.commands import Command
from backend.contracts.feed import CommandResult

if TYPE_CHECKING:
    from backend.services.accounts import SignedIn
    from backend.services.room import Room
    from backend.storage.event_log import EventLog


class CommandDesk:
    def __init__(self, room: Room, log: EventLog) -> None:
        raise NotImplementedError

    async def execute(self, command: Command, operator: SignedIn, origin: str) -> CommandResult:
        raise NotImplementedError
