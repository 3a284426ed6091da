"""Forecasts of gauges: our JSON, or a table as CSV, bytes in. Pure.

JSON, one object or a list:
    {"station": "TV-LC", "parameter": "Level", "source": "Đài KTTV tỉnh", "issued": "2026-01-01T07:00:00+07:00",
     "points": [{"at": "2026-01-01T13:00:00+07:00", "value": 81.2, "low": 81.0, "high": 81.5},
                {"at": "2026-01-01T19:00:00+07:00", "value": "BĐ2 + 1,0 m"}]}
CSV, separated by semicolons, tabs or commas, a header of these names in any order:
    station;issued;at;value;low;high;source;parameter
Times in a table may be local: 01/01/2026 13:00, 2026-01-01 13:00, 20260101130000. `parameter` is Level when left out.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from backend.contracts.doors import Rejection
from backend.contracts.forecasts import MAX_POINTS, Forecast, ForecastPoint
from backend.contracts.site import Limit, Parameter
from backend.sources.text import plain, shown

MAX_FORECAST_BYTES: Final = 1024 * 1024
MAX_SERIES: Final = 200
MAX_ROWS: Final = 20_000
MAX_AHEAD_MS: Final = 15 * 60 * 1000
REACH_MS: Final = 30 * 86_400_000
"""Nobody forecasts a level for longer than a month ahead: a longer one is a wrong date."""

_COLUMNS: Final = ("station", "issued", "at", "value")
_NUMBER: Final = re.compile(r"([+-]?\d{1,5}(?:[.,]\d{1,4})?)\s*(?:m)?", re.IGNORECASE)
_WORDED: Final = re.compile(
    r"(?:(trên|dưới|ở mức|bằng|mức|đạt)\s+)?(?:bđ|báo động)\s*(3|2|1|iii|ii|i)"
    r"(?:\s*([+-])?\s*(\d{1,2}(?:[.,]\d{1,3})?)\s*m?)?"
)
_LEVELS: Final = {"i": "bd1", "ii": "bd2", "iii": "bd3", "1": "bd1", "2": "bd2", "3": "bd3"}
_DASHES: Final = str.maketrans({"–": "-", "−": "-", "—": "-"})

Find = Callable[[str, str], Parameter | None]
"""(station, symbol) -> the parameter, None when the site has none."""


class ForecastError(ValueError):
    """The body is no forecast; the message says why and what would be right."""


class _RowError(ValueError):
    """Why one point or series was rejected."""


@dataclass(frozen=True, slots=True)
class ParsedForecasts:
    """`points` counts what is in `items`."""

    items: tuple[Forecast, ...]
    rejections: tuple[Rejection, ...]

    @property
    def points(self) -> int:
        return sum(len(item.points) for item in self.items)


@dataclass(frozen=True, slots=True)
class _Row:
    """One point as it was written. `line`: of a table, or number of the point, from 1."""

    line: int
    station: str
    symbol: str
    source: str
    issued: str
    at: str
    value: object
    low: object
    high: object


def parse_forecasts(body: bytes, find: Find, utc_offset_min: int, received_ms: int) -> ParsedForecasts:
    """Read one body.

    Raises:
        ForecastError: too large, neither JSON nor a table with the header, or nothing in it.
    """
    if len(body) > MAX_FORECAST_BYTES:
        raise ForecastError(f"{len(body)} bytes; at most {MAX_FORECAST_BYTES} are taken")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ForecastError(f"not UTF-8 (byte {error.start})") from error
    rejections: list[Rejection] = []
    rows = _json_rows(text) if text.lstrip()[:1] in ("{", "[") else _table_rows(text)
    series: dict[tuple[str, str, str, int], dict[int, ForecastPoint]] = {}
    for row in rows:
        try:
            key, point = _point(row, find, utc_offset_min, received_ms)
            points = series.setdefault(key, {})
            if point.at_ms in points:
                raise _RowError(f"{shown(row.at)} is there twice")
            if len(points) >= MAX_POINTS or len(series) > MAX_SERIES:
                raise _RowError(f"more than {MAX_POINTS} points of one issue, or {MAX_SERIES} issues; send them apart")
            points[point.at_ms] = point
        except _RowError as error:
            rejections.append(Rejection(line=row.line, reason=str(error)))
    items = tuple(
        Forecast(
            station_id=station,
            symbol=symbol,
            source=source,
            issued_ms=issued_ms,
            received_ms=received_ms,
            points=tuple(points[at_ms] for at_ms in sorted(points)),
        )
        for (station, symbol, source, issued_ms), points in series.items()
        if points
    )
    return ParsedForecasts(items, tuple(rejections))


def worded_level(text: str, limits: tuple[Limit, ...]) -> float | None:
    """The level that "BĐ2 + 1,0 m", "trên BĐ3 0,5 m" or "bằng báo động 2" means; None when it is no such wording.

    Raises:
        ValueError: the gauge's level is not known here, or the words tell no figure.
    """
    folded = plain(text, 200).casefold().translate(_DASHES).rstrip(". ")
    match = _WORDED.fullmatch(folded)
    if match is None:
        return None
    side, level, sign, amount = match.groups()
    mark = _LEVELS[level]
    base = next((limit.value for limit in limits if limit.mark == mark), None)
    if base is None:
        raise ValueError(f"{shown(text)}: the site has no BĐ{mark[-1]} of this gauge")
    if amount is None:
        if side in ("trên", "dưới"):
            raise ValueError(f"{shown(text)} tells no figure; write like 'trên BĐ2 1,0 m'")
        return base
    if side not in ("trên", "dưới") and sign is None:
        raise ValueError(f"{shown(text)}: above or below? write like 'BĐ2 + 1,0 m'")
    below = (side == "dưới") != (sign == "-") if side in ("trên", "dưới") else sign == "-"
    distance = float(amount.replace(",", "."))
    return round(base - distance if below else base + distance, 4)


def _point(
    row: _Row, find: Find, utc_offset_min: int, received_ms: int
) -> tuple[tuple[str, str, str, int], ForecastPoint]:
    parameter = find(row.station, row.symbol)
    if parameter is None:
        raise _RowError(f"the site has no parameter {shown(row.symbol)} of a station {shown(row.station)}")
    issued_ms = _instant("issued", row.issued, utc_offset_min)
    at_ms = _instant("at", row.at, utc_offset_min)
    if issued_ms > received_ms + MAX_AHEAD_MS:
        raise _RowError(f"issued {shown(row.issued)} lies ahead of now")
    if at_ms < issued_ms:
        raise _RowError(f"at {shown(row.at)} lies before its issue")
    if at_ms > issued_ms + REACH_MS:
        raise _RowError(f"at {shown(row.at)} lies more than {REACH_MS // 86_400_000} days after its issue")
    value, words = _level("value", row.value, parameter)
    low = None if row.low in (None, "") else _level("low", row.low, parameter)[0]
    high = None if row.high in (None, "") else _level("high", row.high, parameter)[0]
    if (low is not None and low > value) or (high is not None and high < value):
        raise _RowError("low <= value <= high does not hold")
    key = (row.station, parameter.symbol, row.source, issued_ms)
    return key, ForecastPoint(at_ms=at_ms, value=value, low=low, high=high, words=words)


def _level(name: str, written: object, parameter: Parameter) -> tuple[float, str]:
    """The figure, and the words it was told in where it was no bare number."""
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        raise _RowError(f"{name}: a number, or words like 'BĐ2 + 1,0 m'")
    if isinstance(written, str):
        text = plain(written, 80)
        number = _NUMBER.fullmatch(text.translate(_DASHES))
        if number is not None:
            return float(number.group(1).replace(",", ".")), ""
        try:
            value = worded_level(text, parameter.limits)
        except ValueError as error:
            raise _RowError(str(error)) from None
        if value is None:
            raise _RowError(f"{name} {shown(written)} is neither a number nor words like 'BĐ2 + 1,0 m'")
        return value, text
    try:
        value = float(written)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value) or abs(value) >= 100_000:
        raise _RowError(f"{name} is no level")
    return value, ""


def _instant(name: str, text: str, utc_offset_min: int) -> int:
    text = text.strip()
    moment: datetime | None = None
    for written in ("%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M", "%Y%m%d%H%M%S"):
        try:
            moment = datetime.strptime(text, written)  # noqa: DTZ007 - the site's own time, its offset is taken off
            break
        except ValueError:
            continue
    try:
        if moment is not None:
            at_ms = round(moment.replace(tzinfo=UTC).timestamp() * 1000) - utc_offset_min * 60_000
        else:
            stated = datetime.fromisoformat(text)
            if stated.tzinfo is None:
                raise _RowError(f"{name} {shown(text)}: the offset is missing, like 2026-01-31T07:00:00+07:00")
            at_ms = round(stated.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        if isinstance(error, _RowError):
            raise
        raise _RowError(f"{name} {shown(text)} is no date and time, like 2026-01-31T07:00:00+07:00") from None
    if not 0 <= at_ms <= 253_402_300_799_999:
        raise _RowError(f"{name} {shown(text)} lies outside 1970 to 9999")
    return at_ms


def _json_rows(text: str) -> Iterator[_Row]:
    try:
        value: object = json.loads(text)
    except RecursionError as error:
        raise ForecastError("JSON nested too deeply") from error
    except ValueError as error:
        raise ForecastError(f"no JSON: {plain(str(error), 200)}") from error
    series = value if isinstance(value, list) else [value]
    if not 1 <= len(series) <= MAX_SERIES:
        raise ForecastError(f"a list of {len(series)} forecasts; 1 to {MAX_SERIES} are taken")
    rows: list[_Row] = []
    for item in series:
        rows += _series_rows(item, len(rows))
    return iter(rows)


def _series_rows(item: object, before: int) -> list[_Row]:
    if not isinstance(item, Mapping):
        raise ForecastError("a forecast is an object with station, issued and points")
    points = item.get("points")
    if not isinstance(points, list) or not 1 <= len(points) <= MAX_POINTS:
        raise ForecastError(f"points: a list of 1 to {MAX_POINTS}")
    head = {name: _text(item.get(name, default)) for name, default in _HEAD.items()}
    rows = []
    for number, point in enumerate(points, before + 1):
        if not isinstance(point, Mapping):
            raise ForecastError(f"point {number}: an object with at and value")
        value, low, high = (point.get(name) for name in ("value", "low", "high"))
        at = _text(point.get("at", ""))
        rows.append(
            _Row(number, head["station"], head["parameter"], head["source"], head["issued"], at, value, low, high)
        )
    return rows


_HEAD: Final = {"station": "", "parameter": "Level", "source": "", "issued": ""}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ForecastError("station, parameter, source, issued and at are strings")
    return plain(value, 200)


def _table_rows(text: str) -> Iterator[_Row]:
    first = text.lstrip().partition("\n")[0]
    separator = max(";\t,", key=first.count)
    reader = csv.reader(io.StringIO(text.lstrip()), delimiter=separator)
    try:
        table = [(number, row) for number, row in enumerate(reader, 1) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise ForecastError(f"no table: {error}") from error
    names = [cell.strip().casefold() for cell in table[0][1]] if table else []
    if missing := [name for name in _COLUMNS if name not in names]:
        raise ForecastError(f"neither JSON nor a table: the header has no {', '.join(missing)}")
    if not 2 <= len(table) <= MAX_ROWS:
        raise ForecastError(f"a table of {len(table) - 1} rows; 1 to {MAX_ROWS} are taken")
    for number, row in table[1:]:
        cells = {name: plain(cell, 200) for name, cell in zip(names, row, strict=False)}
        yield _Row(
            number,
            cells.get("station", ""),
            cells.get("parameter", "") or "Level",
            cells.get("source", ""),
            cells.get("issued", ""),
            cells.get("at", ""),
            cells.get("value", ""),
            cells.get("low", ""),
            cells.get("high", ""),
        )
