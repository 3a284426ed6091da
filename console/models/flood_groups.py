"""In a flood of alarms: which rows of the inbox stand for several alerts.

The coarsest that is needed and no coarser: first the alerts of one rule in one commune share a row, then those of one
rule, then those of one kind, until few enough rows ask for a hand. What is critical is never put under anything less,
and stands alone as long as that is few enough, too. Nothing is acknowledged by a row but the alert that leads it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from backend.contracts.alerts import Alert
from backend.contracts.kinds.alerts import Priority

ROWS_MOST: Final = 10
"""Rows that ask for a hand in ten minutes, at most (EEMUA 191: more than that is a flood)."""

GroupKey = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """`alert_ids`: in the order of the inbox; the first leads."""

    key: GroupKey
    alert_ids: tuple[str, ...]


def groups_of(alerts: Sequence[Alert]) -> tuple[Group, ...]:
    """All alerts in groups, in the order of their leaders. `alerts`: in the order of the inbox."""
    found: tuple[Group, ...] = ()
    waiting = {one.alert_id for one in alerts if one.unanswered}
    for level in _LEVELS:
        found = _grouped(alerts, waiting, level)
        if sum(group.alert_ids[0] in waiting for group in found) <= ROWS_MOST:
            return found
    return found


def _grouped(
    alerts: Sequence[Alert], waiting: Collection[str], level: Callable[[Alert], GroupKey]
) -> tuple[Group, ...]:
    members: dict[GroupKey, list[str]] = {}
    for alert in alerts:
        state = "waits" if alert.alert_id in waiting else "answered"
        members.setdefault((state, *level(alert)), []).append(alert.alert_id)
    return tuple(Group(key, tuple(ids)) for key, ids in members.items())


def _alone(alert: Alert) -> GroupKey:
    return ("critical", alert.alert_id)


def _by_place(alert: Alert) -> GroupKey:
    if alert.priority is Priority.CRITICAL:
        return _alone(alert)
    return (alert.rule, alert.commune_code or alert.place_id)


def _by_rule(alert: Alert) -> GroupKey:
    return _alone(alert) if alert.priority is Priority.CRITICAL else (alert.rule,)


def _by_kind(alert: Alert) -> GroupKey:
    return _alone(alert) if alert.priority is Priority.CRITICAL else (alert.kind,)


def _critical_by_rule(alert: Alert) -> GroupKey:
    return ("critical", alert.rule) if alert.priority is Priority.CRITICAL else (alert.kind,)


_LEVELS: Final = (_by_place, _by_rule, _by_kind, _critical_by_rule)
