"""What is known of one camera's recordings: segments, and the spans that were asked for. Pure."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from backend.contracts.recording import Segment
from console.video.orders import HOLD_MS

GROWS_MS: Final = 15_000
"""What is being recorded appears in the list so late at most: a key frame has to come first."""

KEPT_MOST: Final = 4000

Known = Segment | Literal["gap", "unknown"]


class CameraIndex:
    """Segments of one camera around the clock."""

    def __init__(self) -> None:
        self._segments: list[Segment] = []
        self._starts: list[int] = []
        self._spans: list[tuple[int, int]] = []

    @property
    def segments(self) -> Sequence[Segment]:
        return self._segments

    def learn(self, start_ms: int, end_ms: int, segments: Iterable[Segment]) -> None:
        """The answer to a question about start_ms..end_ms replaces what was known of that span.

        Of two segments that hold the same time, the one with more pixels is kept.
        """
        told = sorted(segments, key=lambda one: (one.start_ms, -one.width_px))
        again = {one.start_ms for one in told}
        kept = [
            one
            for one in self._segments
            if (one.end_ms <= start_ms or one.start_ms >= end_ms) and one.start_ms not in again
        ]
        best: list[Segment] = []
        for one in sorted([*kept, *told], key=lambda one: (one.start_ms, -one.width_px)):
            before = best[-1] if best else None
            if before is None or one.start_ms >= before.end_ms - HOLD_MS:
                best.append(one)
            elif one.width_px > before.width_px and one.end_ms >= before.end_ms:
                best[-1] = one
        self._segments = best
        self._starts = [one.start_ms for one in best]
        # Just after the begin, what ended just before it would still be held, and was not asked for.
        if start_ms + HOLD_MS < end_ms:
            self._add_span(start_ms + HOLD_MS, end_ms)

    def at(self, at_ms: float) -> Known:
        """The segment that holds an instant; "gap": there is none; "unknown": nobody has asked yet."""
        place = bisect.bisect_right(self._starts, at_ms) - 1
        segment = self._segments[place] if place >= 0 else None
        if segment is not None and at_ms < segment.end_ms + HOLD_MS:
            return segment
        if segment is not None and segment.open and at_ms < segment.end_ms + GROWS_MS:
            return "unknown"
        return "gap" if self.knows(at_ms, at_ms) else "unknown"

    def between(self, start_ms: float, end_ms: float) -> list[Segment]:
        """Segments that hold any of start_ms..end_ms, by time."""
        first = max(bisect.bisect_right(self._starts, start_ms) - 1, 0)
        last = bisect.bisect_right(self._starts, end_ms)
        return [one for one in self._segments[first:last] if one.end_ms > start_ms]

    def knows(self, start_ms: float, end_ms: float) -> bool:
        """Whether all of start_ms..end_ms was asked for."""
        return any(begin <= start_ms and end_ms <= end for begin, end in self._spans)

    def forget(self, start_ms: int, end_ms: int) -> None:
        """What was said about this span is not true any more."""
        self._spans = [
            piece
            for begin, end in self._spans
            for piece in ((begin, min(end, start_ms)), (max(begin, end_ms), end))
            if piece[0] < piece[1]
        ]

    def forget_far(self, at_ms: float, within_ms: int) -> None:
        """Keep what lies around an instant, when there is too much of it."""
        if len(self._segments) <= KEPT_MOST:
            return
        begin, end = round(at_ms) - within_ms, round(at_ms) + within_ms
        self._segments = [one for one in self._segments if one.end_ms > begin and one.start_ms < end]
        self._starts = [one.start_ms for one in self._segments]
        self._spans = [(max(a, begin), min(b, end)) for a, b in self._spans if b > begin and a < end]

    def _add_span(self, start_ms: int, end_ms: int) -> None:
        merged: list[tuple[int, int]] = []
        for begin, end in sorted([*self._spans, (start_ms, end_ms)]):
            if merged and begin <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((begin, end))
        self._spans = merged
