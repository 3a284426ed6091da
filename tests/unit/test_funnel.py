"""From raw detections to few alerts: judged, quiet after a false one, gathered in a flood; every fire stands alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.alerts import AlertPhase, RuleRecord, Verdict
from backend.contracts.commands import JudgeAlert, RefusalCode, Role
from backend.contracts.events import AlertReactivated, AlertReturned, Event, LoggedEvent
from backend.contracts.flood import BEGINS_OVER, ENDS_BELOW, WINDOW_MS, alarms_lately, is_flood
from backend.contracts.kinds.alerts import Priority
from backend.contracts.state import RoomState, apply
from backend.services.commands import CommandDesk
from config.model import DetectionRule, SiteConfig
from tests.unit.feeds_samples import NOW_MS, Desk, camera, cap, opened_desk, operator, small_site
from tests.unit.storage_samples import raised
from tests.unit.test_ingest import frigate

CAMERAS = 40


def storm_site() -> SiteConfig:
    """Forty cameras in four communes; a rule for fire and three lesser ones."""
    rules = [
        DetectionRule(label=label, name_vi=label, name_en=label, priority=priority)
        for label, priority in (("fire", 1), ("crowd", 3), ("parking", 4), ("jam", 2))
    ]
    cameras = [
        camera(f"cam-{number}").model_copy(update={"commune_code": f"0264{number % 4}"}) for number in range(CAMERAS)
    ]
    return small_site().model_copy(update={"cameras": tuple(cameras), "detection_rules": tuple(rules)})


def on_desk(
    data_dir: Path, scenario: Callable[[Desk, CommandDesk], Coroutine[None, None, None]], site: SiteConfig | None = None
) -> None:
    async def play() -> None:
        async with opened_desk(data_dir, site=site) as desk:
            await scenario(desk, desk.commands())

    asyncio.run(play())


def judge(alert_id: str, verdict: Verdict, number: int = 1) -> JudgeAlert:
    return JudgeAlert(command_id=f"{number:032x}", alert_id=alert_id, verdict=verdict)


def test_a_false_camera_alert_is_over_by_the_word_of_who_looked_and_its_rule_is_told(tmp_path: Path) -> None:
    async def scenario(desk: Desk, commands: CommandDesk) -> None:
        await desk.ingest.detections("camera-ai", frigate("a", label="crowd"))
        alert_id = desk.only("detection").alert_id
        assert (await commands.execute(judge(alert_id, "false"), operator(), "")).accepted
        kinds = [logged.event.kind for logged in desk.events]
        assert kinds[-3:] == ["alert.judged", "alert.acknowledged", "alert.returned"]
        assert {logged.caused_by for logged in desk.events[-3:]} == {f"{1:032x}"}
        assert desk.room.durable.alerts == {}
        closed = desk.room.durable.closed[alert_id]
        assert (closed.verdict, closed.phase) == ("false", AlertPhase.NORMAL)
        record = desk.room.durable.rules["detection:crowd"]
        assert (record.confirmed, record.rejected, record.false_ratio) == (0, 1, 1.0)
        # He looks again: it was right after all. The record follows, the alert stays closed.
        assert (await commands.execute(judge(alert_id, "confirmed", 2), operator(), "")).accepted
        record = desk.room.durable.rules["detection:crowd"]
        assert (record.confirmed, record.rejected, record.false_ratio) == (1, 0, 0.0)
        twice = await commands.execute(judge(alert_id, "confirmed", 3), operator(), "")
        assert twice.reason_code == RefusalCode.WRONG_PHASE

    on_desk(tmp_path, scenario, storm_site())


def test_a_warning_of_others_is_nothing_to_judge_and_an_agency_may_not_judge(tmp_path: Path) -> None:
    async def scenario(desk: Desk, commands: CommandDesk) -> None:
        await desk.ingest.cap("kttv", cap())
        bulletin = desk.only("cap.message").alert_id
        assert (await commands.execute(judge(bulletin, "false"), operator(), "")).reason_code == RefusalCode.INVALID
        other = await commands.execute(judge(bulletin, "false", 2), operator(Role.AGENCY), "")
        assert other.reason_code == RefusalCode.NOT_ALLOWED

    on_desk(tmp_path, scenario)


def test_what_was_found_false_is_quiet_for_a_while_but_never_a_fire(tmp_path: Path) -> None:
    async def scenario(desk: Desk, commands: CommandDesk) -> None:
        for number, label in enumerate(("crowd", "fire")):
            await desk.ingest.detections("camera-ai", frigate(f"{label}-1", label=label))
            await commands.execute(judge(desk.only("detection").alert_id, "false", number), operator(), "")
            desk.now.move(20)
            await desk.ingest.detections("camera-ai", frigate(f"{label}-2", label=label, start_ms=desk.now()))
            again = desk.alerts("detection")
            assert len(again) == (label == "fire"), label
            for alert in again:
                await commands.execute(judge(alert.alert_id, "false", 10 + number), operator(), "")
        await desk.ingest.detections(
            "camera-ai", frigate("crowd-3", label="crowd", camera="cam-7", start_ms=desk.now())
        )
        assert desk.only("detection").place_id == "cam-7", "another camera is not quiet"
        desk.now.move(400)
        await desk.ingest.detections("camera-ai", frigate("crowd-4", label="crowd", start_ms=desk.now()))
        assert {alert.place_id for alert in desk.alerts("detection")} == {"cam-7", "cam-1"}

    on_desk(tmp_path, scenario, storm_site())


def test_a_flood_is_gathered_and_every_fire_stands_alone(tmp_path: Path) -> None:
    async def scenario(desk: Desk, commands: CommandDesk) -> None:
        for turn in range(3):
            for number in range(CAMERAS):
                for label in ("crowd", "parking", "jam"):
                    body = frigate(f"{label}-{turn}-{number}", label=label, camera=f"cam-{number}", start_ms=desk.now())
                    await desk.ingest.detections("camera-ai", body)
            for number in (3, 17):
                body = frigate(f"fire-{turn}-{number}", camera=f"cam-{number}", start_ms=desk.now())
                await desk.ingest.detections("camera-ai", body)
            desk.now.move(30)
        await desk.ingest.tell_counts()
        alerts = desk.alerts("detection")
        fires = [alert for alert in alerts if alert.priority is Priority.CRITICAL]
        assert {alert.place_id: alert.count for alert in fires} == {"cam-3": 3, "cam-17": 3}
        rest = [alert for alert in alerts if alert not in fires]
        assert len(rest) <= BEGINS_OVER + 4, [alert.headline_en for alert in rest]
        assert sum(alert.count for alert in rest) == 3 * 3 * CAMERAS, "nothing is counted twice or not at all"
        named = {
            (found.label, camera_id)
            for alert in rest
            if (found := alert.detection) is not None
            for camera_id in (found.camera_id, *found.also)
        }
        assert len(named) == 3 * CAMERAS, "each camera is named in one of them"
        updates = sum(logged.event.kind == "alert.updated" for logged in desk.events)
        assert updates < 3 * 3 * CAMERAS / 2, "a storm does not fill the log with sums"

    on_desk(tmp_path, scenario, storm_site())


def test_one_body_with_every_camera_is_gathered_as_if_they_had_come_one_by_one(tmp_path: Path) -> None:
    async def scenario(desk: Desk, commands: CommandDesk) -> None:
        sightings = [(label, number) for label in ("crowd", "jam", "parking") for number in range(CAMERAS)]
        for turn in range(2):
            bodies = [frigate(f"{label}-{turn}-{number}", label=label, camera=f"cam-{number}", start_ms=desk.now())
                      for label, number in sightings]  # fmt: skip
            answer = await desk.ingest.detections("camera-ai", b"[" + b",".join(bodies) + b"]")
            assert answer.accepted == len(sightings)
            desk.now.move(30)
        await desk.ingest.tell_counts()
        alerts = desk.alerts("detection")
        assert len(alerts) <= BEGINS_OVER + 4, [alert.headline_en for alert in alerts]
        assert sum(alert.count for alert in alerts) == 2 * len(sightings)

    on_desk(tmp_path, scenario, storm_site())


def test_an_alert_that_chatters_is_shown_and_no_longer_heard() -> None:
    state, heard = RoomState(), []
    happens: list[Event] = [raised("a")]
    happens += [AlertReturned(alert_id="a"), AlertReactivated(alert_id="a")] * 4
    for seq, event in enumerate(happens, 1):
        at_ms = NOW_MS + seq * 5_000
        logged = LoggedEvent(seq=seq, at_ms=at_ms, actor="", caused_by=None, origin="", event=event)
        heard += [seq] * len(apply(state, logged).sounding)
    assert heard == [1, 3], "raised, and the first time again; the rest is chatter"
    alert = state.alerts["a"]
    assert alert.active
    assert alert.chatters(at_ms)
    assert not alert.chatters(at_ms + 60_000)


@given(st.lists(st.tuples(st.integers(1, 20), st.booleans()), max_size=300))
def test_a_rule_s_record_counts_each_alert_once_by_its_newest_judgement(said: list[tuple[int, bool]]) -> None:
    record = RuleRecord()
    for number, right in said:
        record = record.judged(f"a-{number}", right)
    newest = dict(said)
    assert record.confirmed == sum(newest.values())
    assert record.rejected == len(newest) - record.confirmed
    assert len(record.recent) == len(newest)


@pytest.mark.parametrize(
    ("lately", "before", "now"), [(10, False, False), (11, False, True), (5, True, True), (4, True, False)]
)
def test_a_flood_begins_and_ends_at_the_figures_of_the_standard(lately: int, before: bool, now: bool) -> None:
    assert is_flood(lately, before) is now
    assert (BEGINS_OVER, ENDS_BELOW, WINDOW_MS) == (10, 5, 600_000)


@given(st.lists(st.integers(0, 2 * WINDOW_MS)), st.integers(0, 2 * WINDOW_MS))
def test_alarms_lately_are_those_of_the_ten_minutes_before(raised_ms: list[int], at_ms: int) -> None:
    assert alarms_lately(raised_ms, at_ms) == len([one for one in raised_ms if 0 <= at_ms - one < WINDOW_MS])
