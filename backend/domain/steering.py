"""Who may turn a camera where, and when it turns by itself: the state and a wish in, events or a refusal out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.contracts import events as ev
from backend.contracts.alerts import Alert
from backend.contracts.commands import GotoPreset, RefusalCode
from backend.contracts.kinds.alerts import Priority
from backend.contracts.presets import place_of, turned_to
from backend.contracts.site import Camera
from backend.contracts.state import RoomState
from backend.domain.alerts import Decision, Refusal


def goto_preset(state: RoomState, command: GotoPreset, user: str, now_ms: int) -> Decision:
    """Order it. Who turned a camera has it for a while; another takes it over only knowing from whom."""
    camera = _camera(state, command.camera_id)
    if camera is None or camera.ptz is None:
        return Refusal(
            RefusalCode.NOT_FOUND, f"the room knows no camera {command.camera_id!r} that can be turned"[:300]
        )
    if camera.ptz.preset(command.preset) is None:
        allowed = ", ".join(one.token for one in camera.ptz.presets) or "none"
        return Refusal(
            RefusalCode.NOT_FOUND, f"{camera.camera_id} has no preset {command.preset!r}; known: {allowed}"[:300]
        )
    before = state.steering.get(camera.camera_id)
    holder = before.holder(now_ms) if before is not None else ""
    if holder not in ("", user, command.expected_holder):
        return Refusal(RefusalCode.OWNER_CHANGED, f"{holder} has the camera {camera.camera_id}")
    held_until_ms = now_ms + camera.ptz.hold_s * 1000
    return (_order(camera.camera_id, command.preset, "hand", command.alert_id, held_until_ms),)


def by_itself(state: RoomState, events: Sequence[ev.Event], now_ms: int) -> Iterator[ev.Event]:
    """Orders that follow from what was decided: the nearest free camera looks for each new critical alert."""
    taken: set[str] = set()
    for event in events:
        alert = state.alerts.get(event.alert.alert_id) if isinstance(event, ev.AlertRaised) else None
        if alert is None or alert.priority is not Priority.CRITICAL or alert.silent or state.site is None:
            continue
        for camera, preset in turned_to(state.site, alert.place_id, place_of(alert)):
            if camera.camera_id not in taken and _is_free(state, camera, now_ms):
                taken.add(camera.camera_id)
                yield _order(camera.camera_id, preset.token, "alarm", alert.alert_id)
                break


def homeward(state: RoomState, now_ms: int) -> Iterator[ev.Event]:
    """Orders back home: long enough after the last order, nobody has the camera, its alert was answered."""
    for camera in state.site.cameras if state.site is not None else ():
        last = state.steering.get(camera.camera_id)
        if last is None or camera.ptz is None or not camera.ptz.home or not camera.ptz.home_after_s:
            continue
        alert = state.alerts.get(last.alert_id)
        due_ms = last.since_ms + camera.ptz.home_after_s * 1000
        if (
            last.condition != "moving"
            and last.cause != "home"
            and last.preset != camera.ptz.home
            and now_ms >= max(due_ms, last.held_until_ms)
            and not (alert is not None and alert.unanswered)
        ):
            yield _order(camera.camera_id, camera.ptz.home, "home")


def ended(state: RoomState, order_seq: int, camera_id: str, reason: str) -> tuple[ev.Event, ...]:
    """How an order ended, unless a later one replaced it meanwhile."""
    last = state.steering.get(camera_id)
    if last is None or last.order_seq != order_seq or last.condition != "moving":
        return ()
    changes = {"condition": "failed" if reason else "arrived", "held_until_ms": last.held_until_ms, "reason": reason}
    return (_order(camera_id, last.preset, last.cause, last.alert_id).model_copy(update=changes),)


def _order(
    camera_id: str, preset: str, cause: ev.SteerCause, alert_id: str = "", held_until_ms: int = 0
) -> ev.CameraSteered:
    return ev.CameraSteered(
        camera_id=camera_id,
        condition="moving",
        preset=preset,
        cause=cause,
        alert_id=alert_id,
        held_until_ms=held_until_ms,
    )


def _camera(state: RoomState, camera_id: str) -> Camera | None:
    cameras = state.site.cameras if state.site is not None else ()
    return next((one for one in cameras if one.camera_id == camera_id), None)


def _is_free(state: RoomState, camera: Camera, now_ms: int) -> bool:
    """It may move by itself: the site allows it, no officer has it, and it does not look for another open alert."""
    if camera.ptz is None or not camera.ptz.by_itself:
        return False
    last = state.steering.get(camera.camera_id)
    if last is None:
        return True
    alert: Alert | None = state.alerts.get(last.alert_id)
    return not last.holder(now_ms) and not (alert is not None and alert.unanswered)
