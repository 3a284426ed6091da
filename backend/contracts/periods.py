"""Periods of figures as labels: `2026-11-22`, `2026-W47` (ISO 8601 week), `2026-11`, `2026-Q3`, `2026`.

Within one kind the labels sort as the periods follow each other. Days are the site's own.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final, Literal, get_args

PeriodKind = Literal["day", "week", "month", "quarter", "year"]
"""ngày, tuần, tháng, quý, năm."""

PERIOD_KINDS: Final[tuple[PeriodKind, ...]] = get_args(PeriodKind)
_LABELS: Final[dict[PeriodKind, re.Pattern[str]]] = {
    "day": re.compile(r"^\d{4}-\d\d-\d\d$", re.ASCII),
    "week": re.compile(r"^\d{4}-W\d\d$", re.ASCII),
    "month": re.compile(r"^\d{4}-\d\d$", re.ASCII),
    "quarter": re.compile(r"^\d{4}-Q[1-4]$", re.ASCII),
    "year": re.compile(r"^\d{4}$", re.ASCII),
}
_INSIDE: Final[dict[PeriodKind, tuple[PeriodKind, ...]]] = {
    "day": (), "week": ("day",), "month": ("day",), "quarter": ("day", "month"), "year": ("day", "month", "quarter"),
}  # fmt: skip
_EPOCH_DAY: Final = date(1970, 1, 1)
EXAMPLE: Final[dict[PeriodKind, str]] = {
    "day": "2026-11-22", "week": "2026-W47", "month": "2026-11", "quarter": "2026-Q3", "year": "2026",
}  # fmt: skip


class PeriodError(ValueError):
    """The label names no period; the message says what would."""


def is_inside(kind: PeriodKind, wider: PeriodKind) -> bool:
    """Whether whole periods of `kind` make up every period of `wider`; weeks make up no month."""
    return kind in _INSIDE[wider]


def kind_of(label: str) -> PeriodKind:
    """Raises: PeriodError."""
    for kind, pattern in _LABELS.items():
        if pattern.match(label):
            _first_day(label, kind)
            return kind
    raise PeriodError(f"{label!r} is no period; periods are written {', '.join(EXAMPLE.values())}")


def first_day(label: str) -> date:
    """Raises: PeriodError."""
    return _first_day(label, kind_of(label))


def last_day(label: str) -> date:
    """Raises: PeriodError."""
    return first_day(after(label)) - timedelta(days=1)


def span_ms(label: str, utc_offset_min: int) -> tuple[int, int]:
    """(start, end), end excluded, of the period where days begin at that offset. Raises: PeriodError."""
    days = (first_day(label), first_day(after(label)))
    start, end = (int((day - _EPOCH_DAY).total_seconds()) * 1000 - utc_offset_min * 60_000 for day in days)
    return start, end


def period_of(day: date, kind: PeriodKind) -> str:
    """The period of this kind in which the day lies."""
    match kind:
        case "day":
            return day.isoformat()
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year:04}-W{week:02}"
        case "month":
            return f"{day.year:04}-{day.month:02}"
        case "quarter":
            return f"{day.year:04}-Q{(day.month + 2) // 3}"
        case "year":
            return f"{day.year:04}"


def after(label: str, steps: int = 1) -> str:
    """The period `steps` later, earlier when negative.

    Raises:
        PeriodError: it is no period, or the other one lies outside the calendar.
    """
    kind = kind_of(label)
    day = _first_day(label, kind)
    try:
        if kind in ("day", "week"):
            return period_of(day + timedelta(days=steps * (7 if kind == "week" else 1)), kind)
        months = {"month": 1, "quarter": 3, "year": 12}[kind]
        total = day.year * 12 + day.month - 1 + steps * months
        return period_of(date(total // 12, total % 12 + 1, 1), kind)
    except (OverflowError, ValueError) as error:
        raise PeriodError(f"no period lies {steps} after {label}") from error


def a_year_before(label: str) -> str | None:
    """The same period of the year before; None when that year has none (29 February, week 53)."""
    before = f"{int(label[:4]) - 1:04}{label[4:]}"
    try:
        kind_of(before)
    except PeriodError:
        return None
    return before


def periods_in(label: str, kind: PeriodKind) -> tuple[str, ...]:
    """The periods of a shorter kind that make it up, in order.

    Raises:
        PeriodError: they do not make it up.
    """
    if not is_inside(kind, kind_of(label)):
        raise PeriodError(f"no {kind}s make up {label}")
    end = first_day(after(label))
    found = [period_of(first_day(label), kind)]
    while first_day(following := after(found[-1])) < end:
        found.append(following)
    return tuple(found)


def last_ended(day: date, kind: PeriodKind) -> str:
    """The newest period of this kind that is over on the morning of `day`."""
    return after(period_of(day, kind), -1)


def _first_day(label: str, kind: PeriodKind) -> date:
    year, rest = int(label[:4]), label[5:]
    try:
        match kind:
            case "day":
                return date.fromisoformat(label)
            case "week":
                return date.fromisocalendar(year, int(rest[1:]), 1)
            case "month":
                return date(year, int(rest), 1)
            case "quarter":
                return date(year, int(rest[1]) * 3 - 2, 1)
            case "year":
                return date(year, 1, 1)
    except ValueError as error:
        raise PeriodError(f"{label!r} is no {kind}; one is {EXAMPLE[kind]}") from error
