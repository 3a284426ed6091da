"""Record of the files that are finished, so that a killed export goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.services.evidence.case import PACKAGE_FOLDER

JOURNAL_FILE: Final = "journal.jsonl"
_PARTS: Final = "parts"
CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file of the package: `path` relative to it, with forward slashes; `sha256` in hexadecimal."""

    path: str
    bytes: int
    sha256: str


def sha256_of(path: Path, stopping: Callable[[], None] = lambda: None) -> str:
    """Raises: OSError; and whatever `stopping` raises, which is asked at every chunk."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            stopping()
            digest.update(chunk)
    return digest.hexdigest()


class Journal:
    """Of one work folder; one process at a time.

    A file gets its name in the package only when it is whole and on the disk, and is recorded after that. What is not
    recorded, or is not what was recorded, is made again.
    """

    def __init__(self, work: Path, stopping: Callable[[], None] = lambda: None, hashes: bool = True) -> None:
        """Check every finished file against what was recorded of it. Raises: OSError.

        Args:
            stopping: asked at every megabyte; what it raises ends the check.
            hashes: False = sizes only.
        """
        self.package = work / PACKAGE_FOLDER
        self._parts = work / _PARTS
        self._file = work / JOURNAL_FILE
        self.package.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self._parts, ignore_errors=True)
        self._parts.mkdir()
        self._made: dict[str, Made] = {}
        self._drafts = 0
        for made in {one.path: one for one in _recorded(self._file)}.values():
            path = self.package / made.path
            is_there = path.is_file() and path.stat().st_size == made.bytes
            if is_there and (not hashes or sha256_of(path, stopping) == made.sha256):
                self._made[made.path] = made
        for path in self.package.rglob("*"):
            if path.is_file() and path.relative_to(self.package).as_posix() not in self._made:
                path.unlink()

    def has(self, path: str) -> bool:
        return path in self._made

    @property
    def made(self) -> tuple[Made, ...]:
        """By path."""
        return tuple(self._made[path] for path in sorted(self._made))

    @property
    def by_path(self) -> dict[str, Made]:
        return dict(self._made)

    @property
    def size_bytes(self) -> int:
        return sum(made.bytes for made in self._made.values())

    @contextmanager
    def making(self, path: str) -> Iterator[Path]:
        """A place to write the file to; it becomes `path` of the package when the block ends well.

        Raises:
            OSError: it cannot be stored.
        """
        self._drafts += 1
        draft = self._parts / f"{self._drafts}{Path(path).suffix}"
        try:
            yield draft
            self._finish(path, draft)
        finally:
            draft.unlink(missing_ok=True)

    def write(self, path: str, content: bytes) -> None:
        """Raises: OSError."""
        with self.making(path) as draft:
            draft.write_bytes(content)

    def _finish(self, path: str, draft: Path) -> None:
        digest = hashlib.sha256()
        size = 0
        with draft.open("rb+") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
            os.fsync(file.fileno())
        place = self.package / path
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.replace(place)
        made = Made(path, size, digest.hexdigest())
        line = json.dumps({"path": made.path, "bytes": made.bytes, "sha256": made.sha256}, ensure_ascii=False)
        with self._file.open("a", encoding="utf-8", newline="\n") as journal:
            journal.write(line + "\n")
            journal.flush()
            os.fsync(journal.fileno())
        self._made[path] = made


def _recorded(file: Path) -> Iterator[Made]:
    """Lines that can be read: the last one of a killed export may be half."""
    if not file.is_file():
        return
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            one = json.loads(line)
            yield Made(str(one["path"]), int(one["bytes"]), str(one["sha256"]))
        except (ValueError, KeyError, TypeError):
            continue
