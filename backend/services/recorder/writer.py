"""One camera's packets on their way to the disk: a bounded queue, and a thread that makes segments of it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from backend.services.recorder.messages import Report, SegmentClosed, SegmentOpened
from backend.services.recorder.segment import Arrived, DiskError, Segment, Template, safe_name

QUEUE_BYTES: Final = 32 << 20
QUEUE_MS: Final = 20_000
"""What a camera may wait for a slow disk; past this, up to the next key frame is given up and told."""

WAKE_BYTES: Final = 1 << 19
WAKE_MS: Final = 1000
"""A fragment reaches the disk when it is whole: nothing is lost by waking the writer once a key frame, else once in so
many bytes or this time. A wake for every packet was half of what recording cost."""

RETRY_S: Final = 2.0
SEAM_MS: Final = 500
"""Two files meet when they are no further apart: clocks are corrected by milliseconds between them."""

_Item = tuple[Arrived, Template]


class SegmentWriter:
    """`put` is called by the reading thread and never waits; the rest happens on the writer's own thread.

    Args:
        tell: called with a code ("" = what comes is on the disk) and the wall clock from when on that holds.
    """

    def __init__(
        self,
        camera_id: str,
        folder: Path,
        stream: str,
        segment_s: float,
        report: Callable[[Report], None],
        tell: Callable[[str, int], None],
    ) -> None:
        self._camera_id = camera_id
        self._folder = folder
        self._stream = stream
        self._segment_ms = round(segment_s * 1000)
        self._report = report
        self._tell = tell
        self._queue: deque[_Item | None] = deque()
        self._bytes = 0
        self._woken_ms = 0
        self._woken_bytes = 0
        self._overflowed = False
        self._ended = False
        self._wake = threading.Condition()
        self._segment: Segment | None = None
        self._retry_s = 0.0
        self._lossy = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"writer-{camera_id}", daemon=True)
        self._thread.start()

    def put(self, arrived: Arrived, template: Template) -> None:
        lost_from_ms: int | None = None
        with self._wake:
            if self._ended:
                return
            if self._overflowed:
                if not (arrived.is_video and arrived.is_key) or self._is_full(arrived, 2):
                    return
                self._overflowed = False
                arrived.fresh = arrived.after_loss = True
            elif self._is_full(arrived, 1):
                self._overflowed = True
                self._lossy.set()
                lost_from_ms = arrived.wall_ms
            if not self._overflowed:
                self._queue.append((arrived, template))
                self._bytes += arrived.packet.size
                if self._is_worth_it(arrived):
                    self._wake.notify()
        if lost_from_ms is not None:
            self._tell("disk_slow", lost_from_ms)

    def cut(self) -> None:
        """The stream was lost: what is open is closed."""
        with self._wake:
            self._queue.append(None)
            self._wake.notify()

    def end(self) -> None:
        """Write what waits, close, end the thread; returns at once."""
        with self._wake:
            self._ended = True
            self._wake.notify()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    def _is_worth_it(self, arrived: Arrived) -> bool:
        """Whether the writer is to be woken for what waits by now."""
        self._woken_bytes += arrived.packet.size
        late = not 0 <= arrived.wall_ms - self._woken_ms < WAKE_MS
        if not (arrived.is_video and arrived.is_key or late or self._woken_bytes > WAKE_BYTES):
            return False
        self._woken_ms, self._woken_bytes = arrived.wall_ms, 0
        return True

    def _is_full(self, arrived: Arrived, parts: int) -> bool:
        """Whether a `parts`-th of what may wait is there."""
        oldest = next((item[0] for item in self._queue if item is not None), None)
        if oldest is None:
            return False
        # A clock that was set says nothing of how long the oldest has waited: then the bytes decide.
        waits_ms = (arrived.wall_ms - oldest.wall_ms) * parts
        return self._bytes * parts > QUEUE_BYTES or QUEUE_MS < waits_ms < 10 * QUEUE_MS

    # -- the writer's thread --

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._queue and not self._ended:
                    self._wake.wait()
                if not self._queue:
                    break
                item = self._queue.popleft()
                if item is not None:
                    self._bytes -= item[0].packet.size
            if item is None:
                self._close(None)
            else:
                self._take(*item)
        self._close(None)

    def _take(self, arrived: Arrived, template: Template) -> None:
        begins = arrived.is_video and arrived.is_key
        segment = self._segment
        if segment is not None and begins and (arrived.fresh or self._is_long(segment, arrived)):
            self._close(None if arrived.fresh else arrived.begin_ms)
            segment = None
        if arrived.after_loss:
            self._lossy.clear()
        if segment is None and (not begins or time.monotonic() < self._retry_s):
            return
        try:
            if segment is None:
                segment = self._segment = Segment(
                    self._folder, safe_name(self._camera_id), self._stream, template, arrived
                )
            was_there = segment.is_on_disk
            if segment.write(arrived):
                self._stored(segment, opened=not was_there)
        except DiskError as error:
            self._failed(error, arrived.begin_ms)

    def _is_long(self, segment: Segment, arrived: Arrived) -> bool:
        return arrived.begin_ms - segment.start_ms >= self._segment_ms or arrived.shape != segment.shape

    def _stored(self, segment: Segment, *, opened: bool) -> None:
        if opened:
            self._report(SegmentOpened(self._camera_id, self._stream, str(segment.file), segment.start_ms))
        if opened and not self._lossy.is_set():
            self._tell("", segment.start_ms)

    def _close(self, next_ms: int | None) -> None:
        segment, self._segment = self._segment, None
        if segment is None:
            return
        was_there = segment.is_on_disk
        try:
            segment.close()
        except DiskError as error:
            self._segment = segment
            self._failed(error, segment.end_ms)
            return
        if not segment.is_on_disk:
            return
        self._stored(segment, opened=not was_there)
        end_ms = segment.end_ms
        if next_ms is not None and abs(next_ms - end_ms) <= SEAM_MS:
            end_ms = next_ms
        self._tell_closed(segment, end_ms)

    def _failed(self, error: DiskError, at_ms: int) -> None:
        """What is open ends here; the next key frame after a moment tries again."""
        segment, self._segment = self._segment, None
        self._retry_s = time.monotonic() + RETRY_S
        if segment is not None:
            at_ms = segment.give_up()
            if segment.is_on_disk:
                self._tell_closed(segment, at_ms)
        self._tell(error.code, at_ms)

    def _tell_closed(self, segment: Segment, end_ms: int) -> None:
        shape = segment.shape
        self._report(
            SegmentClosed(
                camera_id=self._camera_id,
                stream=self._stream,
                file=str(segment.file),
                start_ms=segment.start_ms,
                end_ms=end_ms,
                bytes=segment.bytes,
                frames=segment.frames,
                codec=shape.codec,
                width_px=shape.width_px,
                height_px=shape.height_px,
                has_audio=segment.has_audio,
            )
        )
