"""Photos and video made for the tests: real ones, and such as somebody makes who means ill."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import av
import numpy as np
import pillow_heif
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

pillow_heif.register_heif_opener()

MAKER = "CANARY-PHONE-7"
TAKEN = "2026:11:20 08:30:00"
TAKEN_MS = 1_795_138_200_000
"""At UTC+7."""

LAT, LON = 22.25, 104.125


def picture(size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Red above, blue below."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0], size[1] // 2))
    return image


def exif(orientation: int = 1) -> Image.Exif:
    made = Image.Exif()
    made[Base.Make] = MAKER
    made[Base.Orientation] = orientation
    made[Base.Artist] = MAKER
    more = made.get_ifd(IFD.Exif)
    more[Base.DateTimeOriginal] = TAKEN
    gps = made.get_ifd(IFD.GPSInfo)
    gps[GPS.GPSLatitudeRef], gps[GPS.GPSLatitude] = "N", (22.0, 15.0, 0.0)
    gps[GPS.GPSLongitudeRef], gps[GPS.GPSLongitude] = "E", (104.0, 7.0, 30.0)
    return made


def encoded(image: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def photo(orientation: int = 1, form: str = "JPEG") -> bytes:
    """With a maker, a place and a time."""
    image, said = picture(), exif(orientation).tobytes()
    image.info["exif"] = said  # HEIF turns by a box of its own, which is written by what the picture itself says
    return encoded(image, form, exif=said)


def heif_bomb() -> bytes:
    """A small picture that says it is a hundred thousand points wide and high."""
    data = photo(form="HEIF")
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", 100_000, 100_000) + data[at + 8 :]


def film(path: Path, seconds: float = 1.0, form: str = "mp4", size: tuple[int, int] = (320, 240)) -> bytes:
    """Black at first, then moving; with a place, a time and a maker."""
    codec = "libvpx" if form == "webm" else "libx264"
    # FFmpeg writes what it does not know only where it is asked to.
    options = {} if form == "webm" else {"movflags": "use_metadata_tags"}
    with av.open(str(path), "w", format=form, options=options) as out:
        out.metadata.update(
            {"creation_time": "2026-11-20T01:30:00.000000Z", "location": "+22.2500+104.1250/", "artist": MAKER}
        )
        stream = out.add_stream(codec, rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(round(seconds * 10)):
            grey = np.zeros((size[1], size[0], 3), np.uint8)
            if number > 2:
                grey[:, : size[0] // 2] = 200
            out.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        out.mux(stream.encode())
    return path.read_bytes()


def box(kind: bytes, *content: bytes) -> bytes:
    inside = b"".join(content)
    return struct.pack(">I4s", 8 + len(inside), kind) + inside


def elsewhere(reference: bytes = b"file:///etc/passwd\0") -> bytes:
    """An MP4 that says its pictures lie in another file."""
    entry = struct.pack(">I4sI", 12 + len(reference), b"url ", 0) + reference
    dref = box(b"dref", struct.pack(">II", 0, 1), entry)
    inner = box(b"trak", box(b"mdia", box(b"minf", box(b"dinf", dref))))
    return box(b"ftyp", b"isom\0\0\2\0isom") + box(b"moov", inner) + box(b"mdat", bytes(64))


def bomb(width: int = 100_000, height: int = 100_000) -> bytes:
    """A PNG of a few bytes that says it unpacks to gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10_000))) + chunk(b"IEND", b"")
    )
