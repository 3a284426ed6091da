"""What measures count, read for a span: reports and calls from their tables, alerts and cameras from the log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, cast

from backend.contracts.alerts import Alert, Verdict
from backend.contracts.events import CameraCondition
from backend.contracts.indicators import PROVINCE, AreaKind
from backend.contracts.kinds.alerts import Priority
from backend.contracts.measures import MEASURES, MeasureFamily
from backend.domain.measures import alerts, cameras, hotline, reports
from backend.domain.measures.counting import Count, Counted, Fact, Row, Span
from backend.services.past_state import room_then
from backend.services.reports.archive import ReportArchive
from backend.services.reports.kpi import then
from backend.storage.calls import CallStore
from backend.storage.errors import StorageError
from backend.storage.history import EventRow, History
from config.model import SiteConfig

_ALERTS: Final = ("alert.raised", "alert.judged")

Wanted = tuple[str, AreaKind]
"""Measure, and the areas it is wanted for besides the province."""

ByArea = dict[tuple[str, str], Counted]
"""(measure, area) -> what was counted there."""


Place = tuple[AreaKind, str]
"""The kind of areas, and one of them; "" = the province."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was counted, and what people call it, Vietnamese and English."""

    row: Row
    titles: tuple[str, str]


class Counting(Protocol):
    """A family of measures, whatever its facts are."""

    async def counted(self, wanted: Iterable[Wanted], span: Span) -> ByArea: ...
    async def behind(self, measure: str, wanted: Place, span: Span) -> tuple[Found, ...]: ...


@dataclass(frozen=True, slots=True)
class Family(Generic[Fact]):
    """`read`: the facts that measures of the span need; of them the names that are wanted are told."""

    read: Callable[[Span, frozenset[str]], Awaitable[Sequence[Fact]]]
    measures: Mapping[str, Count[Fact]]
    communes: tuple[str, ...]

    async def counted(self, wanted: Iterable[Wanted], span: Span) -> ByArea:
        """Raises: StorageError."""
        listed = tuple(wanted)
        facts = await self.read(span, frozenset(measure for measure, _ in listed))
        return await asyncio.to_thread(self._counted, listed, facts, span)

    async def behind(self, measure: str, wanted: Place, span: Span) -> tuple[Found, ...]:
        """What a measure counts in an area, newest first. Raises: StorageError."""
        facts = await self.read(span, frozenset((measure,)))
        kind, area = wanted
        there = _parts(facts, kind).get(area, []) if area else facts
        titles = {one.key: one.titles for one in there}
        rows = sorted(self.measures[measure](there, span).rows, key=lambda one: (-one.at_ms, one.key))
        return tuple(Found(row, titles[row.key]) for row in rows)

    def _counted(self, wanted: Sequence[Wanted], facts: Sequence[Fact], span: Span) -> ByArea:
        found: ByArea = {}
        parts = {kind: _parts(facts, kind) for kind in {kind for _, kind in wanted} - {"province"}}
        for measure, kind in wanted:
            count = self.measures[measure]
            found[measure, PROVINCE] = count(facts, span)
            if kind == "province":
                continue
            areas = parts[kind]
            none = self.communes if kind == "commune" and MEASURES[measure].counts else ()
            for area in dict.fromkeys((*areas, *none)):
                found[measure, area] = count(areas.get(area, ()), span)
        return found


def _parts(facts: Sequence[Fact], kind: AreaKind) -> dict[str, list[Fact]]:
    """Facts by the area they lie in; those that lie nowhere are the province's alone."""
    parts: dict[str, list[Fact]] = {}
    for one in facts:
        area = one.commune_code if kind == "commune" else one.agency_id
        if area:
            parts.setdefault(area, []).append(one)
    return parts


class LogFacts:
    """Event-loop thread only."""

    def __init__(self, site: SiteConfig, history: History, archive: ReportArchive, calls: CallStore) -> None:
        self._history = history
        self._archive = archive
        self._calls = calls
        self._conditions: tuple[int, dict[str, CameraCondition]] = (-1, {})
        self._cameras_vi = {one.camera_id: one.name_vi for one in site.cameras}
        self._communes = tuple(one.code for one in site.communes)

    async def counted(self, family: MeasureFamily, wanted: Iterable[Wanted], span: Span) -> ByArea:
        """Raises: StorageError."""
        return await self._family(family).counted(wanted, span)

    async def behind(self, measure: str, wanted: Place, span: Span) -> tuple[Found, ...]:
        """What the measure counts there. Raises: StorageError."""
        return await self._family(MEASURES[measure].family).behind(measure, wanted, span)

    def _family(self, family: MeasureFamily) -> Counting:
        match family:
            case "reports":
                return Family(self._reports, reports.MEASURES, self._communes)
            case "hotline":
                return Family(self._hotline, hotline.MEASURES, self._communes)
            case "alerts":
                return Family(self._alerts, alerts.MEASURES, self._communes)
            case "cameras":
                return Family(self._cameras, cameras.MEASURES, self._communes)

    async def _reports(self, span: Span, measures: frozenset[str]) -> list[reports.ReportFact]:
        if not await self._archive.up_to_date():
            raise StorageError("the archive of reports is behind the log")
        store = self._archive.store
        # What came, was done or was opened again in the span has changed since it began.
        touched = await store.as_of(span.known_ms, span.start_ms, span.start_ms)
        now = {one.report_id: one for one in touched}
        ended = await store.as_of(span.until_ms, span.until_ms) if "reports.overdue" in measures else ()
        at_end = {one.report_id: then(one, span.until_ms) for one in ended}
        listed = {one.report_id: one for one in ended} | now
        return [
            reports.ReportFact(key, then(one, span.until_ms), at_end.get(key), f"{one.code} {one.title}")
            for key, one in listed.items()
        ]

    async def _hotline(self, span: Span, measures: frozenset[str]) -> list[hotline.CallFact]:
        end_ms = min(span.end_ms, span.known_ms)
        return [hotline.CallFact(call) for call in await self._calls.arrived(span.start_ms, end_ms)]

    async def _alerts(self, span: Span, measures: frozenset[str]) -> list[alerts.AlertFact]:
        raised: dict[str, Alert] = {}
        verdicts: dict[str, Verdict] = {}
        # What was found out about them later than the period counts, too.
        until_ms = span.known_ms if "alerts.false_share" in measures else span.until_ms
        async for page in self._history.stamped(_ALERTS, span.start_ms, until_ms):
            await asyncio.to_thread(_take_alerts, page, span, raised, verdicts)
        standing: set[str] = set()
        if "alerts.standing" in measures:
            room = await room_then(self._history, span.until_ms - 1)
            standing = {key for key, one in room.alerts.items() if one.active and _counts(one)}
            raised |= {key: room.alerts[key] for key in standing}
        return [
            alerts.AlertFact(
                alert_id=key,
                kind=one.kind,
                raised_ms=one.raised_ms,
                commune_code=one.commune_code,
                verdict=verdicts.get(key, one.verdict),
                standing=key in standing,
                headlines=(one.headline_vi, one.headline_en),
            )
            for key, one in raised.items()
        ]

    async def _cameras(self, span: Span, measures: frozenset[str]) -> list[cameras.CameraFact]:
        if self._conditions[0] != span.start_ms:
            room = await room_then(self._history, span.start_ms - 1)
            self._conditions = (span.start_ms, {key: one.condition for key, one in room.cameras.items()})
        before = self._conditions[1]
        changes: dict[str, list[tuple[int, CameraCondition]]] = {key: [] for key in before}
        async for page in self._history.stamped(("camera.changed",), span.start_ms, span.until_ms - 1):
            for row in page:
                event = json.loads(row.body)
                changes.setdefault(event["camera_id"], []).append((row.at_ms, event["condition"]))
        return [
            cameras.CameraFact(key, before.get(key, "unknown"), tuple(told), self._cameras_vi.get(key, key))
            for key, told in sorted(changes.items())
        ]


def _take_alerts(page: Sequence[EventRow], span: Span, raised: dict[str, Alert], verdicts: dict[str, Verdict]) -> None:
    for row in page:
        event = json.loads(row.body)
        if row.kind == "alert.judged":
            verdicts[event["alert_id"]] = cast("Verdict", event["verdict"])
        elif row.at_ms < span.end_ms:
            # When the log has it is when it was raised to the room.
            alert = Alert.model_validate(event["alert"], strict=False).model_copy(update={"raised_ms": row.at_ms})
            if _counts(alert):
                raised[alert.alert_id] = alert


def _counts(alert: Alert) -> bool:
    return alert.priority is not Priority.SYSTEM and not alert.silent
