"""Life of an alert as pure decisions: the state and a condition or a wish in, events or a refusal out.

The heart is one table, phase x trigger -> phase (ISA-18.2 / IEC 62682). A decision that the table does not know is
refused with a reason code; nobody else may judge phases. On- and off-delays and dead bands stand before it, where
conditions are made (`backend.domain.delays`, `backend.domain.limits`). There is no decision about many alerts at once.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from backend.contracts import events as ev
from backend.contracts.alarms import AlarmRules
from backend.contracts.alerts import (
    Alert,
    AlertPhase,
    CapDetail,
    CyberDetail,
    DetectionDetail,
    FireDetail,
    IndicatorDetail,
    LimitReading,
    Verdict,
)
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
    HAND_OVER = "hand_over"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    SUPPRESS = "suppress"
    UNSUPPRESS = "unsuppress"
    TAKE_OUT_OF_SERVICE = "take_out_of_service"
    RETURN_TO_SERVICE = "return_to_service"
    RESET = "reset"
    RE_ALARM = "re_alarm"
    ESCALATE = "escalate"


_B: Final = AlertPhase.ACTIVE_UNACKNOWLEDGED
_C: Final = AlertPhase.ACTIVE_ACKNOWLEDGED
_D: Final = AlertPhase.RETURNED_UNACKNOWLEDGED
_A: Final = AlertPhase.NORMAL
_E: Final = AlertPhase.LATCHED_UNACKNOWLEDGED
_F: Final = AlertPhase.LATCHED_ACKNOWLEDGED
_G: Final = AlertPhase.SHELVED
_H: Final = AlertPhase.SUPPRESSED
_I: Final = AlertPhase.OUT_OF_SERVICE

Phases = tuple[AlertPhase, ...]
"""Where a trigger may lead: which of them is the condition's doing and whether the alert latches."""

_BACK: Final = (_B, _E, _A)
"""Out of being set aside: active; over and latching; over."""


def _open(phase: AlertPhase) -> dict[Trigger, Phases]:
    """What an open alert takes in every phase without leaving it."""
    stay = (Trigger.UPDATE, Trigger.COMMENT, Trigger.TAKE, Trigger.RELEASE, Trigger.HAND_OVER, Trigger.DISPATCH)
    return dict.fromkeys(stay, (phase,))


_BY_PLAN: Final[dict[Trigger, Phases]] = {Trigger.SUPPRESS: (_H,), Trigger.TAKE_OUT_OF_SERVICE: (_I,)}
"""From every phase that is not out of service already, the shelf included: what is planned beats what was put off."""


def _aside(phase: AlertPhase) -> dict[Trigger, Phases]:
    """What is set aside follows its condition without a sound and without leaving."""
    return {**_open(phase), **dict.fromkeys((Trigger.RETURN, Trigger.REACTIVATE, Trigger.WORSEN), (phase,))}


TRANSITIONS: Final[dict[AlertPhase, dict[Trigger, Phases]]] = {
    _B: {
        **_open(_B), **_BY_PLAN, Trigger.ACKNOWLEDGE: (_C,), Trigger.RETURN: (_D, _E), Trigger.WORSEN: (_B,),
        Trigger.SHELVE: (_G,), Trigger.ESCALATE: (_B,),
    },
    # A raised priority is news: the acknowledgement given to the lesser one does not cover it.
    _C: {
        **_open(_C), **_BY_PLAN, Trigger.RETURN: (_A, _F), Trigger.WORSEN: (_B,), Trigger.SHELVE: (_G,),
        Trigger.RE_ALARM: (_B,),
    },
    _D: {
        **_open(_D), **_BY_PLAN, Trigger.ACKNOWLEDGE: (_A,), Trigger.REACTIVATE: (_B,), Trigger.WORSEN: (_D,),
        Trigger.SHELVE: (_G,), Trigger.ESCALATE: (_D,),
    },
    _A: {},
    # A latched one is let go by its reset alone; shelving would be a way around it.
    _E: {
        **_open(_E), **_BY_PLAN, Trigger.ACKNOWLEDGE: (_F,), Trigger.REACTIVATE: (_B,), Trigger.WORSEN: (_E,),
        Trigger.ESCALATE: (_E,),
    },
    _F: {**_open(_F), **_BY_PLAN, Trigger.RESET: (_A,), Trigger.REACTIVATE: (_B,), Trigger.WORSEN: (_E,)},
    _G: {**_aside(_G), **_BY_PLAN, Trigger.UNSHELVE: _BACK},
    _H: {**_aside(_H), Trigger.TAKE_OUT_OF_SERVICE: (_I,), Trigger.UNSUPPRESS: _BACK},
    _I: {**_aside(_I), Trigger.RETURN_TO_SERVICE: _BACK},
}  # fmt: skip


def next_phases(phase: AlertPhase, trigger: Trigger) -> Phases:
    """The phases `trigger` may lead to; none where the table does not allow it."""
    return TRANSITIONS[phase].get(trigger, ())


def raise_alert(existing: Alert | None, alert: Alert) -> Decision:
    """A condition came true. `existing` is whatever the room keeps under this `alert_id`."""
    if existing is not None:
        return Refusal(RefusalCode.WRONG_PHASE, f"alert {alert.alert_id} was raised already")
    if alert.phase is not _B or alert.history or alert.acknowledged_by or alert.owner:
        return Refusal(RefusalCode.INVALID, "a new alert is active, unacknowledged, unowned and has no history")
    return (ev.AlertRaised(alert=alert),)


def ruled(event: ev.Event, rules: AlarmRules) -> ev.Event:
    """The event as the site's rules want it: an alert of a latching kind is raised as one that latches."""
    if not isinstance(event, ev.AlertRaised) or event.alert.latching:
        return event
    if not rules.latching(event.alert.kind, event.alert.priority):
        return event
    return ev.AlertRaised(alert=event.alert.model_copy(update={"latching": True}))


@dataclass(frozen=True, slots=True)
class Change:
    """New figures of an open alert; None = as it was."""

    priority: Priority | None = None
    headline_vi: str | None = None
    headline_en: str | None = None
    limit: LimitReading | None = None
    cap: CapDetail | None = None
    detection: DetectionDetail | None = None
    fire: FireDetail | None = None
    cyber: CyberDetail | None = None
    indicator: IndicatorDetail | None = None
    shapes: tuple[Shape, ...] | None = None
    count: int | None = None
    text: str = ""

    def only_counts(self, alert: Alert) -> bool:
        """Nothing but the number of times is new to the alert."""
        detail = self.detection
        same = detail is None or detail.model_copy(update={"count": 0}) == (
            alert.detection.model_copy(update={"count": 0}) if alert.detection is not None else None
        )
        return (
            same
            and self.priority is None
            and self.limit is None
            and self.cap is None
            and self.fire is None
            and self.indicator is None
            and not self.text
        )


_FIELDS: Final = (
    "priority",
    "headline_vi",
    "headline_en",
    "limit",
    "cap",
    "detection",
    "fire",
    "cyber",
    "indicator",
    "shapes",
    "count",
)


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
    if alert.set_aside and not alert.active:
        return Refusal(RefusalCode.WRONG_PHASE, "the condition of this alert is over already")
    return _refused(alert, Trigger.RETURN) or (ev.AlertReturned(alert_id=alert.alert_id, reason=reason),)


def reactivate(alert: Alert, limit: LimitReading | None = None) -> Decision:
    """The condition came true again while the alert was still open."""
    if alert.set_aside and alert.active:
        return Refusal(RefusalCode.WRONG_PHASE, "the condition of this alert is true already")
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
    if alert.unanswered:
        follows.append(ev.AlertAcknowledged(alert_id=alert.alert_id))
    if alert.active:
        follows.append(ev.AlertReturned(alert_id=alert.alert_id, reason="báo sai"))
    if alert.latching and not alert.set_aside and alert.phase is not _A:
        follows.append(ev.AlertReset(alert_id=alert.alert_id, comment="báo sai"))
    return (said, *follows)


def hand_over(alert: Alert, user: str, colleague: str, text: str, present: Collection[str]) -> Decision:
    """Its owner `user` gives the alert to `colleague`, who must be one of those `present`: at a desk, may own it."""
    refusal = _refused(alert, Trigger.HAND_OVER)
    if refusal is not None:
        return refusal
    if alert.owner != user:
        owner = alert.owner or "nobody"
        return Refusal(RefusalCode.OWNER_CHANGED, f"only its owner hands an alert over, and it belongs to {owner}")
    if colleague == user:
        return Refusal(RefusalCode.INVALID, "the alert is yours already")
    if colleague not in present:
        return Refusal(RefusalCode.UNKNOWN_OPERATOR, f"no operator {colleague!r} who may take it is at a desk")
    return (ev.AlertOwned(alert_id=alert.alert_id, owner=colleague, previous=user, comment=text),)


def shelve(alert: Alert, duration_s: int, reason: str, now_ms: int, rules: AlarmRules) -> Decision:
    """Set aside by hand, at most for what the site allows alarms of this priority."""
    refusal = _refused(alert, Trigger.SHELVE)
    if refusal is not None:
        return refusal
    if not reason.strip():
        return Refusal(RefusalCode.INVALID, "shelving needs a reason")
    most_s = rules.shelve_max_s(alert.priority)
    if duration_s > most_s:
        most = f"for at most {most_s} s" if most_s else "not at all"
        return Refusal(RefusalCode.TOO_LONG, f"alarms of priority {int(alert.priority)} may be shelved {most}")
    until_ms = now_ms + duration_s * 1000
    return (ev.AlertShelved(alert_id=alert.alert_id, until_ms=until_ms, reason=reason),)


def unshelve(alert: Alert, cause: ev.BackCause, reason: str = "") -> Decision:
    refusal = _refused(alert, Trigger.UNSHELVE)
    return refusal or (ev.AlertUnshelved(alert_id=alert.alert_id, cause=cause, reason=reason),)


def suppress(alert: Alert, rule_id: str, reason: str = "") -> Decision:
    """A rule of the site says that this alert tells nothing new."""
    refusal = _refused(alert, Trigger.SUPPRESS)
    return refusal or (ev.AlertSuppressed(alert_id=alert.alert_id, rule_id=rule_id, reason=reason),)


def unsuppress(alert: Alert, reason: str = "") -> Decision:
    refusal = _refused(alert, Trigger.UNSUPPRESS)
    rule_id = alert.aside.rule_id if alert.aside is not None else ""
    return refusal or (ev.AlertUnsuppressed(alert_id=alert.alert_id, rule_id=rule_id or "?", reason=reason),)


def take_out_of_service(alert: Alert, duration_s: int, permit: str, reason: str, now_ms: int) -> Decision:
    refusal = _refused(alert, Trigger.TAKE_OUT_OF_SERVICE)
    if refusal is not None:
        return refusal
    if not permit.strip() or not reason.strip():
        return Refusal(RefusalCode.INVALID, "out of service needs a permit and a reason")
    until_ms = now_ms + duration_s * 1000
    return (ev.AlertTakenOutOfService(alert_id=alert.alert_id, until_ms=until_ms, permit=permit, reason=reason),)


def return_to_service(alert: Alert, cause: ev.BackCause, reason: str = "") -> Decision:
    refusal = _refused(alert, Trigger.RETURN_TO_SERVICE)
    return refusal or (ev.AlertReturnedToService(alert_id=alert.alert_id, cause=cause, reason=reason),)


def reset(alert: Alert, text: str = "") -> Decision:
    """Let go of a latched alert; it must have been acknowledged, and its condition be over."""
    return _refused(alert, Trigger.RESET) or (ev.AlertReset(alert_id=alert.alert_id, comment=text),)


def due(alert: Alert, now_ms: int, rules: AlarmRules) -> tuple[ev.Event, ...]:
    """What time alone does to the alert now: it comes back, asks again, or goes to the next recipient.

    An alert that never sounds asks nobody again.
    """
    decision: Decision = ()
    if alert.aside is not None:
        decision = _back_by_time(alert, alert.aside.until_ms, now_ms, rules)
    elif not alert.silent and (rule := rules.of(alert.priority)) is not None:
        if alert.phase is _C:
            decision = _re_alarm(alert, rule.re_alarm_after_min * 60, now_ms)
        elif alert.unanswered:
            decision = _escalation(alert, rule.escalate_after_s, now_ms, rules)
    return () if isinstance(decision, Refusal) else decision


def _back_by_time(alert: Alert, until_ms: int | None, now_ms: int, rules: AlarmRules) -> Decision:
    if until_ms is None:
        return ()
    if alert.phase is _G:
        if now_ms >= until_ms:
            return unshelve(alert, "time")
        # It became more urgent on the shelf: it may lie as long as its new priority allows, no longer.
        left_ms = until_ms - now_ms
        return unshelve(alert, "priority") if left_ms > rules.shelve_max_s(alert.priority) * 1000 else ()
    return return_to_service(alert, "time") if now_ms >= until_ms else ()


def _re_alarm(alert: Alert, after_s: int, now_ms: int) -> Decision:
    if not after_s or alert.acknowledged_ms is None or now_ms - alert.acknowledged_ms < after_s * 1000:
        return ()
    return _refused(alert, Trigger.RE_ALARM) or (ev.AlertReAlarmed(alert_id=alert.alert_id, after_s=after_s),)


def _escalation(alert: Alert, after_s: int, now_ms: int, rules: AlarmRules) -> Decision:
    chain = rules.chain(alert.priority)
    if not after_s or alert.escalation >= len(chain):
        return ()
    since_ms = alert.escalated_ms or alert.unanswered_ms or alert.raised_ms
    if now_ms - since_ms < after_s * 1000:
        return ()
    to = chain[alert.escalation]
    return _refused(alert, Trigger.ESCALATE) or (
        ev.AlertEscalated(
            alert_id=alert.alert_id,
            level=alert.escalation + 1,
            recipient_id=to.recipient_id,
            recipient_vi=to.name_vi,
            recipient_en=to.name_en,
        ),
    )


def _refused(alert: Alert, trigger: Trigger) -> Refusal | None:
    if next_phases(alert.phase, trigger):
        return None
    return Refusal(RefusalCode.WRONG_PHASE, f"an alert that is {alert.phase} cannot {trigger}")
