"""What the decisions about an alert refuse, with which code. The whole life: test_alarm_life.py."""

from __future__ import annotations

import pytest

from backend.contracts import events as ev
from backend.contracts.alarms import AlarmRules, PriorityRule, Recipient
from backend.contracts.alerts import Alert, AlertPhase, Aside
from backend.contracts.commands import RefusalCode
from backend.contracts.kinds.alerts import Priority
from backend.contracts.site import Agency
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
