"""Workbooks are opened by a confined child: bombs are refused in words, and the next workbook is read."""

from __future__ import annotations

import io
import os
import signal
import sys
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from backend.services.confined.confine import Allowance
from backend.services.indicators.sheet_messages import ALLOWED
from backend.services.indicators.sheet_reader import SheetReader
from backend.sources.indicator_message import IndicatorMessageError
from backend.sources.indicator_sheet import SheetDay, sheet_entries, template
from tests.unit.test_indicator_rules import indicator

pytestmark = pytest.mark.anyio

SHEET_XML = "xl/worksheets/sheet1.xml"
TYPES_XML = "[Content_Types].xml"
STRINGS_XML = "xl/sharedStrings.xml"
XMLNS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
STRINGS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
ENTITIES = "<!ENTITY a 'ha'>" + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
LAUGHS = (
    f"<!DOCTYPE worksheet [{ENTITIES}]><worksheet {XMLNS}><sheetData><row r='1'>"
    "<c r='A1' t='inlineStr'><is><t>&j;</t></is></c></row></sheetData></worksheet>"
).encode()


@asynccontextmanager
async def reader(allowed: Allowance = ALLOWED) -> AsyncIterator[SheetReader]:
    made = SheetReader(allowed)
    try:
        yield made
    finally:
        await made.workshop.close()


def good() -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(template([indicator(code="BEDS")], date(2026, 11, 22))))
    page = book["Nhập liệu"]
    page["E2"], page["F2"] = date(2026, 8, 1), 12.5
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def with_parts(parts: Mapping[str, bytes]) -> bytes:
    """The good workbook with these parts in the place of its own, or besides them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good())) as whole, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for part in {*whole.namelist(), *parts}:
            out.writestr(part, parts[part] if part in parts else whole.read(part))
    return packed.getvalue()


def many_strings(count: int) -> bytes:
    """Every one of them is read before the first cell."""
    with zipfile.ZipFile(io.BytesIO(good())) as whole:
        types = whole.read(TYPES_XML)
    named = f'<Override PartName="/{STRINGS_XML}" ContentType="{STRINGS_TYPE}"/></Types>'.encode()
    strings = f"<sst {XMLNS}>{'<si><t>a</t></si>' * count}</sst>".encode()
    return with_parts({TYPES_XML: types.replace(b"</Types>", named), STRINGS_XML: strings})


async def test_the_cells_of_a_good_workbook_come_back_as_they_stand() -> None:
    async with reader() as sheets:
        rows = await sheets.read(good())
        assert rows.rows[1][4:6] == (SheetDay(date(2026, 8, 1)), 12.5)
        (placed,) = sheet_entries(rows, {"BEDS": "month"}).entries
        assert (placed.entry.period, placed.entry.value, placed.place) == ("2026-08", 12.5, "sheet 'Nhập liệu', F2")
        (pid,) = sheets.workshop.pids
        assert pid != os.getpid()


@pytest.mark.parametrize(
    ("bomb", "words"),
    [
        (with_parts({SHEET_XML: LAUGHS}), "cannot be read|that can be read"),
        (with_parts({"xl/styles.xml": b" " * 50_000_000}), "unpacks to 5"),
        (with_parts({SHEET_XML: b"<worksheet>" * 200_000}), "cannot be read|that can be read"),
    ],
    ids=["billion laughs", "zip", "depth"],
)
async def test_a_bomb_is_refused_in_words_and_the_next_workbook_is_read(bomb: bytes, words: str) -> None:
    async with reader() as sheets:
        with pytest.raises(IndicatorMessageError, match=words):
            await sheets.read(bomb)
        assert (await sheets.read(good())).rows[1][0] == "BEDS"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("what", ["memory", "time"])
async def test_a_workbook_over_the_childs_memory_or_time_is_refused_and_the_next_one_is_read(what: str) -> None:
    async with reader() as sheets:
        await sheets.read(good())
        (pid,) = sheets.workshop.pids
        (size,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmSize")]
    enough = int(size.split()[1]) * 1024 + 10_000_000
    allowed = replace(ALLOWED, memory_bytes=enough) if what == "memory" else replace(ALLOWED, cpu_s=0)
    async with reader(allowed) as sheets:
        with pytest.raises(IndicatorMessageError, match="needs more memory|took more|that can be read"):
            await sheets.read(many_strings(300_000))
        assert (await sheets.read(good())).rows[1][0] == "BEDS"


@pytest.mark.skipif(sys.platform == "win32", reason="no signals that stop")
async def test_a_child_that_does_not_come_to_an_end_is_ended() -> None:
    async with reader(replace(ALLOWED, wall_s=0.3)) as sheets:
        await sheets.workshop.warm()
        (pid,) = sheets.workshop.pids
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(IndicatorMessageError, match=r"longer than 0\.3 s"):
            await sheets.read(good())
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
