"""A line list of cases (danh sách ca bệnh) as an agency sends it: CSV or JSON, a row a case, without any person in it.

Columns: case_id, reported_on, commune, status, ended_on, disease, by these names or their Vietnamese ones. Any other
column is refused: what could tell who somebody is must not come in (Nghị định 13/2023/NĐ-CP on personal data).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from backend.contracts.doors import Rejection
from backend.contracts.folded import folded
from backend.contracts.outbreak import CaseStatus
from backend.sources.text import plain, shown

ROWS_MOST: Final = 20_000
CELL_MOST: Final = 200
COLUMNS: Final = ("case_id", "reported_on", "commune", "status", "ended_on", "disease")
NEEDED: Final = COLUMNS[:4]
_NAMES: Final[Mapping[str, str]] = {
    "case id": "case_id", "ma ca": "case_id", "ma ca benh": "case_id", "ma so": "case_id",
    "reported on": "reported_on", "ngay bao cao": "reported_on", "ngay khoi bao": "reported_on",
    "commune": "commune", "xa": "commune", "phuong": "commune", "xa phuong": "commune", "ma xa": "commune",
    "status": "status", "tinh trang": "status", "trang thai": "status", "ket qua": "status",
    "ended on": "ended_on", "ngay ket thuc": "ended_on", "ngay khoi": "ended_on", "ngay tu vong": "ended_on",
    "disease": "disease", "benh": "disease", "ma benh": "disease",
}  # fmt: skip
_PERSONAL: Final = re.compile(
    r"\b(name|ho ten|ho va ten|ten|patient|benh nhan|birth|ngay sinh|nam sinh|dob|tuoi|age|sex|gender|gioi tinh|phone|"
    r"tel|dien thoai|sdt|mobile|email|cccd|cmnd|cmt|can cuoc|ho chieu|passport|id card|bhyt|dia chi|address|so nha|"
    r"nghe nghiep|job|noi lam viec|nguoi than|contact)\b"
)
_OF_A_PERSON: Final = re.compile(r"^(\d{9}|\d{12}|(\+?84|0)\d{9}|[A-Z]{2}\d{13})$")
"""Identity card, phone number, health insurance card."""

_ISO: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_WRITTEN: Final = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", re.ASCII)
OLDEST: Final = date(2000, 1, 1)
"""A case that is older is a mistake."""


class CaseListError(ValueError):
    """Nothing of the list can be used; the message says why."""


@dataclass(frozen=True, slots=True)
class CaseRules:
    """What a list is read by.

    Attributes:
        communes: code of a commune by what is written for it; raises ValueError with what would be right.
        words: status by the folded words an agency uses.
        diseases: ids the sender may tell of; where there is one, the column may be missing.
        today: nothing happened later.
    """

    communes: Callable[[str], str]
    words: Mapping[str, CaseStatus]
    diseases: Sequence[str]
    today: date


@dataclass(frozen=True, slots=True)
class CaseRow:
    line: int
    case_id: str
    disease_id: str
    commune: str
    reported_on: date
    status: CaseStatus
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class CaseList:
    """`rejections`: every cell that is wrong; then nothing of the list is taken."""

    rows: tuple[CaseRow, ...] = ()
    rejections: tuple[Rejection, ...] = ()


@dataclass(slots=True)
class _Reading:
    rules: CaseRules
    rows: list[CaseRow] = field(default_factory=list)
    wrong: list[Rejection] = field(default_factory=list)
    lines: dict[tuple[str, str], int] = field(default_factory=dict)


def parse_cases(body: bytes, rules: CaseRules) -> CaseList:
    """The cases of a list, or every cell of it that is wrong.

    Raises:
        CaseListError: it is no list, or it has columns that must not come in.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseListError(f"byte {error.start + 1} is not UTF-8") from None
    read = _json_rows(text) if text.lstrip()[:1] in ("[", "{") else _csv_rows(text)
    reading = _Reading(rules)
    for line, cells in read:
        _read_row(reading, line, cells)
    if not reading.rows and not reading.wrong:
        raise CaseListError("no case stands in it")
    return CaseList(() if reading.wrong else tuple(reading.rows), tuple(reading.wrong))


# -- rows ---------------------------------------------------------------------------------------------------------


def _column(name: str) -> str:
    """The column that a heading means. Raises: CaseListError."""
    words = " ".join(re.findall(r"[a-z0-9]+", folded(name)))
    known = _NAMES.get(words)
    if known is not None:
        return known
    right = ", ".join(COLUMNS)
    if _PERSONAL.search(words):
        raise CaseListError(
            f"the column {shown(name)} tells who somebody is; personal data does not enter this system. "
            f"Right are {right}; nothing of the list was kept"
        )
    raise CaseListError(f"the column {shown(name)} is not known; right are {right}. Nothing of the list was kept")


def _columns(names: Sequence[str]) -> list[str]:
    columns = [_column(name) for name in names]
    twice = next((one for one in columns if columns.count(one) > 1), "")
    if twice:
        raise CaseListError(f"the column {twice} stands there twice")
    missing = [one for one in NEEDED if one not in columns]
    if missing:
        raise CaseListError(f"the columns {', '.join(missing)} are missing; right are {', '.join(COLUMNS)}")
    return columns


def _csv_rows(text: str) -> list[tuple[int, dict[str, str]]]:
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[tuple[int, dict[str, str]]] = []
    try:
        columns = _columns(next(reader, []))
        for cells in reader:
            line = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                raise CaseListError(f"line {line}: {len(cells)} cells, but the header has {len(columns)}")
            _room_for_one_more(len(found))
            found.append((line, dict(zip(columns, cells, strict=True))))
    except csv.Error as error:
        raise CaseListError(f"line {reader.line_num}: {plain(str(error), 200)}") from None
    return found


def _json_rows(text: str) -> list[tuple[int, dict[str, str]]]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CaseListError(plain(f"no JSON: {error}", 200)) from None
    if isinstance(read, dict):
        read = read.get("cases")
    if not isinstance(read, list):
        raise CaseListError('right is a list of cases, or {"cases": [...]}')
    found: list[tuple[int, dict[str, str]]] = []
    for number, one in enumerate(read, 1):
        if not isinstance(one, dict) or not all(isinstance(cell, str | None) for cell in one.values()):
            raise CaseListError(f"case {number}: right is an object of texts: {', '.join(COLUMNS)}")
        columns = _columns(list(one))
        _room_for_one_more(len(found))
        found.append((number, {name: cell or "" for name, cell in zip(columns, one.values(), strict=True)}))
    return found


def _room_for_one_more(count: int) -> None:
    if count >= ROWS_MOST:
        raise CaseListError(f"more than {ROWS_MOST} cases; send them in parts")


# -- cells --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """One row while it is read: `cell` gives a cell's text, `wrong` tells what is wrong with one."""

    line: int
    cells: Mapping[str, str]
    told: list[Rejection]

    def cell(self, column: str) -> str:
        return plain(self.cells.get(column, ""), CELL_MOST)

    def wrong(self, column: str, reason: str) -> None:
        self.told.append(Rejection(line=self.line, reason=f"{column}: {reason}"))


def _read_row(reading: _Reading, line: int, cells: Mapping[str, str]) -> None:
    row, before = _Row(line, cells, reading.wrong), len(reading.wrong)
    rules = reading.rules
    case_id, disease_id = _case_id(row), _disease(row, rules.diseases)
    commune = ""
    try:
        commune = rules.communes(row.cell("commune"))
    except ValueError as error:
        row.wrong("commune", str(error))
    status = rules.words.get(folded(row.cell("status")))
    if status is None:
        row.wrong("status", f"{shown(row.cell('status'))} is none of {', '.join(sorted(rules.words))}")
    reported_on, ended_on = _days(row, status, rules.today)
    key = (disease_id, case_id)
    if key in reading.lines:
        row.wrong("case_id", f"stands in line {reading.lines[key]} already; each case once")
    reading.lines[key] = line
    if len(reading.wrong) == before and status is not None and reported_on is not None:
        reading.rows.append(CaseRow(line, case_id, disease_id, commune, reported_on, status, ended_on))


def _case_id(row: _Row) -> str:
    case_id = row.cell("case_id")
    if not case_id:
        row.wrong("case_id", "empty; each case has the number its agency gave it")
    elif _OF_A_PERSON.match(re.sub(r"[\s.\-]", "", case_id).upper()):
        # Not quoted: the refusal is logged and kept.
        row.wrong("case_id", "this is the number of a person (identity card, phone, insurance); send the case's own")
    return case_id


def _disease(row: _Row, diseases: Sequence[str]) -> str:
    disease_id = row.cell("disease") or (diseases[0] if len(diseases) == 1 else "")
    if disease_id not in diseases:
        row.wrong("disease", f"{shown(disease_id)} is none of {', '.join(diseases)}")
    return disease_id


def _days(row: _Row, status: CaseStatus | None, today: date) -> tuple[date | None, date | None]:
    """When it was reported and when it ended; None = not, or told to be wrong."""
    reported_on = _day(row, "reported_on", today)
    ended_on = _day(row, "ended_on", today) if row.cell("ended_on") else None
    if status in ("recovered", "dead") and not row.cell("ended_on"):
        row.wrong("ended_on", f"empty, but the case is {status}: on which day?")
    if status == "active" and ended_on is not None:
        row.wrong("ended_on", f"{ended_on} is given, but the case is active")
    if reported_on is not None and ended_on is not None and ended_on < reported_on:
        row.wrong("ended_on", f"{ended_on} lies before {reported_on}, when it was reported")
    return reported_on, ended_on


def _day(row: _Row, column: str, today: date) -> date | None:
    text = row.cell(column)
    found = _ISO.fullmatch(text)
    parts = found.groups() if found else reversed(other.groups()) if (other := _WRITTEN.fullmatch(text)) else None
    try:
        day = date(*map(int, parts)) if parts is not None else None
    except ValueError:
        day = None
    if day is None:
        row.wrong(column, f"{shown(text)} is no day; write 2026-11-24 or 24/11/2026")
    elif day > today:
        row.wrong(column, f"{day} lies ahead of today, {today}")
    elif day < OLDEST:
        row.wrong(column, f"{day} lies before {OLDEST}")
    else:
        return day
    return None
