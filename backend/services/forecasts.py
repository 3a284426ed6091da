"""Forecasts of gauges as they are issued: each new issue is an event, so that a replay shows what was known then."""

from __future__ import annotations

from collections.abc import Sequence

from backend.contracts.events import Event, ForecastIssued
from backend.contracts.forecasts import Forecast
from backend.contracts.state import RoomState
from backend.services.room import Room


class Forecasts:
    """Event-loop thread only."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def take(
        self, producer_id: str, forecasts: Sequence[Forecast], origin: str
    ) -> tuple[int, int, tuple[str, ...]]:
        """(points taken, points known already, warnings). Durable when it returns. Raises: StorageError."""
        new: list[Forecast] = []
        warnings: list[str] = []

        def decide(state: RoomState) -> tuple[Event, ...]:
            new.clear()
            warnings.clear()
            newest = dict(state.forecasts)
            # Oldest first: a file may hold several issues of one gauge.
            for forecast in sorted(forecasts, key=lambda each: each.issued_ms):
                known = newest.get(forecast.key)
                if known is not None and known.issued_ms > forecast.issued_ms:
                    warnings.append(f"{forecast.station_id}: a later issue of {forecast.source!r} is in force already")
                elif known is None or (known.issued_ms, known.points) != (forecast.issued_ms, forecast.points):
                    newest[forecast.key] = forecast
                    new.append(forecast)
            return tuple(ForecastIssued(forecast=forecast) for forecast in new)

        if decide(self._room.state):
            await self._room.record(decide, actor=f"producer:{producer_id}", origin=origin)
        taken = sum(len(forecast.points) for forecast in new)
        return taken, sum(len(forecast.points) for forecast in forecasts) - taken, tuple(warnings)
