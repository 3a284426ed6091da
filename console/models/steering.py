"""Cameras that can be turned to what is selected, and what is known of where they look."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from backend.contracts.commands import GotoPreset
from backend.contracts.presets import turned_to
from backend.contracts.site import Camera, CameraPreset
from backend.contracts.state import SteerState
from console.commands.commands import new_id
from console.models.places import place_id_of, place_of
from console.models.session import Session

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Offer:
    """A camera that can show the selection at one of its presets. `holder`: who has it now, "" = nobody else."""

    camera: Camera
    preset: CameraPreset
    alert_id: str
    holder: str


def offered(session: Session) -> Offer | None:
    """The nearest camera that is not there already, for who may turn it."""
    selected, state = session.selection.current, session.state
    if selected is None or selected.kind == "camera" or state.site is None or not session.may("camera.goto_preset"):
        return None
    user = session.operator.user if session.operator is not None else ""
    place = place_of(state, selected)
    for camera, preset in turned_to(state.site, place_id_of(state, selected), place):
        last = state.steering.get(camera.camera_id)
        if last is None or last.preset != preset.token or last.condition == "failed":
            holder = last.holder(session.clock.now_ms()) if last is not None else ""
            alert_id = selected.key if selected.kind == "alert" else ""
            return Offer(camera, preset, alert_id, "" if holder == user else holder)
    return None


def turn(session: Session) -> None:
    """Order what is offered; it is shown as moving when the order's event is back, as there when the camera says so."""
    offer = offered(session)
    if offer is None or not session.selection.is_settled:
        return
    session.commands.submit_room(
        GotoPreset(
            command_id=new_id(),
            camera_id=offer.camera.camera_id,
            preset=offer.preset.token,
            alert_id=offer.alert_id,
            expected_holder=offer.holder,
        )
    )


def preset_name(session: Session, camera: Camera, token: str) -> str:
    found = camera.ptz.preset(token) if camera.ptz is not None else None
    return token if found is None else session.local_name(found.name_vi, found.name_en)


def steer_words(session: Session, camera: Camera) -> str:
    """Where the camera was sent and by whom, for its tile; "" = it stands at home, or nobody knows."""
    last = session.state.steering.get(camera.camera_id)
    if last is None or (camera.ptz is not None and last.preset == camera.ptz.home and last.condition == "arrived"):
        return ""
    name = preset_name(session, camera, last.preset)
    if last.condition == "failed":
        return f"✕ {name}: {last.reason}"
    text = translate("Steering", "turning to {preset}") if last.condition == "moving" else "{preset}"
    return f"{text.replace('{preset}', name)} · {who_turned(last)}"


def who_turned(last: SteerState) -> str:
    return {
        "hand": last.by,
        "alarm": translate("Steering", "by itself"),
        "home": translate("Steering", "going home"),
    }[last.cause]


def offer_words(session: Session, offer: Offer) -> str:
    """What the button says: to which preset, and from whom it would be taken."""
    name = session.local_name(offer.preset.name_vi, offer.preset.name_en)
    if not offer.holder:
        return translate("Steering", "Turn to {preset}").replace("{preset}", name)
    text = translate("Steering", "Turn to {preset} (take from {holder})")
    return text.replace("{preset}", name).replace("{holder}", offer.holder)
