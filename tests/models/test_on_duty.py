"""Who is on duty at an instant: over a shift's end, a gap, an early or missing hand-over; the same in a replay."""

from __future__ import annotations

from datetime import UTC, date, datetime

from backend.contracts import events as ev
from backend.contracts.events import LoggedEvent
from backend.contracts.shifts import Shift, ShiftRules, Turn, turn_on
from backend.contracts.state import RoomState, StateSnapshot, apply
from console.models.on_duty import OnDuty, on_duty
from tests.panels.map_room import laocai

OFFSET_MIN = 420
HOUR_MS = 3_600_000
DAY = Shift(shift_id="ngay", name_vi="Ca ngày", begins_min=420, ends_min=1140)
NIGHT = Shift(shift_id="dem", name_vi="Ca đêm", begins_min=1140, ends_min=420)
TODAY = date(2026, 11, 23)
SEVEN_MS = int(datetime(2026, 11, 23, tzinfo=UTC).timestamp() * 1000)
"""07:00 in Lào Cai."""
BY_DAY, BY_NIGHT = turn_on(DAY, TODAY, OFFSET_MIN), turn_on(NIGHT, TODAY, OFFSET_MIN)


class Room:
    def __init__(self, *shifts: Shift) -> None:
        self.state = RoomState(epoch="e")
        rules = ShiftRules(shifts=shifts, early_min=30)
        self.happen(ev.SiteLoaded(site=laocai().model_copy(update={"shifts": rules})))

    def happen(self, event: ev.Event, actor: str = "") -> None:
        apply(
            self.state,
            LoggedEvent(seq=self.state.seq + 1, at_ms=SEVEN_MS, actor=actor, caused_by=None, origin="", event=event),
        )

    def sign_on(self, turn: Turn, *users: str) -> None:
        for user in users:
            self.happen(ev.ShiftStarted(turn=turn, position_id="truc-ban"), user)

    def hand_over(self, turn: Turn, leaving: str, coming: str = "") -> None:
        self.happen(ev.HandoverSigned(watch_id=turn.watch_id, side="leaving", digest="0" * 64), leaving)
        if coming:
            self.happen(ev.HandoverSigned(watch_id=turn.watch_id, side="coming", digest="0" * 64), coming)

    def at(self, hour: float) -> OnDuty:
        """By the site's clock, of `TODAY`."""
        found = on_duty(self.state, SEVEN_MS + round((hour - 7) * HOUR_MS))
        assert found is not None
        return found


def test_a_site_without_shifts_has_nobody_on_duty_and_nothing_overdue() -> None:
    assert on_duty(RoomState(epoch="e"), SEVEN_MS) is None
    assert on_duty(Room().state, SEVEN_MS) is None


def test_the_turn_that_runs_has_the_duty_whoever_signed_on() -> None:
    room = Room(DAY, NIGHT)
    assert room.at(12) == OnDuty(BY_DAY, (), None)
    room.sign_on(BY_DAY, "su", "mai")
    assert room.at(12) == OnDuty(BY_DAY, ("su", "mai"), None)
    assert room.at(20).turn == BY_NIGHT


def test_a_watch_that_ended_is_overdue_until_both_signed() -> None:
    room = Room(DAY, NIGHT)
    room.sign_on(BY_DAY, "su")
    ended = BY_DAY.watch_id
    assert room.at(18.99).overdue is None
    found = room.at(19)
    assert (found.turn, found.crew) == (BY_NIGHT, ())
    assert found.overdue is not None
    assert found.overdue.watch_id == ended
    room.sign_on(BY_NIGHT, "lan")
    room.hand_over(BY_DAY, "su")
    assert room.at(20).overdue is not None, "one signature is none"
    room.hand_over(BY_DAY, "su", "lan")
    assert room.at(20) == OnDuty(BY_NIGHT, ("lan",), None)


def test_who_takes_over_early_is_on_duty_from_the_hand_over_on() -> None:
    room = Room(DAY, NIGHT)
    room.sign_on(BY_DAY, "su")
    room.sign_on(BY_NIGHT, "lan")
    assert room.at(18.9).crew == ("su",)
    room.hand_over(BY_DAY, "su", "lan")
    assert room.at(18.9) == OnDuty(BY_NIGHT, ("lan",), None)
    assert room.at(18.4).turn == BY_DAY, "nobody else may sign on yet"


def test_only_the_watch_that_ended_last_is_asked_for() -> None:
    room = Room(DAY, NIGHT)
    room.sign_on(turn_on(DAY, date(2026, 11, 20), OFFSET_MIN), "quên")
    night = turn_on(NIGHT, date(2026, 11, 22), OFFSET_MIN)
    room.sign_on(night, "lan")
    assert room.at(8).overdue == room.state.watches[night.watch_id]
    room.hand_over(night, "lan", "su")
    assert room.at(8).overdue is None


def test_between_two_shifts_nobody_has_the_duty_and_the_last_watch_stays_overdue() -> None:
    room = Room(DAY)
    room.sign_on(BY_DAY, "su")
    found = room.at(22)
    assert found.turn is None
    assert found.crew == ()
    assert found.overdue is not None


def test_a_state_read_back_tells_the_same() -> None:
    room = Room(DAY, NIGHT)
    room.sign_on(BY_DAY, "su")
    again = RoomState.from_snapshot(StateSnapshot.model_validate_json(room.state.snapshot().model_dump_json()))
    for now_ms in (BY_DAY.begins_ms, BY_DAY.ends_ms - 1, BY_DAY.ends_ms, BY_NIGHT.ends_ms):
        assert on_duty(again, now_ms) == on_duty(room.state, now_ms)
