"""Colours, sizes and fonts of the desk: the one place that names them. Strings and numbers only, no Qt."""

from __future__ import annotations

from typing import Final

# -- surfaces: three greys and a hairline, no gradients, no shadows
WINDOW: Final = "#0E1116"
PANEL: Final = "#151A21"
RAISED: Final = "#1D242D"
LINE: Final = "#2A333E"
LINE_STRONG: Final = "#46525F"

# -- text on them
TEXT_1: Final = "#E6EAF0"
TEXT_2: Final = "#A7B1BE"
TEXT_3: Final = "#929DAB"
DARK_GLYPH: Final = "#0E1116"
"""On a filled severity shape."""

# -- severity: spent only on what needs a human
P1: Final = "#FF5C5C"
P2: Final = "#FF9F1A"
P3: Final = "#F5D90A"
P4: Final = "#58A6FF"
SYSTEM: Final = "#B79CFF"
SEVERITY: Final[dict[int, str]] = {1: P1, 2: P2, 3: P3, 4: P4, 5: SYSTEM}
SHAPES: Final[dict[int, str]] = {1: "diamond", 2: "triangle", 3: "square", 4: "circle", 5: "hexagon"}
GLYPHS: Final[dict[int, str]] = {1: "◆", 2: "▲", 3: "■", 4: "●", 5: "⬢"}

# -- interaction: white and greys; blue belongs to priority 4, so focus is white
FOCUS: Final = "#E6EAF0"
SELECTED: Final = "#2A3542"
HOVER: Final = "#222A34"

# -- conditions
REPLAY: Final = "#4C6FFF"
REPLAY_TEXT: Final = "#9DB0FF"
REPLAY_FRAME_PX: Final = 6
EXERCISE: Final = "#C9D1DB"
EXERCISE_DARK: Final = "#0E1116"
"""Stripes of a training room: no severity's colour, and not the blue of a replay."""
SHELVED: Final = TEXT_3
LIVENESS_INK: Final = "#FFFFFF"
LIVENESS_BACK: Final = "#000000"

# -- data series, Okabe-Ito's order on dark grounds (black becomes the light grey)
SERIES: Final[tuple[str, ...]] = (
    "#56B4E9",
    "#E69F00",
    "#009E73",
    "#F0E442",
    "#CC79A7",
    "#D55E00",
    "#0072B2",
    "#C9D1DB",
)
AXIS: Final = TEXT_3
GRID: Final = "#232B35"
LIMIT_LINE: Final = TEXT_2
CALIBRATION_SHADE: Final = "#3A4552"
FAULT_SHADE: Final = "#4A3A45"

# -- rain classes, from light to very heavy: grounds of cells and circles, dark enough for TEXT_1
RAIN: Final[dict[str, str]] = {
    "trace": "#1F2C38",
    "light": "#213A4D",
    "rain": "#1F4E6E",
    "moderate": "#1B5FA0",
    "heavy": "#6141A8",
    "very_heavy": "#96288F",
}
RISK: Final[dict[int, str]] = {1: "#A7D8F0", 2: "#FFF3A0", 3: "#FFA94D", 4: "#E03131", 5: "#862E9C"}
"""Tints of the levels of disaster risk of QĐ 18/2021/QĐ-TTg, for areas only; a severity has a shape besides."""
HEAT: Final[dict[int, str]] = {11: "#2B5C8A", 12: "#3F86B8", 13: "#56B4E9", 14: "#9AD3F5", 15: "#E6EAF0"}
"""Grades of how many there are in a cell of a map, from few to many; the figure stands in the cell."""
ZONES: Final[dict[int, str]] = {21: "#7FC8A9", 22: "#FFF3A0", 23: "#FFA94D", 24: "#E03131"}
"""Tints of the levels of an emergency's zones, from the mildest on; each zone has its level written in it."""
CLASSES: Final = ("#274B6D", "#35719F", "#4C9BCB", "#8CC6EA", "#DCEBF7")
"""Of a map of figures, from low to high: one hue by lightness; the legend has them in words."""
FORECAST: Final = "#C9D1DB"

# -- sizes, on a 4 px grid
GRID_PX: Final = 4
HEADER_PX: Final = 28
ROW_PX: Final = 28
STATUS_PX: Final = 28
FONT_PX: Final = 13
SMALL_PX: Final = 12
WALL_FONT_PX: Final = 22

FONT_FAMILY: Final = "Be Vietnam Pro"
TABULAR: Final = "tnum"
"""OpenType feature of figures that are all equally wide."""


def severity(priority: int) -> str:
    """Colour of an alert priority, 1..5; unknown ones look like the system's."""
    return SEVERITY.get(priority, SYSTEM)


def mixed(colour: str, ground: str, share: float) -> str:
    """`colour` laid over `ground` with `share` 0..1, as "#RRGGBB"."""

    def channel(at: int) -> int:
        over, under = int(colour[at : at + 2], 16), int(ground[at : at + 2], 16)
        return round(under + (over - under) * share)

    return f"#{channel(1):02X}{channel(3):02X}{channel(5):02X}"


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two "#RRGGBB" colours, 1..21."""

    def luminance(colour: str) -> float:
        parts = []
        for at in (1, 3, 5):
            value = int(colour[at : at + 2], 16) / 255
            parts.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
