"""A news article or post as a feed or a webhook gave it, checked and plain."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Final, Literal

from backend.contracts.press import STORY_TEXT_MOST, TITLE_MOST, Engagement, Sentiment
from backend.sources.text import paragraphs, plain

MARKUP_MOST: Final = 40_000
"""Characters of one entry's markup that are read; a text is cut at a tenth of it anyway."""

OUTLET_MOST: Final = 120
_TAG: Final = re.compile(r"<[^<>]{0,4000}>")
_BREAK: Final = re.compile(r"<(?:br|/p|/div|/li|/h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
URL_MOST: Final = 2000
MediaType = Literal["image/jpeg", "image/png", "image/webp", "image/gif"]

_MAGIC: Final[tuple[tuple[bytes, MediaType], ...]] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


@dataclass(frozen=True, slots=True)
class PictureGiven:
    """A picture's bytes as they came; `media_type` is what they are, whatever was said of them."""

    media_type: MediaType
    body: bytes


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One article. `item_id` is the producer's own; `published_ms` is never in the future; `line` counts from 1."""

    line: int
    item_id: str
    title: str
    text: str
    outlet: str
    url: str
    published_ms: int
    author: str = ""
    sentiment: Sentiment = ""
    engagement: Engagement = Engagement()
    pictures: tuple[PictureGiven, ...] = field(default=())


def without_markup(text: str) -> str:
    """HTML of a feed as text: paragraphs stay lines, entities become letters, scripts are gone."""
    return html.unescape(_TAG.sub(" ", _BREAK.sub("\n", _without(_without(text, "script"), "style"))))


def _without(text: str, tag: str) -> str:
    """Without the element and what stands in it; one that is never closed takes the rest with it."""
    lower = text.lower()
    if len(lower) != len(text):  # some capital letters grow: places would not fit
        return text
    kept: list[str] = []
    place = 0
    while (start := lower.find(f"<{tag}", place)) >= 0:
        kept.append(text[place:start])
        end = lower.find(f"</{tag}", start)
        place = len(text) if end < 0 else end
    return "".join((*kept, text[place:]))


def title_of(markup: str) -> str:
    return plain(without_markup(markup[:MARKUP_MOST]), TITLE_MOST)


def text_of(markup: str) -> str:
    return paragraphs(without_markup(markup[:MARKUP_MOST]), STORY_TEXT_MOST)


def web_address(link: str) -> str:
    """The link when a browser may open it, else ""."""
    clean = plain(link, URL_MOST + 1)
    return clean if clean.startswith(("http://", "https://")) and len(clean) <= URL_MOST and " " not in clean else ""


def media_type_of(body: bytes) -> MediaType | None:
    """What the bytes are, None = no picture that is taken."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return next((known for magic, known in _MAGIC if body.startswith(magic)), None)
