"""Media on the disk by what they are: `media/ab/abcdef….jpg` with its thumbnail beside it, on the disk before told."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.services.media.kinds import HEAD_BYTES, kind_of
from backend.services.media.messages import FILM_FILES, MEGA, PICTURE_FILE, THUMBNAIL_FILE, Made, MediaError

ENDINGS: Final = {"image/jpeg": ".jpg", "video/mp4": ".mp4", "video/webm": ".webm"}
THUMBNAIL_ENDING: Final = ".thumb.jpg"
WORK_FOLDER: Final = "work"
THUMBNAIL_MOST: Final = MEGA
FREE_MOST_S: Final = 3600.0
"""So long a medium may lie here before an event names it."""

DIGEST: Final = r"^[0-9a-f]{64}$"
_DIGEST: Final = re.compile(DIGEST)
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A medium's file and what it is."""

    path: Path
    mime: str


class MediaStore:
    """Blocking; may be used by several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._changing = threading.Lock()

    def prepare(self) -> None:
        """Leftovers of work that an earlier run did not end are gone. Raises: OSError."""
        work = self.folder / WORK_FOLDER
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True, exist_ok=True, mode=0o700)

    def work_folder(self, name: str) -> Path:
        """Raises: OSError."""
        made = self.folder / WORK_FOLDER / name
        made.mkdir(parents=True, mode=0o700)
        return made

    def keep(self, work: Path, made: Made, most_bytes: int) -> tuple[str, int]:
        """(digest, bytes) of what the child made, durable when it returns. The child is believed nothing.

        Raises:
            MediaError: it is not what it was said to be.
            OSError: it cannot be stored.
        """
        name = PICTURE_FILE if made.kind == "image" else FILM_FILES.get(made.mime, "")
        medium, thumbnail = work / name, work / THUMBNAIL_FILE
        _check(medium, made.mime, most_bytes)
        _check(thumbnail, "image/jpeg", THUMBNAIL_MOST)
        digest, size = measured(medium)
        target = self._path(digest, ENDINGS[made.mime])
        with self._changing:
            target.parent.mkdir(mode=0o700, exist_ok=True)
            for file, final in ((thumbnail, self._path(digest, THUMBNAIL_ENDING)), (medium, target)):
                flush(file)
                os.utime(file)  # kept again, it is young again
                file.replace(final)
            flush_folder(target.parent)
            flush_folder(self.folder)
        return digest, size

    def find(self, digest: str) -> Kept | None:
        """None = there is none (any more)."""
        if _DIGEST.match(digest):
            for mime, ending in ENDINGS.items():
                path = self._path(digest, ending)
                if path.is_file():
                    return Kept(path, mime)
        return None

    def find_thumbnail(self, digest: str) -> Kept | None:
        path = self._path(digest, THUMBNAIL_ENDING) if _DIGEST.match(digest) else None
        return Kept(path, "image/jpeg") if path is not None and path.is_file() else None

    def aged(self, now_s: Callable[[], float] = time.time) -> frozenset[str]:
        """Digests that lie here longer than `FREE_MOST_S`: an event names them, or nobody does."""
        before_s = now_s() - FREE_MOST_S
        return frozenset(digest for digest, path in self._files() if _age_s(path, before_s))

    def drop(self, digests: Collection[str], now_s: Callable[[], float] = time.time) -> int:
        """Remove what nobody names; what became young meanwhile stays. Returns the number of media."""
        before_s = now_s() - FREE_MOST_S
        dropped = set()
        for digest, path in self._files():
            with self._changing:
                if digest in digests and _age_s(path, before_s):
                    path.unlink(missing_ok=True)
                    dropped.add(digest)
        return len(dropped)

    def _files(self) -> Iterator[tuple[str, Path]]:
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            digest = path.name.partition(".")[0]
            if _DIGEST.match(digest):
                yield digest, path

    def _path(self, digest: str, ending: str) -> Path:
        return self.folder / digest[:2] / f"{digest}{ending}"


def _check(path: Path, mime: str, most_bytes: int) -> None:
    try:
        with path.open("rb") as file:
            kind = kind_of(file.read(HEAD_BYTES))
            size = os.fstat(file.fileno()).st_size
    except (OSError, MediaError):
        kind, size = None, 0
    right = {"image/jpeg": "JPEG", "video/mp4": "mp4", "video/webm": "webm"}.get(mime)
    if kind is None or kind != right or not 0 < size <= most_bytes:
        raise MediaError("content: nothing that can be shown could be made of it; send another picture or video")


def measured(path: Path) -> tuple[str, int]:
    """(SHA-256, bytes). Raises: OSError."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def _age_s(path: Path, before_s: float) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_mtime < before_s
    return False


def flush(path: Path) -> None:
    """Its content is durable. Raises: OSError."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def flush_folder(path: Path) -> None:
    """Names are durable, too; Windows does it by itself."""
    if os.name != "posix":
        return
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
