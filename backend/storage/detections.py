"""Raw camera detections: stored once each; the alerts they cause are events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.storage.database import Database


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

    async def insert(self, rows: Sequence[DetectionRow]) -> tuple[DetectionRow, ...]:
        """Store and return the NEW ones (unique producer_id + detection_id).

        A known one that meanwhile ended, or scored higher, is updated in place and not returned.

        Raises:
            StorageError: nothing was stored.
        """
        raise NotImplementedError

    async def of_camera(self, camera_id: str, start_ms: int, end_ms: int, limit: int) -> tuple[DetectionRow, ...]:
        """The newest `limit` that began in the span, oldest first."""
        raise NotImplementedError
