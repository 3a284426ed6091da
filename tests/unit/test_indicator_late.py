"""Which figures are late: by the day they were due, from the first waited for, and nothing that nobody owes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.periods import PERIOD_KINDS, PeriodKind, after, last_day, period_of
from backend.domain.indicator_late import LOOKED_BACK, late_figure
from tests.unit.test_indicator_rules import indicator

HANOI_MIN = 420
MONTHLY = indicator(due_after_days=10)


def test_a_figure_is_late_on_the_morning_after_the_day_it_was_due() -> None:
    known = {"2026-09"}
    assert late_figure(MONTHLY, known, date(2026, 11, 10), HANOI_MIN) is None
    late = late_figure(MONTHLY, known, date(2026, 11, 11), HANOI_MIN)
    assert late is not None
    assert (late.period, late.periods) == ("2026-10", 1)
    midnight_at_the_site = datetime(2026, 11, 10, 17, tzinfo=UTC)
    assert late.due_ms == midnight_at_the_site.timestamp() * 1000


def test_every_missing_period_counts_and_the_newest_is_named() -> None:
    late = late_figure(MONTHLY, {"2026-04", "2026-07"}, date(2026, 11, 11), HANOI_MIN)
    assert late is not None
    assert (late.period, late.periods) == ("2026-10", 5)
    filled = late_figure(MONTHLY, {"2026-04", "2026-07", "2026-10"}, date(2026, 11, 11), HANOI_MIN)
    assert filled is not None
    assert (filled.period, filled.periods) == ("2026-09", 4)


def test_what_was_never_begun_is_waited_for_only_from_the_period_the_site_names() -> None:
    today = date(2026, 11, 11)
    assert late_figure(MONTHLY, (), today, HANOI_MIN) is None
    expected = indicator(due_after_days=10, expected_from="2026-09")
    late = late_figure(expected, (), today, HANOI_MIN)
    assert late is not None
    assert (late.period, late.periods) == ("2026-10", 2)
    # What came before it was expected makes nothing late in between.
    early = late_figure(expected, {"2026-01"}, today, HANOI_MIN)
    assert early is not None
    assert early.periods == 2
    assert late_figure(indicator(due_after_days=10, expected_from="2026-11"), (), today, HANOI_MIN) is None


@pytest.mark.parametrize("levels", [{"due_after_days": None}, {"due_after_days": 1, "formula": "A + 1"}])
def test_what_nobody_owes_is_never_late(levels: dict[str, object]) -> None:
    assert late_figure(indicator(**levels), {"2025-01"}, date(2026, 11, 11), HANOI_MIN) is None


@given(
    kind=st.sampled_from(PERIOD_KINDS),
    due_after_days=st.integers(0, 60),
    today=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    held=st.sets(st.integers(1, 30)),
    begun=st.integers(1, 40),
)
def test_late_is_what_was_due_before_today_and_is_not_there(
    kind: PeriodKind, due_after_days: int, today: date, held: set[int], begun: int
) -> None:
    running = period_of(today, kind)
    first = after(running, -begun)
    known = {after(running, -back) for back in held} | {first}
    one = indicator(period=kind, due_after_days=due_after_days)
    wanted = []
    period = min(known)
    while period < running:  # forwards, day by day counted, as nobody would in earnest
        if period not in known and (today - last_day(period)).days > due_after_days:
            wanted.append(period)
        period = after(period)
    found = late_figure(one, known, today, HANOI_MIN)
    assert len(known) < LOOKED_BACK
    if found is None:
        assert wanted == []
    else:
        assert (found.period, found.periods) == (wanted[-1], len(wanted))
        ended_ms = datetime.combine(last_day(found.period), datetime.min.time(), UTC).timestamp() * 1000
        days = timedelta(milliseconds=found.due_ms - ended_ms + HANOI_MIN * 60_000).days
        assert days == due_after_days + 1
