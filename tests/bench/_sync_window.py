"""Nine replayed tiles on a real window, in a process of its own; `main` reads what to do from stdin, prints JSON."""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QGuiApplication, QImage, QPaintEvent
from PySide6.QtWidgets import QApplication

from console.link.target import Target
from console.link.thread import Link
from console.models.replay import ReplayControl
from console.timebase import ReplayClock
from console.video.feed import TileFeed
from console.video.recorded.service import RecordedVideo
from tests.bench._video_source import process_cpu_s
from tests.bench.frame_code import read_code
from widgets.tile import TileContent
from widgets.tile_canvas import TileCanvas
from widgets.tile_paint import Caption

WINDOW_PX = (1900, 1020)
WAIT_S = 60.0


@dataclass(frozen=True)
class Order:
    """What the parent asks for; see `tests/bench/sync.py`."""

    url: str
    token: str
    start_ms: list[int]
    end_ms: int
    fps: int
    codes: int
    seconds: float
    seeks: int
    seed: int


class PaintedCanvas(TileCanvas):
    """The wall's canvas; remembers which picture of each tile it painted last."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painted = {index: tile.sequence for index, tile in self.visible_tiles()}
        self.painted = {**getattr(self, "painted", {}), **painted}


class Desk:
    def __init__(self, order: Order, cache: Path) -> None:
        self.order = order
        self.clock = ReplayClock(lambda: order.end_ms)
        self.clock.first_ms = order.start_ms[-1]
        self.clock.seek(order.start_ms[-1])
        self.control = ReplayControl(self.clock)
        self.link = Link()
        self.link.start()
        self.link.connect_to(Target(order.url), order.token)
        self.video = RecordedVideo(self.control, self.link, cache)
        self.video.start()
        spin(lambda: all(keeper.board.heartbeat_s for keeper in self.video.pool.keepers))
        self.canvas = PaintedCanvas(lambda age_s: "00:00:00")
        self.canvas.resize(*WINDOW_PX)
        self.canvas.set_grid("9")
        self.canvas.show()
        self.feeds: list[TileFeed] = []
        for number in range(len(order.start_ms)):
            size_px = self.canvas.tiles[number].wanted_px(self.canvas.devicePixelRatioF())
            feed = self.video.open(f"cam-{number + 1}", size_px)
            self.feeds.append(feed)
            self.canvas.set_content(number, TileContent(f"cam-{number + 1}", Caption(f"Camera {number + 1}"), feed))

    def close(self) -> None:
        self.video.stop()
        self.video.join(5.0)
        self.link.stop()

    # -- which frame is due, which is shown --

    def due(self, number: int, at_ms: float) -> int:
        """Of a camera, counted from its first."""
        return int((at_ms - self.order.start_ms[number] + 0.5) * self.order.fps // 1000)

    def lag(self, number: int, code: int, at_ms: float) -> int:
        """Frames that what is shown stays behind what is due."""
        codes = self.order.codes
        return (self.due(number, at_ms) - code + codes // 2) % codes - codes // 2

    def is_painted(self) -> bool:
        """Every tile has painted exactly the frame of the clock's instant."""
        at_ms = self.clock.now_ms()
        painted: dict[int, int] = getattr(self.canvas, "painted", {})
        for number, feed in enumerate(self.feeds):
            if feed.status().state != "past" or painted.get(number) != feed.sequence:
                return False
            code = code_in(feed.image())
            if code is None or self.lag(number, code, at_ms) != 0:
                return False
        return True

    def is_first_painted(self) -> bool:
        """Every tile has painted a picture for this jump of the clock, perhaps of another instant that it names."""
        painted: dict[int, int] = getattr(self.canvas, "painted", {})
        generation = self.clock.motion.generation
        for number, feed in enumerate(self.feeds):
            decoded = feed.decoded
            if decoded is None or decoded.figure("generation") != generation or painted.get(number) != feed.sequence:
                return False
            if feed.status().state not in ("past", "near"):
                return False
        return True

    def all_here(self, at_ms: int) -> bool:
        return all(self.video.fetch.fetched(feed.camera_id, at_ms) for feed in self.feeds)


def spin(right: Callable[[], bool], timeout_s: float = WAIT_S) -> float:
    """Runs the event loop until `right()`; how many seconds it took.

    Raises:
        TimeoutError: it did not come true.
    """
    began_s = time.monotonic()
    loop = QEventLoop()
    beat = QTimer(interval=2)
    beat.timeout.connect(lambda: loop.quit() if right() or time.monotonic() - began_s > timeout_s else None)
    beat.start()
    if not right():
        loop.exec()
    beat.stop()
    took_s = time.monotonic() - began_s
    if took_s > timeout_s:
        raise TimeoutError(f"not within {timeout_s:g} s")
    return took_s


def code_in(image: QImage | None) -> int | None:
    return None if image is None else read_code(_pixels(image))


def _pixels(image: QImage) -> NDArray[np.uint8]:
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 4].reshape(image.height(), image.width(), 4)[:, :, :3]


def sync(desk: Desk) -> dict[str, object]:
    """Plays at 1x and reads the counters back from the screen, at irregular moments."""
    order, chance = desk.order, random.Random(desk.order.seed)
    desk.control.seek(order.start_ms[-1] + 2000)
    spin(desk.is_painted)
    desk.control.play(1.0)
    pids = [keeper.pid for keeper in desk.video.pool.keepers if keeper.pid is not None]
    before = (time.monotonic(), time.process_time(), sum(map(process_cpu_s, pids)))
    apart: list[int] = []
    lags: list[int] = []
    unread = 0
    screen = QGuiApplication.primaryScreen()
    while time.monotonic() - before[0] < order.seconds:
        until_s = time.monotonic() + chance.uniform(0.15, 0.45)
        spin(lambda until_s=until_s: time.monotonic() > until_s)  # type: ignore[misc]
        at_ms = desk.clock.now_ms()
        image = screen.grabWindow(desk.canvas.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)
        codes = [code_in(image.copy(tile.drawn)) for tile in desk.canvas.tiles]
        found = [desk.lag(number, code, at_ms) for number, code in enumerate(codes) if code is not None]
        unread += len(codes) - len(found)
        if len(found) > 1:
            apart.append(max(found) - min(found))
            lags += found
    span_s = time.monotonic() - before[0]
    gui_core = (time.process_time() - before[1]) / span_s
    workers_core = (sum(map(process_cpu_s, pids)) - before[2]) / span_s
    desk.control.pause()
    lags.sort()
    return {
        "sync_seconds": round(span_s, 1),
        "sync_samples": len(apart),
        "sync_counters_unread": unread,
        "sync_apart_most_frames": max(apart),
        "sync_apart_share": {str(frames): round(apart.count(frames) / len(apart), 5) for frames in sorted(set(apart))},
        "sync_behind_clock_frames_p50": lags[len(lags) // 2],
        "sync_behind_clock_frames_p99": lags[int(len(lags) * 0.99)],
        "sync_behind_clock_frames_most": lags[-1],
        "sync_ahead_of_clock_frames_most": -lags[0],
        "sync_gui_core_with_grabs": round(gui_core, 3),
        "sync_workers_core": round(workers_core, 3),
    }


def seeks(desk: Desk) -> dict[str, object]:
    """From the seek until nine tiles have painted a picture, and until it is exactly that of the instant."""
    order, chance = desk.order, random.Random(desk.order.seed + 1)
    cold: list[tuple[float, float]] = []
    warm: list[tuple[float, float]] = []
    first_ms, last_ms = order.start_ms[-1] + 60_000, order.end_ms - 60_000
    # Each place only once, far from every other.
    for place in chance.sample(range(order.seeks), order.seeks):
        at_ms = first_ms + (last_ms - first_ms) * place // order.seeks + chance.randrange(20_000)
        cold.append(_seek(desk, at_ms))
        spin(lambda at_ms=at_ms: desk.all_here(at_ms))  # type: ignore[misc]
        _rest(desk)
        for _ in range(2):
            near_ms = at_ms + chance.randrange(-9000, 9000)
            if desk.all_here(near_ms):
                warm.append(_seek(desk, near_ms))
    return {
        **_times("cold_first", [one[0] for one in cold]),
        **_times("cold_exact", [one[1] for one in cold]),
        **_times("warm_first", [one[0] for one in warm]),
        **_times("warm_exact", [one[1] for one in warm]),
    }


def _seek(desk: Desk, at_ms: int) -> tuple[float, float]:
    """(until nine pictures, until nine exact ones), seconds."""
    began_s = time.monotonic()
    desk.control.seek(at_ms)
    first_s = spin(desk.is_first_painted)
    spin(desk.is_painted)
    return first_s, time.monotonic() - began_s


def scrubs(desk: Desk) -> dict[str, object]:
    """The slider is dragged over places never looked at: until nine tiles show a picture of within a second."""
    order, chance = desk.order, random.Random(desk.order.seed + 2)
    took = []
    for _ in range(order.seeks):
        at_ms = chance.randrange(order.start_ms[-1] + 1000, order.end_ms - 1000)
        desk.control.scrub(at_ms)
        took.append(spin(lambda: all(_is_near(desk, feed) for feed in desk.feeds)))
    desk.control.seek(at_ms)
    return _times("scrub", took)


def _is_near(desk: Desk, feed: TileFeed) -> bool:
    row = feed.decoded
    if row is None or feed.status().state != "past":
        return False
    return (
        row.figure("generation") == desk.clock.motion.generation
        and abs(row.figure("shown_ms") - desk.clock.now_ms()) < 1000
    )


def _rest(desk: Desk) -> None:
    """Until nothing is being fetched any more."""
    fetches = [-1]

    def settled() -> bool:
        before, fetches[0] = fetches[0], desk.video.fetch.file_fetches
        return before == fetches[0] and not desk.video.fetch.busy

    spin(settled)


def _times(name: str, took_s: list[float]) -> dict[str, object]:
    ordered = sorted(took_s)
    return {
        f"{name}_n": len(ordered),
        f"{name}_p50_ms": round(1000 * statistics.median(ordered)),
        f"{name}_p95_ms": round(1000 * ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]),
        f"{name}_most_ms": round(1000 * ordered[-1]),
    }


def main() -> None:
    order = Order(**json.loads(sys.stdin.read()))
    application = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(order, Path(folder))
        figures = {**sync(desk), **seeks(desk), **scrubs(desk)}
        desk.close()
    print(json.dumps(figures), flush=True)
    application.processEvents()
    os._exit(0)


if __name__ == "__main__":
    main()
