"""The webhook of social listening: our flat JSON (docs/protocol.md), and ActivityStreams 2.0."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.contracts.doors import Rejection
from backend.contracts.press import Engagement, Sentiment
from backend.sources.news_item import (
    OUTLET_MOST,
    NewsItem,
    PictureGiven,
    media_type_of,
    text_of,
    title_of,
    web_address,
)
from backend.sources.text import plain, shown

MAX_POSTS: Final = 500
MAX_PICTURES: Final = 4
MAX_PICTURE_BYTES: Final = 2 * 1024 * 1024

_OBJECTS: Final = ("Note", "Article", "Page", "Video", "Image", "Event", "Question")
_ACTIVITIES: Final = ("Create", "Announce", "Update")
_TONES: Final[Mapping[str, Sentiment]] = {
    "positive": "positive", "tích cực": "positive", "1": "positive",
    "neutral": "neutral", "trung lập": "neutral", "trung tính": "neutral", "0": "neutral",
    "negative": "negative", "tiêu cực": "negative", "-1": "negative",
}  # fmt: skip


class SocialError(ValueError):
    """The whole message cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class SocialMessage:
    items: tuple[NewsItem, ...]
    rejections: tuple[Rejection, ...]


class _PictureEntry(BaseModel):
    model_config = ConfigDict(extra="ignore")

    data: Annotated[str, Field(max_length=MAX_PICTURE_BYTES * 4 // 3 + 8)]


class _Entry(BaseModel):
    """One post. Unknown keys are passed over: listening services add theirs."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    id: Annotated[str, Field(min_length=1, max_length=500)]
    title: Annotated[str, Field(max_length=20_000)] = ""
    content: Annotated[str, Field(max_length=200_000)] = ""
    url: Annotated[str, Field(max_length=4000)] = ""
    source: Annotated[str, Field(max_length=1000)] = ""
    author: Annotated[str, Field(max_length=1000)] = ""
    published_at: str = ""
    sentiment: str = ""
    likes: Annotated[int, Field(ge=0)] | None = None
    shares: Annotated[int, Field(ge=0)] | None = None
    comments: Annotated[int, Field(ge=0)] | None = None
    views: Annotated[int, Field(ge=0)] | None = None
    pictures: Annotated[tuple[_PictureEntry, ...], Field(max_length=MAX_PICTURES)] = ()


def parse_social(body: bytes, received_ms: int) -> SocialMessage:
    """Raises: SocialError."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SocialError(f"not JSON: {plain(str(error), 200)}") from error
    entries = _entries(data)
    if len(entries) > MAX_POSTS:
        raise SocialError(f"{len(entries)} posts; at most {MAX_POSTS} are taken at once")
    items: list[NewsItem] = []
    rejections: list[Rejection] = []
    for line, entry in enumerate(entries, 1):
        try:
            items.append(_item(_flat(entry), line, received_ms))
        except (ValidationError, SocialError) as error:
            rejections.append(Rejection(line=line, reason=_why(error)))
    return SocialMessage(tuple(items), tuple(rejections))


def _entries(data: object) -> Sequence[object]:
    """The posts of {"posts": [...]}, of an ActivityStreams collection, of a list, or the one that it is."""
    if isinstance(data, list):
        return data
    if not isinstance(data, dict):
        raise SocialError('no post; right would be {"posts": [...]} or an ActivityStreams 2.0 object')
    for key in ("posts", "orderedItems", "items"):
        if isinstance(inside := data.get(key), list):
            return inside
    return [data]


def _flat(entry: object) -> Mapping[str, object]:
    """The entry in our own keys. Raises: SocialError."""
    if not isinstance(entry, dict):
        raise SocialError("a post is a JSON object")
    kind = entry.get("type")
    if kind in _ACTIVITIES:
        inside = entry.get("object")
        if not isinstance(inside, dict):
            raise SocialError("object: the activity carries no object, and a link to one is not followed")
        actor = {"attributedTo": entry.get("actor"), "published": entry.get("published")}
        return _flat({**actor, **inside})
    if kind in _OBJECTS:
        return {
            "id": entry.get("id", ""),
            "title": _words(entry, "name") or _words(entry, "summary"),
            "content": _words(entry, "content"),
            "url": _named(entry.get("url"), "href") or entry.get("id", ""),
            "source": _named(entry.get("generator"), "name") or _named(entry.get("attributedTo"), "name"),
            "author": _named(entry.get("attributedTo"), "name"),
            "published_at": entry.get("published") or "",
            "likes": _total(entry, "likes"),
            "shares": _total(entry, "shares"),
            "comments": _total(entry, "replies"),
        }
    if isinstance(kind, str) and "@context" in entry:
        raise SocialError(f"type: {shown(kind)}; taken are {', '.join((*_OBJECTS, *_ACTIVITIES))}")
    return entry


def _words(entry: Mapping[str, object], key: str) -> str:
    """A natural language value; of a map the Vietnamese one first."""
    value = entry.get(key)
    if isinstance(value, str):
        return value
    by_language = entry.get(f"{key}Map")
    if not isinstance(by_language, dict) or not by_language:
        return ""
    return str(by_language.get("vi") or next(iter(by_language.values())))


def _named(value: object, key: str) -> str:
    """What an ActivityStreams link or object is called: it may be the bare text, the object, or a list of both."""
    if isinstance(value, list):
        return next((found for one in value if (found := _named(one, key))), "")
    if isinstance(value, dict):
        return str(value.get(key) or value.get("preferredUsername") or value.get("href") or value.get("id") or "")
    return value if isinstance(value, str) else ""


def _total(entry: Mapping[str, object], key: str) -> object:
    value = entry.get(key)
    return value.get("totalItems") if isinstance(value, dict) else None


def _item(data: Mapping[str, object], line: int, received_ms: int) -> NewsItem:
    """Raises: ValidationError, SocialError."""
    entry = _Entry.model_validate({key: value for key, value in data.items() if value is not None})
    title, text = title_of(entry.title), text_of(entry.content)
    if not title and not text:
        raise SocialError("neither title nor content")
    item_id = plain(entry.id, 500)
    if not item_id:
        raise SocialError("id: it says nothing")
    return NewsItem(
        line=line,
        item_id=item_id,
        title=title or plain(text, 120),
        text=text,
        outlet=plain(entry.source, OUTLET_MOST),
        url=web_address(entry.url),
        published_ms=_published_ms(entry.published_at, received_ms),
        author=plain(entry.author, OUTLET_MOST),
        sentiment=_tone(entry.sentiment),
        engagement=Engagement(likes=entry.likes, shares=entry.shares, comments=entry.comments, views=entry.views),
        pictures=_pictures(entry.pictures),
    )


def _published_ms(written: str, received_ms: int) -> int:
    """Raises: SocialError."""
    if not written:
        return received_ms
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise SocialError(f"published_at: {shown(written)}; right is 2026-11-23T09:30:00+07:00") from None
    if at.tzinfo is None:
        raise SocialError(f"published_at: {shown(written)} names no zone; right is 2026-11-23T09:30:00+07:00")
    return min(max(0, round(at.timestamp() * 1000)), received_ms)


def _tone(written: str) -> Sentiment:
    """Raises: SocialError."""
    clean = plain(written, 40).casefold()
    if not clean:
        return ""
    tone = _TONES.get(clean)
    if tone is None:
        raise SocialError(f"sentiment: {shown(written)}; right is positive, neutral or negative")
    return tone


def _pictures(entries: Sequence[_PictureEntry]) -> tuple[PictureGiven, ...]:
    """Raises: SocialError."""
    found: list[PictureGiven] = []
    for number, entry in enumerate(entries, 1):
        try:
            body = base64.b64decode(entry.data, validate=True)
        except (binascii.Error, ValueError):
            raise SocialError(f"pictures: number {number} is no base64") from None
        if len(body) > MAX_PICTURE_BYTES:
            raise SocialError(f"pictures: number {number} has {len(body)} bytes; at most {MAX_PICTURE_BYTES}")
        media_type = media_type_of(body)
        if media_type is None:
            raise SocialError(f"pictures: number {number} is no JPEG, PNG, WebP or GIF")
        found.append(PictureGiven(media_type, body))
    return tuple(found)


def _why(error: ValidationError | SocialError) -> str:
    if isinstance(error, SocialError):
        return str(error)
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return plain(f"{place}: {first['msg']}", 200)
