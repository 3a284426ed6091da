"""Who calls a door: signed-in operators, producers with their ingest token."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from backend.gateway.errors import Refusal
from backend.gateway.parts import Parts
from backend.services.accounts import SignedIn

_CHALLENGE = {"WWW-Authenticate": "Bearer"}
_session = HTTPBearer(scheme_name="session", description="The token of POST /api/v1/login", auto_error=False)
ingest_bearer = HTTPBearer(scheme_name="ingest", description="A producer's token (docs/protocol.md)", auto_error=False)


def parts_of(request: Request) -> Parts:
    return cast("Parts", request.app.state.parts)


PartsDep = Annotated[Parts, Depends(parts_of)]


async def session_token(
    parts: PartsDep, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_session)]
) -> str:
    """Raises: Refusal (401)."""
    if bearer is None:
        raise Refusal(401, "sign in first: Authorization: Bearer TOKEN", _CHALLENGE)
    return bearer.credentials


async def watcher(parts: PartsDep, token: Annotated[str, Depends(session_token)]) -> SignedIn:
    """A signed-in operator who may look. Raises: Refusal (401, 403)."""
    operator = await parts.accounts.operator(token)
    if operator is None:
        raise Refusal(401, "the token is unknown, expired or its account disabled: sign in again", _CHALLENGE)
    if "watch" not in operator.rights:
        raise Refusal(403, "this account may not look into the room")
    return operator


async def insider(operator: Annotated[SignedIn, Depends(watcher)]) -> SignedIn:
    """One of the room's own people: what is whole is not for an agency's seat. Raises: Refusal (401, 403)."""
    if operator.agency_id:
        raise Refusal(403, "this is for the room's own people; an agency reads its reports, alerts and incidents")
    return operator


async def producer(
    parts: PartsDep, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(ingest_bearer)]
) -> str:
    """The producer whose ingest token came along. Raises: Refusal (401, 403)."""
    producer_id = None if bearer is None else await parts.accounts.producer(bearer.credentials)
    if producer_id is None:
        raise Refusal(401, "an ingest token is needed: Authorization: Bearer TOKEN", _CHALLENGE)
    if all(item.producer_id != producer_id for item in parts.site.producers):
        raise Refusal(403, f"the site no longer names the producer {producer_id!r}")
    return producer_id


SessionToken = Annotated[str, Depends(session_token)]
Watcher = Annotated[SignedIn, Depends(watcher)]
Insider = Annotated[SignedIn, Depends(insider)]
ProducerId = Annotated[str, Depends(producer)]
