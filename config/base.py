"""The base of what stands in configuration files."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Config(BaseModel):
    """A frozen settings type; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
