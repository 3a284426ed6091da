"""What officers do at their desks, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, get_args

from PySide6.QtCore import QCoreApplication

from backend.contracts import events as ev
from backend.contracts.state import RoomState
from console.models.event_words.told import EventWords, Told, line, report_code
from console.models.map_zones import zone_name
from console.models.session import Selected, SelectedKind

translate = QCoreApplication.translate


_SELECTABLE: Final[tuple[SelectedKind, ...]] = get_args(SelectedKind)


def _desk_acted(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.DeskActed)
    return _ACTS[event.act](told, event.about)


def _act_workspace(told: Told, about: str) -> EventWords:
    name = told.workspaces.get(about, about)
    return line(told, "operator", translate("EventWords", "showed the workspace “{name}”").format(name=name))


def _act_camera(told: Told, about: str) -> EventWords:
    what = translate("EventWords", "opened the camera {camera} large").format(camera=told.camera(about))
    return line(told, "operator", what, "", Selected("camera", about))


def _act_go_to(told: Told, about: str) -> EventWords:
    kind, _, key = about.partition(":")
    selected = next((Selected(each, key) for each in _SELECTABLE if each == kind and key), None)
    names: Mapping[str, Callable[[str], str]] = {
        "alert": told.alert,
        "camera": told.camera,
        "station": told.station,
        "commune": lambda code: _commune(told.state, code),
        "zone": lambda key: zone_name(told.state, key, told.language),
        "report": lambda report_id: report_code(told.state, report_id),
        "call": told.call,
    }
    name = names[kind](key) if kind in names else about
    what = {
        "go_to": translate("EventWords", "brought the room to {name}"),
        "brought": translate("EventWords", "the desk went to {name} by itself"),
    }[told.logged.event.act if isinstance(told.logged.event, ev.DeskActed) else "go_to"]
    return line(told, "operator", what.format(name=name), "", selected)


def _act_replay(told: Told, about: str) -> EventWords:
    time = told.time(int(about)) if about.isdecimal() and len(about) <= 15 else about
    return line(told, "operator", translate("EventWords", "opened the replay at {time}").format(time=time))


def _act_snapshot(told: Told, about: str) -> EventWords:
    what = translate("EventWords", "saved a picture of {camera}").format(camera=told.camera(about))
    known = any(each.camera_id == about for each in told.state.site.cameras) if told.state.site is not None else False
    return line(told, "operator", what, "", Selected("camera", about) if known else None)


def _act_sound(told: Told, about: str) -> EventWords:
    words = {
        "muted": translate("EventWords", "muted the sound"),
        "unmuted": translate("EventWords", "turned the sound on"),
        "voice_on": translate("EventWords", "turned the voice on"),
        "voice_off": translate("EventWords", "turned the voice off"),
    }
    return line(told, "operator", words.get(about, translate("EventWords", "changed the sound")))


def _commune(state: RoomState, code: str) -> str:
    return next(
        (each.name for each in (state.site.communes if state.site is not None else ()) if each.code == code), code
    )


_ACTS: Final[dict[ev.DeskAct, Callable[[Told, str], EventWords]]] = {
    "workspace": _act_workspace,
    "camera": _act_camera,
    "go_to": _act_go_to,
    "brought": _act_go_to,
    "replay": _act_replay,
    "snapshot": _act_snapshot,
    "sound": _act_sound,
}


TELLERS: Final[dict[str, Callable[[Told], EventWords]]] = {
    "desk.acted": _desk_acted,
}
