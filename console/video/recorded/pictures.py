"""The rings of one camera's tiles, inside a worker: a frame is scaled once for each size, and shown when it is due."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import NamedTuple

import av

from console.video.ring import FrameRing
from console.video.scale import Scaler, fitted


class Scaled(NamedTuple):
    """Pixels for one ring."""

    pixels: av.VideoFrame
    size_px: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture in every size that is shown. `version`: of the rings it was made for."""

    version: int
    scaled: dict[str, Scaled]
    bytes: int
    width_px: int
    height_px: int


class _Ring:
    def __init__(self, ring: FrameRing, box_px: tuple[int, int]) -> None:
        self.ring = ring
        self.box_px = box_px
        self.scaler = Scaler()


class Pictures:
    """`add`, `remove` and `close` are called on the worker's main thread, the rest on the player's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rings: dict[str, _Ring] = {}
        self._closed = False
        self.version = 0
        """Grows when a ring comes or goes: what was prepared before does not fit any more."""

    def add(self, ring: FrameRing, box_px: tuple[int, int]) -> None:
        with self._lock:
            self._rings = {**self._rings, ring.name: _Ring(ring, box_px)}
            self.version += 1

    def remove(self, name: str) -> None:
        with self._lock:
            gone = self._rings.get(name)
            self._rings = {key: ring for key, ring in self._rings.items() if key != name}
            self.version += 1
            if gone is not None:
                gone.ring.close()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            rings, self._rings = self._rings, {}
            for one in rings.values():
                one.ring.close()

    @property
    def count(self) -> int:
        return len(self._rings)

    def are_small(self, width_px: int) -> bool:
        """A picture so wide is shown at half its width or less everywhere."""
        return max((one.box_px[0] for one in self._rings.values()), default=0) * 2 <= width_px

    def prepare(self, frame: av.VideoFrame, pixel_aspect: float) -> Prepared:
        """The frame in every size. Scalers are used on the player's thread only."""
        version, rings = self.version, self._rings
        scaled: dict[str, Scaled] = {}
        size = 0
        for name, one in rings.items():
            size_px = fitted(frame.width, frame.height, pixel_aspect, one.box_px)
            pixels = one.scaler.bgra(frame, size_px)
            scaled[name] = Scaled(pixels, size_px)
            size += pixels.planes[0].buffer_size
        return Prepared(version, scaled, size, frame.width, frame.height)

    def publish(self, prepared: Prepared, at_s: float) -> None:
        """Show it now, unless the rings have been closed."""
        with self._lock:
            if self._closed:
                return
            for name, scaled in prepared.scaled.items():
                one = self._rings.get(name)
                if one is not None:
                    plane = scaled.pixels.planes[0]
                    one.ring.write(memoryview(plane), *scaled.size_px, plane.line_size, at_s)
