"""The room: the one place where events are decided on, stored, folded and handed out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backend.contracts.events import Event, LoggedEvent
from backend.contracts.state import RoomState
from backend.storage.event_log import EventLog


class Room:
    """Event-loop thread only.

    Attributes:
        state: decision state: includes events that are not yet durable.
        durable: fold of what is durable and was handed to the listeners: what seats get.
    """

    state: RoomState
    durable: RoomState

    @classmethod
    async def open(cls, log: EventLog, now_ms: Callable[[], int], snapshot_every: int = 1000) -> Room:
        """Latest snapshot + tail of the log. Raises: StorageError."""
        raise NotImplementedError

    @property
    def degraded(self) -> str:
        """Why the room cannot store at the moment; "" when it can."""
        raise NotImplementedError

    async def record(
        self,
        decide: Callable[[RoomState], Sequence[Event]],
        *,
        actor: str = "",
        caused_by: str | None = None,
        origin: str = "",
    ) -> tuple[LoggedEvent, ...]:
        """Raises: StorageError."""
        raise NotImplementedError

    def listen(self, callback: Callable[[Sequence[LoggedEvent]], None]) -> Callable[[], None]:
        """Durable events in seq order; returns the way to stop."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Wait for what is being stored, then save a snapshot."""
        raise NotImplementedError
