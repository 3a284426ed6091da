"""What the timeline shows of a span: bars of every lane, gaps of the recordings, the way to the next event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import BigInteger, Connection, Row, Select, bindparam, func, or_, select

from backend.contracts.replay import LANES, CameraGaps, Lane, LaneDensity, Timeline
from backend.storage import log_clock
from backend.storage.database import Database
from backend.storage.density import JUDGED, LANE_OF, MINUTE_MS, LaneReader, counted
from backend.storage.history import logged_json
from backend.storage.tables import density, detections, events, gaps

FINE_MOST: Final = 20_000
"""Events that are counted one by one for bars narrower than a minute; where there are more, bars are minutes."""

WINDOW: Final = 500
"""Events that are looked at before the minutes without any are skipped."""

_Spans = list[tuple[int, int]]
_EVENT_LANES: Final = tuple(lane for lane in LANES if lane != "motion")
_SHOWN: Final = tuple(kind for kind, lane in LANE_OF.items() if lane is not None)
_UNSURE: Final = (
    "alert.updated", "alert.reactivated", "alert.re_alarmed", "alert.escalated", "alert.unshelved",
    "alert.unsuppressed", "alert.returned_to_service",
)  # fmt: skip

_ROWS: Final = (
    select(events.c.seq, events.c.at_ms, events.c.kind, events.c.body)
    .where(
        events.c.seq >= bindparam("first"),
        events.c.seq <= bindparam("last"),
        events.c.kind.in_(tuple(dict.fromkeys((*_SHOWN, *JUDGED)))),
    )
    .order_by(events.c.seq)
)
# Spelt the same in both places: PostgreSQL must see that what is grouped by is what is selected.
_MINUTES: Final = (
    select(
        density.c.lane,
        ((density.c.minute_ms - bindparam("start", type_=BigInteger)) // bindparam("bucket", type_=BigInteger)).label(
            "place"
        ),
        func.sum(density.c.count),
    )
    .where(density.c.lane.in_(LANES), density.c.minute_ms >= bindparam("start"), density.c.minute_ms < bindparam("end"))
    .group_by(density.c.lane, "place")
)
_MOTION: Final = (
    select(
        ((detections.c.start_ms - bindparam("start", type_=BigInteger)) // bindparam("bucket", type_=BigInteger)).label(
            "place"
        ),
        func.count(),
    )
    .where(detections.c.start_ms >= bindparam("start"), detections.c.start_ms < bindparam("end"))
    .group_by("place")
)


class TimelineStore:
    """Every method raises StorageError when the database cannot be read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def timeline(
        self, start_ms: int, end_ms: int, buckets: int, camera_ids: Sequence[str] | None = None
    ) -> Timeline:
        """Bars and gaps of start_ms..end_ms in about `buckets` parts.

        Bars begin at whole multiples of their width, so that a view that is moved keeps its bars. They are whole
        minutes unless they are to be narrower and the span holds few events (FINE_MOST).

        Args:
            camera_ids: whose gaps are wanted; None = all.
        """
        return await self._database.read(
            lambda connection: self._look(connection, start_ms, end_ms, buckets, camera_ids)
        )

    def _look(
        self, connection: Connection, start_ms: int, end_ms: int, buckets: int, camera_ids: Sequence[str] | None
    ) -> Timeline:
        asked_ms, bucket_ms = start_ms, max(1, -(-(end_ms - start_ms) // buckets))
        spans: _Spans | None = None
        if bucket_ms < MINUTE_MS:
            # Whole bars: the last one reaches over the end.
            spans = log_clock.ranges(connection, start_ms - start_ms % bucket_ms, end_ms + bucket_ms)
            if sum(last - first + 1 for first, last in spans) > FINE_MOST:
                spans = None
        if spans is None:
            bucket_ms = -(-bucket_ms // MINUTE_MS) * MINUTE_MS
        start_ms -= start_ms % bucket_ms
        counts = {lane: [0] * max(1, -(-(end_ms - start_ms) // bucket_ms)) for lane in LANES}
        span = {"start": start_ms, "end": start_ms + len(counts["alert"]) * bucket_ms, "bucket": bucket_ms}
        if spans is None:
            for lane, place, count in connection.execute(_MINUTES, span):
                counts[lane][int(place)] = int(count)
        else:
            _one_by_one(connection, spans, span, counts)
        return Timeline.model_construct(
            start_ms=start_ms,
            bucket_ms=bucket_ms,
            lanes=tuple(LaneDensity.model_construct(lane=lane, counts=tuple(counts[lane])) for lane in LANES),
            gaps=_gaps(connection, asked_ms, end_ms, bucket_ms, camera_ids),
        )

    async def next_event(self, at_ms: int, forwards: bool, lane: Lane | None, edge_ms: int) -> bytes | None:
        """The nearest event after (or before) an instant in a lane, None = any lane, as JSON of `LoggedEvent`.

        Nothing that was logged after `edge_ms` is found. Where the clock was set back, what was logged in the time
        that came twice may be passed over.
        """
        lanes = _EVENT_LANES if lane is None else (lane,)

        def look(connection: Connection) -> bytes | None:
            search = _Search(connection, lanes, edge_ms)
            seq = search.after(at_ms) if forwards else search.before(at_ms)
            return None if seq is None else logged_json(connection, seq - 1, seq)[0]

        return await self._database.read(look)


def _one_by_one(connection: Connection, spans: _Spans, span: dict[str, int], counts: dict[Lane, list[int]]) -> None:
    start_ms, bucket_ms = span["start"], span["bucket"]
    for lane, row in _lanes(connection, spans):
        place = (row.at_ms - start_ms) // bucket_ms
        if 0 <= place < len(counts[lane]):
            counts[lane][place] += 1
    for place, count in connection.execute(_MOTION, span):
        counts["motion"][int(place)] = int(count)


def _lanes(connection: Connection, spans: _Spans) -> Iterable[tuple[Lane, Row[int, int, str, str]]]:
    """Events of the spans that are shown, with their lanes."""
    for first, last in spans:
        rows = connection.execute(_ROWS, {"first": first, "last": last}).all()
        # What is heard, or not, by what the alert was before.
        unsure = any(row.kind in _UNSURE for row in rows)
        reader = LaneReader.before(connection, first) if unsure else LaneReader()
        for row in rows:
            lane = reader.lane(row.kind, row.body)
            if lane is not None:
                yield lane, row


class _Search:
    """The log in windows; where the counts know of nothing, it is passed over."""

    def __init__(self, connection: Connection, lanes: Sequence[Lane], edge_ms: int) -> None:
        self._connection = connection
        self._lanes = lanes
        self._edge_ms = edge_ms
        self._counted = counted(connection)[0]

    def after(self, at_ms: int) -> int | None:
        seq = log_clock.seq_at(self._connection, at_ms)
        last = log_clock.seq_at(self._connection, self._edge_ms)
        while seq < last:
            end = min(seq + WINDOW, last)
            found = next((one for one, stamp in self._fitting(seq + 1, end) if at_ms < stamp <= self._edge_ms), None)
            if found is not None:
                return found
            seq = self._next_place(end)
        return None

    def before(self, at_ms: int) -> int | None:
        seq = log_clock.seq_at(self._connection, min(at_ms - 1, self._edge_ms))
        while seq > 0:
            begin = max(1, seq - WINDOW + 1)
            found = [one for one, stamp in self._fitting(begin, seq) if stamp < at_ms]
            if found:
                return found[-1]
            seq = self._previous_place(begin - 1)
        return None

    def _fitting(self, first: int, last: int) -> Iterable[tuple[int, int]]:
        for lane, row in _lanes(self._connection, [(first, last)]):
            if lane in self._lanes:
                yield row.seq, row.at_ms

    def _next_place(self, seq: int) -> int:
        """From where to look on, everything up to `seq` having been looked at."""
        if seq >= self._counted:
            return seq
        minute_ms = log_clock.stamp(self._connection, seq) // MINUTE_MS * MINUTE_MS
        query = select(func.min(density.c.minute_ms)).where(density.c.minute_ms >= minute_ms)
        minutes = self._minutes(query)
        place = self._counted if not minutes else log_clock.seq_at(self._connection, min(minutes) - 1)
        return max(seq, min(place, self._counted))

    def _previous_place(self, seq: int) -> int:
        if seq <= 0 or seq > self._counted:
            return seq
        minute_ms = log_clock.stamp(self._connection, seq) // MINUTE_MS * MINUTE_MS
        query = select(func.max(density.c.minute_ms)).where(density.c.minute_ms <= minute_ms)
        minutes = self._minutes(query)
        place = 0 if not minutes else log_clock.seq_at(self._connection, max(minutes) + MINUTE_MS - 1)
        return min(seq, place)

    def _minutes(self, query: Select[int]) -> list[int]:
        # A lane at a time: the table is clustered by it.
        found = [self._connection.execute(query.where(density.c.lane == lane)).scalar_one() for lane in self._lanes]
        return [int(minute_ms) for minute_ms in found if minute_ms is not None]


def _gaps(
    connection: Connection, start_ms: int, end_ms: int, bucket_ms: int, camera_ids: Sequence[str] | None
) -> tuple[CameraGaps, ...]:
    """By camera; gaps so near to one another that nobody could tell them apart are one."""
    query = (
        select(gaps.c.camera_id, gaps.c.start_ms, gaps.c.end_ms)
        .where(gaps.c.start_ms < end_ms, or_(gaps.c.end_ms > start_ms, gaps.c.end_ms.is_(None)))
        .order_by(gaps.c.camera_id, gaps.c.start_ms)
    )
    if camera_ids is not None:
        query = query.where(gaps.c.camera_id.in_(list(camera_ids)))
    found: dict[str, list[tuple[int, int]]] = {}
    for camera_id, first_ms, last_ms in connection.execute(query):
        spans = found.setdefault(camera_id, [])
        begin, end = max(first_ms, start_ms), end_ms if last_ms is None else min(last_ms, end_ms)
        if spans and begin - spans[-1][1] < bucket_ms // 4:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        elif end > begin:
            spans.append((begin, end))
    return tuple(
        CameraGaps.model_construct(camera_id=camera_id, spans=tuple(spans))
        for camera_id, spans in found.items()
        if spans
    )
