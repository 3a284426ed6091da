"""Durable events a second, against what the same disk does in the same run without us.

Two cases: many callers with one event each (bound by the disk's sync: anchor = fsync/s x mean batch), and large
appends (bound by the processor: anchor = sqlite3's own executemany of the very same rows into an equal table).
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from backend.contracts.events import CommandRefused, Event
from backend.contracts.state import RoomState
from backend.services.room import Room
from backend.storage.database import open_database
from backend.storage.event_log import Draft, EventLog
from backend.storage.readings import ReadingRow, ReadingsStore

NOW_MS = 1_763_800_000_000
CALLERS = 64
BULK = 1_000
_TABLE = (
    "CREATE TABLE events (seq INTEGER NOT NULL PRIMARY KEY, epoch TEXT NOT NULL, at_ms BIGINT NOT NULL,"
    " actor TEXT NOT NULL, caused_by TEXT, origin TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL);"
    "CREATE INDEX events_caused_by ON events (caused_by) WHERE caused_by IS NOT NULL"
)


def run(brief: bool) -> dict[str, object]:
    """Medians of interleaved repeats. `*_ratio` is ours to the anchor beside it."""
    repeats, single, bulk = (1, 20, 10_000) if brief else (7, 100, 100_000)
    kept: dict[str, list[float]] = {}
    # In the working folder's own disk: /tmp may be memory, where a sync costs nothing.
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        for repeat in range(repeats):
            place = Path(folder) / str(repeat)
            place.mkdir()
            figures = {
                "fsync_per_s": fsync_per_s(place / "fsync", 20 if brief else 300),
                **asyncio.run(_callers(place / "callers.sqlite3", single)),
                "raw_executemany_per_s": _raw(place / "raw.sqlite3", bulk),
                "bulk_events_per_s": asyncio.run(_bulk(place / "bulk.sqlite3", bulk)),
                "room_events_per_s": asyncio.run(_room(place / "room.sqlite3", bulk // 10)),
                "readings_per_s": asyncio.run(_readings(place / "readings.sqlite3", bulk)),
            }
            figures["sync_bound_anchor_per_s"] = figures["fsync_per_s"] * figures["mean_batch"]
            figures["sync_bound_ratio"] = figures["callers_events_per_s"] / figures["sync_bound_anchor_per_s"]
            figures["cpu_bound_ratio"] = figures["bulk_events_per_s"] / figures["raw_executemany_per_s"]
            for name, value in figures.items():
                kept.setdefault(name, []).append(value)
    return {"repeats": repeats, **{name: float(f"{median(values):.4g}") for name, values in kept.items()}}


def fsync_per_s(file: Path, times: int) -> float:
    """What the disk does with a WAL-like load: append a few pages, sync."""
    page = b"x" * 4096
    with file.open("wb", buffering=0) as stream:
        began_s = time.perf_counter()
        for _ in range(times):
            stream.write(page * 8)
            os.fdatasync(stream.fileno())
        return times / (time.perf_counter() - began_s)


def _draft(number: int) -> Draft:
    reason = f"cảnh báo {number} đã được người khác xác nhận lúc 10:02:15"
    event = CommandRefused(
        command="alert.acknowledge", about=f"alert-{number}", reason_code="wrong_phase", reason=reason
    )
    return Draft(event, "lan", f"{number:032x}", "10.0.0.7")


async def _timed(work: Callable[[], object], rows: int) -> float:
    began_s = time.perf_counter()
    result = work()
    if asyncio.isfuture(result) or asyncio.iscoroutine(result):
        await result
    return rows / (time.perf_counter() - began_s)


async def _callers(file: Path, times: int) -> dict[str, float]:
    log = await EventLog.open(open_database(f"sqlite:///{file}"))
    drafts = [_draft(number) for number in range(CALLERS)]

    async def caller(number: int) -> None:
        for _ in range(times):
            await log.append([drafts[number]], NOW_MS)

    writer = log.database.writer
    before = writer.transactions
    rate = await _timed(lambda: asyncio.gather(*[caller(number) for number in range(CALLERS)]), CALLERS * times)
    mean_batch = CALLERS * times / (writer.transactions - before)
    await log.database.close()
    return {"callers_events_per_s": rate, "mean_batch": mean_batch}


async def _bulk(file: Path, count: int) -> float:
    log = await EventLog.open(open_database(f"sqlite:///{file}"))
    parts = [[_draft(start + number) for number in range(BULK)] for start in range(0, count, BULK)]

    async def feed(share: list[list[Draft]]) -> None:
        for part in share:
            await log.append(part, NOW_MS)

    rate = await _timed(lambda: asyncio.gather(*[feed(parts[start::4]) for start in range(4)]), count)
    await log.database.close()
    return rate


def _decide(events: Sequence[Event], state: RoomState) -> Sequence[Event]:
    return events


async def _room(file: Path, count: int) -> float:
    """The whole way of an event: decided, applied, stored, folded, handed to a listener."""
    log = await EventLog.open(open_database(f"sqlite:///{file}"))
    room = await Room.open(log, lambda: NOW_MS)
    heard: list[int] = []
    room.listen(lambda events: heard.extend(one.seq for one in events))
    events = [(_draft(number).event,) for number in range(count)]

    async def caller(start: int) -> None:
        for number in range(start, count, CALLERS):
            await room.record(partial(_decide, events[number]), actor="lan")

    rate = await _timed(lambda: asyncio.gather(*[caller(start) for start in range(CALLERS)]), count)
    assert len(heard) == count
    await log.database.close()
    return rate


async def _readings(file: Path, count: int) -> float:
    """Four producers, each with files of twenty parameters and fifty instants."""
    database = open_database(f"sqlite:///{file}")
    store = ReadingsStore(database)

    def rows(start: int) -> list[ReadingRow]:
        return [
            ReadingRow(f"tl-{start % 18}", f"P{number % 20}", NOW_MS + start * BULK + number // 20, 1.0, 0, NOW_MS, "x")
            for number in range(BULK)
        ]

    files = [rows(start) for start in range(count // BULK)]

    async def producer(share: list[list[ReadingRow]]) -> None:
        for part in share:
            await store.insert(part)

    rate = await _timed(lambda: asyncio.gather(*[producer(files[start::4]) for start in range(4)]), count)
    await database.close()
    return rate


def _raw(file: Path, count: int) -> float:
    """sqlite3 itself: the same rows, ready made, the same settings, transactions of the same size."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.executescript(_TABLE)
    rows = []
    for seq in range(1, count + 1):
        draft = _draft(seq)
        body = draft.event.model_dump_json()
        rows.append((seq, "e" * 32, NOW_MS, draft.actor, draft.caused_by, draft.origin, draft.event.kind, body))
    began_s = time.perf_counter()
    for start in range(0, count, 4 * BULK):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows[start : start + 4 * BULK])
        connection.execute("COMMIT")
    rate = count / (time.perf_counter() - began_s)
    connection.close()
    return rate
