"""A ring of three pictures in shared memory: one writer, one reader, the newest wins, nobody waits.

The writer fills the slot after the newest one and then moves the sequence number on. The reader takes the slot of the
sequence number it sees; that slot is overwritten two pictures later at the earliest, far longer than a blit takes.
"""

from __future__ import annotations

from multiprocessing.shared_memory import SharedMemory
from typing import Final, NamedTuple

from console.video import memory

SLOTS: Final = 3
BYTES_PER_PIXEL: Final = 4
_HEAD_BYTES: Final = 128
_ROW_ALIGN_BYTES: Final = 64
_SLOT_WORDS: Final = 4


class Picture(NamedTuple):
    """A slot's content: offsets into the block. `arrived_s` is monotonic, when the picture's data had come in."""

    sequence: int
    offset_bytes: int
    width_px: int
    height_px: int
    stride_bytes: int
    arrived_s: float


def stride_bytes(width_px: int) -> int:
    return -(-width_px * BYTES_PER_PIXEL // _ROW_ALIGN_BYTES) * _ROW_ALIGN_BYTES


class FrameRing:
    """Pictures up to `width_px` x `height_px`, 32 bits a pixel (B, G, R, unused)."""

    def __init__(self, block: SharedMemory, width_px: int, height_px: int) -> None:
        self._block = block
        self.width_px = width_px
        self.height_px = height_px
        self._slot_bytes = stride_bytes(width_px) * height_px
        self.buffer = memory.view_of(block)
        self._words = self.buffer[:_HEAD_BYTES].cast("q")
        self._instants = self.buffer[:_HEAD_BYTES].cast("d")

    @classmethod
    def create(cls, width_px: int, height_px: int) -> FrameRing:
        size = _HEAD_BYTES + SLOTS * stride_bytes(width_px) * height_px
        return cls(memory.create(size), width_px, height_px)

    @classmethod
    def attach(cls, name: str, width_px: int, height_px: int) -> FrameRing:
        return cls(memory.attach(name), width_px, height_px)

    @property
    def name(self) -> str:
        return self._block.name

    @property
    def sequence(self) -> int:
        """Number of the newest picture; 0 while there is none."""
        return self._words[0]

    def write(self, pixels: memoryview, width_px: int, height_px: int, stride: int, arrived_s: float) -> None:
        """Publish a picture.

        Raises:
            ValueError: it is larger than the ring was made for.
        """
        size = stride * height_px
        if size > self._slot_bytes:
            raise ValueError(f"a picture of {size} bytes does not fit into slots of {self._slot_bytes}")
        sequence = self._words[0] + 1
        slot = sequence % SLOTS
        start = _HEAD_BYTES + slot * self._slot_bytes
        self.buffer[start : start + size] = pixels[:size]
        at = 1 + slot * _SLOT_WORDS
        self._words[at] = width_px
        self._words[at + 1] = height_px
        self._words[at + 2] = stride
        self._instants[at + 3] = arrived_s
        self._words[0] = sequence

    def newest(self) -> Picture | None:
        sequence = self._words[0]
        if sequence == 0:
            return None
        slot = sequence % SLOTS
        at = 1 + slot * _SLOT_WORDS
        return Picture(
            sequence,
            _HEAD_BYTES + slot * self._slot_bytes,
            self._words[at],
            self._words[at + 1],
            self._words[at + 2],
            self._instants[at + 3],
        )

    def close(self, *, remove: bool = False) -> None:
        self._words.release()
        self._instants.release()
        if remove:
            memory.remove(self._block)
        else:
            self._block.close()
