"""One camera of a replay inside a worker: a thread that shows the frame of the instant the replay's clock stands at."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import Final

import av

from console.video.board import Board, Phase, Reason, Row
from console.video.orders import HaveFiles, OpenRecorded
from console.video.recorded.backwards import Backwards
from console.video.recorded.decode import BrokenPictureError, FrameDecoder, InterruptedDecodingError
from console.video.recorded.library import Library, Place
from console.video.recorded.motion_block import Course, MotionBlock
from console.video.recorded.pictures import Pictures, Prepared
from console.video.recorded.segment import LoadedSegment
from console.video.ring import FrameRing
from console.video.watch import Rate

IDLE_S: Final = 0.25
"""A player that has nothing to do looks at the clock this often even if nobody nudges it."""

LOAD_MOST: Final = 0.75
"""Above this share of a core for all streams of a worker, only key frames are decoded."""

CATCH_UP_S: Final = 0.25
"""A playing stream that would have to decode for longer goes on at the key frame."""

KEY_FIRST_S: Final = 0.1
"""A seek whose exact frame takes longer shows the key frame before it first."""

KEYS_EVERY_S: Final = 0.08
KEYS_SHARE: Final = 0.6
LOAD_AHEAD_MS: Final = 3000.0
GO_ON_S: Final = 0.08
"""Decoding that began so recently is finished though the clock was touched: dragging must not starve it."""

KEPT_BYTES: Final = 192 << 20
"""Scaled pictures that all players of a worker keep for playing backwards."""

_PHASE, _REASON = Row.place("phase"), Row.place("reason")
_FRAMES, _FPS, _NOMINAL_FPS, _FRAME_S = map(Row.place, ("frames", "fps", "nominal_fps", "frame_s"))
_WIDTH_PX, _HEIGHT_PX = map(Row.place, ("width_px", "height_px"))
_SHOWN_MS, _UNTIL_MS, _BEFORE_MS = map(Row.place, ("shown_ms", "until_ms", "before_ms"))
_GENERATION, _READING = Row.place("generation"), Row.place("reading")
_BAD_FROM_MS, _BAD_UNTIL_MS = Row.place("bad_from_ms"), Row.place("bad_until_ms")

_log = logging.getLogger(__name__)


@dataclass
class Company:
    """The players of one worker share its core."""

    count: int = 0


class RecordedPlayer:
    """Runs on a thread of its own; everything public is called on the worker's main thread."""

    def __init__(self, order: OpenRecorded, board: Board, clock: MotionBlock, company: Company) -> None:
        self._row = board.writer(order.row)
        self._clock = clock
        self._company = company
        self._stopping = threading.Event()
        self._wake = threading.Event()
        # Held while the row is written: after `close` it belongs to another stream.
        self._writing = threading.Lock()
        self._pictures = Pictures()
        self._library = Library(self._tell_reading)
        self._decoder = FrameDecoder(lambda segment: self._pictures.are_small(segment.width_px))
        self._backwards = Backwards(self._library, self._pictures)
        self._rate = Rate()
        self._number = 0
        """Of the course that is being followed."""
        self._turn_s = 0.0
        self._shown: Place | None = None
        self._shown_s = 0.0
        self._shown_version = -1
        self._generation = -1
        self._frame: av.VideoFrame | None = None
        self._frame_is_small = False
        self._ahead: tuple[LoadedSegment, int, Prepared, av.VideoFrame] | None = None
        self._key_cost_s = 0.0
        self._thread = threading.Thread(target=self._run, name=f"recorded-{order.row}", daemon=True)

    def start(self) -> None:
        self._company.count += 1
        self._thread.start()

    def close(self) -> None:
        self._company.count -= 1
        self._stopping.set()
        self._wake.set()
        with self._writing:
            self._pictures.close()

    def add_output(self, ring: FrameRing, box_px: tuple[int, int]) -> None:
        self._pictures.add(ring, box_px)
        self._wake.set()

    def remove_output(self, name: str) -> None:
        self._pictures.remove(name)

    def have(self, order: HaveFiles) -> None:
        self._library.take(order.files)
        self._wake.set()

    def nudge(self) -> None:
        self._wake.set()

    # -- the thread --

    def _run(self) -> None:
        wait_s = 0.0
        while not self._stopping.is_set():
            if wait_s > 0.0:
                self._wake.wait(wait_s)
            self._wake.clear()
            try:
                wait_s = self._look()
            except InterruptedDecodingError:
                wait_s = 0.0
            except Exception as error:  # noqa: BLE001 - whatever a file does, the camera's other files go on
                _log.error("a recording could not be shown: %s", type(error).__name__)
                self._decoder.forget()
                self._tell_lost()
                wait_s = IDLE_S

    def _look(self) -> float:
        """Show what is due; returns how long nothing is to be done, seconds."""
        self._number = self._clock.number
        course = self._clock.read()
        self._turn_s = time.monotonic()
        if course is None or self._pictures.count == 0:
            return IDLE_S
        at_ms = course.at(self._turn_s)
        rate = course.motion.rate
        shown = None if self._shown is None else self._shown[0]
        found = self._library.at(at_ms, shown, near=course.motion.scrubbing or abs(rate) >= 4.0)
        if found is None:
            self._show_again(course, fits=False)
            return IDLE_S / 2 if rate else IDLE_S
        segment, frame = found
        bad = segment.bad_span(at_ms) or ((at_ms, at_ms + 1.0) if frame < 0 else None)
        if bad is not None:
            self._tell_bad(bad)
            return IDLE_S / 4
        try:
            if rate < 0:
                return self._play_backwards(course, segment, frame)
            self._backwards.clear()
            return self._play_forwards(course, segment, frame)
        except BrokenPictureError:
            return 0.0  # the segment knows by now from where to where

    def _stale(self) -> bool:
        """Another instant is wanted by now."""
        if self._stopping.is_set():
            return True
        return self._clock.number != self._number and time.monotonic() - self._turn_s > GO_ON_S

    # -- forwards, and standing still --

    def _play_forwards(self, course: Course, segment: LoadedSegment, frame: int) -> float:
        rate = course.motion.rate
        if self._shown == (segment, frame):
            self._show_again(course, fits=True)
            return IDLE_S if rate == 0.0 else self._prepare_next(course, segment, frame)
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead[0] is segment and ahead[1] == frame:
            self._generation = course.motion.generation
            self._publish(segment, frame, ahead[2], ahead[3])
            return 0.0
        takes_s = self._decoder.steps_to(segment, frame) * self._decoder.took_s
        if rate and (not self._keeps_up(segment, rate) or takes_s > CATCH_UP_S):
            return self._show_key(course, segment, frame)
        if not rate and takes_s > KEY_FIRST_S:
            self._show_key(course, segment, frame)
        self._show(course, segment, frame)
        return 0.0

    def _prepare_next(self, course: Course, segment: LoadedSegment, frame: int) -> float:
        """Decode what comes next, so that it is ready when it is due."""
        due_s = course.when(segment.until_ms(frame))
        if not self._keeps_up(segment, course.motion.rate):
            return min(max(due_s - time.monotonic(), 0.0), IDLE_S)
        following = self._following(segment, frame)
        if following is not None and (self._ahead is None or self._ahead[:2] != following):
            decoded = self._decode(*following)
            prepared = self._pictures.prepare(decoded, following[0].pixel_aspect)
            self._ahead = (*following, prepared, decoded)
        elif segment.end_ms - segment.times_ms[frame] < LOAD_AHEAD_MS:
            self._library.after(segment)
        return min(max(due_s - time.monotonic(), 0.0), IDLE_S)

    def _following(self, segment: LoadedSegment, frame: int) -> Place | None:
        if frame + 1 < len(segment.times_ms):
            following: Place = (segment, frame + 1)
        else:
            after = self._library.after(segment)
            if after is None or not after.times_ms:
                return None
            following = (after, 0)
        return None if following[0].bad_span(following[0].times_ms[following[1]]) is not None else following

    # -- backwards --

    def _play_backwards(self, course: Course, segment: LoadedSegment, frame: int) -> float:
        self._ahead = None
        keeps_up = self._keeps_up(segment, -2.0 * course.motion.rate)  # groups are decoded while others are shown
        if self._shown == (segment, frame):
            self._show_again(course, fits=True)
            due_s = course.when(segment.times_ms[frame] - 0.6)
            if keeps_up and self._backwards.work(self._stale):
                return 0.0
            return min(max(due_s - time.monotonic(), 0.0), IDLE_S)
        if not keeps_up:
            self._backwards.clear()
            return self._show_key(course, segment, frame)
        self._backwards.budget_bytes = KEPT_BYTES // max(self._company.count, 1) // 2
        self._tell_reading(segment.file.segment_id)
        prepared = self._backwards.picture(segment, frame, self._stale)
        self._tell_reading(0)
        self._generation = course.motion.generation
        self._publish(segment, frame, prepared, None)
        return 0.0

    # -- key frames only --

    def _keeps_up(self, segment: LoadedSegment, rate: float) -> bool:
        """Whether every frame can be decoded at this speed. At 1x and slower it is tried in any case."""
        if abs(rate) <= 1.0:
            return True
        load = self._decoder.cost_s * 1000.0 / segment.frame_ms * rate * max(self._company.count, 1)
        return load <= LOAD_MOST

    def _show_key(self, course: Course, segment: LoadedSegment, frame: int) -> float:
        """The key frame before a frame, unless it is shown already."""
        key = segment.key_of(frame)
        pause_s = max(KEYS_EVERY_S, self._key_cost_s * self._company.count / KEYS_SHARE)
        early_s = self._shown_s + pause_s - time.monotonic()
        if key < 0 or self._shown == (segment, key) or (early_s > 0 and course.motion.rate):
            self._show_again(course, fits=self._shown == (segment, key))
            return min(max(early_s, 0.01), IDLE_S)
        if course.motion.rate > 0 and self._shown is not None and self._shown[0] is segment and self._shown[1] > key:
            return 0.02  # further already: wait for the next one rather than go back
        began_s = time.thread_time()
        self._show(course, segment, key)
        used_s = time.thread_time() - began_s
        self._key_cost_s = used_s if self._key_cost_s == 0.0 else self._key_cost_s * 0.8 + used_s * 0.2
        return pause_s

    # -- showing --

    def _decode(self, segment: LoadedSegment, frame: int) -> av.VideoFrame:
        self._tell_reading(segment.file.segment_id)
        try:
            return self._decoder.frame(segment, frame, self._stale)
        finally:
            self._tell_reading(0)

    def _show(self, course: Course, segment: LoadedSegment, frame: int) -> None:
        decoded = self._decode(segment, frame)
        self._generation = course.motion.generation
        self._publish(segment, frame, self._pictures.prepare(decoded, segment.pixel_aspect), decoded)

    def _show_again(self, course: Course, *, fits: bool) -> None:
        """The picture stays, and a tile of another size may have come. `fits`: it is the one of the clock's instant."""
        shown = self._shown
        if shown is None:
            return
        if fits and self._generation != course.motion.generation:
            self._generation = course.motion.generation
            self._tell(_GENERATION, self._generation)
        if self._shown_version == self._pictures.version:
            return
        segment, frame = shown
        decoded = self._frame
        if self._frame_is_small and not self._pictures.are_small(segment.width_px):
            decoded = None
            self._decoder.forget()
        if decoded is None:
            try:
                decoded = self._decode(segment, frame)
            except BrokenPictureError:
                self._shown = None
                return
        self._publish(segment, frame, self._pictures.prepare(decoded, segment.pixel_aspect), decoded)

    def _publish(self, segment: LoadedSegment, frame: int, prepared: Prepared, decoded: av.VideoFrame | None) -> None:
        """Into the rings and onto the board. `decoded` is kept for tiles of another size."""
        now_s = time.monotonic()
        with self._writing:
            if self._stopping.is_set():
                return
            # The picture first: who reads in between finds its time told too early, never an old picture told as new.
            self._pictures.publish(prepared, now_s)
            row = self._row
            row.set_float(_SHOWN_MS, segment.times_ms[frame])
            row.set_float(_UNTIL_MS, segment.until_ms(frame))
            row.set_float(_BEFORE_MS, segment.times_ms[frame - 1] if frame else segment.times_ms[0] - segment.frame_ms)
            row.set_integer(_GENERATION, self._generation)
            row.set_float(_NOMINAL_FPS, 1000.0 / max(segment.frame_ms, 1.0))
            row.set_integer(_WIDTH_PX, prepared.width_px)
            row.set_integer(_HEIGHT_PX, prepared.height_px)
            self._rate.count(now_s)
            row.set_float(_FPS, self._rate.fps)
            row.set_float(_FRAME_S, now_s)
            row.set_integer(_REASON, Reason.NONE)
            row.set_integer(_PHASE, Phase.PLAYING)
            row.add(_FRAMES)
        self._shown, self._shown_s, self._shown_version = (segment, frame), now_s, prepared.version
        self._frame, self._frame_is_small = decoded, self._decoder.is_small

    # -- telling --

    def _tell(self, place: int, value: int) -> None:
        with self._writing:
            if not self._stopping.is_set():
                self._row.set_integer(place, value)

    def _tell_reading(self, segment_id: int) -> None:
        """What is being read just now: if it kills the worker, the desk knows what it was."""
        self._tell(_READING, segment_id)

    def _tell_bad(self, span: tuple[float, float]) -> None:
        with self._writing:
            if not self._stopping.is_set():
                self._row.set_float(_BAD_FROM_MS, span[0])
                self._row.set_float(_BAD_UNTIL_MS, span[1])

    def _tell_lost(self) -> None:
        with self._writing:
            if not self._stopping.is_set():
                self._row.set_integer(_REASON, Reason.OTHER)
                self._row.set_integer(_PHASE, Phase.LOST)
