"""The audit log, and the heads of other backends that are kept here for them."""

from __future__ import annotations

import asyncio
import base64
import time
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials

from backend.contracts.audit import MAX_SEQ, AuditHeadAnswer, AuditPage, AuditRecord, SignedHead
from backend.gateway.callers import PartsDep, Watcher, ingest_bearer
from backend.gateway.errors import Refusal
from backend.gateway.origins import peer_address
from backend.gateway.parts import Parts
from backend.services.accounts import SignedIn
from backend.services.audit_heads import HeadRefused
from backend.services.signing import fingerprint

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])

SENDER: Final = "heads."
"""Ingest tokens whose name begins so are for keeping heads here: `python -m backend token heads.NAME --data DIR`."""

EVERY_S: Final = 1.0
"""A sender's heads are taken this often; nobody with a token fills the disk."""


async def auditor(operator: Watcher) -> SignedIn:
    """Raises: Refusal (403)."""
    if "audit" not in operator.rights:
        raise Refusal(403, f"the role {operator.role} has no right audit")
    return operator


Auditor = Annotated[SignedIn, Depends(auditor)]


@router.get("")
async def records(
    request: Request,
    parts: PartsDep,
    operator: Auditor,
    after: Annotated[int, Query(ge=0, le=MAX_SEQ)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    actor: Annotated[str, Query(max_length=200)] = "",
    about: Annotated[str, Query(max_length=300)] = "",
) -> AuditPage:
    """Records in their order. Reading them is recorded too."""
    what = f"actor={actor} about={about}" if actor or about else ""
    await parts.audit.look("audit.read", what, actor=operator.user, origin=peer_address(request.scope))
    newest = await parts.audit.store.newest()
    rows = await parts.audit.store.read(after, limit, actor, about)
    found = tuple(AuditRecord.model_validate(row._asdict()) for row in rows)
    return AuditPage(newest=0 if newest is None else newest.number, records=found)


@router.get("/head")
async def head(parts: PartsDep, operator: Auditor) -> AuditHeadAnswer:
    """The key that heads are signed with, and the newest head."""
    key = parts.signer.public_key
    return AuditHeadAnswer(
        public_key=base64.b64encode(key).decode("ascii"), fingerprint=fingerprint(key), newest=parts.heads.newest
    )


async def head_sender(
    parts: PartsDep, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(ingest_bearer)]
) -> str:
    """Raises: Refusal (401)."""
    name = None if bearer is None else await parts.accounts.producer(bearer.credentials)
    if name is None or not name.startswith(SENDER):
        raise Refusal(401, f"a token made for {SENDER}NAME is needed: Authorization: Bearer TOKEN")
    return name.removeprefix(SENDER)


class Turns:
    """One head at a time of each sender, and not too many."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._at_s: dict[str, float] = {}

    def of(self, sender: str) -> asyncio.Lock:
        """Raises: Refusal (429)."""
        now_s = time.monotonic()
        if now_s - self._at_s.get(sender, -EVERY_S) < EVERY_S:
            raise Refusal(429, f"one head in {EVERY_S:g} s", {"Retry-After": "1"})
        self._at_s[sender] = now_s
        return self._locks.setdefault(sender, asyncio.Lock())


@router.post("/heads", status_code=204)
async def keep_head(
    request: Request, parts: PartsDep, sender: Annotated[str, Depends(head_sender)], body: SignedHead
) -> None:
    """Keep a head of another backend. 422: its signature does not hold."""
    turns: Turns = request.app.state.head_turns
    async with turns.of(sender):
        wrong = await _kept(parts, sender, body)
    if wrong:
        detail: dict[str, str | int] = {"wrong": wrong, "number": body.head.number}
        origin = peer_address(request.scope)
        await parts.audit.note(
            "audit.head_received", sender, actor=f"backend:{sender}", origin=origin, outcome="failed", detail=detail
        )


async def _kept(parts: Parts, sender: str, body: SignedHead) -> str:
    """Raises: Refusal (422, 503)."""
    try:
        return await parts.received_heads.take(sender, body)
    except HeadRefused as error:
        raise Refusal(422, str(error)) from None
    except OSError as error:
        raise Refusal(503, f"the head cannot be kept: {error.strerror or error}") from error
