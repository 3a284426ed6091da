"""An indicator's figures by commune as a map: shapes from the boundaries, classes of about as many places each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QCoreApplication

from backend.contracts.indicators import Indicator
from backend.contracts.state import RoomState
from console.models.boards import area_figures, area_name, area_ranks, figure_words
from console.models.numbers import format_number
from widgets.choropleth import Fill, Ring, Shape

translate = QCoreApplication.translate

BOUNDARIES: Final = "/api/v1/site/communes.geojson"
CLASSES_MOST: Final = 5
NEAR_DEG: Final = 0.004
"""Corners nearer than this to the one before are left out: a tenth of a pixel of a province on a board."""


def shapes_of(content: bytes) -> tuple[Shape, ...]:
    """Off the GUI thread. Raises: ValueError, it is no GeoJSON of polygons with a `code`."""
    try:
        features = json.loads(content)["features"]
        return tuple(Shape(str(one["properties"]["code"]), tuple(_rings(one["geometry"]))) for one in features)
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError(f"the boundaries are no GeoJSON of communes: {error!r}") from None


def _rings(geometry: dict[str, Any]) -> Iterable[Ring]:
    parts = geometry["coordinates"]
    for polygon in parts if geometry["type"] == "MultiPolygon" else [parts]:
        for ring in polygon:
            thinned = _thinned([(float(corner[0]), float(corner[1])) for corner in ring])
            if len(thinned) >= 3:
                yield thinned


def _thinned(ring: Sequence[tuple[float, float]]) -> Ring:
    kept = [ring[0]]
    for corner in ring[1:]:
        if abs(corner[0] - kept[-1][0]) + abs(corner[1] - kept[-1][1]) >= NEAR_DEG:
            kept.append(corner)
    return tuple(kept)


def class_breaks(values: Sequence[float], most: int = CLASSES_MOST) -> tuple[float, ...]:
    """The lowest figure of each class after the first: about as many places in each, equal figures in one.

    As few different figures as classes have one each: levels are no amounts.
    """
    ranked = sorted(values)
    different = sorted(set(values))
    if len(different) <= most:
        return tuple(different[1:])
    found = (ranked[len(ranked) * number // most] for number in range(1, most))
    return tuple(dict.fromkeys(one for one in found if one > ranked[0])) if ranked else ()


def class_of(value: float, breaks: Sequence[float]) -> int:
    return sum(value >= one for one in breaks)


@dataclass(frozen=True, slots=True)
class AreaMap:
    """What a map shows: `told` says of which period, `fills` begin with the highest figure."""

    told: str
    fills: dict[str, Fill]
    legend: tuple[str, ...]


def area_map(one: Indicator, state: RoomState, language: str) -> AreaMap | None:
    """None = no area has a figure."""
    found = area_figures(state, one)
    if found is None:
        return None
    ranks, breaks = area_ranks(found.now, one.of(found.period)), class_breaks(list(found.now.values()))
    rank = translate("Boards", "rank {rank} of {count}")
    fills = {
        area: Fill(
            class_of(value, breaks),
            " · ".join(
                (
                    area_name(state, one, area, language),
                    figure_words(one, value, language),
                    rank.format(rank=ranks[area], count=len(ranks)),
                )
            ),
        )
        for area, value in sorted(found.now.items(), key=lambda item: (-item[1], item[0]))
    }
    words = translate("Boards", "{period} so far") if found.partial else "{period}"
    count = translate("Boards", "{count} places have a figure").format(count=len(fills))
    told = " · ".join(filter(None, (words.format(period=found.period), one.unit, count)))
    return AreaMap(told, fills, _legend(one, list(found.now.values()), breaks, language))


def _legend(one: Indicator, values: Sequence[float], breaks: Sequence[float], language: str) -> tuple[str, ...]:
    """The lowest and the highest figure of each class."""
    found = []
    for level in range(len(breaks) + 1):
        inside = [value for value in values if class_of(value, breaks) == level]
        low, high = (format_number(each, one.decimals, language) for each in (min(inside), max(inside)))
        found.append(low if low == high else f"{low}–{high}")
    return tuple(found)
