"""The receiver for fire panels: SIA DC-09 over TCP and UDP. A panel is acknowledged when its report is durable."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from backend.contracts.events import FireNature
from backend.sources.dc09 import (
    MAX_FRAME_BYTES,
    Answer,
    Dc09Error,
    Framer,
    Message,
    PanelKey,
    answer_to,
    read_message,
)
from backend.sources.fire_codes import FireCodeError, reports_of
from backend.sources.socket_door import DoorLimits, SocketDoor, open_ports
from backend.sources.spec import SourceContext, SourceSpec
from config.model import FireSiteConfig
from config.source_model import FirePanelSource

DOOR: Final = "fire-panel"
DUPLICATE_WITHIN_MS: Final = 300_000
"""A panel that missed our answer sends the same sequence and data again; later it is a new event."""

WAITING_DATAGRAMS: Final = 1_000
BAD_IN_A_ROW: Final = 20
"""Frames without a good one between them after which a TCP sender is cut off."""

HIGHEST_SEQUENCE: Final = 9_999
STEPS_OF_A_COUNT: Final = 2
MOST_LOST: Final = 1_000
"""A panel that leaps further has begun another count."""

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Last:
    sequence: str
    digest: bytes
    at_ms: int


@dataclass(slots=True)
class _Count:
    """An account's sequence numbers (DC-09 5.5.1.4: 0001 to 9999 and again; 0000 stands outside).

    Only a panel that has counted one by one just now can be missing something: cheap ones send one number for ever,
    others begin at 1 after every loss of mains, or share one count among several receivers.
    """

    last: int = 0
    steps: int = 0

    def take(self, sequence: int) -> int:
        """How many messages before this one never came."""
        if sequence in (0, self.last):
            return 0
        ahead = (sequence - self.last) % HIGHEST_SEQUENCE
        counted = self.last > 0 and self.steps >= STEPS_OF_A_COUNT
        self.steps = self.steps + 1 if self.last > 0 and ahead == 1 else 0
        self.last = sequence
        return ahead - 1 if counted and 1 < ahead <= MOST_LOST and sequence != 1 else 0


class Receiver:
    """What both doors share: messages checked, reports handed in, answers made. Event-loop thread only."""

    def __init__(self, config: FirePanelSource, context: SourceContext) -> None:
        self._config = config
        self._context = context
        self._sites: dict[str, FireSiteConfig] = {
            site.panel.account.upper(): site
            for site in context.site.fire_sites
            if site.panel.producer_id == config.producer_id
        }
        self._keys = {account: self._panel_key(site) for account, site in self._sites.items()}
        self._natures: Mapping[str, FireNature] = config.codes
        self._last: dict[str, _Last] = {}
        self._counts: dict[str, _Count] = {}
        self._turns: dict[str, asyncio.Lock] = {account: asyncio.Lock() for account in self._sites}

    def _panel_key(self, site: FireSiteConfig) -> PanelKey:
        judged = self._config.check_time != "never"
        return PanelKey(
            key=site.panel.key_bytes,
            late_s=self._config.late_s if judged else None,
            early_s=self._config.early_s if judged else None,
            check_plain_time=self._config.check_time == "always",
        )

    async def take(self, frame: bytes, peer: str) -> tuple[bytes, bool]:
        """(the answer, b"" for none; whether it was a good message).

        Raises:
            StorageError: it was not stored; the panel is not answered and sends it again.
        """
        now_ms = self._context.now_ms()
        try:
            message = read_message(frame, self._keys, now_ms)
        except Dc09Error as error:
            return await self._refused(frame, peer, str(error), error.answer), False
        # One at a time for an account: a second copy on another path waits until the first is durable.
        async with self._turns[message.account]:
            answer = await self._report(message, frame, peer)
            if answer[0]:
                await self._follow_count(message, frame, peer)
            return answer

    async def _report(self, message: Message, frame: bytes, peer: str) -> tuple[bytes, bool]:
        site, key = self._sites[message.account], self._keys[message.account].key
        now_ms = self._context.now_ms()
        try:
            reports = reports_of(message, self._natures)
        except FireCodeError as error:
            return await self._refused(frame, peer, str(error), answer_to(message, "DUH", key, now_ms)), True
        told = _Last(message.sequence, hashlib.sha256(f"{message.token}{message.data}".encode()).digest(), now_ms)
        if not self._is_again(message.account, told):
            answer = await self._context.ingest.fire(self._config.producer_id, site.fire_site_id, reports, peer)
            if answer.rejected:
                return b"", True
            if reports:
                self._last[message.account] = told
        return answer_to(message, "ACK", key, self._context.now_ms()).frame, True

    async def _follow_count(self, message: Message, frame: bytes, peer: str) -> None:
        """Messages that a panel numbered and that never came are counted as rejected, and told with the premises."""
        lost = self._counts.setdefault(message.account, _Count()).take(int(message.sequence))
        if lost:
            name = self._sites[message.account].name_vi
            reason = f"panel of {name} ({message.account}): {lost} messages before {message.sequence} never came"
            await self._context.ingest.refuse(self._config.producer_id, DOOR, f"from {peer}", frame, reason, count=lost)

    def _is_again(self, account: str, told: _Last) -> bool:
        """The same event as the last of the account. Only the last: cheap panels send one sequence for ever."""
        last = self._last.get(account)
        if last is None or (last.sequence, last.digest) != (told.sequence, told.digest):
            return False
        return told.at_ms - last.at_ms < DUPLICATE_WITHIN_MS

    async def _refused(self, frame: bytes, peer: str, reason: str, answer: Answer | None) -> bytes:
        await self._context.ingest.refuse(self._config.producer_id, DOOR, f"from {peer}", frame, reason)
        return b"" if answer is None else answer.frame


class _Call:
    """A panel's TCP connection."""

    def __init__(self, receiver: Receiver, peer: str) -> None:
        self._receiver = receiver
        self._peer = peer
        self._framer = Framer()
        self._bad = 0

    @property
    def unfinished(self) -> bool:
        return self._framer.unfinished

    async def take(self, chunk: bytes) -> tuple[bytes, bool]:
        answers: list[bytes] = []
        proven = False
        for frame in self._framer.feed(chunk):
            answer, good = await self._receiver.take(frame, self._peer)
            answers.append(answer)
            proven = proven or good
            self._bad = 0 if good else self._bad + 1
            if self._bad >= BAD_IN_A_ROW:
                raise ConnectionAbortedError(f"{BAD_IN_A_ROW} frames in a row were no message of a known panel")
        return b"".join(answers), proven

    async def end(self) -> None:
        """Half a message is no message: the panel sends it again."""


class _Datagrams(asyncio.DatagramProtocol):
    """Keeps what comes until it is its turn; more than WAITING_DATAGRAMS is dropped, and the panel sends it again."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[tuple[bytes, Address]] = asyncio.Queue(WAITING_DATAGRAMS)
        self.dropped = 0

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if self.waiting.full():
            self.dropped += 1
            return
        self.waiting.put_nowait((data[: MAX_FRAME_BYTES + 2], addr))

    def error_received(self, exc: Exception) -> None:
        """An answer could not be delivered; the panel will ask again."""


async def _answer_datagrams(receiver: Receiver, protocol: _Datagrams, transport: asyncio.DatagramTransport) -> None:
    while True:
        data, sender = await protocol.waiting.get()
        frame = data.removesuffix(b"\r")
        if frame.strip():
            answer, _ = await receiver.take(frame, sender[0])
            if answer:
                transport.sendto(answer, sender)


async def _tell_dropped(protocol: _Datagrams, config: FirePanelSource, context: SourceContext) -> None:
    while True:
        await asyncio.sleep(60.0)
        if protocol.dropped:
            context.fault(config.producer_id, f"{protocol.dropped} datagrams came faster than they were read")
            protocol.dropped = 0


async def run(config: FirePanelSource, context: SourceContext) -> None:
    """Listen until cancelled.

    Raises:
        OSError: a port is taken, a file of the certificate cannot be read.
        StorageError: a datagram's report could not be stored; run again and the panel sends it again.
    """
    receiver = Receiver(config, context)
    limits = DoorLimits(
        connections=config.max_connections,
        per_peer=config.max_per_sender,
        idle_s=max((2.0 * site.panel.poll_every_s for site in context.site.fire_sites), default=0.0) + 60.0,
    )
    door = SocketDoor(
        lambda peer: _Call(receiver, peer),
        limits,
        lambda peer, why: context.fault(config.producer_id, f"connection of {peer} ended: {why}"),
    )
    async with AsyncExitStack() as opened, asyncio.TaskGroup() as jobs:
        if config.tcp_port or config.tls_port:
            opened.push_async_callback(door.close)
            jobs.create_task(door.watch())
        await open_ports(door, config, context.site.folder, opened)
        if config.udp_port:
            loop = asyncio.get_running_loop()
            transport, protocol = await loop.create_datagram_endpoint(
                _Datagrams, local_addr=(config.host, config.udp_port)
            )
            opened.callback(transport.close)
            jobs.create_task(_answer_datagrams(receiver, protocol, transport))
            jobs.create_task(_tell_dropped(protocol, config, context))
        if not (config.tcp_port or config.udp_port or config.tls_port):
            context.fault(config.producer_id, "no port is given: nothing is received")
            await asyncio.Event().wait()


SPEC = SourceSpec(key="fire_panel", config=FirePanelSource, run=run)
