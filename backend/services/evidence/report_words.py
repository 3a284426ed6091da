"""What happened to a citizen's report as Vietnamese sentences, for papers. Plain text, never markup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from backend.contracts import report_events as ev
from backend.contracts.reports import Channel, Rating, ReportState

STATE: Final[dict[ReportState, str]] = {
    "new": "mới tiếp nhận",
    "verifying": "đang xác minh",
    "need_info": "yêu cầu bổ sung",
    "rejected": "từ chối",
    "duplicate": "trùng",
    "assigned": "đã chuyển",
    "returned": "chuyển lại",
    "in_progress": "đang xử lý",
    "extension": "xin gia hạn",
    "done_pending": "đã xử lý, chờ duyệt kết quả",
    "published": "đã công khai",
    "rated": "đã đánh giá",
    "reopened": "mở lại",
}
CHANNEL: Final[dict[Channel, str]] = {
    "app": "ứng dụng",
    "call": "tổng đài 1022",
    "zalo": "Zalo",
    "web": "trang web",
    "email": "thư điện tử",
    "walk_in": "trực tiếp",
    "press": "báo chí",
    "room": "trung tâm",
}
RATING: Final[dict[Rating, str]] = {
    "satisfied": "hài lòng",
    "accepted": "chấp nhận",
    "dissatisfied": "không hài lòng",
}


def report_told(event: ev.ReportReceived | ev.ReportEvent, agency_name: Callable[[str], str]) -> str:
    """What happened; who did it stands beside it."""
    if isinstance(event, ev.ReportReceived):
        report = event.report
        return f"Tiếp nhận phản ánh {report.code} qua {CHANNEL[report.channel]}: {report.title}"
    what, text = _said(event, agency_name)
    sentence = f"Phản ánh {event.report_id}: {what}"
    return f"{sentence}: {text}" if text else sentence


def _said(event: ev.ReportEvent, agency_name: Callable[[str], str]) -> tuple[str, str]:
    match event:
        case ev.ReportRouted():
            return f"chuyển {', '.join(agency_name(one) for one in (event.chief, *event.partners))}", event.reason
        case ev.ReportMoved():
            return STATE[event.state], event.reason or event.text
        case ev.ReportNoted():
            who = "người dân viết" if event.by_citizen else "trả lời người dân"
            return who if event.audience == "citizen" else "ghi chú nội bộ", event.text
        case ev.ReportChanged():
            return "sửa thông tin", event.address or ""
        case ev.ReportExtensionAsked():
            return "xin gia hạn", event.extension.reason
        case ev.ReportExtensionDecided():
            return "đồng ý gia hạn" if event.granted else "không đồng ý gia hạn", event.reason
        case ev.ReportRated():
            return f"người dân đánh giá {RATING[event.rating]}", event.text
        case ev.ReportsToldApart():
            return f"không trùng với {event.other_id}", ""
        case ev.ReportMediumDecided():
            return "cho công khai một ảnh" if event.public else "không công khai một ảnh nữa", ""
        case ev.ReportRead():
            return "lãnh đạo địa bàn đã xem", event.text
        case ev.ReportOverdue():
            return "quá hạn" if event.stage == "late" else "sắp hạn", ""
