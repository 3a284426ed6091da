"""Waiting for conditions in tests of processes, never for fixed times."""

from __future__ import annotations

import time
from collections.abc import Callable

POLL_S = 0.02


def seconds_until(condition: Callable[[], bool], timeout_s: float, what: str) -> float:
    """How long it took until `condition` held.

    Raises:
        AssertionError: it did not within `timeout_s`.
    """
    started_s = time.monotonic()
    while not condition():
        assert time.monotonic() - started_s < timeout_s, f"not within {timeout_s} s: {what}"
        time.sleep(POLL_S)
    return time.monotonic() - started_s
