"""Where a request comes from: the peer's address for the record, and browsers, which are not let in."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Scope

from backend.contracts.doors import ErrorAnswer


def peer_address(scope: Scope) -> str:
    """The peer's IP address, "" when it has none."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def browser_origin_refused(scope: Scope, allowed: frozenset[str]) -> ErrorAnswer | None:
    """None when the request may come in.

    A page in a browser on the same machine can open a websocket to us, or post to us, and the browser tells with
    an Origin header that it does. Our own programs send none.
    """
    origin = Headers(scope=scope).get("origin")
    if origin is None or origin in allowed:
        return None
    return ErrorAnswer(code="origin_refused", reason="requests of web pages are refused; this is no web site")
