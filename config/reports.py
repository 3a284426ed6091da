"""reports.toml: what citizens may report, how long who has for it, in which working hours, and who answers.

A site without the file takes no reports.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from backend.contracts.base import Identifier
from backend.contracts.report_rules import THE_COMMUNE, Campaign, Category, DuplicateRule, ReportRules, Route, Spans
from config.base import Config
from config.model import sourced
from config.problems import Problems, TomlFile, one_of, read_toml
from config.report_model import CalendarConfig, PublicPages, ReportsConfig
from config.toml_lines import Path as KeyPath

FILE: Final = "reports.toml"
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS: Final = re.compile(r"^([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$")
Hours = Annotated[str, Field(pattern=_HOURS.pattern)]
"""07:30-11:30"""


class ReportsHead(Config):
    """[reports]."""

    code_prefix: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,10}$")] = "PA"
    duplicate_within_m: Annotated[float, Field(gt=0, le=5000)] = 50.0
    duplicate_within_days: Annotated[int, Field(ge=1, le=366)] = 30


class CalendarEntry(Config):
    """[[calendar]]: `closed` are holidays, `worked` days off that are worked for them."""

    calendar_id: Identifier
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    hours: Annotated[tuple[Hours, ...], Field(min_length=1)]
    closed: tuple[date, ...] = ()
    worked: tuple[date, ...] = ()
    source: Annotated[str, Field(min_length=1)]


class CategoryEntry(Category):
    """[[category]]: `verified` once the working time was compared with the text that `source` names."""

    verified: bool


class RouteEntry(Config):
    """[[route]]: the first one whose conditions hold decides; an empty condition holds for everything."""

    rule_id: Identifier
    categories: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()
    hours: tuple[Hours, ...] = ()
    chief: Identifier
    partners: tuple[str, ...] = ()
    leader: str = ""


def read_reports(folder: Path, agencies: set[str], communes: set[str], problems: Problems) -> ReportsConfig:
    """What the file of the site folder says. `agencies`: ids of all that can be given a report."""
    path = folder / FILE
    if not path.is_file():
        return ReportsConfig()
    file = read_toml(path, problems)
    file.only(("reports", "calendar", "category", "route", "campaign", "public"))
    head = file.parse(("reports",), file.table("reports"), ReportsHead) or ReportsHead()
    calendars = _calendars(file)
    categories = _categories(file, calendars)
    routes = _routes(file, {one.category_id for one in categories}, communes, agencies)
    rules = ReportRules(
        code_prefix=head.code_prefix,
        categories=categories,
        campaigns=_campaigns(file),
        duplicates=DuplicateRule(within_m=head.duplicate_within_m, within_days=head.duplicate_within_days),
    )
    public = file.parse(("public",), file.table("public"), PublicPages) or PublicPages()
    return ReportsConfig(rules=rules, routes=routes, calendars=calendars, public=public)


def _calendars(file: TomlFile) -> dict[str, CalendarConfig]:
    found: dict[str, CalendarConfig] = {}
    for path, table in file.tables("calendar"):
        entry = file.parse(path, table, CalendarEntry)
        if entry is None:
            continue
        if entry.calendar_id in found:
            file.wrong(path, f"calendar {entry.calendar_id!r} is there already; each has its own id")
        spans = _spans(entry.hours)
        edges = [minute for span in spans for minute in span]
        if edges != sorted(set(edges)) or edges[-1] > 1440:
            file.wrong((*path, "hours"), "hours must follow each other within one day, e.g. 07:30-11:30, 13:30-17:00")
        for day in set(entry.worked) & set(entry.closed):
            file.wrong((*path, "worked"), f"{day} is both closed and worked")
        week = tuple(spans if day in entry.days else () for day in WEEKDAYS)
        days: dict[date, Spans] = dict.fromkeys(entry.worked, spans) | dict.fromkeys(entry.closed, ())
        whole = (week[0], week[1], week[2], week[3], week[4], week[5], week[6])
        found[entry.calendar_id] = CalendarConfig(whole, days)
    return found


def _spans(hours: Sequence[str]) -> Spans:
    found: list[tuple[int, int]] = []
    for text in hours:
        match = _HOURS.match(text)
        assert match is not None  # the type says so
        begin_h, begin_min, end_h, end_min = (int(part) for part in match.groups())
        found.append((begin_h * 60 + begin_min, end_h * 60 + end_min))
    return tuple(found)


def _categories(file: TomlFile, calendars: Mapping[str, CalendarConfig]) -> tuple[Category, ...]:
    found: dict[str, Category] = {}
    for path, table in file.tables("category"):
        entry = file.parse(path, table, CategoryEntry)
        if entry is None:
            continue
        if entry.category_id in found:
            file.wrong(path, f"category {entry.category_id!r} is there already; each has its own id")
        if entry.calendar_id and entry.calendar_id not in calendars:
            allowed = calendars
            file.wrong(
                (*path, "calendar_id"), f"unknown calendar {entry.calendar_id!r}{one_of(entry.calendar_id, allowed)}"
            )
        values = entry.model_dump(exclude={"verified"}) | {"source": sourced(entry.source, entry.verified)}
        found[entry.category_id] = Category.model_validate(values)
    return tuple(found.values())


def _routes(file: TomlFile, categories: set[str], communes: set[str], agencies: set[str]) -> tuple[Route, ...]:
    found: dict[str, Route] = {}
    for path, table in file.tables("route"):
        entry = file.parse(path, table, RouteEntry)
        if entry is None:
            continue
        if entry.rule_id in found:
            file.wrong(path, f"route {entry.rule_id!r} is there already; each has its own id")
        _known(file, (*path, "categories"), "category", entry.categories, categories)
        _known(file, (*path, "communes"), "commune", entry.communes, communes)
        _known(file, (*path, "chief"), "agency", (entry.chief,), agencies | {THE_COMMUNE})
        _known(file, (*path, "partners"), "agency", entry.partners, agencies | {THE_COMMUNE})
        found[entry.rule_id] = Route(
            rule_id=entry.rule_id,
            chief=entry.chief,
            categories=frozenset(entry.categories),
            communes=frozenset(entry.communes),
            hours=_spans(entry.hours),
            partners=entry.partners,
            leader=entry.leader,
        )
    return tuple(found.values())


def _known(file: TomlFile, path: KeyPath, what: str, names: Sequence[str], allowed: set[str]) -> None:
    for name in names:
        if name not in allowed:
            file.wrong(path, f"unknown {what} {name!r}{one_of(name, allowed)}")


def _campaigns(file: TomlFile) -> tuple[Campaign, ...]:
    found: list[Campaign] = []
    for path, table in file.tables("campaign"):
        # TOML has dates of its own; the contract has them as text.
        values = {key: value.isoformat() if isinstance(value, date) else value for key, value in table.items()}
        campaign = file.parse(path, values, Campaign)
        if campaign is not None:
            found.append(campaign)
    return tuple(found)
