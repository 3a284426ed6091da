"""THE asyncio thread of the desk: websocket, HTTP, batching. Everything public is called on the GUI thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from backend.contracts.commands import Command
from backend.contracts.readings import ReadingHistory
from console.link.conversation import Conversation, SignInNeededError, stopped
from console.link.doors import DoorError, Doors
from console.link.inbound import Inbound, LinkBatch
from console.link.target import Target, TargetError

HAND_OVER_PAUSE_S: Final = 0.015
"""A hand-over costs the GUI a repaint: never more than one a frame. The server's own pace is slower than this."""
STREAMS_RETRY_S: Final = 2.0


class Link(QObject):
    """The seat's one link to its backend.

    Signals (all delivered on the GUI thread):
        batch: a `LinkBatch`, as soon as something came; the next only after `taken` was called, at most one a frame.
        linked: the server said welcome.
        unlinked: (reason) the connection is gone; it is being made again by itself.
        sign_in_needed: (reason) the token is not taken any more.
        signed_in: a `LoginAnswer`.
        sign_in_refused: (reason)
        streams: tuple of `CameraStreams`, full addresses.
    """

    batch = Signal(object)
    linked = Signal()
    unlinked = Signal(str)
    sign_in_needed = Signal(str)
    signed_in = Signal(object)
    sign_in_refused = Signal(str)
    streams = Signal(object)
    _answer = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inbound = Inbound()
        self._doors: Doors | None = None
        self._conversation: Conversation | None = None
        self._task: asyncio.Task[None] | None = None
        self._streams_task: asyncio.Task[None] | None = None
        self._taken = asyncio.Event()
        self._taken.set()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="link", daemon=True)
        self._answer.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Say goodbye and end the thread."""
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(timeout_s)

    def connect_to(self, target: Target, token: str) -> None:
        """Keep the feed of this server open with this token; replaces any earlier one."""
        self._run(self._connect(target, token))

    def sign_in(self, target: Target, user: str, password: str) -> None:
        """Ask for a token, then connect; the outcome is `signed_in` or `sign_in_refused`."""
        self._run(self._sign_in(target, user, password))

    def taken(self) -> None:
        """The GUI has done with the last batch."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._taken.set)

    def send(self, command: Command) -> bool:
        """Hand a command to the connection; False when there is none."""
        conversation = self._conversation
        if conversation is None or not conversation.linked:
            return False
        self._run(self._send(conversation, command))
        return True

    def start_over(self) -> None:
        """Ask the server for the whole state again."""
        if self._conversation is not None:
            self._run(self._conversation.start_over())

    # -- questions (HistoryDoor) -------------------------------------------------------------------------------

    def readings(
        self,
        station_id: str,
        symbol: str,
        start_ms: int,
        end_ms: int,
        max_points: int,
        done: Callable[[ReadingHistory], None],
        failed: Callable[[str], None],
    ) -> None:
        """History of one parameter; the answer comes on the GUI thread, and never to a receiver that is gone."""
        self._question(lambda doors: doors.readings(station_id, symbol, start_ms, end_ms, max_points), done, failed)

    def document(self, path: str, done: Callable[[bytes], None], failed: Callable[[str], None]) -> None:
        """A document of the server."""
        self._question(lambda doors: doors.document(path), done, failed)

    def _question(
        self,
        ask: Callable[[Doors], Coroutine[Any, Any, Any]],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
    ) -> None:
        async def answered() -> None:
            try:
                if self._doors is None:
                    raise DoorError("there is no server yet")
                result = await ask(self._doors)
            except (DoorError, ValueError) as error:
                self._answer.emit(failed, str(error))
            else:
                self._answer.emit(done, result)

        self._run(answered())

    def _deliver(self, receive: Callable[[Any], None], result: object) -> None:
        """On the GUI thread: hand over, unless the receiver's widget is gone by now."""
        owner = getattr(receive, "__self__", None)
        if not isinstance(owner, QObject) or isValid(owner):
            receive(result)

    # -- the link thread ---------------------------------------------------------------------------------------

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Future[Any] | None:
        if self._loop is None or not self._thread.is_alive():
            coroutine.close()
            return None
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ready.set()
        flusher = asyncio.create_task(self._flush())
        await self._stop.wait()
        await stopped(flusher)
        await self._disconnect()

    async def _flush(self) -> None:
        """Hand over at once what came while the GUI waited; what comes while it works waits and goes together."""
        while True:
            await self._inbound.arrived.wait()
            await self._taken.wait()
            self._taken.clear()
            self.batch.emit(self._inbound.take())
            await asyncio.sleep(HAND_OVER_PAUSE_S)

    async def _disconnect(self) -> None:
        for task in (self._task, self._streams_task):
            if task is not None:
                await stopped(task)
        self._task = self._streams_task = None
        self._conversation = None
        if self._doors is not None:
            await self._doors.close()
            self._doors = None

    async def _connect(self, target: Target, token: str) -> None:
        known = self._conversation
        await self._disconnect()
        try:
            self._doors = Doors(target.checked())
        except TargetError as error:
            self.unlinked.emit(str(error))
            return
        self._doors.token = token
        conversation = Conversation(target, token, self._inbound, self._tell_lost, self._tell_welcome)
        if known is not None:
            conversation.resume_from(known)
        self._conversation = conversation
        self._task = asyncio.create_task(self._converse(conversation))

    async def _converse(self, conversation: Conversation) -> None:
        try:
            await conversation.run()
        except SignInNeededError as needed:
            self.unlinked.emit(str(needed))
            self.sign_in_needed.emit(str(needed))

    async def _sign_in(self, target: Target, user: str, password: str) -> None:
        doors: Doors | None = None
        try:
            doors = Doors(target.checked())
            answer = await doors.login(user, password)
        except (DoorError, ValueError) as error:
            self.sign_in_refused.emit(str(error))
        else:
            self.signed_in.emit(answer)
            await self._connect(target, answer.token)
        finally:
            if doors is not None:
                await doors.close()

    async def _send(self, conversation: Conversation, command: Command) -> None:
        await conversation.send(command)

    def _tell_lost(self, reason: str) -> None:
        self.unlinked.emit(reason)

    def _tell_welcome(self) -> None:
        self.linked.emit()
        if self._streams_task is not None:
            self._streams_task.cancel()
        self._streams_task = asyncio.get_running_loop().create_task(self._fetch_streams())

    async def _fetch_streams(self) -> None:
        """Camera addresses, asked for until they are there; roles that may not have them go without.

        The feed lives on meanwhile: whether the link is lost is the conversation's to say.
        """
        while self._doors is not None:
            try:
                self.streams.emit(await self._doors.camera_streams())
            except (DoorError, ValueError) as error:
                if isinstance(error, DoorError) and error.status in (401, 403):
                    return
            else:
                return
            await asyncio.sleep(STREAMS_RETRY_S)


__all__ = ["Link", "LinkBatch"]
