"""Rooms for the tests of exercises: one whose clock stands still between two inputs, one with its real doors open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from backend.contracts.commands import RIGHTS, Command, CommentAlert, PlaceMark, Role
from backend.contracts.events import LoggedEvent, SiteLoaded
from backend.contracts.exercise import INSTRUCTOR
from backend.contracts.marks import MarkKind
from backend.exercise.doors import InstructorSeat, ProducerDoors
from backend.exercise.inputs import Body
from backend.exercise.matching import fits, stands_for
from backend.exercise.player import NoCameraLines, Player
from backend.gateway.compose import build, database_url, running
from backend.gateway.parts import Parts
from backend.gateway.server import GatewayServer, bound_socket, server_config
from backend.gateway.settings import GatewaySettings
from backend.services.accounts import SignedIn
from backend.services.environment import EnvironmentWatch
from backend.storage.database import open_database
from config.model import SiteConfig
from config.scenario import AlertMatch, Scenario
from config.site import public_site

START_MS = 1_767_225_600_000  # 2026-01-01T00:00Z


@dataclass
class Still:
    """A clock that is moved by hand."""

    at_ms: int = START_MS

    def now_ms(self) -> int:
        return self.at_ms


@dataclass
class StillRoom:
    """The backend's own services without a job of their own: everything happens when it is asked for, in order."""

    parts: Parts
    clock: Still
    watch: EnvironmentWatch
    bodies: list[Body] = field(default_factory=list)

    async def bring(self, body: Body) -> None:
        self.bodies.append(body)
        ingest = self.parts.ingest
        match body.door:
            case "station-file":
                answer = await ingest.station_file(body.producer_id, body.name, body.body)
            case "cap":
                answer = await ingest.cap(body.producer_id, body.body)
            case "detections":
                answer = await ingest.detections(body.producer_id, body.body)
        assert not answer.rejected, answer.rejected
        assert not answer.warnings, answer.warnings
        await self.watch.catch_up()

    async def mark(self, mark_id: str, kind: MarkKind, at_ms: int, text: str) -> None:
        number = f"{len(await self.events()):032x}"
        await self.do(PlaceMark(command_id=number, mark_id=mark_id, mark_kind=kind, at_ms=at_ms, text=text))

    async def comment(self, match: AlertMatch, step_id: str, text: str) -> None:
        for alert in tuple(self.parts.room.state.alerts.values()):
            if fits(match, alert) and stands_for(match, alert):
                number = f"{len(await self.events()):032x}"
                await self.do(CommentAlert(command_id=number, alert_id=alert.alert_id, comment=text))

    async def do(self, command: Command, user: str = INSTRUCTOR) -> None:
        role = Role.SUPERVISOR
        operator = SignedIn(user, user, role, tuple(RIGHTS[role]), START_MS * 2)
        result = await self.parts.desk.execute(command, operator, "127.0.0.1")
        assert result.accepted, result.reason

    async def events(self) -> tuple[LoggedEvent, ...]:
        return await self.parts.log.read(0, 100_000)

    async def play(self, player: Player, until_ms: int) -> None:
        """Everything that is due, each at its own instant."""
        while (next_ms := player.next_ms()) is not None and next_ms <= until_ms:
            self.clock.at_ms = next_ms
            await player.play_until(next_ms)
        self.clock.at_ms = until_ms


@asynccontextmanager
async def still_room(site: SiteConfig, folder: Path) -> AsyncIterator[StillRoom]:
    clock = Still()
    folder.mkdir(parents=True, exist_ok=True)
    database = open_database(database_url(folder, ""))
    try:
        parts = await build(site, folder, database, GatewaySettings(), clock.now_ms)
        public = public_site(site, clock.now_ms())
        await parts.room.record(lambda state: [SiteLoaded(site=public)])
        watch = EnvironmentWatch(site, parts.room, parts.readings, parts.readings_store, clock.now_ms)
        yield StillRoom(parts, clock, watch)
        await parts.room.stop()
    finally:
        await database.close()


def player_of(scenario: Scenario, site: SiteConfig, room: StillRoom, speed_up: float | None = None) -> Player:
    speed = scenario.head.speed_up if speed_up is None else speed_up
    return Player(scenario, site, speed, START_MS, room, room, NoCameraLines(lambda text: None))


@dataclass
class OpenRoom:
    parts: Parts
    url: str
    doors: ProducerDoors
    seat: InstructorSeat
    client: httpx.AsyncClient


@asynccontextmanager
async def open_room(site: SiteConfig, folder: Path) -> AsyncIterator[OpenRoom]:
    """With its real doors, as `exercise run` opens it; the player is the test's."""
    sock = bound_socket("127.0.0.1", 0)
    listening = asyncio.Event()
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    async with running(site, folder) as parts, httpx.AsyncClient(base_url=url, trust_env=False) as client:
        server = GatewayServer(server_config(parts), parts.feed, listening.set)
        serving = asyncio.create_task(server.serve(sockets=[sock]))
        await asyncio.wait_for(listening.wait(), 10)
        tokens = {
            item.producer_id: await parts.accounts.create_producer_token(item.producer_id) for item in site.producers
        }
        await parts.accounts.add_user(INSTRUCTOR, "mot-hai-ba-bon", Role.SUPERVISOR, "Đạo diễn")

        async def sign_in() -> str:
            return await parts.accounts.local_token(INSTRUCTOR)

        said: list[str] = []
        seat = InstructorSeat(url, sign_in, folder.name, client, said.append)
        try:
            yield OpenRoom(parts, url, ProducerDoors(site, folder, client, tokens, said.append), seat, client)
        finally:
            await seat.close()
            server.should_exit = True
            await serving
            sock.close()
