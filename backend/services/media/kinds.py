"""What a file is by its content; its name and what its sender calls it count for nothing."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final, Literal

from backend.services.media.messages import MediaError

FileKind = Literal["JPEG", "PNG", "WEBP", "HEIF", "mp4", "webm"]
RIGHT: Final = "right is a JPEG, PNG, WebP or HEIC picture, or an MP4, MOV or WebM video"
HEAD_BYTES: Final = 4096

_BOX: Final = struct.Struct(">I4s")
_CONTAINERS: Final = frozenset((b"moov", b"trak", b"mdia", b"minf", b"dinf"))
_BOXES_MOST: Final = 20_000
_MOOV_MOST: Final = 32_000_000

_ACTIVE: Final = re.compile(rb"<!doctype|<html|<script|<svg|<\?php|<iframe|%pdf-", re.IGNORECASE)
_WRONG: Final = (
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"%PDF", "PDF"),
    (b"PK\3\4", "ZIP (Office, APK)"),
    (b"RIFF", "AVI or WAV"),
    (b"\x1f\x8b", "gzip"),
    (b"MZ", "Windows program"),
    (b"\x7fELF", "program"),
)
_HEIF: Final = frozenset((b"heic", b"heix", b"heim", b"heis", b"mif1"))
"""Brands of ISO/IEC 23008-12 that hold a picture of HEVC, as telephones write it."""

_HEIF_NOT_READ: Final = frozenset((b"hevc", b"hevx", b"msf1", b"avif", b"avis"))
"""Of the same family: pictures that move, and AVIF."""


def kind_of(head: bytes) -> FileKind:
    """By the first `HEAD_BYTES` of a file.

    Raises:
        MediaError: it is none that is taken, or two things at a time.
    """
    found = _magic(head)
    if found is None:
        raise MediaError(f"content: it is {_called(head)}; {RIGHT}")
    # A picture whose beginning is a page, too, is opened as a page by some programs.
    if found != "webm" and _ACTIVE.search(head[:1024]):
        raise MediaError(f"content: it begins as {found.upper()} and holds a web page or PDF there, too; {RIGHT}")
    return found


def _magic(head: bytes) -> FileKind | None:
    if head[:3] == b"\xff\xd8\xff":
        return "JPEG"
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[:4] == b"\x1a\x45\xdf\xa3" and b"webm" in head[:64]:
        return "webm"
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return "HEIF" if brand in _HEIF else None if brand in _HEIF_NOT_READ else "mp4"
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip"):  # QuickTime before it had brands
        return "mp4"
    return None


def _called(head: bytes) -> str:
    if not head:
        return "empty"
    if head[4:8] == b"ftyp":
        return "AVIF or a moving HEIC, not read here (on an iPhone: Settings, Camera, Formats, Most Compatible)"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "Matroska and not WebM"
    if _ACTIVE.search(head[:1024]):
        return "SVG, a web page or another text with a program in it"
    return next((name for magic, name in _WRONG if head.startswith(magic)), "none of the kinds that are taken")


def check_boxes(source: BinaryIO) -> None:
    """Refuse an MP4 or MOV whose pictures lie elsewhere, before any library follows where it points.

    Raises:
        MediaError: a data reference points outside of the file, its index is packed, or its boxes make no sense.
    """
    source.seek(0, 2)
    size = source.tell()
    seen = False
    for count, (kind, at, end) in enumerate(_boxes(source, 0, size)):
        if count > _BOXES_MOST:
            raise MediaError(f"content: the MP4 has more than {_BOXES_MOST} boxes; {RIGHT}")
        if kind == b"moov":
            if end - at > _MOOV_MOST:
                raise MediaError(f"content: the index of the MP4 (moov) is larger than {_MOOV_MOST} bytes; {RIGHT}")
            seen = True
        elif kind == b"cmov":
            raise MediaError("content: the index of the MP4 is packed (cmov); right is one that is not")
        elif kind == b"dref":
            _check_references(source, at, end)
    if not seen:
        raise MediaError("content: the MP4 has no index (moov): its end is missing; send it again, whole")


def _boxes(source: BinaryIO, at: int, end: int, depth: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """(kind, begin, end) of the content of every box, parents first. Raises: MediaError."""
    while at + _BOX.size <= end:
        source.seek(at)
        length, kind = _BOX.unpack(source.read(_BOX.size))
        begin = at + _BOX.size
        if length == 1:
            length, begin = int.from_bytes(source.read(8), "big"), begin + 8
        elif length == 0:
            length = end - at
        if at + length > end:
            raise MediaError(f"content: the MP4 ends inside of its box {_name(kind)}; send it again, whole")
        if at + length < begin:
            if depth:  # QuickTime ends lists with a zero
                return
            raise MediaError(f"content: the box {_name(kind)} of the MP4 has no possible length; {RIGHT}")
        yield kind, begin, at + length
        if kind in _CONTAINERS and depth < 8:
            yield from _boxes(source, begin, at + length, depth + 1)
        at += length


def _check_references(source: BinaryIO, at: int, end: int) -> None:
    """dref of ISO/IEC 14496-12: flag 1 of an entry = the pictures lie in this file."""
    source.seek(at + 4)
    count = int.from_bytes(source.read(4), "big")
    at += 8
    for _ in range(min(count, _BOXES_MOST)):
        source.seek(at)
        entry = source.read(12)
        if len(entry) < 12 or at + 12 > end:
            raise MediaError("content: the data references of the MP4 (dref) are cut off; send it again, whole")
        length, kind = _BOX.unpack(entry[:8])
        if not entry[11] & 1:
            raise MediaError(
                f"content: the MP4 takes its pictures from another place (dref {_name(kind)}); right is a file that "
                "holds all of its own"
            )
        at += max(12, length)


def _name(kind: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in kind).strip()
