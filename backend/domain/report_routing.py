"""Where a report goes: category x commune x time -> agencies, leader and working time. Data decides, in its order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.contracts.report_rules import THE_COMMUNE, Category, Route
from backend.domain.report_life import Target
from backend.domain.working_time import MINUTE_MS


@dataclass(frozen=True, slots=True)
class CommuneDesk:
    """Who answers for a commune: its People's Committee as agency, and its leader."""

    agency_id: str
    leader: str


@dataclass(frozen=True, slots=True)
class Router:
    """All rules of a site. The first one that holds decides."""

    routes: Sequence[Route]
    communes: Mapping[str, CommuneDesk]
    utc_offset_min: int

    def target(self, category: Category, commune_code: str, at_ms: int) -> Target | None:
        """Where a report of `category` in `commune_code` ("" = unknown) goes at `at_ms`; None = no rule holds."""
        minute = (at_ms // MINUTE_MS + self.utc_offset_min) % 1440
        desk = self.communes.get(commune_code)
        for route in self.routes:
            if not _holds(route, category.category_id, commune_code, minute):
                continue
            named = [self._agency(name, desk) for name in (route.chief, *route.partners)]
            if not named[0]:
                continue  # the commune's own committee, and the place is in none
            chief, *partners = dict.fromkeys(name for name in named if name)
            return Target(
                chief=chief,
                partners=tuple(partners),
                leader=route.leader or (desk.leader if desk is not None else ""),
                allowed_ms=category.allowed_min * MINUTE_MS,
                rule=route.rule_id,
            )
        return None

    def _agency(self, name: str, desk: CommuneDesk | None) -> str:
        if name != THE_COMMUNE:
            return name
        return desk.agency_id if desk is not None else ""


def _holds(route: Route, category_id: str, commune_code: str, minute: int) -> bool:
    if route.categories and category_id not in route.categories:
        return False
    if route.communes and commune_code not in route.communes:
        return False
    return not route.hours or any(begin <= minute < end for begin, end in route.hours)
