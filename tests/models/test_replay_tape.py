"""The tape: any instant of a stretch of the log is what the fold of the log up to then is, forwards and backwards."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.contracts import events as ev
from backend.contracts.marks import Mark
from backend.contracts.state import RoomState, apply
from console.models.replay import ReplayControl
from console.sources import tape as tape_module
from console.sources.tape import Tape, difference
from console.timebase import ReplayClock
from tests.unit.replay_samples import told
from tests.unit.storage_samples import NOW_MS, plain, raised

IDS = st.sampled_from([f"a{index}" for index in range(5)])
EVENTS: st.SearchStrategy[ev.Event] = st.one_of(
    IDS.map(raised),
    IDS.map(lambda key: ev.AlertAcknowledged(alert_id=key)),
    IDS.map(lambda key: ev.AlertReturned(alert_id=key)),
    IDS.map(lambda key: ev.CameraChanged(camera_id=key, condition="lost")),
    IDS.map(lambda key: ev.RecordingChanged(camera_id=key, condition="gap")),
    IDS.map(
        lambda key: ev.MarkPlaced(
            mark=Mark(mark_id=key, kind="bookmark", at_ms=NOW_MS, placed_by="lan", placed_ms=NOW_MS)
        )
    ),
    IDS.map(lambda key: ev.MarkRemoved(mark_id=key)),
    IDS.map(lambda key: ev.OperatorSignedIn(user=key, role="duty_officer", origin="")),
)


def log_of(events: list[ev.Event], steps_ms: list[int]) -> list[ev.LoggedEvent]:
    at_ms, logged = NOW_MS, []
    for seq, (event, step_ms) in enumerate(zip(events, steps_ms, strict=True), 1):
        at_ms += step_ms
        logged.append(ev.LoggedEvent(seq=seq, at_ms=at_ms, actor="lan", caused_by=None, origin="", event=event))
    return logged


LOGS = st.lists(st.tuples(EVENTS, st.integers(0, 5000)), min_size=1, max_size=60).map(
    lambda pairs: log_of([event for event, _ in pairs], [step for _, step in pairs])
)


def folded(log: list[ev.LoggedEvent], at_ms: int) -> RoomState:
    state = RoomState(epoch="e")
    for one in log:
        if one.at_ms <= at_ms:
            apply(state, one)
    return state


@settings(max_examples=150, deadline=None)
@given(LOGS, st.data())
def test_every_instant_in_any_order_is_the_fold_up_to_then(log: list[ev.LoggedEvent], data: st.DataObject) -> None:
    tape_module_every = 7
    original, tape_module.CHECKPOINT_EVERY = tape_module.CHECKPOINT_EVERY, tape_module_every  # type: ignore[misc]
    try:
        cut = data.draw(st.integers(0, len(log)))
        end_ms = log[-1].at_ms + 1000
        tape = Tape(RoomState(epoch="e"), NOW_MS - 1000, log[:cut], log[cut - 1].at_ms if cut else NOW_MS)
        tape.extend(log, end_ms)
    finally:
        tape_module.CHECKPOINT_EVERY = original  # type: ignore[misc]
    for at_ms in data.draw(st.lists(st.integers(NOW_MS - 1000, end_ms), min_size=1, max_size=8)):
        assert tape.covers(at_ms)
        assert plain(tape.state_at(at_ms)) == plain(folded(log, at_ms))


@settings(max_examples=100, deadline=None)
@given(LOGS, st.data())
def test_going_on_event_by_event_arrives_where_a_jump_does(log: list[ev.LoggedEvent], data: st.DataObject) -> None:
    tape = Tape(RoomState(epoch="e"), NOW_MS, log, log[-1].at_ms)
    first, second = sorted(data.draw(st.tuples(*[st.integers(NOW_MS, log[-1].at_ms)] * 2)))
    state = tape.state_at(first)
    for one in tape.between(state.seq, second):
        apply(state, one)
    assert plain(state) == plain(tape.state_at(second))


@settings(max_examples=100, deadline=None)
@given(LOGS, st.data())
def test_the_difference_names_exactly_what_differs(log: list[ev.LoggedEvent], data: st.DataObject) -> None:
    tape = Tape(RoomState(epoch="e"), NOW_MS, log, log[-1].at_ms)
    first, second = data.draw(st.tuples(*[st.integers(NOW_MS, log[-1].at_ms)] * 2))
    old, new = tape.state_at(first), tape.state_at(second)
    delta = difference(old, new)
    keys = old.alerts.keys() | new.alerts.keys() | old.closed.keys() | new.closed.keys()
    expected = {
        key for key in keys if (old.alerts.get(key), old.closed.get(key)) != (new.alerts.get(key), new.closed.get(key))
    }
    assert delta.alerts == expected
    assert delta.cameras == {key for key in old.cameras | new.cameras if old.cameras.get(key) != new.cameras.get(key)}
    assert delta.marks == {key for key in old.marks | new.marks if old.marks.get(key) != new.marks.get(key)}
    assert delta.recordings == {
        key for key in old.recordings | new.recordings if old.recordings.get(key) != new.recordings.get(key)
    }


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-8000, 8000), min_size=2, max_size=40), st.data())
def test_a_clock_that_was_set_back_never_takes_an_event_away_again(steps_ms: list[int], data: st.DataObject) -> None:
    """Order is by seq: a later instant always shows at least what an earlier one showed."""
    log = log_of([raised(f"x{index}") for index in range(len(steps_ms))], steps_ms)
    tape = Tape(RoomState(epoch="e"), 0, log, NOW_MS * 2)
    instants = sorted(data.draw(st.lists(st.integers(NOW_MS - 400_000, NOW_MS + 400_000), min_size=2, max_size=6)))
    counts = [tape.state_at(at_ms).seq for at_ms in instants]
    assert counts == sorted(counts)
    for at_ms, seq in zip(instants, counts, strict=True):
        assert all(one.at_ms > at_ms for one in log[seq:]), "nothing logged by then is left out"


def test_a_long_tape_lets_go_of_its_oldest_part_and_stays_right() -> None:
    count = tape_module.EVENTS_KEPT + 1500
    log = log_of([raised(f"a{index % 7}") for index in range(count)], [10] * count)
    tape = Tape(RoomState(epoch="e"), NOW_MS, log, log[-1].at_ms)
    now_ms = log[-900].at_ms
    tape.forget_before(now_ms)
    assert len(tape.events) < count
    assert tape.covers(now_ms)
    assert tape.begin_ms <= now_ms
    assert plain(tape.state_at(now_ms)) == plain(folded(log, now_ms))


def test_the_clock_follows_rate_pause_and_seek_and_stops_at_both_ends() -> None:
    now_s = [100.0]
    clock = ReplayClock(lambda: 50_000, lambda: now_s[0])
    clock.first_ms = 10_000
    control = ReplayControl(clock)
    control.seek(20_000)
    assert clock.now_ms() == 20_000
    control.play(2.0)
    now_s[0] += 3
    assert clock.now_ms() == 26_000
    control.pause()
    now_s[0] += 60
    assert clock.now_ms() == 26_000
    control.play(-1.0)
    now_s[0] += 100
    assert clock.now_ms() == 10_000
    control.play(64.0)
    now_s[0] += 100
    assert clock.now_ms() == 50_000


def test_j_and_l_go_faster_with_each_press_and_turn_around_at_real_time() -> None:
    control = ReplayControl(ReplayClock(lambda: 1_000_000))
    control.faster()
    control.faster()
    assert control.rate == 2.0
    control.backwards()
    assert control.rate == -1.0
    control.backwards()
    control.backwards()
    assert control.rate == -4.0
    control.pause()
    assert not control.playing
    assert control.rate == -4.0


def test_in_and_out_marks_are_never_the_wrong_way_round() -> None:
    control = ReplayControl(ReplayClock(lambda: 1_000_000))
    control.seek(500_000)
    control.mark_in()
    control.seek(400_000)
    control.mark_out()
    assert (control.in_ms, control.out_ms) == (None, 400_000)
    control.seek(300_000)
    control.mark_in()
    assert (control.in_ms, control.out_ms) == (300_000, 400_000)


def test_a_jump_over_a_plausible_day_tells_of_everything_that_differs() -> None:
    """A new part of the room's state is told by `difference` too, or its panel would stand still after a jump."""
    told_as = {
        "closed": "alerts",
        "holds": "evidence",
        "exports": "evidence",
        "steering": "cameras",
        "ended_reports": "reports",
        "ended_calls": "calls",
        "past_crises": "crises",
        "checkpoints": "zones",
    }
    told_by_others = {"rules"}  # on the cards of its open alerts, when there are any
    seen: set[str] = set()
    state = RoomState(epoch="e")
    before = state.copied()
    for seq, one in enumerate(told(6_000), 1):
        logged = ev.LoggedEvent(seq=seq, at_ms=one.at_ms, actor=one.actor, caused_by=None, origin="", event=one.event)
        apply(state, logged)
        if seq % 400:
            continue
        delta = difference(before, state)
        for name in RoomState.__slots__:
            old, new = getattr(before, name), getattr(state, name)
            if isinstance(new, dict) and name not in told_by_others and old != new:
                changed = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
                if name == "indicators":  # the delta names them by their code, whatever the area
                    changed = {key.partition("@")[0] for key in changed}
                assert changed <= getattr(delta, told_as.get(name, name)), name
                seen.add(name)
        before = state.copied()
    assert {
        "alerts",
        "closed",
        "forecasts",
        "air",
        "incidents",
        "marks",
        "watches",
        "reports",
        "stories",
        "calls",
    } <= seen
