"""What a polled address answered: a CAP message itself, or an Atom or RSS index of them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element, tostring

from backend.sources.cap import NAMESPACES
from backend.sources.safe_xml import XmlError, child_text, children, local_name, namespace, parse_xml
from backend.sources.text import plain, shown

MAX_INDEX_BYTES: Final = 8 * 1024 * 1024
MAX_ENTRIES: Final = 500
_CAP_TYPES: Final = ("application/cap+xml", "application/common-alerting-protocol+xml")


class FeedError(ValueError):
    """It is no feed; the message says what stands there instead."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: a link to follow, or the message itself. `version` changes when the entry does."""

    link: str
    version: str
    message: bytes | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """`faults` name entries that could not be used; the others stand."""

    entries: tuple[Entry, ...]
    faults: tuple[str, ...]


def read_index(body: bytes, base_url: str) -> Index | None:
    """The entries of a feed; None when `body` is a CAP message itself (or anything else that is XML with an alert).

    Raises:
        FeedError: neither; broken or hostile XML too.
    """
    try:
        root = parse_xml(body, MAX_INDEX_BYTES)
    except XmlError as error:
        raise FeedError(str(error)) from error
    name = local_name(root).casefold()
    if name == "feed":
        return _entries(children(root, "entry"), base_url, _atom_link)
    if name in ("rss", "rdf"):
        items = [item for item in root.iter() if local_name(item) == "item"]
        return _entries(items, base_url, _rss_link)
    if name == "alert" or any(_is_alert(item) for item in root.iter()):
        return None
    raise FeedError(f"the root element is {shown(local_name(root))}; an Atom or RSS feed or a CAP message is expected")


def allowed_link(link: str, base_url: str) -> str:
    """Why `link` is not followed; "" when it may be.

    Only http and https, and never from a feed out there to this machine or the link-local network.
    """
    try:
        parts, base = urlsplit(link), urlsplit(base_url)
        host, base_host = parts.hostname, base.hostname
        _ = parts.port
    except ValueError:
        return "it cannot be read"
    if parts.scheme not in ("http", "https") or not host:
        return "only http and https links are followed"
    if host == base_host:
        return ""
    if host == "localhost" or host.endswith(".localhost") or host.startswith(("127.", "169.254.", "0.", "::", "fe80:")):
        return "it points at this machine"
    return ""


def _is_alert(element: Element) -> bool:
    return local_name(element) == "alert" and namespace(element) in NAMESPACES


def _entries(items: list[Element], base_url: str, link_of: Callable[[Element], str]) -> Index:
    entries: list[Entry] = []
    faults: list[str] = []
    for number, item in enumerate(items[:MAX_ENTRIES], 1):
        version = plain(child_text(item, "updated") or child_text(item, "pubDate"), 100)
        inside = next((element for element in item.iter() if _is_alert(element)), None)
        if inside is not None:
            entries.append(Entry(link="", version=version, message=tostring(inside, encoding="utf-8")))
            continue
        written = plain(link_of(item), 2000)
        link = urljoin(base_url, written) if written else ""
        if not link:
            faults.append(f"entry {number} has no link")
        elif reason := allowed_link(link, base_url):
            faults.append(f"entry {number}: link {shown(link)} is not followed: {reason}")
        else:
            entries.append(Entry(link=link, version=version))
    if len(items) > MAX_ENTRIES:
        faults.append(f"{len(items)} entries; the first {MAX_ENTRIES} were read")
    return Index(tuple(entries), tuple(faults))


def _atom_link(entry: Element) -> str:
    links = children(entry, "link")
    best = [link for link in links if link.get("type", "").partition(";")[0].strip() in _CAP_TYPES]
    usual = [link for link in links if link.get("rel", "alternate") == "alternate"]
    return next((link.get("href", "") for link in (*best, *usual)), "")


def _rss_link(item: Element) -> str:
    for enclosure in children(item, "enclosure"):
        if enclosure.get("type", "").partition(";")[0].strip() in _CAP_TYPES:
            return enclosure.get("url", "")
    return child_text(item, "link")
