"""From a stream's own clock to the wall clock: true to the frame, whatever the network does to single packets."""

from __future__ import annotations

from typing import Final

FORGET_PER_S: Final = 0.0005
"""A camera's clock may run away by so much: the best difference seen is given up so slowly."""

JUMP_S: Final = 1.0
"""The stream's clock went another way than the time between two arrivals by more: it begins anew."""

STEP_S: Final = 0.5
"""The wall clock was set by more than this."""


class StreamClock:
    """A packet is late by chance, never early: the smallest difference of arrival and stamp is the truest.

    Times in seconds: `stream_s` of the stream's own clock, `mono_s` of the clock that never jumps, `wall_s` since
    1970.
    """

    def __init__(self) -> None:
        self._best_s: float | None = None
        self._last: tuple[float, float] | None = None
        self._wall_offset_s = 0.0

    def arrived(self, stream_s: float, mono_s: float, wall_s: float) -> bool:
        """A packet came. False: one of the clocks was set; what follows belongs to another segment."""
        wall_offset_s = wall_s - mono_s
        steady = True
        if self._best_s is None or self._last is None:
            self._wall_offset_s = wall_offset_s
        else:
            ran_s, waited_s = stream_s - self._last[0], mono_s - self._last[1]
            # Packets come in bursts after a pause, but a clock never runs much ahead of time, nor back.
            if ran_s < -JUMP_S or ran_s > waited_s + JUMP_S + self._behind_s(stream_s, mono_s):
                self._best_s = None
                steady = False
            if abs(wall_offset_s - self._wall_offset_s) > STEP_S:
                self._wall_offset_s = wall_offset_s
                steady = False
        difference_s = mono_s - stream_s
        if self._best_s is None or self._last is None:
            self._best_s = difference_s
        else:
            forgotten_s = FORGET_PER_S * max(0.0, mono_s - self._last[1])
            self._best_s = min(difference_s, self._best_s + forgotten_s)
        # Small corrections of the wall clock (NTP slewing) are followed slowly.
        self._wall_offset_s += (wall_offset_s - self._wall_offset_s) * 0.01
        self._last = (stream_s, mono_s)
        return steady

    def wall_s(self, stream_s: float) -> float:
        """When the frame with this stamp was taken (without the camera's own constant delay)."""
        assert self._best_s is not None, "nothing arrived yet"
        return stream_s + self._best_s + self._wall_offset_s

    def _behind_s(self, stream_s: float, mono_s: float) -> float:
        assert self._best_s is not None
        assert self._last is not None
        return max(0.0, self._last[1] - self._last[0] - self._best_s)
