"""From a decoded frame to pixels of a tile's size, in the layout the desk blits without converting."""

from __future__ import annotations

from typing import Final

import av
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

HD_FROM_PX: Final = 720
"""Streams this high that do not say which colour matrix they use mean BT.709 nearly always."""

_UNSPECIFIED: Final = 2


def fitted(width_px: int, height_px: int, aspect: float, box_px: tuple[int, int]) -> tuple[int, int]:
    """The largest even size of the picture's shape inside `box_px` that is filled to its last column.

    libswscale converts eight pixels at a time and leaves out the last ones where the line has no room for eight. A
    line's room is a multiple of 16 bytes: pictures 16 n + 2 or 16 n + 4 pixels wide would end in stale memory.

    Args:
        aspect: the shape of one pixel, width to height.
    """
    shown = width_px * aspect / height_px
    box_width, box_height = box_px
    width = min(box_width, round(box_height * shown)) & ~1
    left_out = width % 16 if width % 16 in (2, 4) and width > 16 else 0
    if left_out:
        width -= left_out
        box_height = min(box_height, round(width / shown))
    height = min(box_height, round(box_width / shown))
    return max(width, 2), max(height & ~1, 2)


class Scaler:
    """Scales to one size. One scaler a size: libswscale keeps its tables only while nothing changes.

    Shrinking goes in two steps, in YUV to the tile's size and then to BGRA: fewer pixels are converted (measured:
    docs/decisions/0002-video-wall.md).
    """

    def __init__(self) -> None:
        self._shrink = VideoReformatter()
        self._convert = VideoReformatter()

    def bgra(self, frame: av.VideoFrame, size_px: tuple[int, int]) -> av.VideoFrame:
        width, height = size_px
        matrix = int(frame.colorspace)
        if matrix == _UNSPECIFIED:
            matrix = Colorspace.ITU709 if frame.height >= HD_FROM_PX else Colorspace.ITU601
        if width < frame.width or height < frame.height:
            frame = self._shrink.reformat(
                frame, width, height, "yuv420p", interpolation=Interpolation.AREA, dst_color_range=ColorRange.MPEG,
                threads=1,
            )  # fmt: skip
            interpolation = Interpolation.POINT
        else:
            interpolation = Interpolation.FAST_BILINEAR
        return self._convert.reformat(
            frame, width, height, "bgra", src_colorspace=matrix, interpolation=interpolation, threads=1
        )
