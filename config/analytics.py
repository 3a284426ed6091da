"""analytics.toml: which cameras our own light analytics look at, for what, and where in the picture.

A site without the file has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from backend.contracts.site import Producer
from config.model import AnalyticsCamera, AnalyticsConfig, AnalyticsRules, CameraConfig, Config
from config.problems import Problems, one_of, read_toml

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
    file.only(("analytics", "rules", "camera"))
    head = file.parse(("analytics",), file.table("analytics"), _Head)
    rules = file.parse(("rules",), file.table("rules"), AnalyticsRules)
    names = [one.producer_id for one in producers]
    if head is not None and head.producer_id not in names:
        told = f"unknown producer {head.producer_id!r}{one_of(head.producer_id, names)}"
        file.wrong(("analytics", "producer_id"), told)
    known = {camera.camera_id: camera for camera in cameras}
    found: list[AnalyticsCamera] = []
    for index, (_, table) in enumerate(file.tables("camera")):
        place: tuple[str | int, ...] = ("camera", index)
        one = file.parse(place, table, AnalyticsCamera)
        if one is None:
            continue
        if one.camera_id not in known:
            file.wrong((*place, "camera_id"), f"unknown camera {one.camera_id!r}{one_of(one.camera_id, known)}")
        if any(other.camera_id == one.camera_id for other in found):
            file.wrong((*place, "camera_id"), f"camera {one.camera_id!r} is there twice; one [[camera]] each")
        zone_names = [zone.name for zone in one.zones]
        for number, zone in enumerate(one.zones):
            if zone.name in zone_names[:number]:
                file.wrong((*place, "zone", number, "name"), f"zone {zone.name!r} is there twice; names are unique")
            if zone.use == "forbidden" and not zone.hours:
                hours = 'hours = [{ days = [1, 2], from = "22:00", to = "05:00" }]'
                file.wrong((*place, "zone", number), f"a forbidden zone needs {hours}")
        found.append(one)
    if head is None or rules is None:
        return AnalyticsConfig()
    return AnalyticsConfig(producer_id=head.producer_id, rules=rules, cameras=tuple(found))
