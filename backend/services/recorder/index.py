"""Files that lie on the disk and are not in the index: a recorder that was killed left them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.services.recorder.fragments import BrokenFileError, read_fragments
from backend.services.recorder.segment import safe_name
from backend.storage.segments import NewSegment, SegmentsStore

_log = logging.getLogger(__name__)

BROKEN: Final = "broken"
"""Folder of a volume for files that cannot be played: a person may still want to look at them."""

NEWEST_HOURS: Final = 2
QUIET_S: Final = 60.0
PAUSE_S: Final = 0.02
_NAME: Final = re.compile(r"^(\d{1,15})-(main|sub)x*\.mp4$")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a camera is recorded to, and as what its files count."""

    camera_id: str
    volume: str
    folder: Path
    cause: str
    retention_class: str


class Leftovers:
    """Finds such files and puts them into the index; what cannot be played is moved aside."""

    def __init__(self, store: SegmentsStore) -> None:
        self._store = store

    async def newest(self, places: Iterable[Place], also: Iterable[Path] = ()) -> None:
        """Look where a recorder that died just now was writing: nothing writes there meanwhile.

        Args:
            also: files that it had open, wherever they are.

        Raises:
            StorageError: the index cannot be read or written.
        """
        folders = {file.parent for file in also}
        for place in places:
            found = await asyncio.to_thread(_hours, place)
            mine = {folder for folder in folders if folder.is_relative_to(_root(place))}
            for hour in sorted(mine | set(found[:NEWEST_HOURS])):
                await self._look_into(place, hour, busy=None)

    async def all(self, places: Iterable[Place], busy: Callable[[], set[Path]]) -> None:
        """Look everywhere, a little at a time, while it is recorded. Raises: StorageError."""
        for place in places:
            for hour in await asyncio.to_thread(_hours, place):
                await self._look_into(place, hour, busy=busy)
                await asyncio.sleep(PAUSE_S)

    async def _look_into(self, place: Place, hour: Path, busy: Callable[[], set[Path]] | None) -> None:
        files = await asyncio.to_thread(_files, hour, 0.0 if busy is None else QUIET_S)
        known = await self._store.known([file.relative_to(place.folder).as_posix() for file in files])
        new = [file for file in files if file.relative_to(place.folder).as_posix() not in known]
        if busy is not None:
            writing = busy()
            new = [file for file in new if file not in writing]
        if not new:
            return
        found = await asyncio.to_thread(lambda: [row for file in new if (row := _row(place, file)) is not None])
        await self._store.insert(found)
        if found:
            _log.info("%d recorded files of %s were not in the index and are now", len(found), place.camera_id)


def _root(place: Place) -> Path:
    return place.folder / safe_name(place.camera_id)


def _hours(place: Place) -> list[Path]:
    """The folders with a camera's files, newest first."""
    return sorted((one for one in _root(place).glob("*/*") if one.is_dir()), reverse=True)


def _files(hour: Path, quiet_s: float) -> list[Path]:
    """Recorded files that were not written to for so long."""
    before_s = time.time() - quiet_s
    found = []
    for file in sorted(hour.glob("*.mp4")):
        with contextlib.suppress(OSError):  # retention took it meanwhile
            if _NAME.match(file.name) and (not quiet_s or file.stat().st_mtime < before_s):
                found.append(file)
    return found


def _row(place: Place, file: Path) -> NewSegment | None:
    """What the index is to say of a file; None when it is put aside, or cannot be read just now."""
    named = _NAME.match(file.name)
    try:
        found = read_fragments(file)
        size = file.stat().st_size
    except OSError:
        return None
    except BrokenFileError:
        found = None
    if named is None or found is None or not found.fragments:
        _put_aside(place.folder, file)
        return None
    return NewSegment(
        camera_id=place.camera_id,
        stream=named[2],
        start_ms=int(named[1]),
        end_ms=int(named[1]) + round(found.end_s * 1000),
        volume=place.volume,
        path=file.relative_to(place.folder).as_posix(),
        bytes=size,
        frames=sum(one.frames for one in found.fragments),
        codec=found.track.codec,
        width_px=found.track.width_px,
        height_px=found.track.height_px,
        has_audio=found.has_audio,
        cause=place.cause,
        retention_class=place.retention_class,
    )


def _put_aside(folder: Path, file: Path) -> None:
    with contextlib.suppress(OSError):
        if file.stat().st_size == 0:
            file.unlink()
        else:
            aside = folder / BROKEN / file.relative_to(folder)
            aside.parent.mkdir(parents=True, exist_ok=True)
            file.replace(aside)
