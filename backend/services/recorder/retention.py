"""What goes when space or time is over: pure. Evidence never goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from backend.contracts.state import RoomState
from backend.storage.segments import SegmentRow
from config.camera_model import RecordingClass

GB: Final = 1_000_000_000
DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Protected:
    """Spans that no retention may touch; no camera named = all."""

    camera_ids: frozenset[str]
    start_ms: int
    end_ms: int

    @property
    def span(self) -> tuple[frozenset[str], int, int]:
        return self.camera_ids, self.start_ms, self.end_ms

    def covers(self, row: SegmentRow) -> bool:
        here = not self.camera_ids or row.camera_id in self.camera_ids
        return here and row.start_ms <= self.end_ms and row.end_ms >= self.start_ms


def protected(state: RoomState) -> tuple[Protected, ...]:
    """Evidence holds, and what is being exported just now."""
    holds = [Protected(frozenset(hold.camera_ids), hold.start_ms, hold.end_ms) for hold in state.holds.values()]
    exports = [
        Protected(frozenset(export.order.camera_ids), export.order.start_ms, export.order.end_ms)
        for export in state.exports.values()
        if export.condition == "running"
    ]
    return (*holds, *exports)


def doomed(
    rows: Sequence[SegmentRow],
    classes: Iterable[RecordingClass],
    kept: Sequence[Protected],
    now_ms: int,
    wanted_bytes: int = 0,
    used_bytes: Mapping[str, int] | None = None,
) -> list[SegmentRow]:
    """Which segments of one volume go, oldest first.

    Args:
        rows: segments of the volume, oldest first.
        kept: spans that may not go.
        wanted_bytes: so much must come free besides what days and sizes of the classes take.
        used_bytes: by class, when `rows` are not all.
    """
    by_name: Mapping[str, RecordingClass] = {one.name: one for one in classes}
    free = [row for row in rows if not any(span.covers(row) for span in kept)]
    used = dict(used_bytes or {})
    for row in rows if used_bytes is None else ():
        used[row.retention_class] = used.get(row.retention_class, 0) + row.bytes
    gone: list[SegmentRow] = []
    for row in free:
        rule = by_name.get(row.retention_class)
        if rule is None:
            continue  # its class was taken out of the settings: it goes only when space is needed
        too_old = rule.days > 0 and row.end_ms < now_ms - rule.days * DAY_MS
        too_much = rule.max_gb > 0 and used.get(row.retention_class, 0) > rule.max_gb * GB
        if too_old or too_much:
            gone.append(row)
            used[row.retention_class] = used.get(row.retention_class, 0) - row.bytes
    taken = {row.segment_id for row in gone}
    freed = sum(row.bytes for row in gone)
    for row in free:
        if freed >= wanted_bytes:
            break
        if row.segment_id not in taken:
            gone.append(row)
            freed += row.bytes
    return gone
