"""The life of an alert: the decisions against an independent model, and the fold against the decisions."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from backend.contracts import events as ev
from backend.contracts.alarms import AlarmRules, PriorityRule, Recipient
from backend.contracts.alerts import Alert, AlertPhase, Aside
from backend.contracts.commands import RefusalCode
from backend.contracts.events import Event, LoggedEvent
from backend.contracts.kinds.alerts import Priority
from backend.contracts.site import Agency
from backend.contracts.state import RoomState, apply
from backend.domain import alerts as domain
from backend.domain.alerts import Change, Decision, Refusal, Trigger

RULES = AlarmRules(
    priorities=(
        PriorityRule(
            priority=3, shelve_max_min=60, re_alarm_after_min=30, escalate_after_s=60, source="thử", verified=False
        ),
    ),
    recipients=(
        Recipient(recipient_id="to-truong", name_vi="Tổ trưởng", name_en="Team leader"),
        Recipient(recipient_id="lanh-dao", name_vi="Lãnh đạo", name_en="Head"),
    ),
)
AGENCIES = (Agency(agency_id="ubnd", name_vi="UBND", name_en="Commune", phone=""),)


def new_alert(alert_id: str = "a-1", priority: Priority = Priority.MEDIUM) -> Alert:
    return Alert(
        alert_id=alert_id,
        kind="station.limit",
        priority=priority,
        phase=AlertPhase.ACTIVE_UNACKNOWLEDGED,
        place_id="s",
        place_name="Trạm",
        headline_vi="vượt",
        headline_en="over",
        raised_ms=1,
        changed_ms=1,
    )


def in_phase(phase: AlertPhase) -> Alert:
    return new_alert().model_copy(update={"phase": phase})


def code_of(decision: Decision) -> RefusalCode | None:
    return decision.code if isinstance(decision, Refusal) else None


@dataclass
class Model:
    """The standard's chart in other words: two booleans and whether it is still on the list."""

    active: bool = True
    acknowledged: bool = False
    priority: int = 3
    owner: str = ""
    open: bool = True
    comments: int = 0

    def settle(self) -> None:
        self.open = self.active or not self.acknowledged


class AlertLife(RuleBasedStateMachine):
    """Everything that can happen to one alert, legal or not, in any order."""

    @initialize()
    def begin(self) -> None:
        self.state = RoomState()
        self.model = Model()
        decision = domain.raise_alert(None, new_alert())
        self._fold(decision, "")

    def _alert(self) -> Alert:
        alert = self.state.find_alert("a-1")
        assert alert is not None
        return alert

    def _fold(self, decision: Decision, actor: str) -> bool:
        if isinstance(decision, Refusal):
            return False
        for event in decision:
            self._log(event, actor)
        return True

    def _log(self, event: Event, actor: str) -> None:
        seq = self.state.seq + 1
        apply(self.state, LoggedEvent(seq=seq, at_ms=seq, actor=actor, caused_by=None, origin="", event=event))

    @rule()
    def condition_ends(self) -> None:
        done = self._fold(domain.return_alert(self._alert()), "")
        assert done == (self.model.open and self.model.active)
        if done:
            self.model.active = False
            self.model.settle()

    @rule()
    def condition_again(self) -> None:
        done = self._fold(domain.reactivate(self._alert()), "")
        assert done == (self.model.open and not self.model.active)
        if done:
            self.model.active, self.model.acknowledged = True, False

    @rule(user=st.sampled_from(["lan", "minh"]))
    def acknowledged_by(self, user: str) -> None:
        done = self._fold(domain.acknowledge(self._alert()), user)
        assert done == (self.model.open and not self.model.acknowledged)
        if done:
            self.model.acknowledged = True
            self.model.settle()
            assert self._alert().acknowledged_by == user

    @rule(priority=st.sampled_from(list(Priority)))
    def priority_changes(self, priority: Priority) -> None:
        done = self._fold(domain.update(self._alert(), Change(priority=priority)), "")
        assert done == self.model.open
        if done:
            if priority < self.model.priority and self.model.active:
                self.model.acknowledged = False
            self.model.priority = priority

    @rule(user=st.sampled_from(["lan", "minh"]), expected=st.sampled_from(["", "lan", "minh"]))
    def taken_by(self, user: str, expected: str) -> None:
        done = self._fold(domain.take(self._alert(), user, expected), user)
        assert done == (self.model.open and expected == self.model.owner != user)
        if done:
            self.model.owner = user

    @rule(user=st.sampled_from(["lan", "minh"]))
    def released_by(self, user: str) -> None:
        done = self._fold(domain.release(self._alert(), user), user)
        assert done == (self.model.open and self.model.owner == user)
        if done:
            self.model.owner = ""

    @rule(text=st.sampled_from(["", "  ", "đã gọi"]))
    def commented(self, text: str) -> None:
        done = self._fold(domain.comment(self._alert(), text), "lan")
        assert done == (self.model.open and text.strip() != "")

    @rule(agency=st.sampled_from(["ubnd", "unknown"]))
    def dispatched(self, agency: str) -> None:
        done = self._fold(domain.dispatch(self._alert(), agency, "", AGENCIES), "lan")
        assert done == (self.model.open and agency == "ubnd")

    @rule()
    def raised_again(self) -> None:
        assert code_of(domain.raise_alert(self._alert(), new_alert())) is RefusalCode.WRONG_PHASE

    @invariant()
    def the_fold_agrees(self) -> None:
        if not hasattr(self, "state"):
            return
        alert = self._alert()
        assert ("a-1" in self.state.alerts) == self.model.open
        assert (alert.active, alert.acknowledged) == (self.model.active, self.model.acknowledged)
        assert (alert.priority, alert.owner) == (self.model.priority, self.model.owner)


AlertLife.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestAlertLife = AlertLife.TestCase


@pytest.mark.parametrize("phase", list(AlertPhase))
@pytest.mark.parametrize("trigger", list(Trigger))
def test_what_the_table_does_not_know_is_refused_as_wrong_phase(phase: AlertPhase, trigger: Trigger) -> None:
    alert = in_phase(phase).model_copy(update={"owner": "lan"})
    over = alert.model_copy(update={"condition": False})
    waited = alert.model_copy(update={"acknowledged_ms": 1, "silent": False})
    put_off = alert.model_copy(update={"aside": Aside(by="", since_ms=1, until_ms=2, reason="", rule_id="mat-dien")})
    decisions: dict[Trigger, Decision] = {
        Trigger.RETURN: domain.return_alert(alert),
        Trigger.REACTIVATE: domain.reactivate(over if alert.set_aside else alert),
        Trigger.UPDATE: domain.update(alert, Change(text="mới")),
        Trigger.WORSEN: domain.update(alert, Change(priority=Priority.CRITICAL)),
        Trigger.ACKNOWLEDGE: domain.acknowledge(alert),
        Trigger.COMMENT: domain.comment(alert, "x"),
        Trigger.TAKE: domain.take(alert, "minh", "lan"),
        Trigger.RELEASE: domain.release(alert, "lan"),
        Trigger.DISPATCH: domain.dispatch(alert, "ubnd", "", AGENCIES),
        Trigger.HAND_OVER: domain.hand_over(alert, "lan", "minh", "", {"minh"}),
        Trigger.SHELVE: domain.shelve(alert, 60, "đang sửa", 1, RULES),
        Trigger.UNSHELVE: domain.unshelve(alert, "hand"),
        Trigger.SUPPRESS: domain.suppress(alert, "mat-dien"),
        Trigger.UNSUPPRESS: domain.unsuppress(put_off),
        Trigger.TAKE_OUT_OF_SERVICE: domain.take_out_of_service(alert, 60, "BB-1", "thay", 1),
        Trigger.RETURN_TO_SERVICE: domain.return_to_service(alert, "hand"),
        Trigger.RESET: domain.reset(alert),
    }
    known = bool(domain.next_phases(phase, trigger))
    by_time = {Trigger.RE_ALARM: ev.AlertReAlarmed, Trigger.ESCALATE: ev.AlertEscalated}
    if trigger in by_time:
        told = domain.due(waited, 10_000_000, RULES)
        assert any(isinstance(event, by_time[trigger]) for event in told) == known
    else:
        assert (code_of(decisions[trigger]) is RefusalCode.WRONG_PHASE) == (not known)


def test_a_new_alert_that_somebody_has_already_acknowledged_is_refused() -> None:
    odd = new_alert().model_copy(update={"acknowledged_by": "lan"})
    assert code_of(domain.raise_alert(None, odd)) is RefusalCode.INVALID


def test_an_update_that_says_nothing_new_is_no_event() -> None:
    alert = new_alert()
    assert domain.update(alert, Change(priority=alert.priority, headline_vi=alert.headline_vi)) == ()


def test_take_over_needs_the_owner_the_seat_saw() -> None:
    owned = new_alert().model_copy(update={"owner": "minh"})
    assert code_of(domain.take(owned, "lan", "")) is RefusalCode.OWNER_CHANGED
    assert code_of(domain.release(owned, "lan")) is RefusalCode.OWNER_CHANGED
    assert code_of(domain.dispatch(owned, "nobody", "", AGENCIES)) is RefusalCode.UNKNOWN_AGENCY
