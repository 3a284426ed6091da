"""What reports.toml says, checked, as plain data: the backend makes calendars and a router of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from backend.contracts.report_rules import ReportRules, Spans


@dataclass(frozen=True, slots=True)
class CalendarConfig:
    """Working hours: spans of Monday to Sunday, and of the days that are otherwise (none = a holiday)."""

    week: tuple[Spans, Spans, Spans, Spans, Spans, Spans, Spans]
    days: Mapping[date, Spans] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RouteConfig:
    """[[route]]: an empty condition holds for everything; the first rule whose conditions hold decides."""

    rule_id: str
    chief: str
    categories: frozenset[str] = frozenset()
    communes: frozenset[str] = frozenset()
    hours: Spans = ()
    partners: tuple[str, ...] = ()
    leader: str = ""


@dataclass(frozen=True, slots=True)
class ReportsConfig:
    """The whole file.

    Attributes:
        rules: what seats and citizens' programs may know.
        calendars: working hours by id.
    """

    rules: ReportRules = ReportRules()
    routes: tuple[RouteConfig, ...] = ()
    calendars: Mapping[str, CalendarConfig] = field(default_factory=dict)
