"""Figures of indicators in a sheet (XLSX, or saved as CSV): the one that an office is given, and what it sends back.

Nothing in it is run: a formula is the text that it is, and so no number; what it comes to elsewhere nobody can know.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Final, cast

import openpyxl
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from pydantic import ValidationError

from backend.contracts.indicators import FIGURES_AT_ONCE, CellProblem, EntryField, FigureEntry, Indicator
from backend.contracts.periods import PeriodKind, last_ended, period_of
from backend.sources.indicator_message import IndicatorMessageError, PlacedEntry
from backend.sources.text import plain, shown

SHEET: Final = "Nhập liệu"
HEADINGS: Final = ("Mã", "Chỉ tiêu", "Đơn vị", "Địa bàn", "Kỳ", "Giá trị", "Ghi chú")
CODE, AREA, PERIOD, VALUE, NOTE = 0, 3, 4, 5, 6
COLUMNS: Final[Mapping[EntryField, int]] = {
    "code": CODE, "area": AREA, "period": PERIOD, "value": VALUE, "note": NOTE,
}  # fmt: skip
LENGTHS: Final[Mapping[EntryField, int]] = {"code": 60, "area": 200, "period": 20, "note": 500}
"""Of `FigureEntry`."""

BROKEN: Final = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, SyntaxError, LookupError, ValueError, TypeError,
    AttributeError, OSError, EOFError, RuntimeError,
)  # fmt: skip
"""What the reader raises on a broken part: of the ZIP, of its XML (whose error is a SyntaxError), of a cell."""

UNPACKED_MOST: Final = 40_000_000
PARTS_MOST: Final = 500
TEXT_MOST: Final = 2_000_000
ROWS_MOST: Final = FIGURES_AT_ONCE + 50


@dataclass(frozen=True, slots=True)
class SheetDay:
    """A cell that a program made a date of."""

    day: date


Cell = SheetDay | str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The cells of a sheet, the row of headings first. `name`: what places begin with."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class SheetRead:
    """The figures that could be read, and the cells that could not."""

    entries: tuple[PlacedEntry, ...]
    problems: tuple[CellProblem, ...]


def template(indicators: Iterable[Indicator], today: date) -> bytes:
    """A workbook with a row for each indicator that somebody enters, of the period that ended last."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    sheet.append(list(HEADINGS))
    for one in indicators:
        if one.is_entered:
            sheet.append([one.code, one.name_vi, one.unit, "", last_ended(today, one.period), None, ""])
    for column, width in enumerate((18, 44, 16, 12, 12, 16, 30), 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.cell(1, column).font = Font(bold=True)
    # As text: a period typed as 2026-10 would else become the first of October.
    for row in sheet.iter_rows(min_row=2, max_row=ROWS_MOST, min_col=PERIOD + 1, max_col=PERIOD + 1):
        row[0].number_format = "@"
    sheet.freeze_panes = "A2"
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def workbook_rows(body: bytes) -> SheetRows:
    """The cells of a workbook as they stand there. Only where a hostile one can do no harm: in the confined child.

    Raises:
        IndicatorMessageError: it is no workbook that can be read.
        MemoryError: it took more than a sheet of figures may.
    """
    _refuse_bomb(body)
    try:
        book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=False, keep_links=False)
    except BROKEN as error:
        raise IndicatorMessageError(f"it is no workbook that can be read: {plain(str(error), 200)}") from None
    try:
        name = SHEET if SHEET in book.sheetnames else book.sheetnames[0] if book.sheetnames else ""
        if not name:
            raise IndicatorMessageError("the workbook has no sheet")
        found = book[name].iter_rows(max_row=ROWS_MOST + 1, max_col=len(HEADINGS), values_only=True)
        return SheetRows(f"sheet {name!r}", _short(tuple(_cell(one) for one in row) for row in found))
    except IndicatorMessageError:
        raise
    except BROKEN as error:
        raise IndicatorMessageError(f"the sheet cannot be read: {plain(str(error), 200)}") from None
    finally:
        book.close()


def text_rows(body: bytes) -> SheetRows:
    """The cells of the sheet saved as CSV; a comma, semicolon or tab between them.

    Raises:
        IndicatorMessageError: it cannot be read.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise IndicatorMessageError(f"byte {error.start + 1} is not UTF-8; save it as CSV UTF-8, or as .xlsx") from None
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = tuple(tuple(cell.strip() for cell in row) for row in islice(reader, ROWS_MOST + 1))
    except csv.Error as error:
        raise IndicatorMessageError(f"line {reader.line_num}: {plain(str(error), 200)}") from None
    return SheetRows("CSV", rows)


def sheet_entries(sheet: SheetRows, kinds: Mapping[str, PeriodKind]) -> SheetRead:
    """The figures of a sheet, each with its cells as its places; rows without a value are passed over.

    Args:
        kinds: code -> kind of period, for a period that a program made a date of.

    Raises:
        IndicatorMessageError: it is not the sheet of the template, or no figure stands in it.
    """
    name = sheet.name
    told = tuple(str(cell or "").strip() for cell in sheet.rows[0]) if sheet.rows else ()
    if told[: len(HEADINGS)] != HEADINGS:
        right = ", ".join(HEADINGS)
        raise IndicatorMessageError(f"{name}, row 1: the headings have to be {right}; take the template")
    if len(sheet.rows) > ROWS_MOST:
        raise IndicatorMessageError(f"{name}: more than {ROWS_MOST} rows; send them in parts")
    entries: list[PlacedEntry] = []
    problems: list[CellProblem] = []
    for number, cells in enumerate(sheet.rows[1:], 2):
        row = [*cells, *([None] * (len(HEADINGS) - len(cells)))]
        if row[VALUE] not in (None, ""):
            placed, wrong = _placed(name, number, row, kinds)
            entries += placed
            problems += wrong
    if not entries and not problems:
        raise IndicatorMessageError(f"{name}: no row has a value in column {get_column_letter(VALUE + 1)}")
    return SheetRead(tuple(entries), tuple(problems))


def _placed(
    name: str, number: int, row: Sequence[Cell], kinds: Mapping[str, PeriodKind]
) -> tuple[list[PlacedEntry], list[CellProblem]]:
    """The figure of a row, or what is wrong with its cells."""
    code = str(row[CODE] or "").strip()
    cells = {field: f"{name}, {get_column_letter(column + 1)}{number}" for field, column in COLUMNS.items()}
    value = row[VALUE]
    given = {
        "code": code,
        "area": _area(row[AREA]),
        "period": _period(row[PERIOD], kinds.get(code)),
        "value": float(value) if isinstance(value, int | float) and not isinstance(value, bool) else _text(value),
        "note": _text(row[NOTE]),
    }
    try:
        return [PlacedEntry(FigureEntry.model_validate(given), cells["value"], number, cells)], []
    except ValidationError as error:
        found: dict[EntryField, CellProblem] = {}
        for each in error.errors():
            field = cast("EntryField", each["loc"][0])
            vi, en = _unreadable(field, shown(str(given[field])))
            found.setdefault(field, CellProblem(place=cells[field], entry_field=field, words_vi=vi, words_en=en))
        return [], list(found.values())


def _unreadable(field: EntryField, given: str) -> tuple[str, str]:
    """A value that is none, or words that are longer than the field holds."""
    if field == "value":
        return f"{given} không phải là số; viết 12,5 hoặc 12.5", f"{given} is no number; write 12,5 or 12.5"
    most = LENGTHS[field]
    return f"{given} quá dài; nhiều nhất {most} ký tự", f"{given} is too long; at most {most} characters"


def _short(rows: Iterable[tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    """Raises: IndicatorMessageError: so much text is no sheet of figures."""
    found, size = [], 0
    for row in rows:
        size += sum(len(cell) for cell in row if isinstance(cell, str))
        if size > TEXT_MOST:
            raise IndicatorMessageError(f"the sheet has more than {TEXT_MOST} characters; send it in parts")
        found.append(row)
    return tuple(found)


def _cell(value: object) -> Cell:
    if isinstance(value, datetime | date):
        return SheetDay(value.date() if isinstance(value, datetime) else value)
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _text(cell: Cell) -> str:
    return "" if cell is None else cell.day.isoformat() if isinstance(cell, SheetDay) else str(cell)


def _area(cell: Cell) -> str:
    """A code that a program took for a number gets its leading zeros back: GSO codes of communes have five digits."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and float(cell).is_integer():
        return f"{int(cell):05d}"
    return _text(cell).strip()


def _period(cell: Cell, kind: PeriodKind | None) -> str:
    if isinstance(cell, SheetDay):
        return period_of(cell.day, kind or "day")
    if isinstance(cell, int | float) and not isinstance(cell, bool) and float(cell).is_integer():
        return str(int(cell))
    return _text(cell).strip()


def _refuse_bomb(body: bytes) -> None:
    """Raises: IndicatorMessageError: no ZIP, or one that would unpack to far more than a sheet of figures."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise IndicatorMessageError("it is no XLSX workbook; save it as .xlsx without a password") from None
    if len(parts) > PARTS_MOST:
        raise IndicatorMessageError(f"the workbook has {len(parts)} parts; at most {PARTS_MOST} are read")
    size = sum(part.file_size for part in parts)
    if size > UNPACKED_MOST:
        raise IndicatorMessageError(f"the workbook unpacks to {size} bytes; at most {UNPACKED_MOST} are read")
