"""The doors of a running backend as the producers and the instructor of an exercise use them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from backend.contracts.commands import Command, CommentAlert, PlaceMark
from backend.contracts.exercise import INSTRUCTOR
from backend.contracts.feed import (
    FEED_PATH,
    PROTOCOL_VERSION,
    SERVER_FRAME,
    CommandFrame,
    CommandResult,
    Farewell,
    Hello,
    Welcome,
)
from backend.contracts.marks import MarkKind
from backend.contracts.state import StateSnapshot
from backend.exercise.inputs import Body
from backend.exercise.matching import fits, stands_for
from config.model import SiteConfig
from config.scenario import AlertMatch
from config.source_model import DropFolderSource

_RETRY_S: Final = 0.5
_MOST_RETRY_S: Final = 5.0
_ANSWER_S: Final = 20.0


class RefusedError(RuntimeError):
    """A door refuses the exercise itself: it cannot be played so."""


class ProducerDoors:
    """Station files by folder or by HTTP as the site says, bulletins and detections by HTTP.

    Args:
        data_dir: the backend's: drop folders lie in it.
        tokens: ingest token by producer.
    """

    def __init__(
        self,
        site: SiteConfig,
        data_dir: Path,
        client: httpx.AsyncClient,
        tokens: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        self._client = client
        self._tokens = tokens
        self._say = say
        self._folders = {
            source.producer_id: data_dir / source.folder
            for source in site.sources
            if isinstance(source, DropFolderSource)
        }

    async def bring(self, body: Body) -> None:
        folder = self._folders.get(body.producer_id) if body.door == "station-file" else None
        if folder is not None:
            await asyncio.to_thread(_drop, folder, body)
        else:
            await self._post(body)

    async def _post(self, body: Body) -> None:
        """Raises: RefusedError: the token is not taken."""
        headers = {"Authorization": f"Bearer {self._tokens.get(body.producer_id, '')}"}
        params = {"name": body.name} if body.name else {}
        pause_s = _RETRY_S
        while True:
            try:
                answer = await self._client.post(
                    f"/api/v1/ingest/{body.door}", params=params, content=body.body, headers=headers
                )
                if answer.status_code in (401, 403):
                    raise RefusedError(f"the training room refuses the token of {body.producer_id}")
                if answer.status_code < 500 and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                    if answer.status_code >= 400:
                        self._say(f"{body.door} of {body.producer_id} was refused: {answer.text[:300]}")
                    return
                why = f"answered {answer.status_code}"
            except (httpx.NetworkError, httpx.TimeoutException, httpx.RemoteProtocolError) as error:
                why = type(error).__name__
            self._say(f"{body.door} of {body.producer_id}: the room {why}; it is tried again")
            await asyncio.sleep(pause_s)
            pause_s = min(_MOST_RETRY_S, pause_s * 2)


def _drop(folder: Path, body: Body) -> None:
    """Under a temporary name first, as a careful FTP client does."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{body.name}.part"
    part.write_bytes(body.body)
    part.replace(folder / body.name)


class InstructorSeat:
    """A seat of the feed, signed in as the instructor: leaves marks and comments by commands, as a desk does.

    Args:
        sign_in: makes a session token; asked for with every new connection.
        run: names this run, so that the same command of the same run is done once.
    """

    def __init__(
        self,
        url: str,
        sign_in: Callable[[], Awaitable[str]],
        run: str,
        client: httpx.AsyncClient,
        say: Callable[[str], None],
    ) -> None:
        self._url = url.replace("http", "ws", 1) + FEED_PATH
        self._sign_in = sign_in
        self._token = ""
        self._run = run
        self._client = client
        self._say = say
        self._connection: ClientConnection | None = None
        self._results: dict[str, asyncio.Future[CommandResult]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    async def mark(self, mark_id: str, kind: MarkKind, at_ms: int, text: str) -> None:
        command_id = self._command_id("mark", mark_id)
        await self._do(PlaceMark(command_id=command_id, mark_id=mark_id, mark_kind=kind, at_ms=at_ms, text=text[:2000]))

    async def comment(self, match: AlertMatch, step_id: str, text: str) -> None:
        state = await self._state()
        found = [alert for alert in state.alerts if fits(match, alert) and stands_for(match, alert)]
        for alert in found:
            command_id = self._command_id("comment", step_id, alert.alert_id)
            await self._do(CommentAlert(command_id=command_id, alert_id=alert.alert_id, comment=text[:2000]))
        if not found:
            self._say(f"step {step_id}: no alert is open that it could be written to; it is on the timeline only")

    async def _state(self) -> StateSnapshot:
        """Raises: RefusedError, httpx.HTTPError."""
        for _ in range(2):
            answer = await self._client.get("/api/v1/state", headers={"Authorization": f"Bearer {self._token}"})
            if answer.status_code == httpx.codes.OK:
                return StateSnapshot.model_validate_json(answer.content)
            self._token = await self._sign_in()
        raise RefusedError(f"the training room does not show {INSTRUCTOR} its state: {answer.text[:200]}")

    async def close(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader
        if self._connection is not None:
            await self._connection.close()

    def _command_id(self, *about: str) -> str:
        return hashlib.blake2b("\n".join((self._run, *about)).encode(), digest_size=16).hexdigest()

    async def _do(self, command: Command) -> None:
        """Raises: RefusedError: the room will not have it."""
        async with self._lock:
            pause_s = _RETRY_S
            while (result := await self._try(command)) is None or result.reason_code == "unavailable":
                await asyncio.sleep(pause_s)
                pause_s = min(_MOST_RETRY_S, pause_s * 2)
        if not result.accepted:
            raise RefusedError(f"the training room refuses {command.kind}: {result.reason}")

    async def _try(self, command: Command) -> CommandResult | None:
        """The answer; None when the connection was lost over it. The same command may be sent again."""
        future: asyncio.Future[CommandResult] = asyncio.get_running_loop().create_future()
        self._results[command.command_id] = future
        try:
            connection = await self._connected()
            await connection.send(CommandFrame(command=command).model_dump_json())
            return await asyncio.wait_for(future, _ANSWER_S)
        except (OSError, TimeoutError, WebSocketException, httpx.TransportError):
            self._connection = None
            return None
        finally:
            self._results.pop(command.command_id, None)

    async def _connected(self) -> ClientConnection:
        if self._connection is not None:
            return self._connection
        self._token = await self._sign_in()
        connection = await connect(self._url, proxy=None, max_size=None)
        hello = Hello(
            protocol=PROTOCOL_VERSION, token=self._token, epoch=None, seq=None, topics=("events",), client="exercise"
        )
        await connection.send(hello.model_dump_json())
        first = SERVER_FRAME.validate_json(await connection.recv())
        if isinstance(first, Farewell):
            raise RefusedError(f"the training room does not let {INSTRUCTOR} in: {first.reason}")
        assert isinstance(first, Welcome)
        self._connection = connection
        self._reader = asyncio.create_task(self._read(connection))
        return connection

    async def _read(self, connection: ClientConnection) -> None:
        with suppress(WebSocketException):
            async for text in connection:
                frame = SERVER_FRAME.validate_json(text)
                waiting = self._results.get(frame.command_id) if isinstance(frame, CommandResult) else None
                if isinstance(frame, CommandResult) and waiting is not None and not waiting.done():
                    waiting.set_result(frame)
        if self._connection is connection:
            self._connection = None
        for lost in self._results.values():
            if not lost.done():
                lost.set_exception(OSError("the connection was lost"))
