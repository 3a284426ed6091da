"""Encodes the clips the RTSP server plays: H.264 byte stream, one closed GOP a second, the frame code burnt in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""(height, width, 3), RGB."""

LOOP_S: Final = 10
"""Length of a clip; every movement in it closes after so long."""


@dataclass(frozen=True, slots=True)
class StreamShape:
    """`rate_kbps` is the upper bound; a quiet scene needs less."""

    name: str
    width_px: int
    height_px: int
    fps: int
    crf: int
    rate_kbps: int

    @property
    def frames(self) -> int:
        return self.fps * LOOP_S


MAIN: Final = StreamShape("main", 1280, 720, 25, 24, 2500)
SUB: Final = StreamShape("sub", 640, 360, 15, 25, 700)


def as_picture(frame: av.VideoFrame) -> Picture:
    """An RGB frame's pixels (PyAV's type also covers formats of other depths)."""
    return frame.to_ndarray().astype(np.uint8, copy=False)


def burn_code(picture: Picture, index: int) -> None:
    """Draws frame `index` (0..4095) into the lower left corner: 20 cells of width/64 x height/45.

    From the left: 1 0, twelve bits of the index (highest first), four check bits
    (the xor of the index's three half bytes and 1010), 0 1. 1 is light, 0 is dark.
    """
    check = (index >> 8) ^ (index >> 4 & 15) ^ (index & 15) ^ 0b1010
    bits = f"10{index:012b}{check:04b}01"
    height, width = picture.shape[:2]
    top = height - height // 45
    for place, bit in enumerate(bits):
        picture[top:, place * width // 64 : (place + 1) * width // 64] = 225 if bit == "1" else 20


def encode(path: Path, pictures: Iterable[Picture], shape: StreamShape) -> None:
    """Writes `pictures` as one loop; the file appears whole or not at all."""
    part = path.with_suffix(".part")
    with av.open(str(part), "w", format="h264") as container:
        stream = container.add_stream("libx264", rate=shape.fps)
        stream.width, stream.height, stream.pix_fmt = shape.width_px, shape.height_px, "yuv420p"
        stream.codec_context.time_base = Fraction(1, shape.fps)
        stream.codec_context.thread_count = 1
        limits = f"vbv-maxrate={shape.rate_kbps}:vbv-bufsize={shape.rate_kbps}"
        stream.options = {
            "preset": "veryfast",
            "crf": str(shape.crf),
            "profile": "main",
            "x264-params": f"aud=1:keyint={shape.fps}:min-keyint={shape.fps}:scenecut=0:open-gop=0:bframes=0:"
            f"repeat-headers=1:sliced-threads=0:{limits}",
        }
        for index, picture in enumerate(pictures):
            burn_code(picture, index)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    part.replace(path)
