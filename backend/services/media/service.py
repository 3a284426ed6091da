"""Takes media in: written aside, looked at by the child, kept by content. Nothing of a refused one stays."""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter, ValidationError

from backend.contracts.reports import Medium
from backend.services.confined.workshop import Trade, Workshop
from backend.services.media.kinds import HEAD_BYTES, kind_of
from backend.services.media.messages import Job, Made, MediaError, MediaLimits
from backend.services.media.store import MediaStore
from backend.storage.errors import StorageError

_log = logging.getLogger(__name__)

Stage = Literal["report", "before", "after"]
Named = Callable[[frozenset[str]], Awaitable[frozenset[str]]]
"""Which of these digests an event names. Raises: StorageError."""

FOLDER: Final = "media"
COLLECT_S: Final = 3600.0
RETRY_S: Final = 60.0
PIECE: Final = 1 << 18
CHILDREN: Final = 2


class MediaService:
    """Event-loop thread only. `run` is an endless job for the supervisor.

    Attributes:
        store: its files; blocking.
    """

    def __init__(self, data_dir: Path, named: Named, utc_offset_min: int, limits: MediaLimits | None = None) -> None:
        self.limits = limits or MediaLimits()
        self.store = MediaStore(data_dir / FOLDER)
        self._named = named
        self._utc_offset_min = utc_offset_min
        self.workshop = Workshop(_trade(self.limits), CHILDREN)

    async def take(self, data: AsyncIterator[bytes] | Path, stage: Stage) -> Medium:
        """A medium, durable when it returns; who named it in no event within an hour loses it.

        Args:
            data: its bytes as they come, or a file that stays the caller's.

        Raises:
            MediaError: it is not taken; nothing of it is left.
            StorageError: it cannot be stored.
        """
        medium_id = secrets.token_hex(8)
        try:
            work = await asyncio.to_thread(self.store.work_folder, medium_id)
            try:
                source = await self._source(data, work)
                made = await self.workshop.make(asdict(Job(str(source), str(work), self._utc_offset_min)))
                if made.refused:
                    raise MediaError(made.refused)
                digest, size = await asyncio.to_thread(self.store.keep, work, made, self._most(made))
            finally:
                # Also when it is cancelled: a thread ends what it began.
                await asyncio.shield(asyncio.to_thread(shutil.rmtree, work, True))
        except OSError as error:
            raise StorageError(f"the medium cannot be kept: {error.strerror or error}") from error
        return _medium(medium_id, made, digest, size, stage)

    async def collect(self) -> int:
        """Remove what no event names; how many. Raises: StorageError, OSError."""
        aged = await asyncio.to_thread(self.store.aged)
        free = aged - await self._named(aged) if aged else aged
        return await asyncio.to_thread(self.store.drop, free) if free else 0

    async def run(self) -> None:
        """One child is kept warm; what no event names is removed now and every hour."""
        await asyncio.to_thread(self.store.prepare)
        try:
            await self.workshop.warm()
            while True:
                pause_s = COLLECT_S
                try:
                    count = await self.collect()
                except (StorageError, OSError) as error:
                    _log.warning("media that nobody names are not collected: %s", error)
                    pause_s = RETRY_S
                else:
                    if count:
                        _log.info("%d media that no report names are removed", count)
                await asyncio.sleep(pause_s)
        finally:
            await self.workshop.close()

    async def _source(self, data: AsyncIterator[bytes] | Path, work: Path) -> Path:
        """Raises: MediaError, OSError."""
        if isinstance(data, Path):
            return data
        path = work / "source"
        file = await asyncio.to_thread(path.open, "wb")
        try:
            size, most = 0, math.inf
            async for piece in data:
                if size == 0 and piece:
                    is_film = len(piece) >= 12 and kind_of(piece[:HEAD_BYTES]) in ("mp4", "webm")
                    most = self.limits.film_bytes if is_film else self.limits.picture_bytes
                size += len(piece)
                if size > most:
                    raise MediaError(f"size: the file has more than {most} bytes; right is at most that for its kind")
                await asyncio.to_thread(file.write, piece)
        finally:
            await asyncio.to_thread(file.close)
        return path

    def _most(self, made: Made) -> int:
        # Decoded and encoded again, a well packed picture may grow.
        return 2 * (self.limits.film_bytes if made.kind == "video" else self.limits.picture_bytes)


def _trade(limits: MediaLimits) -> Trade[Made]:
    return Trade(
        "backend.services.media.child",
        asdict(limits),
        limits.wall_s,
        TypeAdapter(Made),
        MediaError,
        f"content: it took longer than {limits.wall_s:g} s to look at; send a smaller one",
        "content: looking at it took more than a picture or video may; send another one",
    )


def _medium(medium_id: str, made: Made, digest: str, size: int, stage: Stage) -> Medium:
    """Raises: MediaError: the child said what cannot be."""
    try:
        return Medium(
            medium_id=medium_id,
            kind="video" if made.kind == "video" else "image",
            mime=made.mime,
            digest=digest,
            bytes=size,
            stage=stage,
            taken_ms=made.taken_ms,
            lat_deg=made.lat_deg,
            lon_deg=made.lon_deg,
        )
    except ValidationError:
        raise MediaError("content: what it says of its place and time cannot be; send another one") from None
