"""Events, readings and rooms for the storage tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from sqlalchemy import text

from backend.contracts.alerts import Alert, AlertPhase
from backend.contracts.events import AlertAcknowledged, AlertRaised, CommandRefused, Event
from backend.contracts.kinds.alerts import Priority
from backend.contracts.state import RoomState
from backend.services.room import Room
from backend.storage.database import Database, open_database
from backend.storage.event_log import Draft, EventLog
from backend.storage.readings import ReadingRow

NOW_MS = 1_763_800_000_000


def now_ms() -> int:
    return NOW_MS


def alert(alert_id: str, priority: int = 3) -> Alert:
    return Alert(
        alert_id=alert_id,
        kind="station.limit",
        priority=Priority(priority),
        phase=AlertPhase.ACTIVE_UNACKNOWLEDGED,
        place_id="tl-07",
        place_name="Trạm Tằng Loỏng 7",
        headline_vi="SO₂ vượt ngưỡng",
        headline_en="SO2 over its limit",
        raised_ms=NOW_MS,
        changed_ms=NOW_MS,
    )


def raised(alert_id: str) -> AlertRaised:
    return AlertRaised(alert=alert(alert_id))


def acknowledged(alert_id: str) -> AlertAcknowledged:
    return AlertAcknowledged(alert_id=alert_id, comment="đã gọi nhà máy")


def refused(about: str, padding: int = 0) -> CommandRefused:
    return CommandRefused(
        command="alert.acknowledge", about=about, reason_code="not_found", reason="không có" + "x" * padding
    )


def drafts(events: Iterable[Event]) -> list[Draft]:
    return [Draft(event, actor="lan") for event in events]


def reading(at_ms: int, value: float = 1.0, status: int = 0, station: str = "tl-07", symbol: str = "SO2") -> ReadingRow:
    return ReadingRow(station, symbol, at_ms, value, status, NOW_MS, "doste")


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = open_database(url)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def opened_log(url: str) -> AsyncIterator[EventLog]:
    async with opened(url) as database:
        yield await EventLog.open(database)


@asynccontextmanager
async def opened_room(url: str, snapshot_every: int = 1000) -> AsyncIterator[Room]:
    async with opened_log(url) as log:
        yield await Room.open(log, now_ms, snapshot_every)


async def set_page_limit(database: Database, spare_pages: int | None) -> None:
    """Let an SQLite file grow by `spare_pages` pages only: past them it reports a full disk. None = no limit."""

    async def pages() -> int:
        return await database.read(lambda connection: int(connection.execute(text("PRAGMA page_count")).scalar_one()))

    limit = 1_073_741_823 if spare_pages is None else await pages() + spare_pages
    await database.write(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={limit}").all() and None)


def plain(state: RoomState) -> str:
    """Everything a state holds, to compare two of them."""
    return state.snapshot().model_dump_json()
