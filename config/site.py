"""Reads a site folder. Every mistake is told at once, as `file:line: what is wrong, what is allowed`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel

from backend.contracts.hotline import HotlineRules
from backend.contracts.indicators import IndicatorRules
from backend.contracts.kinds.sensors import sensor_kind
from backend.contracts.redact import redacted
from backend.contracts.report_rules import ReportRules
from backend.contracts.site import (
    Agency,
    Camera,
    CameraPtz,
    Hydrology,
    Limit,
    MapView,
    Parameter,
    Patrol,
    Plant,
    Producer,
    RainBand,
    RiseRule,
    Site,
    Station,
)
from backend.contracts.units import UnitError, canonical
from config.alarms import read_alarms
from config.analytics import read_analytics
from config.camera_model import CameraConfig
from config.cameras import read_cameras
from config.channels import check_categories, completed_imap, completed_zalo
from config.communes import Areas, read_communes
from config.fire_sites import read_fire_sites
from config.hotline import read_hotline
from config.indicators import read_indicators
from config.limits import UNVERIFIED, LimitTable, grades_of, limits_of, read_limits
from config.logins import login_of
from config.meetings import read_meetings
from config.model import (
    CapSettings,
    CyberSettings,
    DetectionRule,
    HydrologySettings,
    LimitDay,
    OperatorConfig,
    SelfLimits,
    SiteConfig,
    TargetConfig,
)
from config.mqtt import completed
from config.organisation import read_organisation
from config.outbreak import Outbreak, read_outbreak
from config.press import read_press
from config.problems import Problems, SiteError, SiteErrors, TomlFile, one_of, read_toml
from config.ptz import read_ptz
from config.recording import read_recording
from config.report_model import ReportsConfig
from config.reports import read_reports
from config.shifts import read_shifts
from config.site_files import SiteHead, StationEntry
from config.sop import read_sops
from config.source_model import (
    AmiSource,
    CameraProbeSource,
    CapFeedSource,
    DropFolderSource,
    EveSource,
    FirePanelSource,
    ForecastDropSource,
    FtpDoorSource,
    ImapSource,
    MqttSource,
    NewsFeedSource,
    SourceConfig,
    StationFileRules,
    SyslogSource,
    ZaloSource,
    station_file_rules,
)
from config.toml_lines import Path as KeyPath
from config.zones import read_zones

__all__ = ["SiteError", "SiteErrors", "load_site", "public_hydrology", "public_site"]

ModelT = TypeVar("ModelT", bound=BaseModel)
_BOX_SLACK_DEG: Final = 0.05
_SOURCES: Final[Mapping[str, type[SourceConfig]]] = {
    "station_drop": DropFolderSource,
    "station_ftp": FtpDoorSource,
    "forecast_drop": ForecastDropSource,
    "cap_feed": CapFeedSource,
    "news_feed": NewsFeedSource,
    "camera_probe": CameraProbeSource,
    "fire_panel": FirePanelSource,
    "mqtt": MqttSource,
    "zalo": ZaloSource,
    "imap": ImapSource,
    "syslog": SyslogSource,
    "eve": EveSource,
    "ami": AmiSource,
}


def load_site(folder: Path, today: date | None = None) -> SiteConfig:
    """The whole site, its limits resolved for `today` (by default the site's own date now).

    Raises:
        SiteErrors: anything is wrong; it holds every mistake with its file and line.
    """
    problems = Problems()
    if not folder.is_dir():
        raise SiteErrors([SiteError(str(folder), 0, "there is no such site folder")])
    reader = _Reader(folder, problems)
    site = reader.read(today)
    problems.raise_if_any()
    if site is None:  # pragma: no cover - a missing head is always told above
        raise SiteErrors([SiteError("site.toml", 1, "[site] is missing")])
    return site


class _Reader:
    """One load: the files, what was found in them, and the cross-checks between them."""

    def __init__(self, folder: Path, problems: Problems) -> None:
        self.folder = folder
        self.problems = problems
        self.files = {
            name: read_toml(folder / f"{name}.toml", problems)
            for name in ("site", "stations", "limits", "agencies", "operators", "patrols")
        }
        self.limit_days: tuple[LimitDay, ...] = ()

    def read(self, today: date | None) -> SiteConfig | None:
        file = self.files["site"]
        lists = ("detection_rule", "producer", "source", "target")
        file.only(("site", "home", "cap", "hydrology", "cyber", "self_watch", *lists))
        for table in ("site", "home"):
            if table not in file.data:
                file.wrong((), f"table [{table}] is missing")
        head = file.parse(("site",), file.table("site"), SiteHead) if "site" in file.data else None
        home = file.parse(("home",), file.table("home"), MapView) if "home" in file.data else None
        cap = file.parse(("cap",), file.table("cap"), CapSettings)
        cyber = file.parse(("cyber",), file.table("cyber"), CyberSettings)
        self_watch = file.parse(("self_watch",), file.table("self_watch"), SelfLimits)
        hydrology = file.parse(("hydrology",), file.table("hydrology"), HydrologySettings)
        day = today or _today(head.utc_offset_min if head else 0)
        areas = read_communes(self.folder / (head.communes if head else "communes.geojson"), self.problems)
        limits = read_limits(self.files["limits"], self.problems)
        cameras = self.cameras(areas)
        producers = self.listed(file, "producer", Producer, lambda item: item.producer_id)
        for index, name in enumerate(hydrology.forecasters if hydrology else ()):
            allowed = [producer.producer_id for producer in producers]
            self.known(file, ("hydrology", "forecasters", index), "producer", name, allowed)
        plants, stations = self.stations(areas, limits, day, {c.camera_id for c in cameras}, producers)
        agencies = self.only_list("agencies", "agency", Agency, lambda item: item.agency_id)
        units = read_organisation(self.folder, set(areas.by_code), self.problems)
        parts = {
            "plants": plants,
            "stations": stations,
            "cameras": cameras,
            "patrols": self.patrols({camera.camera_id for camera in cameras}),
            "agencies": agencies,
            "operators": self.operators({agency.agency_id for agency in agencies} | {unit.unit_id for unit in units}),
            "units": units,
            "producers": tuple(producers),
            "sources": self.sources(producers, stations, {camera.camera_id for camera in cameras}),
            "detection_rules": self.listed(file, "detection_rule", DetectionRule, lambda item: item.label),
            "targets": self.listed(file, "target", TargetConfig, lambda item: str(item.priority)),
        }
        recording = read_recording(self.folder, cameras, self.problems)
        analytics = read_analytics(self.folder, cameras, producers, stations, self.problems)
        fire_sites, fire_dispatch = read_fire_sites(
            self.folder,
            {camera.camera_id for camera in cameras},
            [producer.producer_id for producer in producers],
            lambda lat, lon, code: _place_mistakes(areas, lat, lon, code),
            self.problems,
        )
        points = {one.station_id: (one.lat_deg, one.lon_deg) for one in stations}
        points |= {one.fire_site_id: (one.lat_deg, one.lon_deg) for one in fire_sites}
        ptz = read_ptz(self.folder, [camera.camera_id for camera in cameras], points, self.problems)
        places = {producer.producer_id: "producer" for producer in producers}
        places |= {camera.camera_id: "camera" for camera in cameras}
        places |= {station.station_id: "station" for station in stations}
        alarms, delays, kpis = read_alarms(self.folder, places, self.problems)
        shifts = read_shifts(self.folder, self.problems)
        answerable = {agency.agency_id for agency in agencies} | {unit.unit_id for unit in units}
        names = {unit.unit_id: (unit.name_vi, unit.name_en) for unit in units}
        names |= {agency.agency_id: (agency.name_vi, agency.name_en) for agency in agencies}
        indicators = read_indicators(self.folder, names, [one.producer_id for one in producers], self.problems)
        reports = self.reports(answerable, areas)
        press, same_story_days = read_press(self.folder, self.problems)
        hotline = self.hotline(reports.rules, answerable)
        province = self.province(head)
        if head is None or home is None or cap is None or cyber is None or hydrology is None or self.problems.found:
            return None
        assert self_watch is not None, "a table that does not fit is a problem found"
        site = SiteConfig(
            folder=self.folder,
            home=home,
            cap=cap,
            hydrology=hydrology,
            limit_days=self.limit_days,
            cyber=cyber,
            self_watch=self_watch,
            recording=recording,
            analytics=analytics,
            ptz=ptz,
            fire_sites=fire_sites,
            fire_dispatch=fire_dispatch,
            alarms=alarms,
            delays=delays,
            kpis=kpis,
            shifts=shifts,
            reports=reports,
            press=press,
            hotline=hotline,
            meetings=read_meetings(self.folder, self.problems),
            outbreak=self.outbreak(indicators, producers),
            zones=read_zones(self.folder, [one.producer_id for one in producers], self.problems),
            same_story_days=same_story_days,
            indicators=indicators,
            communes=tuple(area.commune for area in areas.by_code.values()),
            communes_file=self.folder / head.communes,
            province_file=province,
            **head.model_dump(exclude={"communes", "provinces"}),
            **parts,
        )
        sops = read_sops(self.folder, public_site(site, 0), self.problems)
        return site.model_copy(update={"sops": sops})

    def province(self, head: SiteHead | None) -> Path | None:
        if head is None or not head.provinces:
            return None
        path = self.folder / head.provinces
        if not path.is_file():
            self.files["site"].wrong(("site", "provinces"), f"there is no file {head.provinces!r} in the site folder")
        return path

    def listed(
        self, file: TomlFile, key: str, model: type[ModelT], identity: Callable[[ModelT], str]
    ) -> tuple[ModelT, ...]:
        """Every [[key]] of the file as `model`; the same identity twice is a mistake."""
        found: list[ModelT] = []
        seen: dict[str, int] = {}
        for path, table in file.tables(key):
            item = file.parse(path, table, model)
            if item is None:
                continue
            name = identity(item)
            if name in seen:
                file.wrong(path, f"{key} {name!r} is already in line {seen[name]}; ids are unique")
                continue
            seen[name] = file.line(path)
            found.append(item)
        return tuple(found)

    def only_list(
        self, name: str, key: str, model: type[ModelT], identity: Callable[[ModelT], str]
    ) -> tuple[ModelT, ...]:
        file = self.files[name]
        file.only((key,))
        return self.listed(file, key, model, identity)

    def known(self, file: TomlFile, path: KeyPath, what: str, name: str, allowed: Iterable[str]) -> None:
        names = set(allowed)
        if name not in names:
            file.wrong(path, f"unknown {what} {name!r}{one_of(name, names)}")

    # -- places ---------------------------------------------------------------------------------

    def cameras(self, areas: Areas) -> tuple[CameraConfig, ...]:
        file = "cameras.csv"
        seen: dict[str, int] = {}
        rows = read_cameras(self.folder / file, self.problems)
        for line, camera in rows.items():
            if camera.camera_id in seen:
                before = seen[camera.camera_id]
                self.problems.add(file, line, f"camera {camera.camera_id!r} is already in line {before}")
            seen.setdefault(camera.camera_id, line)
            for mistake in _place_mistakes(areas, camera.lat_deg, camera.lon_deg, camera.commune_code):
                self.problems.add(file, line, f"{camera.camera_id}: {mistake}")
        return tuple(rows.values())

    def stations(
        self, areas: Areas, limits: LimitTable, day: date, cameras: set[str], producers: tuple[Producer, ...]
    ) -> tuple[tuple[Plant, ...], tuple[Station, ...]]:
        file = self.files["stations"]
        file.only(("plant", "station"))
        plants = self.listed(file, "plant", Plant, lambda item: item.plant_id)
        entries = self.listed(file, "station", StationEntry, lambda item: item.station_id)
        where = {table.get("station_id"): path for path, table in reversed(file.tables("station"))}
        stations: list[Station] = []
        for entry in entries:
            path = where[entry.station_id]
            if entry.plant_id:
                self.known(file, (*path, "plant_id"), "plant", entry.plant_id, [plant.plant_id for plant in plants])
            allowed = [producer.producer_id for producer in producers]
            self.known(file, (*path, "producer_id"), "producer", entry.producer_id, allowed)
            for index, camera in enumerate(entry.camera_ids):
                self.known(file, (*path, "camera_ids", index), "camera", camera, cameras)
            for mistake in _place_mistakes(areas, entry.lat_deg, entry.lon_deg, entry.commune_code):
                file.wrong((*path, "lat_deg"), f"{entry.station_id}: {mistake}")
            for index, reference in enumerate(entry.limits):
                columns = {f"{standard} {column}" for standard, column in limits.columns}
                wanted = f"{reference.standard} {reference.column}"
                self.known(file, (*path, "limits", index), "standard and column", wanted, columns)
            parameters = self.parameters(entry, limits, day, file, path)
            stations.append(_station(entry, parameters))
        if not self.problems.found:
            self.limit_days = self.later_limits(entries, stations, limits, day, where)
        return plants, tuple(stations)

    def later_limits(
        self,
        entries: tuple[StationEntry, ...],
        stations: list[Station],
        table: LimitTable,
        today: date,
        where: Mapping[object, KeyPath],
    ) -> tuple[LimitDay, ...]:
        """What changes on which later day: a backend that runs over midnight needs no restart for it."""
        known = {station.station_id: station.parameters for station in stations}
        days: list[LimitDay] = []
        for day in table.change_days(entries, today):
            changes: dict[str, dict[str, tuple[Limit, ...]]] = {}
            for entry in entries:
                changed = {}
                for parameter in known[entry.station_id]:
                    file, path = self.files["stations"], where[entry.station_id]
                    then = limits_of(entry, parameter.symbol, parameter.unit, table, day, file, path)
                    if then != parameter.limits:
                        changed[parameter.symbol] = then
                if changed:
                    changes[entry.station_id] = changed
                    known[entry.station_id] = with_limits(known[entry.station_id], changed)
            if changes:
                days.append(LimitDay(day=day, limits=changes))
            if self.problems.found:
                break  # the same mistake again on every later day
        return tuple(days)

    def parameters(
        self, entry: StationEntry, limits: LimitTable, day: date, file: TomlFile, path: KeyPath
    ) -> tuple[Parameter, ...]:
        for table in ("units", "decimals"):
            for symbol in getattr(entry, table):
                self.known(file, (*path, table, symbol), "parameter of this station", symbol, entry.parameters)
        for index, permit in enumerate(entry.permit):
            self.known(
                file, (*path, "permit", index, "symbol"), "parameter of this station", permit.symbol, entry.parameters
            )
        found: list[Parameter] = []
        for index, symbol in enumerate(entry.parameters):
            if symbol in entry.parameters[:index]:
                file.wrong((*path, "parameters", index), f"parameter {symbol!r} is there twice")
                continue
            kind = sensor_kind(symbol)
            unit = entry.units.get(symbol) or (kind.unit if kind else "")
            try:
                unit = canonical(unit) if unit else ""
            except UnitError as error:
                file.wrong((*path, "units", symbol), str(error))
                continue
            if not unit:
                file.wrong((*path, "parameters", index), f"{symbol!r} is not in the catalogue; give its unit in units")
                continue
            decimals = entry.decimals.get(symbol, kind.decimals if kind else 2)
            resolved = limits_of(entry, symbol, unit, limits, day, file, path)
            grades = grades_of(entry, symbol, unit, limits, day, file, path)
            found.append(Parameter(symbol=symbol, unit=unit, decimals=decimals, limits=resolved, grades=grades))
        return tuple(found)

    # -- people and feeds -----------------------------------------------------------------------

    def patrols(self, cameras: set[str]) -> tuple[Patrol, ...]:
        file = self.files["patrols"]
        patrols = self.only_list("patrols", "patrol", Patrol, lambda item: item.patrol_id)
        for path, table in file.tables("patrol"):
            listed = table.get("camera_ids")
            for index, camera in enumerate(listed if isinstance(listed, list) else []):
                self.known(file, (*path, "camera_ids", index), "camera", str(camera), cameras)
        return patrols

    def operators(self, agencies: set[str]) -> tuple[OperatorConfig, ...]:
        file = self.files["operators"]
        operators = self.only_list("operators", "operator", OperatorConfig, lambda item: item.user)
        for path, table in file.tables("operator"):
            agency = table.get("agency_id")
            if isinstance(agency, str) and agency:
                self.known(file, (*path, "agency_id"), "agency", agency, agencies)
            elif table.get("role") == "agency":
                file.wrong(
                    path, f"an operator of role 'agency' needs agency_id; allowed: {', '.join(sorted(agencies))}"
                )
        return operators

    def outbreak(self, indicators: IndicatorRules, producers: tuple[Producer, ...]) -> Outbreak:
        by_code = {one.code: one for one in indicators.indicators}
        return read_outbreak(self.folder, [one.producer_id for one in producers], by_code, self.problems)

    def hotline(self, reports: ReportRules, agencies: set[str]) -> HotlineRules:
        users = [str(table.get("user", "")) for _, table in self.files["operators"].tables("operator")]
        categories = [one.category_id for one in reports.categories if not one.retired]
        return read_hotline(self.folder, users, categories, agencies, self.problems)

    def sources(
        self, producers: tuple[Producer, ...], stations: tuple[Station, ...], cameras: set[str]
    ) -> tuple[SourceConfig, ...]:
        file = self.files["site"]
        names = [producer.producer_id for producer in producers]
        found: list[SourceConfig] = []
        for path, table in file.tables("source"):
            kind = str(table.get("kind", ""))
            if kind not in _SOURCES:
                file.wrong((*path, "kind"), f"unknown source kind {kind!r}{one_of(kind, _SOURCES)}")
                continue
            source = file.parse(path, table, _SOURCES[kind])
            if source is None:
                continue
            self.known(file, (*path, "producer_id"), "producer", source.producer_id, names)
            if isinstance(source, DropFolderSource):
                _check_file_rules(source, file, path, {station.station_id for station in stations})
            if isinstance(source, FtpDoorSource):
                self.ftp_door(source, file, path, names, {station.station_id for station in stations})
            if isinstance(source, CapFeedSource | NewsFeedSource) and not source.url.startswith(
                ("http://", "https://")
            ):
                file.wrong((*path, "url"), f"url {redacted(source.url)!r}; allowed: http://, https://")
            if isinstance(source, MqttSource):
                symbols = {
                    station.station_id: [parameter.symbol for parameter in station.parameters]
                    for station in stations
                    if station.producer_id == source.producer_id
                }
                source = completed(source, file, path, self.folder, cameras, symbols)
            if isinstance(source, ZaloSource):
                source = completed_zalo(source, file, path, self.folder)
            if isinstance(source, ImapSource):
                source = completed_imap(source, file, path, self.folder)
            if isinstance(source, AmiSource):
                if not source.password_file:
                    file.wrong(path, "password_file is missing; it names the file with the secret of manager.conf")
                source = source.model_copy(update=login_of(source, file, path, self.folder))
            _check_one_way_in(source, found, file, path)
            _check_tls(source, file, path)
            found.append(source)
        return tuple(found)

    def reports(self, answerable: set[str], areas: Areas) -> ReportsConfig:
        found = read_reports(self.folder, answerable, set(areas.by_code), self.problems)
        check_categories(self.files["site"], found)
        return found

    def ftp_door(
        self, source: FtpDoorSource, file: TomlFile, path: KeyPath, producers: list[str], stations: set[str]
    ) -> None:
        for index, login in enumerate(source.login):
            place = (*path, "login", index)
            self.known(file, (*place, "producer_id"), "producer", login.producer_id, producers)
            _check_file_rules(login, file, place, stations)
            if login.user in {earlier.user for earlier in source.login[:index]}:
                file.wrong((*place, "user"), f"user {login.user!r} is there twice")
        first, last = source.passive_ports
        if last < first:
            file.wrong((*path, "passive_ports"), f"[{first}, {last}]; right would be [first, last]")
        if bool(source.certfile) != bool(source.keyfile) or (source.tls_required and not source.certfile):
            file.wrong(path, "TLS needs both certfile and keyfile")


def _check_tls(source: SourceConfig, file: TomlFile, path: KeyPath) -> None:
    if (
        isinstance(source, SyslogSource | FirePanelSource)
        and source.tls_port
        and not (source.cert_file and source.key_file)
    ):
        file.wrong((*path, "tls_port"), "TLS needs cert_file and key_file, PEM files in the site folder")


def _check_one_way_in(source: SourceConfig, earlier: list[SourceConfig], file: TomlFile, path: KeyPath) -> None:
    """Two ways with two sets of rules would make a file's meaning depend on how it came."""
    taken = [rules.producer_id for rules in (*station_file_rules(earlier), *station_file_rules([source]))]
    for producer_id in {name for name in taken if taken.count(name) > 1}:
        file.wrong(path, f"producer {producer_id!r} brings its files by another source already; one way in each")


def _check_file_rules(source: StationFileRules, file: TomlFile, path: KeyPath, stations: set[str]) -> None:
    try:
        groups = re.compile(source.file_name_pattern).groupindex
    except re.error as error:
        file.wrong((*path, "file_name_pattern"), f"not a regular expression: {error}")
    else:
        if "station" not in groups:
            file.wrong((*path, "file_name_pattern"), "needs the named group (?P<station>...)")
    for name, station in source.station_names.items():
        if station not in stations:
            file.wrong((*path, "station_names", name), f"unknown station {station!r}{one_of(station, stations)}")


def _today(utc_offset_min: int) -> date:
    return (datetime.now(UTC) + timedelta(minutes=utc_offset_min)).date()


def _place_mistakes(areas: Areas, lat_deg: float, lon_deg: float, commune_code: str) -> list[str]:
    """What is wrong with a place: outside the province, unknown commune, or in another commune."""
    box = areas.box()
    if box is None:
        return []
    south, west, north, east = box
    slack = _BOX_SLACK_DEG
    if not (south - slack <= lat_deg <= north + slack and west - slack <= lon_deg <= east + slack):
        allowed = f"lat_deg {south:.2f} to {north:.2f}, lon_deg {west:.2f} to {east:.2f}"
        return [f"{lat_deg:g}, {lon_deg:g} lies outside the province; allowed: {allowed}"]
    area = areas.by_code.get(commune_code)
    if area is None:
        return [f"unknown commune_code {commune_code!r}{one_of(commune_code, areas.by_code)}"]
    if not area.nearly_holds(lat_deg, lon_deg):
        there = areas.commune_at(lat_deg, lon_deg)
        where = f"it lies in {there.code} {there.name}" if there else "it lies in no commune"
        return [f"{lat_deg:g}, {lon_deg:g} is not in commune {commune_code} {area.commune.name}; {where}"]
    return []


def with_limits(parameters: tuple[Parameter, ...], changed: Mapping[str, tuple[Limit, ...]]) -> tuple[Parameter, ...]:
    """The parameters with the limits that hold from a day on."""
    return tuple(
        parameter.model_copy(update={"limits": changed[parameter.symbol]}) if parameter.symbol in changed else parameter
        for parameter in parameters
    )


def _station(entry: StationEntry, parameters: tuple[Parameter, ...]) -> Station:
    return Station(
        station_id=entry.station_id,
        name_vi=entry.name_vi,
        name_en=entry.name_en,
        kind=entry.kind,
        plant_id=entry.plant_id or None,
        lat_deg=entry.lat_deg,
        lon_deg=entry.lon_deg,
        commune_code=entry.commune_code,
        interval_s=entry.interval_s,
        producer_id=entry.producer_id,
        parameters=parameters,
        camera_ids=entry.camera_ids,
    )


def public_camera(camera: CameraConfig, ptz: CameraPtz | None) -> Camera:
    """The camera as every seat may see it: addresses without user and password."""
    return Camera(
        ptz=ptz,
        **camera.model_dump(exclude={"main_url", "sub_url"}),
        main_address=redacted(camera.main_url.get_secret_value()),
        sub_address=redacted(camera.sub_url.get_secret_value()),
    )


def public_hydrology(config: HydrologySettings) -> Hydrology:
    """The rules of rivers and rain as every seat sees them; what was not verified says so in its source."""

    def told(source: str, verified: bool) -> str:
        return source if verified else f"{source} {UNVERIFIED}"

    rise = config.rise
    return Hydrology(
        rise=None
        if rise is None
        else RiseRule(**rise.model_dump(exclude={"source", "verified"}), source=told(rise.source, rise.verified)),
        rain_bands=tuple(
            RainBand(**band.model_dump(exclude={"source", "verified"}), source=told(band.source, band.verified))
            for band in config.rain_band
        ),
    )


def _turnable(config: SiteConfig, camera_id: str) -> CameraPtz | None:
    """An exercise never moves a real camera: in a training room none can be turned."""
    return None if config.exercise_vi else config.ptz.public(camera_id)


def public_site(config: SiteConfig, now_ms: int) -> Site:
    """What seats may know of the site; `digest` changes when any of it does."""
    shown: tuple[str, ...] = (
        "site_id",
        "name_vi",
        "name_en",
        "province_code",
        "utc_offset_min",
        "simulated",
        "speed_up",
        "exercise_vi",
        "exercise_en",
        "home",
    )
    shown += ("plants", "stations", "patrols", "agencies", "producers", "communes")
    site = Site(
        **{name: getattr(config, name) for name in shown},
        cameras=tuple(public_camera(camera, _turnable(config, camera.camera_id)) for camera in config.cameras),
        hydrology=public_hydrology(config.hydrology),
        fire_sites=tuple(site.public() for site in config.fire_sites),
        fire_dispatch=config.fire_dispatch.public() if config.fire_dispatch is not None else None,
        alarms=config.alarms,
        shifts=config.shifts,
        units=config.units,
        reports=config.reports.rules,
        hotline=config.hotline,
        meetings=config.meetings,
        zones=config.zones,
        press=config.press.model_copy(update={"lists": tuple(one for one in config.press.lists if not one.restricted)}),
        indicators=config.indicators,
        digest="",
        loaded_ms=now_ms,
    )
    content = json.dumps(site.model_dump(mode="json", exclude={"loaded_ms", "digest"}), sort_keys=True)
    return site.model_copy(update={"digest": hashlib.sha256(content.encode()).hexdigest()[:16]})
