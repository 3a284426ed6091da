"""The alarm's life against a second opinion: the table of ISA-18.2 / IEC 62682 written down again, in its letters.

The model knows nothing of the project's own table. `TRUCBAN_ALARM_RUNS`: how many lives are tried (200 when not set).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from backend.contracts import events as ev
from backend.contracts.alarms import AlarmRules, LatchRule, PriorityRule, Recipient
from backend.contracts.alerts import Alert, AlertPhase
from backend.contracts.commands import RefusalCode
from backend.contracts.events import Event, LoggedEvent
from backend.contracts.follow import FOLLOWED, AlertTrack
from backend.contracts.kinds.alerts import Priority
from backend.contracts.site import Agency
from backend.contracts.state import RoomState, StateSnapshot, apply
from backend.domain import alerts as domain
from backend.domain.alerts import Change, Decision, Refusal

RUNS: Final = int(os.environ.get("TRUCBAN_ALARM_RUNS", "200"))
STEP_MS: Final = 30_000
"""Between two happenings: slow enough that nothing counts as chatter, which has tests of its own."""

AGENCIES = (Agency(agency_id="ubnd", name_vi="UBND", name_en="Commune", phone=""),)
SHELF_MIN: Final = {1: 0, 2: 10, 3: 60, 4: 240, 5: 0}
AGAIN_MIN: Final = {1: 5, 2: 15, 3: 30, 4: 0, 5: 0}
ANSWER_S: Final = {1: 60, 2: 120, 3: 600, 4: 0, 5: 0}
CHAIN: Final = {1: ("to-truong", "lanh-dao"), 2: ("to-truong", "lanh-dao"), 3: ("to-truong",), 4: (), 5: ()}
RULES: Final = AlarmRules(
    priorities=tuple(
        PriorityRule(
            priority=each,
            shelve_max_min=SHELF_MIN[each],
            re_alarm_after_min=AGAIN_MIN[each],
            escalate_after_s=ANSWER_S[each],
            source="thử",
            verified=False,
        )
        for each in SHELF_MIN
    ),
    recipients=(
        Recipient(recipient_id="to-truong", name_vi="Tổ trưởng", name_en="Team leader", priorities=(1, 2, 3)),
        Recipient(recipient_id="lanh-dao", name_vi="Lãnh đạo", name_en="Head", priorities=(1, 2)),
    ),
    latches=(LatchRule(kinds=("detection",), source="thử", verified=False),),
)
LETTERS: Final = {
    AlertPhase.NORMAL: "A",
    AlertPhase.ACTIVE_UNACKNOWLEDGED: "B",
    AlertPhase.ACTIVE_ACKNOWLEDGED: "C",
    AlertPhase.RETURNED_UNACKNOWLEDGED: "D",
    AlertPhase.LATCHED_UNACKNOWLEDGED: "E",
    AlertPhase.LATCHED_ACKNOWLEDGED: "F",
    AlertPhase.SHELVED: "G",
    AlertPhase.SUPPRESSED: "H",
    AlertPhase.OUT_OF_SERVICE: "I",
}
USERS: Final = ("lan", "minh")


def new_alert(latching: bool = False, priority: int = 3) -> Alert:
    return Alert(
        alert_id="a-1",
        kind="detection" if latching else "station.limit",
        priority=Priority(priority),
        phase=AlertPhase.ACTIVE_UNACKNOWLEDGED,
        place_id="s",
        place_name="Trạm",
        headline_vi="vượt",
        headline_en="over",
        raised_ms=0,
        changed_ms=0,
    )


@dataclass
class Model:
    """One alarm in the standard's letters. Every method: what happened, and whether the table allows it."""

    latch: bool
    priority: int
    at: str = "B"
    true: bool = True
    owner: str = ""
    asked_ms: int = 0
    acked_ms: int = 0
    level: int = 0
    told_ms: int = 0
    repeats: int = 0
    until_ms: int | None = None
    sounds: int = 1

    def _ask(self, at: str, now_ms: int) -> None:
        self.at, self.asked_ms, self.level, self.told_ms = at, now_ms, 0, now_ms

    def _ring(self, now_ms: int) -> bool:
        self._ask("B", now_ms)
        self.sounds += 1
        return True

    def clears(self) -> bool:
        if self.at not in "BCGHI" or not self.true:
            return False
        self.true = False
        if self.at in "BC":
            self.at = {"B": "E" if self.latch else "D", "C": "F" if self.latch else "A"}[self.at]
        return True

    def comes_true(self, now_ms: int) -> bool:
        if self.true or self.at == "A":
            return False
        self.true = True
        return True if self.at in "GHI" else self._ring(now_ms)

    def acked(self, now_ms: int) -> bool:
        if self.at not in "BDE":
            return False
        self.at = {"B": "C", "D": "A", "E": "F"}[self.at]
        self.acked_ms, self.level = now_ms, 0
        return True

    def becomes(self, priority: int, now_ms: int) -> bool:
        if self.at == "A":
            return False
        if priority < self.priority and self.at not in "GHI":
            self.sounds += 1
            if self.at in "CF":
                self._ask({"C": "B", "F": "E"}[self.at], now_ms)
        self.priority = priority
        return True

    def shelved(self, duration_s: int, now_ms: int) -> RefusalCode | None:
        if self.at not in "BCD":
            return RefusalCode.WRONG_PHASE
        if duration_s > SHELF_MIN[self.priority] * 60:
            return RefusalCode.TOO_LONG
        self.at, self.until_ms = "G", now_ms + duration_s * 1000
        return None

    def planned(self, at: str, until_ms: int | None) -> bool:
        """Suppressed by design, or out of service."""
        if self.at == "A" or self.at == "I" or self.at == at:
            return False
        self.at, self.until_ms = at, until_ms
        return True

    def back(self, was: str, now_ms: int) -> bool:
        if self.at != was:
            return False
        self.until_ms = None
        if self.true:
            return self._ring(now_ms)
        if self.latch:
            self._ask("E", now_ms)
        else:
            self.at = "A"
        return True

    def resets(self) -> bool:
        if self.at != "F":
            return False
        self.at = "A"
        return True

    def time_is(self, now_ms: int) -> bool:
        """Whether anything happens by the clock alone."""
        if self.until_ms is not None:
            left_ms = self.until_ms - now_ms
            if left_ms <= 0 or (self.at == "G" and left_ms > SHELF_MIN[self.priority] * 60_000):
                return self.back(self.at, now_ms)
        again_ms, answer_ms = AGAIN_MIN[self.priority] * 60_000, ANSWER_S[self.priority] * 1000
        if self.at == "C" and again_ms and now_ms - self.acked_ms >= again_ms:
            self.repeats += 1
            return self._ring(now_ms)
        late = answer_ms and now_ms - max(self.asked_ms, self.told_ms) >= answer_ms
        if self.at in "BDE" and late and self.level < len(CHAIN[self.priority]):
            self.level, self.told_ms, self.sounds = self.level + 1, now_ms, self.sounds + 1
            return True
        return False


class AlarmLife(RuleBasedStateMachine):
    """Everything that can happen to one alarm, legal or not, in any order."""

    @initialize(latching=st.booleans(), priority=st.integers(1, 4))
    def begin(self, latching: bool, priority: int) -> None:
        self.state = RoomState()
        self.model = Model(latching, priority)
        self.track: AlertTrack | None = None
        self.now_ms = self.sounds = 0
        raised = domain.raise_alert(None, new_alert(latching, priority))
        assert not isinstance(raised, Refusal)
        assert self._done(tuple(domain.ruled(event, RULES) for event in raised))

    @property
    def alert(self) -> Alert:
        alert = self.state.find_alert("a-1")
        assert alert is not None
        return alert

    def _done(self, decision: Decision, actor: str = "") -> bool:
        if isinstance(decision, Refusal):
            return False
        for event in decision:
            seq = self.state.seq + 1
            logged = LoggedEvent(seq=seq, at_ms=self.now_ms, actor=actor, caused_by=None, origin="", event=event)
            delta = apply(self.state, logged)
            self.sounds += len(delta.sounding)
            self._followed(event, bool(delta.sounding))
        self.now_ms += STEP_MS
        return True

    def _followed(self, event: Event, heard: bool) -> None:
        """Readers that fold nothing else come to the same."""
        if isinstance(event, ev.AlertRaised):
            self.track = AlertTrack.of(event.alert.model_dump(mode="json"))
        elif event.kind in (*FOLLOWED, "alert.escalated"):
            assert self.track is not None
            priority = event.priority if isinstance(event, ev.AlertUpdated) else None
            assert self.track.take(event.kind, None if priority is None else int(priority)) == heard

    @rule()
    def condition_ends(self) -> None:
        assert self._done(domain.return_alert(self.alert)) == self.model.clears()

    @rule()
    def condition_again(self) -> None:
        at_ms = self.now_ms
        assert self._done(domain.reactivate(self.alert)) == self.model.comes_true(at_ms)

    @rule(user=st.sampled_from(USERS))
    def acknowledged(self, user: str) -> None:
        at_ms = self.now_ms
        done = self._done(domain.acknowledge(self.alert), user)
        assert done == self.model.acked(at_ms)
        assert not done or self.alert.acknowledged_by == user

    @rule(priority=st.integers(1, 4))
    def priority_changes(self, priority: int) -> None:
        at_ms = self.now_ms
        assert self._done(domain.update(self.alert, Change(priority=Priority(priority)))) == self.model.becomes(
            priority, at_ms
        )

    @rule(minutes=st.sampled_from([1, 10, 60, 240]), user=st.sampled_from(USERS))
    def shelved(self, minutes: int, user: str) -> None:
        at_ms = self.now_ms
        decision = domain.shelve(self.alert, minutes * 60, "đang sửa", at_ms, RULES)
        expected = self.model.shelved(minutes * 60, at_ms)
        assert (decision.code if isinstance(decision, Refusal) else None) == expected
        if self._done(decision, user):
            assert self.alert.aside is not None
            assert (self.alert.aside.by, self.alert.aside.until_ms) == (user, self.model.until_ms)

    @rule()
    def unshelved(self) -> None:
        at_ms = self.now_ms
        assert self._done(domain.unshelve(self.alert, "hand"), "lan") == self.model.back("G", at_ms)

    @rule()
    def suppressed(self) -> None:
        assert self._done(domain.suppress(self.alert, "mat-dien")) == self.model.planned("H", None)

    @rule()
    def unsuppressed(self) -> None:
        at_ms = self.now_ms
        assert self._done(domain.unsuppress(self.alert)) == self.model.back("H", at_ms)

    @rule(minutes=st.sampled_from([5, 600]))
    def out_of_service(self, minutes: int) -> None:
        at_ms = self.now_ms
        decision = domain.take_out_of_service(self.alert, minutes * 60, "BB-1", "thay đầu đo", at_ms)
        assert self._done(decision, "minh") == self.model.planned("I", at_ms + minutes * 60_000)

    @rule()
    def back_in_service(self) -> None:
        at_ms = self.now_ms
        assert self._done(domain.return_to_service(self.alert, "hand"), "minh") == self.model.back("I", at_ms)

    @rule()
    def reset(self) -> None:
        assert self._done(domain.reset(self.alert), "lan") == self.model.resets()

    @rule(minutes=st.sampled_from([1, 2, 6, 20, 90]))
    def time_passes(self, minutes: int) -> None:
        self.now_ms += minutes * 60_000
        at_ms = self.now_ms
        events = domain.due(self.alert, at_ms, RULES)
        assert bool(events) == self.model.time_is(at_ms)
        self._done(events)

    @rule(user=st.sampled_from(USERS), expected=st.sampled_from(["", *USERS]))
    def taken(self, user: str, expected: str) -> None:
        done = self._done(domain.take(self.alert, user, expected), user)
        assert done == (self.model.at != "A" and expected == self.model.owner != user)
        self.model.owner = user if done else self.model.owner

    @rule(user=st.sampled_from(USERS), colleague=st.sampled_from([*USERS, "xa"]))
    def handed_over(self, user: str, colleague: str) -> None:
        done = self._done(domain.hand_over(self.alert, user, colleague, "", {"lan", "minh"}), user)
        assert done == (self.model.at != "A" and self.model.owner == user and colleague in USERS and colleague != user)
        self.model.owner = colleague if done else self.model.owner

    @rule(user=st.sampled_from(USERS))
    def released(self, user: str) -> None:
        done = self._done(domain.release(self.alert, user), user)
        assert done == (self.model.at != "A" and self.model.owner == user)
        self.model.owner = "" if done else self.model.owner

    @rule()
    def noted(self) -> None:
        """What leaves every state as it is."""
        open_now = self.model.at != "A"
        assert self._done(domain.comment(self.alert, "đã gọi"), "lan") == open_now
        assert self._done(domain.dispatch(self.alert, "ubnd", "", AGENCIES), "lan") == open_now

    @invariant()
    def the_fold_agrees(self) -> None:
        if not hasattr(self, "state"):
            return
        alert, model = self.alert, self.model
        assert LETTERS[alert.phase] == model.at
        assert alert.active == (model.true and model.at != "A")
        assert alert.unanswered == (model.at in "BDE")
        assert alert.acknowledged == (model.at in "ACF")
        assert (alert.aside is not None) == (model.at in "GHI")
        assert ("a-1" in self.state.alerts) == (model.at != "A")
        assert (int(alert.priority), alert.owner, alert.re_alarms) == (model.priority, model.owner, model.repeats)
        assert alert.escalation == (model.level if model.at in "BDE" else alert.escalation)
        assert self.sounds == model.sounds
        assert self.track is not None
        assert self.track.closed == (model.at == "A")


AlarmLife.TestCase.settings = settings(max_examples=RUNS, stateful_step_count=20, deadline=None)
TestAlarmLife = AlarmLife.TestCase


_ANY_EVENT: Final = st.one_of(
    st.builds(ev.AlertRaised, alert=st.builds(new_alert, latching=st.booleans(), priority=st.integers(1, 5))),
    st.builds(ev.AlertUpdated, alert_id=st.just("a-1"), priority=st.sampled_from([None, *Priority])),
    *(
        st.just(event)
        for event in (
            ev.AlertReturned(alert_id="a-1"),
            ev.AlertReactivated(alert_id="a-1"),
            ev.AlertAcknowledged(alert_id="a-1"),
            ev.AlertCommented(alert_id="a-1", comment="x"),
            ev.AlertOwned(alert_id="a-1", owner="minh", previous="lan"),
            ev.AlertDispatched(alert_id="a-1", agency_id="ubnd"),
            ev.AlertShelved(alert_id="a-1", until_ms=9, reason="x"),
            ev.AlertUnshelved(alert_id="a-1", cause="time"),
            ev.AlertSuppressed(alert_id="a-1", rule_id="r"),
            ev.AlertUnsuppressed(alert_id="a-1", rule_id="r"),
            ev.AlertTakenOutOfService(alert_id="a-1", until_ms=9, permit="p", reason="x"),
            ev.AlertReturnedToService(alert_id="a-1", cause="hand"),
            ev.AlertReset(alert_id="a-1"),
            ev.AlertReAlarmed(alert_id="a-1", after_s=9),
            ev.AlertEscalated(alert_id="a-1", level=1, recipient_id="x", recipient_vi="x", recipient_en="x"),
        )
    ),
)


@settings(max_examples=RUNS, deadline=None)
@given(events=st.lists(_ANY_EVENT, max_size=20), cut=st.integers(0, 20))
def test_the_fold_takes_any_order_of_events_and_goes_on_from_its_own_snapshot(events: list[Event], cut: int) -> None:
    """A log is read by programs that did not decide it: nothing in it may stop them."""
    whole, later = RoomState(), RoomState()
    for seq, event in enumerate(events, 1):
        logged = LoggedEvent(seq=seq, at_ms=seq, actor="lan", caused_by=None, origin="", event=event)
        apply(whole, logged)
        if seq == cut:
            later = RoomState.from_snapshot(StateSnapshot.model_validate_json(whole.snapshot().model_dump_json()))
        elif later.seq:
            apply(later, logged)
    if later.seq:
        assert later.snapshot() == whole.snapshot()


@settings(max_examples=RUNS, deadline=None)
@given(
    priority=st.integers(2, 4),
    share=st.floats(0.02, 1),
    latching=st.booleans(),
    ends=st.booleans(),
    late_ms=st.integers(0, 10**12),
)
def test_what_is_shelved_comes_back_by_itself(
    priority: int, share: float, latching: bool, ends: bool, late_ms: int
) -> None:
    life = AlarmLife()
    life.begin(latching, priority)
    duration_s = max(1, round(SHELF_MIN[priority] * 60 * share))
    assert life._done(domain.shelve(life.alert, duration_s, "đang sửa", life.now_ms, RULES), "lan")
    if ends:
        assert life._done(domain.return_alert(life.alert))
    until_ms = life.alert.aside.until_ms if life.alert.aside is not None else None
    assert until_ms is not None
    assert domain.due(life.alert, until_ms - 1, RULES) == ()
    (event,) = domain.due(life.alert, until_ms + late_ms, RULES)
    assert event == ev.AlertUnshelved(alert_id="a-1", cause="time")
    heard = life.sounds
    assert life._done((event,))
    assert LETTERS[life.alert.phase] == ("B" if not ends else "E" if latching else "A")
    assert life.sounds == heard + (not ends)


def test_an_alert_of_an_older_log_is_read_and_lives_on() -> None:
    """Written before there was anything but B, C, D and A: no word of the later fields."""
    later = ("latching", "condition", "aside", "unanswered_ms", "re_alarms", "escalation", "escalated_to")
    old = {key: value for key, value in new_alert().model_dump(mode="json").items() if key not in later}
    old.pop("escalated_ms")
    alert = Alert.model_validate_json(Alert.model_validate(old, strict=False).model_dump_json())
    assert (alert.active, alert.unanswered, alert.set_aside, alert.latching) == (True, True, False, False)
    assert [event.kind for event in domain.due(alert, 10_000_000, RULES)] == ["alert.escalated"]
