"""The doors of a running backend as one ASGI application."""

from __future__ import annotations

from fastapi import FastAPI

from backend.contracts.doors import ErrorAnswer
from backend.gateway import errors
from backend.gateway.doors import (
    audit,
    ballots,
    boundaries,
    exercise,
    exports,
    hotline,
    incidents,
    indicators,
    ingest,
    media,
    meetings,
    press,
    procedures,
    reading,
    recordings,
    replay,
    reports,
    session,
    shifts,
    watching,
)
from backend.gateway.feed.conversation import FeedDoor
from backend.gateway.guards import BodyLimit, NoNul, OriginGuard
from backend.gateway.open311 import door as open311
from backend.gateway.parts import Parts
from backend.gateway.public import door as public

_DESCRIPTION = "Doors of the operations room. The live feed (`WS /feed`) is described in docs/protocol.md."


def create_app(parts: Parts) -> FastAPI:
    """Every door over `parts`, which somebody else starts and stops."""
    app = FastAPI(
        title="Trực Ban",
        version="1",
        description=_DESCRIPTION,
        openapi_url="/api/openapi.json",
        # Their pages load scripts from the internet, which an operations room does not have.
        docs_url=None,
        redoc_url=None,
        # A redirection would send the caller, with its token, to whatever host it named itself.
        redirect_slashes=False,
        responses={"4XX": {"model": ErrorAnswer}, "5XX": {"model": ErrorAnswer}},
    )
    app.state.parts = parts
    app.state.head_turns = audit.Turns()
    app.state.public_flow = public.PublicFlow(parts.site.reports.public.per_min)
    app.state.turnstile = ingest.Turnstile(parts.settings.ingest_at_once)
    for door in (
        audit,
        session,
        reading,
        replay,
        recordings,
        exports,
        incidents,
        indicators,
        procedures,
        ingest,
        boundaries,
        watching,
        exercise,
        shifts,
        reports,
        press,
        hotline,
        ballots,
        meetings,
        media,
        open311,
        public,
    ):
        app.include_router(door.router)
    errors.install(app)
    # The last one added is the first one passed.
    larger = dict.fromkeys(
        (*open311.MEDIA_PATHS, media.PATH, ingest.RECORDINGS_PATH), parts.settings.media_body_limit_bytes
    )
    app.add_middleware(
        BodyLimit,
        limit_bytes=parts.settings.body_limit_bytes,
        larger=larger,
        larger_at_once=parts.settings.media_at_once,
    )
    app.add_middleware(NoNul)
    app.add_middleware(OriginGuard, allowed=parts.settings.allowed_origins)
    app.add_middleware(
        FeedDoor,
        room=parts.room,
        log=parts.log,
        accounts=parts.accounts,
        desk=parts.desk,
        fanout=parts.fanout,
        feed=parts.feed,
        settings=parts.settings,
        now_ms=parts.now_ms,
        on_command=parts.metrics.command,
    )
    return app
