"""Words of a tile's condition, in the language of the seat. Reasons and notes come as keys (widgets/tile_types.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from widgets.tile_types import TileStatus

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Label:
    """What is written over a tile: the condition, its age, and why. Empty for live and well."""

    condition: str = ""
    age: str = ""
    reason: str = ""


def age_words(age_s: float) -> str:
    """12 s, 4 min, 2 h, 3 d."""
    if age_s < 90:
        return translate("Tile", "{n} s").replace("{n}", str(int(age_s)))
    if age_s < 90 * 60:
        return translate("Tile", "{n} min").replace("{n}", str(int(age_s / 60)))
    if age_s < 48 * 3600:
        return translate("Tile", "{n} h").replace("{n}", str(int(age_s / 3600)))
    return translate("Tile", "{n} d").replace("{n}", str(int(age_s / 86400)))


def label_of(status: TileStatus, clock_text: Callable[[float], str]) -> Label:
    """Words for a condition. `clock_text` gives the time of day of so many seconds ago."""
    age = age_words(status.age_s)
    reason = reason_words(status.reason)
    match status.state:
        case "past" | "near" | "loading" | "gap" | "damaged":
            return _label_of_replay(status, clock_text)
        case "live":
            return Label(reason=note_words(status.note))
        case "connecting":
            return Label(translate("Tile", "CONNECTING"), age if status.age_s >= 2 else "", note_words(status.note))
        case "slow":
            return Label(translate("Tile", "SLOW {age}").replace("{age}", age))
        case "unchanging":
            return Label(translate("Tile", "PICTURE UNCHANGED {age}").replace("{age}", age))
        case "frozen":
            since = translate("Tile", "since {clock} ({age})")
            return Label(
                translate("Tile", "FROZEN"), since.replace("{clock}", clock_text(status.age_s)).replace("{age}", age)
            )
        case "lost":
            return Label(translate("Tile", "SIGNAL LOST"), age if status.age_s >= 1 else "", reason)


def _label_of_replay(status: TileStatus, clock_text: Callable[[float], str]) -> Label:
    match status.state:
        case "near":
            return Label(translate("Tile", "PICTURE OF {clock}").replace("{clock}", clock_text(status.age_s)))
        case "loading":
            age = age_words(status.age_s) if status.age_s >= 2 else ""
            return Label(translate("Tile", "LOADING"), age, reason_words(status.reason))
        case "gap":
            return Label(
                translate("Tile", "NO RECORDING"), translate("Tile", "at {clock}").replace("{clock}", clock_text(0.0))
            )
        case "damaged":
            return Label(translate("Tile", "RECORDING DAMAGED"))
    return Label()


def reason_words(key: str) -> str:
    """Why a picture is not there; "" for an unknown key."""
    words = {
        "refused": translate("Tile", "camera refuses the connection"),
        "no_answer": translate("Tile", "camera does not answer"),
        "unauthorized": translate("Tile", "wrong user or password"),
        "not_found": translate("Tile", "the camera has no such stream"),
        "name_unknown": translate("Tile", "camera's name cannot be resolved"),
        "unreachable": translate("Tile", "no way to the camera's network"),
        "ended": translate("Tile", "camera closed the connection"),
        "no_video": translate("Tile", "the stream holds no video"),
        "undecodable": translate("Tile", "video cannot be decoded"),
        "bad_address": translate("Tile", "address refused: only rtsp:// and rtsps://"),
        "no_address": translate("Tile", "no address for this camera"),
        "worker_died": translate("Tile", "decoder is being restarted"),
        "file_missing": translate("Tile", "file is not there"),
        "fetch_failed": translate("Tile", "the recording cannot be fetched"),
        "other": translate("Tile", "stream cannot be opened"),
    }
    return words.get(key, "")


def note_words(key: str) -> str:
    """What is said beside the condition; "" for an unknown key."""
    words = {
        "vlc_without_rtsp": translate("Tile", "libVLC here cannot do RTSP: played by pyav"),
        "vlc_missing": translate("Tile", "libVLC is not installed: played by pyav"),
    }
    return words.get(key, "")
