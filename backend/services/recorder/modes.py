"""What is to be recorded when: pure, from a camera's class, the room's state and the clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from backend.contracts.alerts import Alert
from backend.contracts.site import Site
from backend.contracts.state import RoomState
from backend.services.recorder.messages import Task
from config.model import RecordingClass, Window


def task_of(rule: RecordingClass | None, camera_id: str, state: RoomState, now_ms: int) -> Task:
    """What the recorder is to do with a camera at `now_ms`."""
    if rule is None or rule.mode == "off":
        return "off"
    if rule.mode == "continuous":
        return "write"
    if rule.mode == "schedule":
        offset_min = state.site.utc_offset_min if state.site is not None else 0
        return "write" if in_schedule(rule.schedule, now_ms, offset_min) else "off"
    return "write" if _concerned(rule, camera_id, state, now_ms) else "ring"


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
    """The cameras that an alert concerns: the one that saw it, the place itself, those of its station."""
    found = {alert.place_id} if alert.place_id else set()
    if alert.detection is not None:
        found.add(alert.detection.camera_id)
    if site is not None:
        for station in site.stations:
            if station.station_id == alert.place_id:
                found.update(station.camera_ids)
        found &= {camera.camera_id for camera in site.cameras}
    return frozenset(found)


def _concerned(rule: RecordingClass, camera_id: str, state: RoomState, now_ms: int) -> bool:
    post_ms = round(rule.post_s * 1000)
    return any(
        camera_id in cameras_of(alert, state.site)
        and (alert.active or now_ms - alert.changed_ms <= post_ms or now_ms - alert.raised_ms <= post_ms)
        for alert in (*state.alerts.values(), *state.closed.values())
        if alert.priority < 5
    )
