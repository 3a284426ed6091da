"""What a site folder says, typed and frozen. `config.site.load_site` reads it; `public_site` is what seats may see.

Secrets (camera passwords, API keys) are `SecretStr`: printing or logging a config never shows them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from backend.contracts.alarm_load import KpiTarget
from backend.contracts.alarms import AlarmRules
from backend.contracts.commands import Role
from backend.contracts.hotline import HotlineRules
from backend.contracts.indicators import IndicatorRules
from backend.contracts.meetings import MeetingRules
from backend.contracts.organisation import Unit
from backend.contracts.press import PressRules
from backend.contracts.shifts import ShiftRules
from backend.contracts.site import (
    Agency,
    Commune,
    DispatchTarget,
    FireContact,
    FireSite,
    FireZoneName,
    Limit,
    MapView,
    Parameter,
    Patrol,
    Plant,
    Producer,
    Station,
    WaterSource,
)
from backend.contracts.sop import Sop
from backend.contracts.zones import ZoneRules
from config.base import Config
from config.camera_model import AnalyticsConfig, CameraConfig, PtzConfig, RecordingConfig
from config.outbreak import Outbreak
from config.report_model import ReportsConfig
from config.source_model import SourceConfig, StationFileRules, station_file_rules


class OperatorConfig(Config):
    """An account the site wants to exist. Passwords are never in the site: `user add` sets them."""

    user: str
    display_name: str
    role: Role
    agency_id: str = ""


class DetectionRule(Config):
    """Which detections become alerts: by label, from `min_score`, grouped per camera for `group_s` seconds.

    Attributes:
        quiet_after_false_s: after somebody found the camera's alert to be false, its detections are only stored for so
            long. Rules of priority 1 are never quiet.
        zones: only when the thing entered one of them; () = anywhere.
        plates: this is a list of number plates that are looked for; a plate read that is on it gets this label.
    """

    label: str
    name_vi: str
    name_en: str
    priority: int = Field(default=3, ge=1, le=4)
    min_score: float = Field(default=0.6, ge=0.0, le=1.0)
    group_s: float = 120.0
    quiet_after_false_s: Annotated[float, Field(ge=0, le=86_400)] = 300.0
    zones: tuple[str, ...] = ()
    plates: tuple[str, ...] = ()


class FirePanelConfig(Config):
    """[fire_site.panel]: how the panel of a fire site reports.

    Attributes:
        account: 3 to 16 letters or digits, as programmed into the panel.
        key: AES key; "" = it does not encrypt. A panel that has a key is believed only when it encrypts.
        key_form: "hex" = 32, 48 or 64 hexadecimal digits; "text" = 16, 24 or 32 characters taken as they are.
        poll_every_s: how often it sends at least a link test; silent after that time and half of it again.
    """

    account: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{3,16}$")]
    key: SecretStr = SecretStr("")
    key_form: Literal["hex", "text"] = "hex"
    poll_every_s: Annotated[int, Field(ge=5, le=604_800)]
    producer_id: str

    @property
    def key_bytes(self) -> bytes:
        """Raises: ValueError: the digits are not hexadecimal."""
        written = self.key.get_secret_value()
        return bytes.fromhex(written) if self.key_form == "hex" else written.encode("utf-8")


class FireSiteConfig(Config):
    """[[fire_site]] of fire_sites.toml; see `backend.contracts.site.FireSite`, which has it all but the key."""

    fire_site_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
    name_vi: str
    name_en: str
    address: str
    lat_deg: float
    lon_deg: float
    commune_code: str
    contacts: tuple[FireContact, ...] = ()
    floors: Annotated[int, Field(ge=0, le=200)] = 0
    hazards_vi: tuple[str, ...] = ()
    hazards_en: tuple[str, ...] = ()
    water: tuple[WaterSource, ...] = ()
    access_vi: str = ""
    access_en: str = ""
    zones: tuple[FireZoneName, ...] = ()
    camera_ids: tuple[str, ...] = ()
    plan_key: str = ""
    panel: FirePanelConfig

    def public(self) -> FireSite:
        """What seats may see of it."""
        card = {name: getattr(self, name) for name in type(self).model_fields if name != "panel"}
        return FireSite(**card, account=self.panel.account.upper(), poll_every_s=self.panel.poll_every_s)


class FireDispatchConfig(Config):
    """[dispatch] of fire_sites.toml: how soon a fire shall be handed over; counted from being raised."""

    target_s: Annotated[float, Field(gt=0, le=86_400)]
    source: Annotated[str, Field(min_length=1, max_length=300)]
    verified: bool

    def public(self) -> DispatchTarget:
        return DispatchTarget(target_s=self.target_s, source=sourced(self.source, self.verified))


AlertPriority = Annotated[int, Field(ge=1, le=4)]


class SelfLimits(Config):
    """[self_watch]: where trouble of the room's own parts begins; the room's own practice, no standard.

    Attributes:
        disk_low_gb: less free space than this on a disk that we write to (a watch's recordings of some cameras), or
        disk_low_share: of a small disk less than this share of it.
        write_slow_ms: a small write takes longer: operators wait for their acknowledgement.
        queue_full_share: so much of the write queue is taken.
        clock_off_s: a producer's newest sample lies so far ahead of our clock, or our clock jumped by so much.
        seat_clock_off_s: the clock of a desk is so far from ours.
        certificate_days: a certificate of our own doors ends within so many days.
        back_share: trouble is over when the figure is back by this share of its limit.
    """

    disk_low_gb: Annotated[float, Field(gt=0)] = 5.0
    disk_low_share: Annotated[float, Field(gt=0, lt=1)] = 0.05
    write_slow_ms: Annotated[float, Field(gt=0)] = 1_000.0
    queue_full_share: Annotated[float, Field(gt=0, le=1)] = 0.5
    clock_off_s: Annotated[float, Field(ge=1)] = 60.0
    seat_clock_off_s: Annotated[float, Field(ge=1)] = 5.0
    certificate_days: Annotated[float, Field(ge=1, le=365)] = 30.0
    back_share: Annotated[float, Field(gt=0, lt=1)] = 0.2


class CyberSettings(Config):
    """[cyber]: which reports of security sensors become alerts, and of which priority; what is left out raises none.

    Attributes:
        group_s: an alert is over when its rule was silent so long.
        eve: alert.severity of Suricata (1 = worst) -> priority.
        cef: from this CEF severity on (10 = worst) -> priority.
        syslog: severity of other syslog messages (0 = worst) -> priority.
    """

    group_s: Annotated[float, Field(ge=10, le=86_400)] = 600.0
    eve: dict[Annotated[str, Field(pattern=r"^\d{1,3}$")], AlertPriority] = {"1": 2, "2": 3, "3": 4}
    cef: dict[Annotated[str, Field(pattern=r"^(10|\d)$")], AlertPriority] = {"4": 4, "7": 3, "9": 2}
    syslog: dict[Annotated[str, Field(pattern=r"^[0-7]$")], AlertPriority] = {"0": 3, "1": 3, "2": 4}


class CapSettings(Config):
    """`default_life_h` when a message names no expiry. `priorities`: CAP severity -> alert priority."""

    default_life_h: float = 24.0
    languages: tuple[str, ...] = ("vi-VN", "vi")
    priorities: dict[str, int] = {"Extreme": 1, "Severe": 2, "Moderate": 3, "Minor": 4, "Unknown": 3}


class RiseSettings(Config):
    """[hydrology.rise]: a river that rises fast, judged by the slope of its level over `window_min`.

    Attributes:
        clear_m_per_h: the alarm ends when the slope is below this; lower than `raise_m_per_h` against chatter.
        source: where the figure was read; `verified` only when that is the primary text.
    """

    window_min: int = Field(default=60, ge=5, le=1440)
    min_samples: int = Field(default=5, ge=3, le=1000)
    raise_m_per_h: float = Field(default=0.5, gt=0, le=50)
    clear_m_per_h: float = Field(default=0.3, ge=0, le=50)
    priority: int = Field(default=2, ge=1, le=4)
    source: str = Field(min_length=1)
    verified: bool


class RainBandSettings(Config):
    """[[hydrology.rain_band]]: an amount of rain that a decree names. It is told in words and raises nothing."""

    hours: Literal[1, 3, 6, 12, 24, 48, 72]
    from_mm: float = Field(gt=0)
    to_mm: float | None = Field(default=None, gt=0)
    source: str = Field(min_length=1)
    verified: bool


class HydrologySettings(Config):
    """[hydrology] of site.toml; without it no river is judged by its slope.

    Attributes:
        forecasters: producers whose forecasts are taken, for any gauge; the gauges' own producers may not forecast.
    """

    forecasters: tuple[str, ...] = ()
    rise: RiseSettings | None = None
    rain_band: tuple[RainBandSettings, ...] = ()


class TargetConfig(Config):
    """[[target]]: how soon alerts of a priority shall be answered, counted from being raised; the debrief compares.

    Attributes:
        acknowledge_s, dispatch_s: left out = there is no such target.
        source: who set it; `verified` once the figure was compared with that text.
    """

    priority: Annotated[int, Field(ge=1, le=5)]
    acknowledge_s: Annotated[float, Field(gt=0, le=86_400)] | None = None
    dispatch_s: Annotated[float, Field(gt=0, le=86_400)] | None = None
    source: Annotated[str, Field(min_length=1, max_length=300)]
    verified: bool

    @property
    def source_vi(self) -> str:
        return sourced(self.source, self.verified)


class DelayConfig(Config):
    """[[delay]] of alarms.toml: how long the limits of these parameters must be passed, and be over, before it counts.

    Attributes:
        symbols: parameters by the catalogue's key; `station_ids`: only there, empty = everywhere.
        on_delay_s, off_delay_s: seconds of the story, which a simulated city runs faster.
        dead_band_ratio: a limit ends when the figure is back by this share of it; None = the room's practice.
    """

    symbols: Annotated[tuple[str, ...], Field(min_length=1)]
    station_ids: tuple[str, ...] = ()
    on_delay_s: Annotated[float, Field(ge=0, le=86_400)] = 0.0
    off_delay_s: Annotated[float, Field(ge=0, le=86_400)] = 0.0
    dead_band_ratio: Annotated[float, Field(ge=0, le=0.5)] | None = None
    source: Annotated[str, Field(min_length=1, max_length=300)]
    verified: bool


class LimitDay(Config):
    """From this day on (site time) these parameters have other limits: station_id -> symbol -> limits."""

    day: date
    limits: dict[str, dict[str, tuple[Limit, ...]]]


class SiteConfig(Config):
    """A whole site folder.

    Attributes:
        folder: where it was read from; relative paths inside the site are resolved against the data folder.
        speed_up: how much faster than the wall clock a simulated city's story runs; 1 for a real one.
        exercise_vi, exercise_en: title of the exercise that this room is for; "" in a real one. No file says it: a
            training room does (backend/exercise/training.py).
        press: watch lists, the restricted ones too; `same_story_days`: so long a post may join an earlier story.
        sops: newest version of every procedure of the folder sop/.
        communes_file: GeoJSON of the communes; `province_file` the outline of the provinces.
    """

    folder: Path
    site_id: str
    name_vi: str
    name_en: str
    province_code: str
    utc_offset_min: int
    simulated: bool
    speed_up: float
    exercise_vi: str = ""
    exercise_en: str = ""
    home: MapView
    plants: tuple[Plant, ...]
    stations: tuple[Station, ...]
    cameras: tuple[CameraConfig, ...]
    patrols: tuple[Patrol, ...]
    agencies: tuple[Agency, ...]
    operators: tuple[OperatorConfig, ...]
    producers: tuple[Producer, ...]
    sources: tuple[SourceConfig, ...]
    detection_rules: tuple[DetectionRule, ...]
    cap: CapSettings
    cyber: CyberSettings = CyberSettings()
    self_watch: SelfLimits = SelfLimits()
    recording: RecordingConfig
    analytics: AnalyticsConfig = AnalyticsConfig()
    ptz: PtzConfig = PtzConfig()
    targets: tuple[TargetConfig, ...] = ()
    fire_sites: tuple[FireSiteConfig, ...] = ()
    fire_dispatch: FireDispatchConfig | None = None
    sops: tuple[Sop, ...] = ()
    communes: tuple[Commune, ...]
    communes_file: Path
    province_file: Path | None
    hydrology: HydrologySettings = HydrologySettings()
    limit_days: tuple[LimitDay, ...] = ()
    alarms: AlarmRules = AlarmRules()
    kpis: tuple[KpiTarget, ...] = ()
    shifts: ShiftRules = ShiftRules()
    units: tuple[Unit, ...] = ()
    reports: ReportsConfig = ReportsConfig()
    press: PressRules = PressRules()
    meetings: MeetingRules = MeetingRules()
    zones: ZoneRules = ZoneRules()
    outbreak: Outbreak = Outbreak()
    hotline: HotlineRules = HotlineRules()
    same_story_days: int = 7
    indicators: IndicatorRules = IndicatorRules()
    delays: tuple[DelayConfig, ...] = ()

    def delay(self, station_id: str, symbol: str) -> DelayConfig | None:
        """The delay of one station's parameter: one that names the station beats one that is for all."""
        mine = [
            one
            for one in self.delays
            if symbol in one.symbols and (not one.station_ids or station_id in one.station_ids)
        ]
        return max(mine, key=lambda one: bool(one.station_ids), default=None)

    def file_rules(self, producer_id: str) -> StationFileRules | None:
        """How the producer writes its station files, where a source of the site says so."""
        return next((rules for rules in station_file_rules(self.sources) if rules.producer_id == producer_id), None)

    def station(self, station_id: str) -> Station | None:
        return next((station for station in self.stations if station.station_id == station_id), None)

    def parameter(self, station_id: str, symbol: str) -> Parameter | None:
        station = self.station(station_id)
        if station is None:
            return None
        return next((item for item in station.parameters if item.symbol == symbol), None)


def sourced(source: str, verified: bool) -> str:
    """The source of a figure as people read it."""
    return source if verified else f"{source} (chưa xác minh)"
