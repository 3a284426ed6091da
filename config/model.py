"""What a site folder says, typed and frozen. `config.site.load_site` reads it; `public_site` is what seats may see.

Secrets (camera passwords, API keys) are `SecretStr`: printing or logging a config never shows them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from backend.contracts.alarm_load import KpiTarget
from backend.contracts.alarms import AlarmRules
from backend.contracts.commands import Role
from backend.contracts.events import FireNature
from backend.contracts.organisation import Unit
from backend.contracts.recording import RecordingMode
from backend.contracts.shifts import ShiftRules
from backend.contracts.site import (
    Agency,
    CameraPreset,
    CameraPtz,
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
from config.report_model import ReportsConfig


class Config(BaseModel):
    """A frozen settings type; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CameraConfig(Config):
    """One row of cameras.csv. URLs are rtsp:// or rtsps:// (a file path only by `--camera` on the command line)."""

    camera_id: str
    name_vi: str
    name_en: str
    group: str
    lat_deg: float
    lon_deg: float
    bearing_deg: float | None
    view_deg: float
    range_m: float
    owner: str
    commune_code: str
    main_url: SecretStr
    sub_url: SecretStr
    engine: Literal["pyav", "vlc"] = "pyav"
    simulated: bool = False


class OperatorConfig(Config):
    """An account the site wants to exist. Passwords are never in the site: `user add` sets them."""

    user: str
    display_name: str
    role: Role
    agency_id: str = ""


class StationFileRules(Config):
    """How one producer writes its station TXT files (TT 10/2021).

    Attributes:
        file_name_pattern: regular expression with the named group `station`, and optionally `at`.
        aliases: this producer's own spellings of symbols, e.g. {"N0x" = "NOx"}.
        station_names: the producer's station names -> station_id, where they differ.
    """

    producer_id: str
    file_name_pattern: str = r"^(?P<station>.+)_(?P<at>\d{14})\.txt$"
    aliases: dict[str, str] = {}
    station_names: dict[str, str] = {}


class DropFolderSource(StationFileRules):
    """Station TXT files dropped into a folder, one producer per source."""

    kind: Literal["station_drop"] = "station_drop"
    folder: Path
    stable_after_s: float = 1.0


class ForecastDropSource(Config):
    """Forecasts of gauges as JSON or CSV files dropped into a folder."""

    kind: Literal["forecast_drop"] = "forecast_drop"
    producer_id: str
    folder: Path
    file_name_pattern: str = r".+\.(?:csv|json)"
    stable_after_s: float = 1.0


class FtpLogin(StationFileRules):
    """[[source.login]] of a `station_ftp`: who may log in, and how its files are read. `ftp-user` sets the password."""

    user: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class FtpDoorSource(Config):
    """An FTP(S) server of our own where data loggers upload station files.

    Attributes:
        folder: inside the data folder; each user has its own below it.
        passive_ports: first and last port of data connections, for the firewall.
        masquerade_address: the address loggers see when it is not ours (NAT); "" = ours.
        certfile, keyfile: PEM, relative to the data folder; explicit TLS (AUTH TLS) is offered when they are given.
        tls_required: nobody logs in or transfers without TLS.
        rate_kb_s: of one data connection; 0 = as fast as it goes.
        abandoned_after_h: an upload that nobody finished for so long goes to the quarantine.
    """

    kind: Literal["station_ftp"] = "station_ftp"
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 2121
    folder: Path = Path("ftp")
    passive_ports: tuple[Annotated[int, Field(ge=1024, le=65_535)], Annotated[int, Field(ge=1024, le=65_535)]] = (
        60_000,
        60_199,
    )
    masquerade_address: str = ""
    certfile: str = ""
    keyfile: str = ""
    tls_required: bool = False
    max_connections: Annotated[int, Field(ge=1, le=500)] = 200
    max_connections_of_address: Annotated[int, Field(ge=1, le=500)] = 50
    rate_kb_s: Annotated[int, Field(ge=0, le=1_000_000)] = 512
    idle_timeout_s: Annotated[int, Field(ge=1, le=3600)] = 300
    abandoned_after_h: Annotated[float, Field(gt=0, le=720)] = 24.0
    login: Annotated[tuple[FtpLogin, ...], Field(min_length=1)]

    @property
    def producer_id(self) -> str:
        """The producer that is told of when the door as a whole is in trouble."""
        return self.login[0].producer_id


class CapFeedSource(Config):
    """A CAP message, or an Atom or RSS feed of them, polled over HTTP with ETag."""

    kind: Literal["cap_feed"] = "cap_feed"
    producer_id: str
    url: str
    poll_every_s: float = 60.0


class CameraProbeSource(Config):
    """The backend's own look at each camera's RTSP door (OPTIONS), a few at a time."""

    kind: Literal["camera_probe"] = "camera_probe"
    producer_id: str
    every_s: float = 10.0
    lost_after: int = 3
    timeout_s: float = 5.0


class FirePanelSource(Config):
    """A receiver for fire panels: ANSI/SIA DC-09 over TCP and UDP. The panels themselves stand in fire_sites.toml.

    Attributes:
        host: address to listen on; 127.0.0.1 = only this machine, 0.0.0.0 = every network it is in.
        tcp_port, udp_port, tls_port: 0 = not opened.
        cert_file, key_file: PEM, in the site folder or absolute; `ca_file`: panels must have a certificate of it.
        late_s, early_s: how far a panel's timestamp may lie behind and ahead of our clock (DC-09 5.5.1.9: 40 and 20).
        check_time: "encrypted" as the standard says, "always", or "never".
        codes: the site's own word for some SIA codes, e.g. { PA = "alarm" }.
    """

    kind: Literal["fire_panel"] = "fire_panel"
    producer_id: str
    host: str = "127.0.0.1"
    tcp_port: Annotated[int, Field(ge=0, le=65_535)] = 7700
    udp_port: Annotated[int, Field(ge=0, le=65_535)] = 7700
    tls_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    cert_file: str = ""
    key_file: str = ""
    ca_file: str = ""
    late_s: Annotated[float, Field(gt=0, le=86_400)] = 40.0
    early_s: Annotated[float, Field(gt=0, le=86_400)] = 20.0
    check_time: Literal["encrypted", "always", "never"] = "encrypted"
    codes: dict[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], FireNature] = {}
    max_connections: Annotated[int, Field(ge=1, le=10_000)] = 256
    max_per_sender: Annotated[int, Field(ge=1, le=10_000)] = 32


class MqttSource(Config):
    """Camera detections from an MQTT 3.1.1 broker: Frigate's topics, and ONVIF's events (Profile M).

    Attributes:
        tls, ca_file: `ca_file` "" = the system's authorities; relative ones lie in the site folder.
        password: read from the one line of `password_file`, which lies in the site folder beside the cameras' own.
        client_id: the broker keeps what came while we were away under this name; no two backends share one.
        topics: what is subscribed to, with QoS 1.
        cameras: name on the broker -> camera_id. Frigate: its camera's name; ONVIF: "DEVICE/VIDEO_SOURCE" or "DEVICE".
        counters: what is counted -> "STATION/SYMBOL". Frigate: "CAMERA/LABEL"; ONVIF: "DEVICE/RULE" or "DEVICE";
            of scene descriptions "DEVICE/onvif-mj/CLASS" or "DEVICE/onvif-mj/PROFILE/CLASS".
        gone_after_s: a broker that is away for so long makes the producer silent.
        fire_prefix: fire panels of this producer report on "PREFIX/ACCOUNT" (docs/operating.md); "" = none do. Their
            topics must be among `topics`.
    """

    kind: Literal["mqtt"] = "mqtt"
    producer_id: str
    host: Annotated[str, Field(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65_535)] = 1883
    tls: bool = False
    ca_file: str = ""
    user: str = ""
    password_file: str = ""
    password: SecretStr = SecretStr("")
    client_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
    topics: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=1000)], ...], Field(min_length=1)] = (
        "frigate/available",
        "frigate/events",
        "+/onvif-ej/#",
    )
    frigate_prefix: Annotated[str, Field(min_length=1, max_length=200)] = "frigate"
    cameras: dict[str, str] = {}
    counters: dict[str, str] = {}
    keep_alive_s: Annotated[int, Field(ge=5, le=600)] = 30
    gone_after_s: Annotated[float, Field(ge=0, le=3600)] = 10.0
    fire_prefix: Annotated[str, Field(max_length=200, pattern=r"^[^#+]*$")] = ""


class SyslogSource(Config):
    """A syslog receiver (RFC 5424 and 3164) for one producer's devices; CEF and Suricata's EVE inside are read.

    Attributes:
        host: address to listen on; 127.0.0.1 = only this machine, 0.0.0.0 = every network it is in.
        tcp_port, udp_port, tls_port: 0 = not opened. The registered ones, 514 and 6514, need special rights.
        cert_file, key_file: PEM, in the site folder or absolute; `ca_file`: senders must have a certificate of it.
        lines_per_s: what is read of one sender; the rest is counted and told, not read.
    """

    kind: Literal["syslog"] = "syslog"
    producer_id: str
    host: str = "127.0.0.1"
    tcp_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    udp_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    tls_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    cert_file: str = ""
    key_file: str = ""
    ca_file: str = ""
    lines_per_s: Annotated[float, Field(ge=1, le=10_000)] = 500.0
    max_line_bytes: Annotated[int, Field(ge=480, le=1_048_576)] = 65_536
    max_connections: Annotated[int, Field(ge=1, le=10_000)] = 256
    max_per_sender: Annotated[int, Field(ge=1, le=10_000)] = 32


class EveSource(Config):
    """Suricata's EVE files (eve.json and its rotated ones), followed as they grow.

    Attributes:
        folder: relative ones lie in the backend's data folder.
        pattern: which files of the folder.
    """

    kind: Literal["eve"] = "eve"
    producer_id: str
    folder: Path
    pattern: Annotated[str, Field(min_length=1, pattern=r"^[^/\\]+$")] = "eve*"
    look_every_s: Annotated[float, Field(ge=0.05, le=60)] = 1.0


SourceConfig = Annotated[
    DropFolderSource
    | FtpDoorSource
    | ForecastDropSource
    | CapFeedSource
    | CameraProbeSource
    | FirePanelSource
    | MqttSource
    | SyslogSource
    | EveSource,
    Field(discriminator="kind"),
]


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


class Volume(Config):
    """[[volume]]: a folder for recordings; relative ones lie in the backend's data folder.

    Attributes:
        floor_free_gb: when less is free on its disk, the oldest unprotected recordings go.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    folder: Annotated[str, Field(min_length=1)]
    floor_free_gb: Annotated[float, Field(ge=0, le=100_000)] = 2.0


class Window(Config):
    """Part of a week in which a camera of mode "schedule" is recorded: site time, `days` 1 = Monday .. 7 = Sunday.

    `to_min` at or before `from_min` reaches over midnight into the next day.
    """

    days: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(min_length=1)]
    from_time: Annotated[str, Field(alias="from", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    to_time: Annotated[str, Field(alias="to", pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]

    @property
    def from_min(self) -> int:
        return _minutes(self.from_time)

    @property
    def to_min(self) -> int:
        return _minutes(self.to_time)


class RecordingClass(Config):
    """[[class]]: how its cameras are recorded and kept.

    Attributes:
        days: nothing older is kept, evidence excepted; 0 = until the space is needed.
        max_gb: of all cameras of the class together; 0 = no bound of its own.
        stream: which of the camera's streams; a camera that has no sub-stream gives its main one.
        pre_s, post_s: mode "event": seconds before and after an alert that are kept, too.
        groups, cameras: whose class this is; a camera named beats its group, a later class beats an earlier one.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    mode: RecordingMode
    stream: Literal["main", "sub"] = "main"
    days: Annotated[float, Field(ge=0, le=3660)] = 30.0
    max_gb: Annotated[float, Field(ge=0, le=10_000_000)] = 0.0
    pre_s: Annotated[float, Field(ge=0, le=120)] = 10.0
    post_s: Annotated[float, Field(ge=0, le=3600)] = 30.0
    volume: str = ""
    schedule: tuple[Window, ...] = ()
    groups: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()


Share = Annotated[float, Field(ge=0, le=1)]
Polygon = Annotated[tuple[tuple[Share, Share], ...], Field(min_length=3, max_length=64)]
"""Corners as shares of the picture's width and height, from the top left."""


class AnalyticsZone(Config):
    """[[camera.zone]]: part of a camera's picture.

    Attributes:
        use: forbidden: nothing may move there in `hours`; crowd: how full it is of people; traffic: whether it stands.
        from_share: from which share of the zone on it counts; left out = as [rules] says.
        classes: what the camera's detector counts in the zone, which is judged by its number then.
        from_count: from how many on.
        occupancy: "STATION/SYMBOL" that how full the zone is (%) is a series of; "" = it is none.
        count: likewise of how many of `classes` are in it.
    """

    name: Annotated[str, Field(min_length=1, max_length=60)]
    use: Literal["forbidden", "crowd", "traffic"]
    polygon: Polygon
    hours: tuple[Window, ...] = ()
    from_share: Annotated[float, Field(gt=0, le=1)] | None = None
    classes: tuple[str, ...] = ()
    from_count: Annotated[int, Field(ge=1, le=10_000)] = 1
    occupancy: str = ""
    count: str = ""


DetectorLayout = Literal["yolov8", "yolov5", "end_to_end", "ssd"]


class DetectorConfig(Config):
    """[[detector]] of analytics.toml: an ONNX model of the site that finds things in a picture.

    Attributes:
        model: file name inside the site folder.
        layout: how its answer is to be read (`backend.services.analytics.detector`).
        width_px, height_px: of the picture it takes; a camera's picture is fitted in, with grey bars.
        mean, scale: a level x of 0..255 is given as (x - mean) * scale; `rgb`: red first, else blue first.
        classes: names of what it finds, in the model's order.
        nms_over: of two boxes of a class that overlap by more than this share the surer one is kept.
        every_s: how often a camera's picture is given to it.
        busy_most: it is asked more seldom when it would take more than this share of the time.
    """

    name: Annotated[str, Field(min_length=1, max_length=60)]
    model: Annotated[str, Field(min_length=1, max_length=200)]
    layout: DetectorLayout
    width_px: Annotated[int, Field(ge=32, le=1920)]
    height_px: Annotated[int, Field(ge=32, le=1920)]
    mean: float = 0.0
    scale: Annotated[float, Field(gt=0)] = 1 / 255
    rgb: bool = True
    classes: Annotated[tuple[str, ...], Field(min_length=1, max_length=1000)]
    score_from: Annotated[float, Field(gt=0, le=1)] = 0.4
    nms_over: Annotated[float, Field(gt=0, le=1)] = 0.5
    every_s: Annotated[float, Field(ge=0.1, le=3600)] = 2.0
    busy_most: Annotated[float, Field(gt=0, le=1)] = 0.25


class AnalyticsCamera(Config):
    """[[camera]] of analytics.toml.

    Attributes:
        sight: tell when it is dark, covered, blurred, moved or frozen.
        turns: it is moved on purpose (PTZ) and never told as moved.
        ignore: parts that do not count, e.g. the clock in the picture.
        detector: name of the detector that counts in its zones; "" = none, as everywhere by default.
    """

    camera_id: str
    sight: bool = True
    turns: bool = False
    ignore: tuple[Polygon, ...] = ()
    detector: str = ""
    zones: tuple[AnalyticsZone, ...] = Field(default=(), alias="zone")


class AnalyticsRules(Config):
    """[rules] of analytics.toml: the room's own practice, no law.

    Attributes:
        pictures_per_s: how many pictures of each camera are measured.
        width_px: how wide they are made before.
        dark_below_luma, light_from_luma: mean brightness; a camera that got dark is so until it is this light again, so
            that dusk is told once.
        covered_below_contrast, blurred_below_texture: share of the lights and darks, and of the edges, that the camera
            usually shows. Covered it has neither, blurred it has lost its edges.
        moved_below_likeness: correlation of the edges with where they usually lie.
        relearn_after_s: a picture that is another for so long is how the camera looks now.
        *_from_share, standing_below_share: of a zone.
        series_every_s: of how long a stretch each figure of a zone's series is the mean.
    """

    pictures_per_s: Annotated[float, Field(gt=0, le=15)] = 2.0
    width_px: Annotated[int, Field(ge=64, le=1280)] = 320
    dark_below_luma: Annotated[float, Field(ge=0, le=255)] = 12.0
    light_from_luma: Annotated[float, Field(ge=0, le=255)] = 18.0
    covered_below_contrast: Share = 0.35
    blurred_below_texture: Share = 0.5
    moved_below_likeness: Annotated[float, Field(ge=-1, le=1)] = 0.3
    frozen_after_s: Annotated[float, Field(ge=1, le=3600)] = 20.0
    sight_on_s: Annotated[float, Field(ge=0, le=3600)] = 5.0
    sight_off_s: Annotated[float, Field(ge=0, le=3600)] = 5.0
    relearn_after_s: Annotated[float, Field(ge=10, le=86_400)] = 900.0
    motion_from_share: Share = 0.02
    motion_on_s: Annotated[float, Field(ge=0, le=3600)] = 1.0
    crowd_from_share: Share = 0.5
    crowd_on_s: Annotated[float, Field(ge=0, le=3600)] = 30.0
    traffic_from_share: Share = 0.5
    standing_below_share: Share = 0.03
    traffic_on_s: Annotated[float, Field(ge=0, le=3600)] = 60.0
    zone_off_s: Annotated[float, Field(ge=0, le=3600)] = 15.0
    series_every_s: Annotated[float, Field(ge=1, le=3600)] = 60.0


class AnalyticsConfig(Config):
    """The whole file. `producer_id`: in whose name it is told; no camera = there are no analytics of ours."""

    producer_id: str = ""
    rules: AnalyticsRules = AnalyticsRules()
    detectors: tuple[DetectorConfig, ...] = ()
    cameras: tuple[AnalyticsCamera, ...] = ()

    def detector(self, name: str) -> DetectorConfig | None:
        return next((one for one in self.detectors if one.name == name), None)


class PtzPreset(Config):
    """[[camera.preset]] of ptz.toml; see `backend.contracts.site.CameraPreset`.

    Attributes:
        place_id: station or fire site it shows; its point is taken from there.
    """

    token: Annotated[str, Field(min_length=1, max_length=64)]
    name_vi: Annotated[str, Field(min_length=1, max_length=200)]
    name_en: Annotated[str, Field(min_length=1, max_length=200)]
    place_id: str = ""
    lat_deg: float | None = None
    lon_deg: float | None = None
    bearing_deg: Annotated[float, Field(ge=0, le=360)] | None = None


class PtzCamera(Config):
    """[[camera]] of ptz.toml.

    Attributes:
        address: of the ONVIF device service, e.g. http://10.1.2.3/onvif/device_service.
        profile: token of the media profile that is turned.
        user, password: of an ONVIF user with the right to turn it; "" = it asks for none. Never given to seats.
        home: token of the preset it is brought back to.
        by_itself: may move for an alert of priority 1 without a hand.
    """

    camera_id: str
    address: str
    profile: Annotated[str, Field(min_length=1, max_length=64)]
    user: str = ""
    password: SecretStr = SecretStr("")
    home: str = ""
    by_itself: bool = False
    presets: tuple[PtzPreset, ...] = Field(default=(), alias="preset")


class PtzRules(Config):
    """[rules] of ptz.toml: the room's own practice, no law.

    Attributes:
        hold_s: how long a camera belongs to who turned it last.
        home_after_s: how long after the last order it goes home; 0 = never.
        answer_within_s: of each question to a camera; `arrive_within_s` of the whole way to a preset.
    """

    hold_s: Annotated[int, Field(ge=0, le=3600)] = 60
    home_after_s: Annotated[int, Field(ge=0, le=86_400)] = 0
    answer_within_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    arrive_within_s: Annotated[float, Field(gt=0, le=300)] = 20.0


class PtzConfig(Config):
    """The whole file."""

    rules: PtzRules = PtzRules()
    cameras: tuple[PtzCamera, ...] = ()

    def public(self, camera_id: str) -> CameraPtz | None:
        """What seats may know: no address, no user, no password."""
        one = next((one for one in self.cameras if one.camera_id == camera_id), None)
        if one is None:
            return None
        return CameraPtz(
            presets=tuple(CameraPreset(**preset.model_dump()) for preset in one.presets),
            home=one.home,
            hold_s=self.rules.hold_s,
            by_itself=one.by_itself,
            home_after_s=self.rules.home_after_s,
        )


class RecordingConfig(Config):
    """The whole file. `class_of` every camera's class; one that is not in it is not recorded."""

    segment_s: Annotated[float, Field(ge=1, le=300)] = 10.0
    volumes: tuple[Volume, ...] = ()
    classes: tuple[RecordingClass, ...] = ()
    class_of: dict[str, str] = {}

    def of(self, camera_id: str) -> RecordingClass | None:
        name = self.class_of.get(camera_id)
        return next((one for one in self.classes if one.name == name), None)


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


def station_file_rules(sources: Iterable[SourceConfig]) -> tuple[StationFileRules, ...]:
    """Of every producer that drops or uploads station files."""
    found: list[StationFileRules] = []
    for source in sources:
        if isinstance(source, DropFolderSource):
            found.append(source)
        elif isinstance(source, FtpDoorSource):
            found.extend(source.login)
    return tuple(found)


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
