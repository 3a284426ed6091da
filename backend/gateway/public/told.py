"""What everybody may know of a report: no address, a rounded place, no telephone or mail address in what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from backend.contracts.reports import PUBLIC, Medium, Rating, ReportState
from backend.domain.contacts import without_contacts
from backend.gateway.open311.told import Teller
from backend.services.evidence.report_words import RATING, STATE
from backend.storage.reports import FiledReport
from config.model import SiteConfig


@dataclass(frozen=True, slots=True)
class PublicReport:
    """One report as anybody may read it; what is not published yet has neither words nor a place.

    Attributes:
        lat_deg, lon_deg: rounded as the site says.
        media: pictures that an officer gave free.
    """

    code: str
    state: ReportState
    state_vi: str
    category_id: str
    category_vi: str
    commune_code: str
    commune_vi: str
    agency_vi: str
    received_ms: int
    due_ms: int | None
    closed_ms: int | None
    rating_vi: str
    campaign_id: str
    simulated: bool
    late: bool
    text: str = ""
    answer: str = ""
    lat_deg: float | None = None
    lon_deg: float | None = None
    media: tuple[Medium, ...] = ()
    category_en: str = ""
    agency_en: str = ""
    rating: Rating | None = None

    @property
    def is_published(self) -> bool:
        return self.state in PUBLIC


class PublicTeller:
    """Reports of one site."""

    def __init__(self, site: SiteConfig) -> None:
        self._site = site
        self._teller = Teller(site)
        self._communes = {one.code: one.name for one in site.communes}
        self._agencies_en = {one.unit_id: one.name_en for one in site.units}
        self._agencies_en |= {one.agency_id: one.name_en for one in site.agencies}

    def told(self, filed: FiledReport, media: Sequence[Medium] = ()) -> PublicReport:
        report = filed.report
        category = self._site.reports.rules.category(report.category_id)
        published = report.state in PUBLIC
        lat_deg, lon_deg = self._teller.place(report, own=False) if published else (None, None)
        return PublicReport(
            code=report.code,
            state=report.state,
            state_vi=STATE[report.state].capitalize(),
            category_id=report.category_id,
            category_vi=category.name_vi if category is not None else report.category_id,
            commune_code=report.commune_code,
            commune_vi=self._communes.get(report.commune_code, ""),
            agency_vi=self._teller.agency(report.chief),
            received_ms=report.received_ms,
            due_ms=report.clock.due_ms if report.clock is not None and not report.is_ended else None,
            closed_ms=report.closed_ms,
            rating_vi=RATING[report.rating] if report.rating is not None else "",
            campaign_id=report.campaign,
            simulated=report.simulated,
            late=report.late,
            text=without_contacts(filed.text) if published else "",
            answer=without_contacts(filed.answer) if published else "",
            lat_deg=lat_deg,
            lon_deg=lon_deg,
            media=tuple(media) if published else (),
            category_en=category.name_en if category is not None else "",
            agency_en=self._agencies_en.get(report.chief, ""),
            rating=report.rating,
        )


def day(text: str) -> date | None:
    """An ISO date of a query; "" = None. Raises: ValueError."""
    return date.fromisoformat(text) if text else None
