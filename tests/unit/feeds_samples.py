"""A small site and a room on SQLite for the tests of feeds, domain and services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from pydantic import SecretStr

from backend.contracts.alerts import Alert
from backend.contracts.commands import RIGHTS, Role
from backend.contracts.events import LoggedEvent, SiteLoaded
from backend.contracts.site import Agency, Commune, Limit, MapView, Parameter, Producer, Site, Station
from backend.services.accounts import Accounts, SignedIn
from backend.services.alarm_watch import AlarmWatch
from backend.services.audit import Audit
from backend.services.channels import ChannelDesk
from backend.services.commands import CommandDesk
from backend.services.environment import EnvironmentWatch
from backend.services.hotline import CallDesk
from backend.services.ingest import Ingest
from backend.services.media.service import MediaService
from backend.services.meetings import MeetingDesk
from backend.services.press.desk import PressDesk
from backend.services.readings import ReadingsService
from backend.services.reports.archive import ReportArchive
from backend.services.reports.desk import ReportDesk
from backend.services.reports.reporters import Reporters
from backend.services.rivers import RiverWatch
from backend.services.room import Room
from backend.services.watch import CameraWatch, ExpiryWatch, ProducerWatch
from backend.storage.audit import AuditStore
from backend.storage.ballots import BallotStore
from backend.storage.calls import CallStore
from backend.storage.channel_messages import MessageStore
from backend.storage.database import Database, open_database
from backend.storage.detections import DetectionsStore
from backend.storage.event_log import EventLog
from backend.storage.press import PressStore
from backend.storage.readings import ReadingRow, ReadingsStore
from backend.storage.reporters import ReportersStore
from backend.storage.reports import ReportStore
from config.camera_model import CameraConfig, RecordingConfig
from config.communes import read_communes
from config.model import CapSettings, DetectionRule, SiteConfig
from config.problems import Problems
from config.source_model import DropFolderSource, SourceConfig

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
NOW_MS = 1_767_232_800_000
"""2026-01-01T02:00Z = 09:00 in Việt Nam."""

MINUTE_MS = 60_000

QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def limit(
    value: float, priority: int = 3, window_min: int = 60, name: str = "cột B", direction: str = "above"
) -> Limit:
    return Limit.model_validate(
        {
            "name_vi": name,
            "name_en": name,
            "value": value,
            "direction": direction,
            "window_min": window_min,
            "source": "QCVN 19:2009/BTNMT cột B",
            "priority": priority,
            "mark": name.lower().replace("đ", "d") if name.startswith("BĐ") else "",
        }
    )


BD1, BD2, BD3 = (
    limit(80.0, 3, 0, "BĐ1"),
    limit(82.0, 2, 0, "BĐ2"),
    limit(83.5, 1, 0, "BĐ3"),
)

STACK = Station(
    station_id="TL-KT-01",
    name_vi="Ống khói số 1",
    name_en="Stack 1",
    kind="stack",
    plant_id=None,
    lat_deg=22.26,
    lon_deg=104.12,
    commune_code="02908",
    interval_s=300,
    producer_id="tang-loong",
    parameters=(
        Parameter(symbol="SO2", unit="mg/Nm3", decimals=1, limits=(limit(500.0),)),
        Parameter(symbol="NOx", unit="mg/Nm3", decimals=1),
        Parameter(symbol="PM2,5", unit="µg/m3", decimals=1),
        Parameter(symbol="pH", unit="pH", decimals=2),
        Parameter(symbol="Temp", unit="°C", decimals=1),
        Parameter(symbol="Flow", unit="m3/h", decimals=0),
    ),
)
GAUGE = Station(
    station_id="TV-LC",
    name_vi="Thủy văn Lào Cai",
    name_en="Lao Cai gauge",
    kind="river",
    plant_id=None,
    lat_deg=22.50,
    lon_deg=103.97,
    commune_code="02647",
    interval_s=600,
    producer_id="thuy-van",
    parameters=(Parameter(symbol="Level", unit="m", decimals=2, limits=(BD1, BD2, BD3)),),
)
RAIN = GAUGE.model_copy(
    update={
        "station_id": "MUA-1",
        "name_vi": "Đo mưa Sa Pa",
        "name_en": "Sa Pa rain gauge",
        "kind": "rain",
        "parameters": (Parameter(symbol="Rain", unit="mm", decimals=1, limits=(limit(50.0, 2, 60, "mưa to"),)),),
    }
)


def camera(camera_id: str = "cam-1", url: str = "rtsp://u:hunter2@127.0.0.1:1/main") -> CameraConfig:
    return CameraConfig(
        camera_id=camera_id,
        name_vi="Ngã tư Kim Tân",
        name_en="Kim Tan junction",
        group="Giao thông",
        lat_deg=22.49,
        lon_deg=103.96,
        bearing_deg=90.0,
        view_deg=60.0,
        range_m=80.0,
        owner="Công an tỉnh",
        commune_code="02647",
        main_url=SecretStr(url),
        sub_url=SecretStr(url),
        simulated=True,
    )


def producer(producer_id: str, expect_every_s: int = 0, simulated: bool = False) -> Producer:
    return Producer(
        producer_id=producer_id,
        name_vi=f"Nguồn {producer_id}",
        name_en=f"Producer {producer_id}",
        door="http",
        expect_every_s=expect_every_s,
        simulated=simulated,
    )


def small_site(
    speed_up: float = 1.0,
    cameras: tuple[CameraConfig, ...] | None = None,
    sources: tuple[SourceConfig, ...] | None = None,
) -> SiteConfig:
    drop = DropFolderSource(
        producer_id="tang-loong",
        folder=Path("drop/tang-loong"),
        aliases={"Luu huynh dioxit": "SO2"},
        station_names={"ONGKHOI1": "TL-KT-01"},
    )
    return SiteConfig(
        recording=RecordingConfig(),
        folder=Path("site"),
        site_id="thu",
        name_vi="Thử",
        name_en="Trial",
        province_code="15",
        utc_offset_min=420,
        simulated=False,
        speed_up=speed_up,
        home=MapView(lat_deg=22.4, lon_deg=104.0, zoom=11),
        plants=(),
        stations=(STACK, GAUGE, RAIN),
        cameras=(camera("cam-1"), camera("cam-2")) if cameras is None else cameras,
        patrols=(),
        agencies=(Agency(agency_id="ubnd", name_vi="UBND xã", name_en="Commune", phone="0214"),),
        operators=(),
        producers=(
            producer("tang-loong", 300),
            producer("thuy-van", 600),
            producer("kttv", simulated=True),
            producer("camera-ai"),
            producer("probe"),
        ),
        sources=(drop,) if sources is None else sources,
        detection_rules=(
            DetectionRule(label="fire", name_vi="Cháy", name_en="Fire", priority=1, min_score=0.6, group_s=120),
            DetectionRule(label="person", name_vi="Người", name_en="Person", min_score=0.7, group_s=60),
            DetectionRule(label="intrusion", name_vi="Xâm nhập", name_en="Intrusion"),
        ),
        cap=CapSettings(),
        communes=(Commune(code="02908", name="Xã Tằng Loỏng", lat_deg=22.2577, lon_deg=104.132),),
        communes_file=Path("communes.geojson"),
        province_file=None,
    )


def public(site: SiteConfig) -> Site:
    return Site(
        site_id=site.site_id,
        name_vi=site.name_vi,
        name_en=site.name_en,
        province_code=site.province_code,
        utc_offset_min=site.utc_offset_min,
        simulated=site.simulated,
        speed_up=site.speed_up,
        digest="0",
        loaded_ms=NOW_MS,
        home=site.home,
        plants=site.plants,
        stations=site.stations,
        cameras=(),
        patrols=(),
        agencies=site.agencies,
        producers=site.producers,
        communes=site.communes,
        alarms=site.alarms,
    )


@dataclass
class Moment:
    """A clock that stands until it is moved."""

    ms: int = NOW_MS

    def __call__(self) -> int:
        return self.ms

    def move(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)


@dataclass
class Desk:
    """Everything that feeds the room, real, on one database."""

    site: SiteConfig
    now: Moment
    database: Database
    log: EventLog
    room: Room
    readings: ReadingsService
    store: ReadingsStore
    ingest: Ingest
    environment: EnvironmentWatch
    rivers: RiverWatch
    producers: ProducerWatch
    cameras: CameraWatch
    expiry: ExpiryWatch
    alarms: AlarmWatch
    audit: Audit
    reports: ReportDesk
    press: PressDesk
    meetings: MeetingDesk
    accounts: Accounts
    data_dir: Path
    events: list[LoggedEvent] = field(default_factory=list)

    def kinds(self) -> list[str]:
        return [logged.event.kind for logged in self.events]

    def alerts(self, kind: str) -> list[Alert]:
        return [alert for alert in self.room.durable.alerts.values() if alert.kind == kind]

    def only(self, kind: str) -> Alert:
        (alert,) = self.alerts(kind)
        return alert

    def quarantined(self) -> list[Path]:
        return sorted((self.data_dir / "quarantine").glob("*.bin"))

    def commands(self, audit: Audit | None = None) -> CommandDesk:
        """A new one, as after a restart."""
        return CommandDesk(self.room, self.log, audit or self.audit, self.reports, self.press, self.meetings)

    async def judge(self) -> None:
        """What the running limit watch does with the readings that came."""
        await self.environment.catch_up()


@asynccontextmanager
async def opened_desk(
    data_dir: Path, site: SiteConfig | None = None, now: Moment | None = None, url: str = ""
) -> AsyncIterator[Desk]:
    """The same folder opened again is a restart. `url` "" = SQLite in the folder."""
    site = site or small_site()
    now = now or Moment()
    database = open_database(url or f"sqlite:///{data_dir / 'trucban.sqlite3'}")
    try:
        log = await EventLog.open(database)
        room = await Room.open(log, now)
        store = ReadingsStore(database)
        readings = await ReadingsService.open(store)
        audit = Audit(AuditStore(database), now)
        reporters = Reporters.open(ReportersStore(database), audit, data_dir / "keys", now)
        areas = read_communes(site.communes_file, Problems())
        reports = ReportDesk(site, room, ReportArchive(room, ReportStore(database)), reporters, areas)
        press = PressDesk(site, room, PressStore(database), audit, reports, data_dir / "press")
        calls = CallDesk.open(site, room, CallStore(database), data_dir / "keys")
        media = MediaService(data_dir, reports.archive.named_media, site.utc_offset_min)
        messages = MessageStore(database)
        channels = ChannelDesk.open(site, log, reports, media, messages, data_dir / "keys", now)
        detections = DetectionsStore(database)
        ingest = Ingest(site, room, readings, detections, data_dir / "quarantine", press, calls, channels, now)
        desk = Desk(
            site=site,
            now=now,
            database=database,
            log=log,
            room=room,
            readings=readings,
            store=store,
            ingest=ingest,
            environment=EnvironmentWatch(site, room, readings, store, now),
            rivers=RiverWatch(site, room, readings, store, now),
            producers=ProducerWatch(site, room, ingest, now),
            cameras=CameraWatch(site, room, now),
            expiry=ExpiryWatch(site, room, now, ingest.last_detection_ms),
            alarms=AlarmWatch(room, now),
            audit=audit,
            reports=reports,
            press=press,
            meetings=MeetingDesk(room, BallotStore(database)),
            accounts=Accounts(database, now, hasher=QUICK_HASHER),
            data_dir=data_dir,
        )
        await room.record(lambda state: (SiteLoaded(site=public(site)),))
        room.listen(desk.events.extend)
        yield desk
        await room.stop()
    finally:
        await database.close()


def reading(at_ms: int, value: float, status: int = 0, station: str = "TL-KT-01", symbol: str = "SO2") -> ReadingRow:
    return ReadingRow(station, symbol, at_ms, value, status, at_ms, "tang-loong")


def operator(role: Role = Role.DUTY_OFFICER, user: str = "lan", agency_id: str = "") -> SignedIn:
    return SignedIn(user, user.title(), role, tuple(sorted(RIGHTS[role])), NOW_MS + 3_600_000, agency_id)


def local_time(at_ms: int) -> str:
    """yyyyMMddHHmmss of Việt Nam."""
    return (datetime.fromtimestamp(at_ms / 1000, UTC) + timedelta(hours=7)).strftime("%Y%m%d%H%M%S")


def cap(
    identifier: str = "KTTV-1",
    message_type: str = "Alert",
    references: str = "",
    status: str = "Actual",
    severity: str = "Severe",
    expires: str = "2026-01-01T12:00:00+07:00",
    sent: str = "2026-01-01T08:30:00+07:00",
    extra: str = "",
    headline: str = "Cảnh báo lũ quét",
) -> bytes:
    expiry = f"<expires>{expires}</expires>" if expires else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
        f"<identifier>{identifier}</identifier><sender>kttv@laocai.gov.vn</sender><sent>{sent}</sent>"
        f"<status>{status}</status><msgType>{message_type}</msgType><scope>Public</scope>"
        f"<references>{references}</references><info><language>vi-VN</language><category>Met</category>"
        f"<event>Lũ quét</event>{extra}<urgency>Immediate</urgency><severity>{severity}</severity>"
        f"<certainty>Likely</certainty>{expiry}<senderName>Đài KTTV Lào Cai</senderName>"
        f"<headline>{headline}</headline><description>Mưa to.</description>"
        "<parameter><valueName>VN:CapDoRuiRo</valueName><value>2</value></parameter>"
        "<area><areaDesc>Xã Tằng Loỏng</areaDesc><geocode><valueName>VN:GSO</valueName><value>02908</value></geocode>"
        "</area></info></alert>"
    ).encode()


def reference(identifier: str, sent: str = "2026-01-01T08:30:00+07:00") -> str:
    return f"kttv@laocai.gov.vn,{identifier},{sent}"
