"""Charts: 20 channels of a million points redrawn, against pyqtgraph's own speed test; thinning against tsdownsample.

Both pairs are measured in turns in the same run, so that the machine's other work falls on both.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QApplication
from tsdownsample import MinMaxLTTBDownsampler

from backend.contracts.readings import MEASURING
from console.models.numbers import format_age, format_number, format_time
from console.models.readings_channel import Channel
from widgets.chart_types import ChartFormats, LimitLine, Point, Shade, StripSpec, Trace, Verdict, View
from widgets.strip_chart import StripChart

CHANNELS: Final = 20
POINTS: Final = 1_000_000
ANCHOR_POINTS: Final = 5_000
START_MS: Final = 1_794_000_000_000
COLUMNS: Final = 1_600


class _ChannelSource:
    """A strip's source on one real channel with samples a second apart."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def version(self) -> int:
        return self._channel.version

    def trace(self, start_ms: int, end_ms: int, columns: int) -> Trace:
        found = self._channel.thinned(start_ms, end_ms, columns, 2_500)
        return Trace(found.at_ms, found.value, found.status == MEASURING, found.joined)

    def shades(self, start_ms: int, end_ms: int) -> tuple[Shade, ...]:
        return tuple(
            Shade(span.start_ms, span.end_ms, "", False) for span in self._channel.spans(start_ms, end_ms, 1_000)
        )

    def limits(self) -> tuple[LimitLine, ...]:
        return (LimitLine(400.0, "limit 400 mg/Nm³", "", 3),)

    def latest(self) -> Point | None:
        sample = self._channel.latest()
        return None if sample is None else Point(sample.at_ms, sample.value)

    def nearest(self, at_ms: int, within_ms: int) -> Point | None:
        return None

    def verdict(self) -> Verdict:
        return Verdict("62%")

    def notice(self) -> str:
        return ""


def _filled(seed: int, count: int) -> Channel:
    channel = Channel(1 << 20)
    noise = np.random.default_rng(seed).normal(size=count)
    value = 200 + 40 * np.sin(np.arange(count) / 9_000) + 12 * noise
    at_ms = START_MS + np.arange(count, dtype=np.int64) * 1_000
    channel.add(at_ms, value, np.zeros(count, np.uint8))
    return channel


def _chart(channels: list[Channel], end_ms: int) -> StripChart:
    formats = ChartFormats(
        number=lambda value, decimals: format_number(value, decimals, "vi"),
        age=lambda age_s: format_age(age_s, "vi"),
        moment=lambda at_ms, with_date: format_time(at_ms, 420, with_date),
        now_ms=lambda: end_ms,
        utc_offset_min=420,
    )
    chart = StripChart(formats)
    chart.resize(1_900, 60 + CHANNELS * 60)
    chart.set_strips(
        [
            StripSpec(f"C{number}", f"C{number}", f"Channel {number}", "mg/Nm³", 1, 10**9, _ChannelSource(channel))
            for number, channel in enumerate(channels)
        ]
    )
    chart.show()
    return chart


def _seconds(act: Callable[[int], None], rounds: int, first: int) -> float:
    start = time.perf_counter()
    for number in range(first, first + rounds):
        act(number)
    return (time.perf_counter() - start) / rounds


def _redraw(application: QApplication, brief: bool) -> dict[str, object]:
    count = POINTS // 20 if brief else POINTS
    channels = [_filled(seed, count) for seed in range(CHANNELS)]
    end_ms = START_MS + count * 1_000
    chart = _chart(channels, end_ms)
    plot = pg.PlotWidget()
    plot.resize(1_900, 1_000)
    plot.setRange(xRange=(0, ANCHOR_POINTS), yRange=(-60, 60))
    curve = plot.plot(pen=pg.mkPen("w", width=1), skipFiniteCheck=True)
    anchor_data = np.random.default_rng(99).normal(size=(50, ANCHOR_POINTS), scale=15)
    plot.show()
    application.processEvents()

    def anchor(number: int) -> None:
        curve.setData(anchor_data[number % 50])
        application.processEvents()

    def ours(number: int) -> None:
        # Each round moves the window, as live data do: every strip queries, draws and paints anew.
        span_ms = end_ms - START_MS - 600_000
        chart.show_view(View(START_MS + number * 1_000, START_MS + number * 1_000 + span_ms))
        chart.refresh()
        application.processEvents()

    ours(0)
    pairs = []
    for number in range(2 if brief else 8):
        pairs.append((_seconds(anchor, 20, 20 * number), _seconds(ours, 5, 1 + 5 * number)))
    points = sum(strip.point_count() for strip in chart.strips)
    chart.close()
    plot.close()
    anchor_fps = 1 / statistics.median(pair[0] for pair in pairs)
    our_fps = 1 / statistics.median(pair[1] for pair in pairs)
    return {
        "channels": CHANNELS,
        "points_each": count,
        "redraw_fps": round(our_fps, 2),
        "points_drawn": points,
        "anchor_fps": round(anchor_fps, 1),
        "anchor": f"pyqtgraph PlotWidget, {ANCHOR_POINTS} points a frame",
        "ratio_to_anchor_over_20": round(our_fps / (anchor_fps / CHANNELS), 2),
        "aim": 0.5,
    }


def _query(brief: bool) -> dict[str, object]:
    count = POINTS // 20 if brief else POINTS
    channel = _filled(7, count)
    window = channel.window(START_MS, START_MS + count * 1_000)
    seconds_x = window.at_ms / 1_000.0
    downsampler = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]

    def ours(number: int) -> None:
        channel.thinned(START_MS + number, START_MS + count * 1_000, COLUMNS, 2_500)

    def theirs(number: int) -> None:
        downsampler.downsample(seconds_x, window.value, n_out=2 * COLUMNS)

    ours(0)
    pairs = [(_seconds(ours, 50, 50 * number), _seconds(theirs, 5, 0)) for number in range(3 if brief else 12)]
    query_s, raw_s = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    return {
        "query_us": round(query_s * 1e6, 1),
        "tsdownsample_us": round(raw_s * 1e6, 1),
        "query_ratio_to_tsdownsample": round(query_s / raw_s, 4),
        "query_aim": 0.2,
    }


def run(brief: bool) -> dict[str, object]:
    """Redraws a second of 20 strips over a million points each, and microseconds of one thinning query."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication([])
    return {**_redraw(application, brief), **_query(brief)}
