"""From a loaded file to one frame of it: begin at the key frame before, decode up to it, go on from there next time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

import av
from av.video.codeccontext import VideoCodecContext

from console.video.recorded.segment import LoadedSegment

PIXELS_MOST: Final = 8192 * 8192
OPTIONS: Final = {"err_detect": "explode", "max_pixels": str(PIXELS_MOST)}
"""A damaged picture must not be shown as if it were what the camera saw: FFmpeg would paint over the holes."""

SMALL: Final = {"skip_loop_filter": "all"}
"""For pictures that are shown at half their size or less (docs/decisions/0002-video-wall.md)."""

REORDER_MOST: Final = 16
"""Frames a decoder may hold back, ITU-T H.264 A.3.1: MaxDpbFrames."""


class BrokenPictureError(Exception):
    """The frame cannot be decoded; `LoadedSegment.bad` says from where to where."""


class InterruptedDecodingError(Exception):
    """Somebody wants another frame by now."""


class FrameDecoder:
    """One decoder. Used on one thread.

    Args:
        small: asked at each key frame: is the segment shown at half its size or less?

    Attributes:
        cost_s: CPU time of one frame that is no key frame, smoothed; 0 = not known yet.
        took_s: how long it takes, with everything else that the machine does.
        is_small: what comes out was decoded for small pictures.
    """

    def __init__(self, small: Callable[[LoadedSegment], bool]) -> None:
        self._small = small
        self.is_small = False
        self._codec: VideoCodecContext | None = None
        self._made_for: tuple[str, bytes, bool, bool] | None = None
        self._segment: LoadedSegment | None = None
        self._place = 0
        """The next packet to be decoded."""
        self._out = -1
        """Number of the newest frame that was handed out or passed over."""
        self._drained = False
        self._ready: deque[tuple[int, av.VideoFrame]] = deque()
        """What came out of the decoder and was not asked for yet."""
        self.cost_s = self.took_s = 0.0

    def steps_to(self, segment: LoadedSegment, frame: int) -> int:
        """How many packets must be decoded for a frame."""
        key = segment.key_of(frame)
        if key < 0:
            return 0
        start = segment.places[key]
        if self._goes_on(segment, frame, start):
            start = self._place
        return max(segment.places[frame] - start + 1, 1)

    def frame(self, segment: LoadedSegment, frame: int, stale: Callable[[], bool]) -> av.VideoFrame:
        """The frame of this number.

        Args:
            stale: asked before each packet: is another frame wanted by now?

        Raises:
            BrokenPictureError: it is damaged, or what it depends on.
            InterruptedDecodingError: `stale` said so.
        """
        key = segment.key_of(frame)
        if key < 0 or segment.bad_span(segment.times_ms[frame]) is not None:
            raise BrokenPictureError
        if not self._goes_on(segment, frame, segment.places[key]):
            self._begin(segment, segment.places[key])
        limit = min(segment.places[frame] + 1 + REORDER_MOST, len(segment.packets))
        while True:
            while self._ready and self._out < frame:
                self._out, decoded = self._ready.popleft()
                if self._out == frame:
                    return decoded
            if self._out >= frame or self._drained or (self._place >= limit and limit < len(segment.packets)):
                raise self._broken(segment, frame)
            if stale():
                raise InterruptedDecodingError
            self._decode_next(segment, frame)

    def forget(self) -> None:
        """The next frame begins at a key frame again."""
        self._segment = None

    def _goes_on(self, segment: LoadedSegment, frame: int, key_place: int) -> bool:
        """The decoder stands between the frame's key frame and the frame."""
        if segment is not self._segment or self._out >= frame or key_place >= self._place:
            return False
        return not self._drained or any(number == frame for number, _ in self._ready)

    def _begin(self, segment: LoadedSegment, place: int) -> None:
        self.is_small = self._small(segment)
        made_for = (segment.codec, segment.extradata, segment.reordered, self.is_small)
        if self._codec is None or made_for != self._made_for:
            self._codec = _decoder(*made_for)
            self._made_for = made_for
        else:
            self._codec.flush_buffers()
        self._segment, self._place, self._out, self._drained = segment, place, -1, False
        self._ready.clear()

    def _decode_next(self, segment: LoadedSegment, wanted: int) -> None:
        """One packet into the decoder, or the end of them; what comes out is ready."""
        assert self._codec is not None
        packet = segment.packets[self._place] if self._place < len(segment.packets) else None
        began_s, asked_s = time.thread_time(), time.monotonic()
        try:
            frames = self._codec.decode(packet)
        except (av.FFmpegError, ValueError):
            raise self._broken(segment, min(self._coming(segment), wanted)) from None
        if packet is None:
            self._drained = True
        else:
            self._place += 1
            if not packet.is_keyframe:
                self.cost_s = _smooth(self.cost_s, time.thread_time() - began_s)
                self.took_s = _smooth(self.took_s, time.monotonic() - asked_s)
        for frame in frames:
            number = _number(segment, frame)
            if frame.is_corrupt:
                raise self._broken(segment, number if 0 <= number < wanted else wanted)
            if number >= 0:
                self._ready.append((number, frame))

    def _coming(self, segment: LoadedSegment) -> int:
        """Number of the frame whose packet is next."""
        return segment.places.index(self._place) if self._place in segment.places else len(segment.times_ms)

    def _broken(self, segment: LoadedSegment, frame: int) -> BrokenPictureError:
        segment.spoil(frame)
        self._segment = None
        return BrokenPictureError()


def _number(segment: LoadedSegment, frame: av.VideoFrame) -> int:
    if frame.pts is None:
        return -1
    at_ms = segment.file.start_ms + frame.pts * segment.base_ms
    number = segment.frame_at(at_ms)
    return number if number >= 0 and abs(segment.times_ms[number] - at_ms) < 0.5 else -1


def _smooth(before: float, now: float) -> float:
    return now if before == 0.0 else before * 0.9 + now * 0.1


def _decoder(codec_name: str, extradata: bytes, reordered: bool, small: bool) -> VideoCodecContext:
    try:
        codec = av.CodecContext.create(codec_name, "r")
    except (av.FFmpegError, ValueError):
        raise BrokenPictureError from None
    if not isinstance(codec, VideoCodecContext):
        raise BrokenPictureError
    codec.extradata = extradata or None
    codec.thread_count = 1
    codec.thread_type = "SLICE"
    if not reordered:
        codec.flags |= av.codec.context.Flags.low_delay
    codec.options = {**OPTIONS, **(SMALL if small else {})}
    return codec
