"""Playing backwards: a key frame and what depends on it are decoded forwards, kept scaled, and shown from the end."""

from __future__ import annotations

from collections.abc import Callable

from console.video.recorded.decode import BrokenPictureError, FrameDecoder
from console.video.recorded.library import Library, Place
from console.video.recorded.pictures import Pictures, Prepared
from console.video.recorded.segment import LoadedSegment


class _Group:
    """Frames `key`..`upto` of a segment, decoded one by one. Past the budget the earliest go: they are decoded again
    when their turn comes."""

    def __init__(self, segment: LoadedSegment, upto: int, pictures: Pictures) -> None:
        self.segment = segment
        self.key = max(segment.key_of(upto), 0)
        self.upto = upto
        self.next = self.key
        self.pictures: dict[int, Prepared] = {}
        self._decoder = FrameDecoder(lambda shown: pictures.are_small(shown.width_px))
        self._bytes = 0

    @property
    def done(self) -> bool:
        return self.next > self.upto

    @property
    def lowest(self) -> int:
        return min(self.pictures, default=self.key)

    def holds(self, segment: LoadedSegment, frame: int) -> bool:
        return segment is self.segment and self.key <= frame <= self.upto and (not self.done or frame in self.pictures)

    def step(self, pictures: Pictures, budget_bytes: int, stale: Callable[[], bool]) -> None:
        """Decode one frame; when it is broken, so is the rest."""
        try:
            frame = self._decoder.frame(self.segment, self.next, stale)
        except BrokenPictureError:
            self.upto = self.next - 1
            return
        prepared = pictures.prepare(frame, self.segment.pixel_aspect)
        self.pictures[self.next] = prepared
        self._bytes += prepared.bytes
        self.next += 1
        while self._bytes > budget_bytes and len(self.pictures) > 1:
            self._bytes -= self.pictures.pop(min(self.pictures)).bytes


class Backwards:
    """Two groups: the one being shown and the one before it. Used on the player's thread."""

    def __init__(self, library: Library, pictures: Pictures) -> None:
        self._library = library
        self._pictures = pictures
        self._shown: _Group | None = None
        self._coming: _Group | None = None
        self._version = -1
        self.budget_bytes = 16 << 20

    def clear(self) -> None:
        self._shown = self._coming = None

    def picture(self, segment: LoadedSegment, frame: int, stale: Callable[[], bool]) -> Prepared:
        """The frame in every size that is shown; takes as long as decoding up to it.

        Raises:
            BrokenPictureError: it is damaged.
            InterruptedDecodingError: `stale` said so.
        """
        if self._version != self._pictures.version:
            self._version = self._pictures.version
            self.clear()
        if self._shown is None or not self._shown.holds(segment, frame):
            coming, self._coming = self._coming, None
            if coming is None or not coming.holds(segment, frame):
                coming = _Group(segment, frame, self._pictures)
            self._shown = coming
        group = self._shown
        while not group.done and frame not in group.pictures:
            group.step(self._pictures, self.budget_bytes, stale)
        if frame not in group.pictures:
            raise BrokenPictureError
        return group.pictures[frame]

    def work(self, stale: Callable[[], bool]) -> bool:
        """Decode a little of what comes next. False when there is nothing to do."""
        group = self._shown
        if group is None:
            return False
        if not group.done:
            group.step(self._pictures, self.budget_bytes, stale)
            return True
        if self._coming is None:
            before = self._before(group)
            if before is None:
                return False
            self._coming = _Group(*before, self._pictures)
        if self._coming.done:
            return False
        self._coming.step(self._pictures, self.budget_bytes, stale)
        return True

    def _before(self, group: _Group) -> Place | None:
        """The frame that will be wanted when the group is through."""
        if group.lowest > 0:
            return group.segment, group.lowest - 1
        segment = self._library.before(group.segment)
        return None if segment is None or not segment.times_ms else (segment, len(segment.times_ms) - 1)
