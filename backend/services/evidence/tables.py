"""Readings as CSV that spreadsheets open by a double click, Vietnamese letters included."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from backend.contracts.readings import CALIBRATING, FAULT, MEASURING
from backend.services.evidence.names import LocalTime

BOM = "\ufeff"
_STATUS = {MEASURING: "đang đo", CALIBRATING: "hiệu chuẩn", FAULT: "báo lỗi thiết bị"}


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with the mark that Excel needs, lines ended as RFC 4180 says."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([plain_cell(cell) for cell in header])
    writer.writerows([plain_cell(cell) for cell in row] for row in rows)
    return (BOM + text.getvalue()).encode()


def plain_cell(value: object) -> object:
    """A stranger's text must stay text: a spreadsheet runs what begins with one of these."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value


def readings_csv(samples: Iterable[tuple[int, float, int]], unit: str, local: LocalTime) -> bytes:
    """Samples are (at_ms, value in `unit`, status of TT 10/2021)."""
    rows = (
        (local.iso(at_ms), at_ms, repr(value), unit, f"{status:02d}", _STATUS.get(status, ""))
        for at_ms, value, status in samples
    )
    return csv_bytes(("thoi_gian", "epoch_ms", "gia_tri", "don_vi", "trang_thai", "dien_giai"), rows)
