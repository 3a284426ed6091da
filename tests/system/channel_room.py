"""What the tests of citizens' channels share: a server of pictures, and waiting for what an answer says."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType


async def until(right: Callable[[], object | Awaitable[object]], what: str, within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while True:
        found = right()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return
        assert time.monotonic() < deadline, f"not within {within_s:g} s: {what}"
        await asyncio.sleep(0.02)


class PictureServer:
    """Serves what it is given, on a free port, on threads of its own."""

    def __init__(self) -> None:
        self._bodies: dict[str, bytes] = {}
        self._moved: dict[str, str] = {}
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if target := server._moved.get(self.path):
                    self.send_response(302)
                    self.send_header("Location", target)
                    self.end_headers()
                    return
                body = server._bodies.get(self.path)
                self.send_response(404 if body is None else 200)
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *words: object) -> None:
                """Not on the tests' output."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._http.server_address[1]}"

    def serve(self, name: str, body: bytes) -> str:
        self._bodies[f"/{name}"] = body
        return f"{self.origin}/{name}"

    def redirect(self, name: str, target: str) -> str:
        self._moved[f"/{name}"] = target
        return f"{self.origin}/{name}"

    def __enter__(self) -> PictureServer:
        Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.shutdown()
        self._http.server_close()
