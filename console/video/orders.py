"""What the desk tells a worker. Small and frozen: they are pickled through a pipe, never through a command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

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
class OpenRecorded:
    """Show recorded files in board row `row`, at the instants of the clock in the shared memory `clock`."""

    row: int
    clock: str


HOLD_MS: Final = 500
"""A hole between two recordings that is shorter is none: the last picture stands, and the desk calls it right."""

NEAR_MS: Final = 15_000.0
"""A picture so far from the clock's instant may still stand for it, with its own time; what is further is no help."""


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A recording, or a piece of one, on this machine's disk.

    Attributes:
        start_ms: wall clock of the recording's own time 0, epoch milliseconds.
        end_ms: where the recording ends.
        whole: False: one fragment of it only, got for a quick look.
        open: it was still being written when it was fetched: it may end sooner than it is said to.
    """

    segment_id: int
    path: str
    start_ms: int
    end_ms: int
    whole: bool = True
    open: bool = False


@dataclass(frozen=True, slots=True)
class HaveFiles:
    """All that is there for the camera of board row `row` around the clock; replaces what was said before."""

    row: int
    files: tuple[RecordedFile, ...]


@dataclass(frozen=True, slots=True)
class Nudge:
    """Somebody touched the replay's clock: look at it now."""


@dataclass(frozen=True, slots=True)
class Stop:
    pass


Order = OpenStream | CloseStream | AddOutput | RemoveOutput | OpenRecorded | HaveFiles | Nudge | Stop
