"""The webhook of the hotline's switchboard: what happened to calls, as JSON (docs/protocol.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.contracts.doors import Rejection
from backend.contracts.hotline import NAME_MOST, CallStep
from backend.sources.text import plain

MAX_EVENTS: Final = 1000
AHEAD_MS: Final = 60_000
"""A switchboard's clock may be so far ahead of ours."""

_NUMBER: Final = re.compile(rb"\d(?:[ .\-]?\d){7,}")


class CallNoteError(ValueError):
    """The whole message cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class CallNote:
    """One word of the switchboard. `caller`: the full number, "" = withheld or not told. `line`: from 1."""

    line: int
    call_id: str
    event: Literal["arrived"] | CallStep
    at_ms: int
    caller: str
    queue: str
    agent: str
    place: str


@dataclass(frozen=True, slots=True)
class CallMessage:
    notes: tuple[CallNote, ...]
    rejections: tuple[Rejection, ...]


class _Entry(BaseModel):
    """Unknown keys are passed over: switchboards add theirs."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True)

    call_id: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._:@-]+$")]
    event: Literal["arrived", "queued", "answered", "held", "resumed", "ended", "abandoned", "overflowed"]
    at: Annotated[str, Field(min_length=1, max_length=40)]
    caller: Annotated[str, Field(max_length=64)] = ""
    queue: Annotated[str, Field(max_length=200)] = ""
    agent: Annotated[str, Field(max_length=200)] = ""
    place: Annotated[str, Field(max_length=20, pattern=r"^[0-9]*$")] = ""


def parse_calls(body: bytes, received_ms: int) -> CallMessage:
    """{"events": [...]}, a list, or one event. Raises: CallNoteError."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise CallNoteError('not JSON; right would be {"events": [{"call_id", "event", "at"}]}') from None
    entries: Sequence[object] = [data]
    if isinstance(data, list):
        entries = data
    elif isinstance(data, dict) and isinstance(data.get("events"), list):
        entries = data["events"]
    if len(entries) > MAX_EVENTS:
        raise CallNoteError(f"{len(entries)} events; at most {MAX_EVENTS} are taken at once")
    notes: list[CallNote] = []
    rejections: list[Rejection] = []
    for line, entry in enumerate(entries, 1):
        try:
            notes.append(_note(_Entry.model_validate(entry), line, received_ms))
        except (ValidationError, CallNoteError) as error:
            rejections.append(Rejection(line=line, reason=_why(error)))
    return CallMessage(tuple(notes), tuple(rejections))


def without_numbers(body: bytes) -> bytes:
    """The body as it may be kept: a run of eight digits or more may be somebody's number."""
    return _NUMBER.sub(b"xxxxxxxx", body)


def _note(entry: _Entry, line: int, received_ms: int) -> CallNote:
    """Raises: CallNoteError."""
    at_ms = _instant(entry.at)
    if at_ms > received_ms + AHEAD_MS:
        raise CallNoteError(f"at: {(at_ms - received_ms) // 1000} s ahead of this server's clock")
    return CallNote(
        line=line,
        call_id=entry.call_id,
        event=entry.event,
        at_ms=at_ms,
        caller=plain(entry.caller, 64),
        queue=plain(entry.queue, NAME_MOST),
        agent=plain(entry.agent, NAME_MOST),
        place=entry.place,
    )


def _instant(text: str) -> int:
    """Raises: CallNoteError."""
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise CallNoteError("at: no UTC offset; right would be 2026-11-23T10:02:15+07:00")
        at_ms = round(at.timestamp() * 1000)
    except CallNoteError:
        raise
    except (ValueError, OverflowError):
        raise CallNoteError("at: no instant; right would be 2026-11-23T10:02:15+07:00") from None
    if at_ms < 0:
        raise CallNoteError("at: before 1970")
    return at_ms


def _why(error: ValidationError | CallNoteError) -> str:
    if isinstance(error, CallNoteError):
        return str(error)
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return plain(f"{place}: {first['msg']}" if place else "an event is a JSON object", 300)
