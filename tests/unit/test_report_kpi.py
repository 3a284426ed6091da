"""The figures of reports on a made-up year of a province, against an independent count in SQL over its events."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from backend.contracts import report_events as rev
from backend.contracts.report_kpi import KpiLine, ReportKpi
from backend.contracts.reports import Clock, Report
from backend.domain.report_kpi import ReportThen, report_kpi
from backend.services.reports.kpi import kpi_of
from backend.storage.event_log import Draft, EventLog
from backend.storage.reports import ReportStore
from tests.unit.storage_samples import opened

DAY_MS: Final = 86_400_000
YEAR_MS: Final = 1_767_200_400_000
"""2026-01-01T00:00+07:00."""

AGENCIES: Final = ("so-xd", "so-nnmt", "csgt", "dien-luc", "ubnd-coc-leu")
CATEGORIES: Final = ("rac-thai", "duong-hong", "den-duong")


def year(count: int, seed: int) -> Iterator[tuple[int, rev.ReportReceived | rev.ReportEvent]]:
    """(at_ms, event) of `count` reports of a year, not in the order of time."""
    chance = random.Random(seed)
    for number in range(1, count + 1):
        at_ms = YEAR_MS + chance.randrange(365 * DAY_MS)
        key = f"PA-{number}"
        report = Report(
            report_id=key, number=number, code=key, channel="app", category_id=chance.choice(CATEGORIES), flow="timed",
            title="Rác", commune_code=chance.choice(("02647", "02671")), received_ms=at_ms, changed_ms=at_ms,
        )  # fmt: skip
        yield at_ms, rev.ReportReceived(report=report, text="Rác")
        at_ms += chance.randrange(1, DAY_MS // 2)
        if chance.random() < 0.07:
            state = chance.choice(("rejected", "duplicate"))
            yield at_ms, rev.ReportMoved.model_validate({"report_id": key, "state": state, "duplicate_of": "PA-0"})
            continue
        due_ms = at_ms + 3 * DAY_MS
        clock = Clock(allowed_ms=3 * DAY_MS, due_ms=due_ms, near_ms=due_ms - DAY_MS // 2)
        yield at_ms, rev.ReportRouted(report_id=key, chief=chance.choice(AGENCIES), clock=clock)
        ends = chance.random() > 0.1
        done_ms = at_ms + round(chance.expovariate(1 / (2.4 * DAY_MS)))
        for stage, told_ms in (("near", due_ms - DAY_MS // 2), ("late", due_ms + 1)):
            if told_ms < done_ms or not ends:
                yield told_ms, rev.ReportOverdue.model_validate({"report_id": key, "stage": stage})
        if not ends:
            continue
        yield done_ms, rev.ReportMoved(report_id=key, state="done_pending", text="xong")
        yield done_ms + 3_600_000, rev.ReportMoved(report_id=key, state="published", text="xong")
        if chance.random() < 0.5:
            rating = chance.choices(("satisfied", "accepted", "dissatisfied"), (5, 3, 2))[0]
            yield done_ms + DAY_MS, rev.ReportRated.model_validate({"report_id": key, "rating": rating})
            if rating == "dissatisfied" and chance.random() < 0.5:
                yield done_ms + 2 * DAY_MS, rev.ReportMoved(report_id=key, state="reopened", reason="còn rác")


# The same definitions a second time, over plain rows of events: nothing of the program is used here.
BY_SQL: Final = """
WITH ev AS (SELECT * FROM e WHERE at_ms < :end),
came AS (SELECT id, at_ms AS received, category FROM ev WHERE kind = 'received'),
last_state AS (SELECT id, state, at_ms, ROW_NUMBER() OVER (PARTITION BY id ORDER BY seq DESC) AS n
               FROM ev WHERE state IS NOT NULL),
now AS (SELECT id, state, at_ms FROM last_state WHERE n = 1),
chief AS (SELECT id, agency FROM (SELECT id, agency, ROW_NUMBER() OVER (PARTITION BY id ORDER BY seq DESC) AS n
          FROM ev WHERE kind = 'routed') WHERE n = 1),
reopen AS (SELECT id, MAX(seq) AS seq, COUNT(*) AS times FROM ev WHERE state = 'reopened' GROUP BY id),
done AS (SELECT ev.id, MAX(ev.at_ms) AS done FROM ev JOIN now USING (id) LEFT JOIN reopen USING (id)
         WHERE ev.state IN ('done_pending', 'rejected', 'duplicate')
           AND now.state IN ('done_pending', 'published', 'rated', 'rejected', 'duplicate')
           AND (reopen.seq IS NULL OR ev.seq > reopen.seq) GROUP BY ev.id),
late AS (SELECT DISTINCT id FROM ev WHERE kind = 'overdue' AND stage = 'late'),
rated AS (SELECT ev.id, ev.rating FROM ev JOIN now USING (id) WHERE ev.kind = 'rated' AND now.state = 'rated'),
answer AS (SELECT id, MIN(at_ms) AS first FROM ev WHERE state IN ('rejected', 'duplicate', 'assigned', 'published')
           GROUP BY id),
wanted AS (SELECT came.*, chief.agency, now.state, done.done, late.id IS NOT NULL AS late, rated.rating,
                  COALESCE(reopen.times, 0) AS times, answer.first
           FROM came JOIN now USING (id) LEFT JOIN chief USING (id) LEFT JOIN done USING (id) LEFT JOIN late USING (id)
           LEFT JOIN rated USING (id) LEFT JOIN reopen USING (id) LEFT JOIN answer USING (id)
           WHERE done.done IS NULL OR done.done >= :start)
SELECT SUM(received >= :start), SUM(received < :start), COUNT(*), SUM(done IS NULL), SUM(done IS NULL AND late),
       SUM(done IS NOT NULL), SUM(done IS NOT NULL AND late), AVG(done - received), COUNT(rating),
       100.0 * SUM(rating <> 'dissatisfied') / COUNT(rating), 100.0 * SUM(times > 0) / COUNT(*),
       100.0 * SUM(state = 'rejected') / COUNT(*)
FROM wanted WHERE (:agency = '' OR agency = :agency)
"""


def by_sql(db: sqlite3.Connection, start_ms: int, end_ms: int, agency: str) -> tuple[float | None, ...]:
    row = db.execute(BY_SQL, {"start": start_ms, "end": end_ms, "agency": agency}).fetchone()
    return tuple(row)


def figures(line: KpiLine) -> tuple[float | None, ...]:
    return (
        line.received, line.backlog, line.to_process, line.in_work, line.in_work_late, line.done, line.done_late,
        line.mean_handling_ms, line.rated, line.content_percent, line.reopened_percent, line.rejected_percent,
    )  # fmt: skip


def plain_rows(story: list[tuple[int, rev.ReportReceived | rev.ReportEvent]]) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE e (seq, at_ms, id, kind, state, agency, category, stage, rating)")
    for seq, (at_ms, event) in enumerate(story, 1):
        body = event.model_dump()
        report = body.get("report", {})
        state = {"report.received": "new", "report.routed": "assigned", "report.rated": "rated"}.get(event.kind)
        db.execute(
            "INSERT INTO e VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (seq, at_ms, body.get("report_id") or report["report_id"], event.kind.partition(".")[2],
             state or body.get("state"), body.get("chief"), report.get("category_id"), body.get("stage"),
             body.get("rating")),
        )  # fmt: skip
    return db


def test_a_generated_year_counts_as_an_independent_sql_does(tmp_path: Path) -> None:
    story = sorted(year(2_000, 20261123), key=lambda one: one[0])
    db = plain_rows(story)

    async def counted() -> dict[tuple[int, int], ReportKpi]:
        async with opened(f"sqlite:///{tmp_path / 'a.sqlite3'}") as database:
            log = await EventLog.open(database)
            await asyncio.gather(*(log.append([Draft(event)], at_ms) for at_ms, event in story))
            store = ReportStore(database)
            while await store.keep():
                pass
            return {span: await kpi_of(store, *span) for span in spans}

    month = 30 * DAY_MS
    spans = [(YEAR_MS, YEAR_MS + 365 * DAY_MS), *((YEAR_MS + n * month, YEAR_MS + (n + 1) * month) for n in (0, 3, 11))]
    for (start_ms, end_ms), kpi in asyncio.run(counted()).items():
        assert figures(kpi.whole) == pytest.approx(by_sql(db, start_ms, end_ms, ""))
        assert kpi.whole.to_process == kpi.whole.in_work + kpi.whole.done > 50
        assert {line.key for line in kpi.agencies} == set(AGENCIES)
        for line in kpi.agencies:
            assert figures(line) == pytest.approx(by_sql(db, start_ms, end_ms, line.key)), line.key
            late = 100 * (line.in_work_late + line.done_late) / line.to_process
            assert (line.late_percent, line.on_time_percent) == pytest.approx((late, 100 - late))
        rates = [line.on_time_percent for line in kpi.agencies]
        assert rates == sorted(rates, reverse=True)


def test_a_span_without_reports_has_no_rates_that_mean_something() -> None:
    empty = report_kpi([], 0, DAY_MS).whole
    assert (empty.to_process, empty.on_time_percent, empty.content_percent, empty.mean_handling_ms) == (
        0,
        100,
        None,
        None,
    )


def test_what_was_done_before_the_span_is_none_of_its_business() -> None:
    def then(received_ms: int, done_ms: int | None) -> ReportThen:
        return ReportThen(
            received_ms, "a", "c", "", "published" if done_ms else "assigned", done_ms, False, False, None, None, 0
        )

    line = report_kpi([then(0, 5), then(0, 15), then(12, None), then(25, None)], 10, 20).whole
    assert (line.received, line.backlog, line.to_process, line.done, line.in_work) == (1, 1, 2, 1, 1)
