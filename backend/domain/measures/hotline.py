"""Calls of the hotline that arrived in a period, by the switchboard's clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from backend.contracts.hotline import Call
from backend.domain.measures.counting import Count, Counted, Row, Span, mean, number, share


@dataclass(frozen=True, slots=True)
class CallFact:
    call: Call

    @property
    def commune_code(self) -> str:
        return self.call.place

    @property
    def agency_id(self) -> str:
        return ""

    @property
    def key(self) -> str:
        return self.call.call_id

    @property
    def titles(self) -> tuple[str, str]:
        return self.call.masked, self.call.masked


Facts = Sequence[CallFact]


def calls(facts: Facts, span: Span) -> Counted:
    return number(Row(one.call_id, one.arrived_ms) for one in _arrived(facts, span))


def answered_share(facts: Facts, span: Span) -> Counted:
    """Of those that were answered or are over: what still rings is neither."""
    known = (one for one in _arrived(facts, span) if one.answered_ms is not None or one.is_over)
    return share(Row(one.call_id, one.arrived_ms, one.answered_ms is not None) for one in known)


def mean_wait_s(facts: Facts, span: Span) -> Counted:
    """Of those that were answered or are over."""
    known = (one for one in _arrived(facts, span) if one.answered_ms is not None or one.is_over)
    return mean((Row(one.call_id, one.arrived_ms), one.wait_ms(span.until_ms) / 1000) for one in known)


def _arrived(facts: Facts, span: Span) -> Iterator[Call]:
    return (one.call for one in facts if span.has(one.call.arrived_ms))


MEASURES: Final[dict[str, Count[CallFact]]] = {
    "hotline.calls": calls,
    "hotline.answered_share": answered_share,
    "hotline.mean_wait_s": mean_wait_s,
}
