"""Answers of the reading doors that only programs beside the console use."""

from __future__ import annotations

from backend.contracts.alerts import Alert
from backend.contracts.base import EpochMs, Identifier, Wire
from backend.contracts.commands import Right, Role
from backend.contracts.events import LoggedEvent
from backend.contracts.readings import ReadingSeries
from backend.contracts.site import Camera, Station
from backend.contracts.state import CameraState


class Me(Wire):
    user: Identifier
    display_name: str
    role: Role
    rights: tuple[Right, ...]
    expires_ms: EpochMs
    agency_id: str


class EventPage(Wire):
    """Events after `after_seq`. `last_seq` is the log's newest; ask again with the last event's seq until there."""

    epoch: str
    last_seq: int
    events: tuple[LoggedEvent, ...]


class AlertList(Wire):
    """Open alerts, and the lately closed ones when asked for."""

    epoch: str
    seq: int
    alerts: tuple[Alert, ...]
    closed: tuple[Alert, ...]


class CameraRow(Wire):
    camera: Camera
    state: CameraState | None


class CameraList(Wire):
    seq: int
    cameras: tuple[CameraRow, ...]


class StationRow(Wire):
    """`latest` holds one sample per parameter that ever came."""

    station: Station
    latest: tuple[ReadingSeries, ...]


class StationList(Wire):
    seq: int
    stations: tuple[StationRow, ...]


class HealthAnswer(Wire):
    """`degraded` "" = all is well (200); else what is wrong (503)."""

    degraded: str
    epoch: str
    seq: int
    clients: int
