"""What reports.toml says, checked: as the program uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backend.contracts.organisation import Unit
from backend.contracts.report_rules import Category, ReportRules
from backend.domain.report_routing import CommuneDesk, Route, Router
from backend.domain.working_time import WorkingCalendar


@dataclass(frozen=True, slots=True)
class ReportsConfig:
    """The whole file, checked.

    Attributes:
        rules: what seats and citizens' programs may know.
        calendars: working hours by id; "" is around the clock.
    """

    rules: ReportRules = ReportRules()
    routes: tuple[Route, ...] = ()
    calendars: Mapping[str, WorkingCalendar] = field(default_factory=dict)

    def calendar(self, category: Category) -> WorkingCalendar:
        return self.calendars[category.calendar_id]

    def router(self, units: Sequence[Unit], today: str, utc_offset_min: int) -> Router:
        """The rules with the committees of the communes as they exist `today` (ISO date)."""
        desks = {
            unit.area_code: CommuneDesk(unit.unit_id, unit.leader)
            for unit in units
            if unit.kind == "commune" and unit.exists_on(today)
        }
        return Router(self.routes, desks, utc_offset_min)
