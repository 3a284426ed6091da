"""Makes guessing passwords slow, per user at one origin and per origin."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

FREE_ATTEMPTS: Final = 5
FREE_ATTEMPTS_OF_ORIGIN: Final = 20
LONGEST_WAIT_S: Final = 60.0
FORGET_S: Final = 900.0
KEPT: Final = 10_000
"""Keys remembered at most, the oldest go first: somebody trying many names cannot fill the memory."""


@dataclass(slots=True)
class _Attempts:
    count: int
    last_ms: int


class LoginThrottle:
    """Attempts that failed or are still being looked at. Unknown users count like known ones.

    After the free attempts each further one waits 1, 2, 4 ... LONGEST_WAIT_S seconds since the one before.

    Args:
        free_attempts: of one user from one origin.
    """

    def __init__(self, now_ms: Callable[[], int], free_attempts: int = FREE_ATTEMPTS) -> None:
        self._now_ms = now_ms
        self._free_attempts = free_attempts
        self._attempts: OrderedDict[tuple[str, str], _Attempts] = OrderedDict()

    def __len__(self) -> int:
        return len(self._attempts)

    def wait_s(self, user: str, origin: str) -> float:
        """Seconds until the next attempt is looked at; 0 = now."""
        return max(
            self._wait_of_s((user, origin), self._free_attempts),
            self._wait_of_s(("", origin), max(FREE_ATTEMPTS_OF_ORIGIN, self._free_attempts)),
        )

    def failed(self, user: str, origin: str) -> None:
        for key in ((user, origin), ("", origin)):
            known = self._attempts.pop(key, None)
            count = 0 if known is None or self._now_ms() - known.last_ms > FORGET_S * 1000 else known.count
            self._attempts[key] = _Attempts(count + 1, self._now_ms())
        while len(self._attempts) > KEPT:
            self._attempts.popitem(last=False)

    def succeeded(self, user: str, origin: str) -> None:
        """Forget this user's attempts; the origin's own are only lessened by this one."""
        self._attempts.pop((user, origin), None)
        of_origin = self._attempts.get(("", origin))
        if of_origin is not None:
            of_origin.count = max(0, of_origin.count - 1)

    def _wait_of_s(self, key: tuple[str, str], free: int) -> float:
        known = self._attempts.get(key)
        if known is None or known.count < free:
            return 0.0
        wait_s = min(LONGEST_WAIT_S, 2.0 ** min(known.count - free, 10))
        return max(0.0, wait_s - (self._now_ms() - known.last_ms) / 1000)
