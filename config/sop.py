"""sop/*.toml of a site folder: its procedures, one file a version, named ID.VERSION.toml.

A site without the folder has none. Versions are never overwritten: a changed procedure is a new file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from backend.contracts.site import Site
from backend.contracts.sop import Sop
from backend.domain.sop import mistakes
from config.problems import Problems, TomlFile, one_of, parse_toml, read_toml

FOLDER: Final = "sop"
_NAME: Final = re.compile(r"^(?P<id>[a-z0-9][a-z0-9-]{0,59})\.(?P<version>[1-9]\d{0,4})\.toml$")


def file_name(sop: Sop) -> str:
    return f"{sop.sop_id}.{sop.version}.toml"


def read_sops(folder: Path, site: Site, problems: Problems) -> tuple[Sop, ...]:
    """The newest version of every procedure; every mistake of every version is told."""
    newest: dict[str, Sop] = {}
    for path in sorted((folder / FOLDER).glob("*.toml")):
        sop = _checked(read_toml(path, problems), site)
        if sop is not None and (known := newest.get(sop.sop_id)) is not None and known.version > sop.version:
            continue
        if sop is not None:
            newest[sop.sop_id] = sop
    return tuple(newest.values())


def parse_sop(name: str, text: str, site: Site, problems: Problems) -> Sop | None:
    """One procedure from the text of a file called `name`; None with every mistake told."""
    return _checked(parse_toml(name, text, problems), site)


def _checked(file: TomlFile, site: Site) -> Sop | None:
    before = len(file.problems.found)
    if not file.data:
        return None
    file.only(("sop", "match", "step"))
    table = {**file.table("sop"), "match": file.table("match"), "steps": [step for _, step in file.tables("step")]}
    sop = file.parse((), table, Sop, _place)
    match = _NAME.match(file.name)
    if match is None:
        file.problems.add(file.name, 0, "a procedure's file is called ID.VERSION.toml, e.g. chay.1.toml")
    if sop is None:
        return None
    if match is not None and (match["id"], int(match["version"])) != (sop.sop_id, sop.version):
        file.wrong(("sop",), f"the file's name says {match['id']} version {match['version']}, [sop] says otherwise")
    for one in mistakes(sop, site):
        message = f"{one.message} {one.wrong!r}{one_of(one.wrong, one.allowed)}" if one.wrong else one.message
        file.wrong(one.place, message)
    return sop if len(file.problems.found) == before else None


def _place(place: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Where a field of the type stands in the file."""
    if place[:1] == ("steps",):
        return ("step", *place[1:])
    return place if place[:1] == ("match",) else ("sop", *place)
