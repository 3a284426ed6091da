"""What a panel shows, as words: to compare a replay with what a live session showed at the same instant.

Labels, buttons and item views tell it by themselves; widgets that paint are asked for what they paint from. A panel
that yields nothing here cannot be compared, and the common replay test says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Final

import numpy as np
from pydantic import BaseModel
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLabel, QPlainTextEdit, QTextBrowser, QWidget

from widgets.chart_rows import Spark
from widgets.choropleth import Choropleth
from widgets.course import CourseBars
from widgets.map_view import MapView
from widgets.media_strip import MediaStrip
from widgets.rain_map import RainMap
from widgets.strip_chart import StripChart
from widgets.tile_canvas import TileCanvas

ROLES: Final = (Qt.ItemDataRole.DisplayRole, *range(Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 12))
ROWS_MOST: Final = 300
OF_THE_DESK: Final = ("The boundaries cannot be fetched",)
"""What a panel says of its own trouble with the server comes and goes; it is no part of the room."""

AGE: Final = re.compile(r"\d+(?:[.,]\d+)?[ \u00a0\u202f]?(?:s|ms|min|ph|phút|giờ|h|ngày|d|days?)(?![\w/])")
"""Ages count on between the live look and the replayed one: their figures are left out, not their words."""


def words(panel: QWidget) -> list[str]:
    """Everything a panel shows, sorted (labels are used again in any order); ages masked."""
    found = [word for widget in (panel, *panel.findChildren(QWidget)) for word in _of(widget, panel)]
    return sorted(AGE.sub("~", word) for word in found if word.strip() and not word.startswith(OF_THE_DESK))


def _of(widget: QWidget, panel: QWidget) -> Iterator[str]:
    if widget is not panel and not widget.isVisibleTo(panel):
        return
    if isinstance(widget.parentWidget(), StripChart):
        return  # the span in its header moves on with every second
    if isinstance(widget, QLabel):
        yield widget.text()
    elif isinstance(widget, QPlainTextEdit | QTextBrowser):
        yield widget.toPlainText()
    elif isinstance(widget, QAbstractButton):
        # What can be done differs on purpose: a replay takes no commands.
        yield widget.text() if widget.isCheckable() else ""
    elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
        yield from _rows(widget.model(), QModelIndex())
    else:
        yield from _painted(widget)


def _painted(widget: QWidget) -> Iterator[str]:
    """What a widget that paints says it paints."""
    if isinstance(widget, StripChart):
        yield from _charts(widget)
    elif isinstance(widget, TileCanvas):
        for tile in widget.tiles:
            yield "" if tile.content is None else f"{tile.content.key}: {plain(tile.content.caption)}"
    elif isinstance(widget, MediaStrip):
        yield from (f"{one.caption}: {widget.words(one)}" for one in widget.pictures)
    elif isinstance(widget, Choropleth):
        yield from (*widget.legend, *(one.words for one in widget.fills.values()))
    elif isinstance(widget, CourseBars):
        yield from (
            f"{label} {value:g}" for label, value in zip(widget.course.labels, widget.course.values, strict=True)
        )
    elif isinstance(widget, RainMap):
        yield from map(plain, widget.spots)
    elif isinstance(widget, MapView):
        yield from _map(widget)


def _rows(model: QAbstractItemModel, parent: QModelIndex) -> Iterator[str]:
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)  # private there
    for row in range(min(model.rowCount(parent), ROWS_MOST)):
        for column in range(columns):
            index = model.index(row, column, parent)
            texts = [plain(value) for role in ROLES if (value := model.data(index, role)) is not None]
            yield " | ".join(text for text in texts if text)
        first = model.index(row, 0, parent)
        if not isinstance(model, QAbstractListModel):
            yield from _rows(model, first)


def _charts(chart: StripChart) -> Iterator[str]:
    for strip in chart.strips:
        source = strip.spec.source
        newest = source.latest()
        limits = [(line.name, line.value, line.passed) for line in source.limits()]
        yield f"{strip.spec.name} ahead: {list(strip.spec.ahead())}" if strip.spec.ahead() else ""
        yield f"{strip.spec.name} {strip.spec.unit}: {newest} {limits} {source.verdict()}"
        if newest is not None:
            trace = source.trace(newest.at_ms - 120_000, newest.at_ms, 10_000)
            yield f"{strip.spec.key}: {list(zip(trace.at_ms.tolist(), trace.value.tolist(), strict=True))}"


def _map(view: MapView) -> Iterator[str]:
    index = view.feed.index
    yield from sorted(f"{layer}: {plain(point)}" for layer in index.layers for point in index.points(layer))
    yield from sorted(f"{owner}: {plain(areas)}" for owner, areas in view.feed.areas.items())


def plain(value: object) -> str:
    """A value without what cannot be compared by eye: curves, objects of Qt."""
    if isinstance(value, BaseModel):
        return value.model_dump_json(exclude_defaults=True)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, str | int | float | bool) or value is None:
        return str(value)
    if isinstance(value, np.ndarray | Spark):
        return ""
    if is_dataclass(value):
        pairs = ((field.name, plain(getattr(value, field.name))) for field in fields(value))
        return " ".join(f"{name}={text}" for name, text in pairs if text)
    if isinstance(value, dict):
        return " ".join(f"{key}={plain(one)}" for key, one in value.items())
    if isinstance(value, tuple | list | set | frozenset):
        return "[" + ", ".join(plain(one) for one in value) + "]"
    return ""
