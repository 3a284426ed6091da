"""The past, for whoever may replay it."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from backend.contracts.alarm_load import AlarmLoad
from backend.contracts.replay import (
    LIVE_EDGE_MS,
    Debrief,
    Lane,
    NextEvent,
    ReplayEvents,
    ReplayReadings,
    ReplaySpan,
    StateThen,
    Timeline,
)
from backend.gateway.callers import PartsDep, Watcher
from backend.gateway.doors.reading import HOUR_MS, LAST_SEQ, Instant, check_span, json_answer
from backend.gateway.errors import Refusal
from backend.gateway.origins import peer_address
from backend.gateway.parts import Parts
from backend.services.accounts import SignedIn
from backend.services.alarm_load import alarm_load
from backend.services.debrief import TooManyAlertsError
from backend.services.debrief import debrief as answers
from backend.services.debrief_sheet import SheetContext, to_csv, to_html

router = APIRouter(prefix="/api/v1/replay", tags=["replay"])

READINGS_LONGEST_MS: Final = 6 * HOUR_MS
DEBRIEF_LONGEST_MS: Final = 7 * 24 * HOUR_MS
LOAD_LONGEST_MS: Final = 31 * 24 * HOUR_MS
TIMELINE_LONGEST_MS: Final = 40 * 24 * HOUR_MS
TIMELINE_SHORTEST_MS: Final = 1_000


async def replayer(request: Request, parts: PartsDep, operator: Watcher) -> SignedIn:
    """A signed-in operator who may look into the past, which is recorded. Raises: Refusal (401, 403), StorageError."""
    if "replay" not in operator.rights:
        raise Refusal(403, f"the role {operator.role} may not replay the room")
    await parts.audit.look("replay.opened", "", actor=operator.user, origin=peer_address(request.scope))
    return operator


Replayer = Annotated[SignedIn, Depends(replayer)]


def edge_ms(parts: Parts) -> int:
    """The youngest instant that can be replayed."""
    return parts.now_ms() - LIVE_EDGE_MS


@router.get("/span", response_model=ReplaySpan)
async def span(parts: PartsDep, operator: Replayer) -> Response:
    """What can be replayed."""
    found = await parts.history.bounds()
    answer = ReplaySpan(
        epoch=parts.log.epoch,
        first_ms=found.first_ms,
        last_ms=found.last_ms,
        first_seq=found.first_seq,
        last_seq=found.last_seq,
        server_ms=parts.now_ms(),
    )
    return json_answer(answer)


@router.get("/state", response_model=StateThen)
async def state(parts: PartsDep, operator: Replayer, at: Instant) -> Response:
    """The room as it stood at an instant: fold `tail` onto `snapshot`."""
    return json_answer(await parts.history.state_then(min(at, edge_ms(parts))))


@router.get("/events", response_model=ReplayEvents)
async def events(
    parts: PartsDep,
    operator: Replayer,
    until: Instant,
    after_seq: Annotated[int, Query(ge=0, le=LAST_SEQ)] = 0,
    limit: Annotated[int, Query(ge=1, le=20_000)] = 2000,
) -> Response:
    """What happened after an event, up to an instant."""
    return json_answer(await parts.history.events(after_seq, min(until, edge_ms(parts)), limit))


@router.get("/readings", response_model=ReplayReadings)
async def readings(parts: PartsDep, operator: Replayer, start: Instant, end: Instant, known: Instant) -> Response:
    """Samples of every station in a span, as they were known at an instant."""
    check_span(start, end, READINGS_LONGEST_MS)
    return json_answer(await parts.history.readings(start, end, min(known, edge_ms(parts))))


@router.get("/timeline", response_model=Timeline)
async def timeline(
    parts: PartsDep,
    operator: Replayer,
    start: Instant,
    end: Instant,
    buckets: Annotated[int, Query(ge=10, le=4000)] = 1000,
    camera: Annotated[list[str] | None, Query(max_length=500)] = None,
) -> Response:
    """How much happened when, in about so many parts of a span, and when which camera was not recorded."""
    check_span(start, end, TIMELINE_LONGEST_MS)
    if end - start < TIMELINE_SHORTEST_MS:
        raise Refusal(422, "start to end is shorter than a second, which is the shortest span")
    answer = await parts.timeline.timeline(start, max(start, min(end, edge_ms(parts))), buckets, camera)
    return json_answer(answer)


@router.get("/next", response_model=NextEvent)
async def next_event(
    parts: PartsDep,
    operator: Replayer,
    at: Instant,
    direction: Annotated[int, Query(ge=-1, le=1)] = 1,
    lane: Lane | None = None,
) -> Response:
    """The nearest event after (direction 1) or before (-1) an instant, in one lane of the timeline or in any."""
    if not direction:
        raise Refusal(422, "direction: 1 = the next event, -1 = the previous one")
    if lane == "motion":
        raise Refusal(422, "lane: raw detections are no events; alert, report, operator and system can be jumped along")
    found = await parts.timeline.next_event(at, direction > 0, lane, edge_ms(parts))
    return json_answer(b'{"event":%s}' % (found or b"null"))


async def debriefer(request: Request, parts: PartsDep, operator: Watcher) -> SignedIn:
    """A signed-in operator who may debrief, which is recorded. Raises: Refusal (401, 403), StorageError."""
    if "debrief" not in operator.rights:
        raise Refusal(403, f"the role {operator.role} may not debrief")
    await parts.audit.look("debrief.opened", "", actor=operator.user, origin=peer_address(request.scope))
    return operator


Debriefer = Annotated[SignedIn, Depends(debriefer)]


@router.get("/alarm-load", response_model=AlarmLoad)
async def load(parts: PartsDep, operator: Replayer, start: Instant, end: Instant) -> Response:
    """How many alarms a span brought, and how they were answered, beside the site's targets."""
    check_span(start, end, LOAD_LONGEST_MS)
    # Up to now, not to the replay's edge: a live desk asks about the alarm that just came.
    return json_answer(await alarm_load(parts.history, parts.site.kpis, start, max(start, min(end, parts.now_ms()))))


@router.get("/debrief", response_model=Debrief)
async def debrief(parts: PartsDep, operator: Replayer, start: Instant, end: Instant) -> Response:
    """How every alert raised in a span was answered by its end, beside the site's targets."""
    return json_answer(await _debrief(parts, start, end))


@router.get("/debrief.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def debrief_csv(parts: PartsDep, operator: Debriefer, start: Instant, end: Instant) -> Response:
    """The same for a spreadsheet, with the supervisors' comments, in Vietnamese."""
    found = await _debrief(parts, start, end)
    return _sheet(to_csv(found, _sheet_context(parts, operator)), "text/csv", found, "csv")


@router.get("/debrief.html", response_class=Response, responses={200: {"content": {"text/html": {}}}})
async def debrief_html(parts: PartsDep, operator: Debriefer, start: Instant, end: Instant) -> Response:
    """The same as one printable file for the minutes, in Vietnamese."""
    found = await _debrief(parts, start, end)
    return _sheet(to_html(found, _sheet_context(parts, operator)), "text/html", found, "html")


async def _debrief(parts: Parts, start_ms: int, end_ms: int) -> Debrief:
    check_span(start_ms, end_ms, DEBRIEF_LONGEST_MS)
    try:
        # Up to now, not to the replay's edge: a live desk asks what was done about the alert that just came.
        return await answers(parts.history, parts.site.targets, start_ms, max(start_ms, min(end_ms, parts.now_ms())))
    except TooManyAlertsError as error:
        raise Refusal(422, str(error)) from error


def _sheet_context(parts: Parts, operator: SignedIn) -> SheetContext:
    site = parts.site
    return SheetContext(
        site_vi=site.name_vi,
        utc_offset_min=site.utc_offset_min,
        printed_ms=parts.now_ms(),
        printed_by=operator.user,
        exercise_vi=site.exercise_vi,
        marks=tuple(parts.room.durable.marks.values()),
        users={one.user: one.display_name for one in site.operators},
        agencies={one.agency_id: one.name_vi for one in site.agencies},
    )


def _sheet(text: str, media_type: str, found: Debrief, ending: str) -> Response:
    # Opened from the doors' own address it must not be able to do anything.
    headers = {
        "Content-Disposition": f'attachment; filename="rut-kinh-nghiem-{found.start_ms}-{found.end_ms}.{ending}"',
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(text.encode(), headers=headers, media_type=f"{media_type}; charset=utf-8")
