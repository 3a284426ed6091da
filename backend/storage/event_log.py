"""The append-only event log with its snapshots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.contracts.events import Event, LoggedEvent
from backend.contracts.state import StateSnapshot
from backend.storage.database import Database


@dataclass(frozen=True, slots=True)
class Draft:
    """An event before it has its place in the log."""

    event: Event
    actor: str = ""
    caused_by: str | None = None
    origin: str = ""


class EventLog:
    """`epoch` and `last_seq` are read when it is opened."""

    epoch: str
    last_seq: int

    def __init__(self, database: Database) -> None:
        raise NotImplementedError

    @classmethod
    async def open(cls, database: Database) -> EventLog:
        raise NotImplementedError

    async def append(self, drafts: Sequence[Draft], at_ms: int | None = None) -> tuple[LoggedEvent, ...]:
        """Durable when it returns. Raises: StorageError."""
        raise NotImplementedError

    async def read(self, after_seq: int, limit: int) -> tuple[LoggedEvent, ...]:
        raise NotImplementedError

    async def find_command(self, command_id: str) -> tuple[LoggedEvent, ...]:
        """The durable events that this command caused (its refusal is one); empty when it was never seen."""
        raise NotImplementedError

    async def save_snapshot(self, snapshot: StateSnapshot) -> None:
        raise NotImplementedError

    async def latest_snapshot(self) -> StateSnapshot | None:
        raise NotImplementedError
