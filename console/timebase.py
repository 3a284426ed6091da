"""The room's clocks. The only module of the console that reads the wall clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """What time it is in the session a panel belongs to."""

    @property
    def replaying(self) -> bool: ...

    def now_ms(self) -> int:
        """The session's time, epoch milliseconds: the server's clock when live, the slider's when replaying."""
        ...


def monotonic_s() -> float:
    """Seconds of a clock that never jumps, for ages and deadlines."""
    return time.monotonic()


class WallClock:
    """The server's clock as this seat estimates it: own wall clock plus the measured offset."""

    def __init__(self) -> None:
        self._offset_ms = 0

    @property
    def replaying(self) -> bool:
        return False

    @property
    def offset_ms(self) -> int:
        """Server minus local, milliseconds."""
        return self._offset_ms

    def set_offset_ms(self, offset_ms: int) -> None:
        self._offset_ms = offset_ms

    def now_ms(self) -> int:
        return self.local_ms() + self._offset_ms

    @staticmethod
    def local_ms() -> int:
        """This machine's own clock, epoch milliseconds."""
        return time.time_ns() // 1_000_000


RATES = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""Speeds of replay, forwards and backwards."""


@dataclass(frozen=True, slots=True)
class Motion:
    """How a replay moves: at `position_ms` when the monotonic clock said `anchor_s`, `rate` times real time since.

    Attributes:
        rate: 0 = stands; negative = backwards.
        scrubbing: the slider is in somebody's hand: near enough at once is better than exact later.
        generation: grows with every jump, never by moving on.
    """

    position_ms: int
    anchor_s: float
    rate: float
    scrubbing: bool
    generation: int

    def at(self, now_s: float) -> int:
        """Where it is, epoch milliseconds, by the monotonic clock; not held back by any bound."""
        return self.position_ms + round((now_s - self.anchor_s) * 1000 * self.rate)


class ReplayClock:
    """A clock in somebody's hand.

    Args:
        edge_ms: the youngest instant that can be replayed; it moves on by itself.
        now_s: the monotonic clock.
    """

    def __init__(self, edge_ms: Callable[[], int], now_s: Callable[[], float] = monotonic_s) -> None:
        self._edge_ms = edge_ms
        self._now_s = now_s
        self.first_ms = 0
        self._motion = Motion(0, now_s(), 0.0, False, 0)

    @property
    def replaying(self) -> bool:
        return True

    @property
    def motion(self) -> Motion:
        """How it moves since it last was touched: what a video worker needs to follow it by itself."""
        return self._motion

    @property
    def edge_ms(self) -> int:
        return self._edge_ms()

    def now_ms(self) -> int:
        return self._bounded(self._motion.at(self._now_s()))

    def seek(self, at_ms: int, scrubbing: bool = False) -> None:
        """Jump; it goes on from there at the same rate."""
        rate = self._motion.rate
        self._motion = Motion(self._bounded(at_ms), self._now_s(), rate, scrubbing, self._motion.generation + 1)

    def set_rate(self, rate: float) -> None:
        """0 = stand still; negative = backwards."""
        now = self._motion
        self._motion = Motion(self.now_ms(), self._now_s(), rate, now.scrubbing, now.generation)

    def _bounded(self, at_ms: int) -> int:
        return max(self.first_ms, min(at_ms, self._edge_ms()))
