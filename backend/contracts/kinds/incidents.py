"""Catalogues of incidents: what sort of thing it is, and what it came from when it is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from backend.contracts.alerts import Alert
from backend.contracts.kinds.alerts import Priority

IncidentCategory = Literal[
    "fire", "flood", "storm", "environment", "traffic", "crowd", "security", "cyber", "technical", "other"
]
CauseCategory = Literal["natural", "human", "equipment", "process", "deliberate", "false_alarm", "exercise", "unknown"]


@dataclass(frozen=True, slots=True)
class Named:
    """A word of a catalogue in both languages of the room."""

    name_vi: str
    name_en: str


INCIDENT_CATEGORIES: Final[dict[IncidentCategory, Named]] = {
    "fire": Named("Cháy, nổ", "Fire, explosion"),
    "flood": Named("Lũ, ngập", "Flood"),
    "storm": Named("Bão, mưa lớn, thiên tai", "Storm, heavy rain, disaster"),
    "environment": Named("Sự cố môi trường", "Environmental incident"),
    "traffic": Named("Tai nạn, ùn tắc giao thông", "Traffic accident, congestion"),
    "crowd": Named("Tụ tập đông người", "Crowd"),
    "security": Named("An ninh trật tự", "Public order"),
    "cyber": Named("An toàn thông tin", "Cyber security"),
    "technical": Named("Sự cố kỹ thuật của trung tâm", "Technical fault of the room"),
    "other": Named("Khác", "Other"),
}

CAUSE_CATEGORIES: Final[dict[CauseCategory, Named]] = {
    "natural": Named("Thiên tai, thời tiết", "Nature, weather"),
    "human": Named("Con người, sơ suất", "Human, carelessness"),
    "equipment": Named("Hỏng thiết bị", "Broken equipment"),
    "process": Named("Vận hành, quy trình", "Operation, process"),
    "deliberate": Named("Cố ý", "Deliberate"),
    "false_alarm": Named("Báo sai", "False alarm"),
    "exercise": Named("Diễn tập", "Exercise"),
    "unknown": Named("Chưa rõ nguyên nhân", "Cause not known"),
}

_BY_WORD: Final[dict[str, IncidentCategory]] = {
    "fire": "fire",
    "smoke": "fire",
    "crash": "traffic",
    "wrong_way": "traffic",
    "traffic": "traffic",
    "standstill": "traffic",
    "crowd": "crowd",
    "queue": "crowd",
    "intrusion": "security",
    "cyber": "cyber",
    "syslog": "cyber",
    "ids": "cyber",
    "cap": "storm",
}
_BY_KIND: Final[dict[str, IncidentCategory]] = {
    "station.limit": "environment",
    "station.level": "flood",
    "cap.message": "storm",
}


def category_of(alert: Alert) -> IncidentCategory:
    """What an incident opened from this alert is: by what was seen, else by the alert's kind."""
    words = [alert.detection.label] if alert.detection is not None else []
    words += alert.kind.split(".")
    by_word = next((_BY_WORD[word] for word in words if word in _BY_WORD), None)
    if alert.priority is Priority.SYSTEM:
        return "cyber" if by_word == "cyber" else "technical"
    return by_word or _BY_KIND.get(alert.kind, "other")
