"""Sound like talk on a telephone, made at run time: two voices by turns, hummed, at 8 kHz."""

from __future__ import annotations

import io
import wave
from typing import Final

import numpy as np

RATE_HZ: Final = 8000
_TURN_S: Final = 2.4
_PITCHES_HZ: Final = (118.0, 205.0)


def talk(seconds: float, seed: int) -> bytes:
    """A WAV file, 16 bit, one channel."""
    chance = np.random.default_rng(seed)
    at_s = np.arange(int(RATE_HZ * seconds)) / RATE_HZ
    turn = (at_s // _TURN_S).astype(int) % 2
    pitch_hz = np.take(_PITCHES_HZ, turn) * (1 + 0.06 * np.sin(2 * np.pi * 0.7 * at_s))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    voice = sum(np.sin(number * phase) / number for number in range(1, 9))
    # Syllables swell and fade, and somebody takes breath between two turns.
    swell = np.clip(np.sin(2 * np.pi * 3.1 * at_s), 0, None) * ((at_s % _TURN_S) < 0.85 * _TURN_S)
    sound = 0.22 * voice * swell + chance.normal(0, 0.004, at_s.size)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes((np.clip(sound, -1, 1) * 32_000).astype("<i2").tobytes())
    return file.getvalue()
