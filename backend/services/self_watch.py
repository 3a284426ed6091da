"""The room watches itself: disks that fill, a database that slows, queues that grow, clocks that are wrong,
certificates that end.

Each is an alert of the room's own class, never among the city's, begun and ended with hysteresis. How each is measured
is given from outside: this module only judges.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.contracts.alerts import Alert
from backend.contracts.events import Event
from backend.contracts.kinds.alerts import AlertKindKey
from backend.contracts.state import RoomState
from backend.domain.alerts import return_alert
from backend.domain.wording import number_vi
from backend.services.open_alerts import OpenAlerts
from backend.services.places import own_alert, raised, taken
from backend.services.room import Room
from backend.storage.database import Database
from backend.storage.errors import StorageError
from backend.storage.notes import NotesStore
from backend.storage.readings import ReadingRow
from backend.storage.writer import QUEUE_ROWS
from config.model import SelfLimits, SiteConfig

TICK_S: Final = 5.0
GB: Final = 1e9
_KINDS: Final[tuple[AlertKindKey, ...]] = (
    "disk.low",
    "database.slow",
    "queue.full",
    "clock.skew",
    "service.fault",
    "certificate.ending",
)


@dataclass(frozen=True, slots=True)
class Look:
    """One figure against its limit. `badness`: 1 = at the limit, more is worse; `words`: (vi, en) of the headline."""

    kind: AlertKindKey
    place_id: str
    place_name: str
    badness: float
    words: tuple[str, str]


Eye = Callable[[], Awaitable[Sequence[Look]]]


class SelfWatch:
    """Event-loop thread only."""

    def __init__(
        self,
        site: SiteConfig,
        room: Room,
        eyes: Sequence[Eye],
        now_ms: Callable[[], int],
    ) -> None:
        self._site = site
        self._room = room
        self._eyes = eyes
        self._now_ms = now_ms
        self._limits = site.self_watch
        self._open = OpenAlerts(lambda alert: (_key(alert.kind, alert.place_id),) if alert.kind in _KINDS else ())

    async def run(self) -> None:
        """Look once a tick, until cancelled. Raises: StorageError."""
        while True:
            await self.look()
            await asyncio.sleep(TICK_S)

    async def look(self) -> None:
        """Record every change there is now. Raises: StorageError."""
        looks = [look for eye in self._eyes for look in await eye()]
        if self._decide(self._room.state, looks):
            await self._room.record(lambda state: self._decide(state, looks))

    def _decide(self, state: RoomState, looks: Sequence[Look]) -> tuple[Event, ...]:
        events: list[Event] = []
        seen = {_key(look.kind, look.place_id) for look in looks}
        for look in looks:
            alert = self._open.find(state, _key(look.kind, look.place_id))
            events += self._judged(look, alert)
        for alert in state.alerts.values():
            if alert.kind in _KINDS and alert.active and _key(alert.kind, alert.place_id) not in seen:
                events += taken(return_alert(alert, "không còn được theo dõi"))
        return tuple(events)

    def _judged(self, look: Look, alert: Alert | None) -> tuple[Event, ...]:
        if alert is None or not alert.active:
            if look.badness < 1.0:
                return ()
            new = own_alert(self._site, look.kind, look.place_id, look.place_name, look.words, self._now_ms())
            self._open.note(_key(look.kind, look.place_id), new.alert_id)
            return raised(new)
        if look.badness < 1.0 - self._limits.back_share:
            return taken(return_alert(alert, "đã trở lại bình thường"))
        return ()


def _key(kind: str, place_id: str) -> str:
    return f"{kind}\n{place_id}"


def ahead_of_us(rows: Iterable[ReadingRow]) -> dict[str, int]:
    """Producer -> by how many ms its newest sample was ahead of our clock when it came."""
    ahead: dict[str, int] = {}
    for row in rows:
        ahead[row.producer_id] = max(ahead.get(row.producer_id, 0), row.at_ms - row.received_ms)
    return ahead


def _usage(folder: Path) -> tuple[int, int]:
    usage = shutil.disk_usage(folder)
    return usage.free, usage.total


def disk_eye(folders: Mapping[str, Path], limits: SelfLimits, usage: Callable[[Path], tuple[int, int]] = _usage) -> Eye:
    """Free space of the disks that the backend writes to.

    Args:
        folders: name -> folder on the disk.
        usage: (free, all) bytes of a folder's disk.
    """

    async def look() -> Sequence[Look]:
        looks = []
        for name, folder in folders.items():
            try:
                free, total = await asyncio.to_thread(usage, folder)
            except OSError:
                continue  # a volume that is away is told by the recorder, which cannot write to it
            free_gb, low_gb = free / GB, min(limits.disk_low_gb, limits.disk_low_share * total / GB)
            words = (f"Đĩa {name} còn trống {number_vi(free_gb, 1)} GB", f"Disk {name}: {free_gb:.1f} GB free")
            looks.append(Look("disk.low", f"disk-{name}", name, low_gb / max(free_gb, 1e-6), words))
        return looks

    return look


def database_eyes(database: Database, limits: SelfLimits) -> tuple[Eye, Eye]:
    """How long a small write takes, and how full the queue of writes is."""
    notes = NotesStore(database)

    async def slow() -> Sequence[Look]:
        began_s = time.monotonic()
        try:
            await notes.put("self_watch.probe", "")
        except StorageError:
            return ()  # nothing can be stored at all: the room says so itself
        took_ms = (time.monotonic() - began_s) * 1000
        words = (f"Ghi vào cơ sở dữ liệu mất {took_ms:.0f} ms", f"A write to the database takes {took_ms:.0f} ms")
        return (Look("database.slow", "database", "", took_ms / limits.write_slow_ms, words),)

    async def full() -> Sequence[Look]:
        share = database.writer.rows_pending / QUEUE_ROWS
        words = (f"Hàng đợi ghi đầy {share:.0%}", f"The write queue is {share:.0%} full")
        return (Look("queue.full", "write-queue", "", share / limits.queue_full_share, words),)

    return slow, full


def detector_eye(faults: Callable[[], Mapping[str, str]]) -> Eye:
    """Detectors of our own analytics that do not count. `faults`: camera -> why."""

    async def look() -> Sequence[Look]:
        return [
            Look(
                "service.fault",
                f"detector-{camera_id}",
                camera_id,
                1.0,
                (
                    f"{camera_id}: bộ nhận dạng không đếm được: {why}",
                    f"{camera_id}: its detector does not count: {why}",
                ),
            )
            for camera_id, why in faults().items()
        ]

    return look


class ClockEye:
    """Producers whose samples come from the future, and our own clock when it jumps against one that never does."""

    def __init__(
        self,
        ahead_ms: Callable[[], Mapping[str, int]],
        now_ms: Callable[[], int],
        limits: SelfLimits,
        mono_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ahead_ms = ahead_ms
        self._now_ms = now_ms
        self._limits = limits
        self._mono_s = mono_s
        self._apart_ms = self._apart()

    def _apart(self) -> float:
        return self._now_ms() - self._mono_s() * 1000

    async def __call__(self) -> Sequence[Look]:
        """One look a producer that is ahead, and one of ours."""
        jumped_s = abs(self._apart() - self._apart_ms) / 1000
        self._apart_ms = self._apart()
        words = (f"Đồng hồ máy chủ nhảy {jumped_s:.0f} s", f"The server's clock jumped by {jumped_s:.0f} s")
        looks = [Look("clock.skew", "server-clock", "", jumped_s / self._limits.clock_off_s, words)]
        for producer_id, ahead_ms in self._ahead_ms().items():
            ahead_s = ahead_ms / 1000
            told = (
                f"{producer_id}: đồng hồ chạy trước {ahead_s:.0f} s",
                f"{producer_id}: its clock is {ahead_s:.0f} s ahead",
            )
            looks.append(Look("clock.skew", producer_id, producer_id, ahead_s / self._limits.clock_off_s, told))
        return looks


def seat_eye(clocks: Callable[[], Mapping[str, int]], limits: SelfLimits) -> Eye:
    """Desks whose clock is not ours. `clocks`: address of the desk's machine -> by how many ms it is ahead of us."""

    async def look() -> Sequence[Look]:
        looks = []
        for origin, ahead_ms in clocks().items():
            ahead_s = ahead_ms / 1000
            vi, en = ("chạy trước", "ahead") if ahead_s > 0 else ("chạy sau", "behind")
            words = (
                f"Đồng hồ của bàn trực {origin} {vi} máy chủ {number_vi(abs(ahead_s), 1)} s",
                f"The clock of the desk at {origin} is {abs(ahead_s):.1f} s {en}",
            )
            looks.append(Look("clock.skew", f"seat-{origin}", origin, abs(ahead_s) / limits.seat_clock_off_s, words))
        return looks

    return look
