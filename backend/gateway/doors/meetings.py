"""Papers that a meeting leaves behind."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter
from fastapi import Path as PathParameter
from starlette.responses import Response

from backend.gateway.callers import PartsDep, Watcher
from backend.gateway.errors import Refusal
from backend.gateway.feed.sight import Sight
from backend.gateway.parts import Parts
from backend.services.accounts import SignedIn
from backend.services.minutes.content import Minutes, MinutesContext, minutes
from backend.services.minutes.printed import to_pdf
from backend.services.minutes.word import to_docx

router = APIRouter(prefix="/api/v1/meetings", tags=["meetings"])
MeetingId = Annotated[str, PathParameter(min_length=1, max_length=200)]

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF: Final = "application/pdf"
_PRIVATE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@router.get("/{meeting_id}/minutes.docx", response_class=Response, responses={200: {"content": {DOCX: {}}}})
async def minutes_docx(parts: PartsDep, operator: Watcher, meeting_id: MeetingId) -> Response:
    """Minutes of a meeting as they write themselves, in the form of decree 30/2020, to be edited by the secretary.

    While the meeting runs they are a draft, and say so. 404: the room keeps no such meeting, or it is not for this
    account. 409: it never began.
    """
    return await _printed(parts, operator, meeting_id, to_docx, "docx", DOCX)


@router.get("/{meeting_id}/minutes.pdf", response_class=Response, responses={200: {"content": {PDF: {}}}})
async def minutes_pdf(parts: PartsDep, operator: Watcher, meeting_id: MeetingId) -> Response:
    """The same as a PDF, refused for the same reasons."""
    return await _printed(parts, operator, meeting_id, to_pdf, "pdf", PDF)


async def _printed(
    parts: Parts, operator: SignedIn, meeting_id: str, printer: Callable[[Minutes], bytes], ending: str, media: str
) -> Response:
    meeting, sight = parts.room.durable.meetings.get(meeting_id), Sight.of(operator)
    if meeting is None or not (sight.whole or sight.sees_meeting(meeting)):
        raise Refusal(404, f"the room keeps no meeting {meeting_id!r} for this account"[:300])
    try:
        paper = minutes(meeting, _context(parts))
    except ValueError as error:
        raise Refusal(409, str(error)) from error
    content = await asyncio.to_thread(printer, paper)
    name = re.sub(r"[^0-9A-Za-z-]", "-", meeting_id)
    headers = _PRIVATE | {"Content-Disposition": f'attachment; filename="bien-ban-{name}.{ending}"'}
    return Response(content, headers=headers, media_type=media)


def _context(parts: Parts) -> MinutesContext:
    site = parts.site
    banners = [f"DIỄN TẬP: {site.exercise_vi}"] if site.exercise_vi else []
    return MinutesContext(
        head=site.meetings.minutes,
        site_vi=site.name_vi,
        utc_offset_min=site.utc_offset_min,
        agencies={one.agency_id: one.name_vi for one in site.agencies},
        banner_vi=" · ".join([*banners, *(["DỮ LIỆU MÔ PHỎNG"] if site.simulated else [])]),
    )
