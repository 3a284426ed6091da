"""How a crisis of the hotline counts what happens while it is on, pure; part of the fold of the room's state."""

from __future__ import annotations

from collections.abc import Mapping

from backend.contracts.crisis import Crisis, CrisisEnded
from backend.contracts.hotline import Call, HotlineRules
from backend.contracts.report_events import ReportReceived


def answer_within_s(rules: HotlineRules, crisis: Crisis | None) -> int:
    """The goal of the wait: a crisis may set one of its own."""
    own_s = crisis.template.answer_within_s if crisis is not None else None
    return rules.answer_within_s if own_s is None else own_s


def call_arrived(crisis: Crisis, call: Call) -> Crisis:
    tally = crisis.tally
    return _counted(crisis, calls=tally.calls + 1, calls_by_place=_more(tally.calls_by_place, call.place))


def call_moved(crisis: Crisis, before: Call, now: Call) -> Crisis:
    """A call is answered once, or lost once."""
    if before.answered_ms is None and now.answered_ms is not None:
        return _counted(crisis, answered=crisis.tally.answered + 1)
    if now.is_over and now.answered_ms is None:
        return _counted(crisis, lost=crisis.tally.lost + 1)
    return crisis


def report_received(crisis: Crisis, event: ReportReceived) -> Crisis:
    """Only what was filed as part of it counts."""
    report, tally = event.report, crisis.tally
    if report.campaign != crisis.crisis_id:
        return crisis
    answers = dict(tally.answers)
    for question_id, answer_id in event.answers.items():
        answers[question_id] = _more(answers.get(question_id, {}), answer_id)
    return _counted(
        crisis,
        tickets=tally.tickets + 1,
        tickets_by_place=_more(tally.tickets_by_place, report.commune_code),
        tickets_by_category=_more(tally.tickets_by_category, report.category_id),
        answers=answers,
    )


def ended(crisis: Crisis, event: CrisisEnded, by: str, at_ms: int) -> Crisis:
    changes = {"ended_ms": at_ms, "ended_by": by, "end_reason": event.reason, "tally": event.tally}
    return crisis.model_copy(update=changes)


def _counted(crisis: Crisis, **figures: object) -> Crisis:
    return crisis.model_copy(update={"tally": crisis.tally.model_copy(update=figures)})


def _more(counts: Mapping[str, int], key: str) -> dict[str, int]:
    return {**counts, key: counts.get(key, 0) + 1}
