"""CSV files of a site, as an office program saves them (UTF-8, commas): rows by line, every mistake told."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from pathlib import Path

from config.problems import Problems, one_of, read_text


def read_rows(
    path: Path, columns: Sequence[str], optional: Collection[str], problems: Problems
) -> dict[int, dict[str, str]]:
    """The rows by line number, cells by column without blanks at their ends; empty lines are left out.

    A wrong header means no rows; a row of another length is told and left out. Every cell that is not `optional`
    is filled in, or told.
    """
    text = read_text(path, problems)
    if text is None:
        return {}
    reader = csv.reader(io.StringIO(text), strict=True)
    found: dict[int, dict[str, str]] = {}
    try:
        header = [name.strip() for name in next(reader, [])]
        if not _header_is_right(header, columns, optional, path.name, problems):
            return {}
        start = reader.line_num + 1
        for row in reader:
            line, start = start, reader.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                problems.add(path.name, line, f"{len(row)} columns where the header has {len(header)}")
                continue
            found[line] = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
            for name in columns:
                if not found[line].get(name) and name not in optional:
                    problems.add(path.name, line, f"{name} is empty")
    except csv.Error as error:
        problems.add(path.name, reader.line_num, f"not valid CSV: {error}")
    return found


def _header_is_right(
    header: list[str], columns: Sequence[str], optional: Collection[str], file: str, problems: Problems
) -> bool:
    before = len(problems.found)
    for name in header:
        if name not in columns:
            problems.add(file, 1, f"unknown column {name!r}{one_of(name, columns)}")
        elif header.count(name) > 1:
            problems.add(file, 1, f"column {name!r} is there twice")
    missing = [name for name in columns if name not in header and name not in optional]
    if missing:
        problems.add(file, 1, f"columns missing: {', '.join(missing)}")
    return len(problems.found) == before
