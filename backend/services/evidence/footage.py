"""Recorded files of one camera put in order: which of them become one file of the package, and where each is cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from backend.services.evidence.case import SourceFile

JOIN_GAP_MS: Final = 1_000
"""Files that lie further apart are a gap: a new file of the package begins. So they do when they overlap by more."""

PART_MS: Final = 3_600_000
PART_BYTES: Final = 3_500_000_000
"""A file of the package is at most an hour and fits onto any memory stick (FAT32 holds 4 GiB)."""

HOLE_MS: Final = 1_000
"""Shorter holes are the time between two frames."""

MEDIA_ERRORS: Final = (av.FFmpegError, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Sound:
    codec: str
    rate_hz: int
    extradata: bytes


@dataclass(frozen=True, slots=True)
class Format:
    """Files of one format can be joined without transcoding."""

    stream: str
    codec: str
    width_px: int
    height_px: int
    extradata: bytes
    sound: Sound | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A recorded file, or a part of it. `from_ms`: wall clock of the first frame used; `until_ms`: of the first key
    frame that is not, None = to its end.
    """

    source: SourceFile
    from_ms: int
    until_ms: int | None

    @property
    def end_ms(self) -> int:
        return self.source.end_ms if self.until_ms is None else self.until_ms


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the package."""

    camera_id: str
    format: Format
    pieces: tuple[Piece, ...]

    @property
    def start_ms(self) -> int:
        return self.pieces[0].from_ms

    @property
    def end_ms(self) -> int:
        return self.pieces[-1].end_ms

    @property
    def bytes(self) -> int:
        """About, and never too little."""
        return sum(piece.source.bytes for piece in self.pieces)


@dataclass(slots=True)
class Footage:
    """What there is of a camera. `damaged`: recorded files that cannot be read, each with what it covered."""

    parts: list[Part] = field(default_factory=list)
    damaged: list[SourceFile] = field(default_factory=list)

    def holes(self, start_ms: int, end_ms: int) -> list[tuple[int, int]]:
        """Spans of start_ms..end_ms of which there is no picture."""
        covered = sorted((piece.from_ms, piece.end_ms) for part in self.parts for piece in part.pieces)
        holes, at_ms = [], start_ms
        for begin_ms, until_ms in [*covered, (end_ms, end_ms)]:
            if min(begin_ms, end_ms) - at_ms >= HOLE_MS:
                holes.append((at_ms, min(begin_ms, end_ms)))
            at_ms = max(at_ms, until_ms)
        return holes

    def at(self, at_ms: int) -> Piece | None:
        """The piece that holds an instant, or begins within a moment after it."""
        pieces = [piece for part in self.parts for piece in part.pieces]
        holding = (piece for piece in pieces if piece.from_ms <= at_ms < piece.end_ms)
        return next(holding, None) or next((one for one in pieces if 0 <= one.from_ms - at_ms < HOLE_MS), None)


def opened(file: str | Path) -> InputContainer:
    """A recorded file for reading; nothing it names may be loaded besides. Raises: MEDIA_ERRORS."""
    return av.open(str(file), "r", options={"protocol_whitelist": "file", "enable_drefs": "0"})


def tracks(container: InputContainer) -> tuple[VideoStream, AudioStream | None]:
    """Raises: ValueError."""
    if not container.streams.video:
        raise ValueError("no video in it")
    audio = container.streams.audio
    return container.streams.video[0], audio[0] if audio else None


def footage(
    sources: Sequence[SourceFile], start_ms: int, end_ms: int, stopping: Callable[[], None] = lambda: None
) -> Footage:
    """Put the recorded files of one camera in order so that they cover the span, cut at key frames.

    Args:
        stopping: asked before each file; what it raises ends the work.
    """
    found = Footage()
    pieces: list[Piece] = []
    last: Format | None = None
    for source in sorted(sources, key=lambda one: (one.start_ms, one.file)):
        stopping()
        try:
            made = _looked_at(source, start_ms, end_ms)
        except MEDIA_ERRORS:
            found.damaged.append(source)
            continue
        if made is None:
            continue
        piece, kind = made
        if pieces and last is not None and not (kind == last and _follows(pieces, piece)):
            found.parts.append(Part(source.camera_id, last, tuple(pieces)))
            pieces = []
        pieces.append(piece)
        last = kind
    if pieces and last is not None:
        found.parts.append(Part(pieces[0].source.camera_id, last, tuple(pieces)))
    return found


def _follows(pieces: Sequence[Piece], piece: Piece) -> bool:
    near = abs(piece.from_ms - pieces[-1].end_ms) <= JOIN_GAP_MS
    short = piece.end_ms - pieces[0].from_ms <= PART_MS
    small = sum(one.source.bytes for one in pieces) + piece.source.bytes <= PART_BYTES
    return near and short and small


def _looked_at(source: SourceFile, start_ms: int, end_ms: int) -> tuple[Piece, Format] | None:
    """None: nothing of it lies in the span. Raises: MEDIA_ERRORS."""
    if source.end_ms <= start_ms or source.start_ms > end_ms:
        return None
    whole = source.start_ms >= start_ms and source.end_ms <= end_ms
    with opened(source.file) as container:
        video, audio = tracks(container)
        kind = _format(source.stream, video, audio)
        keys = _key_times(container, video, source.start_ms, first_only=whole)
    if not keys:
        raise ValueError("no key frame in it")
    from_ms = max((key_ms for key_ms in keys if key_ms <= start_ms), default=keys[0])
    until_ms = next((key_ms for key_ms in keys if key_ms > end_ms), None)
    return (Piece(source, from_ms, until_ms), kind) if until_ms is None or until_ms > from_ms else None


def _format(stream: str, video: VideoStream, audio: AudioStream | None) -> Format:
    sound = None
    if audio is not None:
        heard = audio.codec_context
        sound = Sound(heard.name, heard.sample_rate, bytes(heard.extradata or b""))
    seen = video.codec_context
    return Format(stream, seen.name, seen.width, seen.height, bytes(seen.extradata or b""), sound)


def _key_times(container: InputContainer, video: VideoStream, start_ms: int, first_only: bool) -> list[int]:
    """Wall clock of the key frames. A file that breaks off is read as far as it goes. Raises: MEDIA_ERRORS."""
    found: list[int] = []
    try:
        for packet in container.demux(video):
            if packet.is_keyframe and packet.pts is not None:
                found.append(start_ms + round(1000 * float(packet.pts * packet.time_base)))
                if first_only:
                    break
    except MEDIA_ERRORS:
        if not found:
            raise
    return found
