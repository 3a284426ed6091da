"""A meeting of five with a vote and a guest, and a room in which it is held."""

from __future__ import annotations

import uuid

from backend.contracts import meeting_commands as cmd
from backend.contracts import meetings as mt
from backend.contracts.events import Event, LoggedEvent
from backend.contracts.state import RoomState, apply
from backend.domain.alerts import Decision, Refusal
from backend.domain.meetings import NO_BALLOTS, Ballots, decide

NOW_MS = 1_763_870_000_000
HALF = mt.Majority(
    majority_id="qua-ban", name_vi="Quá nửa", of="members", numerator=1, denominator=2, source="quy chế mẫu"
)
OPTIONS = (
    mt.VoteOption(option_id="co", name_vi="Tán thành"),
    mt.VoteOption(option_id="khong", name_vi="Không tán thành"),
    mt.VoteOption(option_id="trang", name_vi="Không có ý kiến", counts=False),
)
PEOPLE = (
    mt.Participant(participant_id="chu-tri", name="Nguyễn Văn Hưng", user="lanh-dao", role="chair", place="A1"),
    mt.Participant(participant_id="thu-ky", name="Trần Thị Mai", user="truc-ban-1", role="secretary", has_vote=False),
    mt.Participant(participant_id="so-nn", name="Lý A Sử", user="mt-truc"),
    mt.Participant(participant_id="csgt", name="Vàng Seo Páo", user="csgt-truc"),
    mt.Participant(participant_id="khach", name="Đài khí tượng", role="guest", has_vote=False),
)
PLAN = mt.MeetingPlan(
    title="Giao ban phòng chống lụt bão",
    begins_ms=NOW_MS,
    ends_ms=NOW_MS + 7_200_000,
    participants=PEOPLE,
    agenda=(
        mt.AgendaItem(item_id="lu", title="Lũ trên sông Hồng", presenter="so-nn"),
        mt.AgendaItem(item_id="so-tan", title="Sơ tán dân"),
    ),
)
CHAIR, SECRETARY, MEMBER, OTHER = "lanh-dao", "truc-ban-1", "mt-truc", "csgt-truc"


class MeetingRoom:
    """A room's fold and the decisions on it, without a server."""

    def __init__(self, rules: mt.MeetingRules | None = None) -> None:
        self.state = RoomState(epoch="test")
        self.rules = rules or mt.MeetingRules(majorities=(HALF,), quorum=mt.Quorum(numerator=2, denominator=3))
        self.events: list[Event] = []
        self.now_ms = NOW_MS

    def ask(self, wish: cmd.MeetingCommand, user: str, ballots: Ballots = NO_BALLOTS) -> Decision:
        """Decide and, unless refused, log."""
        decision = decide(self.state, wish, user, ballots, self.rules)
        if not isinstance(decision, Refusal):
            for event in decision:
                self.log(event, user)
        return decision

    def log(self, event: Event, actor: str) -> None:
        self.now_ms += 1000
        seq = self.state.seq + 1
        apply(self.state, LoggedEvent(seq=seq, at_ms=self.now_ms, actor=actor, caused_by=None, origin="", event=event))
        self.events.append(event)

    def done(self, wish: cmd.MeetingCommand, user: str, ballots: Ballots = NO_BALLOTS) -> None:
        decision = self.ask(wish, user, ballots)
        assert not isinstance(decision, Refusal), decision.reason

    @property
    def meeting(self) -> mt.Meeting:
        return self.state.meetings["m1"]

    def planned(self, plan: mt.MeetingPlan = PLAN) -> MeetingRoom:
        self.done(cmd.PlanMeeting(command_id=one_id(), meeting_id="m1", plan=plan), SECRETARY)
        return self

    def begun(self, *absent: str) -> MeetingRoom:
        """In session, everybody there but `absent`, the first item open."""
        self.planned()
        for person in PEOPLE:
            if person.participant_id not in absent:
                self.come(person.participant_id)
        self.done(cmd.MoveMeeting(command_id=one_id(), meeting_id="m1", phase="running", reason="họp gấp"), CHAIR)
        self.done(cmd.OpenMeetingItem(command_id=one_id(), meeting_id="m1", item_id="lu"), CHAIR)
        return self

    def come(self, participant_id: str) -> None:
        wish = cmd.AttendMeeting(
            command_id=one_id(), meeting_id="m1", participant_id=participant_id, presence="present"
        )
        self.done(wish, SECRETARY)


def one_id() -> str:
    return uuid.uuid4().hex


def open_vote(form: mt.VoteForm = "open", vote_id: str = "v1", majority_id: str = "qua-ban") -> cmd.OpenVote:
    return cmd.OpenVote(
        command_id=one_id(),
        meeting_id="m1",
        vote_id=vote_id,
        question="Sơ tán xã Bảo Hà ngay trong đêm?",
        form=form,
        options=OPTIONS,
        majority_id="" if form == "poll" else majority_id,
    )


def cast(participant_id: str, option_id: str, vote_id: str = "v1") -> cmd.CastBallot:
    return cmd.CastBallot(
        command_id=one_id(), meeting_id="m1", vote_id=vote_id, participant_id=participant_id, option_id=option_id
    )


def close_vote(vote_id: str = "v1") -> cmd.CloseVote:
    return cmd.CloseVote(command_id=one_id(), meeting_id="m1", vote_id=vote_id)
