"""Instants as people type them: "10:02", "10:02:15", "22/11 10:02:15", "-5 ph"."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_MIN_MS: Final = 60_000
_UNITS_MS: Final = {
    "s": 1000, "giây": 1000, "giay": 1000,
    "ph": _MIN_MS, "phút": _MIN_MS, "phut": _MIN_MS, "p": _MIN_MS, "min": _MIN_MS, "m": _MIN_MS,
    "h": 60 * _MIN_MS, "g": 60 * _MIN_MS, "giờ": 60 * _MIN_MS, "gio": 60 * _MIN_MS,
    "ngày": 1440 * _MIN_MS, "ngay": 1440 * _MIN_MS, "d": 1440 * _MIN_MS,
}  # fmt: skip
_AGO: Final = re.compile(r"[-\N{MINUS SIGN}\N{EN DASH}]\s*(\d{1,6})\s*([^\W\d]*)")
_TIME: Final = re.compile(r"(\d{1,2})[:h](\d{2})(?::(\d{2})(?:[.,](\d{1,3}))?)?")
_DATE: Final = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")


def parse_instant(text: str, here_ms: int, present_ms: int, utc_offset_min: int) -> int | None:
    """The instant that is meant, epoch milliseconds, or None when it cannot be told.

    A time without a date is of the day of `here_ms`, a date without a year of its year; what would lie in the future
    then is of the day or the year before. "-5 ph" counts back from the present; without a unit it is minutes. A date
    alone is its midnight.

    Args:
        here_ms: where the replay stands.
        present_ms: now, by the server's clock.
    """
    plain = " ".join(text.replace("·", " ").casefold().split())
    ago = _AGO.fullmatch(plain)
    if ago is not None:
        unit_ms = _UNITS_MS.get(ago[2] or "ph")
        return None if unit_ms is None else present_ms - int(ago[1]) * unit_ms
    words = plain.split()
    times = [found for word in words if (found := _TIME.fullmatch(word))]
    dates = [found for word in words if (found := _DATE.fullmatch(word))]
    if not words or len(times) + len(dates) != len(words) or len(times) > 1 or len(dates) > 1:
        return None
    offset = timedelta(minutes=utc_offset_min)
    here = datetime.fromtimestamp(here_ms / 1000, UTC) + offset
    present = datetime.fromtimestamp(present_ms / 1000, UTC) + offset
    try:
        moment = _moment(times[0] if times else None, dates[0] if dates else None, here, present)
    except (ValueError, OverflowError):
        return None  # 25:00, 30/2, the year 0
    local = moment - offset
    return int(local.timestamp()) * 1000 + local.microsecond // 1000


def _moment(time: re.Match[str] | None, date: re.Match[str] | None, here: datetime, present: datetime) -> datetime:
    moment = here.replace(hour=0, minute=0, second=0, microsecond=0)
    if time is not None:
        parts_ms = int((time[4] or "0").ljust(3, "0"))
        moment = moment.replace(
            hour=int(time[1]), minute=int(time[2]), second=int(time[3] or 0), microsecond=parts_ms * 1000
        )
    if date is None:
        return moment - timedelta(days=1) if moment > present else moment
    year = int(date[3]) if date[3] else here.year
    moment = moment.replace(year=year, month=int(date[2]), day=int(date[1]))
    if moment > present and not date[3]:
        moment = moment.replace(year=year - 1)
    return moment
