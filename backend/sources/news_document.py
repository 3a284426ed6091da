"""RSS 0.9x to 2.0, RSS 1.0 (RDF) and Atom documents of news, as bytes. Nothing is ever fetched from here."""

from __future__ import annotations

import calendar
import io
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import feedparser  # type: ignore[import-untyped]

from backend.contracts.doors import Rejection
from backend.sources.news_item import OUTLET_MOST, NewsItem, text_of, title_of, web_address
from backend.sources.safe_xml import NotWellFormedError, XmlError, local_name, parse_xml
from backend.sources.text import plain

MAX_NEWS_BYTES: Final = 4 * 1024 * 1024
MAX_ENTRIES: Final = 500
"""Of one document; feeds list their newest twenty or hundred."""

_ROOTS: Final = ("rss", "RDF", "feed")


class NewsError(ValueError):
    """The whole document cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class NewsDocument:
    """What a feed lists now, in its order."""

    title: str
    items: tuple[NewsItem, ...]
    rejections: tuple[Rejection, ...]
    warnings: tuple[str, ...]


def parse_news(body: bytes, received_ms: int) -> NewsDocument:
    """Raises: NewsError."""
    warnings = _gate(body)
    # A stream: given bytes or text, the parser would take them for an address or a file's name.
    feed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    if not feed.version:
        raise NewsError("no RSS, RDF or Atom document; its root should be <rss>, <rdf:RDF> or <feed>")
    outlet = plain(str(feed.feed.get("title", "")), OUTLET_MOST)
    items: list[NewsItem] = []
    rejections: list[Rejection] = []
    for line, entry in enumerate(feed.entries[:MAX_ENTRIES], 1):
        item = _item(entry, line, outlet, received_ms)
        if isinstance(item, str):
            rejections.append(Rejection(line=line, reason=item))
        else:
            items.append(item)
    if len(feed.entries) > MAX_ENTRIES:
        warnings.append(f"{len(feed.entries)} entries; the first {MAX_ENTRIES} were read")
    return NewsDocument(outlet, tuple(items), tuple(rejections), tuple(warnings))


def _gate(body: bytes) -> list[str]:
    """What is to be said of a document that is taken all the same. Raises: NewsError."""
    try:
        root = parse_xml(body, MAX_NEWS_BYTES)
    except NotWellFormedError as error:
        # Many newspapers forget to escape an "&": read as well as it can be, but nothing with a document type.
        if any(word in body.upper() for word in (b"<!DOCTYPE", b"<!ENTITY")) or b"\0" in body:
            raise NewsError(str(error)) from error
        return [f"{error}; read as well as it could be"]
    except XmlError as error:
        raise NewsError(str(error)) from error
    if local_name(root) not in _ROOTS:
        raise NewsError(f"the root <{plain(local_name(root), 40)}> is none of <rss>, <rdf:RDF>, <feed>")
    return []


def _item(entry: Mapping[str, Any], line: int, feed_title: str, received_ms: int) -> NewsItem | str:
    """The entry, or why it is refused."""
    title = title_of(str(entry.get("title", "")))
    contents = [str(part.get("value", "")) for part in entry.get("content", ())]
    text = text_of(max([str(entry.get("summary", "")), *contents], key=len))
    if not title and not text:
        return "neither a title nor a text"
    url = web_address(str(entry.get("link", "")))
    item_id = plain(str(entry.get("id", "")) or url, 500)
    if not item_id:
        return "neither an id (guid) nor a link: it could not be told from the others"
    source = entry.get("source") or {}
    outlet = plain(str(source.get("title", "")), OUTLET_MOST) or feed_title
    return NewsItem(
        line=line,
        item_id=item_id,
        title=title or plain(text, 120),
        text=text,
        outlet=outlet,
        url=url,
        published_ms=_published_ms(entry, received_ms),
        author=plain(str(entry.get("author", "")), OUTLET_MOST),
    )


def _published_ms(entry: Mapping[str, Any], received_ms: int) -> int:
    """As the entry says; without a word, or with one from the future, when we got it."""
    stamp = entry.get("published_parsed") or entry.get("updated_parsed")
    if not isinstance(stamp, time.struct_time):
        return received_ms
    return min(max(0, calendar.timegm(stamp) * 1000), received_ms)
