"""Single pictures of recorded files, and what is painted over pictures: masks and burnt-in text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import fontpkg_be_vietnam_pro
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from backend.services.evidence.footage import MEDIA_ERRORS, Piece, opened, tracks

FONT_FOLDER: Final = Path(fontpkg_be_vietnam_pro.__file__).parent / "files"
JPEG_QUALITY: Final = 92
DARKENED: Final = 0.35
GREY: Final = 128
BLACK: Final = 16
WHITE: Final = 235
GROWN_PX: Final = 2
"""A mask covers this much more on every side: a picture's colours are stored at half its size."""

Plane = NDArray[np.uint8]
Polygon = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Painting:
    """What is painted over every picture of one camera.

    Attributes:
        masks: polygons in shares of the picture, filled black.
        lines: burnt in at the top, (wall clock, ms) -> one text a line; None = nothing is burnt in.
    """

    masks: tuple[Polygon, ...] = ()
    lines: Callable[[int], Sequence[str]] | None = None


class Painter:
    """Paints over pictures of one size."""

    def __init__(self, painting: Painting, width_px: int, height_px: int) -> None:
        self.width_px, self.height_px = width_px - width_px % 2, height_px - height_px % 2
        self._painting = painting
        self._hidden = _hidden(painting.masks, self.width_px, self.height_px)
        self._size_px = max(12, round(self.height_px / 32))
        self._font = ImageFont.truetype(str(FONT_FOLDER / "BeVietnamPro-Medium.ttf"), self._size_px)

    def painted(self, frame: VideoFrame, wall_ms: int) -> VideoFrame:
        """A new picture in yuv420p, of even width and height."""
        plain = frame.reformat(self.width_px, self.height_px, "yuv420p").to_ndarray()
        planes = plain.astype(np.uint8, copy=True)
        if self._hidden is not None:
            self._hide(planes, self._hidden)
        if self._painting.lines is not None:
            self._write(planes, self._painting.lines(wall_ms))
        return VideoFrame.from_ndarray(planes, format="yuv420p")

    def _colours(self, planes: Plane) -> Plane:
        """(2, height / 2, width / 2), the same memory."""
        return planes[self.height_px :].reshape(2, self.height_px // 2, self.width_px // 2)

    def _hide(self, planes: Plane, hidden: NDArray[np.bool_]) -> None:
        planes[: self.height_px][hidden] = BLACK
        blocks = hidden.reshape(self.height_px // 2, 2, self.width_px // 2, 2).any(axis=(1, 3))
        self._colours(planes)[:, blocks] = GREY

    def _write(self, planes: Plane, lines: Sequence[str]) -> None:
        line_px = round(self._size_px * 1.35)
        strip_px = min(self.height_px, (line_px * len(lines) + self._size_px // 2) // 2 * 2)
        image = Image.new("L", (self.width_px, strip_px))
        draw = ImageDraw.Draw(image)
        for number, line in enumerate(lines):
            draw.text((self._size_px // 2, number * line_px), self._fitting(draw, line), fill=255, font=self._font)
        letters = np.asarray(image, dtype=np.float32) / 255
        luma = planes[:strip_px]
        luma[:] = (luma * DARKENED * (1 - letters) + WHITE * letters).astype(np.uint8)
        colours = self._colours(planes)[:, : strip_px // 2]
        colours[:] = (GREY + (colours.astype(np.float32) - GREY) * DARKENED).astype(np.uint8)

    def _fitting(self, draw: ImageDraw.ImageDraw, line: str) -> str:
        room_px = self.width_px - self._size_px
        while len(line) > 1 and draw.textlength(line, font=self._font) > room_px:
            line = line[: -max(2, len(line) // 20)] + "…"
        return line


def _hidden(masks: Iterable[Polygon], width_px: int, height_px: int) -> NDArray[np.bool_] | None:
    """Which pixels are painted over."""
    polygons = list(masks)
    if not polygons:
        return None
    image = Image.new("L", (width_px, height_px))
    draw = ImageDraw.Draw(image)
    for polygon in polygons:
        corners = [(x * width_px, y * height_px) for x, y in polygon]
        draw.polygon(corners, fill=255, outline=255, width=2 * GROWN_PX + 1)
    return np.asarray(image) > 0


def still(piece: Piece, at_ms: int, painting: Painting) -> tuple[Image.Image, int] | None:
    """The picture that was on at an instant and its own wall clock; None when it cannot be decoded."""
    last: tuple[VideoFrame, int] | None = None
    try:
        with opened(piece.source.file) as container:
            video, _ = tracks(container)
            video.thread_type, video.codec_context.thread_count = "NONE", 1
            base = video.time_base or Fraction(1, 1000)
            container.seek(max(0, round(Fraction(at_ms - piece.source.start_ms, 1000) / base)), stream=video)
            for frame in container.decode(video):
                if frame.pts is None:
                    continue
                wall_ms = piece.source.start_ms + round(1000 * float(frame.pts * base))
                if last is not None and wall_ms > at_ms:
                    break
                last = frame, wall_ms
    except MEDIA_ERRORS:
        if last is None:
            return None
    if last is None:
        return None
    frame, wall_ms = last
    if painting.masks or painting.lines is not None:
        frame = Painter(painting, frame.width, frame.height).painted(frame, wall_ms)
    return Image.fromarray(frame.to_ndarray(format="rgb24")), wall_ms


def save_jpeg(image: Image.Image, target: Path) -> None:
    """Raises: OSError."""
    image.save(target, "JPEG", quality=JPEG_QUALITY, subsampling=0)
