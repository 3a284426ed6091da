"""Figures of indicators as programs and sheets bring them: JSON of ours, SDMX-CSV 2.0, CSV with a header of ours.

SDMX-CSV 2.0 (sdmx-twg/sdmx-csv, data message field guide): STRUCTURE, STRUCTURE_ID and ACTION come first; headers and
codes may carry their names ("REF_AREA: Reference area"). Actions I, A, M and R enter a figure, D withdraws one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError

from backend.contracts.base import Wire
from backend.contracts.indicators import FIGURES_AT_ONCE, EntryField, FigureEntry
from backend.sources.text import plain, shown

CSV_COLUMNS: Final = ("code", "area", "period", "value", "note")
_SDMX: Final = ("STRUCTURE", "STRUCTURE_ID", "ACTION", "INDICATOR", "TIME_PERIOD", "OBS_VALUE")
_ACTIONS: Final = "IAMRD"


class IndicatorMessageError(ValueError):
    """Nothing of the input can be used; the message says why."""


@dataclass(frozen=True, slots=True)
class PlacedEntry:
    """A figure as it was written. `place`: in words of the input; `line` counts from 1.

    `cells`: places of its single fields, where the input has such.
    """

    entry: FigureEntry
    place: str
    line: int
    cells: Mapping[EntryField, str] = field(default_factory=dict)

    def place_of(self, entry_field: EntryField) -> str:
        return self.cells.get(entry_field, self.place)


class _Body(Wire):
    values: tuple[FigureEntry, ...]


def parse_indicators(body: bytes, province_code: str) -> tuple[PlacedEntry, ...]:
    """The figures of a message. `province_code`: what REF_AREA calls the whole province, besides "".

    Raises:
        IndicatorMessageError: it cannot be read, or one of its rows cannot.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise IndicatorMessageError(f"byte {error.start + 1} is not UTF-8") from None
    found = _from_json(text) if text.lstrip().startswith("{") else _from_csv(text, province_code)
    if not found:
        raise IndicatorMessageError("no figure stands in it")
    if len(found) > FIGURES_AT_ONCE:
        raise IndicatorMessageError(f"{len(found)} figures; at most {FIGURES_AT_ONCE} are taken at once")
    return found


def _from_json(text: str) -> tuple[PlacedEntry, ...]:
    try:
        body = _Body.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise IndicatorMessageError(plain(f"{place}: {first['msg']}", 300)) from None
    return tuple(PlacedEntry(one, f"values.{number}", number + 1) for number, one in enumerate(body.values))


def _from_csv(text: str, province_code: str) -> tuple[PlacedEntry, ...]:
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.partition(":")[0].strip() for name in next(reader, [])]
        sdmx = names[:1] == ["STRUCTURE"]
        needed = _SDMX if sdmx else CSV_COLUMNS[2:3] + CSV_COLUMNS[:1] + CSV_COLUMNS[3:4]
        if missing := [name for name in needed if name not in names]:
            raise IndicatorMessageError(
                f"line 1: the columns {', '.join(missing)} are missing; SDMX-CSV 2.0 has {', '.join(_SDMX)}, REF_AREA; "
                f"ours are {', '.join(CSV_COLUMNS)}"
            )
        if len(set(names)) < len(names):
            raise IndicatorMessageError("line 1: a column stands there twice")
        found: list[PlacedEntry] = []
        for cells in reader:
            line = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                raise IndicatorMessageError(f"line {line}: {len(cells)} cells, but the header has {len(names)}")
            if len(found) > FIGURES_AT_ONCE:
                raise IndicatorMessageError(f"more than {FIGURES_AT_ONCE} figures; send them in parts")
            row = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
            found.append(_placed(_sdmx_row(row, line, province_code) if sdmx else row, line))
    except csv.Error as error:
        raise IndicatorMessageError(f"line {reader.line_num}: {plain(str(error), 200)}") from None
    return tuple(found)


def _sdmx_row(row: Mapping[str, str], line: int, province_code: str) -> dict[str, str]:
    action = _code(row["ACTION"])
    if len(action) != 1 or action not in _ACTIONS:
        raise IndicatorMessageError(f"line {line}, ACTION: {shown(action)} is none of I, A, M, R, D")
    area = _code(row.get("REF_AREA", ""))
    return {
        "code": _code(row["INDICATOR"]),
        "area": "" if area in (province_code, f"VN-{province_code}", "_T", "_Z") else area,
        "period": row["TIME_PERIOD"],
        "value": "" if action == "D" else _needed(row["OBS_VALUE"], line),
        "note": row.get("OBS_COMMENT", row.get("COMMENT_OBS", "")),
    }


def _needed(value: str, line: int) -> str:
    if not value:
        raise IndicatorMessageError(f"line {line}, OBS_VALUE: empty; ACTION D withdraws a figure")
    return value


def _code(cell: str) -> str:
    return cell.partition(":")[0].strip()


def _placed(row: Mapping[str, str], line: int) -> PlacedEntry:
    values = {name: row.get(name, "") for name in CSV_COLUMNS}
    try:
        entry = FigureEntry.model_validate(values | {"value": values["value"] or None})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise IndicatorMessageError(plain(f"line {line}, {place}: {first['msg']}", 300)) from None
    return PlacedEntry(entry, f"line {line}", line)
