"""Files that lie on the disk and are not in the index: a recorder that was killed left them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from backend.services.recorder.fragments import BrokenFileError, Fragments, read_fragments
from backend.services.recorder.segment import safe_name
from backend.storage.segments import NewSegment

BROKEN: Final = "broken"
"""Folder of a volume for files that cannot be played: a person may still want to look at them."""

_NAME: Final = re.compile(r"^(\d{1,15})-(main|sub)x*\.mp4$")


def unindexed(
    volume: str, folder: Path, known: set[str], classes: Mapping[str, str], busy: frozenset[str] = frozenset()
) -> list[NewSegment]:
    """Segments that can be played and are not known; what cannot be played is moved aside. Blocks.

    Args:
        known: paths in the index, relative to the folder.
        classes: camera id -> retention class.
        busy: files that are being written just now.
    """
    cameras = {safe_name(camera_id): camera_id for camera_id in classes}
    new: list[NewSegment] = []
    if not folder.is_dir():
        return new
    for place in sorted(folder.iterdir()):
        camera_id = cameras.get(place.name)
        if camera_id is None or not place.is_dir():
            continue
        for file in sorted(place.rglob("*.mp4")):
            path = file.relative_to(folder).as_posix()
            named = _NAME.match(file.name)
            if named is None or path in known or str(file) in busy:
                continue
            found = _looked_at(file, folder)
            if found is not None:
                new.append(
                    NewSegment(
                        camera_id=camera_id,
                        stream=named[2],
                        start_ms=int(named[1]),
                        end_ms=int(named[1]) + round(found.end_s * 1000),
                        volume=volume,
                        path=path,
                        bytes=file.stat().st_size,
                        frames=sum(one.frames for one in found.fragments),
                        codec=found.track.codec,
                        width_px=found.track.width_px,
                        height_px=found.track.height_px,
                        has_audio=found.has_audio,
                        cause="continuous",
                        retention_class=classes[camera_id],
                    )
                )
    return new


def _looked_at(file: Path, folder: Path) -> Fragments | None:
    try:
        found = read_fragments(file)
    except (BrokenFileError, OSError):
        found = None
    if found is not None and found.fragments:
        return found
    with contextlib.suppress(OSError):
        if file.stat().st_size == 0:
            file.unlink()
        else:
            aside = folder / BROKEN / file.relative_to(folder)
            aside.parent.mkdir(parents=True, exist_ok=True)
            file.replace(aside)
    return None
