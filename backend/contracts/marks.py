"""What people leave on the room's timeline."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backend.contracts.base import EpochMs, Identifier, Wire

MarkKind = Literal["bookmark", "note", "debrief", "span"]
"""bookmark: an instant to find again; note: with words; debrief: a supervisor's comment; span: in and out."""


class Mark(Wire):
    """`at_ms` is the instant of the room it stands at, `placed_ms` when it was put there. `end_ms` for spans only."""

    mark_id: Identifier
    kind: MarkKind
    at_ms: EpochMs
    end_ms: EpochMs | None = None
    alert_id: str = ""
    text: Annotated[str, Field(max_length=2000)] = ""
    placed_by: str
    placed_ms: EpochMs
