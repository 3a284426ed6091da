"""Fetches from history what the feed could not bring: the time before this desk came, an outage, dropped samples."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QObject

from backend.contracts.readings import ReadingHistory
from console.models.readings import ReadingStore
from console.models.session import HistoryDoor

AT_ONCE: Final = 4
MAX_POINTS: Final = 2000

Sensor = tuple[str, str]
Span = tuple[int, int]


class Backfill(QObject):
    """Spans to fetch, one a sensor; few questions at a time, so that history never delays the operator's own.

    Lives on the GUI thread.
    """

    def __init__(self, history: HistoryDoor, readings: ReadingStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._readings = readings
        self._waiting: dict[Sensor, Span] = {}
        self._failed: dict[Sensor, Span] = {}
        self._asked = 0

    @property
    def open_spans(self) -> int:
        """Spans that are not here yet: waiting, asked for, or failed."""
        return len(self._waiting) + len(self._failed) + self._asked

    def want(self, station_id: str, symbol: str, start_ms: int, end_ms: int) -> None:
        """Fetch this span of one parameter."""
        _widen(self._waiting, (station_id, symbol), (start_ms, end_ms))
        self._ask()

    def retry(self) -> None:
        """The link is back: ask again for what failed."""
        failed, self._failed = self._failed, {}
        for sensor, span in failed.items():
            _widen(self._waiting, sensor, span)
        self._ask()

    def _ask(self) -> None:
        while self._waiting and self._asked < AT_ONCE:
            sensor = next(iter(self._waiting))
            span = self._waiting.pop(sensor)
            self._asked += 1
            self._history.readings(
                *sensor, *span, MAX_POINTS, self._answered, partial(self._not_answered, sensor, span)
            )

    def _answered(self, history: ReadingHistory) -> None:
        self._readings.merge_history(history)
        self._asked -= 1
        self._ask()

    def _not_answered(self, sensor: Sensor, span: Span, reason: str) -> None:
        # Kept until the next welcome: the outage that made it fail must not leave a hole for good.
        _widen(self._failed, sensor, span)
        self._asked -= 1
        self._ask()


def _widen(spans: dict[Sensor, Span], sensor: Sensor, span: Span) -> None:
    """One span a sensor: a burst of wishes stays one question."""
    known = spans.get(sensor, span)
    spans[sensor] = (min(known[0], span[0]), max(known[1], span[1]))
