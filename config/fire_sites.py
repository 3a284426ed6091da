"""fire_sites.toml: premises whose fire panels report to the room, and how soon a fire shall be handed over.

A site without the file knows no fire panels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from config.model import FireDispatchConfig, FirePanelConfig, FireSiteConfig
from config.problems import Problems, TomlFile, one_of, read_toml
from config.toml_lines import Path as KeyPath

FILE: Final = "fire_sites.toml"
KEY_BYTES: Final = (16, 24, 32)


def read_fire_sites(
    folder: Path,
    cameras: set[str],
    producers: Sequence[str],
    place_mistakes: Callable[[float, float, str], list[str]],
    problems: Problems,
) -> tuple[tuple[FireSiteConfig, ...], FireDispatchConfig | None]:
    """What the file of the site folder says; every mistake is told."""
    path = folder / FILE
    if not path.is_file():
        return (), None
    file = read_toml(path, problems)
    file.only(("dispatch", "fire_site"))
    dispatch = (
        file.parse(("dispatch",), file.table("dispatch"), FireDispatchConfig) if "dispatch" in file.data else None
    )
    found: list[FireSiteConfig] = []
    taken: dict[tuple[str, str], str] = {}
    for where, table in file.tables("fire_site"):
        site = file.parse(where, table, FireSiteConfig)
        if site is None:
            continue
        _check(file, where, site, cameras, producers)
        for mistake in place_mistakes(site.lat_deg, site.lon_deg, site.commune_code):
            file.wrong((*where, "lat_deg"), f"{site.fire_site_id}: {mistake}")
        for sort, name in (("fire_site", site.fire_site_id), ("account", site.panel.account.upper())):
            if (sort, name) in taken:
                file.wrong(where, f"{sort} {name!r} is taken by {taken[sort, name]!r}; each panel has its own")
            taken.setdefault((sort, name), site.fire_site_id)
        found.append(site)
    return tuple(found), dispatch


def _check(file: TomlFile, where: KeyPath, site: FireSiteConfig, cameras: set[str], producers: Sequence[str]) -> None:
    for index, camera in enumerate(site.camera_ids):
        if camera not in cameras:
            file.wrong((*where, "camera_ids", index), f"unknown camera {camera!r}{one_of(camera, cameras)}")
    producer = site.panel.producer_id
    if producer not in producers:
        file.wrong((*where, "panel", "producer_id"), f"unknown producer {producer!r}{one_of(producer, producers)}")
    if mistake := _key_mistake(site.panel):
        file.wrong((*where, "panel", "key"), mistake)


def _key_mistake(panel: FirePanelConfig) -> str:
    """Never with the key in it."""
    try:
        length = len(panel.key_bytes)
    except ValueError:
        return 'the key is not hexadecimal digits; for a key of letters set key_form = "text"'
    if length and length not in KEY_BYTES:
        wanted = "32, 48 or 64 hexadecimal digits" if panel.key_form == "hex" else "16, 24 or 32 characters"
        return f"the key has {length} bytes; allowed: {wanted}"
    return ""
