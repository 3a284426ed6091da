"""What a site says of citizens' reports and every seat and every citizen's program may know: categories, campaigns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from backend.contracts.base import Identifier, Wire
from backend.contracts.reports import Flow

Spans = tuple[tuple[int, int], ...]
"""(begin, end) in minutes of the local day, end excluded, in order and apart; 1440 = midnight at its end."""

THE_COMMUNE = "@commune"
"""In a rule of routing: the People's Committee of the commune in which the report lies."""


@dataclass(frozen=True, slots=True)
class Route:
    """[[route]]: an empty condition holds for everything; the first rule whose conditions hold decides.

    Attributes:
        rule_id: what the log names.
        hours: spans of the local day in which it holds.
        chief, partners: agency ids or `THE_COMMUNE`.
        leader: account or title; "" = the leader of the commune.
    """

    rule_id: str
    chief: str
    categories: frozenset[str] = frozenset()
    communes: frozenset[str] = frozenset()
    hours: Spans = ()
    partners: tuple[str, ...] = ()
    leader: str = ""


class AttributeValue(Wire):
    """One answer of a list attribute."""

    key: Identifier
    name_vi: str
    name_en: str


class Attribute(Wire):
    """A question a category asks (GeoReport v2 `attributes`); `datatype` as that specification names it."""

    code: Identifier
    datatype: Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
    required: bool = False
    description_vi: str
    description_en: str = ""
    values: tuple[AttributeValue, ...] = ()


class Category(Wire):
    """What reports can be about (lĩnh vực), e.g. waste in the street. `category_id` is its service code.

    Attributes:
        group_vi, group_en: the branch it stands under.
        keywords: words people search it by.
        allowed_min: working minutes the agency has; `source` says who set them.
        calendar_id: whose working hours count; "" = around the clock.
        auto_route: goes to its agency the moment it comes; otherwise the room looks first.
        retired: new reports cannot be of it any more; old ones are.
    """

    category_id: Identifier
    name_vi: str
    name_en: str
    group_vi: str
    group_en: str
    description_vi: str = ""
    description_en: str = ""
    keywords: tuple[str, ...] = ()
    flow: Flow
    allowed_min: Annotated[int, Field(ge=1, le=527_040)]
    calendar_id: str = ""
    priority: Annotated[int, Field(ge=1, le=4)] = 3
    auto_route: bool = False
    retired: bool = False
    attributes: tuple[Attribute, ...] = ()
    source: str


class Campaign(Wire):
    """A common effort reports can be part of (e.g. Ngày Chủ Nhật xanh). Days are ISO dates, both included."""

    campaign_id: Identifier
    name_vi: str
    name_en: str
    begins: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    ends: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]


class DuplicateRule(Wire):
    """When two reports may be about the same thing: as near and as close in time as this, and of one branch."""

    within_m: Annotated[float, Field(gt=0, le=5000)] = 50.0
    within_days: Annotated[int, Field(ge=1, le=366)] = 30


class ReportRules(Wire):
    """Everything of a site; no categories = it takes no reports."""

    code_prefix: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,10}$")] = "PA"
    categories: tuple[Category, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    duplicates: DuplicateRule = DuplicateRule()

    def category(self, category_id: str) -> Category | None:
        return next((one for one in self.categories if one.category_id == category_id), None)
