"""Readings and detections: once each, and down-sampled without losing a peak."""

from __future__ import annotations

import asyncio
import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.contracts.readings import ReadingBucket
from backend.services.readings import ReadingsService
from backend.storage.database import open_database
from backend.storage.detections import DetectionRow, DetectionsStore
from backend.storage.readings import ReadingRow, ReadingsStore
from tests.unit.storage_samples import NOW_MS, opened, reading


def test_only_new_rows_are_returned_in_the_order_given(database_url: str) -> None:
    async def scenario() -> list[tuple[ReadingRow, ...]]:
        async with opened(database_url) as database:
            store = ReadingsStore(database)
            first = [reading(3), reading(1), reading(2, symbol="NOx")]
            again = [reading(2), reading(1, value=9.0), reading(4), reading(4, value=7.0)]
            return [await store.insert(first), await store.insert(again), await store.insert(first)]

    answers = asyncio.run(scenario())
    assert answers == [
        (reading(3), reading(1), reading(2, symbol="NOx")),
        (reading(2), reading(4)),
        (),
    ]


def test_same_file_sent_by_many_at_once_is_new_once(database_url: str) -> None:
    """They share a transaction; which of them is told does not matter, but it is one."""

    async def scenario() -> int:
        async with opened(database_url) as database:
            store = ReadingsStore(database)
            rows = [reading(index) for index in range(50)]
            answers = await asyncio.gather(*[store.insert(rows) for _ in range(20)])
            assert len(await store.samples("tl-07", "SO2", 0, 100)) == 50
            return sum(len(answer) for answer in answers)

    assert asyncio.run(scenario()) == 50


def test_stations_first_seen_in_a_failed_transaction_are_stored_by_the_next(sqlite_url: str) -> None:
    async def scenario() -> int:
        async with opened(sqlite_url) as database:
            store = ReadingsStore(database)
            bad = database.write(lambda c: c.exec_driver_sql("INSERT INTO notes (key) VALUES ('no value')") and None)
            answers = await asyncio.gather(store.insert([reading(1)]), bad, return_exceptions=True)
            assert isinstance(answers[1], Exception)
            return len(await store.samples("tl-07", "SO2", 0, 10))

    assert asyncio.run(scenario()) == 1


@pytest.mark.parametrize(("value", "status"), [(math.nan, 0), (math.inf, 0), (1.0, 3)])
def test_value_that_is_no_number_is_refused_with_its_place(sqlite_url: str, value: float, status: int) -> None:
    async def scenario() -> None:
        async with opened(sqlite_url) as database:
            store = ReadingsStore(database)
            with pytest.raises(ValueError, match="tl-07/SO2 at 2: .* right is a finite number with status 0, 1 or 2"):
                await store.insert([reading(1), reading(2, value, status)])
            assert await store.samples("tl-07", "SO2", 0, 10) == ()

    asyncio.run(scenario())


def test_span_includes_both_ends(database_url: str) -> None:
    async def scenario() -> tuple[tuple[int, float, int], ...]:
        async with opened(database_url) as database:
            store = ReadingsStore(database)
            await store.insert([reading(index * 10, float(index), index % 3) for index in range(6)])
            return await store.samples("tl-07", "SO2", 10, 30)

    assert asyncio.run(scenario()) == ((10, 1.0, 1), (20, 2.0, 2), (30, 3.0, 0))


def test_history_of_something_never_heard_of_is_empty(database_url: str) -> None:
    async def scenario() -> None:
        async with opened(database_url) as database:
            series, buckets = await ReadingsStore(database).history("nobody", "SO2", 0, 10, 100)
            assert series is not None
            assert series.at_ms == ()
            assert buckets == ()

    asyncio.run(scenario())


def _expected(rows: Sequence[ReadingRow], start_ms: int, width_ms: int) -> list[ReadingBucket]:
    spans: dict[int, list[ReadingRow]] = {}
    for row in sorted(rows, key=lambda row: row.at_ms):
        spans.setdefault((row.at_ms - start_ms) // width_ms, []).append(row)
    found = []
    for index, span in sorted(spans.items()):
        lowest, highest = min(span, key=lambda row: row.value), max(span, key=lambda row: row.value)
        found.append(
            ReadingBucket(
                at_ms=start_ms + index * width_ms,
                minimum=lowest.value,
                minimum_ms=lowest.at_ms,
                maximum=highest.value,
                maximum_ms=highest.at_ms,
                mean=sum(row.value for row in span) / len(span),
                samples=len(span),
                status=max(row.status for row in span),  # type: ignore[misc]
            )
        )
    return found


_SPANS = st.lists(
    st.tuples(st.integers(0, 5000), st.floats(-1e6, 1e6), st.sampled_from([0, 0, 0, 1, 2])),
    min_size=21,
    max_size=120,
    unique_by=(lambda item: item[0], lambda item: item[1]),
)


def test_buckets_keep_every_extreme_with_its_time(database_url: str) -> None:
    """Against the plain definition in Python, on both databases."""
    stations = (f"tl-{number}" for number in itertools.count())

    async def look(store: ReadingsStore, rows: list[ReadingRow], max_points: int) -> list[ReadingBucket]:
        await store.insert(rows)
        series, buckets = await store.history(rows[0].station_id, "SO2", NOW_MS, NOW_MS + 5000, max_points)
        assert series is None
        return list(buckets)

    with asyncio.Runner() as runner:
        database = open_database(database_url)
        store = ReadingsStore(database)

        @settings(max_examples=50, deadline=None)
        @given(values=_SPANS, max_points=st.integers(2, 20))
        def check(values: list[tuple[int, float, int]], max_points: int) -> None:
            station = next(stations)
            rows = [reading(NOW_MS + at, value, status, station) for at, value, status in values]
            buckets = runner.run(look(store, rows, max_points))
            expected = _expected(rows, NOW_MS, -(-5001 // (max_points // 2)))
            assert [without_mean(bucket) for bucket in buckets] == [without_mean(bucket) for bucket in expected]
            means = [bucket.mean for bucket in expected]
            assert [bucket.mean for bucket in buckets] == pytest.approx(means, rel=1e-9, abs=1e-6)

        try:
            check()
        finally:
            runner.run(database.close())


def without_mean(bucket: ReadingBucket) -> ReadingBucket:
    """The databases add up in another order than we do."""
    return bucket.model_copy(update={"mean": 0.0})


def test_day_of_five_minute_data_comes_as_it_is_and_a_year_as_buckets(database_url: str) -> None:
    async def scenario() -> None:
        async with opened(database_url) as database:
            store = ReadingsStore(database)
            noise = random.Random(7)
            step_ms = 300_000
            rows = [reading(NOW_MS + n * step_ms, noise.random()) for n in range(20_000)]
            rows[12_345] = replace(rows[12_345], value=1e9)
            for start in range(0, len(rows), 4000):
                await store.insert(rows[start : start + 4000])
            series, buckets = await store.history("tl-07", "SO2", NOW_MS, NOW_MS + 287 * step_ms, 2000)
            assert series is not None
            assert len(series.at_ms) == 288
            assert buckets == ()
            series, buckets = await store.history("tl-07", "SO2", NOW_MS, NOW_MS + 20_000 * step_ms, 2000)
            assert series is None
            assert len(buckets) == 1000
            assert max((bucket.maximum, bucket.maximum_ms) for bucket in buckets) == (1e9, rows[12_345].at_ms)
            assert sum(bucket.samples for bucket in buckets) == 20_000

    asyncio.run(scenario())


def test_service_tells_new_rows_once_and_knows_the_newest_after_a_restart(database_url: str) -> None:
    async def scenario() -> None:
        async with opened(database_url) as database:
            service = await ReadingsService.open(ReadingsStore(database))
            heard: list[ReadingRow] = []
            stop = service.listen(heard.extend)
            await service.record([reading(10), reading(20), reading(10, symbol="NOx")])
            await service.record([reading(20), reading(5)])
            stop()
            await service.record([reading(15)])
            assert heard == [reading(10), reading(20), reading(10, symbol="NOx"), reading(5)]
            newest = {(row.symbol, row.at_ms) for row in service.latest()}
            assert newest == {("SO2", 20), ("NOx", 10)}
            again = await ReadingsService.open(ReadingsStore(database))
            assert set(again.latest()) == set(service.latest())

    asyncio.run(scenario())


def _detection(detection_id: str, score: float = 0.8, end_ms: int | None = None) -> DetectionRow:
    return DetectionRow(
        detection_id, "frigate", "cam-1", "fire", "", score, ("sân", "cổng"), NOW_MS, end_ms, '{"type":"new"}'
    )


def test_detection_is_new_once_and_brought_up_to_date(database_url: str) -> None:
    async def scenario() -> None:
        async with opened(database_url) as database:
            store = DetectionsStore(database)
            assert await store.insert([_detection("d1"), _detection("d2")]) == (_detection("d1"), _detection("d2"))
            assert await store.insert([_detection("d1", 0.9), _detection("d1", 0.7, NOW_MS + 5000)]) == ()
            assert await store.insert([]) == ()
            found = await store.of_camera("cam-1", NOW_MS, NOW_MS, 10)
            assert found == (_detection("d1", 0.9, NOW_MS + 5000), _detection("d2"))
            assert await store.of_camera("cam-2", 0, NOW_MS, 10) == ()

    asyncio.run(scenario())


def test_twelve_hundred_detections_at_once_are_each_new_once(database_url: str) -> None:
    async def scenario() -> tuple[int, int]:
        async with opened(database_url) as database:
            store = DetectionsStore(database)
            rows = [_detection(f"d{n % 1200}") for n in range(2400)]
            return len(await store.insert(rows)), len(await store.insert(rows))

    assert asyncio.run(scenario()) == (1200, 0)
