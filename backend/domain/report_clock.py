"""The clock of a report: working time that an agency has, stopped while the citizen is asked for more."""

from __future__ import annotations

from backend.contracts.reports import Clock
from backend.domain.working_time import WorkingCalendar

NEAR_PERCENT = 20
"""Near its end: less than a fifth of its working time is left (the colours of provincial report desks)."""


def started(calendar: WorkingCalendar, allowed_ms: int, now_ms: int) -> Clock:
    """A clock that runs from `now_ms` for `allowed_ms` of working time. Raises: CalendarError."""
    return _running(calendar, allowed_ms, allowed_ms, now_ms)


def stopped(calendar: WorkingCalendar, clock: Clock, now_ms: int) -> Clock:
    """It stands, and knows what was left; one that stands already stays as it is."""
    if clock.due_ms is None:
        return clock
    return Clock(allowed_ms=clock.allowed_ms, left_ms=calendar.between(now_ms, clock.due_ms))


def resumed(calendar: WorkingCalendar, clock: Clock, now_ms: int) -> Clock:
    """It runs again with what was left; one that runs already stays as it is. Raises: CalendarError."""
    if clock.left_ms is None:
        return clock
    return _running(calendar, clock.allowed_ms, clock.left_ms, now_ms)


def extended(calendar: WorkingCalendar, clock: Clock, more_ms: int, now_ms: int) -> Clock:
    """With `more_ms` of working time on top, counted from where the time ended or will end. Raises: CalendarError."""
    allowed_ms = clock.allowed_ms + more_ms
    if clock.left_ms is not None:
        return Clock(allowed_ms=allowed_ms, left_ms=clock.left_ms + more_ms)
    left_ms = calendar.between(now_ms, clock.due_ms or now_ms) + more_ms
    return _running(calendar, allowed_ms, left_ms, now_ms)


def _running(calendar: WorkingCalendar, allowed_ms: int, left_ms: int, now_ms: int) -> Clock:
    near_left_ms = allowed_ms * NEAR_PERCENT // 100
    # What is over is over since now: how long it has been so before, the log tells.
    due_ms = calendar.add(now_ms, max(0, left_ms))
    near_ms = calendar.add(now_ms, max(0, left_ms - near_left_ms))
    return Clock(allowed_ms=allowed_ms, due_ms=due_ms, near_ms=min(near_ms, due_ms))
