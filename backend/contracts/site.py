"""The site as every seat sees it: no password, no private setting, nothing that only the backend needs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backend.contracts.alarms import AlarmRules
from backend.contracts.base import EpochMs, Identifier, LatDeg, LonDeg, Wire
from backend.contracts.hotline import HotlineRules
from backend.contracts.indicators import IndicatorRules
from backend.contracts.meetings import MeetingRules
from backend.contracts.organisation import Unit
from backend.contracts.press import PressRules
from backend.contracts.report_rules import ReportRules
from backend.contracts.shifts import ShiftRules
from backend.contracts.zones import ZoneRules

StationKind = Literal["stack", "wastewater", "air", "water", "rain", "river", "counter"]
LimitDirection = Literal["above", "below"]
LevelMark = Literal["", "bd1", "bd2", "bd3", "historic"]
"""Alarm levels of QĐ 05/2020/QĐ-TTg and the highest flood ever measured at the gauge; "" = no water level."""


class Limit(Wire):
    """One limit of one parameter, already resolved for today (standard, column, coefficients, permit).

    Attributes:
        value: in the parameter's `unit`.
        window_min: length of the mean that is compared, minutes; 0 = each sample (water levels).
        source: the text that sets it, e.g. "QCVN 19:2009/BTNMT cột B, Kp=0,9 Kv=1,0 (chưa xác minh)".
        priority: 1..4, the priority of an alert when it is passed.
        o2_ref_percent: the measured values are referred to this oxygen first (`backend.contracts.oxygen`), None = not.
            All limits of a parameter have the same.
    """

    name_vi: str
    name_en: str
    value: float
    direction: LimitDirection
    window_min: int
    source: str
    priority: int
    o2_ref_percent: float | None = None
    mark: LevelMark = ""


class RiseRule(Wire):
    """When a river counts as rising fast: slope over `window_min`, true from `raise_m_per_h` until below `clear`."""

    window_min: int
    min_samples: int
    raise_m_per_h: float
    clear_m_per_h: float
    priority: int
    source: str


class RainBand(Wire):
    """An amount of rain that a decree names, `to_mm` None = no upper end. It is no level of risk by itself."""

    hours: int
    from_mm: float
    to_mm: float | None
    source: str


class Hydrology(Wire):
    rise: RiseRule | None = None
    rain_bands: tuple[RainBand, ...] = ()


class Grade(Wire):
    """A level of quality that a standard gives a parameter, e.g. B of QCVN 08:2023 (surface water).

    Attributes:
        letter: as the standard calls it; `name_vi`, `name_en` what it means.
        low, high: bounds of the mean over `window_min`, both allowed themselves, in the parameter's unit; None = open.
    """

    letter: str
    name_vi: str
    name_en: str
    low: float | None = None
    high: float | None = None
    window_min: int
    source: str

    def holds(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


class Parameter(Wire):
    """One measured quantity of one station. `symbol` is a sensor kind's key, or the feed's own spelling.

    Attributes:
        grades: the best first; the last one holds whatever is worse than all others. They raise no alarm.
    """

    symbol: Identifier
    unit: str
    decimals: int
    limits: tuple[Limit, ...] = ()
    grades: tuple[Grade, ...] = ()


class Station(Wire):
    """A measuring station. `interval_s` is how often it should send; silent after three times that."""

    station_id: Identifier
    name_vi: str
    name_en: str
    kind: StationKind
    plant_id: str | None
    lat_deg: LatDeg
    lon_deg: LonDeg
    commune_code: str
    interval_s: int
    producer_id: Identifier
    parameters: tuple[Parameter, ...]
    camera_ids: tuple[str, ...] = ()


class Plant(Wire):
    plant_id: Identifier
    name_vi: str
    name_en: str
    contact: str


class CameraPreset(Wire):
    """A position a camera keeps under `token`, and what it looks at there: a thing, a point, a direction, or nothing.

    Attributes:
        place_id: station or fire site that it shows; "" = none in particular.
        lat_deg, lon_deg: the point it looks at, given by `place_id` or by the site's file.
        bearing_deg: direction, clockwise from north; everything inside the camera's cone there counts as seen.
    """

    token: Annotated[str, Field(min_length=1, max_length=64)]
    name_vi: str
    name_en: str
    place_id: str = ""
    lat_deg: LatDeg | None = None
    lon_deg: LonDeg | None = None
    bearing_deg: float | None = None


class CameraPtz(Wire):
    """What seats know of a camera that can be turned; how it is reached stays in the backend.

    Attributes:
        home: token it is brought back to `home_after_s` after its last order; "" or 0 = it stays.
        hold_s: how long it belongs to who turned it.
        by_itself: an alert of priority 1 may turn it without a hand, unless somebody has it.
    """

    presets: tuple[CameraPreset, ...]
    home: str = ""
    hold_s: int
    by_itself: bool = False
    home_after_s: int = 0

    def preset(self, token: str) -> CameraPreset | None:
        return next((one for one in self.presets if one.token == token), None)


class Camera(Wire):
    """A camera. Its addresses carry no password here; seats obtain them sealed (docs/protocol.md).

    Attributes:
        group: the branch of the camera tree, e.g. "Giao thông".
        bearing_deg: where it looks, clockwise from north; None when unknown (no cone is drawn).
        view_deg: horizontal opening angle.
        main_address, sub_address: redacted address, for people to read; "" when there is no such stream.
        engine: which player decodes it on the desks.
        simulated: the picture is a simulation and must say so.
        ptz: how it can be turned, None = it cannot.
    """

    camera_id: Identifier
    name_vi: str
    name_en: str
    group: str
    lat_deg: LatDeg
    lon_deg: LonDeg
    bearing_deg: float | None
    view_deg: float
    range_m: float
    owner: str
    commune_code: str
    main_address: str
    sub_address: str
    engine: Literal["pyav", "vlc"] = "pyav"
    simulated: bool = False
    ptz: CameraPtz | None = None


class Patrol(Wire):
    """A patrol sequence: cameras shown one after the other, `dwell_s` seconds each page."""

    patrol_id: Identifier
    name_vi: str
    name_en: str
    camera_ids: tuple[str, ...]
    dwell_s: int


class Agency(Wire):
    agency_id: Identifier
    name_vi: str
    name_en: str
    phone: str
    handles: tuple[str, ...] = ()


class Producer(Wire):
    """Who feeds the room. `expect_every_s` 0 = no rhythm is promised, so it is never called silent."""

    producer_id: Identifier
    name_vi: str
    name_en: str
    door: Literal["drop", "http", "feed", "mqtt", "rtsp", "sia", "syslog", "open311"]
    expect_every_s: int
    simulated: bool = False


class FireContact(Wire):
    name: str
    phone: str


class WaterSource(Wire):
    """Where fire engines find water: a hydrant, a tank, a bank they can reach."""

    name_vi: str
    name_en: str
    lat_deg: LatDeg
    lon_deg: LonDeg


class FireZoneName(Wire):
    """What the panel calls `zone`, in words."""

    zone: Annotated[str, Field(min_length=1, max_length=20)]
    name_vi: str
    name_en: str


class FireSite(Wire):
    """Premises whose fire panel reports to the room: what those who drive there must know.

    Attributes:
        floors: above ground; 0 = unknown.
        hazards_vi, hazards_en: what burns, explodes or poisons there, one short text each.
        camera_ids: cameras that see it, the best first.
        plan_key: key of its plan among the room's documents, "" when there is none.
        poll_every_s: how often its panel promises a word; silent after that time and a margin.
    """

    fire_site_id: Identifier
    name_vi: str
    name_en: str
    address: str
    lat_deg: LatDeg
    lon_deg: LonDeg
    commune_code: str
    contacts: tuple[FireContact, ...] = ()
    floors: int = 0
    hazards_vi: tuple[str, ...] = ()
    hazards_en: tuple[str, ...] = ()
    water: tuple[WaterSource, ...] = ()
    access_vi: str = ""
    access_en: str = ""
    zones: tuple[FireZoneName, ...] = ()
    camera_ids: tuple[str, ...] = ()
    plan_key: str = ""
    account: str
    poll_every_s: int


class DispatchTarget(Wire):
    """How soon after being raised a fire shall have been handed to those who drive; `source` who says so."""

    target_s: float
    source: str


class Commune(Wire):
    code: str
    name: str
    lat_deg: LatDeg
    lon_deg: LonDeg


class MapView(Wire):
    lat_deg: LatDeg
    lon_deg: LonDeg
    zoom: int


class Site(Wire):
    """Everything a seat needs to know of the city's equipment. `digest` changes when any of it does.

    Attributes:
        exercise_vi, exercise_en: title of the exercise this whole room is for; "" in a real one. Every window of a
            training room carries the banner DIỄN TẬP, live and replayed.
    """

    site_id: Identifier
    name_vi: str
    name_en: str
    province_code: str
    utc_offset_min: int
    simulated: bool
    exercise_vi: str = ""
    exercise_en: str = ""
    speed_up: float
    digest: str
    loaded_ms: EpochMs
    home: MapView
    plants: tuple[Plant, ...]
    stations: tuple[Station, ...]
    cameras: tuple[Camera, ...]
    patrols: tuple[Patrol, ...]
    agencies: tuple[Agency, ...]
    producers: tuple[Producer, ...]
    communes: tuple[Commune, ...]
    alarms: AlarmRules = AlarmRules()
    hydrology: Hydrology = Hydrology()
    fire_sites: tuple[FireSite, ...] = ()
    fire_dispatch: DispatchTarget | None = None
    shifts: ShiftRules = ShiftRules()
    units: tuple[Unit, ...] = ()
    reports: ReportRules = ReportRules()
    press: PressRules = PressRules()
    hotline: HotlineRules = HotlineRules()
    meetings: MeetingRules = MeetingRules()
    zones: ZoneRules = ZoneRules()
    indicators: IndicatorRules = IndicatorRules()
