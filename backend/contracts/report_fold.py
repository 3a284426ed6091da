"""How a report's row changes by an event: the part of the fold (`backend.contracts.state`) that is about reports."""

from __future__ import annotations

from typing import Final

from backend.contracts import report_events as ev
from backend.contracts.reports import ENDED, Report, ReportState

Changes = dict[str, object]

APART_KEPT: Final = 50
"""So many refusals of a suggestion a row remembers."""

_SEEN_BY_CITIZEN: Final[frozenset[ReportState]] = frozenset(
    ("need_info", "rejected", "duplicate", "assigned", "in_progress", "published")
)
"""States in which the citizen can tell that somebody has looked."""


def received(event: ev.ReportReceived) -> Report:
    return event.report.model_copy(update={"media": len(event.media)})


def after(report: Report, event: ev.ReportEvent, at_ms: int, actor: str = "") -> Report:
    """The row with one more event, logged at `at_ms` and done by `actor`."""
    changes = _changes(report, event, at_ms, actor)
    if changes.get("clock", report.clock) != report.clock:
        changes["told"] = ""  # another clock comes near its own end
    return report.model_copy(update={**changes, "changed_ms": at_ms})


def _changes(report: Report, event: ev.ReportEvent, at_ms: int, actor: str) -> Changes:
    match event:
        case ev.ReportRouted():
            routed: Changes = {
                "chief": event.chief,
                "partners": event.partners,
                "leader": event.leader,
                "clock": event.clock,
                "extension": None,
            }
            if event.leader != report.leader:
                routed |= {"read_ms": None, "read_by": "", "read_words": ""}
            return routed | _state(report, "assigned", at_ms)
        case ev.ReportMoved():
            return _moved(report, event, at_ms)
        case ev.ReportNoted():
            answered: Changes = {"media": report.media + len(event.media)}
            if event.audience == "citizen" and not event.by_citizen:
                answered |= _answered(report, at_ms)
            return answered
        case ev.ReportChanged():
            names = ("category_id", "lat_deg", "lon_deg", "address", "commune_code", "priority", "campaign")
            return {name: value for name in names if (value := getattr(event, name)) is not None}
        case ev.ReportExtensionAsked():
            return {"extension": event.extension} | _state(report, "extension", at_ms)
        case ev.ReportExtensionDecided():
            decided: Changes = {"extension": None, "clock": event.clock, "extended": report.extended + event.granted}
            return decided | _state(report, "in_progress", at_ms)
        case ev.ReportRated():
            return {"rating": event.rating} | _state(report, "rated", at_ms)
        case ev.ReportOverdue():
            return {"told": event.stage} | ({"late": True} if event.stage == "late" else {})
        case ev.ReportsToldApart() | ev.ReportMediumDecided() | ev.ReportRead():
            return _looked_at(report, event, at_ms, actor)


def _looked_at(
    report: Report, event: ev.ReportsToldApart | ev.ReportMediumDecided | ev.ReportRead, at_ms: int, actor: str
) -> Changes:
    """Its state stays as it is. Of several looks of the leader the first counts; a word said later stands with it."""
    if isinstance(event, ev.ReportsToldApart):
        others = [one for one in report.apart if one != event.other_id]
        return {"apart": (*others, event.other_id)[-APART_KEPT:]}
    if isinstance(event, ev.ReportMediumDecided):
        rest = tuple(one for one in report.public_media if one != event.digest)
        return {"public_media": (*rest, event.digest) if event.public else rest}
    seen: Changes = {} if report.read_ms is not None else {"read_ms": at_ms, "read_by": actor}
    return seen | ({"read_words": event.text} if event.text else {})


def _moved(report: Report, event: ev.ReportMoved, at_ms: int) -> Changes:
    changes: Changes = {"media": report.media + len(event.media), "extension": None}
    if event.clock is not None:
        changes["clock"] = event.clock
    if event.state == "duplicate":
        changes["duplicate_of"] = event.duplicate_of
    if event.state == "done_pending":
        changes["done_ms"] = at_ms
    if event.state == "reopened":
        # The time of a work that was not done is no time of the next one.
        changes |= {"reopened": report.reopened + 1, "rating": None, "done_ms": None, "duplicate_of": "", "clock": None}
    return changes | _state(report, event.state, at_ms)


def _state(report: Report, state: ReportState, at_ms: int) -> Changes:
    changes: Changes = {"state": state}
    if state in _SEEN_BY_CITIZEN:
        changes |= _answered(report, at_ms)
    if state not in ENDED:
        changes["closed_ms"] = None
    elif report.state not in ENDED:
        changes["closed_ms"] = at_ms
    return changes


def _answered(report: Report, at_ms: int) -> Changes:
    return {} if report.first_answer_ms is not None else {"first_answer_ms": at_ms}
