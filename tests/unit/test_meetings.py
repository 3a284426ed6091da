"""A meeting by its rules: who may do what when, who speaks, what is carried; the fold and its counts by properties."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.contracts import meeting_commands as cmd
from backend.contracts import meetings as mt
from backend.contracts.commands import RefusalCode
from backend.contracts.state import RoomState
from backend.domain.alerts import Refusal
from tests.unit.meeting_samples import (
    CHAIR,
    HALF,
    MEMBER,
    NOW_MS,
    OPTIONS,
    OTHER,
    PEOPLE,
    PLAN,
    SECRETARY,
    MeetingRoom,
    cast,
    close_vote,
    one_id,
    open_vote,
)


def refused(decision: object) -> Refusal:
    assert isinstance(decision, Refusal), decision
    return decision


def attend(participant_id: str, presence: mt.Presence, substitute: str = "", user: str = "") -> cmd.AttendMeeting:
    return cmd.AttendMeeting(
        command_id=one_id(),
        meeting_id="m1",
        participant_id=participant_id,
        presence=presence,
        substitute=substitute,
        user=user,
    )


def give(participant_id: str, limit_s: int = 0) -> cmd.GiveFloor:
    return cmd.GiveFloor(command_id=one_id(), meeting_id="m1", participant_id=participant_id, limit_s=limit_s)


def floor(participant_id: str, wants: bool = True) -> cmd.AskFloor:
    return cmd.AskFloor(command_id=one_id(), meeting_id="m1", participant_id=participant_id, wants=wants)


def show(shown: mt.Shown) -> cmd.ShowInMeeting:
    return cmd.ShowInMeeting(command_id=one_id(), meeting_id="m1", shown=shown)


def move(phase: mt.MeetingPhase, reason: str = "") -> cmd.MoveMeeting:
    return cmd.MoveMeeting(command_id=one_id(), meeting_id="m1", phase=phase, reason=reason)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ends_ms": NOW_MS}, "ends after it begins"),
        ({"participants": (PEOPLE[0], PEOPLE[0])}, "'chu-tri' is listed twice"),
        ({"participants": PEOPLE[1:]}, "one chair, not 0"),
        (
            {"participants": (PEOPLE[0], PEOPLE[2].model_copy(update={"user": "lanh-dao"}))},
            "'lanh-dao' is given to two",
        ),
        ({"participants": (PEOPLE[0], PEOPLE[4].model_copy(update={"has_vote": True}))}, "guests have no vote"),
        ({"participants": PEOPLE[:2]}, "presenter 'so-nn' is not invited"),
        ({"agenda": (PLAN.agenda[0], PLAN.agenda[0])}, "'lu' is on the agenda twice"),
        ({"link": "http://hop.example"}, "https://"),
        ({"title": ""}, "need a name"),
        ({"participants": (PEOPLE[0].model_copy(update={"agency_id": "so-la"}), *PEOPLE[1:])}, "no agency 'so-la'"),
    ],
)
def test_a_plan_that_cannot_be_held_is_refused_in_words(change: dict[str, object], told: str) -> None:
    room = MeetingRoom()
    wish = cmd.PlanMeeting(command_id=one_id(), meeting_id="m1", plan=PLAN.model_copy(update=change))
    assert told in refused(room.ask(wish, SECRETARY)).reason
    assert not room.state.meetings


def test_who_planned_it_runs_it_until_it_begins_and_then_chair_and_secretary_do() -> None:
    room = MeetingRoom()
    room.done(cmd.PlanMeeting(command_id=one_id(), meeting_id="m1", plan=PLAN), "truong-ca")
    room.done(attend("so-nn", "confirmed"), "truong-ca")
    for person in ("chu-tri", "so-nn", "csgt"):
        room.done(attend(person, "present"), "truong-ca")
    room.done(move("running"), "truong-ca")
    assert refused(room.ask(move("paused"), "truong-ca")).code is RefusalCode.NOT_ALLOWED
    room.done(move("paused"), SECRETARY)


def test_a_changed_plan_is_not_overwritten_by_who_had_not_seen_it() -> None:
    room = MeetingRoom().planned()
    seen_ms = room.meeting.changed_ms
    wish = cmd.ReplanMeeting(
        command_id=one_id(), meeting_id="m1", plan=PLAN.model_copy(update={"place": "Phòng 1"}), expected_ms=seen_ms
    )
    room.done(wish, SECRETARY)
    assert refused(room.ask(wish.model_copy(update={"command_id": one_id()}), SECRETARY)).code == "owner_changed"


def test_a_meeting_begins_without_a_quorum_only_for_a_reason_and_votes_on_nothing() -> None:
    room = MeetingRoom().planned()
    room.come("chu-tri")
    assert "1 of 2 needed" in refused(room.ask(move("running"), CHAIR)).reason
    room.done(move("running", "báo động khẩn"), CHAIR)
    assert "no quorum" in refused(room.ask(open_vote(), CHAIR)).reason
    room.done(open_vote("poll"), CHAIR)


def test_a_substitute_acts_for_whom_he_stands_in_and_that_one_does_not() -> None:
    room = MeetingRoom().planned()
    room.done(attend("csgt", "declined", substitute="Giàng A Tính", user="truong-ca"), OTHER)
    room.done(attend("csgt", "present"), SECRETARY)
    for person in ("chu-tri", "so-nn"):
        room.come(person)
    room.done(move("running"), CHAIR)
    room.done(open_vote(), CHAIR)
    assert refused(room.ask(cast("csgt", "co"), OTHER)).code is RefusalCode.NOT_ALLOWED
    room.done(cast("csgt", "co"), "truong-ca")
    assert room.meeting.attendance["csgt"].substitute == "Giàng A Tính"


def test_declining_needs_a_reason_or_a_substitute_and_nobody_stands_in_twice() -> None:
    room = MeetingRoom().planned()
    assert refused(room.ask(attend("csgt", "declined"), OTHER)).code is RefusalCode.NEEDS_REASON
    told = refused(room.ask(attend("csgt", "declined", substitute="Sử", user=MEMBER), OTHER)).reason
    assert "takes part himself" in told
    assert refused(room.ask(attend("csgt", "confirmed"), MEMBER)).code is RefusalCode.NOT_ALLOWED


def test_the_floor_goes_from_one_to_the_next_and_every_speech_is_kept() -> None:
    room = MeetingRoom().begun()
    room.done(floor("so-nn"), MEMBER)
    room.done(floor("csgt"), OTHER)
    assert [one.participant_id for one in room.meeting.wishes] == ["so-nn", "csgt"]
    assert refused(room.ask(floor("csgt"), OTHER)).code is RefusalCode.INVALID
    assert refused(room.ask(give("so-nn"), MEMBER)).code is RefusalCode.NOT_ALLOWED
    room.done(give("so-nn", 60), CHAIR)
    room.done(give("so-nn", 120), CHAIR)
    assert room.meeting.floor is not None
    assert room.meeting.floor.left_s(room.meeting.floor.since_ms + 1) == 120
    assert room.meeting.floor.left_s(room.meeting.floor.since_ms + 121_000) == -1
    room.done(give("csgt"), CHAIR)
    room.done(give(""), CHAIR)
    assert [(one.participant_id, one.item_id) for one in room.meeting.spoken] == [("so-nn", "lu"), ("csgt", "lu")]
    assert not room.meeting.wishes
    assert room.meeting.floor is None


def test_who_leaves_loses_floor_and_place_in_the_queue() -> None:
    room = MeetingRoom().begun()
    room.done(give("so-nn"), CHAIR)
    room.done(floor("csgt"), OTHER)
    room.done(attend("so-nn", "left"), MEMBER)
    room.done(attend("csgt", "left"), OTHER)
    assert room.meeting.floor is None
    assert not room.meeting.wishes
    assert "not checked in" in refused(room.ask(give("so-nn"), CHAIR)).reason


def test_chair_presenter_and_speaker_show_and_nobody_else() -> None:
    room = MeetingRoom().begun()
    room.done(show(mt.Shown(kind="map", zoom=4.0)), MEMBER)  # he presents the item
    assert refused(room.ask(show(mt.Shown(kind="map")), OTHER)).code is RefusalCode.NOT_ALLOWED
    room.done(give("csgt"), CHAIR)
    room.done(show(mt.Shown(kind="map")), OTHER)
    assert room.meeting.shown_by == OTHER
    assert "no camera" in refused(room.ask(show(mt.Shown(kind="camera", key="khong-co")), CHAIR)).reason
    assert "say which" in refused(room.ask(show(mt.Shown(kind="camera")), CHAIR)).reason


def test_an_open_vote_counts_the_newest_of_everybody_and_says_what_was_carried() -> None:
    room = MeetingRoom().begun()
    room.done(open_vote(), CHAIR)
    assert room.meeting.shown == mt.Shown(kind="vote", key="v1")
    for user, person, option in ((CHAIR, "chu-tri", "khong"), (MEMBER, "so-nn", "co"), (CHAIR, "chu-tri", "co")):
        room.done(cast(person, option), user)
    assert refused(room.ask(cast("csgt", "co"), CHAIR)).code is RefusalCode.NOT_ALLOWED
    assert refused(room.ask(cast("thu-ky", "co"), SECRETARY)).code is RefusalCode.NOT_ALLOWED
    assert refused(room.ask(move("over"), CHAIR)).code is RefusalCode.OPEN_WORK
    room.done(close_vote(), CHAIR)
    result = room.meeting.votes[0].result
    assert result is not None
    assert (result.counts, result.base, result.carried) == ({"co": 2, "khong": 0, "trang": 0}, 3, True)
    assert refused(room.ask(cast("csgt", "co"), OTHER)).code is RefusalCode.WRONG_PHASE


def test_a_roll_call_is_written_by_the_secretary_only() -> None:
    room = MeetingRoom().begun()
    room.done(open_vote("roll_call"), CHAIR)
    assert "secretary writes" in refused(room.ask(cast("so-nn", "co"), MEMBER)).reason
    room.done(cast("so-nn", "co"), SECRETARY)


def test_minutes_are_finished_after_the_end_and_nothing_else_is_done_then() -> None:
    room = MeetingRoom().begun()
    room.done(give("so-nn"), CHAIR)
    room.done(move("over"), CHAIR)
    assert room.meeting.floor is None
    assert room.meeting.items_done == ("lu",)
    wish = cmd.ConcludeInMeeting(command_id=one_id(), meeting_id="m1", conclusion_id="k1", text="Trực 24/24")
    room.done(wish, SECRETARY)
    again = wish.model_copy(update={"command_id": one_id(), "text": "Trực 24/24 đến hết lũ"})
    room.done(again, SECRETARY)
    assert [one.text for one in room.meeting.conclusions] == ["Trực 24/24 đến hết lũ"]
    assert refused(room.ask(open_vote(), CHAIR)).code is RefusalCode.WRONG_PHASE
    late = wish.model_copy(update={"conclusion_id": "k2", "due_ms": NOW_MS})
    assert "needs the agency" in refused(room.ask(late, SECRETARY)).reason


def test_the_fold_of_a_snapshot_goes_on_like_the_fold_itself() -> None:
    room = MeetingRoom().begun()
    room.done(open_vote(), CHAIR)
    assert RoomState.from_snapshot(room.state.snapshot()).meetings == room.state.meetings


BALLOTS = st.lists(st.tuples(st.integers(0, 59), st.sampled_from(["co", "khong", "trang"])), max_size=150)


@settings(max_examples=60, deadline=None)
@given(
    BALLOTS,
    st.sampled_from(["cast", "present", "members"]),
    st.integers(1, 4),
    st.integers(1, 4),
    st.booleans(),
    st.integers(0, 60),
)
def test_votes_are_counted_once_for_everybody_whatever_the_order(
    ballots: list[tuple[int, str]], of: mt.MajorityBase, numerator: int, denominator: int, more: bool, present: int
) -> None:
    """Against a count of its own, by fractions of whole numbers."""
    majority = HALF.model_copy(update={"of": of, "numerator": numerator, "denominator": denominator, "more": more})
    vote = mt.Vote(vote_id="v", question="?", form="open", options=OPTIONS, majority=majority)
    newest: dict[int, str] = {}
    for person, option in ballots:
        newest[person] = option
    result = mt.tally(vote, Counter(newest.values()), present, 60)
    yes = sum(option == "co" for option in newest.values())
    assert sum(result.counts.values()) == len(newest)
    base = {"cast": sum(option != "trang" for option in newest.values()), "present": present, "members": 60}[of]
    assert result.base == base
    needed = base * numerator
    assert result.carried == (base > 0 and (yes * denominator > needed or (not more and yes * denominator == needed)))
