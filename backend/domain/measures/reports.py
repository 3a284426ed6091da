"""Citizens' reports of a period, by what is known of them when it is counted: a rating that comes later counts, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from backend.contracts.reports import Rating
from backend.domain.measures.counting import Count, Counted, Row, Span, mean, number, share
from backend.domain.report_kpi import ReportThen

_POINTS: Final[dict[Rating, float]] = {"satisfied": 3.0, "accepted": 2.0, "dissatisfied": 1.0}


@dataclass(frozen=True, slots=True)
class ReportFact:
    """`now`: as it is known; `at_end`: as it stood when the period ended, None where that is not asked for."""

    report_id: str
    now: ReportThen
    at_end: ReportThen | None = None
    title: str = ""

    @property
    def commune_code(self) -> str:
        return self.now.commune_code

    @property
    def agency_id(self) -> str:
        return self.now.chief

    @property
    def key(self) -> str:
        return self.report_id

    @property
    def titles(self) -> tuple[str, str]:
        return self.title, self.title


Facts = Sequence[ReportFact]


def received(facts: Facts, span: Span) -> Counted:
    return number(_received(facts, span))


def reopened(facts: Facts, span: Span) -> Counted:
    """Those that came in the period and were opened again since."""
    known = {one.report_id for one in facts if one.now.reopened}
    return number(row for row in _received(facts, span) if row.key in known)


def closed(facts: Facts, span: Span) -> Counted:
    return number(Row(one.report_id, done_ms) for one, done_ms in _done(facts, span))


def on_time_share(facts: Facts, span: Span) -> Counted:
    """Of those done in the period: their clock had not run out."""
    return share(Row(one.report_id, done_ms, not one.now.late) for one, done_ms in _done(facts, span))


def content_share(facts: Facts, span: Span) -> Counted:
    """Of those done in the period and rated: satisfied, or accepted."""
    rated = ((one, done_ms) for one, done_ms in _done(facts, span) if one.now.rating is not None)
    return share(Row(one.report_id, done_ms, one.now.rating != "dissatisfied") for one, done_ms in rated)


def mean_rating(facts: Facts, span: Span) -> Counted:
    """Of those done in the period and rated: satisfied 3, accepted 2, dissatisfied 1."""
    return mean(
        (Row(one.report_id, done_ms), _POINTS[one.now.rating])
        for one, done_ms in _done(facts, span)
        if one.now.rating is not None
    )


def overdue(facts: Facts, span: Span) -> Counted:
    """Late and not done when the period ended; while it runs, now."""
    then = ((one, one.at_end) for one in facts)
    return number(
        Row(one.report_id, end.received_ms)
        for one, end in then
        if end is not None and end.late and end.done_ms is None and end.received_ms < span.end_ms
    )


def _received(facts: Facts, span: Span) -> Iterator[Row]:
    return (Row(one.report_id, one.now.received_ms) for one in facts if span.has(one.now.received_ms))


def _done(facts: Facts, span: Span) -> Iterator[tuple[ReportFact, int]]:
    for one in facts:
        if one.now.done_ms is not None and span.has(one.now.done_ms):
            yield one, one.now.done_ms


MEASURES: Final[dict[str, Count[ReportFact]]] = {
    "reports.received": received,
    "reports.closed": closed,
    "reports.on_time_share": on_time_share,
    "reports.content_share": content_share,
    "reports.mean_rating": mean_rating,
    "reports.overdue": overdue,
    "reports.reopened": reopened,
}
