"""Frames of `WS /feed`, JSON text, tagged by `type`. docs/protocol.md tells the conversation."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from backend.contracts.base import EpochMs, Identifier, Wire
from backend.contracts.commands import Command, Right, Role
from backend.contracts.events import LoggedEvent
from backend.contracts.readings import ReadingSeries
from backend.contracts.state import StateSnapshot

PROTOCOL_VERSION: Final = 1
FEED_PATH: Final = "/feed"

Topic = Literal["events", "readings"]


class Hello(Wire):
    """First frame of a seat. `epoch` and `seq` are what it already has; None = send a snapshot."""

    type: Literal["hello"] = "hello"
    protocol: int
    token: Annotated[str, Field(max_length=4096)]
    epoch: str | None
    seq: int | None
    topics: tuple[Topic, ...] = ("events", "readings")
    client: Annotated[str, Field(max_length=200)] = ""


class CommandFrame(Wire):
    type: Literal["command"] = "command"
    command: Command


class Subscribe(Wire):
    """Readings of these stations only; None = all of them."""

    type: Literal["subscribe"] = "subscribe"
    stations: tuple[Identifier, ...] | None


class SeatClock(Wire):
    """What the seat's own clock says, sent with each heartbeat it hears."""

    type: Literal["clock"] = "clock"
    local_ms: EpochMs


class Goodbye(Wire):
    type: Literal["goodbye"] = "goodbye"


ClientFrame = Annotated[Hello | CommandFrame | Subscribe | SeatClock | Goodbye, Field(discriminator="type")]


class Welcome(Wire):
    """Answer to `Hello`.

    Attributes:
        heartbeat_s: a seat that hears nothing for three of them calls the link lost.
        agency_id: the agency this seat belongs to, which sees its own part of the room; "" = the room's own people.
    """

    type: Literal["welcome"] = "welcome"
    protocol: int
    server_ms: EpochMs
    epoch: str
    seq: int
    user: Identifier
    display_name: str
    role: Role
    rights: tuple[Right, ...]
    token_expires_ms: EpochMs
    heartbeat_s: float
    agency_id: str = ""


class SnapshotFrame(Wire):
    """The whole state; what the seat had before is void. `reason`: why not just a tail."""

    type: Literal["snapshot"] = "snapshot"
    reason: Literal["first", "epoch_changed", "tail_gone", "too_slow"]
    state: StateSnapshot


class Batch(Wire):
    """Events in log order and readings since the last batch.

    Attributes:
        readings_dropped: samples left out of this batch because the seat was slow; history has them.
    """

    type: Literal["batch"] = "batch"
    server_ms: EpochMs
    events: tuple[LoggedEvent, ...]
    readings: tuple[ReadingSeries, ...]
    readings_dropped: int = 0


class ProducerPulse(Wire):
    """How a producer does just now: telemetry, not state.

    `dropped` came too fast: further messages about what is known already, never a state.
    """

    producer_id: Identifier
    last_message_ms: EpochMs | None
    accepted: int
    rejected: int
    dropped: int = 0


class Heartbeat(Wire):
    """Sent every `heartbeat_s`, even when nothing happens. `seq` is the log's newest."""

    type: Literal["heartbeat"] = "heartbeat"
    server_ms: EpochMs
    seq: int
    producers: tuple[ProducerPulse, ...]
    degraded: str = ""


class CommandResult(Wire):
    """Whether the command was taken. What it did comes as an event with `caused_by`."""

    type: Literal["command_result"] = "command_result"
    command_id: str
    accepted: bool
    reason_code: str = ""
    reason: str = ""


class Farewell(Wire):
    """The last frame before the server closes. `retry`: coming back may help."""

    type: Literal["farewell"] = "farewell"
    code: Literal["bad_frame", "unauthorised", "expired", "protocol", "too_slow", "stopping"]
    reason: str
    retry: bool


ServerFrame = Annotated[
    Welcome | SnapshotFrame | Batch | Heartbeat | CommandResult | Farewell, Field(discriminator="type")
]

CLIENT_FRAME: Final[TypeAdapter[ClientFrame]] = TypeAdapter(ClientFrame)
SERVER_FRAME: Final[TypeAdapter[ServerFrame]] = TypeAdapter(ServerFrame)
