"""What the recorder's two processes tell each other. Small and frozen: they are pickled through a pipe."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Task = Literal["off", "ring", "write"]
"""off: leave the camera alone. ring: keep the last seconds in memory. write: record."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Do this with a camera from now on. The address holds the password: repr does not show it."""

    camera_id: str
    task: Task
    stream: str
    folder: str
    pre_s: float
    segment_s: float
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stop:
    pass


Order = Follow | Stop


@dataclass(frozen=True, slots=True)
class SegmentOpened:
    camera_id: str
    stream: str
    file: str
    start_ms: int


@dataclass(frozen=True, slots=True)
class SegmentClosed:
    """`end_ms` <= `start_ms`: nothing came into it, its file is gone."""

    camera_id: str
    stream: str
    file: str
    start_ms: int
    end_ms: int
    bytes: int
    frames: int
    codec: str
    width_px: int
    height_px: int
    has_audio: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """`code` of the reason, never a library's words: they may hold a password."""

    camera_id: str
    condition: Literal["recording", "gap", "failed", "waiting"]
    code: str
    at_ms: int


Report = SegmentOpened | SegmentClosed | Condition
