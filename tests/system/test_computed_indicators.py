"""The room counts figures from its own log: once a period is over, so far while it runs, anew when it was changed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from backend.contracts import report_events as rev
from backend.contracts.events import AlertJudged, AlertRaised, Event
from backend.contracts.indicators import FigureBehind, IndicatorReport, IndicatorSeries, IndicatorValue, League
from backend.contracts.kinds.alerts import Priority
from backend.contracts.periods import after, span_ms
from backend.contracts.reports import Clock, Report
from backend.gateway.settings import GatewaySettings
from backend.services.indicators import computed, watch
from backend.storage.errors import StorageError
from backend.storage.history import LogBounds
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.test_indicator_doors import BEDS, asking, entered, figure, site
from tests.unit.storage_samples import raised

pytestmark = pytest.mark.anyio

DAY_MS = 86_400_000
NAMES = {
    "RECEIVED": "reports.received", "ON_TIME": "reports.on_time_share", "RATING": "reports.mean_rating",
    "ALERTS": "alerts.raised", "FALSE_SHARE": "alerts.false_share", "CAMERAS": "cameras.available_share",
}  # fmt: skip


def counted(code: str) -> Any:
    placed = code in ("RECEIVED", "ON_TIME")
    return BEDS.model_copy(
        update={
            "code": code, "computed": NAMES[code], "period": "day", "producer_id": "", "decimals": 1, "target": 50.0,
            "bad": 40.0, "areas": "commune" if placed else "province", "due_after_days": 0,
        }
    )  # fmt: skip


DOUBLE = BEDS.model_copy(update={"code": "DOUBLE", "formula": "RECEIVED * 2", "period": "day", "areas": "commune"})


@asynccontextmanager
async def counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OpenBackend]:
    monkeypatch.setattr(computed, "LOOK_S", 0.05)
    whole = site()
    ones = (*(counted(code) for code in NAMES), DOUBLE)
    whole = whole.model_copy(update={"indicators": whole.indicators.model_copy(update={"indicators": ones})})
    async with open_backend(tmp_path, GatewaySettings(), whole) as backend:
        # Far from midnight, so that no day ends on its own while it is looked at.
        _, midnight_ms = span_ms(today(backend), whole.utc_offset_min)
        backend.clock.ahead_ms += midnight_ms - backend.clock.now_ms() + DAY_MS // 3
        await backend.parts.indicators.book.ready.wait()
        yield backend


def today(backend: OpenBackend) -> str:
    return backend.parts.indicators.day(backend.clock.now_ms()).isoformat()


async def until(
    backend: OpenBackend, code: str, period: str, is_so: Callable[[IndicatorValue], bool]
) -> IndicatorValue:
    with anyio.fail_after(15):
        while True:
            one = backend.parts.indicators.book.newest(code, "", period)
            if one is not None and is_so(one):
                return one
            await anyio.sleep(0.01)


def report(number: int, commune: str, at_ms: int) -> rev.ReportReceived:
    key = f"PA-{number}"
    made = Report(
        report_id=key, number=number, code=key, channel="app", category_id="rac", flow="timed", title="Rác",
        commune_code=commune, received_ms=at_ms, changed_ms=at_ms,
    )  # fmt: skip
    return rev.ReportReceived(report=made, text="Rác")


async def happen(backend: OpenBackend, *events: Event) -> None:
    await backend.parts.room.record(lambda state: events)


async def a_day(backend: OpenBackend) -> None:
    """Four reports, three of them done, one of these late; three alerts, two judged."""
    now_ms = backend.clock.now_ms()
    communes = [one.code for one in backend.parts.site.communes]
    clock = Clock(allowed_ms=DAY_MS, due_ms=now_ms + DAY_MS, near_ms=now_ms + DAY_MS // 2)
    for number, commune in enumerate((communes[0], communes[0], communes[1], communes[2]), 1):
        await happen(backend, report(number, commune, now_ms))
        await happen(backend, rev.ReportRouted(report_id=f"PA-{number}", chief="pccc", clock=clock))
    await happen(backend, rev.ReportOverdue(report_id="PA-2", stage="late"))
    for number in (1, 2, 3):
        await happen(backend, rev.ReportMoved(report_id=f"PA-{number}", state="done_pending", text="xong"))
    changes = {"priority": Priority.HIGH, "silent": False, "kind": "detection", "raised_ms": now_ms}
    for key in ("al-1", "al-2", "al-3"):
        await happen(backend, AlertRaised(alert=raised(key).alert.model_copy(update=changes)))
    await happen(backend, AlertJudged(alert_id="al-1", rule="r", verdict="false"))


async def log_of(backend: OpenBackend, period: str, *kinds: str) -> list[dict[str, Any]]:
    """Bodies of events of the day, read and counted with nothing of the program's measures."""
    start_ms, end_ms = span_ms(period, backend.parts.site.utc_offset_min)
    found: list[dict[str, Any]] = []
    async for page in backend.parts.history.stamped(kinds, start_ms, end_ms - 1):
        found += [json.loads(row.body) for row in page]
    return found


async def test_a_day_is_counted_partial_then_whole_and_says_which_part_of_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with counting(tmp_path, monkeypatch) as backend:
        day = today(backend)
        await a_day(backend)
        backend.clock.ahead_ms += computed.ENDED_MS
        running = await until(backend, "RECEIVED", day, lambda one: one.value == 4)
        token = await backend.parts.accounts.local_token("supervisor")
        async with asking(backend, token) as client:
            table = League.model_validate_json((await client.get(f"/indicators/RECEIVED/league?period={day}")).content)
        assert [row.value for row in table.rows] == [2, 1, 1, 0]
        assert running.partial
        assert (running.entered_by, running.channel) == ("", "computed")
        backend.clock.ahead_ms += DAY_MS
        whole = await until(backend, "RECEIVED", day, lambda one: not one.partial)
        raised_then = await log_of(backend, day, "alert.raised")
        alerts = [one["alert"] for one in raised_then if one["alert"]["priority"] != 5 and not one["alert"]["silent"]]
        on_time = await until(backend, "ON_TIME", day, lambda one: not one.partial)
        told = await until(backend, "ALERTS", day, lambda one: not one.partial)
        false_share = await until(backend, "FALSE_SHARE", day, lambda one: not one.partial)
        assert whole.value == len(await log_of(backend, day, "report.received")) == 4
        assert told.value == len(alerts) >= 3
        assert on_time.value == pytest.approx(200 / 3, abs=1e-5)
        assert false_share.value == 100
        assert backend.parts.indicators.book.newest("RATING", "", day) is None  # nobody has rated yet
        assert whole.revision == 1
        assert 0 < whole.from_seq < whole.to_seq < whole.seq
        assert whole.note == ""
        # The log begins in the middle of the day before: what it says of that is never the whole of it.
        begun = await until(backend, "RECEIVED", after(day, -1), lambda one: one.value == 0)
        assert begun.partial
        assert begun.note.startswith("nhật ký chỉ có từ")
        communes = [one.code for one in backend.parts.site.communes]
        book = backend.parts.indicators.book
        by_commune = [book.newest("RECEIVED", code, day) for code in communes]
        assert [one.value for one in by_commune if one is not None] == [2, 1, 1, 0]
        doubled = book.newest("DOUBLE", "", day)
        assert doubled is not None
        assert doubled.value == 8
        series = backend.parts.room.durable.indicators["RECEIVED@"]
        assert isinstance(series, IndicatorSeries)
        assert not next(point for point in series.points if point.period == day).partial


async def test_what_comes_later_makes_another_revision_and_a_restart_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with counting(tmp_path, monkeypatch) as backend:
        day = today(backend)
        await a_day(backend)
        backend.clock.ahead_ms += DAY_MS
        for code in ("ON_TIME", "FALSE_SHARE"):
            await until(backend, code, day, lambda one: not one.partial)
        await happen(backend, AlertJudged(alert_id="al-2", rule="r", verdict="confirmed"))
        backend.clock.ahead_ms += computed.ENDED_MS
        second = await until(backend, "FALSE_SHARE", day, lambda one: one.value == 50)
        assert second.revision == 2
        await happen(backend, rev.ReportMoved(report_id="PA-1", state="published", text="xong"))
        await happen(backend, rev.ReportRated(report_id="PA-1", rating="accepted"))
        backend.clock.ahead_ms += computed.ENDED_MS
        rated = await until(backend, "RATING", day, lambda one: one.value == 2)
        assert rated.revision == 1
        # Work that was not done has no day any more: the share of the day is another one, and says so.
        await happen(backend, rev.ReportMoved(report_id="PA-1", state="reopened", reason="còn rác"))
        backend.clock.ahead_ms += computed.ENDED_MS
        again = await until(backend, "ON_TIME", day, lambda one: one.value == 50)
        gone = await until(backend, "RATING", day, lambda one: one.value is None)
        assert (again.revision, gone.revision) == (2, 2)
        assert again.to_seq > rated.to_seq
        assert [one.revision for one in backend.parts.indicators.book.revisions("ON_TIME", "")][:2] == [1, 2]
    looked: list[int] = []
    look = computed.ComputedIndicators.look

    async def noted(self: computed.ComputedIndicators) -> None:
        await look(self)
        looked.append(backend.clock.now_ms())

    monkeypatch.setattr(computed.ComputedIndicators, "look", noted)
    async with counting(tmp_path, monkeypatch) as backend:
        backend.clock.ahead_ms += DAY_MS
        begun_ms = backend.clock.now_ms()
        with anyio.fail_after(15):
            while sum(at_ms >= begun_ms for at_ms in looked) < 2:
                await anyio.sleep(0.01)
        same = await until(backend, "ON_TIME", day, lambda one: not one.partial)
        assert (same.revision, same.seq) == (again.revision, again.seq)


async def test_nobody_enters_such_a_figure_and_one_of_a_running_day_is_judged_by_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with counting(tmp_path, monkeypatch) as backend:
        supervisor = await backend.parts.accounts.local_token("supervisor")
        async with asking(backend, supervisor) as client:
            refused = await entered(client, figure("RECEIVED", 9, today(backend)))
            (problem,) = refused.problems
            assert problem.words_vi == "'RECEIVED' do hệ thống tự tính từ nhật ký (reports.received); không nhập tay"
            sheet = await client.get("/indicators/sheet/template.xlsx")
            assert b"RECEIVED" not in sheet.content
            await a_day(backend)
            backend.clock.ahead_ms += computed.ENDED_MS
            await until(backend, "RECEIVED", today(backend), lambda one: one.partial and one.value == 4)
            report = IndicatorReport.model_validate_json((await client.get("/indicators")).content)
            row = next(one for one in report.rows if one.indicator.code == "RECEIVED")
            assert (row.newest, row.evaluation, row.late) == (None, None, None)
        assert not any(one.kind.startswith("indicator.") for one in backend.parts.room.durable.alerts.values())


async def test_while_the_log_cannot_be_counted_it_says_so_its_figures_are_late_and_it_goes_on_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LOOK_S", 0.05)
    monkeypatch.setattr(watch, "SETTLE_S", 0.0)
    async with counting(tmp_path, monkeypatch) as backend:
        day = today(backend)
        await a_day(backend)
        backend.clock.ahead_ms += DAY_MS
        await until(backend, "RECEIVED", day, lambda one: not one.partial)
        broken = True
        right = backend.parts.history.bounds

        async def bounds() -> LogBounds:
            if broken:
                raise StorageError("đĩa hỏng")
            return await right()

        monkeypatch.setattr(backend.parts.history, "bounds", bounds)
        # The day that ends now is not counted: its figures are late, as anybody's would be.
        next_day = today(backend)
        backend.clock.ahead_ms += DAY_MS
        await true(lambda: "đĩa hỏng" in backend.parts.health.degraded)
        await true(lambda: ("RECEIVED", next_day) in late_of(backend))
        broken = False
        whole = await until(backend, "RECEIVED", next_day, lambda one: not one.partial)
        assert whole.value == 0
        await true(lambda: not backend.parts.health.degraded and late_of(backend) == [])


async def true(is_so: Callable[[], bool]) -> None:
    with anyio.fail_after(15):
        while not is_so():
            await anyio.sleep(0.01)


def late_of(backend: OpenBackend) -> list[tuple[str, str]]:
    """Figures that an active alert calls late."""
    alerts = [one for one in backend.parts.room.durable.alerts.values() if one.kind == "indicator.late" and one.active]
    return [(item.code, item.period) for one in alerts if one.indicator is not None for item in one.indicator.items]


async def test_a_counted_figure_opens_to_what_was_counted_and_an_agency_sees_its_own_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with counting(tmp_path, monkeypatch) as backend:
        day = today(backend)
        await a_day(backend)
        clock = Clock(allowed_ms=DAY_MS, due_ms=backend.clock.now_ms() + DAY_MS, near_ms=backend.clock.now_ms())
        await happen(backend, rev.ReportRouted(report_id="PA-4", chief="so-yt", clock=clock, reason="nhầm"))
        before_ms = backend.clock.now_ms()
        backend.clock.ahead_ms += 60_000
        await happen(backend, rev.ReportMoved(report_id="PA-4", state="done_pending", text="xong"))
        tokens = [await backend.parts.accounts.local_token(role) for role in ("supervisor", "agency")]
        found: list[FigureBehind] = []
        path = f"/indicators/{{}}/behind?period={day}"
        async with asking(backend, tokens[0]) as room, asking(backend, tokens[1]) as agency:
            for client, code, more in (
                (room, "ON_TIME", ""), (agency, "ON_TIME", ""), (room, "ON_TIME", f"&at={before_ms}"),
                (room, "ALERTS", ""), (agency, "ALERTS", ""),
                (room, "RECEIVED", f"&area={backend.parts.site.communes[0].code}"),
            ):  # fmt: skip
                answer = await client.get(path.format(code) + more)
                found.append(FigureBehind.model_validate_json(answer.content))
        whole, own, then, alerts, no_alerts, commune = found
        assert {one.key: one.hit for one in whole.counted} == {"PA-1": True, "PA-2": False, "PA-3": True, "PA-4": True}
        assert whole.counted[0].title_vi == "PA-4 Rác"
        assert (whole.total, whole.hits, whole.hidden) == (4, 3, 0)
        assert {one.key for one in own.counted} == {"PA-1", "PA-2", "PA-3"}
        assert (own.total, own.hidden) == (4, 1)
        assert (then.total, then.hits) == (3, 2)
        assert {"al-1", "al-2", "al-3"} <= {one.key for one in alerts.counted}
        assert (no_alerts.counted, no_alerts.hidden) == ((), alerts.total)
        assert {one.key for one in commune.counted} == {"PA-1", "PA-2"}
