"""Sensor readings on the wire: grouped per parameter, as arrays, so that a seat decodes few objects."""

from __future__ import annotations

from typing import Final, Literal

from backend.contracts.base import EpochMs, Identifier, Wire

ReadingStatus = Literal[0, 1, 2]
MEASURING: Final = 0
CALIBRATING: Final = 1
FAULT: Final = 2
"""TT 10/2021: 00 đang đo, 01 hiệu chuẩn, 02 báo lỗi thiết bị. 01 and 02 are shown, never alarmed on."""


class ReadingSeries(Wire):
    """Samples of one parameter of one station, ascending in time. The three arrays have one length.

    `value` is in the parameter's unit as the site states it.
    """

    station_id: Identifier
    symbol: Identifier
    at_ms: tuple[EpochMs, ...]
    value: tuple[float, ...]
    status: tuple[ReadingStatus, ...]


class ReadingBucket(Wire):
    """Down-sampled history: smallest and largest value of a span, where they stood, and the worst status in it."""

    at_ms: EpochMs
    minimum: float
    minimum_ms: EpochMs
    maximum: float
    maximum_ms: EpochMs
    mean: float
    samples: int
    status: ReadingStatus


class ReadingHistory(Wire):
    """Answer of the readings door. `buckets` when there were more samples than `max_points`, else `series`."""

    station_id: Identifier
    symbol: Identifier
    unit: str
    start_ms: EpochMs
    end_ms: EpochMs
    series: ReadingSeries | None
    buckets: tuple[ReadingBucket, ...]
