"""Calls that can be listened to, found by their time in both databases; those of an earlier program are found, too."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import make_url, text

from backend.contracts.hotline import Call, CallRecording
from backend.storage import migrations
from backend.storage.calls import CallRow, CallStore
from backend.storage.database import _engine
from tests.unit.storage_samples import NOW_MS, opened

MINUTE_MS = 60_000
DAY_MS = 86_400_000


def call(number: int, after_min: float, recorded: bool = True, length_s: int = 60, kept_days: int = 90) -> Call:
    """One that rang for ten seconds; its recording begins with the answer."""
    arrived_ms = NOW_MS + round(after_min * MINUTE_MS)
    ended_ms = arrived_ms + 10_000 + length_s * 1000
    recording = CallRecording(
        digest=f"{number:064x}", mime="audio/wav", bytes=16_000, duration_ms=length_s * 1000,
        started_ms=arrived_ms + 10_000, kept_until_ms=arrived_ms + 10_000 + kept_days * DAY_MS,
    )  # fmt: skip
    return Call(
        call_id=f"t:{number}", producer_id="t", state="ended", arrived_ms=arrived_ms, answered_ms=arrived_ms + 10_000,
        ended_ms=ended_ms, changed_ms=ended_ms, recording=recording if recorded else None,
    )  # fmt: skip


CALLS = (
    call(1, 0),
    call(2, 0.5, length_s=1200),
    call(3, 5, recorded=False),
    call(4, 10),
    call(5, 11, kept_days=1),
    call(6, -1438.5, length_s=86_400),
)


async def found(store: CallStore, from_min: float, until_min: float, now_ms: int = NOW_MS, most: int = 9) -> list[str]:
    start_ms, end_ms = (NOW_MS + round(minutes * MINUTE_MS) for minutes in (from_min, until_min))
    return [one.call_id for one in await store.recorded(start_ms, end_ms, now_ms, most)]


def test_calls_of_a_span_are_those_that_ring_talk_or_sound_in_it_and_are_kept(database_url: str) -> None:
    async def scenario() -> None:
        async with opened(database_url) as database:
            store = CallStore(database)
            await store.put([CallRow(one.model_copy(update={"recording": None}), "k", b"") for one in CALLS])
            assert await found(store, -9999, 9999) == []
            await store.moved(CALLS)
            assert await found(store, -60, 60) == ["t:6", "t:1", "t:2", "t:4", "t:5"]
            assert await found(store, -60, 60, most=2) == ["t:6", "t:1"]
            # Half open: neither the call that ends at its beginning is in it nor the one that begins at its end.
            assert await found(store, 70 / 60, 10) == ["t:6", "t:2"]
            assert await found(store, 69 / 60, 10.001) == ["t:6", "t:1", "t:2", "t:4"]
            assert await found(store, 9.9, 10.1) == ["t:2", "t:4"], "it rings already"
            assert await found(store, 5, 5) == ["t:2"], "an instant"
            assert await found(store, 9, 13, now_ms=NOW_MS + 2 * DAY_MS) == ["t:2", "t:4"]
            assert [one.recording for one in await store.recorded(NOW_MS, NOW_MS + 1, NOW_MS, 9)] == [
                CALLS[5].recording,
                CALLS[0].recording,
            ]

    asyncio.run(scenario())


def database_of_the_program_before(url: str, calls: tuple[Call, ...]) -> None:
    """With these calls in it, as that program would have left it."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    engine = _engine(make_url(url), connections=1, reading=False)
    columns = "call_id, caller_id, arrived_ms, place, body, key_id, sealed"
    row = text(f"INSERT INTO hotline_calls ({columns}) VALUES (:call_id, '', :arrived_ms, '', :body, 'k', :sealed)")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0010")
        for one in calls:
            values = {"call_id": one.call_id, "arrived_ms": one.arrived_ms, "body": one.model_dump_json()}
            connection.execute(row, values | {"sealed": b""})
    engine.dispose()


@pytest.mark.parametrize("calls", [CALLS, ()], ids=["calls", "none"])
def test_recordings_taken_by_the_program_before_are_found(database_url: str, calls: tuple[Call, ...]) -> None:
    async def scenario() -> list[str]:
        async with opened(database_url) as database:
            return await found(CallStore(database), -60, 60)

    database_of_the_program_before(database_url, calls)
    assert asyncio.run(scenario()) == (["t:6", "t:1", "t:2", "t:4", "t:5"] if calls else [])
