"""An alert followed through the log by as little as tells whether it is still open, for readers that fold nothing else.

The room's own fold is `contracts.state`; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from backend.contracts.alerts import SET_ASIDE, AlertPhase

FOLLOWED: Final = (
    "alert.raised",
    "alert.updated",
    "alert.returned",
    "alert.reactivated",
    "alert.acknowledged",
    "alert.shelved",
    "alert.unshelved",
    "alert.suppressed",
    "alert.unsuppressed",
    "alert.taken_out_of_service",
    "alert.returned_to_service",
    "alert.reset",
    "alert.re_alarmed",
)
"""Kinds of events that change what an `AlertTrack` knows."""

_ASIDE: Final = ("alert.shelved", "alert.suppressed", "alert.taken_out_of_service")
_BACK: Final = ("alert.unshelved", "alert.unsuppressed", "alert.returned_to_service")


@dataclass(slots=True)
class AlertTrack:
    """`acknowledged`: the acknowledgement given holds for the condition as it is now. `closed`: nothing follows."""

    priority: int
    active: bool = True
    acknowledged: bool = False
    latching: bool = False
    aside: bool = False
    closed: bool = False

    @classmethod
    def of(cls, alert: Mapping[str, object]) -> AlertTrack:
        """Of an alert's JSON, from its event or a snapshot; fields that older programs did not write may lack."""
        phase = str(alert["phase"])
        aside = phase in SET_ASIDE
        active = phase in (AlertPhase.ACTIVE_UNACKNOWLEDGED, AlertPhase.ACTIVE_ACKNOWLEDGED)
        acknowledged = (AlertPhase.ACTIVE_ACKNOWLEDGED, AlertPhase.NORMAL, AlertPhase.LATCHED_ACKNOWLEDGED)
        return cls(
            priority=int(str(alert["priority"])),
            active=bool(alert.get("condition", True)) if aside else active,
            acknowledged=phase in acknowledged,
            latching=bool(alert.get("latching", False)),
            aside=aside,
        )

    def take(self, kind: str, priority: int | None = None) -> bool:
        """The next event about it; `priority` of an alert.updated. Whether it is heard at a desk."""
        heard = kind in ("alert.reactivated", "alert.re_alarmed", "alert.escalated") and not self.aside
        if kind == "alert.updated" and priority is not None:
            worse, self.priority = priority < self.priority, priority
            self.acknowledged = self.acknowledged and not worse
            heard = worse and not self.aside
        elif kind == "alert.returned":
            self.active = False
            self.closed = self.acknowledged and not self.latching
        elif kind == "alert.reactivated":
            self.active, self.acknowledged = True, False
        elif kind == "alert.acknowledged":
            self.acknowledged = True
            self.closed = not self.active and not self.latching
        elif kind in _ASIDE:
            self.aside, self.acknowledged = True, False
        elif kind in _BACK:
            self.aside, self.closed, heard = False, not self.active and not self.latching, self.active
        elif kind == "alert.reset":
            self.closed = True
        elif kind == "alert.re_alarmed":
            self.acknowledged = False
        return heard
