"""What is measured on a stream while it plays: rate, how far behind it is, and whether its picture changes at all."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.uint8]

SAMPLE_STEP_PX: Final = 8
OVERLAY_SHARE: Final = 8
NOISE_MEAN: Final = 0.5
CLEAR_DIFFERENCE: Final = 16
CLEAR_SAMPLES: Final = 3


class Rate:
    """Pictures a second over about the last two seconds."""

    def __init__(self) -> None:
        self._since_s = 0.0
        self._count = 0
        self.fps = 0.0

    def count(self, now_s: float) -> None:
        if self._since_s == 0.0:
            self._since_s = now_s
            return
        self._count += 1
        span_s = now_s - self._since_s
        if span_s >= 1.0:
            newest = self._count / span_s
            self.fps = newest if self.fps == 0.0 else (self.fps + newest) / 2
            self._since_s, self._count = now_s, 0


class Lag:
    """How far arrival has fallen behind the stream's own clock, against the best seen so far.

    The best is forgotten slowly: a camera whose clock drifts must not look ever later.
    """

    FORGET_PER_S: Final = 0.002
    JUMP_S: Final = 20.0

    def __init__(self) -> None:
        self._best_s: float | None = None
        self._at_s = 0.0
        self.lag_s = 0.0

    def arrived(self, stream_s: float, now_s: float) -> float:
        offset_s = now_s - stream_s
        if self._best_s is None or abs(offset_s - self._best_s) > self.JUMP_S:
            self._best_s = offset_s
        else:
            self._best_s = min(offset_s, self._best_s + self.FORGET_PER_S * (now_s - self._at_s))
        self._at_s = now_s
        self.lag_s = offset_s - self._best_s
        return self.lag_s

    def accept(self, share: float) -> None:
        """The delay is not ours to make good (the road became longer): take `share` of it as the new normal."""
        if self._best_s is not None:
            self._best_s += self.lag_s * share


class ChangeWatch:
    """Says whether the picture differs from the one at the last change, looking once a second.

    The upper and lower eighth are left out: a clock that the camera writes over a picture that stands still would
    make it look alive. Coding noise is not a change; a few clearly different samples are.
    """

    PERIOD_S: Final = 1.0

    def __init__(self) -> None:
        self._reference: NDArray[np.int16] | None = None
        self._looked_s = 0.0

    def due(self, now_s: float) -> bool:
        return now_s - self._looked_s >= self.PERIOD_S

    def differs(self, luma: Luma, now_s: float) -> bool:
        self._looked_s = now_s
        edge = luma.shape[0] // OVERLAY_SHARE
        sample = luma[edge : luma.shape[0] - edge : SAMPLE_STEP_PX, ::SAMPLE_STEP_PX].astype(np.int16)
        before = self._reference
        if before is not None and before.shape == sample.shape:
            difference = np.abs(sample - before)
            clearly = int(np.count_nonzero(difference > CLEAR_DIFFERENCE))
            if clearly < CLEAR_SAMPLES and float(difference.mean()) < NOISE_MEAN:
                return False
        self._reference = sample
        return True
