"""Suppression by design: which alarms say nothing new just now, by the rules of the site. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend.contracts.alarms import SuppressionRule
from backend.contracts.alerts import Alert
from backend.contracts.kinds.alerts import Priority
from backend.contracts.site import Site


@dataclass(frozen=True, slots=True)
class Reason:
    """The rule that holds, and the alarm behind it; `cause` is None for a rule of time alone."""

    rule: SuppressionRule
    cause: Alert | None


class Suppression:
    """The rules of one site. What lies behind what is the site's own plan: stations have a plant and a producer."""

    def __init__(self, site: Site) -> None:
        self.rules = site.alarms.suppressions
        self._plants = {station.station_id: station.plant_id or "" for station in site.stations}
        self._producers = {station.station_id: station.producer_id for station in site.stations}

    def causes(self, alerts: Iterable[Alert]) -> list[Alert]:
        """Those of `alerts` that are the cause of a rule now."""
        kinds = {kind for rule in self.rules for kind in rule.cause_kinds}
        return [alert for alert in alerts if alert.kind in kinds and alert.active]

    def concerns(self, alert: Alert, now_ms: int) -> bool:
        """A rule could suppress this alarm now, given a cause."""
        return any(_means(rule, alert, now_ms) for rule in self.rules)

    def reason(self, alert: Alert, causes: Sequence[Alert], now_ms: int) -> Reason | None:
        """Why `alert` is suppressed now; None when it is not. `causes`: of all open alerts."""
        for rule in self.rules:
            if not _means(rule, alert, now_ms):
                continue
            if not rule.cause_kinds:
                return Reason(rule, None)
            for cause in causes:
                behind = cause.kind in rule.cause_kinds and cause.alert_id != alert.alert_id
                if behind and self._together(rule, cause, alert):
                    return Reason(rule, cause)
        return None

    def _together(self, rule: SuppressionRule, cause: Alert, alert: Alert) -> bool:
        if rule.scope == "site":
            return True
        if rule.scope == "place":
            return cause.place_id == alert.place_id
        if rule.scope == "producer":
            return self._producers.get(alert.place_id) == cause.place_id
        plant = self._plants.get(alert.place_id)
        return bool(plant) and self._plants.get(cause.place_id) == plant


def _means(rule: SuppressionRule, alert: Alert, now_ms: int) -> bool:
    """The rule is about this alarm at this time. Priority 1 is suppressed by a rule that names it, and by no other."""
    if rule.kinds and alert.kind not in rule.kinds:
        return False
    if alert.kind in rule.cause_kinds or (rule.place_ids and alert.place_id not in rule.place_ids):
        return False
    if rule.priorities:
        if alert.priority not in rule.priorities:
            return False
    elif alert.priority is Priority.CRITICAL:
        return False
    return (rule.from_ms is None or rule.from_ms <= now_ms) and (rule.until_ms is None or now_ms < rule.until_ms)
