"""Which alerts likely belong to which incident: by place, time and sort. Pure; a person decides."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from backend.contracts.alerts import Alert
from backend.contracts.incidents import Incident
from backend.contracts.kinds.alerts import Priority
from backend.contracts.kinds.incidents import IncidentCategory, category_of
from backend.contracts.site import Site

REACH_M: Final = 2_000.0
"""Farther away nothing speaks for one place but the same plant or commune."""

REACH_MIN: Final = 60
LEAST: Final = 0.5
AKIN: Final[Mapping[IncidentCategory, frozenset[IncidentCategory]]] = {
    "fire": frozenset(("environment", "traffic", "crowd")),
    "flood": frozenset(("storm", "traffic")),
    "storm": frozenset(("flood", "traffic")),
    "traffic": frozenset(("crowd",)),
    "crowd": frozenset(("security", "traffic")),
    "environment": frozenset(("fire",)),
}
"""What often comes of one another; the same category always is of the same sort."""

Same = Literal["thing", "plant", "commune", ""]
_WEIGHT: Final[Mapping[Same, float]] = {"thing": 0.45, "plant": 0.35, "commune": 0.15, "": 0.0}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Why an alert may belong to an incident. `score` 0..1; `distance_m` None when a place is not known."""

    alert_id: str
    incident_id: str
    score: float
    distance_m: float | None
    minutes: int
    same: Same
    akin: bool


def distance_m(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Along the earth, metres; good to a few in a thousand over a province."""
    north = (lat_a - lat_b) * 111_195
    east = (lon_a - lon_b) * 111_195 * math.cos(math.radians((lat_a + lat_b) / 2))
    return math.hypot(north, east)


def suggest(alert: Alert, incident: Incident, joined: Iterable[Alert], site: Site | None) -> Suggestion | None:
    """How well an alert fits an incident with the alerts `joined` to it; None when nothing much speaks for it."""
    joined = tuple(joined)
    if (alert.priority is Priority.SYSTEM) != (incident.priority is Priority.SYSTEM):
        return None  # the room's own faults are never mixed with the city's alarms
    instants = [incident.opened_ms, *(one.raised_ms for one in joined)]
    minutes = min(abs(alert.raised_ms - at_ms) for at_ms in instants) // 60_000
    if minutes > REACH_MIN or not incident.active:
        return None
    away = _nearest_m(alert, incident, joined)
    same = _same(alert, incident, joined, site)
    sort = category_of(alert)
    akin = sort == incident.category or incident.category in AKIN.get(sort, ())
    if same not in ("thing", "plant") and (away is None or away > REACH_M) and not (same and akin):
        return None
    score = _WEIGHT[same] + 0.25 * (1 - minutes / REACH_MIN) + (0.2 if akin else 0.0)
    score += 0.35 * max(0.0, 1 - away / REACH_M) if away is not None else 0.0
    if score < LEAST:
        return None
    return Suggestion(alert.alert_id, incident.incident_id, min(1.0, score), away, minutes, same, akin)


def for_alert(
    alert: Alert, incidents: Mapping[str, Incident], alerts: Mapping[str, Alert], site: Site | None
) -> tuple[Suggestion, ...]:
    """Incidents the alert may belong to, best first; none when it belongs to one."""
    if any(one.phase != "closed" and one.has("alert", alert.alert_id) for one in incidents.values()):
        return ()
    found = (suggest(alert, one, _joined(one, alerts), site) for one in incidents.values() if one.active)
    return tuple(sorted((one for one in found if one is not None), key=lambda one: -one.score))


def for_incident(
    incident: Incident, incidents: Mapping[str, Incident], alerts: Mapping[str, Alert], site: Site | None, most: int = 5
) -> tuple[Suggestion, ...]:
    """Open alerts of no incident that may belong to this one, best first."""
    taken = {link.key for one in incidents.values() if one.phase != "closed" for link in one.links}
    joined = _joined(incident, alerts)
    found = (suggest(one, incident, joined, site) for key, one in alerts.items() if key not in taken)
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (-one.score, one.alert_id))[:most])


def _joined(incident: Incident, alerts: Mapping[str, Alert]) -> tuple[Alert, ...]:
    return tuple(alerts[link.key] for link in incident.links if link.kind == "alert" and link.key in alerts)


def _nearest_m(alert: Alert, incident: Incident, joined: tuple[Alert, ...]) -> float | None:
    if alert.lat_deg is None or alert.lon_deg is None:
        return None
    places = [(incident.lat_deg, incident.lon_deg), *((one.lat_deg, one.lon_deg) for one in joined)]
    away = [
        distance_m(alert.lat_deg, alert.lon_deg, lat, lon) for lat, lon in places if lat is not None and lon is not None
    ]
    return min(away, default=None)


def _same(alert: Alert, incident: Incident, joined: tuple[Alert, ...], site: Site | None) -> Same:
    plants = {one.station_id: one.plant_id for one in site.stations if one.plant_id} if site is not None else {}
    if alert.place_id and any(one.place_id == alert.place_id for one in joined):
        return "thing"
    plant = plants.get(alert.place_id)
    if plant is not None and any(plants.get(one.place_id) == plant for one in joined):
        return "plant"
    communes = {incident.commune_code, *(one.commune_code for one in joined)}
    return "commune" if alert.commune_code and alert.commune_code in communes else ""
