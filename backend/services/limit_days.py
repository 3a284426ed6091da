"""Limits that change on a day: at the site's midnight they are others, with no restart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from backend.contracts.events import LimitsChanged
from backend.contracts.site import Station
from backend.services.room import Room
from config.model import SiteConfig
from config.site import public_site, with_limits

LOOK_EVERY_S: Final = 5.0


class LimitDays:
    """Event-loop thread only.

    Args:
        take: told of the stations as they are from now on, after the event is durable.
    """

    def __init__(
        self, site: SiteConfig, room: Room, take: Callable[[tuple[Station, ...]], None], now_ms: Callable[[], int]
    ) -> None:
        self._site = site
        self._room = room
        self._take = take
        self._now_ms = now_ms

    async def run(self) -> None:
        """Until cancelled. Raises: StorageError: a change could not be stored; it is tried again."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Let every change that is due take effect, oldest first. Raises: StorageError."""
        while self._site.limit_days and self._site.limit_days[0].day <= self._today():
            due = self._site.limit_days[0]
            changed = tuple(
                station.model_copy(
                    update={"parameters": with_limits(station.parameters, due.limits[station.station_id])}
                )
                for station in self._site.stations
                if station.station_id in due.limits
            )
            by_id = {station.station_id: station for station in changed}
            stations = tuple(by_id.get(station.station_id, station) for station in self._site.stations)
            new = self._site.model_copy(update={"stations": stations, "limit_days": self._site.limit_days[1:]})
            digest = public_site(new, self._now_ms()).digest
            event = LimitsChanged(day=due.day.isoformat(), stations=changed, digest=digest)
            await self._room.record(lambda state, event=event: (event,))  # type: ignore[misc]
            self._site = new
            self._take(changed)

    def _today(self) -> date:
        local = datetime.fromtimestamp(self._now_ms() / 1000, UTC) + timedelta(minutes=self._site.utc_offset_min)
        return local.date()
