"""hotline.toml: when a call of the hotline counts as answered in time, and who sits where. crisis.toml: the themes of
its crisis mode. A site without the files takes the default, and has no crisis mode.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from backend.contracts.crisis import CrisisTemplate
from backend.contracts.hotline import HotlineRules, HotlineSeat, OverflowRules
from config.base import Config
from config.model import sourced
from config.problems import Problems, TomlFile, one_of, read_toml
from config.toml_lines import Path as KeyPath

FILE: Final = "hotline.toml"
CRISIS_FILE: Final = "crisis.toml"


class ServiceEntry(Config):
    """[service]: `verified` once the figure was compared with what `source` names."""

    answer_within_s: Annotated[int, Field(ge=1, le=600)]
    source: Annotated[str, Field(min_length=1)]
    verified: bool


class RecordingsEntry(Config):
    """[recordings]: how long they are kept, by which rule."""

    keep_days: Annotated[int, Field(ge=0, le=36_500)]
    source: Annotated[str, Field(min_length=1)]
    verified: bool


class OverflowEntry(OverflowRules):
    """[overflow]."""

    source: Annotated[str, Field(min_length=1)]
    verified: bool


def read_hotline(
    folder: Path, users: Collection[str], categories: Collection[str], agencies: Collection[str], problems: Problems
) -> HotlineRules:
    """What both files of the site folder say. `agencies`: ids of all that can be given a report."""
    crises = _crises(folder, categories, agencies, problems)
    path = folder / FILE
    if not path.is_file():
        return HotlineRules(crises=crises)
    file = read_toml(path, problems)
    file.only(("service", "overflow", "recordings", "seat"))
    rules = HotlineRules(seats=_seats(file, users), crises=crises, overflow=_overflow(file))
    kept = file.parse(("recordings",), table, RecordingsEntry) if (table := file.table("recordings")) else None
    if kept is not None:
        rules = rules.model_copy(update={"recordings_days": kept.keep_days})
    entry = file.parse(("service",), file.table("service"), ServiceEntry)
    if entry is None:
        return rules
    source = sourced(entry.source, entry.verified)
    return rules.model_copy(update={"answer_within_s": entry.answer_within_s, "source": source})


def _overflow(file: TomlFile) -> OverflowRules | None:
    table = file.table("overflow")
    entry = file.parse(("overflow",), table, OverflowEntry) if table else None
    if entry is None:
        return None
    if entry.waiting is None and entry.longest_wait_s is None and entry.lost_share is None:
        file.wrong(("overflow",), "no limit; right would be at least one of waiting, longest_wait_s, lost_share")
    told = entry.model_dump(exclude={"verified"}) | {"source": sourced(entry.source, entry.verified)}
    return OverflowRules.model_validate(told)


def _seats(file: TomlFile, users: Collection[str]) -> tuple[HotlineSeat, ...]:
    found: list[HotlineSeat] = []
    whose: dict[str, str] = {}
    for path, table in file.tables("seat"):
        seat = file.parse(path, table, HotlineSeat)
        if seat is None:
            continue
        if seat.user not in users:
            file.wrong((*path, "user"), f"unknown operator {seat.user!r}{one_of(seat.user, users)}")
        for agent in seat.agents:
            if agent in whose:
                file.wrong((*path, "agents"), f"{agent!r} is {whose[agent]!r} already; each sits at one account")
            whose[agent] = seat.user
        found.append(seat)
    return tuple(found)


def _crises(
    folder: Path, categories: Collection[str], agencies: Collection[str], problems: Problems
) -> tuple[CrisisTemplate, ...]:
    path = folder / CRISIS_FILE
    if not path.is_file():
        return ()
    file = read_toml(path, problems)
    file.only(("template",))
    found: dict[str, CrisisTemplate] = {}
    for place, table in file.tables("template"):
        template = file.parse(place, table, CrisisTemplate)
        if template is None:
            continue
        if template.template_id in found:
            file.wrong(place, f"template {template.template_id!r} is there already; each has its own id")
        for where, mistake in _mistakes(template, categories, agencies):
            file.wrong((*place, *where), mistake)
        found[template.template_id] = template
    return tuple(found.values())


def _mistakes(
    template: CrisisTemplate, categories: Collection[str], agencies: Collection[str]
) -> Iterator[tuple[KeyPath, str]]:
    """What does not fit together, with its place inside the template."""
    questions = [one.question_id for one in template.questions]
    yield from _twice("entries", "entry_id", [one.entry_id for one in template.entries])
    yield from _twice("questions", "question_id", questions)
    for index, question in enumerate(template.questions):
        answers = [one.answer_id for one in question.answers]
        for where, mistake in _twice("answers", "answer_id", answers):
            yield ("questions", index, *where), mistake
    for index, entry in enumerate(template.entries):
        place: KeyPath = ("entries", index)
        if entry.category_id not in categories:
            named = f"unknown category {entry.category_id!r}{one_of(entry.category_id, categories)}"
            yield (*place, "category_id"), named
        if entry.agency_id and entry.agency_id not in agencies:
            yield (*place, "agency_id"), f"unknown agency {entry.agency_id!r}{one_of(entry.agency_id, agencies)}"
        for name in entry.questions:
            if name not in questions:
                yield (*place, "questions"), f"unknown question {name!r}{one_of(name, questions)}"


def _twice(table: str, key: str, names: Sequence[str]) -> Iterator[tuple[KeyPath, str]]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield (table, index, key), f"{key} {name!r} is there already; each has its own"
