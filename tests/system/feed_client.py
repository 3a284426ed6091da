"""A seat for tests: speaks the feed over a real websocket and folds what it is sent, as a console does."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from backend.contracts.commands import AcknowledgeAlert, Command
from backend.contracts.events import LoggedEvent
from backend.contracts.feed import (
    PROTOCOL_VERSION,
    SERVER_FRAME,
    Batch,
    CommandFrame,
    CommandResult,
    Farewell,
    Heartbeat,
    Hello,
    ServerFrame,
    SnapshotFrame,
    Subscribe,
    Topic,
    Welcome,
)
from backend.contracts.readings import ReadingSeries
from backend.contracts.state import RoomState, StateSnapshot, apply


@dataclass
class FeedClient:
    """`state` is the fold of everything that came; `batches` (when it came, the batch), in order."""

    connection: ClientConnection
    state: RoomState = field(default_factory=RoomState)
    welcome: Welcome | None = None
    farewell: Farewell | None = None
    snapshots: list[SnapshotFrame] = field(default_factory=list)
    batches: list[tuple[float, Batch]] = field(default_factory=list)
    heartbeats: list[Heartbeat] = field(default_factory=list)
    results: dict[str, CommandResult] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def events(self) -> list[LoggedEvent]:
        return [event for _, batch in self.batches for event in batch.events]

    @property
    def readings(self) -> list[ReadingSeries]:
        return [series for _, batch in self.batches for series in batch.readings]

    async def read(self) -> None:
        """Until the connection ends."""
        try:
            async for text in self.connection:
                self.take(SERVER_FRAME.validate_json(text))
        except ConnectionClosed:
            pass
        self._news.set()

    def take(self, frame: ServerFrame) -> None:
        if isinstance(frame, Welcome):
            self.welcome = frame
        elif isinstance(frame, SnapshotFrame):
            self.snapshots.append(frame)
            self.state = RoomState.from_snapshot(frame.state)
        elif isinstance(frame, Batch):
            self.batches.append((time.monotonic(), frame))
            for event in frame.events:
                apply(self.state, event)
        elif isinstance(frame, Heartbeat):
            self.heartbeats.append(frame)
        elif isinstance(frame, CommandResult):
            self.results[frame.command_id] = frame
        else:
            self.farewell = frame
        self._news.set()

    async def until(self, condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
        """Wait for what frames bring about; AssertionError after `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                while not condition():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"not within {timeout_s:g} s; state at {self.state.seq}") from None

    async def command(self, command: Command, timeout_s: float = 10.0) -> CommandResult:
        await self.connection.send(CommandFrame(command=command).model_dump_json())
        await self.until(lambda: command.command_id in self.results, timeout_s)
        return self.results[command.command_id]

    async def acknowledge(self, alert_id: str) -> CommandResult:
        return await self.command(AcknowledgeAlert(command_id=uuid.uuid4().hex, alert_id=alert_id))

    async def subscribe(self, *stations: str) -> None:
        await self.connection.send(Subscribe(stations=stations).model_dump_json())


def hello(
    token: str,
    have: tuple[str, int] | None = None,
    topics: tuple[Topic, ...] = ("events", "readings"),
) -> str:
    epoch, seq = have if have is not None else (None, None)
    return Hello(protocol=PROTOCOL_VERSION, token=token, epoch=epoch, seq=seq, topics=topics).model_dump_json()


@asynccontextmanager
async def feed_client(
    url: str,
    token: str,
    state: RoomState | None = None,
    topics: tuple[Topic, ...] = ("events", "readings"),
    wait_for: Literal["welcome", "state", "nothing"] = "state",
) -> AsyncIterator[FeedClient]:
    """A connected seat; with `state` it resumes from there."""
    async with connect(url, max_size=None, open_timeout=10) as connection:
        have = (state.epoch, state.seq) if state is not None else None
        client = FeedClient(connection, state or RoomState())
        await connection.send(hello(token, have, topics))
        reader = asyncio.create_task(client.read())
        try:
            if wait_for != "nothing":
                await client.until(lambda: client.welcome is not None or client.farewell is not None)
            if wait_for == "state" and client.farewell is None and "events" in topics:
                await client.until(lambda: client.welcome is not None and client.state.seq >= client.welcome.seq)
            yield client
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)


def same_state(mine: RoomState, theirs: StateSnapshot) -> bool:
    return mine.snapshot() == theirs
