"""The index of what was recorded: segments (files) and gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, insert, not_, or_, select, update

from backend.storage.database import Database
from backend.storage.dialect import insert_or_add
from backend.storage.tables import gaps, segment_sums, segments


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


Spans = Sequence[tuple[frozenset[str], int, int]]
"""(cameras, begin, end), epoch ms; no camera named = all."""

_SUM_KEY: Final = ("volume", "retention_class", "camera_id")
_SumKey = tuple[str, str, str]


class SegmentsStore:
    """Args: `volumes`: name of a volume -> its folder."""

    def __init__(self, database: Database, volumes: Mapping[str, Path]) -> None:
        self._database = database
        self._add_up = insert_or_add(segment_sums, _SUM_KEY, database.is_sqlite)
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
            known = _known(connection, [row.path for row in rows])
            new = [row for row in rows if row.path not in known]
            if not new:
                return
            connection.execute(insert(segments), [_values(row) for row in new])
            more: Counter[_SumKey] = Counter()
            for row in new:
                more[row.volume, row.retention_class, row.camera_id] += row.bytes
            connection.execute(self._add_up, [_sum(key, size) for key, size in more.items()])

        if rows:
            await self._database.write(add)

    async def delete(self, segment_ids: Sequence[int]) -> None:
        """Raises: StorageError."""

        def remove(connection: Connection) -> None:
            for start in range(0, len(segment_ids), 500):
                some = segments.c.segment_id.in_(segment_ids[start : start + 500])
                key = [segments.c[name] for name in _SUM_KEY]
                gone = connection.execute(select(*key, func.sum(segments.c.bytes)).where(some).group_by(*key)).all()
                if gone:
                    connection.execute(delete(segments).where(some))
                    connection.execute(self._add_up, [_sum((row[0], row[1], row[2]), -int(row[3])) for row in gone])

        if segment_ids:
            await self._database.write(remove)

    async def get(self, segment_id: int) -> SegmentRow | None:
        """Raises: StorageError."""
        query = _columns().where(segments.c.segment_id == segment_id)
        return await self._database.read(lambda connection: next(iter(_rows(connection, query)), None))

    async def overlapping(
        self, camera_ids: Sequence[str] | None, start_ms: int, end_ms: int, limit: int | None = None
    ) -> tuple[SegmentRow, ...]:
        """Segments that hold any instant of start_ms..end_ms, by camera and time. None instead of cameras = all.

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

    async def oldest(
        self,
        volume: str,
        limit: int,
        *,
        retention_class: str | None = None,
        without: Spans = (),
        after: SegmentRow | None = None,
    ) -> tuple[SegmentRow, ...]:
        """The oldest of a volume that touch none of the spans, oldest first.

        Args:
            retention_class: only of this one.
            after: only those behind it.

        Raises:
            StorageError: the database cannot be read.
        """
        start, number = segments.c.start_ms, segments.c.segment_id
        query = _columns().where(segments.c.volume == volume).order_by(start, number).limit(limit)
        if retention_class is not None:
            query = query.where(segments.c.retention_class == retention_class)
        if after is not None:
            query = query.where(start >= after.start_ms, or_(start > after.start_ms, number > after.segment_id))
        for span in without:
            query = query.where(not_(_touches(span)))
        return await self._database.read(lambda connection: tuple(_rows(connection, query)))

    async def used(self) -> dict[_SumKey, int]:
        """Bytes by volume, retention class and camera. Raises: StorageError."""
        query = select(*(segment_sums.c[name] for name in _SUM_KEY), segment_sums.c.bytes)
        return await self._database.read(
            lambda connection: {(row[0], row[1], row[2]): row[3] for row in connection.execute(query)}
        )

    async def recent(self, since_ms: int) -> dict[str, tuple[int, int, int]]:
        """Of each camera that recorded since: (bytes, ms, begin of the first file). Raises: StorageError."""
        # Grouped by what no index holds: SQLite would read all there ever was of each camera to save the sorting.
        query = (
            select(
                func.min(segments.c.camera_id),
                func.sum(segments.c.bytes),
                func.sum(segments.c.end_ms - segments.c.start_ms),
                func.min(segments.c.start_ms),
            )
            .where(segments.c.start_ms >= since_ms)
            .group_by(segments.c.camera_id.concat(""))
        )
        return await self._database.read(
            lambda connection: {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in connection.execute(query)}
        )

    async def touching(self, spans: Spans) -> dict[str, int]:
        """Bytes that lie in any of the spans, by volume; each file once. Raises: StorageError."""

        def add_up(connection: Connection) -> dict[str, int]:
            found: dict[int, tuple[str, int]] = {}
            for span in spans:
                query = select(segments.c.segment_id, segments.c.volume, segments.c.bytes).where(_touches(span))
                found |= {row[0]: (row[1], row[2]) for row in connection.execute(query)}
            sums: dict[str, int] = {}
            for volume, size in found.values():
                sums[volume] = sums.get(volume, 0) + size
            return sums

        return await self._database.read(add_up)

    async def known(self, paths: Sequence[str]) -> set[str]:
        """Which of these paths are in the index. Raises: StorageError."""
        return await self._database.read(lambda connection: _known(connection, paths))

    async def oldest_start(self, camera_id: str) -> int | None:
        """Begin of the oldest segment of a camera. Raises: StorageError."""
        query = select(func.min(segments.c.start_ms)).where(segments.c.camera_id == camera_id)
        return await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())

    async def newest_end(self, camera_id: str) -> int | None:
        """End of the newest segment of a camera. Raises: StorageError."""
        newest = segments.c.start_ms.desc()
        query = select(segments.c.end_ms).where(segments.c.camera_id == camera_id).order_by(newest).limit(1)
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


LONGEST_MS = 900_000
"""No segment is longer: at most 300 s are asked for, and a camera without a key frame for 300 s is asked anew."""


def _touches(span: tuple[frozenset[str], int, int]) -> ColumnElement[bool]:
    cameras, start_ms, end_ms = span
    here = and_(
        segments.c.start_ms >= start_ms - LONGEST_MS, segments.c.start_ms <= end_ms, segments.c.end_ms >= start_ms
    )
    return and_(here, segments.c.camera_id.in_(sorted(cameras))) if cameras else here


def _known(connection: Connection, paths: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(paths), 500):
        some = segments.c.path.in_(paths[start : start + 500])
        found |= set(connection.execute(select(segments.c.path).where(some)).scalars())
    return found


def _columns() -> Select[tuple[object, ...]]:
    return select(segments)


def _rows(connection: Connection, query: Select[tuple[object, ...]]) -> Iterable[SegmentRow]:
    return [SegmentRow(**row._mapping) for row in connection.execute(query)]


def _values(row: NewSegment) -> dict[str, object]:
    values = asdict(row)
    values.pop("segment_id", None)
    return values


def _sum(key: _SumKey, size: int) -> dict[str, object]:
    return {**dict(zip(_SUM_KEY, key, strict=True)), "bytes": size}
