"""The desk's tones, one a priority and one of cyber alerts, as WAV made from nothing.

They are told apart by rhythm, not by pitch alone.
"""

from __future__ import annotations

import array
import math
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Final

RATE_HZ: Final = 44_100
CYBER: Final = 6
"""Key of the tone of cyber alerts, whatever their priority: who hears it knows whose it is."""

FADE_S: Final = 0.008
"""Each beep fades in and out: a hard edge clicks and tires."""


@dataclass(frozen=True, slots=True)
class Tone:
    """Beeps as (frequency Hz, length s); frequency 0 is a pause. `repeat_s`: again while it waits, 0 = once."""

    beeps: tuple[tuple[float, float], ...]
    repeat_s: float


TONES: Final[dict[int, Tone]] = {
    1: Tone(((880, 0.14), (0, 0.05), (1175, 0.14), (0, 0.05), (880, 0.14), (0, 0.05), (1175, 0.22)), repeat_s=6.0),
    2: Tone(((784, 0.16), (0, 0.08), (784, 0.16)), repeat_s=20.0),
    3: Tone(((587, 0.22),), repeat_s=0.0),
    4: Tone(((440, 0.12),), repeat_s=0.0),
    5: Tone(((330, 0.10), (0, 0.06), (262, 0.16)), repeat_s=0.0),
    CYBER: Tone(((659, 0.06), (0, 0.05), (659, 0.06), (0, 0.05), (494, 0.06), (0, 0.05), (494, 0.06)), repeat_s=30.0),
}


def samples(tone: Tone) -> array.array[int]:
    """The tone as signed 16-bit samples, mono, `RATE_HZ`."""
    out = array.array("h")
    for frequency_hz, length_s in tone.beeps:
        count, fade = int(length_s * RATE_HZ), int(FADE_S * RATE_HZ)
        for index in range(count):
            level = min(1.0, index / fade, (count - index) / fade)
            out.append(int(14_000 * level * math.sin(2 * math.pi * frequency_hz * index / RATE_HZ)))
    return out


def write_tones(folder: Path) -> dict[int, Path]:
    """Write priority-N.wav for each tone into `folder`; files that are there stay.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for priority, tone in TONES.items():
        path = files[priority] = folder / f"priority-{priority}.wav"
        if path.exists():
            continue
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(samples(tone).tobytes())
    return files
