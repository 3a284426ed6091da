"""Citizens' reports as rows that can be found again: made from the log, and made anew from it should they be lost."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    text,
)

from backend.contracts import report_events as rev
from backend.contracts import report_fold
from backend.contracts.events import Event, LoggedEvent
from backend.contracts.folded import words_of
from backend.contracts.report_doors import ReportCell, ReportPage, ReportQuery
from backend.contracts.reports import PUBLIC, Report, ReportState
from backend.storage import log_clock, report_media, tables
from backend.storage.database import Database
from backend.storage.dialect import insert_new, insert_or_replace
from backend.storage.event_log import COLUMNS, LoggedRow, parsed
from backend.storage.report_media import ReportMediaStore
from backend.storage.tables import events, notes, report_agencies, report_events, reports

KEPT_NOTE: Final = "reports.kept"
SLICE: Final = 5_000
"""Events of the log looked through at a time."""

_EVENT: Final[TypeAdapter[Event]] = TypeAdapter(Event)
_AT_ONCE: Final = 500
_FILED: Final = select(reports.c.body, reports.c.filed_by, reports.c.text, reports.c.answer)


@dataclass(frozen=True, slots=True)
class FiledReport:
    """A report with what its row in the room's state does not hold.

    Attributes:
        filed_by: actor who brought it: "producer:ID", an operator, "" = the room itself.
        text: what its citizen said.
        answer: what the citizen was told last.
    """

    report: Report
    filed_by: str
    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class FiledQuery:
    """What a citizens' program asks for: what is public, and what it filed itself.

    Attributes:
        caller: actor who asks; "" = anybody.
        report_ids: these, whenever they came; () = by when they came, `from_ms` to `to_ms`, end excluded.
    """

    caller: str
    from_ms: int
    to_ms: int
    report_ids: tuple[str, ...] = ()
    category_ids: tuple[str, ...] = ()
    states: tuple[ReportState, ...] = ()
    limit: int = 1000
    offset: int = 0


@dataclass(frozen=True, slots=True)
class _Slice:
    after_seq: int
    last_seq: int
    logged: tuple[LoggedEvent, ...]


class ReportStore:
    """One of them a database; `keep` is not called twice at a time.

    How far it came is stored with the rows in one transaction: killed at any point, nothing is missing or there twice.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.media = ReportMediaStore(database)
        self._upsert = insert_or_replace(reports, ("number",), database.is_sqlite)
        self._link = insert_new(report_events, database.is_sqlite)
        self._note = insert_or_replace(notes, ("key",), database.is_sqlite)

    async def keep(self) -> int:
        """Take up to `SLICE` more events of the log in; how many there were.

        Raises:
            StorageError: nothing was taken in.
        """
        found = await self._database.read(_more)
        if found is None:
            return 0
        await self._database.write(lambda connection: self._take(connection, found))
        return found.last_seq - found.after_seq

    async def find(self, report_id: str) -> Report | None:
        """The row of one report as far as the log was taken in. Raises: StorageError."""
        query = select(reports.c.body).where(reports.c.report_id == report_id)
        body = await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())
        return Report.model_validate_json(body) if body is not None else None

    async def filed(self, report_id: str) -> FiledReport | None:
        """Raises: StorageError."""
        query = _FILED.where(reports.c.report_id == report_id)
        row = await self._database.read(lambda connection: connection.execute(query).one_or_none())
        return _filed(*row) if row is not None else None

    async def list_filed(self, asked: FiledQuery) -> tuple[FiledReport, ...]:
        """Newest first. Raises: StorageError."""
        query = _FILED.where(*_readable(asked.caller))
        if asked.report_ids:
            query = query.where(reports.c.report_id.in_(asked.report_ids))
        else:
            query = query.where(reports.c.received_ms >= asked.from_ms, reports.c.received_ms < asked.to_ms)
        if asked.category_ids:
            query = query.where(reports.c.category_id.in_(asked.category_ids))
        if asked.states:
            query = query.where(reports.c.state.in_(asked.states))
        query = query.order_by(reports.c.number.desc()).limit(asked.limit).offset(asked.offset)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return tuple(_filed(*row) for row in rows)

    async def happened(
        self, caller: str, from_ms: int, to_ms: int, report_ids: Sequence[str], limit: int
    ) -> tuple[tuple[Report, bool, LoggedEvent], ...]:
        """What happened to reports that `caller` may read, oldest first: the report as it is now, whether it filed
        it, and the event.

        Raises: StorageError.
        """

        def read(connection: Connection) -> tuple[tuple[Report, bool, LoggedEvent], ...]:
            spans = [report_events.c.seq.between(*span) for span in log_clock.ranges(connection, from_ms, to_ms - 1)]
            query = (
                COLUMNS.add_columns(reports.c.filed_by, reports.c.body.label("row"))
                .join(report_events, report_events.c.seq == events.c.seq)
                .join(reports, reports.c.report_id == report_events.c.report_id)
                .where(or_(false(), *spans), *_readable(caller))
                .limit(limit)
            )
            if report_ids:
                query = query.where(reports.c.report_id.in_(report_ids))
            rows = connection.execute(query).all()
            logged = parsed([cast("LoggedRow", row[:-2]) for row in rows])
            return tuple(
                (Report.model_validate_json(body), bool(caller and caller == filed_by), one)
                for (*_, filed_by, body), one in zip(rows, logged, strict=True)
            )

        return await self._database.read(read)

    async def thread(self, report_id: str) -> tuple[LoggedEvent, ...]:
        """Everything that happened to one report, oldest first. Raises: StorageError."""
        query = COLUMNS.join(report_events, report_events.c.seq == events.c.seq).where(
            report_events.c.report_id == report_id
        )
        return parsed(await self._database.read(lambda connection: connection.execute(query).all()))

    async def page(self, query: ReportQuery, now_ms: int) -> ReportPage:
        """One page of what `query` asks for. Raises: StorageError, ValueError (`after` is none of ours)."""
        conditions = _conditions(query, now_ms, self._database.is_sqlite)
        due = query.order == "due"
        if due:
            conditions.append(reports.c.due_ms.is_not(None))
        order = (reports.c.due_ms, reports.c.number) if due else (reports.c.number.desc(),)
        wanted = select(reports.c.number, reports.c.due_ms, reports.c.body).where(*conditions)
        if query.after:
            wanted = wanted.where(_behind(query.after, due))
        wanted = wanted.order_by(*order).limit(query.limit + 1)
        total = select(func.count()).select_from(reports).where(*conditions)

        def read(connection: Connection) -> tuple[int, Sequence[Row[int, int | None, str]]]:
            return connection.execute(total).scalar_one(), connection.execute(wanted).all()

        count, rows = await self._database.read(read)
        shown = rows[: query.limit]
        more = len(rows) > query.limit
        last = f"{shown[-1].due_ms}:{shown[-1].number}" if due and shown else str(shown[-1].number) if shown else ""
        return ReportPage(
            total=count,
            reports=tuple(Report.model_validate_json(row.body) for row in shown),
            next=last if more else "",
        )

    async def grid(self, query: ReportQuery, now_ms: int, cell_deg: float) -> tuple[ReportCell, ...]:
        """Every report of `query` that has a place, counted in cells. Raises: StorageError."""
        row = func.floor(reports.c.lat_deg / cell_deg).label("cell_row")
        across = func.floor(reports.c.lon_deg / cell_deg).label("cell_column")
        counted = (
            select(
                row,
                across,
                func.count(),
                func.sum(case((reports.c.ended, 1), else_=0)),
                func.sum(case((and_(~reports.c.ended, reports.c.due_ms < now_ms), 1), else_=0)),
            )
            .where(*_conditions(query, now_ms, self._database.is_sqlite), reports.c.lat_deg.is_not(None))
            .group_by(row, across)
        )
        rows = await self._database.read(lambda connection: connection.execute(counted).all())
        return tuple(
            ReportCell(
                lat_deg=(at_row + 0.5) * cell_deg,
                lon_deg=(at_column + 0.5) * cell_deg,
                open=count - ended,
                late=late,
                ended=ended,
            )
            for at_row, at_column, count, ended, late in rows
        )

    async def near(self, report: Report, box: tuple[float, float, float, float], from_ms: int) -> tuple[Report, ...]:
        """Other reports in the box that came since `from_ms`, newest first, at most a hundred. Raises: StorageError."""
        query = (
            select(reports.c.body)
            .where(_in_box(box), reports.c.received_ms >= from_ms, reports.c.number != report.number)
            .order_by(reports.c.number.desc())
            .limit(100)
        )
        bodies = await self._database.read(lambda connection: connection.execute(query).scalars().all())
        return tuple(Report.model_validate_json(body) for body in bodies)

    async def as_of(self, at_ms: int, open_after_ms: int, changed_from_ms: int = 0) -> tuple[Report, ...]:
        """Reports as they stood just before `at_ms`, without those that were closed before `open_after_ms` for good.

        `changed_from_ms`: only those to which something has happened from then on.

        Raises: StorageError.
        """

        def read(connection: Connection) -> tuple[Report, ...]:
            closed, changed = reports.c.closed_ms, reports.c.changed_ms
            query = select(reports.c.body).where(
                reports.c.received_ms < at_ms, or_(closed.is_(None), closed >= open_after_ms, changed >= at_ms)
            )
            if changed_from_ms:
                query = query.where(changed >= changed_from_ms)
            wanted = [Report.model_validate_json(body) for body in connection.execute(query).scalars()]
            # What did not change since is as it was; of the others the thread tells.
            later = [one.report_id for one in wanted if one.changed_ms >= at_ms]
            then = {one.report_id: one for one in wanted if one.changed_ms < at_ms}
            for start in range(0, len(later), _AT_ONCE):
                then |= _folded(connection, later[start : start + _AT_ONCE], at_ms)
            return tuple(then.values())

        return await self._database.read(read)

    # -- from the log ---------------------------------------------------------------------------------------------

    def _take(self, connection: Connection, found: _Slice) -> None:
        if _kept_seq(connection) != found.after_seq:
            return  # somebody else took these in
        if found.after_seq == 0:
            for every in (reports, report_agencies, report_events, tables.report_media):
                connection.execute(delete(every))
            connection.execute(text("DELETE FROM report_words"))
        rows = _rows_of(connection, {_id_of(one) for one in found.logged})
        said: dict[int, list[str]] = {}
        links: list[dict[str, object]] = []
        for one in found.logged:
            row = _after(rows.get(_id_of(one)), one)
            if row is None:
                continue  # a log of which the beginning was lost
            report_id = row.report.report_id
            rows[report_id] = row
            said.setdefault(row.report.number, []).extend(_said(one.event))
            links.append({"report_id": report_id, "seq": one.seq})
        changed = [rows[key] for key in dict.fromkeys(str(link["report_id"]) for link in links)]
        for start in range(0, len(changed), _AT_ONCE):
            self._put(connection, changed[start : start + _AT_ONCE])
        if links:
            connection.execute(self._link, links)
        report_media.take(connection, found.logged, self._database.is_sqlite)
        self._index(connection, {number: words for number, words in said.items() if words})
        done = json.dumps({"seq": found.last_seq})
        connection.execute(self._note, {"key": KEPT_NOTE, "value": done})

    def _put(self, connection: Connection, changed: Sequence[FiledReport]) -> None:
        connection.execute(self._upsert, [_row(one) for one in changed])
        numbers = [one.report.number for one in changed]
        connection.execute(delete(report_agencies).where(report_agencies.c.number.in_(numbers)))
        with_agency = [
            {"agency_id": agency_id, "number": one.report.number}
            for one in changed
            for agency_id in dict.fromkeys((one.report.chief, *one.report.partners))
            if agency_id
        ]
        if with_agency:
            connection.execute(insert(report_agencies), with_agency)

    def _index(self, connection: Connection, said: Mapping[int, Sequence[str]]) -> None:
        new = [{"number": number, "words": " ".join(words)} for number, words in said.items()]
        if not new:
            return
        if not self._database.is_sqlite:
            connection.execute(_ADD_WORDS, new)
            return
        known = {
            number: words for row in new for number, words in connection.execute(_WORDS_OF, {"number": row["number"]})
        }
        connection.execute(_DROP_WORDS, new)
        connection.execute(
            _PUT_WORDS, [row | {"words": f"{known.get(row['number'], '')} {row['words']}".strip()} for row in new]
        )


_WORDS_OF: Final = text("SELECT rowid, words FROM report_words WHERE rowid = :number")
_DROP_WORDS: Final = text("DELETE FROM report_words WHERE rowid = :number")
_PUT_WORDS: Final = text("INSERT INTO report_words (rowid, words) VALUES (:number, :words)")
_ADD_WORDS: Final = text(
    "INSERT INTO report_words (number, words) VALUES (:number, to_tsvector('simple', :words)) "
    "ON CONFLICT (number) DO UPDATE SET words = report_words.words || excluded.words"
)


def _more(connection: Connection) -> _Slice | None:
    after_seq = _kept_seq(connection)
    last_seq = min(after_seq + SLICE, log_clock.bounds(connection)[1])
    if last_seq <= after_seq:
        return None
    query = COLUMNS.where(events.c.seq > after_seq, events.c.seq <= last_seq, events.c.kind.like("report.%"))
    return _Slice(after_seq, last_seq, parsed(connection.execute(query).all()))


def _folded(connection: Connection, report_ids: Sequence[str], before_ms: int) -> dict[str, Report]:
    """These reports as they stood just before an instant, from their threads."""
    query = COLUMNS.join(report_events, report_events.c.seq == events.c.seq).where(
        report_events.c.report_id.in_(report_ids), events.c.at_ms < before_ms
    )
    found: dict[str, FiledReport] = {}
    for one in parsed(connection.execute(query).all()):
        row = _after(found.get(_id_of(one)), one)
        if row is not None:
            found[row.report.report_id] = row
    return {key: row.report for key, row in found.items()}


def _kept_seq(connection: Connection) -> int:
    note = connection.execute(select(notes.c.value).where(notes.c.key == KEPT_NOTE)).scalar_one_or_none()
    seq = int(json.loads(note)["seq"]) if note else 0
    # A log that is shorter than what was taken in is another one: begin anew.
    return seq if seq <= log_clock.bounds(connection)[1] else 0


def _id_of(logged: LoggedEvent) -> str:
    event = logged.event
    assert isinstance(event, rev.ReportReceived | rev.ReportEvent)
    return event.report.report_id if isinstance(event, rev.ReportReceived) else event.report_id


def _rows_of(connection: Connection, report_ids: set[str]) -> dict[str, FiledReport]:
    wanted, found = sorted(report_ids), {}
    for start in range(0, len(wanted), _AT_ONCE):
        query = _FILED.where(reports.c.report_id.in_(wanted[start : start + _AT_ONCE]))
        for row in connection.execute(query):
            one = _filed(*row)
            found[one.report.report_id] = one
    return found


def _filed(body: str, filed_by: str, said: str, answer: str) -> FiledReport:
    return FiledReport(Report.model_validate_json(body), filed_by, said, answer)


def _after(row: FiledReport | None, logged: LoggedEvent) -> FiledReport | None:
    event = logged.event
    if isinstance(event, rev.ReportReceived):
        return FiledReport(report_fold.received(event), logged.actor, event.text, "")
    assert isinstance(event, rev.ReportEvent)
    if row is None:
        return None
    told = event.text if isinstance(event, rev.ReportMoved) else ""
    if isinstance(event, rev.ReportNoted) and event.audience == "citizen" and not event.by_citizen:
        told = event.text
    report = report_fold.after(row.report, event, logged.at_ms, logged.actor)
    return FiledReport(report, row.filed_by, row.text, told or row.answer)


def filed_by(thread: Iterable[LoggedEvent]) -> FiledReport | None:
    """The report as the events of its thread leave it; None = none of them is its receipt."""
    row: FiledReport | None = None
    for one in thread:
        row = _after(row, one)
    return row


def _said(event: Event) -> list[str]:
    """What of an event can be searched: what citizens said and what was said to them, never what stays inside."""
    match event:
        case rev.ReportReceived():
            texts = [event.report.code, event.report.title, event.report.address, event.text]
        case rev.ReportMoved():
            texts = [event.text]
        case rev.ReportNoted() if event.audience == "citizen":
            texts = [event.text]
        case rev.ReportChanged():
            texts = [event.address or ""]
        case _:
            texts = []
    return [word for one in texts for word in words_of(one)]


def _row(row: FiledReport) -> dict[str, object]:
    report, clock = row.report, row.report.clock
    return {
        "number": report.number,
        "report_id": report.report_id,
        "state": report.state,
        "ended": report.is_ended,
        "channel": report.channel,
        "category_id": report.category_id,
        "commune_code": report.commune_code,
        "campaign": report.campaign,
        "chief": report.chief,
        "received_ms": report.received_ms,
        "changed_ms": report.changed_ms,
        "closed_ms": report.closed_ms,
        "near_ms": clock.near_ms if clock is not None else None,
        "due_ms": clock.due_ms if clock is not None else None,
        "late": report.late,
        "lat_deg": report.lat_deg,
        "lon_deg": report.lon_deg,
        "filed_by": row.filed_by,
        "text": row.text,
        "answer": row.answer,
        "body": report.model_dump_json(),
    }


# -- what is asked for ------------------------------------------------------------------------------------------------


def _conditions(query: ReportQuery, now_ms: int, is_sqlite: bool) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name, wanted in (
        ("state", query.states),
        ("category_id", query.category_ids),
        ("commune_code", query.commune_codes),
        ("channel", query.channels),
    ):
        if wanted:
            found.append(reports.c[name].in_(wanted))
    if query.agency_id:
        theirs = select(report_agencies.c.number).where(report_agencies.c.agency_id == query.agency_id)
        found.append(reports.c.number.in_(theirs))
    if query.campaign:
        found.append(reports.c.campaign == query.campaign)
    if query.ended is not None:
        found.append(reports.c.ended.is_(query.ended))
    if query.timeliness:
        at_ms = query.at_ms if query.at_ms is not None else now_ms
        late = reports.c.due_ms < at_ms
        near = and_(reports.c.near_ms <= at_ms, reports.c.due_ms >= at_ms)
        running = and_(~reports.c.ended, reports.c.state != "done_pending")
        found += [running, late if query.timeliness == "late" else near]
    if query.from_ms is not None:
        found.append(reports.c.received_ms >= query.from_ms)
    if query.to_ms is not None:
        found.append(reports.c.received_ms < query.to_ms)
    if query.box is not None:
        found.append(_in_box(query.box))
    words = words_of(query.text)
    if words:
        found.append(_spoken_of(words, is_sqlite))
    return found


def _readable(caller: str) -> tuple[ColumnElement[bool], ...]:
    public = reports.c.state.in_(PUBLIC)
    return (or_(public, reports.c.filed_by == caller) if caller else public,)


def _in_box(box: tuple[float, float, float, float]) -> ColumnElement[bool]:
    south, west, north, east = box
    return and_(reports.c.lat_deg.between(south, north), reports.c.lon_deg.between(west, east))


def _spoken_of(words: Sequence[str], is_sqlite: bool) -> ColumnElement[bool]:
    """All of them occur, each as the beginning of a word. They are letters and digits only: no operator of either."""
    if is_sqlite:
        asked = " AND ".join(f'"{word}"*' for word in words)
        clause = "reports.number IN (SELECT rowid FROM report_words WHERE report_words MATCH :asked)"
    else:
        asked = " & ".join(f"{word}:*" for word in words)
        clause = "reports.number IN (SELECT number FROM report_words WHERE words @@ to_tsquery('simple', :asked))"
    return cast("ColumnElement[bool]", text(clause).bindparams(asked=asked))


def _behind(after: str, due: bool) -> ColumnElement[bool]:
    parts = after.split(":")
    if len(parts) != (2 if due else 1) or not all(
        part.isascii() and part.isdecimal() and len(part) <= 18 for part in parts
    ):
        raise ValueError(f"after: {after[:60]!r} is no place in this list; take `next` of the page before")
    number = int(parts[-1])
    if not due:
        return reports.c.number < number
    due_ms = int(parts[0])
    return or_(reports.c.due_ms > due_ms, and_(reports.c.due_ms == due_ms, reports.c.number > number))
