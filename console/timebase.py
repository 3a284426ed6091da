"""The room's clocks. The only module of the console that reads the wall clock."""

from __future__ import annotations

import time
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
