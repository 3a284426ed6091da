"""Who may bring a report from which state into which: the rule of the server, and what a seat offers."""

from __future__ import annotations

from typing import Final, Literal

from backend.contracts.reports import Report, ReportState

Side = Literal["room", "agency", "partner", "citizen"]
"""agency: the chief one; partner: one that works with it, which may speak and not decide."""


_ROOM: Final[frozenset[Side]] = frozenset(("room",))
_AGENCY: Final[frozenset[Side]] = frozenset(("agency",))
_CITIZEN: Final[frozenset[Side]] = frozenset(("citizen",))
_ASKED: Final = _ROOM | _CITIZEN

MOVES: Final[dict[ReportState, dict[ReportState, frozenset[Side]]]] = {
    "new": {"verifying": _ROOM, "need_info": _ROOM, "rejected": _ROOM, "duplicate": _ROOM, "assigned": _ROOM},
    "verifying": {"need_info": _ROOM, "rejected": _ROOM, "duplicate": _ROOM, "assigned": _ROOM},
    "need_info": {"verifying": _ASKED, "rejected": _ROOM, "duplicate": _ROOM, "assigned": _ROOM},
    "assigned": {
        "in_progress": _AGENCY, "returned": _AGENCY, "need_info": _ROOM, "assigned": _ROOM, "duplicate": _ROOM,
        "rejected": _ROOM,
    },
    "returned": {"verifying": _ROOM, "assigned": _ROOM, "rejected": _ROOM, "duplicate": _ROOM},
    "in_progress": {
        "extension": _AGENCY, "done_pending": _AGENCY, "returned": _AGENCY, "need_info": _ROOM, "assigned": _ROOM,
        "duplicate": _ROOM,
    },
    "extension": {"in_progress": _ROOM, "done_pending": _AGENCY, "assigned": _ROOM},
    "done_pending": {"published": _ROOM, "in_progress": _ROOM},
    "published": {"rated": _CITIZEN, "reopened": _ASKED},
    "rated": {"rated": _CITIZEN, "reopened": _ASKED},
    "rejected": {"reopened": _ASKED},
    "duplicate": {"reopened": _ASKED},
    "reopened": {"verifying": _ROOM, "assigned": _ROOM, "rejected": _ROOM, "duplicate": _ROOM, "need_info": _ROOM},
}  # fmt: skip
"""state -> where it may go, and which side may bring it there. "assigned" to itself = another agency."""

NEEDS_REASON: Final[frozenset[ReportState]] = frozenset(("rejected", "returned", "reopened"))
NEEDS_TEXT: Final[frozenset[ReportState]] = frozenset(("need_info", "rejected", "published"))
"""The citizen reads something of these: the question, why not, the result."""


def side_of(report: Report, agency_id: str) -> Side | None:
    """Which side a seat of this agency ("" = the room) is on for this report; None = it is not theirs."""
    if not agency_id:
        return "room"
    if agency_id == report.chief:
        return "agency"
    return "partner" if agency_id in report.partners else None


def is_leader(report: Report, user: str, display_name: str) -> bool:
    """Whether this account is the leader who is told of the report: the site names an account or a title."""
    return bool(report.leader) and report.leader in (user, display_name)


def ways(report: Report, side: Side) -> frozenset[ReportState]:
    """Where this side may bring it now."""
    return frozenset(state for state, sides in MOVES[report.state].items() if side in sides)
