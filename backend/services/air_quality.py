"""VN_AQI of every station of ambient air: once an hour and once a day, told again when late samples change it.

Each index is an event, so that replay, reports and the map show what was known then. Stacks have none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from backend.contracts.air import AirIndex, AirPeriod
from backend.contracts.events import AirIndexed
from backend.contracts.kinds.sensors import sensor_kind
from backend.contracts.site import Parameter, Station
from backend.contracts.state import RoomState
from backend.contracts.units import UnitError, convert
from backend.domain.limits import DEFAULT_RULES, LimitRules, Sample, window_figure
from backend.domain.vn_aqi import NOWCAST_HOURS, POLLUTANTS, Index, Pollutant, daily, hourly
from backend.services.readings import ReadingsService
from backend.services.room import Room
from backend.storage.readings import ReadingRow, ReadingsStore
from config.model import SiteConfig

LOOK_EVERY_S: Final = 1.0
SETTLE_INTERVALS: Final = 2
"""So long after an hour its last samples may still be under way: it is not judged before."""

HOUR_MS: Final = 3_600_000
DAY_HOURS: Final = 24
_UNIT: Final = "µg/m3"


@dataclass(frozen=True, slots=True)
class _Series:
    """A parameter that counts. `factor` makes µg/m3 of its unit."""

    symbol: str
    pollutant: Pollutant
    factor: float


@dataclass(slots=True)
class _Watched:
    station: Station
    series: tuple[_Series, ...]
    judged_ms: dict[AirPeriod, int]
    late: set[AirPeriod]


class AirQuality:
    """Event-loop thread only."""

    def __init__(
        self,
        site: SiteConfig,
        room: Room,
        readings: ReadingsService,
        store: ReadingsStore,
        now_ms: Callable[[], int],
        rules: LimitRules = DEFAULT_RULES,
    ) -> None:
        self._room = room
        self._readings = readings
        self._store = store
        self._now_ms = now_ms
        self._rules = rules
        # A simulated city's hour is shorter than ours by its speed-up; its days begin where they fall.
        self._hour_ms = max(1, round(HOUR_MS / site.speed_up))
        self._offset_ms = site.utc_offset_min * 60_000 if site.speed_up == 1.0 else 0
        self._watched = {
            station.station_id: _Watched(station, series, {}, set())
            for station in site.stations
            if station.kind == "air" and (series := _series_of(station))
        }

    async def run(self) -> None:
        """Until cancelled. Raises: StorageError: an index could not be stored; nothing is lost by running again."""
        stop = self._readings.listen(self._arrived)
        try:
            while True:
                await self.look()
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            stop()

    async def look(self) -> None:
        """Judge what has ended or was filled in since. Raises: StorageError."""
        for watched in self._watched.values():
            for period in ("hour", "day"):
                await self._look_at(watched, period)

    async def _look_at(self, watched: _Watched, period: AirPeriod) -> None:
        until_ms = self._ended_ms(watched.station, period)
        if watched.judged_ms.get(period) == until_ms and period not in watched.late:
            return
        watched.late.discard(period)
        index = await self._index(watched, period, until_ms)
        await self._room.record(lambda state: _told(state, index))
        watched.judged_ms[period] = until_ms

    def _ended_ms(self, station: Station, period: AirPeriod) -> int:
        length_ms = self._hour_ms * (DAY_HOURS if period == "day" else 1)
        settled_ms = self._now_ms() - SETTLE_INTERVALS * station.interval_s * 1000 + self._offset_ms
        return settled_ms // length_ms * length_ms - self._offset_ms

    def _arrived(self, rows: Sequence[ReadingRow]) -> None:
        for row in rows:
            watched = self._watched.get(row.station_id)
            for period, until_ms in watched.judged_ms.items() if watched is not None else ():
                hours = DAY_HOURS if period == "day" else NOWCAST_HOURS
                if watched is not None and until_ms - hours * self._hour_ms < row.at_ms <= until_ms:
                    watched.late.add(period)

    async def _index(self, watched: _Watched, period: AirPeriod, until_ms: int) -> AirIndex:
        hours = DAY_HOURS if period == "day" else NOWCAST_HOURS
        found: dict[Pollutant, list[float | None]] = {}
        for series in watched.series:
            start_ms = max(0, until_ms - hours * self._hour_ms)
            samples = await self._store.samples(watched.station.station_id, series.symbol, start_ms, until_ms)
            found[series.pollutant] = self._means(watched.station, series, samples, until_ms, hours)
        index: Index | None
        if period == "day":
            index = daily({pollutant: values[::-1] for pollutant, values in found.items()})
        else:
            index = hourly(found)
        return AirIndex(
            station_id=watched.station.station_id,
            period=period,
            from_ms=until_ms - self._hour_ms * (DAY_HOURS if period == "day" else 1),
            until_ms=until_ms,
            value=None if index is None else index.value,
            pollutant="" if index is None else index.pollutant,
            parts={} if index is None else {str(pollutant): part for pollutant, part in index.parts.items()},
        )

    def _means(
        self, station: Station, series: _Series, samples: Sequence[Sample], until_ms: int, hours: int
    ) -> list[float | None]:
        """Hourly means, newest first; an hour that was measured too little is None."""
        means: list[float | None] = []
        for back in range(hours):
            end_ms = until_ms - back * self._hour_ms
            inside = [sample for sample in samples if end_ms - self._hour_ms < sample[0] <= end_ms]
            figure = window_figure(inside, end_ms, self._hour_ms, station.interval_s * 1000)
            enough = figure is not None and figure.coverage >= self._rules.min_coverage
            means.append(figure.value * series.factor if figure is not None and enough else None)
        return means


def _told(state: RoomState, index: AirIndex) -> tuple[AirIndexed, ...]:
    known = state.air.get(index.key)
    if known == index or (index.value is None and (known is None or known.value is None)):
        return ()
    return (AirIndexed(index=index),)


def _series_of(station: Station) -> tuple[_Series, ...]:
    found = (_series(parameter) for parameter in station.parameters)
    return tuple(series for series in found if series is not None)


def _series(parameter: Parameter) -> _Series | None:
    kind = sensor_kind(parameter.symbol)
    pollutant = next((each for each in POLLUTANTS if kind is not None and each == kind.key), None)
    if pollutant is None:
        return None
    try:
        return _Series(parameter.symbol, pollutant, convert(1.0, parameter.unit, _UNIT))
    except UnitError:
        return None  # mg/Nm3 is at 0 °C: not the same quantity, and never guessed
