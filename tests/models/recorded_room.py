"""A replay's video over recordings that the test made: real files, server, link and decode workers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer
from PySide6.QtGui import QImage

from console.link.target import Target
from console.link.thread import Link
from console.models.replay import ReplayControl
from console.timebase import ReplayClock, monotonic_s
from console.video.feed import TileFeed
from console.video.recorded.service import RecordedVideo
from tests.bench.frame_code import read_code
from tests.system.recordings_server import RecordingsServer

START_MS = 1_795_000_000_000
WAIT_S = 15.0
TILE_PX = (320, 180)


class RecordedRoom:
    """A clock that stands at `START_MS`, and the video that follows it."""

    def __init__(self, server: RecordingsServer, folder: Path, *, workers: int = 1, cache_bytes: int = 1 << 30) -> None:
        self.server = server
        self.edge_ms = START_MS + 86_400_000
        self.clock = ReplayClock(lambda: self.edge_ms)
        self.clock.first_ms = START_MS - 86_400_000
        self.clock.seek(START_MS)
        self.control = ReplayControl(self.clock)
        self.link = Link()
        self.link.start()
        self.link.connect_to(Target(server.url), "token")
        self.cache_folder = folder / "cache"
        self.video = RecordedVideo(self.control, self.link, self.cache_folder, workers, cache_bytes=cache_bytes)
        self.video.start()
        until(lambda: all(keeper.board.heartbeat_s for keeper in self.video.pool.keepers), "the workers are there")

    def close(self) -> None:
        self.video.stop()
        assert self.video.join(5.0)
        self.link.stop()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def show(self, camera_id: str, size_px: tuple[int, int] = TILE_PX) -> TileFeed:
        return self.video.open(camera_id, size_px)

    def seek(self, at_ms: float) -> None:
        """From the start of the recordings."""
        self.control.seek(round(START_MS + at_ms))


def until(right: Callable[[], bool], what: str, timeout_s: float = WAIT_S) -> float:
    """Lets the desk work until `right()`; how many seconds it took.

    Raises:
        AssertionError: not within `timeout_s`.
    """
    started_s = monotonic_s()
    beat = QTimer(interval=3)  # something to wake up for
    beat.start()
    while not right():
        waited_s = monotonic_s() - started_s
        assert waited_s < timeout_s, f"not within {timeout_s:g} s: {what}"
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    beat.stop()
    return monotonic_s() - started_s


def pixels(image: QImage) -> NDArray[np.uint8]:
    """(height, width, 4): blue, green, red, unused."""
    flat = np.frombuffer(image.constBits(), np.uint8)
    rows = flat.reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 4].reshape(image.height(), image.width(), 4)


def code_of(feed: TileFeed) -> int | None:
    """The frame code of the picture that a tile would show; None when it shows none."""
    image = feed.image()
    return None if image is None else read_code(pixels(image)[:, :, :3].copy())
