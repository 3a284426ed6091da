"""Figures of citizens' reports over a span, as provinces count them, whole and by agency, category and commune.

Received and opening backlog; to process = received + backlog; in work (not due, near, late) and done (early or on
time, late) at the end; late rate = (late in work + late done) / to process and on-time rate = 100 % - late rate
(definition of the public-service portal of Gia Lai); mean and median handling time, first-answer time, satisfaction,
re-opened and refused shares. Ended without work (refused, duplicate) is done and counts to process like any other.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from backend.contracts.report_kpi import KpiLine, ReportKpi
from backend.contracts.reports import Rating, ReportState

DONE: Final[frozenset[ReportState]] = frozenset(("done_pending", "published", "rated", "rejected", "duplicate"))
"""The agency's part is over: an approval that takes the room a week is not the agency's delay."""


@dataclass(frozen=True, slots=True)
class ReportThen:
    """A report as it stood at the end of the span, with what had happened to it by then.

    Attributes:
        done_ms: when its work ended, None = it has not; work taken up again has not ended.
        due_ms: its deadline as it stood; None = none yet, or the clock stands.
        late: its clock had run out before it was done, or has run out now.
        near: less than a fifth of its time is left.
        worked_ms: from receipt to done.
    """

    received_ms: int
    chief: str
    category_id: str
    commune_code: str
    state: ReportState
    done_ms: int | None
    late: bool
    near: bool
    first_answer_ms: int | None
    rating: Rating | None
    reopened: int


def report_kpi(reports: Iterable[ReportThen], start_ms: int, end_ms: int) -> ReportKpi:
    """Of the span [start, end); reports that were done before it began are none of its business."""
    wanted = [one for one in reports if one.received_ms < end_ms and (one.done_ms is None or one.done_ms >= start_ms)]
    return ReportKpi(
        start_ms=start_ms,
        end_ms=end_ms,
        whole=_line("", wanted, start_ms),
        agencies=_by(wanted, lambda one: one.chief, start_ms),
        categories=_by(wanted, lambda one: one.category_id, start_ms),
        communes=_by(wanted, lambda one: one.commune_code, start_ms),
    )


def _by(reports: Sequence[ReportThen], key: Callable[[ReportThen], str], start_ms: int) -> tuple[KpiLine, ...]:
    """A line each, the best first: on-time rate, then how much was done. What belongs to nobody is no line."""
    groups: dict[str, list[ReportThen]] = defaultdict(list)
    for one in reports:
        if name := key(one):
            groups[name].append(one)
    lines = [_line(name, group, start_ms) for name, group in groups.items()]
    return tuple(sorted(lines, key=lambda line: (-line.on_time_percent, -line.done, line.key)))


def _line(key: str, reports: Sequence[ReportThen], start_ms: int) -> KpiLine:
    done = [one for one in reports if one.done_ms is not None]
    working = [one for one in reports if one.done_ms is None]
    late_done, late_working = sum(one.late for one in done), sum(one.late for one in working)
    handled_ms = [one.done_ms - one.received_ms for one in done if one.done_ms is not None]
    answered_ms = [one.first_answer_ms - one.received_ms for one in reports if one.first_answer_ms is not None]
    rated = [one.rating for one in reports if one.rating is not None]
    total = len(reports)
    late_percent = 100 * (late_done + late_working) / total if total else 0.0
    return KpiLine(
        key=key,
        received=sum(one.received_ms >= start_ms for one in reports),
        backlog=sum(one.received_ms < start_ms for one in reports),
        to_process=total,
        in_work=len(working),
        in_work_near=sum(one.near and not one.late for one in working),
        in_work_late=late_working,
        done=len(done),
        done_late=late_done,
        late_percent=late_percent,
        on_time_percent=100 - late_percent,
        mean_handling_ms=statistics.fmean(handled_ms) if handled_ms else None,
        median_handling_ms=statistics.median(handled_ms) if handled_ms else None,
        median_first_answer_ms=statistics.median(answered_ms) if answered_ms else None,
        rated=len(rated),
        content_percent=100 * sum(one != "dissatisfied" for one in rated) / len(rated) if rated else None,
        reopened_percent=100 * sum(one.reopened > 0 for one in reports) / total if total else 0.0,
        rejected_percent=100 * sum(one.state == "rejected" for one in reports) / total if total else 0.0,
    )
