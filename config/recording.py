"""recording.toml: which camera is recorded how, how long it is kept, and where.

A site without the file records nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final, TypeVar

from pydantic import Field

from config.base import Config
from config.camera_model import CameraConfig, RecordingClass, RecordingConfig, Volume
from config.problems import Problems, TomlFile, one_of, read_toml

FILE: Final = "recording.toml"
T = TypeVar("T", Volume, RecordingClass)


class _Head(Config):
    segment_s: Annotated[float, Field(ge=1, le=300)] = 10.0


def read_recording(folder: Path, cameras: Iterable[CameraConfig], problems: Problems) -> RecordingConfig:
    """What recording.toml of the site folder says; every mistake is told."""
    path = folder / FILE
    if not path.is_file():
        return RecordingConfig()
    file = read_toml(path, problems)
    file.only(("recording", "volume", "class"))
    head = file.parse(("recording",), file.table("recording"), _Head)
    volumes = _named(file, "volume", Volume)
    classes = _named(file, "class", RecordingClass)
    for index, volume in enumerate(volumes):
        same = [one.name for one in volumes[:index] if Path(one.folder) == Path(volume.folder)]
        if same:
            # Two names for one folder: either would clear away what the other counts as its own.
            file.wrong(("volume", index, "folder"), f"volume {same[0]!r} lies there already; each has its own folder")
    known = tuple(cameras)
    if classes and "volume" not in file.data:
        file.wrong((), 'no [[volume]]: one is needed, e.g. name = "disk", folder = "recordings"')
    class_of: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for index, one in enumerate(classes):
        _check(file, index, one, volumes, known)
        by_name |= dict.fromkeys(one.cameras, one.name)
        class_of |= {camera.camera_id: one.name for camera in known if camera.group in one.groups or not _picky(one)}
    if head is None:
        return RecordingConfig()
    return RecordingConfig(
        segment_s=head.segment_s, volumes=tuple(volumes), classes=tuple(classes), class_of=class_of | by_name
    )


def _picky(one: RecordingClass) -> bool:
    return bool(one.groups or one.cameras)


def _named(file: TomlFile, key: str, model: type[T]) -> list[T]:
    found: list[T] = []
    for index, (_, table) in enumerate(file.tables(key)):
        path: tuple[str | int, ...] = (key, index)
        item = file.parse(path, table, model)
        if item is None:
            continue
        if any(one.name == item.name for one in found):
            file.wrong((*path, "name"), f"{key} {item.name!r} is there twice; names are unique")
            continue
        found.append(item)
    return found


def _check(
    file: TomlFile, index: int, one: RecordingClass, volumes: list[Volume], cameras: tuple[CameraConfig, ...]
) -> None:
    place: tuple[str | int, ...] = ("class", index)
    names = [volume.name for volume in volumes]
    if one.volume and one.volume not in names:
        file.wrong((*place, "volume"), f"unknown volume {one.volume!r}{one_of(one.volume, names)}")
    groups = {camera.group for camera in cameras}
    for number, group in enumerate(one.groups):
        if group not in groups:
            file.wrong((*place, "groups", number), f"no camera is of the group {group!r}{one_of(group, groups)}")
    ids = {camera.camera_id for camera in cameras}
    for number, camera_id in enumerate(one.cameras):
        if camera_id not in ids:
            file.wrong((*place, "cameras", number), f"unknown camera {camera_id!r}{one_of(camera_id, ids)}")
    if one.mode == "schedule" and not one.schedule:
        file.wrong(place, 'mode "schedule" needs schedule = [{ days = [1, 2], from = "07:00", to = "19:00" }]')
