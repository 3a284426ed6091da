"""Which figures of an indicator are missing although they were due."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import Final

from backend.contracts.indicators import Indicator, LateFigure
from backend.contracts.periods import after, last_day, last_ended

LOOKED_BACK: Final = 400
"""Periods before the newest one that are looked at: what is missing longer is nobody's surprise."""


def late_figure(indicator: Indicator, known: Collection[str], today: date, utc_offset_min: int) -> LateFigure | None:
    """The newest missing period that was due before `today`, and how many are missing; None = nothing is late.

    `known`: periods with a figure. What nobody enters, what has no date, and what was never begun is not waited for.
    """
    if indicator.due_after_days is None or indicator.formula:
        return None
    first = indicator.expected_from or min(known, default="")
    if not first:
        return None
    missing: list[str] = []
    period = last_ended(today, indicator.period)
    for _ in range(LOOKED_BACK):
        if period < first:
            break
        if period not in known and today > _due(period, indicator.due_after_days):
            missing.append(period)
        period = after(period, -1)
    if not missing:
        return None
    due = _due(missing[0], indicator.due_after_days)
    midnight = datetime(due.year, due.month, due.day, tzinfo=UTC) + timedelta(days=1, minutes=-utc_offset_min)
    return LateFigure(
        code=indicator.code, period=missing[0], due_ms=int(midnight.timestamp() * 1000), periods=len(missing)
    )


def _due(period: str, days: int) -> date:
    """The last day on which its figure is in time."""
    return last_day(period) + timedelta(days=days)
