"""The board: what a worker knows of each of its streams, in shared memory, written there and judged at the desk.

All instants are `time.monotonic()` seconds, one clock for all processes of a machine. Every field is eight bytes and
aligned, so that a reader never sees half a value; a row has one writer.
"""

from __future__ import annotations

from enum import IntEnum
from multiprocessing.shared_memory import SharedMemory
from typing import Final

import numpy as np
from numpy.typing import NDArray

from console.video import memory

ROWS: Final = 256
_HEAD_BYTES: Final = 64


class Phase(IntEnum):
    """Where a stream is. LOST stays through the retries, until a picture is there again."""

    IDLE = 0
    CONNECTING = 1
    PLAYING = 2
    LOST = 3


class Reason(IntEnum):
    """Why a stream is lost. Codes, never texts: a text of a media library may hold a password."""

    NONE = 0
    REFUSED = 1
    NO_ANSWER = 2
    UNAUTHORIZED = 3
    NOT_FOUND = 4
    NAME_UNKNOWN = 5
    UNREACHABLE = 6
    ENDED = 7
    NO_VIDEO = 8
    UNDECODABLE = 9
    BAD_ADDRESS = 10
    NO_ADDRESS = 11
    WORKER_DIED = 12
    FILE_MISSING = 13
    OTHER = 14


class Note(IntEnum):
    """Something to say beside the condition."""

    NONE = 0
    VLC_WITHOUT_RTSP = 1
    VLC_MISSING = 2


ROW: Final = np.dtype(
    [
        ("phase", np.int64),
        ("reason", np.int64),
        ("note", np.int64),
        ("asked_s", np.float64),
        ("lost_s", np.float64),
        ("packet_s", np.float64),
        ("frame_s", np.float64),
        ("changed_s", np.float64),
        ("frames", np.int64),
        ("fps", np.float64),
        ("nominal_fps", np.float64),
        ("lag_s", np.float64),
        ("width_px", np.int64),
        ("height_px", np.int64),
        ("attempts", np.int64),
        ("skipped", np.int64),
        ("shown_ms", np.float64),
        ("until_ms", np.float64),
        ("before_ms", np.float64),
        ("generation", np.int64),
        ("bad_from_ms", np.float64),
        ("bad_until_ms", np.float64),
        ("reading", np.int64),
    ]
)
"""One stream. `frame_s` arrival of the newest decoded picture's data, `changed_s` when the picture last differed,
`lag_s` how far behind the stream's own clock we are, `skipped` pictures decoded or dropped without being shown.

Of a replay, in epoch milliseconds: `shown_ms` when the shown frame was taken, `until_ms` and `before_ms` when the ones
after and before it were, `generation` of the clock it was shown for, `bad_from_ms`..`bad_until_ms` what was found
damaged last; `reading` the recording that is being read or decoded just now, 0 = none."""


class Row:
    """A row as its writer holds it. Plain memory views: a numpy record field costs twenty times as much to set,
    and a worker sets some ten of them a thousand times a second.
    """

    _AT: Final = {name: index for index, name in enumerate(ROW.names or ())}

    def __init__(self, buffer: memoryview) -> None:
        self._integers = buffer.cast("q")
        self._floats = buffer.cast("d")

    @classmethod
    def place(cls, name: str) -> int:
        return cls._AT[name]

    def set_integer(self, place: int, value: int) -> None:
        self._integers[place] = value

    def add(self, place: int, count: int = 1) -> None:
        self._integers[place] += count

    def set_float(self, place: int, value: float) -> None:
        self._floats[place] = value

    def release(self) -> None:
        self._integers.release()
        self._floats.release()


class Board:
    """`ROWS` rows and the worker's heartbeat."""

    def __init__(self, block: SharedMemory) -> None:
        self._block = block
        self._head: NDArray[np.float64] = np.ndarray((_HEAD_BYTES // 8,), np.float64, block.buf)
        self.rows: NDArray[np.void] = np.ndarray((ROWS,), ROW, block.buf, _HEAD_BYTES)

    @classmethod
    def create(cls) -> Board:
        return cls(memory.create(_HEAD_BYTES + ROWS * ROW.itemsize))

    @classmethod
    def attach(cls, name: str) -> Board:
        return cls(memory.attach(name))

    @property
    def name(self) -> str:
        return self._block.name

    @property
    def heartbeat_s(self) -> float:
        """When the worker's main loop last came round; 0 before its first round."""
        return float(self._head[0])

    def beat(self, now_s: float) -> None:
        self._head[0] = now_s

    def reset_row(self, row: int, now_s: float) -> None:
        """A stream is asked for: nothing is known of it yet. Called at the desk before the worker hears of it."""
        self.rows[row] = np.zeros((), ROW)
        self.rows["asked_s"][row] = now_s
        self.rows["phase"][row] = Phase.CONNECTING

    def writer(self, row: int) -> Row:
        start = _HEAD_BYTES + row * ROW.itemsize
        return Row(memory.view_of(self._block)[start : start + ROW.itemsize])

    def mark_lost(self, row: int, reason: Reason, now_s: float) -> None:
        if self.rows["phase"][row] != Phase.LOST:
            self.rows["lost_s"][row] = now_s
        self.rows["reason"][row] = reason
        self.rows["phase"][row] = Phase.LOST

    def close(self, *, remove: bool = False) -> None:
        del self._head
        del self.rows
        if remove:
            memory.remove(self._block)
        else:
            self._block.close()
