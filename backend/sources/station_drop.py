"""A watched folder of station files, one producer each.

Polled, not notified: it works on every file system and share. A file is taken when its size and time stood still for
a while (uploads write slowly) and then moved to `done/`, or to `refused/` when nothing of it could be used.
"""

from __future__ import annotations

import asyncio
import os
import re
import stat
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.contracts.doors import IngestAnswer
from backend.sources.spec import SourceContext, SourceSpec
from backend.sources.station_file import MAX_FILE_BYTES
from backend.sources.text import shown
from config.source_model import DropFolderSource

DONE_FOLDER: Final = "done"
REFUSED_FOLDER: Final = "refused"
MAX_KEPT: Final = {DONE_FOLDER: 10_000, REFUSED_FOLDER: 2_000}
PRUNE_EVERY: Final = 500
RETRY_UNREADABLE_S: Final = 60.0
_UNFINISHED: Final = (".part", ".tmp", ".filepart", ".crdownload", "~")

Take = Callable[[str, bytes], Awaitable[IngestAnswer]]


@dataclass(frozen=True, slots=True)
class _Seen:
    size_bytes: int
    modified_ns: int
    since_s: float


class DropFolder:
    """One folder. `look` is called again and again; between calls it only remembers what it saw."""

    def __init__(
        self,
        folder: Path,
        file_name_pattern: str,
        stable_after_s: float,
        take: Take,
        fault: Callable[[str], None],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._pattern = re.compile(file_name_pattern)
        self._stable_after_s = stable_after_s
        self._take = take
        self._fault = fault
        self._monotonic_s = monotonic_s
        self._seen: dict[str, _Seen] = {}
        self._unreadable: dict[str, float] = {}
        self._moved = 0

    async def look(self) -> int:
        """Take every file that stands still, oldest first; how many. What `take` raises leaves its file in place."""
        names = await asyncio.to_thread(self._stable_names)
        for name in names:
            await self._process(name)
        return len(names)

    async def _process(self, name: str) -> None:
        try:
            body = await asyncio.to_thread(_read, self._folder / name)
        except OSError as error:
            self._put_off(name, error)
            return
        answer = await self._take(name, body)
        target = DONE_FOLDER if answer.accepted or answer.duplicates else REFUSED_FOLDER
        try:
            await asyncio.to_thread(self._move, name, target)
        except OSError as error:
            self._put_off(name, error)

    def _put_off(self, name: str, error: OSError) -> None:
        self._unreadable[name] = self._monotonic_s() + RETRY_UNREADABLE_S
        self._fault(f"file {shown(name)} cannot be read or moved: {error.strerror or type(error).__name__}")

    def _stable_names(self) -> list[str]:
        self._folder.mkdir(parents=True, exist_ok=True)
        now_s = self._monotonic_s()
        self._unreadable = {name: until for name, until in self._unreadable.items() if until > now_s}
        seen: dict[str, _Seen] = {}
        ready: list[tuple[str, str]] = []
        for path in self._folder.iterdir():
            info = _regular(path)
            if info is None or unfinished(path.name):
                continue
            before = self._seen.get(path.name)
            same = before is not None and (before.size_bytes, before.modified_ns) == (info.st_size, info.st_mtime_ns)
            since_s = before.since_s if before is not None and same else now_s
            seen[path.name] = _Seen(info.st_size, info.st_mtime_ns, since_s)
            if now_s - since_s >= self._stable_after_s and path.name not in self._unreadable:
                ready.append((self._order(path.name, info.st_mtime), path.name))
        self._seen = seen
        return [name for _, name in sorted(ready)]

    def _order(self, name: str, modified_s: float) -> str:
        """The time in the name where there is one: after an outage the files' own times are all alike."""
        match = self._pattern.fullmatch(name)
        at = match.groupdict().get("at") if match is not None else None
        return at or time.strftime("%Y%m%d%H%M%S", time.localtime(modified_s))

    def _move(self, name: str, target: str) -> None:
        folder = self._folder / target
        folder.mkdir(exist_ok=True)
        destination = folder / name
        number = 1
        while destination.exists():
            number += 1
            destination = folder / f"{Path(name).stem}~{number}{Path(name).suffix}"
        (self._folder / name).rename(destination)
        self._moved += 1
        if self._moved % PRUNE_EVERY == 0:
            for kept, count in MAX_KEPT.items():
                _prune(self._folder / kept, count)


async def run(config: DropFolderSource, context: SourceContext) -> None:
    """Watch the folder until cancelled; passes on what ingest raises, the files stay."""

    async def take(name: str, body: bytes) -> IngestAnswer:
        return await context.ingest.station_file(config.producer_id, name, body)

    folder = DropFolder(
        context.data_dir / config.folder,
        config.file_name_pattern,
        config.stable_after_s,
        take,
        lambda text: context.fault(config.producer_id, text),
    )
    while True:
        await folder.look()
        await asyncio.sleep(max(0.05, min(config.stable_after_s / 2, 1.0)))


def unfinished(name: str) -> bool:
    """A name that its sender will change when the file is whole."""
    return name.startswith(".") or name.casefold().endswith(_UNFINISHED)


def _regular(path: Path) -> os.stat_result | None:
    try:
        info = path.lstat()
    except OSError:
        return None  # gone between listing and looking
    # A link could point at any file of the machine, a pipe would never end.
    return info if stat.S_ISREG(info.st_mode) else None


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_FILE_BYTES + 1)


def _prune(folder: Path, count: int) -> None:
    if not folder.is_dir():
        return
    files = sorted((path.stat().st_mtime, path) for path in folder.iterdir() if path.is_file())
    for _, path in files[: max(0, len(files) - count)]:
        path.unlink(missing_ok=True)


SPEC = SourceSpec(key="station_drop", config=DropFolderSource, run=run)
