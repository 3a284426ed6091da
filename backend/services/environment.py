"""Limits and alarm levels of the measuring stations: readings in, alerts out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from config.model import SiteConfig

if TYPE_CHECKING:
    from backend.services.readings import ReadingsService
    from backend.services.room import Room
    from backend.storage.readings import ReadingsStore


class EnvironmentWatch:
    def __init__(
        self,
        site: SiteConfig,
        room: Room,
        readings: ReadingsService,
        store: ReadingsStore,
        now_ms: Callable[[], int],
    ) -> None:
        raise NotImplementedError

    async def run(self) -> None:
        raise NotImplementedError
