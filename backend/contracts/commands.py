"""What an operator may ask for. A command changes nothing by itself: the event it causes does."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from backend.contracts.base import Identifier, Wire

CommandId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
"""uuid4().hex, made by the seat; the same id sent twice is answered twice and done once."""


class Role(StrEnum):
    """Roles of the room (cán bộ trực ban, lãnh đạo, giám sát, cơ quan, quản trị)."""

    DUTY_OFFICER = "duty_officer"
    LEADER = "leader"
    SUPERVISOR = "supervisor"
    AGENCY = "agency"
    ADMINISTRATOR = "administrator"


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


Command = Annotated[
    AcknowledgeAlert | CommentAlert | TakeAlert | ReleaseAlert | DispatchAlert, Field(discriminator="kind")
]

Right = Literal[
    "watch", "alert.acknowledge", "alert.comment", "alert.take", "alert.release", "alert.dispatch", "manage"
]

RIGHTS: Final[dict[Role, frozenset[Right]]] = {
    Role.DUTY_OFFICER: frozenset(
        ("watch", "alert.acknowledge", "alert.comment", "alert.take", "alert.release", "alert.dispatch")
    ),
    Role.SUPERVISOR: frozenset(
        ("watch", "alert.acknowledge", "alert.comment", "alert.take", "alert.release", "alert.dispatch")
    ),
    Role.LEADER: frozenset(("watch", "alert.comment", "alert.dispatch")),
    Role.AGENCY: frozenset(("watch", "alert.comment")),
    Role.ADMINISTRATOR: frozenset(("watch", "manage")),
}
"""A command's `kind` is the right it needs; "watch" opens the feed and the reading doors."""


class RefusalCode(StrEnum):
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    WRONG_PHASE = "wrong_phase"
    OWNER_CHANGED = "owner_changed"
    UNKNOWN_AGENCY = "unknown_agency"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"
    READ_ONLY = "read_only"
