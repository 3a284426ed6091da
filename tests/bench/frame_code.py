"""Reads the frame number burnt into the demonstration clips (docs/operating.md, "The burnt-in frame code")."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

CELLS: Final = 20
_COLUMNS: Final = 64
_ROWS: Final = 45


def read_code(picture: NDArray[np.uint8]) -> int | None:
    """The frame's index in its loop; None when there is no code or it does not add up.

    Args:
        picture: grey (height, width) or colour (height, width, channels), of any size from about 200x112.
    """
    height, width = picture.shape[:2]
    row = int(height * (_ROWS - 0.5) / _ROWS)
    columns = [int(width * (index + 0.5) / _COLUMNS) for index in range(CELLS)]
    samples = picture[row, columns].astype(np.float64)
    if samples.ndim == 2:
        samples = samples[:, :3].mean(axis=1)
    if samples.max() - samples.min() < 60:
        return None
    cells = samples > (samples.max() + samples.min()) / 2
    bits = "".join("1" if cell else "0" for cell in cells)
    if not (bits.startswith("10") and bits.endswith("01")):
        return None
    index, check = int(bits[2:14], 2), int(bits[14:18], 2)
    expected = (index >> 8) ^ (index >> 4 & 15) ^ (index & 15) ^ 0b1010
    return index if check == expected else None


def age_s(index: int, frames: int, fps: int, now_s: float, phase_ms: float = 0.0) -> float:
    """How long ago frame `index` left the server: it leaves when floor((t - phase) * fps) % frames == index."""
    loop_s = frames / fps
    return (now_s - phase_ms / 1000 - index / fps) % loop_s
