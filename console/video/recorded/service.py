"""The replay's door to recorded video: cameras in, tile feeds out; every tile follows the one clock by itself."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from PySide6.QtCore import QObject, QTimer, SignalInstance
from PySide6.QtGui import QImage

from console.timebase import ReplayClock
from console.video.choice import MAIN_FROM_PX, Quality, Stream
from console.video.feed import TileFeed
from console.video.liveness import DEFAULT_RULES, Rules
from console.video.orders import Engine, HaveFiles, Nudge, OpenRecorded
from console.video.own import OwnCamera
from console.video.pool import WorkerKeeper, WorkerPool
from console.video.recorded.cache import CACHE_BYTES, RecordingCache
from console.video.recorded.fetch import FilesDoor, RecordingFetch
from console.video.recorded.judge import Moment, judge
from console.video.recorded.motion_block import Course, MotionBlock
from console.video.source import Decode
from widgets.tile_types import TileStatus

TICK_MS: Final = 100
LINGER_S: Final = 1.5
FRAME_MS: Final = 40
STRIKES: Final = 3
"""A recording that was being read so often when its worker died is not read again."""

NO_WORKER: Final = TileStatus("loading")
BLANK: Final = frozenset({"gap", "damaged"})
"""There is no picture of the instant: none is shown."""


class Transport(Protocol):
    """What is asked of the replay's control."""

    frame_ms: Callable[[], int]
    stepped: Callable[[int, int], int]

    @property
    def clock(self) -> ReplayClock: ...
    @property
    def jumped(self) -> SignalInstance: ...
    @property
    def moved(self) -> SignalInstance: ...


class RecordedStream(Decode):
    """One camera of a replay in a worker."""

    def __init__(
        self, keeper: WorkerKeeper, camera_id: str, clock: str, judged: Callable[[RecordedStream], TileStatus]
    ) -> None:
        super().__init__(keeper, 1)
        self.camera_id = camera_id
        self.blank = False
        self.flips = 0
        """How often `blank` changed."""
        self.sent: HaveFiles | None = None
        self._judged = judged
        keeper.tell(OpenRecorded(self.row, clock))

    @property
    def board_row(self) -> np.void:
        found: np.void = self.keeper.board.rows[self.row]
        return found

    def status(self, rules: Rules) -> TileStatus:
        status = self._judged(self)
        if (status.state in BLANK) != self.blank:
            self.blank = not self.blank
            self.flips += 1
        return status

    @property
    def area_px(self) -> int:
        """Of its largest tile."""
        return max((width * height for width, height in self._outputs), default=0)


class RecordedFeed(TileFeed):
    """A tile's view of a camera of a replay. There is no picture where nothing was recorded."""

    @property
    def sequence(self) -> int:
        decoded = self.decoded
        flips = decoded.flips if isinstance(decoded, RecordedStream) else 0
        return super().sequence << 8 | flips & 0xFF

    def image(self) -> QImage | None:
        self.status()
        decoded = self.decoded
        return None if isinstance(decoded, RecordedStream) and decoded.blank else super().image()


class RecordedVideo(QObject):
    """Recorded video of one replay. Everything on the GUI thread, nothing of it waits.

    Args:
        control: the replay's transport; its clock is the only one.
        server: where recordings are fetched.
        cache_folder: where they lie while they are looked at.
        workers: decode processes; 0 = one a core.
        cache_bytes: the cache stays below this.
    """

    def __init__(
        self,
        control: Transport,
        server: FilesDoor,
        cache_folder: Path,
        workers: int = 0,
        parent: QObject | None = None,
        *,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        super().__init__(parent)
        self.rules = DEFAULT_RULES
        self.main_from_px = MAIN_FROM_PX
        self.own: dict[str, OwnCamera] = {}
        self.pool = WorkerPool(workers)
        self._control = control
        self._clock = control.clock
        self._block = MotionBlock.create()
        self.cache = RecordingCache(cache_folder, cache_bytes)
        self.fetch = RecordingFetch(self._clock, server, self.cache, self)
        self.fetch.changed.connect(self._files_changed)
        self._decodes: dict[tuple[str, Stream], RecordedStream] = {}
        self._idle_since_s: dict[tuple[str, Stream], float] = {}
        self._feeds: set[TileFeed] = set()
        self._running = False
        self._touched_s = time.monotonic()
        self._restarts: dict[int, int] = {}
        self._strikes: Counter[int] = Counter()
        self._deadly: dict[str, list[tuple[int, int]]] = {}
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)
        control.jumped.connect(self._touched)
        control.moved.connect(self._touched)
        control.frame_ms = self._frame_ms
        control.stepped = self._stepped
        self._write_course()

    def start(self) -> None:
        """Starts the workers; they warm up while the windows are built."""
        if not self._running:
            self._running = True
            self.cache.start()
            self.pool.start()
            self._timer.start()

    def stop(self) -> None:
        """Begins the end and returns at once; `join` waits for the workers."""
        if not self._running:
            return
        self._running = False
        self._timer.stop()
        for feed in list(self._feeds):
            feed.close()
        for decoded in self._decodes.values():
            decoded.end()
        self._decodes.clear()
        self._idle_since_s.clear()
        self.pool.stop()
        self.cache.stop()

    def join(self, timeout_s: float = 2.0) -> bool:
        """Waits for the workers' end after `stop`. False = some were still there."""
        gone = self.pool.join(timeout_s)
        self._block.close(remove=True)
        self.cache.join()
        return gone

    def set_engines(self, engines: Mapping[str, Engine]) -> None:
        """Recordings are always played by `pyav`: libVLC cannot be told which frame to show."""

    def is_file(self, camera_id: str) -> bool:
        """Never: files of the command line are not recorded."""
        return False

    def open(self, camera_id: str, tile_px: tuple[int, int], quality: Quality = "auto") -> TileFeed:
        """A feed for a tile of `tile_px` device pixels. Close it when the tile goes."""
        feed = RecordedFeed(self, camera_id, tile_px, quality)
        self._feeds.add(feed)
        return feed

    @property
    def decodes(self) -> Mapping[tuple[str, Stream], RecordedStream]:
        """What is being decoded now. A camera has one recording at a time: the stream is always "main"."""
        return self._decodes

    # -- for feeds --

    def streams_of(self, camera_id: str) -> tuple[bool, bool] | None:
        return True, False

    def refusal_of(self, camera_id: str) -> TileStatus:
        return NO_WORKER

    def decode(self, key: tuple[str, Stream]) -> Decode | None:
        self._idle_since_s.pop(key, None)
        decoded = self._decodes.get(key)
        if decoded is None and self._running:
            decoded = self._begin(key)
        return decoded

    def released(self, key: tuple[str, Stream]) -> None:
        decoded = self._decodes.get(key)
        if decoded is not None and decoded.users == 0:
            self._idle_since_s[key] = time.monotonic()

    def forget(self, feed: TileFeed) -> None:
        self._feeds.discard(feed)

    # -- the clock --

    def _touched(self) -> None:
        self._touched_s = time.monotonic()
        self._write_course()
        if self._running:
            for keeper in {decoded.keeper for decoded in self._decodes.values()}:
                keeper.tell(Nudge())
            self.fetch.touched()

    def _write_course(self) -> None:
        clock = self._clock
        self._block.write(Course(clock.motion, clock.first_ms, clock.edge_ms, time.monotonic()))

    def _tick(self) -> None:
        course = self._block.read()
        now_s = time.monotonic()
        # The server's clock may be corrected: the edge of the present goes with it. Nobody is woken for that.
        edge_ms = 0.0 if course is None else course.edge_ms + 1000 * (now_s - course.edge_s)
        if course is None or course.first_ms != self._clock.first_ms or abs(edge_ms - self._clock.edge_ms) > 20:
            self._write_course()
        for key in [key for key, since_s in self._idle_since_s.items() if now_s - since_s >= LINGER_S]:
            self._end(key)
        self._watch_workers()
        self.fetch.plan()
        for decoded in self._decodes.values():
            decoded.status(self.rules)
            self._send_files(decoded)

    # -- what is true --

    def _judge(self, decoded: RecordedStream) -> TileStatus:
        at_ms, motion = self._clock.now_ms(), self._clock.motion
        camera_id = decoded.camera_id
        if any(start_ms <= at_ms < end_ms for start_ms, end_ms in self._deadly.get(camera_id, ())):
            return TileStatus("damaged")
        moment = Moment(
            at_ms, abs(motion.rate), motion.generation, motion.scrubbing, time.monotonic() - self._touched_s
        )
        return judge(
            decoded.board_row,
            self.fetch.known(camera_id, at_ms),
            moment,
            fetched=self.fetch.fetched(camera_id, at_ms),
            fault=self.fetch.fault(camera_id, at_ms),
        )

    def _watch_workers(self) -> None:
        """A recording that kills its worker again and again is not shown to it any more."""
        for keeper in self.pool.keepers:
            if keeper.restarts == self._restarts.get(id(keeper), 0):
                continue
            self._restarts[id(keeper)] = keeper.restarts
            for decoded in self._decodes.values():
                segment_id = int(decoded.board_row["reading"])
                if decoded.keeper is not keeper or segment_id == 0:
                    continue
                keeper.board.rows["reading"][decoded.row] = 0
                self._strikes[segment_id] += 1
                if self._strikes[segment_id] >= STRIKES:
                    spans = [
                        (file.start_ms, file.end_ms)
                        for file in self.fetch.files_of(decoded.camera_id, self._clock.now_ms())
                        if file.segment_id == segment_id
                    ]
                    self._deadly.setdefault(decoded.camera_id, []).extend(spans[:1])

    # -- frames --

    def _largest(self) -> RecordedStream | None:
        """The camera that frame steps go by: the largest picture, else the first."""
        return max(
            (one for one in self._decodes.values() if one.users and int(one.board_row["frames"])),
            key=lambda one: one.area_px,
            default=None,
        )

    def _frame_ms(self) -> int:
        decoded = self._largest()
        fps = 0.0 if decoded is None else decoded.figure("nominal_fps")
        return round(1000 / fps) if fps > 0 else FRAME_MS

    def _stepped(self, at_ms: int, frames: int) -> int:
        """Where so many frames lead: to the very instant of the next or the previous one, where that is known."""
        decoded = self._largest()
        if decoded is None or frames == 0:
            return at_ms + frames * self._frame_ms()
        row = decoded.board_row
        shown_ms, until_ms, before_ms = float(row["shown_ms"]), float(row["until_ms"]), float(row["before_ms"])
        if not shown_ms - 1.0 <= at_ms < until_ms + 1.0:
            return at_ms + frames * self._frame_ms()
        if frames > 0:
            return math.ceil(until_ms) + round((frames - 1) * (until_ms - shown_ms))
        return math.ceil(before_ms) + round((frames + 1) * (shown_ms - before_ms))

    # -- own --

    def _begin(self, key: tuple[str, Stream]) -> RecordedStream | None:
        keeper = self.pool.freest((decoded.keeper, decoded.weight) for decoded in self._decodes.values())
        if keeper is None:
            return None
        self._decodes[key] = RecordedStream(keeper, key[0], self._block.name, self._judge)
        self.fetch.show(key[0])
        self._send_files(self._decodes[key])
        return self._decodes[key]

    def _end(self, key: tuple[str, Stream]) -> None:
        self._idle_since_s.pop(key, None)
        self._decodes.pop(key).end()
        self.fetch.hide(key[0])

    def _files_changed(self, camera_id: str) -> None:
        decoded = self._decodes.get((camera_id, "main"))
        if decoded is not None:
            self._send_files(decoded)

    def _send_files(self, decoded: RecordedStream) -> None:
        deadly = self._deadly.get(decoded.camera_id, ())
        files = tuple(
            file
            for file in self.fetch.files_of(decoded.camera_id, self._clock.now_ms())
            if all(file.start_ms != start_ms for start_ms, _ in deadly)
        )
        order = HaveFiles(decoded.row, files)
        if order != decoded.sent:
            decoded.sent = order
            decoded.keeper.tell(order)
