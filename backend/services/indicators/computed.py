"""Figures that the room counts from its own log: after a period ended, so far while it runs, and anew when something
that came later changes it; each time as a revision that says which part of the log it was counted from."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Final

from backend.contracts import report_events as rev
from backend.contracts.events import AlertJudged, AlertRaised, CameraChanged, Event, LoggedEvent
from backend.contracts.hotline import CallArrived, CallMoved
from backend.contracts.indicators import POINTS_KEPT, PROVINCE, Indicator, IndicatorFigure
from backend.contracts.measures import MEASURES, MeasureFamily
from backend.contracts.periods import PeriodKind, after, first_day, last_day, period_of, span_ms
from backend.contracts.reports import Report
from backend.domain.measures.counting import Span
from backend.services.indicators.desk import IndicatorDesk
from backend.services.indicators.log_facts import ByArea, LogFacts
from backend.services.room import Room
from backend.storage.errors import StorageError
from backend.storage.history import History, LogBounds
from config.model import SiteConfig

_log = logging.getLogger(__name__)

LOOK_S: Final = 60.0
RUNNING_MS: Final[dict[PeriodKind, int]] = {
    "day": 180_000, "week": 900_000, "month": 900_000, "quarter": 6 * 3_600_000, "year": 6 * 3_600_000,
}  # fmt: skip
"""How often the running period is counted anew."""

ENDED_MS: Final = 600_000
"""How often at most an ended one is that something changed; never more often than a running one."""

OPEN_PERIODS: Final[dict[PeriodKind, int]] = {"day": 14, "week": 4, "month": 3, "quarter": 2, "year": 1}
"""Ended periods that later events still change; older ones are settled, as closed books are."""

DECIMALS: Final = 6
DAY_MS: Final = 86_400_000
REOPENED_MS: Final = 400 * DAY_MS


class ComputedIndicators:
    """Event-loop thread only. `run` is an endless job for the supervisor.

    Attributes:
        fault: why nothing can be counted, "" when it can: only then may such a figure be late.
    """

    def __init__(self, site: SiteConfig, room: Room, desk: IndicatorDesk, facts: LogFacts, history: History) -> None:
        self._site = site
        self._room = room
        self._desk = desk
        self._facts = facts
        self._history = history
        self._ones = tuple(one for one in site.indicators.indicators if one.computed)
        self._counted_ms: dict[tuple[str, str], int] = {}
        self._changed: dict[MeasureFamily, dict[date, int]] = defaultdict(dict)
        self.fault = ""

    async def run(self) -> None:
        await self._desk.book.ready.wait()
        stop = self._room.listen(self._heard)
        try:
            while True:
                try:
                    await self.look()
                    self.fault = ""
                except StorageError as error:
                    self.fault = f"chỉ tiêu tự tính không cập nhật được: {error}"
                    _log.warning("nothing is counted from the log: %s", error)
                await asyncio.sleep(LOOK_S)
        finally:
            stop()

    async def look(self) -> None:
        """Count what is due, and enter what that changes. Raises: StorageError."""
        if not self._ones:
            return
        bounds = await self._history.bounds()
        now_ms = self._room.now_ms()
        due: dict[tuple[MeasureFamily, str], list[Indicator]] = defaultdict(list)
        for one in self._ones:
            for period in self._due(one, now_ms, bounds):
                due[MEASURES[one.computed].family, period].append(one)
        for (family, period), ones in due.items():
            await self._count(family, period, ones, now_ms, bounds)

    def _due(self, one: Indicator, now_ms: int, bounds: LogBounds) -> Iterator[str]:
        """Periods to count, the running one among them, oldest first."""
        measure = MEASURES[one.computed]
        changed = self._changed[measure.family]
        running = period_of(self._desk.day(now_ms), one.period)
        for back in range(max(POINTS_KEPT, OPEN_PERIODS[one.period]), -1, -1):
            period = after(running, -back)
            _, end_ms = span_ms(period, self._site.utc_offset_min)
            if bounds.first_ms is None or end_ms <= bounds.first_ms:
                continue
            counted_ms = self._counted_ms.get((one.code, period))
            if counted_ms is None:
                settled = back > OPEN_PERIODS[one.period]
                if not settled or self._desk.book.newest(one.code, PROVINCE, period) is None:
                    yield period
            elif counted_ms < end_ms <= now_ms:
                yield period
            elif back > OPEN_PERIODS[one.period] or now_ms - counted_ms < _pause_ms(one, back):
                continue
            elif back == 0 or (not measure.at_end and _touched(period, changed, counted_ms)):
                yield period

    async def _count(
        self, family: MeasureFamily, period: str, ones: Sequence[Indicator], now_ms: int, bounds: LogBounds
    ) -> None:
        start_ms, end_ms = span_ms(period, self._site.utc_offset_min)
        span = Span(start_ms, end_ms, min(end_ms, now_ms))
        to_seq = self._room.durable.seq
        from_seq = min(to_seq, await self._history.seq_at(start_ms - 1) + 1)
        cut = bounds.first_ms is not None and bounds.first_ms > start_ms
        partial = cut or now_ms < end_ms
        found = await self._facts.counted(family, sorted({(one.computed, one.areas) for one in ones}), span)
        begin_ms = bounds.first_ms or 0
        note = f"nhật ký chỉ có từ {_local(begin_ms, self._site.utc_offset_min):%d/%m/%Y %H:%M}" if cut else ""
        figures = [
            IndicatorFigure(
                code=one.code,
                area=area,
                period=period,
                value=None if value is None else round(value, DECIMALS),
                revision=1,
                note=note,
                from_seq=from_seq,
                to_seq=to_seq,
                partial=partial,
            )
            for one in ones
            for area, value in sorted(self._by_area(one, found).items())
        ]
        await self._desk.take_counted(figures)
        for one in ones:
            self._counted_ms[one.code, period] = now_ms

    def _by_area(self, one: Indicator, found: ByArea) -> dict[str, float | None]:
        """Value by area; an area that had one before and has nothing now has 0, or none any more."""
        values = {area: counted.value for (measure, area), counted in found.items() if measure == one.computed}
        if one.areas == "province":
            return {PROVINCE: values[PROVINCE]}
        nothing = 0.0 if MEASURES[one.computed].counts else None
        return dict.fromkeys(self._desk.book.areas(one.code), nothing) | values

    # -- what changes what was counted ----------------------------------------------------------

    def _heard(self, events: Sequence[LoggedEvent]) -> None:
        for logged in events:
            found = self._about(logged)
            if found is not None:
                family, instants = found
                for at_ms in instants:
                    if at_ms is not None:
                        with suppress(OverflowError):
                            self._changed[family][self._desk.day(at_ms)] = logged.at_ms

    def _about(self, logged: LoggedEvent) -> tuple[MeasureFamily, tuple[int | None, ...]] | None:
        """The family that counts the event, and the instants whose days it may change."""
        event, at_ms = logged.event, logged.at_ms
        match event:
            case rev.ReportReceived():
                return "reports", (event.report.received_ms,)
            case CallArrived():
                return "hotline", (event.call.arrived_ms,)
            case CallMoved():
                call = self._room.durable.call(event.call_id)
                return "hotline", (call.arrived_ms if call is not None else event.at_ms,)
            case AlertRaised() | CameraChanged():
                return ("cameras" if isinstance(event, CameraChanged) else "alerts"), (at_ms,)
            case AlertJudged():
                alert = self._room.durable.find_alert(event.alert_id)
                return "alerts", (alert.raised_ms if alert is not None else None,)
        if event.kind.startswith("report."):
            report = self._room.durable.report(getattr(event, "report_id", ""))
            if report is not None:
                return "reports", (at_ms, report.received_ms, *_done_before(event, report, at_ms))
        return None


def _done_before(event: Event, report: Report, at_ms: int) -> tuple[int | None, ...]:
    """When it was done; of one that was opened again the row has forgotten it: some day since it came."""
    if isinstance(event, rev.ReportMoved) and event.state == "reopened":
        return tuple(range(max(report.received_ms, at_ms - REOPENED_MS), at_ms, DAY_MS))
    return report.done_ms, report.closed_ms


def _pause_ms(one: Indicator, back: int) -> int:
    """How long a period that was counted is let be, `back` periods before the running one."""
    return max(ENDED_MS, RUNNING_MS[one.period]) if back else RUNNING_MS[one.period]


def _touched(period: str, changed: Mapping[date, int], since_ms: int) -> bool:
    """Whether something of one of its days changed since then. `changed`: when each day did last."""
    first, last = first_day(period), last_day(period)
    return any(first <= day <= last and at_ms >= since_ms for day, at_ms in changed.items())


def _local(at_ms: int, utc_offset_min: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC) + timedelta(minutes=utc_offset_min)
