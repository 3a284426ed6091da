"""The room: the one place where events are decided on, stored, folded and handed out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final

from backend.contracts.events import Event, LoggedEvent
from backend.contracts.state import FoldError, RoomState, apply
from backend.domain.alerts import ruled
from backend.storage.errors import StorageError
from backend.storage.event_log import EventLog

_log = logging.getLogger(__name__)

Follower = Callable[[RoomState, Sequence[Event]], Sequence[Event]]
Listener = Callable[[Sequence[LoggedEvent]], None]
_Stored = asyncio.Future[tuple[LoggedEvent, ...]]

SNAPSHOT_EVERY: Final = 1000
READ_AT_ONCE: Final = 2000


class Room:
    """Event-loop thread only. Made by `open`.

    Decisions run ahead of the disk: `state` holds what was decided, `durable` what the disk has. When a write
    fails, everything decided on top of it fails too, and both are brought back to what the log really holds.

    Attributes:
        state: decision state: includes events that are not yet durable.
        now_ms: the server's clock.
        durable: fold of what is durable and was handed to the listeners: what seats get.
    """

    def __init__(self, log: EventLog, now_ms: Callable[[], int], durable: RoomState, snapshot_every: int) -> None:
        self.durable = durable
        self.state = durable.copied()
        self._log = log
        self.now_ms = now_ms
        self._snapshot_every = snapshot_every
        self._snapshot_seq = durable.seq
        self._snapshot_task: asyncio.Task[None] | None = None
        self._listeners: list[Listener] = []
        self._followers: list[Follower] = []
        self._in_flight: set[_Stored] = set()
        self._all_settled = asyncio.Event()
        self._all_settled.set()
        self._stale = False
        self._recovery: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, log: EventLog, now_ms: Callable[[], int], snapshot_every: int = SNAPSHOT_EVERY) -> Room:
        """The room as the log tells it: its latest snapshot and the tail behind it.

        Raises:
            StorageError: the log cannot be read.
        """
        snapshot = await log.latest_snapshot()
        if snapshot is not None and snapshot.seq > log.last_seq:
            snapshot = None
        durable = RoomState() if snapshot is None else RoomState.from_snapshot(snapshot)
        durable.epoch = log.epoch
        snapshot_seq = durable.seq
        while tail := await log.read(durable.seq, READ_AT_ONCE):
            _fold(durable, tail)
        room = cls(log, now_ms, durable, snapshot_every)
        room._snapshot_seq = snapshot_seq
        return room

    @property
    def degraded(self) -> str:
        """Why the room cannot store at the moment, in words for an operator; "" when it can."""
        return self._log.database.fault

    async def record(
        self,
        decide: Callable[[RoomState], Sequence[Event]],
        *,
        actor: str = "",
        caused_by: str | None = None,
        origin: str = "",
    ) -> tuple[LoggedEvent, ...]:
        """Decide on `state`, apply, store; back when the events are durable and the listeners have them.

        `decide` is called once, before anything else can change `state`, and sees all that was decided before.
        Cancelling the caller does not undo the event.

        Raises:
            StorageError: nothing of it was stored; `state` is what the log holds.
            ValueError: likewise; the event holds text that cannot be written (half a surrogate pair).
        """
        await self._log.database.writer.capacity()
        while self._stale:
            await self._recover()
        events = decide(self.state)
        if not events:
            return ()
        if self.state.site is not None:
            events = [ruled(event, self.state.site.alarms) for event in events]
        at_ms = self.now_ms()

        def stamped(decided: Sequence[Event], by: str) -> tuple[LoggedEvent, ...]:
            return tuple(
                LoggedEvent(
                    seq=self.state.seq + 1 + index,
                    at_ms=at_ms,
                    actor=by,
                    caused_by=caused_by,
                    origin=origin,
                    event=event,
                )
                for index, event in enumerate(decided)
            )

        logged = stamped(events, actor)
        self._apply_ahead(logged)
        follows = [event for follower in self._followers for event in follower(self.state, events)]
        if follows:
            more = stamped(follows, "")
            self._apply_ahead(more)
            logged += more
        stored = self._log.submit(logged)
        self._in_flight.add(stored)
        self._all_settled.clear()
        stored.add_done_callback(self._settled)
        try:
            return await asyncio.shield(stored)
        except (StorageError, ValueError):
            await self._recover()
            raise

    def follow(self, consequences: Follower) -> None:
        """Have `consequences(state, events)` say what follows from each decision, which `state` holds already.

        It is the system's own doing, stored with the decision in one piece: nobody ever sees the one without the other.
        """
        self._followers.append(consequences)

    def listen(self, callback: Listener) -> Callable[[], None]:
        """Have durable events handed to `callback` in seq order; the answer stops that."""
        self._listeners.append(callback)

        def stop() -> None:
            if callback in self._listeners:
                self._listeners.remove(callback)

        return stop

    async def stop(self) -> None:
        """Wait for what is being stored, then save a snapshot, so that the next start has no tail to fold."""
        await self._all_settled.wait()
        if self._snapshot_task is not None:
            await self._snapshot_task
        if not self._stale and self.durable.seq > self._snapshot_seq:
            await self._save_snapshot()

    def _apply_ahead(self, logged: Sequence[LoggedEvent]) -> None:
        applied = False
        try:
            for one in logged:
                apply(self.state, one)
            applied = True
        finally:
            if not applied:
                # Half of a decision may stand in `state`: the log has none of it.
                self._stale = True

    def _settled(self, stored: _Stored) -> None:
        """The log's answer, in the order of the log."""
        self._in_flight.discard(stored)
        if not self._in_flight:
            self._all_settled.set()
        if stored.cancelled() or stored.exception() is not None:
            self._stale = True
            self._begin_recovery()
        elif not self._stale:
            self._publish(stored.result())
        # When stale, a write that did succeed is read back with the rest.

    def _publish(self, logged: Sequence[LoggedEvent]) -> None:
        for one in logged:
            apply(self.durable, one)
        for listener in tuple(self._listeners):
            listener(logged)
        due = self.durable.seq - self._snapshot_seq >= self._snapshot_every
        if due and (self._snapshot_task is None or self._snapshot_task.done()):
            self._snapshot_task = asyncio.get_running_loop().create_task(self._save_snapshot())

    async def _save_snapshot(self) -> None:
        snapshot = self.durable.snapshot()
        try:
            await self._log.save_snapshot(snapshot)
        except StorageError as error:
            # The log itself is whole: only the next start takes longer.
            _log.warning("no snapshot at %d: %s", snapshot.seq, error)
        else:
            self._snapshot_seq = snapshot.seq

    def _begin_recovery(self) -> asyncio.Task[None]:
        if self._recovery is None or self._recovery.done():
            self._recovery = asyncio.get_running_loop().create_task(self._read_back())
            self._recovery.add_done_callback(_say_if_failed)
        return self._recovery

    async def _recover(self) -> None:
        """Bring both states back to the log. Raises: StorageError when it cannot be read."""
        if self._stale:
            await asyncio.shield(self._begin_recovery())

    async def _read_back(self) -> None:
        # Whatever was decided on the lost events is refused by the log; wait until all of it came back.
        await self._all_settled.wait()
        while tail := await self._log.read(self.durable.seq, READ_AT_ONCE):
            self._publish(tail)
        self.state = self.durable.copied()
        self._stale = False


def _fold(state: RoomState, tail: Sequence[LoggedEvent]) -> None:
    try:
        for logged in tail:
            apply(state, logged)
    except FoldError as error:
        raise StorageError(f"the event log is damaged: {error}") from error


def _say_if_failed(recovery: asyncio.Task[None]) -> None:
    if not recovery.cancelled() and (error := recovery.exception()) is not None:
        _log.error("the log could not be read back: %s", error)
