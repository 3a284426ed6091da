"""A syslog receiver: UDP (RFC 5426), TCP (RFC 6587) and TLS (RFC 5425); CEF and Suricata's EVE inside its messages."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Final

from backend.sources.cyber_note import CyberNote, CyberNoteError
from backend.sources.socket_door import DoorLimits, SocketDoor, open_ports
from backend.sources.spec import SourceContext, SourceSpec
from backend.sources.syslog_message import Refused, SyslogError, SyslogFramer, note_of, parse_syslog
from config.source_model import SyslogSource

DOOR: Final = "syslog"
WAITING_DATAGRAMS: Final = 2_000
DATAGRAMS_AT_ONCE: Final = 200
SENDERS_REMEMBERED: Final = 1_000
TELL_EVERY_S: Final = 10.0

Address = tuple[str, int]


class Rates:
    """How many lines of each sender may be read; the rest is counted, not read. A bucket of two seconds' lines."""

    def __init__(self, lines_per_s: float) -> None:
        self._lines_per_s = lines_per_s
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._dropped: dict[str, tuple[int, bytes]] = {}

    def allows(self, sender: str, line: bytes) -> bool:
        """Whether this line is read."""
        now_s = time.monotonic()
        left, since_s = self._buckets.pop(sender, (2 * self._lines_per_s, now_s))
        left = min(2 * self._lines_per_s, left + (now_s - since_s) * self._lines_per_s)
        allowed = left >= 1
        self._buckets[sender] = (left - 1 if allowed else left, now_s)
        if len(self._buckets) > SENDERS_REMEMBERED:
            self._buckets.popitem(last=False)
        if not allowed and (sender in self._dropped or len(self._dropped) < SENDERS_REMEMBERED):
            count, first = self._dropped.get(sender, (0, line))
            self._dropped[sender] = (count + 1, first)
        return allowed

    def dropped(self) -> list[tuple[str, int, bytes]]:
        """(sender, lines not read, the first of them) since the last call."""
        told = [(sender, count, line) for sender, (count, line) in self._dropped.items()]
        self._dropped.clear()
        return told


class Receiver:
    """What the doors share. Event-loop thread only."""

    def __init__(self, config: SyslogSource, context: SourceContext) -> None:
        self._config = config
        self._context = context
        self.rates = Rates(config.lines_per_s)

    async def take(self, frames: Sequence[bytes | Refused], sender: str) -> bool:
        """Hand in what these say; whether a good message was among them. Raises: StorageError."""
        notes: list[CyberNote] = []
        good = 0
        for frame in frames:
            if isinstance(frame, Refused):
                await self._refuse(sender, frame.head, frame.reason)
                continue
            if not self.rates.allows(sender, frame[:200]):
                continue
            try:
                note = note_of(parse_syslog(frame))
            except (SyslogError, CyberNoteError) as error:
                await self._refuse(sender, frame, str(error))
                continue
            good += 1
            if note is not None:
                notes.append(note)
        if good:
            await self._context.ingest.cyber(self._config.producer_id, DOOR, notes, good, sender)
        return bool(good)

    async def _refuse(self, sender: str, body: bytes, reason: str) -> None:
        await self._context.ingest.refuse(self._config.producer_id, DOOR, f"from {sender}", body, reason)

    async def tell_dropped(self) -> None:
        """Until cancelled: what was not read is counted and told. Raises: StorageError."""
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            for sender, count, line in self.rates.dropped():
                reason = f"more than {self._config.lines_per_s:g} lines/s: {count} lines were not read"
                await self._context.ingest.refuse(
                    self._config.producer_id, DOOR, f"from {sender}", line, reason, count=count
                )


class _Call:
    """A sender's connection."""

    def __init__(self, receiver: Receiver, peer: str, max_bytes: int) -> None:
        self._receiver = receiver
        self._peer = peer
        self._framer = SyslogFramer(max_bytes)

    @property
    def unfinished(self) -> bool:
        return self._framer.unfinished

    async def take(self, chunk: bytes) -> tuple[bytes, bool]:
        return b"", await self._receiver.take(self._framer.feed(chunk), self._peer)

    async def end(self) -> None:
        await self._receiver.take(self._framer.end(), self._peer)


class _Datagrams(asyncio.DatagramProtocol):
    """One message a datagram; what comes faster than it is read is dropped and counted."""

    def __init__(self, receiver: Receiver, max_bytes: int) -> None:
        self._receiver = receiver
        self._max_bytes = max_bytes
        self.waiting: asyncio.Queue[tuple[bytes | Refused, str]] = asyncio.Queue(WAITING_DATAGRAMS)
        self.dropped = 0

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if self.waiting.full():
            self.dropped += 1
            return
        frame: bytes | Refused = data
        if len(data) > self._max_bytes:
            frame = Refused(f"a datagram of {len(data)} bytes; allowed: {self._max_bytes}", data[:2_000])
        if data.strip(b" \r\n\0"):
            self.waiting.put_nowait((frame, addr[0]))

    async def read(self) -> None:
        """Until cancelled. Raises: StorageError."""
        while True:
            first = await self.waiting.get()
            batch: dict[str, list[bytes | Refused]] = {first[1]: [first[0]]}
            for _ in range(min(self.waiting.qsize(), DATAGRAMS_AT_ONCE)):
                frame, sender = self.waiting.get_nowait()
                batch.setdefault(sender, []).append(frame)
            for sender, frames in batch.items():
                await self._receiver.take(frames, sender)


async def _tell_lost(protocol: _Datagrams, config: SyslogSource, context: SourceContext) -> None:
    while True:
        await asyncio.sleep(TELL_EVERY_S)
        if protocol.dropped:
            count, protocol.dropped = protocol.dropped, 0
            reason = f"datagrams came faster than they were read: {count} were lost"
            await context.ingest.refuse(config.producer_id, DOOR, "", b"", reason, count=count)


async def run(config: SyslogSource, context: SourceContext) -> None:
    """Listen until cancelled.

    Raises:
        OSError: a port is taken, a file of the certificate cannot be read.
        StorageError: an alert could not be stored.
    """
    receiver = Receiver(config, context)
    limits = DoorLimits(
        connections=config.max_connections, per_peer=config.max_per_sender, idle_s=86_400.0, unfinished_s=30.0
    )
    door = SocketDoor(
        lambda peer: _Call(receiver, peer, config.max_line_bytes),
        limits,
        lambda peer, why: context.fault(config.producer_id, f"connection of {peer} ended: {why}"),
    )
    async with AsyncExitStack() as opened, asyncio.TaskGroup() as jobs:
        opened.push_async_callback(door.close)
        await open_ports(door, config, context.site.folder, opened)
        if config.udp_port:
            transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: _Datagrams(receiver, config.max_line_bytes), local_addr=(config.host, config.udp_port)
            )
            opened.callback(transport.close)
            jobs.create_task(protocol.read())
            jobs.create_task(_tell_lost(protocol, config, context))
        jobs.create_task(door.watch())
        jobs.create_task(receiver.tell_dropped())


SPEC = SourceSpec(key="syslog", config=SyslogSource, run=run)
