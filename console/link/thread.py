"""THE asyncio thread of the desk: websocket, HTTP, batching. Everything public is called on the GUI thread."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import logging
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel
from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from backend.contracts.ballots import Ballot
from backend.contracts.commands import Command
from backend.contracts.readings import ReadingHistory
from console.link.conversation import Conversation, SignInNeededError, stopped
from console.link.doors import CastOutcome, DoorError, Doors
from console.link.inbound import SAMPLES_KEPT, Inbound, LinkBatch
from console.link.target import Target, TargetError

HAND_OVER_PAUSE_S: Final = 0.015
"""A hand-over costs the GUI a repaint: never more than one a frame. The server's own pace is slower than this."""
STREAMS_RETRY_S: Final = 2.0
FAREWELL_S: Final = 1.5

_log = logging.getLogger(__name__)

M = TypeVar("M", bound=BaseModel)


class Link(QObject):
    """The seat's one link to its backend.

    Args:
        samples_kept: so many samples wait for the GUI at most.

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
    _answer = Signal(int, object, str)
    _sent = Signal(int, object, object)  # bytes: a film may have more than an int of Qt

    def __init__(self, parent: QObject | None = None, samples_kept: int = SAMPLES_KEPT) -> None:
        super().__init__(parent)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inbound = Inbound(samples_kept)
        self._doors: Doors | None = None
        self._conversation: Conversation | None = None
        self._task: asyncio.Task[None] | None = None
        self._streams_task: asyncio.Task[None] | None = None
        self._changing = asyncio.Lock()
        self._numbers = itertools.count()
        self._questions: dict[int, tuple[Callable[[Any], None], Callable[[str], None]]] = {}
        self._listening: dict[int, Callable[[int, int], None]] = {}
        self._taken = asyncio.Event()
        self._taken.set()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="link", daemon=True)
        self._answer.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._sent.connect(self._tell_sent, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Say goodbye and end the thread."""
        self._soon(self._stop.set)
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def connect_to(self, target: Target, token: str) -> None:
        """Keep the feed of this server open with this token; replaces any earlier one."""
        self._run(self._connect(target, token))

    def sign_in(self, target: Target, user: str, password: str) -> None:
        """Ask for a token, then connect; the outcome is `signed_in` or `sign_in_refused`."""
        self._run(self._sign_in(target, user, password))

    def taken(self) -> None:
        """The GUI has done with the last batch; nothing happens when the thread has ended meanwhile."""
        self._soon(self._taken.set)

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

    def ask(
        self,
        path: str,
        query: Mapping[str, str | int],
        model: type[M],
        done: Callable[[M], None],
        failed: Callable[[str], None],
        body: BaseModel | None = None,
    ) -> None:
        """Any door: the answer is read as `model` on the link thread."""
        self._question(lambda doors: doors.ask(path, query, model, body), done, failed)

    def cast(self, ballot: Ballot, done: Callable[[CastOutcome], None], failed: Callable[[str], None]) -> None:
        """A ballot of a secret vote, without a name. `failed`: nobody knows; send the same one again."""
        self._question(lambda doors: doors.cast(ballot), done, failed)

    def download(self, path: str, file: Path, done: Callable[[Path], None], failed: Callable[[str], None]) -> None:
        """A document into a file."""
        self._question(lambda doors: doors.download(path, file), done, failed)

    def upload(
        self,
        path: str,
        query: Mapping[str, str | int],
        file: Path,
        model: type[M],
        sent: Callable[[int, int], None],
        done: Callable[[M], None],
        failed: Callable[[str], None],
    ) -> None:
        """A file of this desk, read and sent on the link thread piece by piece."""
        number = next(self._numbers)
        self._listening[number] = sent
        tell = functools.partial(self._sent.emit, number)
        self._question(lambda doors: doors.upload(path, query, file, model, tell), done, failed, number)

    def _tell_sent(self, number: int, sent: int, size: int) -> None:
        listener = self._listening.get(number)
        if listener is not None and not _is_gone(listener):
            listener(sent, size)

    def _question(
        self,
        ask: Callable[[Doors], Coroutine[Any, Any, Any]],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
        number: int | None = None,
    ) -> None:
        """Ask on the link thread. It knows a number only: who lets go of a widget last destroys it, on any thread."""
        number = next(self._numbers) if number is None else number
        self._questions[number] = (done, failed)
        if self._run(self._asked(number, ask)) is None:
            self._answer.emit(number, None, "the link is closed")

    async def _asked(self, number: int, ask: Callable[[Doors], Coroutine[Any, Any, Any]]) -> None:
        """Every question gets its one answer: whoever asks few at a time would wait for ever otherwise."""
        result, failure = None, ""
        try:
            if self._doors is None:
                raise DoorError("there is no server yet")
            result = await ask(self._doors)
        except DoorError as error:
            failure = str(error) or "refused without a reason"
        except Exception as error:  # noqa: BLE001 - for instance the client was closed under it by a new sign-in
            failure = f"{type(error).__name__}: {error}"
        self._answer.emit(number, result, failure)

    def _deliver(self, number: int, result: object, failure: str) -> None:
        """On the GUI thread: hand over, unless the receiver's widget is gone by now."""
        done, failed = self._questions.pop(number)
        self._listening.pop(number, None)
        receive: Callable[[Any], None] = failed if failure else done
        if not _is_gone(receive):
            receive(failure or result)

    # -- the link thread ---------------------------------------------------------------------------------------

    def _soon(self, call: Callable[[], None]) -> None:
        """Call on the link thread, unless that has ended: batches already on their way outlive it."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(call)

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Future[Any] | None:
        if self._loop is None or not self._thread.is_alive():
            coroutine.close()
            return None
        try:
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        except RuntimeError:  # the loop was closed just now
            coroutine.close()
            return None
        future.add_done_callback(_tell_failure)
        return future

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ready.set()
        flusher = asyncio.create_task(self._flush())
        await self._stop.wait()
        await stopped(flusher)
        # A network that hangs must not keep the program from ending.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._disconnect(), FAREWELL_S)

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
        if self._doors is not None:
            await self._doors.close()
            self._doors = None

    async def _connect(self, target: Target, token: str) -> None:
        # One after the other: two at once would leave two conversations filling one batch.
        async with self._changing:
            await self._disconnect()
            try:
                self._doors = Doors(target.checked())
            except TargetError as error:
                self.unlinked.emit(str(error))
                return
            self._doors.token = token
            conversation = Conversation(target, token, self._inbound, self._tell_lost, self._tell_welcome)
            if self._conversation is not None:
                conversation.resume_from(self._conversation)
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
        except (DoorError, TargetError) as error:
            self.sign_in_refused.emit(str(error))
        except Exception as error:  # noqa: BLE001 - whoever sits at the sign-in must get an answer
            _log.exception("the sign-in failed")
            self.sign_in_refused.emit(f"{type(error).__name__}")
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
            except DoorError as error:
                if error.status in (401, 403):
                    return
            else:
                return
            await asyncio.sleep(STREAMS_RETRY_S)


def _is_gone(receive: Callable[..., None]) -> bool:
    """The widget that would be told was destroyed meanwhile."""
    bound = receive.func if isinstance(receive, functools.partial) else receive
    owner = getattr(bound, "__self__", None)
    return isinstance(owner, QObject) and not isValid(owner)


def _tell_failure(future: Future[Any]) -> None:
    """What failed without anybody waiting for it is at least in the log."""
    if not future.cancelled() and (error := future.exception()) is not None:
        _log.error("on the link thread", exc_info=error)


__all__ = ["Link", "LinkBatch"]
