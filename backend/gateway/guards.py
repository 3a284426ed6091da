"""What every HTTP request passes before a door sees it: no web pages, no NULs, no bodies without end."""

from __future__ import annotations

from collections.abc import Mapping

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


class NoNul:
    """ASGI: refuses an address with a NUL in it: no name here has one, and PostgreSQL cannot even be asked for it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "\0" in scope["path"]:
            await error_response(404, "not_found", "no name here holds a NUL (%00)")(scope, receive, send)
        elif scope["type"] == "http" and b"%00" in scope["query_string"]:
            reason = "the address holds a NUL (%00); right is text without it"
            await error_response(422, "invalid", reason)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class BodyLimit:
    """ASGI: refuses a body over `limit_bytes`, by its announced length or as soon as it has sent so much.

    Args:
        larger: limits of doors that take files, by how their path begins.
        larger_at_once: so many bodies over `limit_bytes` are taken in at the same time, so that nobody fills the disk.
    """

    def __init__(self, app: ASGIApp, limit_bytes: int, larger: Mapping[str, int], larger_at_once: int) -> None:
        self._app = app
        self._limit_bytes = limit_bytes
        self._larger = larger
        self._free = larger_at_once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit_bytes = self._limit_of(scope["path"])
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdigit() and int(announced) > limit_bytes:
            await error_response(413, "too_large", _reason(limit_bytes), {"Connection": "close"})(scope, receive, send)
            return
        received_bytes, is_large = 0, False

        async def counted() -> Message:
            nonlocal received_bytes, is_large
            message = await receive()
            received_bytes += len(message.get("body", b""))
            if received_bytes > limit_bytes:
                raise Refusal(413, _reason(limit_bytes), {"Connection": "close"})
            if received_bytes > self._limit_bytes and not is_large:
                if self._free <= 0:
                    reason = "too many large bodies are on their way; send it again in a moment"
                    raise Refusal(429, reason, {"Retry-After": "2", "Connection": "close"})
                self._free -= 1
                is_large = True
            return message

        try:
            await self._app(scope, counted, send)
        finally:
            self._free += is_large

    def _limit_of(self, path: str) -> int:
        return next((limit for begin, limit in self._larger.items() if path.startswith(begin)), self._limit_bytes)


def _reason(limit_bytes: int) -> str:
    return f"the body is larger than {limit_bytes} bytes; send it in parts"
