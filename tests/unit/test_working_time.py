"""Working hours: compared with counting minute by minute, over made-up weeks and holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.contracts.report_rules import Spans
from backend.domain.working_time import (
    DAY_MIN,
    MINUTE_MS,
    CalendarError,
    WorkingCalendar,
    around_the_clock,
)

OFFICE: Spans = ((450, 690), (810, 1020))
"""07:30-11:30 and 13:30-17:00."""
HANOI_MIN = 420


def at(text: str) -> int:
    """Instant of a local time in Viet Nam."""
    return int(datetime.fromisoformat(text + "+07:00").timestamp() * 1000)


def office(days: dict[date, Spans] | None = None) -> WorkingCalendar:
    return WorkingCalendar(HANOI_MIN, (OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, (), ()), days or {})


def hours(number: float) -> int:
    return int(number * 3_600_000)


@pytest.mark.parametrize(
    ("begins", "worked_h", "ends"),
    [
        ("2026-11-23T08:00", 1.0, "2026-11-23T09:00"),
        ("2026-11-23T11:00", 1.0, "2026-11-23T14:00"),  # over the noon rest
        ("2026-11-23T11:00", 0.5, "2026-11-23T11:30"),  # ends with the morning, not after the rest
        ("2026-11-23T20:00", 1.0, "2026-11-24T08:30"),  # comes in at night
        ("2026-11-27T16:00", 2.0, "2026-11-30T08:30"),  # Friday afternoon to Monday
        ("2026-11-28T03:00", 7.5, "2026-11-30T17:00"),  # a whole working day
    ],
)
def test_a_deadline_runs_in_office_hours_only(begins: str, worked_h: float, ends: str) -> None:
    assert office().add(at(begins), hours(worked_h)) == at(ends)


def test_a_holiday_does_not_count_and_a_worked_saturday_does() -> None:
    """Tết of a made-up year: the 16th and 17th are off, Saturday the 27th is worked for it."""
    tet: dict[date, Spans] = {date(2026, 2, 16): (), date(2026, 2, 17): (), date(2026, 2, 28): OFFICE}
    assert office(tet).add(at("2026-02-13T16:00"), hours(2)) == at("2026-02-18T08:30")
    assert office(tet).add(at("2026-02-27T16:00"), hours(2)) == at("2026-02-28T08:30")


def test_what_is_handled_at_once_runs_around_the_clock() -> None:
    begins = at("2026-02-16T23:00")
    assert around_the_clock(HANOI_MIN).add(begins, hours(2)) == begins + hours(2)


def test_an_empty_calendar_is_told_of_and_not_searched_for_ever() -> None:
    never = WorkingCalendar(HANOI_MIN, ((), (), (), (), (), (), ()))
    with pytest.raises(CalendarError, match="no 60 working minutes"):
        never.add(at("2026-11-23T08:00"), hours(1))


@pytest.mark.parametrize("spans", [((500, 400),), ((400, 500), (450, 600)), ((1400, 1500),), ((-5, 60),), ((60, 60),)])
def test_hours_that_overlap_or_leave_the_day_are_refused(spans: Spans) -> None:
    with pytest.raises(CalendarError, match="must follow each other"):
        WorkingCalendar(0, (spans, (), (), (), (), (), ()))


@st.composite
def day_spans(draw: st.DrawFn) -> Spans:
    edges = sorted(draw(st.sets(st.integers(0, DAY_MIN // 30), max_size=6)))
    edges = edges[: len(edges) // 2 * 2]
    return tuple((begin * 30, end * 30) for begin, end in zip(edges[::2], edges[1::2], strict=True))


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    week = tuple(draw(day_spans()) for _ in range(7))
    off = draw(st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 1, 20)), day_spans(), max_size=4))
    return WorkingCalendar(draw(st.sampled_from((0, 420, -210))), (*week[:6], week[6] or ((600, 630),)), off)  # type: ignore[arg-type]


BASE = int(datetime(2026, 1, 3, tzinfo=UTC).timestamp() * 1000)


def worked_minutes(calendar: WorkingCalendar, from_min: int, to_min: int) -> int:
    """Counted one minute at a time, by the calendar's data alone."""
    counted = 0
    for minute in range(from_min, to_min):
        local = datetime(2026, 1, 3, tzinfo=UTC) + timedelta(minutes=minute + calendar.utc_offset_min)
        spans = calendar.days.get(local.date(), calendar.week[local.weekday()])
        now = local.hour * 60 + local.minute
        counted += any(begin <= now < end for begin, end in spans)
    return counted


@settings(max_examples=150, deadline=None)
@given(calendar=calendars(), begins=st.integers(0, 3 * DAY_MIN), lasts=st.integers(0, 4 * DAY_MIN))
def test_time_between_two_instants_is_the_minutes_counted(calendar: WorkingCalendar, begins: int, lasts: int) -> None:
    a, b = BASE + begins * MINUTE_MS, BASE + (begins + lasts) * MINUTE_MS
    assert calendar.between(a, b) == worked_minutes(calendar, begins, begins + lasts) * MINUTE_MS
    assert calendar.between(b, a) == -calendar.between(a, b)


@settings(max_examples=300, deadline=None)
@given(calendar=calendars(), begins=st.integers(0, 5 * DAY_MIN * MINUTE_MS), work=st.integers(1, 10**8))
def test_a_deadline_is_the_first_instant_at_which_its_time_is_worked(
    calendar: WorkingCalendar, begins: int, work: int
) -> None:
    from_ms = BASE + begins
    ends_ms = calendar.add(from_ms, work)
    assert calendar.between(from_ms, ends_ms) == work
    assert calendar.between(from_ms, ends_ms - 1) < work
