"""A seat's part in a secret vote: its ballot is on the disk before it is asked for, cast once, and forgotten after."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from pytestqt.qtbot import QtBot

from backend.contracts import meeting_commands as cmd
from backend.contracts import meetings as mt
from backend.contracts.ballots import EXPONENT, KEY_BITS, Ballot, is_genuine, signed
from backend.contracts.commands import Role
from backend.domain.alerts import Refusal
from backend.domain.meetings import Ballots, decide
from console.link.doors import CastOutcome
from console.models import secret_ballots
from console.models.preferences import Preferences, read_values
from console.models.secret_ballots import PREFERENCE, SecretBallots
from console.models.session import Operator
from tests.panels.desk_room import Seat
from tests.unit.meeting_samples import OPTIONS, one_id

ME = "an.tran"
PRIVATE = rsa.generate_private_key(public_exponent=EXPONENT, key_size=KEY_BITS).private_numbers()
KEY = mt.BallotKey(modulus=f"{PRIVATE.public_numbers.n:x}", exponent=f"{EXPONENT:x}")
RULES = mt.MeetingRules(quorum=mt.Quorum(numerator=0))


class Box:
    """The server's box: answers when it is told to."""

    def __init__(self) -> None:
        self.came: list[Ballot] = []
        self._waiting: list[tuple[Callable[[CastOutcome], None], Callable[[str], None]]] = []

    def cast(self, ballot: Ballot, done: Callable[[CastOutcome], None], failed: Callable[[str], None]) -> None:
        self.came.append(ballot)
        self._waiting.append((done, failed))

    def answer(self, outcome: CastOutcome) -> None:
        self._waiting.pop(0)[0](outcome)

    def lose(self) -> None:
        self._waiting.pop(0)[1]("no connection")


class Desk:
    """One seat of a meeting with a secret vote, and the room's decisions on what it asks for."""

    def __init__(self, path: Path, seat: Seat | None = None) -> None:
        self.path = path
        self.seat = seat or Seat(Role.LEADER)
        self.seat.session.preferences = Preferences(path)
        self.seat.session.preferences.load_now()
        self.box = Box()
        self.ballots = SecretBallots(self.seat.session, self.box)

    @property
    def meeting(self) -> mt.Meeting:
        return self.seat.state.meetings["m1"]

    @property
    def vote(self) -> mt.Vote:
        return self.meeting.votes[-1]

    @property
    def standing(self) -> str:
        return self.ballots.standing(self.meeting, self.vote)

    @property
    def on_disk(self) -> dict[str, dict[str, str]]:
        found = read_values(self.path).get(PREFERENCE, {})
        assert isinstance(found, dict)
        return found

    def room(self, wish: cmd.MeetingCommand, ballots: Ballots | None = None) -> None:
        decision = decide(self.seat.state, wish, ME, ballots or Ballots(), RULES)
        assert not isinstance(decision, Refusal), decision.reason
        self.seat.happen(*decision, actor=ME, caused_by=wish.command_id)

    def begin(self) -> None:
        people = (
            mt.Participant(participant_id="toi", name="Trần An", user=ME, role="chair"),
            mt.Participant(participant_id="ban", name="Lý A Sử", user="mt-truc"),
        )
        plan = mt.MeetingPlan(title="Kín", begins_ms=1, ends_ms=2, participants=people)
        self.room(cmd.PlanMeeting(command_id=one_id(), meeting_id="m1", plan=plan))
        self.room(cmd.AttendMeeting(command_id=one_id(), meeting_id="m1", participant_id="toi", presence="present"))
        self.room(cmd.MoveMeeting(command_id=one_id(), meeting_id="m1", phase="running", reason="thử"))

    def open(self) -> None:
        wish = cmd.OpenVote(
            command_id=one_id(), meeting_id="m1", vote_id="v1", question="Ai?", form="secret", options=OPTIONS,
            majority_id="qua-ban",
        )  # fmt: skip
        majority = mt.Majority(
            majority_id="qua-ban", name_vi="Quá", of="present", numerator=1, denominator=2, source="x"
        )
        rules = RULES.model_copy(update={"majorities": (majority,)})
        decision = decide(self.seat.state, wish, ME, Ballots(key=KEY), rules)
        assert not isinstance(decision, Refusal), decision.reason
        self.seat.happen(*decision, actor=ME)

    @property
    def asked(self) -> list[cmd.TakeBallot]:
        return [one for one in self.seat.sent if isinstance(one, cmd.TakeBallot)]

    def hand(self) -> None:
        """The room signs what was handed in."""
        self.room(self.asked[-1], Ballots(sign=lambda number: signed(number, KEY, PRIVATE.d)))

    def has_sent(self, count: int) -> bool:
        return len(self.box.came) == count

    def close(self, cast: dict[str, str]) -> None:
        self.room(cmd.CloseVote(command_id=one_id(), meeting_id="m1", vote_id="v1"), Ballots(cast=cast))


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Desk:
    made = Desk(tmp_path / "an.json")
    made.begin()
    return made


def test_a_ballot_is_taken_by_itself_and_its_secret_is_on_the_disk_before_it_is_asked_for(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.open()
    assert desk.standing == "waiting"
    assert desk.asked == [], "not before the disk has it"
    qtbot.waitUntil(lambda: len(desk.asked) == 1)
    assert list(desk.on_disk) == ["m1/v1/toi"]
    desk.hand()
    assert desk.standing == "ready"
    assert desk.box.came == [], "nothing is cast before somebody chose"


def test_a_choice_is_cast_once_and_shown_as_cast_only_when_the_room_answered(qtbot: QtBot, desk: Desk) -> None:
    desk.open()
    qtbot.waitUntil(lambda: len(desk.asked) == 1)
    desk.hand()
    desk.ballots.choose(desk.meeting, desk.vote, "khong")
    assert desk.standing == "sending"
    qtbot.waitUntil(lambda: len(desk.box.came) == 1)
    assert desk.on_disk["m1/v1/toi"]["option_id"] == "khong", "a desk that ends now casts it when it is back"
    (ballot,) = desk.box.came
    assert is_genuine(ballot, KEY)
    assert ballot.option_id == "khong"
    desk.ballots.choose(desk.meeting, desk.vote, "co")
    desk.box.answer(CastOutcome("counted"))
    assert desk.standing == "cast"
    qtbot.waitUntil(lambda: desk.on_disk["m1/v1/toi"]["end"] == "cast")
    assert "khong" not in json.dumps(desk.on_disk), "what was voted for is no longer on the disk"
    desk.ballots.choose(desk.meeting, desk.vote, "co")
    assert len(desk.box.came) == 1
    desk.close({ballot.serial: "khong"})
    assert desk.standing == "counted"
    qtbot.waitUntil(lambda: desk.on_disk == {})


def test_a_ballot_that_is_not_in_the_result_is_told(qtbot: QtBot, desk: Desk) -> None:
    desk.open()
    qtbot.waitUntil(lambda: len(desk.asked) == 1)
    desk.hand()
    desk.ballots.choose(desk.meeting, desk.vote, "co")
    qtbot.waitUntil(lambda: len(desk.box.came) == 1)
    desk.box.answer(CastOutcome("counted"))
    desk.close({})
    assert desk.standing == "missing"


def test_without_an_answer_the_same_ballot_is_sent_until_there_is_one(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret_ballots, "RETRY_MS", 20)
    desk = Desk(tmp_path / "an.json")
    desk.begin()
    desk.open()
    qtbot.waitUntil(lambda: len(desk.asked) == 1)
    desk.hand()
    desk.ballots.choose(desk.meeting, desk.vote, "co")
    for count in range(1, 4):
        qtbot.waitUntil(partial(desk.has_sent, count))
        assert desk.standing == "sending"
        desk.box.lose()
    qtbot.waitUntil(lambda: len(desk.box.came) == 4)
    assert len(set(desk.box.came)) == 1
    desk.box.answer(CastOutcome("late", "the vote is closed"))
    assert desk.standing == "late"
    assert desk.ballots.reason(desk.meeting, desk.vote) == "the vote is closed"


def test_a_desk_that_ended_before_its_ballot_was_answered_sends_the_same_one_again(qtbot: QtBot, desk: Desk) -> None:
    desk.open()
    qtbot.waitUntil(lambda: len(desk.asked) == 1)
    desk.hand()
    desk.ballots.choose(desk.meeting, desk.vote, "co")
    qtbot.waitUntil(lambda: len(desk.box.came) == 1)
    seat = Seat(Role.LEADER)
    again = Desk(desk.path, seat)
    for logged in desk.seat.log[1:]:
        seat.happen(logged.event, actor=logged.actor)
    qtbot.waitUntil(lambda: len(again.box.came) == 1)
    assert again.box.came == desk.box.came
    assert again.asked == [], "it has its ballot already"


def test_a_ballot_at_another_desk_of_the_account_is_not_voted_with_here(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    desk.open()
    qtbot.waitUntil(lambda: len(desk.asked) == 1)
    desk.hand()
    seat = Seat(Role.LEADER)
    other = Desk(tmp_path / "other.json", seat)
    for logged in desk.seat.log[1:]:
        seat.happen(logged.event, actor=logged.actor)
    qtbot.waitUntil(lambda: other.ballots.standing(other.meeting, other.vote) == "elsewhere")
    other.ballots.choose(other.meeting, other.vote, "co")
    assert other.box.came == []


def test_who_is_not_checked_in_takes_no_ballot(qtbot: QtBot, desk: Desk) -> None:
    desk.room(cmd.AttendMeeting(command_id=one_id(), meeting_id="m1", participant_id="toi", presence="left"))
    desk.open()
    assert desk.standing == "waiting"
    assert desk.asked == []
    assert desk.seat.session.preferences.get(PREFERENCE, {}) == {}, "nothing is even made ready"
    desk.room(cmd.AttendMeeting(command_id=one_id(), meeting_id="m1", participant_id="toi", presence="present"))
    qtbot.waitUntil(lambda: len(desk.asked) == 1)


def test_a_ballot_that_was_never_sent_before_the_vote_was_closed_is_told_as_not_counted(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.open()
    qtbot.waitUntil(lambda: len(desk.asked) == 1)
    desk.hand()
    desk.ballots.choose(desk.meeting, desk.vote, "co")
    qtbot.waitUntil(lambda: len(desk.box.came) == 1)
    desk.box.lose()
    desk.close({})
    assert desk.standing == "missing", "who voted must not believe that it counted"


def test_a_desk_that_was_off_when_the_vote_was_closed_tells_whether_its_ballot_counted(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.open()
    qtbot.waitUntil(lambda: len(desk.asked) == 1)
    desk.hand()
    desk.ballots.choose(desk.meeting, desk.vote, "co")
    qtbot.waitUntil(lambda: len(desk.box.came) == 1)
    on_disk = desk.path.read_bytes()
    desk.close({desk.box.came[0].serial: "co"})
    off = desk.path.with_name("off.json")
    off.write_bytes(on_disk)
    seat = Seat(Role.LEADER)
    again = Desk(off, seat)
    for logged in desk.seat.log[1:]:
        seat.happen(logged.event, actor=logged.actor)
    assert again.ballots.standing(again.meeting, again.vote) == "counted"


def test_an_answer_that_comes_when_somebody_else_sits_here_is_not_written_into_his_file(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.open()
    qtbot.waitUntil(lambda: len(desk.asked) == 1)
    desk.hand()
    desk.ballots.choose(desk.meeting, desk.vote, "co")
    qtbot.waitUntil(lambda: len(desk.box.came) == 1)
    session, his = desk.seat.session, desk.path.with_name("khac.json")
    session.operator = Operator("khac", "Người khác", Role.LEADER, frozenset())
    session.preferences.switch_to(his)
    desk.box.answer(CastOutcome("counted"))
    qtbot.waitUntil(lambda: not session.preferences.is_loading)
    session.preferences.set("x", 1)
    session.preferences.flush()
    assert PREFERENCE not in read_values(his)
