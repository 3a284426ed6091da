"""When a lost camera is tried again: within a second at first, then ever more rarely, never all at once."""

from __future__ import annotations

import random
from typing import Final

FIRST_S: Final = 0.9
GROWTH: Final = 1.7
CAP_S: Final = 30.0


def delay_s(failures: int, chance: random.Random, first_s: float = FIRST_S, most_s: float = CAP_S) -> float:
    """How long to wait after the `failures`-th failure in a row (1-based).

    Jitter takes up to half of it away, so that cameras which fell together do not come back together.
    """
    longest_s: float = min(first_s * GROWTH ** min(max(failures - 1, 0), 20), most_s)
    return longest_s * chance.uniform(0.5, 1.0)
