"""Meetings as pure decisions: the state and a wish in, events or a refusal out.

Who may do what is said by the role in this meeting. Chair and secretary run it; a member acts for himself, and for
whom he stands in; who is not invited does nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from backend.contracts import meeting_commands as cmd
from backend.contracts import meeting_events as ev
from backend.contracts.commands import RefusalCode
from backend.contracts.meetings import (
    BallotKey,
    Conclusion,
    Meeting,
    MeetingPhase,
    MeetingPlan,
    MeetingRules,
    Participant,
    Shown,
    Vote,
    VoteResult,
    tally,
)
from backend.contracts.state import RoomState
from backend.domain.alerts import Decision, Refusal

MEETINGS_OPEN_MOST: Final = 500
WISHES_MOST: Final = 100
LONGEST_MS: Final = 7 * 86_400_000


@dataclass(frozen=True, slots=True)
class Ballots:
    """What a secret vote needs from outside of the room's state.

    Attributes:
        key: its public key, when it is opened.
        sign: signs a blinded number; raises ValueError when it is none of this key's.
        cast: the ballots in the box, serial -> option, when it is closed; None = of another kind of vote.
    """

    key: BallotKey | None = None
    sign: Callable[[str], str] | None = None
    cast: Mapping[str, str] | None = None


NO_BALLOTS: Final = Ballots()

_STEPS: Final[dict[MeetingPhase, tuple[MeetingPhase, ...]]] = {
    "planned": ("running", "cancelled"),
    "running": ("paused", "over"),
    "paused": ("running", "over"),
    "over": (),
    "cancelled": (),
}


def decide(
    state: RoomState, wish: cmd.MeetingCommand, user: str, ballots: Ballots, rules: MeetingRules | None = None
) -> Decision:
    """What comes of a wish; its words are clean already. `ballots`: what a secret vote needs; `rules`: the site's."""
    rules = rules or (state.site.meetings if state.site is not None else MeetingRules())
    if isinstance(wish, cmd.PlanMeeting):
        return _plan(state, wish, user, rules)
    meeting = state.meetings.get(wish.meeting_id)
    if meeting is None:
        return Refusal(RefusalCode.NOT_FOUND, f"the room knows no meeting {wish.meeting_id!r}"[:300])
    if (refusal := _not_invited(meeting, wish, user) or _not_on(meeting, wish)) is not None:
        return refusal
    if isinstance(wish, _AboutVotes):
        return _vote_wish(meeting, wish, user, rules, ballots)
    if isinstance(wish, _AboutPlan):
        return _plan_wish(state, meeting, wish, user)
    return _session_wish(state, meeting, wish, user, rules)


_AboutVotes = cmd.OpenVote | cmd.CastBallot | cmd.TakeBallot | cmd.CloseVote
_AboutPlan = cmd.ReplanMeeting | cmd.AttendMeeting | cmd.MoveMeeting
_InTheRoom = (
    cmd.OpenMeetingItem | cmd.ShowInMeeting | cmd.AskFloor | cmd.GiveFloor | cmd.ConcludeInMeeting | cmd.NoteInMeeting
    | cmd.QuietMeeting
)  # fmt: skip


def _plan_wish(state: RoomState, meeting: Meeting, wish: _AboutPlan, user: str) -> Decision:
    match wish:
        case cmd.ReplanMeeting():
            return _replan(state, meeting, wish)
        case cmd.AttendMeeting():
            return _attend(meeting, wish, user)
        case cmd.MoveMeeting():
            return _move(meeting, wish)


def _session_wish(state: RoomState, meeting: Meeting, wish: _InTheRoom, user: str, rules: MeetingRules) -> Decision:
    match wish:
        case cmd.OpenMeetingItem():
            return _open_item(meeting, wish)
        case cmd.ShowInMeeting():
            return _show(state, meeting, wish.shown)
        case cmd.AskFloor():
            return _ask_floor(meeting, wish, user)
        case cmd.GiveFloor():
            return _give_floor(meeting, wish, rules)
        case cmd.ConcludeInMeeting():
            return _conclude(state, meeting, wish)
        case cmd.NoteInMeeting():
            if not wish.text:
                return Refusal(RefusalCode.INVALID, "a note needs words")
            return (ev.MeetingNoted(meeting_id=meeting.meeting_id, item_id=meeting.item_id, text=wish.text),)
        case cmd.QuietMeeting():
            return (ev.MeetingQuieted(meeting_id=meeting.meeting_id, quiet=wish.quiet),)


def _vote_wish(meeting: Meeting, wish: _AboutVotes, user: str, rules: MeetingRules, ballots: Ballots) -> Decision:
    match wish:
        case cmd.OpenVote():
            return _open_vote(meeting, wish, rules, ballots)
        case cmd.CastBallot():
            return _cast(meeting, wish, user)
        case cmd.TakeBallot():
            return _take_ballot(meeting, wish, user, ballots)
        case cmd.CloseVote():
            return _close_vote(meeting, wish, ballots)


# -- who may, and when -------------------------------------------------------------------------------------------

_RUNS: Final = (
    cmd.ReplanMeeting | cmd.MoveMeeting | cmd.OpenMeetingItem | cmd.GiveFloor | cmd.OpenVote | cmd.CloseVote
    | cmd.ConcludeInMeeting | cmd.NoteInMeeting | cmd.QuietMeeting
)  # fmt: skip
"""What only chair and secretary do."""

_IN_SESSION: Final = (
    cmd.OpenMeetingItem | cmd.ShowInMeeting | cmd.AskFloor | cmd.GiveFloor | cmd.OpenVote | cmd.CastBallot
    | cmd.TakeBallot | cmd.CloseVote
)  # fmt: skip


def _not_invited(meeting: Meeting, wish: cmd.MeetingCommand, user: str) -> Refusal | None:
    """Who planned it may do what chair and secretary do until it begins: he writes the invitation."""
    runs = meeting.has_role(user, "chair", "secretary") or (meeting.phase == "planned" and user == meeting.planned_by)
    if isinstance(wish, _RUNS):
        return None if runs else Refusal(RefusalCode.NOT_ALLOWED, "only chair and secretary of the meeting may do so")
    if isinstance(wish, cmd.ShowInMeeting):
        item = meeting.item(meeting.item_id)
        presents = {one.participant_id for one in meeting.acts_as(user)}
        speaks = meeting.floor is not None and meeting.floor.participant_id in presents
        if runs or speaks or (item is not None and item.presenter in presents):
            return None
        words = "only chair, secretary, the presenter of the item and who has the floor may show something"
        return Refusal(RefusalCode.NOT_ALLOWED, words)
    if runs or any(True for _ in meeting.acts_as(user)):
        return None
    return Refusal(RefusalCode.NOT_ALLOWED, "you are not invited to this meeting")


def _not_on(meeting: Meeting, wish: cmd.MeetingCommand) -> Refusal | None:
    written = isinstance(wish, cmd.ConcludeInMeeting | cmd.NoteInMeeting)  # the minutes are finished afterwards
    if meeting.phase == "cancelled" or (meeting.is_over and not written):
        return Refusal(RefusalCode.WRONG_PHASE, "the meeting is over")
    if isinstance(wish, _IN_SESSION) and not meeting.is_on:
        return Refusal(RefusalCode.WRONG_PHASE, "the meeting has not begun")
    return None


def _own(meeting: Meeting, participant_id: str, user: str, by_list: bool) -> Participant | Refusal:
    """The participant, if `user` may act for him; `by_list`: chair and secretary may for everybody."""
    one = meeting.participant(participant_id)
    if one is None:
        return Refusal(RefusalCode.NOT_FOUND, f"the meeting has no participant {participant_id!r}"[:300])
    if any(own.participant_id == participant_id for own in meeting.acts_as(user)):
        return one
    if by_list and (meeting.has_role(user, "chair", "secretary") or user == meeting.planned_by):
        return one
    return Refusal(RefusalCode.NOT_ALLOWED, f"you do not act for {one.name}"[:300])


# -- the plan ----------------------------------------------------------------------------------------------------


def _plan(state: RoomState, wish: cmd.PlanMeeting, user: str, rules: MeetingRules) -> Decision:
    if wish.meeting_id in state.meetings:
        return Refusal(RefusalCode.INVALID, f"there is a meeting {wish.meeting_id!r} already"[:300])
    if sum(not one.is_over for one in state.meetings.values()) >= MEETINGS_OPEN_MOST:
        words = f"{MEETINGS_OPEN_MOST} meetings are planned: end or call off what is past"
        return Refusal(RefusalCode.UNAVAILABLE, words)
    if (refusal := _wrong_plan(state, wish.plan)) is not None:
        return refusal
    meeting = Meeting(
        meeting_id=wish.meeting_id, plan=wish.plan, quorum=rules.quorum, warn_left_s=rules.warn_left_s, planned_by=user
    )
    return (ev.MeetingPlanned(meeting=meeting),)


def _wrong_plan(state: RoomState, told: MeetingPlan) -> Refusal | None:
    """The first thing that is wrong with a plan, in words that say what would be right."""
    if not told.begins_ms < told.ends_ms <= told.begins_ms + LONGEST_MS:
        return Refusal(RefusalCode.INVALID, "a meeting ends after it begins, and within seven days")
    named = (told.title, *(one.name for one in told.participants), *(one.title for one in told.agenda))
    if not all(named):
        return Refusal(RefusalCode.INVALID, "the meeting, everybody invited and every item of the agenda need a name")
    people = Counter(one.participant_id for one in told.participants)
    twice = [key for key, count in people.items() if count > 1]
    if twice:
        return Refusal(RefusalCode.INVALID, f"participant {twice[0]!r} is listed twice")
    accounts = Counter(one.user for one in told.participants if one.user)
    shared = [key for key, count in accounts.items() if count > 1]
    if shared:
        return Refusal(RefusalCode.INVALID, f"the account {shared[0]!r} is given to two participants"[:300])
    chairs = sum(one.role == "chair" for one in told.participants)
    if chairs != 1:
        return Refusal(RefusalCode.INVALID, f"a meeting has one chair, not {chairs}")
    if any(one.role == "guest" and one.has_vote for one in told.participants):
        return Refusal(RefusalCode.INVALID, "guests have no vote: take the vote away, or make them members")
    items = Counter(one.item_id for one in told.agenda)
    again = [key for key, count in items.items() if count > 1]
    if again:
        return Refusal(RefusalCode.INVALID, f"item {again[0]!r} is on the agenda twice")
    unknown = [one.presenter for one in told.agenda if one.presenter and one.presenter not in people]
    if unknown:
        return Refusal(RefusalCode.INVALID, f"the presenter {unknown[0]!r} is not invited")
    if told.link and not told.link.startswith("https://"):
        return Refusal(RefusalCode.INVALID, "the address of the video conference begins with https://")
    known = _agencies(state)
    strange = [one.agency_id for one in told.participants if one.agency_id and one.agency_id not in known]
    if strange:
        return Refusal(RefusalCode.UNKNOWN_AGENCY, f"the site has no agency {strange[0]!r}"[:300])
    return None


def _agencies(state: RoomState) -> set[str]:
    site = state.site
    return set() if site is None else {one.agency_id for one in site.agencies} | {one.unit_id for one in site.units}


def _replan(state: RoomState, meeting: Meeting, wish: cmd.ReplanMeeting) -> Decision:
    if wish.expected_ms != meeting.changed_ms and meeting.phase == "planned":
        return Refusal(RefusalCode.OWNER_CHANGED, "somebody changed the meeting meanwhile: look at it, then write anew")
    if (refusal := _wrong_plan(state, wish.plan)) is not None:
        return refusal
    vote = meeting.open_vote
    if vote is not None and wish.plan.voters != meeting.plan.voters:
        return Refusal(RefusalCode.WRONG_PHASE, "who has a vote cannot change while a vote is open")
    return (ev.MeetingReplanned(meeting_id=meeting.meeting_id, plan=wish.plan, reason=wish.reason),)


# -- who is there ------------------------------------------------------------------------------------------------


def _attend(meeting: Meeting, wish: cmd.AttendMeeting, user: str) -> Decision:
    found = _own(meeting, wish.participant_id, user, by_list=True)
    if isinstance(found, Refusal):
        return found
    if wish.presence == "left" and meeting.presence(wish.participant_id) != "present":
        return Refusal(RefusalCode.WRONG_PHASE, f"{found.name} is not here")
    if wish.presence == "invited":
        return Refusal(RefusalCode.INVALID, "an invitation is answered, not taken back: change the plan instead")
    if wish.presence == "declined" and not wish.reason and not wish.substitute:
        return Refusal(RefusalCode.NEEDS_REASON, "say why, or who comes instead")
    if wish.user and not wish.substitute:
        return Refusal(RefusalCode.INVALID, "an account is given to a substitute who has a name")
    taken = {one.user for one in meeting.plan.participants if one.user}
    if wish.user and wish.user in taken:
        return Refusal(RefusalCode.INVALID, f"{wish.user} takes part himself and cannot stand in for somebody"[:300])
    event = ev.MeetingAttended(
        meeting_id=meeting.meeting_id,
        participant_id=wish.participant_id,
        presence=wish.presence,
        substitute=wish.substitute,
        user=wish.user,
        reason=wish.reason,
    )
    return (event,)


def _move(meeting: Meeting, wish: cmd.MoveMeeting) -> Decision:
    if wish.phase not in _STEPS[meeting.phase]:
        words = " or ".join(_STEPS[meeting.phase]) or "nothing"
        return Refusal(RefusalCode.WRONG_PHASE, f"a meeting that is {meeting.phase} becomes {words}, not {wish.phase}")
    if wish.phase == "cancelled" and not wish.reason:
        return Refusal(RefusalCode.NEEDS_REASON, "say why it is called off")
    if wish.phase == "running" and not meeting.is_quorate and not wish.reason:
        needed = meeting.quorum.needed(len(meeting.plan.voters))
        words = f"{meeting.present_voters} of {needed} needed are present: say why it begins without a quorum"
        return Refusal(RefusalCode.NEEDS_REASON, words)
    vote = meeting.open_vote
    if wish.phase == "over" and vote is not None:
        return Refusal(RefusalCode.OPEN_WORK, f"close the vote “{vote.question}” first"[:300])
    return (ev.MeetingMoved(meeting_id=meeting.meeting_id, phase=wish.phase, reason=wish.reason),)


# -- what is dealt with ------------------------------------------------------------------------------------------


def _open_item(meeting: Meeting, wish: cmd.OpenMeetingItem) -> Decision:
    if meeting.item(wish.item_id) is None:
        return Refusal(RefusalCode.NOT_FOUND, f"the agenda has no item {wish.item_id!r}")
    if meeting.item_id == wish.item_id:
        return Refusal(RefusalCode.INVALID, "this item is dealt with already")
    return (ev.MeetingItemOpened(meeting_id=meeting.meeting_id, item_id=wish.item_id),)


def _show(state: RoomState, meeting: Meeting, shown: Shown) -> Decision:
    if shown.kind not in ("agenda", "map") and not shown.key:
        return Refusal(RefusalCode.INVALID, f"say which {shown.kind} is to be shown")
    if not _is_there(state, meeting, shown):
        return Refusal(RefusalCode.NOT_FOUND, f"there is no {shown.kind} {shown.key!r} to show"[:300])
    return (ev.MeetingShown(meeting_id=meeting.meeting_id, shown=shown),)


def _is_there(state: RoomState, meeting: Meeting, shown: Shown) -> bool:
    site, key = state.site, shown.key
    match shown.kind:
        case "agenda" | "map":
            return True
        case "vote":
            return meeting.vote(key) is not None
        case "camera":
            return site is not None and any(one.camera_id == key for one in site.cameras)
        case "station":
            return site is not None and any(one.station_id == key for one in site.stations)
        case "alert":
            return state.find_alert(key) is not None
        case "incident":
            return key in state.incidents
        case "report":
            return state.report(key) is not None


# -- who speaks --------------------------------------------------------------------------------------------------


def _ask_floor(meeting: Meeting, wish: cmd.AskFloor, user: str) -> Decision:
    found = _own(meeting, wish.participant_id, user, by_list=True)
    if isinstance(found, Refusal):
        return found
    asks = any(one.participant_id == wish.participant_id for one in meeting.wishes)
    if not wish.wants:
        if not asks:
            return Refusal(RefusalCode.WRONG_PHASE, f"{found.name} has not asked for the floor")
        return (ev.FloorWithdrawn(meeting_id=meeting.meeting_id, participant_id=wish.participant_id),)
    if asks:
        return Refusal(RefusalCode.INVALID, f"{found.name} has asked for the floor already")
    if meeting.presence(wish.participant_id) != "present":
        return Refusal(RefusalCode.WRONG_PHASE, f"{found.name} is not checked in")
    if len(meeting.wishes) >= WISHES_MOST:
        return Refusal(RefusalCode.UNAVAILABLE, f"{WISHES_MOST} wait to speak already")
    return (ev.FloorAsked(meeting_id=meeting.meeting_id, participant_id=wish.participant_id, about=wish.about),)


def _give_floor(meeting: Meeting, wish: cmd.GiveFloor, rules: MeetingRules) -> Decision:
    if not wish.participant_id:
        if meeting.floor is None:
            return Refusal(RefusalCode.WRONG_PHASE, "nobody has the floor")
        return (ev.FloorEnded(meeting_id=meeting.meeting_id),)
    if meeting.phase != "running":
        return Refusal(RefusalCode.WRONG_PHASE, "the meeting is paused")
    one = meeting.participant(wish.participant_id)
    if one is None:
        return Refusal(RefusalCode.NOT_FOUND, f"the meeting has no participant {wish.participant_id!r}")
    if meeting.presence(wish.participant_id) != "present":
        return Refusal(RefusalCode.WRONG_PHASE, f"{one.name} is not checked in")
    limit_s = wish.limit_s or rules.speech_s
    if not 10 <= limit_s <= 7200:
        return Refusal(RefusalCode.INVALID, "a speech takes 10 seconds to 2 hours")
    return (ev.FloorGiven(meeting_id=meeting.meeting_id, participant_id=one.participant_id, limit_s=limit_s),)


# -- votes -------------------------------------------------------------------------------------------------------


def _open_vote(meeting: Meeting, wish: cmd.OpenVote, rules: MeetingRules, ballots: Ballots) -> Decision:
    if meeting.vote(wish.vote_id) is not None:
        return Refusal(RefusalCode.INVALID, f"there was a vote {wish.vote_id!r} already")
    if (running := meeting.open_vote) is not None:
        return Refusal(RefusalCode.OPEN_WORK, f"close the vote “{running.question}” first"[:300])
    if not wish.question or not all(one.name_vi for one in wish.options):
        return Refusal(RefusalCode.INVALID, "the question and every option need words")
    options = Counter(one.option_id for one in wish.options)
    if len(options) < len(wish.options):
        return Refusal(RefusalCode.INVALID, "two options have the same id")
    majority = rules.majority(wish.majority_id)
    if wish.form == "poll" and wish.majority_id:
        return Refusal(RefusalCode.INVALID, "a poll carries nothing: it takes no majority")
    if wish.form != "poll" and majority is None:
        known = ", ".join(one.majority_id for one in rules.majorities) or "none: meetings.toml names them"
        return Refusal(RefusalCode.INVALID, f"no majority {wish.majority_id!r}; the site's are {known}"[:500])
    if not meeting.is_quorate and wish.form != "poll":
        needed = meeting.quorum.needed(len(meeting.plan.voters))
        return Refusal(RefusalCode.WRONG_PHASE, f"no quorum: {meeting.present_voters} of {needed} needed are present")
    if wish.form == "secret" and ballots.key is None:
        return Refusal(RefusalCode.UNAVAILABLE, "there is no key for this secret vote: open it anew")
    vote = Vote(
        vote_id=wish.vote_id,
        item_id=meeting.item_id,
        question=wish.question,
        form=wish.form,
        options=wish.options,
        majority=majority,
        key=ballots.key if wish.form == "secret" else None,
    )
    return (ev.VoteOpened(meeting_id=meeting.meeting_id, vote=vote),)


def _open(meeting: Meeting, vote_id: str) -> Vote | Refusal:
    vote = meeting.vote(vote_id)
    if vote is None:
        return Refusal(RefusalCode.NOT_FOUND, f"the meeting has no vote {vote_id!r}")
    return vote if vote.is_open else Refusal(RefusalCode.WRONG_PHASE, "the vote is closed")


def _cast(meeting: Meeting, wish: cmd.CastBallot, user: str) -> Decision:
    vote = _open(meeting, wish.vote_id)
    if isinstance(vote, Refusal):
        return vote
    if vote.form == "secret":
        return Refusal(RefusalCode.INVALID, "a secret vote is cast by its ballot, never under a name")
    roll_call = vote.form == "roll_call"
    found = _own(meeting, wish.participant_id, user, by_list=roll_call)
    if isinstance(found, Refusal):
        return found
    if roll_call and not meeting.has_role(user, "chair", "secretary"):
        return Refusal(RefusalCode.NOT_ALLOWED, "in a roll-call the secretary writes down what is said")
    if not found.has_vote:
        return Refusal(RefusalCode.NOT_ALLOWED, f"{found.name} has no vote")
    if meeting.presence(wish.participant_id) != "present":
        return Refusal(RefusalCode.WRONG_PHASE, f"{found.name} is not checked in")
    if vote.option(wish.option_id) is None:
        return Refusal(RefusalCode.INVALID, f"the vote has no option {wish.option_id!r}")
    event = ev.BallotCast(
        meeting_id=meeting.meeting_id,
        vote_id=vote.vote_id,
        participant_id=found.participant_id,
        option_id=wish.option_id,
    )
    return (event,)


def _take_ballot(meeting: Meeting, wish: cmd.TakeBallot, user: str, ballots: Ballots) -> Decision:
    vote = _open(meeting, wish.vote_id)
    if isinstance(vote, Refusal):
        return vote
    if vote.form != "secret":
        return Refusal(RefusalCode.INVALID, "this vote is not secret: it has no ballots")
    found = _own(meeting, wish.participant_id, user, by_list=False)
    if isinstance(found, Refusal):
        return found
    if not found.has_vote:
        return Refusal(RefusalCode.NOT_ALLOWED, f"{found.name} has no vote")
    if meeting.presence(wish.participant_id) != "present":
        return Refusal(RefusalCode.WRONG_PHASE, f"{found.name} is not checked in")
    if wish.participant_id in vote.papers:
        return Refusal(RefusalCode.INVALID, f"{found.name} was handed a ballot already: nobody votes twice")
    if ballots.sign is None:
        return Refusal(RefusalCode.UNAVAILABLE, "the key of this vote is not here")
    try:
        signature = ballots.sign(wish.blinded)
    except ValueError as error:
        return Refusal(RefusalCode.INVALID, str(error))
    event = ev.BallotHanded(
        meeting_id=meeting.meeting_id,
        vote_id=vote.vote_id,
        participant_id=found.participant_id,
        blinded=wish.blinded,
        signature=signature,
    )
    return (event,)


def _close_vote(meeting: Meeting, wish: cmd.CloseVote, ballots: Ballots) -> Decision:
    vote = _open(meeting, wish.vote_id)
    if isinstance(vote, Refusal):
        return vote
    if vote.form == "secret" and ballots.cast is None:
        return Refusal(RefusalCode.UNAVAILABLE, "the box of this vote cannot be opened now; close it again")
    result = result_of(meeting, vote, ballots.cast or {})
    return (ev.VoteClosed(meeting_id=meeting.meeting_id, vote_id=vote.vote_id, result=result),)


def result_of(meeting: Meeting, vote: Vote, cast: Mapping[str, str]) -> VoteResult:
    """As the ballots lie now; `cast`: those of a secret vote, by serial."""
    chosen = cast if vote.form == "secret" else vote.ballots
    result = tally(vote, Counter(chosen.values()), meeting.present_voters, len(meeting.plan.voters))
    # Sorted by a random number: the order says nothing.
    return result.model_copy(update={"serials": tuple(sorted(cast.items()))}) if vote.form == "secret" else result


# -- what comes of it --------------------------------------------------------------------------------------------


def _conclude(state: RoomState, meeting: Meeting, wish: cmd.ConcludeInMeeting) -> Decision:
    if meeting.phase == "planned":
        return Refusal(RefusalCode.WRONG_PHASE, "the meeting has not begun")
    if not wish.text:
        return Refusal(RefusalCode.INVALID, "a conclusion needs words")
    if wish.item_id and meeting.item(wish.item_id) is None:
        return Refusal(RefusalCode.NOT_FOUND, f"the agenda has no item {wish.item_id!r}")
    if wish.agency_id and wish.agency_id not in _agencies(state):
        return Refusal(RefusalCode.UNKNOWN_AGENCY, f"the site has no agency {wish.agency_id!r}"[:300])
    if wish.due_ms is not None and not wish.agency_id:
        return Refusal(RefusalCode.INVALID, "a deadline needs the agency that has to keep it")
    told = Conclusion(
        conclusion_id=wish.conclusion_id,
        item_id=wish.item_id or meeting.item_id,
        text=wish.text,
        agency_id=wish.agency_id,
        due_ms=wish.due_ms,
    )
    return (ev.MeetingConcluded(meeting_id=meeting.meeting_id, conclusion=told),)
