"""What the hash chain costs: appends to the audit log, against the same rows into the same table without a chain.

Both go through the one writer thread with its group commit. Three cases: one deed after another, as a person does
them; 64 callers at once, who share transactions; all handed in at once, where nothing but the processor counts.
`*_cost` is time with the chain / time without; `fsync_per_s` says how much of it the disk is.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median

from sqlalchemy import Connection

from backend.services.audit_check import verify
from backend.storage.audit import AuditRow, AuditStore, Deed, canonical
from backend.storage.audit_reading import audit_reading
from backend.storage.database import Database, open_database
from tests.bench.ingest import fsync_per_s

NOW_MS = 1_763_800_000_000
CALLERS = 64
_DIGEST = "0" * 64


class _Unchained:
    """The chain's own handler without digest, link and look at the end: numbers only."""

    def __init__(self) -> None:
        marks = ", ".join("?" * len(AuditRow._fields))
        self._insert = f"INSERT INTO audit ({', '.join(AuditRow._fields)}) VALUES ({marks})"
        self._number = 0

    def write(self, connection: Connection, items: Sequence[Deed]) -> Sequence[AuditRow]:
        rows = []
        for one in items:
            self._number += 1
            rows.append(
                AuditRow(
                    self._number,
                    one.at_ms,
                    one.actor,
                    one.origin,
                    one.deed,
                    one.about,
                    one.outcome,
                    one.detail,
                    _DIGEST,
                    _DIGEST,
                )
            )
        connection.exec_driver_sql(self._insert, [tuple(row) for row in rows])
        return rows

    def settled(self, committed: bool) -> None:
        pass


def _deed(number: int) -> Deed:
    detail = canonical({"command_id": f"{number:032x}"}).decode("ascii")
    return Deed(NOW_MS, "lan", "10.0.0.7", "alert.acknowledge", f"alert-{number}", "done", detail)


def run(brief: bool) -> dict[str, object]:
    """Medians of interleaved repeats."""
    repeats, each, bulk = (1, 10, 2_000) if brief else (21, 100, 40_000)
    kept: dict[str, list[float]] = {}
    # In the working folder's own disk: /tmp may be memory, where a sync costs nothing.
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        for repeat in range(repeats):
            for name, value in _once(Path(folder) / str(repeat), each, bulk, chain_first=repeat % 2 == 0).items():
                kept.setdefault(name, []).append(value)
    return {"repeats": repeats, **{name: float(f"{median(values):.4g}") for name, values in kept.items()}}


def _once(folder: Path, each: int, bulk: int, chain_first: bool) -> dict[str, float]:
    folder.mkdir()
    times: dict[str, float] = {}
    counts = {"single": each * 10, "callers": CALLERS * each, "bulk": bulk}
    for name, count in counts.items():
        for chained in (chain_first, not chain_first):
            file = folder / f"{name}-{chained}.sqlite3"
            work = _bulk(file, count, chained) if name == "bulk" else _callers(file, count, chained, name)
            times[f"{name}_{'chained' if chained else 'plain'}_s"] = asyncio.run(work)
    figures = {f"{name}_cost": times[f"{name}_chained_s"] / times[f"{name}_plain_s"] for name in counts}
    rates = {f"{name}_per_s": count / times[f"{name}_chained_s"] for name, count in counts.items()}
    rates["fsync_per_s"] = fsync_per_s(folder / "fsync", 20 if bulk < 10_000 else 200)
    return {**figures, **rates, "verify_records_per_s": _verify(folder / "bulk-True.sqlite3")}


def _appending(database: Database, chained: bool) -> Callable[[Deed], Awaitable[AuditRow]]:
    if chained:
        return AuditStore(database).append
    unchained = _Unchained()
    return lambda deed: database.submit(unchained, deed)


async def _callers(file: Path, count: int, chained: bool, name: str) -> float:
    callers = CALLERS if name == "callers" else 1
    database = open_database(f"sqlite:///{file}")
    append = _appending(database, chained)
    deeds = [_deed(number) for number in range(CALLERS)]

    async def caller(number: int) -> None:
        for _ in range(count // callers):
            await append(deeds[number])

    began_s = time.perf_counter()
    await asyncio.gather(*[caller(number) for number in range(callers)])
    took_s = time.perf_counter() - began_s
    await database.close()
    return took_s


async def _bulk(file: Path, count: int, chained: bool) -> float:
    database = open_database(f"sqlite:///{file}")
    append = _appending(database, chained)
    deeds = [_deed(number) for number in range(count)]
    began_s = time.perf_counter()
    for start in range(0, count, 5_000):
        await asyncio.gather(*[append(one) for one in deeds[start : start + 5_000]])
    took_s = time.perf_counter() - began_s
    await database.close()
    return took_s


def _verify(file: Path) -> float:
    with audit_reading(f"sqlite:///{file}") as reading:
        began_s = time.perf_counter()
        report = verify(reading.records(), [], [], reading.events())
        took_s = time.perf_counter() - began_s
    assert report.good
    return report.records / took_s
