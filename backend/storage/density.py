"""How much happened when: events of the log counted by lane of the timeline and minute, each exactly once."""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select

from backend.contracts.follow import FOLLOWED, AlertTrack
from backend.contracts.kinds.alerts import Priority
from backend.contracts.replay import Lane
from backend.storage import log_clock
from backend.storage.database import Database
from backend.storage.dialect import insert_or_add, insert_or_replace
from backend.storage.tables import density, events, notes, snapshots

MINUTE_MS: Final = 60_000
COUNTED_NOTE: Final = "density.counted"
"""Key of the note: {"seq": the last event that is counted, "at_ms": its stamp}."""

LANE_OF: Final[dict[str, Lane | None]] = {
    "site.loaded": "system",
    "alert.raised": "alert",
    "alert.updated": "alert",
    "alert.returned": None,
    "alert.reactivated": "alert",
    "alert.acknowledged": "operator",
    "alert.commented": "operator",
    "alert.owned": "operator",
    "alert.dispatched": "operator",
    "alert.judged": "operator",
    "alert.shelved": "operator",
    "alert.unshelved": "operator",
    "alert.suppressed": None,
    "alert.unsuppressed": None,
    "alert.taken_out_of_service": "operator",
    "alert.returned_to_service": "operator",
    "alert.reset": "operator",
    "alert.re_alarmed": "alert",
    "alert.escalated": "alert",
    "camera.changed": "system",
    "camera.steered": "system",
    "producer.changed": "system",
    "input.quarantined": "system",
    "fire.reported": "system",
    "operator.signed_in": "system",
    "operator.signed_out": "system",
    "command.refused": "operator",
    "recording.changed": "system",
    "evidence.held": "operator",
    "evidence.released": "operator",
    "export.ordered": "operator",
    "export.changed": "system",
    "mark.placed": "operator",
    "forecast.issued": None,
    "air.indexed": None,
    "limits.changed": "system",
    "indicators.entered": None,
    "mark.removed": "operator",
    "desk.acted": "operator",
    "sop.published": "operator",
    "incident.opened": "operator",
    "incident.linked": "operator",
    "incident.unlinked": "operator",
    "incident.changed": "operator",
    "incident.led": "operator",
    "incident.moved": "operator",
    "incident.noted": "operator",
    "incident.sop_started": "operator",
    "incident.step_marked": "operator",
    "incident.step_overdue": "alert",
    "incident.task_asked": "operator",
    "incident.task_moved": "operator",
    "incident.task_overdue": "alert",
    "incident.reviewed": "operator",
    "shift.started": "operator",
    "shift.task_done": "operator",
    "shift.task_skipped": "operator",
    "shift.noted": "operator",
    "shift.handover_drafted": "operator",
    "shift.handover_signed": "operator",
    "rows.shown": None,
    "report.received": "report",
    "report.routed": "operator",
    "report.moved": "operator",
    "report.noted": "operator",
    "report.changed": "operator",
    "report.extension_asked": "operator",
    "report.extension_decided": "operator",
    "report.rated": "report",
    "report.overdue": "report",
    "report.told_apart": "operator",
    "report.medium_decided": "operator",
    "report.read": "operator",
    "story.seen": None,
    "story.grew": None,
    "story.assigned": "operator",
    "story.dismissed": "operator",
    "story.reported": "operator",
    "call.arrived": None,
    "call.moved": None,
    "call.recorded": "operator",
    "hotline.crisis_begun": "operator",
    "hotline.crisis_ended": "operator",
    "zones.declared": "system",
    "zones.lifted": "system",
    "meeting.planned": "operator",
    "meeting.replanned": "operator",
    "meeting.attended": "operator",
    "meeting.moved": "operator",
    "meeting.item_opened": "operator",
    "meeting.shown": None,
    "meeting.floor_asked": "operator",
    "meeting.floor_withdrawn": None,
    "meeting.floor_given": "operator",
    "meeting.floor_ended": None,
    "meeting.vote_opened": "operator",
    "meeting.ballot_cast": None,
    "meeting.ballot_handed": None,
    "meeting.vote_closed": "operator",
    "meeting.concluded": "operator",
    "meeting.noted": "operator",
    "meeting.quieted": "operator",
}
"""Lane of every kind of event, None = not shown. An alert.updated counts when it makes the alert worse only; what
comes back and is heard again counts like a new alert; the room's own faults (priority 5) count as "system":
`LaneReader` knows; "motion" is counted from the detections."""

JUDGED: Final = (*FOLLOWED, "alert.escalated")
"""Kinds whose lane depends on what was before, or that it depends on for others: `LaneReader` needs their JSON."""


class LaneReader:
    """Lane of each event, in the order of the log: whether an alert became worse depends on what it was before.

    It follows alerts as the room's fold does (contracts.state), but reads no more of the JSON than that needs.
    """

    def __init__(self, alerts: Iterable[Mapping[str, object]] = ()) -> None:
        self._open: dict[str, AlertTrack] = {}
        for alert in alerts:
            self._take(alert)

    @classmethod
    def before(cls, connection: Connection, seq: int) -> LaneReader:
        """One that has seen every event before `seq`: from the newest readable snapshot and the tail behind it."""
        base_seq, alerts = _alerts_before(connection, seq)
        reader = cls(alerts)
        for kind, body in connection.execute(_JUDGED_ROWS, {"after": base_seq, "before": seq}):
            reader.lane(kind, body)
        return reader

    def lane(self, kind: str, body: str | None) -> Lane | None:
        """Of the next event; `body` may be None for kinds that are not about an alert's condition."""
        if kind not in JUDGED or body is None:
            return LANE_OF.get(kind)
        if kind == "alert.raised":
            return _lane_of(self._take(_raised(body)))
        alert_id, priority = _about(body)
        known = self._open.get(alert_id)
        heard = known is not None and known.take(kind, priority)
        if known is not None and known.closed:
            del self._open[alert_id]
        if known is not None and heard:
            return _lane_of(known)
        return "operator" if LANE_OF.get(kind) == "operator" else None

    def _take(self, alert: Mapping[str, object]) -> AlertTrack:
        taken = self._open[str(alert["alert_id"])] = AlertTrack.of(alert)
        return taken


# The head of the JSON as our own contracts write it, so that a raised alert's shapes and texts are not parsed. What
# does not look like it, and ids with escapes, are parsed.
_RAISED_HEAD: Final = re.compile(
    r'\{"kind":"alert\.raised","alert":\{"alert_id":"([^"\\]+)","kind":"[^"\\]+","priority":(\d),"phase":"(\w+)"'
)
_ABOUT_HEAD: Final = re.compile(r'\{"kind":"[\w.]+","alert_id":"([^"\\]+)"(?:,"priority":(\d|null)\b)?[,}]')


def _raised(body: str) -> Mapping[str, object]:
    head = _RAISED_HEAD.match(body)
    if head is None:
        alert: Mapping[str, object] = json.loads(body)["alert"]
        return alert
    # Quotes inside of a text are escaped: only the alert's own field looks like this.
    return {"alert_id": head[1], "priority": int(head[2]), "phase": head[3], "latching": '"latching":true' in body}


def _about(body: str) -> tuple[str, int | None]:
    """Id and, for an alert.updated, the new priority."""
    head = _ABOUT_HEAD.match(body)
    if head is None or (head[2] is None and '"priority"' in body):
        event = json.loads(body)
        return event["alert_id"], event.get("priority")
    return head[1], int(head[2]) if head[2] and head[2] != "null" else None


def _lane_of(alert: AlertTrack) -> Lane:
    return "system" if alert.priority == Priority.SYSTEM else "alert"


def _alerts_before(connection: Connection, seq: int) -> tuple[int, Sequence[Mapping[str, object]]]:
    query = select(snapshots.c.seq, snapshots.c.packed).where(snapshots.c.seq < seq)
    for base_seq, packed in connection.execute(query.order_by(snapshots.c.seq.desc()).limit(3)):
        try:
            return base_seq, json.loads(zlib.decompress(packed))["alerts"]
        except (zlib.error, ValueError, KeyError):
            continue
    return 0, ()


_JUDGED_ROWS: Final = (
    select(events.c.kind, events.c.body)
    .where(events.c.seq > bindparam("after"), events.c.seq < bindparam("before"), events.c.kind.in_(JUDGED))
    .order_by(events.c.seq)
)
_SLICE: Final = (
    select(events.c.seq, events.c.at_ms, events.c.kind, events.c.body)
    .where(events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
    .limit(bindparam("most"))
)
_COUNTED: Final = select(notes.c.value).where(notes.c.key == COUNTED_NOTE)


@dataclass(frozen=True, slots=True)
class _Slice:
    """Events after `after_seq` up to `last_seq`, counted. `steps`: see log_clock.STEPS_NOTE."""

    after_seq: int
    last_seq: int
    last_ms: int
    counts: Mapping[tuple[Lane, int], int]
    steps: tuple[tuple[int, int, int], ...]


class DensityCount:
    """Counts the log into table `density`. One of them a database; `count` is not called twice at a time.

    How far it came is stored with the counts in one transaction: killed at any point, nothing is counted twice or
    left out. In the same pass it notes where the server's clock was set back.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._add = insert_or_add(density, ("lane", "minute_ms"), database.is_sqlite)
        self._note = insert_or_replace(notes, ("key",), database.is_sqlite)
        self._reader: LaneReader | None = None
        self._reader_seq = -1

    async def counted_seq(self) -> int:
        """The last event that is counted. Raises: StorageError."""
        return await self._database.read(lambda connection: counted(connection)[0])

    async def count(self, most: int) -> int:
        """Count up to `most` more events; how many there were.

        Raises:
            StorageError: nothing was counted.
        """
        found = await self._database.read(lambda connection: self._read(connection, most))
        if found is None:
            return 0
        stored = False
        try:
            await self._database.write(lambda connection: self._store(connection, found))
            stored = True
        finally:
            if not stored:  # or it was and the answer was lost: read anew what the note says
                self._reader = None
        return found.last_seq - found.after_seq

    def _read(self, connection: Connection, most: int) -> _Slice | None:
        after_seq, before_ms = counted(connection)
        if self._reader is None or self._reader_seq != after_seq:
            self._reader = LaneReader.before(connection, after_seq + 1)
        counts: Counter[tuple[Lane, int]] = Counter()
        steps: list[tuple[int, int, int]] = []
        seq = after_seq
        lane_of = self._reader.lane
        for seq, at_ms, kind, body in connection.execute(_SLICE, {"after": after_seq, "most": most}):
            lane = lane_of(kind, body)
            if lane is not None:
                counts[lane, at_ms - at_ms % MINUTE_MS] += 1
            if at_ms < before_ms:
                steps.append((seq, before_ms, at_ms))
            before_ms = at_ms
        self._reader_seq = seq
        return None if seq == after_seq else _Slice(after_seq, seq, before_ms, counts, tuple(steps))

    def _store(self, connection: Connection, found: _Slice) -> None:
        if counted(connection)[0] != found.after_seq:
            return  # somebody else counted these
        if found.after_seq == 0:
            connection.execute(delete(density).where(density.c.lane != "motion"))
        rows = [{"lane": lane, "minute_ms": minute, "count": n} for (lane, minute), n in found.counts.items()]
        if rows:
            connection.execute(self._add, rows)
        if found.steps or found.after_seq == 0:
            query = select(notes.c.value).where(notes.c.key == log_clock.STEPS_NOTE)
            known = connection.execute(query).scalar_one_or_none() if found.after_seq else None
            steps = [*(json.loads(known) if known else ()), *found.steps]
            connection.execute(self._note, {"key": log_clock.STEPS_NOTE, "value": json.dumps(steps)})
        done = json.dumps({"seq": found.last_seq, "at_ms": found.last_ms})
        connection.execute(self._note, {"key": COUNTED_NOTE, "value": done})


def counted(connection: Connection) -> tuple[int, int]:
    """(seq, stamp) of the last event that is counted; (0, 0) to begin anew."""
    note = connection.execute(_COUNTED).scalar_one_or_none()
    if note is None:
        return 0, 0
    known = json.loads(note)
    seq, at_ms = int(known["seq"]), int(known["at_ms"])
    # A log that is shorter than what was counted is another one.
    return (seq, at_ms) if seq <= log_clock.bounds(connection)[1] else (0, 0)
