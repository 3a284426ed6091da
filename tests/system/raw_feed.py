"""A server made by hand, byte for byte: it speaks the feed as well or as badly as a test tells it to."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from pydantic_core import to_json

from backend.contracts.base import Wire
from backend.contracts.commands import Role
from backend.contracts.events import AlertCommented, LoggedEvent
from backend.contracts.feed import CLIENT_FRAME, PROTOCOL_VERSION, Batch, Hello, SnapshotFrame, Welcome
from backend.contracts.state import RoomState
from backend.gateway.feed.pipe import text_frame

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def welcome(epoch: str = "raw", seq: int = 0, heartbeat_s: float = 2.0) -> Welcome:
    return Welcome(
        protocol=PROTOCOL_VERSION,
        server_ms=time.time_ns() // 1_000_000,
        epoch=epoch,
        seq=seq,
        user="an",
        display_name="An",
        role=Role.DUTY_OFFICER,
        rights=("watch",),
        token_expires_ms=9_000_000_000_000,
        heartbeat_s=heartbeat_s,
    )


def snapshot(epoch: str = "raw", seq: int = 0) -> SnapshotFrame:
    return SnapshotFrame(reason="first", state=RoomState(epoch=epoch, seq=seq).snapshot())


def comments(*seqs: int) -> Batch:
    """Events that any state takes, with these numbers."""
    events = tuple(
        LoggedEvent(
            seq=seq,
            at_ms=1,
            actor="",
            caused_by=None,
            origin="",
            event=AlertCommented(alert_id="none", comment="x"),
        )
        for seq in seqs
    )
    return Batch(server_ms=1, events=events, readings=())


class Talk:
    """One connection whose opening is done."""

    def __init__(self, peer: socket.socket, hello: Hello) -> None:
        self.peer = peer
        self.hello = hello

    def say(self, *frames: Wire) -> None:
        for frame in frames:
            self.peer.sendall(text_frame(to_json(frame)))

    def until_gone(self) -> None:
        """Wait for the desk to go away."""
        with contextlib.suppress(OSError):
            while self.peer.recv(65_536):
                continue


class RawFeed:
    """Listens on 127.0.0.1; `script(number, talk)` is played for each connection that says hello, one at a time.

    Other requests than the feed's get 503. `opened_s` holds when each hello came, on the monotonic clock.
    """

    def __init__(self, script: Callable[[int, Talk], None], tls: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stop = threading.Event()
        self._peers: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.port: int = self._listener.getsockname()[1]
        self.hellos: list[Hello] = []
        self.opened_s: list[float] = []
        self.knocks = 0

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for peer in self._peers:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def _start(self, work: Callable[[], None]) -> None:
        self._threads.append(threading.Thread(target=work, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self.knocks += 1
            self._peers.append(peer)
            self._start(lambda peer=peer: self._serve(peer))  # type: ignore[misc]

    def _serve(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            if self._tls is not None:
                peer = self._tls.wrap_socket(peer, server_side=True)
                self._peers.append(peer)
            with peer:
                hello = _opened(peer)
                if hello is not None:
                    self.hellos.append(hello)
                    self.opened_s.append(time.monotonic())
                    self._script(len(self.hellos), Talk(peer, hello))


def _opened(peer: socket.socket) -> Hello | None:
    """Answer the upgrade and read the hello; None for a request that is none."""
    request = b""
    while b"\r\n\r\n" not in request:
        chunk = peer.recv(4096)
        if not chunk:
            return None
        request += chunk
    head, rest = request.split(b"\r\n\r\n", 1)
    lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    fields = {name.strip().lower(): value.strip() for name, _, value in lines}
    key = fields.get(b"sec-websocket-key")
    if key is None:
        peer.sendall(b"HTTP/1.1 503 Not Now\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        return None
    accept = base64.b64encode(hashlib.sha1(key + _MAGIC).digest())
    upgrade = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    peer.sendall(upgrade + b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
    frame = CLIENT_FRAME.validate_json(_unmasked(peer, rest))
    return frame if isinstance(frame, Hello) else None


def _unmasked(peer: socket.socket, data: bytes) -> bytes:
    """The payload of the next client frame (below 64 KiB)."""

    def upto(count: int) -> bytes:
        nonlocal data
        while len(data) < count:
            chunk = peer.recv(4096)
            if not chunk:
                raise ValueError("the desk went away before it said hello")
            data += chunk
        return data

    size, start = upto(2)[1] & 0x7F, 2
    if size == 126:
        size, start = int.from_bytes(upto(4)[2:4], "big"), 4
    mask = upto(start + 4)[start : start + 4]
    body = upto(start + 4 + size)[start + 4 : start + 4 + size]
    return bytes(byte ^ mask[number % 4] for number, byte in enumerate(body))
