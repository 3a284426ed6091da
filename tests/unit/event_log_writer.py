"""Child of test_event_log_kill: records events until it is killed, and prints each one that was acknowledged."""

from __future__ import annotations

import asyncio
import os
import sys

from backend.services.room import Room
from backend.storage.database import open_database
from backend.storage.event_log import EventLog
from tests.unit.storage_samples import now_ms, refused

TASKS = 16


async def main(url: str, run: str, early: bool) -> None:
    log = await EventLog.open(open_database(url))
    room = await Room.open(log, now_ms, snapshot_every=50)

    async def work(task: int) -> None:
        number = 0
        while True:
            name = f"{run}/{task}/{number}"
            number += 1
            if early:
                _say(name)
            await room.record(lambda state, name=name: (refused(name),))  # type: ignore[misc]
            if not early:
                _say(name)

    await asyncio.gather(*[work(task) for task in range(TASKS)])


def _say(name: str) -> None:
    # Unbuffered: a line that was written has left this process before anything else happens.
    os.write(1, f"{name}\n".encode("ascii"))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3] == "early"))
