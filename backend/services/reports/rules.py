"""The rules of a site about citizens' reports, as the domain uses them: working calendars and the router."""

from __future__ import annotations

from backend.contracts.report_rules import Category
from backend.domain.report_routing import CommuneDesk, Router
from backend.domain.working_time import WorkingCalendar, around_the_clock
from config.model import SiteConfig


def calendar_of(site: SiteConfig, category: Category) -> WorkingCalendar:
    """Whose hours count for a category; "" = every minute does."""
    if not category.calendar_id:
        return around_the_clock(site.utc_offset_min)
    calendar = site.reports.calendars[category.calendar_id]
    return WorkingCalendar(site.utc_offset_min, calendar.week, calendar.days)


def router_of(site: SiteConfig, today: str) -> Router:
    """The rules with the committees of the communes as they exist `today` (ISO date)."""
    desks = {
        unit.area_code: CommuneDesk(unit.unit_id, unit.leader)
        for unit in site.units
        if unit.kind == "commune" and unit.exists_on(today)
    }
    return Router(site.reports.routes, desks, site.utc_offset_min)
