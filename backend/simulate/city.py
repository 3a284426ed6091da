"""The demonstration city as a whole: every producer, speaking its protocol to its door."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx

from backend.contracts.site import Producer
from backend.simulate import (
    citizens,
    clinics,
    committee,
    correspondents,
    forecasts,
    newsroom,
    offices,
    rtsp,
    switchboard,
)
from backend.simulate.asterisk import Asterisk
from backend.simulate.broker import Broker, Publisher
from backend.simulate.bulletins import Issue
from backend.simulate.cap_feed import CapFeedServer
from backend.simulate.clips import clip_path, make_clips
from backend.simulate.detections import Analytics, Door, Send, as_onvif, posted, published
from backend.simulate.encode import MAIN, SUB, StreamShape
from backend.simulate.fire_panels import Panel
from backend.simulate.onvif import Device, OnvifServer
from backend.simulate.pages import PageServer
from backend.simulate.plan import Plan
from backend.simulate.scenes import SCENES
from backend.simulate.station_files import DropFolder, HttpDoor, Logger, Outbox, play_logger
from backend.simulate.story import Story
from backend.simulate.suricata import Suricata
from backend.sources.onvif_ptz import Position
from config.camera_model import CameraConfig
from config.communes import read_communes
from config.model import SiteConfig
from config.problems import Problems
from config.source_model import (
    AmiSource,
    CapFeedSource,
    DropFolderSource,
    EveSource,
    FirePanelSource,
    ImapSource,
    MqttSource,
    NewsFeedSource,
    SourceConfig,
    ZaloSource,
)

HISTORY_MS: Final = 24 * 3_600_000
GOES_ON_MS: Final = 30 * 60_000
"""Started again within so long, the story goes on where it was; later it begins anew."""

COUNT_EVERY_S: Final = 20.0
LOOK_EVERY_S: Final = 0.1

_GOLDEN: Final = 0.618034
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class CityError(RuntimeError):
    """The demonstration cannot be played; the message says what to do."""


def say(text: str) -> None:
    """One line of progress on stdout, at once."""
    print(text, flush=True)


@dataclass(frozen=True, slots=True)
class Told:
    """What the start of the story and the last sample were, from one run to the next."""

    start_ms: int
    last_ms: int


def recall(file: Path, now_ms: int) -> Told:
    """The story's start and how far its history is already written; a new story when the last one is long over."""
    try:
        noted = json.loads(file.read_text(encoding="utf-8"))
        start_ms, last_ms = int(noted["start_ms"]), int(noted["last_ms"])
    except (OSError, ValueError, KeyError, TypeError):
        return Told(now_ms, now_ms - HISTORY_MS)
    last_ms = max(min(last_ms, now_ms), now_ms - HISTORY_MS)
    return Told(start_ms if now_ms - last_ms < GOES_ON_MS else now_ms, last_ms)


def scene_of(plan: Plan, cameras: Iterable[CameraConfig]) -> dict[str, str]:
    """Which clip each simulated camera plays.

    Raises:
        CityError: simulation.toml names a scene there is not.
    """
    drawn = [name for name in SCENES if name not in ("bikes", "carphone")]
    found = {}
    for index, camera in enumerate(camera for camera in cameras if camera.simulated):
        name = plan.scenes.get(camera.camera_id, drawn[index % len(drawn)])
        if name not in SCENES:
            raise CityError(f"simulation.toml: no scene {name!r} for {camera.camera_id}; there are {', '.join(SCENES)}")
        found[camera.camera_id] = name
    return found


def mounts_of(
    cameras: Iterable[CameraConfig], scenes: Mapping[str, str], clips: Path, turning: Collection[str] = ()
) -> dict[str, rtsp.Mount]:
    """Every address of the simulated cameras. Loops are shifted against each other: cameras are never in step."""
    mounts: dict[str, rtsp.Mount] = {}
    for index, camera in enumerate(camera for camera in cameras if camera.camera_id in scenes):
        for url, shape in ((camera.main_url, MAIN), (camera.sub_url, SUB)):
            if path := urlsplit(url.get_secret_value()).path:
                turns = camera.camera_id in turning
                mounts[path] = _mount(clips, scenes[camera.camera_id], shape, index, turns)
    return mounts


def _mount(clips: Path, scene: str, shape: StreamShape, index: int, turns: bool) -> rtsp.Mount:
    loop_ms = shape.frames / shape.fps * 1000
    return rtsp.Mount(
        clip_path(clips, scene, shape),
        shape.fps,
        round(index * _GOLDEN % 1.0 * loop_ms, 1),
        (shape.width_px, shape.height_px) if turns else None,
    )


def rtsp_port(cameras: Iterable[CameraConfig]) -> int:
    """The port the simulated cameras' addresses name.

    Raises:
        CityError: they are not all on one port of this machine.
    """
    doors = {
        (parts.hostname, parts.port or 554)
        for camera in cameras
        if camera.simulated
        for parts in [urlsplit(camera.main_url.get_secret_value())]
    }
    if len(doors) != 1 or next(iter(doors))[0] not in _LOOPBACK:
        raise CityError("cameras.csv: the addresses of simulated cameras must name one port of 127.0.0.1")
    return next(iter(doors))[1]


def view_of(number: int) -> Position:
    """Where a simulated camera's preset `number` looks: the first is the whole scene, the others parts of it."""
    if number == 0:
        return Position(0.0, 0.0, 0.0)
    side = 1 if number % 2 else -1
    return Position(0.7 * side, 0.3 - 0.2 * number, min(1.0, 0.3 + 0.2 * number))


class City:
    """Plays until cancelled.

    Args:
        data: the backend's own data folder: drop folders lie in it, clips and notes are kept there.
        server: base address of the backend's HTTP door.
        tokens: folder with one file per producer, named as the producer.
    """

    def __init__(self, site: SiteConfig, plan: Plan, data: Path, server: str, tokens: Path) -> None:
        self.site = site
        self.plan = plan
        self.data = data
        self.server = server
        self.tokens = tokens
        self.clips = data / "clips"
        self.notes = data / "simulation.json"
        self.scenes = scene_of(plan, site.cameras)
        self.told = recall(self.notes, time.time_ns() // 1_000_000)
        self.story = Story(site, plan, self.told.start_ms)

    def prepare(self) -> None:
        """Makes the clips that are missing; about a minute on two cores, once."""
        make_clips(self.clips, self.scenes.values(), lambda done, of: say(f"simulate: clips {done}/{of}"))

    async def run(self) -> None:
        """Everything at once; the clips are made beside it when `prepare` was not called before."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.run_cameras())
            tasks.create_task(self.run_producers())

    async def run_producers(self) -> None:
        """Everything that sends to the backend or is asked by it; no cameras."""
        servers = [server for server in (self._cap_feed(), self._pages()) if server is not None]
        for server in servers:
            server.start()
        limits = httpx.Limits(max_connections=8)
        try:
            async with (
                httpx.AsyncClient(base_url=self.server, timeout=10.0, limits=limits) as client,
                self._brokers_doors() as doors,
                asyncio.TaskGroup() as tasks,
            ):
                outboxes = self._outboxes(client)
                for outbox in outboxes.values():
                    if isinstance(outbox, HttpDoor):
                        tasks.create_task(outbox.run())
                tasks.create_task(self._stations(outboxes, tasks))
                if token := self._token(forecasts.PRODUCER):
                    tasks.create_task(forecasts.ForecastOffice(client, token, self.story).run())
                if token := self._token(citizens.PRODUCER):
                    tasks.create_task(citizens.Citizens(client, token, self.site, self.plan.seed).run())
                if token := self._token(newsroom.PRODUCER):
                    tasks.create_task(newsroom.Newsroom(client, token, self.plan.seed).run())
                if token := self._token(clinics.PRODUCER):
                    tasks.create_task(clinics.Clinics(client, token, self.site, self.plan.seed).run())
                if token := self._token(committee.PRODUCER):
                    tasks.create_task(committee.Committee(client, token, self.site, self.plan.seed).run())
                if token := self._token(offices.PRODUCER):
                    tasks.create_task(offices.Offices(client, token, self.site, self.plan.seed).run())
                tasks.create_task(self._hotline(client))
                self._listened_to(tasks)
                self._written(client, tasks)
                if token := self._token("camera-ai"):
                    doors["http"] = posted(client, token)
                seen = frozenset(camera.camera_id for camera in self.site.cameras)
                tasks.create_task(Analytics(doors, seen, self.plan.seed).run(self.told.start_ms / 1000))
        finally:
            for server in servers:
                server.stop()

    async def _hotline(self, client: httpx.AsyncClient) -> None:
        """Its calls: by a manager interface of ours where the site listens to one, else by the webhook."""
        sources = [source for source in self.site.sources if isinstance(source, AmiSource)]
        source = next((one for one in sources if one.producer_id == switchboard.PRODUCER), None)
        token = self._token(switchboard.PRODUCER)
        hand_over = switchboard.handed_over(client, token) if token else None
        if source is None:
            if token:
                tell = switchboard.webhook(client, token)
                await switchboard.Switchboard(tell, self.plan.seed, hand_over).run()
            return
        asterisk = Asterisk(source.user, source.password.get_secret_value())
        try:
            await asterisk.start(source.host, source.port)
        except OSError as error:
            raise CityError(f"the switchboard cannot listen on {source.host}:{source.port}: {error.strerror}") from None
        try:
            await switchboard.Switchboard(asterisk.tell, self.plan.seed, hand_over).run()
        finally:
            await asterisk.stop()

    @asynccontextmanager
    async def _brokers_doors(self) -> AsyncIterator[dict[Door, Send]]:
        """How detections are published: to a broker of ours, where the site expects one of a simulated producer."""
        simulated = {producer.producer_id for producer in self.site.producers if producer.simulated}
        sources = [source for source in self.site.sources if isinstance(source, MqttSource)]
        source = next((one for one in sources if one.producer_id in simulated), None)
        if source is None:
            yield {}
            return
        if source.host not in _LOOPBACK:
            raise CityError(f"site.toml: the broker of {source.producer_id} must be on 127.0.0.1 to be simulated")
        broker = Broker(self.data / "broker", source.port)
        ours = await asyncio.to_thread(broker.start)
        say(f"simulate: MQTT broker on 127.0.0.1:{source.port}{'' if ours else ', found there already'}")
        server = Publisher(source.port, "demonstration-frigate", f"{source.frigate_prefix}/available")
        device = Publisher(source.port, "demonstration-camera")
        counting = asyncio.create_task(self._count(server, source))
        try:
            yield {"frigate": published(server), "onvif": as_onvif(device)}
        finally:
            counting.cancel()
            for stop in (server.stop, device.stop, broker.stop):
                stop()

    def _listened_to(self, tasks: asyncio.TaskGroup) -> None:
        """Those whom the backend's own receivers hear: fire panels and the network sensor."""
        simulated = {producer.producer_id for producer in self.site.producers if producer.simulated}
        for source in self.site.sources:
            if isinstance(source, FirePanelSource) and source.producer_id in simulated and source.tcp_port:
                for site in self.site.fire_sites:
                    fires = tuple(fire for fire in self.plan.fire if fire.fire_site == site.fire_site_id)
                    if site.panel.producer_id == source.producer_id:
                        tasks.create_task(Panel(site, source, self.story, fires).run())
            elif isinstance(source, EveSource) and source.producer_id in simulated:
                sensor = Suricata(self.data / source.folder, self.story, self.plan.scan, self.plan.seed)
                tasks.create_task(sensor.run())

    def _written(self, client: httpx.AsyncClient, tasks: asyncio.TaskGroup) -> None:
        """Citizens who write, where the site has a way for it."""
        for source in self._simulated_sources():
            if isinstance(source, ZaloSource):
                pages = next((host for host in source.media_hosts if "://" in host), "")
                account = correspondents.ZaloAccount(client, self.site, source, pages, self.plan.seed)
                tasks.create_task(account.run())
            elif isinstance(source, ImapSource) and source.host in _LOOPBACK and source.security == "none":
                tasks.create_task(correspondents.Letters(source, self.plan.seed).run())

    def _simulated_sources(self) -> list[SourceConfig]:
        simulated = {producer.producer_id for producer in self.site.producers if producer.simulated}
        return [source for source in self.site.sources if source.producer_id in simulated]

    async def _count(self, server: Publisher, source: MqttSource) -> None:
        """What the analytics server counts, as often as the site expects it."""
        while True:
            now_ms = time.time_ns() // 1_000_000
            for counter, place in source.counters.items():
                station_id, _, symbol = place.partition("/")
                station = self.site.station(station_id)
                for sample in self.story.samples(station, now_ms) if station is not None else ():
                    if sample.symbol == symbol:
                        server.send(f"{source.frigate_prefix}/{counter}", round(sample.value))
            await asyncio.sleep(COUNT_EVERY_S)

    def _token(self, producer_id: str) -> str:
        try:
            return (self.tokens / producer_id).read_text(encoding="utf-8").strip()
        except OSError:
            if any(producer.producer_id == producer_id for producer in self.site.producers):
                say(f"simulate: no token for {producer_id} in {self.tokens.name}/; it sends nothing")
            return ""

    def _outboxes(self, client: httpx.AsyncClient) -> dict[str, Outbox]:
        found: dict[str, Outbox] = {}
        for producer in self.site.producers:
            if producer.simulated and (outbox := self._outbox(producer, client)) is not None:
                found[producer.producer_id] = outbox
        return found

    def _outbox(self, producer: Producer, client: httpx.AsyncClient) -> Outbox | None:
        sends = {station.producer_id for station in self.site.stations}
        if producer.producer_id not in sends:
            return None
        for source in self.site.sources:
            if isinstance(source, DropFolderSource) and source.producer_id == producer.producer_id:
                return DropFolder(self.data / source.folder)
            if isinstance(source, MqttSource) and source.producer_id == producer.producer_id:
                return None
        if producer.door == "rtsp":
            return None  # the room itself counts these in the simulated cameras' pictures
        token = self._token(producer.producer_id)
        return HttpDoor(client, producer.producer_id, token) if token else None

    async def _stations(self, outboxes: Mapping[str, Outbox], tasks: asyncio.TaskGroup) -> None:
        """History of every logger through its own door, then the live files."""
        loggers = [Logger(self.site, station, self.story) for station in self.site.stations]
        now_ms = time.time_ns() // 1_000_000
        count = 0
        for place, logger in enumerate(loggers):
            outbox = outboxes.get(logger.station.producer_id)
            if outbox is None:
                continue
            for file in await asyncio.to_thread(logger.history, self.told.last_ms + 1, now_ms):
                await outbox.send(file)
                count += 1
            offset_s = place * logger.station.interval_s * _GOLDEN % logger.station.interval_s
            tasks.create_task(play_logger(logger, outbox, offset_s))
        say(f"simulate: history sent in {count} files, live from now on")
        while True:
            self._note()
            await asyncio.sleep(30)

    def _note(self) -> None:
        noted = {"start_ms": self.told.start_ms, "last_ms": time.time_ns() // 1_000_000}
        part = self.notes.with_suffix(".part")
        part.write_text(json.dumps(noted), encoding="utf-8")
        part.replace(self.notes)

    def _cap_feed(self) -> CapFeedServer | None:
        simulated = {producer.producer_id for producer in self.site.producers if producer.simulated}
        for source in self.site.sources:
            if isinstance(source, CapFeedSource) and source.producer_id in simulated:
                areas = read_communes(self.site.communes_file, Problems())
                issue = Issue(areas, self.told.start_ms, self.site.utc_offset_min)
                try:
                    return CapFeedServer(issue, source.url)
                except OSError as error:
                    raise CityError(f"{source.url} cannot be served: {error.strerror}; is it in use?") from error
        return None

    def _pages(self) -> PageServer | None:
        """The paper's feed, and on the same server the pictures that citizens send by Zalo."""
        source = next((one for one in self._simulated_sources() if isinstance(one, NewsFeedSource)), None)
        if source is None:
            return None
        paper, picture = newsroom.Paper(source.url, self.plan.seed), correspondents.picture()

        def document(path: str) -> tuple[str, bytes] | None:
            return ("image/png", picture) if path == correspondents.PICTURE_PATH else paper.document(path)

        try:
            return PageServer(source.url, document)
        except OSError as error:
            raise CityError(f"{source.url} cannot be served: {error.strerror}; is it in use?") from error

    async def run_cameras(self) -> None:
        """The RTSP server; started again when it ends."""
        if not self.scenes:
            return
        await asyncio.to_thread(self.prepare)
        heads = self._heads()
        try:
            await self._stream(heads)
        finally:
            for head in heads.values():
                head.stop()

    def _heads(self) -> dict[str, OnvifServer]:
        """The ONVIF services of the simulated cameras that turn, serving; one whose port is taken does not turn."""
        heads: dict[str, OnvifServer] = {}
        for camera in self.site.ptz.cameras:
            if camera.camera_id not in self.scenes:
                continue
            presets = {one.token: view_of(number) for number, one in enumerate(camera.presets)}
            device = Device(presets, camera.user, camera.password.get_secret_value())
            try:
                heads[camera.camera_id] = OnvifServer(device, camera.address)
            except OSError as error:
                say(f"simulate: {camera.address} cannot be served ({error.strerror}); {camera.camera_id} does not turn")
                continue
            heads[camera.camera_id].start()
        return heads

    async def _stream(self, heads: Mapping[str, OnvifServer]) -> None:
        port = rtsp_port(self.site.cameras)
        mounts = mounts_of(self.site.cameras, self.scenes, self.clips, heads)
        while True:
            process, url = await asyncio.to_thread(rtsp.start, self.data / "mounts.json", mounts, port=port)
            say(f"simulate: {len(mounts)} streams of {len(self.scenes)} cameras on {url}")
            try:
                await self._look_around(process, heads)
            finally:
                rtsp.stop(process)
            say("simulate: the RTSP server ended; it is started again")
            await asyncio.sleep(1)

    async def _look_around(self, process: subprocess.Popen[bytes], heads: Mapping[str, OnvifServer]) -> None:
        """Until the server ends: what a camera shows is where its head stands."""
        shown: dict[str, Position] = {}
        cameras = [camera for camera in self.site.cameras if camera.camera_id in heads]
        while process.poll() is None:
            for camera in cameras:
                at = heads[camera.camera_id].device.head.at()
                if shown.get(camera.camera_id) == at:
                    continue
                shown[camera.camera_id] = at
                for url in (camera.main_url, camera.sub_url):
                    if path := urlsplit(url.get_secret_value()).path:
                        rtsp.turn(process, path, at.pan, at.tilt, at.zoom)
            await asyncio.sleep(LOOK_EVERY_S if cameras else 0.5)
