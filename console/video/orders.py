"""What the desk tells a worker. Small and frozen: they are pickled through a pipe, never through a command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from console.video.retry import CAP_S, FIRST_S

Engine = Literal["pyav", "vlc"]


@dataclass(frozen=True, slots=True)
class OpenStream:
    """Start decoding into board row `row`. The address holds the password: it is not shown by repr."""

    row: int
    address: str = field(repr=False)
    engine: Engine = "pyav"
    is_file: bool = False
    retry_first_s: float = FIRST_S
    retry_most_s: float = CAP_S


@dataclass(frozen=True, slots=True)
class CloseStream:
    row: int


@dataclass(frozen=True, slots=True)
class AddOutput:
    """Also write the stream's pictures, fitted into `width_px` x `height_px`, into the ring `ring`."""

    row: int
    ring: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class RemoveOutput:
    row: int
    ring: str


@dataclass(frozen=True, slots=True)
class Stop:
    pass


Order = OpenStream | CloseStream | AddOutput | RemoveOutput | Stop
