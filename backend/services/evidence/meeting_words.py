"""What happened in a meeting as Vietnamese sentences, for papers. Plain text, never markup."""

from __future__ import annotations

from typing import Final

from backend.contracts import meeting_events as ev
from backend.contracts.meetings import MeetingPhase, Presence, VoteForm

PHASE: Final[dict[MeetingPhase, str]] = {
    "planned": "lên lịch",
    "running": "bắt đầu hoặc tiếp tục",
    "paused": "tạm nghỉ",
    "over": "kết thúc",
    "cancelled": "hủy",
}
PRESENCE: Final[dict[Presence, str]] = {
    "invited": "chưa trả lời",
    "confirmed": "sẽ dự",
    "declined": "không dự",
    "present": "có mặt",
    "left": "rời họp",
}
FORM: Final[dict[VoteForm, str]] = {
    "open": "biểu quyết công khai",
    "roll_call": "gọi tên biểu quyết",
    "secret": "bỏ phiếu kín",
    "poll": "lấy ý kiến",
}


def meeting_told(event: ev.MeetingPlanned | ev.MeetingEvent) -> str:
    """The package has no state of meetings: people and items go by their id."""
    if isinstance(event, ev.MeetingPlanned):
        return f"Họp “{event.meeting.plan.title}”: lên lịch, mời {len(event.meeting.plan.participants)} người"
    return f"Họp {event.meeting_id}: {_told(event)}"


def _told(event: ev.MeetingEvent) -> str:
    match event:
        case ev.MeetingReplanned():
            return _with("đổi kế hoạch", event.reason)
        case ev.MeetingAttended():
            return _with(f"{event.participant_id} {PRESENCE[event.presence]}", event.substitute or event.reason)
        case ev.MeetingMoved():
            return _with(PHASE[event.phase], event.reason)
        case ev.MeetingItemOpened():
            return f"bàn nội dung {event.item_id}"
        case ev.MeetingShown():
            return f"trình chiếu {event.shown.kind} {event.shown.key}".rstrip()
        case ev.MeetingConcluded():
            return f"kết luận: {event.conclusion.text}"
        case ev.MeetingNoted():
            return f"ghi biên bản: {event.text}"
        case ev.MeetingQuieted():
            return "chỉ báo động mức 1" if event.quiet == "urgent" else "báo mọi cảnh báo"
        case _:
            return _floor_told(event) or _vote_told(event)


def _floor_told(event: ev.MeetingEvent) -> str:
    match event:
        case ev.FloorAsked():
            return _with(f"{event.participant_id} xin phát biểu", event.about)
        case ev.FloorWithdrawn():
            return f"{event.participant_id} thôi xin phát biểu"
        case ev.FloorGiven():
            return f"mời {event.participant_id} phát biểu"
        case ev.FloorEnded():
            return "hết lượt phát biểu"
    return ""


def _vote_told(event: ev.MeetingEvent) -> str:
    match event:
        case ev.VoteOpened():
            return f"mở {FORM[event.vote.form]}: {event.vote.question}"
        case ev.BallotCast():
            return f"{event.participant_id} biểu quyết {event.option_id}"
        case ev.BallotHanded():
            return f"phát phiếu kín cho {event.participant_id}"
        case ev.VoteClosed():
            counts = ", ".join(f"{option} {count}" for option, count in event.result.counts.items())
            carried = {True: "thông qua", False: "không thông qua", None: "lấy ý kiến"}[event.result.carried]
            return f"đóng biểu quyết: {counts} ({carried})"
    return ""


def _with(sentence: str, text: str) -> str:
    return f"{sentence}: {text}" if text else sentence
