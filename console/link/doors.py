"""The server's HTTP doors as a seat uses them. Runs on the link thread."""

from __future__ import annotations

import base64
from typing import Final

import httpx
from nacl.public import PrivateKey, SealedBox
from pydantic import ValidationError

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

TIMEOUT_S: Final = 15.0


class DoorError(Exception):
    """A door refused or could not be reached; the text is a sentence, `status` the HTTP status or 0."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


class Doors:
    """HTTP with one server and one token."""

    def __init__(self, target: Target) -> None:
        tls = target.tls()
        self._client = httpx.AsyncClient(
            base_url=target.url, timeout=TIMEOUT_S, verify=tls if tls is not None else True, trust_env=False
        )
        self.token = ""

    async def close(self) -> None:
        await self._client.aclose()

    async def login(self, user: str, password: str) -> LoginAnswer:
        """Sign in and keep the token.

        Raises:
            DoorError: refused (401, 429) or unreachable (0).
        """
        body = LoginRequest(user=user, password=password).model_dump_json()
        answer = LoginAnswer.model_validate_json(await self._ask("POST", "/api/v1/login", body))
        self.token = answer.token
        return answer

    async def camera_streams(self) -> tuple[CameraStreams, ...]:
        """Full camera addresses, sealed to a key that lives as long as this call."""
        key = PrivateKey.generate()
        request = StreamKeyRequest(public_key=base64.b64encode(bytes(key.public_key)).decode())
        answer = await self._ask("POST", "/api/v1/camera-keys", request.model_dump_json())
        sealed = SealedStreams.model_validate_json(answer).sealed
        opened = SealedBox(key).decrypt(base64.b64decode(sealed))
        return StreamList.model_validate_json(opened).cameras

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
        return ReadingHistory.model_validate_json(await self._ask("GET", "/api/v1/readings", query=query))

    async def document(self, path: str) -> bytes:
        return await self._ask("GET", path)

    async def _ask(
        self, method: str, path: str, body: str | None = None, query: dict[str, str | int] | None = None
    ) -> bytes:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            response = await self._client.request(method, path, content=body, params=query, headers=headers)
        except httpx.HTTPError as error:
            raise DoorError(str(error) or type(error).__name__) from error
        if response.is_success:
            return response.content
        try:
            reason = ErrorAnswer.model_validate_json(response.content).reason
        except ValidationError:
            reason = f"the server answered {response.status_code}"
        raise DoorError(reason, response.status_code)
