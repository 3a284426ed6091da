"""Where in the log an instant lies, also where the server's clock was set back.

Events are ordered by seq and found by it; no index over their stamps is kept. A stretch of the log in which no stamp
is smaller than the one before it is halved. Where the stretches begin is noted by whoever counts the log
(`storage/density.py`); what it did not reach yet is taken for part of the last stretch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from backend.storage.tables import events, notes

STEPS_NOTE: Final = "log.steps"
"""Key of the note: [[seq, stamp of the event before it, its own stamp], ...] of every event stamped earlier than the
one before it."""

# One aggregate a query: SQLite finds a single min or max in the index, both together read the whole table.
_FIRST: Final = select(func.min(events.c.seq))
_LAST: Final = select(func.max(events.c.seq))
_STAMP: Final = select(events.c.at_ms).where(events.c.seq == bindparam("seq"))
_STEPS: Final = select(notes.c.value).where(notes.c.key == STEPS_NOTE)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Events first_seq..last_seq; `first_ms` is the smallest stamp, `last_ms` the largest."""

    first_seq: int
    last_seq: int
    first_ms: int
    last_ms: int


def bounds(connection: Connection) -> tuple[int, int]:
    """First and last seq; (0, 0) for an empty log."""
    first, last = connection.execute(_FIRST).scalar_one(), connection.execute(_LAST).scalar_one()
    return (0, 0) if first is None or last is None else (int(first), int(last))


def stamp(connection: Connection, seq: int) -> int:
    return int(connection.execute(_STAMP, {"seq": seq}).scalar_one())


def stretches(connection: Connection) -> Sequence[Stretch]:
    """The whole log, oldest first."""
    first_seq, last_seq = bounds(connection)
    if not last_seq:
        return ()
    note = connection.execute(_STEPS).scalar_one_or_none()
    begins: list[tuple[int, int]] = [(first_seq, stamp(connection, first_seq))]
    ends: list[tuple[int, int]] = []
    for seq, before_ms, at_ms in json.loads(note) if note else ():
        ends.append((seq - 1, before_ms))
        begins.append((seq, at_ms))
    ends.append((last_seq, stamp(connection, last_seq)))
    return [
        Stretch(begin, end, begin_ms, end_ms) for (begin, begin_ms), (end, end_ms) in zip(begins, ends, strict=True)
    ]


def seq_at(connection: Connection, at_ms: int) -> int:
    """The last event, by its place in the log, that is stamped at or before `at_ms`; 0 when there is none.

    Of two instants the later one never gets the smaller answer.
    """
    for stretch in reversed(stretches(connection)):
        if stretch.first_ms <= at_ms:
            return _halved(stretch, lambda seq: stamp(connection, seq) <= at_ms)
    return 0


def ranges(connection: Connection, start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """(first_seq, last_seq) of the events stamped in start_ms..end_ms, both included; several where it was twice."""
    found = []
    for stretch in stretches(connection):
        if stretch.first_ms > end_ms or stretch.last_ms < start_ms:
            continue
        first, last = stretch.first_seq, stretch.last_seq
        if stretch.first_ms < start_ms:
            first = _halved(stretch, lambda seq: stamp(connection, seq) < start_ms) + 1
        if stretch.last_ms > end_ms:
            last = _halved(stretch, lambda seq: stamp(connection, seq) <= end_ms)
        if first <= last:
            found.append((first, last))
    return found


def _halved(stretch: Stretch, holds: Callable[[int], bool]) -> int:
    """The last seq of the stretch for which it holds; it does for the first one."""
    low, high = stretch.first_seq, stretch.last_seq
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low
