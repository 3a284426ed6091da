"""Numbers, ages and times as people here write them: 3,41 m; 1.250 m³/s; 4 ph; 10:02:15 22/11.

`language` is "vi" or "en" (`Session.language`). Between a number and its unit stands a no-break space.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Final

NO_VALUE: Final = "–"
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_MINUS: Final = "\N{MINUS SIGN}"
_POWERS: Final = str.maketrans({"2": "²", "3": "³"})
_AGE_UNITS: Final = {"vi": ("s", "ph", "giờ", "ngày"), "en": ("s", "min", "h", "d")}


def format_number(value: float, decimals: int, language: str) -> str:
    """`value` with exactly `decimals` decimals: "1.250,5" in Vietnamese, "1,250.5" in English; "–" when it is none."""
    if not math.isfinite(value):
        return NO_VALUE
    text = f"{abs(value):,.{max(0, decimals)}f}"
    if language != "en":
        text = text.translate(str.maketrans(",.", ".,"))
    # A value that rounds to zero has no sign: "−0,0" reads like a fault.
    negative = value < 0 and any(digit in "123456789" for digit in text)
    return _MINUS + text if negative else text


def format_signed(value: float, decimals: int, language: str) -> str:
    """The same with a plus sign for what is above zero: "+0,35"."""
    text = format_number(value, decimals, language)
    positive = value > 0 and any(digit in "123456789" for digit in text)
    return "+" + text if positive else text


def format_value(value: float, unit: str, decimals: int, language: str) -> str:
    """Number and unit: "3,41 m". The unit of pH is none."""
    number = format_number(value, decimals, language)
    shown = pretty_unit(unit)
    if not shown:
        return number
    return number + shown if shown == "%" else number + _NO_BREAK + shown


def pretty_unit(unit: str) -> str:
    """The unit for people: "mg/Nm3" is mg/Nm³, "m3/h" is m³/h, pH has none."""
    if unit == "pH":
        return ""
    parts = unit.split("/")
    return "/".join(part[:-1] + part[-1].translate(_POWERS) if part[:-1].endswith("m") else part for part in parts)


def format_age(age_s: float, language: str) -> str:
    """How old something is, in its largest whole unit, rounded down: "12 s", "4 ph", "2 giờ", "3 ngày"."""
    seconds, minutes, hours, days = _AGE_UNITS["en" if language == "en" else "vi"]
    if not math.isfinite(age_s):
        return NO_VALUE
    whole_s = max(0, int(age_s))
    if whole_s < 60:
        return f"{whole_s}{_NO_BREAK}{seconds}"
    if whole_s < 3600:
        return f"{whole_s // 60}{_NO_BREAK}{minutes}"
    if whole_s < 48 * 3600:
        return f"{whole_s // 3600}{_NO_BREAK}{hours}"
    return f"{whole_s // 86400}{_NO_BREAK}{days}"


def local_datetime(at_ms: int, utc_offset_min: int) -> datetime:
    """The instant on the site's wall clock; the result carries no zone because the site's is a plain offset."""
    return (datetime.fromtimestamp(at_ms / 1000, UTC) + timedelta(minutes=utc_offset_min)).replace(tzinfo=None)


def format_time(at_ms: int, utc_offset_min: int, with_date: bool = False) -> str:
    """Time on the site's wall clock: "10:02:15", or "10:02:15 22/11"."""
    moment = local_datetime(at_ms, utc_offset_min)
    return f"{moment:%H:%M:%S %d/%m}" if with_date else f"{moment:%H:%M:%S}"


def format_date(at_ms: int, utc_offset_min: int) -> str:
    """Date on the site's calendar: "22/11/2026"."""
    return f"{local_datetime(at_ms, utc_offset_min):%d/%m/%Y}"


def iso_time(at_ms: int, utc_offset_min: int) -> str:
    """ISO 8601 with the site's offset, for files: "2026-11-22T10:02:15+07:00"; milliseconds only when there are any."""
    sign = "-" if utc_offset_min < 0 else "+"
    hours, minutes = divmod(abs(utc_offset_min), 60)
    moment = local_datetime(at_ms, utc_offset_min)
    precision = "milliseconds" if at_ms % 1000 else "seconds"
    return f"{moment.isoformat(timespec=precision)}{sign}{hours:02d}:{minutes:02d}"
