"""A running backend with its doors open on one address."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path

import uvicorn

from backend.gateway.app import create_app
from backend.gateway.compose import local_seat_token, running
from backend.gateway.feed.conversation import FeedControl
from backend.gateway.feed.pipe import FeedProtocol
from backend.gateway.parts import Parts
from backend.gateway.settings import GatewaySettings
from config.model import SiteConfig

_log = logging.getLogger(__name__)

KEEPALIVE_S = 20.0
CLOSE_WITHIN_S = 5


class BindError(ValueError):
    """The doors cannot be opened so; the text says what would be right."""


Beside = Callable[[Parts, str], Coroutine[object, object, None]]


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """Where and how to serve.

    Attributes:
        port: 0 = a free one.
        insecure: allow an address other machines can reach although there is no TLS.
        local_seat: print a session token for the console that started us, and stop when stdin closes.
        beside: runs beside the open doors, given the parts and the address, and is cancelled before they close.
    """

    site: SiteConfig
    data_dir: Path
    database: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    insecure: bool = False
    certfile: Path | None = None
    keyfile: Path | None = None
    local_seat: bool = False
    settings: GatewaySettings = GatewaySettings()
    beside: Beside | None = None

    def check(self) -> None:
        """Raises: BindError."""
        if (self.certfile is None) != (self.keyfile is None):
            raise BindError("--certfile and --keyfile belong together")
        for path in (self.certfile, self.keyfile):
            if path is not None and not path.is_file():
                raise BindError(f"there is no file {path}")
        if self.certfile is None and not self.insecure and not is_loopback(self.host):
            raise BindError(
                f"--host {self.host} can be reached by other machines, and without TLS passwords and pictures would "
                "cross the network in clear: give --certfile and --keyfile, or --insecure to accept it"
            )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`. A name counts by what all its addresses are."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(str(item[4][0])).is_loopback for item in found)


def bound_socket(host: str, port: int) -> socket.socket:
    """A listening address of our own, so that its port is known before the server starts.

    Raises:
        BindError: it is taken or not ours.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, kind, protocol)
        if sys.platform != "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
    except OSError as error:
        raise BindError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
    return sock


class GatewayServer(uvicorn.Server):
    """uvicorn that tells when it accepts, and lets the seats leave before it closes their connections."""

    def __init__(
        self,
        config: uvicorn.Config,
        feed: FeedControl,
        on_listening: Callable[[], None],
        beside: Callable[[], Coroutine[object, object, None]] | None = None,
    ) -> None:
        super().__init__(config)
        self._feed = feed
        self._on_listening = on_listening
        self._make_beside = beside
        self._beside: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_listening()
        if self._make_beside is not None:
            self._beside = asyncio.get_running_loop().create_task(self._make_beside())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._beside is not None:
            self._beside.cancel()
            await asyncio.gather(self._beside, return_exceptions=True)
        await self._feed.stop()
        await super().shutdown(sockets)


async def serve(options: ServeOptions) -> None:
    """Run until a signal, or until stdin closes with `local_seat`.

    Raises:
        BindError, StorageError, AccountError: it could not start.
    """
    options.check()
    sock = bound_socket(options.host, options.port)
    try:
        settings = replace(options.settings, certificate=options.certfile)
        async with running(options.site, options.data_dir, options.database, settings) as parts:
            await _serve(options, parts, sock)
    finally:
        sock.close()


async def _serve(options: ServeOptions, parts: Parts, sock: socket.socket) -> None:
    lines = [f"listening on {_url(options, sock)}"]
    if options.local_seat:
        lines.append(f"local token {await local_seat_token(parts)}")
    config = server_config(parts, options.certfile, options.keyfile)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    beside = options.beside
    task = None if beside is None else lambda: beside(parts, _url(options, sock))
    server = GatewayServer(config, parts.feed, lambda: _say(lines), task)
    if options.local_seat:
        _stop_with_stdin(server)
    # uvicorn raises the signal again after an orderly stop: then it has been dealt with.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    await server.serve(sockets=[sock])


def server_config(parts: Parts, certfile: Path | None = None, keyfile: Path | None = None) -> uvicorn.Config:
    """How uvicorn serves these parts: our websocket, no compression (one frame for all), no log of its own."""
    return uvicorn.Config(
        create_app(parts),
        ws=FeedProtocol,
        ws_max_size=parts.settings.frame_limit_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=KEEPALIVE_S,
        ws_ping_timeout=parts.settings.stuck_s,
        ssl_certfile=certfile,
        ssl_keyfile=keyfile,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=CLOSE_WITHIN_S,
    )


def _url(options: ServeOptions, sock: socket.socket) -> str:
    host = f"[{options.host}]" if ":" in options.host else options.host
    scheme = "http" if options.certfile is None else "https"
    return f"{scheme}://{host}:{sock.getsockname()[1]}"


def _say(lines: list[str]) -> None:
    """Whoever started us reads these lines from a pipe."""
    for line in lines:
        print(line, flush=True)


def _stop_with_stdin(server: uvicorn.Server) -> None:
    """The console that started us is gone when our stdin closes. A thread reads: pipes cannot be polled everywhere."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    def read() -> None:
        # Not through sys.stdin: its lock, held by a thread that waits, aborts the interpreter's end.
        with contextlib.suppress(OSError):
            while sys.stdin is not None and os.read(sys.stdin.fileno(), 4096):
                pass
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop)

    threading.Thread(target=read, name="stdin", daemon=True).start()
