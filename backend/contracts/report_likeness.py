"""Reports that may be about the same thing: near in place and time, of the same branch, in much the same words.

The rule by which the server suggests duplicates for one report, and the desk shows all that wait to be looked at.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from backend.contracts.folded import words_of
from backend.contracts.report_doors import Likeness
from backend.contracts.report_moves import MOVES
from backend.contracts.report_rules import ReportRules
from backend.contracts.reports import Report, ReportState

DAY_MS: Final = 86_400_000
_EARTH_M: Final = 6_371_000.0
_LEAST_WITHOUT_PLACE: Final = 0.5
"""Share of words two reports must have in common when one of them says no place."""

JOINABLE: Final[frozenset[ReportState]] = frozenset(
    state for state, ways in MOVES.items() if "room" in ways.get("duplicate", ())
)
"""From where the room may bring a report to "duplicate"."""

_Cell = tuple[int, int]


def likely(report: Report, others: Iterable[Report], rules: ReportRules, most: int = 10) -> tuple[Likeness, ...]:
    """The likeliest first. A duplicate itself is none to point at: what it was joined to is."""
    found = [one for other in others if (one := likeness(report, other, rules)) is not None]
    return tuple(sorted(found, key=lambda one: (-one.score, one.report.number))[:most])


def likeness(report: Report, other: Report, rules: ReportRules) -> Likeness | None:
    """How much `other` is like `report`; None = nothing speaks for it, or somebody told them apart."""
    if other.report_id == report.report_id or other.state == "duplicate":
        return None
    if other.report_id in report.apart or report.report_id in other.apart:
        return None
    apart_ms = abs(other.received_ms - report.received_ms)
    if apart_ms > rules.duplicates.within_days * DAY_MS or not _one_branch(report, other, rules):
        return None
    away_m = distance_m(report, other)
    if away_m is not None and away_m > rules.duplicates.within_m:
        return None
    common = _common(_words(report.title), _words(other.title))
    if away_m is None and common < _LEAST_WITHOUT_PLACE:
        return None
    near = 0.0 if away_m is None else 1 - away_m / rules.duplicates.within_m
    fresh = 1 - apart_ms / (rules.duplicates.within_days * DAY_MS)
    same = 1.0 if report.category_id == other.category_id else 0.5
    return Likeness(
        report=other,
        distance_m=away_m,
        apart_ms=apart_ms,
        near=near,
        fresh=fresh,
        same=same,
        common=common,
        score=near + fresh + same + common,
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """Two that may be the same: `later` came after what `likeness.report` is, and would be joined to it."""

    later: Report
    likeness: Likeness

    @property
    def key(self) -> str:
        return f"{self.later.report_id}+{self.likeness.report.report_id}"


@dataclass(slots=True)
class LikelyPairs:
    """Every pair of the reports that were put in, kept up report by report: a change costs a look at its neighbours.

    Neighbours are those in the cells around it; of who says no place, those of its branch with half of its words.
    """

    rules: ReportRules
    _reports: dict[str, Report] = field(default_factory=dict)
    _cells: dict[_Cell, set[str]] = field(default_factory=dict)
    _branches: dict[tuple[str, bool], set[str]] = field(default_factory=dict)
    _pairs: dict[str, dict[str, Pair]] = field(default_factory=dict)

    def put(self, report: Report) -> None:
        """It is there, or is as it is now."""
        self.drop(report.report_id)
        if report.state == "duplicate":
            return
        for other in list(self._near(report)):
            earlier, later = sorted((report, other), key=lambda one: one.number)
            found = likeness(later, earlier, self.rules)
            if found is not None:
                pair = Pair(later, found)
                self._pairs.setdefault(report.report_id, {})[other.report_id] = pair
                self._pairs.setdefault(other.report_id, {})[report.report_id] = pair
        self._reports[report.report_id] = report
        for shelf in self._shelves(report):
            shelf.add(report.report_id)

    def drop(self, report_id: str) -> None:
        report = self._reports.pop(report_id, None)
        if report is None:
            return
        for shelf in self._shelves(report):
            shelf.discard(report_id)
        for other_id in self._pairs.pop(report_id, {}):
            del self._pairs[other_id][report_id]

    def best(self, most: int) -> tuple[list[Pair], int]:
        """The likeliest pairs of which one can still be joined to the other, and how many there are in all."""
        found = {
            pair.key: pair
            for report_id, of_one in self._pairs.items()
            for pair in of_one.values()
            if pair.later.report_id == report_id and joinable(pair)
        }
        order = heapq.nsmallest(most, found.values(), key=lambda pair: (-pair.likeness.score, pair.later.number))
        return order, len(found)

    def _near(self, report: Report) -> Iterator[Report]:
        """Those that may be like it, and some more."""
        cell = self._cell(report)
        if cell is not None:
            around = ((cell[0] + up, cell[1] + aside) for up in (-1, 0, 1) for aside in (-1, 0, 1))
            yield from (self._reports[key] for one in around for key in self._cells.get(one, ()))
        mine, branch = _words(report.title), self._branch(report)
        # Who says no place may be anywhere, if it is said in much the same words.
        for placed in (False,) if cell is not None else (False, True):
            for key in self._branches.get((branch, placed), ()):
                other = self._reports[key]
                theirs = _words(other.title)
                if 3 * len(mine & theirs) >= len(mine) + len(theirs):  # half of all their words
                    yield other

    def _shelves(self, report: Report) -> tuple[set[str], ...]:
        """Where it is looked for."""
        cell = self._cell(report)
        branch = self._branches.setdefault((self._branch(report), cell is not None), set())
        return (branch,) if cell is None else (branch, self._cells.setdefault(cell, set()))

    def _branch(self, report: Report) -> str:
        category = self.rules.category(report.category_id)
        return category.group_vi if category is not None else report.category_id

    def _cell(self, report: Report) -> _Cell | None:
        if report.lat_deg is None or report.lon_deg is None:
            return None
        north = math.degrees(self.rules.duplicates.within_m / _EARTH_M)
        # Twice as wide as high in degrees holds the distance up to 60 degrees of latitude.
        return math.floor(report.lat_deg / north), math.floor(report.lon_deg / (2 * north))


def joinable(pair: Pair) -> bool:
    """Whether the room may make one of the two the duplicate of the other now."""
    return pair.later.state in JOINABLE or pair.likeness.report.state in JOINABLE


def _one_branch(report: Report, other: Report, rules: ReportRules) -> bool:
    if report.category_id == other.category_id:
        return True
    mine, theirs = rules.category(report.category_id), rules.category(other.category_id)
    return mine is not None and theirs is not None and mine.group_vi == theirs.group_vi


@lru_cache(maxsize=8192)
def _words(title: str) -> frozenset[str]:
    return frozenset(words_of(title))


def _common(mine: frozenset[str], theirs: frozenset[str]) -> float:
    """Jaccard of the two sets of words."""
    return len(mine & theirs) / len(mine | theirs) if mine and theirs else 0.0


def distance_m(one: Report, other: Report) -> float | None:
    """On a sphere, which at the scale of a street is as good as an ellipsoid; None when one says no place."""
    if one.lat_deg is None or one.lon_deg is None or other.lat_deg is None or other.lon_deg is None:
        return None
    mean = math.radians((one.lat_deg + other.lat_deg) / 2)
    north_m = math.radians(other.lat_deg - one.lat_deg) * _EARTH_M
    east_m = math.radians(other.lon_deg - one.lon_deg) * _EARTH_M * math.cos(mean)
    return math.hypot(north_m, east_m)


def box_around(lat_deg: float, lon_deg: float, within_m: float) -> tuple[float, float, float, float]:
    """(south, west, north, east) that holds every point so near."""
    north = math.degrees(within_m / _EARTH_M)
    east = north / max(0.01, math.cos(math.radians(lat_deg)))
    return lat_deg - north, lon_deg - east, lat_deg + north, lon_deg + east
