"""Suricata's EVE files followed as they grow: every file of a folder, through rotation and restarts."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.sources.cyber_note import CyberNote, CyberNoteError, eve_note
from backend.sources.spec import SourceContext, SourceSpec
from backend.sources.text import shown
from config.source_model import EveSource

DOOR: Final = "eve"
READ_BYTES: Final = 1_048_576
BEGIN_BEFORE_END_BYTES: Final = 16 * 1_048_576
"""Of a file that is seen for the first time: nobody wants a month of it raised at once."""

MAX_LINE_BYTES: Final = 262_144
MAX_FILES: Final = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """What a stretch of a file says.

    Attributes:
        records: good records, alerts or not; `faults` (line as it stands there, why) of the others.
        offset: where the next stretch begins.
    """

    notes: tuple[CyberNote, ...]
    records: int
    faults: tuple[tuple[bytes, str], ...]
    offset: int


def read_piece(path: Path, offset: int) -> Piece:
    """Whole lines from `offset` on, up to READ_BYTES of them. Blocks.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        file.seek(offset)
        body = file.read(READ_BYTES)
    end = body.rfind(b"\n") + 1
    if not end and len(body) > MAX_LINE_BYTES:
        # A line without an end is passed over: its rest is no record and says so.
        end = len(body)
    notes: list[CyberNote] = []
    faults: list[tuple[bytes, str]] = []
    records = 0
    for line in body[:end].split(b"\n"):
        if not line.strip():
            continue
        try:
            note = _note(line)
        except CyberNoteError as error:
            faults.append((line[:2_000], str(error)))
            continue
        records += 1
        if note is not None:
            notes.append(note)
    return Piece(tuple(notes), records, tuple(faults), offset + end)


def _note(line: bytes) -> CyberNote | None:
    if len(line) > MAX_LINE_BYTES:
        raise CyberNoteError(f"a line of more than {MAX_LINE_BYTES} bytes")
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise CyberNoteError("the line is no JSON") from None
    return eve_note(record)


class EveFolder:
    """One folder. Where each file was read to is kept beside it in `memory`, so that a restart goes on there."""

    def __init__(
        self,
        folder: Path,
        pattern: str,
        memory: Path,
        take: Callable[[Piece, str], Awaitable[None]],
        fault: Callable[[str], None],
    ) -> None:
        self._folder = folder
        self._pattern = pattern
        self._memory = memory
        self._take = take
        self._fault = fault
        self._offsets: dict[str, int] | None = None
        self._told: set[str] = set()

    async def look(self) -> int:
        """Read what was added; how many bytes. What `take` raises leaves the place where it was."""
        if self._offsets is None:
            self._offsets = await asyncio.to_thread(_remembered, self._memory)
        total = 0
        files = await asyncio.to_thread(self._files)
        for identity, path, size in files:
            total += await self._follow(identity, path, size, self._offsets)
        present = {identity for identity, _, _ in files}
        for gone in [identity for identity in self._offsets if identity not in present]:
            del self._offsets[gone]
        if total:
            await asyncio.to_thread(_remember, self._memory, dict(self._offsets))
        return total

    async def _follow(self, identity: str, path: Path, size: int, offsets: dict[str, int]) -> int:
        start = offsets.get(identity)
        if start is None:
            start = await asyncio.to_thread(_first_offset, path, size)
        if start > size:
            start = 0  # truncated in place: it begins anew
        begun = start
        while start < size:
            try:
                piece = await asyncio.to_thread(read_piece, path, start)
            except OSError as error:
                if path.name not in self._told:
                    self._told.add(path.name)
                    self._fault(f"file {shown(path.name)} cannot be read: {error.strerror or type(error).__name__}")
                break
            if piece.offset == start:
                break  # a line that is not whole yet
            await self._take(piece, path.name)
            start = piece.offset
            offsets[identity] = start
        offsets[identity] = start
        return abs(start - begun)

    def _files(self) -> list[tuple[str, Path, int]]:
        """(identity through a renaming, path, size), oldest first."""
        if not self._folder.is_dir():
            return []
        found: list[tuple[int, str, Path, int]] = []
        for path in self._folder.glob(self._pattern):
            try:
                info = path.lstat()
            except OSError:
                continue  # rotated away between listing and looking
            if stat.S_ISREG(info.st_mode) and path.suffix not in (".gz", ".zst", ".xz"):
                found.append((info.st_mtime_ns, f"{info.st_dev}:{info.st_ino}", path, info.st_size))
        return [(identity, path, size) for _, identity, path, size in sorted(found)[-MAX_FILES:]]


def _first_offset(path: Path, size: int) -> int:
    if size <= BEGIN_BEFORE_END_BYTES:
        return 0
    start = size - BEGIN_BEFORE_END_BYTES
    with path.open("rb") as file:
        file.seek(start)
        line_end = file.read(MAX_LINE_BYTES).find(b"\n")
    return start + line_end + 1


def _remembered(memory: Path) -> dict[str, int]:
    try:
        known = json.loads(memory.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {str(key): value for key, value in known.items() if isinstance(value, int) and value >= 0}


def _remember(memory: Path, offsets: dict[str, int]) -> None:
    fresh = memory.with_suffix(".new")
    fresh.write_text(json.dumps(offsets), encoding="ascii")
    fresh.replace(memory)


async def run(config: EveSource, context: SourceContext) -> None:
    """Follow the folder until cancelled; passes on what ingest raises, the place in the file stays."""

    async def take(piece: Piece, name: str) -> None:
        for line, reason in piece.faults:
            await context.ingest.refuse(config.producer_id, DOOR, name, line, reason)
        if piece.records:
            await context.ingest.cyber(config.producer_id, DOOR, piece.notes, piece.records)

    folder = EveFolder(
        context.data_dir / config.folder,
        config.pattern,
        context.data_dir / f"eve-{config.producer_id}.json",
        take,
        lambda text: context.fault(config.producer_id, text),
    )
    while True:
        await folder.look()
        await asyncio.sleep(config.look_every_s)


SPEC = SourceSpec(key="eve", config=EveSource, run=run)
