"""Meetings of the room (họp thông minh): who is invited, what is dealt with, who speaks, what is shown and voted on.

What stands here is pure and the same in backend, desk and replay. A meeting is planned, runs and is over; whatever
happens in it is an event, so that the minutes are read off the log and a replay shows the meeting as it went.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from backend.contracts.base import EpochMs, Identifier, Wire

PARTICIPANTS_MOST: Final = 300
ITEMS_MOST: Final = 60
OPTIONS_MOST: Final = 12
NOTES_MOST: Final = 400
"""Notes and conclusions of one meeting that stay in the state; the log keeps all."""

Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
ShortText = Annotated[str, Field(max_length=500)]
LongText = Annotated[str, Field(max_length=2000)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]

MeetingRole = Literal["chair", "secretary", "member", "guest"]
MeetingPhase = Literal["planned", "running", "paused", "over", "cancelled"]
Presence = Literal["invited", "confirmed", "declined", "present", "left"]
VoteForm = Literal["open", "roll_call", "secret", "poll"]
"""open: everybody votes at his seat; roll_call: the secretary asks one after the other; secret: nobody can tell who
voted how; poll: an opinion is asked, nothing is carried."""

MajorityBase = Literal["cast", "present", "members"]
QuietRule = Literal["all", "urgent"]
"""What a seat in a meeting announces: everything, or alarms of priority 1 only."""

ShownKind = Literal["agenda", "vote", "map", "camera", "station", "alert", "incident", "report"]


class Majority(Wire):
    """How much of what carries a motion.

    Attributes:
        of: votes for and against (cast), everybody present with a vote, or all members with a vote.
        more: strictly more than the share is needed, not just so much.
        source: the text that asks for it; `verified` once it was compared with it.
    """

    majority_id: Key
    name_vi: Name
    name_en: ShortText = ""
    of: MajorityBase
    numerator: Annotated[int, Field(ge=1, le=100)]
    denominator: Annotated[int, Field(ge=1, le=100)]
    more: bool = True
    source: Annotated[str, Field(min_length=1, max_length=300)]
    verified: bool = False

    def carries(self, for_it: int, base: int) -> bool:
        """Whether `for_it` of `base` votes are enough. Of nobody nothing is carried."""
        reached, needed = for_it * self.denominator, base * self.numerator
        return base > 0 and (reached > needed if self.more else reached >= needed)


class Quorum(Wire):
    """Which share of the members with a vote must be present, at least."""

    numerator: Annotated[int, Field(ge=0, le=100)] = 2
    denominator: Annotated[int, Field(ge=1, le=100)] = 3
    source: Annotated[str, Field(max_length=300)] = ""
    verified: bool = False

    def needed(self, members: int) -> int:
        return -(-members * self.numerator // self.denominator)


class MinutesHead(Wire):
    """Who issues the minutes of the site's meetings, as their head says it.

    Attributes:
        parent_vi: the body above the issuer, "" = none.
        issuer_vi: who issues them; "" = the site.
        code_vi: abbreviation in their number, e.g. "VP".
        place_vi: where they are issued; "" = the site.
    """

    parent_vi: ShortText = ""
    issuer_vi: ShortText = ""
    code_vi: Annotated[str, Field(max_length=40)] = ""
    place_vi: ShortText = ""


class MeetingRules(Wire):
    """What holds for the meetings of a site.

    Attributes:
        speech_s: how long one speaks, unless the chair says otherwise.
        warn_left_s: so long before the end of a speech the speaker is told.
    """

    majorities: tuple[Majority, ...] = ()
    quorum: Quorum = Quorum()
    speech_s: Annotated[int, Field(ge=10, le=7200)] = 600
    warn_left_s: Annotated[int, Field(ge=0, le=1800)] = 180
    minutes: MinutesHead = MinutesHead()

    def majority(self, majority_id: str) -> Majority | None:
        return next((one for one in self.majorities if one.majority_id == majority_id), None)


class Participant(Wire):
    """Somebody who is invited.

    Attributes:
        title: what he is (chức vụ).
        user: his account of this room, "" = he has no seat.
        agency_id: whom he comes from; a seat of that agency sees the meeting.
        has_vote: counts for quorum and votes.
        place: his place in the seat plan, e.g. "A3".
    """

    participant_id: Key
    name: Name
    title: ShortText = ""
    user: Annotated[str, Field(max_length=200)] = ""
    agency_id: Annotated[str, Field(max_length=200)] = ""
    role: MeetingRole = "member"
    has_vote: bool = True
    place: Annotated[str, Field(max_length=20)] = ""


class Attendance(Wire):
    """Where somebody stands. `substitute`: who comes for him, with the account `user` if he has one."""

    presence: Presence
    at_ms: EpochMs
    substitute: ShortText = ""
    user: Annotated[str, Field(max_length=200)] = ""
    reason: ShortText = ""


class AgendaItem(Wire):
    """`presenter`: participant id, "" = the chair. `planned_min`: how long it is meant to take."""

    item_id: Key
    title: Annotated[str, Field(min_length=1, max_length=300)]
    presenter: Annotated[str, Field(max_length=40)] = ""
    planned_min: Annotated[int, Field(ge=1, le=1440)] = 15


class Shown(Wire):
    """What the meeting looks at: a live reference, never a picture of it.

    Attributes:
        key: id of the camera, station, alert, incident, report or vote; "" for map and agenda.
        at_ms: the moment of a replay that is looked at; None = live.
        zoom: 1 = whole; `x`, `y`: the middle of what is shown, shares from the upper left.
    """

    kind: ShownKind
    key: Annotated[str, Field(max_length=200)] = ""
    at_ms: EpochMs | None = None
    zoom: Annotated[float, Field(ge=1.0, le=32.0)] = 1.0
    x: Share = 0.5
    y: Share = 0.5


class FloorWish(Wire):
    """Somebody wants to speak."""

    participant_id: Key
    asked_ms: EpochMs
    about: ShortText = ""


class Floor(Wire):
    """Somebody speaks."""

    participant_id: Key
    item_id: str
    since_ms: EpochMs
    limit_s: Annotated[int, Field(ge=10, le=7200)]

    def left_s(self, now_ms: int) -> int:
        """What is left of his time, rounded up; negative once it is over."""
        return -((now_ms - self.since_ms - self.limit_s * 1000) // 1000)


class Spoken(Wire):
    """Somebody spoke, for the minutes."""

    participant_id: Key
    item_id: str
    since_ms: EpochMs
    until_ms: EpochMs


class VoteOption(Wire):
    """Of a motion the first option is the one that says yes, and `counts` False takes it out of the votes cast
    (abstention)."""

    option_id: Key
    name_vi: Name
    name_en: ShortText = ""
    counts: bool = True


class VoteResult(Wire):
    """What came out, complete: nothing of it is counted again later.

    Attributes:
        counts: option id -> votes, an entry for every option.
        present, members: with a vote, when it was closed.
        base: of how many the majority was asked; None for a poll.
        carried: None for a poll.
        serials: of a secret vote: the random number of every ballot and its option, sorted, so that whoever voted
            finds his own.
    """

    counts: dict[str, int]
    present: int
    members: int
    base: int | None = None
    carried: bool | None = None
    serials: tuple[tuple[str, str], ...] = ()


class BallotKey(Wire):
    """Public key of one secret vote (RSA): modulus and exponent, hexadecimal."""

    modulus: Annotated[str, Field(pattern=r"^[0-9a-f]{256,1024}$")]
    exponent: Annotated[str, Field(pattern=r"^[0-9a-f]{1,16}$")]


class HandedBallot(Wire):
    """A blinded number and the room's signature under it: its owner alone can make a ballot of them."""

    blinded: Annotated[str, Field(max_length=1024)]
    signature: Annotated[str, Field(max_length=1024)]


class Vote(Wire):
    """A vote of a meeting.

    Attributes:
        ballots: participant -> option; stays empty when it is secret.
        papers: participants who were handed a ballot of a secret vote; what they did with it nobody knows.
        handed: by participant, so that a seat that was away finds its own; empty once the vote is closed.
    """

    vote_id: Key
    item_id: str = ""
    question: Annotated[str, Field(min_length=1, max_length=500)]
    form: VoteForm
    options: Annotated[tuple[VoteOption, ...], Field(min_length=2, max_length=OPTIONS_MOST)]
    majority: Majority | None = None
    key: BallotKey | None = None
    opened_ms: EpochMs = 0
    closed_ms: EpochMs | None = None
    ballots: dict[str, str] = Field(default_factory=dict)
    papers: tuple[str, ...] = ()
    handed: dict[str, HandedBallot] = Field(default_factory=dict)
    result: VoteResult | None = None

    @property
    def is_open(self) -> bool:
        return self.closed_ms is None

    def option(self, option_id: str) -> VoteOption | None:
        return next((one for one in self.options if one.option_id == option_id), None)


class Conclusion(Wire):
    """What was concluded. `agency_id` with `due_ms`: who is to do it until when; "" = for the record only."""

    conclusion_id: Key
    item_id: str = ""
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    agency_id: Annotated[str, Field(max_length=200)] = ""
    due_ms: EpochMs | None = None
    by: str = ""
    at_ms: EpochMs = 0


class MeetingNote(Wire):
    """A line of the minutes by the secretary's hand."""

    item_id: str
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    by: str
    at_ms: EpochMs


class MeetingPlan(Wire):
    """What is laid down before; it may be changed until the meeting is over."""

    title: Annotated[str, Field(min_length=1, max_length=300)]
    place: ShortText = ""
    begins_ms: EpochMs
    ends_ms: EpochMs
    participants: Annotated[tuple[Participant, ...], Field(min_length=1, max_length=PARTICIPANTS_MOST)]
    agenda: Annotated[tuple[AgendaItem, ...], Field(max_length=ITEMS_MOST)] = ()
    link: Annotated[str, Field(max_length=500)] = ""
    """https address of the video conference, "" = none."""

    @property
    def voters(self) -> tuple[Participant, ...]:
        return tuple(one for one in self.participants if one.has_vote)


class Meeting(Wire):
    """One meeting as it stands. Lists are in the order in which it happened.

    Attributes:
        item_id: what is dealt with now, "" = nothing yet.
        wishes: who wants to speak, the first asked first.
        quorum: as the site's rules asked when it was planned.
    """

    meeting_id: Identifier
    plan: MeetingPlan
    quorum: Quorum = Quorum()
    warn_left_s: int = 180
    phase: MeetingPhase = "planned"
    planned_by: str = ""
    changed_ms: EpochMs = 0
    began_ms: EpochMs | None = None
    ended_ms: EpochMs | None = None
    attendance: dict[str, Attendance] = Field(default_factory=dict)
    item_id: str = ""
    items_done: tuple[str, ...] = ()
    shown: Shown = Shown(kind="agenda")
    shown_by: str = ""
    wishes: tuple[FloorWish, ...] = ()
    floor: Floor | None = None
    spoken: tuple[Spoken, ...] = ()
    votes: tuple[Vote, ...] = ()
    conclusions: tuple[Conclusion, ...] = ()
    notes: tuple[MeetingNote, ...] = ()
    quiet: QuietRule = "all"

    @property
    def is_over(self) -> bool:
        return self.phase in ("over", "cancelled")

    @property
    def is_on(self) -> bool:
        return self.phase in ("running", "paused")

    @property
    def open_vote(self) -> Vote | None:
        return next((one for one in self.votes if one.is_open), None)

    def participant(self, participant_id: str) -> Participant | None:
        return next((one for one in self.plan.participants if one.participant_id == participant_id), None)

    def item(self, item_id: str) -> AgendaItem | None:
        return next((one for one in self.plan.agenda if one.item_id == item_id), None)

    def vote(self, vote_id: str) -> Vote | None:
        return next((one for one in self.votes if one.vote_id == vote_id), None)

    def presence(self, participant_id: str) -> Presence:
        stands = self.attendance.get(participant_id)
        return stands.presence if stands is not None else "invited"

    def acts_as(self, user: str) -> Iterator[Participant]:
        """Participants for whom this account acts: himself, or whom he stands in for."""
        for one in self.plan.participants:
            stands = self.attendance.get(one.participant_id)
            sent = stands.user if stands is not None and stands.substitute else ""
            if user and user == (sent or one.user):
                yield one

    def has_role(self, user: str, *roles: MeetingRole) -> bool:
        return any(one.role in roles for one in self.acts_as(user))

    @property
    def present_voters(self) -> int:
        return sum(self.presence(one.participant_id) == "present" for one in self.plan.voters)

    @property
    def is_quorate(self) -> bool:
        return self.present_voters >= self.quorum.needed(len(self.plan.voters))


def tally(vote: Vote, counts: Mapping[str, int], present: int, members: int) -> VoteResult:
    """What comes of these votes. `counts`: option id -> votes; options that nobody chose may be missing."""
    full = {one.option_id: counts.get(one.option_id, 0) for one in vote.options}
    if vote.majority is None or vote.form == "poll":
        return VoteResult(counts=full, present=present, members=members)
    cast = sum(full[one.option_id] for one in vote.options if one.counts)
    base = {"cast": cast, "present": present, "members": members}[vote.majority.of]
    carried = vote.majority.carries(full[vote.options[0].option_id], base)
    return VoteResult(counts=full, present=present, members=members, base=base, carried=carried)
