"""press.toml: which names are watched for in press and social media, and when they are spoken of too much.

A site without the file watches for none; its stories are gathered all the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from backend.contracts.press import PressRules, SpikeRule, WatchList
from config.base import Config
from config.model import sourced
from config.problems import Problems, read_toml

FILE: Final = "press.toml"


class SpikeEntry(SpikeRule):
    """[spikes]: `verified` once the figures were compared with what `source` names."""

    source: Annotated[str, Field(min_length=1)]
    verified: bool


class PressHead(Config):
    """[press]: `same_story_days`: so long a post may join the story of an earlier one."""

    same_story_days: Annotated[int, Field(ge=1, le=30)] = 7


def read_press(folder: Path, problems: Problems) -> tuple[PressRules, int]:
    """All lists, the restricted ones too, and for how many days a post may join an earlier story."""
    path = folder / FILE
    if not path.is_file():
        return PressRules(), PressHead().same_story_days
    file = read_toml(path, problems)
    file.only(("press", "spikes", "list"))
    head = file.parse(("press",), file.table("press"), PressHead) or PressHead()
    entry = file.parse(("spikes",), file.table("spikes"), SpikeEntry) if "spikes" in file.data else None
    spikes = SpikeRule()
    if entry is not None:
        values = entry.model_dump(exclude={"verified"}) | {"source": sourced(entry.source, entry.verified)}
        spikes = SpikeRule.model_validate(values)
    lists: dict[str, WatchList] = {}
    items: dict[str, int] = {}
    for place, table in file.tables("list"):
        found = file.parse(place, table, WatchList)
        if found is None:
            continue
        if found.list_id in lists:
            file.wrong(place, f"list {found.list_id!r} is there already; each has its own id")
        lists[found.list_id] = found
        for index, item in enumerate(found.items):
            at = (*place, "items", index)
            if item.item_id in items:
                file.wrong(at, f"item {item.item_id!r} is already in line {items[item.item_id]}; ids are unique")
            items.setdefault(item.item_id, file.line(at))
    return PressRules(lists=tuple(lists.values()), spikes=spikes), head.same_story_days
