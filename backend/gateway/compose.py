"""Builds a backend from (site, data folder, database), starts it and stops it, in order."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from backend.contracts.commands import Role
from backend.contracts.events import Event, OperatorSignedOut, SiteLoaded
from backend.contracts.site import Site
from backend.contracts.state import RoomState
from backend.domain.incidents import sop_events
from backend.gateway.feed.conversation import FeedControl
from backend.gateway.feed.fanout import Fanout
from backend.gateway.feed.seat import clocks_ahead
from backend.gateway.health import SERVICE, Health
from backend.gateway.metrics import Metrics
from backend.gateway.parts import Parts
from backend.gateway.settings import GatewaySettings
from backend.services.accounts import AccountError, Accounts
from backend.services.air_quality import AirQuality
from backend.services.alarm_watch import AlarmWatch
from backend.services.analytics.service import Analytics
from backend.services.audit import Audit
from backend.services.audit_heads import Heads, ReceivedHeads
from backend.services.call_recordings import CallRecordings
from backend.services.certificates import certificate_eye, certificate_files
from backend.services.channels import ChannelDesk
from backend.services.commands import CommandDesk
from backend.services.density import DensityService
from backend.services.environment import EnvironmentWatch
from backend.services.evidence.exporter import Exporter
from backend.services.evidence.gather import Sources
from backend.services.flow_limit import FlowLimit
from backend.services.hotline import CallDesk
from backend.services.hotline_watch import HotlineWatch
from backend.services.incident_watch import IncidentWatch
from backend.services.indicators.book import IndicatorBook
from backend.services.indicators.computed import ComputedIndicators
from backend.services.indicators.desk import IndicatorDesk
from backend.services.indicators.log_facts import LogFacts
from backend.services.indicators.sheet_reader import SheetReader
from backend.services.indicators.watch import IndicatorWatch
from backend.services.ingest import Ingest
from backend.services.limit_days import LimitDays
from backend.services.media.service import MediaService
from backend.services.meetings import MeetingDesk
from backend.services.outbreak import OutbreakDesk
from backend.services.press.desk import PressDesk
from backend.services.procedures import Procedures
from backend.services.readings import ReadingsService
from backend.services.recorder.service import Recorder, volume_folders
from backend.services.reports.archive import ReportArchive
from backend.services.reports.desk import ReportDesk
from backend.services.reports.reporters import Reporters
from backend.services.rivers import RiverWatch
from backend.services.room import Room
from backend.services.self_watch import (
    ClockEye,
    SelfWatch,
    ahead_of_us,
    database_eyes,
    detector_eye,
    disk_eye,
    seat_eye,
)
from backend.services.signing import Signer
from backend.services.steering import Steering
from backend.services.supervisor import Supervisor
from backend.services.watch import CameraWatch, ExpiryWatch, ProducerWatch
from backend.sources import SourceContext, source_specs
from backend.storage.audit import AuditStore
from backend.storage.ballots import BallotStore
from backend.storage.calls import CallStore
from backend.storage.cases import CaseStore
from backend.storage.channel_messages import MessageStore
from backend.storage.database import Database, database_file, open_database
from backend.storage.density import DensityCount
from backend.storage.detections import DetectionsStore
from backend.storage.event_log import EventLog
from backend.storage.history import History
from backend.storage.press import PressStore
from backend.storage.readings import ReadingsStore
from backend.storage.reporters import ReportersStore
from backend.storage.reports import ReportStore
from backend.storage.segments import SegmentsStore
from backend.storage.sole_use import sole_use
from backend.storage.timeline import TimelineStore
from config.communes import read_communes
from config.model import SiteConfig
from config.problems import Problems
from config.site import public_site

_log = logging.getLogger(__name__)


def wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000


def database_url(data_dir: Path, given: str) -> str:
    """`given`, or the SQLite file of the data folder, which is made when it is missing."""
    data_dir.mkdir(parents=True, exist_ok=True)
    return given or f"sqlite:///{(data_dir / 'trucban.sqlite3').resolve().as_posix()}"


async def build(
    site: SiteConfig,
    data_dir: Path,
    database: Database,
    settings: GatewaySettings,
    now_ms: Callable[[], int] = wall_clock_ms,
) -> Parts:
    """Every part, connected, nothing running yet.

    Raises:
        StorageError: the log cannot be read.
        KeyFileError: the key in the data folder cannot be used.
    """
    signer = await asyncio.to_thread(Signer.open, data_dir / "keys")
    log = await EventLog.open(database)
    room = await Room.open(log, now_ms)
    store = ReadingsStore(database)
    readings = await ReadingsService.open(store)
    accounts = Accounts(database, now_ms, session_s=settings.session_s, free_attempts=settings.login_free_tries)
    quarantine = data_dir / "quarantine"
    quarantine.mkdir(parents=True, exist_ok=True)
    audit = Audit(AuditStore(database), now_ms)
    areas = await asyncio.to_thread(read_communes, site.communes_file, Problems())
    reporters = await asyncio.to_thread(Reporters.open, ReportersStore(database), audit, data_dir / "keys", now_ms)
    reports = ReportDesk(site, room, ReportArchive(room, ReportStore(database)), reporters, areas)
    media = MediaService(data_dir, reports.archive.named_media, site.utc_offset_min)
    await asyncio.to_thread(media.store.prepare)
    press = PressDesk(site, room, PressStore(database), audit, reports, data_dir / "press")
    room.listen(press.followed)
    meetings = MeetingDesk(room, BallotStore(database))
    call_store = CallStore(database)
    calls = await asyncio.to_thread(CallDesk.open, site, room, call_store, data_dir / "keys")
    channels = await asyncio.to_thread(
        ChannelDesk.open, site, log, reports, media, MessageStore(database), data_dir / "keys", now_ms
    )
    ingest = Ingest(site, room, readings, DetectionsStore(database), quarantine, press, calls, channels, now_ms)
    health = Health(room, database)
    health.also(lambda: audit.fault)
    segments = SegmentsStore(database, volume_folders(site.recording, data_dir))
    recorder = Recorder(site, room, segments, now_ms)
    health.also(lambda: recorder.fault)
    history = History(database, log.epoch)
    indicators = IndicatorDesk(site, room, IndicatorBook(room, history))
    cases = CaseStore(database)
    outbreak = await asyncio.to_thread(OutbreakDesk.open, site, cases, indicators, data_dir / "keys")
    evidence = Sources(room, log, history, store, segments, signer, site.communes_file, now_ms)
    exporter = Exporter(evidence, data_dir / "exports", round(site.recording.segment_s * 1000))
    folders = settings.heads.folders or (data_dir / "heads",)
    heads = Heads(audit, signer, folders, settings.heads, lambda: room.durable.seq, now_ms)
    health.also(lambda: heads.fault)
    fanout = Fanout(
        room, readings, now_ms, settings.batch_s, settings.heartbeat_s, ingest.pulses, lambda: health.degraded
    )
    metrics = Metrics(fanout, log, database, health, now_ms)
    room.listen(metrics.appended)
    return Parts(
        site=site,
        data_dir=data_dir,
        settings=settings,
        now_ms=now_ms,
        database=database,
        log=log,
        history=history,
        timeline=TimelineStore(database),
        room=room,
        readings_store=store,
        readings=readings,
        accounts=accounts,
        signer=signer,
        audit=audit,
        segments=segments,
        recorder=recorder,
        exporter=exporter,
        heads=heads,
        received_heads=ReceivedHeads(data_dir / "heads-received"),
        ingest=ingest,
        analytics=Analytics(site, ingest),
        reports=reports,
        press=press,
        calls=calls,
        indicators=indicators,
        sheets=SheetReader(),
        log_facts=LogFacts(site, history, reports.archive, call_store),
        media=media,
        recordings=CallRecordings(data_dir, media.workshop, media.limits, site.hotline, now_ms),
        report_flow=FlowLimit(settings.reports_per_min, settings.reports_at_once),
        desk=CommandDesk(room, log, audit, reports, press, meetings),
        meetings=meetings,
        outbreak=outbreak,
        procedures=Procedures(room, site.folder),
        supervisor=Supervisor(health.on_fault),
        health=health,
        fanout=fanout,
        feed=FeedControl(fanout),
        metrics=metrics,
    )


class RoomKindError(ValueError):
    """A training room was to go on in a real room's folder, or the other way round."""


def _check_kind(before: Site | None, site: Site) -> None:
    if before is None or bool(before.exercise_vi) == bool(site.exercise_vi):
        return
    if site.exercise_vi:
        raise RoomKindError("the folder holds the log of a real room; an exercise is never played into one")
    raise RoomKindError(f"the folder holds the training room of {before.exercise_vi!r}; a real room has its own")


async def start(parts: Parts) -> None:
    """Settle what an earlier run left, then let the jobs run.

    Raises:
        RoomKindError: what was an exercise's would become real, or the other way round.
        StorageError: the disk takes nothing; a backend that cannot record does not start.
    """
    await parts.accounts.adopt(parts.site.operators)
    await parts.meetings.begin()
    site = public_site(parts.site, parts.now_ms())
    _check_kind(parts.room.state.site, site)

    def begin(state: RoomState) -> list[Event]:
        if state.site is None or state.site.digest != site.digest:
            return [SiteLoaded(site=site)]
        # Seats of an earlier run that did not end in order are gone, whatever the log says.
        return [
            OperatorSignedOut(user=operator.user)
            for operator in state.operators.values()
            for _ in range(operator.seats)
        ]

    await parts.room.record(begin)
    await parts.room.record(lambda state: sop_events(state, parts.site.sops))
    started: dict[str, str | int] = {"epoch": parts.log.epoch, "key": parts.signer.fingerprint}
    await parts.audit.record("backend.started", parts.site.site_id, actor="", origin="", detail=started)
    _start_services(parts)
    _start_sources(parts)


def _start_services(parts: Parts) -> None:
    site, room, now_ms = parts.site, parts.room, parts.now_ms
    environment = EnvironmentWatch(site, room, parts.readings, parts.readings_store, now_ms)
    computed = ComputedIndicators(site, room, parts.indicators, parts.log_facts, parts.history)
    parts.health.also(lambda: computed.fault)
    parts.analytics.begin(room.durable.steering)
    room.listen(parts.analytics.take)
    jobs = {
        "feed": parts.fanout.run,
        "heartbeats": parts.fanout.beat,
        "storage probe": parts.health.probe,
        "density": DensityService(room, DensityCount(parts.database)).run,
        "audit": parts.audit.run,
        "audit heads": parts.heads.run,
        "limit watch": environment.run,
        "self watch": _self_watch(parts).run,
        "limit days": LimitDays(site, room, environment.take_stations, now_ms).run,
        "air quality": AirQuality(site, room, parts.readings, parts.readings_store, now_ms).run,
        "river watch": RiverWatch(site, room, parts.readings, parts.readings_store, now_ms).run,
        "detection counts": parts.ingest.run,
        "producer watch": ProducerWatch(site, room, parts.ingest, now_ms).run,
        "fire panel watch": parts.ingest.fires.run,
        "cyber watch": parts.ingest.cybers.run,
        "alarm watch": AlarmWatch(room, now_ms).run,
        "expiry watch": ExpiryWatch(site, room, now_ms, parts.ingest.last_detection_ms).run,
        "incident watch": IncidentWatch(room, now_ms).run,
        "hotline watch": HotlineWatch(site, room, now_ms).run,
        "report clocks": parts.reports.run,
        "report archive": parts.reports.archive.run,
        "press": parts.press.run,
        "media": parts.media.run,
        "call recordings": parts.recordings.run,
        "indicators": parts.indicators.book.run,
        "indicator sheets": parts.sheets.run,
        "computed indicators": computed.run,
        "line lists": parts.outbreak.run,
        "indicator watch": IndicatorWatch(site, room, parts.indicators, lambda: bool(computed.fault), now_ms).run,
        **parts.recorder.jobs(),
        "exports": parts.exporter.run,
        "analytics": parts.analytics.run,
        "camera steering": Steering(site, room).run,
        "job watch": lambda: _watch_jobs(parts),
    }
    for name, run in jobs.items():
        parts.supervisor.start(SERVICE + name, run)


def _self_watch(parts: Parts) -> SelfWatch:
    limits = parts.site.self_watch
    certificates = certificate_files(parts.site, parts.data_dir, parts.settings.certificate)
    eyes = (
        disk_eye({"data": parts.data_dir, **parts.segments.volumes}, limits),
        *database_eyes(parts.database, limits),
        ClockEye(lambda: ahead_of_us(parts.readings.latest()), parts.now_ms, limits),
        detector_eye(lambda: parts.analytics.faults),
        seat_eye(lambda: clocks_ahead(parts.fanout.seats), limits),
        certificate_eye(certificates, parts.site, parts.now_ms),
    )
    return SelfWatch(parts.site, parts.room, eyes, parts.now_ms)


async def _watch_jobs(parts: Parts) -> None:
    while True:
        parts.health.look(parts.supervisor.faults())
        await asyncio.sleep(1.0)


def _start_sources(parts: Parts) -> None:
    cameras = CameraWatch(parts.site, parts.room, parts.now_ms)

    def fault(producer_id: str, text: str) -> None:
        _log.warning("source of %s: %s", producer_id, text)

    context = SourceContext(parts.site, parts.data_dir, parts.ingest, cameras, parts.accounts, parts.now_ms, fault)
    specs = source_specs()
    for number, config in enumerate(parts.site.sources):
        spec = specs[config.kind]
        parts.supervisor.start(f"source:{config.kind}:{config.producer_id}:{number}", spec.bind(config, context))


async def stop(parts: Parts) -> None:
    """Seats first, then the jobs, then what they wrote to."""
    await parts.feed.stop()
    await parts.supervisor.stop()
    parts.fanout.close()
    await parts.room.stop()
    await parts.audit.note("backend.stopped", parts.site.site_id, actor="", origin="")
    await parts.heads.stop()


@asynccontextmanager
async def running(
    site: SiteConfig,
    data_dir: Path,
    database: str = "",
    settings: GatewaySettings | None = None,
    now_ms: Callable[[], int] = wall_clock_ms,
) -> AsyncIterator[Parts]:
    """A backend without its doors: built and started, stopped at the end.

    Raises:
        InUseError: another backend works in the data folder or on the database.
        StorageError: the database cannot be opened, read or written.
    """
    file = database_file(database)
    with ExitStack() as held:
        for folder in sorted({data_dir.resolve(), *([file.resolve().parent] if file is not None else [])}):
            await asyncio.to_thread(held.enter_context, sole_use(folder))
        async with _running_alone(site, data_dir, database, settings or GatewaySettings(), now_ms) as parts:
            yield parts


@asynccontextmanager
async def _running_alone(
    site: SiteConfig, data_dir: Path, database: str, settings: GatewaySettings, now_ms: Callable[[], int]
) -> AsyncIterator[Parts]:
    opened = await asyncio.to_thread(open_database, database_url(data_dir, database), sole_use=True)
    try:
        parts = await build(site, data_dir, opened, settings, now_ms)
        try:
            await start(parts)
            yield parts
        finally:
            await stop(parts)
    finally:
        await opened.close()


async def local_seat_token(parts: Parts) -> str:
    """A session of the site's first duty officer, for the console that started this backend.

    Raises:
        AccountError: the site names no operator who may sign in.
    """
    officers = [operator for operator in parts.site.operators if operator.role is Role.DUTY_OFFICER]
    if not officers:
        raise AccountError("the site names no duty officer; operators.toml needs one with role = 'duty_officer'")
    user = officers[0].user
    token = await parts.accounts.local_token(user)
    await parts.audit.record(
        "account.sign_in", user, actor=user, origin="local", detail={"by": "the console's own backend"}
    )
    return token
