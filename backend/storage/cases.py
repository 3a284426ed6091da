"""Cases of line lists: a keyed hash, a place, two days and a status. Nothing here can tell who somebody is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from backend.contracts.outbreak import Case
from backend.storage.database import Database
from backend.storage.tables import cases

CHUNK = 500


class KeyedCase(NamedTuple):
    case_key: str
    disease_id: str
    case: Case


class Merged(NamedTuple):
    """What became of a list: `before` and `after` of those that are new or changed, None = it was not there."""

    new: int
    changed: int
    unchanged: int
    moves: tuple[tuple[Case | None, Case], ...]


class CaseStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def merge(self, rows: Sequence[KeyedCase], now_ms: int) -> Merged:
        """Put them in, each under its key, all or none; durable when it returns. Raises: StorageError."""
        return await self._database.write(lambda connection: _merge(connection, rows, now_ms))

    async def all(self, disease_id: str) -> list[Case]:
        """Raises: StorageError."""
        query = select(cases.c.commune, cases.c.reported_on, cases.c.status, cases.c.ended_on).where(
            cases.c.disease_id == disease_id
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [_case(*row) for row in rows]


def _merge(connection: Connection, rows: Sequence[KeyedCase], now_ms: int) -> Merged:
    known: dict[tuple[str, str], tuple[Case, int]] = {}
    for start in range(0, len(rows), CHUNK):
        keys = [row.case_key for row in rows[start : start + CHUNK]]
        for found in connection.execute(select(cases).where(cases.c.case_key.in_(keys))).mappings():
            case = _case(found["commune"], found["reported_on"], found["status"], found["ended_on"])
            known[found["case_key"], found["disease_id"]] = (case, found["revision"])
    inserts, updates, moves = [], [], []
    for row in rows:
        stands = known.get((row.case_key, row.disease_id))
        if stands is not None and stands[0] == row.case:
            continue
        values = {
            "commune": row.case.commune,
            "reported_on": row.case.reported_on.isoformat(),
            "status": row.case.status,
            "ended_on": row.case.ended_on.isoformat() if row.case.ended_on else "",
            "changed_ms": now_ms,
            "revision": 1 if stands is None else stands[1] + 1,
        }
        moves.append((None if stands is None else stands[0], row.case))
        if stands is None:
            inserts.append({**values, "case_key": row.case_key, "disease_id": row.disease_id})
        else:
            updates.append({**values, "of_key": row.case_key, "of_disease": row.disease_id})
    if inserts:
        connection.execute(cases.insert(), inserts)
    if updates:
        query = update(cases).where(
            cases.c.case_key == bindparam("of_key"), cases.c.disease_id == bindparam("of_disease")
        )
        connection.execute(query, updates)
    return Merged(len(inserts), len(updates), len(rows) - len(moves), tuple(moves))


def _case(commune: str, reported_on: str, status: str, ended_on: str) -> Case:
    return Case(commune, date.fromisoformat(reported_on), status, date.fromisoformat(ended_on) if ended_on else None)  # type: ignore[arg-type]
