"""An alert as the room's state holds it.

Its two independent facts are the condition (`active` or not) and the acknowledgement; the four combinations are
ISA-18.2's states B, C, D and A. A latching alert whose condition is over is E or F until it is reset. Shelved (G),
suppressed by design (H) and out of service (I) set it aside: the condition is followed without a sound, and coming
back it is B, or over, by what the condition is then.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

from backend.contracts.base import EpochMs, Identifier, LatDeg, LonDeg, Wire
from backend.contracts.geometry import Shape
from backend.contracts.kinds.alerts import AlertKindKey, Priority

CHATTER_TRANSITIONS: Final = 3
CHATTER_WINDOW_MS: Final = 60_000
"""An alarm that changes its condition three times in a minute chatters (ISA-18.2)."""

JUDGEMENTS_KEPT: Final = 100
"""Newest judgements a rule is measured by."""

Verdict = Literal["confirmed", "false"]
"""What a person found when he looked: there was something, or the rule was wrong."""


class AlertPhase(StrEnum):
    """Names of ISA-18.2 / IEC 62682: B, C, D, A and E to I of the standard's state chart."""

    ACTIVE_UNACKNOWLEDGED = "active_unacknowledged"
    ACTIVE_ACKNOWLEDGED = "active_acknowledged"
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged"
    NORMAL = "normal"
    LATCHED_UNACKNOWLEDGED = "latched_unacknowledged"
    LATCHED_ACKNOWLEDGED = "latched_acknowledged"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    OUT_OF_SERVICE = "out_of_service"


SET_ASIDE: Final = frozenset((AlertPhase.SHELVED, AlertPhase.SUPPRESSED, AlertPhase.OUT_OF_SERVICE))
"""Phases in which an alert asks for nobody: listed, counted, never heard."""


HistoryKind = Literal[
    "raised",
    "updated",
    "returned",
    "reactivated",
    "acknowledged",
    "commented",
    "owned",
    "dispatched",
    "judged",
    "closed",
    "handed_over",
    "shelved",
    "unshelved",
    "suppressed",
    "unsuppressed",
    "out_of_service",
    "in_service",
    "reset",
    "re_alarmed",
    "escalated",
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
    """A camera detection that became an alert. `count` detections were grouped into it.

    Attributes:
        camera_id: the camera that saw it first.
        also: further cameras whose detections of the same rule were gathered into it in a flood, in their order.
    """

    camera_id: Identifier
    label: str
    sub_label: str
    score: float
    zones: tuple[str, ...]
    count: int
    also: tuple[str, ...] = ()


class RuleRecord(Wire):
    """How often a rule was right: what people found out about its alerts.

    Attributes:
        confirmed, rejected: alerts of the rule that were found right and false, since the log began.
        recent: (alert_id, right) of the newest judgements, newest last.
    """

    confirmed: int = 0
    rejected: int = 0
    recent: tuple[tuple[str, bool], ...] = ()

    @property
    def false_ratio(self) -> float | None:
        """Share of false ones among the newest judgements, 0..1; None when nobody judged any."""
        return sum(not right for _, right in self.recent) / len(self.recent) if self.recent else None

    def judged(self, alert_id: str, right: bool) -> RuleRecord:
        """The record with one more judgement; an alert judged anew replaces what was said of it."""
        said = dict(self.recent)
        earlier = said.pop(alert_id, None)
        said[alert_id] = right
        return RuleRecord(
            confirmed=self.confirmed + right - (earlier is True),
            rejected=self.rejected + (not right) - (earlier is False),
            recent=tuple(said.items())[-JUDGEMENTS_KEPT:],
        )


class Aside(Wire):
    """Why an alert is shelved, suppressed or out of service.

    Attributes:
        by: who set it aside; "" = a rule of the site.
        until_ms: when it comes back by itself; None = when its rule no longer holds.
        rule_id: of the suppression; "" otherwise.
        permit: number or words of the permit it is out of service by; "" otherwise.
    """

    by: str
    since_ms: EpochMs
    until_ms: EpochMs | None
    reason: str
    rule_id: str = ""
    permit: str = ""


class FireZone(Wire):
    """One zone or detector that reported. `code`: the SIA code it sent; `restored_ms`: None = still in alarm."""

    zone: str
    name: str
    code: str
    at_ms: EpochMs
    restored_ms: EpochMs | None = None


class FireDetail(Wire):
    """What a fire panel reported, zone by zone, in the order in which they came."""

    account: str
    zones: tuple[FireZone, ...]


class CyberDetail(Wire):
    """What a security sensor saw. Texts are plain text, never markup.

    Attributes:
        sensor: host or device that reported, as it calls itself.
        signature: the rule's name; `signature_id` its id, "" when there is none.
        source, target: address (and port) it came from and went to, "" when unknown.
        severity: the sensor's own word for it.
        count: reports grouped into this alert.
    """

    sensor: str
    signature: str
    signature_id: str
    category: str
    source: str
    target: str
    severity: str
    count: int


class IndicatorItem(Wire):
    """A figure that an alert is about: `due_ms` when it was due and did not come; `value` and `goal` when it is bad."""

    code: Identifier
    period: str
    area: str = ""
    due_ms: EpochMs | None = None
    value: float | None = None
    goal: float | None = None


class IndicatorDetail(Wire):
    """Figures of indicators that are late or bad. `owner`: the agency that answers for them."""

    owner: Identifier
    items: tuple[IndicatorItem, ...]


class Alert(Wire):
    """One alert, from raised to closed.

    Attributes:
        alert_id: stable across updates; the same condition raised again after closing gets a new one.
        place_id: a station, camera, producer, fire site, service, agency or indicator, by the kind's `about`; "" for
            an area.
        headline_vi, headline_en: one line; plain text.
        commune_code: GSO code of the commune it lies in, "" when unknown.
        exercise: the source says that it is an exercise (DIỄN TẬP), or the whole room is for one.
        silent: it never sounds (CAP test and draft, back-filled data).
        owner: user who took it, "" when nobody has.
        dispatched_to: agencies it was handed to, in order.
        count: how often the condition came true while it was open.
        verdict: what a person found when he looked, "" when nobody said.
        latching: its condition over, it stays until somebody resets it.
        condition: the condition is true; told by `active` for every phase, kept here for what is set aside.
        aside: why it is shelved, suppressed or out of service; None when it is not.
        unanswered_ms: since when it asks for an acknowledgement; None = since it was raised, or it asks for none.
        re_alarms: how often it asked again though it had been acknowledged.
        escalation: how many recipients of the chain were told because nobody answered, since `unanswered_ms`.
        escalated_to, escalated_ms: the last of them, and when; "" and None when none was.
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
    fire: FireDetail | None = None
    cyber: CyberDetail | None = None
    indicator: IndicatorDetail | None = None
    simulated: bool = False
    exercise: bool = False
    silent: bool = False
    owner: str = ""
    acknowledged_by: str = ""
    acknowledged_ms: EpochMs | None = None
    dispatched_to: tuple[str, ...] = ()
    count: int = 1
    verdict: Verdict | Literal[""] = ""
    history: tuple[HistoryEntry, ...] = ()
    latching: bool = False
    condition: bool = True
    aside: Aside | None = None
    unanswered_ms: EpochMs | None = None
    re_alarms: int = 0
    escalation: int = 0
    escalated_to: str = ""
    escalated_ms: EpochMs | None = None

    @property
    def active(self) -> bool:
        """The condition is true now."""
        if self.phase in SET_ASIDE:
            return self.condition
        return self.phase in (AlertPhase.ACTIVE_UNACKNOWLEDGED, AlertPhase.ACTIVE_ACKNOWLEDGED)

    @property
    def acknowledged(self) -> bool:
        """The acknowledgement given holds; nothing that is set aside has one."""
        return self.phase in _ACKNOWLEDGED

    @property
    def unanswered(self) -> bool:
        """It asks for an acknowledgement: neither given nor set aside."""
        return self.phase not in SET_ASIDE and self.phase not in _ACKNOWLEDGED

    @property
    def set_aside(self) -> bool:
        """Shelved, suppressed by design or out of service."""
        return self.phase in SET_ASIDE

    @property
    def rule(self) -> str:
        """Which rule made it: its kind, and within it the label or the parameter."""
        about = self.detection.label if self.detection is not None else self.limit.symbol if self.limit else ""
        return f"{self.kind}:{about}" if about else self.kind

    @property
    def can_be_judged(self) -> bool:
        """A rule of ours made it, so that it can be wrong; a bulletin's sender and our own faults are no rules."""
        return self.priority is not Priority.SYSTEM and self.kind != "cap.message"

    def chatters(self, at_ms: int) -> bool:
        """Its condition came and went so often within the last minute that another change is no news."""
        changes = ("raised", "returned", "reactivated")
        since_ms = at_ms - CHATTER_WINDOW_MS
        return sum(one.at_ms > since_ms and one.kind in changes for one in self.history) >= CHATTER_TRANSITIONS


_ACKNOWLEDGED: Final = frozenset((AlertPhase.ACTIVE_ACKNOWLEDGED, AlertPhase.NORMAL, AlertPhase.LATCHED_ACKNOWLEDGED))
