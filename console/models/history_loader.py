"""Asks the history door for spans, a few at a time, and merges the answers into the readings."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import Final, NamedTuple

import shiboken6
from PySide6.QtCore import QObject, Signal

from backend.contracts.readings import ReadingHistory
from console.models.readings import ReadingStore
from console.models.session import HistoryDoor

AT_ONCE: Final = 4

MAX_POINTS: Final = 20_000
"""Two weeks of one sample a minute come whole; what is denser comes as extremes and whole again when zoomed in."""


class Question(NamedTuple):
    station_id: str
    symbol: str
    start_ms: int
    end_ms: int
    max_points: int


class HistoryLoader(QObject):
    """Lives on the GUI thread. The same question is not asked twice while it waits.

    Signals:
        arrived: (station_id, symbol) after its answer was merged.
        failed: (station_id, symbol, sentence for a person).
    """

    arrived = Signal(str, str)
    failed = Signal(str, str, str)

    def __init__(self, door: HistoryDoor, store: ReadingStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._door = door
        self._store = store
        self._waiting: deque[Question] = deque()
        self._asked: set[Question] = set()

    @property
    def busy(self) -> bool:
        return bool(self._waiting or self._asked)

    @property
    def count(self) -> int:
        """Questions without an answer yet."""
        return len(self._waiting) + len(self._asked)

    def is_loading(self, station_id: str, symbol: str) -> bool:
        key = (station_id, symbol)
        return any(question[:2] == key for question in (*self._asked, *self._waiting))

    def ask(self, question: Question) -> None:
        """Load a span; the answer is merged and told by `arrived`."""
        if question not in self._asked and question not in self._waiting:
            self._waiting.append(question)
            self._go_on()

    def ask_until(self, station_id: str, symbol: str, span_ms: int, now_ms: int) -> None:
        """Load the `span_ms` that end at `now_ms`, from a whole minute on, unless they are here."""
        known_ms = self._store.history_from(station_id, symbol)
        if known_ms is None or known_ms > now_ms - span_ms:
            start_ms = (now_ms - span_ms) // 60_000 * 60_000
            self.ask(Question(station_id, symbol, start_ms, now_ms, MAX_POINTS))

    def drop_waiting(self) -> None:
        """Forget what was not asked yet: nobody looks at it any more."""
        self._waiting.clear()

    def _go_on(self) -> None:
        while self._waiting and len(self._asked) < AT_ONCE:
            question = self._waiting.popleft()
            self._asked.add(question)
            self._door.readings(
                *question,
                partial(self._done, question),
                partial(self._refused, question),
            )

    def _done(self, question: Question, history: ReadingHistory) -> None:
        self._asked.discard(question)
        self._store.merge_history(history)
        if shiboken6.isValid(self):
            self.arrived.emit(question.station_id, question.symbol)
            self._go_on()

    def _refused(self, question: Question, reason: str) -> None:
        self._asked.discard(question)
        if shiboken6.isValid(self):
            self.failed.emit(question.station_id, question.symbol, reason)
            self._go_on()
