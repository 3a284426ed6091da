"""What the doors about citizens' reports are asked and answer."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from backend.contracts.base import EpochMs, Wire
from backend.contracts.events import LoggedEvent
from backend.contracts.reports import Channel, Medium, Report, ReportState
from backend.contracts.tickets import Ticket

PAGE_MOST: Final = 500

ReportOrder = Literal["newest", "due"]


class ReportQuery(Wire):
    """Which reports; an empty condition holds for all of them.

    Attributes:
        agency_id: chief or partner.
        timeliness: as it is at `at_ms`; open reports only.
        text: words that all occur in it, as beginnings of words, with or without diacritics.
        box: (south, west, north, east) in degrees.
        from_ms, to_ms: when it came, end excluded.
        order: "due" lists those that have a deadline, the nearest first.
        after: `next` of the page before.
    """

    states: tuple[ReportState, ...] = ()
    category_ids: tuple[str, ...] = ()
    commune_codes: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    agency_id: str = ""
    campaign: str = ""
    ended: bool | None = None
    timeliness: Literal["", "near", "late"] = ""
    at_ms: EpochMs | None = None
    text: Annotated[str, Field(max_length=200)] = ""
    box: tuple[float, float, float, float] | None = None
    from_ms: EpochMs | None = None
    to_ms: EpochMs | None = None
    order: ReportOrder = "newest"
    after: Annotated[str, Field(max_length=60)] = ""
    limit: Annotated[int, Field(ge=1, le=PAGE_MOST)] = 100


class ReportPage(Wire):
    """`total`: how many there are in all pages; `next` "" = this is the last."""

    total: int
    reports: tuple[Report, ...]
    next: str = ""


class ReportThread(Wire):
    """One report, whole: its row, what its citizen said, and everything that happened to it, oldest first."""

    report: Report
    text: str
    media: tuple[Medium, ...]
    events: tuple[LoggedEvent, ...]


class ReportCell(Wire):
    """Reports that lie in one cell of a grid: its middle and how many they are."""

    lat_deg: float
    lon_deg: float
    open: int
    late: int
    ended: int


class ReportGrid(Wire):
    """Every report that has a place, counted in cells of `cell_deg` degrees."""

    cell_deg: float
    cells: tuple[ReportCell, ...]


class Likeness(Wire):
    """Another report that may be about the same thing.

    Attributes:
        distance_m: None when one of the two says no place.
        near, fresh: 1 at the same place or time, 0 at the bounds of the site's rule; near is 0 without a place.
        same: 1 = of one category, 0.5 = of one branch.
        common: share of the words of both titles that they have in common, 0 to 1.
        score: the four together; the higher the likelier.
    """

    report: Report
    distance_m: float | None
    apart_ms: int
    near: float = 0.0
    fresh: float = 0.0
    same: float = 0.0
    common: float
    score: float


class Likenesses(Wire):
    likely: tuple[Likeness, ...]


class Withheld(Wire):
    """Something of a report that everybody does not read.

    Attributes:
        what: as the room has it; of a picture, what it shows ("report", "before", "after").
        shown: what stands in its place; "" = nothing.
    """

    kind: Literal["contact", "address", "place", "picture"]
    what: str
    shown: str = ""


class PublicPreview(Wire):
    """The page of one report as everybody reads it, or would if it were published now.

    Attributes:
        public: it is published.
        html: the page of the public door, whole.
    """

    report_id: str
    public: bool
    html: str
    withheld: tuple[Withheld, ...]


class Identity(Wire):
    """Who reported, as far as they told. Nothing of it stands in the log, the feed or any export."""

    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    email: str = ""
    device_id: str = ""
    account_id: str = ""

    @property
    def is_known(self) -> bool:
        return self != Identity()


class ReportEntry(Ticket):
    """A report taken down by somebody of the room: at the counter, on the telephone, from a letter or the press.

    Attributes:
        ticket_id: the same one again is answered again and taken once; "" = each time anew.
        who: who reports, sealed at once.
    """

    ticket_id: Annotated[str, Field(pattern=r"^([0-9a-f]{32})?$")] = ""
    channel: Channel
    campaign: str = ""
    who: Identity = Identity()


class LookRequest(Wire):
    """Why somebody has to know who reported."""

    why: Annotated[str, Field(min_length=3, max_length=500)]


class Reporter(Wire):
    """`known` false: nobody told who they are. `others`: further reports of the same telephone or account."""

    known: bool
    identity: Identity
    others: tuple[str, ...] = ()
