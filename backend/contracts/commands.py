"""What an operator may ask for. A command changes nothing by itself: the event it causes does."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from backend.contracts.alerts import Verdict
from backend.contracts.base import CommandId, EpochMs, Identifier, LatDeg, LonDeg, Wire
from backend.contracts.events import DeskAct
from backend.contracts.incidents import IncidentPhase, Link, TaskState
from backend.contracts.kinds.incidents import CauseCategory, IncidentCategory
from backend.contracts.marks import MarkKind
from backend.contracts.meeting_commands import MeetingCommand
from backend.contracts.recording import ExportOrder
from backend.contracts.reports import Digest, ReportState
from backend.contracts.sop import Answer, StepState


class Role(StrEnum):
    """Roles of the room (cán bộ trực ban, lãnh đạo, giám sát, cơ quan, quản trị, an toàn thông tin)."""

    DUTY_OFFICER = "duty_officer"
    LEADER = "leader"
    SUPERVISOR = "supervisor"
    AGENCY = "agency"
    ADMINISTRATOR = "administrator"
    CYBER = "cyber"


class AcknowledgeAlert(Wire):
    kind: Literal["alert.acknowledge"] = "alert.acknowledge"
    command_id: CommandId
    alert_id: Identifier
    comment: Annotated[str, Field(max_length=2000)] = ""


class CommentAlert(Wire):
    kind: Literal["alert.comment"] = "alert.comment"
    command_id: CommandId
    alert_id: Identifier
    comment: Annotated[str, Field(min_length=1, max_length=2000)]


class TakeAlert(Wire):
    """Take ownership. `expected_owner` is whom the seat saw as owner: a take-over is never by surprise."""

    kind: Literal["alert.take"] = "alert.take"
    command_id: CommandId
    alert_id: Identifier
    expected_owner: str


class ReleaseAlert(Wire):
    kind: Literal["alert.release"] = "alert.release"
    command_id: CommandId
    alert_id: Identifier


class DispatchAlert(Wire):
    kind: Literal["alert.dispatch"] = "alert.dispatch"
    command_id: CommandId
    alert_id: Identifier
    agency_id: Identifier
    note: Annotated[str, Field(max_length=2000)] = ""


class JudgeAlert(Wire):
    """Say whether there was something. A false camera alert is over by it; said again, the newest counts."""

    kind: Literal["alert.judge"] = "alert.judge"
    command_id: CommandId
    alert_id: Identifier
    verdict: Verdict
    comment: Annotated[str, Field(max_length=2000)] = ""


class HandOverAlert(Wire):
    """Its owner gives the alert to a colleague who is at a desk."""

    kind: Literal["alert.hand_over"] = "alert.hand_over"
    command_id: CommandId
    alert_id: Identifier
    colleague: Identifier
    comment: Annotated[str, Field(max_length=2000)] = ""


class ShelveAlert(Wire):
    """Set the alert aside for `duration_s`, at most what the site allows for its priority."""

    kind: Literal["alert.shelve"] = "alert.shelve"
    command_id: CommandId
    alert_id: Identifier
    duration_s: Annotated[int, Field(ge=1, le=7 * 86_400)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class UnshelveAlert(Wire):
    kind: Literal["alert.unshelve"] = "alert.unshelve"
    command_id: CommandId
    alert_id: Identifier
    reason: Annotated[str, Field(max_length=500)] = ""


class TakeAlertOutOfService(Wire):
    """Set the alert aside by a permit (số phiếu, biên bản)."""

    kind: Literal["alert.take_out_of_service"] = "alert.take_out_of_service"
    command_id: CommandId
    alert_id: Identifier
    duration_s: Annotated[int, Field(ge=60, le=366 * 86_400)]
    permit: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class ReturnAlertToService(Wire):
    kind: Literal["alert.return_to_service"] = "alert.return_to_service"
    command_id: CommandId
    alert_id: Identifier
    reason: Annotated[str, Field(max_length=500)] = ""


class ResetAlert(Wire):
    """Let go of a latched alert: its condition is over and it was acknowledged."""

    kind: Literal["alert.reset"] = "alert.reset"
    command_id: CommandId
    alert_id: Identifier
    comment: Annotated[str, Field(max_length=2000)] = ""


class MoveReport(Wire):
    """Bring a report into another state; what the state needs to be told comes with it."""

    kind: Literal["report.move"] = "report.move"
    command_id: CommandId
    report_id: Identifier
    state: ReportState
    reason: Annotated[str, Field(max_length=500)] = ""
    text: Annotated[str, Field(max_length=4000)] = ""
    duplicate_of: str = ""


class RouteReport(Wire):
    """Give a report to a chief agency and its partners; "" = as the site's rules say."""

    kind: Literal["report.route"] = "report.route"
    command_id: CommandId
    report_id: Identifier
    chief: str = ""
    partners: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    reason: Annotated[str, Field(max_length=500)] = ""


class NoteReport(Wire):
    """Say something inside, or to the citizen."""

    kind: Literal["report.note"] = "report.note"
    command_id: CommandId
    report_id: Identifier
    audience: Literal["inside", "citizen"] = "inside"
    text: Annotated[str, Field(min_length=1, max_length=4000)]


class AskReportExtension(Wire):
    """Ask for so much more working time."""

    kind: Literal["report.ask_extension"] = "report.ask_extension"
    command_id: CommandId
    report_id: Identifier
    more_min: Annotated[int, Field(ge=1, le=100_000)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class DecideReportExtension(Wire):
    kind: Literal["report.decide_extension"] = "report.decide_extension"
    command_id: CommandId
    report_id: Identifier
    granted: bool
    reason: Annotated[str, Field(max_length=500)] = ""


class TellReportsApart(Wire):
    """They are about different things, however much they look alike."""

    kind: Literal["report.tell_apart"] = "report.tell_apart"
    command_id: CommandId
    report_id: Identifier
    other_id: Identifier


class DecideReportMedium(Wire):
    """Give one picture of a report free for the public page, or take it back."""

    kind: Literal["report.decide_medium"] = "report.decide_medium"
    command_id: CommandId
    report_id: Identifier
    digest: Digest
    public: bool


class ReadReport(Wire):
    """The leader of the place has opened it; `text`: a short word to it."""

    kind: Literal["report.read"] = "report.read"
    command_id: CommandId
    report_id: Identifier
    text: Annotated[str, Field(max_length=500)] = ""


ReportCommand = (
    MoveReport
    | RouteReport
    | NoteReport
    | AskReportExtension
    | DecideReportExtension
    | TellReportsApart
    | DecideReportMedium
    | ReadReport
)
"""Commands about one citizen's report: they have a `report_id`."""


class PlaceMark(Wire):
    """Leave a mark on the timeline; with the id of one's own mark it is written anew."""

    kind: Literal["mark.place"] = "mark.place"
    command_id: CommandId
    mark_id: Identifier
    mark_kind: MarkKind
    at_ms: EpochMs
    end_ms: EpochMs | None = None
    alert_id: str = ""
    text: Annotated[str, Field(max_length=2000)] = ""


class RemoveMark(Wire):
    """Take a mark away: one's own, or anybody's for who may debrief."""

    kind: Literal["mark.remove"] = "mark.remove"
    command_id: CommandId
    mark_id: Identifier


class HoldEvidence(Wire):
    """Keep what the cameras recorded in a span beyond every retention. No camera named = all."""

    kind: Literal["evidence.hold"] = "evidence.hold"
    command_id: CommandId
    hold_id: Identifier
    camera_ids: tuple[Identifier, ...] = ()
    start_ms: EpochMs
    end_ms: EpochMs
    alert_id: str = ""
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class ReleaseEvidence(Wire):
    kind: Literal["evidence.release"] = "evidence.release"
    command_id: CommandId
    hold_id: Identifier
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class OrderExport(Wire):
    kind: Literal["evidence.export"] = "evidence.export"
    command_id: CommandId
    export_id: Identifier
    order: ExportOrder


class ChangeExport(Wire):
    """Stop a running export, or go on with one that was stopped or failed."""

    kind: Literal["evidence.change_export"] = "evidence.change_export"
    command_id: CommandId
    export_id: Identifier
    wish: Literal["cancel", "resume"]


class ActAtDesk(Wire):
    """Tell the room what was done at this desk (`DeskActed`)."""

    kind: Literal["desk.act"] = "desk.act"
    command_id: CommandId
    act: DeskAct
    about: Annotated[str, Field(max_length=200)]


class GotoPreset(Wire):
    """Turn a camera to one of its presets. `expected_holder` is who had it on the seat: nobody is robbed by surprise.

    Attributes:
        alert_id: the alert it shall look for, "" = none.
    """

    kind: Literal["camera.goto_preset"] = "camera.goto_preset"
    command_id: CommandId
    camera_id: Identifier
    preset: Annotated[str, Field(min_length=1, max_length=64)]
    alert_id: str = ""
    expected_holder: Annotated[str, Field(max_length=200)] = ""


class OpenIncident(Wire):
    """Open an incident, from alerts or by hand; without a place it lies where the worst of its alerts does.

    Attributes:
        priority: 1..4 by hand; None = as the worst of what is joined, medium when nothing is.
        sop_id: the procedure; "" = the one that fits its worst alert, if there is one.
        take: lead it at once.
    """

    kind: Literal["incident.open"] = "incident.open"
    command_id: CommandId
    incident_id: Identifier
    title: Annotated[str, Field(max_length=300)] = ""
    category: IncidentCategory | None = None
    links: Annotated[tuple[Link, ...], Field(max_length=500)] = ()
    priority: Annotated[int, Field(ge=1, le=4)] | None = None
    lat_deg: LatDeg | None = None
    lon_deg: LonDeg | None = None
    sop_id: str = ""
    take: bool = False


class LinkIncident(Wire):
    kind: Literal["incident.link"] = "incident.link"
    command_id: CommandId
    incident_id: Identifier
    link: Link


class UnlinkIncident(Wire):
    kind: Literal["incident.unlink"] = "incident.unlink"
    command_id: CommandId
    incident_id: Identifier
    link: Link
    reason: Annotated[str, Field(max_length=500)] = ""


class ChangeIncident(Wire):
    """Call it otherwise, put it in another category, raise it by hand (0 = as what is joined)."""

    kind: Literal["incident.change"] = "incident.change"
    command_id: CommandId
    incident_id: Identifier
    title: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    category: IncidentCategory | None = None
    raised_to: Annotated[int, Field(ge=0, le=4)] | None = None


class LeadIncident(Wire):
    """Take the lead, or hand it over to `user`. `expected_lead` is whom the seat saw leading."""

    kind: Literal["incident.lead"] = "incident.lead"
    command_id: CommandId
    incident_id: Identifier
    user: Annotated[str, Field(max_length=200)]
    expected_lead: str


class MoveIncident(Wire):
    """Into the next phase. Closing needs a summary and a cause; opening again needs a reason."""

    kind: Literal["incident.move"] = "incident.move"
    command_id: CommandId
    incident_id: Identifier
    phase: IncidentPhase
    reason: Annotated[str, Field(max_length=2000)] = ""
    summary: Annotated[str, Field(max_length=2000)] = ""
    cause: CauseCategory | None = None


class NoteIncident(Wire):
    kind: Literal["incident.note"] = "incident.note"
    command_id: CommandId
    incident_id: Identifier
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class StartSop(Wire):
    """Handle it by this procedure; giving up another one that is under way needs a reason."""

    kind: Literal["incident.start_sop"] = "incident.start_sop"
    command_id: CommandId
    incident_id: Identifier
    sop_id: Identifier
    reason: Annotated[str, Field(max_length=500)] = ""


class MarkStep(Wire):
    kind: Literal["incident.mark_step"] = "incident.mark_step"
    command_id: CommandId
    incident_id: Identifier
    step_id: Identifier
    state: StepState
    reason: Annotated[str, Field(max_length=500)] = ""
    answer: Answer = ""


class AskTask(Wire):
    """Ask an agency for something; its open alerts are handed to the agency by it, too."""

    kind: Literal["incident.ask_task"] = "incident.ask_task"
    command_id: CommandId
    incident_id: Identifier
    task_id: Identifier
    agency_id: Identifier
    what: Annotated[str, Field(min_length=1, max_length=500)]
    due_ms: EpochMs | None = None


class MoveTask(Wire):
    kind: Literal["incident.move_task"] = "incident.move_task"
    command_id: CommandId
    incident_id: Identifier
    task_id: Identifier
    state: TaskState
    eta_ms: EpochMs | None = None
    note: Annotated[str, Field(max_length=500)] = ""


class ReviewIncident(Wire):
    """The supervisor has seen what was skipped and overdue."""

    kind: Literal["incident.review"] = "incident.review"
    command_id: CommandId
    incident_id: Identifier
    comment: Annotated[str, Field(max_length=2000)] = ""


class StartShift(Wire):
    """Sign on to a position of a watch that runs, or begins soon."""

    kind: Literal["shift.start"] = "shift.start"
    command_id: CommandId
    watch_id: Identifier
    position_id: Identifier


class MarkShiftTask(Wire):
    """A task is done, or skipped for a reason."""

    kind: Literal["shift.mark_task"] = "shift.mark_task"
    command_id: CommandId
    watch_id: Identifier
    task_id: Identifier
    state: Literal["done", "skipped"]
    text: Annotated[str, Field(max_length=500)] = ""


class NoteShift(Wire):
    kind: Literal["shift.note"] = "shift.note"
    command_id: CommandId
    watch_id: Identifier
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class DraftHandover(Wire):
    """Make the hand-over sheet of the room as it stands now."""

    kind: Literal["shift.draft"] = "shift.draft"
    command_id: CommandId
    watch_id: Identifier
    remarks: Annotated[str, Field(max_length=2000)] = ""


class SignHandover(Wire):
    """Sign the sheet with this digest: first one of its watch, then another officer who takes over."""

    kind: Literal["shift.sign"] = "shift.sign"
    command_id: CommandId
    watch_id: Identifier
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


ShiftCommand = StartShift | MarkShiftTask | NoteShift | DraftHandover | SignHandover
"""Commands about a watch: they have a `watch_id`."""

IncidentCommand = (
    OpenIncident
    | LinkIncident
    | UnlinkIncident
    | ChangeIncident
    | LeadIncident
    | MoveIncident
    | NoteIncident
    | StartSop
    | MarkStep
    | AskTask
    | MoveTask
    | ReviewIncident
)
"""Commands about one incident: they have an `incident_id`."""


class BeginCrisis(Wire):
    """Put the hotline into crisis mode, by one of the site's themes."""

    kind: Literal["hotline.begin_crisis"] = "hotline.begin_crisis"
    command_id: CommandId
    template_id: Identifier
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class EndCrisis(Wire):
    kind: Literal["hotline.end_crisis"] = "hotline.end_crisis"
    command_id: CommandId
    crisis_id: Identifier
    reason: Annotated[str, Field(min_length=1, max_length=500)]


AlertCommand = (
    AcknowledgeAlert
    | CommentAlert
    | TakeAlert
    | ReleaseAlert
    | DispatchAlert
    | HandOverAlert
    | ShelveAlert
    | UnshelveAlert
    | TakeAlertOutOfService
    | ReturnAlertToService
    | ResetAlert
    | JudgeAlert
)
"""Commands about one alert: they have an `alert_id`."""

RoomCommand = (
    PlaceMark
    | RemoveMark
    | HoldEvidence
    | ReleaseEvidence
    | OrderExport
    | ChangeExport
    | ActAtDesk
    | GotoPreset
    | IncidentCommand
    | ShiftCommand
    | BeginCrisis
    | EndCrisis
)


class AssignStory(Wire):
    """Give a story of press or social media to the agency that is to answer it."""

    kind: Literal["story.assign"] = "story.assign"
    command_id: CommandId
    story_id: Identifier
    agency_id: Identifier
    note: Annotated[str, Field(max_length=500)] = ""


class DismissStory(Wire):
    kind: Literal["story.dismiss"] = "story.dismiss"
    command_id: CommandId
    story_id: Identifier
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class ReportStory(Wire):
    """Make a report of it (channel "press"), as if its text had been filed; its link stands under the text."""

    kind: Literal["story.to_report"] = "story.to_report"
    command_id: CommandId
    story_id: Identifier
    category_id: Identifier
    text: Annotated[str, Field(min_length=1, max_length=3000)]
    lat_deg: LatDeg | None = None
    lon_deg: LonDeg | None = None
    address: Annotated[str, Field(max_length=300)] = ""


StoryCommand = AssignStory | DismissStory | ReportStory
"""Commands about a story of press or social media: they have a `story_id`."""

Command = Annotated[
    AlertCommand | RoomCommand | ReportCommand | StoryCommand | MeetingCommand, Field(discriminator="kind")
]


_SUBJECT_OF: Final = (
    (AlertCommand, "alert_id"),
    (IncidentCommand, "incident_id"),
    (ShiftCommand, "watch_id"),
    (ReportCommand, "report_id"),
    (StoryCommand, "story_id"),
    (MeetingCommand, "meeting_id"),
    (PlaceMark | RemoveMark, "mark_id"),
    (HoldEvidence | ReleaseEvidence, "hold_id"),
    (OrderExport | ChangeExport, "export_id"),
    (ActAtDesk, "about"),
    (GotoPreset, "camera_id"),
    (BeginCrisis, "template_id"),
    (EndCrisis, "crisis_id"),
)


def subject(command: Command) -> str:
    """Id of what the command is about."""
    return str(next(getattr(command, field) for family, field in _SUBJECT_OF if isinstance(command, family)))


Right = Literal[
    "watch",
    "alert.acknowledge",
    "alert.comment",
    "alert.take",
    "alert.release",
    "alert.dispatch",
    "alert.judge",
    "alert.hand_over",
    "alert.shelve",
    "alert.unshelve",
    "alert.take_out_of_service",
    "alert.return_to_service",
    "alert.reset",
    "mark.place",
    "mark.remove",
    "evidence.hold",
    "evidence.release",
    "evidence.export",
    "evidence.change_export",
    "desk.act",
    "camera.goto_preset",
    "incident.open",
    "incident.link",
    "incident.unlink",
    "incident.change",
    "incident.lead",
    "incident.move",
    "incident.note",
    "incident.start_sop",
    "incident.mark_step",
    "incident.ask_task",
    "incident.move_task",
    "incident.review",
    "shift.start",
    "shift.mark_task",
    "shift.note",
    "shift.draft",
    "shift.sign",
    "report.move",
    "report.route",
    "report.note",
    "report.ask_extension",
    "report.decide_extension",
    "report.tell_apart",
    "report.decide_medium",
    "report.read",
    "report.file",
    "report.identity",
    "story.assign",
    "story.dismiss",
    "story.to_report",
    "press.leaders",
    "hotline",
    "hotline.begin_crisis",
    "hotline.end_crisis",
    "meeting.plan",
    "meeting.replan",
    "meeting.attend",
    "meeting.move",
    "meeting.open_item",
    "meeting.show",
    "meeting.ask_floor",
    "meeting.give_floor",
    "meeting.open_vote",
    "meeting.cast",
    "meeting.take_ballot",
    "meeting.close_vote",
    "meeting.conclude",
    "meeting.note",
    "meeting.quiet",
    "sop.edit",
    "indicator.enter",
    "replay",
    "debrief",
    "audit",
    "manage",
    "cyber",
]

_DESK: Final[tuple[Right, ...]] = (
    "watch", "alert.acknowledge", "alert.comment", "alert.take", "alert.release", "alert.dispatch", "alert.judge",
    "alert.hand_over", "alert.shelve", "alert.unshelve", "alert.reset", "mark.place", "mark.remove", "evidence.hold",
    "desk.act", "camera.goto_preset", "replay",
)  # fmt: skip
_INCIDENT: Final[tuple[Right, ...]] = (
    "incident.open", "incident.link", "incident.unlink", "incident.change", "incident.lead", "incident.move",
    "incident.note", "incident.start_sop", "incident.mark_step", "incident.ask_task", "incident.move_task",
)  # fmt: skip
_SHIFT: Final[tuple[Right, ...]] = ("shift.start", "shift.mark_task", "shift.note", "shift.draft", "shift.sign")
_SERVICE: Final[tuple[Right, ...]] = ("alert.take_out_of_service", "alert.return_to_service")
_REPORT: Final[tuple[Right, ...]] = (
    "report.move", "report.route", "report.note", "report.decide_extension", "report.tell_apart",
    "report.decide_medium", "report.file", "report.identity",
)  # fmt: skip
_OF_AGENCY: Final[tuple[Right, ...]] = ("report.move", "report.note", "report.ask_extension", "report.read")
"""For the reports of one's own agency only."""

_STORY: Final[tuple[Right, ...]] = ("story.assign", "story.dismiss", "story.to_report")
_MEETING: Final[tuple[Right, ...]] = (
    "meeting.replan", "meeting.attend", "meeting.move", "meeting.open_item", "meeting.show", "meeting.ask_floor",
    "meeting.give_floor", "meeting.open_vote", "meeting.cast", "meeting.take_ballot", "meeting.close_vote",
    "meeting.conclude", "meeting.note", "meeting.quiet",
)  # fmt: skip
"""Everybody's: what somebody may do in a meeting is said by his role there (backend.domain.meetings)."""

_EXPORT: Final[tuple[Right, ...]] = ("evidence.release", "evidence.export", "evidence.change_export")

RIGHTS: Final[dict[Role, frozenset[Right]]] = {
    Role.DUTY_OFFICER: frozenset(
        (*_DESK, *_INCIDENT, *_SHIFT, *_REPORT, *_STORY, *_MEETING, "meeting.plan", "hotline")
    ),
    Role.SUPERVISOR: frozenset(
        (
            *_DESK,
            *_SERVICE,
            *_INCIDENT,
            *_SHIFT,
            *_REPORT,
            *_STORY,
            *_EXPORT,
            *_MEETING,
            "meeting.plan",
            "press.leaders",
            "hotline",
            "hotline.begin_crisis",
            "hotline.end_crisis",
            "incident.review",
            "sop.edit",
            "indicator.enter",
            "debrief",
            "audit",
            "cyber",
        )
    ),
    Role.LEADER: frozenset(
        (
            *_MEETING,
            "meeting.plan",
            "watch",
            "alert.comment",
            "alert.dispatch",
            "mark.place",
            "mark.remove",
            "desk.act",
            "replay",
            "incident.note",
            "incident.ask_task",
            "incident.review",
            "press.leaders",
            "report.read",
        )  # fmt: skip
    ),
    Role.AGENCY: frozenset(
        ("watch", "alert.comment", "desk.act", "incident.note", "indicator.enter", *_OF_AGENCY, *_MEETING)
    ),
    Role.ADMINISTRATOR: frozenset(
        ("watch", "manage", "audit", "desk.act", "sop.edit", "indicator.enter", *_MEETING, "meeting.plan")
    ),
    Role.CYBER: frozenset((*_DESK, *_INCIDENT, *_SHIFT, *_MEETING, "cyber")),
}
"""A command's `kind` is the right it needs; "watch" opens the feed and the reading doors, "replay" the recordings and
the past, "audit" the audit log. "press.leaders" shows what the leaders' lists of press.toml find; "hotline" the
earlier calls of a number;
"indicator.enter" opens the doors of figures (an agency's: for those it answers for); "cyber" is needed besides to
change anything of a cyber alert: everybody sees that there is one, the information security officer and the
supervisor handle it."""


def may_change(command: str, alert_kind: str, role: str, rights: Collection[str]) -> bool:
    """Whether who has `rights` may do `command` to an alert of this kind.

    Cyber alerts are handled by who has the right "cyber"; the information security officer handles nothing else.
    Everybody may add a comment to what he sees.
    """
    if command not in rights:
        return False
    if command == "alert.comment":
        return True
    if alert_kind == "cyber.alert":
        return "cyber" in rights
    return role != Role.CYBER


class RefusalCode(StrEnum):
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    WRONG_PHASE = "wrong_phase"
    OPEN_WORK = "open_work"
    NEEDS_REASON = "needs_reason"
    OWNER_CHANGED = "owner_changed"
    UNKNOWN_AGENCY = "unknown_agency"
    UNKNOWN_OPERATOR = "unknown_operator"
    TOO_LONG = "too_long"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"
    READ_ONLY = "read_only"
