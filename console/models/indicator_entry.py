"""Figures that a seat answers for, in words: what is late, due or entered, what a typed figure is, its revisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from PySide6.QtCore import QCoreApplication

from backend.contracts.folded import folded
from backend.contracts.indicators import CellProblem, Channel, Indicator, IndicatorPoint, IndicatorRow, IndicatorValue
from backend.contracts.periods import after, last_day, last_ended, period_of
from backend.contracts.state import RoomState
from backend.contracts.written_numbers import NumberError, written_number
from console.models.boards import name_of, points_of
from console.models.event_words import who_words
from console.models.numbers import NO_VALUE, format_date, format_number, format_time, local_datetime
from console.models.session import Session
from console.models.word_rows import Row, Standing

translate = QCoreApplication.translate

State = Literal["late", "due", "entered", "waiting", "made"]
"""Missing past its day; to come until a day; there; not there, and nobody waits for it; made by the room itself."""

ORDER: Final[dict[State, int]] = {"late": 0, "due": 1, "waiting": 2, "entered": 3, "made": 4}
GLYPHS: Final[dict[State, str]] = {"late": "◆", "due": "○", "entered": "●", "waiting": "–", "made": "ƒ"}
_STANDING: Final[dict[State, Standing]] = {
    "late": "far_over", "due": "over", "entered": "good", "waiting": "none", "made": "none",
}  # fmt: skip
FIGURES_KEY: Final = "Ctrl+I"
"""Goes to where figures are entered, while some are late."""

PERIODS_OFFERED: Final = 14
"""The running one, and a year of months and one more."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What is to be entered next of an indicator. `missing`: how many periods are late; `due` the last day in time."""

    indicator: Indicator
    state: State
    period: str
    due: date | None = None
    missing: int = 0


def site_day(state: RoomState, now_ms: int) -> date:
    """Today on the site's calendar."""
    return local_datetime(now_ms, state.site.utc_offset_min if state.site is not None else 0).date()


def duty_of(one: Indicator, row: IndicatorRow | None, points: Sequence[IndicatorPoint], today: date) -> Duty:
    """`row`: of the server's report, None = it has not come yet; `points`: what the room knows, oldest first."""
    period = last_ended(today, one.period)
    known = {point.period for point in points}
    if not one.is_entered:
        return Duty(one, "made", points[-1].period if points else period)
    late = row.late if row is not None else None
    if late is not None and late.period not in known:
        due = last_day(late.period) + timedelta(days=one.due_after_days or 0)
        return Duty(one, "late", late.period, due, late.periods)
    if period in known:
        return Duty(one, "entered", period)
    if one.due_after_days is None:
        return Duty(one, "waiting", period)
    due = last_day(period) + timedelta(days=one.due_after_days)
    return Duty(one, "due" if due >= today else "waiting", period, due)


def duties(
    indicators: Iterable[Indicator], rows: Mapping[str, IndicatorRow], state: RoomState, today: date, language: str
) -> list[Duty]:
    """Late ones first, the longest late before the others; then what is due soonest."""
    found = [duty_of(one, rows.get(one.code), points_of(state, one.code), today) for one in indicators]
    return sorted(found, key=lambda one: (ORDER[one.state], one.due or date.max, name_of(one.indicator, language)))


def my_late_figures(session: Session) -> tuple[str, ...]:
    """Name and period of each figure that the agency which sits here is late with; () for the room's own people."""
    operator, site = session.operator, session.state.site
    if operator is None or site is None or not operator.agency_id or session.clock.replaying:
        return ()
    items = [
        item
        for alert in session.state.alerts.values()
        if alert.kind == "indicator.late" and alert.active and alert.place_id == operator.agency_id and alert.indicator
        for item in alert.indicator.items
    ]
    known = ((site.indicators.indicator(item.code), item) for item in items)
    return tuple(
        f"{name_of(one, session.language) if one is not None else item.code} {item.period}" for one, item in known
    )


def matches(one: Indicator, words: str) -> bool:
    """Whether code, name or owner have every word; nobody has to type the diacritics."""
    text = folded(" ".join((one.code, one.name_vi, one.name_en, one.owner_vi)))
    return all(word in text for word in folded(words).split())


def headings() -> tuple[str, ...]:
    return (
        translate("IndicatorEntry", "State"),
        translate("IndicatorEntry", "Indicator"),
        translate("IndicatorEntry", "Newest"),
        translate("IndicatorEntry", "Figure"),
        translate("IndicatorEntry", "Entered"),
    )


def duty_row(duty: Duty, state: RoomState, language: str) -> Row:
    one = duty.indicator
    points = points_of(state, one.code)
    newest = points[-1] if points else None
    figure = entered = NO_VALUE
    if newest is not None:
        figure = figure_words(one, newest.value, language)
        offset_min = _offset_min(state)
        words = translate("IndicatorEntry", "{who} {time}, revision {revision}")
        entered = words.format(
            who=who_words(newest.entered_by, state, language),
            time=format_time(newest.entered_ms, offset_min, with_date=True),
            revision=newest.revision,
        )
    cells = (
        f"{GLYPHS[duty.state]} {state_words(duty)}",
        name_of(one, language),
        newest.period if newest is not None else NO_VALUE,
        figure,
        entered,
    )
    return Row(cells, _STANDING[duty.state], 0, one.code)


def state_words(duty: Duty) -> str:
    if duty.state == "late":
        words = translate("IndicatorEntry", "LATE {period}")
        more = translate("IndicatorEntry", "LATE {period} and {more} before")
        return (more if duty.missing > 1 else words).format(period=duty.period, more=duty.missing - 1)
    if duty.state == "due":
        assert duty.due is not None
        words = translate("IndicatorEntry", "due {date}: {period}")
        return words.format(date=f"{duty.due:%d/%m}", period=duty.period)
    words = {
        "entered": translate("IndicatorEntry", "entered {period}"),
        "waiting": translate("IndicatorEntry", "not entered {period}"),
        "made": translate("IndicatorEntry", "by the room"),
    }[duty.state]
    return words.format(period=duty.period)


def figure_words(one: Indicator, value: float, language: str) -> str:
    return f"{format_number(value, one.decimals, language)} {one.unit}".strip()


def summary(found: Sequence[Duty]) -> str:
    """How many are late, due and entered, the late ones first."""
    counts = {state: sum(one.state == state for one in found) for state in ORDER}
    parts = []
    if counts["late"]:
        parts.append(translate("IndicatorEntry", "◆ {count} late").format(count=counts["late"]))
    if counts["due"]:
        parts.append(translate("IndicatorEntry", "○ {count} due").format(count=counts["due"]))
    parts.append(translate("IndicatorEntry", "● {count} entered").format(count=counts["entered"]))
    return "  ".join(parts)


# -- the form ------------------------------------------------------------------------------------


def offered_periods(one: Indicator, wanted: str, today: date) -> list[str]:
    """Newest first; `wanted` is among them, however long ago it was."""
    running = period_of(today, one.period)
    found = [after(running, -step) for step in range(PERIODS_OFFERED)]
    return found if wanted in found else [*found, wanted]


def bounds_words(one: Indicator, language: str) -> str:
    """What can be true of it; "" = the site says nothing."""
    low, high = (None if bound is None else figure_words(one, bound, language) for bound in (one.minimum, one.maximum))
    if low is not None and high is not None:
        return translate("IndicatorEntry", "from {low} to {high}").format(low=low, high=high)
    if low is not None:
        return translate("IndicatorEntry", "{low} at least").format(low=low)
    return "" if high is None else translate("IndicatorEntry", "{high} at most").format(high=high)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed as a figure: `wrong` says why it is none, `told` how it was read where that may surprise."""

    value: float | None = None
    wrong: str = ""
    told: str = ""


def typed_figure(text: str, one: Indicator, language: str) -> Typed:
    """The server reads it by the same rule."""
    if not text.strip():
        return Typed()
    try:
        value, unsure = written_number(text, one.decimals)
    except NumberError:
        return Typed(wrong=translate("IndicatorEntry", "This is no number; write 12,5 or 1.234,5"))
    outside = (one.minimum is not None and value < one.minimum) or (one.maximum is not None and value > one.maximum)
    if outside:
        words = translate("IndicatorEntry", "This cannot be: {bounds} is right")
        return Typed(wrong=words.format(bounds=bounds_words(one, language)))
    told = ""
    if unsure:
        decimals = one.decimals if one.decimals >= 3 else 0
        words = translate("IndicatorEntry", "It is read as {value}")
        told = words.format(value=format_number(value, decimals, language))
    return Typed(value, told=told)


def made_words(one: Indicator) -> str:
    """Why nobody can enter it."""
    if one.formula:
        return translate("IndicatorEntry", "Made by its formula, not entered: {formula}").format(formula=one.formula)
    return translate("IndicatorEntry", "Counted by the room from its own log, not entered")


# -- revisions -----------------------------------------------------------------------------------


def revision_headings() -> tuple[str, ...]:
    return (
        translate("IndicatorEntry", "Period"),
        translate("IndicatorEntry", "Rev."),
        translate("IndicatorEntry", "Figure"),
        translate("IndicatorEntry", "Who, when"),
        translate("IndicatorEntry", "How, why"),
    )


def revision_rows(one: Indicator, values: Iterable[IndicatorValue], state: RoomState, language: str) -> list[Row]:
    """The newest period first, in it the newest revision."""
    rows = []
    for each in sorted(values, key=lambda value: (value.period, value.revision), reverse=True):
        withdrawn = translate("IndicatorEntry", "withdrawn")
        when = format_time(each.entered_ms, _offset_min(state), with_date=True)
        how = " · ".join(filter(None, (_channel(each.channel), each.file_name, each.note)))
        cells = (
            each.period,
            str(each.revision),
            withdrawn if each.value is None else figure_words(one, each.value, language),
            f"{who_words(each.entered_by, state, language)} {when}",
            how,
        )
        rows.append(Row(cells, key=f"{each.period}\n{each.revision}"))
    return rows


def newest_revision(values: Iterable[IndicatorValue], period: str) -> IndicatorValue | None:
    """That holds of the period; None = nothing was entered, or it was withdrawn."""
    found = max((one for one in values if one.period == period), key=lambda one: one.revision, default=None)
    return found if found is not None and found.value is not None else None


def _channel(channel: Channel) -> str:
    return {
        "form": translate("IndicatorEntry", "by hand"),
        "sheet": translate("IndicatorEntry", "workbook"),
        "api": translate("IndicatorEntry", "by a program"),
        "computed": translate("IndicatorEntry", "computed"),
    }[channel]


def stands_words(one: Indicator, value: IndicatorValue, state: RoomState, language: str) -> str:
    words = translate("IndicatorEntry", "{figure} stands there: {who} {date}, revision {revision}")
    return words.format(
        figure=figure_words(one, value.value or 0.0, language),
        who=who_words(value.entered_by, state, language),
        date=format_date(value.entered_ms, _offset_min(state)),
        revision=value.revision,
    )


# -- a workbook ----------------------------------------------------------------------------------


def problem_headings(wrong: bool) -> tuple[str, ...]:
    what = translate("IndicatorEntry", "What is wrong, and what would be right")
    read = translate("IndicatorEntry", "How it was read; correct it if it was meant otherwise")
    return (translate("IndicatorEntry", "Where"), what if wrong else read)


def problem_rows(problems: Iterable[CellProblem], wrong: bool, language: str) -> list[Row]:
    """`wrong`: nothing was entered of it; else cells that could have been read in another way."""
    standing: Standing = "far_over" if wrong else "none"
    return [Row((one.place, problem_words(one, language)), standing, 0, one.place) for one in problems]


def problem_words(one: CellProblem, language: str) -> str:
    return one.words_en if language == "en" and one.words_en else one.words_vi


def _offset_min(state: RoomState) -> int:
    return state.site.utc_offset_min if state.site is not None else 0
