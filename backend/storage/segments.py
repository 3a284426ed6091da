"""The index of what was recorded: segments (files) and gaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from backend.storage.database import Database
from backend.storage.tables import gaps, segments


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A file that was recorded. `path` is relative to its volume's folder, with forward slashes."""

    camera_id: str
    stream: str
    start_ms: int
    end_ms: int
    volume: str
    path: str
    bytes: int
    frames: int
    codec: str
    width_px: int
    height_px: int
    has_audio: bool
    cause: str
    retention_class: str


@dataclass(frozen=True, slots=True)
class SegmentRow(NewSegment):
    segment_id: int


@dataclass(frozen=True, slots=True)
class GapRow:
    """Should have been recorded and was not; `end_ms` None while it lasts."""

    camera_id: str
    start_ms: int
    end_ms: int | None
    reason: str


class SegmentsStore:
    """Args: `volumes`: name of a volume -> its folder."""

    def __init__(self, database: Database, volumes: Mapping[str, Path]) -> None:
        self._database = database
        self.volumes = dict(volumes)

    def file(self, row: NewSegment) -> Path:
        """Where the recording lies.

        Raises:
            KeyError: its volume is not configured any more.
        """
        return self.volumes[row.volume] / row.path

    async def insert(self, rows: Sequence[NewSegment]) -> None:
        """Add recorded files; one that is known already (by its path) stays as it is. Raises: StorageError."""

        def add(connection: Connection) -> None:
            known = set(
                connection.execute(
                    select(segments.c.path).where(segments.c.path.in_([row.path for row in rows]))
                ).scalars()
            )
            new = [_values(row) for row in rows if row.path not in known]
            if new:
                connection.execute(insert(segments), new)

        if rows:
            await self._database.write(add)

    async def delete(self, segment_ids: Sequence[int]) -> None:
        """Raises: StorageError."""

        def remove(connection: Connection) -> None:
            for start in range(0, len(segment_ids), 500):
                connection.execute(delete(segments).where(segments.c.segment_id.in_(segment_ids[start : start + 500])))

        if segment_ids:
            await self._database.write(remove)

    async def get(self, segment_id: int) -> SegmentRow | None:
        """Raises: StorageError."""
        query = _columns().where(segments.c.segment_id == segment_id)
        return await self._database.read(lambda connection: next(iter(_rows(connection, query)), None))

    async def overlapping(
        self, camera_ids: Sequence[str] | None, start_ms: int, end_ms: int, limit: int = 20_000
    ) -> tuple[SegmentRow, ...]:
        """Segments that hold any instant of start_ms..end_ms, by camera and time. No camera named = all.

        Raises:
            StorageError: the database cannot be read.
        """
        query = (
            _columns()
            .where(
                # A segment is minutes long at most: the index finds the begin, the end is checked.
                segments.c.start_ms >= start_ms - LONGEST_MS,
                segments.c.start_ms <= end_ms,
                segments.c.end_ms >= start_ms,
            )
            .order_by(segments.c.camera_id, segments.c.start_ms)
            .limit(limit)
        )
        if camera_ids is not None:
            query = query.where(segments.c.camera_id.in_(list(camera_ids)))
        return await self._database.read(lambda connection: tuple(_rows(connection, query)))

    async def oldest(self, volume: str, limit: int, after_id: int = 0) -> tuple[SegmentRow, ...]:
        """The oldest of a volume, oldest first. Raises: StorageError."""
        query = _columns().where(segments.c.volume == volume).order_by(segments.c.start_ms, segments.c.segment_id)
        if after_id:
            query = query.where(segments.c.segment_id > after_id)
        return await self._database.read(lambda connection: tuple(_rows(connection, query.limit(limit))))

    async def all_of(self, volume: str) -> tuple[SegmentRow, ...]:
        """Every segment of a volume, oldest first. Raises: StorageError."""
        query = _columns().where(segments.c.volume == volume).order_by(segments.c.start_ms)
        return await self._database.read(lambda connection: tuple(_rows(connection, query)))

    async def paths(self, volume: str) -> set[str]:
        """Raises: StorageError."""
        query = select(segments.c.path).where(segments.c.volume == volume)
        return await self._database.read(lambda connection: set(connection.execute(query).scalars()))

    async def newest_end(self, camera_id: str) -> int | None:
        """End of the newest segment of a camera. Raises: StorageError."""
        query = select(func.max(segments.c.end_ms)).where(segments.c.camera_id == camera_id)
        return await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())

    # -- gaps --------------------------------------------------------------------------------------------------

    async def open_gap(self, camera_id: str, start_ms: int, reason: str) -> None:
        """A gap begins; one that is open already goes on. Raises: StorageError."""

        def begin(connection: Connection) -> None:
            is_open = select(gaps.c.start_ms).where(gaps.c.camera_id == camera_id, gaps.c.end_ms.is_(None))
            if connection.execute(is_open).first() is None:
                row = {"camera_id": camera_id, "start_ms": start_ms, "end_ms": None, "reason": reason}
                same = select(gaps.c.start_ms).where(gaps.c.camera_id == camera_id, gaps.c.start_ms == start_ms)
                if connection.execute(same).first() is None:
                    connection.execute(insert(gaps), row)

        await self._database.write(begin)

    async def close_gap(self, camera_id: str, end_ms: int) -> None:
        """Whatever gap of the camera is open ends. Raises: StorageError."""

        def end(connection: Connection) -> None:
            is_open = (gaps.c.camera_id == camera_id) & gaps.c.end_ms.is_(None)
            connection.execute(update(gaps).where(is_open, gaps.c.start_ms < end_ms).values(end_ms=end_ms))
            connection.execute(delete(gaps).where(is_open))  # it ended before it began: the clock was set back

        await self._database.write(end)

    async def gaps(self, camera_ids: Sequence[str] | None, start_ms: int, end_ms: int) -> tuple[GapRow, ...]:
        """Gaps that touch start_ms..end_ms, by camera and time. Raises: StorageError."""
        query = (
            select(gaps)
            .where(gaps.c.start_ms <= end_ms, (gaps.c.end_ms >= start_ms) | gaps.c.end_ms.is_(None))
            .order_by(gaps.c.camera_id, gaps.c.start_ms)
        )
        if camera_ids is not None:
            query = query.where(gaps.c.camera_id.in_(list(camera_ids)))
        return await self._database.read(
            lambda connection: tuple(GapRow(**row._mapping) for row in connection.execute(query))
        )


LONGEST_MS = 3_600_000
"""No segment is longer: they are cut every few seconds."""


def _columns() -> Select[tuple[object, ...]]:
    return select(segments)


def _rows(connection: Connection, query: Select[tuple[object, ...]]) -> Iterable[SegmentRow]:
    return [SegmentRow(**row._mapping) for row in connection.execute(query)]


def _values(row: NewSegment) -> dict[str, object]:
    values = asdict(row)
    values.pop("segment_id", None)
    return values
