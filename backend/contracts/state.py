"""The room's state and its fold: `apply(state, event) -> Delta`, pure, the same in gateway, live desk and replay.

The state is mutable in one hand only (whoever folds); everything inside it is frozen.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Final, get_args

from pydantic import Field

from backend.contracts import events as ev
from backend.contracts.air import AirIndex
from backend.contracts.alerts import Alert, AlertPhase, Aside, HistoryEntry, HistoryKind, RuleRecord
from backend.contracts.base import EpochMs, Identifier, Wire
from backend.contracts.forecasts import Forecast
from backend.contracts.incident_fold import after, opened, reprioritised
from backend.contracts.incidents import Incident
from backend.contracts.marks import Mark
from backend.contracts.recording import ExportState, Hold, RecordingState
from backend.contracts.shift_fold import WATCHES_KEPT, counted, watch_id_of
from backend.contracts.shift_fold import after as watch_after
from backend.contracts.shift_fold import begun as watch_begun
from backend.contracts.shifts import Watch
from backend.contracts.site import Site
from backend.contracts.sop import Sop

CLOSED_KEPT: Final = 200
"""Closed alerts that stay in the state, newest last, for "what happened so far" across the room."""

HISTORY_KEPT: Final = 200
"""Lines of an alert's own history; the log itself keeps all."""

FORECASTS_KEPT: Final = 500
"""Newest forecasts over all sources and gauges; the log keeps all."""

INCIDENTS_KEPT: Final = 200
"""Closed incidents that stay in the state, oldest dropped first."""

OVERTIME_MS: Final = 4 * 3_600_000
"""A watch that nobody hands over stops counting so long after its end."""

MARKS_KEPT: Final = 1000
EXPORTS_KEPT: Final = 100
"""Newest marks of the timeline and newest exports; the log keeps all."""


class CameraState(Wire):
    condition: ev.CameraCondition
    since_ms: EpochMs
    reason: str


class SteerState(Wire):
    """Where a camera was sent last.

    Attributes:
        by: who ordered it, "" = the room by itself.
        order_seq: of the order; what was reported of an earlier one is no news of this one.
        held_until_ms: until then it is `by`'s.
    """

    condition: ev.SteerCondition
    preset: str
    cause: ev.SteerCause
    by: str
    alert_id: str
    order_seq: int
    since_ms: EpochMs
    held_until_ms: EpochMs
    reason: str = ""

    def holder(self, now_ms: int) -> str:
        """Who has the camera now, "" = nobody."""
        return self.by if now_ms < self.held_until_ms else ""


class ProducerState(Wire):
    condition: str
    since_ms: EpochMs
    last_message_ms: EpochMs | None


class OperatorState(Wire):
    user: Identifier
    role: str
    since_ms: EpochMs
    seats: int
    shows: str = ""
    """Key of the workspace he looked at last."""


class StateSnapshot(Wire):
    """The whole state at one `seq` of one log `epoch`."""

    epoch: str
    seq: int
    at_ms: EpochMs
    site: Site | None
    alerts: tuple[Alert, ...]
    closed: tuple[Alert, ...]
    cameras: dict[str, CameraState]
    producers: dict[str, ProducerState]
    operators: dict[str, OperatorState]
    recordings: dict[str, RecordingState] = Field(default_factory=dict)
    holds: tuple[Hold, ...] = ()
    exports: tuple[ExportState, ...] = ()
    marks: tuple[Mark, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    air: tuple[AirIndex, ...] = ()
    rules: dict[str, RuleRecord] = Field(default_factory=dict)
    incidents: tuple[Incident, ...] = ()
    incidents_opened: int = 0
    sops: tuple[Sop, ...] = ()
    watches: tuple[Watch, ...] = ()
    steering: dict[str, SteerState] = Field(default_factory=dict)


@dataclass(slots=True)
class RoomState:
    """Fold of the log up to `seq`. Dictionaries are keyed by id; `alerts` holds the open ones only."""

    epoch: str = ""
    seq: int = 0
    at_ms: int = 0
    site: Site | None = None
    alerts: dict[str, Alert] = field(default_factory=dict)
    closed: dict[str, Alert] = field(default_factory=dict)
    cameras: dict[str, CameraState] = field(default_factory=dict)
    producers: dict[str, ProducerState] = field(default_factory=dict)
    operators: dict[str, OperatorState] = field(default_factory=dict)
    recordings: dict[str, RecordingState] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    exports: dict[str, ExportState] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    forecasts: dict[str, Forecast] = field(default_factory=dict)
    air: dict[str, AirIndex] = field(default_factory=dict)
    """The newest issue of each source for each parameter, by `Forecast.key`."""
    rules: dict[str, RuleRecord] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    incidents_opened: int = 0
    sops: dict[str, Sop] = field(default_factory=dict)
    watches: dict[str, Watch] = field(default_factory=dict)
    """Newest last, in the order in which they began."""
    steering: dict[str, SteerState] = field(default_factory=dict)

    def copied(self) -> RoomState:
        """A state that can be folded on by itself; what is inside is frozen and shared."""
        new = copy(self)
        for name in RoomState.__slots__:
            value = getattr(self, name)
            if isinstance(value, dict):
                setattr(new, name, dict(value))
        return new

    def snapshot(self) -> StateSnapshot:
        return StateSnapshot(
            epoch=self.epoch,
            seq=self.seq,
            at_ms=self.at_ms,
            site=self.site,
            alerts=tuple(self.alerts.values()),
            closed=tuple(self.closed.values()),
            cameras=dict(self.cameras),
            producers=dict(self.producers),
            operators=dict(self.operators),
            recordings=dict(self.recordings),
            holds=tuple(self.holds.values()),
            exports=tuple(self.exports.values()),
            marks=tuple(self.marks.values()),
            forecasts=tuple(self.forecasts.values()),
            air=tuple(self.air.values()),
            rules=dict(self.rules),
            incidents=tuple(self.incidents.values()),
            incidents_opened=self.incidents_opened,
            sops=tuple(self.sops.values()),
            watches=tuple(self.watches.values()),
            steering=dict(self.steering),
        )

    @classmethod
    def from_snapshot(cls, snapshot: StateSnapshot) -> RoomState:
        return cls(
            epoch=snapshot.epoch,
            seq=snapshot.seq,
            at_ms=snapshot.at_ms,
            site=snapshot.site,
            alerts={alert.alert_id: alert for alert in snapshot.alerts},
            closed={alert.alert_id: alert for alert in snapshot.closed},
            cameras=dict(snapshot.cameras),
            producers=dict(snapshot.producers),
            operators=dict(snapshot.operators),
            recordings=dict(snapshot.recordings),
            holds={hold.hold_id: hold for hold in snapshot.holds},
            exports={export.export_id: export for export in snapshot.exports},
            marks={mark.mark_id: mark for mark in snapshot.marks},
            forecasts={forecast.key: forecast for forecast in snapshot.forecasts},
            air={index.key: index for index in snapshot.air},
            rules=dict(snapshot.rules),
            incidents={one.incident_id: one for one in snapshot.incidents},
            incidents_opened=snapshot.incidents_opened,
            sops={one.sop_id: one for one in snapshot.sops},
            watches={one.watch_id: one for one in snapshot.watches},
            steering=dict(snapshot.steering),
        )

    def find_alert(self, alert_id: str) -> Alert | None:
        """The alert, open or lately closed."""
        return self.alerts.get(alert_id) or self.closed.get(alert_id)

    def incident_of(self, alert_id: str) -> Incident | None:
        """The incident that the alert is joined to; the newest when a closed one has it, too."""
        found = [one for one in self.incidents.values() if one.has("alert", alert_id)]
        return next((one for one in found if one.phase != "closed"), found[-1] if found else None)


@dataclass(slots=True)
class Delta:
    """Ids whose state changed. A reader looks the new value up in the state; gone means removed.

    Attributes:
        reset: everything may have changed (first snapshot, resynchronised, seek).
        site: the site itself changed.
        evidence: ids of holds and exports.
        forecasts: ids of stations with a new forecast.
        air: ids of stations with a new air quality index.
        sops: ids of procedures with a new version.
        watches: ids of watches.
        sounding: alerts that are new or worse since the last look, in the order of the log: what a desk announces.
    """

    reset: bool = False
    site: bool = False
    alerts: set[str] = field(default_factory=set)
    cameras: set[str] = field(default_factory=set)
    producers: set[str] = field(default_factory=set)
    operators: set[str] = field(default_factory=set)
    recordings: set[str] = field(default_factory=set)
    evidence: set[str] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)
    forecasts: set[str] = field(default_factory=set)
    air: set[str] = field(default_factory=set)
    incidents: set[str] = field(default_factory=set)
    sops: set[str] = field(default_factory=set)
    watches: set[str] = field(default_factory=set)
    sounding: list[str] = field(default_factory=list)

    def merge(self, other: Delta) -> None:
        self.reset = self.reset or other.reset
        self.site = self.site or other.site
        self.alerts |= other.alerts
        self.cameras |= other.cameras
        self.producers |= other.producers
        self.operators |= other.operators
        self.recordings |= other.recordings
        self.evidence |= other.evidence
        self.marks |= other.marks
        self.forecasts |= other.forecasts
        self.air |= other.air
        self.incidents |= other.incidents
        self.sops |= other.sops
        self.watches |= other.watches
        self.sounding += [alert_id for alert_id in other.sounding if alert_id not in self.sounding]

    def __bool__(self) -> bool:
        rest = self.operators or self.recordings or self.evidence or self.marks or self.forecasts or self.air
        rest = rest or self.incidents or self.sops or self.watches
        return bool(self.reset or self.site or self.alerts or self.cameras or self.producers or rest)


class FoldError(ValueError):
    """The event does not follow the state: a gap in `seq`, or an alert that was never raised."""


def apply(state: RoomState, logged: ev.LoggedEvent) -> Delta:
    """Fold one event into `state`.

    An event about an alert that the state no longer keeps changes nothing: it was decided on by a state that
    did keep it, and the log stays readable by later programs that keep less.

    Raises:
        FoldError: `logged.seq` is not the next one.
    """
    if logged.seq != state.seq + 1:
        raise FoldError(f"event {logged.seq} does not follow {state.seq}")
    delta = Delta()
    open_before = len(state.alerts)
    _FOLDS[logged.event.kind](state, logged, delta)
    if state.watches and logged.event.kind.startswith("alert."):
        _tally(state, logged, open_before)
    state.seq = logged.seq
    state.at_ms = logged.at_ms
    return delta


def _site_loaded(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    assert isinstance(logged.event, ev.SiteLoaded)
    site = logged.event.site
    state.site = site
    camera_ids = {camera.camera_id for camera in site.cameras}
    producer_ids = {producer.producer_id for producer in site.producers}
    state.cameras = {key: value for key, value in state.cameras.items() if key in camera_ids}
    state.producers = {key: value for key, value in state.producers.items() if key in producer_ids}
    state.recordings = {key: value for key, value in state.recordings.items() if key in camera_ids}
    state.steering = {key: value for key, value in state.steering.items() if key in camera_ids}
    # Nobody is seated before the first sign-in after a start: seats of an earlier run are gone.
    state.operators = {}
    stations = {station.station_id for station in site.stations}
    state.forecasts = {key: value for key, value in state.forecasts.items() if value.station_id in stations}
    state.air = {key: value for key, value in state.air.items() if value.station_id in stations}
    delta.site = True
    delta.reset = True


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
    names = ("priority", "headline_vi", "headline_en", "limit", "cap", "detection", "fire", "cyber", "shapes", "count")
    changes = {name: value for name in names if (value := getattr(event, name)) is not None}
    worse = event.priority is not None and event.priority < alert.priority
    if worse and alert.phase in _ASKS_ANEW:
        changes |= _asking(logged, _ASKS_ANEW[alert.phase])
    if worse and not alert.set_aside:
        delta.sounding.append(event.alert_id)
    _put(state, logged, delta, alert, _entry(logged, "updated", event.text), **changes)
    incident = state.incident_of(event.alert_id) if event.priority is not None else None
    if incident is not None:
        _keep_incident(state, delta, reprioritised(incident, state.find_alert))


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


def _camera_changed(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.CameraChanged)
    state.cameras[event.camera_id] = CameraState(condition=event.condition, since_ms=logged.at_ms, reason=event.reason)
    delta.cameras.add(event.camera_id)


def _camera_steered(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.CameraSteered)
    before = state.steering.get(event.camera_id)
    if event.condition == "moving" or before is None:
        state.steering[event.camera_id] = SteerState(
            condition=event.condition,
            preset=event.preset,
            cause=event.cause,
            by=logged.actor,
            alert_id=event.alert_id,
            order_seq=logged.seq,
            since_ms=logged.at_ms,
            held_until_ms=event.held_until_ms,
            reason=event.reason,
        )
    else:
        changes = {"condition": event.condition, "since_ms": logged.at_ms, "reason": event.reason}
        state.steering[event.camera_id] = before.model_copy(update=changes)
    delta.cameras.add(event.camera_id)


def _producer_changed(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.ProducerChanged)
    state.producers[event.producer_id] = ProducerState(
        condition=event.condition, since_ms=logged.at_ms, last_message_ms=event.last_message_ms
    )
    delta.producers.add(event.producer_id)


def _operator_signed_in(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.OperatorSignedIn)
    before = state.operators.get(event.user)
    state.operators[event.user] = OperatorState(
        user=event.user,
        role=event.role,
        since_ms=logged.at_ms if before is None else before.since_ms,
        seats=1 if before is None else before.seats + 1,
    )
    delta.operators.add(event.user)


def _operator_signed_out(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.OperatorSignedOut)
    before = state.operators.get(event.user)
    if before is None:
        return
    if before.seats > 1:
        state.operators[event.user] = before.model_copy(update={"seats": before.seats - 1})
    else:
        del state.operators[event.user]
    delta.operators.add(event.user)


def _recording_changed(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.RecordingChanged)
    state.recordings[event.camera_id] = RecordingState(
        condition=event.condition, since_ms=logged.at_ms, reason=event.reason
    )
    delta.recordings.add(event.camera_id)


def _evidence_held(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    assert isinstance(logged.event, ev.EvidenceHeld)
    hold = logged.event.hold
    state.holds[hold.hold_id] = hold
    delta.evidence.add(hold.hold_id)


def _evidence_released(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    assert isinstance(logged.event, ev.EvidenceReleased)
    if state.holds.pop(logged.event.hold_id, None) is not None:
        delta.evidence.add(logged.event.hold_id)


def _export_ordered(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.ExportOrdered)
    state.exports[event.export_id] = ExportState(
        export_id=event.export_id,
        order=event.order,
        condition="running",
        reason="",
        ordered_by=logged.actor,
        ordered_ms=logged.at_ms,
        changed_ms=logged.at_ms,
    )
    delta.evidence.add(event.export_id)
    ended = [key for key, export in state.exports.items() if export.condition != "running"]
    for key in ended[: max(0, len(state.exports) - EXPORTS_KEPT)]:
        del state.exports[key]


def _export_changed(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.ExportChanged)
    export = state.exports.get(event.export_id)
    if export is None:
        return
    changes = {"condition": event.condition, "reason": event.reason, "changed_ms": logged.at_ms}
    state.exports[event.export_id] = export.model_copy(update=changes)
    delta.evidence.add(event.export_id)


def _limits_changed(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.LimitsChanged)
    if state.site is None:
        return
    changed = {station.station_id: station for station in event.stations}
    stations = tuple(changed.get(station.station_id, station) for station in state.site.stations)
    state.site = state.site.model_copy(update={"stations": stations, "digest": event.digest})
    delta.site = True


def _air_indexed(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    assert isinstance(logged.event, ev.AirIndexed)
    index = logged.event.index
    known = state.air.get(index.key)
    if known is None or known.until_ms <= index.until_ms:
        state.air[index.key] = index
        delta.air.add(index.station_id)


def _forecast_issued(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    assert isinstance(logged.event, ev.ForecastIssued)
    forecast = logged.event.forecast
    known = state.forecasts.get(forecast.key)
    if known is None or known.issued_ms <= forecast.issued_ms:
        state.forecasts[forecast.key] = forecast
        delta.forecasts.add(forecast.station_id)
    while len(state.forecasts) > FORECASTS_KEPT:
        del state.forecasts[min(state.forecasts, key=lambda key: state.forecasts[key].issued_ms)]


def _mark_placed(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    assert isinstance(logged.event, ev.MarkPlaced)
    mark = logged.event.mark
    state.marks[mark.mark_id] = mark
    delta.marks.add(mark.mark_id)
    while len(state.marks) > MARKS_KEPT:
        del state.marks[next(iter(state.marks))]


def _mark_removed(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    assert isinstance(logged.event, ev.MarkRemoved)
    if state.marks.pop(logged.event.mark_id, None) is not None:
        delta.marks.add(logged.event.mark_id)


def _desk_acted(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.DeskActed)
    operator = state.operators.get(logged.actor)
    if operator is not None and event.act == "workspace":
        state.operators[logged.actor] = operator.model_copy(update={"shows": event.about})
        delta.operators.add(logged.actor)


def _sop_published(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    assert isinstance(logged.event, ev.SopPublished)
    sop = logged.event.sop
    state.sops[sop.sop_id] = sop
    delta.sops.add(sop.sop_id)


def _keep_incident(state: RoomState, delta: Delta, incident: Incident) -> None:
    state.incidents[incident.incident_id] = incident
    delta.incidents.add(incident.incident_id)


def _incident_opened(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    assert isinstance(logged.event, ev.IncidentOpened)
    incident = opened(logged.event.incident, logged)
    _keep_incident(state, delta, incident)
    state.incidents_opened = max(state.incidents_opened, incident.number)
    closed = [key for key, one in state.incidents.items() if one.phase == "closed"]
    for key in closed[: max(0, len(closed) - INCIDENTS_KEPT)]:
        del state.incidents[key]


def _incident(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.IncidentEvent)
    incident = state.incidents.get(event.incident_id)
    if incident is not None:
        _keep_incident(state, delta, reprioritised(after(incident, event, logged), state.find_alert))


def _shift(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.ShiftEvent)
    watch_id = watch_id_of(event)
    watch = state.watches.get(watch_id)
    if watch is None and isinstance(event, ev.ShiftStarted):
        watch = watch_begun(event, logged)
        for key in list(state.watches)[: max(0, len(state.watches) + 1 - WATCHES_KEPT)]:
            del state.watches[key]
    if watch is not None:
        state.watches[watch_id] = watch_after(watch, event, logged)
        delta.watches.add(watch_id)


def _tally(state: RoomState, logged: ev.LoggedEvent, open_before: int) -> None:
    """Watches that are not handed over count what happens; two do while one relieves the other."""
    raised = isinstance(logged.event, ev.AlertRaised)
    closed = max(0, open_before + raised - len(state.alerts))
    if not (raised or closed or isinstance(logged.event, ev.AlertAcknowledged)):
        return
    for key, watch in state.watches.items():
        if logged.at_ms < watch.ends_ms + OVERTIME_MS and not watch.is_signed:
            state.watches[key] = watch.model_copy(update={"tally": counted(watch.tally, logged, closed)})


def _for_the_record(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    """Kept in the log; the room's state does not change by it."""


_FOLDS: Final[dict[str, Callable[[RoomState, ev.LoggedEvent, Delta], None]]] = {
    "site.loaded": _site_loaded,
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
    "camera.changed": _camera_changed,
    "camera.steered": _camera_steered,
    "producer.changed": _producer_changed,
    "input.quarantined": _for_the_record,
    "fire.reported": _for_the_record,
    "operator.signed_in": _operator_signed_in,
    "operator.signed_out": _operator_signed_out,
    "command.refused": _for_the_record,
    "recording.changed": _recording_changed,
    "evidence.held": _evidence_held,
    "evidence.released": _evidence_released,
    "export.ordered": _export_ordered,
    "export.changed": _export_changed,
    "mark.placed": _mark_placed,
    "forecast.issued": _forecast_issued,
    "air.indexed": _air_indexed,
    "limits.changed": _limits_changed,
    "mark.removed": _mark_removed,
    "desk.acted": _desk_acted,
    "sop.published": _sop_published,
    "incident.opened": _incident_opened,
    **{event.model_fields["kind"].default: _incident for event in get_args(ev.IncidentEvent)},
    **{event.model_fields["kind"].default: _shift for event in get_args(ev.ShiftEvent)},
}
