"""The environment's rows in words and figures, in the language of the seat."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from backend.contracts.readings import MEASURING
from backend.contracts.site import Grade, Limit
from console.models.environment_rows import Cell, StationRow, Sum
from console.models.numbers import format_age, format_number, format_signed, format_value, pretty_unit
from console.models.standing import Standing
from console.models.station_strips import limit_name, short_name, standing_words, status_word
from widgets.chart_rows import CellLook, RowLook


def state_words(row: StationRow, language: str) -> str:
    """The station's state in one or two words, with its age when it is silent."""
    if row.state == "silent" and row.age_s is not None:
        silent = QCoreApplication.translate("EnvironmentModel", "SILENT {age}")
        return silent.format(age=format_age(row.age_s, language))
    return {
        "measuring": QCoreApplication.translate("EnvironmentModel", "measuring"),
        "calibrating": QCoreApplication.translate("EnvironmentModel", "calibrating"),
        "fault": QCoreApplication.translate("EnvironmentModel", "device fault"),
    }.get(row.state, QCoreApplication.translate("EnvironmentModel", "no data yet"))


def completeness_words(share: float, language: str) -> str:
    """Rounded down: 99,6 is not yet all of it."""
    number = format_number(int(100 * share + 1e-9), 0, language)
    return QCoreApplication.translate("EnvironmentModel", "{share}% of 24 h").format(share=number)


def hours_words(hours: int) -> str:
    return QCoreApplication.translate("EnvironmentModel", "{hours} h").format(hours=hours)


def share_words(share: float, language: str) -> str:
    """Rounded down, and never 100% of what is not whole."""
    return f"{format_number(min(99, int(100 * share + 1e-9)), 0, language)}%"


def sum_words(part: Sum, cell: Cell, language: str) -> str:
    """The sum, and for one that is not whole how much of its span was measured."""
    number = _number(part.value, cell, language)
    if part.whole or part.value is None:
        return number
    words = QCoreApplication.translate("EnvironmentModel", "at least {sum} (only {share} of the time was measured)")
    return words.format(sum=number, share=share_words(part.share, language))


def heading_words(rows: Sequence[StationRow]) -> str:
    """ "4 trạm · 1 im lặng": what is not as it should be, counted."""
    over = sum(row.priority is not None for row in rows)
    near = sum(row.near and row.priority is None for row in rows)
    silent = sum(row.state == "silent" for row in rows)
    parts = [QCoreApplication.translate("EnvironmentModel", "{count} stations").format(count=len(rows))]
    if over:
        parts.append(QCoreApplication.translate("EnvironmentModel", "{count} over the limit").format(count=over))
    if near:
        parts.append(QCoreApplication.translate("EnvironmentModel", "{count} near the limit").format(count=near))
    if silent:
        parts.append(QCoreApplication.translate("EnvironmentModel", "{count} silent").format(count=silent))
    return "  ·  ".join(parts)


def short_station_name(row: StationRow, language: str) -> str:
    station = row.station
    return station.name_en if language == "en" and station.name_en else station.name_vi


def station_name(row: StationRow, language: str) -> str:
    return f"{row.station.station_id}  {short_station_name(row, language)}"


def sentence(row: StationRow, language: str) -> str:
    """The whole row in words, for tool tips and screen readers."""
    parts = [station_name(row, language), state_words(row, language)]
    for cell in row.cells:
        if cell.value is None:
            continue
        parameter = cell.parameter
        value = format_value(cell.value, parameter.unit, parameter.decimals, language)
        text = f"{short_name(parameter, language)} {value}"
        if cell.standing is not None:
            text += f" ({standing_words(cell.standing, parameter, language)}; {cell.standing.limit.source})"
        if cell.grade is not None:
            text += f" · {grade_words(cell.grade, language)}; {cell.grade.source}"
        for part in cell.sums:
            if part.value is not None:
                text += f" · {hours_words(part.hours)} {sum_words(part, cell, language)}"
        measured = _detail(cell.hour_share, cell.day_share, language)
        parts.append(f"{text} · {measured}" if measured else text)
    if row.completeness is not None:
        parts.append(completeness_words(row.completeness, language))
    return "\n".join(parts)


def grade_words(grade: Grade, language: str) -> str:
    """ "mức B (trung bình)" """
    name = grade.name_en if language == "en" else grade.name_vi
    return QCoreApplication.translate("EnvironmentModel", "level {letter} ({name})").format(
        letter=grade.letter, name=name
    )


def look_of(row: StationRow, language: str, group: str = "") -> RowLook:
    """The row as it is painted. `group`: rows of one look alike."""
    cells: list[CellLook] = []
    for cell in row.cells:
        cells.append(_cell_look(cell, language))
        if cell.parameter.unit == "m" and cell.value is not None:
            cells += [_mark_look(cell, limit, cell.value, language) for limit in cell.parameter.limits]
        cells += [_sum_look(part, cell, language) for part in cell.sums]
    detail = _detail(row.hour_completeness, row.completeness, language)
    if row.grade is not None:
        detail = f"{grade_words(row.grade, language)}  ·  {detail}" if detail else grade_words(row.grade, language)
    return RowLook(
        name=short_station_name(row, language),
        state=state_words(row, language),
        detail=detail,
        cells=tuple(cells),
        priority=row.priority,
        near=row.near,
        silent=row.state == "silent",
        attention=row.state in ("calibrating", "fault"),
        group=group,
    )


def _detail(hour: float | None, day: float | None, language: str) -> str:
    """ "1 giờ 100% · 24 giờ 98%": how much of what was due was measured, rounded down."""
    shares = [(1, hour), (24, day)]
    parts = [
        f"{hours_words(hours)} {format_number(int(100 * share + 1e-9), 0, language)}%"
        for hours, share in shares
        if share is not None
    ]
    return " · ".join(parts)


def _cell_look(cell: Cell, language: str) -> CellLook:
    parameter, standing = cell.parameter, cell.standing
    excluded = cell.status not in (None, MEASURING)
    note, share = "", None
    if excluded and cell.status is not None:
        note = status_word(cell.status)
    elif standing is not None:
        note, share = _short(standing, cell, language), standing.share
    if cell.grade is not None and not excluded:
        note = f"{cell.grade.letter} · {note}" if note else cell.grade.letter
    counts = standing is not None and not excluded
    return CellLook(
        label=short_name(parameter, language),
        number=_number(cell.value, cell, language),
        unit=pretty_unit(parameter.unit),
        note=note,
        share=share,
        priority=standing.limit.priority if standing is not None and counts and cell.passed else None,
        near=counts and cell.near,
        lost=cell.lost,
        excluded=excluded,
        spark=cell.spark,
    )


def _sum_look(part: Sum, cell: Cell, language: str) -> CellLook:
    """A sum of a part of its span is a least value: it says so and is as dim as what does not count."""
    number, unit = _number(part.value, cell, language), pretty_unit(cell.parameter.unit)
    label = hours_words(part.hours)
    if part.whole or part.value is None:
        return CellLook(label, number, unit, lost=cell.lost)
    return CellLook(label, f"≥ {number}", unit, note=share_words(part.share, language), lost=cell.lost, excluded=True)


def _short(standing: Standing, cell: Cell, language: str) -> str:
    if standing.share is not None:
        share = f"{format_number(int(100 * standing.share + 1e-9), 0, language)}%"
        near = QCoreApplication.translate("EnvironmentModel", "near")
        return f"{near} {share}" if standing.near else share
    if cell.parameter.unit == "m" or standing.passed or standing.near:
        return standing_words(standing, cell.parameter, language).split(" · ")[0]
    return ""


def _mark_look(cell: Cell, limit: Limit, level: float, language: str) -> CellLook:
    """A river's alarm mark: how far the water stands above or below it. The level's own cell carries the colour."""
    distance = level - limit.value
    return CellLook(
        label=limit_name(limit, language),
        number=format_signed(distance, cell.parameter.decimals, language),
        unit=pretty_unit(cell.parameter.unit),
        note=format_value(limit.value, cell.parameter.unit, cell.parameter.decimals, language),
        lost=cell.lost,
    )


def _number(value: float | None, cell: Cell, language: str) -> str:
    return "–" if value is None else format_number(value, cell.parameter.decimals, language)
