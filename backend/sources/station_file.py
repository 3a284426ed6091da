"""Station files of TT 10/2021/TT-BTNMT, a line a parameter: `symbol TAB value TAB unit TAB yyyyMMddHHmmss TAB status`.

Loggers in the field differ in everything but the order of the fields; what is unambiguous is taken, what is not is
rejected with its line, never guessed. Pure: bytes in, rows out.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from backend.contracts.doors import Rejection
from backend.contracts.kinds.sensors import sensor_kind
from backend.contracts.site import Parameter, Station
from backend.contracts.units import UnitError, canonical, convert
from backend.sources.text import plain, shown

MAX_FILE_BYTES: Final = 2 * 1024 * 1024
MAX_LINES: Final = 20_000
MAX_LINE_CHARS: Final = 500
MAX_SYMBOL_CHARS: Final = 40
MAX_REPORTED: Final = 100
MAX_AHEAD_MS: Final = 15 * 60 * 1000
"""A sample may lie this far ahead of our clock; more is a wrong clock or a wrong zone, and would stay "newest"."""

OLDEST_MS: Final = 946_684_800_000
"""2000-01-01: loggers that lost their clock write 1970 or 1980."""

FORMAT: Final = "symbol<TAB>value<TAB>unit<TAB>yyyyMMddHHmmss<TAB>status"

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,15})?(?:[eE][+-]?[0-9]{1,2})?|[+-]?[.,][0-9]{1,15}")
_TIME: Final = re.compile(r"[0-9]{14}")
_STATUSES: Final[dict[str, Literal[0, 1, 2]]] = {"00": 0, "01": 1, "02": 2}


class StationFileError(ValueError):
    """The body as a whole is no station file; the message says why and what would be right."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One sample. `value` is in the unit the site states for the parameter; `line` counts from 1."""

    line: int
    symbol: str
    at_ms: int
    value: float
    status: Literal[0, 1, 2]


@dataclass(frozen=True, slots=True)
class ParsedStationFile:
    """`repeats` counts lines that say again what an earlier line of the file said."""

    rows: tuple[FileRow, ...]
    rejections: tuple[Rejection, ...]
    warnings: tuple[str, ...]
    repeats: int = 0


class _LineError(ValueError):
    """Why one line was rejected."""


@dataclass(frozen=True, slots=True)
class _Reader:
    station: Station
    utc_offset_min: int
    received_ms: int
    aliases: Mapping[str, str]
    warned: dict[str, None]

    def row(self, number: int, line: str) -> FileRow:
        if len(line) > MAX_LINE_CHARS:
            raise _LineError(f"{len(line)} characters; a line has at most {MAX_LINE_CHARS}")
        # Only now, and line by line: composing megabytes of combining marks takes minutes.
        symbol, value, unit, at, status = _fields(unicodedata.normalize("NFC", line))
        parameter_symbol, parameter = self._symbol(symbol)
        known_status = _STATUSES.get(status)
        if known_status is None:
            raise _LineError(f"status {shown(status)} is none of 00 (measuring), 01 (calibrating), 02 (fault)")
        at_ms = self._time(at)
        amount = self._converted(_number(value), unit, parameter_symbol, parameter)
        return FileRow(number, parameter_symbol, at_ms, amount, known_status)

    def _symbol(self, text: str) -> tuple[str, Parameter | None]:
        """The site's parameter that `text` means; an unknown symbol is kept under its own name, with a warning."""
        symbol = plain(text, MAX_SYMBOL_CHARS + 1)
        if not symbol or len(symbol) > MAX_SYMBOL_CHARS:
            raise _LineError(f"symbol {shown(text)} is not 1 to {MAX_SYMBOL_CHARS} characters long")
        wanted = self.aliases.get(_folded(symbol), symbol)
        kind = sensor_kind(wanted)
        for parameter in self.station.parameters:
            own = sensor_kind(parameter.symbol)
            if _folded(parameter.symbol) == _folded(wanted) or (kind is not None and own is kind):
                return parameter.symbol, parameter
        if kind is not None:
            self.warned[f"{kind.key} is not among the parameters of station {self.station.station_id}; kept"] = None
            return kind.key, None
        self.warned[f"unknown symbol {shown(symbol)}; kept as it is, add it to the site or to the aliases"] = None
        return wanted, None

    def _time(self, text: str) -> int:
        if not _TIME.fullmatch(text):
            raise _LineError(f"time {shown(text)} is not yyyyMMddHHmmss (14 digits)")
        try:
            local = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            at_ms = round((local - timedelta(minutes=self.utc_offset_min)).timestamp() * 1000)
        except (ValueError, OverflowError) as error:
            raise _LineError(f"time {shown(text)} is no date that exists") from error
        if at_ms < OLDEST_MS:
            raise _LineError(f"time {text} is before the year 2000: the logger's clock is wrong")
        if at_ms > self.received_ms + MAX_AHEAD_MS:
            ahead_min = (at_ms - self.received_ms) // 60_000
            raise _LineError(
                f"time {text} lies {ahead_min} min in the future: the logger's clock or zone is wrong "
                f"(local time of UTC{self.utc_offset_min / 60:+g} is expected)"
            )
        return at_ms

    def _converted(self, value: float, unit: str, symbol: str, parameter: Parameter | None) -> float:
        kind = sensor_kind(symbol)
        target = parameter.unit if parameter is not None else kind.unit if kind is not None else None
        try:
            given = canonical(plain(unit, 40))
            if target is None:
                return value
            # pH has no unit of its own: loggers leave it empty, write "-" or "pH".
            if given == "1" and canonical(target) == "pH":
                return value
            converted = convert(value, given, target)
        except UnitError as error:
            right = f"{symbol} is measured in {target}" if target is not None else "write the unit"
            raise _LineError(f"unit {shown(unit)}: {error}; {right}") from error
        if not abs(converted) <= 1e15:
            raise _LineError(f"value {value} {unit} is out of every range")
        return converted


def parse_station_file(
    body: bytes,
    station: Station,
    utc_offset_min: int,
    received_ms: int,
    aliases: Mapping[str, str] | None = None,
) -> ParsedStationFile:
    """Read one file of one station.

    Args:
        utc_offset_min: the files carry local time and no zone; Việt Nam is 420.
        aliases: the producer's own spellings of symbols.

    Raises:
        StationFileError: the body is too large, empty or no text.
    """
    text, encoding_warning = _decoded(body)
    warned: dict[str, None] = {} if encoding_warning is None else {encoding_warning: None}
    folded_aliases = {_folded(name): target for name, target in (aliases or {}).items()}
    reader = _Reader(station, utc_offset_min, received_ms, folded_aliases, warned)
    rows: dict[tuple[str, int], FileRow] = {}
    rejections: list[Rejection] = []
    repeats = 0
    for number, line in enumerate(_lines(text), 1):
        if not line.strip():
            continue
        try:
            row = reader.row(number, line)
            before = rows.get((row.symbol, row.at_ms))
            if before is None:
                rows[row.symbol, row.at_ms] = row
            elif (before.value, before.status) == (row.value, row.status):
                repeats += 1
            else:
                raise _LineError(f"line {before.line} gives {row.symbol} of the same time another value")
        except _LineError as error:
            rejections.append(Rejection(line=number, reason=str(error)))
    if not rows and not rejections:
        raise StationFileError(f"the file holds no line; right would be {FORMAT}")
    return ParsedStationFile(tuple(rows.values()), _bounded(rejections), tuple(warned), repeats)


def _bounded(rejections: list[Rejection]) -> tuple[Rejection, ...]:
    if len(rejections) <= MAX_REPORTED:
        return tuple(rejections)
    rest = Rejection(line=0, reason=f"and {len(rejections) - MAX_REPORTED} more lines were rejected")
    return (*rejections[:MAX_REPORTED], rest)


def _decoded(body: bytes) -> tuple[str, str | None]:
    """The text of `body` and what was odd about its encoding."""
    if len(body) > MAX_FILE_BYTES:
        raise StationFileError(f"{len(body)} bytes; a station file has at most {MAX_FILE_BYTES}")
    text, warning = _decoded_as(body)
    if "\x00" in text:
        raise StationFileError("NUL bytes: this is no text file")
    return text.removeprefix("\ufeff"), warning


def _decoded_as(body: bytes) -> tuple[str, str | None]:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", errors="replace"), None
    head = body[:200]
    if len(head) >= 4 and head[1::2].count(0) > len(head) // 4 and head[0::2].count(0) == 0:
        return body.decode("utf-16-le", errors="replace"), "read as UTF-16 without a byte-order mark"
    if len(head) >= 4 and head[0::2].count(0) > len(head) // 4 and head[1::2].count(0) == 0:
        return body.decode("utf-16-be", errors="replace"), "read as UTF-16 without a byte-order mark"
    try:
        return body.decode("utf-8"), None
    except UnicodeDecodeError:
        return body.decode("cp1258", errors="replace"), "not UTF-8; read as Windows-1258"


def _lines(text: str) -> list[str]:
    # Not splitlines(): it also breaks at form feeds and Unicode separators, and line numbers must be an editor's.
    lines = re.split(r"\r\n|\r|\n", text, maxsplit=MAX_LINES + 1)
    if len(lines) > MAX_LINES + 1:
        raise StationFileError(f"more than {MAX_LINES} lines")
    return lines


def _fields(line: str) -> list[str]:
    if "\t" in line:
        fields = [field.strip() for field in line.rstrip("\t ").split("\t")]
        if len(fields) != 5:
            fields = [field for field in fields if field]
    else:
        fields = line.split()
    if len(fields) != 5:
        raise _LineError(f"{len(fields)} fields instead of 5; right would be {FORMAT}")
    return fields


def _number(text: str) -> float:
    if _NUMBER.fullmatch(text):
        return float(text.replace(",", "."))
    if text.strip("+-").casefold() in ("nan", "inf", "infinity"):
        raise _LineError(f"value {shown(text)} is no number; a fault is told by status 02 with the last value or 0")
    if re.fullmatch(r"[0-9.,+-]+", text):
        raise _LineError(f"value {shown(text)} has more than one separator; write 1250,5 or 1250.5")
    raise _LineError(f"value {shown(text)} is no number; write 12,5 or 12.5")


def _folded(symbol: str) -> str:
    return symbol.replace(" ", "").replace(".", ",").casefold()
