"""zones.toml: what the levels of a zone are called, and who declares zones and checkpoints.

A site without the file has no zones.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

from backend.contracts.zones import ZoneLevel, ZoneRules
from config.problems import Problems, one_of, read_toml

FILE: Final = "zones.toml"


def read_zones(folder: Path, producers: Collection[str], problems: Problems) -> ZoneRules:
    """What the file of the site folder says; every mistake is told."""
    path = folder / FILE
    if not path.is_file():
        return ZoneRules()
    file = read_toml(path, problems)
    file.only(("level", "producers"))
    levels: dict[int, ZoneLevel] = {}
    for where, table in file.tables("level"):
        one = file.parse(where, table, ZoneLevel)
        if one is None:
            continue
        if one.level in levels:
            file.wrong(where, f"level {one.level} is there already; each level once")
        levels[one.level] = one
    named = file.data.get("producers", [])
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        file.wrong(("producers",), "right is a list of producer ids")
        named = []
    for index, one in enumerate(named):
        if one not in producers:
            file.wrong(("producers", index), f"unknown producer{one_of(one, producers)}")
    if not levels:
        file.wrong((), "zones need at least one [[level]]")
    ordered = tuple(levels[number] for number in sorted(levels))
    return ZoneRules(levels=ordered, producers=tuple(named))
