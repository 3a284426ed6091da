"""What the room holds, for whoever asks by HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel
from pydantic_core import to_json
from starlette.responses import Response

from backend.contracts.readings import ReadingHistory, ReadingSeries
from backend.contracts.site import Site
from backend.contracts.state import StateSnapshot
from backend.gateway.answers import AlertList, CameraList, CameraRow, EventPage, StationList, StationRow
from backend.gateway.callers import Insider, PartsDep, Watcher
from backend.gateway.errors import Refusal
from backend.gateway.feed.sight import Sight
from backend.gateway.parts import Parts

router = APIRouter(prefix="/api/v1", tags=["reading"])

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
LAST_MS: Final = 253_402_300_799_999
LAST_SEQ: Final = 2**63 - 1  # what the database counts to

Instant = Annotated[int, Query(ge=0, le=LAST_MS)]


def json_answer(body: bytes | BaseModel) -> Response:
    # Encoded once, by the model's own serialiser: FastAPI would validate and copy the whole answer again.
    return Response(body if isinstance(body, bytes) else to_json(body), media_type="application/json")


def _site(parts: Parts) -> Site:
    site = parts.room.durable.site
    if site is None:
        raise Refusal(503, "the site is not in the log yet")
    return site


@router.get("/state", response_model=StateSnapshot)
async def state(parts: PartsDep, operator: Watcher) -> Response:
    """The fold of the log up to `seq`: what every seat's own fold must equal; an agency's is its own part of it."""
    return json_answer(parts.fanout.state_seen_by(Sight.of(operator))[1])


@router.get("/events", response_model=EventPage)
async def events(
    parts: PartsDep,
    operator: Insider,
    after_seq: Annotated[int, Query(ge=0, le=LAST_SEQ)] = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = 500,
) -> Response:
    """The log itself, in its order."""
    page = await parts.log.read(after_seq, limit)
    return json_answer(EventPage(epoch=parts.log.epoch, last_seq=parts.log.last_seq, events=page))


@router.get("/alerts", response_model=AlertList)
async def alerts(parts: PartsDep, operator: Watcher, closed: bool = False) -> Response:
    """Open alerts; with `closed` also those that ended last. An agency's are those that were handed to it."""
    now = parts.room.durable
    seen = Sight.of(operator).snapshot(now)
    gone = seen.closed if closed else ()
    return json_answer(AlertList(epoch=now.epoch, seq=now.seq, alerts=seen.alerts, closed=gone))


@router.get("/cameras", response_model=CameraList)
async def cameras(parts: PartsDep, operator: Watcher) -> Response:
    """Cameras without their passwords, with what the backend's own probe says of them."""
    now = parts.room.durable
    rows = tuple(CameraRow(camera=camera, state=now.cameras.get(camera.camera_id)) for camera in _site(parts).cameras)
    return json_answer(CameraList(seq=now.seq, cameras=rows))


@router.get("/stations", response_model=StationList)
async def stations(parts: PartsDep, operator: Watcher) -> Response:
    latest: dict[str, list[ReadingSeries]] = {}
    for row in parts.readings.latest():
        sample = {"at_ms": [row.at_ms], "value": [row.value], "status": [row.status]}
        series = {"station_id": row.station_id, "symbol": row.symbol, **sample}
        latest.setdefault(row.station_id, []).append(ReadingSeries.model_validate_json(to_json(series)))
    rows = tuple(
        StationRow(station=station, latest=tuple(latest.get(station.station_id, ())))
        for station in _site(parts).stations
    )
    return json_answer(StationList(seq=parts.room.durable.seq, stations=rows))


@router.get("/readings", response_model=ReadingHistory)
async def readings(
    parts: PartsDep,
    operator: Watcher,
    station: str,
    parameter: str,
    start: str = "",
    end: str = "",
    known: str = "",
    max_points: Annotated[int, Query(ge=2, le=20_000)] = 2000,
) -> Response:
    """History of one parameter; down-sampled, with every smallest and largest value kept, over `max_points`.

    `start` and `end` are epoch milliseconds or ISO 8601 with an offset; by default the last 24 hours. `known` leaves
    out what was received after that instant: the span as it stood then.
    """
    found = parts.site.parameter(station, parameter)
    if found is None:
        raise Refusal(404, f"the site has no parameter {parameter!r} of a station {station!r}")
    end_ms = instant_ms("end", end) if end else parts.now_ms()
    start_ms = instant_ms("start", start) if start else max(0, end_ms - DAY_MS)
    if start_ms > end_ms:
        raise Refusal(422, "start lies after end")
    known_ms = instant_ms("known", known) if known else LAST_MS
    series, buckets = await parts.readings_store.history(station, parameter, start_ms, end_ms, max_points, known_ms)
    return json_answer(
        ReadingHistory(
            station_id=station,
            symbol=parameter,
            unit=found.unit,
            start_ms=start_ms,
            end_ms=end_ms,
            series=series,
            buckets=buckets,
        )
    )


def instant_ms(name: str, text: str) -> int:
    """Epoch milliseconds of a query's instant.

    Raises:
        Refusal: it is neither epoch milliseconds nor ISO 8601 with an offset.
    """
    if text.isascii() and text.isdigit() and len(text) <= 15:
        at_ms = int(text)
    else:
        try:
            # A "+" that was not percent-encoded arrives as a blank.
            moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        except ValueError:
            raise Refusal(422, f"{name}: epoch milliseconds or ISO 8601, like 2026-01-31T07:00:00+07:00") from None
        if moment.tzinfo is None:
            raise Refusal(422, f"{name}: the offset is missing, like 2026-01-31T07:00:00+07:00")
        at_ms = round(moment.timestamp() * 1000)
    if not 0 <= at_ms <= LAST_MS:
        raise Refusal(422, f"{name}: lies outside 1970 to 9999")
    return at_ms


def check_span(start_ms: int, end_ms: int, longest_ms: int) -> None:
    """Raises: Refusal (422)."""
    if start_ms > end_ms:
        raise Refusal(422, "start lies after end")
    if end_ms - start_ms > longest_ms:
        raise Refusal(422, f"start to end is longer than {longest_ms / HOUR_MS:g} hours; ask for a part at a time")
