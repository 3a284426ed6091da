"""Where the tiles of a wall lie: equal grids and one large picture with small ones around it. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GAP_PX: Final = 2


@dataclass(frozen=True, slots=True)
class Box:
    """A tile's place, logical pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Grid:
    """`columns` by `rows`; the first tile is `large` cells wide and high."""

    columns: int
    rows: int
    large: int = 1

    @property
    def tiles(self) -> int:
        return self.columns * self.rows - self.large * self.large + 1


GRIDS: Final[dict[str, Grid]] = {
    "1": Grid(1, 1),
    "4": Grid(2, 2),
    "1+5": Grid(3, 3, 2),
    "1+7": Grid(4, 4, 3),
    "9": Grid(3, 3),
    "16": Grid(4, 4),
    "25": Grid(5, 5),
    "36": Grid(6, 6),
    "49": Grid(7, 7),
    "64": Grid(8, 8),
    "2x3": Grid(2, 3),
    "3x2": Grid(3, 2),
}
"""Every layout by its name."""

WALL_GRIDS: Final[tuple[str, ...]] = ("1", "4", "9", "16", "25", "36", "49", "64", "1+5", "1+7")
"""The wall's layouts, in the order they are offered."""


def boxes(grid: Grid, width_px: int, height_px: int, gap_px: int = GAP_PX) -> list[Box]:
    """Places of the grid's tiles in an area; the first is the large one where there is one."""
    columns = _edges(grid.columns, width_px, gap_px)
    rows = _edges(grid.rows, height_px, gap_px)
    places = [_span(columns, rows, 0, 0, grid.large)]
    places += [
        _span(columns, rows, column, row, 1)
        for row in range(grid.rows)
        for column in range(grid.columns)
        if row >= grid.large or column >= grid.large
    ]
    return places


def grid_for(count: int) -> str:
    """The smallest equal grid that holds `count` tiles."""
    return next((name for name in WALL_GRIDS if GRIDS[name].large == 1 and GRIDS[name].tiles >= count), "64")


def neighbour(places: list[Box], index: int, across: int, down: int) -> int:
    """The tile next to `index` in a direction (one of them -1 or 1, the other 0); itself at the edge."""
    here = places[index]
    x = here.left - GAP_PX - 1 if across < 0 else here.left + here.width + GAP_PX + 1 if across > 0 else here.left + 1
    y = here.top - GAP_PX - 1 if down < 0 else here.top + here.height + GAP_PX + 1 if down > 0 else here.top + 1
    return next(
        (
            number
            for number, place in enumerate(places)
            if place.left <= x < place.left + place.width and place.top <= y < place.top + place.height
        ),
        index,
    )


def _edges(cells: int, length_px: int, gap_px: int) -> list[tuple[int, int]]:
    """(start, end) of each cell: whole pixels, left-over ones spread."""
    usable = max(length_px - gap_px * (cells - 1), cells)
    cuts = [number * usable // cells for number in range(cells + 1)]
    return [(cuts[number] + number * gap_px, cuts[number + 1] + number * gap_px) for number in range(cells)]


def _span(columns: list[tuple[int, int]], rows: list[tuple[int, int]], column: int, row: int, cells: int) -> Box:
    left, top = columns[column][0], rows[row][0]
    right, bottom = columns[column + cells - 1][1], rows[row + cells - 1][1]
    return Box(left, top, right - left, bottom - top)
