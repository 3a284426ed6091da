"""Citizens' reports: found, read whole, compared, taken down. Agencies are shown what is theirs, and nothing else."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request

from backend.contracts.report_doors import (
    PAGE_MOST,
    Identity,
    Likenesses,
    LookRequest,
    PublicPreview,
    ReportEntry,
    Reporter,
    ReportGrid,
    ReportOrder,
    ReportPage,
    ReportQuery,
    ReportThread,
)
from backend.contracts.report_events import ReportReceived
from backend.contracts.report_kpi import ReportKpi
from backend.contracts.report_moves import side_of
from backend.contracts.reports import Channel, Report, ReportState
from backend.gateway.callers import Insider, PartsDep, Watcher
from backend.gateway.errors import Refusal
from backend.gateway.origins import peer_address
from backend.gateway.parts import Parts
from backend.gateway.public.preview import preview
from backend.services.accounts import SignedIn
from backend.services.reports.desk import ReportError
from backend.services.reports.kpi import kpi_of
from backend.services.reports.reporters import IdentityError
from backend.services.reports.tickets import filed_of

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])

KPI_SPAN_MS: Final = 367 * 86_400_000


async def _asked(
    operator: Watcher,
    state: Annotated[list[ReportState], Query(max_length=20)] = [],  # noqa: B006 - FastAPI copies it
    category: Annotated[list[str], Query(max_length=100)] = [],  # noqa: B006
    commune: Annotated[list[str], Query(max_length=200)] = [],  # noqa: B006
    channel: Annotated[list[Channel], Query(max_length=20)] = [],  # noqa: B006
    agency: str = "",
    campaign: str = "",
    ended: bool | None = None,
    timeliness: Annotated[str, Query(pattern="^(near|late)?$")] = "",
    at: Annotated[int | None, Query(ge=0, le=10**14, description="epoch ms")] = None,
    q: Annotated[str, Query(max_length=200, description="words that all occur in it")] = "",
    box: Annotated[str, Query(max_length=100, description="south,west,north,east in degrees")] = "",
    start: Annotated[int | None, Query(ge=0, le=10**14, description="epoch ms")] = None,
    end: Annotated[int | None, Query(ge=0, le=10**14, description="epoch ms, excluded")] = None,
    order: ReportOrder = "newest",
    after: Annotated[str, Query(max_length=60)] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = 100,
) -> ReportQuery:
    """Raises: Refusal (422)."""
    return ReportQuery.model_validate(
        {
            "states": state,
            "category_ids": category,
            "commune_codes": commune,
            "channels": channel,
            # An agency that asks for another's is answered with its own.
            "agency_id": operator.agency_id or agency,
            "campaign": campaign,
            "ended": ended,
            "timeliness": timeliness,
            "at_ms": at,
            "text": q,
            "box": _box(box),
            "from_ms": start,
            "to_ms": end,
            "order": order,
            "after": after,
            "limit": limit,
        },
        strict=False,
    )


Asked = Annotated[ReportQuery, Depends(_asked)]


@router.get("")
async def page(parts: PartsDep, asked: Asked) -> ReportPage:
    """A page of what was asked for, every condition together. 422: `after` is of another list."""
    try:
        return await parts.reports.archive.store.page(asked, parts.now_ms())
    except ValueError as error:
        raise Refusal(422, str(error)) from error


@router.get("/grid")
async def grid(
    parts: PartsDep, asked: Asked, cell: Annotated[float, Query(ge=0.0005, le=5, description="degrees")] = 0.01
) -> ReportGrid:
    """Where they are, however many: counted in cells."""
    cells = await parts.reports.archive.store.grid(asked, parts.now_ms(), cell)
    return ReportGrid(cell_deg=cell, cells=cells)


@router.get("/kpi")
async def kpi(
    parts: PartsDep,
    operator: Watcher,
    start: Annotated[int, Query(ge=0, le=10**14, description="epoch ms")],
    end: Annotated[int, Query(ge=0, le=10**14, description="epoch ms, excluded")],
) -> ReportKpi:
    """How reports were handled in a span, by agency, category and commune; of an agency's seat its own.

    422: the span is turned round or longer than a year.
    """
    if not start < end <= start + KPI_SPAN_MS:
        raise Refusal(422, "start to end: right is a span of up to 367 days, its end behind its start")
    return await kpi_of(parts.reports.archive.store, start, min(end, parts.now_ms()), operator.agency_id)


@router.post("", status_code=201)
async def take_down(request: Request, parts: PartsDep, operator: Watcher, entry: ReportEntry) -> Report:
    """A report that came by word of mouth or on paper. 403: not for this role. 422: the site has no such category."""
    _may_file(operator)
    taken = await taken_before(parts, entry.ticket_id)
    if taken is None:
        origin, caused_by = peer_address(request.scope), entry.ticket_id or None
        try:
            filed = filed_of(entry, entry.channel, parts.room.state.crisis, campaign=entry.campaign)
            taken = await parts.reports.receive(filed, actor=operator.user, origin=origin, caused_by=caused_by)
        except ReportError as error:
            raise Refusal(422, str(error)) from error
    # Also when it was taken before: the answer may have been lost between the two.
    await parts.reports.identify(taken.report_id, entry.who)
    return taken


@router.post("/similar")
async def similar_to(parts: PartsDep, operator: Insider, draft: ReportEntry) -> Likenesses:
    """Others that may be about what somebody is about to file. 403: not for this role. 422: no such category."""
    _may_file(operator)
    try:
        filed = filed_of(draft, draft.channel, parts.room.state.crisis)
        await parts.reports.archive.up_to_date()
        return Likenesses(likely=await parts.reports.alike(parts.reports.draft(filed)))
    except ReportError as error:
        raise Refusal(422, str(error)) from error


@router.get("/{report_id}")
async def thread(parts: PartsDep, operator: Watcher, report_id: str) -> ReportThread:
    """One report, whole. 404: there is none, or it is not this agency's."""
    report = await their_report(parts, operator, report_id)
    await parts.reports.archive.up_to_date()
    events = await parts.reports.archive.store.thread(report_id)
    received = next((one.event for one in events if isinstance(one.event, ReportReceived)), None)
    return ReportThread(
        report=report,
        text=received.text if received is not None else report.title,
        media=tuple(medium for one in events for medium in getattr(one.event, "media", ())),
        events=events,
    )


@router.get("/{report_id}/similar")
async def similar(parts: PartsDep, operator: Insider, report_id: str) -> Likenesses:
    """Others that may be about the same thing; for the room only. 404: there is no such report."""
    return Likenesses(likely=await parts.reports.alike(await their_report(parts, operator, report_id)))


@router.get("/{report_id}/public")
async def public_page(
    parts: PartsDep,
    operator: Insider,
    report_id: str,
    seq: Annotated[int | None, Query(ge=0, le=10**15, description="as of this event of the log")] = None,
) -> PublicPreview:
    """What everybody reads of it, or would if it were published now; for the room only. 404: there is none."""
    await their_report(parts, operator, report_id)
    await parts.reports.archive.up_to_date()
    thread = await parts.reports.archive.store.thread(report_id)
    shown = preview(parts.site, [one for one in thread if seq is None or one.seq <= seq])
    if shown is None:
        raise Refusal(404, f"there is no report {report_id!r}"[:300])
    return shown


@router.post("/{report_id}/reporter")
async def reporter(request: Request, parts: PartsDep, operator: Watcher, report_id: str, look: LookRequest) -> Reporter:
    """Who reported. The look and its reason stand in the audit log before it is answered.

    403: not for this role; agencies never see it. 404: there is no such report.
    """
    if "report.identity" not in operator.rights:
        raise Refusal(403, f"the role {operator.role} may not see who reported")
    await their_report(parts, operator, report_id)
    origin = peer_address(request.scope)
    try:
        who = await parts.reports.reporters.reveal(report_id, look.why, actor=operator.user, origin=origin)
    except IdentityError as error:
        raise Refusal(503, str(error)) from error
    others = await parts.reports.reporters.others_of(report_id)
    return Reporter(known=who is not None, identity=who or Identity(), others=others)


def _may_file(operator: SignedIn) -> None:
    """Raises: Refusal (403)."""
    if "report.file" not in operator.rights:
        raise Refusal(403, f"the role {operator.role} takes no reports")


async def taken_before(parts: Parts, ticket_id: str) -> Report | None:
    """The report that the ticket was taken down as before: an answer may get lost. Raises: StorageError."""
    before = [one.event for one in await parts.log.find_command(ticket_id)] if ticket_id else []
    return next((event.report for event in before if isinstance(event, ReportReceived)), None)


async def their_report(parts: Parts, operator: SignedIn, report_id: str) -> Report:
    """Raises: Refusal (404): there is none, or it is not theirs; which of both is nobody's business."""
    report = await parts.reports.archive.find(report_id)
    if report is None or side_of(report, operator.agency_id) is None:
        raise Refusal(404, f"there is no report {report_id!r}"[:300])
    return report


def _box(text: str) -> tuple[float, ...] | None:
    """Raises: Refusal (422)."""
    if not text:
        return None
    try:
        south, west, north, east = (float(part) for part in text.split(","))
    except ValueError:
        raise Refusal(422, f"box: {text[:60]!r}; right is south,west,north,east, e.g. 22.4,103.9,22.5,104.1") from None
    return south, west, north, east
