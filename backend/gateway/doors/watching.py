"""For those who keep the backend running."""

from __future__ import annotations

from fastapi import APIRouter
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from pydantic_core import to_json
from starlette.responses import Response

from backend.gateway.answers import HealthAnswer
from backend.gateway.callers import PartsDep

router = APIRouter(tags=["operation"])


@router.get("/healthz", response_model=HealthAnswer, responses={503: {"model": HealthAnswer}})
async def healthz(parts: PartsDep) -> Response:
    """200 when all is well, 503 with the reason when not."""
    degraded = parts.health.degraded
    answer = HealthAnswer(
        degraded=degraded, epoch=parts.log.epoch, seq=parts.log.last_seq, clients=len(parts.fanout.seats)
    )
    return Response(to_json(answer), 503 if degraded else 200, media_type="application/json")


@router.get("/metrics")
async def metrics(parts: PartsDep) -> Response:
    """Prometheus' text format."""
    return Response(parts.metrics.text(), media_type=CONTENT_TYPE_LATEST)
