"""One run of the wall in its own process: `python -m tests.bench._wall_window KIND SECONDS ADDRESS...`; prints JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEventLoop, Qt, QTimer, QUrl
from PySide6.QtGui import QPaintEvent
from PySide6.QtMultimedia import QMediaPlayer, QVideoFrame
from PySide6.QtMultimediaWidgets import QVideoWidget
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from backend.contracts.doors import CameraStreams
from console.video.service import VideoService
from console.video.source import DecodedStream
from tests.bench._video_source import SHAPE, memory_bytes, process_cpu_s, thread_count
from widgets.tile import TileContent
from widgets.tile_canvas import TileCanvas
from widgets.tile_layout import grid_for
from widgets.tile_paint import Caption

WINDOW_PX = (1920, 1040)
PER_WINDOW = 64
FIRST_PICTURES_S = 30.0
SETTLE_S = 3.0
BEAT_MS = 5


class CountingCanvas(TileCanvas):
    """The wall's canvas; counts the different pictures it painted."""

    painted = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        before = {index: tile.sequence for index, tile in self.visible_tiles()}
        super().paintEvent(event)
        self.seen = getattr(self, "seen", {})
        for index, sequence in before.items():
            if event.region().intersects(self.tiles[index].place) and self.seen.get(index) != sequence:
                self.seen[index] = sequence
                self.painted += sequence > 0


def spin(seconds: float, until: Callable[[], bool] = lambda: False) -> None:
    """Runs the event loop for so long, or until a condition holds."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    look = QTimer(interval=BEAT_MS)
    look.timeout.connect(lambda: loop.quit() if until() else None)
    look.start()
    loop.exec()
    look.stop()


def warm(service: VideoService) -> None:
    service.start()
    spin(20.0, lambda: all(keeper.board.heartbeat_s for keeper in service.pool.keepers))


def streams(addresses: Sequence[str]) -> list[CameraStreams]:
    return [CameraStreams(camera_id=f"c{n}", main_url="", sub_url=one) for n, one in enumerate(addresses)]


def windows(service: VideoService, count: int) -> list[CountingCanvas]:
    made = []
    for first in range(0, count, PER_WINDOW):
        canvas = CountingCanvas(lambda age_s: "00:00:00")
        canvas.resize(*WINDOW_PX)
        share = min(PER_WINDOW, count - first)
        canvas.set_grid(grid_for(share))
        canvas.show()
        for index in range(share):
            camera_id = f"c{first + index}"
            size = canvas.tiles[index].wanted_px(canvas.devicePixelRatioF())
            caption = Caption(f"Camera {camera_id}", "MÔ PHỎNG")
            canvas.set_content(index, TileContent(camera_id, caption, service.open(camera_id, size)))
        made.append(canvas)
    return made


class Lateness:
    """How late a 5 ms timer of the GUI thread fires."""

    def __init__(self) -> None:
        self.late_ms: list[float] = []
        self._due_s = 0.0
        self._timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self._due_s = time.monotonic() + BEAT_MS / 1000
        self._timer.start()

    def _beat(self) -> None:
        now_s = time.monotonic()
        self.late_ms.append(max(now_s - self._due_s, 0.0) * 1000)
        self._due_s = now_s + BEAT_MS / 1000

    def p99_ms(self) -> float:
        self._timer.stop()
        return sorted(self.late_ms)[int(len(self.late_ms) * 0.99)]


def wall(seconds: float, addresses: Sequence[str]) -> dict[str, object]:
    """Every camera in a tile of its own."""
    service = VideoService()
    warm(service)
    service.set_streams(streams(addresses))
    started_s = time.monotonic()
    canvases = windows(service, len(addresses))
    tiles = [tile for canvas in canvases for tile in canvas.tiles if tile.content is not None]
    spin(FIRST_PICTURES_S, lambda: all(tile.sequence > 0 for tile in tiles))
    first_s = time.monotonic() - started_s
    spin(SETTLE_S)
    pids = [keeper.pid for keeper in service.pool.keepers if keeper.pid is not None]
    lateness = Lateness()
    before = (
        time.process_time(),
        sum(map(process_cpu_s, pids)),
        sum(one.painted for one in canvases),
        time.monotonic(),
    )
    spin(seconds)
    span_s = time.monotonic() - before[3]
    gui_s = time.process_time() - before[0]
    worker_s = sum(map(process_cpu_s, pids)) - before[1]
    painted = sum(one.painted for one in canvases) - before[2]
    # Apart from the CPU figures: the timer itself costs something.
    lateness.start()
    spin(min(seconds, 4.0))
    states = [tile.status.state for tile in tiles]
    figures: dict[str, object] = {
        "tiles": len(tiles),
        "gui_core": gui_s / span_s,
        "workers_core": worker_s / span_s,
        "painted_share": painted / (span_s * SHAPE.fps * len(tiles)),
        "painted_fps": painted / span_s / len(tiles),
        "last_first_picture_s": first_s,
        "timer_late_p99_ms": lateness.p99_ms(),
        "live_tiles": states.count("live"),
        "memory_mb_per_tile": sum(map(memory_bytes, [*pids, os.getpid()])) / len(tiles) / 1e6,
        "threads_per_stream": sum(map(thread_count, pids)) / len(tiles),
    }
    service.stop()
    service.join(5.0)
    return figures


def decode(seconds: float, addresses: Sequence[str]) -> dict[str, object]:
    """The workers alone: received and decoded, neither scaled nor shown."""
    service = VideoService()
    warm(service)
    keepers = service.pool.keepers
    decodes = [
        DecodedStream(keepers[number % len(keepers)], one, "pyav", 1, is_file=False)
        for number, one in enumerate(addresses)
    ]
    spin(FIRST_PICTURES_S, lambda: all(one.figure("frames") > 0 for one in decodes))
    spin(SETTLE_S)
    pids = [keeper.pid for keeper in keepers if keeper.pid is not None]
    before = (sum(map(process_cpu_s, pids)), sum(one.figure("frames") for one in decodes), time.monotonic())
    spin(seconds)
    span_s = time.monotonic() - before[2]
    frames = sum(one.figure("frames") for one in decodes) - before[1]
    worker_s = sum(map(process_cpu_s, pids)) - before[0]
    for one in decodes:
        one.end()
    service.stop()
    service.join(5.0)
    return {"workers_core": worker_s / span_s, "decoded_share": frames / (span_s * SHAPE.fps * len(addresses))}


def players(seconds: float, addresses: Sequence[str]) -> dict[str, object]:
    """The other way: a QMediaPlayer and a QVideoWidget for each camera."""
    window = QWidget()
    window.resize(*WINDOW_PX)
    grid = QGridLayout(window)
    side = round(len(addresses) ** 0.5)
    shown = [0] * len(addresses)
    kept = []
    window.show()
    started_s = time.monotonic()
    for number, address in enumerate(addresses):
        view, player = QVideoWidget(), QMediaPlayer()
        grid.addWidget(view, number // side, number % side)
        player.setVideoOutput(view)

        def count(frame: QVideoFrame, number: int = number) -> None:
            shown[number] += 1

        view.videoSink().videoFrameChanged.connect(count)
        player.setSource(QUrl(address))
        player.play()
        kept.append((view, player))
    spin(FIRST_PICTURES_S, lambda: all(shown))
    first_s = time.monotonic() - started_s
    spin(SETTLE_S)
    before = (time.process_time(), sum(shown), time.monotonic())
    spin(seconds)
    span_s = time.monotonic() - before[2]
    return {
        "core": (time.process_time() - before[0]) / span_s,
        "shown_share": (sum(shown) - before[1]) / (span_s * SHAPE.fps * len(addresses)),
        "last_first_picture_s": first_s,
        "memory_mb_per_tile": memory_bytes(os.getpid()) / len(addresses) / 1e6,
    }


KINDS: dict[str, Callable[[float, Sequence[str]], dict[str, object]]] = {
    "wall": wall,
    "decode": decode,
    "players": players,
}


def main() -> None:
    application = QApplication(sys.argv[:1])
    figures = KINDS[sys.argv[1]](float(sys.argv[2]), sys.argv[3:])
    print(json.dumps(figures), flush=True)
    application.processEvents()
    # QMediaPlayers of dead streams can take seconds to go; nothing is left to be tidied here.
    os._exit(0)


if __name__ == "__main__":
    main()
