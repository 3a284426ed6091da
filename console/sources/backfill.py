"""Fetches from history what the feed could not bring: the time before this desk came, an outage, dropped samples."""

from __future__ import annotations

from collections import deque
from typing import Final

from PySide6.QtCore import QObject

from backend.contracts.readings import ReadingHistory
from console.models.readings import ReadingStore
from console.models.session import HistoryDoor

AT_ONCE: Final = 4
MAX_POINTS: Final = 2000


class Backfill(QObject):
    """A queue of spans; few questions at a time, so that history never delays the operator's own."""

    def __init__(self, history: HistoryDoor, readings: ReadingStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._readings = readings
        self._waiting: deque[tuple[str, str, int, int]] = deque()
        self._asked = 0

    def want(self, station_id: str, symbol: str, start_ms: int, end_ms: int) -> None:
        """Fetch this span of one parameter; called on the GUI thread."""
        self._waiting.append((station_id, symbol, start_ms, end_ms))
        self._ask()

    def _ask(self) -> None:
        while self._waiting and self._asked < AT_ONCE:
            station_id, symbol, start_ms, end_ms = self._waiting.popleft()
            self._asked += 1
            self._history.readings(station_id, symbol, start_ms, end_ms, MAX_POINTS, self._answered, self._failed)

    def _answered(self, history: ReadingHistory) -> None:
        self._readings.merge_history(history)
        self._asked -= 1
        self._ask()

    def _failed(self, reason: str) -> None:
        # The charts ask for what they show by themselves; a span that failed here is asked again at the next welcome.
        self._asked -= 1
        self._ask()
