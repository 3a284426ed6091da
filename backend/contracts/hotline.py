"""The hotline 1022: its calls as the switchboard tells them. The room's state holds those that go on, the newest
ended ones and the figures of the day.

The caller's number never stands here: it is masked, and `caller_id`, a keyed hash of it, finds his earlier calls.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from backend.contracts.base import EpochMs, Identifier, Wire
from backend.contracts.crisis import CrisisTemplate
from backend.contracts.tickets import Ticket

CallState = Literal["ringing", "queued", "answered", "on_hold", "ended", "abandoned", "overflowed"]
CallStep = Literal["queued", "answered", "held", "resumed", "ended", "abandoned", "overflowed"]
"""What the switchboard tells of a call that has arrived."""

WAITING: Final[tuple[CallState, ...]] = ("ringing", "queued")
OVER: Final[tuple[CallState, ...]] = ("ended", "abandoned", "overflowed")

NAME_MOST: Final = 80
EARLIER_MOST: Final = 20
RECORDED_MOST: Final = 500
RECORDED_LONGEST_MS: Final = 24 * 3_600_000
"""The longest span whose recorded calls are told at once."""


class HotlineSeat(Wire):
    """By which names the switchboard calls who sits at this account: the agent's name, the extension."""

    user: Identifier
    agents: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=NAME_MOST)], ...], Field(min_length=1)]


class OverflowRules(Wire):
    """When the hotline is overloaded; a limit left out is not looked at. `source`: who set them.

    Attributes:
        waiting: so many callers wait at once.
        longest_wait_s: one of them waits so long.
        lost_share: of the calls that were answered or lost within `window_min`, when these are `least_calls` or more.
        on_delay_s: it has to be so for so long.
        clear_share: it is over once everything is below this part of its limit for `off_delay_s`.
    """

    waiting: Annotated[int, Field(ge=1, le=10_000)] | None = None
    longest_wait_s: Annotated[int, Field(ge=1, le=7200)] | None = None
    lost_share: Annotated[float, Field(gt=0, le=1)] | None = None
    window_min: Annotated[int, Field(ge=1, le=1440)] = 15
    least_calls: Annotated[int, Field(ge=1, le=100_000)] = 20
    on_delay_s: Annotated[float, Field(ge=0, le=3600)] = 30.0
    clear_share: Annotated[float, Field(gt=0, le=1)] = 0.7
    off_delay_s: Annotated[float, Field(ge=0, le=3600)] = 120.0
    source: str = ""


class HotlineRules(Wire):
    """When a call counts as answered in time; `source`: who set it.

    Attributes:
        overflow: None = overload raises no alert.
        recordings_days: so long recordings of calls are kept.
        seats: whose calls come up by themselves.
        crises: themes that a crisis can be of.
    """

    answer_within_s: Annotated[int, Field(ge=1, le=600)] = 20
    source: str = ""
    overflow: OverflowRules | None = None
    recordings_days: Annotated[int, Field(ge=0, le=36_500)] = 90
    seats: tuple[HotlineSeat, ...] = ()
    crises: tuple[CrisisTemplate, ...] = ()

    def is_call_of(self, user: str, agent: str) -> bool:
        """Whether the switchboard's `agent` is who sits at the account `user`."""
        return any(seat.user == user and agent in seat.agents for seat in self.seats)

    def crisis(self, template_id: str) -> CrisisTemplate | None:
        return next((one for one in self.crises if one.template_id == template_id), None)


class CallRecording(Wire):
    """What was said in a call, as the switchboard recorded it.

    Attributes:
        digest: SHA-256 of the file that is kept.
        kept_until_ms: after that the site keeps it no longer.
    """

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    mime: Literal["audio/wav", "audio/ogg", "audio/mpeg"]
    bytes: Annotated[int, Field(ge=1)]
    duration_ms: Annotated[int, Field(ge=1, le=86_400_000)]
    started_ms: EpochMs
    kept_until_ms: EpochMs

    @property
    def ended_ms(self) -> int:
        return self.started_ms + self.duration_ms


class Call(Wire):
    """One call, by the switchboard's clock.

    Attributes:
        call_id: made of the producer and its own id of the call.
        caller_id: keyed hash of the number; "" = it was withheld.
        masked: the number as everybody may see it.
        ended_ms: when it was over, whichever way.
        place: code of the commune the switchboard knows the caller's line to be in; "" = none.
    """

    call_id: Identifier
    producer_id: Identifier
    caller_id: str = ""
    masked: str = ""
    queue: Annotated[str, Field(max_length=NAME_MOST)] = ""
    place: Annotated[str, Field(max_length=20)] = ""
    state: CallState = "ringing"
    arrived_ms: EpochMs
    answered_ms: EpochMs | None = None
    ended_ms: EpochMs | None = None
    changed_ms: EpochMs
    agent: Annotated[str, Field(max_length=NAME_MOST)] = ""
    simulated: bool = False
    recording: CallRecording | None = None

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    def wait_ms(self, now_ms: int) -> int:
        """How long the caller waited: until somebody answered, or it was over, or until `now_ms`."""
        until_ms = self.answered_ms if self.answered_ms is not None else self.ended_ms
        return max(0, (now_ms if until_ms is None else until_ms) - self.arrived_ms)


class HotlineDay(Wire):
    """What one day counted. `day`: days since 1970-01-01 by the room's clock of the wall.

    Attributes:
        in_target: answered within `HotlineRules.answer_within_s`.
        longest_wait_ms: of the calls that were answered or over.
    """

    day: int
    arrived: int = 0
    answered: int = 0
    in_target: int = 0
    abandoned: int = 0
    overflowed: int = 0
    longest_wait_ms: int = 0


class CallArrived(Wire):
    kind: Literal["call.arrived"] = "call.arrived"
    call: Call


class CallMoved(Wire):
    """`at_ms`: by the switchboard's clock. `queue`, `agent`: "" = as before."""

    kind: Literal["call.moved"] = "call.moved"
    call_id: Identifier
    step: CallStep
    at_ms: EpochMs
    queue: Annotated[str, Field(max_length=NAME_MOST)] = ""
    agent: Annotated[str, Field(max_length=NAME_MOST)] = ""


class CallRecorded(Wire):
    """The switchboard handed its recording over; it comes when the call is over."""

    kind: Literal["call.recorded"] = "call.recorded"
    call_id: Identifier
    recording: CallRecording


CallEvent = CallArrived | CallMoved | CallRecorded


class EarlierCalls(Wire):
    """Earlier calls of the same number, and others from the same place, newest first each.

    Attributes:
        at_place: of the last day, from the commune that the call comes from, and not of the same number.
    """

    calls: tuple[Call, ...]
    at_place: tuple[Call, ...] = ()


class RecordedCall(Wire):
    """A call that can be listened to, without its number; `recording` says where in time it begins and ends."""

    call_id: Identifier
    arrived_ms: EpochMs
    answered_ms: EpochMs | None = None
    ended_ms: EpochMs | None = None
    queue: Annotated[str, Field(max_length=NAME_MOST)] = ""
    agent: Annotated[str, Field(max_length=NAME_MOST)] = ""
    recording: CallRecording

    @property
    def begin_ms(self) -> int:
        """The first instant of the call or of its recording: the two have clocks of their own."""
        return min(self.arrived_ms, self.recording.started_ms)

    @property
    def end_ms(self) -> int:
        return max(self.ended_ms or 0, self.recording.ended_ms)


class RecordedCalls(Wire):
    """Calls that go on somewhere in [`start_ms`, `end_ms`) and whose recording is kept still, in their order.

    Attributes:
        more: there are others, later than the last of these.
    """

    start_ms: EpochMs
    end_ms: EpochMs
    calls: Annotated[tuple[RecordedCall, ...], Field(max_length=RECORDED_MOST)]
    more: bool = False


class CallTicket(Ticket):
    """A report taken down while its caller talks. The same `ticket_id` again is answered again and taken once."""

    ticket_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
