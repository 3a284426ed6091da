"""Hand-over sheets of the shifts, for whoever watches the room."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Final

from fastapi import APIRouter
from fastapi import Path as PathParameter
from starlette.responses import Response

from backend.contracts.events import HandoverDrafted
from backend.contracts.shifts import HandoverSheet, Watch, sheet_digest
from backend.gateway.callers import Insider, PartsDep
from backend.gateway.errors import Refusal
from backend.gateway.parts import Parts
from backend.services.accounts import SignedIn
from backend.services.debrief_sheet import SheetContext
from backend.services.evidence.handover_report import to_pdf
from backend.services.handover_sheet import to_html

router = APIRouter(prefix="/api/v1/shifts", tags=["shifts"])
WatchId = Annotated[str, PathParameter(pattern=r"^\d{4}-\d{2}-\d{2}\.[a-z0-9-]{1,40}$")]

_PRIVATE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_RUNS_NOTHING: Final = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}


@router.get("/{watch_id}/handover.html", response_class=Response, responses={200: {"content": {"text/html": {}}}})
async def handover_html(parts: PartsDep, operator: Insider, watch_id: WatchId) -> Response:
    """The newest draft of a watch, or what was signed, printable; read from the log, its digest checked again.

    404: the room keeps no such watch, or there is no sheet of it. 409: what lies in the log is not what was signed.
    """
    watch, sheet = await _sheet(parts, watch_id)
    page = to_html(sheet, watch.digest, watch.leaving, watch.coming, _context(parts, operator))
    headers = _PRIVATE | _RUNS_NOTHING | _named(watch_id, "html")
    return Response(page.encode(), headers=headers, media_type="text/html; charset=utf-8")


@router.get("/{watch_id}/handover.pdf", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
async def handover_pdf(parts: PartsDep, operator: Insider, watch_id: WatchId) -> Response:
    """The same as a PDF, refused for the same reasons."""
    watch, sheet = await _sheet(parts, watch_id)
    site = parts.room.durable.site
    assert site is not None, "a room with a watch has a site"
    content = await asyncio.to_thread(
        to_pdf, sheet, watch.digest, watch.leaving, watch.coming, _context(parts, operator), site
    )
    return Response(content, headers=_PRIVATE | _named(watch_id, "pdf"), media_type="application/pdf")


async def _sheet(parts: Parts, watch_id: str) -> tuple[Watch, HandoverSheet]:
    """The watch, and its sheet as the log has it. Raises: Refusal (404, 409)."""
    watch = parts.room.durable.watches.get(watch_id)
    if watch is None or not watch.sheet_seq:
        raise Refusal(404, f"there is no hand-over sheet of {watch_id!r}")
    found = await parts.log.read(watch.sheet_seq - 1, 1)
    event = found[0].event if found else None
    if not isinstance(event, HandoverDrafted):
        raise Refusal(404, f"the log keeps the sheet of {watch_id!r} no more")
    if sheet_digest(event.sheet) != watch.digest:
        raise Refusal(409, f"the sheet of {watch_id!r} in the log is not the one that was signed")
    return watch, event.sheet


def _context(parts: Parts, operator: SignedIn) -> SheetContext:
    site = parts.site
    return SheetContext(
        site_vi=site.name_vi,
        utc_offset_min=site.utc_offset_min,
        printed_ms=parts.now_ms(),
        printed_by=operator.user,
        exercise_vi=site.exercise_vi,
        users={one.user: one.display_name for one in site.operators},
    )


def _named(watch_id: str, ending: str) -> dict[str, str]:
    name = re.sub(r"[^0-9a-z-]", "-", watch_id)
    return {"Content-Disposition": f'attachment; filename="giao-ca-{name}.{ending}"'}
