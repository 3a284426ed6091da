"""Where producers bring what they have. 202: everything counted in `accepted` is durable."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as PathParameter
from fastapi.security import APIKeyHeader
from pydantic_core import to_json
from starlette.responses import Response

from backend.contracts.doors import IngestAnswer
from backend.contracts.hotline import Call, CallRecording
from backend.gateway.callers import PartsDep, ProducerId
from backend.gateway.errors import Refusal
from backend.gateway.origins import peer_address
from backend.gateway.parts import Parts
from backend.services.media.messages import MediaError
from backend.sources.zalo_note import ZaloSignatureError

PATH: Final = "/api/v1/ingest"
RECORDINGS_PATH: Final = f"{PATH}/recordings"
router = APIRouter(prefix=PATH, tags=["ingest"])


_zalo_signature = APIKeyHeader(
    name="X-ZEvent-Signature", scheme_name="zalo", description="mac=SHA-256, as Zalo signs", auto_error=False
)


class Turnstile:
    """How many inputs of each producer are in work: one that floods us uses up its own places only."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._inside: dict[str, int] = {}

    @contextmanager
    def pass_through(self, producer_id: str) -> Iterator[None]:
        """Raises: Refusal (429)."""
        inside = self._inside.get(producer_id, 0)
        if inside >= self._places:
            reason = f"{self._places} inputs of {producer_id} are in work already; wait for their answers"
            raise Refusal(429, reason, {"Retry-After": "1"})
        self._inside[producer_id] = inside + 1
        try:
            yield
        finally:
            self._inside[producer_id] -= 1


async def _answered(parts: Parts, producer_id: str, door: str, work: Awaitable[IngestAnswer]) -> Response:
    answer = await work
    parts.metrics.ingested(producer_id, door, answer)
    useless = answer.accepted == 0 and answer.duplicates == 0 and bool(answer.rejected)
    return Response(to_json(answer), 422 if useless else 202, media_type="application/json")


@router.post("/cap", status_code=202, response_model=IngestAnswer)
async def cap(request: Request, parts: PartsDep, producer_id: ProducerId) -> Response:
    """One CAP 1.1 or 1.2 message, raw XML."""
    with _turnstile(request).pass_through(producer_id):
        body = await request.body()
        work = parts.ingest.cap(producer_id, body, peer_address(request.scope))
        return await _answered(parts, producer_id, "cap", work)


@router.post("/station-file", status_code=202, response_model=IngestAnswer)
async def station_file(
    request: Request, parts: PartsDep, producer_id: ProducerId, name: Annotated[str, Query(min_length=1)]
) -> Response:
    """One TXT file of TT 10/2021, raw; `name` is the file's name, which tells the station."""
    with _turnstile(request).pass_through(producer_id):
        body = await request.body()
        return await _answered(parts, producer_id, "station-file", parts.ingest.station_file(producer_id, name, body))


@router.post("/forecasts", status_code=202, response_model=IngestAnswer)
async def forecasts(request: Request, parts: PartsDep, producer_id: ProducerId) -> Response:
    """Forecasts of gauges: our JSON, or CSV with a header."""
    with _turnstile(request).pass_through(producer_id):
        body = await request.body()
        work = parts.ingest.forecasts(producer_id, body, "", peer_address(request.scope))
        return await _answered(parts, producer_id, "forecasts", work)


@router.post("/posts", status_code=202, response_model=IngestAnswer)
async def posts(request: Request, parts: PartsDep, producer_id: ProducerId) -> Response:
    """Posts of press and social media as JSON: {"posts": [...]}, or ActivityStreams 2.0 (docs/protocol.md)."""
    with _turnstile(request).pass_through(producer_id):
        body = await request.body()
        return await _answered(parts, producer_id, "posts", parts.ingest.posts(producer_id, body))


@router.post("/calls", status_code=202, response_model=IngestAnswer)
async def calls(request: Request, parts: PartsDep, producer_id: ProducerId) -> Response:
    """Calls of the hotline as its switchboard tells them: {"events": [...]} (docs/protocol.md)."""
    with _turnstile(request).pass_through(producer_id):
        body = await request.body()
        return await _answered(parts, producer_id, "calls", parts.ingest.calls(producer_id, body))


@router.post("/recordings/{call_id}", status_code=201)
async def recording(
    request: Request,
    parts: PartsDep,
    producer_id: ProducerId,
    call_id: Annotated[str, PathParameter(pattern=r"^[A-Za-z0-9._:@-]{1,100}$")],
    started: Annotated[datetime, Query(description="when the recording begins, ISO 8601 with offset")],
) -> CallRecording:
    """What was said in a call that is over, the body as it is: WAV, Ogg or MP3. The same again is answered again.

    404: the switchboard told of no such call. 409: the call has another recording. 422: it is not taken, and why.
    """
    with _turnstile(request).pass_through(producer_id):
        call = await parts.calls.find(f"{producer_id}:{call_id}")
        if call is None:
            raise Refusal(404, f"the switchboard told of no call {call_id}; tell of it first, at /api/v1/ingest/calls")
        if not call.is_over:
            raise Refusal(409, f"the call {call_id} goes on; its recording is taken when it is over")
        started_ms = _started_ms(started, call, parts.now_ms())
        try:
            taken, new = await parts.recordings.take(request.stream(), started_ms)
        except MediaError as error:
            await parts.ingest.refuse(producer_id, "recordings", call_id, b"", str(error))
            raise Refusal(422, str(error)) from error
        async with parts.recordings.naming:
            call = await parts.calls.find(call.call_id) or call
            if call.recording is None:
                await parts.calls.recorded(producer_id, call, taken)
                parts.ingest.heard(producer_id)
                return taken
        if new and parts.recordings.path(call.recording) != parts.recordings.path(taken):
            await parts.recordings.drop(taken)
        if call.recording.digest != taken.digest:
            raise Refusal(409, f"the call {call_id} has another recording already; a recording is not changed")
        return call.recording


def _started_ms(started: datetime, call: Call, now_ms: int) -> int:
    """Raises: Refusal (422)."""
    if started.tzinfo is None:
        raise Refusal(422, "started: no UTC offset; right would be 2026-11-23T10:02:15+07:00")
    started_ms = round(started.timestamp() * 1000)
    if not call.arrived_ms - 60_000 <= started_ms <= (call.ended_ms or now_ms) + 60_000:
        raise Refusal(422, "started: not within the time of the call")
    return started_ms


@router.post("/{producer_id}/zalo", status_code=200, response_model=IngestAnswer)
async def zalo(
    request: Request, parts: PartsDep, producer_id: str, signature: Annotated[str | None, Depends(_zalo_signature)]
) -> Response:
    """The webhook of a Zalo Official Account: whoever knows the account's key is Zalo.

    Everything that is signed is answered with 200, also what is refused: Zalo would send it again for hours.
    """
    body = await request.body()
    try:
        with _turnstile(request).pass_through(producer_id):
            answer = await parts.ingest.zalo(producer_id, body, signature or "")
    except ZaloSignatureError as error:
        raise Refusal(401, str(error)) from error
    parts.metrics.ingested(producer_id, "zalo", answer)
    return Response(to_json(answer), 200, media_type="application/json")


@router.post("/indicators", status_code=202, response_model=IngestAnswer)
async def indicators(request: Request, parts: PartsDep, producer_id: ProducerId) -> Response:
    """Figures of indicators that name this producer: JSON, SDMX-CSV 2.0 or CSV. All of them are taken, or none."""
    with _turnstile(request).pass_through(producer_id):
        body = await request.body()
        origin = peer_address(request.scope)
        work = parts.ingest.indicators(producer_id, body, parts.indicators, origin)
        return await _answered(parts, producer_id, "indicators", work)


@router.post("/cases", status_code=202, response_model=IngestAnswer)
async def cases(request: Request, parts: PartsDep, producer_id: ProducerId) -> Response:
    """A line list of cases of an outbreak, CSV or JSON, without persons. All of them are taken, or none."""
    with _turnstile(request).pass_through(producer_id):
        body = await request.body()
        work = parts.ingest.cases(producer_id, body, parts.outbreak, peer_address(request.scope))
        return await _answered(parts, producer_id, "cases", work)


@router.post("/zones", status_code=202, response_model=IngestAnswer)
async def zones(request: Request, parts: PartsDep, producer_id: ProducerId) -> Response:
    """Zones and checkpoints of an emergency, a GeoJSON FeatureCollection. All of them are taken, or none."""
    with _turnstile(request).pass_through(producer_id):
        body = await request.body()
        work = parts.ingest.zones(producer_id, body, peer_address(request.scope))
        return await _answered(parts, producer_id, "zones", work)


@router.post("/detections", status_code=202, response_model=IngestAnswer)
async def detections(request: Request, parts: PartsDep, producer_id: ProducerId) -> Response:
    """Detections as JSON: Frigate events or ONVIF events, one or a list."""
    with _turnstile(request).pass_through(producer_id):
        body = await request.body()
        return await _answered(parts, producer_id, "detections", parts.ingest.detections(producer_id, body))


def _turnstile(request: Request) -> Turnstile:
    turnstile = request.app.state.turnstile
    assert isinstance(turnstile, Turnstile)
    return turnstile
