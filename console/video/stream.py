"""One stream inside a worker: a thread that plays it, notices its end, waits and tries again, and tells the board."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

import av
import numpy as np

from console.video import retry
from console.video.board import Board, Note, Phase, Reason, Row
from console.video.orders import OpenStream
from console.video.ring import FrameRing
from console.video.scale import Scaler, fitted
from console.video.watch import ChangeWatch, Luma, Rate

STEADY_S: Final = 10.0
"""A stream that has shown pictures for this long starts its retries from the beginning when it is lost."""


class StreamFailedError(Exception):
    """The stream cannot be had or has ended. Carries a code, never the library's words: they may hold a password."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.name)
        self.reason = reason


class Player(Protocol):
    """An engine: plays `stream.order` until it is stopped (returns) or fails (StreamFailedError)."""

    def __call__(self, stream: Stream) -> None: ...


class OpenGate:
    """At most `limit` streams open at the same time, but nobody holds a place longer than `hold_s`.

    Opening many at once delays all of them; cameras that accept and never answer must not keep the others out.
    """

    def __init__(self, limit: int, hold_s: float = 0.4) -> None:
        self._places = threading.Semaphore(limit)
        self._hold_s = hold_s

    def enter(self) -> Callable[[], None]:
        """Waits for a place. Returns how to give it back; it is taken back by itself after `hold_s`."""
        self._places.acquire()
        once = threading.Lock()

        def leave() -> None:
            if once.acquire(blocking=False):
                self._places.release()

        timer = threading.Timer(self._hold_s, leave)
        timer.daemon = True
        timer.start()

        def leave_early() -> None:
            timer.cancel()
            leave()

        return leave_early


# Places in a board row, looked up once: these are written for every picture of every stream.
_PHASE, _REASON, _NOTE = Row.place("phase"), Row.place("reason"), Row.place("note")
_PACKET_S, _FRAME_S, _CHANGED_S = Row.place("packet_s"), Row.place("frame_s"), Row.place("changed_s")
_FRAMES, _FPS, _NOMINAL_FPS = Row.place("frames"), Row.place("fps"), Row.place("nominal_fps")
_LAG_S, _ATTEMPTS, _SKIPPED = Row.place("lag_s"), Row.place("attempts"), Row.place("skipped")
_WIDTH_PX, _HEIGHT_PX = Row.place("width_px"), Row.place("height_px")


class _Output:
    def __init__(self, ring: FrameRing, box_px: tuple[int, int]) -> None:
        self.ring = ring
        self.box_px = box_px
        self.scaler = Scaler()


class Stream:
    """Runs on a thread of its own; `close`, `add_output` and `remove_output` are called on the worker's main thread."""

    def __init__(self, order: OpenStream, board: Board, gate: OpenGate, player: Player) -> None:
        self.order = order
        self.gate = gate
        self._board = board
        self._row = board.writer(order.row)
        self._player = player
        self._chance = random.Random()
        self._stopping = threading.Event()
        # Held while the board or a ring is written: after `close` nothing of this stream touches either again.
        self._writing = threading.Lock()
        self._outputs: dict[str, _Output] = {}
        self._rate = Rate()
        self._changes = ChangeWatch()
        self._pixel_aspect = 1.0
        self._width_px = 0
        self._pictures_in_run = 0
        self._playing_since_s = 0.0
        self._thread = threading.Thread(target=self._run, name=f"stream-{order.row}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Returns at once; a thread that hangs in the network ends at its own deadline."""
        self._stopping.set()
        with self._writing:
            outputs, self._outputs = self._outputs, {}
            for output in outputs.values():
                output.ring.close()

    def add_output(self, ring: FrameRing, box_px: tuple[int, int]) -> None:
        with self._writing:
            self._outputs = {**self._outputs, ring.name: _Output(ring, box_px)}

    def remove_output(self, name: str) -> None:
        with self._writing:
            output = self._outputs.pop(name, None)
            if output is not None:
                output.ring.close()

    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def pause(self, seconds: float) -> bool:
        """Waits; True when the stream is being closed."""
        return self._stopping.wait(seconds)

    # -- what a player tells, on the stream's thread --

    def nominal(self, fps: float) -> None:
        """The rate the stream claims; unbelievable ones are left out."""
        if 0.2 <= fps <= 120.0:
            self._row.set_float(_NOMINAL_FPS, fps)

    def pixel_aspect(self, aspect: float) -> None:
        """Shape of one pixel, width to height: sub-streams of 704x576 or 352x288 are often not square."""
        self._pixel_aspect = aspect if 0.2 < aspect < 5.0 else 1.0

    def note(self, note: Note) -> None:
        self._row.set_integer(_NOTE, note)

    def packet(self, now_s: float, lag_s: float) -> None:
        self._row.set_float(_PACKET_S, now_s)
        self._row.set_float(_LAG_S, lag_s)

    def skipped(self, count: int = 1) -> None:
        self._row.add(_SKIPPED, count)

    def picture(self, frame: av.VideoFrame, arrived_s: float, *, show: bool = True) -> None:
        """A decoded frame whose data had arrived at `arrived_s`; `show` False counts it without scaling it."""
        with self._writing:
            if self._stopping.is_set():
                return
            if show:
                for output in self._outputs.values():
                    size = fitted(frame.width, frame.height, self._pixel_aspect, output.box_px)
                    plane = output.scaler.bgra(frame, size).planes[0]
                    output.ring.write(memoryview(plane), *size, plane.line_size, arrived_s)
            luma = luma_of(frame) if self._changes.due(arrived_s) else None
            self._count_picture(frame.width, frame.height, luma, arrived_s)

    def pixels(self, pixels: memoryview, size_px: tuple[int, int], stride: int, luma: Luma, arrived_s: float) -> None:
        """Ready pixels of one size for every output (engines that scale by themselves)."""
        with self._writing:
            if self._stopping.is_set():
                return
            for output in self._outputs.values():
                if size_px[0] <= output.box_px[0] and size_px[1] <= output.box_px[1]:
                    output.ring.write(pixels, *size_px, stride, arrived_s)
            self._count_picture(*size_px, luma if self._changes.due(arrived_s) else None, arrived_s)

    def largest_box_px(self) -> tuple[int, int] | None:
        """Bounds of the largest output, None while nobody looks."""
        with self._writing:
            boxes = [output.box_px for output in self._outputs.values()]
        return max(boxes, default=None)

    def is_shown_small(self) -> bool:
        """Every output shows at most half the stream's width: what the loop filter smooths is not seen there."""
        with self._writing:
            widest_px = max((output.box_px[0] for output in self._outputs.values()), default=0)
        return widest_px * 2 <= self._width_px

    def _count_picture(self, width_px: int, height_px: int, luma: Luma | None, arrived_s: float) -> None:
        row = self._row
        self._rate.count(arrived_s)
        if luma is not None and self._changes.differs(luma, arrived_s):
            row.set_float(_CHANGED_S, arrived_s)
        if self._pictures_in_run == 0:
            self._playing_since_s = arrived_s
            self._width_px = width_px
            row.set_integer(_WIDTH_PX, width_px)
            row.set_integer(_HEIGHT_PX, height_px)
        self._pictures_in_run += 1
        row.set_float(_FPS, self._rate.fps)
        row.set_float(_FRAME_S, arrived_s)
        row.add(_FRAMES)
        row.set_integer(_REASON, Reason.NONE)
        row.set_integer(_PHASE, Phase.PLAYING)

    # -- the thread --

    def _run(self) -> None:
        order = self.order
        failures = 0
        while not self._stopping.is_set():
            self._pictures_in_run = 0
            self._rate = Rate()
            reason = self._play_once()
            if self._stopping.is_set():
                return
            now_s = time.monotonic()
            with self._writing:
                if self._stopping.is_set():
                    return
                self._board.mark_lost(self.order.row, reason, now_s)
                self._row.add(_ATTEMPTS)
                self._row.set_float(_FPS, 0.0)
                self._row.set_float(_LAG_S, 0.0)
            steady = self._pictures_in_run > 0 and now_s - self._playing_since_s >= STEADY_S
            failures = 1 if steady else failures + 1
            if self._stopping.wait(retry.delay_s(failures, self._chance, order.retry_first_s, order.retry_most_s)):
                return

    def _play_once(self) -> Reason:
        try:
            self._player(self)
        except StreamFailedError as error:
            return error.reason
        return Reason.ENDED


def luma_of(frame: av.VideoFrame) -> Luma:
    """The frame's first plane without its padding: luma for all that cameras send."""
    plane = frame.planes[0]
    pixels = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    return pixels[:, : frame.width]
