"""How many alarms a watch had to answer, and how: the figures of ISA-18.2 and EEMUA 191 for any span of the log.

The room's own faults (priority 5) are counted apart, silent alarms are not counted at all.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backend.contracts.base import EpochMs, Identifier, Wire

Kpi = Literal[
    "per_day", "per_hour", "per_10min", "peak_10min", "flood_ratio", "busy_hours_ratio", "top_ten_ratio", "chattering",
    "stale", "priority_1_ratio", "priority_2_ratio", "priority_3_ratio", "priority_4_ratio",
]  # fmt: skip
"""Figures a site may set a target for; *_ratio are shares, 0..1, the others counts."""


class KpiTarget(Wire):
    """[[kpi]] of alarms.toml: what one operator position should have.

    Attributes:
        target: what to aim at; `most`: what is still bearable, None = the target itself.
        source: who says so; `verified` once the figure was compared with that text.
    """

    kpi: Kpi
    target: Annotated[float, Field(ge=0)]
    most: Annotated[float, Field(ge=0)] | None = None
    source: Annotated[str, Field(min_length=1, max_length=300)]
    verified: bool


class AlarmName(Wire):
    """Which alarm is meant: `alert_id` is the newest of it."""

    alert_id: Identifier
    rule: str
    place_id: str
    place_name: str
    headline_vi: str
    headline_en: str


class TopAlarm(Wire):
    alarm: AlarmName
    count: int


class Chattering(Wire):
    """`most_per_min`: changes of its condition in its worst minute."""

    alarm: AlarmName
    most_per_min: int


class StaleAlarm(Wire):
    alarm: AlarmName
    raised_ms: EpochMs


class PriorityLoad(Wire):
    """Alarms of one priority; times to acknowledge are those of the ones that were acknowledged in the span."""

    priority: int
    count: int
    acknowledged: int
    mean_s: float | None
    median_s: float | None


class OperatorLoad(Wire):
    user: str
    acknowledged: int
    mean_s: float | None


class RuleLoad(Wire):
    """`false_ratio` among the newest judgements; see `RuleRecord`."""

    rule: str
    confirmed: int
    rejected: int
    false_ratio: float | None


class AlarmLoad(Wire):
    """All figures of start_ms..end_ms, as they were known at its end.

    Attributes:
        bucket_ms, buckets: alarms in each part of the span, from its start.
        floods: (from, to) of each flood; one that lasts ends with the span.
        flood_now: at the end of the span.
        hours: whole hours of the span that were counted; `busy_hours` of them had more than thirty alarms.
        shelved, suppressed, out_of_service: at the end of the span; `shelvings` in it.
    """

    start_ms: EpochMs
    end_ms: EpochMs
    bucket_ms: int
    buckets: tuple[int, ...]
    floods: tuple[tuple[EpochMs, EpochMs], ...]
    flood_now: bool
    alarms: int
    own_alarms: int
    peak_10min: int
    hours: int
    busy_hours: int
    top: tuple[TopAlarm, ...]
    chattering: tuple[Chattering, ...]
    stale: tuple[StaleAlarm, ...]
    priorities: tuple[PriorityLoad, ...]
    operators: tuple[OperatorLoad, ...]
    rules: tuple[RuleLoad, ...]
    shelved: int
    suppressed: int
    out_of_service: int
    shelvings: int
    mean_acknowledge_s: float | None
    median_acknowledge_s: float | None
    targets: tuple[KpiTarget, ...] = ()

    def figure(self, kpi: Kpi) -> float:
        """The figure a target is for. Of a span without alarms every share is 0."""
        span_ms = max(1, self.end_ms - self.start_ms)
        if kpi.startswith("priority_"):
            wanted = int(kpi[len("priority_")])
            count = sum(one.count for one in self.priorities if one.priority == wanted)
            return count / self.alarms if self.alarms else 0.0
        figures = {
            "per_day": self.alarms * 86_400_000 / span_ms,
            "per_hour": self.alarms * 3_600_000 / span_ms,
            "per_10min": self.alarms * 600_000 / span_ms,
            "peak_10min": self.peak_10min,
            "flood_ratio": sum(to_ms - from_ms for from_ms, to_ms in self.floods) / span_ms,
            "busy_hours_ratio": self.busy_hours / self.hours if self.hours else 0.0,
            "top_ten_ratio": sum(one.count for one in self.top) / self.alarms if self.alarms else 0.0,
            "chattering": len(self.chattering),
            "stale": len(self.stale),
        }
        return float(figures[kpi])
