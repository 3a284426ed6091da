"""When alarms come faster than one person can answer them (ISA-18.2, EEMUA 191): one rule for room and desks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

WINDOW_MS: Final = 600_000
BEGINS_OVER: Final = 10
"""A flood begins when more than ten alarms came within ten minutes (EEMUA 191)."""

ENDS_BELOW: Final = 5
"""It is over when fewer than five did; between the two it stays what it was."""


def alarms_lately(raised_ms: Iterable[int], at_ms: int) -> int:
    """How many of these were raised within the ten minutes before `at_ms`."""
    return sum(at_ms - WINDOW_MS < one <= at_ms for one in raised_ms)


def is_flood(lately: int, before: bool) -> bool:
    """Whether it is one now. `lately`: alarms of the last ten minutes; `before`: what it was at the last look."""
    return lately > BEGINS_OVER or (before and lately >= ENDS_BELOW)
