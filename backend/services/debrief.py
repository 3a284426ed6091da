"""The debrief: how each alert of a span was answered, read from the log and from nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from backend.contracts.follow import FOLLOWED, AlertTrack
from backend.contracts.replay import AnswerTarget, AnswerTimes, Debrief
from backend.storage.history import EventRow, History
from config.model import TargetConfig

ALERTS_MOST: Final = 5_000
"""Alerts in one debrief: it is read by people."""

_KINDS: Final = (*FOLLOWED, "alert.owned", "alert.dispatched")


class TooManyAlertsError(ValueError):
    """More than ALERTS_MOST were raised in the span."""


@dataclass(frozen=True, slots=True)
class _Done:
    """When something was done first, by whom; `about`: the agency."""

    at_ms: int
    actor: str
    about: str = ""


@dataclass(slots=True)
class _Followed:
    """One alert from being raised on."""

    alert_id: str
    kind: str
    priority: int
    headline_vi: str
    headline_en: str
    raised_ms: int
    track: AlertTrack
    acknowledged: _Done | None = None
    owned: _Done | None = None
    dispatched: _Done | None = None
    closed_ms: int | None = None

    def times(self, targets: dict[int, TargetConfig]) -> AnswerTimes:
        target = targets.get(self.priority)
        return AnswerTimes(
            alert_id=self.alert_id,
            kind=self.kind,
            priority=self.priority,
            headline_vi=self.headline_vi,
            headline_en=self.headline_en,
            raised_ms=self.raised_ms,
            acknowledged_ms=_at(self.acknowledged),
            acknowledged_by=self.acknowledged.actor if self.acknowledged else "",
            owned_ms=_at(self.owned),
            owned_by=self.owned.actor if self.owned else "",
            dispatched_ms=_at(self.dispatched),
            dispatched_by=self.dispatched.actor if self.dispatched else "",
            dispatched_to=self.dispatched.about if self.dispatched else "",
            closed_ms=self.closed_ms,
            acknowledge_target_s=target.acknowledge_s if target else None,
            dispatch_target_s=target.dispatch_s if target else None,
        )


def _at(done: _Done | None) -> int | None:
    return None if done is None else done.at_ms


class AnswerReader:
    """Follows the alerts raised in what it is fed, event by event in the order of the log, as the room's fold does."""

    def __init__(self) -> None:
        self.followed: dict[str, _Followed] = {}

    def feed(self, rows: Iterable[EventRow]) -> None:
        """Raises: TooManyAlertsError."""
        for row in rows:
            event = json.loads(row.body)
            if row.kind == "alert.raised":
                self._raised(row.at_ms, event["alert"])
                continue
            alert = self.followed.get(event["alert_id"])
            # One that was closed is gone from the room: nothing is done to it any more.
            if alert is not None and alert.closed_ms is None:
                self._happened(alert, row, event)

    def _raised(self, at_ms: int, alert: dict[str, object]) -> None:
        if len(self.followed) >= ALERTS_MOST:
            raise TooManyAlertsError(f"more than {ALERTS_MOST} alerts were raised in the span; ask for a shorter one")
        alert_id, priority = str(alert["alert_id"]), int(str(alert["priority"]))
        self.followed[alert_id] = _Followed(
            alert_id=alert_id,
            kind=str(alert["kind"]),
            priority=priority,
            headline_vi=str(alert["headline_vi"]),
            headline_en=str(alert["headline_en"]),
            raised_ms=at_ms,
            track=AlertTrack.of(alert),
        )

    @staticmethod
    def _happened(alert: _Followed, row: EventRow, event: dict[str, object]) -> None:
        priority = event.get("priority") if row.kind == "alert.updated" else None
        alert.track.take(row.kind, priority if isinstance(priority, int) else None)
        if alert.track.closed:
            alert.closed_ms = row.at_ms
        match row.kind:
            case "alert.acknowledged":
                alert.acknowledged = alert.acknowledged or _Done(row.at_ms, row.actor)
            case "alert.owned" if event.get("owner"):
                alert.owned = alert.owned or _Done(row.at_ms, str(event["owner"]))
            case "alert.dispatched":
                alert.dispatched = alert.dispatched or _Done(row.at_ms, row.actor, str(event["agency_id"]))


async def debrief(history: History, targets: Sequence[TargetConfig], start_ms: int, end_ms: int) -> Debrief:
    """Every alert raised in start_ms..end_ms, in the order of the log, with what was done about it by `end_ms`.

    It is measured against the target of the priority that it was raised with.

    Raises:
        TooManyAlertsError: the span holds more than people can go through.
        StorageError: the log cannot be read.
    """
    reader = AnswerReader()
    async for rows in history.stamped(_KINDS, start_ms, end_ms):
        reader.feed(rows)
    by_priority = {one.priority: one for one in targets}
    return Debrief(
        start_ms=start_ms,
        end_ms=end_ms,
        alerts=tuple(one.times(by_priority) for one in reader.followed.values()),
        targets=tuple(
            AnswerTarget(
                priority=one.priority,
                acknowledge_s=one.acknowledge_s,
                dispatch_s=one.dispatch_s,
                source=one.source_vi,
            )
            for one in sorted(targets, key=lambda one: one.priority)
        ),
    )
