"""analytics.toml: which cameras our own light analytics look at, for what, and where in the picture.

A site without the file has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from backend.contracts.site import Producer, Station
from config.base import Config
from config.camera_model import AnalyticsCamera, AnalyticsConfig, AnalyticsRules, CameraConfig, DetectorConfig
from config.problems import Problems, TomlFile, one_of, read_toml
from config.toml_lines import Path as KeyPath

FILE: Final = "analytics.toml"
COUNT_UNITS: Final = ("người", "xe")


class _Head(Config):
    producer_id: Annotated[str, Field(min_length=1)]


def read_analytics(
    folder: Path,
    cameras: Iterable[CameraConfig],
    producers: Iterable[Producer],
    stations: Iterable[Station],
    problems: Problems,
) -> AnalyticsConfig:
    """What analytics.toml of the site folder says; every mistake is told."""
    path = folder / FILE
    if not path.is_file():
        return AnalyticsConfig()
    file = read_toml(path, problems)
    file.only(("analytics", "rules", "detector", "camera"))
    head = file.parse(("analytics",), file.table("analytics"), _Head)
    rules = file.parse(("rules",), file.table("rules"), AnalyticsRules)
    names = [one.producer_id for one in producers]
    if head is not None and head.producer_id not in names:
        told = f"unknown producer {head.producer_id!r}{one_of(head.producer_id, names)}"
        file.wrong(("analytics", "producer_id"), told)
    detectors = _detectors(file, folder)
    known = {camera.camera_id: camera for camera in cameras}
    found: list[AnalyticsCamera] = []
    for index, (_, table) in enumerate(file.tables("camera")):
        place: KeyPath = ("camera", index)
        one = file.parse(place, table, AnalyticsCamera)
        if one is None:
            continue
        if one.camera_id not in known:
            file.wrong((*place, "camera_id"), f"unknown camera {one.camera_id!r}{one_of(one.camera_id, known)}")
        if any(other.camera_id == one.camera_id for other in found):
            file.wrong((*place, "camera_id"), f"camera {one.camera_id!r} is there twice; one [[camera]] each")
        if one.detector and one.detector not in detectors:
            file.wrong((*place, "detector"), f"unknown detector {one.detector!r}{one_of(one.detector, detectors)}")
        _check_zones(file, place, one, detectors.get(one.detector))
        found.append(one)
    if head is not None:
        _check_series(file, found, head.producer_id, stations)
    if head is None or rules is None:
        return AnalyticsConfig()
    return AnalyticsConfig(
        producer_id=head.producer_id, rules=rules, detectors=tuple(detectors.values()), cameras=tuple(found)
    )


def _detectors(file: TomlFile, folder: Path) -> dict[str, DetectorConfig]:
    found: dict[str, DetectorConfig] = {}
    for place, table in file.tables("detector"):
        one = file.parse(place, table, DetectorConfig)
        if one is None:
            continue
        if one.name in found:
            file.wrong((*place, "name"), f"detector {one.name!r} is there twice; names are unique")
        model = folder / one.model
        if not model.resolve().is_relative_to(folder.resolve()):
            file.wrong((*place, "model"), f"{one.model!r} lies outside the site folder; put the file into it")
        elif not model.is_file():
            file.wrong((*place, "model"), f"there is no file {one.model!r} in the site folder")
        found[one.name] = one
    return found


def _check_zones(file: TomlFile, place: KeyPath, camera: AnalyticsCamera, detector: DetectorConfig | None) -> None:
    names = [zone.name for zone in camera.zones]
    for number, zone in enumerate(camera.zones):
        where = (*place, "zone", number)
        if zone.name in names[:number]:
            file.wrong((*where, "name"), f"zone {zone.name!r} is there twice; names are unique")
        if zone.use == "forbidden" and not zone.hours:
            hours = 'hours = [{ days = [1, 2], from = "22:00", to = "05:00" }]'
            file.wrong(where, f"a forbidden zone needs {hours}")
        if zone.classes and not camera.detector:
            file.wrong((*where, "classes"), "only a camera with a detector counts classes; give it detector = NAME")
        for name in zone.classes:
            if detector is not None and name not in detector.classes:
                file.wrong((*where, "classes"), f"unknown class {name!r}{one_of(name, detector.classes)}")


def _check_series(
    file: TomlFile, cameras: Iterable[AnalyticsCamera], producer_id: str, stations: Iterable[Station]
) -> None:
    units = {
        f"{station.station_id}/{parameter.symbol}": parameter.unit
        for station in stations
        if station.producer_id == producer_id
        for parameter in station.parameters
    }
    taken: set[str] = set()
    for index, camera in enumerate(cameras):
        for number, zone in enumerate(camera.zones):
            for key, place, right in (("occupancy", zone.occupancy, ("%",)), ("count", zone.count, COUNT_UNITS)):
                if not place:
                    continue
                where: KeyPath = ("camera", index, "zone", number, key)
                if place not in units:
                    hint = one_of(place, units) if units else "; the producer has no station with parameters"
                    file.wrong(where, f"{place!r} is no STATION/SYMBOL of this producer{hint}")
                elif units[place] not in right:
                    file.wrong(where, f"{place!r} is in {units[place]}; right would be {' or '.join(right)}")
                elif place in taken:
                    file.wrong(where, f"{place!r} is the series of another zone already; one each")
                taken.add(place)
            if zone.count and not zone.classes:
                told = "only classes are counted; name them: classes = [...]"
                file.wrong(("camera", index, "zone", number, "count"), told)
