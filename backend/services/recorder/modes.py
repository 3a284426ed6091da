"""What is to be recorded when: pure, from a camera's class, the room's state and the clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from backend.contracts.alerts import Alert
from backend.contracts.site import Site
from backend.contracts.state import RoomState
from backend.services.recorder.messages import Task
from config.camera_model import RecordingClass, Window


class Concerned:
    """Which cameras the alerts of a state concern at an instant: looked up once for all cameras of a class."""

    def __init__(self, state: RoomState, now_ms: int) -> None:
        self._state = state
        self._now_ms = now_ms
        self._found: dict[float, frozenset[str]] = {}

    def cameras(self, post_s: float) -> frozenset[str]:
        """Those of alerts that are active, or ended no longer ago."""
        found = self._found.get(post_s)
        if found is None:
            since_ms = self._now_ms - round(post_s * 1000)
            state = self._state
            found = self._found[post_s] = frozenset(
                camera_id
                for alert in (*state.alerts.values(), *state.closed.values())
                if alert.priority < 5 and (alert.active or alert.changed_ms >= since_ms or alert.raised_ms >= since_ms)
                for camera_id in cameras_of(alert, state.site)
            )
        return found


def task_of(
    rule: RecordingClass | None, camera_id: str, state: RoomState, now_ms: int, concerned: Concerned | None = None
) -> Task:
    """What the recorder is to do with a camera at `now_ms`."""
    if rule is None or rule.mode == "off":
        return "off"
    if rule.mode == "continuous":
        return "write"
    if rule.mode == "schedule":
        offset_min = state.site.utc_offset_min if state.site is not None else 0
        return "write" if in_schedule(rule.schedule, now_ms, offset_min) else "off"
    concerned = concerned or Concerned(state, now_ms)
    return "write" if camera_id in concerned.cameras(rule.post_s) else "ring"


def in_schedule(windows: Iterable[Window], now_ms: int, utc_offset_min: int) -> bool:
    """Whether an instant lies in one of the windows, on the site's own clock."""
    moment = datetime.fromtimestamp(now_ms / 1000, UTC) + timedelta(minutes=utc_offset_min)
    minute, day = moment.hour * 60 + moment.minute, moment.isoweekday()
    yesterday = (day - 2) % 7 + 1
    for window in windows:
        if window.from_min < window.to_min:
            if day in window.days and window.from_min <= minute < window.to_min:
                return True
        elif (day in window.days and minute >= window.from_min) or (
            yesterday in window.days and minute < window.to_min
        ):
            return True
    return False


def cameras_of(alert: Alert, site: Site | None) -> frozenset[str]:
    """The cameras that an alert concerns: the one that saw it, the place itself, those of its station or premises."""
    found = {alert.place_id} if alert.place_id else set()
    if alert.detection is not None:
        found.add(alert.detection.camera_id)
    if site is not None:
        for station in site.stations:
            if station.station_id == alert.place_id:
                found.update(station.camera_ids)
        for premises in site.fire_sites:
            if premises.fire_site_id == alert.place_id:
                found.update(premises.camera_ids)
        found &= {camera.camera_id for camera in site.cameras}
    return frozenset(found)
