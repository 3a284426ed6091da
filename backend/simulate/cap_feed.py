"""A weather office's web server: an Atom feed of CAP messages, with ETag."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree

from backend.simulate.bulletins import Bulletin, Issue

ATOM: Final = "http://www.w3.org/2005/Atom"
CAP: Final = "urn:oasis:names:tc:emergency:cap:1.2"


def atom(issue: Issue, bulletins: list[Bulletin], base_url: str) -> bytes:
    """The feed of `bulletins`, newest first, each linking to its full message."""
    ElementTree.register_namespace("", ATOM)
    ElementTree.register_namespace("cap", CAP)
    feed = ElementTree.Element(f"{{{ATOM}}}feed")

    def add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
        child = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        child.text = text or None
        return child

    add(feed, "id", f"{base_url}/cap.atom")
    add(feed, "title", "Bản tin cảnh báo Lào Cai (mô phỏng)")
    add(feed, "updated", issue.instant(bulletins[0]) if bulletins else "2026-01-01T00:00:00+07:00")
    for bulletin in bulletins:
        entry = add(feed, "entry")
        address = f"{base_url}/cap/{issue.identifier(bulletin)}.xml"
        add(entry, "id", address)
        add(entry, "title", bulletin.headline)
        add(entry, "updated", issue.instant(bulletin))
        add(add(entry, "author"), "name", "Đài Khí tượng Thủy văn tỉnh Lào Cai (mô phỏng)")
        add(entry, "link", href=address, type="application/cap+xml")
        for name, text in (
            ("status", bulletin.status),
            ("msgType", bulletin.message_type),
            ("severity", bulletin.severity),
        ):
            ElementTree.SubElement(entry, f"{{{CAP}}}{name}").text = text
    body: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return body


class CapFeedServer:
    """Serves the feed at `address` (http://127.0.0.1:PORT/cap.atom) on threads of its own.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, issue: Issue, address: str, now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000):
        parts = urlsplit(address)
        self.issue = issue
        self.now_ms = now_ms
        self.path = parts.path
        self.server = ThreadingHTTPServer((parts.hostname or "127.0.0.1", parts.port or 80), self._handler())
        self.server.daemon_threads = True
        self.base_url = f"http://{parts.hostname}:{self.server.server_address[1]}"
        self._thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def document(self, path: str) -> tuple[str, bytes] | None:
        """Content type and body of what `path` names, or None."""
        issued = self.issue.issued(self.now_ms())
        if path == self.path:
            return "application/atom+xml; charset=utf-8", atom(self.issue, issued, self.base_url)
        for bulletin in issued:
            if path == f"/cap/{self.issue.identifier(bulletin)}.xml":
                return "application/cap+xml; charset=utf-8", self.issue.xml(bulletin)
        return None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        feed = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                found = feed.document(self.path)
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
