"""How alerts change by an event: the part of the fold (`backend.contracts.state`) that is about alerts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from backend.contracts import events as ev
from backend.contracts.alerts import Alert, AlertPhase, Aside, HistoryEntry, HistoryKind, RuleRecord
from backend.contracts.incident_fold import reprioritised

if TYPE_CHECKING:
    from backend.contracts.state import Delta, RoomState

CLOSED_KEPT: Final = 200
"""Closed alerts that stay in the state, newest last, for "what happened so far" across the room."""

HISTORY_KEPT: Final = 200
"""Lines of an alert's own history; the log itself keeps all."""


def _entry(logged: ev.LoggedEvent, kind: HistoryKind, text: str) -> HistoryEntry:
    return HistoryEntry(seq=logged.seq, at_ms=logged.at_ms, kind=kind, actor=logged.actor, text=text)


def _put(
    state: RoomState,
    logged: ev.LoggedEvent,
    delta: Delta,
    alert: Alert,
    entry: HistoryEntry,
    **changes: object,
) -> Alert:
    history = (*alert.history, entry)[-HISTORY_KEPT:]
    new = alert.model_copy(update={**changes, "history": history, "changed_ms": logged.at_ms})
    state.alerts[alert.alert_id] = new
    delta.alerts.add(alert.alert_id)
    return new


def _close(state: RoomState, alert_id: str) -> None:
    alert = state.alerts.pop(alert_id)
    state.closed[alert_id] = alert
    while len(state.closed) > CLOSED_KEPT:
        del state.closed[next(iter(state.closed))]


def _alert_raised(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    assert isinstance(logged.event, ev.AlertRaised)
    alert = logged.event.alert
    _put(state, logged, delta, alert, _entry(logged, "raised", ""), unanswered_ms=logged.at_ms)
    delta.sounding.append(alert.alert_id)


def _alert_updated(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.AlertUpdated)
    alert = state.alerts.get(event.alert_id)
    if alert is None:
        return
    names = (
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
    changes = {name: value for name in names if (value := getattr(event, name)) is not None}
    worse = event.priority is not None and event.priority < alert.priority
    if worse and alert.phase in _ASKS_ANEW:
        changes |= _asking(logged, _ASKS_ANEW[alert.phase])
    if worse and not alert.set_aside:
        delta.sounding.append(event.alert_id)
    _put(state, logged, delta, alert, _entry(logged, "updated", event.text), **changes)
    incident = state.incident_of(event.alert_id) if event.priority is not None else None
    if incident is not None:
        state.incidents[incident.incident_id] = reprioritised(incident, state.find_alert)
        delta.incidents.add(incident.incident_id)


def _alert_returned(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.AlertReturned)
    alert = state.alerts.get(event.alert_id)
    if alert is None:
        return
    entry = _entry(logged, "returned", event.reason)
    if alert.set_aside:
        _put(state, logged, delta, alert, entry, condition=False)
    elif alert.latching:
        latched = AlertPhase.LATCHED_ACKNOWLEDGED if alert.acknowledged else AlertPhase.LATCHED_UNACKNOWLEDGED
        _put(state, logged, delta, alert, entry, phase=latched)
    elif alert.acknowledged:
        _put(state, logged, delta, alert, entry, phase=AlertPhase.NORMAL)
        _close(state, event.alert_id)
    else:
        _put(state, logged, delta, alert, entry, phase=AlertPhase.RETURNED_UNACKNOWLEDGED)


def _alert_reactivated(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.AlertReactivated)
    alert = state.alerts.get(event.alert_id)
    if alert is None:
        return
    changes: dict[str, object] = {"count": alert.count + 1}
    if event.limit is not None:
        changes["limit"] = event.limit
    chattered = alert.chatters(logged.at_ms)
    if alert.set_aside:
        changes["condition"] = True
    else:
        changes |= _asking(logged, AlertPhase.ACTIVE_UNACKNOWLEDGED)
        if not chattered:
            delta.sounding.append(event.alert_id)
    _put(state, logged, delta, alert, _entry(logged, "reactivated", ""), **changes)


def _alert_acknowledged(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.AlertAcknowledged)
    alert = state.alerts.get(event.alert_id)
    if alert is None:
        return
    returned = alert.phase is AlertPhase.RETURNED_UNACKNOWLEDGED
    _put(
        state,
        logged,
        delta,
        alert,
        _entry(logged, "acknowledged", event.comment),
        phase=_ANSWERED.get(alert.phase, AlertPhase.ACTIVE_ACKNOWLEDGED),
        acknowledged_by=logged.actor,
        acknowledged_ms=logged.at_ms,
        unanswered_ms=None,
        escalation=0,
        escalated_to="",
        escalated_ms=None,
    )
    if returned:
        _close(state, event.alert_id)


def _alert_commented(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.AlertCommented)
    alert = state.alerts.get(event.alert_id)
    if alert is not None:
        _put(state, logged, delta, alert, _entry(logged, "commented", event.comment))


def _alert_owned(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.AlertOwned)
    alert = state.alerts.get(event.alert_id)
    if alert is None:
        return
    handed = bool(event.owner) and logged.actor == event.previous != event.owner
    text = f"{event.owner}: {event.comment}" if event.comment else event.owner
    _put(state, logged, delta, alert, _entry(logged, "handed_over" if handed else "owned", text), owner=event.owner)


def _alert_dispatched(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.AlertDispatched)
    alert = state.alerts.get(event.alert_id)
    if alert is None:
        return
    text = event.agency_id if not event.note else f"{event.agency_id}: {event.note}"
    sent_to = tuple(dict.fromkeys((*alert.dispatched_to, event.agency_id)))
    _put(state, logged, delta, alert, _entry(logged, "dispatched", text), dispatched_to=sent_to)


def _alert_judged(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.AlertJudged)
    record = state.rules.get(event.rule, RuleRecord())
    state.rules[event.rule] = record.judged(event.alert_id, event.verdict == "confirmed")
    # The record of the rule stands on the card of every alert of it.
    delta.alerts |= {one.alert_id for one in state.alerts.values() if one.rule == event.rule}
    alert, entry = state.find_alert(event.alert_id), _entry(logged, "judged", event.comment)
    if alert is None:
        return
    if event.alert_id in state.alerts:
        _put(state, logged, delta, alert, entry, verdict=event.verdict)
    else:
        changes = {"verdict": event.verdict, "history": (*alert.history, entry)[-HISTORY_KEPT:]}
        state.closed[event.alert_id] = alert.model_copy(update=changes)
        delta.alerts.add(event.alert_id)


_ASKS_ANEW: Final = {
    AlertPhase.ACTIVE_ACKNOWLEDGED: AlertPhase.ACTIVE_UNACKNOWLEDGED,
    AlertPhase.LATCHED_ACKNOWLEDGED: AlertPhase.LATCHED_UNACKNOWLEDGED,
}
"""An acknowledged alert that becomes worse: what was acknowledged was the lesser one."""

_ANSWERED: Final = {
    AlertPhase.RETURNED_UNACKNOWLEDGED: AlertPhase.NORMAL,
    AlertPhase.LATCHED_UNACKNOWLEDGED: AlertPhase.LATCHED_ACKNOWLEDGED,
}


def _asking(logged: ev.LoggedEvent, phase: AlertPhase) -> dict[str, object]:
    """Changes of an alert that asks for an acknowledgement from now on; the chain of recipients begins anew."""
    return {
        "phase": phase,
        "acknowledged_by": "",
        "acknowledged_ms": None,
        "unanswered_ms": logged.at_ms,
        "escalation": 0,
        "escalated_to": "",
        "escalated_ms": None,
    }


def _set_aside(
    state: RoomState, logged: ev.LoggedEvent, delta: Delta, phase: AlertPhase, entry: HistoryEntry, aside: Aside
) -> None:
    alert = state.alerts.get(getattr(logged.event, "alert_id", ""))
    if alert is not None:
        _put(state, logged, delta, alert, entry, phase=phase, condition=alert.active, aside=aside, unanswered_ms=None)


def _come_back(state: RoomState, logged: ev.LoggedEvent, delta: Delta, phase: AlertPhase, entry: HistoryEntry) -> None:
    """Out of `phase`: what it is then is the condition's doing, and an active one is heard."""
    alert = state.alerts.get(getattr(logged.event, "alert_id", ""))
    if alert is None or alert.phase is not phase:
        return
    if alert.condition:
        back = AlertPhase.ACTIVE_UNACKNOWLEDGED
        delta.sounding.append(alert.alert_id)
    else:
        # Over while nobody looked: a latching one still waits for its reset.
        back = AlertPhase.LATCHED_UNACKNOWLEDGED if alert.latching else AlertPhase.NORMAL
    changes: dict[str, object] = {"condition": True, "aside": None}
    changes |= {"phase": back} if back is AlertPhase.NORMAL else _asking(logged, back)
    _put(state, logged, delta, alert, entry, **changes)
    if back is AlertPhase.NORMAL:
        _close(state, alert.alert_id)


def _alert_shelved(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.AlertShelved)
    aside = Aside(by=logged.actor, since_ms=logged.at_ms, until_ms=event.until_ms, reason=event.reason)
    _set_aside(state, logged, delta, AlertPhase.SHELVED, _entry(logged, "shelved", event.reason), aside)


def _alert_unshelved(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.AlertUnshelved)
    _come_back(state, logged, delta, AlertPhase.SHELVED, _entry(logged, "unshelved", event.reason))


def _alert_suppressed(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.AlertSuppressed)
    aside = Aside(by="", since_ms=logged.at_ms, until_ms=None, reason=event.reason, rule_id=event.rule_id)
    _set_aside(state, logged, delta, AlertPhase.SUPPRESSED, _entry(logged, "suppressed", event.reason), aside)


def _alert_unsuppressed(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.AlertUnsuppressed)
    _come_back(state, logged, delta, AlertPhase.SUPPRESSED, _entry(logged, "unsuppressed", event.reason))


def _alert_taken_out_of_service(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.AlertTakenOutOfService)
    aside = Aside(
        by=logged.actor, since_ms=logged.at_ms, until_ms=event.until_ms, reason=event.reason, permit=event.permit
    )
    entry = _entry(logged, "out_of_service", f"{event.permit}: {event.reason}")
    _set_aside(state, logged, delta, AlertPhase.OUT_OF_SERVICE, entry, aside)


def _alert_returned_to_service(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.AlertReturnedToService)
    _come_back(state, logged, delta, AlertPhase.OUT_OF_SERVICE, _entry(logged, "in_service", event.reason))


def _alert_reset(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.AlertReset)
    alert = state.alerts.get(event.alert_id)
    if alert is not None:
        _put(state, logged, delta, alert, _entry(logged, "reset", event.comment), phase=AlertPhase.NORMAL)
        _close(state, event.alert_id)


def _alert_re_alarmed(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.AlertReAlarmed)
    alert = state.alerts.get(event.alert_id)
    if alert is None:
        return
    changes = _asking(logged, AlertPhase.ACTIVE_UNACKNOWLEDGED) | {"re_alarms": alert.re_alarms + 1}
    _put(state, logged, delta, alert, _entry(logged, "re_alarmed", ""), **changes)
    delta.sounding.append(event.alert_id)


def _alert_escalated(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.AlertEscalated)
    alert = state.alerts.get(event.alert_id)
    if alert is None:
        return
    changes: dict[str, object] = {"escalation": event.level, "escalated_to": event.recipient_id}
    entry = _entry(logged, "escalated", event.recipient_vi)
    _put(state, logged, delta, alert, entry, escalated_ms=logged.at_ms, **changes)
    delta.sounding.append(event.alert_id)


ALERT_FOLDS: Final[dict[str, Callable[[RoomState, ev.LoggedEvent, Delta], None]]] = {
    "alert.raised": _alert_raised,
    "alert.updated": _alert_updated,
    "alert.returned": _alert_returned,
    "alert.reactivated": _alert_reactivated,
    "alert.acknowledged": _alert_acknowledged,
    "alert.commented": _alert_commented,
    "alert.owned": _alert_owned,
    "alert.dispatched": _alert_dispatched,
    "alert.judged": _alert_judged,
    "alert.shelved": _alert_shelved,
    "alert.unshelved": _alert_unshelved,
    "alert.suppressed": _alert_suppressed,
    "alert.unsuppressed": _alert_unsuppressed,
    "alert.taken_out_of_service": _alert_taken_out_of_service,
    "alert.returned_to_service": _alert_returned_to_service,
    "alert.reset": _alert_reset,
    "alert.re_alarmed": _alert_re_alarmed,
    "alert.escalated": _alert_escalated,
}
"""Kind of event -> what it does to the room's alerts."""
