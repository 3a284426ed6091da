"""How the replay's clock moves, in shared memory: written at the desk when somebody touches it, read by every stream.

A ring of slots, the newest wins. A slot carries its number before and after its content; the writer comes back to it
`SLOTS` touches later, so that a reader practically never meets it, and notices when it does.
"""

from __future__ import annotations

from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from typing import Final

from console.timebase import Motion
from console.video import memory

SLOTS: Final = 16
_WORDS: Final = 12
_SLOT_BYTES: Final = 8 * _WORDS
_HEAD_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class Course:
    """Where the replay's clock goes.

    Attributes:
        first_ms: it never stands before this.
        edge_ms: nor after this, which moves on with real time since `edge_s` of the monotonic clock.
    """

    motion: Motion
    first_ms: int
    edge_ms: int
    edge_s: float

    def at(self, now_s: float) -> float:
        """The replay's time when the monotonic clock says `now_s`; epoch milliseconds and parts of them."""
        motion = self.motion
        free_ms = motion.position_ms + (now_s - motion.anchor_s) * 1000.0 * motion.rate
        return max(float(self.first_ms), min(free_ms, self.edge_ms + (now_s - self.edge_s) * 1000.0))

    def when(self, at_ms: float) -> float:
        """When the monotonic clock will say that the replay stands at `at_ms`.

        Raises:
            ZeroDivisionError: it stands still.
        """
        motion = self.motion
        free_s = motion.anchor_s + (at_ms - motion.position_ms) / 1000.0 / motion.rate
        return free_s if motion.rate <= 0 else max(free_s, self.edge_s + (at_ms - self.edge_ms) / 1000.0)


class MotionBlock:
    """One writer (the desk), any number of readers in any process."""

    def __init__(self, block: SharedMemory) -> None:
        self._block = block
        self._view = memory.view_of(block)
        self._integers = self._view.cast("q")
        self._floats = self._view.cast("d")

    @classmethod
    def create(cls) -> MotionBlock:
        return cls(memory.create(_HEAD_BYTES + SLOTS * _SLOT_BYTES))

    @classmethod
    def attach(cls, name: str) -> MotionBlock:
        return cls(memory.attach(name))

    @property
    def name(self) -> str:
        return self._block.name

    @property
    def number(self) -> int:
        """Grows with every `write`; 0 before the first."""
        return self._integers[0]

    def write(self, course: Course) -> None:
        number = self._integers[0] + 1
        at = (_HEAD_BYTES + (number % SLOTS) * _SLOT_BYTES) // 8
        motion = course.motion
        self._integers[at] = number
        self._integers[at + 1] = motion.position_ms
        self._floats[at + 2] = motion.anchor_s
        self._floats[at + 3] = motion.rate
        self._integers[at + 4] = motion.scrubbing
        self._integers[at + 5] = motion.generation
        self._integers[at + 6] = course.first_ms
        self._integers[at + 7] = course.edge_ms
        self._floats[at + 8] = course.edge_s
        self._integers[at + 9] = number
        self._integers[0] = number

    def read(self) -> Course | None:
        """The newest course; None before the first was written."""
        while (number := self._integers[0]) > 0:
            at = (_HEAD_BYTES + (number % SLOTS) * _SLOT_BYTES) // 8
            ended = self._integers[at + 9]
            motion = Motion(
                self._integers[at + 1],
                self._floats[at + 2],
                self._floats[at + 3],
                bool(self._integers[at + 4]),
                self._integers[at + 5],
            )
            course = Course(motion, self._integers[at + 6], self._integers[at + 7], self._floats[at + 8])
            if self._integers[at] == number == ended:
                return course
        return None

    def close(self, *, remove: bool = False) -> None:
        self._integers.release()
        self._floats.release()
        self._view.release()
        if remove:
            memory.remove(self._block)
        else:
            self._block.close()
