"""Takes everything an export is made of out of the database and the room, into its work folder."""

from __future__ import annotations

import asyncio
import base64
import importlib.metadata
import platform
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from backend.contracts.alert_fold import HISTORY_KEPT
from backend.contracts.alerts import Alert
from backend.contracts.events import ExportOrdered, LoggedEvent
from backend.contracts.recording import ExportOrder, ExportState
from backend.contracts.replay import StateThen
from backend.contracts.site import Site
from backend.contracts.state import Delta, RoomState, apply
from backend.services.evidence.case import CASE_FILE, EVENTS_FILE, STATE_FILE, Case, KnownGap, SourceFile, read_case
from backend.services.evidence.journal import Journal
from backend.services.evidence.names import LocalTime, file_name
from backend.services.evidence.tables import readings_csv
from backend.services.room import Room
from backend.services.signing import Signer
from backend.storage.event_log import EventLog
from backend.storage.history import History
from backend.storage.readings import ReadingsStore
from backend.storage.segments import SegmentRow, SegmentsStore

READ_AT_ONCE: Final = 500
"""Events that are parsed together: a few milliseconds, so that the room goes on in between."""

FILES_MOST: Final = 200_000
"""Recorded files of one camera in one package: a day in files of half a second."""

INCIDENT_SEARCH: Final = 50_000
"""An incident that has not ended this many events after the span is told as incomplete."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where everything is found."""

    room: Room
    log: EventLog
    history: History
    readings: ReadingsStore
    segments: SegmentsStore
    signer: Signer
    communes_file: Path
    now_ms: Callable[[], int]


@dataclass(slots=True)
class _Log:
    """What was found in the log. `alerts`: as they were last known."""

    state: RoomState
    first_seq: int = 0
    last_seq: int = 0
    incident: list[LoggedEvent] = field(default_factory=list)
    complete: bool = True
    alerts: dict[str, Alert] = field(default_factory=dict)


async def gather(sources: Sources, export: ExportState, work: Path) -> Case:
    """The case of an export; one that was gathered before is taken as it is. Writes events, state and readings.

    Raises:
        StorageError: the database cannot be read.
        OSError: the work folder cannot be written.
    """
    # The maker compares hashes; here sizes do, so that the room need not wait for them twice.
    journal = await asyncio.to_thread(Journal, work, hashes=False)
    known = await asyncio.to_thread(_known, work, journal)
    if known is not None and known.order == export.order:
        return known
    order = export.order
    before = await _state_before(sources, order.start_ms)
    site = before.site or sources.room.durable.site
    if site is None:
        raise ValueError("the room has no site yet")
    await asyncio.to_thread(journal.write, STATE_FILE, before.snapshot().model_dump_json(indent=1).encode())
    found = await _read_log(sources, export, before, journal)
    local = LocalTime(site.utc_offset_min)
    await _readings(sources, found.state.site or site, order.start_ms, order.end_ms, journal, local)
    recorded = await _recorded(sources, order)
    gaps = await sources.segments.gaps(list(order.camera_ids), order.start_ms, order.end_ms)
    marks = [mark for mark in sources.room.durable.marks.values() if order.start_ms <= mark.at_ms <= order.end_ms]
    case = Case(
        export_id=export.export_id,
        order=order,
        ordered_by=export.ordered_by,
        ordered_ms=export.ordered_ms,
        order_origin=await _origin(sources, export),
        begun_ms=sources.now_ms(),
        machine=platform.node(),
        version=program_version(),
        site=found.state.site or site,
        epoch=sources.log.epoch,
        first_seq=found.first_seq,
        last_seq=found.last_seq,
        incident_seqs=tuple(one.seq for one in found.incident),
        incident_complete=found.complete,
        alerts=tuple(sorted(found.alerts.values(), key=lambda alert: (alert.raised_ms, alert.alert_id))),
        marks=tuple(sorted(marks, key=lambda mark: (mark.at_ms, mark.mark_id))),
        sources=recorded,
        gaps=tuple(
            KnownGap(camera_id=gap.camera_id, start_ms=gap.start_ms, end_ms=gap.end_ms, reason=gap.reason)
            for gap in gaps
        ),
        communes_file=str(sources.communes_file.resolve()),
        public_key=base64.b64encode(sources.signer.public_key).decode("ascii"),
        fingerprint=sources.signer.fingerprint,
    )
    await asyncio.to_thread(_keep, work, case)
    return case


def program_version() -> str:
    """As it was installed; a program run from its folder says so."""
    try:
        return importlib.metadata.version("trucban")
    except importlib.metadata.PackageNotFoundError:
        return "0.1.0"


def _known(work: Path, journal: Journal) -> Case | None:
    try:
        case = read_case(work)
    except (OSError, ValidationError):
        return None
    return case if journal.has(EVENTS_FILE) and journal.has(STATE_FILE) else None


def _keep(work: Path, case: Case) -> None:
    draft = work / f"{CASE_FILE}.new"
    draft.write_bytes(case.model_dump_json(indent=1).encode())
    draft.replace(work / CASE_FILE)


async def _origin(sources: Sources, export: ExportState) -> str:
    """Address of the seat that ordered it."""
    at_seq = await sources.history.seq_at(export.ordered_ms)
    page = await sources.log.read(max(0, at_seq - READ_AT_ONCE), READ_AT_ONCE)
    ordered = (one for one in page if isinstance(one.event, ExportOrdered) and one.event.export_id == export.export_id)
    return next((one.origin for one in ordered), "")


async def _state_before(sources: Sources, start_ms: int) -> RoomState:
    """The room just before the span."""
    body = await sources.history.state_then(max(0, start_ms - 1))

    def fold() -> RoomState:
        then = StateThen.model_validate_json(body)
        state = RoomState() if then.snapshot is None else RoomState.from_snapshot(then.snapshot)
        state.epoch = then.epoch
        for logged in then.tail:
            apply(state, logged)
        return state

    return await asyncio.to_thread(fold)


async def _read_log(sources: Sources, export: ExportState, before: RoomState, journal: Journal) -> _Log:
    """Write events.jsonl: the incident's events before the span, all of the span, the incident's after it."""
    order = export.order
    first = before.seq + 1
    last = max(before.seq, await sources.history.seq_at(order.end_ms))
    found = _Log(before.copied())
    if last >= first:
        found.first_seq, found.last_seq = first, last
    found.alerts |= before.alerts
    with journal.making(EVENTS_FILE) as draft:
        span = draft.with_suffix(".span")
        try:
            with span.open("w", encoding="utf-8", newline="\n") as file:
                after = before.seq
                while after < last:
                    page = await sources.log.read(after, min(READ_AT_ONCE, last - after))
                    if not page:
                        break
                    await asyncio.to_thread(_fold_page, found, page, file.write)
                    after = page[-1].seq
            if order.alert_id:
                await _incident(sources, order.alert_id, found, first, last)
            await asyncio.to_thread(_join, draft, span, found.incident, first)
        finally:
            span.unlink(missing_ok=True)
    return found


def _fold_page(found: _Log, page: Iterable[LoggedEvent], write: Callable[[str], object]) -> None:
    for logged in page:
        delta: Delta = apply(found.state, logged)
        for alert_id in delta.alerts:
            alert = found.state.find_alert(alert_id)
            if alert is not None:
                found.alerts[alert_id] = alert
        write(logged.model_dump_json() + "\n")


def _join(draft: Path, span: Path, incident: Iterable[LoggedEvent], first: int) -> None:
    with draft.open("wb") as file:
        file.writelines(f"{one.model_dump_json()}\n".encode() for one in incident if one.seq < first)
        with span.open("rb") as middle:
            while chunk := middle.read(1 << 20):
                file.write(chunk)
        file.writelines(f"{one.model_dump_json()}\n".encode() for one in incident if one.seq >= first)


async def _incident(sources: Sources, alert_id: str, found: _Log, first: int, last: int) -> None:
    """The incident's events outside the span, by the places its own history names, and on to its end."""
    versions = [found.alerts.get(alert_id), sources.room.durable.find_alert(alert_id)]
    alerts = [alert for alert in versions if alert is not None]
    places = {entry.seq for alert in alerts for entry in alert.history if not first <= entry.seq <= last}
    for seq in sorted(places):
        found.incident += await sources.log.read(seq - 1, 1)
    if alerts:
        found.alerts[alert_id] = max(alerts, key=lambda alert: alert.changed_ms)
        found.complete = all(len(alert.history) < HISTORY_KEPT for alert in alerts)
    if sources.room.durable.find_alert(alert_id) is None:
        await _follow(sources, alert_id, found)
    found.incident.sort(key=lambda one: one.seq)


async def _follow(sources: Sources, alert_id: str, found: _Log) -> None:
    """The room keeps the incident no more: read on after the span until it is closed."""
    state = found.state.copied()
    end = state.seq + INCIDENT_SEARCH
    known = {one.seq for one in found.incident}
    while alert_id in state.alerts and state.seq < end:
        page = await sources.log.read(state.seq, READ_AT_ONCE)
        if not page:
            break
        for logged in page:
            if alert_id in apply(state, logged).alerts and logged.seq not in known:
                found.incident.append(logged)
        alert = state.find_alert(alert_id)
        if alert is not None:
            found.alerts[alert_id] = alert
        await asyncio.sleep(0)
    found.complete = found.complete and alert_id not in state.alerts


async def _readings(
    sources: Sources, site: Site, start_ms: int, end_ms: int, journal: Journal, local: LocalTime
) -> None:
    for station in site.stations:
        for parameter in station.parameters:
            samples = await sources.readings.samples(station.station_id, parameter.symbol, start_ms, end_ms)
            if not samples:
                continue
            content = await asyncio.to_thread(readings_csv, samples, parameter.unit, local)
            name = f"readings/{file_name(station.station_id)}_{file_name(parameter.symbol)}.csv"
            await asyncio.to_thread(journal.write, name, content)


async def _recorded(sources: Sources, order: ExportOrder) -> tuple[SourceFile, ...]:
    """A camera at a time: a day of many cameras is hundreds of thousands of files."""
    store, found = sources.segments, list[SourceFile]()
    for camera_id in dict.fromkeys(order.camera_ids):
        rows = await store.overlapping([camera_id], order.start_ms, order.end_ms, FILES_MOST)
        found += await asyncio.to_thread(_files, store, rows)
    return tuple(found)


def _files(store: SegmentsStore, rows: Iterable[SegmentRow]) -> list[SourceFile]:
    return [source_file(store, row) for row in rows if row.volume in store.volumes]


def source_file(store: SegmentsStore, row: SegmentRow) -> SourceFile:
    return SourceFile(
        camera_id=row.camera_id,
        stream=row.stream,
        file=str(store.file(row).absolute()),
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        bytes=row.bytes,
        codec=row.codec,
        width_px=row.width_px,
        height_px=row.height_px,
        has_audio=row.has_audio,
    )
