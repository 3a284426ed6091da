"""Every input of the room goes through here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from backend.contracts.doors import IngestAnswer
from backend.contracts.feed import ProducerPulse
from config.model import SiteConfig

if TYPE_CHECKING:
    from backend.services.readings import ReadingsService
    from backend.services.room import Room
    from backend.storage.detections import DetectionsStore


class Ingest:
    def __init__(
        self,
        site: SiteConfig,
        room: Room,
        readings: ReadingsService,
        detections: DetectionsStore,
        quarantine: Path,
        now_ms: Callable[[], int],
    ) -> None:
        raise NotImplementedError

    async def cap(self, producer_id: str, body: bytes, origin: str = "") -> IngestAnswer:
        raise NotImplementedError

    async def station_file(self, producer_id: str, name: str, body: bytes) -> IngestAnswer:
        raise NotImplementedError

    async def detections(self, producer_id: str, body: bytes) -> IngestAnswer:
        raise NotImplementedError

    def heard(self, producer_id: str) -> None:
        raise NotImplementedError

    def pulses(self) -> tuple[ProducerPulse, ...]:
        raise NotImplementedError
