"""What the backend and its analytics process tell each other. Small and frozen: they are pickled through a pipe."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from backend.services.analytics.series import Mean
from config.camera_model import AnalyticsCamera, AnalyticsRules, DetectorConfig


@dataclass(frozen=True, slots=True)
class Watch:
    """Look at a camera from now on. The address holds the password: repr does not show it.

    Attributes:
        detector: what counts in its zones, None = nothing does; `model` its file.
    """

    camera: AnalyticsCamera
    rules: AnalyticsRules
    utc_offset_min: int
    address: str = field(repr=False)
    detector: DetectorConfig | None = None
    model: Path = Path()


@dataclass(frozen=True, slots=True)
class Stop:
    pass


@dataclass(frozen=True, slots=True)
class Turned:
    """The camera was turned by order: away from what it usually shows, where nothing is judged, or back to it."""

    camera_id: str
    away: bool


Order = Watch | Turned | Stop


@dataclass(frozen=True, slots=True)
class Found:
    """Something began to be so on a camera, or ceased. `zone`: "" = the whole picture; `share`: of it, 0..1."""

    camera_id: str
    label: str
    zone: str
    began: bool
    at_ms: int
    share: float


@dataclass(frozen=True, slots=True)
class Looked:
    """How the looking goes: `code` "" = pictures come, `per_s` of them are measured; else why none comes."""

    camera_id: str
    code: str
    per_s: float


@dataclass(frozen=True, slots=True)
class Detecting:
    """How the detector of a camera goes: `fault` "" = it counts; else why it does not any more."""

    camera_id: str
    fault: str


@dataclass(frozen=True, slots=True)
class Means:
    """Figures of the series of a camera's zones, of one stretch of time."""

    camera_id: str
    means: tuple[Mean, ...]


Report = Found | Looked | Detecting | Means
