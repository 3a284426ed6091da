"""What happens in a meeting, in the past tense."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backend.contracts.base import Identifier, Wire
from backend.contracts.meetings import (
    Conclusion,
    Key,
    Meeting,
    MeetingPhase,
    MeetingPlan,
    Presence,
    QuietRule,
    ShortText,
    Shown,
    Vote,
    VoteResult,
)


class MeetingPlanned(Wire):
    kind: Literal["meeting.planned"] = "meeting.planned"
    meeting: Meeting


class MeetingReplanned(Wire):
    """The plan holds from now on as it stands here, whole."""

    kind: Literal["meeting.replanned"] = "meeting.replanned"
    meeting_id: Identifier
    plan: MeetingPlan
    reason: ShortText = ""


class MeetingAttended(Wire):
    """Somebody answered the invitation, sent somebody, came or left; by himself or by the secretary's list."""

    kind: Literal["meeting.attended"] = "meeting.attended"
    meeting_id: Identifier
    participant_id: Key
    presence: Presence
    substitute: ShortText = ""
    user: Annotated[str, Field(max_length=200)] = ""
    reason: ShortText = ""


class MeetingMoved(Wire):
    """It begins, pauses, goes on, is over or is called off."""

    kind: Literal["meeting.moved"] = "meeting.moved"
    meeting_id: Identifier
    phase: MeetingPhase
    reason: ShortText = ""


class MeetingItemOpened(Wire):
    """This item is dealt with from now on; the one before is done."""

    kind: Literal["meeting.item_opened"] = "meeting.item_opened"
    meeting_id: Identifier
    item_id: Key


class MeetingShown(Wire):
    """Everybody who follows looks at this now."""

    kind: Literal["meeting.shown"] = "meeting.shown"
    meeting_id: Identifier
    shown: Shown


class FloorAsked(Wire):
    kind: Literal["meeting.floor_asked"] = "meeting.floor_asked"
    meeting_id: Identifier
    participant_id: Key
    about: ShortText = ""


class FloorWithdrawn(Wire):
    """He does not want to speak any more."""

    kind: Literal["meeting.floor_withdrawn"] = "meeting.floor_withdrawn"
    meeting_id: Identifier
    participant_id: Key


class FloorGiven(Wire):
    """He speaks now; whoever spoke has ended. Given again to who speaks it is more time."""

    kind: Literal["meeting.floor_given"] = "meeting.floor_given"
    meeting_id: Identifier
    participant_id: Key
    limit_s: Annotated[int, Field(ge=10, le=7200)]


class FloorEnded(Wire):
    kind: Literal["meeting.floor_ended"] = "meeting.floor_ended"
    meeting_id: Identifier


class VoteOpened(Wire):
    kind: Literal["meeting.vote_opened"] = "meeting.vote_opened"
    meeting_id: Identifier
    vote: Vote


class BallotCast(Wire):
    """Somebody's vote, never of a secret one. While it is open the newest counts."""

    kind: Literal["meeting.ballot_cast"] = "meeting.ballot_cast"
    meeting_id: Identifier
    vote_id: Key
    participant_id: Key
    option_id: Key


class BallotHanded(Wire):
    """A ballot of a secret vote was handed to a participant: his blinded number and our signature under it.

    Who cast it, and what for, is not in it and cannot be found from it (blind signature, RFC 9474's idea).
    """

    kind: Literal["meeting.ballot_handed"] = "meeting.ballot_handed"
    meeting_id: Identifier
    vote_id: Key
    participant_id: Key
    blinded: Annotated[str, Field(pattern=r"^[0-9a-f]{1,1024}$")]
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{1,1024}$")]


class VoteClosed(Wire):
    kind: Literal["meeting.vote_closed"] = "meeting.vote_closed"
    meeting_id: Identifier
    vote_id: Key
    result: VoteResult


class MeetingConcluded(Wire):
    """A conclusion; one with a known id is written anew."""

    kind: Literal["meeting.concluded"] = "meeting.concluded"
    meeting_id: Identifier
    conclusion: Conclusion


class MeetingNoted(Wire):
    kind: Literal["meeting.noted"] = "meeting.noted"
    meeting_id: Identifier
    item_id: str = ""
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class MeetingQuieted(Wire):
    """The chair says which alarms are announced at the seats of the meeting. Priority 1 always is."""

    kind: Literal["meeting.quieted"] = "meeting.quieted"
    meeting_id: Identifier
    quiet: QuietRule


MeetingEvent = (
    MeetingReplanned
    | MeetingAttended
    | MeetingMoved
    | MeetingItemOpened
    | MeetingShown
    | FloorAsked
    | FloorWithdrawn
    | FloorGiven
    | FloorEnded
    | VoteOpened
    | BallotCast
    | BallotHanded
    | VoteClosed
    | MeetingConcluded
    | MeetingNoted
    | MeetingQuieted
)
"""Events about a meeting that is there: they have a `meeting_id`."""
