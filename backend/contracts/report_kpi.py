"""Figures of citizens' reports; `backend.domain.report_kpi` says how each is counted."""

from __future__ import annotations

from backend.contracts.base import EpochMs, Wire


class KpiLine(Wire):
    """One agency, category or commune, or all of them (`key` ""). Counts are of reports, percentages 0 to 100.

    Attributes:
        to_process: received in the span + the backlog it began with.
        in_work, done: at the end of the span; together they are `to_process`.
        on_time_percent: 100 - late; an agency with nothing to process is on time.
        content_percent: of those who rated: satisfied or accepting; None = nobody rated.
    """

    key: str
    received: int
    backlog: int
    to_process: int
    in_work: int
    in_work_near: int
    in_work_late: int
    done: int
    done_late: int
    late_percent: float
    on_time_percent: float
    mean_handling_ms: float | None
    median_handling_ms: float | None
    median_first_answer_ms: float | None
    rated: int
    content_percent: float | None
    reopened_percent: float
    rejected_percent: float


class ReportKpi(Wire):
    """Of the span [start, end). The lists are league tables: the best first."""

    start_ms: EpochMs
    end_ms: EpochMs
    whole: KpiLine
    agencies: tuple[KpiLine, ...]
    categories: tuple[KpiLine, ...]
    communes: tuple[KpiLine, ...]
