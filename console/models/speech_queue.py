"""What is said next, pure: a burst is its worst alert and a count; what is critical is said at once, each by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CRITICAL = 1


@dataclass(frozen=True, slots=True)
class Saying:
    """One sentence to say. `more`: how many other alerts of the burst it stands for."""

    alert_id: str
    critical: bool
    more: int = 0


class SpeechQueue:
    """Alerts that wait for their turn.

    Args:
        burst_s: what arrives within so long is one burst.
        lead_s: a critical alert waits so long, for its tone to end.
        repeat_s: a critical alert that still waits for a hand is said again after so long; 0 = said once.

    `wanting` is asked at every turn: (priority of each alert that asks for a hand and may sound) by id. What is not
    among them is not said any more.
    """

    def __init__(self, burst_s: float, lead_s: float, repeat_s: float) -> None:
        self._burst_s, self._lead_s, self._repeat_s = burst_s, lead_s, repeat_s
        self._arrived_s: dict[str, float] = {}
        self._said_s: dict[str, float] = {}

    def arrive(self, alert_id: str, now_s: float) -> None:
        self._arrived_s.setdefault(alert_id, now_s)

    def back(self, saying: Saying, now_s: float) -> None:
        """It was interrupted: it has its turn again."""
        self._arrived_s[saying.alert_id] = now_s - self._burst_s

    def next(self, now_s: float, wanting: Mapping[str, int], quiet: bool, critical_quiet: bool) -> Saying | None:
        """What is to be said now, which is thereby said.

        Args:
            quiet: nothing but what is critical may be said; it waits.
            critical_quiet: not even that.
        """
        self._arrived_s = {key: at_s for key, at_s in self._arrived_s.items() if key in wanting}
        self._said_s = {key: at_s for key, at_s in self._said_s.items() if key in wanting}
        if not critical_quiet and (found := self._critical(now_s, wanting)):
            self._arrived_s.pop(found, None)
            self._said_s[found] = now_s
            return Saying(found, critical=True)
        rest = [key for key in self._arrived_s if wanting[key] != CRITICAL]
        if quiet or not rest or now_s < min(self._arrived_s[key] for key in rest) + self._burst_s:
            return None
        worst = min(rest, key=lambda key: (wanting[key], self._arrived_s[key]))
        for key in rest:
            del self._arrived_s[key]
        return Saying(worst, critical=False, more=len(rest) - 1)

    def critical_due(self, now_s: float, wanting: Mapping[str, int]) -> bool:
        """Something critical that was not said yet may be said now: it goes before what is being said."""
        return any(
            wanting.get(key) == CRITICAL and now_s >= at_s + self._lead_s for key, at_s in self._arrived_s.items()
        )

    def _critical(self, now_s: float, wanting: Mapping[str, int]) -> str:
        new = [key for key, at_s in self._arrived_s.items() if wanting[key] == CRITICAL]
        due = [key for key in new if now_s >= self._arrived_s[key] + self._lead_s]
        if due:
            return min(due, key=self._arrived_s.__getitem__)
        again = [key for key, at_s in self._said_s.items() if wanting[key] == CRITICAL and key not in new]
        again = [key for key in again if self._repeat_s and now_s >= self._said_s[key] + self._repeat_s]
        return min(again, key=self._said_s.__getitem__, default="")
