"""indicators.toml: the indicators of every sector, who answers for each, how it is judged, and the boards of them.

A site without the file keeps none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from backend.contracts.indicator_formula import Figure, FormulaError, figures_of, parse_formula
from backend.contracts.indicators import Block, Board, Indicator, IndicatorRules, Levels, Sector
from backend.contracts.measures import MEASURES
from backend.contracts.periods import EXAMPLE, PeriodError, first_day, is_inside, kind_of
from config.model import sourced
from config.problems import Problems, TomlFile, one_of, read_toml
from config.toml_lines import Path as KeyPath

FILE: Final = "indicators.toml"


class IndicatorEntry(Indicator):
    """[[indicator]]: `verified` once definition and levels were compared with the text that `source` names."""

    source: Annotated[str, Field(min_length=1, max_length=300)]
    verified: bool


def read_indicators(
    folder: Path, agencies: Mapping[str, tuple[str, str]], producers: Collection[str], problems: Problems
) -> IndicatorRules:
    """What the file of the site folder says. `agencies`: id -> (vi, en) of all that can answer for a figure."""
    path = folder / FILE
    if not path.is_file():
        return IndicatorRules()
    file = read_toml(path, problems)
    file.only(("sector", "indicator", "board"))
    sectors: dict[str, Sector] = {}
    for at, table in file.tables("sector"):
        sector = file.parse(at, table, Sector)
        if sector is None:
            continue
        if sector.sector_id in sectors:
            file.wrong(at, f"sector {sector.sector_id!r} is there already; each has its own id")
        sectors[sector.sector_id] = sector
    return _Reader(file, agencies, producers, sectors).read()


class _Reader:
    def __init__(
        self,
        file: TomlFile,
        agencies: Mapping[str, tuple[str, str]],
        producers: Collection[str],
        sectors: Mapping[str, Sector],
    ) -> None:
        self.file = file
        self.agencies = agencies
        self.producers = producers
        self.sectors = sectors
        self.places: dict[str, KeyPath] = {}
        self.found: dict[str, Indicator] = {}

    def read(self) -> IndicatorRules:
        for at, table in self.file.tables("indicator"):
            entry = self.file.parse(at, table, IndicatorEntry)
            if entry is None:
                continue
            if entry.code in self.found:
                line = self.file.line(self.places[entry.code])
                self.file.wrong(at, f"indicator {entry.code!r} is already in line {line}; each has its own code")
                continue
            self.places[entry.code] = at
            self.found[entry.code] = self.checked(at, entry)
        needs = {code: self.formula(one) for code, one in self.found.items() if one.formula}
        self.circles(needs)
        return IndicatorRules(
            sectors=tuple(self.sectors.values()), indicators=tuple(self.found.values()), boards=self.boards()
        )

    def checked(self, at: KeyPath, entry: IndicatorEntry) -> Indicator:
        self.known((*at, "sector"), "sector", entry.sector, self.sectors)
        self.known((*at, "owner"), "agency", entry.owner, self.agencies)
        if entry.producer_id:
            self.known((*at, "producer_id"), "producer", entry.producer_id, self.producers)
        self.levels(at, entry)
        if entry.computed:
            self.measure(at, entry)
        if entry.expected_from:
            try:
                right = kind_of(entry.expected_from) == entry.period
            except PeriodError:
                right = False
            if not right:
                self.file.wrong(
                    (*at, "expected_from"),
                    f"{entry.expected_from!r} is no {entry.period}; one is written {EXAMPLE[entry.period]}",
                )
        name_vi, name_en = self.agencies.get(entry.owner, ("", ""))
        values = entry.model_dump(exclude={"verified"})
        values |= {"owner_vi": entry.owner_vi or name_vi, "owner_en": entry.owner_en or name_en}
        return Indicator(**values | {"source": sourced(entry.source, entry.verified)})

    def measure(self, at: KeyPath, entry: IndicatorEntry) -> None:
        """A measure of the catalogue, for areas that it can be counted for, and nobody else's figures beside it."""
        place = (*at, "computed")
        self.known(place, "measure", entry.computed, MEASURES)
        measure = MEASURES.get(entry.computed)
        if measure is not None and entry.areas != "province" and entry.areas not in measure.areas:
            self.file.wrong((*at, "areas"), f"{entry.computed} is not counted by {entry.areas}")
        for name in ("formula", "producer_id", "expected_from"):
            if getattr(entry, name):
                self.file.wrong((*at, name), f"{entry.code} is counted from the log; {name!r} says nothing beside it")

    def levels(self, at: KeyPath, entry: IndicatorEntry) -> None:
        """Levels that belong to the direction, in its order; those of later periods one after the other."""
        self.order(at, entry, entry)
        before = None
        for number, one in enumerate(entry.levels):
            place = (*at, "levels", number)
            self.order(place, entry, one)
            try:
                begins = first_day(one.since)
            except PeriodError as error:
                self.file.wrong((*place, "since"), str(error))
                continue
            if before is not None and begins <= before:
                self.file.wrong((*place, "since"), f"{one.since!r} does not come after the levels before it")
            before = begins
        if entry.minimum is not None and entry.maximum is not None and entry.minimum > entry.maximum:
            self.file.wrong((*at, "minimum"), "minimum lies above maximum")

    def order(self, at: KeyPath, entry: IndicatorEntry, levels: Levels | IndicatorEntry) -> None:
        band = entry.direction == "band"
        for name in ("target", "warn", "bad") if band else ("low", "high", "margin"):
            if getattr(levels, name) is not None:
                self.file.wrong((*at, name), f"{name!r} says nothing with direction {entry.direction!r}")
        if band:
            if levels.low is None or levels.high is None or levels.low > levels.high:
                self.file.wrong(at, "direction 'band' needs low and high, low not above high")
            return
        order = [value for value in (levels.bad, levels.warn, levels.target) if value is not None]
        if order != sorted(order, reverse=entry.direction == "down"):
            words = "bad <= warn <= target" if entry.direction == "up" else "bad >= warn >= target"
            self.file.wrong((*at, "warn" if levels.warn is not None else "bad"), f"levels must be {words}")

    def formula(self, entry: Indicator) -> set[str]:
        """The codes that its formula needs."""
        place = (*self.places[entry.code], "formula")
        try:
            figures = tuple(figures_of(parse_formula(entry.formula)))
        except FormulaError as error:
            self.file.wrong(place, f"{entry.code}: {error}")
            return set()
        needs: set[str] = set()
        for figure in figures:
            other = self.found.get(figure.code)
            if other is None:
                self.file.wrong(
                    place, f"{entry.code}: unknown indicator {figure.code!r}{one_of(figure.code, self.found)}"
                )
            elif mistake := _misfit(entry, figure, other):
                self.file.wrong(place, f"{entry.code}: {mistake}")
            else:
                needs.add(figure.code)
        return needs

    def circles(self, needs: Mapping[str, set[str]]) -> None:
        """Tells of every formula that needs itself."""
        for code in needs:
            seen: set[str] = set()
            rest = sorted(needs[code])
            while rest:
                other = rest.pop()
                if other == code:
                    self.file.wrong((*self.places[code], "formula"), f"{code}: the formula needs its own figure")
                    break
                if other not in seen:
                    seen.add(other)
                    rest += sorted(needs.get(other, ()))

    def boards(self) -> tuple[Board, ...]:
        found: dict[str, Board] = {}
        for at, table in self.file.tables("board"):
            board = self.file.parse(at, table, Board)
            if board is None:
                continue
            if board.board_id in found:
                self.file.wrong(at, f"board {board.board_id!r} is there already; each has its own id")
            for number, block in enumerate(board.blocks):
                self.block((*at, "blocks", number), block)
            found[board.board_id] = board
        return tuple(found.values())

    def block(self, at: KeyPath, block: Block) -> None:
        for number, code in enumerate(block.indicators):
            self.known((*at, "indicators", number), "indicator", code, self.found)
            one = self.found.get(code)
            if one is None:
                continue
            if block.kind in ("league", "map") and one.areas == "province":
                self.file.wrong(
                    (*at, "indicators", number), f"{code} has no figures of areas; a {block.kind} needs them"
                )
            if block.kind == "map" and one.areas == "agency":
                self.file.wrong((*at, "indicators", number), f"{code} has figures of agencies, which lie on no map")

    def known(self, place: KeyPath, what: str, name: str, allowed: Collection[str]) -> None:
        if name not in allowed:
            self.file.wrong(place, f"unknown {what} {name!r}{one_of(name, allowed)}")


def _misfit(entry: Indicator, figure: Figure, other: Indicator) -> str:
    """Why a figure cannot stand in a formula; "" when it can."""
    code, periods = figure.code, f"{other.period}s into a {entry.period}"
    if figure.over in ("sum", "mean", "last"):
        fits = is_inside(other.period, entry.period)
        return "" if fits else f"{figure.over}({code}) would make {periods}; the shorter ones must make it up"
    if figure.over == "prev":
        return "" if other.period == entry.period else f"prev({code}): {code} is of a {other.period}"
    if figure.over == "areas":
        if other.areas == "province":
            return f"areas({code}): {code} has no figures of areas"
        if other.period != entry.period:
            return f"areas({code}): {code} is of a {other.period}"
        return "" if entry.areas == "province" else f"areas({code}): {entry.code} has figures of areas itself"
    if other.period != entry.period and not is_inside(entry.period, other.period):
        return f"{code} is of a {other.period}; say sum({code}), mean({code}) or last({code})"
    return ""
