"""One tile of a canvas: what it shows, where, and how it was looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF

from widgets.tile_paint import Caption
from widgets.tile_types import TileSource, TileStatus
from widgets.tile_words import Label

ZOOM_MOST: Final = 8.0
ZOOM_STEP: Final = 1.25
SHARPEST_PX: Final = (1920, 1080)
"""A zoomed tile asks for more pixels than it shows, up to this."""


@dataclass
class TileContent:
    """What a tile shows. `key` goes along when the tile is dragged; `source` None = nothing to show it."""

    key: str
    caption: Caption
    source: TileSource | None


@dataclass
class Tile:
    """A place on the canvas. `place` in logical pixels of the canvas."""

    place: QRect = field(default_factory=QRect)
    content: TileContent | None = None
    status: TileStatus = field(default_factory=lambda: TileStatus("connecting"))
    label: Label = field(default_factory=Label)
    sequence: int = -1
    zoom: float = 1.0
    centre: QPointF = field(default_factory=lambda: QPointF(0.5, 0.5))
    drawn: QRect = field(default_factory=QRect)
    """Where the picture was last painted."""
    fit: tuple[int, int, QRect, list[QRect]] | None = None
    """Picture size in pixels, where such a picture stands in `place`, and the bars it leaves free."""

    def part(self, width_px: int, height_px: int) -> QRectF | None:
        """The piece of a picture of this size that the zoom shows; None = all of it."""
        if self.zoom <= 1.0:
            return None
        width, height = width_px / self.zoom, height_px / self.zoom
        left = min(max(self.centre.x() * width_px - width / 2, 0.0), width_px - width)
        top = min(max(self.centre.y() * height_px - height / 2, 0.0), height_px - height)
        return QRectF(left, top, width, height)

    def zoom_by(self, factor: float, towards: QPointF | None = None) -> None:
        """Closer or further; `towards` in parts of the picture (0..1) stays where it is."""
        before = self.zoom
        self.zoom = min(max(self.zoom * factor, 1.0), ZOOM_MOST)
        if self.zoom <= 1.01:
            self.zoom, self.centre = 1.0, QPointF(0.5, 0.5)
        elif towards is not None:
            # The point under the pointer keeps its place: its offset from the centre shrinks with the zoom.
            self.move_centre(self.centre + (towards - self.centre) * (1 - before / self.zoom))

    def move_centre(self, centre: QPointF) -> None:
        edge = 0.5 / self.zoom
        self.centre = QPointF(min(max(centre.x(), edge), 1 - edge), min(max(centre.y(), edge), 1 - edge))

    def wanted_px(self, ratio: float) -> tuple[int, int]:
        """The size in device pixels the source should deliver, even numbers."""
        closer = min(self.zoom, 4.0)
        width, height = self.place.width() * ratio * closer, self.place.height() * ratio * closer
        if closer > 1.0:
            shrink = min(1.0, SHARPEST_PX[0] / width, SHARPEST_PX[1] / height)
            width, height = width * shrink, height * shrink
        return max(int(width) & ~1, 2), max(int(height) & ~1, 2)
