"""Which symbols a view shows: clustering on a grid and cutting to the view, incrementally.

The page is sent differences of this, never the whole set: at city zoom ten thousand points are a few hundred
symbols. Plain Python without Qt; the GUI thread spends well under a millisecond a tick on it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from widgets.map_types import Bounds, Group, MapLayer, MapPoint, View

TILE_PX: Final = 256
CLUSTER_FROM: Final = 3
"""Two symbols side by side still read as two."""

CLUSTER_RADIUS_PX: Final = 16
MAX_LAT_DEG: Final = 85.05112878

Cell = tuple[Group, int, int]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Several points drawn as one: how many, and the worst that is inside.

    Attributes:
        worst: severity of the worst member, 0 = none has any.
        waiting: a member nobody has taken note of has that severity.
        lost: how many members are lost.
    """

    ident: str
    group: Group
    lat_deg: float
    lon_deg: float
    count: int
    worst: int
    waiting: bool
    lost: int


Drawn = tuple[str, MapPoint] | Cluster
"""A point with its full id ("layer/key"), or a cluster."""


@dataclass(slots=True)
class Changes:
    """What the page must do to show the present state."""

    upserts: list[Drawn]
    removed: list[str]


def to_unit(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """Web Mercator in [0, 1], y downwards."""
    lat = math.radians(max(-MAX_LAT_DEG, min(MAX_LAT_DEG, lat_deg)))
    return (lon_deg + 180.0) / 360.0, (1.0 - math.asinh(math.tan(lat)) / math.pi) / 2.0


def from_unit(x: float, y: float) -> tuple[float, float]:
    """Latitude and longitude in degrees: undo of `to_unit`."""
    return math.degrees(math.atan(math.sinh(math.pi * (1.0 - 2.0 * y)))), x * 360.0 - 180.0


@dataclass(slots=True)
class _Entry:
    point: MapPoint
    layer: MapLayer
    x: float
    y: float
    cell: Cell | None = None


class ViewIndex:
    """All points of a map, and what of them the page has.

    Points that are `pinned` (the selected one) are always drawn by themselves.
    """

    def __init__(self, layers: Iterable[MapLayer]) -> None:
        self._layers = {layer.key: layer for layer in layers}
        self._entries: dict[str, _Entry] = {}
        self._cells: dict[Cell, dict[str, _Entry]] = {}
        self._dirty: set[Cell] = set()
        self._shown: dict[Cell, dict[str, Drawn]] = {}
        self._hidden: set[str] = set()
        self._view: View | None = None
        self._view_changed = True
        self._pinned: str = ""

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def view(self) -> View | None:
        return self._view

    @property
    def layers(self) -> tuple[str, ...]:
        return tuple(self._layers)

    def find(self, ident: str) -> MapPoint | None:
        """The point with this full id ("layer/key")."""
        entry = self._entries.get(ident)
        return None if entry is None else entry.point

    def points(self, layer: str) -> list[MapPoint]:
        return [entry.point for entry in self._entries.values() if entry.layer.key == layer]

    def clear(self) -> None:
        for ident in list(self._entries):
            self._forget(ident)

    def put(self, layer_key: str, point: MapPoint) -> None:
        """Insert or replace.

        Raises:
            KeyError: there is no such layer.
        """
        ident = f"{layer_key}/{point.key}"
        before = self._entries.get(ident)
        if before is not None and before.point == point:
            return
        if before is not None and (before.point.lat_deg, before.point.lon_deg) == (point.lat_deg, point.lon_deg):
            before.point = point
            if before.cell is not None:
                self._dirty.add(before.cell)
            return
        if before is not None:
            self._forget(ident)
        x, y = to_unit(point.lat_deg, point.lon_deg)
        entry = _Entry(point, self._layers[layer_key], x, y)
        self._entries[ident] = entry
        self._place(ident, entry)

    def remove(self, layer_key: str, key: str) -> None:
        self._forget(f"{layer_key}/{key}")

    def pin(self, ident: str) -> None:
        """Draw this point by itself, also where others would swallow it; "" = none."""
        for each in (self._pinned, ident):
            entry = self._entries.get(each)
            if entry is not None and entry.cell is not None:
                self._dirty.add(entry.cell)
        self._pinned = ident

    def hide_layer(self, layer_key: str, hidden: bool) -> None:
        if hidden:
            self._hidden.add(layer_key)
        else:
            self._hidden.discard(layer_key)
        self._rebuild()

    def set_view(self, view: View) -> None:
        rezoomed = self._view is None or self._view.zoom != view.zoom
        self._view = view
        self._view_changed = True
        if rezoomed:
            self._rebuild()

    def forget_page(self) -> None:
        """The page has nothing (it was loaded anew)."""
        self._shown.clear()
        self._view_changed = True

    def drain(self) -> Changes:
        """What changed for the page since the last call. Before the first `set_view` nothing is due."""
        changes = Changes([], [])
        view = self._view
        if view is None:
            return changes
        if self._view_changed:
            wanted = {cell for cell in self._cells if self._in_view(cell, view)}
            due = wanted | set(self._shown)
        else:
            due = self._dirty
            wanted = {cell for cell in due if cell in self._cells and self._in_view(cell, view)}
        for cell in due:
            self._drain_cell(cell, cell in wanted, changes)
        self._dirty.clear()
        self._view_changed = False
        again = {self._ident(item) for item in changes.upserts}
        changes.removed = [ident for ident in changes.removed if ident not in again]
        return changes

    def members_bounds(self, cluster_ident: str) -> Bounds | None:
        """The box around a cluster's members, for flying to it."""
        for cell, drawn in self._shown.items():
            if cluster_ident in drawn:
                members = [entry.point for entry in self._cells.get(cell, {}).values()]
                lats = [point.lat_deg for point in members]
                lons = [point.lon_deg for point in members]
                return Bounds(min(lats), min(lons), max(lats), max(lons)) if members else None
        return None

    @staticmethod
    def _ident(item: Drawn) -> str:
        return item.ident if isinstance(item, Cluster) else item[0]

    def _forget(self, ident: str) -> None:
        entry = self._entries.pop(ident, None)
        if entry is None or entry.cell is None:
            return
        self._dirty.add(entry.cell)
        members = self._cells.get(entry.cell)
        if members is not None:
            members.pop(ident, None)
            if not members:
                del self._cells[entry.cell]

    def _cell_px(self, layer: MapLayer) -> int:
        # Unclustered points still live in cells, so that cutting to the view and dirtiness stay per cell.
        return layer.cluster_px or 64

    def _place(self, ident: str, entry: _Entry) -> None:
        entry.cell = None
        if self._view is None or entry.layer.key in self._hidden:
            return
        cells = (TILE_PX << self._view.zoom) / self._cell_px(entry.layer)
        entry.cell = (entry.layer.group, int(entry.x * cells), int(entry.y * cells))
        self._cells.setdefault(entry.cell, {})[ident] = entry
        self._dirty.add(entry.cell)

    def _rebuild(self) -> None:
        self._cells.clear()
        self._view_changed = True
        for ident, entry in self._entries.items():
            self._place(ident, entry)

    def _in_view(self, cell: Cell, view: View) -> bool:
        side = self._side_of(cell)
        left, top = to_unit(view.bounds.north, view.bounds.west)
        right, bottom = to_unit(view.bounds.south, view.bounds.east)
        return (
            left <= (cell[1] + 1) * side
            and cell[1] * side <= right
            and top <= (cell[2] + 1) * side
            and cell[2] * side <= bottom
        )

    def _side_of(self, cell: Cell) -> float:
        """Side of the cell in units of the whole world."""
        assert self._view is not None
        entry = next(iter(self._cells[cell].values()))
        return self._cell_px(entry.layer) / (TILE_PX << self._view.zoom)

    def _drain_cell(self, cell: Cell, wanted: bool, changes: Changes) -> None:
        before = self._shown.get(cell, {})
        after: dict[str, Drawn] = self._draw(cell) if wanted else {}
        if before == after:
            return
        changes.upserts += [item for ident, item in after.items() if before.get(ident) != item]
        changes.removed += [ident for ident in before if ident not in after]
        if after:
            self._shown[cell] = after
        else:
            self._shown.pop(cell, None)

    def _draw(self, cell: Cell) -> dict[str, Drawn]:
        assert self._view is not None
        zoom = self._view.zoom
        alone: dict[str, Drawn] = {}
        together: list[_Entry] = []
        for ident, entry in self._cells[cell].items():
            clustered = entry.layer.cluster_px > 0 and zoom < entry.layer.cluster_until_zoom
            if clustered and ident != self._pinned:
                together.append(entry)
            else:
                alone[ident] = (ident, entry.point)
        if len(together) < CLUSTER_FROM:
            for entry in together:
                ident = f"{entry.layer.key}/{entry.point.key}"
                alone[ident] = (ident, entry.point)
        else:
            cluster = self._cluster(cell, together)
            alone[cluster.ident] = cluster
        return alone

    def _cluster(self, cell: Cell, members: list[_Entry]) -> Cluster:
        side = self._side_of(cell)
        inset = side * CLUSTER_RADIUS_PX / self._cell_px(members[0].layer)
        count = len(members)
        # At the members' middle, but kept inside the cell, so that two neighbours never overlap.
        x = _clamp(sum(entry.x for entry in members) / count, cell[1] * side + inset, (cell[1] + 1) * side - inset)
        y = _clamp(sum(entry.y for entry in members) / count, cell[2] * side + inset, (cell[2] + 1) * side - inset)
        lat, lon = from_unit(x, y)
        worst = min((entry.point.rank for entry in members if entry.point.rank), default=0)
        waiting = any(entry.point.rank == worst and entry.point.look == "filled" for entry in members) and worst > 0
        lost = sum(entry.point.look == "lost" for entry in members)
        return Cluster(f"~{cell[0]}/{cell[1]}/{cell[2]}", cell[0], lat, lon, count, worst, waiting, lost)


def _clamp(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
