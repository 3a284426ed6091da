"""Cases of an outbreak counted by place and day, pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from backend.contracts.outbreak import Case, CaseCount

PROVINCE: Final = ""


def days_between(first: date, last: date) -> list[date]:
    """Both included; none when `last` lies before `first`."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def touched_days(case: Case, last: date) -> set[date]:
    """Days on which the case counts for anything, up to `last`."""
    if case.status == "excluded":
        return set()
    end = min(case.ended_on or last, last)
    return {*days_between(case.reported_on, end), *({case.ended_on} if case.ended_on else ())}


def counted(
    cases: Iterable[Case], days: Sequence[date], communes: Collection[str]
) -> dict[tuple[CaseCount, str, date], int]:
    """How many there are of each count, commune ("" = the province) and day: every one of them, 0 too.

    A day's active cases are those at its end. `communes` that the cases name besides are counted, too.
    """
    wanted = set(days)
    found: Counter[tuple[CaseCount, str, date]] = Counter()
    areas = {*communes, PROVINCE}
    for case in cases:
        if case.status == "excluded":
            continue
        areas.add(case.commune)
        for area in (case.commune, PROVINCE):
            if case.reported_on in wanted:
                found["new", area, case.reported_on] += 1
            ended: CaseCount = "deaths" if case.status == "dead" else "recovered"
            if case.ended_on in wanted and case.ended_on is not None:
                found[ended, area, case.ended_on] += 1
            for day in wanted:
                if case.reported_on <= day and (case.ended_on is None or day < case.ended_on):
                    found["active", area, day] += 1
    counts: tuple[CaseCount, ...] = ("new", "active", "recovered", "deaths")
    return {(one, area, day): found[one, area, day] for one in counts for area in areas for day in wanted}
