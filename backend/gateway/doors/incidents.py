"""Incidents: the report on paper."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from backend.gateway.callers import PartsDep, Watcher
from backend.gateway.errors import Refusal
from backend.gateway.origins import peer_address
from backend.services.evidence.incident_report import incident_report

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])

_PRIVATE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@router.get("/{incident_id}/report.pdf")
async def report(request: Request, parts: PartsDep, operator: Watcher, incident_id: str) -> Response:
    """What it was, who did what when, with a map and pictures of the recordings; who looks is recorded.

    403: only who may replay the room sees its recordings. 404: the room does not keep the incident.
    """
    if "replay" not in operator.rights:
        raise Refusal(403, f"the role {operator.role} may not see recordings, which the report shows")
    incident = parts.room.durable.incidents.get(incident_id)
    if incident is None:
        raise Refusal(404, f"the room keeps no incident {incident_id!r}"[:300])
    await parts.audit.look("incident.report", incident_id, actor=operator.user, origin=peer_address(request.scope))
    content = await incident_report(
        parts.room.durable, incident, parts.segments, parts.site.communes_file, operator.user, parts.now_ms()
    )
    headers = _PRIVATE | {"Content-Disposition": f'attachment; filename="su-viec-{incident.number}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)
