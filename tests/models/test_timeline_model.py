"""The timeline's model: one question at a time, a margin, an edge kept fresh, marks pending until their event."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from backend.contracts.commands import PlaceMark, RemoveMark, Role
from backend.contracts.events import MarkPlaced, MarkRemoved
from backend.contracts.marks import Mark
from backend.contracts.replay import CameraGaps
from console.models import timeline as module
from console.models.timeline import BUCKETS_LEAST, BUCKETS_MOST, SPAN_LEAST_MS, SPAN_MOST_MS, TimelineModel
from tests.panels.timeline_room import DAY_MS, EDGE_MS, ReplaySeat
from widgets.chart_types import View

HOUR_MS = 3_600_000
VIEW = View(EDGE_MS - 5 * HOUR_MS, EDGE_MS - 4 * HOUR_MS)


@pytest.fixture
def seat(qapp: object) -> ReplaySeat:
    return ReplaySeat()


def model_of(seat: ReplaySeat, view: View = VIEW, width_px: int = 1200) -> TimelineModel:
    model = TimelineModel(seat.session, seat.control)
    model.set_active(True)
    model.look(view, width_px)
    return model


def loaded(qtbot: QtBot, model: TimelineModel) -> None:
    qtbot.waitUntil(lambda: model.density is not None, timeout=3000)


def test_it_asks_for_bars_of_three_pixels_with_a_margin_on_either_side(seat: ReplaySeat, qtbot: QtBot) -> None:
    model = model_of(seat)
    loaded(qtbot, model)
    (question,) = seat.server.asked
    assert question["start"] <= VIEW.start_ms - HOUR_MS // 2
    assert question["end"] >= VIEW.end_ms + HOUR_MS // 2
    bucket_ms = (question["end"] - question["start"]) / question["buckets"]
    assert bucket_ms * 1200 == pytest.approx(3 * HOUR_MS)
    assert question["start"] % bucket_ms == 0, "whole buckets: bars stand still while the view is panned"


def test_panning_inside_the_margin_asks_nothing_and_beyond_it_does(seat: ReplaySeat, qtbot: QtBot) -> None:
    model = model_of(seat)
    loaded(qtbot, model)
    model.look(View(VIEW.start_ms - HOUR_MS // 4, VIEW.end_ms - HOUR_MS // 4), 1200)
    with qtbot.waitSignal(model._settle.timeout):
        pass
    assert len(seat.server.asked) == 1
    model.look(View(VIEW.start_ms - 2 * HOUR_MS, VIEW.end_ms - 2 * HOUR_MS), 1200)
    qtbot.waitUntil(lambda: len(seat.server.asked) == 2, timeout=3000)


def test_a_storm_of_views_is_one_question_under_way_and_ends_with_the_newest(seat: ReplaySeat, qtbot: QtBot) -> None:
    seat.server.held = True
    model = model_of(seat)
    qtbot.waitUntil(lambda: len(seat.server.asked) == 1, timeout=3000)
    for step in range(50):
        model.look(View(VIEW.start_ms - step * HOUR_MS, VIEW.end_ms - step * HOUR_MS), 1200)
    with qtbot.waitSignal(model._settle.timeout):
        pass
    assert len(seat.server.asked) == 1
    seat.server.release()
    qtbot.waitUntil(lambda: len(seat.server.asked) == 2, timeout=3000)
    assert seat.server.asked[1]["start"] <= VIEW.start_ms - 49 * HOUR_MS


def test_zooming_asks_for_finer_bars(seat: ReplaySeat, qtbot: QtBot) -> None:
    model = model_of(seat)
    loaded(qtbot, model)
    middle = VIEW.start_ms + HOUR_MS // 2
    model.look(View(middle, middle + 60_000), 1200)
    qtbot.waitUntil(lambda: model.density is not None and model.density.bucket_ms == 150, timeout=3000)


def test_the_edge_is_asked_for_again_while_it_is_in_view_and_not_otherwise(
    seat: ReplaySeat, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = [1000.0]
    monkeypatch.setattr(module, "monotonic_s", lambda: now_s[0])
    model = model_of(seat)
    loaded(qtbot, model)
    now_s[0] += 60
    model._ask_if_due()
    assert len(seat.server.asked) == 1, "the past does not change"
    model.look(View(EDGE_MS - HOUR_MS // 2, EDGE_MS + HOUR_MS // 2), 1200)
    qtbot.waitUntil(lambda: len(seat.server.asked) == 2 and not model._asking, timeout=3000)
    seat.edge_ms += 10_000
    now_s[0] += 1
    model._ask_if_due()
    assert len(seat.server.asked) == 2
    now_s[0] += 10
    model._ask_if_due()
    assert len(seat.server.asked) == 3
    assert seat.server.asked[2]["end"] >= seat.edge_ms


def test_nothing_is_asked_while_nobody_looks(seat: ReplaySeat, qtbot: QtBot) -> None:
    model = TimelineModel(seat.session, seat.control)
    model.look(VIEW, 1200)
    assert not model._settle.isActive()
    assert not model._timer.isActive()


def test_a_refusal_is_told_and_tried_again(seat: ReplaySeat, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.05)
    seat.server.refuse = "the database is closed"
    model = model_of(seat)
    qtbot.waitUntil(lambda: "the database is closed" in model.notice, timeout=3000)
    seat.server.refuse = ""
    qtbot.waitUntil(lambda: model.notice == "" and model.density is not None, timeout=5000)


def test_an_empty_log_says_so(seat: ReplaySeat) -> None:
    model = model_of(seat)
    assert model.notice == ""
    seat.control.set_first_ms(seat.edge_ms + 1)
    assert model.notice


def test_gaps_bear_the_names_of_their_cameras(seat: ReplaySeat, qtbot: QtBot) -> None:
    site = seat.live.state.site
    assert site is not None
    seat.server.gaps = (
        CameraGaps(camera_id=site.cameras[0].camera_id, spans=((1, 2),)),
        CameraGaps(camera_id="taken-down", spans=((1, 2),)),
    )
    model = model_of(seat)
    loaded(qtbot, model)
    assert [row.name for row in model.gaps] == [site.cameras[0].name_vi, "taken-down"]


@given(
    span=st.integers(1000, 30 * DAY_MS),
    end=st.integers(-25 * DAY_MS, 12 * HOUR_MS),
    width=st.integers(200, 8000),
)
def test_every_question_is_one_the_door_can_answer(qapp: object, span: int, end: int, width: int) -> None:
    seat = _shared_seat()
    model = TimelineModel(seat.session, seat.control)
    model.look(View(EDGE_MS + end - span, EDGE_MS + end), width)
    question = model.question()
    model.deleteLater()
    seen = View(max(EDGE_MS + end - span, seat.control.first_ms), min(EDGE_MS + end, seat.edge_ms))
    if question is None:
        assert seen.span_ms <= 0, "something of it may have been logged"
        return
    bucket_ms = model.bucket_ms()
    assert 0 <= question.start_ms < question.end_ms
    assert question.span_ms % bucket_ms == 0
    assert BUCKETS_LEAST <= question.span_ms // bucket_ms <= BUCKETS_MOST + BUCKETS_LEAST
    assert SPAN_LEAST_MS <= question.span_ms <= SPAN_MOST_MS
    assert question.end_ms < seat.edge_ms + bucket_ms
    assert seen.span_ms <= 0 or (question.start_ms <= seen.start_ms and seen.end_ms <= question.end_ms)


_SEATS: list[ReplaySeat] = []


def _shared_seat() -> ReplaySeat:
    if not _SEATS:
        _SEATS.append(ReplaySeat())
    return _SEATS[0]


# -- marks -----------------------------------------------------------------------------------------------------


def mark_of(wish: PlaceMark, by: str = "an.tran") -> Mark:
    return Mark(
        mark_id=wish.mark_id, kind=wish.mark_kind, at_ms=wish.at_ms, text=wish.text, placed_by=by, placed_ms=EDGE_MS
    )


def sent_place(seat: ReplaySeat) -> PlaceMark:
    wish = seat.live.sent[-1]
    assert isinstance(wish, PlaceMark)
    return wish


def test_a_mark_is_pending_until_its_event_is_back(seat: ReplaySeat) -> None:
    model = TimelineModel(seat.session, seat.control)
    pending = model.place("bookmark", EDGE_MS - 1000)
    assert [(flag.at_ms, flag.pending) for flag in model.flags] == [(EDGE_MS - 1000, True)]
    wish = sent_place(seat)
    seat.live.grant(MarkPlaced(mark=mark_of(wish)))
    assert pending.state == "done"
    assert [(flag.flag_id, flag.pending) for flag in model.flags] == [(wish.mark_id, False)]


def test_an_accepted_answer_alone_leaves_the_mark_hollow(seat: ReplaySeat) -> None:
    from backend.contracts.feed import CommandResult

    model = TimelineModel(seat.session, seat.control)
    model.place("note", EDGE_MS, "Nước lên")
    seat.live.commands.take_result(CommandResult(command_id=sent_place(seat).command_id, accepted=True))
    assert [flag.pending for flag in model.flags] == [True]


def test_a_refused_mark_vanishes(seat: ReplaySeat) -> None:
    model = TimelineModel(seat.session, seat.control)
    pending = model.place("bookmark", EDGE_MS)
    seat.live.refuse("not_allowed")
    assert pending.failed
    assert model.flags == ()


def test_marks_of_others_appear_and_go_with_their_events(seat: ReplaySeat, qtbot: QtBot) -> None:
    model = TimelineModel(seat.session, seat.control)
    mark = Mark(mark_id="m", kind="note", at_ms=5, text="Kè vỡ", placed_by="binh", placed_ms=9)
    with qtbot.waitSignal(model.flags_changed):
        seat.live.happen(MarkPlaced(mark=mark))
    assert [(flag.text, flag.who) for flag in model.flags] == [("Kè vỡ", "binh")]
    with qtbot.waitSignal(model.flags_changed):
        seat.live.happen(MarkRemoved(mark_id="m"))
    assert model.flags == ()


def test_a_mark_that_is_being_removed_is_hollow_until_it_is_gone(seat: ReplaySeat) -> None:
    seat.live.happen(MarkPlaced(mark=Mark(mark_id="m", kind="note", at_ms=5, placed_by="binh", placed_ms=9)))
    model = TimelineModel(seat.session, seat.control)
    (flag,) = model.flags
    model.remove(flag)
    assert isinstance(seat.live.sent[-1], RemoveMark)
    assert [flag.pending for flag in model.flags] == [True]
    seat.live.grant(MarkRemoved(mark_id="m"))
    assert model.flags == ()


@pytest.mark.parametrize(
    ("role", "who", "may"),
    [
        (Role.DUTY_OFFICER, "an.tran", True),
        (Role.DUTY_OFFICER, "binh", False),
        (Role.SUPERVISOR, "binh", True),
        (Role.AGENCY, "an.tran", False),
    ],
)
def test_ones_own_marks_may_be_removed_and_others_by_who_debriefs(
    qapp: object, role: Role, who: str, may: bool
) -> None:
    seat = ReplaySeat(role)
    seat.live.happen(MarkPlaced(mark=Mark(mark_id="m", kind="note", at_ms=5, placed_by=who, placed_ms=9)))
    model = TimelineModel(seat.session, seat.control)
    assert model.may_remove(model.flags[0]) is may
