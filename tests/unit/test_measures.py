"""What the room counts from its own log: reports of a year against an SQL of their own, cameras second by second."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.events import CameraCondition
from backend.contracts.hotline import Call
from backend.contracts.measures import MEASURES
from backend.domain.measures import alerts, cameras, hotline, reports
from backend.domain.measures.alerts import AlertFact
from backend.domain.measures.cameras import CameraFact
from backend.domain.measures.counting import Counted, Span
from backend.domain.measures.hotline import CallFact
from backend.services.indicators.log_facts import ByArea, LogFacts
from backend.services.reports.archive import ReportArchive
from backend.services.room import Room
from backend.storage.calls import CallStore
from backend.storage.event_log import Draft, EventLog
from backend.storage.history import History
from backend.storage.reports import ReportStore
from config.site import load_site
from tests.system.backend_process import SMALL_SITE
from tests.unit.storage_samples import opened
from tests.unit.test_report_kpi import AGENCIES, DAY_MS, YEAR_MS, plain_rows, year

END_MS: Final = YEAR_MS + 500 * DAY_MS
COMMUNES: Final = ("02647", "02671")

# The definitions a second time, over plain rows of events: nothing of the program is used here.
BY_SQL: Final = """
WITH came AS (SELECT id, at_ms AS received FROM e WHERE kind = 'received'),
now AS (SELECT id, state FROM (SELECT id, state, ROW_NUMBER() OVER (PARTITION BY id ORDER BY seq DESC) AS n
        FROM e WHERE state IS NOT NULL) WHERE n = 1),
chief AS (SELECT id, agency FROM (SELECT id, agency, ROW_NUMBER() OVER (PARTITION BY id ORDER BY seq DESC) AS n
          FROM e WHERE kind = 'routed') WHERE n = 1),
again AS (SELECT id, MAX(seq) AS seq FROM e WHERE state = 'reopened' GROUP BY id),
done AS (SELECT e.id, MAX(e.at_ms) AS done FROM e JOIN now USING (id) LEFT JOIN again USING (id)
         WHERE e.state IN ('done_pending', 'rejected', 'duplicate')
           AND now.state IN ('done_pending', 'published', 'rated', 'rejected', 'duplicate')
           AND (again.seq IS NULL OR e.seq > again.seq) GROUP BY e.id),
late AS (SELECT DISTINCT id FROM e WHERE kind = 'overdue' AND stage = 'late'),
rated AS (SELECT e.id, e.rating FROM e JOIN now USING (id) WHERE e.kind = 'rated' AND now.state = 'rated'),
ended AS (SELECT id FROM (SELECT id, state, ROW_NUMBER() OVER (PARTITION BY id ORDER BY seq DESC) AS n
          FROM e WHERE state IS NOT NULL AND at_ms < :end) WHERE n = 1
          AND state IN ('done_pending', 'published', 'rated', 'rejected', 'duplicate')),
late_then AS (SELECT DISTINCT id FROM e WHERE kind = 'overdue' AND stage = 'late' AND at_ms < :end),
one AS (SELECT came.*, chief.agency, place.commune, done.done, late.id IS NOT NULL AS late, rated.rating,
               again.id IS NOT NULL AS again,
               came.received < :end AND ended.id IS NULL AND late_then.id IS NOT NULL AS overdue
        FROM came JOIN place USING (id) LEFT JOIN chief USING (id) LEFT JOIN done USING (id) LEFT JOIN late USING (id)
        LEFT JOIN rated USING (id) LEFT JOIN again USING (id) LEFT JOIN ended USING (id) LEFT JOIN late_then USING (id))
SELECT SUM(received >= :start AND received < :end), SUM(done >= :start AND done < :end),
       100.0 * SUM(done >= :start AND done < :end AND NOT late) / SUM(done >= :start AND done < :end),
       100.0 * SUM(done >= :start AND done < :end AND rating <> 'dissatisfied')
             / SUM(done >= :start AND done < :end AND rating IS NOT NULL),
       AVG(CASE WHEN done >= :start AND done < :end THEN
           CASE rating WHEN 'satisfied' THEN 3 WHEN 'accepted' THEN 2 WHEN 'dissatisfied' THEN 1 END END),
       SUM(overdue), SUM(received >= :start AND received < :end AND again)
FROM one WHERE (:agency = '' OR agency = :agency) AND (:commune = '' OR commune = :commune)
"""
NAMES: Final = tuple(reports.MEASURES)


def by_sql(db: sqlite3.Connection, span: Span, agency: str = "", commune: str = "") -> tuple[float | None, ...]:
    asked = {"start": span.start_ms, "end": span.end_ms, "agency": agency, "commune": commune}
    return tuple(value or (0 if MEASURES[name].counts else value) for name, value in
        zip(NAMES, db.execute(BY_SQL, asked).fetchone(), strict=True))  # fmt: skip


def test_reports_of_a_year_are_counted_as_an_independent_sql_does(tmp_path: Path) -> None:
    story = sorted(year(1_500, 20261124), key=lambda one: one[0])
    db = plain_rows(story)
    db.execute("CREATE TABLE place (id, commune)")
    came = [event.report for _, event in story if event.kind == "report.received"]
    db.executemany("INSERT INTO place VALUES (?, ?)", [(one.report_id, one.commune_code) for one in came])
    month = 30 * DAY_MS
    starts = [YEAR_MS, YEAR_MS + 2 * month, YEAR_MS + 11 * month]
    spans = [Span(start_ms, start_ms + month, start_ms + month) for start_ms in starts]

    async def counted() -> list[tuple[ByArea, ByArea]]:
        async with opened(f"sqlite:///{tmp_path / 'a.sqlite3'}") as database:
            log = await EventLog.open(database)
            await asyncio.gather(*(log.append([Draft(event)], at_ms) for at_ms, event in story))
            room = await Room.open(log, lambda: END_MS)
            archive = ReportArchive(room, ReportStore(database))
            await archive.catch_up()
            history = History(database, log.epoch)
            facts = LogFacts(load_site(SMALL_SITE), history, archive, CallStore(database))
            return [
                (
                    await facts.counted("reports", [(name, "agency") for name in NAMES], span),
                    await facts.counted("reports", [(name, "commune") for name in NAMES], span),
                )
                for span in spans
            ]

    def figures(found: ByArea, area: str) -> tuple[float | None, ...]:
        return tuple(found.get((name, area), Counted(0.0)).value for name in NAMES)

    for span, (agencies, communes) in zip(spans, asyncio.run(counted()), strict=True):
        assert figures(agencies, "") == pytest.approx(by_sql(db, span))
        assert figures(agencies, "")[0] == len(agencies["reports.received", ""].rows) > 50
        for agency in AGENCIES:
            assert figures(agencies, agency) == pytest.approx(by_sql(db, span, agency=agency)), agency
        for commune in COMMUNES:
            assert figures(communes, commune) == pytest.approx(by_sql(db, span, commune=commune)), commune
        # The rows behind a share are those that it is of, and the hits make it.
        rows = agencies["reports.on_time_share", ""].rows
        assert figures(agencies, "")[2] == pytest.approx(100 * sum(one.hit for one in rows) / len(rows))


def test_every_measure_of_the_catalogue_has_its_function() -> None:
    functions = {**reports.MEASURES, **hotline.MEASURES, **alerts.MEASURES, **cameras.MEASURES}
    assert set(functions) == set(MEASURES)
    for module in (reports, hotline, alerts, cameras):
        (family,) = {MEASURES[name].family for name in module.MEASURES}
        assert module.__name__.endswith(family)


SPAN = Span(1_000, 2_000, 1_800)
_CONDITIONS: tuple[CameraCondition, ...] = ("online", "lost", "unknown")
_CAMERA = st.builds(
    lambda key, before, changes: CameraFact(key, before, tuple(sorted(changes, key=lambda one: one[0]))),
    st.text("abc", min_size=1),
    st.sampled_from(_CONDITIONS),
    st.lists(st.tuples(st.integers(1_000, 2_200), st.sampled_from(_CONDITIONS)), max_size=6),
)


@given(st.lists(_CAMERA, max_size=4))
def test_cameras_are_available_as_an_eye_on_every_millisecond_would_say(facts: list[CameraFact]) -> None:
    seen: list[CameraCondition] = []
    for one in facts:
        for at_ms in range(SPAN.start_ms, SPAN.until_ms):
            then = [condition for changed_ms, condition in one.changes if changed_ms <= at_ms]
            seen.append(then[-1] if then else one.before)
    known = [one for one in seen if one != "unknown"]
    wanted = 100 * sum(one == "online" for one in known) / len(known) if known else None
    assert cameras.available_share(facts, SPAN).value == pytest.approx(wanted)


def call(key: str, arrived_ms: int, answered_ms: int | None = None, ended_ms: int | None = None) -> CallFact:
    state = (
        "ended" if ended_ms and answered_ms else "abandoned" if ended_ms else "answered" if answered_ms else "queued"
    )
    return CallFact(
        Call.model_validate(
            {"call_id": key, "producer_id": "p", "state": state, "arrived_ms": arrived_ms, "answered_ms": answered_ms,
             "ended_ms": ended_ms, "changed_ms": arrived_ms}
        )
    )  # fmt: skip


def test_calls_count_by_when_they_arrived_and_what_still_rings_is_neither_answered_nor_lost() -> None:
    facts = [call("a", 1_000, 1_100, 2_500), call("b", 1_500, None, 1_800), call("c", 1_700), call("d", 2_000, 2_001)]
    assert hotline.calls(facts, SPAN).value == 3
    assert hotline.answered_share(facts, SPAN).value == 50
    assert hotline.mean_wait_s(facts, SPAN).value == pytest.approx(0.2)
    assert hotline.answered_share(facts[2:], SPAN).value is None


def test_alerts_count_by_when_they_were_raised_and_false_ones_among_those_judged() -> None:
    facts = [
        AlertFact("a", "detection", 1_000, "02647", "false"),
        AlertFact("b", "detection", 1_999, "02647", "confirmed", standing=True),
        AlertFact("c", "cyber.alert", 1_500, ""),
        AlertFact("d", "detection", 2_000, "", "false"),
        AlertFact("e", "station.limit", 10, "", standing=True),
    ]
    assert alerts.raised(facts, SPAN).value == 3
    assert alerts.MEASURES["alerts.detections"](facts, SPAN).value == 2
    assert alerts.false_share(facts, SPAN).value == 50
    assert [one.key for one in alerts.standing(facts, SPAN).rows] == ["b", "e"]
    assert alerts.per_day(facts, Span(0, 10, 0)).value is None
