"""Recordings of the hotline's calls: taken from the switchboard, kept by day, removed when their time is over.

`DATA/calls/2026-11-23/abcd….wav`, named by the SHA-256 of the content; the day is the recording's own.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from backend.contracts.hotline import Call, CallRecording, HotlineRules, RecordedCall
from backend.services.confined.workshop import Workshop
from backend.services.media.messages import SOUND_FILES, Job, Made, MediaError, MediaLimits
from backend.services.media.store import flush, flush_folder, measured
from backend.storage.errors import StorageError

_log = logging.getLogger(__name__)

FOLDER: Final = "calls"
WORK: Final = "work"
DAY_MS: Final = 86_400_000
LOOK_S: Final = 3600.0
ENDINGS: Final = {mime: Path(name).suffix for mime, name in SOUND_FILES.items()}
_DAY: Final = re.compile(r"^\d{4}-\d{2}-\d{2}$")


class CallRecordings:
    """Event-loop thread only. `run` is an endless job for the supervisor.

    Args:
        workshop: whose child looks at strangers' files.
    """

    def __init__(
        self,
        data_dir: Path,
        workshop: Workshop[Made],
        limits: MediaLimits,
        rules: HotlineRules,
        now_ms: Callable[[], int],
    ) -> None:
        self._folder = data_dir / FOLDER
        self._workshop = workshop
        self._limits = limits
        self._rules = rules
        self._now_ms = now_ms
        self.naming = asyncio.Lock()
        """Held while it is decided which recording a call has."""

    async def take(self, data: AsyncIterator[bytes], started_ms: int) -> tuple[CallRecording, bool]:
        """A recording, durable when it returns, and whether its file is a new one: two calls may share one.

        Raises:
            MediaError: it is not taken; nothing of it is left.
            StorageError: it cannot be stored.
        """
        work = self._folder / WORK / secrets.token_hex(8)
        try:
            await asyncio.to_thread(lambda: work.mkdir(parents=True, mode=0o700))
            try:
                await self._write(data, work / "source")
                made = await self._workshop.make(asdict(Job(str(work / "source"), str(work), 0, sound=True)))
                if made.refused:
                    raise MediaError(made.refused)
                file = work / SOUND_FILES.get(made.mime, "")
                if made.kind != "sound" or not file.is_file():
                    raise MediaError("content: nothing that can be heard could be made of it")
                digest, size = await asyncio.to_thread(measured, file)
                recording = CallRecording.model_validate(
                    {
                        "digest": digest, "mime": made.mime, "bytes": size, "duration_ms": made.duration_ms,
                        "started_ms": started_ms, "kept_until_ms": started_ms + self._rules.recordings_days * DAY_MS,
                    }
                )  # fmt: skip
                new = await asyncio.to_thread(self._keep, file, recording)
            finally:
                await asyncio.shield(asyncio.to_thread(shutil.rmtree, work, True))
        except OSError as error:
            raise StorageError(f"the recording cannot be kept: {error.strerror or error}") from error
        return recording, new

    async def drop(self, recording: CallRecording) -> None:
        """A new one that no event names."""
        await asyncio.to_thread(self.path(recording).unlink, True)

    def path(self, recording: CallRecording) -> Path:
        """Where it lies, or lay."""
        day = datetime.fromtimestamp(recording.started_ms / 1000, UTC)
        return self._folder / f"{day:%Y-%m-%d}" / f"{recording.digest}{ENDINGS[recording.mime]}"

    async def kept(self, calls: Sequence[Call]) -> tuple[RecordedCall, ...]:
        """Those of `calls` that can be listened to still, without their numbers."""
        return await asyncio.to_thread(lambda: tuple(one for call in calls if (one := self._heard(call)) is not None))

    def _heard(self, call: Call) -> RecordedCall | None:
        if call.recording is None or not self.path(call.recording).is_file():
            return None
        told = {name: getattr(call, name) for name in RecordedCall.model_fields}
        return RecordedCall.model_validate(told)

    async def run(self) -> None:
        """What is kept no longer is removed now and every hour."""
        while True:
            try:
                count = await asyncio.to_thread(self.purge)
            except OSError as error:
                _log.warning("recordings of calls are not removed: %s", error)
            else:
                if count:
                    _log.info("recordings of calls of %d days are removed: their time is over", count)
            await asyncio.sleep(LOOK_S)

    def purge(self) -> int:
        """Blocking. How many days were removed whole. Raises: OSError."""
        if not self._folder.is_dir():
            return 0
        first = datetime.fromtimestamp(self._now_ms() / 1000, UTC) - timedelta(days=self._rules.recordings_days + 1)
        old = [one for one in self._folder.iterdir() if _DAY.match(one.name) and one.name < f"{first:%Y-%m-%d}"]
        for day in old:
            shutil.rmtree(day)
        return len(old)

    async def _write(self, data: AsyncIterator[bytes], path: Path) -> None:
        """Raises: MediaError, OSError."""
        size = 0
        file = await asyncio.to_thread(path.open, "wb")
        try:
            async for piece in data:
                size += len(piece)
                if size > self._limits.sound_bytes:
                    raise MediaError(f"size: it has more than {self._limits.sound_bytes} bytes; send it in parts")
                await asyncio.to_thread(file.write, piece)
        finally:
            await asyncio.to_thread(file.close)

    def _keep(self, file: Path, recording: CallRecording) -> bool:
        """Whether it was not there yet. Raises: OSError."""
        target = self.path(recording)
        if target.is_file():
            return False
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flush(file)
        file.replace(target)
        flush_folder(target.parent)
        flush_folder(self._folder)
        return True
