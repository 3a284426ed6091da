"""Where producers bring what they have. 202: everything counted in `accepted` is durable."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic_core import to_json
from starlette.responses import Response

from backend.contracts.doors import IngestAnswer
from backend.gateway.callers import PartsDep, ProducerId
from backend.gateway.errors import Refusal
from backend.gateway.origins import peer_address
from backend.gateway.parts import Parts

router = APIRouter(prefix="/api/v1/ingest", tags=["ingest"])


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
