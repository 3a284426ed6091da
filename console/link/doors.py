"""The server's HTTP doors as a seat uses them. Runs on the link thread."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal, TypeVar

import httpx
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from pydantic import BaseModel, ValidationError

from backend.contracts.ballots import Ballot
from backend.contracts.doors import (
    CameraStreams,
    ErrorAnswer,
    LoginAnswer,
    LoginRequest,
    SealedStreams,
    StreamKeyRequest,
    StreamList,
)
from backend.contracts.readings import ReadingHistory
from console.link.target import Target

M = TypeVar("M", bound=BaseModel)

TIMEOUT_S: Final = 15.0
UPLOAD_TIMEOUT_S: Final = 120.0
"""A film is looked through and made anew before it is answered."""
UPLOAD_PIECE: Final = 1 << 18
LARGE_BYTES: Final = 100_000


class DoorError(Exception):
    """A door refused or could not be reached; the text is a sentence, `status` the HTTP status or 0."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class CastOutcome:
    """What became of a ballot, for good: it lies in the box, came too late, or does not count, and why."""

    kind: Literal["counted", "late", "refused"]
    reason: str = ""


_CAST_REFUSALS: Final[dict[int, Literal["late", "refused"]]] = {410: "late", 422: "refused"}


class Doors:
    """HTTP with one server and one token."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._client = self._new_client()
        self.token = ""

    def _new_client(self) -> httpx.AsyncClient:
        tls = self._target.tls()
        return httpx.AsyncClient(
            base_url=self._target.url, timeout=TIMEOUT_S, verify=tls if tls is not None else True, trust_env=False
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def login(self, user: str, password: str) -> LoginAnswer:
        """Sign in and keep the token.

        Raises:
            DoorError: refused (401, 429), unreachable, or no name and password (0).
        """
        try:
            body = LoginRequest(user=user, password=password).model_dump_json()
        except ValidationError:
            # The error's own text quotes what was typed.
            raise DoorError("a name of 1 to 100 and a password of 1 to 1000 characters are needed") from None
        answer = _understood(LoginAnswer, await self._ask("POST", "/api/v1/login", body))
        self.token = answer.token
        return answer

    async def camera_streams(self) -> tuple[CameraStreams, ...]:
        """Full camera addresses, sealed to a key that lives as long as this call.

        Raises:
            DoorError: refused, unreachable, or not sealed to this key.
        """
        key = PrivateKey.generate()
        request = StreamKeyRequest(public_key=base64.b64encode(bytes(key.public_key)).decode())
        answer = await self._ask("POST", "/api/v1/camera-keys", request.model_dump_json())
        sealed = _understood(SealedStreams, answer).sealed
        try:
            opened = SealedBox(key).decrypt(base64.b64decode(sealed))
        except (CryptoError, ValueError):
            raise DoorError("the camera addresses are not sealed to this desk") from None
        return _understood(StreamList, opened).cameras

    async def readings(
        self, station_id: str, symbol: str, start_ms: int, end_ms: int, max_points: int
    ) -> ReadingHistory:
        query: dict[str, str | int] = {
            "station": station_id,
            "parameter": symbol,
            "start": start_ms,
            "end": end_ms,
            "max_points": max_points,
        }
        return _understood(ReadingHistory, await self._ask("GET", "/api/v1/readings", query=query))

    async def document(self, path: str) -> bytes:
        return await self._ask("GET", path)

    async def ask(self, path: str, query: Mapping[str, str | int], model: type[M], body: BaseModel | None = None) -> M:
        """The answer of a door, read as `model`; asked by POST when there is a `body`.

        Raises:
            DoorError: refused, unreachable, or not understood.
        """
        if body is None:
            content = await self._ask("GET", path, query=query)
        else:
            content = await self._ask("POST", path, body.model_dump_json(), query)
        # Large answers are read beside the loop: heartbeats must not wait for them.
        return (
            await asyncio.to_thread(_understood, model, content)
            if len(content) > LARGE_BYTES
            else _understood(model, content)
        )

    async def cast(self, ballot: Ballot) -> CastOutcome:
        """Cast a ballot without a name: no session, and a connection of its own that carried none before.

        Raises:
            DoorError: nobody knows whether it lies in the box; send the same one again.
        """
        headers = {"Content-Type": "application/json"}
        try:
            async with self._new_client() as nameless:
                response = await nameless.post("/api/v1/ballots", content=ballot.model_dump_json(), headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DoorError(str(error) or type(error).__name__) from error
        if response.is_success:
            return CastOutcome("counted")
        refusal = _refusal(response.status_code, response.content)
        kind = _CAST_REFUSALS.get(response.status_code)
        if kind is None:
            raise refusal
        return CastOutcome(kind, str(refusal))

    async def upload(
        self,
        path: str,
        query: Mapping[str, str | int],
        file: Path,
        model: type[M],
        sent: Callable[[int, int], None],
    ) -> M:
        """POST the bytes of `file`, piece by piece, and read the answer as `model`. `sent`: (bytes so far, in all).

        Raises:
            DoorError: the file cannot be read, or the server refused, is unreachable or not understood.
        """
        try:
            size = (await asyncio.to_thread(file.stat)).st_size
            with await asyncio.to_thread(file.open, "rb") as source:
                pieces = _pieces(source, size, sent)
                headers = {**self._headers(), "Content-Length": str(size)}
                response = await self._client.post(
                    path, params=query or None, content=pieces, headers=headers, timeout=UPLOAD_TIMEOUT_S
                )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DoorError(str(error) or type(error).__name__) from error
        except OSError as error:
            raise DoorError(f"{file.name} cannot be read: {error.strerror or error}") from error
        if not response.is_success:
            raise _refusal(response.status_code, response.content)
        return _understood(model, response.content)

    async def download(self, path: str, file: Path) -> Path:
        """Fetch a document into `file` by way of a temporary one beside it.

        Raises:
            DoorError: refused, unreachable, or the file cannot be written.
        """
        part = file.with_name(f"{file.name}.part")
        try:
            async with self._client.stream("GET", path, headers=self._headers()) as response:
                if not response.is_success:
                    raise _refusal(response.status_code, await response.aread())
                with part.open("wb") as out:
                    async for piece in response.aiter_bytes(1 << 18):
                        out.write(piece)
            part.replace(file)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DoorError(str(error) or type(error).__name__) from error
        except OSError as error:
            raise DoorError(f"{file.name} cannot be written: {error.strerror or error}") from error
        finally:
            part.unlink(missing_ok=True)
        return file

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    async def _ask(
        self, method: str, path: str, body: str | None = None, query: Mapping[str, str | int] | None = None
    ) -> bytes:
        headers = self._headers()
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            # No parameters at all rather than none of them: those would replace the ones that stand in the path.
            response = await self._client.request(method, path, content=body, params=query or None, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DoorError(str(error) or type(error).__name__) from error
        if response.is_success:
            return response.content
        raise _refusal(response.status_code, response.content)


async def _pieces(source: BinaryIO, size: int, sent: Callable[[int, int], None]) -> AsyncIterator[bytes]:
    """The first `size` bytes: a file that grows meanwhile is sent as it was when it was chosen."""
    done = 0
    while done < size and (piece := await asyncio.to_thread(source.read, min(UPLOAD_PIECE, size - done))):
        yield piece
        done += len(piece)
        sent(done, size)


def _refusal(status: int, content: bytes) -> DoorError:
    try:
        reason = ErrorAnswer.model_validate_json(content).reason
    except ValidationError:
        reason = f"the server answered {status}"
    return DoorError(reason, status)


def _understood(model: type[M], content: bytes) -> M:
    """The answer, read.

    Raises:
        DoorError: it is not what the door answers; the sentence names the field and never quotes it, because what
            stands there may be a token or a camera's password.
    """
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "its body"
        raise DoorError(f"the server's answer is not understood: {place}: {first['msg']}") from None
