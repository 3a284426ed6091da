"""What of the room a seat may see, and what it is told in the place of what is not for it.

The room's own people see all of it. An agency sees its queue: reports that it has or works on, stories of the
press that it was given, alerts that were
handed to it, incidents in which it was asked for something, meetings it is invited to, and of the rest what hangs
on the wall anyway.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pydantic_core import to_json

from backend.contracts.alerts import Alert
from backend.contracts.events import AlertRaised, Event, IncidentOpened, LoggedEvent, RowsShown
from backend.contracts.incidents import Incident
from backend.contracts.meeting_events import MeetingPlanned
from backend.contracts.meetings import Meeting
from backend.contracts.press import Story, StorySeen
from backend.contracts.report_events import ReportReceived
from backend.contracts.reports import Report
from backend.contracts.state import RoomState, StateSnapshot, apply
from backend.services.accounts import SignedIn

ON_THE_WALL: Final = frozenset(
    (
        "site.loaded",
        "camera.changed",
        "camera.steered",
        "producer.changed",
        "forecast.issued",
        "air.indexed",
        "limits.changed",
        "indicators.entered",
        "zones.declared",
        "zones.lifted",
    )
)
"""Kinds of events that everybody who may watch is told. A kind that is not here is told to the room's own people
only, unless it is about a row that the seat sees."""


@dataclass(frozen=True, slots=True)
class Sight:
    """`agency_id` "" = everything."""

    agency_id: str = ""

    @classmethod
    def of(cls, operator: SignedIn) -> Sight:
        return cls(operator.agency_id)

    @property
    def whole(self) -> bool:
        return not self.agency_id

    def sees_report(self, report: Report | None) -> bool:
        return report is not None and (self.agency_id == report.chief or self.agency_id in report.partners)

    def sees_incident(self, incident: Incident | None) -> bool:
        return incident is not None and any(task.agency_id == self.agency_id for task in incident.tasks)

    def sees_alert(self, state: RoomState, alert: Alert | None) -> bool:
        if alert is None:
            return False
        if self.agency_id in alert.dispatched_to:
            return True
        return any(one.has("alert", alert.alert_id) and self.sees_incident(one) for one in state.incidents.values())

    def sees_story(self, story: Story | None) -> bool:
        return story is not None and self.agency_id == story.agency_id

    def sees_meeting(self, meeting: Meeting | None) -> bool:
        return meeting is not None and any(one.agency_id == self.agency_id for one in meeting.plan.participants)

    def snapshot(self, state: RoomState) -> StateSnapshot:
        """The part of `state` that is for it."""
        whole = state.snapshot()
        if self.whole:
            return whole
        return whole.model_copy(
            update={
                "alerts": tuple(one for one in whole.alerts if self.sees_alert(state, one)),
                "closed": tuple(one for one in whole.closed if self.sees_alert(state, one)),
                "incidents": tuple(one for one in whole.incidents if self.sees_incident(one)),
                "reports": tuple(one for one in whole.reports if self.sees_report(one)),
                "ended_reports": tuple(one for one in whole.ended_reports if self.sees_report(one)),
                "stories": tuple(one for one in whole.stories if self.sees_story(one)),
                "meetings": tuple(one for one in whole.meetings if self.sees_meeting(one)),
                "calls": (),
                "ended_calls": (),
                "hotline_day": None,
                "crisis": None,
                "past_crises": (),
                "operators": {},
                "recordings": {},
                "holds": (),
                "exports": (),
                "marks": (),
                "rules": {},
                "sops": (),
                "watches": (),
            }
        )


WHOLE: Final = Sight()


@dataclass(frozen=True, slots=True)
class _Rows:
    """Ids of the rows an event is about."""

    alerts: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    stories: tuple[str, ...] = ()
    meetings: tuple[str, ...] = ()

    @classmethod
    def of(cls, event: Event) -> _Rows:
        match event:
            case AlertRaised():
                return cls(alerts=(event.alert.alert_id,))
            case IncidentOpened():
                return cls(incidents=(event.incident.incident_id,))
            case ReportReceived():
                return cls(reports=(event.report.report_id,))
            case StorySeen():
                return cls(stories=(event.story.story_id,))
            case MeetingPlanned():
                return cls(meetings=(event.meeting.meeting_id,))
            case RowsShown():
                return cls(
                    reports=tuple(one.report_id for one in event.reports),
                    stories=tuple(one.story_id for one in event.stories),
                )
        alert_id = getattr(event, "alert_id", "") if event.kind.startswith("alert.") else ""
        return cls(
            alerts=_one(alert_id),
            incidents=_one(getattr(event, "incident_id", "")),
            reports=_one(getattr(event, "report_id", "")),
            stories=_one(getattr(event, "story_id", "")),
            meetings=_one(getattr(event, "meeting_id", "")),
        )


def _one(key: str) -> tuple[str, ...]:
    return (key,) if key else ()


@dataclass(slots=True)
class Scope:
    """What the seats of one sight were shown so far."""

    sight: Sight
    alerts: set[str] = field(default_factory=set)
    incidents: set[str] = field(default_factory=set)
    reports: set[str] = field(default_factory=set)
    stories: set[str] = field(default_factory=set)
    meetings: set[str] = field(default_factory=set)
    seats: int = 0

    @classmethod
    def begun(cls, sight: Sight, state: RoomState) -> Scope:
        shown = sight.snapshot(state)
        return cls(
            sight,
            {one.alert_id for one in (*shown.alerts, *shown.closed)},
            {one.incident_id for one in shown.incidents},
            {one.report_id for one in (*shown.reports, *shown.ended_reports)},
            {one.story_id for one in shown.stories},
            {one.meeting_id for one in shown.meetings},
        )

    def told(self, logged: LoggedEvent, state: RoomState) -> LoggedEvent:
        """What its seats are told of an event that `state` holds already."""
        event = logged.event
        if event.kind in ON_THE_WALL:
            # Where a colleague's seat stands is nothing for the wall.
            return logged.model_copy(update={"origin": ""}) if logged.origin else logged
        rows = _Rows.of(event)
        incidents = [one for key in rows.incidents if (one := state.incidents.get(key)) is not None]
        linked = [link.key for one in incidents if self.sight.sees_incident(one) for link in one.links]
        new_alerts = self._new_alerts((*rows.alerts, *linked), state)
        new_incidents = [
            one for one in incidents if one.incident_id not in self.incidents and self.sight.sees_incident(one)
        ]
        reports = [report for key in rows.reports if (report := state.report(key)) is not None]
        seen = [one for one in reports if self.sight.sees_report(one)]
        new_reports = [one for one in seen if one.report_id not in self.reports]
        hidden = [one.report_id for one in reports if one not in seen and one.report_id in self.reports]
        stories = [story for key in rows.stories if (story := state.stories.get(key)) is not None]
        new_stories = [one for one in stories if one.story_id not in self.stories and self.sight.sees_story(one)]
        hidden += [one.story_id for one in stories if one.story_id in self.stories and not self.sight.sees_story(one)]
        meetings = [meeting for key in rows.meetings if (meeting := state.meetings.get(key)) is not None]
        new_meetings = [one for one in meetings if one.meeting_id not in self.meetings and self.sight.sees_meeting(one)]
        hidden += [
            one.meeting_id for one in meetings if one.meeting_id in self.meetings and not self.sight.sees_meeting(one)
        ]
        known = (
            all(key in self.alerts for key in rows.alerts)
            and all(key in self.incidents for key in rows.incidents)
            and all(key in self.reports for key in rows.reports)
            and all(key in self.stories for key in rows.stories)
            and all(key in self.meetings for key in rows.meetings)
        )
        if rows != _Rows() and known and not (new_alerts or hidden):
            return logged
        shown = RowsShown(
            alerts=tuple(new_alerts),
            incidents=tuple(new_incidents or (incidents if known and new_alerts else ())),
            reports=tuple(new_reports),
            stories=tuple(new_stories),
            meetings=tuple(new_meetings),
            hidden=tuple(hidden),
        )
        self.alerts |= {one.alert_id for one in shown.alerts}
        self.incidents |= {one.incident_id for one in shown.incidents}
        self.reports |= {one.report_id for one in shown.reports}
        self.reports -= set(hidden)
        self.stories |= {one.story_id for one in shown.stories}
        self.stories -= set(hidden)
        self.meetings |= {one.meeting_id for one in shown.meetings}
        self.meetings -= set(hidden)
        about_it = shown != RowsShown()
        return logged.model_copy(update={"event": shown, "actor": logged.actor if about_it else "", "origin": ""})

    def _new_alerts(self, keys: Iterable[str], state: RoomState) -> list[Alert]:
        found = [state.alerts.get(key) for key in dict.fromkeys(keys) if key not in self.alerts]
        return [one for one in found if one is not None and self.sight.sees_alert(state, one)]


class Scopes:
    """The sights of all seats that do not see everything. Event-loop thread only.

    It folds a state of its own, event by event: what becomes visible is told as it stood at that event.
    """

    def __init__(self) -> None:
        self._state: RoomState | None = None
        self._scopes: dict[Sight, Scope] = {}

    def join(self, sight: Sight, durable: RoomState) -> None:
        if sight.whole:
            return
        if self._state is None:
            self._state = durable.copied()
        if sight not in self._scopes:
            self._scopes[sight] = Scope.begun(sight, self._state)
        self._scopes[sight].seats += 1

    def leave(self, sight: Sight) -> None:
        if sight.whole:
            return
        scope = self._scopes[sight]
        scope.seats -= 1
        if not scope.seats:
            del self._scopes[sight]
        if not self._scopes:
            self._state = None

    def told(self, logged: LoggedEvent) -> dict[Sight, bytes]:
        """The event as JSON for every sight that is told something else than all."""
        if self._state is None:
            return {}
        apply(self._state, logged)
        others: dict[Sight, bytes] = {}
        for sight, scope in self._scopes.items():
            told = scope.told(logged, self._state)
            if told is not logged:
                others[sight] = to_json(told)
        return others
