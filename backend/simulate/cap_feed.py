"""A weather office's web server: an Atom feed of CAP messages, with ETag."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree

from backend.simulate.bulletins import Bulletin, Issue
from backend.simulate.pages import PageServer

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
        self.issue = issue
        self.now_ms = now_ms
        self.path = urlsplit(address).path
        self._pages = PageServer(address, self.document)
        self.base_url = self._pages.base_url

    def start(self) -> None:
        self._pages.start()

    def stop(self) -> None:
        self._pages.stop()

    def document(self, path: str) -> tuple[str, bytes] | None:
        """Content type and body of what `path` names, or None."""
        issued = self.issue.issued(self.now_ms())
        if path == self.path:
            return "application/atom+xml; charset=utf-8", atom(self.issue, issued, self.base_url)
        for bulletin in issued:
            if path == f"/cap/{self.issue.identifier(bulletin)}.xml":
                return "application/cap+xml; charset=utf-8", self.issue.xml(bulletin)
        return None
