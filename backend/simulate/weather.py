"""Light and weather of a scene."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.simulate.draw import HEIGHT, WIDTH, Colour
from backend.simulate.encode import LOOP_S, Picture


@dataclass(frozen=True, slots=True)
class Look:
    """`light` multiplies every colour; `haze` is mixed in by `haze_part`, and `thick` more of it far away."""

    sky_top: Colour
    sky_low: Colour
    light: Colour = (1.0, 1.0, 1.0)
    haze: Colour = (200, 205, 210)
    haze_part: float = 0.04
    thick: float = 0.1
    dark: bool = False
    wet: bool = False
    rain: float = 0.0


LOOKS: Final[dict[str, Look]] = {
    "day": Look((128, 166, 206), (206, 220, 228)),
    "dusk": Look((70, 74, 112), (224, 156, 112), (0.78, 0.68, 0.66), (150, 110, 100), 0.06, 0.12, dark=True),
    "night": Look((10, 14, 28), (30, 36, 58), (0.26, 0.28, 0.36), (16, 18, 28), 0.05, 0.1, dark=True),
    "rain": Look((122, 130, 138), (158, 164, 168), (0.74, 0.76, 0.8), (140, 148, 154), 0.16, 0.4, wet=True, rain=0.5),
    "fog": Look((186, 192, 196), (196, 200, 202), (0.84, 0.85, 0.86), (192, 197, 200), 0.42, 0.75),
}
_LAYERS: Final = 5


@cache
def _rain_layer(index: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.uint8]]:
    """Streaks: row, column and brightness of each of their pixels."""
    chance = np.random.default_rng(900 + index)
    rows, columns, light = [], [], []
    for _ in range(320):
        x, y = int(chance.integers(0, WIDTH - 12)), int(chance.integers(0, HEIGHT))
        for step in range(int(chance.integers(14, 38))):
            rows.append(y + step)
            columns.append(x + step // 6)
            light.append(80 - step)
    return np.array(rows), np.array(columns), np.array(light, np.uint8)


def rain_over(picture: Picture, at_s: float, strength: float) -> None:
    """Falling rain; it closes with the loop."""
    tick = round(at_s * 25)
    rows, columns, light = _rain_layer(tick % _LAYERS)
    fallen = (rows + tick * 97) % HEIGHT
    added = (light * strength).astype(np.int16)[:, None]
    picture[fallen, columns] = np.minimum(picture[fallen, columns] + added, 235).astype(np.uint8)


def loop_part(at_s: float, rounds: int) -> float:
    """0..1, `rounds` times round in one loop."""
    return (rounds * at_s / LOOP_S) % 1.0
