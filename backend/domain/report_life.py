"""Life of a citizen's report as pure decisions: the row and a wish in, events or a refusal out.

One table says which side may bring a report from which state into which. Who belongs to which side is decided before:
a seat of an agency is "agency" for the reports of its own agency only.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from backend.contracts import report_events as ev
from backend.contracts.commands import RefusalCode
from backend.contracts.reports import WITH_AGENCY, Clock, Extension, Medium, Rating, Report, ReportState
from backend.domain import report_clock
from backend.domain.alerts import Refusal
from backend.domain.working_time import WorkingCalendar

Side = Literal["room", "agency", "citizen"]
Decided = tuple[ev.ReportEvent, ...] | Refusal

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

_STANDS: Final[frozenset[ReportState]] = frozenset(("need_info", "returned", "done_pending"))
"""The clock stands: it is not the agency that is waited for."""


@dataclass(frozen=True, slots=True)
class Move:
    """A wish to bring a report into `state`."""

    state: ReportState
    reason: str = ""
    text: str = ""
    media: tuple[Medium, ...] = ()
    duplicate_of: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a report goes: agencies, the leader of the place, the working time they have, and by which rule."""

    chief: str
    partners: tuple[str, ...] = ()
    leader: str = ""
    allowed_ms: int = 86_400_000
    rule: str = ""


def move(report: Report, wish: Move, side: Side, calendar: WorkingCalendar, now_ms: int) -> Decided:
    """Into another state; routing, extensions and ratings have decisions of their own. Raises: CalendarError."""
    if wish.state in ("assigned", "extension", "rated"):
        return Refusal(RefusalCode.INVALID, f"a report becomes {wish.state} by its own command")
    refusal = _refused(report, wish.state, side) or _incomplete(report, wish)
    if refusal is not None:
        return refusal
    moved = ev.ReportMoved(
        report_id=report.report_id,
        state=wish.state,
        reason=wish.reason,
        text=wish.text,
        media=wish.media,
        duplicate_of=wish.duplicate_of,
        clock=_clock(report, wish.state, calendar, now_ms),
    )
    return (moved,)


def route(
    report: Report, target: Target, agencies: Collection[str], reason: str, calendar: WorkingCalendar, now_ms: int
) -> Decided:
    """To a chief agency and its partners; away from one that has it needs a reason. Raises: CalendarError."""
    refusal = _refused(report, "assigned", "room")
    if refusal is not None:
        return refusal
    named = (target.chief, *target.partners)
    unknown = [agency for agency in named if agency not in agencies]
    if unknown:
        return Refusal(RefusalCode.UNKNOWN_AGENCY, f"the site has no agency {unknown[0]!r}"[:300])
    if len(set(named)) < len(named):
        return Refusal(RefusalCode.INVALID, "an agency is named twice")
    if report.chief and report.state in WITH_AGENCY and not reason:
        return Refusal(RefusalCode.NEEDS_REASON, f"{report.chief} has it: say why it goes elsewhere")
    if report.state in WITH_AGENCY and (report.chief, report.partners) == (target.chief, target.partners):
        return Refusal(RefusalCode.INVALID, "these agencies have it already")
    routed = ev.ReportRouted(
        report_id=report.report_id,
        chief=target.chief,
        partners=target.partners,
        leader=target.leader,
        clock=report_clock.started(calendar, target.allowed_ms, now_ms),
        rule=target.rule,
        reason=reason,
    )
    return (routed,)


def ask_extension(report: Report, more_ms: int, reason: str, user: str, now_ms: int) -> Decided:
    refusal = _refused(report, "extension", "agency")
    if refusal is not None:
        return refusal
    if not reason:
        return Refusal(RefusalCode.NEEDS_REASON, "say why more time is needed")
    asked = Extension(more_ms=more_ms, reason=reason, asked_ms=now_ms, asked_by=user)
    return (ev.ReportExtensionAsked(report_id=report.report_id, extension=asked),)


def decide_extension(report: Report, granted: bool, reason: str, calendar: WorkingCalendar, now_ms: int) -> Decided:
    """Raises: CalendarError."""
    asked, clock = report.extension, report.clock
    if report.state != "extension" or asked is None or clock is None:
        return Refusal(RefusalCode.WRONG_PHASE, "nobody asked for more time")
    if not granted and not reason:
        return Refusal(RefusalCode.NEEDS_REASON, "say why there is no more time")
    if granted:
        clock = report_clock.extended(calendar, clock, asked.more_ms, now_ms)
    decided = ev.ReportExtensionDecided(report_id=report.report_id, granted=granted, clock=clock, reason=reason)
    return (decided,)


def rate(report: Report, rating: Rating, text: str) -> Decided:
    """By the citizen, once it is published; said again, the newest counts."""
    refusal = _refused(report, "rated", "citizen")
    return refusal or (ev.ReportRated(report_id=report.report_id, rating=rating, text=text),)


def overdue(report: Report, now_ms: int) -> tuple[ev.ReportEvent, ...]:
    """What is to be told of its clock now, each stage once a clock."""
    if report.clock is None or report.is_ended or report.state == "done_pending":
        return ()
    stage = report.clock.timeliness(now_ms)
    if stage == "late" and report.told != "late":
        return (ev.ReportOverdue(report_id=report.report_id, stage="late"),)
    if stage == "near" and not report.told:
        return (ev.ReportOverdue(report_id=report.report_id, stage="near"),)
    return ()


def _refused(report: Report, state: ReportState, side: Side) -> Refusal | None:
    sides = MOVES[report.state].get(state)
    if sides is None:
        return Refusal(RefusalCode.WRONG_PHASE, f"a report that is {report.state} cannot become {state}")
    if side not in sides:
        who = " or the ".join(sorted(sides))
        return Refusal(RefusalCode.NOT_ALLOWED, f"from {report.state} to {state} is for the {who}, not for the {side}")
    return None


def _incomplete(report: Report, wish: Move) -> Refusal | None:
    if wish.state in NEEDS_REASON and not wish.reason:
        return Refusal(RefusalCode.NEEDS_REASON, f"a report is {wish.state} for a reason only")
    if report.state == "done_pending" and wish.state == "in_progress" and not wish.reason:
        return Refusal(RefusalCode.NEEDS_REASON, "say what is missing in the result")
    if wish.state in NEEDS_TEXT and not wish.text:
        return Refusal(RefusalCode.NEEDS_REASON, f"the citizen has to be told something when a report is {wish.state}")
    if wish.state == "duplicate" and wish.duplicate_of in ("", report.report_id):
        return Refusal(RefusalCode.INVALID, "a duplicate names the other report")
    return None


def _clock(report: Report, state: ReportState, calendar: WorkingCalendar, now_ms: int) -> Clock | None:
    """The clock in `state`; None when it stays as it is."""
    if report.clock is None or state == "reopened":
        return None
    if state in _STANDS:
        changed = report_clock.stopped(calendar, report.clock, now_ms)
    else:
        changed = report_clock.resumed(calendar, report.clock, now_ms)
    return None if changed == report.clock else changed
