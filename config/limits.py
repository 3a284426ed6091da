"""Limits of a station for one day: standard, column, coefficients and dates resolved; the plant's permit wins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta

from backend.contracts.kinds.sensors import sensor_kind
from backend.contracts.site import Grade, Limit
from backend.contracts.units import UnitError, canonical, convert
from config.problems import Problems, TomlFile, one_of
from config.site_files import GradeRow, LimitReference, LimitRow, PermitRow, StationEntry
from config.toml_lines import Path

UNVERIFIED = "(chưa xác minh)"


class LimitTable:
    """Every [[limit]] and [[grade]] of limits.toml."""

    def __init__(self, rows: Sequence[LimitRow], grades: Sequence[GradeRow] = ()) -> None:
        self.rows = tuple(rows)
        self.grades = tuple(grades)
        self.columns = {(row.standard, row.column) for row in rows}

    def of(self, reference: LimitReference, today: date) -> list[LimitRow]:
        """The rows of the reference's standard and column that hold on `today`."""
        return [
            row
            for row in self.rows
            if (row.standard, row.column) == (reference.standard, reference.column) and _holds(row, today)
        ]

    def change_days(self, entries: Sequence[StationEntry], after: date) -> list[date]:
        """The days after `after` on which a limit or a permit begins, or has ended."""
        rows: list[LimitRow | PermitRow] = [*self.rows, *(row for entry in entries for row in entry.permit)]
        begins = {row.valid_from for row in rows}
        ends = {
            row.valid_to + timedelta(days=1) for row in rows if row.valid_to is not None and row.valid_to < date.max
        }
        return sorted(day for day in begins | ends if day > after)


def _holds(row: LimitRow | PermitRow, today: date) -> bool:
    return row.valid_from <= today and (row.valid_to is None or today <= row.valid_to)


def read_limits(file: TomlFile, problems: Problems) -> LimitTable:
    """Reads limits.toml: units known, periods of the same row not overlapping."""
    file.only(("limit", "grade"))
    rows: list[tuple[Path, LimitRow]] = []
    for path, table in file.tables("limit"):
        row = file.parse(path, table, LimitRow)
        if row is None:
            continue
        _check_unit(file, (*path, "unit"), row.unit)
        if not math.isfinite(row.value):
            file.wrong((*path, "value"), "value must be a finite number")
        if row.valid_to is not None and row.valid_to < row.valid_from:
            file.wrong((*path, "valid_to"), f"valid_to {row.valid_to} is before valid_from {row.valid_from}")
        for earlier_path, earlier in rows:
            if _same(row, earlier) and _overlap(row, earlier):
                file.wrong(
                    path,
                    f"{row.standard} {row.column} {row.symbol} is already set for these dates in line "
                    f"{file.line(earlier_path)}; give one of them a valid_to",
                )
        rows.append((path, row))
    return LimitTable([row for _, row in rows], _read_grades(file))


def _read_grades(file: TomlFile) -> list[GradeRow]:
    grades: list[GradeRow] = []
    for path, table in file.tables("grade"):
        grade = file.parse(path, table, GradeRow)
        if grade is None:
            continue
        if any((one.standard, one.column) == (grade.standard, grade.column) for one in grades):
            file.wrong(path, f"level {grade.column!r} of {grade.standard} is there already")
        grades.append(grade)
    return grades


def grades_of(
    entry: StationEntry, symbol: str, unit: str, table: LimitTable, today: date, file: TomlFile, path: Path
) -> tuple[Grade, ...]:
    """Levels of one parameter of a station on `today`, in the parameter's `unit`; empty where nothing grades it."""
    if not entry.grades:
        return ()
    levels = [grade for grade in table.grades if grade.standard == entry.grades]
    if not levels:
        file.wrong((*path, "grades"), f"no standard {entry.grades!r} grades{one_of(entry.grades, _graded(table))}")
        return ()
    found: list[Grade] = []
    for level in levels:
        reference = LimitReference(standard=level.standard, column=level.column)
        rows = [row for row in table.of(reference, today) if row.symbol == symbol]
        bounds: dict[str, float] = {}
        for row in rows:
            value = _converted(row.value, row.unit, unit, symbol, file, (*path, "grades"))
            if value is not None:
                bounds["low" if row.direction == "below" else "high"] = value
        sources = dict.fromkeys(f"{row.source}" + ("" if row.verified else f" {UNVERIFIED}") for row in rows)
        found.append(
            Grade(
                letter=level.column,
                name_vi=level.name_vi,
                name_en=level.name_en,
                low=bounds.get("low"),
                high=bounds.get("high"),
                window_min=rows[0].window_min if rows else 60,
                source="; ".join((level.standard, *sources)),
            )
        )
    # What the best level says nothing of is no matter of the grading, even where a lower one has a limit for it.
    best = found[0]
    return tuple(found) if best.low is not None or best.high is not None else ()


def _graded(table: LimitTable) -> set[str]:
    return {grade.standard for grade in table.grades}


def _same(row: LimitRow, other: LimitRow) -> bool:
    def key(item: LimitRow) -> tuple[str, str, str, str, str, int]:
        return (item.standard, item.column, item.symbol, item.direction, item.name_vi, item.window_min)

    return key(row) == key(other)


def _overlap(row: LimitRow, other: LimitRow) -> bool:
    last = date.max
    return row.valid_from <= (other.valid_to or last) and other.valid_from <= (row.valid_to or last)


def _check_unit(file: TomlFile, path: Path, unit: str) -> None:
    try:
        canonical(unit)
    except UnitError:
        known = ("mg/Nm3", "µg/Nm3", "µg/m3", "mg/m3", "mg/L", "m", "mm", "cm", "m3/h", "°C", "pH", "%", "Pt-Co", "hPa")
        file.wrong(path, f"unknown unit {unit!r}{one_of(unit, known)}")


def limits_of(
    entry: StationEntry, symbol: str, unit: str, table: LimitTable, today: date, file: TomlFile, path: Path
) -> tuple[Limit, ...]:
    """The limits of one parameter of a station on `today`, in the parameter's `unit`; mistakes are told."""
    found: list[Limit] = []
    permits = [row for row in entry.permit if row.symbol == symbol and _holds(row, today)]
    for row in permits:
        value = _converted(row.value, row.unit, unit, symbol, file, (*path, "permit", entry.permit.index(row)))
        if value is not None:
            found.append(_permit_limit(row, value))
    for index, reference in enumerate(entry.limits):
        place = (*path, "limits", index)
        for rule in table.of(reference, today):
            if rule.symbol != symbol or any(rule.direction == permit.direction for permit in permits):
                continue
            factor = _factor(rule, reference, symbol, file, place)
            value = _converted(rule.value, rule.unit, unit, symbol, file, place)
            if factor is not None and value is not None:
                found.append(_standard_limit(rule, reference, value * factor))
    _check_oxygen(found, entry, symbol, file, path)
    return tuple(found)


def _factor(row: LimitRow, reference: LimitReference, symbol: str, file: TomlFile, path: Path) -> float | None:
    factor = 1.0
    for name in row.coefficients:
        given = getattr(reference, name)
        if given is None:
            file.wrong(path, f"{reference.standard} {reference.column} needs {name} for {symbol}; add {name} = 1.0")
            return None
        factor *= given
    return factor


def _converted(value: float, from_unit: str, unit: str, symbol: str, file: TomlFile, path: Path) -> float | None:
    try:
        return convert(value, from_unit, unit)
    except UnitError as error:
        # An unknown unit is told where it stands, not at each station that refers to it.
        if not str(error).startswith("unknown unit"):
            file.wrong(path, f"the limit of {symbol}: {error}; give the station's units a unit of the same family")
        return None


def _oxygen(row: LimitRow | PermitRow) -> str:
    return "" if row.o2_ref_percent is None else f", quy về O2 {_decimal(row.o2_ref_percent)} %"


def _check_oxygen(limits: Sequence[Limit], entry: StationEntry, symbol: str, file: TomlFile, path: Path) -> None:
    wanted = {limit.o2_ref_percent for limit in limits}
    if len(wanted) > 1:
        file.wrong(path, f"the limits of {symbol} are referred to different oxygen; give all the same o2_ref_percent")
    if wanted - {None} and not any(
        (kind := sensor_kind(each)) is not None and kind.key == "O2" for each in entry.parameters
    ):
        file.wrong(path, f"the limit of {symbol} is referred to oxygen, which the station does not measure; add O2")


def _decimal(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def _standard_limit(row: LimitRow, reference: LimitReference, value: float) -> Limit:
    factors = " ".join(f"{name}={_decimal(getattr(reference, name))}" for name in row.coefficients)
    column_vi = f" cột {row.column}" if len(row.column) <= 3 else f" {row.column}"
    column_en = f" column {row.column}" if len(row.column) <= 3 else f" {row.column}"
    words = [f"{row.standard}{column_vi}" + (f", {factors}" if factors else "") + _oxygen(row), row.source]
    return Limit(
        name_vi=row.name_vi or f"{row.standard}{column_vi}",
        name_en=row.name_en or f"{row.standard}{column_en}",
        value=round(value, 6),
        direction=row.direction,
        window_min=row.window_min,
        source="; ".join(word for word in words if word) + ("" if row.verified else f" {UNVERIFIED}"),
        priority=row.priority,
        mark=row.mark,
        o2_ref_percent=row.o2_ref_percent,
    )


def _permit_limit(row: PermitRow, value: float) -> Limit:
    return Limit(
        name_vi="Giấy phép môi trường",
        name_en="Environmental permit",
        value=round(value, 6),
        direction=row.direction,
        window_min=row.window_min,
        source=f"GPMT {row.number}{_oxygen(row)}" + ("" if row.verified else f" {UNVERIFIED}"),
        priority=row.priority,
        o2_ref_percent=row.o2_ref_percent,
    )
