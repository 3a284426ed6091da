"""The debrief: how alerts were answered against their targets, as a table and in one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from backend.contracts.replay import AnswerTimes
from console.models.debrief import Answer, Column, DebriefModel, answer, duration

RAISED_MS = 1_000_000
TARGET_S = 60.0


def times(alert_id: str, acknowledged_ms: int | None = None, dispatched_ms: int | None = None) -> AnswerTimes:
    return AnswerTimes(
        alert_id=alert_id,
        kind="detection",
        priority=1,
        headline_vi="Cầu Cốc Lếu: cháy",
        headline_en="Coc Leu bridge: fire",
        raised_ms=RAISED_MS,
        acknowledged_ms=acknowledged_ms,
        acknowledged_by="lan" if acknowledged_ms else "",
        owned_ms=None,
        owned_by="",
        dispatched_ms=dispatched_ms,
        dispatched_by="",
        closed_ms=None,
        acknowledge_target_s=TARGET_S,
        dispatch_target_s=None,
    )


@pytest.mark.parametrize(
    ("answered_ms", "end_ms", "expected"),
    [
        (RAISED_MS + 60_000, RAISED_MS + 90_000, Answer(60.0, 60.0, "in_time")),
        (RAISED_MS + 60_001, RAISED_MS + 90_000, Answer(60.001, 60.0, "late")),
        (None, RAISED_MS + 60_000, Answer(None, 60.0, "open")),
        (None, RAISED_MS + 60_001, Answer(None, 60.0, "missing")),
    ],
)
def test_an_answer_is_judged_against_its_target(answered_ms: int | None, end_ms: int, expected: Answer) -> None:
    assert answer(RAISED_MS, answered_ms, TARGET_S, end_ms) == expected


def test_without_a_target_nothing_is_late() -> None:
    assert answer(RAISED_MS, RAISED_MS + 10**9, None, RAISED_MS + 10**9).standing == "none"


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (41, "0:41"), (725, "12:05"), (3725, "1:02:05")])
def test_durations_read_like_a_stopwatch(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@given(st.floats(0, 1e6))
def test_a_duration_is_never_garbled(seconds: float) -> None:
    parts = [int(part) for part in duration(seconds).split(":")]
    assert all(part < 60 for part in parts[1:])
    assert abs(sum(part * 60**place for place, part in enumerate(reversed(parts))) - seconds) <= 0.5


def test_the_table_shows_what_was_late_by_word_shape_and_colour(qapp: object) -> None:
    model = DebriefModel("en")
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    late, never, good = times("a", RAISED_MS + 90_000), times("b"), times("c", RAISED_MS + 20_000, RAISED_MS + 50_000)
    model.show_times([late, never, good], RAISED_MS + 3_600_000, 420)

    def cell(row: int, column: Column, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        return model.data(model.index(row, column), role)

    assert cell(0, Column.ACKNOWLEDGED) == "▲ 1:30 / 1:00"
    assert cell(1, Column.ACKNOWLEDGED) == "▲ never / 1:00"
    assert cell(2, Column.ACKNOWLEDGED) == "0:20 / 1:00"
    assert cell(2, Column.DISPATCHED) == "0:50"
    assert cell(0, Column.ACKNOWLEDGED, Qt.ItemDataRole.ForegroundRole) is not None
    assert cell(2, Column.ACKNOWLEDGED, Qt.ItemDataRole.ForegroundRole) is None
    assert cell(0, Column.ALERT) == "Coc Leu bridge: fire"
    assert model.summary() == "3 alerts  ·  acknowledged after 0:55 in the middle  ·  1 late  ·  1 never acknowledged"
