"""`WS /feed`: who comes in, what is said, how it ends. docs/protocol.md tells it to those who write a client."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Final, cast

from pydantic import ValidationError
from pydantic_core import to_json
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.contracts.commands import Command
from backend.contracts.doors import ErrorAnswer
from backend.contracts.events import OperatorSignedIn, OperatorSignedOut
from backend.contracts.feed import (
    CLIENT_FRAME,
    FEED_PATH,
    PROTOCOL_VERSION,
    ClientFrame,
    CommandFrame,
    CommandResult,
    Farewell,
    Goodbye,
    Hello,
    SeatClock,
    Subscribe,
    Welcome,
)
from backend.gateway.feed.fanout import Fanout
from backend.gateway.feed.outbox import Outbox, Sources
from backend.gateway.feed.pipe import PIPE, Pipe, text_frame
from backend.gateway.feed.seat import Seat
from backend.gateway.feed.sight import Sight
from backend.gateway.feed.wire import View
from backend.gateway.origins import browser_origin_refused, peer_address
from backend.gateway.settings import GatewaySettings
from backend.services.accounts import Accounts, SignedIn
from backend.services.commands import CommandDesk
from backend.services.room import Room
from backend.storage.errors import StorageError
from backend.storage.event_log import EventLog

_log = logging.getLogger(__name__)

ANSWERS_WAITING: Final = 100
_CLOSE_CODES: Final = {"stopping": 1012, "too_slow": 1013}
_POLICY_VIOLATION: Final = 1008


class _Ended(Exception):  # noqa: N818 - the end of a conversation is no fault
    """The conversation is over. `farewell` None: the peer is gone or said goodbye."""

    def __init__(self, farewell: Farewell | None) -> None:
        self.farewell = farewell


class FeedDoor:
    """ASGI: answers every websocket, hands everything else to `app`."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        room: Room,
        log: EventLog,
        accounts: Accounts,
        desk: CommandDesk,
        fanout: Fanout,
        feed: FeedControl,
        settings: GatewaySettings,
        now_ms: Callable[[], int],
        on_command: Callable[[str, str], None],
    ) -> None:
        self._app = app
        self._room = room
        self._log = log
        self._accounts = accounts
        self._desk = desk
        self._fanout = fanout
        self._feed = feed
        self._settings = settings
        self._now_ms = now_ms
        self._on_command = on_command

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
        elif scope["path"] != FEED_PATH:
            await _refuse(send, 404, ErrorAnswer(code="not_found", reason=f"the feed is at {FEED_PATH}"))
        elif (refusal := browser_origin_refused(scope, self._settings.allowed_origins)) is not None:
            await _refuse(send, 403, refusal)
        else:
            await receive()
            await send({"type": "websocket.accept"})
            with self._feed.conversation():
                await self._converse(_Peer(scope, receive, send, self._settings.frames_per_s))

    async def _converse(self, peer: _Peer) -> None:
        farewell: Farewell | None
        try:
            hello, operator = await self._welcomed(peer)
            farewell = await self._seated(peer, hello, operator)
        except _Ended as ended:
            farewell = ended.farewell
        if farewell is not None:
            await peer.close(farewell)

    async def _welcomed(self, peer: _Peer) -> tuple[Hello, SignedIn]:
        """The first frame, checked. Raises: _Ended."""
        try:
            async with asyncio.timeout(self._settings.hello_s):
                frame = await peer.frame()
        except TimeoutError:
            reason = f"no hello within {self._settings.hello_s:g} s"
            raise _Ended(Farewell(code="protocol", reason=reason, retry=True)) from None
        if not isinstance(frame, Hello):
            raise _Ended(Farewell(code="protocol", reason="the first frame must be a hello", retry=False))
        if frame.protocol != PROTOCOL_VERSION:
            reason = f"this server speaks protocol {PROTOCOL_VERSION}, not {frame.protocol}"
            raise _Ended(Farewell(code="protocol", reason=reason, retry=False))
        if self._feed.stopping:
            raise _Ended(Farewell(code="stopping", reason="the server is stopping", retry=True))
        operator = await self._operator(frame.token)
        if operator is None or "watch" not in operator.rights:
            raise _Ended(Farewell(code="unauthorised", reason="sign in first: the token opens nothing", retry=False))
        return frame, operator

    async def _operator(self, token: str) -> SignedIn | None:
        """Raises: _Ended when the accounts cannot be read."""
        try:
            return await self._accounts.operator(token)
        except StorageError as error:
            raise _Ended(Farewell(code="stopping", reason=f"accounts cannot be read: {error}", retry=True)) from error

    async def _seated(self, peer: _Peer, hello: Hello, operator: SignedIn) -> Farewell | None:
        seat = self._take_seat(peer, hello, operator)
        tail_to_seq = self._room.durable.seq
        self._fanout.join(seat)
        tasks = [
            asyncio.create_task(self._read(peer, seat)),
            asyncio.create_task(seat.write(self._log, tail_to_seq, self._now_ms())),
            asyncio.create_task(self._watch_session(seat, hello.token)),
        ]
        recorded = False
        try:
            signed_in = OperatorSignedIn(user=operator.user, role=operator.role, origin=seat.origin)
            recorded = await self._record(seat, signed_in)
            waited: list[asyncio.Future[None] | asyncio.Future[Farewell]] = [*tasks, seat.farewell]
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            return _ending(tasks, seat.farewell)
        finally:
            self._fanout.leave(seat)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if recorded:
                await self._record(seat, OperatorSignedOut(user=operator.user))

    def _take_seat(self, peer: _Peer, hello: Hello, operator: SignedIn) -> Seat:
        state = self._room.durable
        sight = Sight.of(operator)
        sources = Sources(
            lambda reason: self._fanout.snapshot_frame(reason, sight), self._fanout.latest_pieces, self._now_ms
        )
        outbox = Outbox(View.of(hello.topics, None, sight), hello.seq or 0, self._settings.outbox, sources)
        if outbox.view.events:
            if hello.epoch is None or hello.seq is None:
                outbox.want_snapshot("first")
            elif hello.epoch != state.epoch or hello.seq > state.seq:
                outbox.want_snapshot("epoch_changed")
            elif state.seq - hello.seq > self._settings.tail_events or not sight.whole:
                # What a seat may see of an old event depends on the room as it was then.
                outbox.want_snapshot("tail_gone")
            else:
                outbox.offer_readings(outbox.view.chosen(self._fanout.latest_pieces()))
        else:
            outbox.seq = state.seq
            outbox.offer_readings(outbox.view.chosen(self._fanout.latest_pieces()))
        if outbox.wants_snapshot:
            outbox.seq = state.seq
        welcome = Welcome(
            protocol=PROTOCOL_VERSION,
            server_ms=self._now_ms(),
            epoch=state.epoch,
            seq=state.seq,
            user=operator.user,
            display_name=operator.display_name,
            role=operator.role,
            rights=operator.rights,
            token_expires_ms=operator.expires_ms,
            heartbeat_s=self._settings.heartbeat_s,
            agency_id=operator.agency_id,
        )
        peer.pipe.write(text_frame(to_json(welcome)))
        return Seat(peer.pipe, outbox, operator, peer.origin, self._settings.stuck_s)

    async def _record(self, seat: Seat, event: OperatorSignedIn | OperatorSignedOut) -> bool:
        """Whether it stands in the log: a full disk must not keep anybody from watching."""
        try:
            await self._room.record(lambda state: [event], actor=seat.operator.user, origin=seat.origin)
        except StorageError as error:
            _log.warning("%s of %s is not in the log: %s", event.kind, seat.operator.user, error)
            return False
        return True

    async def _read(self, peer: _Peer, seat: Seat) -> None:
        """Frames of the seat, one after the other. Raises: _Ended."""
        while True:
            while seat.outbox.waiting_answers > ANSWERS_WAITING:
                await asyncio.sleep(self._settings.batch_s)
            frame = await peer.frame()
            if isinstance(frame, CommandFrame):
                seat.answer(await self._execute(frame.command, seat))
            elif isinstance(frame, Subscribe):
                seat.outbox.view = seat.outbox.view.with_stations(frame.stations)
                seat.tell_readings(seat.outbox.view.chosen(self._fanout.latest_pieces()))
            elif isinstance(frame, SeatClock):
                seat.tell_clock(frame.local_ms, self._now_ms())
            elif isinstance(frame, Goodbye):
                await peer.bye()
                raise _Ended(None)
            else:
                raise _Ended(Farewell(code="protocol", reason="hello is said once", retry=False))

    async def _execute(self, command: Command, seat: Seat) -> CommandResult:
        try:
            result = await self._desk.execute(command, seat.operator, seat.origin)
        except StorageError as error:
            result = CommandResult(
                command_id=command.command_id, accepted=False, reason_code="unavailable", reason=str(error)
            )
        self._on_command(command.kind, "accepted" if result.accepted else result.reason_code)
        return result

    async def _watch_session(self, seat: Seat, token: str) -> None:
        """Ends when the session does: expired, signed out, or its user disabled. Raises: _Ended."""
        while True:
            left_s = max(0.0, (seat.operator.expires_ms - self._now_ms()) / 1000)
            await asyncio.sleep(min(left_s, self._settings.check_s))
            if self._now_ms() >= seat.operator.expires_ms:
                raise _Ended(Farewell(code="expired", reason="the session is over: sign in again", retry=False))
            try:
                operator = await self._accounts.operator(token)
            except StorageError as error:
                _log.warning("session of %s could not be looked up: %s", seat.operator.user, error)
                continue
            if operator is None or "watch" not in operator.rights:
                if self._now_ms() >= seat.operator.expires_ms:
                    continue
                reason = "the session was ended or the account disabled"
                raise _Ended(Farewell(code="unauthorised", reason=reason, retry=False))
            if Sight.of(operator) != seat.outbox.view.sight:
                reason = "what this account may see was changed: sign in again"
                raise _Ended(Farewell(code="unauthorised", reason=reason, retry=False))
            seat.operator = operator


def _ending(tasks: list[asyncio.Task[None]], farewell: asyncio.Future[Farewell]) -> Farewell | None:
    """Why the first of them ended; a bug in one of them is raised here."""
    if farewell.done():
        return farewell.result()
    for task in tasks:
        error = task.exception() if task.done() else None
        if isinstance(error, _Ended):
            return error.farewell
        if error is not None:
            raise error
    return None


class FeedControl:
    """Counts the conversations and ends them all when the server stops."""

    def __init__(self, fanout: Fanout) -> None:
        self.stopping = False
        self._fanout = fanout
        self._open = 0
        self._none = asyncio.Event()
        self._none.set()

    @contextlib.contextmanager
    def conversation(self) -> Iterator[None]:
        self._open += 1
        self._none.clear()
        try:
            yield
        finally:
            self._open -= 1
            if self._open == 0:
                self._none.set()

    async def stop(self, patience_s: float = 3.0) -> None:
        """Say farewell to every seat and wait until they are signed out, or `patience_s` long."""
        self.stopping = True
        for seat in tuple(self._fanout.seats):
            seat.leave(Farewell(code="stopping", reason="the server is stopping", retry=True))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await self._none.wait()


class _Peer:
    """The other end: frames in, at a bounded rate, and the last frame out."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, frames_per_s: float) -> None:
        self.pipe = cast("Pipe", scope["extensions"][PIPE]["pipe"])
        self.origin = peer_address(scope)
        self._receive = receive
        self._send = send
        self._every_s = 1.0 / frames_per_s
        self._free_at_s = 0.0

    async def frame(self) -> ClientFrame:
        """The next frame. Raises: _Ended when there is none, or it is no frame of the protocol."""
        now_s = asyncio.get_running_loop().time()
        # A second's worth may come at once; what is over the rate waits unread, in the sender's buffers.
        self._free_at_s = max(self._free_at_s, now_s - 1.0) + self._every_s
        if self._free_at_s > now_s:
            await asyncio.sleep(self._free_at_s - now_s)
        message: Message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise _Ended(None)
        try:
            return CLIENT_FRAME.validate_json(message["bytes"])
        except ValidationError as error:
            raise _Ended(Farewell(code="bad_frame", reason=_mistake(error), retry=False)) from None

    async def bye(self) -> None:
        await self._send({"type": "websocket.close", "code": 1000})

    async def close(self, farewell: Farewell) -> None:
        """Say why and close; a peer that takes nothing is cut."""
        if not self.pipe.ready:
            self.pipe.abort()
            return
        self.pipe.write(text_frame(to_json(farewell)))
        code = _CLOSE_CODES.get(farewell.code, _POLICY_VIOLATION)
        await self._send({"type": "websocket.close", "code": code, "reason": farewell.code})


def _mistake(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]


async def _refuse(send: Send, status: int, answer: ErrorAnswer) -> None:
    """Refuse the upgrade with an HTTP answer."""
    headers = [(b"content-type", b"application/json")]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": to_json(answer)})
