"""Days, sizes and free space kept: what must go is found a page at a time and deleted, evidence never."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from backend.contracts.state import RoomState
from backend.services.recorder.retention import GB, Protected, doomed, protected
from backend.storage.errors import StorageError
from backend.storage.segments import SegmentRow, SegmentsStore
from config.camera_model import RecordingConfig, Volume

_log = logging.getLogger(__name__)

PAGE: Final = 500


class Keeping:
    """Event-loop thread only."""

    def __init__(
        self,
        config: RecordingConfig,
        store: SegmentsStore,
        state: Callable[[], RoomState],
        now_ms: Callable[[], int],
    ) -> None:
        self._config = config
        self._store = store
        self._state = state
        self._now_ms = now_ms
        self._room_for: dict[str, int] = {}
        self.faults: dict[str, str] = {}

    def make_room(self, volume: str, wanted_bytes: int) -> None:
        """The volume is full, whatever it says of itself: the next `clean` gives up so much."""
        self._room_for[volume] = max(self._room_for.get(volume, 0), wanted_bytes)

    async def clean(self) -> None:
        """Delete what may and must go; trouble with one volume is told and does not stop another."""
        kept = protected(self._state())
        for volume in self._config.volumes:
            try:
                await self._clean(volume, kept)
            except (StorageError, OSError) as error:
                self.faults[volume.name] = "không dọn được chỗ ghi hình"
                _log.warning("recordings of %s cannot be cleaned: %s", volume.name, error)

    async def _clean(self, volume: Volume, kept: Sequence[Protected]) -> None:
        for rule in self._config.classes:
            if rule.days > 0 or rule.max_gb > 0:
                await self._remove(volume.name, kept, rule.name, 0)
        free_bytes = await asyncio.to_thread(free_bytes_of, self._store.volumes[volume.name])
        wanted_bytes = max(0, round(volume.floor_free_gb * GB) - free_bytes, self._room_for.pop(volume.name, 0))
        freed_bytes = await self._remove(volume.name, kept, None, wanted_bytes) if wanted_bytes else 0
        short = wanted_bytes > freed_bytes
        self.faults[volume.name] = "đĩa gần đầy, không còn đoạn ghi nào được phép xóa" if short else ""

    async def _remove(
        self, volume: str, kept: Sequence[Protected], retention_class: str | None, wanted_bytes: int
    ) -> int:
        """Bytes freed. With a class: what its days and size say; without: the oldest, until so much is free."""
        spans = [one.span for one in kept]
        rules = [one for one in self._config.classes if one.name == retention_class]
        freed, after = 0, None
        while True:
            page = await self._store.oldest(volume, PAGE, retention_class=retention_class, without=spans, after=after)
            used_bytes = {rule.name: await self._used_by(volume, rule.name) for rule in rules}
            gone = doomed(page, rules, kept, self._now_ms(), max(0, wanted_bytes - freed), used_bytes)
            freed += await self._delete(volume, gone)
            if len(gone) < len(page) or not page:
                return freed
            after = page[-1]

    async def _used_by(self, volume: str, retention_class: str) -> int:
        used = await self._store.used()
        return sum(size for key, size in used.items() if key[:2] == (volume, retention_class))

    async def _delete(self, volume: str, rows: Sequence[SegmentRow]) -> int:
        if not rows:
            return 0
        gone = await asyncio.to_thread(_unlink, self._store.volumes[volume], rows)
        await self._store.delete([row.segment_id for row in gone])
        return sum(row.bytes for row in gone)


def free_bytes_of(folder: Path) -> int:
    """Raises: OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free


def _unlink(folder: Path, rows: Sequence[SegmentRow]) -> list[SegmentRow]:
    """Which of them are gone: one that cannot be deleted (somebody reads it, on Windows) stays in the index."""
    gone = []
    for row in rows:
        file = folder / row.path
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("%s cannot be deleted: %s", row.path, error.strerror)
            continue
        gone.append(row)
        # Empty hours and days go with their last file.
        for empty in (file.parent, file.parent.parent):
            try:
                empty.rmdir()
            except OSError:
                break
    return gone
