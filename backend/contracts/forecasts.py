"""Forecasts of a gauge: what its water will do, as the forecasters issued it. Never computed here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from backend.contracts.base import EpochMs, Identifier, Wire

MAX_POINTS = 500


class ForecastPoint(Wire):
    """One instant of a forecast.

    Attributes:
        value: in the parameter's unit.
        low, high: the range that was given with it, None = none was.
        words: how it was written where it was no bare number, e.g. "BĐ2 + 1,0 m".
    """

    at_ms: EpochMs
    value: float
    low: float | None = None
    high: float | None = None
    words: Annotated[str, Field(max_length=80)] = ""


class Forecast(Wire):
    """One issue for one parameter of one station; `points` ascend in time."""

    station_id: Identifier
    symbol: Identifier
    source: Annotated[str, Field(max_length=200)]
    issued_ms: EpochMs
    received_ms: EpochMs
    points: Annotated[tuple[ForecastPoint, ...], Field(min_length=1, max_length=MAX_POINTS)]

    @property
    def key(self) -> str:
        """What a later issue replaces: the same source's for the same parameter."""
        return f"{self.station_id}\n{self.symbol}\n{self.source}"


def forecast_in_force(forecasts: Iterable[Forecast], station_id: str, symbol: str) -> Forecast | None:
    """The one to show: issued last, whoever issued it."""
    mine = [each for each in forecasts if (each.station_id, each.symbol) == (station_id, symbol)]
    return max(mine, key=lambda each: (each.issued_ms, each.received_ms), default=None)
