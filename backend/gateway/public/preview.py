"""What everybody will read of a report, before it is public: the very page, and what does not stand in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from backend.contracts.events import LoggedEvent
from backend.contracts.report_doors import PublicPreview, Withheld
from backend.contracts.report_events import ReportMoved
from backend.contracts.reports import PUBLIC, Medium
from backend.domain.contacts import MASK, contacts_in
from backend.gateway.public.pages import Pages
from backend.gateway.public.told import PublicReport, PublicTeller
from backend.storage.reports import FiledReport, filed_by
from config.model import SiteConfig


def preview(site: SiteConfig, thread: Sequence[LoggedEvent]) -> PublicPreview | None:
    """The page after the events of `thread`; None = the report had not come. One that is not public is shown as if it
    were published now, with what its agency said it did."""
    filed = filed_by(thread)
    if filed is None:
        return None
    public = filed.report.state in PUBLIC
    if not public:
        shown = filed.report.model_copy(update={"state": "published", "closed_ms": None})
        filed = replace(filed, report=shown, answer=_result(thread) or filed.answer)
    media = {one.digest: one for logged in thread for one in getattr(logged.event, "media", ())}
    free = [one for key, one in media.items() if key in filed.report.public_media]
    told = PublicTeller(site).told(filed, free)
    return PublicPreview(
        report_id=filed.report.report_id,
        public=public,
        html=Pages(site).single(told),
        withheld=tuple(_withheld(filed, told, [one for one in media.values() if one not in free])),
    )


def _result(thread: Sequence[LoggedEvent]) -> str:
    """What the agency said it did, last: what a publication begins with."""
    moves = [one.event for one in thread if isinstance(one.event, ReportMoved)]
    return next((one.text for one in reversed(moves) if one.state == "done_pending"), "")


def _withheld(filed: FiledReport, told: PublicReport, kept: Sequence[Medium]) -> Iterator[Withheld]:
    for text in (filed.text, filed.answer):
        yield from (Withheld(kind="contact", what=one, shown=MASK) for one in contacts_in(text))
    report = filed.report
    if report.address:
        yield Withheld(kind="address", what=report.address, shown=told.commune_vi)
    if report.lat_deg is not None and report.lon_deg is not None:
        yield Withheld(
            kind="place", what=f"{report.lat_deg}, {report.lon_deg}", shown=f"{told.lat_deg}, {told.lon_deg}"
        )
    yield from (Withheld(kind="picture", what=one.stage) for one in kept)
