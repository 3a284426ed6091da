"""Alarm load from events in the order of the log: fed piece by piece, asked once. Pure, no clock of its own."""

from __future__ import annotations

import statistics
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from backend.contracts.alarm_load import (
    AlarmLoad,
    AlarmName,
    Chattering,
    KpiTarget,
    OperatorLoad,
    PriorityLoad,
    RuleLoad,
    StaleAlarm,
    TopAlarm,
)
from backend.contracts.alerts import CHATTER_TRANSITIONS, CHATTER_WINDOW_MS, Alert, AlertPhase, RuleRecord
from backend.contracts.flood import WINDOW_MS, is_flood
from backend.contracts.follow import FOLLOWED, AlertTrack
from backend.contracts.kinds.alerts import Priority

KINDS: Final = FOLLOWED
"""Events that make the load."""

STALE_MS: Final = 24 * 3_600_000
"""In alarm for more than a day (ISA-18.2)."""

HOUR_MS: Final = 3_600_000
BUSY_HOUR: Final = 30
"""More alarms than this in an hour are too many for anybody (EEMUA 191)."""

BUCKET_MS: Final = 600_000
TOP: Final = 10


@dataclass(slots=True)
class _Known:
    """An alarm as far as the load needs it. `rang_ms`: when it asked for a hand last and nobody has answered yet."""

    name: AlarmName
    track: AlertTrack
    silent: bool
    rang_ms: int | None = None

    @property
    def priority(self) -> int:
        return self.track.priority


@dataclass(slots=True)
class _Answers:
    seconds: list[float] = field(default_factory=list)


class AlarmLoadReader:
    """Fed with the room's open alarms at the beginning, then with every event of `KINDS`."""

    def __init__(self, standing: Iterable[Alert] = ()) -> None:
        self._known = {one.alert_id: _known(one) for one in standing}
        self._rung_ms: list[int] = []
        self._own = 0
        self._count: Counter[tuple[str, str]] = Counter()
        self._newest: dict[tuple[str, str], AlarmName] = {}
        self._priorities: Counter[int] = Counter()
        self._changes: dict[str, deque[int]] = {}
        self._worst_minute: dict[str, int] = {}
        self._by_priority: dict[int, _Answers] = {}
        self._by_user: dict[str, _Answers] = {}
        self._shelvings = 0

    def feed(self, at_ms: int, actor: str, kind: str, event: Mapping[str, object]) -> None:
        """One event; `event` as it stands in the log."""
        if kind == "alert.raised":
            alert = Alert.model_validate(event["alert"], strict=False)
            self._known[alert.alert_id] = _known(alert)
        known = self._known.get(str(event.get("alert_id") or _alert_id(event)))
        if known is None or known.silent:
            return
        priority = event.get("priority") if kind == "alert.updated" else None
        # What lies aside comes and goes unheard, and is heard when it comes back active.
        heard = known.track.take(kind, priority if isinstance(priority, int) else None) or kind == "alert.raised"
        if kind in ("alert.raised", "alert.returned", "alert.reactivated"):
            self._changed(known, at_ms)
        if kind == "alert.updated":
            if heard and known.rang_ms is None:
                known.rang_ms = at_ms  # worse: the acknowledgement of the lesser one does not cover it
        elif heard:
            self._rings(known, at_ms)
        elif kind == "alert.acknowledged":
            self._answered(known, at_ms, actor)
        elif known.track.aside:
            if kind == "alert.suppressed" and known.rang_ms == at_ms:
                self._unheard(known, at_ms)
            known.rang_ms = None
        self._shelvings += kind == "alert.shelved"

    def _rings(self, known: _Known, at_ms: int) -> None:
        known.rang_ms = at_ms
        if known.priority == Priority.SYSTEM:
            self._own += 1
            return
        key = (known.name.rule, known.name.place_id)
        self._rung_ms.append(at_ms)
        self._count[key] += 1
        self._newest[key] = known.name
        self._priorities[known.priority] += 1

    def _unheard(self, known: _Known, at_ms: int) -> None:
        """It was suppressed by what raised it, in one decision: nobody was ever asked for a hand."""
        if known.priority == Priority.SYSTEM:
            self._own -= 1
            return
        self._rung_ms.remove(at_ms)
        self._count -= Counter([(known.name.rule, known.name.place_id)])  # leaves no zeros behind
        self._priorities[known.priority] -= 1

    def _changed(self, known: _Known, at_ms: int) -> None:
        if known.priority == Priority.SYSTEM:
            return
        alert_id = known.name.alert_id
        changes = self._changes.setdefault(alert_id, deque())
        changes.append(at_ms)
        while changes[0] <= at_ms - CHATTER_WINDOW_MS:
            changes.popleft()
        self._worst_minute[alert_id] = max(self._worst_minute.get(alert_id, 0), len(changes))

    def _answered(self, known: _Known, at_ms: int, actor: str) -> None:
        if known.rang_ms is None or known.priority == Priority.SYSTEM:
            return
        seconds = max(0, at_ms - known.rang_ms) / 1000
        known.rang_ms = None
        self._by_priority.setdefault(known.priority, _Answers()).seconds.append(seconds)
        self._by_user.setdefault(actor, _Answers()).seconds.append(seconds)

    def result(
        self,
        start_ms: int,
        end_ms: int,
        at_end: Iterable[Alert] = (),
        rules: Mapping[str, RuleRecord] | None = None,
        targets: Sequence[KpiTarget] = (),
    ) -> AlarmLoad:
        """The figures. `at_end`: alarms open at the end, `rules`: what was found out about them until then."""
        floods, peak, now = _floods(self._rung_ms, start_ms, end_ms)
        chattering = [
            Chattering(alarm=self._known[key].name, most_per_min=most)
            for key, most in self._worst_minute.items()
            if most >= CHATTER_TRANSITIONS
        ]
        standing = [one for one in at_end if one.priority < Priority.SYSTEM]
        phases = Counter(one.phase for one in standing)
        stale = [one for one in standing if one.active and one.raised_ms <= end_ms - STALE_MS]
        seconds = [one for answers in self._by_priority.values() for one in answers.seconds]
        hours = Counter((at_ms - start_ms) // HOUR_MS for at_ms in self._rung_ms)
        return AlarmLoad(
            start_ms=start_ms,
            end_ms=end_ms,
            bucket_ms=BUCKET_MS,
            buckets=_buckets(self._rung_ms, start_ms, end_ms),
            floods=floods,
            flood_now=now,
            alarms=len(self._rung_ms),
            own_alarms=self._own,
            peak_10min=peak,
            hours=max(1, -(-(end_ms - start_ms) // HOUR_MS)),
            busy_hours=sum(count > BUSY_HOUR for count in hours.values()),
            top=tuple(TopAlarm(alarm=self._newest[key], count=count) for key, count in self._count.most_common(TOP)),
            chattering=tuple(sorted(chattering, key=lambda one: (-one.most_per_min, one.alarm.alert_id))[:TOP]),
            stale=tuple(StaleAlarm(alarm=name_of(one), raised_ms=one.raised_ms) for one in stale),
            priorities=tuple(self._priority(priority) for priority in range(1, 5)),
            operators=tuple(
                OperatorLoad(user=user, acknowledged=len(answers.seconds), mean_s=_mean(answers.seconds))
                for user, answers in sorted(self._by_user.items())
            ),
            rules=tuple(
                RuleLoad(rule=rule, confirmed=one.confirmed, rejected=one.rejected, false_ratio=one.false_ratio)
                for rule, one in sorted((rules or {}).items())
            ),
            shelved=phases[AlertPhase.SHELVED],
            suppressed=phases[AlertPhase.SUPPRESSED],
            out_of_service=phases[AlertPhase.OUT_OF_SERVICE],
            shelvings=self._shelvings,
            mean_acknowledge_s=_mean(seconds),
            median_acknowledge_s=statistics.median(seconds) if seconds else None,
            targets=tuple(targets),
        )

    def _priority(self, priority: int) -> PriorityLoad:
        seconds = self._by_priority.get(priority, _Answers()).seconds
        return PriorityLoad(
            priority=priority,
            count=self._priorities[priority],
            acknowledged=len(seconds),
            mean_s=_mean(seconds),
            median_s=statistics.median(seconds) if seconds else None,
        )


def name_of(alert: Alert) -> AlarmName:
    return AlarmName(
        alert_id=alert.alert_id,
        rule=alert.rule,
        place_id=alert.place_id,
        place_name=alert.place_name,
        headline_vi=alert.headline_vi,
        headline_en=alert.headline_en,
    )


def _known(alert: Alert) -> _Known:
    waits = alert.unanswered and not alert.silent
    track = AlertTrack(
        priority=int(alert.priority),
        active=alert.active,
        acknowledged=alert.acknowledged,
        latching=alert.latching,
        aside=alert.set_aside,
    )
    return _Known(name_of(alert), track, alert.silent, alert.raised_ms if waits else None)


def _alert_id(event: Mapping[str, object]) -> object:
    alert = event.get("alert")
    return alert.get("alert_id") if isinstance(alert, Mapping) else ""


def _mean(seconds: Sequence[float]) -> float | None:
    return statistics.fmean(seconds) if seconds else None


def _buckets(rung_ms: Sequence[int], start_ms: int, end_ms: int) -> tuple[int, ...]:
    counts = [0] * max(1, -(-(end_ms - start_ms) // BUCKET_MS))
    for at_ms in rung_ms:
        counts[min(len(counts) - 1, max(0, (at_ms - start_ms) // BUCKET_MS))] += 1
    return tuple(counts)


def _floods(rung_ms: Sequence[int], start_ms: int, end_ms: int) -> tuple[tuple[tuple[int, int], ...], int, bool]:
    """(floods, most alarms in ten minutes, whether one lasts at the end). The count falls ten minutes after each."""
    steps = sorted([(at_ms, 1) for at_ms in rung_ms] + [(at_ms + WINDOW_MS, -1) for at_ms in rung_ms])
    floods: list[tuple[int, int]] = []
    lately, peak, flood, began_ms = 0, 0, False, start_ms
    for at_ms, step in steps:
        if at_ms > end_ms:
            break
        lately += step
        peak = max(peak, lately)
        before, flood = flood, is_flood(lately, flood)
        if flood and not before:
            began_ms = at_ms
        elif before and not flood:
            floods.append((began_ms, at_ms))
    if flood:
        floods.append((began_ms, end_ms))
    return tuple(floods), peak, flood
