"""Recordings on this machine's disk while they are looked at: a folder of its own, bounded, gone afterwards."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QLockFile

from console.video.orders import RecordedFile

CACHE_BYTES: Final = 1 << 30
FOLDERS_MOST: Final = 64
NAME: Final = "desk-{number}"
LOCK: Final = "in-use.lock"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is there."""

    file: RecordedFile
    camera_id: str
    bytes: int


class RecordingCache:
    """Files by their recording, the longest unused going first. GUI thread; the disk is touched on a thread of its own.

    Two desks may share `folder`: each takes a folder inside that nobody has locked, and clears away what desks that
    died left behind.

    Args:
        most_bytes: whole files and pieces together stay below this, but for what is wanted just now.
    """

    def __init__(self, folder: Path, most_bytes: int = CACHE_BYTES) -> None:
        self.most_bytes = most_bytes
        self.used_bytes = 0
        self._top = folder
        self._own: Path | None = None
        self._lock: QLockFile | None = None
        self._files: OrderedDict[RecordedFile, Stored] = OrderedDict()
        self._number = 0
        self._ready = threading.Event()
        self._disk = ThreadPoolExecutor(1, "recording-cache")

    def start(self) -> None:
        """Begins to clear up; `ready` follows."""
        self._disk.submit(self._take_folder)

    @property
    def ready(self) -> bool:
        """There is a folder to download into."""
        return self._ready.is_set()

    def stop(self) -> None:
        """Everything goes; returns at once."""
        self._files.clear()
        self.used_bytes = 0
        self._ready.clear()
        self._disk.submit(self._give_folder)
        self._disk.shutdown(wait=False)

    def join(self) -> None:
        """Waits until the folder is gone."""
        self._disk.shutdown(wait=True)

    def new_path(self) -> Path:
        """Where the next file may be written; only when `ready`."""
        assert self._own is not None
        self._number += 1
        return self._own / f"{self._number}.mp4"

    def add(self, stored: Stored) -> None:
        self._files[stored.file] = stored
        self.used_bytes += stored.bytes

    def touch(self, file: RecordedFile) -> None:
        """It is being used."""
        self._files.move_to_end(file)

    def remove(self, file: RecordedFile) -> None:
        stored = self._files.pop(file, None)
        if stored is not None:
            self.used_bytes -= stored.bytes
            self.discard(Path(stored.file.path))

    def discard(self, path: Path) -> None:
        """A file that is not needed."""
        try:
            self._disk.submit(_unlink, path)
        except RuntimeError:
            _unlink(path)  # it came when everything else was over

    def shrink(self, wanted: Set[RecordedFile]) -> list[Stored]:
        """Removes the longest unused until the bound is kept; what is wanted stays. Returns what went."""
        gone = []
        for file in list(self._files):
            if self.used_bytes <= self.most_bytes:
                break
            if file not in wanted:
                gone.append(self._files[file])
                self.remove(file)
        return gone

    # -- the cache's thread --

    def _take_folder(self) -> None:
        for number in range(FOLDERS_MOST):
            folder = self._top / NAME.format(number=number)
            if self._own is not None and not folder.exists():
                continue
            folder.mkdir(parents=True, exist_ok=True)
            lock = QLockFile(str(folder / LOCK))
            lock.setStaleLockTime(0)
            if not lock.tryLock(0):
                continue
            for left in folder.iterdir():
                if left.name != LOCK:
                    _unlink(left)
            if self._own is None:
                self._own, self._lock = folder, lock
            else:
                lock.unlock()
                _remove_folder(folder)
        if self._own is not None:
            self._ready.set()

    def _give_folder(self) -> None:
        if self._own is None or self._lock is None:
            return
        for left in self._own.iterdir():
            if left.name != LOCK:
                _unlink(left)
        self._lock.unlock()
        _remove_folder(self._own)
        self._own = None


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # in use on this system: the next start clears it away


def _remove_folder(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return  # something is still in it
