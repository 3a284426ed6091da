"""cameras.csv: one camera a row, as an office program saves it (UTF-8, commas)."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, Literal, cast
from urllib.parse import urlsplit

from pydantic import SecretStr

from config.camera_model import CameraConfig
from config.csv_rows import read_rows
from config.problems import Problems, one_of

COLUMNS: Final = tuple(CameraConfig.model_fields)
_OPTIONAL: Final = ("bearing_deg", "sub_url", "engine", "simulated")
_RANGES: Final = {
    "lat_deg": (-90.0, 90.0),
    "lon_deg": (-180.0, 180.0),
    "bearing_deg": (0.0, 360.0),
    "view_deg": (1.0, 360.0),
    "range_m": (1.0, 20_000.0),
}
_TRUTH: Final = {"": False, "0": False, "no": False, "false": False, "1": True, "yes": True, "true": True}
Wrong = Callable[[str], None]


def url_mistake(url: str) -> str | None:
    """What is wrong with a camera's address, in words that hold no part of it that may be secret."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is not an address; allowed: rtsp://host:port/path or rtsps://"
    if parts.scheme not in ("rtsp", "rtsps"):
        return f"scheme {parts.scheme or 'none'!r} is not for cameras; allowed: rtsp://, rtsps://"
    if not parts.hostname:
        return "names no host; allowed: rtsp://host:port/path"
    if port == 0:
        return "port 0 cannot be reached; allowed: 1 to 65535"
    return None


def read_cameras(path: Path, problems: Problems) -> dict[int, CameraConfig]:
    """The cameras by line number; every mistake of every row is told."""
    found: dict[int, CameraConfig] = {}
    for line, cells in read_rows(path, COLUMNS, _OPTIONAL, problems).items():
        camera = _camera(cells, partial(problems.add, path.name, line))
        if camera is not None:
            found[line] = camera
    return found


def _camera(cells: dict[str, str], wrong: Wrong) -> CameraConfig | None:
    good = all(cells.get(name) for name in COLUMNS if name not in _OPTIONAL)

    def refuse(message: str) -> None:
        nonlocal good
        good = False
        wrong(message)

    numbers = {name: _number(name, cells.get(name, ""), refuse) for name in _RANGES}
    for name in ("main_url", "sub_url"):
        mistake = url_mistake(cells[name]) if cells.get(name) else None
        if mistake is not None:
            refuse(f"{name} {mistake}")
    engine = cells.get("engine") or "pyav"
    if engine not in ("pyav", "vlc"):
        refuse(f"engine {engine!r}{one_of(engine, ('pyav', 'vlc'))}")
    truth = cells.get("simulated", "").lower()
    if truth not in _TRUTH:
        refuse(f"simulated {truth!r}; allowed: yes, no")
    if not good:
        return None
    return CameraConfig(
        camera_id=cells["camera_id"],
        name_vi=cells["name_vi"],
        name_en=cells["name_en"],
        group=cells["group"],
        lat_deg=numbers["lat_deg"] or 0.0,
        lon_deg=numbers["lon_deg"] or 0.0,
        bearing_deg=numbers["bearing_deg"],
        view_deg=numbers["view_deg"] or 60.0,
        range_m=numbers["range_m"] or 100.0,
        owner=cells["owner"],
        commune_code=cells["commune_code"],
        main_url=SecretStr(cells["main_url"]),
        sub_url=SecretStr(cells.get("sub_url", "")),
        engine=cast(Literal["pyav", "vlc"], engine),
        simulated=_TRUTH[truth],
    )


def _number(name: str, cell: str, refuse: Wrong) -> float | None:
    if not cell:
        return None
    low, high = _RANGES[name]
    try:
        value = float(cell)
    except ValueError:
        refuse(f"{name} {cell!r} is not a number; allowed: {low:g} to {high:g}, with a decimal point")
        return None
    if not math.isfinite(value) or not low <= value <= high:
        refuse(f"{name} {cell} is out of range; allowed: {low:g} to {high:g}")
        return None
    return value
