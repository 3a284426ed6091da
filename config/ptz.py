"""ptz.toml: cameras that can be turned (ONVIF), their presets and what these look at.

A site without the file has none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from config.camera_model import PtzCamera, PtzConfig, PtzPreset, PtzRules
from config.problems import Problems, TomlFile, one_of, read_toml
from config.toml_lines import Path as KeyPath

FILE: Final = "ptz.toml"
Places = Mapping[str, tuple[float, float]]


def read_ptz(folder: Path, cameras: Iterable[str], places: Places, problems: Problems) -> PtzConfig:
    """What the file of the site folder says; every mistake is told.

    Args:
        places: id of each station and fire site -> latitude and longitude in degrees.
    """
    path = folder / FILE
    if not path.is_file():
        return PtzConfig()
    file = read_toml(path, problems)
    file.only(("rules", "camera"))
    rules = file.parse(("rules",), file.table("rules"), PtzRules)
    known = set(cameras)
    found: list[PtzCamera] = []
    for where, table in file.tables("camera"):
        one = file.parse(where, table, PtzCamera)
        if one is None:
            continue
        if one.camera_id not in known:
            file.wrong((*where, "camera_id"), f"unknown camera {one.camera_id!r}{one_of(one.camera_id, known)}")
        if any(other.camera_id == one.camera_id for other in found):
            file.wrong((*where, "camera_id"), f"camera {one.camera_id!r} is there twice; one [[camera]] each")
        if mistake := address_mistake(one.address):
            file.wrong((*where, "address"), f"address {mistake}")
        tokens = [preset.token for preset in one.presets]
        if one.home and one.home not in tokens:
            file.wrong((*where, "home"), f"home {one.home!r} is none of its presets{one_of(one.home, tokens)}")
        placed = []
        for number, preset in enumerate(one.presets):
            at = (*where, "preset", number)
            if preset.token in tokens[:number]:
                file.wrong((*at, "token"), f"preset {preset.token!r} is there twice; tokens are unique")
            placed.append(_placed(file, at, preset, places))
        found.append(one.model_copy(update={"presets": tuple(placed)}))
    return PtzConfig(rules=rules or PtzRules(), cameras=tuple(found))


def _placed(file: TomlFile, at: KeyPath, preset: PtzPreset, places: Places) -> PtzPreset:
    """The preset with the point of the thing it shows."""
    if (preset.lat_deg is None) != (preset.lon_deg is None):
        file.wrong(at, "lat_deg and lon_deg stand together; give both or neither")
    for name, most in (("lat_deg", 90.0), ("lon_deg", 180.0)):
        value = getattr(preset, name)
        if value is not None and not (math.isfinite(value) and abs(value) <= most):
            file.wrong((*at, name), f"{name} {value:g} is out of range; allowed: {-most:g} to {most:g}")
    if not preset.place_id:
        return preset
    if preset.place_id not in places:
        told = f"unknown station or fire site {preset.place_id!r}{one_of(preset.place_id, places)}"
        file.wrong((*at, "place_id"), told)
        return preset
    if preset.lat_deg is not None:
        return preset
    lat_deg, lon_deg = places[preset.place_id]
    return preset.model_copy(update={"lat_deg": lat_deg, "lon_deg": lon_deg})


def address_mistake(address: str) -> str:
    """What is wrong with a device's address, in words that hold no part of it; "" = nothing."""
    right = "right would be http://host:port/onvif/device_service or https://"
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return f"is not one; {right}"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"is not one of a web service; {right}"
    if parts.username or parts.password:
        return f"holds a user or password, which belong into user and password; {right}"
    return ""
