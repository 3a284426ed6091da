"""What is asked for in a meeting. Who may do it is said by his role in this meeting, not by his account alone."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backend.contracts.base import CommandId, EpochMs, Identifier, Wire
from backend.contracts.meetings import (
    OPTIONS_MOST,
    Key,
    MeetingPhase,
    MeetingPlan,
    Presence,
    QuietRule,
    ShortText,
    Shown,
    VoteForm,
    VoteOption,
)


class PlanMeeting(Wire):
    kind: Literal["meeting.plan"] = "meeting.plan"
    command_id: CommandId
    meeting_id: Identifier
    plan: MeetingPlan


class ReplanMeeting(Wire):
    """Write the plan anew. `expected_ms`: `Meeting.changed_ms` as the seat saw it: nobody overwrites another's."""

    kind: Literal["meeting.replan"] = "meeting.replan"
    command_id: CommandId
    meeting_id: Identifier
    plan: MeetingPlan
    expected_ms: EpochMs
    reason: ShortText = ""


class AttendMeeting(Wire):
    """Answer the invitation, send somebody, come or leave; the secretary does so for everybody by his list."""

    kind: Literal["meeting.attend"] = "meeting.attend"
    command_id: CommandId
    meeting_id: Identifier
    participant_id: Key
    presence: Presence
    substitute: ShortText = ""
    user: Annotated[str, Field(max_length=200)] = ""
    reason: ShortText = ""


class MoveMeeting(Wire):
    """Begin, pause, go on, end or call off. Ending without a quorum, or calling off, needs a reason."""

    kind: Literal["meeting.move"] = "meeting.move"
    command_id: CommandId
    meeting_id: Identifier
    phase: MeetingPhase
    reason: ShortText = ""


class OpenMeetingItem(Wire):
    kind: Literal["meeting.open_item"] = "meeting.open_item"
    command_id: CommandId
    meeting_id: Identifier
    item_id: Key


class ShowInMeeting(Wire):
    """Put something on everybody's screen."""

    kind: Literal["meeting.show"] = "meeting.show"
    command_id: CommandId
    meeting_id: Identifier
    shown: Shown


class AskFloor(Wire):
    kind: Literal["meeting.ask_floor"] = "meeting.ask_floor"
    command_id: CommandId
    meeting_id: Identifier
    participant_id: Key
    wants: bool = True
    """False: does not want to speak any more."""
    about: ShortText = ""


class GiveFloor(Wire):
    """Give the floor; participant "" takes it back. `limit_s` 0 = as the site's rules say."""

    kind: Literal["meeting.give_floor"] = "meeting.give_floor"
    command_id: CommandId
    meeting_id: Identifier
    participant_id: Annotated[str, Field(max_length=40)]
    limit_s: Annotated[int, Field(ge=0, le=7200)] = 0


class OpenVote(Wire):
    """Put a question to the vote. `majority_id`: of the site's rules; "" for a poll."""

    kind: Literal["meeting.open_vote"] = "meeting.open_vote"
    command_id: CommandId
    meeting_id: Identifier
    vote_id: Key
    question: Annotated[str, Field(min_length=1, max_length=500)]
    form: VoteForm
    options: Annotated[tuple[VoteOption, ...], Field(min_length=2, max_length=OPTIONS_MOST)]
    majority_id: Annotated[str, Field(max_length=40)] = ""


class CastBallot(Wire):
    """Vote, or in a roll-call write down what somebody said."""

    kind: Literal["meeting.cast"] = "meeting.cast"
    command_id: CommandId
    meeting_id: Identifier
    vote_id: Key
    participant_id: Key
    option_id: Key


class TakeBallot(Wire):
    """Take the ballot of a secret vote: the seat's blinded number is signed. Seats do so by themselves when the vote
    opens, so that the time says nothing."""

    kind: Literal["meeting.take_ballot"] = "meeting.take_ballot"
    command_id: CommandId
    meeting_id: Identifier
    vote_id: Key
    participant_id: Key
    blinded: Annotated[str, Field(pattern=r"^[0-9a-f]{1,1024}$")]


class CloseVote(Wire):
    kind: Literal["meeting.close_vote"] = "meeting.close_vote"
    command_id: CommandId
    meeting_id: Identifier
    vote_id: Key


class ConcludeInMeeting(Wire):
    """Write down a conclusion; with an agency and a date it is something to be done."""

    kind: Literal["meeting.conclude"] = "meeting.conclude"
    command_id: CommandId
    meeting_id: Identifier
    conclusion_id: Key
    item_id: Annotated[str, Field(max_length=40)] = ""
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    agency_id: Annotated[str, Field(max_length=200)] = ""
    due_ms: EpochMs | None = None


class NoteInMeeting(Wire):
    kind: Literal["meeting.note"] = "meeting.note"
    command_id: CommandId
    meeting_id: Identifier
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class QuietMeeting(Wire):
    kind: Literal["meeting.quiet"] = "meeting.quiet"
    command_id: CommandId
    meeting_id: Identifier
    quiet: QuietRule


MeetingCommand = (
    PlanMeeting
    | ReplanMeeting
    | AttendMeeting
    | MoveMeeting
    | OpenMeetingItem
    | ShowInMeeting
    | AskFloor
    | GiveFloor
    | OpenVote
    | CastBallot
    | TakeBallot
    | CloseVote
    | ConcludeInMeeting
    | NoteInMeeting
    | QuietMeeting
)
"""Commands about a meeting: they have a `meeting_id`."""
