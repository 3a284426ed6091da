"""Working hours: adding working time to an instant, and measuring it between two.

Deadlines of public authorities run in working time. Which hours, holidays and worked Saturdays there are is
configuration: the days of Tết are set anew every year by the Prime Minister's office.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from backend.contracts.report_rules import Spans

MINUTE_MS: Final = 60_000
DAY_MIN: Final = 1440
HORIZON_DAYS: Final = 3700
"""A span that needs more days than these is no deadline but a mistake of the calendar."""

_EPOCH: Final = date(1970, 1, 1)


class CalendarError(ValueError):
    """The calendar has no working time where some is needed, or its spans do not follow each other."""


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """When somebody works.

    Attributes:
        utc_offset_min: of the site.
        week: spans of Monday to Sunday.
        days: days that are otherwise than their weekday: holidays have no spans, worked Saturdays have some.

    Raises:
        CalendarError: from the constructor, for spans that overlap, are turned around or leave the day.
    """

    utc_offset_min: int
    week: tuple[Spans, Spans, Spans, Spans, Spans, Spans, Spans]
    days: Mapping[date, Spans] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for spans in (*self.week, *self.days.values()):
            ends = [0, *(minute for span in spans for minute in span)]
            if ends != sorted(ends) or ends[-1] > DAY_MIN or any(begin == end for begin, end in spans):
                raise CalendarError(f"working hours must follow each other within 0..{DAY_MIN} minutes, not {spans}")

    def add(self, from_ms: int, working_ms: int) -> int:
        """The instant at which `working_ms` of working time after `from_ms` are over; `working_ms` >= 0.

        With 0 it is `from_ms` itself: nothing has to be waited for.

        Raises:
            CalendarError: the calendar has not so much working time within ten years.
        """
        left_ms = working_ms
        if not left_ms:
            return from_ms
        for begin_ms, end_ms in self._spans(from_ms):
            worked_ms = end_ms - begin_ms
            if worked_ms >= left_ms:
                return begin_ms + left_ms
            left_ms -= worked_ms
        raise CalendarError(f"the calendar has no {working_ms // MINUTE_MS} working minutes in the next ten years")

    def between(self, from_ms: int, to_ms: int) -> int:
        """Working time between the two, in ms; negative when `to_ms` is the earlier one."""
        if to_ms < from_ms:
            return -self.between(to_ms, from_ms)
        total_ms = 0
        for begin_ms, end_ms in self._spans(from_ms):
            if begin_ms >= to_ms:
                break
            total_ms += min(end_ms, to_ms) - begin_ms
        return total_ms

    def works_at(self, at_ms: int) -> bool:
        return next((begin_ms == at_ms for begin_ms, _ in self._spans(at_ms)), False)

    def _spans(self, from_ms: int) -> Iterator[tuple[int, int]]:
        """Spans of working time from `from_ms` on, (begin, end) in epoch ms, the first one cut."""
        offset_ms = self.utc_offset_min * MINUTE_MS
        local = datetime.fromtimestamp((from_ms + offset_ms) / 1000, UTC)
        first = local.date()
        for ahead in range(HORIZON_DAYS):
            day = first + timedelta(days=ahead)
            midnight_ms = (day - _EPOCH).days * DAY_MIN * MINUTE_MS - offset_ms
            for begin_min, end_min in self.days.get(day, self.week[day.weekday()]):
                begin_ms, end_ms = midnight_ms + begin_min * MINUTE_MS, midnight_ms + end_min * MINUTE_MS
                if end_ms > from_ms:
                    yield max(begin_ms, from_ms), end_ms


def around_the_clock(utc_offset_min: int) -> WorkingCalendar:
    """Every minute counts: for what is handled at once."""
    day: Spans = ((0, DAY_MIN),)
    return WorkingCalendar(utc_offset_min, (day, day, day, day, day, day, day))
