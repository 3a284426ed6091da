"""What every HTTP request passes before a door sees it: no web pages, no bodies without end."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.gateway.errors import Refusal, error_response
from backend.gateway.origins import browser_origin_refused


class OriginGuard:
    """ASGI: refuses what a browser's page sends."""

    def __init__(self, app: ASGIApp, allowed: frozenset[str]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = browser_origin_refused(scope, self._allowed) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await error_response(403, refusal.code, refusal.reason)(scope, receive, send)


class BodyLimit:
    """ASGI: refuses a body over `limit_bytes`, by its announced length or as soon as it has sent so much."""

    def __init__(self, app: ASGIApp, limit_bytes: int) -> None:
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdigit() and int(announced) > self._limit_bytes:
            await error_response(413, "too_large", self._reason, {"Connection": "close"})(scope, receive, send)
            return
        received_bytes = 0

        async def counted() -> Message:
            nonlocal received_bytes
            message = await receive()
            received_bytes += len(message.get("body", b""))
            if received_bytes > self._limit_bytes:
                raise Refusal(413, self._reason, {"Connection": "close"})
            return message

        await self._app(scope, counted, send)

    @property
    def _reason(self) -> str:
        return f"the body is larger than {self._limit_bytes} bytes; send it in parts"
