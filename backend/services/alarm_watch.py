"""What time and the site's rules do to alarms: back from the shelf, asking again, escalated, suppressed by design.

Everything it needs stands in the room's state, so that a restart forgets nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from backend.contracts.alarms import AlarmRules
from backend.contracts.alerts import Alert, AlertPhase
from backend.contracts.events import AlertRaised, AlertReactivated, AlertReturned, AlertUpdated, Event
from backend.contracts.site import Site
from backend.contracts.state import RoomState
from backend.domain.alerts import due, suppress, unsuppress
from backend.domain.suppression import Suppression
from backend.services.places import taken
from backend.services.room import Room

TICK_S: Final = 1.0
_OPEN_TO_RULES: Final = frozenset(AlertPhase) - {AlertPhase.SHELVED, AlertPhase.OUT_OF_SERVICE, AlertPhase.NORMAL}
"""What somebody has set aside by hand stays as he left it."""


class AlarmWatch:
    """Event-loop thread only. Suppression follows each decision of the room at once: what it means is never heard."""

    def __init__(self, room: Room, now_ms: Callable[[], int], tick_s: float = TICK_S) -> None:
        self._room = room
        self._now_ms = now_ms
        self._tick_s = tick_s
        self._site: Site | None = None
        self._suppression: Suppression | None = None
        room.follow(self._follow)

    async def run(self) -> None:
        """Look once a tick, until cancelled. Raises: StorageError."""
        while True:
            await self.look()
            await asyncio.sleep(self._tick_s)

    async def look(self) -> None:
        """Record what time did. Raises: StorageError."""
        if self._due(self._room.state):
            await self._room.record(self._due)

    def _due(self, state: RoomState) -> tuple[Event, ...]:
        now_ms = self._now_ms()
        rules = state.site.alarms if state.site is not None else AlarmRules()
        told = tuple(event for alert in state.alerts.values() for event in due(alert, now_ms, rules))
        # What comes back by time is judged by the rules when it is back (`_follow`).
        return told or self._ruled(state, tuple(state.alerts.values()))

    def _follow(self, state: RoomState, events: Sequence[Event]) -> tuple[Event, ...]:
        """What follows from what was just decided; `state` holds it already."""
        suppression = self._of(state)
        if suppression is None:
            return ()
        touched: dict[str, Alert] = {}
        for event in events:
            alert_id = event.alert.alert_id if isinstance(event, AlertRaised) else getattr(event, "alert_id", "")
            alert = state.find_alert(alert_id)
            if alert is None:
                continue
            changes = isinstance(event, AlertRaised | AlertReturned | AlertReactivated)
            if changes and any(alert.kind in rule.cause_kinds for rule in suppression.rules):
                return self._ruled(state, tuple(state.alerts.values()))
            if not isinstance(event, AlertUpdated) and alert_id in state.alerts:
                touched[alert_id] = alert
        return self._ruled(state, tuple(touched.values()))

    def _ruled(self, state: RoomState, alerts: Sequence[Alert]) -> tuple[Event, ...]:
        suppression = self._of(state)
        if suppression is None:
            return ()
        now_ms = self._now_ms()
        # Most alarms are no rule's business: only for the others all open ones are looked through.
        open_to = [
            alert
            for alert in alerts
            if alert.phase in _OPEN_TO_RULES
            and (alert.phase is AlertPhase.SUPPRESSED or suppression.concerns(alert, now_ms))
        ]
        if not open_to:
            return ()
        causes = suppression.causes(state.alerts.values())
        events: list[Event] = []
        for alert in open_to:
            found = suppression.reason(alert, causes, now_ms)
            is_suppressed = alert.phase is AlertPhase.SUPPRESSED
            if found is not None and not is_suppressed:
                behind = f": {found.cause.headline_vi}" if found.cause is not None else ""
                events += taken(suppress(alert, found.rule.rule_id, f"{found.rule.name_vi}{behind}"[:500]))
            elif found is None and is_suppressed:
                events += taken(unsuppress(alert))
        return tuple(events)

    def _of(self, state: RoomState) -> Suppression | None:
        """None when the site has no such rule and nothing is suppressed any more."""
        if state.site is not self._site:
            self._site = state.site
            self._suppression = None if state.site is None else Suppression(state.site)
        if self._suppression is None or self._suppression.rules:
            return self._suppression
        left = any(alert.phase is AlertPhase.SUPPRESSED for alert in state.alerts.values())
        return self._suppression if left else None
