"""A room for the map's tests: the demonstration city's site, alerts of each kind, boundaries from its folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QTimer

from backend.contracts.alerts import Alert, AlertPhase, CapDetail
from backend.contracts.events import AlertRaised, CameraChanged, Event, LoggedEvent, SiteLoaded
from backend.contracts.geometry import Circle, Polygon
from backend.contracts.kinds.alerts import AlertKindKey, Priority
from backend.contracts.readings import ReadingHistory, ReadingSeries, ReadingStatus
from backend.contracts.site import Site, Station
from backend.contracts.state import Delta, RoomState, apply
from config.site import load_site, public_site
from console.commands.commands import Commands
from console.models.link import LinkModel
from console.models.readings import ReadingStore
from console.models.session import Session
from console.timebase import WallClock, monotonic_s
from widgets.map_scheme import register_map_scheme

# Test modules are imported before any test makes the application object, which is when this has to happen.
register_map_scheme()

TOP = Path(__file__).resolve().parents[2]
SITE_FOLDER = TOP / "config" / "sites" / "laocai"
NOW_MS = 1_795_320_000_000
AREA_RING = ((104.05, 22.20), (104.25, 22.18), (104.28, 22.33), (104.10, 22.36), (104.05, 22.20))


@cache
def laocai() -> Site:
    return public_site(load_site(SITE_FOLDER), NOW_MS)


class SiteDocuments:
    """Serves the boundaries from the site's folder, a turn of the event loop later, as the door does."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def document(self, path: str, done: Callable[[bytes], None], failed: Callable[[str], None]) -> None:
        self.asked.append(path)
        content = (SITE_FOLDER / path.rsplit("/", 1)[-1]).read_bytes()
        QTimer.singleShot(0, lambda: done(content))

    def readings(
        self,
        station_id: str,
        symbol: str,
        start_ms: int,
        end_ms: int,
        max_points: int,
        done: Callable[[ReadingHistory], None],
        failed: Callable[[str], None],
    ) -> None:
        failed("no history here")


class Room:
    """A session over a real state that is changed by real events only."""

    def __init__(self, site: Site | None = None) -> None:
        self.state = RoomState(epoch="test")
        self.clock = WallClock()
        self.link = LinkModel()
        self.readings = ReadingStore(self.clock)
        self.link_is_well()
        self.documents = SiteDocuments()
        unused = cast(Any, None)
        self.session = Session(
            clock=self.clock,
            state=self.state,
            alerts=unused,
            readings=self.readings,
            link=self.link,
            commands=Commands(lambda command: True),
            history=self.documents,
            video=unused,
            preferences=unused,
            language="vi",
        )
        self.happen(SiteLoaded(site=site or laocai()))

    def happen(self, *events: Event) -> None:
        """Fold these events and tell the session, as one batch."""
        merged = Delta()
        for event in events:
            logged = LoggedEvent(
                seq=self.state.seq + 1,
                at_ms=self.clock.now_ms(),
                actor="",
                caused_by=None,
                origin="",
                event=event,
            )
            merged.merge(apply(self.state, logged))
        self.session.changed.emit(merged)

    def link_is_well(self) -> None:
        self.link.linked()
        self.link.heard(monotonic_s())

    def lose_link(self, age_s: float) -> None:
        """The connection is gone, and the last word of the server is `age_s` old."""
        self.link.heard(monotonic_s() - age_s)
        self.link.unlinked("cut")

    def measure(self, station: Station, at_ms: int, value: float, status: ReadingStatus = 0) -> None:
        """One sample of each parameter of a station."""
        self.readings.add(
            [
                ReadingSeries(
                    station_id=station.station_id, symbol=item.symbol, at_ms=(at_ms,), value=(value,), status=(status,)
                )
                for item in station.parameters
            ]
        )


def alert(
    alert_id: str,
    priority: Priority = Priority.CRITICAL,
    phase: AlertPhase = AlertPhase.ACTIVE_UNACKNOWLEDGED,
    *,
    kind: AlertKindKey = "detection",
    place_id: str = "",
    place_name: str = "",
    headline: str = "Cháy",
    lat_deg: float | None = None,
    lon_deg: float | None = None,
    shapes: tuple[Polygon | Circle, ...] = (),
    commune_codes: tuple[str, ...] = (),
) -> Alert:
    cap = None
    if commune_codes:
        cap = CapDetail(
            key="a,b,c", status="Actual", message_type="Alert", category="Met", event="Mưa lớn", urgency="Immediate",
            severity="Severe", certainty="Observed", sender_name="Đài KTTV", description="", instruction="", web="",
            effective_ms=NOW_MS, expires_ms=None, risk_level=None, area_names=(), commune_codes=commune_codes,
        )  # fmt: skip
    return Alert(
        alert_id=alert_id,
        kind=kind,
        priority=priority,
        phase=phase,
        place_id=place_id,
        place_name=place_name,
        headline_vi=headline,
        headline_en="Fire",
        raised_ms=NOW_MS,
        changed_ms=NOW_MS,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        shapes=shapes,
        cap=cap,
    )


def busy_room() -> Room:
    """The city on a bad day: a fire, a limit passed, two warnings with areas, a lost camera, old figures."""
    room = Room()
    stations, now_ms = laocai().stations, room.clock.now_ms()
    for number, station in enumerate(stations):
        old = number in (3, 4)
        room.measure(station, now_ms - (1_500_000 if old else 1000), 3.41 + number % 9)
    cameras = [camera.camera_id for camera in laocai().cameras]
    room.happen(*[CameraChanged(camera_id=key, condition="online") for key in cameras if key != "gt-kim-tan"])
    room.happen(CameraChanged(camera_id="gt-kim-tan", condition="lost", reason="RTSP không trả lời 30 s"))
    acknowledged, returned = AlertPhase.ACTIVE_ACKNOWLEDGED, AlertPhase.RETURNED_UNACKNOWLEDGED
    room.happen(
        *[
            AlertRaised(alert=each)
            for each in (
                alert("fire", place_id="pc-cho-coc-leu", place_name="Chợ Cốc Lếu", headline="Cháy · chợ Cốc Lếu"),
                alert(
                    "so2",
                    Priority.HIGH,
                    kind="station.limit",
                    place_id=stations[0].station_id,
                    place_name=stations[0].name_vi,
                    headline="SO2 vượt 38 %",
                ),
                alert(
                    "level",
                    Priority.MEDIUM,
                    acknowledged,
                    kind="station.level",
                    place_id=stations[-1].station_id,
                    place_name=stations[-1].name_vi,
                    headline="Vượt BĐ2",
                ),
                alert(
                    "flood",
                    Priority.HIGH,
                    kind="cap.message",
                    place_name="Lũ quét Bảo Thắng",
                    headline="Cảnh báo lũ quét",
                    shapes=(Polygon(ring=AREA_RING),),
                ),
                alert(
                    "rain",
                    Priority.MEDIUM,
                    acknowledged,
                    kind="cap.message",
                    place_name="Mưa lớn Sa Pa",
                    headline="Mưa lớn",
                    shapes=(Circle(centre=(103.84, 22.33), radius_m=9000.0),),
                ),
                alert(
                    "fog",
                    Priority.LOW,
                    returned,
                    kind="cap.message",
                    place_name="Sương mù Bắc Hà",
                    headline="Sương mù",
                    commune_codes=("02839",),
                ),
                alert(
                    "camera", Priority.SYSTEM, kind="camera.lost", place_id="gt-kim-tan", place_name="Ngã sáu Kim Tân"
                ),
                alert("silent", Priority.SYSTEM, kind="producer.silent", place_id="kcn-tang-loong"),
            )
        ]  # fmt: skip
    )
    return room
