"""Catalogue of what the room counts by itself from its own log, for indicators with `computed`.

A new measure is one entry here and the function of its name in its family's module (backend/domain/measures).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

MeasureFamily = Literal["reports", "hotline", "alerts", "cameras"]
MeasureArea = Literal["province", "commune", "agency"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure, of the period that is asked for.

    Attributes:
        family: what is counted, and which module counts it.
        areas: areas it can be counted for besides the province.
        at_end: how things stood when the period ended: nothing that comes later changes that.
        counts: it is a number of things, so that an area without any has 0; otherwise such an area has no figure.
    """

    name: str
    family: MeasureFamily
    name_vi: str
    name_en: str
    areas: frozenset[MeasureArea] = frozenset()
    counts: bool = True
    at_end: bool = False


_PLACED: Final[frozenset[MeasureArea]] = frozenset(("commune",))
_ROUTED: Final[frozenset[MeasureArea]] = frozenset(("commune", "agency"))

_ALL: Final = (
    Measure("reports.received", "reports", "phản ánh tiếp nhận", "reports received", _ROUTED),
    Measure("reports.closed", "reports", "phản ánh xử lý xong", "reports closed", _ROUTED),
    Measure("reports.on_time_share", "reports", "% xong đúng hạn", "% closed on time", _ROUTED, counts=False),
    Measure("reports.content_share", "reports", "% đánh giá hài lòng, chấp nhận", "% content", _ROUTED, counts=False),
    Measure("reports.mean_rating", "reports", "điểm đánh giá (1 - 3)", "mean rating (1 to 3)", _ROUTED, counts=False),
    Measure("reports.overdue", "reports", "quá hạn chưa xong ở cuối kỳ", "overdue at the end", _ROUTED, at_end=True),
    Measure("reports.reopened", "reports", "phản ánh tiếp nhận rồi mở lại", "received and opened again", _ROUTED),
    Measure("hotline.calls", "hotline", "cuộc gọi đến", "calls", _PLACED),
    Measure("hotline.answered_share", "hotline", "% cuộc gọi được trả lời", "% calls answered", _PLACED, counts=False),
    Measure("hotline.mean_wait_s", "hotline", "thời gian chờ (giây)", "mean wait (s)", _PLACED, counts=False),
    Measure("alerts.raised", "alerts", "cảnh báo phát sinh", "alerts raised", _PLACED),
    Measure("alerts.per_day", "alerts", "cảnh báo mỗi ngày", "alerts a day", _PLACED),
    Measure("alerts.standing", "alerts", "cảnh báo còn tồn tại cuối kỳ", "standing at the end", _PLACED, at_end=True),
    Measure("alerts.false_share", "alerts", "% cảnh báo bị xác định là sai", "% alerts found false", counts=False),
    Measure("alerts.detections", "alerts", "cảnh báo từ camera", "alerts by cameras", _PLACED),
    Measure("alerts.cyber", "alerts", "cảnh báo an toàn thông tin", "cyber alerts"),
    Measure("alerts.exceedances", "alerts", "lần vượt ngưỡng quan trắc", "limits exceeded", _PLACED),
    Measure("alerts.fires", "alerts", "báo cháy", "fire alarms", _PLACED),
    Measure("cameras.available_share", "cameras", "% thời gian camera hoạt động", "% of time cameras were up",
        counts=False),
)  # fmt: skip

MEASURES: Final[dict[str, Measure]] = {one.name: one for one in _ALL}
