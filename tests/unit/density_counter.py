"""Child of test_replay_density: counts a log a little at a time until it is killed, and says so each time."""

from __future__ import annotations

import asyncio
import os
import sys

from backend.storage.database import open_database
from backend.storage.density import DensityCount


async def main(url: str) -> None:
    count = DensityCount(open_database(url))
    while await count.count(7):
        os.write(1, b".")
    os.write(1, b"!")
    # Until it is killed: an orderly end would tidy up.
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
