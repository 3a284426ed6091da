"""Boards of indicators in words: figures from the room's state, how they stand from the server's report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts.indicators import (
    PROVINCE,
    Evaluation,
    Indicator,
    IndicatorPoint,
    IndicatorRow,
    Standing,
    series_key,
)
from backend.contracts.state import RoomState
from console.models.alert_words import agency_name
from console.models.event_words import who_words
from console.models.numbers import NO_VALUE, format_number, format_signed, format_time
from console.models.report_queue import commune_name
from console.models.word_rows import Row
from console.models.word_rows import Standing as Colour

translate = QCoreApplication.translate

GLYPHS: Final[dict[Standing, str]] = {"good": "●", "warn": "▲", "bad": "◆", "none": ""}
MEAN_OF: Final = 7
"""Days of a week: a curve by day has a dent at each weekend that its mean has not."""

COLOURS: Final[dict[Standing, Colour]] = {"good": "good", "warn": "over", "bad": "far_over", "none": "none"}


@dataclass(frozen=True, slots=True)
class Tile:
    """`standing`: of the newest figure; `told`: period, target, change; `entered`: by whom, when, in which revision.

    `entered` and `late` are "" when there is nothing to say.
    """

    name: str
    figure: str
    unit: str
    standing: Standing
    told: str
    entered: str
    late: str
    source: str


def points_of(state: RoomState, code: str, area: str = PROVINCE) -> tuple[IndicatorPoint, ...]:
    """Of whole periods."""
    series = state.indicators.get(series_key(code, area))
    return tuple(point for point in series.points if not point.partial) if series is not None else ()


def running_of(state: RoomState, code: str) -> IndicatorPoint | None:
    """What the newest period comes to so far, while it is not whole."""
    series = state.indicators.get(series_key(code, PROVINCE))
    return series.points[-1] if series is not None and series.points and series.points[-1].partial else None


def trailing_mean(values: Sequence[float]) -> tuple[float, ...]:
    """Of each `MEAN_OF` values in a row; it begins with the first that has so many."""
    return tuple(sum(values[end - MEAN_OF : end]) / MEAN_OF for end in range(MEAN_OF, len(values) + 1))


def name_of(one: Indicator, language: str) -> str:
    return one.name_en if language == "en" and one.name_en else one.name_vi


def tile(one: Indicator, row: IndicatorRow | None, state: RoomState, language: str) -> Tile:
    points = points_of(state, one.code)
    running = running_of(state, one.code)
    newest = points[-1] if points else running
    evaluation = row.evaluation if row is not None and newest is not None else None
    if evaluation is not None and newest is not None and evaluation.period != newest.period:
        evaluation = None  # the report is older than the figure: it is asked for again
    told = [] if not points else [points[-1].period, *_against(one, evaluation, language)]
    if running is not None:
        told.insert(0 if newest is running else 1, _so_far(one, running, newest is running, language))
    entered = ""
    if newest is not None:
        offset_min = state.site.utc_offset_min if state.site is not None else 0
        by = translate("Boards", "entered {time}, revision {revision}, by {who}")
        when = format_time(newest.entered_ms, offset_min, with_date=True)
        who = who_words(newest.entered_by, state, language)
        entered = by.format(who=who, time=when, revision=newest.revision)
    late = ""
    if row is not None and row.late is not None:
        late = translate("Boards", "LATE: {period} is missing").format(period=row.late.period)
    return Tile(
        name=name_of(one, language),
        figure=NO_VALUE if newest is None else format_number(newest.value, one.decimals, language),
        unit=one.unit,
        standing=evaluation.standing if evaluation is not None else "none",
        told=" · ".join(told) if told else translate("Boards", "no figure yet"),
        entered=entered,
        late=late,
        source=one.source,
    )


def _so_far(one: Indicator, running: IndicatorPoint, alone: bool, language: str) -> str:
    if alone:
        return translate("Boards", "{period} so far").format(period=running.period)
    figure = format_number(running.value, one.decimals, language)
    return translate("Boards", "{period} so far {figure}").format(period=running.period, figure=figure)


def _against(one: Indicator, evaluation: Evaluation | None, language: str) -> list[str]:
    if evaluation is None:
        return []
    words = []
    if evaluation.goal is not None:
        goal = format_number(evaluation.goal, one.decimals, language)
        words.append(translate("Boards", "target {goal}").format(goal=goal))
    for comparison, name in (
        (evaluation.previous, translate("Boards", "{change} than {period}")),
        (evaluation.last_year, translate("Boards", "{change} than {period}")),
    ):
        if comparison is not None:
            change = format_signed(comparison.change, one.decimals, language)
            words.append(name.format(change=change, period=comparison.period))
    trend = {
        "rising": translate("Boards", "rising"),
        "falling": translate("Boards", "falling"),
        "steady": translate("Boards", "steady"),
        "unknown": "",
    }[evaluation.trend.kind]
    return [*words, trend] if trend else words


def table_rows(
    indicators: Sequence[Indicator], rows: Mapping[str, IndicatorRow], state: RoomState, language: str
) -> list[Row]:
    """Indicators by row: how it stands, name, figure, what is told of it."""
    found = []
    for one in indicators:
        shown = tile(one, rows.get(one.code), state, language)
        figure = f"{shown.figure} {shown.unit}".strip()
        cells = (
            GLYPHS[shown.standing],
            shown.name,
            figure,
            shown.late or " · ".join(filter(None, (shown.told, shown.entered))),
        )
        found.append(Row(cells, COLOURS[shown.standing], 0, one.code))
    return found


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """One indicator's areas in one period. `now`, `before`: figures by area, of it and of the one that came before."""

    period: str
    partial: bool
    now: Mapping[str, float]
    before: Mapping[str, float]


def area_figures(state: RoomState, one: Indicator) -> AreaFigures | None:
    """The newest whole period that any area has; what a period comes to so far, only until there is a whole one."""
    known = [each for each in state.indicators.values() if each.code == one.code and each.area != PROVINCE]
    whole = {each.area: points for each in known if (points := tuple(p for p in each.points if not p.partial))}
    points_by_area = whole or {each.area: each.points for each in known if each.points}
    if not points_by_area:
        return None
    newest = max(points[-1].period for points in points_by_area.values())
    here = {area: points for area, points in points_by_area.items() if points[-1].period == newest}
    return AreaFigures(
        newest,
        not whole,
        {area: points[-1].value for area, points in here.items()},
        {area: points[-2].value for area, points in here.items() if len(points) > 1},
    )


def area_name(state: RoomState, one: Indicator, area: str, language: str) -> str:
    return agency_name(state, area, language) if one.areas == "agency" else commune_name(state, area) or area


def figure_words(one: Indicator, value: float, language: str) -> str:
    """With its unit."""
    return f"{format_number(value, one.decimals, language)} {one.unit}".strip()


def league_rows(one: Indicator, state: RoomState, language: str) -> list[Row]:
    """Areas by rank of their figure; equals share a rank; the change of rank since the period before."""
    found = area_figures(state, one)
    if found is None:
        return []
    ranks, earlier = area_ranks(found.now, one.of(found.period)), area_ranks(found.before, one.of(found.period))
    rows = []
    for area in sorted(found.now, key=lambda key: (ranks[key], key)):
        moved = earlier[area] - ranks[area] if area in earlier else 0
        arrow = f"▲{moved}" if moved > 0 else f"▼{-moved}" if moved < 0 else ""
        name = area_name(state, one, area, language)
        rows.append(Row((str(ranks[area]), name, figure_words(one, found.now[area], language), arrow), key=area))
    return rows


def area_ranks(values: Mapping[str, float], one: Indicator) -> dict[str, int]:
    """1 = the best; equals share one."""
    better = {area: _distance(value, one) for area, value in values.items()}
    return {area: 1 + sum(other < mine for other in better.values()) for area, mine in better.items()}


def _distance(value: float, one: Indicator) -> float:
    """The smaller the better."""
    if one.direction == "up":
        return -value
    if one.direction == "down":
        return value
    low, high = one.low if one.low is not None else value, one.high if one.high is not None else value
    return max(low - value, value - high, 0.0)
