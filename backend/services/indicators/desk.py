"""Where figures are entered: checked all together, entered all or none, and what formulas make of them with them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from backend.contracts.events import Event, IndicatorsEntered
from backend.contracts.indicator_formula import Node, figures_of, parse_formula
from backend.contracts.indicators import (
    FIGURES_AT_ONCE,
    PROVINCE,
    CellProblem,
    Channel,
    EntryField,
    FigureEntry,
    ImportAnswer,
    Indicator,
    IndicatorFigure,
)
from backend.contracts.periods import EXAMPLE, PeriodError, after, first_day, is_inside, kind_of, period_of, periods_in
from backend.contracts.state import RoomState
from backend.contracts.written_numbers import NumberError, written_number
from backend.domain.indicator_formula import formula_value
from backend.domain.wording import number_en, number_vi
from backend.services.indicators.book import IndicatorBook
from backend.services.room import Room
from backend.sources.indicator_message import PlacedEntry
from backend.sources.text import plain, shown
from config.model import SiteConfig

MAX_PROBLEMS: Final = 200
_Key = tuple[str, str, str]
"""code, area, period."""

May = Callable[[Indicator], bool]


@dataclass(slots=True)
class _Checked:
    values: dict[_Key, tuple[float | None, str]] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)
    told: list[CellProblem] = field(default_factory=list)


class IndicatorDesk:
    """Event-loop thread only."""

    def __init__(self, site: SiteConfig, room: Room, book: IndicatorBook) -> None:
        self._site = site
        self._room = room
        self.book = book
        self._turn = asyncio.Lock()
        self._formulas: dict[str, Node] = {
            one.code: parse_formula(one.formula) for one in site.indicators.indicators if one.formula
        }
        self._order = self._sorted()
        self._communes = {one.code for one in site.communes}
        self._agencies = {one.agency_id for one in site.agencies} | {one.unit_id for one in site.units}

    def day(self, at_ms: int) -> date:
        """The site's own at the instant. Raises: OverflowError beyond the calendar."""
        local = datetime.fromtimestamp(at_ms / 1000, UTC) + timedelta(minutes=self._site.utc_offset_min)
        return local.date()

    async def enter(
        self,
        entries: Sequence[PlacedEntry],
        may: May,
        channel: Channel,
        *,
        actor: str,
        origin: str = "",
        file_name: str = "",
        digest: str = "",
        unread: Sequence[CellProblem] = (),
    ) -> ImportAnswer:
        """Enter all of them, or none when anything is wrong with one. `may`: whose figures the caller may enter.

        `file_name`, `digest`: of the sheet they stood in and its SHA-256; `unread`: what is wrong with the rest of it.

        Raises:
            StorageError: nothing was entered.
        """
        async with self._turn:  # revisions are counted on what was entered before
            await self.book.ready.wait()
            checked = self._checked(entries, may)
            if channel == "form":
                self._ask_reasons(entries, checked)
            if problems := (*unread, *checked.problems):
                return ImportAnswer(problems=problems[:MAX_PROBLEMS])
            new = {key: value for key, value in checked.values.items() if self._known(key) != value[0]}
            told = tuple(checked.told)
            if not new:
                return ImportAnswer(unchanged=len(checked.values), told=told)
            figures = tuple(self._figure(key, value, note) for key, (value, note) in new.items())
            derived = self._derived({key: value for key, (value, _) in new.items()})
            event = IndicatorsEntered(
                channel=channel, file_name=file_name, digest=digest, figures=figures, derived=derived
            )
            logged = await self._room.record(lambda state: [event], actor=actor, origin=origin)
            return ImportAnswer(
                entered=len(new),
                unchanged=len(checked.values) - len(new),
                derived=len(derived),
                seq=logged[0].seq,
                told=told,
            )

    async def take_counted(self, counted: Sequence[IndicatorFigure]) -> int:
        """Enter what the room counted itself where it says something else than what is known; how many did.

        Raises:
            StorageError: nothing more was entered.
        """
        entered = 0
        async with self._turn:
            await self.book.ready.wait()
            new = [one for one in counted if self._says_more(one)]
            for start in range(0, len(new), FIGURES_AT_ONCE):
                event = self._counted(new[start : start + FIGURES_AT_ONCE])
                await self._room.record(_only(event))
                entered += len(event.figures)
        return entered

    def _counted(self, counted: Sequence[IndicatorFigure]) -> IndicatorsEntered:
        figures = tuple(
            one.model_copy(update={"revision": self._revision((one.code, one.area, one.period))}) for one in counted
        )
        # Formulas are made of whole periods alone.
        whole = {(one.code, one.area, one.period): one.value for one in figures if not one.partial}
        return IndicatorsEntered(channel="computed", figures=figures, derived=self._derived(whole))

    def _says_more(self, one: IndicatorFigure) -> bool:
        newest = self.book.newest(one.code, one.area, one.period)
        if newest is None:
            return one.value is not None
        return newest.value != one.value or newest.partial != one.partial

    def _known(self, key: _Key) -> float | None:
        newest = self.book.newest(*key)
        return None if newest is None or newest.partial else newest.value

    def _revision(self, key: _Key) -> int:
        """What is told of a running period is none yet."""
        newest = self.book.newest(*key)
        return 1 if newest is None or newest.partial else newest.revision + 1

    def _figure(self, key: _Key, value: float | None, note: str = "") -> IndicatorFigure:
        code, area, period = key
        revision = self._revision(key)
        return IndicatorFigure(code=code, area=area, period=period, value=value, revision=revision, note=note)

    # -- checking -------------------------------------------------------------------------------

    def _checked(self, entries: Sequence[PlacedEntry], may: May) -> _Checked:
        checked, today = _Checked(), self.day(self._room.now_ms())
        places: dict[_Key, str] = {}
        for placed in entries:
            entry = placed.entry
            indicator = self._site.indicators.indicator(entry.code)
            problem = self._misplaced(entry, indicator, may, today)
            if problem is not None:
                checked.problems.append(_problem(placed, *problem))
                continue
            assert indicator is not None, "else it is misplaced"
            key = (entry.code, entry.area, entry.period)
            if key in places:
                there = places[key]
                vi, en = f"đã có ở {there}; mỗi số liệu chỉ một lần", f"it stands in {there} already; each only once"
                checked.problems.append(_problem(placed, "", vi, en))
                continue
            places[key] = placed.place
            self._value(placed, indicator, checked)
        return checked

    def _ask_reasons(self, entries: Sequence[PlacedEntry], checked: _Checked) -> None:
        """By hand a figure that stands is corrected for a reason, which stays with the revision."""
        for placed in entries:
            key = (placed.entry.code, placed.entry.area, placed.entry.period)
            told, stands = checked.values.get(key), self._known(key)
            if told is not None and stands is not None and told[0] != stands and not told[1]:
                vi = f"sửa số liệu đang là {stands:g} thì phải ghi lý do ở ghi chú"
                en = f"{stands:g} stands there: a correction needs its reason in the note"
                checked.problems.append(_problem(placed, "note", vi, en))

    def _misplaced(
        self, entry: FigureEntry, indicator: Indicator | None, may: May, today: date
    ) -> tuple[EntryField, str, str] | None:
        """(field, vi, en) why there can be no such figure of the caller; None when there can."""
        code, area = shown(entry.code), shown(entry.area)
        if indicator is None:
            return "code", f"không có chỉ tiêu {code}", f"there is no indicator {code}"
        if not may(indicator):
            vi = f"{code}: số liệu do {indicator.owner_vi or indicator.owner} nhập"
            return "code", vi, f"{code}: its figures are entered by {indicator.owner_en or indicator.owner}"
        if indicator.formula:
            vi = f"{code} được tính theo công thức {indicator.formula}; không nhập tay"
            return "code", vi, f"{code} is made by the formula {indicator.formula}; it is not entered"
        if indicator.computed:
            vi = f"{code} do hệ thống tự tính từ nhật ký ({indicator.computed}); không nhập tay"
            return "code", vi, f"{code} is counted from the room's own log ({indicator.computed}); it is not entered"
        areas = {"province": set[str](), "commune": self._communes, "agency": self._agencies}[indicator.areas]
        if entry.area != PROVINCE and entry.area not in areas:
            vi = f"{code}: không có địa bàn {area} ({_AREAS_VI[indicator.areas]})"
            return "area", vi, f"{code}: no area {area}; right would be {_AREAS_EN[indicator.areas]}"
        example = EXAMPLE[indicator.period]
        try:
            right = kind_of(entry.period) == indicator.period
        except PeriodError:
            right = False
        if not right:
            period = shown(entry.period)
            vi = f"{code}: {period} không phải kỳ {_PERIOD_VI[indicator.period]}; viết như {example}"
            return "period", vi, f"{code}: {period} is no {indicator.period}; write one as {example}"
        if first_day(entry.period) > today:
            return "period", f"{code}: kỳ {entry.period} chưa bắt đầu", f"{code}: {entry.period} has not begun yet"
        return None

    def _value(self, placed: PlacedEntry, indicator: Indicator, checked: _Checked) -> None:
        entry, value = placed.entry, placed.entry.value
        if isinstance(value, str):
            given = shown(value)
            try:
                value, unsure = written_number(value, indicator.decimals)
            except NumberError:
                vi = f"{given} không phải là số; viết 12,5 hoặc 12.5"
                checked.problems.append(_problem(placed, "value", vi, f"{given} is no number; write 12,5 or 12.5"))
                return
            if unsure:
                decimals = indicator.decimals if indicator.decimals >= 3 else 0
                vi, en = number_vi(value, decimals), number_en(value, decimals)
                checked.told.append(_problem(placed, "value", f"{given} được đọc là {vi}", f"{given} was read as {en}"))
        low, high = indicator.minimum, indicator.maximum
        if value is not None and ((low is not None and value < low) or (high is not None and value > high)):
            bounds = (low, high)
            vi = f"{value:g} nằm ngoài khoảng cho phép {_span(bounds)} {indicator.unit}"
            en = f"{value:g} lies outside of {_span(bounds)} {indicator.unit}"
            checked.problems.append(_problem(placed, "value", vi, en))
            return
        checked.values[(entry.code, entry.area, entry.period)] = (value, plain(entry.note, 500))

    # -- formulas -------------------------------------------------------------------------------

    def _sorted(self) -> tuple[str, ...]:
        """Codes with a formula, each after those it needs; the site file has no circles."""
        order: list[str] = []

        def put(code: str) -> None:
            if code in self._formulas and code not in order:
                for figure in figures_of(self._formulas[code]):
                    put(figure.code)
                order.append(code)

        for code in self._formulas:
            put(code)
        return tuple(order)

    def _derived(self, new: dict[_Key, float | None]) -> tuple[IndicatorFigure, ...]:
        """What the formulas make of the new figures; only what changes by them."""
        now = dict(new)
        found: list[IndicatorFigure] = []

        def look(code: str, area: str, period: str) -> float | None:
            key = (code, area, period)
            return now[key] if key in now else self._known(key)

        def areas(code: str) -> set[str]:
            return {*self.book.areas(code), *(area for one, area, _ in now if one == code)}

        for code in self._order:
            node = self._formulas[code]
            for area, period in sorted(self._touched(code, node, now, areas)):
                value = formula_value(node, area, period, look, self._site.indicators.indicator, areas)
                if value != self._known((code, area, period)):
                    now[(code, area, period)] = value
                    found.append(self._figure((code, area, period), value))
        return tuple(found)

    def _touched(
        self, code: str, node: Node, now: dict[_Key, float | None], areas: Callable[[str], set[str]]
    ) -> set[tuple[str, str]]:
        """(area, period) of the formula that may change."""
        mine = self._site.indicators.indicator(code)
        assert mine is not None, "formulas are made of the site's indicators"
        figures = tuple(figures_of(node))
        touched: set[tuple[str, str]] = set()
        for one, area, period in now:
            for figure in figures:
                if figure.code != one:
                    continue
                there = {PROVINCE} if figure.over == "areas" else {area}
                source = self._site.indicators.indicator(one)
                if source is not None and source.areas == "province" and mine.areas != "province":
                    there = {PROVINCE}.union(*(areas(each.code) for each in figures))
                elif mine.areas == "province" and area != PROVINCE and figure.over != "areas":
                    continue
                touched |= {(each, other) for each in there for other in _periods(mine, period, figure.over == "prev")}
        return touched


def _periods(indicator: Indicator, period: str, later: bool) -> tuple[str, ...]:
    """Periods of the indicator that a figure of `period` is part of, goes into, or comes before."""
    kind = kind_of(period)
    if later:
        return (after(period),)
    if kind == indicator.period:
        return (period,)
    if is_inside(kind, indicator.period):
        return (period_of(first_day(period), indicator.period),)
    return periods_in(period, indicator.period)


def _only(event: IndicatorsEntered) -> Callable[[RoomState], tuple[Event, ...]]:
    return lambda state: (event,)


def _problem(placed: PlacedEntry, which: EntryField, vi: str, en: str) -> CellProblem:
    return CellProblem(place=placed.place_of(which), entry_field=which, words_vi=vi, words_en=en)


def _span(bounds: tuple[float | None, float | None]) -> str:
    low, high = ("…" if bound is None else f"{bound:g}" for bound in bounds)
    return f"{low} – {high}"


_AREAS_VI: Final = {
    "province": "chỉ có số liệu toàn tỉnh", "commune": "mã GSO của xã, phường", "agency": "mã cơ quan",
}  # fmt: skip
_AREAS_EN: Final = {
    "province": "none: it has figures of the province only", "commune": "the GSO code of a commune",
    "agency": "the id of an agency",
}  # fmt: skip
_PERIOD_VI: Final = {"day": "ngày", "week": "tuần", "month": "tháng", "quarter": "quý", "year": "năm"}
