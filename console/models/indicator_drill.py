"""What stands behind a figure: its history with every revision, the ranks of areas, and the rows that it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, Signal

from backend.contracts.alerts import Alert
from backend.contracts.indicators import (
    PROVINCE,
    Channel,
    FigureBehind,
    Indicator,
    IndicatorHistory,
    IndicatorValue,
    League,
)
from backend.contracts.measures import MEASURES
from backend.contracts.state import Delta
from console.models.alert_words import agency_name
from console.models.boards import COLOURS, GLYPHS, name_of
from console.models.event_words import who_words
from console.models.numbers import NO_VALUE, format_number, format_time
from console.models.report_queue import commune_name
from console.models.session import SelectedKind, Session
from console.models.word_rows import Row, Rows

translate = QCoreApplication.translate

DOOR: Final = "/api/v1/indicators"
SHOWN_PERIODS: Final = 60
_KINDS: Final[dict[str, SelectedKind]] = {"report": "report", "alert": "alert", "camera": "camera"}
"""What of the counted rows can be gone to; a call is over."""


@dataclass(frozen=True, slots=True)
class Place:
    """`period` "" = the newest one."""

    code: str
    area: str = PROVINCE
    period: str = ""


class IndicatorDrill(QObject):
    """One figure at a time, and the way that led to it. `changed`: other rows or words."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._way: list[Place] = []
        self._asked = 0
        self.failure = ""
        self.values: tuple[IndicatorValue, ...] = ()
        self.league: League | None = None
        self.behind: FigureBehind | None = None
        self.history_rows = Rows(_history_headings, (1,), self)
        self.area_rows = Rows(_area_headings, (0, 2), self)
        self.behind_rows = Rows(_behind_headings, (3,), self)
        session.changed.connect(self._room_changed)

    # -- the way ------------------------------------------------------------------------------------------------------

    @property
    def place(self) -> Place | None:
        return self._way[-1] if self._way else None

    @property
    def indicator(self) -> Indicator | None:
        site, place = self._session.state.site, self.place
        return site.indicators.indicator(place.code) if site is not None and place is not None else None

    def open(self, code: str, area: str = PROVINCE, period: str = "") -> None:
        self._way.append(Place(code, area, period))
        self._begin()

    def back(self) -> None:
        """To where this was opened from; the way may end."""
        if self._way:
            self._way.pop()
        self._begin()

    def leave(self) -> None:
        self._way.clear()
        self._begin()

    def choose_period(self, period: str) -> None:
        place = self.place
        if place is not None and period and period != place.period:
            self._way[-1] = Place(place.code, place.area, period)
            self._ask_period()

    # -- what the server is asked ---------------------------------------------------------------------------------

    def _room_changed(self, delta: Delta) -> None:
        if self.place is not None and (delta.reset or delta.site or self.place.code in delta.indicators):
            self._ask()
        elif self.place is not None and delta.alerts:
            self.changed.emit()

    def _begin(self) -> None:
        self.values, self.league, self.behind = (), None, None
        self._ask()

    def _query(self) -> dict[str, str | int]:
        return {"at": self._session.clock.now_ms()} if self._session.replay is not None else {}

    def _ask(self) -> None:
        place, server = self.place, self._session.server
        self._asked += 1
        self.failure = ""
        if place is not None and self.indicator is not None and server is not None:
            asked = self._asked
            query = {**self._query(), "area": place.area, "revisions": "true"}

            def arrived(found: IndicatorHistory) -> None:
                if asked == self._asked:
                    self._take_values(found.values)

            server.ask(f"{DOOR}/{place.code}/values", query, IndicatorHistory, arrived, self._failed)
        self._tell()

    def _take_values(self, values: Sequence[IndicatorValue]) -> None:
        periods = sorted({one.period for one in values}, reverse=True)[:SHOWN_PERIODS]
        self.values = tuple(one for one in reversed(values) if one.period in periods)
        place = self.place
        if place is not None and not place.period and periods:
            whole = [one.period for one in self.values if one.value is not None and not one.partial]
            self._way[-1] = Place(place.code, place.area, whole[0] if whole else periods[0])
        self._ask_period()

    def _ask_period(self) -> None:
        """The ranks and what is behind the figure, of the period that is looked at."""
        place, one, server = self.place, self.indicator, self._session.server
        self.league, self.behind = None, None
        if place is not None and one is not None and server is not None and place.period:
            asked = place
            query = {**self._query(), "period": place.period}

            def ranked(found: League) -> None:
                if asked == self.place:
                    self.league = found
                    self._tell()

            def opened(found: FigureBehind) -> None:
                if asked == self.place:
                    self.behind = found
                    self._tell()

            if one.areas != "province":
                server.ask(f"{DOOR}/{one.code}/league", query, League, ranked, self._no_league)
            if not one.is_entered:
                there = {**query, "area": place.area}
                server.ask(f"{DOOR}/{one.code}/behind", there, FigureBehind, opened, self._failed)
        self._tell()

    def _no_league(self, why: str) -> None:
        """No figures of areas: the empty table says so."""

    def _failed(self, why: str) -> None:
        self.failure = why
        self._tell()

    # -- in words -----------------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        one = self.indicator
        self.history_rows.show_rows([] if one is None else [self._history_row(one, value) for value in self.values])
        self.area_rows.show_rows([] if one is None or self.league is None else self._area_rows(one, self.league))
        self.behind_rows.show_rows([] if one is None or self.behind is None else self._behind_rows(one, self.behind))
        self.changed.emit()

    @property
    def heading(self) -> str:
        one, place = self.indicator, self.place
        if one is None or place is None:
            return ""
        name = name_of(one, self._session.language)
        return f"{name} · {self.area_name(one, place.area)}" if place.area else name

    @property
    def lines(self) -> tuple[str, ...]:
        """How its figures come about, by what they are judged, who says so."""
        one, place = self.indicator, self.place
        if one is None or place is None:
            return ()
        owner = self._session.local_name(one.owner_vi, one.owner_en) or one.owner
        if one.formula:
            way = translate("IndicatorDrill", "Made by the formula {formula}").format(formula=one.formula)
        elif one.computed:
            measure = MEASURES.get(one.computed)
            name = self._session.local_name(measure.name_vi, measure.name_en) if measure is not None else one.computed
            way = translate("IndicatorDrill", "Counted by the room from its log: {measure}").format(measure=name)
        else:
            way = translate("IndicatorDrill", "Entered by {owner}").format(owner=owner)
        answers = translate("IndicatorDrill", "{owner} answers for it").format(owner=owner)
        return (f"{way} · {answers}", self._levels(one.of(place.period) if place.period else one), one.source)

    def _levels(self, one: Indicator) -> str:
        names = (
            (one.target, translate("IndicatorDrill", "target {value}")),
            (one.warn, translate("IndicatorDrill", "watched from {value}")),
            (one.bad, translate("IndicatorDrill", "bad beyond {value}")),
            (one.low, translate("IndicatorDrill", "at least {value}")),
            (one.high, translate("IndicatorDrill", "at most {value}")),
        )
        told = [words.format(value=self._figure(one, level)) for level, words in names if level is not None]
        return " · ".join(told) if told else translate("IndicatorDrill", "no target")

    @property
    def alert(self) -> Alert | None:
        """The open alert about the indicator; one that is off its target before one that is late."""
        place = self.place
        found = [
            one
            for one in self._session.state.alerts.values()
            if one.indicator is not None and place is not None
            if any(item.code == place.code for item in one.indicator.items)
        ]
        return max(found, key=lambda one: (one.active, one.kind == "indicator.off_target"), default=None)

    @property
    def behind_words(self) -> str:
        """What is counted behind the figure, "" while that is not known."""
        behind = self.behind
        if behind is None:
            return ""
        if behind.parts:
            return translate("IndicatorDrill", "{period}: figures it is made of").format(period=behind.period)
        told = translate("IndicatorDrill", "{period}: {total} counted").format(period=behind.period, total=behind.total)
        one = self.indicator
        measure = MEASURES.get(one.computed) if one is not None else None
        if measure is not None and not measure.counts and behind.hits != behind.total:
            told += translate("IndicatorDrill", ", {hits} of them ●").format(hits=behind.hits)
        if behind.hidden:
            told += translate("IndicatorDrill", ", {hidden} not for this seat").format(hidden=behind.hidden)
        return told

    def area_name(self, one: Indicator, area: str) -> str:
        state, language = self._session.state, self._session.language
        return agency_name(state, area, language) if one.areas == "agency" else commune_name(state, area) or area

    def _figure(self, one: Indicator, value: float | None) -> str:
        if value is None:
            return NO_VALUE
        return f"{format_number(value, one.decimals, self._session.language)} {one.unit}".strip()

    def _time(self, at_ms: int) -> str:
        site = self._session.state.site
        return format_time(at_ms, site.utc_offset_min if site is not None else 0, with_date=True)

    def _history_row(self, one: Indicator, value: IndicatorValue) -> Row:
        period = value.period
        if value.partial:
            period = translate("Boards", "{period} so far").format(period=period)
        figure = translate("IndicatorDrill", "withdrawn") if value.value is None else self._figure(one, value.value)
        log = ""
        if value.to_seq:
            log = translate("IndicatorDrill", "log {first} to {last}").format(first=value.from_seq, last=value.to_seq)
        cells = (
            period,
            figure,
            str(value.revision),
            who_words(value.entered_by, self._session.state, self._session.language),
            self._time(value.entered_ms),
            _way(value.channel),
            " · ".join(part for part in (value.note, value.file_name, log) if part),
        )
        return Row(cells, key=value.period)

    def _area_rows(self, one: Indicator, league: League) -> list[Row]:
        rows = []
        for row in league.rows:
            moved = row.moved or 0
            arrow = f"▲{moved}" if moved > 0 else f"▼{-moved}" if moved < 0 else ""
            figure = f"{GLYPHS[row.standing]} {self._figure(one, row.value)}".strip()
            name = self._session.local_name(row.name_vi, row.name_en)
            rows.append(Row((str(row.rank), name, figure, arrow), COLOURS[row.standing], 2, row.area))
        missing = translate("IndicatorDrill", "no figure")
        return rows + [Row(("", name, missing, "")) for name in league.missing]

    def _behind_rows(self, one: Indicator, behind: FigureBehind) -> list[Row]:
        rows = []
        for part in behind.parts:
            other = self._session.state.site.indicators.indicator(part.code) if self._session.state.site else None
            name = name_of(other, self._session.language) if other is not None else part.code
            if part.area and other is not None:
                name = f"{name} · {self.area_name(other, part.area)}"
            figure = self._figure(other or one, part.value)
            rows.append(Row(("", part.period, name, figure), key=f"part\n{part.code}\n{part.area}\n{part.period}"))
        for row in behind.counted:
            title = self._session.local_name(row.title_vi, row.title_en) or row.key
            rows.append(Row(("●" if row.hit else "○", self._time(row.at_ms), title, ""), key=f"{row.kind}\n{row.key}"))
        return rows

    def open_row(self, key: str) -> None:
        """What a row of `behind_rows` is about: another figure, or a report, alert or camera of the room."""
        kind, _, rest = key.partition("\n")
        if kind == "part":
            code, area, period = rest.split("\n")
            self.open(code, area, period)
        elif kind in _KINDS:
            self._session.selection.bring_room_to(_KINDS[kind], rest)

    def open_alert(self) -> None:
        alert = self.alert
        if alert is not None:
            self._session.selection.bring_room_to("alert", alert.alert_id)


def _way(channel: Channel) -> str:
    return {
        "form": translate("IndicatorDrill", "form"),
        "sheet": translate("IndicatorDrill", "workbook"),
        "api": translate("IndicatorDrill", "program"),
        "computed": translate("IndicatorDrill", "computed"),
    }[channel]


def _history_headings() -> tuple[str, ...]:
    return (
        translate("IndicatorDrill", "Period"),
        translate("IndicatorDrill", "Figure"),
        translate("IndicatorDrill", "Revision"),
        translate("IndicatorDrill", "Who"),
        translate("IndicatorDrill", "When"),
        translate("IndicatorDrill", "How"),
        translate("IndicatorDrill", "Note"),
    )


def _area_headings() -> tuple[str, ...]:
    return (
        translate("IndicatorDrill", "Rank"),
        translate("IndicatorDrill", "Area"),
        translate("IndicatorDrill", "Figure"),
        "",
    )


def _behind_headings() -> tuple[str, ...]:
    return ("", translate("IndicatorDrill", "When"), translate("IndicatorDrill", "What"), "")
