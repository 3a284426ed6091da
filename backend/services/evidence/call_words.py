"""What happened to a call of the hotline as Vietnamese sentences, for papers. Plain text, never markup."""

from __future__ import annotations

from typing import Final

from backend.contracts.crisis import CrisisBegun, CrisisEvent
from backend.contracts.hotline import CallArrived, CallEvent, CallRecorded, CallStep

STEP: Final[dict[CallStep, str]] = {
    "queued": "vào hàng chờ",
    "answered": "được trả lời",
    "held": "giữ máy",
    "resumed": "nói chuyện tiếp",
    "ended": "kết thúc",
    "abandoned": "người gọi bỏ máy khi chưa được trả lời",
    "overflowed": "bị từ chối vì quá tải",
}


def crisis_told(event: CrisisEvent) -> str:
    if isinstance(event, CrisisBegun):
        return f"Tổng đài: bật chế độ khủng hoảng “{event.crisis.template.name_vi}”: {event.crisis.reason}"
    tally = event.tally
    figures = f"{tally.calls} cuộc gọi, {tally.answered} được trả lời, {tally.lost} nhỡ, {tally.tickets} phản ánh"
    return f"Tổng đài: tắt chế độ khủng hoảng {event.crisis_id} ({event.reason}): {figures}"


def call_told(event: CallEvent) -> str:
    if isinstance(event, CallArrived):
        return f"Tổng đài: cuộc gọi {event.call.call_id} từ {event.call.masked or 'số ẩn'}"
    if isinstance(event, CallRecorded):
        told = event.recording
        length, digest = told.duration_ms // 1000, told.digest
        return f"Tổng đài: nhận ghi âm cuộc gọi {event.call_id}, {length} giây, SHA-256 {digest}"
    by = f" ({event.agent})" if event.agent else ""
    return f"Tổng đài: cuộc gọi {event.call_id} {STEP[event.step]}{by}"
