"""Photos and video of reports: shown to whom the report is, taken from who works on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from starlette.responses import FileResponse

from backend.contracts.report_moves import side_of
from backend.contracts.reports import Medium
from backend.gateway.callers import PartsDep, Watcher
from backend.gateway.doors.reports import their_report
from backend.gateway.errors import Refusal
from backend.gateway.origins import peer_address
from backend.gateway.parts import Parts
from backend.services.accounts import SignedIn
from backend.services.media.messages import MediaError
from backend.services.media.store import DIGEST, Kept
from backend.services.reports.desk import ReportError

PATH: Final = "/api/v1/media"
router = APIRouter(prefix=PATH, tags=["reports"])

CONFINED: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PRIVATE: Final = {**CONFINED, "Cache-Control": "private, max-age=3600, immutable"}

Digest = Annotated[str, PathParameter(pattern=DIGEST)]


@router.post("", status_code=201)
async def attach(
    request: Request,
    parts: PartsDep,
    operator: Watcher,
    report: Annotated[str, Query(max_length=64)],
    stage: Annotated[Literal["report", "before", "after"], Query(description="what it shows")],
) -> Medium:
    """A photo or video of the place, the body as it is; it stands in the report's thread when this is answered.

    403: not for this role. 404: there is no such report, or it is not this agency's. 422: it is not taken, and why.
    """
    if "report.note" not in operator.rights:
        raise Refusal(403, f"the role {operator.role} adds nothing to reports")
    await their_report(parts, operator, report)
    try:
        medium = await parts.media.take(request.stream(), stage)
        await parts.reports.attach(report, medium, operator, origin=peer_address(request.scope))
    except (MediaError, ReportError) as error:
        raise Refusal(422, str(error)) from error
    return medium


@router.get("/{digest}", response_class=FileResponse)
async def file(parts: PartsDep, operator: Watcher, digest: Digest) -> FileResponse:
    """The picture or film, whole or by Range. 404: there is none, or it is of no report of this agency."""
    await _check_seen(parts, operator, digest)
    return await answer(digest, parts.media.store.find, _PRIVATE)


@router.get("/{digest}/thumbnail", response_class=FileResponse)
async def thumbnail(parts: PartsDep, operator: Watcher, digest: Digest) -> FileResponse:
    """A small JPEG of it. 404: as above."""
    await _check_seen(parts, operator, digest)
    return await answer(digest, parts.media.store.find_thumbnail, _PRIVATE)


async def answer(digest: str, find: Callable[[str], Kept | None], headers: dict[str, str]) -> FileResponse:
    """Raises: Refusal (404)."""
    kept = await asyncio.to_thread(find, digest)
    if kept is None:
        raise _missing(digest)
    return FileResponse(kept.path, media_type=kept.mime, headers=headers)


async def _check_seen(parts: Parts, operator: SignedIn, digest: str) -> None:
    """Raises: Refusal (404)."""
    if not (await _may_see(parts, operator, digest)):
        # Its report may have come a moment ago.
        await parts.reports.archive.up_to_date()
        if not await _may_see(parts, operator, digest):
            raise _missing(digest)


async def _may_see(parts: Parts, operator: SignedIn, digest: str) -> bool:
    for report_id in await parts.reports.archive.store.media.reports_of(digest):
        report = await parts.reports.archive.find(report_id)
        if report is not None and side_of(report, operator.agency_id) is not None:
            return True
    return False


def _missing(digest: str) -> Refusal:
    return Refusal(404, f"there is no medium {digest}")
