"""What goes to the page and when: one batch at a time, the next only after the page has shown the last.

Plain Python without Qt. Whatever changes while a batch is under way is merged, so a slow page gets fewer, not older,
batches, and never more than one is in flight.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from widgets.map_cluster import Cluster, Drawn, ViewIndex
from widgets.map_types import MapArea, MapDelta, MapLayer, View


class MapFeed:
    """Points, areas and settings on this side, and the page's copy of them."""

    def __init__(self, layers: Iterable[MapLayer]) -> None:
        self._layers = {layer.key: layer for layer in layers}
        self.index = ViewIndex(self._layers.values())
        self._areas: dict[str, tuple[MapArea, ...]] = {}
        self._areas_due: dict[str, tuple[MapArea, ...]] = {}
        self._settings: dict[str, object] = {}
        self._settings_due: dict[str, object] = {}
        self._number = 0
        self._in_flight: int | None = None
        self._points_due = False

    @property
    def in_flight(self) -> int | None:
        """Number of the batch the page has not acknowledged, or None."""
        return self._in_flight

    @property
    def areas(self) -> Mapping[str, tuple[MapArea, ...]]:
        """The areas by their owner, as they are on this side."""
        return self._areas

    @property
    def batches(self) -> int:
        """How many batches were handed out so far."""
        return self._number

    @property
    def due(self) -> bool:
        """There is something the page does not have yet."""
        return bool(self._points_due or self._areas_due or self._settings_due)

    def put(self, delta: MapDelta) -> None:
        """Take over what changed.

        Raises:
            KeyError: the delta names a layer that does not exist.
        """
        if delta.reset:
            self.index.clear()
            self._areas_due = dict.fromkeys(self._areas, ())
            self._areas.clear()
        for layer, points in delta.points.items():
            for point in points:
                self.index.put(layer, point)
        for layer, keys in delta.removed.items():
            for key in keys:
                self.index.remove(layer, key)
        for owner, areas in delta.areas.items():
            if self._areas.get(owner, ()) == areas and owner not in self._areas_due:
                continue
            self._areas_due[owner] = areas
            if areas:
                self._areas[owner] = areas
            else:
                self._areas.pop(owner, None)
        self._points_due = True

    def set_setting(self, name: str, value: object) -> None:
        """A setting the page keeps (and gets again after a reload): words, theme, documents, selection."""
        if name in self._settings and self._settings[name] == value:
            return
        self._settings[name] = value
        self._settings_due[name] = value

    def order(self, name: str, value: object) -> None:
        """Something the page does once, such as flying somewhere. The newest of a name wins."""
        self._settings_due[name] = value

    def set_view(self, view: View) -> None:
        self.index.set_view(view)
        self._points_due = True

    def pin(self, ident: str) -> None:
        self.index.pin(ident)
        self.set_setting("selected", ident)
        self._points_due = True

    def hide_layer(self, layer: str, hidden: bool) -> None:
        self.index.hide_layer(layer, hidden)
        self._points_due = True

    def page_lost(self) -> None:
        """The page is gone or new: it has nothing, and what was in flight will never be acknowledged."""
        self._in_flight = None
        self.index.forget_page()
        self._areas_due = dict(self._areas)
        self._settings_due = {**self._settings, **self._settings_due}
        self._points_due = True

    def next_batch(self) -> str | None:
        """The next batch as JSON text, or None while one is in flight or nothing is due."""
        if self._in_flight is not None or not self.due:
            return None
        batch: dict[str, object] = {}
        if self._settings_due:
            batch["set"] = self._settings_due
            self._settings_due = {}
        if self._areas_due:
            batch["areas"] = {owner: [_area(area) for area in areas] for owner, areas in self._areas_due.items()}
            self._areas_due = {}
        changes = self.index.drain()
        self._points_due = False
        if changes.upserts:
            batch["up"] = [self._drawn(item) for item in changes.upserts]
        if changes.removed:
            batch["gone"] = changes.removed
        if not batch:
            return None
        self._number += 1
        self._in_flight = self._number
        batch["n"] = self._number
        return json.dumps(batch, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

    def acknowledge(self, number: int) -> bool:
        """The page has shown batch `number`; False when that is not the one in flight."""
        if number != self._in_flight:
            return False
        self._in_flight = None
        return True

    def _drawn(self, item: Drawn) -> list[object]:
        if isinstance(item, Cluster):
            mark = 1 if item.group == "marks" else 0
            return [item.ident, item.lat_deg, item.lon_deg, mark, item.count, item.worst, int(item.waiting), item.lost]
        ident, point = item
        layer = self._layers[ident.split("/", 1)[0]]
        cone = point.cone
        return [
            ident,
            point.lat_deg,
            point.lon_deg,
            1 if layer.group == "marks" else 0,
            point.shape,
            point.look,
            point.rank,
            point.label,
            point.value,
            point.note,
            point.tip,
            None if cone is None else [cone.bearing_deg, cone.view_deg, cone.range_m],
            layer.label_zoom,
            layer.value_zoom,
            point.tint,
        ]


def _area(area: MapArea) -> dict[str, object]:
    return {
        "rank": area.rank,
        "look": area.look,
        "ring": area.ring,
        "centre": area.centre,
        "radius_m": area.radius_m,
        "codes": area.codes,
        "level": area.level,
        "striped": area.striped,
        "note": area.note,
    }
