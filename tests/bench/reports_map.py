"""The map with 200,000 citizens' reports in the database: how the room comes to the desk, and how the map moves then.

A real backend of the demonstration city with two years of reports in its log, nine of ten ended, and a real desk on the
workspace of the map. The page counts its animation frames while the map is panned and zoomed along one fixed course:
with nothing of the reports shown (the anchor), with a bubble for each open one, and with cells that count all of them.
The desk's event loop has a heartbeat of 5 ms.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from backend.gateway.compose import database_url
from backend.storage.database import open_database
from backend.storage.event_log import EventLog
from tests.bench._desk_room import copy_city, free_ports
from tests.bench._report_lives import fill
from tests.bench.desk import _display
from tests.system.backend_process import TOP, BackendProcess

COUNT: Final = 200_000
START_S: Final = 600.0


def run(brief: bool) -> dict[str, object]:
    """Fill the log, start the backend, let the desk look."""
    count = 2_000 if brief else COUNT
    with tempfile.TemporaryDirectory() as name, _display() as display:
        folder = Path(name)
        site = copy_city(folder / "site", *free_ports(2))
        asyncio.run(_filled(folder / "data", count))
        began_s = time.monotonic()
        with BackendProcess.start(site, folder / "data", start_s=START_S) as backend:
            started_s = time.monotonic() - began_s
            user, out = backend.add_user("do.bench"), folder / "seen.json"
            words = [sys.executable, "-m", "tests.bench._reports_map_window", str(out), str(site), backend.url, user]
            environment = {**os.environ, "DISPLAY": display, "PYTHONUTF8": "1"}
            subprocess.run(words, cwd=TOP, env=environment, check=True, timeout=600)
            seen = json.loads(out.read_text("utf-8"))
    return {"cores": os.cpu_count(), "reports": count, "backend_started_s": round(started_s, 1), **seen}


async def _filled(data: Path, count: int) -> None:
    database = open_database(database_url(data, ""))
    try:
        await fill(await EventLog.open(database), count, time.time_ns() // 1_000_000)
    finally:
        await database.close()
