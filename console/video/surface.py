"""What panels use of a session's video: the same live and in a replay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from console.video.choice import Quality
from console.video.orders import Engine
from console.video.own import OwnCamera
from widgets.tile_types import TileSource


class Video(Protocol):
    """Video of one session. GUI thread; nothing of it waits."""

    own: dict[str, OwnCamera]

    def open(self, camera_id: str, tile_px: tuple[int, int], quality: Quality = "auto") -> TileSource:
        """A feed for a tile of `tile_px` device pixels. Close it when the tile goes."""
        ...

    def is_file(self, camera_id: str) -> bool:
        """The camera is a file from the command line: its tile says so."""
        ...

    def set_engines(self, engines: Mapping[str, Engine]) -> None: ...
