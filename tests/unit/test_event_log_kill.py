"""kill -9 while events are being recorded, in a real process: what was acknowledged is there, once, without gaps."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url

from backend.contracts.events import CommandRefused
from backend.contracts.state import RoomState, apply
from backend.services.room import Room
from tests.unit.storage_samples import now_ms, opened_log, plain

TOP = Path(__file__).resolve().parents[2]


def _record_until_killed(url: str, run: str, after: int, mode: str = "durable") -> list[str]:
    """Kill the writer once it has acknowledged `after` events; all that it had acknowledged by then."""
    command = [sys.executable, "-m", "tests.unit.event_log_writer", url, run, mode]
    with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(after)]
        process.kill()
        lines += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    return [line.decode("ascii").strip() for line in lines if line.endswith(b"\n")]


async def _names_in_log(url: str) -> list[str]:
    """Names in log order, after checking that the places have no gap and the room opens to the log's own fold."""
    async with opened_log(url) as log:
        events = await log.read(0, 1_000_000)
        assert [one.seq for one in events] == list(range(1, len(events) + 1))
        whole = RoomState(epoch=log.epoch)
        for one in events:
            apply(whole, one)
        room = await Room.open(log, now_ms)
        assert plain(room.durable) == plain(whole)
        return [one.event.about for one in events if isinstance(one.event, CommandRefused)]


def test_every_acknowledged_event_survives_kill_9(database_url: str) -> None:
    chance = random.Random(20_261_122)
    acknowledged: list[str] = []
    for run in range(6 if make_url(database_url).get_backend_name() == "sqlite" else 3):
        acknowledged += _record_until_killed(database_url, str(run), chance.randint(1, 600))
        stored = asyncio.run(_names_in_log(database_url))
        assert set(acknowledged) - set(stored) == set()
        assert len(stored) == len(set(stored))
        # Not more either than what was in flight besides: one of each task and run.
        assert len(stored) - len(acknowledged) <= 16 * (run + 1)


def test_harness_notices_a_writer_that_acknowledges_too_early(sqlite_url: str) -> None:
    """The control: without durability before the answer, this test does find a loss."""
    for run in range(5):
        acknowledged = _record_until_killed(sqlite_url, str(run), 200, mode="early")
        if set(acknowledged) - set(asyncio.run(_names_in_log(sqlite_url))):
            return
    pytest.fail("five kills lost nothing of what was acknowledged before it was stored")
