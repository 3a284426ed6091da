"""Spans that the feed could not bring: few questions at once, one a sensor, none forgotten."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.contracts.readings import ReadingHistory, ReadingSeries
from console.models.readings import ReadingStore
from console.sources.backfill import AT_ONCE, Backfill
from console.timebase import WallClock


class Door:
    """The server's end: holds the questions until the test answers."""

    def __init__(self) -> None:
        self.open: list[tuple[str, int, int, Callable[[ReadingHistory], None], Callable[[str], None]]] = []

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
        self.open.append((station_id, start_ms, end_ms, done, failed))

    def document(self, path: str, done: Callable[[bytes], None], failed: Callable[[str], None]) -> None:
        raise AssertionError("not asked for")

    def answer(self) -> None:
        station_id, start_ms, end_ms, done, _ = self.open.pop(0)
        series = ReadingSeries(station_id=station_id, symbol="pm", at_ms=(start_ms,), value=(1.0,), status=(0,))
        done(
            ReadingHistory(
                station_id=station_id,
                symbol="pm",
                unit="",
                start_ms=start_ms,
                end_ms=end_ms,
                series=series,
                buckets=(),
            )
        )

    def fail(self) -> None:
        self.open.pop(0)[4]("cut")


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def store(qapp: object) -> ReadingStore:
    return ReadingStore(WallClock())


@pytest.fixture
def backfill(door: Door, store: ReadingStore) -> Backfill:
    return Backfill(door, store)


def test_few_are_asked_at_once_and_all_are_asked(door: Door, store: ReadingStore, backfill: Backfill) -> None:
    for number in range(20):
        backfill.want(f"s{number}", "pm", 1000, 2000)
    asked = 0
    while door.open:
        assert len(door.open) <= AT_ONCE
        door.answer()
        asked += 1
    assert asked == 20
    assert backfill.open_spans == 0
    assert all(store.latest(f"s{number}", "pm") is not None for number in range(20))


def test_wishes_for_one_sensor_become_one_question(door: Door, backfill: Backfill) -> None:
    for number in range(AT_ONCE):
        backfill.want(f"busy{number}", "pm", 0, 1)
    for start_ms in (5000, 3000, 4000):
        backfill.want("s", "pm", start_ms, start_ms + 500)
    for _ in range(AT_ONCE):
        door.answer()
    assert [question[:3] for question in door.open] == [("s", 3000, 5500)]


def test_what_failed_is_asked_again_when_the_link_is_back_and_blocks_nothing(door: Door, backfill: Backfill) -> None:
    for number in range(AT_ONCE + 1):
        backfill.want(f"s{number}", "pm", 1000, 2000)
    while door.open:
        door.fail()
    assert backfill.open_spans == AT_ONCE + 1
    backfill.want("s0", "pm", 3000, 4000)
    door.fail()
    backfill.retry()
    assert len(door.open) == AT_ONCE
    spans = {}
    while door.open:
        spans[door.open[0][0]] = door.open[0][1:3]
        door.answer()
    assert spans == {"s0": (1000, 4000)} | {f"s{number}": (1000, 2000) for number in range(1, AT_ONCE + 1)}
    assert backfill.open_spans == 0
