"""`/public`: pages, tables and pictures of published reports, for everybody who asks not too often."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import FileResponse, Response

from backend.gateway.callers import PartsDep
from backend.gateway.doors.media import CONFINED, Digest, answer
from backend.gateway.errors import Refusal
from backend.gateway.origins import peer_address
from backend.gateway.parts import Parts
from backend.gateway.public.pages import CSP, Pages
from backend.gateway.public.sheets import csv_of, geojson_of
from backend.gateway.public.told import PublicReport, PublicTeller, day
from backend.gateway.public.words import WORDS, language_of
from backend.services.flow_limit import FlowLimit
from backend.storage.reports import FiledQuery

DAY_MS: Final = 86_400_000
SPAN_DAYS: Final = 366
DEFAULT_DAYS: Final = 90
PAGE_ROWS: Final = 20
SHEET_MOST: Final = 1000
PAGES_MOST: Final = 10_000
EVER_MS: Final = 10**14

_OPEN: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_MEDIA: Final = {**CONFINED, "Cache-Control": "public, max-age=300"}


class PublicFlow:
    """How often one address may ask."""

    def __init__(self, per_min: float) -> None:
        self._limit = FlowLimit(per_min, max(1, round(per_min / 4)))

    def check(self, caller: str) -> None:
        """Raises: Refusal (429)."""
        wait_s = self._limit.wait_s(caller, asyncio.get_running_loop().time())
        if wait_s:
            raise Refusal(429, f"too much at once; again in {wait_s:g} s", {"Retry-After": f"{wait_s:g}"})


async def _let_in(request: Request, parts: PartsDep) -> None:
    """Raises: Refusal (404: the site publishes nothing here; 429)."""
    if not parts.site.reports.public.enabled or parts.site.exercise_vi:
        raise Refusal(404, "this centre has no public pages")
    flow: PublicFlow = request.app.state.public_flow
    flow.check(peer_address(request.scope))


router = APIRouter(prefix="/public", tags=["public"], dependencies=[Depends(_let_in)])

Page = Annotated[int, Query(ge=1, le=PAGES_MOST)]
Categories = Annotated[str, Query(max_length=64, description="id of a category")]
Day = Annotated[str, Query(max_length=10, description="ISO date at the site")]
Language = Annotated[str, Query(max_length=5, description="vi or en; by default what the browser would rather read")]
Rows = Annotated[int, Query(ge=1, le=SHEET_MOST)]


@router.get("/reports")
async def listing(
    request: Request, parts: PartsDep, category: Categories = "", page: Page = 1, lang: Language = ""
) -> Response:
    """Published reports, newest first."""
    found, more = await _published(parts, 0, EVER_MS, category, page, PAGE_ROWS)
    return _html(_pages(request, parts, lang).listing(found, category, page, more))


@router.get("/reports.csv")
async def sheet(
    request: Request,
    parts: PartsDep,
    start: Day = "",
    end: Day = "",
    category: Categories = "",
    page: Page = 1,
    limit: Rows = SHEET_MOST,
) -> Response:
    """Published reports as CSV, by when they came: the last 90 days or as asked, `Link` has the next page."""
    found, more = await _published(parts, *_span(parts, start, end), category, page, limit)
    content = csv_of(found, parts.site.utc_offset_min)
    headers = _next(request, page, more) | {"Content-Disposition": 'attachment; filename="phan-anh.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/reports.geojson")
async def places(
    request: Request,
    parts: PartsDep,
    start: Day = "",
    end: Day = "",
    category: Categories = "",
    page: Page = 1,
    limit: Rows = SHEET_MOST,
) -> Response:
    """As the CSV, with their rounded places."""
    found, more = await _published(parts, *_span(parts, start, end), category, page, limit)
    content = geojson_of(found, parts.site.utc_offset_min)
    return Response(content, media_type="application/geo+json", headers=_next(request, page, more))


@router.get("/reports/{code}")
async def single(request: Request, parts: PartsDep, code: str, lang: Language = "") -> Response:
    """How one report stands; what it says once it is published. 404: there is none."""
    store = parts.reports.archive.store
    await parts.reports.archive.up_to_date()
    filed = await store.filed(code)
    if filed is None:
        return _html(_pages(request, parts, lang).missing(code), 404)
    media = (await store.media.approved([code])).get(code, ())
    return _html(_pages(request, parts, lang).single(PublicTeller(parts.site).told(filed, media)))


@router.get("/media/{digest}", response_class=FileResponse)
async def medium(parts: PartsDep, digest: Digest) -> FileResponse:
    """A picture or film of a published result, whole or by Range. 404: there is none."""
    await _check_public(parts, digest)
    return await answer(digest, parts.media.store.find, _MEDIA)


@router.get("/media/{digest}/thumbnail", response_class=FileResponse)
async def thumbnail(parts: PartsDep, digest: Digest) -> FileResponse:
    """A small JPEG of it. 404: as above."""
    await _check_public(parts, digest)
    return await answer(digest, parts.media.store.find_thumbnail, _MEDIA)


async def _published(
    parts: Parts, from_ms: int, to_ms: int, category_id: str, page: int, limit: int
) -> tuple[list[PublicReport], bool]:
    """A page, and whether there are more."""
    await parts.reports.archive.up_to_date()
    query = FiledQuery(
        caller="",
        from_ms=from_ms,
        to_ms=to_ms,
        category_ids=(category_id,) if category_id else (),
        limit=limit + 1,
        offset=(page - 1) * limit,
    )
    found = await parts.reports.archive.store.list_filed(query)
    teller = PublicTeller(parts.site)
    return [teller.told(one) for one in found[:limit]], len(found) > limit


async def _check_public(parts: Parts, digest: str) -> None:
    """Raises: Refusal (404)."""
    await parts.reports.archive.up_to_date()
    if not await parts.reports.archive.store.media.is_public(digest):
        raise Refusal(404, f"there is no medium {digest}")


def _span(parts: Parts, start: str, end: str) -> tuple[int, int]:
    """[start, end) in epoch ms of local days, the last one included. Raises: Refusal (422)."""
    try:
        first, last = day(start), day(end)
    except ValueError:
        raise Refusal(422, "start, end: right are ISO dates, e.g. start=2026-01-01&end=2026-03-31") from None
    offset = timedelta(minutes=parts.site.utc_offset_min)
    last = last or (datetime.fromtimestamp(parts.now_ms() / 1000, UTC) + offset).date()
    try:
        first = first or last - timedelta(days=DEFAULT_DAYS - 1)
        days = (last - first).days + 1
        from_ms = round((datetime(first.year, first.month, first.day, tzinfo=UTC) - offset).timestamp() * 1000)
    except OverflowError:
        raise Refusal(422, "start, end: they lie outside of the years 1970 to 5138") from None
    if not 1 <= days <= SPAN_DAYS:
        raise Refusal(422, f"start to end: right are 1 to {SPAN_DAYS} days, not {days}")
    return from_ms, from_ms + days * DAY_MS


def _pages(request: Request, parts: Parts, lang: str) -> Pages:
    words = WORDS[language_of(lang, request.headers.get("Accept-Language", "")[:500])]
    return Pages(parts.site, words, told=lang == words.language)


def _next(request: Request, page: int, more: bool) -> dict[str, str]:
    headers = _OPEN | {"Cache-Control": "public, max-age=60"}
    return headers | {"Link": f'<{request.url.include_query_params(page=page + 1)}>; rel="next"'} if more else headers


def _html(page: str, status: int = 200) -> Response:
    headers = _OPEN | {"Content-Security-Policy": CSP, "Cache-Control": "public, max-age=30"}
    headers |= {"Vary": "Accept-Language"}
    return Response(page, status, media_type="text/html; charset=utf-8", headers=headers)
