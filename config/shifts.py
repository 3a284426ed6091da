"""shifts.toml: the shifts of the day, positions, teams with their rota, and what is to be done in a shift.

A site without the file keeps no shifts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

from backend.contracts.base import Wire
from backend.contracts.shifts import DutyTask, Position, Shift, ShiftRules, Team
from config.problems import Problems, TomlFile, one_of, read_toml
from config.toml_lines import Path as KeyPath

FILE: Final = "shifts.toml"
ItemT = TypeVar("ItemT", bound=Wire)


def read_shifts(folder: Path, problems: Problems) -> ShiftRules:
    """What the file of the site folder says; every mistake is told."""
    path = folder / FILE
    if not path.is_file():
        return ShiftRules()
    file = read_toml(path, problems)
    file.only(("watch", "shift", "position", "task", "team"))
    shifts = _listed(file, "shift", Shift, lambda one: one.shift_id)
    known = {one.shift_id for one in shifts}
    tasks = _listed(file, "task", DutyTask, lambda one: one.task_id)
    teams = _listed(file, "team", Team, lambda one: one.team_id)
    for sort, rows in (("task", [one.shifts for one in tasks]), ("team", [one.pattern for one in teams])):
        for index, named in enumerate(rows):
            _known(file, (sort, index, "shifts" if sort == "task" else "pattern"), named, known)
    watch = file.table("watch")
    for key in watch:
        if key != "early_min":
            file.wrong(("watch", key), f"unknown key {key!r}{one_of(key, ['early_min'])}")
    early = file.parse(("watch",), {"early_min": watch.get("early_min", 30)}, ShiftRules)
    positions = _listed(file, "position", Position, lambda one: one.position_id)
    if shifts and not positions:
        file.wrong((), "shifts need at least one [[position]] to sign on to")
    return ShiftRules(
        shifts=shifts, positions=positions, tasks=tasks, teams=teams, early_min=early.early_min if early else 30
    )


def _listed(file: TomlFile, key: str, model: type[ItemT], name: Callable[[ItemT], str]) -> tuple[ItemT, ...]:
    found: dict[str, ItemT] = {}
    for where, table in file.tables(key):
        # TOML has dates of its own; the contract has them as text.
        item = file.parse(where, {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in table.items()}, model)
        if item is None:
            continue
        if name(item) in found:
            file.wrong(where, f"{key} {name(item)!r} is there already; each has its own id")
        found[name(item)] = item
    return tuple(found.values())


def _known(file: TomlFile, where: KeyPath, named: Iterable[str], known: set[str]) -> None:
    for one in named:
        if one and one not in known:
            file.wrong(where, f"unknown shift {one!r}{one_of(one, known)}")
