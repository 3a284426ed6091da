"""What happens to alerts, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts import events as ev
from backend.contracts.kinds.alerts import Priority
from console.models.alert_words import agency_name, priority_words
from console.models.event_words.told import (
    EventWords,
    LogKind,
    Told,
    about_alert,
    line,
)

translate = QCoreApplication.translate


def _alert_kind(priority: int) -> LogKind:
    return "system" if priority == int(Priority.SYSTEM) else "alert"


def _kind_of(told: Told, alert_id: str) -> LogKind:
    alert = told.state.find_alert(alert_id)
    return "alert" if alert is None else _alert_kind(int(alert.priority))


def _alert_raised(told: Told) -> EventWords:
    assert isinstance(told.logged.event, ev.AlertRaised)
    alert = told.logged.event.alert
    headline, place = told.name(alert.headline_vi, alert.headline_en), alert.place_name
    what = f"{headline} · {place}" if place and place not in headline else headline
    if alert.exercise:
        what = translate("EventWords", "EXERCISE") + " · " + what
    priority = int(alert.priority)
    return line(told, _alert_kind(priority), what, "", about_alert(alert.alert_id), priority)


def _alert_updated(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertUpdated)
    headline = told.alert(event.alert_id)
    kind, about = _kind_of(told, event.alert_id), about_alert(event.alert_id)
    if event.priority is not None:
        words = translate("EventWords", "{alert}: now {priority}")
        what = words.format(alert=headline, priority=priority_words(int(event.priority)))
        return line(told, kind, what, event.text, about, int(event.priority))
    return line(told, kind, translate("EventWords", "{alert}: updated").format(alert=headline), event.text, about)


def _alert_returned(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertReturned)
    what = translate("EventWords", "{alert}: over").format(alert=told.alert(event.alert_id))
    return line(told, _kind_of(told, event.alert_id), what, event.reason, about_alert(event.alert_id))


def _alert_reactivated(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertReactivated)
    what = translate("EventWords", "{alert}: true again").format(alert=told.alert(event.alert_id))
    return line(told, _kind_of(told, event.alert_id), what, "", about_alert(event.alert_id))


def _alert_acknowledged(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertAcknowledged)
    what = translate("EventWords", "acknowledged “{alert}”").format(alert=told.alert(event.alert_id))
    return line(told, "operator", what, event.comment, about_alert(event.alert_id))


def _alert_commented(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertCommented)
    what = translate("EventWords", "commented on “{alert}”").format(alert=told.alert(event.alert_id))
    return line(told, "operator", what, event.comment, about_alert(event.alert_id))


def _alert_owned(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertOwned)
    headline = told.alert(event.alert_id)
    if not event.owner:
        what = translate("EventWords", "gave back “{alert}”").format(alert=headline)
    elif event.previous == told.logged.actor:
        what = translate("EventWords", "handed “{alert}” over to {colleague}")
        what = what.format(alert=headline, colleague=event.owner)
    elif event.previous:
        what = translate("EventWords", "took over “{alert}” from {previous}")
        what = what.format(alert=headline, previous=event.previous)
    else:
        what = translate("EventWords", "took over “{alert}”").format(alert=headline)
    return line(told, "operator", what, event.comment, about_alert(event.alert_id))


def _alert_dispatched(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertDispatched)
    agency = agency_name(told.state, event.agency_id, told.language)
    what = translate("EventWords", "handed “{alert}” to {agency}")
    what = what.format(alert=told.alert(event.alert_id), agency=agency)
    return line(told, "operator", what, event.note, about_alert(event.alert_id))


def _alert_judged(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertJudged)
    what = {
        "confirmed": translate("EventWords", "found “{alert}” to be right"),
        "false": translate("EventWords", "found “{alert}” to be a false alarm"),
    }[event.verdict]
    return line(
        told, "operator", what.format(alert=told.alert(event.alert_id)), event.comment, about_alert(event.alert_id)
    )


def _alert_shelved(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertShelved)
    what = translate("EventWords", "shelved “{alert}” until {time}")
    what = what.format(alert=told.alert(event.alert_id), time=told.time(event.until_ms))
    return line(told, "operator", what, event.reason, about_alert(event.alert_id))


def _alert_out_of_service(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertTakenOutOfService)
    what = translate("EventWords", "took “{alert}” out of service until {time}")
    what = what.format(alert=told.alert(event.alert_id), time=told.time(event.until_ms))
    return line(told, "operator", what, f"{event.permit} · {event.reason}", about_alert(event.alert_id))


_Aside = ev.AlertUnshelved | ev.AlertSuppressed | ev.AlertUnsuppressed | ev.AlertReturnedToService | ev.AlertReAlarmed


def _alert_back(told: Told) -> EventWords:
    """Back from being set aside, or set aside by a rule: who did it is the kind's matter."""
    event = told.logged.event
    assert isinstance(event, _Aside)
    words = {
        "alert.unshelved": translate("EventWords", "{alert}: back from the shelf"),
        "alert.suppressed": translate("EventWords", "{alert}: suppressed by design"),
        "alert.unsuppressed": translate("EventWords", "{alert}: no longer suppressed"),
        "alert.returned_to_service": translate("EventWords", "{alert}: back in service"),
        "alert.re_alarmed": translate("EventWords", "{alert}: still active, asks again"),
    }
    causes = {
        "time": translate("EventWords", "its time is over"),
        "priority": translate("EventWords", "it became more urgent"),
    }
    what = words[event.kind].format(alert=told.alert(event.alert_id))
    reason = getattr(event, "reason", "") or causes.get(getattr(event, "cause", ""), "")
    kind: LogKind = "operator" if told.logged.actor else _kind_of(told, event.alert_id)
    return line(told, kind, what, reason, about_alert(event.alert_id))


def _alert_reset(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertReset)
    what = translate("EventWords", "reset “{alert}”").format(alert=told.alert(event.alert_id))
    return line(told, "operator", what, event.comment, about_alert(event.alert_id))


def _alert_escalated(told: Told) -> EventWords:
    event = told.logged.event
    assert isinstance(event, ev.AlertEscalated)
    what = translate("EventWords", "{alert}: nobody answered, level {level} is told: {recipient}").format(
        alert=told.alert(event.alert_id),
        level=event.level,
        recipient=told.name(event.recipient_vi, event.recipient_en),
    )
    return line(told, _kind_of(told, event.alert_id), what, "", about_alert(event.alert_id))


TELLERS: Final[dict[str, Callable[[Told], EventWords]]] = {
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
    "alert.unshelved": _alert_back,
    "alert.suppressed": _alert_back,
    "alert.unsuppressed": _alert_back,
    "alert.taken_out_of_service": _alert_out_of_service,
    "alert.returned_to_service": _alert_back,
    "alert.reset": _alert_reset,
    "alert.re_alarmed": _alert_back,
    "alert.escalated": _alert_escalated,
}
