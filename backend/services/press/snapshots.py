"""What a post looked like when it came: its words, its pictures, the time and one SHA-256 over all of it.

The digest goes into the audit log, whose records are chained: what is shown later can be compared with it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from backend.contracts.press import Picture, Post
from backend.sources.news_item import NewsItem, PictureGiven

_ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}
_STAMP: Final = (1980, 1, 1, 0, 0, 0)


def snapshot_of(
    post_id: str, producer_id: str, item: NewsItem, received_ms: int
) -> tuple[str, str, tuple[Picture, ...]]:
    """Canonical JSON (keys sorted, no blanks, ASCII), its SHA-256 in hexadecimal, and the pictures it names."""
    pictures = tuple(
        Picture(digest=hashlib.sha256(one.body).hexdigest(), media_type=one.media_type, size_bytes=len(one.body))
        for one in item.pictures
    )
    given: Mapping[str, object] = {
        "post_id": post_id,
        "producer_id": producer_id,
        "producers_own_id": item.item_id,
        "title": item.title,
        "text": item.text,
        "outlet": item.outlet,
        "author": item.author,
        "url": item.url,
        "published_ms": item.published_ms,
        "received_ms": received_ms,
        "sentiment": item.sentiment,
        "engagement": item.engagement.model_dump(exclude_none=True),
        "pictures": [one.model_dump() for one in pictures],
    }
    text = json.dumps(given, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return text, hashlib.sha256(text.encode("ascii")).hexdigest(), pictures


class PictureFolder:
    """Pictures by their digest: the same one is kept once, however often it is posted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _file(self, picture: Picture) -> Path:
        return self._folder / picture.digest[:2] / f"{picture.digest}.{_ENDINGS[picture.media_type]}"

    def keep(self, pictures: Sequence[tuple[Picture, PictureGiven]]) -> None:
        """Durable when it returns. Raises: OSError."""
        for picture, given in pictures:
            path = self._file(picture)
            if path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            with part.open("wb") as file:
                file.write(given.body)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)

    def packed(self, post: Post, snapshot: str) -> bytes:
        """The snapshot as a ZIP: post.json, its pictures, and manifest.json with the SHA-256 of each.

        Raises:
            OSError: a picture cannot be read.
        """
        files = {"post.json": snapshot.encode("ascii")}
        for picture in post.pictures:
            path = self._file(picture)
            files[f"pictures/{path.name}"] = path.read_bytes()
        manifest = {
            "post_id": post.post_id,
            "digest": post.digest,
            "audited_as": {"deed": AUDITED, "about": post.post_id},
            "files": {name: hashlib.sha256(body).hexdigest() for name, body in files.items()},
        }
        files["manifest.json"] = json.dumps(manifest, indent=2, sort_keys=True).encode("ascii")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            for name, body in files.items():
                archive.writestr(zipfile.ZipInfo(name, _STAMP), body)
        return packed.getvalue()


AUDITED: Final = "press.kept"
"""Deed of the audit log: `about` is the post, its detail the digest of the snapshot."""
