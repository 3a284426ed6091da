"""Readings as a file for a spreadsheet: UTF-8 with a byte order mark, instants in ISO 8601 with the site's offset.

In Vietnamese the columns are parted by ";" and decimals by ",", in English by "," and ".": as spreadsheets of either
country open it with a double click.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from console.models.numbers import iso_time, local_datetime
from console.models.readings_channel import Window

BYTE_ORDER_MARK: Final = "\ufeff"
COLUMNS: Final = (
    "station_id",
    "station",
    "parameter",
    "unit",
    "time",
    "value",
    "status",
    "limit",
    "limit_value",
    "limit_source",
)
EXTREMES: Final = {
    "vi": "chỉ_cực_trị (nhỏ nhất và lớn nhất của từng khoảng, không phải mọi mẫu)",
    "en": "extremes_only (smallest and largest of short spans, not every sample)",
}
"""Name of the last column, which is there when what was saved holds extremes only."""

_FORMULA: Final = re.compile(r"^[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class CsvLimit:
    name: str
    value: float
    source: str


@dataclass(frozen=True, slots=True)
class CsvParameter:
    """One parameter's samples with the limits in force. `value` is in `unit`.

    `thinned`: they are the smallest and largest of short spans, not every sample.
    """

    symbol: str
    unit: str
    decimals: int
    window: Window
    limits: tuple[CsvLimit, ...]
    thinned: bool = False


@dataclass(frozen=True, slots=True)
class CsvStation:
    """What goes into one file; arrays are copies, so that it may be written on another thread."""

    station_id: str
    name: str
    utc_offset_min: int
    language: str
    parameters: tuple[CsvParameter, ...]


def csv_text(station: CsvStation) -> str:
    """The file's text. A station's limits follow each sample, so that a row says by itself what it is judged by."""
    vietnamese = station.language != "en"
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";" if vietnamese else ",", lineterminator="\r\n")
    thinned = any(parameter.thinned for parameter in station.parameters)
    writer.writerow((*COLUMNS, EXTREMES["vi" if vietnamese else "en"]) if thinned else COLUMNS)
    for parameter in station.parameters:
        said = (("x" if parameter.thinned else ""),) if thinned else ()
        writer.writerows((*row, *said) for row in _rows(station, parameter, vietnamese))
    return out.getvalue()


def write_csv(path: Path, station: CsvStation) -> int:
    """Write the file and return its number of samples. For a job, not for the GUI thread.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_text(BYTE_ORDER_MARK + csv_text(station), encoding="utf-8", newline="")
    return sum(len(parameter.window.at_ms) for parameter in station.parameters)


def file_name(station_id: str, start_ms: int, end_ms: int, utc_offset_min: int) -> str:
    """ "TL-KT-07_20261122-1002_20261123-1002.csv", safe on every file system."""
    safe = re.sub(r"[^\w-]+", "_", station_id)
    start, end = (f"{local_datetime(at_ms, utc_offset_min):%Y%m%d-%H%M}" for at_ms in (start_ms, end_ms))
    return f"{safe}_{start}_{end}.csv"


def _rows(station: CsvStation, parameter: CsvParameter, vietnamese: bool) -> Iterator[Sequence[str]]:
    def number(value: float) -> str:
        text = repr(round(value, max(parameter.decimals, 6)))
        return text.replace(".", ",") if vietnamese else text

    limits = (
        " | ".join(_plain(limit.name) for limit in parameter.limits),
        " | ".join(number(limit.value) for limit in parameter.limits),
        " | ".join(_plain(limit.source) for limit in parameter.limits),
    )
    head = (_plain(station.station_id), _plain(station.name), _plain(parameter.symbol), _plain(parameter.unit))
    window = parameter.window
    for at_ms, value, status in zip(window.at_ms.tolist(), window.value.tolist(), window.status.tolist(), strict=True):
        yield (*head, iso_time(at_ms, station.utc_offset_min), number(value), f"{status:02d}", *limits)


def _plain(text: str) -> str:
    """A text that a spreadsheet will not take for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text
