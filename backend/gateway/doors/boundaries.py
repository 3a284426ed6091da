"""The site's boundaries, for desks whose backend is on another machine."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from backend.gateway.callers import PartsDep, Watcher
from backend.gateway.errors import Refusal

router = APIRouter(prefix="/api/v1/site", tags=["site"])


@router.get("/communes.geojson")
async def communes(request: Request, parts: PartsDep, operator: Watcher) -> Response:
    """Communes of the site as GeoJSON."""
    return await _file(request, parts.site.communes_file)


@router.get("/provinces.geojson")
async def provinces(request: Request, parts: PartsDep, operator: Watcher) -> Response:
    """Outline of the province as GeoJSON; 404 when the site has none."""
    if parts.site.province_file is None:
        raise Refusal(404, "the site has no outline of its province")
    return await _file(request, parts.site.province_file)


async def _file(request: Request, path: Path) -> Response:
    try:
        body = await asyncio.to_thread(path.read_bytes)
    except OSError:
        raise Refusal(404, f"{path.name} is gone from the site folder") from None
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, max-age=0, must-revalidate"}
    known = {item.strip().removeprefix("W/") for item in request.headers.get("if-none-match", "").split(",")}
    if etag in known:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/geo+json")
