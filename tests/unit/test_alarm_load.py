"""The figures of the alarm load against a naive count, whatever the pieces they are fed in."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from backend.contracts import events as ev
from backend.contracts.alarm_load import AlarmLoad, Kpi, KpiTarget
from backend.contracts.alerts import Alert
from backend.contracts.kinds.alerts import Priority
from backend.contracts.state import RoomState, apply
from backend.domain.alarm_load import BUCKET_MS, HOUR_MS, KINDS, STALE_MS, AlarmLoadReader
from backend.services.alarm_load import alarm_load
from backend.storage.history import History
from config.site import load_site
from tests.system.backend_process import LAOCAI
from tests.unit.feeds_samples import opened_desk
from tests.unit.storage_samples import NOW_MS, raised

MINUTE_MS = 60_000


def _one(event: ev.Event, _state: RoomState) -> Sequence[ev.Event]:
    return (event,)


def alarm(alert_id: str, priority: Priority = Priority.MEDIUM, place: str = "p", silent: bool = False) -> Alert:
    return raised(alert_id).alert.model_copy(update={"priority": priority, "place_id": place, "silent": silent})


class Story:
    """A log that is made and folded beside the reader."""

    def __init__(self) -> None:
        self.reader = AlarmLoadReader()
        self.state = RoomState(epoch="e")
        self.at_ms = NOW_MS

    def happens(self, event: ev.Event, after_ms: int = 0, actor: str = "") -> None:
        self.at_ms += after_ms
        logged = ev.LoggedEvent(
            seq=self.state.seq + 1, at_ms=self.at_ms, actor=actor, caused_by=None, origin="", event=event
        )
        apply(self.state, logged)
        if event.kind in KINDS:
            self.reader.feed(self.at_ms, actor, event.kind, event.model_dump(mode="json"))

    def load(self, end_ms: int | None = None, start_ms: int = NOW_MS) -> AlarmLoad:
        return self.reader.result(start_ms, end_ms or self.at_ms, self.state.alerts.values(), self.state.rules, ())


def test_eleven_in_ten_minutes_are_a_flood_that_ends_when_fewer_than_five_are_left() -> None:
    story = Story()
    for number in range(11):
        story.happens(ev.AlertRaised(alert=alarm(f"a{number}")), MINUTE_MS // 2)
    began_ms = story.at_ms
    load = story.load(began_ms)
    assert load.flood_now
    assert load.peak_10min == 11
    load = story.load(NOW_MS + 2 * HOUR_MS)
    # The seventh of them leaves the ten minutes: four are left.
    assert load.floods == ((began_ms, NOW_MS + 7 * MINUTE_MS // 2 + 10 * MINUTE_MS),)
    assert not load.flood_now
    assert load.buckets == (11, *([0] * 11))
    assert (load.hours, load.busy_hours) == (2, 0)


def test_answers_are_timed_from_the_last_ring_by_priority_and_by_officer() -> None:
    story = Story()
    story.happens(ev.AlertRaised(alert=alarm("a", Priority.HIGH)))
    story.happens(ev.AlertAcknowledged(alert_id="a"), 20_000, "lan")
    story.happens(ev.AlertReAlarmed(alert_id="a", after_s=600), 600_000)
    story.happens(ev.AlertAcknowledged(alert_id="a"), 40_000, "minh")
    story.happens(ev.AlertAcknowledged(alert_id="a"), 5_000, "minh")
    story.happens(ev.AlertRaised(alert=alarm("b", Priority.LOW)), 1_000)
    story.happens(ev.AlertAcknowledged(alert_id="b"), 90_000, "lan")
    load = story.load()
    assert {one.priority: (one.count, one.acknowledged, one.mean_s) for one in load.priorities} == {
        1: (0, 0, None), 2: (2, 2, 30.0), 3: (0, 0, None), 4: (1, 1, 90.0),
    }  # fmt: skip
    assert {one.user: (one.acknowledged, one.mean_s) for one in load.operators} == {"lan": (2, 55.0), "minh": (1, 40.0)}
    assert load.median_acknowledge_s == 40.0


def test_own_faults_and_silent_alarms_are_not_the_city_s() -> None:
    story = Story()
    story.happens(ev.AlertRaised(alert=alarm("own", Priority.SYSTEM)))
    story.happens(ev.AlertRaised(alert=alarm("late", Priority.HIGH, silent=True)))
    load = story.load(NOW_MS + 1)
    assert (load.alarms, load.own_alarms, load.buckets) == (0, 1, (0,))


def test_what_chatters_and_what_stands_for_a_day_is_named() -> None:
    story = Story()
    story.happens(ev.AlertRaised(alert=alarm("c")))
    for _ in range(2):
        story.happens(ev.AlertReturned(alert_id="c"), 5_000)
        story.happens(ev.AlertReactivated(alert_id="c"), 5_000)
    story.happens(ev.AlertRaised(alert=alarm("calm", place="q")), 1_000)
    load = story.load(story.at_ms)
    assert [(one.alarm.alert_id, one.most_per_min) for one in load.chattering] == [("c", 5)]
    assert [(one.alarm.place_id, one.count) for one in load.top] == [("p", 3), ("q", 1)]
    assert load.stale == ()
    # Both have the figure "raised" of the sample; by then they stand for more than a day.
    assert {one.alarm.alert_id for one in story.load(NOW_MS + STALE_MS + HOUR_MS).stale} == {"c", "calm"}


def test_an_alarm_that_stood_before_the_span_is_timed_when_it_is_answered_in_it() -> None:
    standing = alarm("old", Priority.CRITICAL)
    reader = AlarmLoadReader([standing])
    reader.feed(standing.raised_ms + 30_000, "lan", "alert.acknowledged", {"alert_id": "old"})
    load = reader.result(standing.raised_ms + 10_000, standing.raised_ms + 60_000)
    assert load.alarms == 0
    assert load.mean_acknowledge_s == 30.0


_STEPS = st.lists(
    st.tuples(st.integers(0, 400_000), st.integers(0, 8), st.sampled_from(list(Priority)), st.booleans()), max_size=80
)


@given(_STEPS)
def test_the_sums_agree_with_a_naive_count(steps: list[tuple[int, int, Priority, bool]]) -> None:
    story, rang, waits, seconds = Story(), [], {}, []
    for number, (after_ms, place, priority, answered) in enumerate(steps):
        story.happens(ev.AlertRaised(alert=alarm(f"a{number}", priority, f"p{place}")), after_ms)
        if priority is not Priority.SYSTEM:
            rang.append(story.at_ms)
            waits[f"a{number}"] = story.at_ms
        if answered and waits:
            key = next(iter(waits))
            story.happens(ev.AlertAcknowledged(alert_id=key), 1_000, "lan")
            seconds.append((story.at_ms - waits.pop(key)) / 1000)
    end_ms = story.at_ms + 1
    load = story.load(end_ms)
    assert load.alarms == len(rang) == sum(load.buckets) == sum(one.count for one in load.priorities)
    assert load.own_alarms == sum(priority is Priority.SYSTEM for _, _, priority, _ in steps)
    assert load.peak_10min == max((sum(at <= other < at + 10 * MINUTE_MS for other in rang) for at in rang), default=0)
    assert sum(one.acknowledged for one in load.priorities) == len(seconds)
    assert load.median_acknowledge_s == (statistics.median(seconds) if seconds else None)
    assert all(NOW_MS <= from_ms < to_ms <= end_ms for from_ms, to_ms in load.floods)
    assert bool(load.floods) == (load.peak_10min > 10)
    some: tuple[Kpi, ...] = ("per_day", "flood_ratio", "top_ten_ratio", "priority_2_ratio")
    for one in some:
        assert load.figure(one) >= 0
    assert len(load.buckets) == max(1, -(-(end_ms - NOW_MS) // BUCKET_MS))


def test_read_from_a_real_log_it_is_what_was_known_at_the_end_of_the_span(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened_desk(tmp_path) as desk:
            history = History(desk.database, desk.log.epoch)
            began_ms = desk.now()
            for number in range(12):
                desk.now.move(10)
                made = alarm(f"a{number}").model_copy(update={"raised_ms": desk.now()})
                event = ev.AlertRaised(alert=made)
                await desk.room.record(partial(_one, event))
            middle_ms = desk.now()
            desk.now.move(10)
            await desk.room.record(lambda state: [ev.AlertAcknowledged(alert_id="a0")], actor="lan")
            targets = (KpiTarget(kpi="per_hour", target=6, source="s", verified=False),)
            load = await alarm_load(history, targets, began_ms, middle_ms)
            assert (load.alarms, load.flood_now, load.mean_acknowledge_s) == (12, True, None)
            later = await alarm_load(history, targets, began_ms, desk.now())
            assert later.mean_acknowledge_s == 120.0
            assert later.targets == targets
            after = await alarm_load(history, targets, middle_ms + 1, desk.now())
            assert (after.alarms, after.mean_acknowledge_s) == (0, 120.0)

    asyncio.run(scenario())


def test_the_demonstration_has_targets_with_their_sources() -> None:
    kpis = load_site(LAOCAI).kpis
    assert {one.kpi for one in kpis} >= {"per_day", "per_hour", "per_10min", "flood_ratio", "stale", "chattering"}
    assert all(one.source for one in kpis)


def test_what_lies_on_the_shelf_is_no_load_until_it_comes_back_and_is_answered_from_then_on() -> None:
    story = Story()
    story.happens(ev.AlertRaised(alert=alarm("a")))
    story.happens(ev.AlertShelved(alert_id="a", until_ms=NOW_MS + HOUR_MS, reason="đang sửa"), MINUTE_MS, "lan")
    story.happens(ev.AlertReturned(alert_id="a"), MINUTE_MS)
    story.happens(ev.AlertReactivated(alert_id="a"), MINUTE_MS)
    assert story.load().alarms == 1
    story.happens(ev.AlertUnshelved(alert_id="a", cause="time"), MINUTE_MS)
    assert story.load().alarms == 2
    story.happens(ev.AlertAcknowledged(alert_id="a"), MINUTE_MS, "lan")
    assert story.load().mean_acknowledge_s == 60.0, "from its coming back, not from the first time"


def test_a_raise_that_its_own_decision_suppresses_asked_nobody_for_a_hand() -> None:
    story = Story()
    story.happens(ev.AlertRaised(alert=alarm("loud", Priority.HIGH)))
    story.happens(ev.AlertRaised(alert=alarm("hushed", Priority.HIGH, place="q")), 1_000)
    story.happens(ev.AlertSuppressed(alert_id="hushed", rule_id="permit"))
    load = story.load()
    assert (load.alarms, load.buckets) == (1, (1,))
    assert [(one.alarm.alert_id, one.count) for one in load.top] == [("loud", 1)]
    # One that rang before it was suppressed was heard, and stays counted.
    story.happens(ev.AlertSuppressed(alert_id="loud", rule_id="permit"), 1_000)
    assert story.load().alarms == 1
