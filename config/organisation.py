"""organisation.csv: the province's agencies and communes, with the days on which they exist. Optional."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final, get_args

from pydantic import ValidationError

from backend.contracts.organisation import Unit, UnitKind
from config.csv_rows import read_rows
from config.problems import Problems, explained, one_of

FILE: Final = "organisation.csv"
COLUMNS: Final = tuple(Unit.model_fields)
_NEEDED: Final = ("unit_id", "name_vi", "kind")
_LISTS: Final = ("replaced_by", "aliases")
"""Columns that hold several names, apart by "; "."""


def read_organisation(folder: Path, communes: set[str], problems: Problems) -> tuple[Unit, ...]:
    """Every unit of the file; a site without the file has none. `communes` are the GSO codes that exist today."""
    path = folder / FILE
    if not path.is_file():
        return ()
    lines: dict[str, int] = {}
    units: dict[str, Unit] = {}
    optional = [name for name in COLUMNS if name not in _NEEDED]
    for line, cells in read_rows(path, COLUMNS, optional, problems).items():
        unit = _unit(cells, path.name, line, problems)
        if unit is None:
            continue
        if unit.unit_id in units:
            problems.add(path.name, line, f"unit {unit.unit_id!r} is already in line {lines[unit.unit_id]}")
            continue
        units[unit.unit_id], lines[unit.unit_id] = unit, line
    for unit in units.values():
        _check(unit, units, communes, path.name, lines[unit.unit_id], problems)
    return tuple(units.values())


def _unit(cells: dict[str, str], file: str, line: int, problems: Problems) -> Unit | None:
    if not all(cells.get(name) for name in _NEEDED):
        return None  # told with the row
    values: dict[str, object] = {name: cells.get(name, "") for name in COLUMNS}
    for name in _LISTS:
        values[name] = tuple(part for part in (one.strip() for one in cells.get(name, "").split(";")) if part)
    if cells["kind"] not in get_args(UnitKind):
        problems.add(file, line, f"kind {cells['kind']!r}{one_of(cells['kind'], get_args(UnitKind))}")
        return None
    for name in ("valid_from", "valid_to"):
        if not _is_day(cells.get(name, "")):
            problems.add(file, line, f"{name} {cells[name]!r} is no day; right would be 2025-07-01")
            return None
    try:
        return Unit.model_validate(values)
    except ValidationError as error:
        for detail in error.errors():
            problems.add(file, line, explained(detail, Unit))
        return None


def _is_day(text: str) -> bool:
    if not text:
        return True
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check(unit: Unit, units: dict[str, Unit], communes: set[str], file: str, line: int, problems: Problems) -> None:
    for name in (*([unit.parent_id] if unit.parent_id else []), *unit.replaced_by):
        if name not in units:
            problems.add(file, line, f"{unit.unit_id}: unknown unit {name!r}{one_of(name, units)}")
    if unit.valid_from and unit.valid_to and unit.valid_to < unit.valid_from:
        problems.add(file, line, f"{unit.unit_id} ends on {unit.valid_to}, before it begins on {unit.valid_from}")
    if unit.kind == "commune" and not unit.valid_to and communes and unit.area_code not in communes:
        problems.add(file, line, f"{unit.unit_id}: no commune has the code {unit.area_code!r}")
    seen = {unit.unit_id}
    parent = units.get(unit.parent_id)
    while parent is not None:
        if parent.unit_id in seen:
            problems.add(file, line, f"{unit.unit_id} stands under itself")
            return
        seen.add(parent.unit_id)
        parent = units.get(parent.parent_id)
