"""analytics.toml: which cameras our own light analytics look at, for what, and where in the picture.

A site without the file has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from backend.contracts.site import Producer
from config.model import AnalyticsCamera, AnalyticsConfig, AnalyticsRules, CameraConfig, Config, DetectorConfig
from config.problems import Problems, TomlFile, one_of, read_toml
from config.toml_lines import Path as KeyPath

FILE: Final = "analytics.toml"


class _Head(Config):
    producer_id: Annotated[str, Field(min_length=1)]


def read_analytics(
    folder: Path, cameras: Iterable[CameraConfig], producers: Iterable[Producer], problems: Problems
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
