"""Rivers that rise fast: the slope of each gauge's level, readings in, alerts out.

One alert per gauge. Only the newest sample is judged and only while it is fresh: what an outage's files fill in says
nothing about how fast the water rises now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.contracts.alerts import Alert, LimitReading
from backend.contracts.events import Event
from backend.contracts.hydrology import HOUR_MS, rise_per_hour, rises_fast
from backend.contracts.kinds.alerts import Priority
from backend.contracts.kinds.sensors import sensor_kind
from backend.contracts.readings import MEASURING
from backend.contracts.site import Parameter, RiseRule, Station
from backend.contracts.state import RoomState
from backend.domain.alerts import Change, reactivate, return_alert, update
from backend.domain.wording import number_vi, rising_headline
from backend.services.environment import LATE_AT_LEAST_MS, LATE_INTERVALS
from backend.services.open_alerts import OpenAlerts
from backend.services.places import raised, station_alert, taken
from backend.services.readings import ReadingsService
from backend.services.room import Room
from backend.storage.readings import ReadingRow, ReadingsStore
from config.model import SiteConfig
from config.site import public_hydrology

NOTABLE_M_PER_H = 0.2
"""An open alert is told anew when the slope changed by so much."""


@dataclass(frozen=True, slots=True)
class _Judged:
    at_ms: int
    level_m: float
    rate_m_per_h: float


class RiverWatch:
    """Event-loop thread only."""

    def __init__(
        self,
        site: SiteConfig,
        room: Room,
        readings: ReadingsService,
        store: ReadingsStore,
        now_ms: Callable[[], int],
    ) -> None:
        self._site = site
        self._room = room
        self._readings = readings
        self._store = store
        self._now_ms = now_ms
        self._rule: RiseRule | None = public_hydrology(site.hydrology).rise
        # A simulated city's hour is shorter than ours by its speed-up.
        self._hour_ms = round(HOUR_MS / max(1.0, site.speed_up))
        self._open = OpenAlerts(lambda alert: (alert.place_id,) if alert.kind == "station.rising" else ())
        self._gauges: dict[tuple[str, str], tuple[Station, Parameter]] = {
            (station.station_id, parameter.symbol): (station, parameter)
            for station in site.stations
            for parameter in station.parameters
            if station.kind == "river" and _is_level(parameter)
        }
        self._pending: dict[tuple[str, str], ReadingRow] = {}
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Judge what comes, until cancelled. Raises: StorageError."""
        stop = self._readings.listen(self._arrived)
        try:
            self._arrived(self._readings.latest())
            while True:
                await self._wake.wait()
                self._wake.clear()
                await self._judge_pending()
        finally:
            stop()
            if self._pending:
                self._wake.set()

    async def catch_up(self) -> None:
        """Judge the newest sample of every gauge once, as `run` does at its start. Raises: StorageError."""
        self._arrived(self._readings.latest())
        await self._judge_pending()

    def _arrived(self, rows: Sequence[ReadingRow]) -> None:
        if self._rule is None:
            return
        for row in rows:
            key = (row.station_id, row.symbol)
            known = self._pending.get(key)
            if key in self._gauges and row.status == MEASURING and (known is None or row.at_ms >= known.at_ms):
                self._pending[key] = row
        if self._pending:
            self._wake.set()

    async def _judge_pending(self) -> None:
        while self._pending:
            key, row = next(iter(self._pending.items()))
            await self._judge(key, row)
            # A newer sample may have come meanwhile; only what was judged is done.
            if self._pending.get(key) is row:
                del self._pending[key]

    async def _judge(self, key: tuple[str, str], row: ReadingRow) -> None:
        station, _ = self._gauges[key]
        rule = self._rule
        late_ms = max(LATE_INTERVALS * station.interval_s * 1000, LATE_AT_LEAST_MS)
        if rule is None or self._now_ms() - row.at_ms > late_ms:
            return
        window_ms = max(rule.min_samples * station.interval_s * 1000, rule.window_min * self._hour_ms // 60)
        samples = await self._store.samples(*key, max(0, row.at_ms - window_ms), row.at_ms)
        rate = rise_per_hour(samples, row.at_ms, window_ms, rule.min_samples, self._hour_ms)
        if rate is None:
            return
        judged = _Judged(row.at_ms, row.value, rate)
        if self._events(self._room.state, key, rule, judged):
            await self._room.record(lambda state: self._events(state, key, rule, judged))

    def _events(self, state: RoomState, key: tuple[str, str], rule: RiseRule, judged: _Judged) -> tuple[Event, ...]:
        station, parameter = self._gauges[key]
        alert = self._open.find(state, station.station_id)
        before = alert is not None and alert.active
        if not rises_fast(judged.rate_m_per_h, before, rule.raise_m_per_h, rule.clear_m_per_h):
            if alert is None or not before:
                return ()
            return taken(return_alert(alert, f"{number_vi(judged.rate_m_per_h, 2)} m/giờ"))
        figure = _figure(rule, parameter, judged.rate_m_per_h)
        headline = rising_headline(station, parameter, judged.level_m, judged.rate_m_per_h)
        if alert is None:
            priority = Priority(rule.priority)
            new = station_alert(self._site, station, "station.rising", priority, headline, self._now_ms())
            self._open.note(station.station_id, new.alert_id)
            return raised(new.model_copy(update={"limit": figure}))
        change = Change(
            headline_vi=headline[0],
            headline_en=headline[1],
            limit=figure,
            text=f"{number_vi(judged.rate_m_per_h, 2)} m/giờ",
        )
        if not before:
            return (*taken(reactivate(alert, figure)), *taken(update(alert, change)))
        return taken(update(alert, change)) if _moved(alert, judged.rate_m_per_h) else ()


def _figure(rule: RiseRule, parameter: Parameter, rate_m_per_h: float) -> LimitReading:
    return LimitReading(
        symbol=parameter.symbol,
        unit="m/h",
        value=round(rate_m_per_h, 3),
        limit_value=rule.raise_m_per_h,
        limit_source=rule.source,
        window_min=rule.window_min,
    )


def _moved(alert: Alert, rate_m_per_h: float) -> bool:
    return alert.limit is None or abs(alert.limit.value - rate_m_per_h) >= NOTABLE_M_PER_H


def _is_level(parameter: Parameter) -> bool:
    kind = sensor_kind(parameter.symbol)
    return kind is not None and kind.key == "Level"
