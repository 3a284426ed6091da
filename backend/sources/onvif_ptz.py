"""Turning a camera by ONVIF: the few calls of the PTZ service that are needed, every answer taken as a stranger's.

Sources: ONVIF PTZ Service Specification 2.0 (GetPresets, GotoPreset, GetStatus), Core Specification
(GetCapabilities, GetSystemDateAndTime, faults), OASIS WS-Security UsernameToken Profile 1.0 (PasswordDigest).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit, urlunsplit
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

import httpx

from backend.sources.safe_xml import XmlError, child_text, children, local_name, parse_xml
from backend.sources.text import plain
from config.camera_model import PtzCamera

ENVELOPE: Final = "http://www.w3.org/2003/05/soap-envelope"
DEVICE: Final = "http://www.onvif.org/ver10/device/wsdl"
PTZ: Final = "http://www.onvif.org/ver20/ptz/wsdl"
SECURITY: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
UTILITY: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
DIGEST: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
MAX_ANSWER_BYTES: Final = 512 * 1024
POLL_S: Final = 0.25
NEAR: Final = 0.02
"""Of the range -1..1 that pan and tilt have, and 0..1 of zoom: so near to where it shall be, it is there."""


class PtzError(Exception):
    """It was not done; one Vietnamese sentence without address or password, for the officer."""


@dataclass(frozen=True, slots=True)
class Position:
    """Generic ONVIF space: pan and tilt -1..1, zoom 0..1."""

    pan: float
    tilt: float
    zoom: float

    def is_near(self, other: Position) -> bool:
        aside = (self.pan - other.pan, self.tilt - other.tilt, self.zoom - other.zoom)
        return all(abs(one) <= NEAR for one in aside)


@dataclass(frozen=True, slots=True)
class Status:
    """`position` None = the camera does not tell; `moving` None = likewise."""

    position: Position | None
    moving: bool | None


class OnvifPtz:
    """One camera. Its calls follow one another; who calls sees to it.

    Args:
        http: shared by all cameras (`ptz_http`).
        answer_within_s: of each question.
    """

    def __init__(self, camera: PtzCamera, http: httpx.AsyncClient, answer_within_s: float) -> None:
        self._camera = camera
        self._http = http
        self._within_s = answer_within_s
        self._service = ""
        self._ahead = timedelta()

    async def go(self, token: str, within_s: float) -> None:
        """Turn it to a preset and come back when it stands there.

        Raises:
            PtzError: it has no such preset, refuses, does not answer, or does not arrive within `within_s`.
        """
        presets = await self.presets()
        if token not in presets:
            raise PtzError(f"camera không có vị trí đặt sẵn {plain(token, 64)}")
        await self._ask_ptz("GotoPreset", f"<t:PresetToken>{escape(token)}</t:PresetToken>")
        try:
            async with asyncio.timeout(within_s):
                await self._arrived(presets[token])
        except TimeoutError:
            raise PtzError(f"camera không tới vị trí trong {within_s:g} s") from None

    async def _arrived(self, wanted: Position | None) -> None:
        """Idle where the preset is; where the camera does not tell one of both, the other, seen twice, is believed."""
        before: Status | None = None
        while True:
            await asyncio.sleep(POLL_S)
            status = await self.status()
            still = before is not None and status == before and not status.moving
            if status.moving is False and wanted is not None and status.position is not None:
                if status.position.is_near(wanted):
                    return
            elif still:
                return
            before = status

    async def presets(self) -> dict[str, Position | None]:
        """Token of each preset -> where it is, if the camera tells."""
        answer = await self._ask_ptz("GetPresets")
        return {
            one.get("token", ""): _position(children(one, "PTZPosition"))
            for one in children(answer, "Preset")
            if one.get("token")
        }

    async def status(self) -> Status:
        answer = await self._ask_ptz("GetStatus")
        found = children(answer, "PTZStatus")
        if not found:
            raise PtzError("camera trả lời không có trạng thái quay quét")
        states = [(one.text or "").strip() for part in children(found[0], "MoveStatus") for one in part]
        known = [state for state in states if state in ("IDLE", "MOVING")]
        return Status(_position(children(found[0], "Position")), "MOVING" in known if known else None)

    async def _ask_ptz(self, name: str, inside: str = "") -> Element:
        if not self._service:
            await self._open()
        profile = f"<t:ProfileToken>{escape(self._camera.profile)}</t:ProfileToken>"
        return await self._ask(self._service, PTZ, name, profile + inside)

    async def _open(self) -> None:
        """Where its PTZ service is, and how its clock goes: a digest of another hour is refused."""
        self._ahead = await self._clock_ahead()
        answer = await self._ask(self._camera.address, DEVICE, "GetCapabilities", "<t:Category>PTZ</t:Category>")
        addresses = [
            child_text(ptz, "XAddr").strip()
            for capabilities in children(answer, "Capabilities")
            for ptz in children(capabilities, "PTZ")
        ]
        if not addresses or not addresses[0]:
            raise PtzError("camera không có dịch vụ quay quét ONVIF")
        # Only the path is its own: behind a router it does not know its host, and it shall send us nowhere else.
        device, told = urlsplit(self._camera.address), urlsplit(addresses[0])
        self._service = urlunsplit((device.scheme, device.netloc, told.path or "/", told.query, ""))

    async def _clock_ahead(self) -> timedelta:
        answer = await self._ask(self._camera.address, DEVICE, "GetSystemDateAndTime", signed=False)
        for told in answer.iter():
            if local_name(told) == "UTCDateTime":
                numbers = {local_name(one): one.text or "" for part in told for one in part}
                try:
                    parts = [int(numbers[name]) for name in ("Year", "Month", "Day", "Hour", "Minute", "Second")]
                    return datetime(*parts[:3], *parts[3:], tzinfo=UTC) - datetime.now(UTC)  # type: ignore[misc,arg-type]
                except (KeyError, ValueError, OverflowError):
                    break
        return timedelta()

    async def _ask(self, address: str, space: str, name: str, inside: str = "", signed: bool = True) -> Element:
        """The element inside the body of the answer.

        Raises:
            PtzError: as of `go`.
        """
        header = self._token() if signed and self._camera.user else ""
        body = (
            f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{ENVELOPE}" xmlns:t="{space}">'
            f"<s:Header>{header}</s:Header><s:Body><t:{name}>{inside}</t:{name}></s:Body></s:Envelope>"
        )
        headers = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{space}/{name}"'}
        password = self._camera.password.get_secret_value()
        auth = httpx.DigestAuth(self._camera.user, password) if signed and self._camera.user else None
        try:
            async with asyncio.timeout(self._within_s):
                code, answer = await self._post(address, body.encode(), headers, auth)
        except TimeoutError:
            raise PtzError(f"camera không trả lời trong {self._within_s:g} s") from None
        except httpx.HTTPError:
            raise PtzError("không tới được dịch vụ ONVIF của camera") from None
        return _answer(code, answer)

    async def _post(
        self, address: str, body: bytes, headers: Mapping[str, str], auth: httpx.Auth | None
    ) -> tuple[int, bytes]:
        answer = bytearray()
        async with self._http.stream("POST", address, content=body, headers=headers, auth=auth) as response:
            async for piece in response.aiter_bytes():
                answer += piece
                if len(answer) > MAX_ANSWER_BYTES:
                    raise PtzError(f"camera trả lời dài hơn {MAX_ANSWER_BYTES // 1024} KB")
        return response.status_code, bytes(answer)

    def _token(self) -> str:
        nonce = secrets.token_bytes(16)
        created = (datetime.now(UTC) + self._ahead).strftime("%Y-%m-%dT%H:%M:%SZ")
        digest = password_digest(nonce, created, self._camera.password.get_secret_value())
        return (
            f'<w:Security xmlns:w="{SECURITY}" s:mustUnderstand="1"><w:UsernameToken>'
            f"<w:Username>{escape(self._camera.user)}</w:Username>"
            f'<w:Password Type="{DIGEST}">{digest}</w:Password>'
            f"<w:Nonce>{base64.b64encode(nonce).decode()}</w:Nonce>"
            f'<u:Created xmlns:u="{UTILITY}">{created}</u:Created></w:UsernameToken></w:Security>'
        )


def password_digest(nonce: bytes, created: str, password: str) -> str:
    """UsernameToken Profile 1.0: Base64(SHA-1(nonce + created + password))."""
    return base64.b64encode(hashlib.sha1(nonce + created.encode() + password.encode()).digest()).decode()


def ptz_http() -> httpx.AsyncClient:
    """The client for `OnvifPtz`. Cameras carry self-signed certificates, and only digests of passwords are sent."""
    return httpx.AsyncClient(verify=False, trust_env=False, follow_redirects=False)


def _answer(code: int, answer: bytes) -> Element:
    refused = "camera từ chối tên hoặc mật khẩu ONVIF"
    if code == 401:
        raise PtzError(refused)
    try:
        root = parse_xml(answer, MAX_ANSWER_BYTES)
    except XmlError:
        raise PtzError(f"camera trả lời không phải XML an toàn (HTTP {code})") from None
    body = next((one for one in children(root, "Body")), None)
    inside = body[0] if body is not None and len(body) else None
    if inside is None:
        raise PtzError(f"camera trả lời không phải SOAP (HTTP {code})")
    if local_name(inside) == "Fault":
        words = " ".join(one.text or "" for one in inside.iter())
        if "NotAuthorized" in words or "FailedAuthentication" in words:
            raise PtzError(refused)
        raise PtzError(f"camera báo lỗi: {plain(words, 200).strip()}")
    return inside


def _position(found: list[Element]) -> Position | None:
    for one in found:
        pan_tilt, zoom = children(one, "PanTilt"), children(one, "Zoom")
        if not pan_tilt:
            continue
        try:
            pan, tilt = (float(pan_tilt[0].get(name, "")) for name in ("x", "y"))
            position = Position(pan, tilt, float(zoom[0].get("x", "")) if zoom else 0.0)
        except ValueError:
            continue
        if all(math.isfinite(value) for value in (position.pan, position.tilt, position.zoom)):
            return position
    return None
