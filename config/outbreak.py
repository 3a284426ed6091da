"""outbreak.toml: line lists of cases that agencies send, and the indicators they are counted for.

A site without the file takes no cases.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from backend.contracts.base import Identifier
from backend.contracts.folded import folded
from backend.contracts.indicators import Code, Indicator
from backend.contracts.outbreak import CaseCount, CaseStatus
from config.base import Config
from config.problems import Problems, TomlFile, one_of, read_toml

FILE: Final = "outbreak.toml"
USUAL_WORDS: Final[Mapping[CaseStatus, tuple[str, ...]]] = {
    "active": ("active", "đang điều trị", "đang mắc", "mắc", "dương tính"),
    "recovered": ("recovered", "khỏi", "khỏi bệnh", "ra viện"),
    "dead": ("dead", "tử vong"),
    "excluded": ("excluded", "loại trừ", "không phải ca bệnh"),
}


class Disease(Config):
    """One list. The codes are of daily indicators by commune that name the same producer; "" = not counted."""

    disease_id: Identifier
    name_vi: Annotated[str, Field(min_length=1, max_length=200)]
    name_en: str = ""
    producer_id: Identifier
    new: Code | Annotated[str, Field(pattern="^$")] = ""
    active: Code | Annotated[str, Field(pattern="^$")] = ""
    recovered: Code | Annotated[str, Field(pattern="^$")] = ""
    deaths: Code | Annotated[str, Field(pattern="^$")] = ""

    def codes(self) -> dict[CaseCount, str]:
        counts: dict[CaseCount, str] = {
            "new": self.new, "active": self.active, "recovered": self.recovered, "deaths": self.deaths,
        }  # fmt: skip
        return {count: code for count, code in counts.items() if code}


class Outbreak(Config):
    """`days`: so many days up to the newest one a commune without cases has figures of 0, too."""

    diseases: tuple[Disease, ...] = ()
    words: dict[str, CaseStatus] = Field(default_factory=dict)
    days: Annotated[int, Field(ge=1, le=60)] = 14


class _CountEntry(Config):
    days: Annotated[int, Field(ge=1, le=60)] = 14


def read_outbreak(
    folder: Path, producers: Collection[str], indicators: Mapping[str, Indicator], problems: Problems
) -> Outbreak:
    """What the file of the site folder says; every mistake is told."""
    path = folder / FILE
    if not path.is_file():
        return Outbreak()
    file = read_toml(path, problems)
    file.only(("disease", "words", "count"))
    diseases = _diseases(file, producers, indicators)
    entry = file.parse(("count",), file.table("count"), _CountEntry) or _CountEntry()
    return Outbreak(diseases=diseases, words=_words(file), days=entry.days)


def _diseases(file: TomlFile, producers: Collection[str], indicators: Mapping[str, Indicator]) -> tuple[Disease, ...]:
    found: dict[str, Disease] = {}
    taken: dict[str, str] = {}
    for where, table in file.tables("disease"):
        one = file.parse(where, table, Disease)
        if one is None:
            continue
        if one.disease_id in found:
            file.wrong(where, f"disease {one.disease_id!r} is there already; each has its own id")
        if one.producer_id not in producers:
            file.wrong((*where, "producer_id"), f"unknown producer{one_of(one.producer_id, producers)}")
        for count, code in one.codes().items():
            indicator = indicators.get(code)
            if indicator is None:
                file.wrong((*where, count), f"no indicator {code!r}{one_of(code, indicators)}")
            elif (indicator.period, indicator.areas, indicator.is_entered) != ("day", "commune", True):
                file.wrong((*where, count), f"{code} must be entered by day and commune")
            elif indicator.producer_id != one.producer_id:
                file.wrong((*where, count), f"{code} is sent by {indicator.producer_id!r}, not by {one.producer_id!r}")
            elif code in taken:
                file.wrong((*where, count), f"{code} is counted for {taken[code]} already")
            taken[code] = f"{one.disease_id}.{count}"
        found[one.disease_id] = one
    return tuple(found.values())


def _words(file: TomlFile) -> dict[str, CaseStatus]:
    """Folded words of each status: an agency's own besides the usual ones."""
    own = file.table("words")
    for key in own:
        if key not in USUAL_WORDS:
            file.wrong(("words", key), f"unknown status {key!r}{one_of(key, USUAL_WORDS)}")
    found: dict[str, CaseStatus] = {}
    for status, usual in USUAL_WORDS.items():
        more = own.get(status, [])
        if not isinstance(more, list) or not all(isinstance(one, str) for one in more):
            file.wrong(("words", status), "right is a list of texts")
            more = []
        for word in (*usual, *more):
            if found.setdefault(folded(word), status) != status:
                file.wrong(("words", status), f"{word!r} means {found[folded(word)]} already")
    return found
