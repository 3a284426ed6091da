"""What must stay the same within a file: codec, picture size, parameter sets. Found in the stream's own key frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import av
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

LOOK_BYTES: Final = 4096
"""Parameter sets stand before the picture's data."""

_START: Final = b"\x00\x00\x01"
_H264: Final = frozenset({7, 8})  # ITU-T H.264 table 7-1: SPS, PPS
_H265: Final = frozenset({32, 33, 34})  # ITU-T H.265 table 7-1: VPS, SPS, PPS


@dataclass(frozen=True, slots=True)
class Shape:
    """`extradata`: parameter sets with start codes, or as the container gave them."""

    codec: str
    width_px: int
    height_px: int
    extradata: bytes


def parameter_sets(data: bytes, codec: str) -> bytes:
    """Parameter sets at the begin of a key frame, with start codes; b"" when it carries none."""
    wanted = {"h264": _H264, "hevc": _H265}.get(codec, frozenset())
    found = []
    place = data.find(_START)
    while 0 <= place < len(data) - 4:
        after = data.find(_START, place + 3)
        unit = data[place + 3 : after if after >= 0 else len(data)]
        kind = unit[0] & 0x1F if codec == "h264" else unit[0] >> 1 & 0x3F
        if kind in wanted and after >= 0:
            found.append(b"\x00" + _START + unit.rstrip(b"\x00"))
        elif kind not in wanted and kind < (6 if codec == "h264" else 32):
            break  # the picture itself
        place = after
    return b"".join(found)


def first_shape(video: VideoStream) -> Shape:
    """As the stream was announced."""
    context = video.codec_context
    return Shape(context.name, context.width, context.height, bytes(context.extradata or b""))


def shape_at(packet: Packet[VideoStream], before: Shape) -> Shape:
    """The shape from this key frame on; `before` itself when nothing changed."""
    sets = parameter_sets(bytes(memoryview(packet)[:LOOK_BYTES]), before.codec)
    if not sets or sets == before.extradata:
        return before
    known = parameter_sets(before.extradata + _START + b"\x65", before.codec) if before.extradata else b""
    if sets == known and before.width_px:
        return before
    size = _size(packet, before.codec, sets) or (before.width_px, before.height_px)
    return Shape(before.codec, *size, sets)


def _size(packet: Packet[VideoStream], codec: str, sets: bytes) -> tuple[int, int] | None:
    """Picture size, by decoding the key frame once."""
    try:
        context = av.CodecContext.create(codec, "r")
        if not isinstance(context, VideoCodecContext):
            return None
        context.thread_count = 1
        context.extradata = sets
        frames = [*context.decode(packet), *context.decode(None)]
    except (av.FFmpegError, ValueError):
        return None
    return (frames[0].width, frames[0].height) if frames else None
