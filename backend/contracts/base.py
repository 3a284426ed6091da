"""The base of every type that crosses a wire: frozen, strict, nothing unknown allowed.

Instants are integers `*_ms`: milliseconds since 1970-01-01T00:00Z. Positions are WGS 84 degrees.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

EpochMs = Annotated[int, Field(ge=0, le=253_402_300_799_999)]
"""Milliseconds since the Unix epoch, UTC; the upper bound is the end of year 9999."""

Identifier = Annotated[str, Field(min_length=1, max_length=200)]
CommandId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
"""uuid4().hex, made by the seat; the same id sent twice is answered twice and done once."""

LatDeg = Annotated[float, Field(ge=-90.0, le=90.0)]
LonDeg = Annotated[float, Field(ge=-180.0, le=180.0)]


class Wire(BaseModel):
    """A frozen value with strict types; an unknown field is an error."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
