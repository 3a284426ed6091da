"""Rain of a station over any span, and what of the span was measured."""

from __future__ import annotations

from typing import Final

import numpy as np

from backend.contracts.readings import MEASURING
from backend.contracts.site import Station
from console.models.readings import ReadingStore

SUM_HOLE_INTERVALS: Final = 3
SUM_SHARE_LEAST: Final = 0.9
"""A sum is whole when no hole in it is longer than so many intervals and at most a tenth of the samples is missing."""


def measured_sum(
    store: ReadingStore, station: Station, symbol: str, start_ms: int, end_ms: int
) -> tuple[float | None, float, bool]:
    """(sum over (start, end], measured share 0..1, whether it is the whole span's); None when nothing was measured.

    Judged by the samples that are there: what the store was asked for says nothing of what was measured.
    """
    interval_ms = station.interval_s * 1000
    window = store.window(station.station_id, symbol, start_ms + 1, end_ms)
    measured = window.status == MEASURING
    at_ms = window.at_ms[measured]
    if not len(at_ms):
        return None, 0.0, False
    # The sample of the running interval may not have been sent yet.
    due = max(1.0, (end_ms - start_ms) / interval_ms - 1)
    share = min(1.0, len(at_ms) / due)
    longest_ms = int(np.diff(at_ms, prepend=start_ms, append=end_ms).max())
    whole = longest_ms <= SUM_HOLE_INTERVALS * interval_ms and share >= SUM_SHARE_LEAST
    # Of a thinned span only the extremes are here: their sum is nothing.
    whole = whole and not store.is_thinned(station.station_id, symbol, start_ms, end_ms)
    return float(window.value[measured].sum()), share, whole
