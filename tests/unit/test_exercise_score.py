"""The scoring sheet as a pure function of the log: in time, late, missed, not yet; by whom; never by the instructor."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts import events as ev
from backend.contracts.exercise import INSTRUCTOR, ExpectationScore, ScoreSheet
from backend.contracts.kinds.alerts import Priority
from backend.exercise.score import Scorer, percentile, plain_words, score
from backend.exercise.sheet import to_csv, to_html
from config.scenario import Scenario
from tests.unit.exercise_samples import WHOLE, Log, alert_of, cap_of, scenario_of


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return scenario_of(tmp_path_factory.mktemp("scenario"))


def one(sheet: ScoreSheet, expect_id: str) -> ExpectationScore:
    return next(item for item in sheet.expectations if item.expect_id == expect_id)


def level(log: Log, at_s: float, priority: int = 3) -> None:
    log.add(at_s, ev.AlertRaised(alert=alert_of("song", "station.level", at_s, "R-01", priority)))


@pytest.mark.parametrize(
    ("acknowledged_s", "now_s", "state", "points"),
    [
        (None, 159.0, "waiting", 0),
        (None, 160.0, "waiting", 0),
        (None, 160.1, "missed", 0),
        (100.5, 300.0, "met", 10),
        (160.0, 300.0, "met", 10),
        (160.001, 300.0, "late", 4),
        (290.0, 300.0, "late", 4),
    ],
)
def test_in_time_late_and_missed(
    scenario: Scenario, acknowledged_s: float | None, now_s: float, state: str, points: int
) -> None:
    log = Log()
    log.start()
    level(log, 100.0)
    if acknowledged_s is not None:
        log.add(acknowledged_s, ev.AlertAcknowledged(alert_id="song"), "truc-ban-1")
    scorer = Scorer(scenario)
    scorer.feed(log.events)
    found = one(scorer.sheet(round(now_s * 1000)), "ghi-nhan")
    assert (found.state, found.points) == (state, points)
    assert found.done_by == ("truc-ban-1" if acknowledged_s is not None else "")


def test_what_did_not_take_place_is_nobodys_fault(scenario: Scenario) -> None:
    log = Log()
    log.start()
    level(log, 10.0)
    log.add(20.0, ev.AlertAcknowledged(alert_id="song"), "truc-ban-1")
    log.end(500.0)
    sheet = score(scenario, log.events)
    assert {item.state for item in sheet.expectations} == {"met", "not_yet"}
    assert (sheet.points, sheet.max_points, sheet.passed) == (10, 10, True)


def test_before_the_start_nothing_counts(scenario: Scenario) -> None:
    log = Log()
    level(log, 1.0)
    log.add(2.0, ev.AlertAcknowledged(alert_id="song"), "truc-ban-1")
    log.start(5.0)
    log.end(500.0)
    sheet = score(scenario, log.events)
    assert (sheet.alerts, sheet.max_points, sheet.passed) == (0, 0, None)


@pytest.mark.parametrize("actor", ["", INSTRUCTOR, "producer:logger"])
def test_only_officers_deeds_count(scenario: Scenario, actor: str) -> None:
    log = Log()
    log.start()
    level(log, 10.0)
    log.add(20.0, ev.AlertAcknowledged(alert_id="song"), actor)
    log.end(500.0)
    sheet = score(scenario, log.events)
    assert one(sheet, "ghi-nhan").state == "missed"
    assert sheet.officers == ()
    assert sheet.unanswered == 1


def test_a_mark_of_an_officer_does_not_start_an_exercise(scenario: Scenario) -> None:
    log = Log()
    log.mark(0.0, "exercise-start", actor="truc-ban-1")
    assert score(scenario, log.events).started_ms is None


def test_another_place_or_kind_is_not_meant(scenario: Scenario) -> None:
    log = Log()
    log.start()
    log.add(1.0, ev.AlertRaised(alert=alert_of("a", "station.level", 1.0, "K-01")))
    log.add(2.0, ev.AlertRaised(alert=alert_of("b", "station.limit", 2.0, "R-01")))
    assert one(score(scenario, log.events), "ghi-nhan").state == "not_yet"


def test_a_call_makes_the_open_alert_due_from_the_call(scenario: Scenario) -> None:
    log = Log()
    log.start()
    log.step(10.0, "tin-2")
    log.add(10.1, ev.AlertRaised(alert=alert_of("tin", "cap.message", 10.1, bulletin="tin-2")))
    log.add(20.0, ev.AlertDispatched(alert_id="tin", agency_id="pccc"), "truc-ban-1")
    log.mark(100.0, "exercise-step-goi", "note")
    log.add(150.0, ev.AlertDispatched(alert_id="tin", agency_id="pccc"), "truc-ban-2")
    log.end(500.0)
    found = one(score(scenario, log.events), "chuyen")
    assert found.due_ms == 100_000
    assert (found.state, found.done_ms, found.done_by) == ("met", 150_000, "truc-ban-2")


def test_an_update_is_the_bulletin_that_it_carries(scenario: Scenario) -> None:
    log = Log()
    log.start()
    log.step(5.0, "tin-1")
    log.add(5.1, ev.AlertRaised(alert=alert_of("tin", "cap.message", 5.1, bulletin="tin-1")))
    assert one(score(scenario, log.events), "y-kien").state == "not_yet"
    log.step(30.0, "tin-2")
    log.add(30.1, ev.AlertUpdated(alert_id="tin", cap=cap_of("tin-2"), priority=Priority(2)))
    log.add(60.0, ev.AlertCommented(alert_id="tin", comment="Đã báo phường"), "truc-ban-1")
    log.add(70.0, ev.AlertCommented(alert_id="tin", comment="phuong dang SO TAN dan"), "truc-ban-1")
    log.end(500.0)
    found = one(score(scenario, log.events), "y-kien")
    assert (found.due_ms, found.done_ms, found.state) == (30_100, 70_000, "met")


def test_worse_counts_from_when_it_became_so(tmp_path: Path) -> None:
    text = WHOLE.replace('place = "R-01" }', 'place = "R-01", priority = 1 }')
    worse = scenario_of(tmp_path, text)
    log = Log()
    log.start()
    level(log, 10.0)
    log.add(15.0, ev.AlertAcknowledged(alert_id="song"), "truc-ban-1")
    log.add(40.0, ev.AlertUpdated(alert_id="song", priority=Priority(2)))
    assert one(score(worse, log.events), "ghi-nhan").state == "not_yet"
    log.add(90.0, ev.AlertUpdated(alert_id="song", priority=Priority(1), headline_vi="83,60 m"))
    log.add(95.0, ev.AlertUpdated(alert_id="song", headline_vi="86,91 m"))
    log.add(120.0, ev.AlertAcknowledged(alert_id="song"), "truc-ban-1")
    log.end(500.0)
    found = one(score(worse, log.events), "ghi-nhan")
    assert (found.due_ms, found.done_ms, found.state) == (90_000, 120_000, "met")
    assert found.headline_vi == "83,60 m", "the sheet tells the alert as it was when it became due"


def test_what_is_taken_already_need_not_be_taken_again(scenario: Scenario) -> None:
    log = Log()
    log.start()
    log.add(1.0, ev.AlertRaised(alert=alert_of("khoi", "detection", 1.0, "cam-1", 1)))
    log.add(2.0, ev.AlertOwned(alert_id="khoi", owner="truc-ban-1", previous=""), "truc-ban-1")
    log.step(50.0, "chay")
    log.add(50.1, ev.AlertReactivated(alert_id="khoi"))
    log.end(500.0)
    found = one(score(scenario, log.events), "nhan-chay")
    assert (found.state, found.done_by, found.done_ms) == ("met", "truc-ban-1", 50_100)


def test_giving_back_is_not_taking(scenario: Scenario) -> None:
    log = Log()
    log.start()
    log.step(1.0, "chay")
    log.add(1.1, ev.AlertRaised(alert=alert_of("khoi", "detection", 1.1, "cam-1", 1)))
    log.add(2.0, ev.AlertOwned(alert_id="khoi", owner="", previous="truc-ban-1"), "truc-ban-1")
    log.end(500.0)
    assert one(score(scenario, log.events), "nhan-chay").state == "missed"


def test_figures_of_the_room_and_of_each_officer(scenario: Scenario) -> None:
    log = Log()
    log.start()
    for number in range(1, 21):
        log.add(100.0, ev.AlertRaised(alert=alert_of(f"a{number}", "station.limit", 100.0, "K-01")))
    log.add(100.0, ev.AlertRaised(alert=alert_of("cam", "camera.lost", 100.0, "cam-2", 5)))
    silent = alert_of("cu", "station.limit", 100.0, "K-01").model_copy(update={"silent": True})
    log.add(100.0, ev.AlertRaised(alert=silent))
    for number in range(1, 20):
        actor = "truc-ban-1" if number <= 10 else "truc-ban-2"
        log.add(100.0 + number, ev.AlertAcknowledged(alert_id=f"a{number}"), actor)
    log.end(500.0)
    sheet = score(scenario, log.events)
    assert (sheet.alerts, sheet.unanswered) == (20, 1)
    assert (sheet.acknowledge_p50_s, sheet.acknowledge_p95_s) == (10.0, 19.0)
    assert [(item.user, item.acknowledged, item.acknowledge_p50_s) for item in sheet.officers] == [
        ("truc-ban-1", 10, 5.0),
        ("truc-ban-2", 9, 15.0),
    ]


@pytest.mark.parametrize(("points", "passed"), [(10, True), (4, False)])
def test_passed_from_the_share_the_scenario_names(scenario: Scenario, points: int, passed: bool) -> None:
    log = Log()
    log.start()
    level(log, 10.0)
    log.add(20.0 if points == 10 else 200.0, ev.AlertAcknowledged(alert_id="song"), "truc-ban-1")
    log.end(500.0)
    sheet = score(scenario, log.events)
    assert (sheet.points, sheet.passed) == (points, passed)


def test_there_is_no_verdict_while_a_time_runs(scenario: Scenario) -> None:
    log = Log()
    log.start()
    level(log, 10.0)
    log.end(20.0)
    scorer = Scorer(scenario)
    scorer.feed(log.events)
    assert scorer.sheet(30_000).passed is None
    assert scorer.sheet(71_000).passed is False


@given(st.lists(st.floats(0, 1e6), max_size=60), st.floats(0.01, 1.0))
def test_a_percentile_is_the_smallest_that_enough_do_not_exceed(values: list[float], share: float) -> None:
    found = percentile(values, share)
    if not values:
        assert found is None
        return
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert all(sum(value <= lower for value in values) < share * len(values) for lower in values if lower < found)


_EVENT = st.one_of(
    st.sampled_from(["start", "end", "tin-1", "tin-2", "chay", "goi"]).map(lambda name: ("mark", name, "")),
    st.tuples(
        st.sampled_from(["raise", "ack", "own", "dispatch", "comment", "worse", "return"]),
        st.sampled_from(["song", "khoi", "tin"]),
        st.sampled_from(["truc-ban-1", "truc-ban-2", INSTRUCTOR, ""]),
    ),
)


@given(st.lists(_EVENT, max_size=40))
def test_fed_at_once_or_in_pieces_it_is_the_same_sheet_and_its_sums_are_right(
    scenario: Scenario, story: list[tuple[str, str, str]]
) -> None:
    log = _log_of(story)
    whole = Scorer(scenario)
    whole.feed(log.events)
    pieces = Scorer(scenario)
    for event in log.events:
        pieces.feed([event])
        pieces.sheet(event.at_ms)
    at_ms = 10_000_000
    sheet = whole.sheet(at_ms)
    assert sheet == pieces.sheet(at_ms)
    assert sheet.points == sum(item.points for item in sheet.expectations)
    assert 0 <= sheet.points <= sheet.max_points <= 40
    assert sum(item.points for item in sheet.officers) <= sheet.points
    for item in sheet.expectations:
        assert (item.state == "not_yet") == (item.due_ms is None)
        if item.done_ms is not None:
            assert item.due_ms is not None
            assert item.done_ms >= item.due_ms
            assert item.done_by not in (INSTRUCTOR, "")


def _log_of(story: list[tuple[str, str, str]]) -> Log:
    log = Log()
    kinds = {"song": ("station.level", "R-01"), "khoi": ("detection", "cam-1"), "tin": ("cap.message", "")}
    for number, (what, about, actor) in enumerate(story):
        at_s = 10.0 * number
        match what:
            case "mark" if about == "start":
                log.start(at_s)
            case "mark" if about == "end":
                log.end(at_s)
            case "mark":
                log.step(at_s, about)
            case "raise":
                kind, place = kinds[about]
                bulletin = "tin-2" if about == "tin" else ""
                log.add(at_s, ev.AlertRaised(alert=alert_of(about, kind, at_s, place, 3, bulletin)))  # type: ignore[arg-type]
            case "ack":
                log.add(at_s, ev.AlertAcknowledged(alert_id=about), actor)
            case "own":
                log.add(at_s, ev.AlertOwned(alert_id=about, owner=actor, previous=""), actor)
            case "dispatch":
                log.add(at_s, ev.AlertDispatched(alert_id=about, agency_id="pccc"), actor)
            case "comment":
                log.add(at_s, ev.AlertCommented(alert_id=about, comment="sơ tán"), actor)
            case "worse":
                log.add(at_s, ev.AlertUpdated(alert_id=about, priority=Priority(1)))
            case _:
                log.add(at_s, ev.AlertReturned(alert_id=about))
    return log


def test_words_are_compared_without_capitals_and_accents() -> None:
    assert plain_words("SƠ TÁN Đồng bào") == "so tan dong bao"


def test_the_printed_sheet_is_one_vietnamese_file_that_shows_text_as_text(scenario: Scenario) -> None:
    log = Log()
    log.start()
    level(log, 10.0)
    log.add(20.0, ev.AlertAcknowledged(alert_id="song"), "<b>kẻ xấu</b>")
    log.end(500.0)
    page = to_html(score(scenario, log.events), 420)
    assert "PHIẾU CHẤM ĐIỂM DIỄN TẬP" in page
    assert "&lt;b&gt;kẻ xấu&lt;/b&gt;" in page
    assert "<b>kẻ" not in page
    assert "Đạt" in page
    assert "07:00:10 01/01/1970" in page
    for outside in ("http", "src=", "<script", "<link"):
        assert outside not in page


def test_the_csv_is_read_by_a_spreadsheet_and_computes_nothing(scenario: Scenario) -> None:
    log = Log()
    log.start()
    level(log, 10.0)
    log.add(20.5, ev.AlertAcknowledged(alert_id="song"), "=HYPERLINK(1)")
    log.end(500.0)
    text = to_csv(score(scenario, log.events), 420)
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    row = next(row for row in rows if row[:1] == ["Ghi nhận mực nước"])
    assert row[2:] == ["Đạt", "Cảnh báo song", "07:00:10 01/01/1970", "60", "10,5", "'=HYPERLINK(1)", "10", "10"]
    assert ["Tổng điểm", "10/10 (100 %)"] in rows
