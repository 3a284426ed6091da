"""A small web server of the demonstration: documents with ETag, made anew whenever somebody asks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

Document = Callable[[str], tuple[str, bytes] | None]
"""Content type and body of what a path names, or None; called on the server's threads."""


class PageServer:
    """Serves on the host and port of `address` on threads of its own.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, address: str, document: Document) -> None:
        parts = urlsplit(address)
        self.server = ThreadingHTTPServer((parts.hostname or "127.0.0.1", parts.port or 80), _handler(document))
        self.server.daemon_threads = True
        self.base_url = f"http://{parts.hostname}:{self.server.server_address[1]}"
        self._thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def _handler(document: Document) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = document(self.path)
            if found is None:
                self.send_error(404)
                return
            content_type, body = found
            tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
            unchanged = self.headers.get("If-None-Match") == tag
            self.send_response(304 if unchanged else 200)
            self.send_header("ETag", tag)
            if not unchanged:
                self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", "0" if unchanged else str(len(body)))
            self.end_headers()
            if not unchanged:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing: the polls of every ten seconds are no news."""

    return Handler
