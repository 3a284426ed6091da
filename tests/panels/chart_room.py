"""A room for the charts' tests: the demonstration city, a story of readings, history from the real store in SQLite."""

from __future__ import annotations

import asyncio
import gc
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QObject, Qt, Signal

from backend.contracts.events import Event, LoggedEvent, SiteLoaded
from backend.contracts.readings import ReadingHistory, ReadingSeries, ReadingStatus
from backend.contracts.site import Parameter, Site, Station
from backend.contracts.state import Delta, RoomState, apply
from backend.storage.database import open_database
from backend.storage.readings import ReadingRow, ReadingsStore
from config.site import load_site, public_site
from console.models.link import LinkModel
from console.models.readings import ReadingStore
from console.models.session import Session
from console.timebase import monotonic_s

SITE_FOLDER = Path(__file__).resolve().parents[2] / "config" / "sites" / "laocai"
NOW_MS = 1_795_316_535_000  # 22/11/2026 10:02:15 in Lào Cai
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


@cache
def laocai() -> Site:
    return public_site(load_site(SITE_FOLDER), NOW_MS)


class HandClock:
    """A `Clock` that goes when it is told to."""

    def __init__(self, now_ms: int = NOW_MS) -> None:
        self.at_ms = now_ms

    @property
    def replaying(self) -> bool:
        return False

    def now_ms(self) -> int:
        return self.at_ms


class StoreDoor(QObject):
    """`HistoryDoor` on the real readings store, on a thread of its own; answers come by a queued signal.

    `refuse`: answer with this sentence instead.
    """

    _answered = Signal(object, object)

    def __init__(self, url: str) -> None:
        super().__init__()
        self.refuse = ""
        self.asked: list[tuple[str, str, int, int, int]] = []
        self._database = open_database(url)
        self._store = ReadingsStore(self._database)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._answered.connect(lambda call, answer: call(answer), Qt.ConnectionType.QueuedConnection)

    def fill(self, rows: Sequence[ReadingRow]) -> None:
        asyncio.run_coroutine_threadsafe(self._store.insert(rows), self._loop).result(30)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._database.close(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def readings(
        self,
        station_id: str,
        symbol: str,
        start_ms: int,
        end_ms: int,
        max_points: int,
        done: Callable[[ReadingHistory], None],
        failed: Callable[[str], None],
    ) -> None:
        self.asked.append((station_id, symbol, start_ms, end_ms, max_points))
        if self.refuse:
            self._answered.emit(failed, self.refuse)
            return

        async def look() -> None:
            series, buckets = await self._store.history(station_id, symbol, start_ms, end_ms, max_points)
            answer = ReadingHistory(
                station_id=station_id,
                symbol=symbol,
                unit="",
                start_ms=start_ms,
                end_ms=end_ms,
                series=series,
                buckets=buckets,
            )
            self._answered.emit(done, answer)

        asyncio.run_coroutine_threadsafe(look(), self._loop)

    def document(self, path: str, done: Callable[[bytes], None], failed: Callable[[str], None]) -> None:
        self._answered.emit(failed, "no documents here")


class ChartRoom:
    """A session over a real state, changed by real events only."""

    def __init__(self, door: StoreDoor, site: Site | None = None, language: str = "vi") -> None:
        self.state = RoomState(epoch="test")
        self.clock = HandClock()
        self.link = LinkModel()
        self.link.linked()
        self.link.heard(monotonic_s())
        self.readings = ReadingStore(self.clock)
        self.door = door
        unused = cast(Any, None)
        self.session = Session(
            clock=self.clock,
            state=self.state,
            alerts=unused,
            readings=self.readings,
            link=self.link,
            commands=unused,
            history=door,
            video=unused,
            preferences=unused,
            language=language,
        )
        self.happen(SiteLoaded(site=site or laocai()))

    def happen(self, *events: Event) -> None:
        """Fold these events and tell the session, as one batch."""
        merged = Delta()
        for event in events:
            logged = LoggedEvent(
                seq=self.state.seq + 1,
                at_ms=self.clock.now_ms(),
                actor="",
                caused_by=None,
                origin="",
                event=event,
            )
            merged.merge(apply(self.state, logged))
        self.session.changed.emit(merged)

    def send(self, station_id: str, symbol: str, samples: Sequence[tuple[int, float, ReadingStatus]]) -> None:
        """Live samples, as the link's batch brings them."""
        self.readings.add([series_of(station_id, symbol, samples)])


def series_of(station_id: str, symbol: str, samples: Sequence[tuple[int, float, ReadingStatus]]) -> ReadingSeries:
    return ReadingSeries(
        station_id=station_id,
        symbol=symbol,
        at_ms=tuple(sample[0] for sample in samples),
        value=tuple(sample[1] for sample in samples),
        status=tuple(sample[2] for sample in samples),
    )


@contextmanager
def chart_room(folder: Path, site: Site | None = None, language: str = "vi") -> Iterator[ChartRoom]:
    """A room whose history lies in `folder`.

    The collector rests meanwhile: run by the store's threads it would destroy Qt objects of the GUI thread there,
    with their timers still armed.
    """
    gc.collect()
    gc.disable()
    door = StoreDoor(f"sqlite:///{(folder / 'readings.sqlite3').as_posix()}")
    try:
        yield ChartRoom(door, site, language)
    finally:
        door.close()
        gc.enable()
        gc.collect()


def story(station: Station, parameter: Parameter, start_ms: int, end_ms: int) -> list[tuple[int, float, ReadingStatus]]:
    """Samples a minute apart that look like what the parameter measures: deterministic, no chance in it."""
    base = _base(parameter)
    seed = sum(map(ord, station.station_id + parameter.symbol))
    samples: list[tuple[int, float, ReadingStatus]] = []
    for at_ms in range(start_ms, end_ms, station.interval_s * 1000):
        hours = at_ms / HOUR_MS
        if parameter.symbol == "Rain":
            value = max(0.0, math.sin(hours * 1.3 + seed) - 0.6) * 0.8
        else:
            swing = (
                math.sin(hours / 3.8 + seed) + 0.35 * math.sin(hours * 5.1 + seed) + 0.25 * math.sin(hours * 47 + seed)
            )
            value = base * (1 + (0.0015 if parameter.unit in ("m", "hPa") else 0.16) * swing)
        samples.append((at_ms, round(value, parameter.decimals), 0))
    return samples


def rows_of(station_id: str, symbol: str, samples: Sequence[tuple[int, float, ReadingStatus]]) -> list[ReadingRow]:
    return [ReadingRow(station_id, symbol, at_ms, value, status, at_ms, "test") for at_ms, value, status in samples]


def _base(parameter: Parameter) -> float:
    uppers = [limit.value for limit in parameter.limits if limit.direction == "above"]
    if parameter.unit == "pH":
        return 7.2
    if parameter.symbol == "DO":
        return 6.4
    if uppers:
        return uppers[0] * (1.0 if parameter.unit == "m" else 0.55)
    return {"Flow": 84_000.0, "Temp": 68.0, "P": 1004.0, "RH": 74.0, "O2": 8.4}.get(parameter.symbol, 20.0)
