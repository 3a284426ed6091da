"""What nobody reports: producers that fall silent, cameras that do not answer, alerts whose time is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from backend.contracts.events import CameraCondition
from config.model import SiteConfig

if TYPE_CHECKING:
    from backend.services.ingest import Ingest
    from backend.services.room import Room


class ProducerWatch:
    def __init__(self, site: SiteConfig, room: Room, ingest: Ingest, now_ms: Callable[[], int]) -> None:
        raise NotImplementedError

    async def run(self) -> None:
        raise NotImplementedError


class CameraWatch:
    """Given to the sources as `SourceContext.cameras`; it needs no task of its own."""

    def __init__(self, site: SiteConfig, room: Room, now_ms: Callable[[], int]) -> None:
        raise NotImplementedError

    async def report(self, camera_id: str, condition: CameraCondition, reason: str) -> None:
        raise NotImplementedError


class ExpiryWatch:
    """Returns CAP alerts past their expiry and detections that were not seen again."""

    def __init__(self, site: SiteConfig, room: Room, now_ms: Callable[[], int]) -> None:
        raise NotImplementedError

    async def run(self) -> None:
        raise NotImplementedError
