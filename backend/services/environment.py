"""Limits and alarm levels of the measuring stations: readings in, alerts out.

One alert per station and parameter, about the worst limit in force. Judged at the newest sample only: what is filled
in behind it (an outage's files) changes the trend, and at most raises a silent alert.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from backend.contracts.alerts import Alert, LimitReading
from backend.contracts.events import Event
from backend.contracts.kinds.alerts import AlertKindKey, Priority
from backend.contracts.kinds.sensors import sensor_kind
from backend.contracts.site import Limit, Parameter, Station
from backend.contracts.state import RoomState
from backend.domain.alerts import Change, reactivate, return_alert, update
from backend.domain.delays import Delay, settle
from backend.domain.limits import (
    DEFAULT_RULES,
    Figure,
    Judgement,
    LimitRules,
    at_reference,
    judge,
    notable,
    window_figure,
)
from backend.domain.wording import level_headline, limit_headline, number_vi, rain_headline
from backend.services.open_alerts import OpenAlerts
from backend.services.places import raised, station_alert, taken
from backend.services.readings import ReadingsService
from backend.services.room import Room
from backend.storage.readings import ReadingRow, ReadingsStore
from config.model import SiteConfig

LATE_INTERVALS: Final = 3
LATE_AT_LEAST_MS: Final = 60_000
"""A sample older than three intervals (and a minute) is back-filled: it never raises an alert that sounds."""

_KINDS: Final = ("station.limit", "station.level", "station.rain")
_Key = tuple[str, str]


def _keys_of(alert: Alert) -> tuple[str, ...]:
    if alert.kind not in _KINDS or alert.limit is None:
        return ()
    return (_index_key((alert.place_id, alert.limit.symbol)),)


def _index_key(key: _Key) -> str:
    return "\n".join(key)


class EnvironmentWatch:
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
        self._site = site
        self._room = room
        self._readings = readings
        self._store = store
        self._now_ms = now_ms
        self._rules = rules
        self._open = OpenAlerts(_keys_of)
        self._judged: dict[_Key, tuple[Station, Parameter]] = {}
        self._delays: dict[_Key, Delay] = {}
        self._bands: dict[_Key, LimitRules] = {}
        self._since_ms: dict[_Key, int] = {}
        self._due_ms: dict[_Key, int] = {}
        self._pending: dict[_Key, int] = {}
        self._newest_ms: dict[_Key, int] = {}
        self._wake = asyncio.Event()
        self._watch(site.stations)

    async def run(self) -> None:
        """Judge what comes, until cancelled. What came while nobody judged is judged first.

        Raises:
            StorageError: an alert could not be stored; nothing is lost by running again.
        """
        stop = self._readings.listen(self._arrived)
        try:
            self._arrived(self._readings.latest())
            while True:
                await self._wait()
                self._wake.clear()
                self._ripen()
                await self._judge_pending()
        finally:
            stop()
            if self._pending:
                self._wake.set()

    def take_stations(self, stations: Sequence[Station]) -> None:
        """Their limits are others from now on: the newest sample of each parameter is judged by them at once."""
        self._watch(stations)
        self._arrived(self._readings.latest())

    def _watch(self, stations: Sequence[Station]) -> None:
        for station in stations:
            for parameter in station.parameters:
                key = (station.station_id, parameter.symbol)
                # One that lost its last limit stays watched: its alert has to return.
                if parameter.limits or key in self._judged:
                    self._judged[key] = (station, parameter)
                    self._delays[key] = _delay(self._site, *key)
                    self._bands[key] = _rules(self._site, *key, self._rules)

    async def catch_up(self) -> None:
        """Judge the newest sample of every parameter once, as `run` does at its start. Raises: StorageError."""
        self._arrived(self._readings.latest())
        self._ripen()
        await self._judge_pending()

    async def _wait(self) -> None:
        """Until something comes, or the first delay is over."""
        first_ms = min(self._due_ms.values(), default=None)
        left_s = None if first_ms is None else max(0.0, (first_ms - self._now_ms()) / 1000)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), left_s)

    def _ripen(self) -> None:
        """What was measured last holds: where its delay is over, it is judged again."""
        now_ms = self._now_ms()
        for key in [key for key, due_ms in self._due_ms.items() if due_ms <= now_ms]:
            del self._due_ms[key]
            self._pending.setdefault(key, self._newest_ms[key])

    def _arrived(self, rows: Sequence[ReadingRow]) -> None:
        for row in rows:
            key = (row.station_id, row.symbol)
            if key in self._judged and row.at_ms >= self._newest_ms.get(key, 0):
                self._newest_ms[key] = row.at_ms
                self._pending[key] = row.at_ms
        if self._pending:
            self._wake.set()

    async def _judge_pending(self) -> None:
        while self._pending:
            key, at_ms = next(iter(self._pending.items()))
            await self._judge(key, at_ms)
            # Newer samples may have come meanwhile; only what was judged is done.
            if self._pending.get(key) == at_ms:
                del self._pending[key]

    async def _judge(self, key: _Key, at_ms: int) -> None:
        station, parameter = self._judged[key]
        figures = await self._figures(station, parameter, at_ms)
        if self._would_change(self._room.state, key, figures, at_ms):
            await self._room.record(lambda state: self._decide(state, key, figures, at_ms))

    def _would_change(self, state: RoomState, key: _Key, figures: dict[int, Figure | None], at_ms: int) -> bool:
        """Most samples change nothing: they must not cost a turn of the log. Nor what has not lasted yet."""
        alert = self._open.find(state, _index_key(key))
        passed = self._judgement(key, figures, alert).passed is not None
        active = alert is not None and alert.active
        return self._lasted(key, active, passed, at_ms) and (passed or active)

    def _lasted(self, key: _Key, active: bool, passed: bool, at_ms: int) -> bool:
        """What is measured has been so for its delay. What is filled in afterwards has lasted already."""
        self._due_ms.pop(key, None)
        if self._late(key, at_ms):
            return True
        settled = settle(active, passed, self._since_ms.pop(key, None), self._now_ms(), self._delays[key])
        if settled.since_ms is not None and settled.due_ms is not None:
            self._since_ms[key], self._due_ms[key] = settled.since_ms, settled.due_ms
        return settled.on == passed

    def _late(self, key: _Key, at_ms: int) -> bool:
        station, _ = self._judged[key]
        return self._now_ms() - at_ms > max(LATE_INTERVALS * station.interval_s * 1000, LATE_AT_LEAST_MS)

    async def _figures(self, station: Station, parameter: Parameter, at_ms: int) -> dict[int, Figure | None]:
        interval_ms = max(1, station.interval_s) * 1000
        windows = {limit.window_min: self._window_ms(limit.window_min, interval_ms) for limit in parameter.limits}
        longest_ms = max((*windows.values(), LATE_INTERVALS * interval_ms))
        start_ms = max(0, at_ms - longest_ms)
        samples = await self._store.samples(station.station_id, parameter.symbol, start_ms, at_ms)
        reference = next((limit.o2_ref_percent for limit in parameter.limits), None)
        if reference is not None:
            oxygen = await self._store.samples(station.station_id, _oxygen_symbol(station), start_ms, at_ms)
            samples = at_reference(samples, oxygen, reference)
        return {
            window_min: window_figure(samples, at_ms, window_ms, interval_ms, _accumulates(parameter))
            for window_min, window_ms in windows.items()
        }

    def _window_ms(self, window_min: int, interval_ms: int) -> int:
        """A simulated city's hour is shorter than ours by its speed-up."""
        if window_min == 0:
            return 0
        return max(interval_ms, round(window_min * 60_000 / max(1.0, self._site.speed_up)))

    def _judgement(self, key: _Key, figures: dict[int, Figure | None], alert: Alert | None) -> Judgement:
        _, parameter = self._judged[key]
        current = alert.limit if alert is not None and alert.active else None
        return judge(parameter.limits, figures, current, parameter.unit, _accumulates(parameter), self._bands[key])

    def _decide(self, state: RoomState, key: _Key, figures: dict[int, Figure | None], at_ms: int) -> tuple[Event, ...]:
        station, parameter = self._judged[key]
        alert = self._open.find(state, _index_key(key))
        judgement = self._judgement(key, figures, alert)
        late = self._late(key, at_ms)
        if judgement.passed is None:
            return () if alert is None else taken(return_alert(alert, _back(parameter, figures, alert)))
        if judgement.value is None or judgement.priority is None:
            return ()
        passed, value, priority = judgement.passed, judgement.value, judgement.priority
        if alert is None:
            return self._raise(station, parameter, passed, value, priority, late)
        if not alert.active:
            if late:
                return ()
            change = _change(station, parameter, passed, value, priority)
            return (*taken(reactivate(alert, change.limit)), *taken(update(alert, change)))
        if alert.silent and not late:
            # Back-filled data raised it without a sound; now it is true on live data, and that must be heard.
            over = taken(return_alert(alert, "số liệu trực tiếp xác nhận, thay bằng cảnh báo mới"))
            return (*over, *self._raise(station, parameter, passed, value, priority, late=False))
        return self._follow(alert, station, parameter, passed, value, priority)

    def _raise(
        self, station: Station, parameter: Parameter, passed: Limit, value: float, priority: Priority, late: bool
    ) -> tuple[Event, ...]:
        kind = _kind(parameter)
        headline = _headline(station, parameter, value, passed)
        alert = station_alert(self._site, station, kind, priority, headline, self._now_ms()).model_copy(
            update={"limit": _reading(parameter, passed, value), "silent": late}
        )
        self._open.note(_index_key((station.station_id, parameter.symbol)), alert.alert_id)
        return raised(alert)

    def _follow(
        self, alert: Alert, station: Station, parameter: Parameter, passed: Limit, value: float, priority: Priority
    ) -> tuple[Event, ...]:
        """Tell an active alert's news: another limit, a worse priority, or a figure that moved."""
        told = alert.limit
        if told is None:
            return ()
        same = (told.limit_value, told.window_min) == (passed.value, passed.window_min)
        # Within one limit the priority only rises: a figure that swings around twice the limit must not chatter.
        kept = min(priority, alert.priority) if same else priority
        if same and kept == alert.priority and not notable(told, value, parameter.unit, self._rules):
            return ()
        return taken(update(alert, _change(station, parameter, passed, value, kept)))


def _delay(site: SiteConfig, station_id: str, symbol: str) -> Delay:
    found = site.delay(station_id, symbol)
    if found is None:
        return Delay()
    # A simulated city's minute is shorter than ours by its speed-up.
    ms = 1000 / max(1.0, site.speed_up)
    return Delay(on_ms=round(found.on_delay_s * ms), off_ms=round(found.off_delay_s * ms))


def _rules(site: SiteConfig, station_id: str, symbol: str, rules: LimitRules) -> LimitRules:
    found = site.delay(station_id, symbol)
    if found is None or found.dead_band_ratio is None:
        return rules
    return replace(rules, dead_band_ratio=found.dead_band_ratio)


def _change(station: Station, parameter: Parameter, passed: Limit, value: float, priority: Priority) -> Change:
    headline_vi, headline_en = _headline(station, parameter, value, passed)
    return Change(
        priority=priority,
        headline_vi=headline_vi,
        headline_en=headline_en,
        limit=_reading(parameter, passed, value),
        text=f"{parameter.symbol} {number_vi(value, parameter.decimals)} {parameter.unit}",
    )


def _reading(parameter: Parameter, passed: Limit, value: float) -> LimitReading:
    return LimitReading(
        symbol=parameter.symbol,
        unit=parameter.unit,
        value=value,
        limit_value=passed.value,
        limit_source=passed.source,
        window_min=passed.window_min,
    )


def _headline(station: Station, parameter: Parameter, value: float, passed: Limit) -> tuple[str, str]:
    words = {"station.level": level_headline, "station.rain": rain_headline}.get(_kind(parameter), limit_headline)
    return words(station, parameter, value, passed)


def _oxygen_symbol(station: Station) -> str:
    for parameter in station.parameters:
        kind = sensor_kind(parameter.symbol)
        if kind is not None and kind.key == "O2":
            return parameter.symbol
    return "O2"


def _back(parameter: Parameter, figures: dict[int, Figure | None], alert: Alert) -> str:
    figure = figures.get(alert.limit.window_min) if alert.limit is not None else None
    if figure is None:
        return ""
    return f"{parameter.symbol} {number_vi(figure.value, parameter.decimals)} {parameter.unit}"


def _kind(parameter: Parameter) -> AlertKindKey:
    kind = sensor_kind(parameter.symbol)
    match kind.key if kind is not None else "":
        case "Level":
            return "station.level"
        case "Rain":
            return "station.rain"
        case _:
            return "station.limit"


def _accumulates(parameter: Parameter) -> bool:
    kind = sensor_kind(parameter.symbol)
    return kind is not None and kind.accumulates
