"""What can be done with a report at its card: each deed with its letter, and why not where it cannot be done now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from PySide6.QtCore import QCoreApplication

from backend.contracts.commands import Right
from backend.contracts.report_moves import Side, ways
from backend.contracts.reports import Report, ReportState
from console.models.report_card import seat_side
from console.models.report_queue import leads
from console.models.report_words import state_name
from console.models.session import Session

translate = QCoreApplication.translate

DeedKey = ReportState | Literal["grant", "no_time", "citizen", "note", "attach", "pictures", "picture_public", "word"]


@dataclass(frozen=True, slots=True)
class ReportDeed:
    """`why_not` "" = it can be done now. `lasting`: it has a place on the card all the time, or no button at all."""

    key: DeedKey
    letter: str
    text: str
    why_not: str = ""
    lasting: bool = False


_MOVES: Final[tuple[tuple[ReportState, str], ...]] = (
    ("assigned", "D"), ("in_progress", "A"), ("done_pending", "F"), ("published", "U"), ("verifying", "V"),
    ("need_info", "Q"), ("extension", "E"), ("returned", "N"), ("duplicate", "K"), ("rejected", "X"),
    ("reopened", "O"),
)  # fmt: skip
"""In the order in which they are offered: what leads on first."""

LETTERS: Final = frozenset("ACDEFHIKLNOQUVWXY")
"""Of the card and of the queue, while the keyboard is there; G, M, P and R stay the room's."""

ASKED: Final = "report."
"""Before a letter in `Session.asked`: the queue has the keyboard, the card does it."""

_RIGHTS: Final[dict[ReportState, Right]] = {"assigned": "report.route", "extension": "report.ask_extension"}


def report_deeds(session: Session, report: Report, picture: str = "") -> list[ReportDeed]:
    """All there are, each letter once. `picture`: digest of the one that is open; "" = none is."""
    side = seat_side(session, report)
    found = [_move(session, report, side, state, letter) for state, letter in _MOVES]
    if report.state == "extension" and side == "room":
        found = [_decision(session, one) for one in found]
    elif report.state == "done_pending" and side == "room":
        found = [_judgement(session, report, one) for one in found]
    speaks = "" if side == "room" else translate("ReportCard", "The centre speaks to the citizen: write inside.")
    noted = _no_right(session, "report.note", side)
    found += [
        ReportDeed("citizen", "W", translate("ReportCard", "Write to the citizen…"), noted or speaks),
        ReportDeed("note", "C", translate("ReportCard", "Note inside…"), noted, lasting=True),
        ReportDeed("attach", "I", translate("ReportCard", "Attach a picture…"), noted),
        ReportDeed("pictures", "H", translate("ReportCard", "Open or cover the pictures"), _no_pictures(report), True),
        _publicity(session, report, side, picture),
        _word(session, report),
    ]
    return found


def _move(session: Session, report: Report, side: Side | None, state: ReportState, letter: str) -> ReportDeed:
    why = _no_right(session, "report.move", side) or _no_right(session, _RIGHTS.get(state, "report.move"), side)
    if not why and (side is None or state not in ways(report, side)):
        is_theirs = state in ways(report, "agency" if side == "room" else "room")
        whose = translate("ReportCard", "The centre does this, not the agency.")
        if side == "room":
            whose = translate("ReportCard", "The agency that has it does this, not the centre.")
        now = translate("ReportCard", "Not while the report is: {state}.").format(state=state_name(report.state))
        why = whose if is_theirs else now
    return ReportDeed(state, letter, deed_name(report, state), why)


def _decision(session: Session, deed: ReportDeed) -> ReportDeed:
    """While more time is asked for, E grants it and N does not."""
    why = _no_right(session, "report.decide_extension", "room")
    if deed.key == "extension":
        return ReportDeed("grant", "E", translate("ReportCard", "Grant more time"), why)
    if deed.key == "returned":
        return ReportDeed("no_time", "N", translate("ReportCard", "No more time…"), why)
    if deed.key == "in_progress":
        return ReportDeed("in_progress", "A", deed.text, translate("ReportCard", "Decide on the time first: E or N."))
    return deed


def _judgement(session: Session, report: Report, deed: ReportDeed) -> ReportDeed:
    """While a result waits to be approved, N sends it back: another thing than the agency's beginning."""
    if deed.key == "returned":
        return _move(session, report, "room", "in_progress", "N")
    if deed.key == "in_progress":
        text, why = translate("ReportCard", "Begin work"), translate("ReportCard", "N sends the result back.")
        return ReportDeed("in_progress", "A", text, why)
    return deed


def _publicity(session: Session, report: Report, side: Side | None, picture: str) -> ReportDeed:
    why = _no_right(session, "report.decide_medium", side)
    text = translate("ReportCard", "Show this picture to everybody")
    if picture in report.public_media:
        text = translate("ReportCard", "Do not show this picture any more")
    if not why and not picture:
        why = translate("ReportCard", "Open a picture first (H): it is shown to everybody only by who has seen it.")
    return ReportDeed("picture_public", "Y", text, why)


def _word(session: Session, report: Report) -> ReportDeed:
    why = _no_right(session, "report.read", "room")
    if not why and not leads(session, report):
        why = translate("ReportCard", "Only the leader of the place does this.")
    return ReportDeed("word", "L", translate("ReportCard", "A word as its leader…"), why)


def _no_pictures(report: Report) -> str:
    return "" if report.media else translate("ReportCard", "The report has no pictures.")


def _no_right(session: Session, right: Right, side: Side | None) -> str:
    """Why this seat cannot, whatever the report's state; "" = it can."""
    if session.read_only:
        return translate("ReportCard", "This is a replay: nothing can be done in it.")
    if not session.may(right):
        return translate("ReportCard", "Your role does not do this.")
    return translate("ReportCard", "Your agency does not have this report.") if side is None else ""


def deed_name(report: Report, state: ReportState) -> str:
    """What a button for it says."""
    if state == "assigned":
        if report.chief:
            return translate("ReportCard", "Give to another agency…")
        return translate("ReportCard", "Give to an agency…")
    if state == "in_progress" and report.state == "done_pending":
        return translate("ReportCard", "Not good enough…")
    return {
        "in_progress": translate("ReportCard", "Begin work"),
        "done_pending": translate("ReportCard", "Done…"),
        "published": translate("ReportCard", "Publish…"),
        "verifying": translate("ReportCard", "Verify"),
        "need_info": translate("ReportCard", "Ask the citizen…"),
        "extension": translate("ReportCard", "More time…"),
        "returned": translate("ReportCard", "Not ours…"),
        "duplicate": translate("ReportCard", "Duplicate…"),
        "rejected": translate("ReportCard", "Refuse…"),
        "reopened": translate("ReportCard", "Open again…"),
    }.get(state, state_name(state))
