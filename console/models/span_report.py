"""A report of a span that the server makes from the log: asked when it may have changed, shown as it came.

What panels of such reports share: they end at the session's instant (or at a replay's marks), so that they replay.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import shiboken6
from pydantic import BaseModel
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from backend.contracts.commands import Right
from backend.contracts.state import Delta
from console.models.session import Session
from console.timebase import monotonic_s

M = TypeVar("M", bound=BaseModel)

AFTER_MS: Final = 300
"""Several changes in a row are one question."""

REST_SHARE: Final = 4.0
"""The server rests so many times as long as it took to answer: in a storm every change would ask for a month anew."""


class SpanReport(QObject):
    """One question at a time, and none while nobody looks.

    Args:
        door: its path; it takes `start` and `end`, epoch ms.
        span: first and last instant that are wanted now.
        done: gets the answer.
        panel: whose report it is; nothing is asked while it is hidden.
        right: who has it may ask.
        concerns: whether a change of the room may make another report of it.

    Attributes:
        span_ms: what was asked for last.
        asking: an answer is under way.
        failure: why the last one did not come, "" when it did.

    Signals:
        told: `failure` changed, or who sits here may not ask.
    """

    told = Signal()

    def __init__(
        self,
        session: Session,
        door: str,
        model: type[M],
        span: Callable[[], tuple[int, int]],
        done: Callable[[M], None],
        panel: QWidget,
        right: Right = "replay",
        concerns: Callable[[Delta], object] = lambda delta: delta.alerts,
    ) -> None:
        super().__init__(panel)
        self._session = session
        self._right: Right = right
        self._concerns = concerns
        self._span = span
        self._panel = panel
        self.span_ms = (0, 0)
        self.asking = False
        self.failure = ""
        self._again = False
        self._asked_s = 0.0
        self._rested_s = 0.0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._ask)

        def arrived(answer: M) -> None:
            if shiboken6.isValid(self):
                self._settled("")
                done(answer)

        def failed(reason: str) -> None:
            if shiboken6.isValid(self):
                self._settled(reason)
                self.told.emit()

        def send(start_ms: int, end_ms: int) -> None:
            assert session.server is not None
            session.server.ask(door, {"start": start_ms, "end": end_ms}, model, arrived, failed)

        self._send = send
        session.changed.connect(self._room_changed)
        session.operator_changed.connect(self.ask_soon)
        if session.replay is not None:
            session.replay.span_changed.connect(self.ask_soon)
            session.replay.jumped.connect(lambda at_ms, exact: self.ask_soon())

    @property
    def allowed(self) -> bool:
        """Who sits here may ask."""
        operator = self._session.live.operator
        return operator is not None and self._right in operator.rights

    def ask_soon(self) -> None:
        """Something may be another now. Changes without end do not put the question off without end."""
        if not self._timer.isActive():
            rest_ms = round((self._rested_s - monotonic_s()) * 1000)
            self._timer.start(max(AFTER_MS, rest_ms))

    def _room_changed(self, delta: Delta) -> None:
        if delta.reset or self._concerns(delta):
            self.ask_soon()

    def _ask(self) -> None:
        if not self._panel.isVisible() or self._session.server is None:
            return
        if self.asking:
            self._again = True  # what is on its way may not know of the change that asks now
            return
        if not self.allowed:
            self.told.emit()
            return
        self.asking, self._again, self._asked_s = True, False, monotonic_s()
        self.span_ms = self._span()
        self._send(*self.span_ms)

    def _settled(self, failure: str) -> None:
        now_s = monotonic_s()
        self.asking, self.failure = False, failure
        self._rested_s = now_s + REST_SHARE * (now_s - self._asked_s)
        replay = self._session.replay
        moved = replay is not None and not replay.playing and self.span_ms != self._span()
        if self._again or (moved and not failure):
            self.ask_soon()
