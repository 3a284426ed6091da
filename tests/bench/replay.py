"""Seeks into a log of ten million events over thirty days, against what they must cost at least.

A seek is what a console does: ask the state door over HTTP, parse the answer, fold the tail onto the snapshot. Its
anchor, in the same run at the same instants: find the place in the log, read and parse the snapshot, fold the tail
that is parsed already, all in one process. `warm`: as the system keeps the files; `cold`: the system is told to let go
of the database's pages before each. Full speed is events a second through the events door, parsed and folded page by
page with the next page on its way, against folding alone. Garbage is collected as the console does it: never by
itself, young objects twice a second, which is part of the time. `--data FOLDER` keeps the database for the next run
(about 5 GB), else a temporary one is made.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import Connection, select

from backend.contracts.events import LoggedEvent
from backend.contracts.replay import ReplayEvents, ReplayReadings, StateThen, Timeline
from backend.contracts.state import RoomState, StateSnapshot, apply
from backend.storage import log_clock
from backend.storage.database import Database, open_database
from backend.storage.tables import snapshots
from tests.bench._replay_room import DAY_MS, SEED, Built, built, doors, url

PAGE = 2_000
"""Events that a console asks for at once."""

COLLECT_EVERY_S = 0.5
"""As console/app.py does."""


class _Collector:
    """Called between steps; collects when it is time to."""

    def __init__(self) -> None:
        self._next_s = time.perf_counter() + COLLECT_EVERY_S

    def __call__(self) -> None:
        if time.perf_counter() >= self._next_s:
            gc.collect(1)
            self._next_s = time.perf_counter() + COLLECT_EVERY_S


_collect = _Collector()


@dataclass
class Times:
    seek_ms: list[float] = field(default_factory=list)
    door_ms: list[float] = field(default_factory=list)
    anchor_ms: list[float] = field(default_factory=list)
    tail: list[int] = field(default_factory=list)


def run(brief: bool, data: Path | None = None) -> dict[str, object]:
    """Times in milliseconds; `*_ratio` is ours to the anchor."""
    events, days, warm, cold = (20_000, 0.06, 60, 20) if brief else (10_000_000, 30.0, 1_000, 200)
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as scratch:
        folder = data or Path(scratch)
        made = built(folder, events, days)
        with doors(folder) as (port, token):
            client = httpx.Client(
                base_url=f"http://127.0.0.1:{port}/api/v1/replay", headers={"Authorization": f"Bearer {token}"}
            )
            database = open_database(url(folder))
            try:
                return {**asdict(made), **_measure(client, database, folder, made, warm, cold)}
            finally:
                asyncio.run(database.close())
                client.close()


def _measure(
    client: httpx.Client, database: Database, folder: Path, made: Built, warm: int, cold: int
) -> dict[str, object]:
    gc.disable()
    try:
        return _measure_all(client, database, folder, made, warm, cold)
    finally:
        gc.enable()


def _measure_all(
    client: httpx.Client, database: Database, folder: Path, made: Built, warm: int, cold: int
) -> dict[str, object]:
    seeks = {
        "warm": _seeks(client, database, made, warm, lambda: None),
        "cold": _seeks(client, database, made, cold, lambda: _forget(folder)),
    }
    figures: dict[str, object] = {}
    for name, times in seeks.items():
        for what in ("seek_ms", "door_ms", "anchor_ms"):
            values = getattr(times, what)
            figures[f"{name}_{what}_p50"], figures[f"{name}_{what}_p95"] = _rounded(values, 0.5), _rounded(values, 0.95)
        ratio = _quantile(times.seek_ms, 0.95) / _quantile(times.anchor_ms, 0.95)
        figures[f"{name}_seek_ratio"] = float(f"{ratio:.3g}")
    figures["tail_events_p95"] = _rounded([float(one) for one in seeks["warm"].tail], 0.95)
    figures |= _other_doors(client, made)
    figures |= _full_speed(client, made)
    return figures


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _rounded(values: Sequence[float], share: float) -> float:
    return float(f"{_quantile(values, share):.4g}")


def _forget(folder: Path) -> None:
    for path in folder.glob("trucban.sqlite3*"):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def _get(client: httpx.Client, door: str, **query: str | int) -> bytes:
    answer = client.get(door, params=query)
    answer.raise_for_status()
    return answer.content


# -- seeks -------------------------------------------------------------------------------------------------------


def _seeks(client: httpx.Client, database: Database, made: Built, count: int, before: Callable[[], None]) -> Times:
    chance = random.Random(SEED + count)
    times = Times()
    for number in range(count):
        at_ms = chance.randint(made.first_ms, made.last_ms)
        state: RoomState | None = None
        if number % 2:
            before()
            state, tail = _seek(client, at_ms, times)
        else:
            tail = StateThen.model_validate_json(_get(client, "/state", at=at_ms)).tail
        before()
        other = _anchor(database, at_ms, tail, times)
        if state is None:
            before()
            state, _ = _seek(client, at_ms, times)
        other.epoch = state.epoch
        if state.snapshot() != other.snapshot():
            raise AssertionError(f"the state at {at_ms} is another than the anchor's")
        times.tail.append(len(tail))
    return times


def _seek(client: httpx.Client, at_ms: int, times: Times) -> tuple[RoomState, Sequence[LoggedEvent]]:
    began_s = time.perf_counter()
    body = _get(client, "/state", at=at_ms)
    answered_s = time.perf_counter()
    then = StateThen.model_validate_json(body)
    state = RoomState() if then.snapshot is None else RoomState.from_snapshot(then.snapshot)
    state.epoch = then.epoch
    for logged in then.tail:
        apply(state, logged)
    _collect()
    times.seek_ms.append(1000 * (time.perf_counter() - began_s))
    times.door_ms.append(1000 * (answered_s - began_s))
    return state, then.tail


def _anchor(database: Database, at_ms: int, tail: Sequence[LoggedEvent], times: Times) -> RoomState:
    def look(connection: Connection) -> bytes | None:
        seq = log_clock.seq_at(connection, at_ms)
        query = select(snapshots.c.packed).where(snapshots.c.seq <= seq).order_by(snapshots.c.seq.desc()).limit(1)
        return connection.execute(query).scalar_one_or_none()

    began_s = time.perf_counter()
    with database._reading.begin() as connection:  # in this very thread: a hand-over is not part of the anchor
        packed = look(connection)
    state = RoomState()
    if packed is not None:
        state = RoomState.from_snapshot(StateSnapshot.model_validate_json(zlib.decompress(packed)))
    for logged in tail:
        apply(state, logged)
    _collect()
    times.anchor_ms.append(1000 * (time.perf_counter() - began_s))
    return state


# -- the other doors ---------------------------------------------------------------------------------------------


def _other_doors(client: httpx.Client, made: Built) -> dict[str, object]:
    chance = random.Random(SEED)
    times: dict[str, list[float]] = {}
    span_ms = made.last_ms - made.first_ms

    def timed(name: str, door: str, **query: str | int) -> bytes:
        began_s = time.perf_counter()
        body = _get(client, door, **query)
        times.setdefault(name, []).append(1000 * (time.perf_counter() - began_s))
        return body

    for _ in range(40):
        body = timed(
            "timeline_all", "/timeline", start=made.first_ms, end=made.last_ms, buckets=chance.randint(200, 2000)
        )
        Timeline.model_validate_json(body)
        for name, wide_ms in (("timeline_day", DAY_MS), ("timeline_hour", 3_600_000), ("timeline_minute", 60_000)):
            start = made.first_ms + chance.randint(0, max(1, span_ms - wide_ms))
            timed(name, "/timeline", start=start, end=start + wide_ms, buckets=chance.randint(200, 2000))
        at_ms = made.first_ms + chance.randint(0, span_ms)
        body = timed("readings", "/readings", start=max(0, at_ms - 1_800_000), end=at_ms, known=at_ms)
        ReplayReadings.model_validate_json(body)
        timed("next", "/next", at=at_ms, direction=chance.choice((-1, 1)), lane=chance.choice(("alert", "operator")))
    return {f"{name}_ms_p95": _rounded(values, 0.95) for name, values in times.items()}


# -- full speed --------------------------------------------------------------------------------------------------


def _full_speed(client: httpx.Client, made: Built) -> dict[str, object]:
    """Forty pages from the middle of the log: played as fast as it goes, then folded alone."""
    pages = min(40, made.events // 2 // PAGE - 2)
    begin_ms = made.first_ms + (made.last_ms - made.first_ms) // 2
    played, folded = [], []
    for _ in range(3):
        base, tail = _seek(client, begin_ms, Times())
        start = base.copied()
        began_s = time.perf_counter()
        known: list[LoggedEvent] = []
        with ThreadPoolExecutor(1) as reader:
            asked = reader.submit(_page, client, start.seq, made.last_ms)
            for number in range(pages):
                events = asked.result()
                if number < pages - 1:
                    asked = reader.submit(_page, client, events[-1].seq, made.last_ms)
                for logged in events:
                    apply(start, logged)
                known += events
                _collect()
        played.append(len(known) / (time.perf_counter() - began_s))
        began_s = time.perf_counter()
        for number, logged in enumerate(known, 1):
            apply(base, logged)
            if number % PAGE == 0:
                _collect()
        folded.append(len(known) / (time.perf_counter() - began_s))
    fold, full = sorted(folded)[1], sorted(played)[1]
    return {
        "fold_only_events_per_s": round(fold),
        "full_speed_events_per_s": round(full),
        "full_speed_share": float(f"{full / fold:.3g}"),
    }


def _page(client: httpx.Client, after_seq: int, until_ms: int) -> tuple[LoggedEvent, ...]:
    return ReplayEvents.model_validate_json(
        _get(client, "/events", after_seq=after_seq, until=until_ms, limit=PAGE)
    ).events
