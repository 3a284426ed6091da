"""An alert as the room's state holds it.

Its two independent facts are the condition (`active` or not) and the acknowledgement; the four combinations are
ISA-18.2's states B, C, D and A. Shelved, suppressed and out of service will join `AlertPhase`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from backend.contracts.base import EpochMs, Identifier, LatDeg, LonDeg, Wire
from backend.contracts.geometry import Shape
from backend.contracts.kinds.alerts import AlertKindKey, Priority


class AlertPhase(StrEnum):
    """Names of ISA-18.2 / IEC 62682: B, C, D and A of the standard's state chart."""

    ACTIVE_UNACKNOWLEDGED = "active_unacknowledged"
    ACTIVE_ACKNOWLEDGED = "active_acknowledged"
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged"
    NORMAL = "normal"


HistoryKind = Literal[
    "raised",
    "updated",
    "returned",
    "reactivated",
    "acknowledged",
    "commented",
    "owned",
    "dispatched",
    "closed",
]


class HistoryEntry(Wire):
    """One line of "what happened so far". `actor` is a user name, or "" for the system itself."""

    seq: int
    at_ms: EpochMs
    kind: HistoryKind
    actor: str
    text: str


class LimitReading(Wire):
    """The figure that raised a limit alert: the mean over the limit's window against the limit."""

    symbol: str
    unit: str
    value: float
    limit_value: float
    limit_source: str
    window_min: int


class CapDetail(Wire):
    """What a person needs of a CAP message. Texts are plain text, never markup.

    Attributes:
        key: "sender,identifier,sent" as CAP references write it.
        status: Actual, Exercise, System, Test, Draft or the unknown text.
        risk_level: 1..5 of QĐ 18/2021/QĐ-TTg when the bulletin states one; never computed.
        faults: what was wrong with the message though it could be used.
    """

    key: str
    status: str
    message_type: str
    category: str
    event: str
    urgency: str
    severity: str
    certainty: str
    sender_name: str
    description: str
    instruction: str
    web: str
    effective_ms: EpochMs
    expires_ms: EpochMs | None
    risk_level: int | None
    area_names: tuple[str, ...]
    commune_codes: tuple[str, ...]
    faults: tuple[str, ...] = ()


class DetectionDetail(Wire):
    """A camera detection that became an alert. `count` detections were grouped into it."""

    camera_id: Identifier
    label: str
    sub_label: str
    score: float
    zones: tuple[str, ...]
    count: int


class Alert(Wire):
    """One alert, from raised to closed.

    Attributes:
        alert_id: stable across updates; the same condition raised again after closing gets a new one.
        place_id: a station, camera, producer or service, by the kind's `about`; "" for an area.
        headline_vi, headline_en: one line; plain text.
        commune_code: GSO code of the commune it lies in, "" when unknown.
        exercise: the source says that it is an exercise (DIỄN TẬP), or the whole room is for one.
        silent: it never sounds (CAP test and draft, back-filled data).
        owner: user who took it, "" when nobody has.
        dispatched_to: agencies it was handed to, in order.
        count: how often the condition came true while it was open.
    """

    alert_id: Identifier
    kind: AlertKindKey
    priority: Priority
    phase: AlertPhase
    place_id: str
    place_name: str
    headline_vi: str
    headline_en: str
    raised_ms: EpochMs
    changed_ms: EpochMs
    lat_deg: LatDeg | None = None
    lon_deg: LonDeg | None = None
    commune_code: str = ""
    shapes: tuple[Shape, ...] = ()
    limit: LimitReading | None = None
    cap: CapDetail | None = None
    detection: DetectionDetail | None = None
    simulated: bool = False
    exercise: bool = False
    silent: bool = False
    owner: str = ""
    acknowledged_by: str = ""
    acknowledged_ms: EpochMs | None = None
    dispatched_to: tuple[str, ...] = ()
    count: int = 1
    history: tuple[HistoryEntry, ...] = ()

    @property
    def active(self) -> bool:
        """The condition is true now."""
        return self.phase in (AlertPhase.ACTIVE_UNACKNOWLEDGED, AlertPhase.ACTIVE_ACKNOWLEDGED)

    @property
    def acknowledged(self) -> bool:
        return self.phase in (AlertPhase.ACTIVE_ACKNOWLEDGED, AlertPhase.NORMAL)
