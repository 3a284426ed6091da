"""What time and the site's rules do to alarms, on a real room with a log on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Final

from backend.contracts import events as ev
from backend.contracts.alarms import AlarmRules, LatchRule, PriorityRule, Recipient, SuppressionRule
from backend.contracts.alerts import Alert, AlertPhase
from backend.contracts.commands import (
    Command,
    HandOverAlert,
    RefusalCode,
    ResetAlert,
    ReturnAlertToService,
    Role,
    ShelveAlert,
    TakeAlert,
    TakeAlertOutOfService,
    UnshelveAlert,
)
from backend.contracts.events import Event
from backend.contracts.state import RoomState, apply
from config.model import DelayConfig, SiteConfig
from tests.unit.feeds_samples import NOW_MS, Desk, Moment, cap, opened_desk, operator, reading, small_site

SILENT: Final = SuppressionRule(
    rule_id="im-lang", name_vi="Nguồn im lặng", name_en="Silent", kinds=("input.quarantined",),
    cause_kinds=("producer.silent",), source="thử", verified=False,
)  # fmt: skip
RULES: Final = AlarmRules(
    priorities=(
        PriorityRule(
            priority=1, shelve_max_min=5, re_alarm_after_min=10, escalate_after_s=60, source="thử", verified=False
        ),
        PriorityRule(priority=2, shelve_max_min=60, escalate_after_s=0, source="thử", verified=False),
    ),
    recipients=(
        Recipient(recipient_id="giam-sat", name_vi="Giám sát", name_en="Supervisor"),
        Recipient(recipient_id="lanh-dao", name_vi="Lãnh đạo", name_en="Leader"),
    ),
    suppressions=(SILENT,),
)
Scenario = Callable[[Desk], Coroutine[None, None, None]]


def site_with(rules: AlarmRules = RULES, delays: tuple[DelayConfig, ...] = ()) -> SiteConfig:
    return small_site().model_copy(update={"alarms": rules, "delays": delays})


def played(data_dir: Path, *scenarios: Scenario, site: SiteConfig | None = None, now: Moment | None = None) -> None:
    """Each scenario in a run of its own: between two of them the backend was restarted."""
    clock = now or Moment()

    async def play() -> None:
        for scenario in scenarios:
            async with opened_desk(data_dir, site or site_with(), clock) as desk:
                await scenario(desk)

    asyncio.run(play())


async def raised(desk: Desk, severity: str = "Severe") -> str:
    await desk.ingest.cap("kttv", cap(severity=severity, expires="2027-01-01T12:00:00+07:00"))
    desk.events.clear()
    return desk.only("cap.message").alert_id


def sound_of(desk: Desk, events: Sequence[Event]) -> list[str]:
    """What a desk would hear of these events."""
    state: RoomState = desk.room.durable.copied()
    heard: list[str] = []
    for event in events:
        logged = ev.LoggedEvent(seq=state.seq + 1, at_ms=desk.now(), actor="", caused_by=None, origin="", event=event)
        heard += apply(state, logged).sounding
    return heard


async def asked(desk: Desk, command: Command, role: Role = Role.DUTY_OFFICER, user: str = "lan") -> str:
    """The refusal's code, "" when it was done."""
    result = await desk.commands().execute(command, operator(role, user), "10.0.0.7")
    return "" if result.accepted else result.reason_code


def command_id(number: int) -> str:
    return f"{number:032x}"


def shelve(alert_id: str, minutes: int = 10, number: int = 1, reason: str = "đang sửa") -> ShelveAlert:
    return ShelveAlert(command_id=command_id(number), alert_id=alert_id, duration_s=minutes * 60, reason=reason)


def test_what_is_shelved_comes_back_at_its_time_and_is_heard_though_the_backend_was_restarted(tmp_path: Path) -> None:
    async def first(desk: Desk) -> None:
        alert_id = await raised(desk)
        assert await asked(desk, shelve(alert_id)) == ""
        alert = desk.only("cap.message")
        assert (alert.phase, alert.unanswered, alert.active) == (AlertPhase.SHELVED, False, True)
        assert alert.aside is not None
        assert (alert.aside.by, alert.aside.reason) == ("lan", "đang sửa")
        desk.now.move(9 * 60)
        await desk.alarms.look()
        assert desk.only("cap.message").phase is AlertPhase.SHELVED

    async def second(desk: Desk) -> None:
        await desk.alarms.look()
        assert desk.only("cap.message").phase is AlertPhase.SHELVED
        desk.now.move(61)
        await desk.alarms.look()
        back = desk.events[-1]
        assert (back.event.kind, back.actor, desk.only("cap.message").phase) == (
            "alert.unshelved", "", AlertPhase.ACTIVE_UNACKNOWLEDGED,
        )  # fmt: skip
        await desk.alarms.look()
        assert len(desk.kinds()) == 1 + desk.kinds().count("site.loaded")

    played(tmp_path, first, second)


def test_the_shelf_has_the_bound_of_the_priority_and_wants_a_reason(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        alert_id = await raised(desk, "Extreme")
        assert await asked(desk, shelve(alert_id, minutes=6)) == RefusalCode.TOO_LONG
        assert await asked(desk, shelve(alert_id, minutes=5, number=2, reason="  ")) == RefusalCode.INVALID
        assert await asked(desk, shelve(alert_id, minutes=5, number=3)) == ""
        assert await asked(desk, shelve(alert_id, minutes=5, number=4)) == RefusalCode.WRONG_PHASE
        unshelve = UnshelveAlert(command_id=command_id(5), alert_id=alert_id, reason="xong")
        assert await asked(desk, unshelve, user="minh") == ""
        last = desk.events[-1]
        assert (last.event, last.actor) == (
            ev.AlertUnshelved(alert_id=alert_id, cause="hand", reason="xong"), "minh",
        )  # fmt: skip
        assert desk.only("cap.message").unanswered

    played(tmp_path, scenario)


def test_a_site_without_rules_shelves_nothing_and_tells_nobody(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        alert_id = await raised(desk)
        assert await asked(desk, shelve(alert_id, minutes=1)) == RefusalCode.TOO_LONG
        desk.events.clear()
        desk.now.move(30 * 24 * 3600)
        await desk.alarms.look()
        assert desk.events == []

    played(tmp_path, scenario, site=site_with(AlarmRules()))


def test_what_becomes_more_urgent_does_not_stay_on_the_shelf(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        alert_id = await raised(desk)
        await asked(desk, shelve(alert_id, minutes=60))
        extreme = cap("KTTV-2", "Update", "kttv@laocai.gov.vn,KTTV-1,2026-01-01T08:30:00+07:00", severity="Extreme",
                      sent="2026-01-01T09:00:00+07:00", expires="2027-01-01T12:00:00+07:00")  # fmt: skip
        await desk.ingest.cap("kttv", extreme)
        assert desk.only("cap.message").phase is AlertPhase.SHELVED
        await desk.alarms.look()
        assert desk.events[-1].event == ev.AlertUnshelved(alert_id=alert_id, cause="priority")
        assert desk.only("cap.message").unanswered

    played(tmp_path, scenario)


def test_nobody_answers_and_one_after_the_other_is_told_until_somebody_does(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        alert_id = await raised(desk, "Extreme")
        for _ in range(5):
            desk.now.move(59)
            await desk.alarms.look()
        told = [(one.event.level, one.event.recipient_id) for one in desk.events
                if isinstance(one.event, ev.AlertEscalated)]  # fmt: skip
        assert told == [(1, "giam-sat"), (2, "lanh-dao")]
        assert (
            sound_of(desk, [one.event for one in desk.events if one.event.kind == "alert.escalated"]) == [alert_id] * 2
        )
        await desk.room.record(lambda state: (ev.AlertAcknowledged(alert_id=alert_id),), actor="lan")
        assert desk.only("cap.message").escalation == 0
        desk.events.clear()
        desk.now.move(599)
        await desk.alarms.look()
        assert desk.events == []
        desk.now.move(2)
        await desk.alarms.look()
        assert desk.kinds() == ["alert.re_alarmed"]
        alert = desk.only("cap.message")
        assert (alert.phase, alert.re_alarms, alert.acknowledged_by) == (AlertPhase.ACTIVE_UNACKNOWLEDGED, 1, "")
        desk.now.move(61)
        await desk.alarms.look()
        assert desk.kinds() == ["alert.re_alarmed", "alert.escalated"]

    played(tmp_path, scenario)


def test_what_lies_behind_another_alarm_is_suppressed_before_anybody_hears_it(tmp_path: Path) -> None:
    def quarantined(desk: Desk) -> Alert:
        return desk.only("input.quarantined")

    async def scenario(desk: Desk) -> None:
        await desk.ingest.cap("kttv", b"<broken")
        assert quarantined(desk).unanswered
        alert = quarantined(desk)
        silent = alert.model_copy(
            update={"alert_id": "im-1", "kind": "producer.silent", "history": (), "phase": alert.phase}
        )
        await desk.room.record(lambda state: (ev.AlertRaised(alert=silent),))
        assert quarantined(desk).phase is AlertPhase.SUPPRESSED
        first, second = desk.events[-2:]
        assert (first.event.kind, second.event.kind, second.actor) == ("alert.raised", "alert.suppressed", "")
        assert "Nguồn im lặng" in quarantined(desk).history[-1].text
        await desk.room.record(lambda state: (ev.AlertAcknowledged(alert_id="im-1"),), actor="lan")
        assert quarantined(desk).phase is AlertPhase.SUPPRESSED
        await desk.room.record(lambda state: (ev.AlertReturned(alert_id="im-1"),))
        assert desk.kinds()[-1] == "alert.unsuppressed"
        assert quarantined(desk).unanswered, "what lay behind it is heard when the cause is gone"

    played(tmp_path, scenario)


def test_a_maintenance_window_opens_and_closes_by_the_clock_and_spares_priority_1(tmp_path: Path) -> None:
    begins_ms = NOW_MS + 600_000
    window = SuppressionRule(
        rule_id="bao-tri", name_vi="Bảo trì", name_en="Maintenance", from_ms=begins_ms, until_ms=begins_ms + 600_000,
        source="kế hoạch", verified=True,
    )  # fmt: skip

    def phase(desk: Desk) -> AlertPhase:
        return desk.only("cap.message").phase

    async def scenario(desk: Desk) -> None:
        await raised(desk)
        await desk.alarms.look()
        assert phase(desk) is AlertPhase.ACTIVE_UNACKNOWLEDGED
        desk.now.move(601)
        await desk.alarms.look()
        assert phase(desk) is AlertPhase.SUPPRESSED
        desk.now.move(600)
        await desk.alarms.look()
        assert phase(desk) is AlertPhase.ACTIVE_UNACKNOWLEDGED

    async def critical(desk: Desk) -> None:
        await raised(desk, "Extreme")
        desk.now.move(601)
        await desk.alarms.look()
        assert phase(desk) is AlertPhase.ACTIVE_UNACKNOWLEDGED

    site = site_with(AlarmRules(suppressions=(window,)))
    for name, play in (("one", scenario), ("two", critical)):
        (tmp_path / name).mkdir()
        played(tmp_path / name, play, site=site)


def test_a_latching_alarm_waits_for_its_reset_and_out_of_service_wants_a_supervisor(tmp_path: Path) -> None:
    rules = RULES.model_copy(update={"latches": (LatchRule(kinds=("cap.message",), source="thử", verified=False),)})

    async def scenario(desk: Desk) -> None:
        alert_id = await raised(desk)
        reset = [ResetAlert(command_id=command_id(number), alert_id=alert_id) for number in (1, 2)]
        await desk.room.record(lambda state: (ev.AlertReturned(alert_id=alert_id),))
        assert await asked(desk, reset[0]) == RefusalCode.WRONG_PHASE
        out = TakeAlertOutOfService(
            command_id=command_id(3), alert_id=alert_id, duration_s=3600, permit="BB-12", reason="thay đầu báo"
        )
        assert await asked(desk, out) == RefusalCode.NOT_ALLOWED
        out = out.model_copy(update={"command_id": command_id(4)})
        assert await asked(desk, out, Role.SUPERVISOR, "giam-sat") == ""
        aside = desk.only("cap.message").aside
        assert aside is not None
        assert (aside.by, aside.permit) == ("giam-sat", "BB-12")
        back = ReturnAlertToService(command_id=command_id(5), alert_id=alert_id)
        assert await asked(desk, back, Role.SUPERVISOR, "giam-sat") == ""
        assert desk.only("cap.message").phase is AlertPhase.LATCHED_UNACKNOWLEDGED
        await desk.room.record(lambda state: (ev.AlertAcknowledged(alert_id=alert_id),), actor="lan")
        assert await asked(desk, reset[1]) == ""
        assert desk.alerts("cap.message") == []

    played(tmp_path, scenario, site=site_with(rules))


def test_an_alert_is_handed_to_a_colleague_who_is_at_a_desk(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        alert_id = await raised(desk)
        seats = (("lan", "duty_officer"), ("minh", "duty_officer"), ("sep", "leader"))
        signed_in = tuple(ev.OperatorSignedIn(user=user, role=role, origin="") for user, role in seats)
        await desk.room.record(lambda state: signed_in)

        def hand(number: int, colleague: str) -> HandOverAlert:
            return HandOverAlert(
                command_id=command_id(number), alert_id=alert_id, colleague=colleague, comment="hết ca"
            )

        assert await asked(desk, hand(1, "minh")) == RefusalCode.OWNER_CHANGED
        await asked(desk, TakeAlert(command_id=command_id(2), alert_id=alert_id, expected_owner=""))
        assert await asked(desk, hand(3, "hoa")) == RefusalCode.UNKNOWN_OPERATOR
        assert await asked(desk, hand(4, "sep")) == RefusalCode.UNKNOWN_OPERATOR, "a leader owns no alerts"
        assert await asked(desk, hand(5, "minh")) == ""
        assert desk.events[-1].event == ev.AlertOwned(alert_id=alert_id, owner="minh", previous="lan", comment="hết ca")
        assert desk.only("cap.message").history[-1].kind == "handed_over"

    played(tmp_path, scenario)


def test_a_level_counts_once_it_has_lasted_its_delay_though_no_sample_comes(tmp_path: Path) -> None:
    delay = DelayConfig(symbols=("Level",), on_delay_s=60, off_delay_s=120, source="thử", verified=False)

    async def measure(desk: Desk, value: float) -> None:
        await desk.readings.record([reading(desk.now(), value, station="TV-LC", symbol="Level")])
        await desk.judge()

    async def scenario(desk: Desk) -> None:
        await measure(desk, 80.5)
        desk.now.move(30)
        await measure(desk, 79.0)
        desk.now.move(31)
        await measure(desk, 80.5)
        assert desk.events == [], "a wave that is over within the delay is no alarm"
        desk.now.move(61)
        await desk.judge()
        assert desk.only("station.level").active
        desk.now.move(10)
        await measure(desk, 79.0)
        desk.now.move(119)
        await desk.judge()
        assert desk.only("station.level").active
        desk.now.move(2)
        await desk.judge()
        assert not desk.only("station.level").active

    played(tmp_path, scenario, site=site_with(RULES, (delay,)))
