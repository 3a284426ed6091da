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
from backend.contracts.report_moves import MOVES, NEEDS_REASON, NEEDS_TEXT, Side
from backend.contracts.reports import WITH_AGENCY, Clock, Extension, Medium, Rating, Report, ReportState
from backend.domain import report_clock
from backend.domain.alerts import Refusal
from backend.domain.working_time import WorkingCalendar

Decided = tuple[ev.ReportEvent, ...] | Refusal

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


def note(report: Report, audience: Literal["inside", "citizen"], text: str, side: Side) -> Decided:
    """A word inside, by everybody who works on it; to the citizen by the room alone, whose voice is one."""
    if not text:
        return Refusal(RefusalCode.INVALID, "nothing is said")
    if audience == "citizen" and side != "room":
        return Refusal(RefusalCode.NOT_ALLOWED, "the room speaks to the citizen: write inside what it should say")
    return (ev.ReportNoted(report_id=report.report_id, audience=audience, text=text),)


def tell_apart(report: Report, other_id: str, side: Side) -> Decided:
    """Two that look alike are about different things."""
    if side != "room":
        return Refusal(RefusalCode.NOT_ALLOWED, f"duplicates are the room's to judge, not the {side}'s")
    if other_id == report.report_id:
        return Refusal(RefusalCode.INVALID, "a report cannot be told apart from itself")
    if other_id in report.apart:
        return Refusal(RefusalCode.INVALID, "these two are told apart already")
    return (ev.ReportsToldApart(report_id=report.report_id, other_id=other_id),)


def decide_medium(report: Report, digest: str, public: bool, known: Collection[str], side: Side) -> Decided:
    """Each picture for itself, by the room: its agency may not show people to everybody. `known`: its pictures."""
    if side != "room":
        return Refusal(RefusalCode.NOT_ALLOWED, f"what everybody sees is the room's to decide, not the {side}'s")
    if digest not in known:
        return Refusal(RefusalCode.NOT_FOUND, f"the report has no picture {digest}")
    if (digest in report.public_media) == public:
        return Refusal(RefusalCode.INVALID, "that is decided already")
    return (ev.ReportMediumDecided(report_id=report.report_id, digest=digest, public=public),)


def read(report: Report, text: str, leader: bool) -> Decided:
    """The leader of the place has seen it; opened again, only a new word is told."""
    if not leader:
        whose = report.leader or "nobody"
        return Refusal(RefusalCode.NOT_ALLOWED, f"the receipt is for the leader of the place alone: {whose}"[:300])
    if report.read_ms is not None and not text:
        return Refusal(RefusalCode.INVALID, "it was read already")
    return (ev.ReportRead(report_id=report.report_id, text=text),)


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
