"""One run of a wall that reads the frame code off what it paints: `... SECONDS ADDRESS...`; prints JSON."""

from __future__ import annotations

import json
import os
import sys
import time

import numpy as np
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtWidgets import QApplication

from console.video.feed import TileFeed
from console.video.service import VideoService
from tests.bench._video_source import SHAPE, phase_ms
from tests.bench._wall_window import CountingCanvas, spin, streams, warm
from tests.bench.frame_code import age_s, read_code
from widgets.tile import TileContent
from widgets.tile_layout import grid_for
from widgets.tile_paint import Caption

READ_EVERY = 5


class ReadingCanvas(CountingCanvas):
    """After a paint, reads from some of the pictures how long ago they left the server."""

    def __init__(self) -> None:
        super().__init__(lambda age_s: "00:00:00")
        self.ages_s: dict[int, list[float]] = {}
        self.added_s: list[float] = []
        self.unread = 0
        self.reading = False
        self._turn = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        seen = dict(getattr(self, "seen", {}))
        super().paintEvent(event)
        if not self.reading:
            return
        now_s, now_monotonic_s = time.time(), time.monotonic()
        for index, sequence in self.seen.items():
            self._turn += 1
            if seen.get(index) != sequence and self._turn % READ_EVERY == 0:
                self._read(index, now_s, now_monotonic_s)

    def _read(self, index: int, now_s: float, now_monotonic_s: float) -> None:
        image = self.snapshot(index)
        code = None if image is None else read_code(_pixels(image))
        if code is None:
            self.unread += 1
        else:
            age = age_s(code, SHAPE.frames, SHAPE.fps, now_s, phase_ms(index))
            self.ages_s.setdefault(index, []).append(age)
        content = self.tiles[index].content
        source = None if content is None else content.source
        arrived_s = source.arrived_s() if isinstance(source, TileFeed) else None
        if arrived_s is not None:
            self.added_s.append(now_monotonic_s - arrived_s)


def _pixels(image: QImage) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 4].reshape(image.height(), image.width(), 4)


def main() -> None:
    application = QApplication(sys.argv[:1])
    seconds, addresses = float(sys.argv[1]), sys.argv[2:]
    service = VideoService()
    warm(service)
    service.set_streams(streams(addresses))
    canvas = ReadingCanvas()
    canvas.resize(1920, 1040)
    canvas.set_grid(grid_for(len(addresses)))
    canvas.show()
    for index in range(len(addresses)):
        size = canvas.tiles[index].wanted_px(canvas.devicePixelRatioF())
        content = TileContent(f"c{index}", Caption(f"c{index}"), service.open(f"c{index}", size))
        canvas.set_content(index, content)
    spin(20.0, lambda: all(tile.sequence > 0 for tile in canvas.tiles if tile.content is not None))
    spin(3.0)
    canvas.reading = True
    spin(seconds)
    ages_ms = {index: [1000 * age for age in ages] for index, ages in canvas.ages_s.items()}
    added_ms = [1000 * added for added in canvas.added_s]
    print(json.dumps({"ages_ms": ages_ms, "added_ms": added_ms, "unread": canvas.unread}), flush=True)
    service.stop()
    service.join(5.0)
    application.processEvents()
    os._exit(0)


if __name__ == "__main__":
    main()
