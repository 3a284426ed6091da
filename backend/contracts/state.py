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
from backend.contracts.alert_fold import ALERT_FOLDS
from backend.contracts.alerts import Alert, RuleRecord
from backend.contracts.base import EpochMs, Identifier, Wire
from backend.contracts.crisis import KEPT as CRISES_KEPT
from backend.contracts.crisis import Crisis, CrisisBegun, CrisisEvent
from backend.contracts.crisis_fold import answer_within_s, call_arrived, call_moved, report_received
from backend.contracts.crisis_fold import ended as crisis_ended
from backend.contracts.forecasts import Forecast
from backend.contracts.hotline import Call, CallArrived, CallEvent, CallRecorded, HotlineDay, HotlineRules
from backend.contracts.hotline_fold import after as call_after
from backend.contracts.hotline_fold import arrived, day_of, moved
from backend.contracts.incident_fold import after, opened, reprioritised
from backend.contracts.incidents import Incident
from backend.contracts.indicator_fold import entered as indicator_entered
from backend.contracts.indicators import IndicatorSeries
from backend.contracts.marks import Mark
from backend.contracts.meeting_events import MeetingEvent, MeetingPlanned
from backend.contracts.meeting_fold import after as meeting_after
from backend.contracts.meeting_fold import planned
from backend.contracts.meetings import Meeting
from backend.contracts.press import Story, StoryEvent, StorySeen, story_after
from backend.contracts.recording import ExportState, Hold, RecordingState
from backend.contracts.report_events import ReportEvent, ReportReceived
from backend.contracts.report_fold import after as report_after
from backend.contracts.report_fold import received
from backend.contracts.reports import Report
from backend.contracts.shift_fold import WATCHES_KEPT, counted, watch_id_of
from backend.contracts.shift_fold import after as watch_after
from backend.contracts.shift_fold import begun as watch_begun
from backend.contracts.shifts import Watch
from backend.contracts.site import Site
from backend.contracts.sop import Sop
from backend.contracts.zones import Checkpoint, Zone, ZonesDeclared, ZonesLifted

FORECASTS_KEPT: Final = 500
"""Newest forecasts over all sources and gauges; the log keeps all."""

INCIDENTS_KEPT: Final = 200
"""Closed incidents that stay in the state, oldest dropped first."""

OVERTIME_MS: Final = 4 * 3_600_000
"""A watch that nobody hands over stops counting so long after its end."""

REPORTS_ENDED_KEPT: Final = 500
"""Ended reports that stay in the state, oldest dropped first; their door has all."""

STORIES_KEPT: Final = 300
"""Stories of press and social media that were told last; their door has all."""

CALLS_LIVE_MOST: Final = 1_000
"""More go on at once on no hotline: the oldest was never told to have ended."""

CALLS_OVER_KEPT: Final = 200
"""Calls that were over last; their table has all."""

ZONES_KEPT_MS: Final = 30 * 86_400_000
"""So long a zone that is over stays in the state; the log keeps all."""

MEETINGS_OVER_KEPT: Final = 60
"""Meetings that are over and stay in the state, oldest dropped first; the log keeps all."""

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
    reports: tuple[Report, ...] = ()
    ended_reports: tuple[Report, ...] = ()
    reports_received: int = 0
    stories: tuple[Story, ...] = ()
    calls: tuple[Call, ...] = ()
    ended_calls: tuple[Call, ...] = ()
    hotline_day: HotlineDay | None = None
    crisis: Crisis | None = None
    past_crises: tuple[Crisis, ...] = ()
    steering: dict[str, SteerState] = Field(default_factory=dict)
    indicators: tuple[IndicatorSeries, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    zones: tuple[Zone, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()


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
    reports: dict[str, Report] = field(default_factory=dict)
    """Every report that is not ended."""
    ended_reports: dict[str, Report] = field(default_factory=dict)
    """Those that ended last, oldest first."""
    reports_received: int = 0
    stories: dict[str, Story] = field(default_factory=dict)
    """Those that were told last, oldest first."""
    calls: dict[str, Call] = field(default_factory=dict)
    """Those that go on, in the order in which they arrived."""
    ended_calls: dict[str, Call] = field(default_factory=dict)
    """Those that were over last, oldest first."""
    hotline_day: HotlineDay | None = None
    crisis: Crisis | None = None
    """The one that is on."""
    past_crises: dict[str, Crisis] = field(default_factory=dict)
    """Those that ended last, oldest first."""
    steering: dict[str, SteerState] = field(default_factory=dict)
    indicators: dict[str, IndicatorSeries] = field(default_factory=dict)
    """Newest figures by `IndicatorSeries.key`."""
    meetings: dict[str, Meeting] = field(default_factory=dict)
    """In the order in which they were planned."""
    zones: dict[str, Zone] = field(default_factory=dict)
    checkpoints: dict[str, Checkpoint] = field(default_factory=dict)

    def copied(self) -> RoomState:
        """A state that can be folded on by itself; what is inside is frozen and shared."""
        new = copy(self)
        for name in RoomState.__slots__:
            value = getattr(self, name)
            if isinstance(value, dict):
                setattr(new, name, dict(value))
        return new

    def report(self, report_id: str) -> Report | None:
        """None when there is none, or it ended so long ago that only its door has it."""
        return self.reports.get(report_id) or self.ended_reports.get(report_id)

    def call(self, call_id: str) -> Call | None:
        """None when there is none, or it was over so long ago that only its table has it."""
        return self.calls.get(call_id) or self.ended_calls.get(call_id)

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
            reports=tuple(self.reports.values()),
            ended_reports=tuple(self.ended_reports.values()),
            reports_received=self.reports_received,
            stories=tuple(self.stories.values()),
            calls=tuple(self.calls.values()),
            ended_calls=tuple(self.ended_calls.values()),
            hotline_day=self.hotline_day,
            crisis=self.crisis,
            past_crises=tuple(self.past_crises.values()),
            steering=dict(self.steering),
            indicators=tuple(self.indicators.values()),
            meetings=tuple(self.meetings.values()),
            zones=tuple(self.zones.values()),
            checkpoints=tuple(self.checkpoints.values()),
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
            reports={one.report_id: one for one in snapshot.reports},
            ended_reports={one.report_id: one for one in snapshot.ended_reports},
            reports_received=snapshot.reports_received,
            stories={one.story_id: one for one in snapshot.stories},
            calls={one.call_id: one for one in snapshot.calls},
            ended_calls={one.call_id: one for one in snapshot.ended_calls},
            hotline_day=snapshot.hotline_day,
            crisis=snapshot.crisis,
            past_crises={one.crisis_id: one for one in snapshot.past_crises},
            steering=dict(snapshot.steering),
            indicators={one.key: one for one in snapshot.indicators},
            meetings={one.meeting_id: one for one in snapshot.meetings},
            zones={one.zone_id: one for one in snapshot.zones},
            checkpoints={one.checkpoint_id: one for one in snapshot.checkpoints},
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
        reports: ids of citizens' reports.
        stories: ids of stories of press and social media.
        calls: ids of calls of the hotline.
        crises: ids of crises of the hotline that began, ended or counted something.
        indicators: codes of indicators with a new figure.
        meetings: ids of meetings.
        zones: ids of zones and checkpoints.
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
    reports: set[str] = field(default_factory=set)
    stories: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    crises: set[str] = field(default_factory=set)
    indicators: set[str] = field(default_factory=set)
    meetings: set[str] = field(default_factory=set)
    zones: set[str] = field(default_factory=set)
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
        self.reports |= other.reports
        self.stories |= other.stories
        self.calls |= other.calls
        self.crises |= other.crises
        self.indicators |= other.indicators
        self.meetings |= other.meetings
        self.zones |= other.zones
        self.sounding += [alert_id for alert_id in other.sounding if alert_id not in self.sounding]

    def __bool__(self) -> bool:
        rest = self.operators or self.recordings or self.evidence or self.marks or self.forecasts or self.air
        rest = rest or self.incidents or self.sops or self.watches or self.reports or self.stories or self.calls
        rest = rest or self.indicators or self.crises or self.meetings or self.zones
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


def _indicators_entered(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    assert isinstance(logged.event, ev.IndicatorsEntered)
    delta.indicators |= indicator_entered(state.indicators, logged.event, logged)


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


def _report_received(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    assert isinstance(logged.event, ReportReceived)
    report = received(logged.event)
    _keep_report(state, delta, report)
    state.reports_received = max(state.reports_received, report.number)
    if state.crisis is not None:
        _keep_crisis(state, report_received(state.crisis, logged.event), delta)


def _report(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ReportEvent)
    report = state.report(event.report_id)
    if report is not None:
        _keep_report(state, delta, report_after(report, event, logged.at_ms, logged.actor))


def _story_seen(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    assert isinstance(logged.event, StorySeen)
    _keep_story(state, delta, logged.event.story)


def _story(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, StoryEvent)
    story = state.stories.get(event.story_id)
    if story is not None:
        _keep_story(state, delta, story_after(story, event, logged.at_ms))


def _keep_story(state: RoomState, delta: Delta, story: Story) -> None:
    state.stories.pop(story.story_id, None)  # the newest word last
    state.stories[story.story_id] = story
    delta.stories.add(story.story_id)
    while len(state.stories) > STORIES_KEPT:
        oldest = next(iter(state.stories))
        del state.stories[oldest]
        delta.stories.add(oldest)


def _call_recorded(state: RoomState, event: CallRecorded, delta: Delta) -> None:
    for calls in (state.calls, state.ended_calls):
        call = calls.get(event.call_id)
        if call is not None:
            calls[event.call_id] = call.model_copy(update={"recording": event.recording})
            delta.calls.add(event.call_id)


def _call(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, CallEvent)
    if isinstance(event, CallRecorded):
        _call_recorded(state, event, delta)
        return
    day = day_of(logged.at_ms, state.site.utc_offset_min if state.site is not None else 0)
    if isinstance(event, CallArrived):
        call = event.call
        state.hotline_day = arrived(state.hotline_day, day)
        if state.crisis is not None:
            _keep_crisis(state, call_arrived(state.crisis, call), delta)
        for key in list(state.calls)[: max(0, len(state.calls) + 1 - CALLS_LIVE_MOST)]:
            del state.calls[key]
            delta.calls.add(key)
    else:
        stands = state.calls.get(event.call_id)
        if stands is None:
            return
        call = call_after(stands, event)
        rules = state.site.hotline if state.site is not None else HotlineRules()
        within_s = answer_within_s(rules, state.crisis)
        state.hotline_day = moved(state.hotline_day, day, stands, call, within_s)
        if state.crisis is not None:
            _keep_crisis(state, call_moved(state.crisis, stands, call), delta)
    delta.calls.add(call.call_id)
    if not call.is_over:
        state.calls[call.call_id] = call
        return
    state.calls.pop(call.call_id, None)
    state.ended_calls[call.call_id] = call
    while len(state.ended_calls) > CALLS_OVER_KEPT:
        oldest = next(iter(state.ended_calls))
        del state.ended_calls[oldest]
        delta.calls.add(oldest)


def _keep_crisis(state: RoomState, crisis: Crisis, delta: Delta) -> None:
    if crisis is not state.crisis:
        state.crisis = crisis
        delta.crises.add(crisis.crisis_id)


def _crisis(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, CrisisEvent)
    if isinstance(event, CrisisBegun):
        _keep_crisis(state, event.crisis, delta)
        return
    if state.crisis is None or state.crisis.crisis_id != event.crisis_id:
        return
    state.past_crises[event.crisis_id] = crisis_ended(state.crisis, event, logged.actor, logged.at_ms)
    state.crisis = None
    while len(state.past_crises) > CRISES_KEPT:
        del state.past_crises[next(iter(state.past_crises))]
    delta.crises.add(event.crisis_id)


def _meeting_planned(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    assert isinstance(logged.event, MeetingPlanned)
    _keep_meeting(state, delta, planned(logged.event, logged.actor, logged.at_ms))
    over = [key for key, one in state.meetings.items() if one.is_over]
    for key in over[: max(0, len(over) - MEETINGS_OVER_KEPT)]:
        del state.meetings[key]
        delta.meetings.add(key)


def _meeting(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, MeetingEvent)
    meeting = state.meetings.get(event.meeting_id)
    if meeting is not None:
        _keep_meeting(state, delta, meeting_after(meeting, event, logged.actor, logged.at_ms))


def _keep_meeting(state: RoomState, delta: Delta, meeting: Meeting) -> None:
    state.meetings[meeting.meeting_id] = meeting
    delta.meetings.add(meeting.meeting_id)


def _zones_declared(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    assert isinstance(logged.event, ZonesDeclared)
    for zone in logged.event.zones:
        state.zones[zone.zone_id] = zone
        delta.zones.add(zone.zone_id)
    for point in logged.event.checkpoints:
        state.checkpoints[point.checkpoint_id] = point
        delta.zones.add(point.checkpoint_id)
    forgotten_ms = logged.at_ms - ZONES_KEPT_MS
    for held in (state.zones, state.checkpoints):
        over = [key for key, one in held.items() if one.until_ms is not None and one.until_ms < forgotten_ms]
        for key in over:
            del held[key]
            delta.zones.add(key)


def _zones_lifted(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ZonesLifted)
    for key in event.zone_ids:
        if state.zones.pop(key, None) is not None:
            delta.zones.add(key)
    for key in event.checkpoint_ids:
        if state.checkpoints.pop(key, None) is not None:
            delta.zones.add(key)


def _rows_shown(state: RoomState, logged: ev.LoggedEvent, delta: Delta) -> None:
    event = logged.event
    assert isinstance(event, ev.RowsShown)
    for alert in event.alerts:
        state.alerts[alert.alert_id] = alert
        delta.alerts.add(alert.alert_id)
    for incident in event.incidents:
        state.incidents[incident.incident_id] = incident
        delta.incidents.add(incident.incident_id)
    for report in event.reports:
        _keep_report(state, delta, report)
    for story in event.stories:
        _keep_story(state, delta, story)
    for meeting in event.meetings:
        _keep_meeting(state, delta, meeting)
    for key in event.hidden:
        _drop_report(state, delta, key)
        if state.stories.pop(key, None) is not None:
            delta.stories.add(key)
        if state.meetings.pop(key, None) is not None:
            delta.meetings.add(key)


def _drop_report(state: RoomState, delta: Delta, report_id: str) -> None:
    state.reports.pop(report_id, None)
    state.ended_reports.pop(report_id, None)
    delta.reports.add(report_id)


def _keep_report(state: RoomState, delta: Delta, report: Report) -> None:
    stands = state.reports.get(report.report_id)
    if stands is not None and not report.is_ended:
        state.reports[report.report_id] = report  # in its place among the others
        delta.reports.add(report.report_id)
        return
    _drop_report(state, delta, report.report_id)
    if not report.is_ended:
        state.reports[report.report_id] = report
        return
    state.ended_reports[report.report_id] = report
    while len(state.ended_reports) > REPORTS_ENDED_KEPT:
        _drop_report(state, delta, next(iter(state.ended_reports)))


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
    **ALERT_FOLDS,
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
    "indicators.entered": _indicators_entered,
    "mark.removed": _mark_removed,
    "desk.acted": _desk_acted,
    "sop.published": _sop_published,
    "incident.opened": _incident_opened,
    **{event.model_fields["kind"].default: _incident for event in get_args(ev.IncidentEvent)},
    **{event.model_fields["kind"].default: _shift for event in get_args(ev.ShiftEvent)},
    "report.received": _report_received,
    "story.seen": _story_seen,
    **{event.model_fields["kind"].default: _story for event in get_args(StoryEvent)},
    **{event.model_fields["kind"].default: _call for event in get_args(CallEvent)},
    **{event.model_fields["kind"].default: _crisis for event in get_args(CrisisEvent)},
    "meeting.planned": _meeting_planned,
    **{event.model_fields["kind"].default: _meeting for event in get_args(MeetingEvent)},
    "zones.declared": _zones_declared,
    "zones.lifted": _zones_lifted,
    "rows.shown": _rows_shown,
    **{event.model_fields["kind"].default: _report for event in get_args(ReportEvent)},
}
