"""Which alert a scenario means."""

from __future__ import annotations

from backend.contracts.alerts import Alert
from config.scenario import AlertMatch


def fits(match: AlertMatch, alert: Alert) -> bool:
    """Kind, place and priority; when it came about is the caller's to know."""
    if alert.kind != match.kind or (match.place and alert.place_id != match.place):
        return False
    return match.priority is None or alert.priority <= match.priority


def bulletin_step(alert: Alert) -> str:
    """Id of the step whose bulletin the alert stands for now (`Inputs.identifier`); "" for every other alert."""
    if alert.cap is None:
        return ""
    _, _, rest = alert.cap.key.partition(",")
    return rest.rpartition(",")[0].rpartition(".")[2]


def stands_for(match: AlertMatch, alert: Alert) -> bool:
    """A bulletin that is named by its step is that bulletin."""
    return not match.step or alert.cap is None or bulletin_step(alert) == match.step
