"""Events about citizens' reports. What they do to a report's row: `backend.contracts.report_fold`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backend.contracts.base import Identifier, LatDeg, LonDeg, Wire
from backend.contracts.reports import Clock, Digest, Extension, Medium, Rating, Report, ReportState

TEXT_MOST = 4000
"""Characters of what a citizen says (GeoReport v2's own bound) and of an answer."""


class ReportReceived(Wire):
    """A new report, in the state "new". `text` is what was said, whole.

    `answers`: question id -> answer id, of the questions of the crisis that it is part of.
    """

    kind: Literal["report.received"] = "report.received"
    report: Report
    text: Annotated[str, Field(max_length=TEXT_MOST)]
    media: tuple[Medium, ...] = ()
    answers: dict[str, str] = Field(default_factory=dict)


class ReportRouted(Wire):
    """Given to its agencies, with their time. `rule` names the rule of the site's routing, "" = by hand."""

    kind: Literal["report.routed"] = "report.routed"
    report_id: Identifier
    chief: Identifier
    partners: tuple[str, ...] = ()
    leader: str = ""
    clock: Clock
    rule: str = ""
    reason: str = ""


class ReportMoved(Wire):
    """Into another state.

    Attributes:
        reason: why; what stands in it stays inside.
        text: what its citizen reads: the question, the refusal, the result.
        clock: the clock as it is from now on; None = as it was.
    """

    kind: Literal["report.moved"] = "report.moved"
    report_id: Identifier
    state: ReportState
    reason: str = ""
    text: Annotated[str, Field(max_length=TEXT_MOST)] = ""
    media: tuple[Medium, ...] = ()
    duplicate_of: str = ""
    clock: Clock | None = None


class ReportNoted(Wire):
    """Something was said: inside, or to and by the citizen."""

    kind: Literal["report.noted"] = "report.noted"
    report_id: Identifier
    audience: Literal["inside", "citizen"]
    by_citizen: bool = False
    text: Annotated[str, Field(min_length=1, max_length=TEXT_MOST)]
    media: tuple[Medium, ...] = ()


class ReportChanged(Wire):
    """What it is about, where and how urgent; None = as it was."""

    kind: Literal["report.changed"] = "report.changed"
    report_id: Identifier
    category_id: Identifier | None = None
    lat_deg: LatDeg | None = None
    lon_deg: LonDeg | None = None
    address: str | None = None
    commune_code: str | None = None
    priority: Annotated[int, Field(ge=1, le=4)] | None = None
    campaign: str | None = None


class ReportExtensionAsked(Wire):
    kind: Literal["report.extension_asked"] = "report.extension_asked"
    report_id: Identifier
    extension: Extension


class ReportExtensionDecided(Wire):
    """Granted with another clock, or refused; the agency goes on working either way."""

    kind: Literal["report.extension_decided"] = "report.extension_decided"
    report_id: Identifier
    granted: bool
    clock: Clock
    reason: str = ""


class ReportRated(Wire):
    kind: Literal["report.rated"] = "report.rated"
    report_id: Identifier
    rating: Rating
    text: Annotated[str, Field(max_length=TEXT_MOST)] = ""


class ReportOverdue(Wire):
    """Its clock came near its end, or to it: told once a clock."""

    kind: Literal["report.overdue"] = "report.overdue"
    report_id: Identifier
    stage: Literal["near", "late"]


class ReportsToldApart(Wire):
    """Somebody looked at both: they are about different things, and are not suggested as duplicates any more."""

    kind: Literal["report.told_apart"] = "report.told_apart"
    report_id: Identifier
    other_id: Identifier


class ReportMediumDecided(Wire):
    """Whether everybody may see one of its pictures once its result is published. Undecided, nobody may."""

    kind: Literal["report.medium_decided"] = "report.medium_decided"
    report_id: Identifier
    digest: Digest
    public: bool


class ReportRead(Wire):
    """The leader of the place has opened it, or said a word to it; who it was stands beside the event."""

    kind: Literal["report.read"] = "report.read"
    report_id: Identifier
    text: Annotated[str, Field(max_length=500)] = ""


ReportEvent = (
    ReportRouted
    | ReportMoved
    | ReportNoted
    | ReportChanged
    | ReportExtensionAsked
    | ReportExtensionDecided
    | ReportRated
    | ReportOverdue
    | ReportsToldApart
    | ReportMediumDecided
    | ReportRead
)
"""Events about a report that is there: they have a `report_id`."""
