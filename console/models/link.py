"""How the link to the backend does, as every panel may draw it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from backend.contracts.feed import ProducerPulse
from console.timebase import monotonic_s

Condition = Literal["connecting", "live", "stale", "lost"]
LOOK_EVERY_MS: Final = 250


class LinkModel(QObject):
    """Condition and age of the link. Ages are measured on the clock that never jumps.

    Args:
        stale_after_s: nothing heard for so long: what is shown is called old.
        now_s: the monotonic clock.
    """

    changed = Signal()

    def __init__(
        self, stale_after_s: float = 3.0, now_s: Callable[[], float] = monotonic_s, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._stale_after_s = stale_after_s
        self._now_s = now_s
        self._heard_s: float | None = None
        self._linked = False
        self._was_linked = False
        self._told: Condition = "connecting"
        self.offset_ms = 0
        self.offset_known = False
        self.dropped = 0
        self.reason = ""
        self.degraded = ""
        self.server = ""
        self.producers: dict[str, ProducerPulse] = {}
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    @property
    def age_s(self) -> float:
        """Seconds since anything was heard of the server; infinite before the first frame."""
        return math.inf if self._heard_s is None else max(0.0, self._now_s() - self._heard_s)

    @property
    def condition(self) -> Condition:
        if not self._linked:
            return "lost" if self._was_linked else "connecting"
        return "stale" if self.age_s > self._stale_after_s else "live"

    def linked(self) -> None:
        """The server said welcome, and what is shown has caught up with it."""
        self._linked = self._was_linked = True
        self.reason = ""
        self._tell()

    def unlinked(self, reason: str) -> None:
        """The connection is gone, or could not be made; `reason` is a sentence for a person."""
        self._linked = False
        self.reason = reason
        self._tell()

    def heard(self, at_s: float) -> None:
        """Something arrived at `at_s` of the monotonic clock."""
        self._heard_s = at_s
        if self.condition != self._told:
            self._tell()

    def set_offset_ms(self, offset_ms: int) -> None:
        """Server clock minus local clock."""
        if offset_ms != self.offset_ms or not self.offset_known:
            self.offset_ms = offset_ms
            self.offset_known = True
            self.changed.emit()

    def set_pulses(self, pulses: Sequence[ProducerPulse], degraded: str) -> None:
        self.producers = {pulse.producer_id: pulse for pulse in pulses}
        self.degraded = degraded
        self.changed.emit()

    def add_dropped(self, samples: int) -> None:
        """Samples left out on the way; they come from history."""
        if samples:
            self.dropped += samples
            self.changed.emit()

    def _look(self) -> None:
        if self.condition != self._told:
            self._tell()

    def _tell(self) -> None:
        self._told = self.condition
        self.changed.emit()
