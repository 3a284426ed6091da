"""The lines to the cameras that a scenario cuts: each goes through a port of this machine that can be shut."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Literal, Self
from urllib.parse import urlsplit

from config.model import SiteConfig

CHUNK_BYTES = 65_536


class _Line:
    """One camera's line."""

    def __init__(self, host: str, port: int) -> None:
        self._far = (host, port)
        self._whole = True
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Its port on this machine."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    def turn(self, whole: bool) -> None:
        self._whole = whole
        if not whole:
            for writer in tuple(self._open):
                writer.transport.abort()

    async def stop(self) -> None:
        self.turn(False)
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._far)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, far_writer}
        self._open |= both
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            self._open -= both
            for one in both:
                one.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    writer.transport.abort()


class CameraRelays:
    """Use as a context: `ports` says where each camera is reached while it is open."""

    def __init__(self, site: SiteConfig, cameras: Iterable[str]) -> None:
        self._lines: dict[str, _Line] = {}
        for camera in site.cameras:
            if camera.camera_id in set(cameras):
                address = urlsplit(camera.main_url.get_secret_value())
                self._lines[camera.camera_id] = _Line(address.hostname or "127.0.0.1", address.port or 554)
        self.ports: Mapping[str, int] = {}

    async def __aenter__(self) -> Self:
        self.ports = {camera_id: await line.start() for camera_id, line in self._lines.items()}
        return self

    async def __aexit__(self, *_: object) -> None:
        for line in self._lines.values():
            await line.stop()

    async def turn(self, camera_id: str, condition: Literal["lost", "back"]) -> None:
        self._lines[camera_id].turn(condition == "back")
