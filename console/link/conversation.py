"""One connection after the other to the feed: hello, resume, frames in, commands out. Runs on the link thread."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from typing import Final

import websockets
from pydantic import ValidationError
from websockets.asyncio.client import ClientConnection, connect

from backend.contracts.commands import Command
from backend.contracts.feed import (
    PROTOCOL_VERSION,
    SERVER_FRAME,
    Batch,
    CommandFrame,
    CommandResult,
    Farewell,
    Heartbeat,
    Hello,
    SeatClock,
    SnapshotFrame,
    Welcome,
)
from backend.contracts.state import RoomState
from console.link.inbound import Inbound
from console.link.target import Target
from console.timebase import WallClock, monotonic_s

FIRST_RETRY_S: Final = 0.2
LONGEST_RETRY_S: Final = 3.0
RETRY_GROWTH: Final = 1.6
STEADY_S: Final = 5.0
"""A link that held so long was a good one: the next is made at once. One that fails sooner is made less and less often,
or a server that welcomes and throws out would be asked for its whole state many times a second."""
OPEN_TIMEOUT_S: Final = 5.0
SILENT_HEARTBEATS: Final = 3
HEARTBEAT_S: Final = 2.0
LONGEST_HEARTBEAT_S: Final = 30.0
FRAME_LIMIT_BYTES: Final = 64 * 1024 * 1024

_log = logging.getLogger(__name__)
_wire_log = logging.getLogger(f"{__name__}.wire")
# With DEBUG the library writes every frame down, and the first one carries the token.
_wire_log.setLevel(logging.INFO)


class SignInNeededError(Exception):
    """The server does not take the token any more; the text says why."""


class _Connection(ClientConnection):
    """Notes when bytes arrived: a large frame on a slow network is no silence."""

    heard_s = 0.0

    def data_received(self, data: bytes) -> None:
        self.heard_s = monotonic_s()
        super().data_received(data)


class _Connect(connect):
    """Goes nowhere else than it was told to: the hello carries the token."""

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


class Conversation:
    """Keeps the feed open until cancelled.

    Args:
        target: the server.
        token: of the signed-in operator.
        inbound: where frames are collected.
        lost: told a sentence each time the connection is gone or could not be made.
        welcomed: told each time the server said welcome.
    """

    def __init__(
        self,
        target: Target,
        token: str,
        inbound: Inbound,
        lost: Callable[[str], None],
        welcomed: Callable[[], None],
    ) -> None:
        self._target = target
        self._token = token
        self._inbound = inbound
        self._lost = lost
        self._welcomed = welcomed
        self._epoch: str | None = None
        self._seq: int | None = None
        self._socket: ClientConnection | None = None
        self._heartbeat_s = HEARTBEAT_S
        self._welcomed_s: float | None = None

    def resume_from(self, other: Conversation) -> None:
        """Go on where another conversation of this desk stood (a new token, the backend started again)."""
        self._epoch, self._seq = other._epoch, other._seq

    @property
    def linked(self) -> bool:
        return self._socket is not None

    async def send(self, command: Command) -> bool:
        """Send a command; False when the connection is gone."""
        if self._socket is None:
            return False
        try:
            await self._socket.send(CommandFrame(command=command).model_dump_json())
        except websockets.ConnectionClosed:
            return False
        return True

    async def start_over(self) -> None:
        """Forget what was received and ask for a snapshot: the fold on the desk did not fit."""
        self._epoch = self._seq = None
        if self._socket is not None:
            await self._socket.close()

    async def run(self) -> None:
        """Connect again and again, soon at first, with jitter, never later than `LONGEST_RETRY_S`.

        Raises:
            SignInNeededError: the token is not taken.
        """
        pause_s = FIRST_RETRY_S
        while True:
            self._welcomed_s = None
            try:
                await self._converse()
                reason = "the server closed the connection"
            except SignInNeededError:
                raise
            except (OSError, TimeoutError, websockets.WebSocketException) as error:
                reason = str(error) or type(error).__name__
            except Exception as error:  # noqa: BLE001 - see below
                # A fault of our own must not leave the desk without a link, nor without a word about it.
                _log.exception("the link failed")
                reason = f"{type(error).__name__}: {error}"
            finally:
                self._socket = None
            self._lost(reason)
            if self._steady():
                pause_s = FIRST_RETRY_S
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))
            pause_s = min(LONGEST_RETRY_S, pause_s * RETRY_GROWTH)

    def _steady(self) -> bool:
        return self._welcomed_s is not None and monotonic_s() - self._welcomed_s > STEADY_S

    async def _converse(self) -> None:
        async with _Connect(
            self._target.feed_url,
            ssl=self._target.tls(),
            open_timeout=OPEN_TIMEOUT_S,
            close_timeout=1.0,
            ping_interval=None,  # the feed's own heartbeats say more: they come from the room, not from the socket
            max_size=FRAME_LIMIT_BYTES,
            max_queue=64,
            proxy=None,
            compression=None,
            logger=_wire_log,
            create_connection=_Connection,
        ) as socket:
            assert isinstance(socket, _Connection)
            hello = Hello(
                protocol=PROTOCOL_VERSION, token=self._token, epoch=self._epoch, seq=self._seq, client="trucban console"
            )
            await socket.send(hello.model_dump_json())
            while (text := await self._next(socket)) is not None:
                if self._take(text, socket):
                    await socket.send(SeatClock(local_ms=WallClock.local_ms()).model_dump_json())

    async def _next(self, socket: _Connection) -> bytes | None:
        """The next frame; None when the server closed in order.

        Raises:
            TimeoutError: not a byte came for three heartbeats.
            websockets.ConnectionClosedError: the connection broke.
        """
        while True:
            silence_s = SILENT_HEARTBEATS * self._heartbeat_s
            left_s = socket.heard_s + silence_s - monotonic_s()
            try:
                async with asyncio.timeout(max(0.05, left_s)):
                    return await socket.recv(decode=False)
            except TimeoutError:
                if monotonic_s() - socket.heard_s >= silence_s:
                    raise TimeoutError(f"nothing heard for {silence_s:g} s") from None
            except websockets.ConnectionClosedOK:
                return None

    def _take(self, text: bytes, socket: ClientConnection) -> bool:
        """Whether it was a heartbeat."""
        try:
            frame = SERVER_FRAME.validate_json(text)
        except ValidationError as error:
            raise websockets.ProtocolError(
                f"a frame that this desk does not know: {error.errors()[0]['msg']}"
            ) from error
        batch = self._inbound.batch
        batch.heard_s = monotonic_s()
        match frame:
            case Welcome():
                self._socket = socket
                self._welcomed_s = monotonic_s()
                self._heartbeat_s = frame.heartbeat_s if 0 < frame.heartbeat_s <= LONGEST_HEARTBEAT_S else HEARTBEAT_S
                batch.welcome = frame
                batch.offset_ms = frame.server_ms - WallClock.local_ms()
                self._welcomed()
            case SnapshotFrame():
                self._epoch, self._seq = frame.state.epoch, frame.state.seq
                self._inbound.replace_state(RoomState.from_snapshot(frame.state))
            case Batch():
                if frame.events:
                    self._seq = frame.events[-1].seq
                    batch.events += frame.events
                self._inbound.add_readings(frame.readings, frame.readings_dropped)
            case Heartbeat():
                batch.heartbeat = frame
                batch.offset_ms = frame.server_ms - WallClock.local_ms()
            case CommandResult():
                batch.results.append(frame)
            case Farewell():
                self._farewell(frame)
        self._inbound.arrived.set()
        return isinstance(frame, Heartbeat)

    def _farewell(self, frame: Farewell) -> None:
        if frame.code in ("unauthorised", "expired"):
            raise SignInNeededError(frame.reason)
        raise ConnectionError(frame.reason)


async def stopped(task: asyncio.Task[None]) -> None:
    """Cancel and wait, however it ended."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await task
