"""Which alert a scenario means."""

from __future__ import annotations

from backend.contracts.alerts import Alert
from config.scenario import AlertMatch


def fits(match: AlertMatch, alert: Alert) -> bool:
    """Kind, place and priority; when it came about is the caller's to know."""
    if alert.kind != match.kind or (match.place and alert.place_id != match.place):
        return False
    return match.priority is None or alert.priority <= match.priority


def of_bulletin(alert: Alert, step_id: str) -> bool:
    """The alert stands for this bulletin of the scenario (`Inputs.identifier`)."""
    if alert.cap is None:
        return False
    _, _, rest = alert.cap.key.partition(",")
    return rest.rpartition(",")[0].rpartition(".")[2] == step_id
