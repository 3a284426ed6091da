"""Signing in and out, and the cameras' addresses for those who may look through them."""

from __future__ import annotations

import base64
import binascii
import logging
import math
from typing import Final

from fastapi import APIRouter, Request
from nacl.public import PublicKey, SealedBox
from pydantic_core import to_json

from backend.contracts.commands import Role
from backend.contracts.doors import (
    CameraStreams,
    LoginAnswer,
    LoginRequest,
    SealedStreams,
    StreamKeyRequest,
    StreamList,
)
from backend.gateway.answers import Me
from backend.gateway.callers import PartsDep, SessionToken, Watcher
from backend.gateway.errors import Refusal
from backend.gateway.origins import peer_address
from backend.gateway.parts import Parts
from backend.services.accounts import LoginRefused
from config.model import SiteConfig

_log = logging.getLogger(__name__)

THROTTLED_S: Final = 60.0
"""Attempts refused unseen are recorded once in this time for each origin."""

router = APIRouter(prefix="/api/v1", tags=["session"])


@router.post("/login")
async def login(request: Request, parts: PartsDep, body: LoginRequest) -> LoginAnswer:
    """A token for the feed and the doors. 401: wrong name or password; 429: too many attempts."""
    origin = peer_address(request.scope)
    try:
        answer = await parts.accounts.login(body.user, body.password, origin)
    except LoginRefused as refused:
        parts.metrics.login("refused")
        await _audit_refused(parts, body.user, origin, refused.retry_after_s > 0)
        if refused.retry_after_s > 0:
            raise Refusal(429, str(refused), {"Retry-After": str(math.ceil(refused.retry_after_s))}) from None
        raise Refusal(401, str(refused)) from None
    parts.metrics.login("accepted")
    await parts.audit.note("account.sign_in", answer.user, actor=answer.user, origin=origin)
    return answer


async def _audit_refused(parts: Parts, user: str, origin: str, throttled: bool) -> None:
    """A name that nobody has is not written down: people type passwords into the wrong field."""
    about = user if await parts.accounts.knows(user) else "?"
    if throttled and not parts.audit.looks.is_new(origin, "account.sign_in", about, THROTTLED_S):
        return  # somebody who tries without end must not fill the disk
    detail = {"reason": "too many attempts" if throttled else "unknown user or wrong password"}
    await parts.audit.note("account.sign_in", about, actor="", origin=origin, outcome="refused", detail=detail)


@router.get("/me")
async def me(operator: Watcher) -> Me:
    return Me(
        user=operator.user,
        display_name=operator.display_name,
        role=operator.role,
        rights=operator.rights,
        expires_ms=operator.expires_ms,
        agency_id=operator.agency_id,
    )


@router.post("/logout", status_code=204)
async def logout(request: Request, parts: PartsDep, token: SessionToken) -> None:
    """The token opens nothing any more; a feed that was opened with it is closed within seconds."""
    operator = await parts.accounts.operator(token)
    await parts.accounts.logout(token)
    if operator is not None:
        origin = peer_address(request.scope)
        await parts.audit.note("account.sign_out", operator.user, actor=operator.user, origin=origin)


@router.post("/camera-keys")
async def camera_keys(request: Request, parts: PartsDep, operator: Watcher, body: StreamKeyRequest) -> SealedStreams:
    """Full addresses of the cameras, sealed to the seat's key: only that seat can read them."""
    if operator.role is Role.AGENCY:
        raise Refusal(403, "agencies see alerts, not the city's cameras")
    try:
        box = SealedBox(PublicKey(base64.b64decode(body.public_key, validate=True)))
    except (binascii.Error, ValueError, TypeError):
        raise Refusal(422, "public_key must be a 32-byte X25519 key in base64") from None
    count = {"cameras": len(parts.site.cameras)}
    origin = peer_address(request.scope)
    await parts.audit.record("camera.keys", parts.site.site_id, actor=operator.user, origin=origin, detail=count)
    sealed = box.encrypt(to_json(_streams(parts.site)))
    _log.info("camera addresses sealed for %s", operator.user)
    return SealedStreams(sealed=base64.b64encode(sealed).decode("ascii"))


def _streams(site: SiteConfig) -> StreamList:
    return StreamList(
        cameras=tuple(
            CameraStreams(
                camera_id=camera.camera_id,
                main_url=camera.main_url.get_secret_value(),
                sub_url=camera.sub_url.get_secret_value(),
            )
            for camera in site.cameras
        )
    )
