"""League tables of citizens' reports in words: who handles how many, how much in time, and who is content."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

from PySide6.QtCore import QCoreApplication

from backend.contracts.report_kpi import KpiLine, ReportKpi
from backend.contracts.state import RoomState
from console.models.alert_words import agency_name
from console.models.numbers import format_age, format_number
from console.models.report_queue import commune_name
from console.models.report_words import category_name
from console.models.word_rows import Row, Standing

translate = QCoreApplication.translate

By = Literal["agencies", "categories", "communes"]
NUMBERS: Final = tuple(range(2, 10))
_MARKED: Final = 7
"""The column of what was on time: the one the table is ordered by."""

FEW_PERCENT: Final = 80.0
TOO_FEW_PERCENT: Final = 50.0
"""Shares on time below which a line is marked: for the eye, no rule of anybody."""


def headings() -> Sequence[str]:
    return (
        translate("ReportLeague", "Rank"),
        translate("ReportLeague", "Who"),
        translate("ReportLeague", "To process"),
        translate("ReportLeague", "Done"),
        translate("ReportLeague", "In work"),
        translate("ReportLeague", "Nearly due"),
        translate("ReportLeague", "Overdue"),
        translate("ReportLeague", "On time"),
        translate("ReportLeague", "Median time"),
        translate("ReportLeague", "Content"),
    )


def league_rows(kpi: ReportKpi, by: By, state: RoomState, language: str) -> list[Row]:
    """All of them together first, then the best first; equals share their rank."""
    lines = {"agencies": kpi.agencies, "categories": kpi.categories, "communes": kpi.communes}[by]
    names: dict[By, Callable[[str], str]] = {
        "agencies": lambda key: agency_name(state, key, language),
        "categories": lambda key: category_name(state, key, language),
        "communes": lambda key: commune_name(state, key) or key,
    }
    rows = [_row("", translate("ReportLeague", "All of them"), kpi.whole, language)]
    rank, before = 0, None
    for place, line in enumerate(lines, 1):
        if line.on_time_percent != before:
            rank, before = place, line.on_time_percent
        rows.append(_row(str(rank), names[by](line.key), line, language))
    return rows


def _row(rank: str, name: str, line: KpiLine, language: str) -> Row:
    cells = (
        rank,
        name,
        str(line.to_process),
        str(line.done),
        str(line.in_work),
        str(line.in_work_near),
        str(line.in_work_late + line.done_late),
        _percent(line.on_time_percent if line.to_process else None, language),
        "–" if line.median_handling_ms is None else format_age(line.median_handling_ms / 1000, language),
        _percent(line.content_percent, language),
    )
    return Row(cells, _standing(line), _MARKED, line.key)


def _standing(line: KpiLine) -> Standing:
    if not line.to_process:
        return "none"
    if line.on_time_percent < TOO_FEW_PERCENT:
        return "far_over"
    return "over" if line.on_time_percent < FEW_PERCENT else "good"


def _percent(share: float | None, language: str) -> str:
    return "–" if share is None else f"{format_number(share, 1, language)} %"


def summary(kpi: ReportKpi, language: str) -> str:
    """The whole in one line."""
    whole = kpi.whole
    words = [
        translate("ReportLeague", "{count} came in").format(count=whole.received),
        translate("ReportLeague", "{count} from before").format(count=whole.backlog),
        translate("ReportLeague", "{share} on time").format(
            share=_percent(whole.on_time_percent if whole.to_process else None, language)
        ),
        translate("ReportLeague", "{share} opened again").format(share=_percent(whole.reopened_percent, language)),
        translate("ReportLeague", "{share} refused").format(share=_percent(whole.rejected_percent, language)),
    ]
    if whole.median_first_answer_ms is not None:
        first = format_age(whole.median_first_answer_ms / 1000, language)
        words.append(translate("ReportLeague", "first answer after {time}").format(time=first))
    return " · ".join(words)
