"""Fragmented MP4 as it lies on disk: where its head ends and where each fragment begins (ISO/IEC 14496-12, part 8).

Only box headers are read: a file that is still being written, or was cut off, is read as far as it is whole.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

_HEADER: Final = struct.Struct(">I4s")
_LARGE: Final = struct.Struct(">Q")
_CODECS: Final = {b"avc1": "h264", b"avc3": "h264", b"hvc1": "hevc", b"hev1": "hevc"}
NOT_A_KEY: Final = 0x10000
"""A sample's flag (8.8.3.1): it needs others before it."""

MOOF_MOST: Final = 1 << 22
"""No head of a fragment is larger; what claims to be is damaged."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """Attributes:

    offset, bytes: of its moof and mdat together, in the file.
    start_s: on the file's own clock.
    is_key: a player can begin here.
    """

    offset: int
    bytes: int
    start_s: float
    duration_s: float
    frames: int
    is_key: bool


class _Times(NamedTuple):
    start_s: float
    duration_s: float
    frames: int
    is_key: bool


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """`scale`: ticks a second; `codec`: h264, hevc or the sample entry's four letters."""

    number: int
    scale: int
    codec: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Fragments:
    """Attributes: `head_bytes` of ftyp and moov together; `fragments` the whole ones; `end_s` where the last ends."""

    head_bytes: int
    track: VideoTrack
    has_audio: bool
    fragments: tuple[Fragment, ...]

    @property
    def end_s(self) -> float:
        return max((one.start_s + one.duration_s for one in self.fragments), default=0.0)

    @property
    def whole_bytes(self) -> int:
        """So much of the file can be played."""
        return self.fragments[-1].offset + self.fragments[-1].bytes if self.fragments else self.head_bytes

    def at(self, at_s: float) -> tuple[Fragment, ...]:
        """The fragment that holds an instant, else the last before it, after those that a player needs for it."""
        last = max((index for index, one in enumerate(self.fragments) if one.start_s <= at_s), default=0)
        first = max((index for index, one in enumerate(self.fragments[: last + 1]) if one.is_key), default=0)
        return self.fragments[first : last + 1]


class BrokenFileError(ValueError):
    """It is no fragmented MP4, or damaged before its first fragment."""


def read_fragments(path: Path) -> Fragments:
    """What of the file can be played.

    Raises:
        BrokenFileError: nothing of it.
        OSError: it cannot be read.
    """
    try:
        return _read(path)
    except struct.error as error:
        raise BrokenFileError(f"{path.name} is damaged: {error}") from None


def _read(path: Path) -> Fragments:
    with path.open("rb") as file:
        size = path.stat().st_size
        head_bytes, has_audio = 0, False
        track: VideoTrack | None = None
        found: list[Fragment] = []
        pending: tuple[int, _Times] | None = None
        for kind, offset, length, body in _boxes(file, 0, size):
            if kind == b"moov":
                file.seek(body)
                head = file.read(offset + length - body)
                track, has_audio = _video_track(head), _handlers(head) > 1
                head_bytes = offset + length
            elif kind == b"moof" and track is not None:
                if length > MOOF_MOST:
                    break
                file.seek(body)
                times = _times(file.read(offset + length - body), track)
                pending = None if times is None else (offset, times)
            elif kind == b"mdat" and pending is not None:
                found.append(Fragment(pending[0], offset + length - pending[0], *pending[1]))
                pending = None
    if not head_bytes or track is None:
        raise BrokenFileError(f"{path.name} has no head that can be read")
    return Fragments(head_bytes, track, has_audio, tuple(found))


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """(kind, offset, length, offset of its body) of each whole box."""
    offset = start
    while offset + 8 <= end:
        file.seek(offset)
        length, kind = _HEADER.unpack(file.read(8))
        body = offset + 8
        if length == 1 and offset + 16 <= end:
            (length,) = _LARGE.unpack(file.read(8))
            body += 8
        if length < body - offset or offset + length > end:
            return
        yield kind, offset, length, body
        offset += length


def _children(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    offset = 0
    while offset + 8 <= len(data):
        length, kind = _HEADER.unpack_from(data, offset)
        if length < 8 or offset + length > len(data):
            return
        yield kind, data[offset + 8 : offset + length]
        offset += length


def _child(data: bytes, *path: bytes) -> bytes | None:
    for wanted in path:
        found = next((body for kind, body in _children(data) if kind == wanted), None)
        if found is None:
            return None
        data = found
    return data


def _video_track(moov: bytes) -> VideoTrack | None:
    for kind, trak in _children(moov):
        if kind != b"trak":
            continue
        handler, header = _child(trak, b"mdia", b"hdlr"), _child(trak, b"mdia", b"mdhd")
        track, entries = _child(trak, b"tkhd"), _child(trak, b"mdia", b"minf", b"stbl", b"stsd")
        if handler is None or header is None or track is None or entries is None or handler[8:12] != b"vide":
            continue
        if min(len(header) - 24, len(track) - 24, len(entries) - 44) < 0:
            continue
        scale = struct.unpack_from(">I", header, 20 if header[0] == 1 else 12)[0]
        number = struct.unpack_from(">I", track, 20 if track[0] == 1 else 12)[0]
        name = entries[12:16]
        width_px, height_px = struct.unpack_from(">HH", entries, 40)
        codec = _CODECS.get(name, name.decode("latin-1"))
        return VideoTrack(number, scale, codec, width_px, height_px) if scale else None
    return None


def _handlers(moov: bytes) -> int:
    return sum(kind == b"trak" for kind, _ in _children(moov))


def _times(moof: bytes, track: VideoTrack) -> _Times | None:
    """When the video of a fragment begins and how long it is; None when it has no video."""
    for kind, traf in _children(moof):
        header = _child(traf, b"tfhd") if kind == b"traf" else None
        if header is None or struct.unpack_from(">I", header, 4)[0] != track.number:
            continue
        time_box = _child(traf, b"tfdt")
        if time_box is None:
            continue
        start = struct.unpack_from(">Q" if time_box[0] == 1 else ">I", time_box, 4)[0]
        default_ticks, default_flags = _default(header, 0x8), _default(header, 0x20)
        trun = [body for name, body in _children(traf) if name == b"trun"]
        runs = [_run(body, default_ticks) for body in trun]
        ticks, frames = sum(run[0] for run in runs), sum(run[1] for run in runs)
        is_key = bool(trun) and not _first_flags(trun[0], default_flags) & NOT_A_KEY
        return _Times(start / track.scale, ticks / track.scale, frames, is_key)
    return None


def _default(tfhd: bytes, flag: int) -> int:
    """A value of the track fragment header that may be left out; 0 then."""
    flags = int.from_bytes(tfhd[1:4], "big")
    before = (0x1, 8), (0x2, 4), (0x8, 4), (0x10, 4)
    offset = 8 + sum(width for bit, width in before if flags & bit and bit < flag)
    return int(struct.unpack_from(">I", tfhd, offset)[0]) if flags & flag and len(tfhd) >= offset + 4 else 0


def _first_flags(trun: bytes, default: int) -> int:
    """Flags of a run's first sample."""
    flags = int.from_bytes(trun[1:4], "big")
    offset = 8 + (4 if flags & 0x1 else 0)
    if flags & 0x4:
        return int(struct.unpack_from(">I", trun, offset)[0])
    if not flags & 0x400:
        return default
    offset += sum(4 for bit in (0x100, 0x200) if flags & bit)
    return int(struct.unpack_from(">I", trun, offset)[0])


def _run(trun: bytes, default: int) -> tuple[int, int]:
    """(ticks, frames) of one run of samples."""
    flags = int.from_bytes(trun[1:4], "big")
    count = int(struct.unpack_from(">I", trun, 4)[0])
    if not flags & 0x100:
        return count * default, count
    offset = 8 + (4 if flags & 0x1 else 0) + (4 if flags & 0x4 else 0)
    width = 4 * sum(bool(flags & bit) for bit in (0x100, 0x200, 0x400, 0x800))
    if offset + count * width > len(trun):
        return 0, 0
    return sum(struct.unpack_from(">I", trun, offset + index * width)[0] for index in range(count)), count
