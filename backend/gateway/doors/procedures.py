"""Procedures (SOP): a text is checked by the site's own rules, and saved as the next version."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from backend.contracts.site import Site
from backend.contracts.sop import SopAnswer, SopText
from backend.gateway.callers import PartsDep, Watcher
from backend.gateway.errors import Refusal
from backend.gateway.origins import peer_address
from backend.gateway.parts import Parts
from backend.services.accounts import SignedIn

router = APIRouter(prefix="/api/v1/sops", tags=["procedures"])


async def editor(operator: Watcher) -> SignedIn:
    """A signed-in operator who may edit procedures. Raises: Refusal (401, 403)."""
    if "sop.edit" not in operator.rights:
        raise Refusal(403, f"the role {operator.role} may not edit procedures")
    return operator


EditorDep = Annotated[SignedIn, Depends(editor)]


def _site(parts: Parts) -> Site:
    site = parts.room.state.site
    if site is None:
        raise Refusal(409, "the room has no site yet")
    return site


@router.post("/check")
async def check(parts: PartsDep, operator: EditorDep, body: SopText) -> SopAnswer:
    """Every mistake with its line; nothing is kept."""
    return parts.procedures.check(body, _site(parts))


@router.post("")
async def save(request: Request, parts: PartsDep, operator: EditorDep, body: SopText) -> SopAnswer:
    """The next version, in the site's folder and in the room; with mistakes nothing is saved and they are told.

    409: the site's folder takes no file.
    """
    origin = peer_address(request.scope)
    await parts.audit.record("sop.save", body.sop_id, actor=operator.user, origin=origin, outcome="asked")
    try:
        answer = await parts.procedures.save(body, _site(parts), operator.user, origin)
    except OSError as error:
        raise Refusal(409, f"the site's folder takes no file: {error.strerror or error}") from None
    outcome = "refused" if answer.version is None else "done"
    detail: dict[str, str | int] = {"version": answer.version or 0, "mistakes": len(answer.problems)}
    await parts.audit.note("sop.save", body.sop_id, actor=operator.user, origin=origin, outcome=outcome, detail=detail)
    return answer
