"""alarms.toml: what may be shelved for how long, what asks again, who is told when nobody answers, what latches, what
is suppressed by design, how long a condition must last before it counts, and how many alarms one position bears.

A site without the file shelves nothing, repeats nothing, escalates to nobody and has no delays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final, TypeVar

from pydantic import AwareDatetime, BaseModel, Field

from backend.contracts.alarm_load import KpiTarget
from backend.contracts.alarms import (
    AlarmRules,
    LatchRule,
    PriorityRule,
    Recipient,
    SuppressionRule,
    SuppressionScope,
)
from backend.contracts.kinds.alerts import ALERT_KINDS
from backend.contracts.kinds.sensors import sensor_kind
from config.base import Config
from config.model import DelayConfig
from config.problems import Problems, TomlFile, one_of, read_toml
from config.toml_lines import Path as KeyPath

FILE: Final = "alarms.toml"
ModelT = TypeVar("ModelT", bound=BaseModel)


class SuppressionRow(Config):
    """[[suppression]]: see `contracts.alarms.SuppressionRule`. `begins`, `ends`: dates with time and offset."""

    rule_id: Annotated[str, Field(min_length=1, max_length=80)]
    name_vi: str
    name_en: str
    kinds: tuple[str, ...] = ()
    cause_kinds: tuple[str, ...] = ()
    scope: SuppressionScope = "place"
    place_ids: tuple[str, ...] = ()
    priorities: tuple[int, ...] = ()
    begins: AwareDatetime | None = None
    ends: AwareDatetime | None = None
    source: Annotated[str, Field(min_length=1, max_length=300)]
    verified: bool

    def rule(self) -> SuppressionRule:
        fields = self.model_dump(exclude={"begins", "ends"})
        begins_ms = None if self.begins is None else round(self.begins.timestamp() * 1000)
        ends_ms = None if self.ends is None else round(self.ends.timestamp() * 1000)
        return SuppressionRule(**fields, from_ms=begins_ms, until_ms=ends_ms)


def read_alarms(
    folder: Path, places: Mapping[str, str], problems: Problems
) -> tuple[AlarmRules, tuple[DelayConfig, ...], tuple[KpiTarget, ...]]:
    """What alarms.toml of the site folder says; every mistake is told. `places`: id -> what it is ("station" ...)."""
    path = folder / FILE
    if not path.is_file():
        return AlarmRules(), (), ()
    file = read_toml(path, problems)
    file.only(("priority", "recipient", "latch", "suppression", "delay", "kpi"))
    priorities = _listed(file, "priority", PriorityRule)
    _once(file, "priority", [(at, str(one.priority)) for at, one in priorities])
    recipients = _listed(file, "recipient", Recipient)
    _once(file, "recipient", [(at, one.recipient_id) for at, one in recipients])
    latches = _listed(file, "latch", LatchRule)
    for at, latch in latches:
        _known(file, (*at, "kinds"), "alert kind", latch.kinds, ALERT_KINDS)
    suppressions = _listed(file, "suppression", SuppressionRow)
    _once(file, "suppression", [(at, one.rule_id) for at, one in suppressions])
    for at, row in suppressions:
        _check_suppression(file, at, row, places)
    delays = _listed(file, "delay", DelayConfig)
    stations = [key for key, what in places.items() if what == "station"]
    for at, delay in delays:
        for index, symbol in enumerate(delay.symbols):
            if sensor_kind(symbol) is None:
                file.wrong((*at, "symbols", index), f"unknown parameter {symbol!r}; the catalogue does not have it")
        _known(file, (*at, "station_ids"), "station", delay.station_ids, stations)
    if any(rule.escalate_after_s for _, rule in priorities) and not recipients:
        file.wrong((), "escalate_after_s needs at least one [[recipient]]: whom shall it go to?")
    rules = AlarmRules(
        priorities=tuple(one for _, one in priorities),
        recipients=tuple(one for _, one in recipients),
        latches=tuple(one for _, one in latches),
        suppressions=tuple(one.rule() for _, one in suppressions),
    )
    kpis = _listed(file, "kpi", KpiTarget)
    _once(file, "kpi", [(at, one.kpi) for at, one in kpis])
    return rules, tuple(one for _, one in delays), tuple(one for _, one in kpis)


def _listed(file: TomlFile, key: str, model: type[ModelT]) -> list[tuple[KeyPath, ModelT]]:
    parsed = [(path, file.parse(path, table, model)) for path, table in file.tables(key)]
    return [(path, item) for path, item in parsed if item is not None]


def _once(file: TomlFile, key: str, named: Iterable[tuple[KeyPath, str]]) -> None:
    seen: dict[str, int] = {}
    for path, name in named:
        if name in seen:
            file.wrong(path, f"{key} {name!r} is already in line {seen[name]}; each is there once")
        seen.setdefault(name, file.line(path))


def _known(file: TomlFile, path: KeyPath, what: str, names: Iterable[str], allowed: Iterable[str]) -> None:
    words = list(allowed)
    for index, name in enumerate(names):
        if name not in words:
            file.wrong((*path, index), f"unknown {what} {name!r}{one_of(name, words)}")


def _check_suppression(file: TomlFile, at: KeyPath, row: SuppressionRow, places: Mapping[str, str]) -> None:
    for name, kinds in (("kinds", row.kinds), ("cause_kinds", row.cause_kinds)):
        _known(file, (*at, name), "alert kind", kinds, ALERT_KINDS)
    _known(file, (*at, "place_ids"), "station, camera or producer", row.place_ids, places)
    if not row.cause_kinds and row.ends is None:
        # What has neither a cause nor an end would be silent for ever.
        file.wrong(at, "a suppression needs cause_kinds, or ends = a date with time and offset")
    if row.begins is not None and row.ends is not None and row.ends <= row.begins:
        file.wrong((*at, "ends"), f"ends {row.ends} is not after begins {row.begins}")
    for index, kind in enumerate(row.kinds):
        if kind in row.cause_kinds:
            file.wrong((*at, "kinds", index), f"{kind!r} is a cause of this rule; it would suppress itself")
