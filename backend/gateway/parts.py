"""What the doors are given: every part of a running backend, by its type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backend.gateway.feed.conversation import FeedControl
from backend.gateway.feed.fanout import Fanout
from backend.gateway.health import Health
from backend.gateway.metrics import Metrics
from backend.gateway.settings import GatewaySettings
from backend.services.accounts import Accounts
from backend.services.analytics.service import Analytics
from backend.services.audit import Audit
from backend.services.audit_heads import Heads, ReceivedHeads
from backend.services.call_recordings import CallRecordings
from backend.services.commands import CommandDesk
from backend.services.evidence.exporter import Exporter
from backend.services.flow_limit import FlowLimit
from backend.services.hotline import CallDesk
from backend.services.indicators.desk import IndicatorDesk
from backend.services.indicators.log_facts import LogFacts
from backend.services.indicators.sheet_reader import SheetReader
from backend.services.ingest import Ingest
from backend.services.media.service import MediaService
from backend.services.meetings import MeetingDesk
from backend.services.outbreak import OutbreakDesk
from backend.services.press.desk import PressDesk
from backend.services.procedures import Procedures
from backend.services.readings import ReadingsService
from backend.services.recorder.service import Recorder
from backend.services.reports.desk import ReportDesk
from backend.services.room import Room
from backend.services.signing import Signer
from backend.services.supervisor import Supervisor
from backend.storage.database import Database
from backend.storage.event_log import EventLog
from backend.storage.history import History
from backend.storage.readings import ReadingsStore
from backend.storage.segments import SegmentsStore
from backend.storage.timeline import TimelineStore
from config.model import SiteConfig


@dataclass(frozen=True, slots=True)
class Parts:
    """`now_ms` is the server's clock. Built by `compose.build`, started and stopped by `compose.running`."""

    site: SiteConfig
    data_dir: Path
    settings: GatewaySettings
    now_ms: Callable[[], int]
    database: Database
    log: EventLog
    history: History
    timeline: TimelineStore
    room: Room
    readings_store: ReadingsStore
    readings: ReadingsService
    accounts: Accounts
    signer: Signer
    audit: Audit
    segments: SegmentsStore
    recorder: Recorder
    exporter: Exporter
    heads: Heads
    received_heads: ReceivedHeads
    ingest: Ingest
    analytics: Analytics
    reports: ReportDesk
    press: PressDesk
    calls: CallDesk
    indicators: IndicatorDesk
    sheets: SheetReader
    log_facts: LogFacts
    media: MediaService
    recordings: CallRecordings
    report_flow: FlowLimit
    desk: CommandDesk
    meetings: MeetingDesk
    outbreak: OutbreakDesk
    procedures: Procedures
    supervisor: Supervisor
    health: Health
    fanout: Fanout
    feed: FeedControl
    metrics: Metrics
