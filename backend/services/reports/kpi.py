"""The figures of a span from the archive: every report as it stood at the end of it."""

from __future__ import annotations

import asyncio

from backend.contracts.report_kpi import ReportKpi
from backend.contracts.reports import Report
from backend.domain.report_kpi import DONE, ReportThen, report_kpi
from backend.storage.reports import ReportStore


async def kpi_of(store: ReportStore, start_ms: int, end_ms: int, agency_id: str = "") -> ReportKpi:
    """Of [start, end); with an agency, of the reports it is the chief of. Raises: StorageError."""
    reports = await store.as_of(end_ms, start_ms)
    # Counting tens of thousands takes a moment that the room's loop does not have.
    return await asyncio.to_thread(_counted, reports, start_ms, end_ms, agency_id)


def _counted(reports: tuple[Report, ...], start_ms: int, end_ms: int, agency_id: str) -> ReportKpi:
    wanted = (one for one in reports if not agency_id or one.chief == agency_id)
    return report_kpi((then(one, end_ms) for one in wanted), start_ms, end_ms)


def then(report: Report, end_ms: int) -> ReportThen:
    """How `report`, folded up to `end_ms`, counts."""
    done = report.state in DONE
    done_ms = (report.done_ms or report.closed_ms) if done else None
    if report.state in ("rejected", "duplicate"):
        done_ms = report.closed_ms
    standing = report.timeliness(end_ms)
    return ReportThen(
        received_ms=report.received_ms,
        chief=report.chief,
        category_id=report.category_id,
        commune_code=report.commune_code,
        state=report.state,
        done_ms=done_ms,
        late=report.late or standing == "late",
        near=not done and standing == "near",
        first_answer_ms=report.first_answer_ms,
        rating=report.rating,
        reopened=report.reopened,
    )
