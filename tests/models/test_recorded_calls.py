"""Recorded calls for the timeline: asked for views that are not too wide and by who may, told in words, kept fresh."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from backend.contracts.commands import Role
from backend.contracts.hotline import RECORDED_LONGEST_MS, Call, CallArrived, CallMoved, CallRecorded
from console.models import recorded_calls as module
from console.models.recorded_calls import SHOWN_LONGEST_MS, RecordedCallRow
from tests.panels.timeline_room import EDGE_MS, ReplaySeat, recorded_call
from widgets.chart_types import View
from widgets.timeline_types import EpisodeRow

HOUR_MS = 3_600_000
VIEW = View(EDGE_MS - 5 * HOUR_MS, EDGE_MS - 4 * HOUR_MS)


@pytest.fixture
def seat(qapp: object) -> ReplaySeat:
    return ReplaySeat()


def row_of(seat: ReplaySeat, view: View = VIEW) -> RecordedCallRow:
    model = RecordedCallRow(seat.session, seat.control)
    model.set_active(True)
    model.look(view)
    return model


def shown(model: RecordedCallRow) -> EpisodeRow:
    assert model.row is not None
    return model.row


def loaded(qtbot: QtBot, model: RecordedCallRow) -> EpisodeRow:
    qtbot.waitUntil(lambda: shown(model).known_ms is not None, timeout=3000)
    return shown(model)


def settled(qtbot: QtBot, model: RecordedCallRow) -> None:
    with qtbot.waitSignal(model._settle.timeout):
        pass


def test_a_call_is_shown_from_its_ring_to_its_end_with_words_and_without_a_number(
    seat: ReplaySeat, qtbot: QtBot
) -> None:
    call = recorded_call(1, VIEW.start_ms + 60_000, length_s=90, ringing_s=15)
    seat.server.calls = [call]
    row = loaded(qtbot, row_of(seat))
    (one,) = row.episodes
    assert (one.episode_id, one.start_ms, one.end_ms) == ("t:1", call.arrived_ms, call.arrived_ms + 105_000)
    assert one.strong_ms == (call.arrived_ms + 15_000, call.arrived_ms + 105_000)
    assert row.notice == ""
    for words in ("05:03:15 22/11", "1\xa0ph", "15\xa0s", "1022", "Bàn 1"):
        assert words in one.tip, one.tip
    assert seat.session.call_recordings == {"t:1": call.recording}


def test_a_margin_is_asked_for_and_panning_inside_it_asks_nothing(seat: ReplaySeat, qtbot: QtBot) -> None:
    model = row_of(seat)
    loaded(qtbot, model)
    (question,) = seat.server.asked_calls
    assert question == {"start": VIEW.start_ms - HOUR_MS // 2, "end": VIEW.end_ms + HOUR_MS // 2}
    settled(qtbot, model)
    model.look(View(VIEW.start_ms - HOUR_MS // 4, VIEW.end_ms - HOUR_MS // 4))
    settled(qtbot, model)
    assert len(seat.server.asked_calls) == 1
    model.look(View(VIEW.start_ms - 2 * HOUR_MS, VIEW.end_ms - 2 * HOUR_MS))
    qtbot.waitUntil(lambda: len(seat.server.asked_calls) == 2, timeout=3000)


@given(st.integers(1000, SHOWN_LONGEST_MS), st.integers(-HOUR_MS, 21 * 24 * HOUR_MS))
def test_no_question_is_longer_than_the_door_answers(span_ms: int, before_ms: int) -> None:
    seat = ReplaySeat()
    model = RecordedCallRow(seat.session, seat.control)
    model.look(View(EDGE_MS - before_ms - span_ms, EDGE_MS - before_ms))
    question = model.question()
    assert question is None or 0 < question.span_ms <= RECORDED_LONGEST_MS


def test_a_view_of_more_than_twelve_hours_asks_nothing_and_says_zoom_in(seat: ReplaySeat, qtbot: QtBot) -> None:
    seat.server.calls = [recorded_call(1, EDGE_MS - 6 * HOUR_MS)]
    model = row_of(seat, View(EDGE_MS - 12 * HOUR_MS - 1, EDGE_MS))
    settled(qtbot, model)
    assert seat.server.asked_calls == []
    assert "12 h: zoom in" in shown(model).notice
    assert shown(model).episodes == ()
    model.look(View(EDGE_MS - 12 * HOUR_MS, EDGE_MS))
    assert len(loaded(qtbot, model).episodes) == 1
    model.look(View(EDGE_MS - 13 * HOUR_MS, EDGE_MS))
    assert shown(model).episodes == ()
    model.look(View(EDGE_MS - 12 * HOUR_MS, EDGE_MS))
    assert len(shown(model).episodes) == 1, "what is known is shown at once"


def test_who_is_not_of_the_hotline_has_no_such_lane_and_asks_nothing(qapp: object, qtbot: QtBot) -> None:
    seat = ReplaySeat(Role.LEADER)
    model = row_of(seat)
    settled(qtbot, model)
    assert model.row is None
    assert seat.server.asked_calls == []


def test_who_loses_the_right_sees_nothing_of_them_any_more(seat: ReplaySeat, qtbot: QtBot) -> None:
    seat.server.calls = [recorded_call(1, VIEW.start_ms)]
    model = row_of(seat)
    loaded(qtbot, model)
    leader = ReplaySeat(Role.LEADER)
    seat.live.session.operator = leader.live.session.operator
    seat.live.session.operator_changed.emit()
    assert (model.row, model.call("t:1")) == (None, None)


def test_the_edge_is_asked_for_again_while_it_is_in_view_and_not_otherwise(
    seat: ReplaySeat, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = [1000.0]
    monkeypatch.setattr(module, "monotonic_s", lambda: now_s[0])
    model = row_of(seat)
    loaded(qtbot, model)
    now_s[0] += 60
    model._ask_if_due()
    assert len(seat.server.asked_calls) == 1, "the past does not change"
    model.look(View(EDGE_MS - HOUR_MS // 2, EDGE_MS + HOUR_MS // 2))
    qtbot.waitUntil(lambda: len(seat.server.asked_calls) == 2 and not model._asking, timeout=3000)
    seat.edge_ms += 10_000
    now_s[0] += 1
    model._ask_if_due()
    assert len(seat.server.asked_calls) == 2
    now_s[0] += 10
    model._ask_if_due()
    assert seat.server.asked_calls[-1]["end"] == seat.edge_ms
    assert len(seat.server.asked_calls) == 3


def test_a_recording_that_is_handed_over_late_is_asked_for(seat: ReplaySeat, qtbot: QtBot) -> None:
    model = row_of(seat)
    loaded(qtbot, model)
    settled(qtbot, model)
    late = recorded_call(7, VIEW.start_ms)
    call = Call(call_id="t:7", producer_id="t", arrived_ms=late.arrived_ms, changed_ms=late.arrived_ms)
    ended = CallMoved(call_id="t:7", step="ended", at_ms=late.end_ms)
    seat.live.happen(CallArrived(call=call), ended)
    model._ask_if_due()
    assert len(seat.server.asked_calls) == 1
    seat.server.calls = [late]
    seat.live.happen(CallRecorded(call_id="t:7", recording=late.recording))
    model._ask_if_due()
    qtbot.waitUntil(lambda: len(shown(model).episodes) == 1, timeout=3000)


def test_of_more_than_are_told_at_once_the_rest_is_unknown_and_found_by_going_closer_or_on(
    seat: ReplaySeat, qtbot: QtBot
) -> None:
    seat.server.calls = [recorded_call(number, VIEW.start_ms + number * 60_000, 30) for number in range(60)]
    seat.server.calls_most = 20
    model = row_of(seat)
    row = loaded(qtbot, model)
    assert len(row.episodes) == 20
    assert row.known_ms == (VIEW.start_ms - HOUR_MS // 2, seat.server.calls[19].begin_ms)
    assert "500" in row.notice
    settled(qtbot, model)
    assert len(seat.server.asked_calls) == 1, "the same question has the same answer"
    on = View(VIEW.start_ms + HOUR_MS // 2, VIEW.end_ms + HOUR_MS // 2)
    model.look(on)
    qtbot.waitUntil(lambda: len(seat.server.asked_calls) == 2, timeout=3000)
    closer = View(VIEW.start_ms + 40 * 60_000, VIEW.start_ms + 48 * 60_000)
    model.look(closer)
    qtbot.waitUntil(lambda: shown(model).notice == "", timeout=3000)
    assert "t:44" in {one.episode_id for one in shown(model).episodes}


def test_when_all_files_of_many_calls_are_gone_nothing_is_said_to_be_known(seat: ReplaySeat, qtbot: QtBot) -> None:
    seat.server.calls = [recorded_call(1, VIEW.start_ms)]
    seat.server.calls_most = 0
    row = loaded(qtbot, row_of(seat))
    assert row.known_ms == (VIEW.start_ms - HOUR_MS // 2,) * 2


def test_a_refusal_is_told_and_tried_again(seat: ReplaySeat, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.05)
    seat.server.refuse = "the database is closed"
    model = row_of(seat)
    qtbot.waitUntil(lambda: "the database is closed" in shown(model).notice, timeout=3000)
    assert shown(model).known_ms is None
    seat.server.refuse = ""
    loaded(qtbot, model)
    assert shown(model).notice == ""


def test_nothing_is_asked_while_nobody_looks(seat: ReplaySeat) -> None:
    model = RecordedCallRow(seat.session, seat.control)
    model.look(VIEW)
    assert not model._settle.isActive()
    assert not model._timer.isActive()
