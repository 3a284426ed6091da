"""What a map is told: points, areas and what changed. Plain values; no Qt, no domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Look = Literal["normal", "dim", "lost", "filled", "outline", "dashed"]
"""How a symbol is drawn: `normal` grey; `dim` old or faulty, and the mark of what is set aside; `lost` hatched, crossed
out; the last three are the severity looks: `filled` pulses (nobody has taken note), `outline` is steady, `dashed` is
over but not taken note of."""

Group = Literal["things", "talks", "marks"]
"""`things` stand on the ground and cluster with each other; `talks`, what people say of a place, and `marks`, which
hover above all, cluster on their own."""

RANK_NONE: Final = 0
"""Ranks order severity: 1 is the worst, 0 is none at all."""


@dataclass(frozen=True, slots=True)
class Cone:
    """What a thing looks at: a sector of `view_deg` around `bearing_deg` (clockwise from north), `range_m` long."""

    bearing_deg: float
    view_deg: float
    range_m: float


@dataclass(frozen=True, slots=True)
class MapPoint:
    """One symbol. All texts are drawn as text, whatever they contain.

    Attributes:
        key: unique in its layer.
        shape: name of a pictogram of the page (`MapShape`).
        rank: severity 1..5, or 0.
        label: its name, shown when there is room.
        value: a figure shown beside the label.
        note: words of its condition ("MẤT TÍN HIỆU"); shown before the value.
        tip: lines shown when pointed at.
        tint: CSS colour of its ground, "" for the page's own; never of what is old or lost.
    """

    key: str
    lat_deg: float
    lon_deg: float
    shape: str
    look: Look = "normal"
    rank: int = RANK_NONE
    label: str = ""
    value: str = ""
    note: str = ""
    tip: str = ""
    cone: Cone | None = None
    tint: str = ""


@dataclass(frozen=True, slots=True)
class MapArea:
    """A shaded area: a ring of (lon, lat), a circle, or features of a boundary document named by `codes`.

    Attributes:
        level: its tint on the theme's second scale, 0 = none.
        striped: hatched in broad stripes, as what is not meant in earnest.
        note: words written in its middle.
    """

    rank: int
    look: Look
    ring: tuple[tuple[float, float], ...] = ()
    centre: tuple[float, float] | None = None
    radius_m: float = 0.0
    codes: tuple[str, ...] = ()
    level: int = 0
    striped: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class MapLayer:
    """A layer of points, bottom first.

    Attributes:
        cluster_px: side of the clustering grid in pixels; 0 = every point is drawn.
        cluster_until_zoom: from this zoom on nothing is clustered.
        label_zoom: from this zoom on labels are drawn; `value_zoom` the same for figures and notes.
    """

    key: str
    group: Group
    cluster_px: int = 64
    cluster_until_zoom: int = 15
    label_zoom: int = 15
    value_zoom: int = 12


@dataclass(frozen=True, slots=True)
class MapLabel:
    """A name written on the ground between two zooms, e.g. of an archipelago."""

    text: str
    lat_deg: float
    lon_deg: float
    min_zoom: int
    max_zoom: int


@dataclass(slots=True)
class MapDelta:
    """What changed, by layer.

    Attributes:
        reset: the map is emptied first.
        removed: keys of points that are gone.
        areas: by owner; they replace all areas the owner had, none = it has no more.
    """

    reset: bool = False
    points: dict[str, list[MapPoint]] = field(default_factory=dict)
    removed: dict[str, list[str]] = field(default_factory=dict)
    areas: dict[str, tuple[MapArea, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.reset or self.points or self.removed or self.areas)


@dataclass(frozen=True, slots=True)
class Bounds:
    """A box in degrees."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows now."""

    zoom: int
    bounds: Bounds
    lat_deg: float
    lon_deg: float


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One line of the legend: a symbol and what it means."""

    shape: str
    look: Look
    rank: int
    text: str


@dataclass(frozen=True, slots=True)
class MapWords:
    """Everything the page itself writes, in the language of the seat."""

    attribution: str = ""
    legend_title: str = ""
    legend: Sequence[LegendEntry] = ()
    north: str = "N"
    south: str = "S"
    east: str = "E"
    west: str = "W"


@dataclass(frozen=True, slots=True)
class MapTheme:
    """Colours of the page, CSS notation. `ranks` by severity, `levels` of areas."""

    colours: Mapping[str, str]
    ranks: Mapping[int, str]
    levels: Mapping[int, str] = field(default_factory=dict)
