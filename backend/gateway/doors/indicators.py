"""Indicators: how they stand, every revision of a figure, league tables, and the form that figures are entered by."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from backend.contracts.indicators import (
    FIGURES_AT_ONCE,
    CountedKind,
    FigureBehind,
    FigureForm,
    ImportAnswer,
    Indicator,
    IndicatorHistory,
    IndicatorReport,
    League,
)
from backend.contracts.measures import MEASURES
from backend.contracts.periods import PeriodError, kind_of
from backend.gateway.callers import PartsDep, Watcher
from backend.gateway.doors.reading import instant_ms, json_answer
from backend.gateway.errors import Refusal
from backend.gateway.feed.sight import Sight
from backend.gateway.origins import peer_address
from backend.gateway.parts import Parts
from backend.services.accounts import SignedIn
from backend.services.indicators.behind import counted_behind, parts_behind
from backend.services.indicators.book import IndicatorBook
from backend.services.indicators.report import indicator_row, league
from backend.sources.indicator_message import IndicatorMessageError, PlacedEntry
from backend.sources.indicator_sheet import sheet_entries, template
from backend.sources.text import plain

router = APIRouter(prefix="/api/v1/indicators", tags=["indicators"])


XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def clerk(operator: Watcher) -> SignedIn:
    """A signed-in operator who may enter figures. Raises: Refusal (401, 403)."""
    if "indicator.enter" not in operator.rights:
        raise Refusal(403, f"the role {operator.role} may not enter figures")
    return operator


ClerkDep = Annotated[SignedIn, Depends(clerk)]


@router.get("", response_model=IndicatorReport)
async def report(parts: PartsDep, operator: Watcher, at: str = "") -> Response:
    """Every indicator with its newest figure and how it stands, as it was known at `at` (by default now)."""
    at_ms = _known_ms(parts, at)
    book, day, offset_min = _book(parts), parts.indicators.day(at_ms), parts.site.utc_offset_min
    rows = (indicator_row(book, one, at_ms, day, offset_min) for one in book.rules(at_ms).indicators)
    return json_answer(IndicatorReport(seq=parts.room.durable.seq, at_ms=at_ms, day=day.isoformat(), rows=tuple(rows)))


@router.get("/{code}/values", response_model=IndicatorHistory)
async def values(
    parts: PartsDep,
    operator: Watcher,
    code: str,
    area: str | None = None,
    at: str = "",
    revisions: bool = False,
) -> Response:
    """Figures of an indicator: newest revision of each, or all; of one area ("" = the province), or all of them."""
    at_ms = _known_ms(parts, at)
    indicator = _indicator(parts, code, at_ms)
    book = _book(parts)
    found = [
        one
        for each in ((area,) if area is not None else book.areas(code))
        for one in book.revisions(indicator.code, each, at_ms)
    ]
    if not revisions:
        found = list({(one.area, one.period): one for one in found}.values())
    return json_answer(IndicatorHistory(code=indicator.code, values=tuple(found)))


@router.get("/{code}/league", response_model=League)
async def ranking(
    parts: PartsDep,
    operator: Watcher,
    code: str,
    period: Annotated[str, Query(max_length=20)] = "",
    at: str = "",
) -> Response:
    """Areas by rank, in a period (by default the newest). 404: it has no areas, or no figures of any."""
    at_ms = _known_ms(parts, at)
    indicator = _indicator(parts, code, at_ms)
    if period:
        _check_period(indicator, period)
    found = league(parts.site, _book(parts), indicator, period, at_ms)
    if found is None:
        raise Refusal(404, f"there are no figures of areas of {code}")
    return json_answer(found)


@router.get("/{code}/behind", response_model=FigureBehind)
async def behind(
    parts: PartsDep,
    operator: Watcher,
    code: str,
    period: Annotated[str, Query(max_length=20)],
    area: Annotated[str, Query(max_length=200)] = "",
    at: str = "",
) -> Response:
    """What a figure is made of: those of its formula, or what was counted in the log, of which an agency sees its own.

    Of one that somebody entered there is nothing. 422: it has no such period.
    """
    at_ms = _known_ms(parts, at)
    indicator = _indicator(parts, code, at_ms)
    _check_period(indicator, period)
    book = _book(parts)
    if indicator.formula:
        found = parts_behind(book, book.rules(at_ms), indicator, area, period, at_ms)
    elif indicator.computed in MEASURES:
        offset_min, sees = parts.site.utc_offset_min, _sees(parts, Sight.of(operator))
        found = await counted_behind(parts.log_facts, indicator, area, period, at_ms, offset_min, sees)
    else:
        found = FigureBehind(code=indicator.code, area=area, period=period)
    return json_answer(found)


def _sees(parts: Parts, sight: Sight) -> Callable[[CountedKind, str], bool]:
    """Rows of the log that a seat may see: the room's own people all, an agency those that are its own now."""
    state = parts.room.durable

    def sees(kind: CountedKind, key: str) -> bool:
        if sight.whole or kind == "camera":
            return True
        if kind == "report":
            return sight.sees_report(state.report(key))
        return kind == "alert" and sight.sees_alert(state, state.find_alert(key))

    return sees


@router.post("/values", response_model=ImportAnswer)
async def enter(request: Request, parts: PartsDep, operator: ClerkDep, body: FigureForm) -> Response:
    """Enter figures by hand, all or none; an agency those it answers for. `problems`: what was wrong, value by value.

    413: more than the most of one form.
    """
    if len(body.values) > FIGURES_AT_ONCE:
        raise Refusal(413, f"{len(body.values)} figures; at most {FIGURES_AT_ONCE} are taken at once")
    entries = [PlacedEntry(one, f"values.{number}", number + 1) for number, one in enumerate(body.values)]
    answer = await parts.indicators.enter(
        entries,
        lambda indicator: _may(operator, indicator),
        "form",
        actor=operator.user,
        origin=peer_address(request.scope),
    )
    return json_answer(answer)


@router.get("/sheet/template.xlsx", response_class=Response)
async def template_sheet(parts: PartsDep, operator: ClerkDep) -> Response:
    """A workbook to fill in, with a row for each indicator that this seat may enter, of the period that ended last."""
    today = parts.indicators.day(parts.now_ms())
    mine = [one for one in parts.site.indicators.indicators if _may(operator, one)]
    content = await asyncio.to_thread(template, mine, today)
    headers = {"Content-Disposition": 'attachment; filename="nhap-lieu.xlsx"', "Cache-Control": "no-store"}
    return Response(content, media_type=XLSX, headers=headers)


@router.post("/sheet", response_model=ImportAnswer)
async def sheet(
    request: Request, parts: PartsDep, operator: Watcher, name: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """A filled workbook, or its sheet as CSV, raw; `name` is the file's name. All of its figures are entered, or none.

    `problems` names every wrong cell. 422: it is no sheet that can be read.
    """
    body = await request.body()
    await clerk(operator)
    kinds = {one.code: one.period for one in parts.site.indicators.indicators}
    try:
        read = sheet_entries(await parts.sheets.read(body), kinds)
    except IndicatorMessageError as error:
        raise Refusal(422, str(error)) from error
    except OSError as error:
        raise Refusal(503, "no workbook can be opened just now; send it again", {"Retry-After": "10"}) from error
    answer = await parts.indicators.enter(
        read.entries,
        lambda indicator: _may(operator, indicator),
        "sheet",
        actor=operator.user,
        origin=peer_address(request.scope),
        file_name=plain(name, 200),
        digest=hashlib.sha256(body).hexdigest(),
        unread=read.problems,
    )
    return json_answer(answer)


def _may(operator: SignedIn, indicator: Indicator) -> bool:
    return operator.role != "agency" or indicator.owner == operator.agency_id


def _indicator(parts: Parts, code: str, at_ms: int) -> Indicator:
    """As it was at the instant. Raises: Refusal (404, 503)."""
    found = _book(parts).rules(at_ms).indicator(code)
    if found is None:
        raise Refusal(404, f"there is no indicator {code!r}"[:300])
    return found


def _check_period(indicator: Indicator, period: str) -> None:
    """Raises: Refusal (422)."""
    try:
        wrong = kind_of(period) != indicator.period
    except PeriodError as error:
        raise Refusal(422, f"period: {error}"[:300]) from None
    if wrong:
        raise Refusal(422, f"period: {indicator.code} has figures of a {indicator.period}")


def _known_ms(parts: Parts, at: str) -> int:
    """Nobody knows anything later than now. Raises: Refusal (422)."""
    return min(instant_ms("at", at), parts.now_ms()) if at else parts.now_ms()


def _book(parts: Parts) -> IndicatorBook:
    """Raises: Refusal (503)."""
    book = parts.indicators.book
    if not book.ready.is_set():
        raise Refusal(503, "the figures are being read from the log; ask again", {"Retry-After": "2"})
    return book
