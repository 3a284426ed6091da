"""Citizens' reports on the map: a bubble for each open one, and cells that count how many came from where."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts.report_doors import ReportCell
from backend.contracts.reports import Report, Timeliness
from backend.contracts.state import RoomState
from console.models.alert_words import agency_name
from console.models.map_features import short_label
from console.models.numbers import format_number, local_datetime
from console.models.report_queue import COLOURS
from console.models.report_words import category_name, state_name, timeliness_name
from widgets.map_types import LegendEntry, MapArea, MapDelta, MapLayer, MapPoint

translate = QCoreApplication.translate

REPORTS: Final = "report"
"""Key of the layer; the same word as the kind of a selection."""

LAYER: Final = MapLayer(REPORTS, "talks", cluster_px=56, cluster_until_zoom=15, label_zoom=15, value_zoom=14)

SHAPES: Final[Mapping[Timeliness, str]] = {
    "late": "talk_diamond", "near": "talk_triangle", "in_time": "talk_circle", "stopped": "talk_bars",
    "none": "talk_ring",
}  # fmt: skip
"""The same shapes as in the queue."""

_RANKS: Final[Mapping[Timeliness, int]] = {"late": 1, "near": 2}

HEAT_SPANS_DAYS: Final = (30, 365, 0)
"""How far back the cells may count, 0 = everything that ever came; the first unless somebody chose."""

HEAT_OWNER: Final = "heat/"
_GRADES: Final = ((25, 15), (10, 14), (5, 13), (2, 12), (1, 11))
"""(from so many reports in a cell, level of the area)."""

_CELLS: Final = ((9, 0.05), (11, 0.02), (13, 0.005))
_FINEST_DEG: Final = 0.002


def put_reports(delta: MapDelta, state: RoomState, report_ids: Iterable[str], now_ms: int, language: str) -> None:
    """Into `delta`: these as they stand now; what ended or has no place is taken away.

    What a bubble says changes with its report only, never by the clock alone: the room is told when one is near its
    end or over it.
    """
    points, gone = [], []
    categories: dict[str, str] = {}
    for report_id in report_ids:
        report = state.reports.get(report_id)
        if report is None or report.lat_deg is None or report.lon_deg is None:
            gone.append(report_id)
            continue
        if report.category_id not in categories:
            categories[report.category_id] = category_name(state, report.category_id, language)
        points.append(_point(report, state, categories[report.category_id], now_ms, language))
    if points:
        delta.points[REPORTS] = points
    if gone:
        delta.removed[REPORTS] = gone


def _point(report: Report, state: RoomState, category: str, now_ms: int, language: str) -> MapPoint:
    assert report.lat_deg is not None
    assert report.lon_deg is not None
    timeliness = report.timeliness(now_ms)
    offset_min = state.site.utc_offset_min if state.site is not None else 0
    due_ms = report.clock.due_ms if report.clock is not None else None
    came = _minute(report.received_ms, offset_min)
    value = timeliness_name(timeliness)
    if due_ms is not None:
        due = translate("MapReports", "due {time}").format(time=_minute(due_ms, offset_min))
        value = f"{value}, {due}"
    tip = (
        f"{report.code} · {report.title}",
        category,
        value,
        translate("MapReports", "received {time}").format(time=came),
        agency_name(state, report.chief, language),
        report.address,
        translate("MapReports", "EXERCISE") if report.exercise else "",
    )
    urgent = timeliness in _RANKS
    return MapPoint(
        report.report_id,
        report.lat_deg,
        report.lon_deg,
        SHAPES[timeliness],
        look="dim" if timeliness == "stopped" else "normal",
        rank=_RANKS.get(timeliness, 0),
        label=short_label(report.title),
        note=state_name(report.state),
        value=value,
        tip="\n".join(line for line in tip if line),
        tint=COLOURS[timeliness] if urgent else "",
    )


def _minute(at_ms: int, offset_min: int) -> str:
    return f"{local_datetime(at_ms, offset_min):%H:%M %d/%m}"


# -- how many came from where ------------------------------------------------------------------------------------------


def cell_deg(zoom: int) -> float:
    """Side of a cell that is some tens of pixels wide at this zoom, degrees."""
    return next((side for most, side in _CELLS if zoom <= most), _FINEST_DEG)


def counted(state: RoomState, since_ms: int, cell: float) -> dict[tuple[float, float], int]:
    """What the room itself holds of the reports since then: middle of the cell -> how many."""
    found: Counter[tuple[float, float]] = Counter()
    for report in (*state.reports.values(), *state.ended_reports.values()):
        if report.lat_deg is not None and report.lon_deg is not None and report.received_ms >= since_ms:
            row, column = math.floor(report.lat_deg / cell), math.floor(report.lon_deg / cell)
            found[(row + 0.5) * cell, (column + 0.5) * cell] += 1
    return dict(found)


def of_door(cells: Iterable[ReportCell]) -> dict[tuple[float, float], int]:
    """The same of what the server counted."""
    return {(one.lat_deg, one.lon_deg): one.open + one.ended for one in cells}


def heat_areas(cells: Mapping[tuple[float, float], int], cell: float, language: str) -> dict[str, tuple[MapArea, ...]]:
    """A graded square for each cell with how many they are, by its owner."""
    areas: dict[str, tuple[MapArea, ...]] = {}
    for (lat_deg, lon_deg), count in cells.items():
        level = next((level for least, level in _GRADES if count >= least), 0)
        if not level:
            continue
        south, north = lat_deg - cell / 2, lat_deg + cell / 2
        west, east = lon_deg - cell / 2, lon_deg + cell / 2
        ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
        note = format_number(count, 0, language)
        areas[f"{HEAT_OWNER}{lat_deg:.5f}/{lon_deg:.5f}"] = (MapArea(0, "filled", ring=ring, level=level, note=note),)
    return areas


def span_words(days: int) -> str:
    """Of `HEAT_SPANS_DAYS`."""
    if not days:
        return translate("MapReports", "ever")
    return translate("MapReports", "in {days} days").format(days=days)


def legend(heat_days: int) -> tuple[LegendEntry, ...]:
    """Bubbles as the page draws them, and the grades of the cells with their unit and how far back they count."""
    bubbles: tuple[tuple[Timeliness, str], ...] = (
        ("late", translate("MapReports", "Citizens' report: overdue")),
        ("near", translate("MapReports", "Report: nearly due")),
        ("in_time", translate("MapReports", "Report: in time")),
        ("stopped", translate("MapReports", "Report: its clock stands")),
        ("none", translate("MapReports", "Report: no deadline yet")),
    )
    entries = [
        LegendEntry(SHAPES[key], "dim" if key == "stopped" else "normal", _RANKS.get(key, 0), text)
        for key, text in bubbles
    ]
    grades = (
        (11, translate("MapReports", "1 report in the cell {span}")),
        (12, translate("MapReports", "2–4 reports in the cell")),
        (13, translate("MapReports", "5–9 reports in the cell")),
        (14, translate("MapReports", "10–24 reports in the cell")),
        (15, translate("MapReports", "25 reports and more in the cell")),
    )
    return (
        *entries,
        *(LegendEntry("area", "normal", level, text.format(span=span_words(heat_days))) for level, text in grades),
    )
