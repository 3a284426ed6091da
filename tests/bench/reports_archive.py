"""200,000 reports in the database: filter and full-text search, the grid of all of them, routing of points to communes.

The reports are written as events and taken in from the log as the backend does it. The anchor of the queries is the
database's own count of the whole table, median, in the same run; of the routing a bounding-box test of every commune in
turn.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from backend.contracts.report_doors import ReportQuery
from backend.services.reports.kpi import kpi_of
from backend.storage.database import open_database
from backend.storage.event_log import EventLog
from backend.storage.reports import ReportStore
from config.communes import read_communes
from config.problems import Problems
from config.site import load_site
from tests.bench._report_lives import DAY_MS, fill
from tests.bench.desk import percentile
from tests.system.backend_process import LAOCAI

COUNT: Final = 200_000
NOW_MS: Final = 1_795_316_535_000
ASKED: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"ended": False},
    {"states": ["new", "verifying"]},
    {"category_ids": ["duong-hong"], "ended": False},
    {"commune_codes": ["02671"]},
    {"agency_id": "csgt", "ended": False, "order": "due"},
    {"ended": False, "timeliness": "late", "at_ms": NOW_MS},
    {"text": "rac"},
    {"text": "duong nguyen hue"},
    {"text": "khoi coc leu", "ended": True},
    {"text": "PA-0123"},
    {"text": "den tat hoang lien", "agency_id": "dien-luc"},
    {"box": (22.45, 103.95, 22.5, 104.0)},
    {"from_ms": NOW_MS - 30 * DAY_MS, "to_ms": NOW_MS},
)


def run(brief: bool) -> dict[str, object]:
    """Fill an SQLite file, then ask."""
    return asyncio.run(_run(5_000 if brief else COUNT, 3 if brief else 15)) | _routed(5_000 if brief else 100_000)


async def _run(count: int, rounds: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name:
        database = open_database(f"sqlite:///{Path(name) / 'a.sqlite3'}")
        try:
            log, store = await EventLog.open(database), ReportStore(database)
            await fill(log, count, NOW_MS)
            began_s = time.monotonic()
            while await store.keep():
                pass
            kept_s = time.monotonic() - began_s
            anchor = await _timed(
                rounds, lambda: database.read(lambda c: c.execute(text("SELECT count(*) FROM reports")).scalar_one())
            )
            waits: list[float] = []
            for asked in ASKED:
                query = ReportQuery.model_validate(asked, strict=False)
                waits += await _timed(rounds, lambda query=query: store.page(query, NOW_MS))
            grid = await _timed(rounds, lambda: store.grid(ReportQuery(), NOW_MS, 0.005))
            year = await _timed(1, lambda: kpi_of(store, NOW_MS - 365 * DAY_MS, NOW_MS))
        finally:
            await database.close()
    return {
        "cores": os.cpu_count(),
        "reports": count,
        "taken_in_per_s": round(count / kept_s),
        "query_p50_ms": round(statistics.median(waits), 1),
        "query_p95_ms": round(percentile(waits, 0.95), 1),
        "query_most_ms": round(max(waits), 1),
        "count_anchor_p50_ms": round(statistics.median(anchor), 1),
        "query_p95_to_anchor": round(percentile(waits, 0.95) / statistics.median(anchor), 2),
        "grid_p50_ms": round(statistics.median(grid), 1),
        "kpi_of_all_ms": round(year[0]),
    }


async def _timed(rounds: int, ask: Any) -> list[float]:
    found = []
    for _ in range(rounds):
        began_s = time.perf_counter()
        await ask()
        found.append(1000 * (time.perf_counter() - began_s))
    return found


def _routed(count: int) -> dict[str, object]:
    """Points in communes a second, against boxes only."""
    areas = read_communes(load_site(LAOCAI).communes_file, Problems())
    chance = random.Random(7)
    box = areas.box()
    assert box is not None
    points = [(chance.uniform(box[0], box[2]), chance.uniform(box[1], box[3])) for _ in range(count)]
    boxes = [
        (min(p[1] for p in ring), min(p[0] for p in ring), max(p[1] for p in ring), max(p[0] for p in ring))
        for area in areas.by_code.values()
        for ring in [area.polygons[0][0]]
    ]
    began_s = time.perf_counter()
    inside = sum(areas.commune_at(lat, lon) is not None for lat, lon in points)
    routed_s = time.perf_counter() - began_s
    began_s = time.perf_counter()
    for lat, lon in points[: count // 10]:
        for south, west, north, east in boxes:
            if south <= lat <= north and west <= lon <= east:
                break
    boxes_s = 10 * (time.perf_counter() - began_s)
    return {
        "routed_per_s": round(count / routed_s),
        "points_inside": inside,
        "routed_to_boxes": round(routed_s / boxes_s, 2),
    }
