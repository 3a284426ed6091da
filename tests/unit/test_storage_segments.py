"""The index of recordings: how much of each volume is used, whatever comes and goes."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine, event

from backend.storage.database import open_database
from backend.storage.segments import NewSegment, SegmentsStore
from tests.unit.storage_samples import NOW_MS


def _file(number: int, camera_id: str, rule: str = "all", volume: str = "disk") -> NewSegment:
    return NewSegment(
        camera_id=camera_id, stream="main", start_ms=NOW_MS + number * 10_000, end_ms=NOW_MS + (number + 1) * 10_000,
        volume=volume, path=f"{camera_id}/{number}.mp4", bytes=1000 + number, frames=250, codec="h264", width_px=1280,
        height_px=720, has_audio=False, cause="continuous", retention_class=rule,
    )  # fmt: skip


FILES = [
    *(_file(number, "cam-1") for number in range(700)),
    *(_file(number, "cam-2", rule="short") for number in range(40)),
    *(_file(number, "cam-3", volume="other") for number in range(3)),
]


def test_what_is_used_follows_every_file_that_comes_and_goes(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        database = open_database(database_url)
        try:
            store = SegmentsStore(database, {"disk": tmp_path, "other": tmp_path})
            assert await store.used() == {}
            await store.insert(FILES[:500])
            await store.insert(FILES[400:])  # some are there already and count once
            rows = await store.overlapping(None, NOW_MS, NOW_MS + 10_000_000)
            assert len(rows) == len(FILES)
            assert await store.used() == _sums(FILES)
            gone = [row for row in rows if row.segment_id % 7 != 3 and row.camera_id != "cam-3"]
            await store.delete([row.segment_id for row in gone])
            await store.delete([row.segment_id for row in gone])  # they are not there any more
            left = await store.overlapping(None, NOW_MS, NOW_MS + 10_000_000)
            assert len(left) == len(rows) - len(gone)
            assert await store.used() == _sums(left)
        finally:
            await database.close()

    asyncio.run(run())


def test_no_question_reads_or_sorts_the_whole_index(sqlite_url: str, tmp_path: Path) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []

    def listen(
        _connection: object, _cursor: object, statement: str, values: tuple[object, ...], *_rest: object
    ) -> None:
        asked.append((statement, values))

    async def run() -> None:
        database = open_database(sqlite_url)
        try:
            store = SegmentsStore(database, {"disk": tmp_path})
            await store.insert(FILES)
            event.listen(Engine, "before_cursor_execute", listen)
            recent = await store.recent(NOW_MS + 690 * 10_000)
            oldest = await store.oldest("disk", 5)
            await store.oldest("disk", 5, retention_class="all", after=oldest[-1])
            await store.newest_end("cam-1")
            await store.used()
        finally:
            event.remove(Engine, "before_cursor_execute", listen)
            await database.close()
        assert recent == {"cam-1": (sum(1000 + number for number in range(690, 700)), 100_000, NOW_MS + 6_900_000)}
        assert [row.start_ms for row in oldest] == [NOW_MS + after_ms for after_ms in (0, 0, 10_000, 10_000, 20_000)]

    asyncio.run(run())
    questions = [one for one in asked if one[0].startswith("SELECT")]
    assert len(questions) == 5
    with contextlib.closing(sqlite3.connect(tmp_path / "trucban.sqlite3")) as connection:
        for statement, values in questions:
            steps = [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
            assert not [step for step in steps if step.startswith("SCAN segments") or "FOR ORDER BY" in step], statement


def _sums(rows: Sequence[NewSegment]) -> dict[tuple[str, str, str], int]:
    sums: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        sums[row.volume, row.retention_class, row.camera_id] += row.bytes
    return dict(sums)
