"""Raw camera detections: stored once each; the alerts they cause are events."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, select, tuple_

from backend.storage.database import Database
from backend.storage.density import MINUTE_MS
from backend.storage.dialect import insert_or_add, insert_or_replace
from backend.storage.errors import StorageError
from backend.storage.tables import density, detections


@dataclass(frozen=True, slots=True)
class DetectionRow:
    """One detection of one producer. `end_ms` None while it lasts; `raw` is the message as it came, JSON text."""

    detection_id: str
    producer_id: str
    camera_id: str
    label: str
    sub_label: str
    score: float
    zones: tuple[str, ...]
    start_ms: int
    end_ms: int | None
    raw: str


class DetectionsStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._inserter = _Inserter(database.is_sqlite)

    async def insert(self, rows: Sequence[DetectionRow]) -> tuple[DetectionRow, ...]:
        """Store and return the NEW ones (unique producer_id + detection_id), in the order given.

        One that is known already and came again is brought up to date (end, best score, zones) and not returned.

        Raises:
            StorageError: nothing was stored.
        """
        if not rows:
            return ()
        return await self._database.submit(self._inserter, tuple(rows), len(rows))

    async def of_camera(self, camera_id: str, start_ms: int, end_ms: int, limit: int) -> tuple[DetectionRow, ...]:
        """The newest `limit` that began in start_ms..end_ms, oldest first. Raises: StorageError."""
        query = (
            select(detections)
            .where(
                detections.c.camera_id == camera_id,
                detections.c.start_ms >= start_ms,
                detections.c.start_ms <= end_ms,
            )
            .order_by(detections.c.start_ms.desc(), detections.c.detection_id.desc())
            .limit(limit)
        )
        found = await self._database.read(lambda connection: connection.execute(query).all())
        return tuple(_row(row) for row in reversed(found))


def _row(row: Row[object]) -> DetectionRow:
    fields = dict(row._mapping)
    return DetectionRow(**{**fields, "zones": tuple(json.loads(str(fields["zones"])))})


class _Inserter:
    """Handler of detections. Writer thread only."""

    def __init__(self, is_sqlite: bool) -> None:
        self._upsert = insert_or_replace(detections, ("producer_id", "detection_id"), is_sqlite)
        self._count = insert_or_add(density, ("lane", "minute_ms"), is_sqlite)

    def write(
        self, connection: Connection, items: Sequence[tuple[DetectionRow, ...]]
    ) -> Sequence[tuple[DetectionRow, ...] | StorageError]:
        known = self._known(connection, {(row.producer_id, row.detection_id) for rows in items for row in rows})
        changed: dict[tuple[str, str], dict[str, object]] = {}
        results = []
        for rows in items:
            new = []
            for row in rows:
                key = (row.producer_id, row.detection_id)
                if key not in known:
                    new.append(row)
                known[key] = max(known.get(key, row.score), row.score)
                changed[key] = _values(row, known[key])
            results.append(tuple(new))
        connection.execute(self._upsert, list(changed.values()))
        self._count_new(connection, results)
        return results

    def settled(self, committed: bool) -> None:
        pass

    def _count_new(self, connection: Connection, new: Sequence[Sequence[DetectionRow]]) -> None:
        """The timeline's lane of motion: counted in the transaction that stores them, so each exactly once."""
        minutes = Counter(row.start_ms - row.start_ms % MINUTE_MS for rows in new for row in rows)
        if minutes:
            counts = [{"lane": "motion", "minute_ms": minute, "count": n} for minute, n in minutes.items()]
            connection.execute(self._count, counts)

    def _known(self, connection: Connection, keys: set[tuple[str, str]]) -> dict[tuple[str, str], float]:
        """Best score so far of those that are stored."""
        known: dict[tuple[str, str], float] = {}
        ordered = sorted(keys)
        for start in range(0, len(ordered), 500):  # SQLite takes a limited number of parameters
            query = select(detections.c.producer_id, detections.c.detection_id, detections.c.score).where(
                tuple_(detections.c.producer_id, detections.c.detection_id).in_(ordered[start : start + 500])
            )
            known.update({(row[0], row[1]): row[2] for row in connection.execute(query)})
        return known


def _values(row: DetectionRow, score: float) -> dict[str, object]:
    return {
        "producer_id": row.producer_id,
        "detection_id": row.detection_id,
        "camera_id": row.camera_id,
        "label": row.label,
        "sub_label": row.sub_label,
        "score": score,
        "zones": json.dumps(row.zones, ensure_ascii=False),
        "start_ms": row.start_ms,
        "end_ms": row.end_ms,
        "raw": row.raw,
    }
