"""The backend's own look at each camera's RTSP door: OPTIONS without credentials; any RTSP answer means alive."""

from __future__ import annotations

import asyncio
import random
import ssl
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from backend.sources.spec import SourceContext, SourceSpec
from config.camera_model import CameraConfig
from config.source_model import CameraProbeSource

MIN_AT_ONCE: Final = 8
DEFAULT_PORTS: Final = {"rtsp": 554, "rtsps": 322}
MAX_ANSWER_BYTES: Final = 4096


class AddressError(ValueError):
    """The address is not one of rtsp:// or rtsps://; the message holds nothing of it."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where to knock. It holds no user and no password: OPTIONS needs none."""

    host: str
    port: int
    tls: bool
    target: str


def door_of(url: str) -> Door:
    """The door of a camera's address.

    Raises:
        AddressError: another scheme, no host, or a port that is none.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressError("the camera's address cannot be read") from None  # its message would quote the address
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not parts.hostname:
        raise AddressError("the camera's address is not rtsp://host/... or rtsps://host/...")
    # The path goes into a request line: whatever could end that line is refused.
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    if any(ord(char) <= 32 or ord(char) > 126 for char in path + parts.hostname):
        raise AddressError("the camera's address holds blanks or characters beyond ASCII")
    chosen = port or DEFAULT_PORTS[scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Door(parts.hostname, chosen, scheme == "rtsps", f"{scheme}://{host}:{chosen}{path}")


async def knock(door: Door, timeout_s: float) -> str:
    """ "" when the camera answered in RTSP, else why it counts as not answering (Vietnamese, no address in it)."""
    try:
        async with asyncio.timeout(timeout_s):
            return await _ask(door)
    except TimeoutError:
        return f"không trả lời trong {timeout_s:g} s"
    except ssl.SSLError:
        return "không bắt tay TLS được"
    except ConnectionRefusedError:
        return "từ chối kết nối"
    except ConnectionError:
        return "kết nối bị ngắt"
    except OSError:
        return "không tới được địa chỉ"


async def _ask(door: Door) -> str:
    reader, writer = await asyncio.open_connection(door.host, door.port, ssl=_tls() if door.tls else None, limit=2**16)
    try:
        request = f"OPTIONS {door.target} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: TrucBan\r\n\r\n"
        writer.write(request.encode("ascii"))
        await writer.drain()
        answer = b""
        while b"\n" not in answer and len(answer) < MAX_ANSWER_BYTES:
            more = await reader.read(MAX_ANSWER_BYTES)
            if not more:
                break
            answer += more
        return "" if answer.startswith(b"RTSP/") else "trả lời không phải RTSP"
    finally:
        # Aborted, not closed: a camera that hangs must not hold us in a TLS farewell.
        writer.transport.abort()


def _tls() -> ssl.SSLContext:
    # Cameras carry self-signed certificates, and nothing secret is sent here.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def run(config: CameraProbeSource, context: SourceContext) -> None:
    """Probe every camera of the site until cancelled; passes on what the camera watch raises."""
    doors: list[tuple[CameraConfig, Door]] = []
    for camera in context.site.cameras:
        address = camera.main_url.get_secret_value()
        try:
            doors.append((camera, door_of(address)))
        except AddressError as error:
            context.fault(config.producer_id, f"camera {camera.camera_id} is not probed: {error}")
    slots = asyncio.Semaphore(max(MIN_AT_ONCE, len(doors) // 4))
    async with asyncio.TaskGroup() as group:
        for camera, door in doors:
            group.create_task(_watch(config, context, camera.camera_id, door, slots))


async def _watch(
    config: CameraProbeSource, context: SourceContext, camera_id: str, door: Door, slots: asyncio.Semaphore
) -> None:
    # Jittered from the start: a fleet asked in step would be a burst on the line every ten seconds.
    await asyncio.sleep(random.uniform(0, min(config.every_s, 2.0)))
    failures = 0
    while True:
        async with slots:
            reason = await knock(door, config.timeout_s)
        context.ingest.heard(config.producer_id)
        failures = failures + 1 if reason else 0
        if failures == 0:
            await context.cameras.report(camera_id, "online", "")
        elif failures >= config.lost_after:
            await context.cameras.report(camera_id, "lost", reason)
        await asyncio.sleep(config.every_s * random.uniform(0.8, 1.2))


SPEC = SourceSpec(key="camera_probe", config=CameraProbeSource, run=run)
