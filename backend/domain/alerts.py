"""Life of an alert as pure decisions: the state and a condition or a wish in, events or a refusal out.

The heart is one table, phase x trigger -> phase. A decision that the table does not know is refused with a reason
code; nobody else may judge phases. Shelving, latching and out-of-service are further phases and triggers of the
same table; on- and off-delays belong before it, where conditions are made (`backend.domain.limits`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from backend.contracts import events as ev
from backend.contracts.alerts import Alert, AlertPhase, CapDetail, DetectionDetail, LimitReading, Verdict
from backend.contracts.commands import RefusalCode
from backend.contracts.geometry import Shape
from backend.contracts.kinds.alerts import ALERT_KINDS, Priority
from backend.contracts.site import Agency


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why it was not done; `reason` is one English sentence for the log, `code` is what a seat translates."""

    code: RefusalCode
    reason: str


Decision = tuple[ev.Event, ...] | Refusal


class Trigger(StrEnum):
    """What can happen to an alert that exists."""

    RETURN = "return"
    REACTIVATE = "reactivate"
    UPDATE = "update"
    WORSEN = "worsen"
    ACKNOWLEDGE = "acknowledge"
    COMMENT = "comment"
    TAKE = "take"
    RELEASE = "release"
    DISPATCH = "dispatch"


_B: Final = AlertPhase.ACTIVE_UNACKNOWLEDGED
_C: Final = AlertPhase.ACTIVE_ACKNOWLEDGED
_D: Final = AlertPhase.RETURNED_UNACKNOWLEDGED
_A: Final = AlertPhase.NORMAL


def _stay(phase: AlertPhase) -> dict[Trigger, AlertPhase]:
    """What an open alert takes in every phase without leaving it."""
    return dict.fromkeys((Trigger.UPDATE, Trigger.COMMENT, Trigger.TAKE, Trigger.RELEASE, Trigger.DISPATCH), phase)


TRANSITIONS: Final[dict[AlertPhase, dict[Trigger, AlertPhase]]] = {
    _B: {**_stay(_B), Trigger.ACKNOWLEDGE: _C, Trigger.RETURN: _D, Trigger.WORSEN: _B},
    # A raised priority is news: the acknowledgement given to the lesser one does not cover it.
    _C: {**_stay(_C), Trigger.RETURN: _A, Trigger.WORSEN: _B},
    _D: {**_stay(_D), Trigger.ACKNOWLEDGE: _A, Trigger.REACTIVATE: _B, Trigger.WORSEN: _D},
    _A: {},
}


def next_phase(phase: AlertPhase, trigger: Trigger) -> AlertPhase | None:
    """The phase `trigger` leads to, or None where the table does not allow it."""
    return TRANSITIONS[phase].get(trigger)


def raise_alert(existing: Alert | None, alert: Alert) -> Decision:
    """A condition came true. `existing` is whatever the room keeps under this `alert_id`."""
    if existing is not None:
        return Refusal(RefusalCode.WRONG_PHASE, f"alert {alert.alert_id} was raised already")
    if alert.phase is not _B or alert.history or alert.acknowledged_by or alert.owner:
        return Refusal(RefusalCode.INVALID, "a new alert is active, unacknowledged, unowned and has no history")
    return (ev.AlertRaised(alert=alert),)


@dataclass(frozen=True, slots=True)
class Change:
    """New figures of an open alert; None = as it was."""

    priority: Priority | None = None
    headline_vi: str | None = None
    headline_en: str | None = None
    limit: LimitReading | None = None
    cap: CapDetail | None = None
    detection: DetectionDetail | None = None
    shapes: tuple[Shape, ...] | None = None
    count: int | None = None
    text: str = ""

    def only_counts(self, alert: Alert) -> bool:
        """Nothing but the number of times is new to the alert."""
        detail = self.detection
        same = detail is None or detail.model_copy(update={"count": 0}) == (
            alert.detection.model_copy(update={"count": 0}) if alert.detection is not None else None
        )
        return same and self.priority is None and self.limit is None and self.cap is None and not self.text


_FIELDS: Final = ("priority", "headline_vi", "headline_en", "limit", "cap", "detection", "shapes", "count")


def update(alert: Alert, change: Change) -> Decision:
    """The figures changed. Nothing new and nothing said is no event at all."""
    worse = change.priority is not None and change.priority < alert.priority
    refusal = _refused(alert, Trigger.WORSEN if worse else Trigger.UPDATE)
    if refusal is not None:
        return refusal
    news = {
        name: value
        for name in _FIELDS
        if (value := getattr(change, name)) is not None and value != getattr(alert, name)
    }
    if not news and not change.text:
        return ()
    return (ev.AlertUpdated(alert_id=alert.alert_id, text=change.text, **news),)


def return_alert(alert: Alert, reason: str = "") -> Decision:
    """The condition is no longer true."""
    return _refused(alert, Trigger.RETURN) or (ev.AlertReturned(alert_id=alert.alert_id, reason=reason),)


def reactivate(alert: Alert, limit: LimitReading | None = None) -> Decision:
    """The condition came true again before anybody acknowledged its first time."""
    return _refused(alert, Trigger.REACTIVATE) or (ev.AlertReactivated(alert_id=alert.alert_id, limit=limit),)


def acknowledge(alert: Alert, comment: str = "") -> Decision:
    return _refused(alert, Trigger.ACKNOWLEDGE) or (ev.AlertAcknowledged(alert_id=alert.alert_id, comment=comment),)


def comment(alert: Alert, text: str) -> Decision:
    refusal = _refused(alert, Trigger.COMMENT)
    if refusal is not None:
        return refusal
    if not text.strip():
        return Refusal(RefusalCode.INVALID, "a comment needs words")
    return (ev.AlertCommented(alert_id=alert.alert_id, comment=text),)


def take(alert: Alert, user: str, expected_owner: str) -> Decision:
    """`user` takes the alert, from `expected_owner` when somebody has it."""
    refusal = _refused(alert, Trigger.TAKE)
    if refusal is not None:
        return refusal
    if alert.owner != expected_owner:
        owner = alert.owner or "nobody"
        return Refusal(RefusalCode.OWNER_CHANGED, f"the alert now belongs to {owner}, not to {expected_owner!r}")
    if alert.owner == user:
        return Refusal(RefusalCode.INVALID, "the alert is yours already")
    return (ev.AlertOwned(alert_id=alert.alert_id, owner=user, previous=alert.owner),)


def release(alert: Alert, user: str) -> Decision:
    """`user` gives the alert back; only its owner can."""
    refusal = _refused(alert, Trigger.RELEASE)
    if refusal is not None:
        return refusal
    if not alert.owner:
        return Refusal(RefusalCode.OWNER_CHANGED, "nobody has taken the alert")
    if alert.owner != user:
        return Refusal(RefusalCode.OWNER_CHANGED, f"the alert belongs to {alert.owner}")
    return (ev.AlertOwned(alert_id=alert.alert_id, owner="", previous=user),)


def dispatch(alert: Alert, agency_id: str, note: str, agencies: tuple[Agency, ...]) -> Decision:
    """Hand the alert to an agency; handing it over again with another note is allowed."""
    refusal = _refused(alert, Trigger.DISPATCH)
    if refusal is not None:
        return refusal
    if all(agency.agency_id != agency_id for agency in agencies):
        return Refusal(RefusalCode.UNKNOWN_AGENCY, f"the site knows no agency {agency_id!r}")
    return (ev.AlertDispatched(alert_id=alert.alert_id, agency_id=agency_id, note=note),)


def judge(alert: Alert, verdict: Verdict, comment: str = "") -> Decision:
    """Somebody looked; `alert` is open or lately closed. What a camera saw wrongly is acknowledged and over by it.

    A measured value stays what it is: its alert is only marked as false, and goes when the figure is back.
    """
    if not alert.can_be_judged:
        return Refusal(RefusalCode.INVALID, f"an alert of kind {alert.kind} was made by no rule that could be wrong")
    if alert.verdict == verdict:
        return Refusal(RefusalCode.WRONG_PHASE, f"the alert is judged {verdict} already")
    said = ev.AlertJudged(alert_id=alert.alert_id, rule=alert.rule, verdict=verdict, comment=comment)
    if verdict == "confirmed" or ALERT_KINDS[alert.kind].about != "camera":
        return (said,)
    follows: list[ev.Event] = []
    phase = alert.phase
    if (acknowledged := next_phase(phase, Trigger.ACKNOWLEDGE)) is not None:
        follows.append(ev.AlertAcknowledged(alert_id=alert.alert_id))
        phase = acknowledged
    if next_phase(phase, Trigger.RETURN) is not None:
        follows.append(ev.AlertReturned(alert_id=alert.alert_id, reason="báo sai"))
    return (said, *follows)


def _refused(alert: Alert, trigger: Trigger) -> Refusal | None:
    if next_phase(alert.phase, trigger) is not None:
        return None
    return Refusal(RefusalCode.WRONG_PHASE, f"an alert that is {alert.phase} cannot {trigger}")
