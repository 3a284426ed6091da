"""The hotline: who called is not told, but what the same number called for before; and reports of what is told."""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import FileResponse

from backend.contracts.hotline import (
    RECORDED_LONGEST_MS,
    RECORDED_MOST,
    Call,
    CallTicket,
    EarlierCalls,
    RecordedCalls,
)
from backend.contracts.report_doors import Identity
from backend.contracts.reports import Report
from backend.gateway.callers import Insider, PartsDep
from backend.gateway.doors.media import CONFINED
from backend.gateway.doors.reading import Instant, check_span
from backend.gateway.doors.reports import taken_before
from backend.gateway.errors import Refusal
from backend.gateway.origins import peer_address
from backend.gateway.parts import Parts
from backend.services.accounts import SignedIn
from backend.services.reports.desk import ReportError
from backend.services.reports.tickets import filed_of

HEARD: Final = "call.heard"
router = APIRouter(prefix="/api/v1/hotline", tags=["hotline"])


@router.get("/calls/{call_id}/earlier")
async def earlier(parts: PartsDep, operator: Insider, call_id: str) -> EarlierCalls:
    """Earlier calls of the number and from the place of a call that goes on or ended lately. 404: there is none."""
    call = _call(parts, operator, call_id)
    return EarlierCalls(calls=await parts.calls.earlier(call), at_place=await parts.calls.at_place(call))


@router.get("/recorded")
async def recorded(parts: PartsDep, operator: Insider, start: Instant, end: Instant) -> RecordedCalls:
    """Calls of a span whose recording is kept still; which there are is told, what was said in them is not.

    422: the span is turned round or longer than a day.
    """
    _check_right(operator)
    check_span(start, end, RECORDED_LONGEST_MS)
    found = await parts.calls.recorded_in(start, end, parts.now_ms(), RECORDED_MOST + 1)
    calls = await parts.recordings.kept(found[:RECORDED_MOST])
    return RecordedCalls(start_ms=start, end_ms=end, calls=calls, more=len(found) > RECORDED_MOST)


@router.get("/calls/{call_id}/recording", response_class=FileResponse)
async def recording(request: Request, parts: PartsDep, operator: Insider, call_id: str) -> FileResponse:
    """What was said, whole or by Range. The look stands in the audit log before the first byte is answered.

    404: there is no such call, or no recording of it. 410: it is kept no longer.
    """
    _check_right(operator)
    call = await parts.calls.find(call_id)
    if call is None or call.recording is None:
        raise Refusal(404, "there is no recording of such a call")
    path = parts.recordings.path(call.recording)
    over = parts.now_ms() >= call.recording.kept_until_ms
    if over or not await asyncio.to_thread(path.is_file):
        raise Refusal(410, f"recordings of calls are kept {parts.site.hotline.recordings_days} days; this one is gone")
    about = {"digest": call.recording.digest}
    await parts.audit.record(HEARD, call_id, actor=operator.user, origin=peer_address(request.scope), detail=about)
    return FileResponse(path, media_type=call.recording.mime, headers={**CONFINED, "Cache-Control": "no-store"})


@router.post("/calls/{call_id}/report", status_code=201)
async def report(request: Request, parts: PartsDep, operator: Insider, call_id: str, ticket: CallTicket) -> Report:
    """A report of what is told in a call; the caller's number goes sealed to it and is shown to nobody.

    404: there is no such call. 422: the site has no such category, or nothing was said.
    """
    call = _call(parts, operator, call_id)
    taken = await taken_before(parts, ticket.ticket_id)
    if taken is None:
        origin = peer_address(request.scope)
        try:
            filed = filed_of(ticket, "call", parts.room.state.crisis, simulated=call.simulated)
            taken = await parts.reports.receive(filed, actor=operator.user, origin=origin, caused_by=ticket.ticket_id)
        except ReportError as error:
            raise Refusal(422, str(error)) from error
    # Also when it was taken before: the answer may have been lost between the two.
    await parts.reports.identify(taken.report_id, Identity(phone=await parts.calls.number_of(call)))
    return taken


def _check_right(operator: SignedIn) -> None:
    """Raises: Refusal (403)."""
    if "hotline" not in operator.rights:
        raise Refusal(403, 'this needs the right "hotline"')


def _call(parts: Parts, operator: SignedIn, call_id: str) -> Call:
    """Raises: Refusal (403, 404)."""
    _check_right(operator)
    call = parts.room.state.call(call_id)
    if call is None:
        raise Refusal(404, "no such call goes on or ended lately")
    return call
