"""An alert at a camera, made by the room itself."""

from __future__ import annotations

from backend.contracts.alerts import Alert, AlertPhase
from backend.contracts.events import AlertRaised, AlertReturned
from backend.contracts.kinds.alerts import Priority
from backend.gateway.parts import Parts

ALERT_ID = "alert-at-camera"


async def raise_at(parts: Parts, camera_id: str) -> None:
    now_ms = parts.now_ms()
    alert = Alert(
        alert_id=ALERT_ID,
        kind="detection",
        priority=Priority(1),
        phase=AlertPhase.ACTIVE_UNACKNOWLEDGED,
        place_id=camera_id,
        place_name="Cầu",
        headline_vi="Cháy",
        headline_en="Fire",
        raised_ms=now_ms,
        changed_ms=now_ms,
    )
    await parts.room.record(lambda state: [AlertRaised(alert=alert)])


async def end_alert(parts: Parts) -> None:
    await parts.room.record(lambda state: [AlertReturned(alert_id=ALERT_ID)])
