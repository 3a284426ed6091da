"""A TCP door for senders that nobody logs in: bounded in connections, in time and in bytes, whoever knocks.

A sender that was believed before is kept when room is short; one that has proved nothing yet goes first.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

READ_BYTES: Final = 16_384
ANSWER_WITHIN_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """What one door allows.

    Attributes:
        connections, per_peer: at once, in all and from one address.
        unfinished_s: a message that was begun is whole within this time.
        unproven_s: a connection that has sent nothing good so long is closed.
        idle_s: likewise one that has been silent so long after it did.
    """

    connections: int = 256
    per_peer: int = 32
    unfinished_s: float = 10.0
    unproven_s: float = 30.0
    idle_s: float = 900.0


class Conversation(Protocol):
    """One sender's side of the protocol."""

    @property
    def unfinished(self) -> bool:
        """Bytes of a message that is not whole yet are kept."""
        ...

    async def take(self, chunk: bytes) -> tuple[bytes, bool]:
        """(what is answered, whether something good was among it). Raises: ConnectionAbortedError to end it."""
        ...

    async def end(self) -> None:
        """The sender is gone; what is unfinished never ends."""
        ...


@dataclass(eq=False, slots=True)
class _Caller:
    peer: str
    writer: asyncio.StreamWriter
    since_s: float = field(default_factory=time.monotonic)
    proven: bool = False


class SocketDoor:
    """Event-loop thread only.

    Args:
        converse: makes the conversation of a new connection from (address of the peer).
        refused: told of each connection that was turned away or cut off: (peer, why).
    """

    def __init__(
        self, converse: Callable[[str], Conversation], limits: DoorLimits, refused: Callable[[str, str], None]
    ) -> None:
        self._converse = converse
        self._limits = limits
        self._refused = refused
        self._callers: dict[asyncio.Task[None], _Caller] = {}
        self._per_peer: Counter[str] = Counter()
        self._failed: asyncio.Queue[BaseException] = asyncio.Queue()

    @property
    def connections(self) -> int:
        return len(self._callers)

    async def serve(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> asyncio.Server:
        """Listen.

        Raises:
            OSError: the port is taken or the address is not ours.
        """
        return await asyncio.start_server(
            self._call, host, port, limit=READ_BYTES, ssl=tls, ssl_handshake_timeout=10.0 if tls else None
        )

    async def watch(self) -> None:
        """Until cancelled; raises what ended a conversation by no fault of its sender (the store is gone, a bug)."""
        raise await self._failed.get()

    async def close(self) -> None:
        """End every conversation."""
        tasks = tuple(self._callers)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = _peer_of(writer)
        if reason := self._no_room(peer):
            self._refused(peer, reason)
            writer.transport.abort()
            return
        caller = _Caller(peer, writer)
        task = asyncio.get_running_loop().create_task(self._talk(reader, caller), name=f"call of {peer}")
        self._callers[task] = caller
        self._per_peer[peer] += 1
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        caller = self._callers.pop(task)
        self._per_peer[caller.peer] -= 1
        if not self._per_peer[caller.peer]:
            del self._per_peer[caller.peer]
        caller.writer.transport.abort()
        error = None if task.cancelled() else task.exception()
        # A sender that goes as senders go is no trouble; anything else is not his doing.
        if error is not None and not isinstance(error, ConnectionError | ssl.SSLError):
            self._failed.put_nowait(error)

    def _no_room(self, peer: str) -> str:
        """Why a newcomer is turned away; "" when there is room, if need be made by sending an unproven one off."""
        if self._per_peer[peer] >= self._limits.per_peer and not self._push_out(peer):
            return f"more than {self._limits.per_peer} connections of one sender"
        if len(self._callers) >= self._limits.connections and not self._push_out(None):
            return f"more than {self._limits.connections} connections"
        return ""

    def _push_out(self, peer: str | None) -> bool:
        """Send off who has proved nothing for longest, of `peer` or of all."""
        for task, caller in self._callers.items():
            if not caller.proven and peer in (None, caller.peer) and not task.cancelling():
                self._refused(caller.peer, "nothing good came, and another wanted the place")
                task.cancel()
                return True
        return False

    async def _talk(self, reader: asyncio.StreamReader, caller: _Caller) -> None:
        conversation = self._converse(caller.peer)
        begun_s: float | None = None
        try:
            while True:
                wait_s = self._patience_s(caller, begun_s)
                try:
                    async with asyncio.timeout(max(0.0, wait_s)):
                        chunk = await reader.read(READ_BYTES)
                except TimeoutError:
                    self._tell_slow(caller, begun_s)
                    return
                if not chunk:
                    return
                answer, good = await conversation.take(chunk)
                caller.proven = caller.proven or good
                if good:
                    caller.since_s = time.monotonic()
                begun_s = (begun_s or time.monotonic()) if conversation.unfinished else None
                if good and begun_s is not None:
                    begun_s = time.monotonic()
                if answer:
                    caller.writer.write(answer)
                    async with asyncio.timeout(ANSWER_WITHIN_S):
                        await caller.writer.drain()
        except (TimeoutError, ConnectionAbortedError) as error:
            self._refused(caller.peer, str(error) or "it does not read what it is answered")
        finally:
            await conversation.end()

    def _patience_s(self, caller: _Caller, begun_s: float | None) -> float:
        now_s = time.monotonic()
        quiet_s = self._limits.idle_s if caller.proven else self._limits.unproven_s
        left_s = caller.since_s + quiet_s - now_s
        return left_s if begun_s is None else min(left_s, begun_s + self._limits.unfinished_s - now_s)

    def _tell_slow(self, caller: _Caller, begun_s: float | None) -> None:
        if begun_s is not None:
            self._refused(caller.peer, f"a message was begun and not ended in {self._limits.unfinished_s:g} s")
        elif not caller.proven:
            self._refused(caller.peer, f"nothing good came in {self._limits.unproven_s:g} s")


class Ports(Protocol):
    """Where a receiver listens, as its configuration says; 0 = not there."""

    @property
    def host(self) -> str: ...
    @property
    def tcp_port(self) -> int: ...
    @property
    def tls_port(self) -> int: ...
    @property
    def cert_file(self) -> str: ...
    @property
    def key_file(self) -> str: ...
    @property
    def ca_file(self) -> str: ...


async def open_ports(door: SocketDoor, ports: Ports, folder: Path, opened: AsyncExitStack) -> None:
    """Serve the plain and the TLS port of a receiver until `opened` closes.

    Raises:
        OSError, ssl.SSLError: a port is taken, or a certificate of `folder` cannot be used.
    """
    if ports.tcp_port:
        opened.callback((await door.serve(ports.host, ports.tcp_port)).close)
    if ports.tls_port:
        tls = await asyncio.to_thread(tls_context, folder, ports.cert_file, ports.key_file, ports.ca_file)
        opened.callback((await door.serve(ports.host, ports.tls_port, tls)).close)


def tls_context(folder: Path, cert_file: str, key_file: str, ca_file: str) -> ssl.SSLContext:
    """TLS 1.2 or newer (RFC 5425); with `ca_file` only senders that have a certificate of it are let in.

    Args:
        folder: what relative files lie in.

    Raises:
        OSError, ssl.SSLError: a file is missing or holds no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(folder / cert_file, folder / key_file)
    if ca_file:
        context.load_verify_locations(folder / ca_file)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _peer_of(writer: asyncio.StreamWriter) -> str:
    name = writer.get_extra_info("peername")
    return str(name[0]) if isinstance(name, tuple) and name else ""
