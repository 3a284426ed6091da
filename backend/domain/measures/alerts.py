"""Alerts that were raised in a period, without the room's own faults and without those that never sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from backend.contracts.alerts import Verdict
from backend.contracts.kinds.alerts import AlertKindKey
from backend.domain.measures.counting import Count, Counted, Row, Span, number, share

DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class AlertFact:
    """`verdict`: what was found out about it since; `standing`: it was open and active when the period ended."""

    alert_id: str
    kind: AlertKindKey
    raised_ms: int
    commune_code: str
    verdict: Verdict | Literal[""] = ""
    standing: bool = False
    headlines: tuple[str, str] = ("", "")

    @property
    def agency_id(self) -> str:
        return ""

    @property
    def key(self) -> str:
        return self.alert_id

    @property
    def titles(self) -> tuple[str, str]:
        return self.headlines


Facts = Sequence[AlertFact]


def raised(facts: Facts, span: Span) -> Counted:
    return number(_raised(facts, span))


def per_day(facts: Facts, span: Span) -> Counted:
    """While the period runs: by as much of it as is over."""
    rows = tuple(_raised(facts, span))
    days = (span.until_ms - span.start_ms) / DAY_MS
    return Counted(len(rows) / days if days > 0 else None, rows)


def standing(facts: Facts, span: Span) -> Counted:
    """Whenever they were raised."""
    return number(Row(one.alert_id, one.raised_ms) for one in facts if one.standing)


def false_share(facts: Facts, span: Span) -> Counted:
    """Of those raised in the period that somebody has judged."""
    known = (one for one in facts if span.has(one.raised_ms) and one.verdict)
    return share(Row(one.alert_id, one.raised_ms, one.verdict == "false") for one in known)


def of_kind(kind: AlertKindKey, facts: Facts, span: Span) -> Counted:
    return number(_raised([one for one in facts if one.kind == kind], span))


def _raised(facts: Facts, span: Span) -> Iterator[Row]:
    return (Row(one.alert_id, one.raised_ms) for one in facts if span.has(one.raised_ms))


MEASURES: Final[dict[str, Count[AlertFact]]] = {
    "alerts.raised": raised,
    "alerts.per_day": per_day,
    "alerts.standing": standing,
    "alerts.false_share": false_share,
    "alerts.detections": partial(of_kind, "detection"),
    "alerts.cyber": partial(of_kind, "cyber.alert"),
    "alerts.exceedances": partial(of_kind, "station.limit"),
    "alerts.fires": partial(of_kind, "fire.alarm"),
}
