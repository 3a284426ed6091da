"""Which open alert a condition belongs to, found without a walk over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from backend.contracts.alerts import Alert
from backend.contracts.state import RoomState


class OpenAlerts:
    """Index of the open alerts of the kinds that one service raises.

    The service notes what it raises; the room's state stays the truth: what it no longer keeps open is not found, and
    a state that was rebuilt (after a storage error, at the start) is read anew.
    """

    def __init__(self, keys_of: Callable[[Alert], Iterable[str]]) -> None:
        self._keys_of = keys_of
        self._state: RoomState | None = None
        self._ids: dict[str, str] = {}

    def find(self, state: RoomState, key: str) -> Alert | None:
        if state is not self._state:
            self._state = state
            self._ids = {known: alert.alert_id for alert in state.alerts.values() for known in self._keys_of(alert)}
        alert_id = self._ids.get(key)
        if alert_id is None:
            return None
        alert = state.alerts.get(alert_id)
        if alert is None:
            del self._ids[key]
        return alert

    def note(self, key: str, alert_id: str) -> None:
        self._ids[key] = alert_id


class OpenOfPlace:
    """Open alerts of one kind by their place, oldest first; otherwise as `OpenAlerts`."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._state: RoomState | None = None
        self._ids: dict[str, list[str]] = {}

    def of(self, state: RoomState, place_id: str) -> list[Alert]:
        if state is not self._state:
            self._state = state
            self._ids = {}
            for alert in state.alerts.values():
                if alert.kind == self._kind:
                    self.note(alert.place_id, alert.alert_id)
        ids = self._ids.get(place_id, [])
        ids[:] = [alert_id for alert_id in ids if alert_id in state.alerts]
        return [state.alerts[alert_id] for alert_id in ids]

    def note(self, place_id: str, alert_id: str) -> None:
        self._ids.setdefault(place_id, []).append(alert_id)
