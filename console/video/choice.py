"""Which of a camera's two streams a tile shows: by the tile's size, with hysteresis, so that a drag does not flap."""

from __future__ import annotations

from typing import Final, Literal

Stream = Literal["main", "sub"]
Quality = Literal["auto", "main", "sub"]

MAIN_FROM_PX: Final = 700
SLACK: Final = 0.086
"""Share of `main_from_px` that a tile must grow or shrink past it: 760 up and 640 down for 700."""


def choose(
    tile_px: tuple[int, int],
    quality: Quality,
    before: Stream | None,
    *,
    has_main: bool,
    has_sub: bool,
    main_from_px: int = MAIN_FROM_PX,
) -> Stream:
    """The stream for a tile of `tile_px` device pixels. Sub-streams are 640 pixels wide nearly everywhere.

    The width that counts is that of a 16:9 picture inside the tile.
    """
    if not has_sub or not has_main:
        return "main" if has_main else "sub"
    if quality != "auto":
        return quality
    width_px = min(tile_px[0], tile_px[1] * 16 // 9)
    if width_px > main_from_px * (1 + SLACK):
        return "main"
    if width_px <= main_from_px * (1 - SLACK):
        return "sub"
    return before or ("main" if width_px >= main_from_px else "sub")
