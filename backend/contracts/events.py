"""Everything that can stand in the event log. One class a fact, in the past tense, tagged by `kind`.

Sensor readings and raw detections are not events: they have their own stream and tables; what they cause is.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backend.contracts.air import AirIndex
from backend.contracts.alerts import (
    Alert,
    CapDetail,
    CyberDetail,
    DetectionDetail,
    FireDetail,
    IndicatorDetail,
    LimitReading,
    Verdict,
)
from backend.contracts.base import EpochMs, Identifier, Wire
from backend.contracts.crisis import CrisisEvent
from backend.contracts.forecasts import Forecast
from backend.contracts.geometry import Shape
from backend.contracts.hotline import CallEvent
from backend.contracts.incidents import Incident, IncidentPhase, Late, Link, Task, TaskState
from backend.contracts.indicators import FIGURES_AT_ONCE, Channel, IndicatorFigure
from backend.contracts.kinds.alerts import Priority
from backend.contracts.kinds.incidents import CauseCategory, IncidentCategory
from backend.contracts.marks import Mark
from backend.contracts.meeting_events import MeetingEvent, MeetingPlanned
from backend.contracts.meetings import Meeting
from backend.contracts.press import Story, StoryEvent, StorySeen
from backend.contracts.recording import ExportCondition, ExportOrder, Hold, RecordingCondition
from backend.contracts.report_events import ReportEvent, ReportReceived
from backend.contracts.reports import Report
from backend.contracts.shifts import DutyTask, HandoverSheet, Turn
from backend.contracts.site import Site, Station
from backend.contracts.sop import Answer, Sop, StepState
from backend.contracts.zones import ZoneEvent


class SiteLoaded(Wire):
    kind: Literal["site.loaded"] = "site.loaded"
    site: Site


class AlertRaised(Wire):
    """A new alert; `alert.history` is empty, the fold writes it."""

    kind: Literal["alert.raised"] = "alert.raised"
    alert: Alert


class AlertUpdated(Wire):
    """The open alert's figures changed; None = as it was. A raised priority asks for a new acknowledgement."""

    kind: Literal["alert.updated"] = "alert.updated"
    alert_id: Identifier
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


class AlertReturned(Wire):
    """The condition is no longer true. Acknowledged alerts close by it, others wait for a hand."""

    kind: Literal["alert.returned"] = "alert.returned"
    alert_id: Identifier
    reason: str = ""


class AlertReactivated(Wire):
    """The condition came true again while the alert was returned and unacknowledged."""

    kind: Literal["alert.reactivated"] = "alert.reactivated"
    alert_id: Identifier
    limit: LimitReading | None = None


class AlertAcknowledged(Wire):
    kind: Literal["alert.acknowledged"] = "alert.acknowledged"
    alert_id: Identifier
    comment: str = ""


class AlertCommented(Wire):
    kind: Literal["alert.commented"] = "alert.commented"
    alert_id: Identifier
    comment: Annotated[str, Field(min_length=1, max_length=2000)]


class AlertOwned(Wire):
    """`owner` took the alert ("" = gave it back); `previous` had it before.

    Logged by `previous` while `owner` is somebody else, it was handed over; `comment` says why.
    """

    kind: Literal["alert.owned"] = "alert.owned"
    alert_id: Identifier
    owner: str
    previous: str
    comment: str = ""


class AlertDispatched(Wire):
    """Handed to an agency of the site."""

    kind: Literal["alert.dispatched"] = "alert.dispatched"
    alert_id: Identifier
    agency_id: Identifier
    note: str = ""


class AlertJudged(Wire):
    """Somebody looked and says whether there was something. `rule` is the alert's, for the rule's record."""

    kind: Literal["alert.judged"] = "alert.judged"
    alert_id: Identifier
    rule: Annotated[str, Field(max_length=300)]
    verdict: Verdict
    comment: str = ""


class AlertShelved(Wire):
    """Set aside by hand until `until_ms`; it comes back by itself."""

    kind: Literal["alert.shelved"] = "alert.shelved"
    alert_id: Identifier
    until_ms: EpochMs
    reason: Annotated[str, Field(min_length=1, max_length=500)]


BackCause = Literal["hand", "time", "priority"]
"""Why it came back: somebody wished it, its time was over, or it became so urgent that it may not lie any longer."""


class AlertUnshelved(Wire):
    """Back from the shelf: active and unacknowledged, or over, by the condition."""

    kind: Literal["alert.unshelved"] = "alert.unshelved"
    alert_id: Identifier
    cause: BackCause
    reason: str = ""


class AlertSuppressed(Wire):
    """Set aside by a rule of the site (suppressed by design)."""

    kind: Literal["alert.suppressed"] = "alert.suppressed"
    alert_id: Identifier
    rule_id: Identifier
    reason: str = ""


class AlertUnsuppressed(Wire):
    """The rule no longer holds."""

    kind: Literal["alert.unsuppressed"] = "alert.unsuppressed"
    alert_id: Identifier
    rule_id: Identifier
    reason: str = ""


class AlertTakenOutOfService(Wire):
    """Set aside by permit until `until_ms`, e.g. for the repair of the instrument."""

    kind: Literal["alert.taken_out_of_service"] = "alert.taken_out_of_service"
    alert_id: Identifier
    until_ms: EpochMs
    permit: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class AlertReturnedToService(Wire):
    kind: Literal["alert.returned_to_service"] = "alert.returned_to_service"
    alert_id: Identifier
    cause: BackCause
    reason: str = ""


class AlertReset(Wire):
    """A latched alert whose condition is over was let go."""

    kind: Literal["alert.reset"] = "alert.reset"
    alert_id: Identifier
    comment: str = ""


class AlertReAlarmed(Wire):
    """Acknowledged and still active after `after_s`: it asks for an acknowledgement again."""

    kind: Literal["alert.re_alarmed"] = "alert.re_alarmed"
    alert_id: Identifier
    after_s: int


class AlertEscalated(Wire):
    """Nobody answered: recipient number `level` of the chain (1 = the first) is told."""

    kind: Literal["alert.escalated"] = "alert.escalated"
    alert_id: Identifier
    level: Annotated[int, Field(ge=1)]
    recipient_id: Identifier
    recipient_vi: str
    recipient_en: str


CameraCondition = Literal["unknown", "online", "lost"]


class CameraChanged(Wire):
    """The backend's own probe of the camera's RTSP door; every seat judges its pictures for itself besides."""

    kind: Literal["camera.changed"] = "camera.changed"
    camera_id: Identifier
    condition: CameraCondition
    reason: str = ""


SteerCondition = Literal["moving", "arrived", "failed"]
SteerCause = Literal["hand", "alarm", "home"]


class CameraSteered(Wire):
    """A camera was ordered to a preset by the actor, and how that ended by its own word.

    Attributes:
        preset: the token.
        cause: hand: an operator's command; alarm: by itself for a critical alert; home: back after the last order.
        alert_id: the alert it looks for, "" = none.
        held_until_ms: until then it belongs to who ordered it; 0 = to nobody.
        reason: why it did not arrive.
    """

    kind: Literal["camera.steered"] = "camera.steered"
    camera_id: Identifier
    condition: SteerCondition
    preset: Annotated[str, Field(max_length=64)]
    cause: SteerCause = "hand"
    alert_id: str = ""
    held_until_ms: EpochMs = 0
    reason: str = ""


class ProducerChanged(Wire):
    kind: Literal["producer.changed"] = "producer.changed"
    producer_id: Identifier
    condition: Literal["unknown", "fresh", "silent"]
    last_message_ms: EpochMs | None


class InputQuarantined(Wire):
    """Broken input was kept for a person to look at. `file_name` lies in the backend's quarantine folder."""

    kind: Literal["input.quarantined"] = "input.quarantined"
    producer_id: Identifier
    door: str
    file_name: str
    reason: str


FireNature = Literal["alarm", "restore", "trouble", "trouble_restore", "test", "other"]


class FireReported(Wire):
    """What a fire panel told, kept for the record: link tests are not among it. What it causes is an alert's events.

    Attributes:
        fire_site_id: whose panel.
        code: SIA DC-03 code, e.g. "FA"; `text` what the panel said besides.
        zone: the panel's number of the zone or detector, "" when it names none.
    """

    kind: Literal["fire.reported"] = "fire.reported"
    fire_site_id: Identifier
    nature: FireNature
    code: str
    zone: str
    text: str = ""


class OperatorSignedIn(Wire):
    kind: Literal["operator.signed_in"] = "operator.signed_in"
    user: Identifier
    role: str
    origin: str


class OperatorSignedOut(Wire):
    kind: Literal["operator.signed_out"] = "operator.signed_out"
    user: Identifier


class CommandRefused(Wire):
    """Kept for the record: who asked for what and why it was not done. The room's state does not change."""

    kind: Literal["command.refused"] = "command.refused"
    command: str
    about: str
    reason_code: str
    reason: str


class RecordingChanged(Wire):
    """The recording of a camera goes, waits, has a gap or cannot be stored."""

    kind: Literal["recording.changed"] = "recording.changed"
    camera_id: Identifier
    condition: RecordingCondition
    reason: str = ""


class EvidenceHeld(Wire):
    kind: Literal["evidence.held"] = "evidence.held"
    hold: Hold


class EvidenceReleased(Wire):
    kind: Literal["evidence.released"] = "evidence.released"
    hold_id: Identifier
    reason: str = ""


class ExportOrdered(Wire):
    """An export begins. What it is doing just now is asked for at its door; how it ends is an event again."""

    kind: Literal["export.ordered"] = "export.ordered"
    export_id: Identifier
    order: ExportOrder


class ExportChanged(Wire):
    """It ended, or goes on after it was cancelled or had failed. `digest`: SHA-256 of the manifest when done."""

    kind: Literal["export.changed"] = "export.changed"
    export_id: Identifier
    condition: ExportCondition
    reason: str = ""
    digest: str = ""


class MarkPlaced(Wire):
    """A mark on the timeline; one with a known id is replaced."""

    kind: Literal["mark.placed"] = "mark.placed"
    mark: Mark


class MarkRemoved(Wire):
    kind: Literal["mark.removed"] = "mark.removed"
    mark_id: Identifier


class LimitsChanged(Wire):
    """From this day on (site time) limits of some stations are others; `stations` whole, as they are from now on.

    Attributes:
        digest: of the site as it is from now on.
    """

    kind: Literal["limits.changed"] = "limits.changed"
    day: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    stations: tuple[Station, ...]
    digest: str


class AirIndexed(Wire):
    """The air quality index of a station for an hour or a day; late samples may change it, then it is told again."""

    kind: Literal["air.indexed"] = "air.indexed"
    index: AirIndex


class ForecastIssued(Wire):
    """A forecast of a gauge came in; it replaces the same source's earlier one for the same parameter."""

    kind: Literal["forecast.issued"] = "forecast.issued"
    forecast: Forecast


class RowsShown(Wire):
    """Rows as they stand, put where they were not; it says nothing new of them.

    In the log: ended reports and old stories that are taken up again. To a seat that sees a part of the room only:
    what it may see from now on, in the place of the event that made it so; an empty one stands for an event that is
    not for it.

    Attributes:
        hidden: ids of reports, stories and meetings that it may not see any more; never in the log.
    """

    kind: Literal["rows.shown"] = "rows.shown"
    alerts: tuple[Alert, ...] = ()
    incidents: tuple[Incident, ...] = ()
    reports: tuple[Report, ...] = ()
    stories: tuple[Story, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    hidden: tuple[Identifier, ...] = ()


class SopPublished(Wire):
    """A version of a procedure holds from now on; runs keep the version they began with."""

    kind: Literal["sop.published"] = "sop.published"
    sop: Sop


class IncidentOpened(Wire):
    """`incident` has its links and number; lead, run, tasks and lines come by later events."""

    kind: Literal["incident.opened"] = "incident.opened"
    incident: Incident


class IncidentLinked(Wire):
    kind: Literal["incident.linked"] = "incident.linked"
    incident_id: Identifier
    link: Link


class IncidentUnlinked(Wire):
    kind: Literal["incident.unlinked"] = "incident.unlinked"
    incident_id: Identifier
    link: Link
    reason: str = ""


class IncidentChanged(Wire):
    """What it is called, is, and how urgent by hand; None = as it was, `raised_to` 0 = as what is joined."""

    kind: Literal["incident.changed"] = "incident.changed"
    incident_id: Identifier
    title: str | None = None
    category: IncidentCategory | None = None
    raised_to: Annotated[int, Field(ge=0, le=4)] | None = None


class IncidentLed(Wire):
    """`lead` leads it ("" = nobody); `previous` did before."""

    kind: Literal["incident.led"] = "incident.led"
    incident_id: Identifier
    lead: str
    previous: str


class IncidentMoved(Wire):
    """Taken in hand, resolved, closed or opened again. Closing tells what it was and where it came from."""

    kind: Literal["incident.moved"] = "incident.moved"
    incident_id: Identifier
    phase: IncidentPhase
    reason: str = ""
    summary: str = ""
    cause: CauseCategory | None = None


class IncidentNoted(Wire):
    kind: Literal["incident.noted"] = "incident.noted"
    incident_id: Identifier
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class SopStarted(Wire):
    """The incident is handled by this version of a procedure; a run that was under way is given up."""

    kind: Literal["incident.sop_started"] = "incident.sop_started"
    incident_id: Identifier
    sop: Sop
    reason: str = ""


class StepMarked(Wire):
    """A step was decided, or taken back ("open")."""

    kind: Literal["incident.step_marked"] = "incident.step_marked"
    incident_id: Identifier
    step_id: Identifier
    state: StepState
    reason: str = ""
    answer: Answer = ""


class StepOverdue(Wire):
    """The time limit of a step passed: told to the supervisor."""

    kind: Literal["incident.step_overdue"] = "incident.step_overdue"
    incident_id: Identifier
    step_id: Identifier


class TaskAsked(Wire):
    kind: Literal["incident.task_asked"] = "incident.task_asked"
    incident_id: Identifier
    task: Task


class TaskMoved(Wire):
    """What the agency said; `eta_ms` when it will be there, None = as it was."""

    kind: Literal["incident.task_moved"] = "incident.task_moved"
    incident_id: Identifier
    task_id: Identifier
    state: TaskState
    eta_ms: EpochMs | None = None
    note: str = ""


class TaskOverdue(Wire):
    kind: Literal["incident.task_overdue"] = "incident.task_overdue"
    incident_id: Identifier
    task_id: Identifier
    late: Late


class IncidentReviewed(Wire):
    """A supervisor has looked at what was skipped and overdue so far."""

    kind: Literal["incident.reviewed"] = "incident.reviewed"
    incident_id: Identifier
    comment: str = ""


IncidentEvent = (
    IncidentLinked
    | IncidentUnlinked
    | IncidentChanged
    | IncidentLed
    | IncidentMoved
    | IncidentNoted
    | SopStarted
    | StepMarked
    | StepOverdue
    | TaskAsked
    | TaskMoved
    | TaskOverdue
    | IncidentReviewed
)
"""Events about an incident that is there: they have an `incident_id`."""


class ShiftStarted(Wire):
    """The actor signed on to a position of this watch; the first one begins it, with the tasks as they hold then."""

    kind: Literal["shift.started"] = "shift.started"
    turn: Turn
    position_id: Identifier
    tasks: tuple[DutyTask, ...] = ()


class ShiftTaskDone(Wire):
    kind: Literal["shift.task_done"] = "shift.task_done"
    watch_id: Identifier
    task_id: Identifier
    text: str = ""


class ShiftTaskSkipped(Wire):
    kind: Literal["shift.task_skipped"] = "shift.task_skipped"
    watch_id: Identifier
    task_id: Identifier
    text: Annotated[str, Field(min_length=1, max_length=500)]


class ShiftNoted(Wire):
    """A remark; one that comes after the sheet was signed changes nothing of it."""

    kind: Literal["shift.noted"] = "shift.noted"
    watch_id: Identifier
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class HandoverDrafted(Wire):
    """The sheet as the room stood; a new draft voids the signature on an earlier one. `digest`: its SHA-256."""

    kind: Literal["shift.handover_drafted"] = "shift.handover_drafted"
    sheet: HandoverSheet
    digest: str


class HandoverSigned(Wire):
    """The actor signed the sheet with this digest, as the leaving or as the coming officer."""

    kind: Literal["shift.handover_signed"] = "shift.handover_signed"
    watch_id: Identifier
    side: Literal["leaving", "coming"]
    digest: str


ShiftEvent = ShiftStarted | ShiftTaskDone | ShiftTaskSkipped | ShiftNoted | HandoverDrafted | HandoverSigned
"""Events about a watch."""


class IndicatorsEntered(Wire):
    """Figures of indicators that came together: all of them are in the log, or none.

    Attributes:
        file_name, digest: of the sheet they stood in and its SHA-256; "" when there was none.
        derived: made of them by formula; nobody entered these.
    """

    kind: Literal["indicators.entered"] = "indicators.entered"
    channel: Channel
    file_name: Annotated[str, Field(max_length=300)] = ""
    digest: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    figures: Annotated[tuple[IndicatorFigure, ...], Field(max_length=FIGURES_AT_ONCE)]
    derived: tuple[IndicatorFigure, ...] = ()


DeskAct = Literal["workspace", "camera", "go_to", "brought", "replay", "snapshot", "sound"]


class DeskActed(Wire):
    """What an officer did at his desk without asking the server for anything: it is replayed as a line of the log.

    Attributes:
        act: workspace: showed one; camera: opened one large; go_to: brought the room to something; brought: the desk
            did so by itself for a critical alert; replay: opened a replay (`about` = the instant, epoch ms);
            snapshot: saved a picture; sound: muted or unmuted.
        about: key of what it was done with.
    """

    kind: Literal["desk.acted"] = "desk.acted"
    act: DeskAct
    about: Annotated[str, Field(max_length=200)]


Event = Annotated[
    SiteLoaded
    | AlertRaised
    | AlertUpdated
    | AlertReturned
    | AlertReactivated
    | AlertAcknowledged
    | AlertCommented
    | AlertOwned
    | AlertDispatched
    | AlertJudged
    | AlertShelved
    | AlertUnshelved
    | AlertSuppressed
    | AlertUnsuppressed
    | AlertTakenOutOfService
    | AlertReturnedToService
    | AlertReset
    | AlertReAlarmed
    | AlertEscalated
    | CameraChanged
    | CameraSteered
    | ProducerChanged
    | InputQuarantined
    | FireReported
    | OperatorSignedIn
    | OperatorSignedOut
    | CommandRefused
    | RecordingChanged
    | EvidenceHeld
    | EvidenceReleased
    | ExportOrdered
    | ExportChanged
    | MarkPlaced
    | MarkRemoved
    | DeskActed
    | ForecastIssued
    | AirIndexed
    | LimitsChanged
    | SopPublished
    | IncidentOpened
    | IncidentEvent
    | ShiftEvent
    | ReportReceived
    | RowsShown
    | ReportEvent
    | StorySeen
    | StoryEvent
    | IndicatorsEntered
    | CallEvent
    | CrisisEvent
    | ZoneEvent
    | MeetingPlanned
    | MeetingEvent,
    Field(discriminator="kind"),
]


class LoggedEvent(Wire):
    """An event with its place in the log. Order is by `seq`, never by `at_ms`.

    Attributes:
        seq: 1, 2, 3 ... without gaps inside one log epoch.
        at_ms: the server's clock when it was logged.
        actor: user name, "producer:ID" or "" for the system itself.
        caused_by: the command that caused it, or None.
        origin: address of the seat a command came from, "" otherwise.
    """

    seq: Annotated[int, Field(ge=1)]
    at_ms: EpochMs
    actor: str
    caused_by: str | None
    origin: str
    event: Event
