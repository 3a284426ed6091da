"""What an operator may ask for. A command changes nothing by itself: the event it causes does."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from backend.contracts.alerts import Verdict
from backend.contracts.base import EpochMs, Identifier, Wire
from backend.contracts.events import DeskAct
from backend.contracts.marks import MarkKind
from backend.contracts.recording import ExportOrder

CommandId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
"""uuid4().hex, made by the seat; the same id sent twice is answered twice and done once."""


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

RoomCommand = PlaceMark | RemoveMark | HoldEvidence | ReleaseEvidence | OrderExport | ChangeExport | ActAtDesk

Command = Annotated[AlertCommand | RoomCommand, Field(discriminator="kind")]


def subject(command: Command) -> str:
    """Id of what the command is about."""
    match command:
        case PlaceMark() | RemoveMark():
            return command.mark_id
        case HoldEvidence() | ReleaseEvidence():
            return command.hold_id
        case OrderExport() | ChangeExport():
            return command.export_id
        case ActAtDesk():
            return command.about
        case _:
            return command.alert_id


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
    "replay",
    "debrief",
    "audit",
    "manage",
    "cyber",
]

_DESK: Final[tuple[Right, ...]] = (
    "watch", "alert.acknowledge", "alert.comment", "alert.take", "alert.release", "alert.dispatch", "alert.judge",
    "alert.hand_over", "alert.shelve", "alert.unshelve", "alert.reset", "mark.place", "mark.remove", "evidence.hold",
    "desk.act", "replay",
)  # fmt: skip
_SERVICE: Final[tuple[Right, ...]] = ("alert.take_out_of_service", "alert.return_to_service")
_EXPORT: Final[tuple[Right, ...]] = ("evidence.release", "evidence.export", "evidence.change_export")

RIGHTS: Final[dict[Role, frozenset[Right]]] = {
    Role.DUTY_OFFICER: frozenset(_DESK),
    Role.SUPERVISOR: frozenset((*_DESK, *_SERVICE, *_EXPORT, "debrief", "audit", "cyber")),
    Role.LEADER: frozenset(
        ("watch", "alert.comment", "alert.dispatch", "mark.place", "mark.remove", "desk.act", "replay")
    ),
    Role.AGENCY: frozenset(("watch", "alert.comment", "desk.act")),
    Role.ADMINISTRATOR: frozenset(("watch", "manage", "audit", "desk.act")),
    Role.CYBER: frozenset((*_DESK, "cyber")),
}
"""A command's `kind` is the right it needs; "watch" opens the feed and the reading doors, "replay" the recordings and
the past, "audit" the audit log. "cyber" is needed besides to change anything of a cyber alert: everybody sees that
there is one, the information security officer and the supervisor handle it."""


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
    OWNER_CHANGED = "owner_changed"
    UNKNOWN_AGENCY = "unknown_agency"
    UNKNOWN_OPERATOR = "unknown_operator"
    TOO_LONG = "too_long"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"
    READ_ONLY = "read_only"
