"""What reports.toml says, checked, as plain data: the backend makes calendars and a router of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from pydantic import Field

from backend.contracts.report_rules import ReportRules, Route, Spans
from config.base import Config


@dataclass(frozen=True, slots=True)
class CalendarConfig:
    """Working hours: spans of Monday to Sunday, and of the days that are otherwise (none = a holiday)."""

    week: tuple[Spans, Spans, Spans, Spans, Spans, Spans, Spans]
    days: Mapping[date, Spans] = field(default_factory=dict)


class PublicPages(Config):
    """[public]: what everybody may read of published reports, at `/public`.

    Attributes:
        place_decimals: decimals of a degree that a place keeps; 3 = about 100 m.
        per_min: requests of one address a minute, on the average.
    """

    enabled: bool = True
    place_decimals: Annotated[int, Field(ge=0, le=5)] = 3
    per_min: Annotated[float, Field(ge=1, le=100_000)] = 240.0


@dataclass(frozen=True, slots=True)
class ReportsConfig:
    """The whole file.

    Attributes:
        rules: what seats and citizens' programs may know.
        calendars: working hours by id.
    """

    rules: ReportRules = ReportRules()
    routes: tuple[Route, ...] = ()
    calendars: Mapping[str, CalendarConfig] = field(default_factory=dict)
    public: PublicPages = PublicPages()
