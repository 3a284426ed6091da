"""From a stream's own clock to the wall clock: true to the frame, whatever the network does to single packets."""

from __future__ import annotations

import statistics
from collections import deque
from typing import Final

FORGET_PER_S: Final = 0.0005
"""A camera's clock may run away by so much: the best difference seen is given up so slowly."""

FLOOR_S: Final = 4.0
FLOORS: Final = 9
MOST_DRIFT: Final = 0.02
"""Cameras that stamp by their nominal rate run away faster (30 frames a second that are 29.88). How fast is seen in the
smallest differences of the last FLOORS stretches of FLOOR_S: the middle one of their rises, which a network that
became slow for a while does not move."""

STALE_FLOORS: Final = 3
STALE_S: Final = 0.01
STALE_PER_S: Final = 0.005
"""What no packet of so many stretches came near is given up faster: the road became longer, or it never was true."""

BACK_S: Final = 0.5
JUMP_S: Final = 1.0
"""The stream's clock went back by more, or ahead of the time between two arrivals: it begins anew."""

STEP_S: Final = 0.5
"""The wall clock was set by more than this."""


class StreamClock:
    """A packet is late by chance, never early: the smallest difference of arrival and stamp is the truest.

    Times in seconds: `stream_s` of the stream's own clock, `mono_s` of the clock that never jumps, `wall_s` since
    1970. `jumped`: the packet that came last began a new clock of the stream.
    """

    def __init__(self) -> None:
        self._best_s: float | None = None
        self._last: tuple[float, float] | None = None
        self._wall_offset_s = 0.0
        self._floors = _Floors()
        self.jumped = False

    def arrived(self, stream_s: float, mono_s: float, wall_s: float) -> bool:
        """A packet came. False: one of the clocks was set; what follows belongs to another segment."""
        wall_offset_s = wall_s - mono_s
        steady, self.jumped = True, False
        if self._best_s is None or self._last is None:
            self._wall_offset_s = wall_offset_s
        else:
            ran_s, waited_s = stream_s - self._last[0], mono_s - self._last[1]
            # Packets come in bursts after a pause, but a clock never runs much ahead of time, nor back.
            if ran_s < -BACK_S or ran_s > waited_s + JUMP_S + self._behind_s():
                self._best_s, self._floors = None, _Floors()
                steady, self.jumped = False, True
            if abs(wall_offset_s - self._wall_offset_s) > STEP_S:
                self._wall_offset_s = wall_offset_s
                steady = False
        difference_s = mono_s - stream_s
        if self._best_s is None or self._last is None:
            self._best_s = difference_s
        else:
            per_s = max(FORGET_PER_S, self._floors.rise)
            if self._floors.newest_s > self._best_s + STALE_S:
                per_s = max(per_s, STALE_PER_S)
            forgotten_s = per_s * max(0.0, mono_s - self._last[1])
            self._best_s = min(difference_s, self._best_s + forgotten_s)
        self._floors.add(difference_s, mono_s)
        # Small corrections of the wall clock (NTP slewing) are followed slowly.
        self._wall_offset_s += (wall_offset_s - self._wall_offset_s) * 0.01
        self._last = (stream_s, mono_s)
        return steady

    def wall_s(self, stream_s: float) -> float:
        """When the frame with this stamp was taken (without the camera's own constant delay)."""
        assert self._best_s is not None, "nothing arrived yet"
        return stream_s + self._best_s + self._wall_offset_s

    def _behind_s(self) -> float:
        """How late the last packet was."""
        assert self._best_s is not None
        assert self._last is not None
        return max(0.0, self._last[1] - self._last[0] - self._best_s)


class _Floors:
    """The smallest difference of each of the last stretches, and how fast they rise."""

    def __init__(self) -> None:
        self._floors: deque[float] = deque(maxlen=FLOORS)
        self._floor_s = float("inf")
        self._until_s: float | None = None
        self.rise = 0.0
        self.newest_s = float("-inf")
        """The smallest of the last STALE_FLOORS stretches, once there are so many."""

    def add(self, difference_s: float, mono_s: float) -> None:
        if self._until_s is None:
            self._until_s = mono_s + FLOOR_S
        self._floor_s = min(self._floor_s, difference_s)
        if mono_s < self._until_s:
            return
        self._floors.append(self._floor_s)
        self._floor_s, self._until_s = float("inf"), mono_s + FLOOR_S
        if len(self._floors) >= STALE_FLOORS:
            self.newest_s = min(list(self._floors)[-STALE_FLOORS:])
        if len(self._floors) > 3:
            pairs = list(self._floors)
            rises = [(after - before) / FLOOR_S for before, after in zip(pairs, pairs[1:], strict=False)]
            # A little faster than it runs away, so that a lag once had is made good.
            self.rise = min(MOST_DRIFT, max(0.0, 1.5 * statistics.median(rises)))
