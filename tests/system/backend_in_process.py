"""The real backend with its doors open, inside the test's own event loop: for limits that a process hides."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from backend.contracts.alerts import Alert, AlertPhase
from backend.contracts.events import AlertCommented, AlertRaised, Event
from backend.contracts.kinds.alerts import Priority
from backend.contracts.state import RoomState
from backend.gateway.compose import local_seat_token, running
from backend.gateway.parts import Parts
from backend.gateway.server import GatewayServer, bound_socket, server_config
from backend.gateway.settings import GatewaySettings
from config.model import SiteConfig
from config.site import load_site
from tests.system.backend_process import SMALL_SITE


@dataclass
class Clock:
    """The wall clock, moved by hand."""

    ahead_ms: int = 0

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead_ms


@dataclass
class OpenBackend:
    parts: Parts
    port: int
    token: str
    clock: Clock = field(default_factory=Clock)

    @property
    def feed_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/feed"

    async def raise_alert(self, alert_id: str) -> None:
        now_ms = self.clock.now_ms()
        alert = Alert(
            alert_id=alert_id,
            kind="cap.message",
            priority=Priority(3),
            phase=AlertPhase.ACTIVE_UNACKNOWLEDGED,
            place_id="",
            place_name="",
            headline_vi="Thử",
            headline_en="Test",
            raised_ms=now_ms,
            changed_ms=now_ms,
        )
        await self.parts.room.record(lambda state: [AlertRaised(alert=alert)])

    async def comment(self, alert_id: str, count: int, chars: int = 2000) -> None:
        """`count` durable events of at least `chars` bytes each."""
        text = "x" * chars

        def decide(state: RoomState) -> list[Event]:
            return [AlertCommented(alert_id=alert_id, comment=text) for _ in range(min(count, 100))]

        for _ in range((count + 99) // 100):
            await self.parts.room.record(decide, actor="tests")


@asynccontextmanager
async def open_backend(
    data_dir: Path, settings: GatewaySettings, site: SiteConfig | None = None
) -> AsyncIterator[OpenBackend]:
    clock = Clock()
    sock = bound_socket("127.0.0.1", 0)
    listening = asyncio.Event()
    async with running(site or load_site(SMALL_SITE), data_dir, settings=settings, now_ms=clock.now_ms) as parts:
        server = GatewayServer(server_config(parts), parts.feed, listening.set)
        serving = asyncio.create_task(server.serve(sockets=[sock]))
        await asyncio.wait_for(listening.wait(), 10)
        try:
            yield OpenBackend(parts, sock.getsockname()[1], await local_seat_token(parts), clock)
        finally:
            server.should_exit = True
            await serving
            sock.close()
