"""What the minutes of a meeting say, in Vietnamese, read off its state; the same on every kind of paper. Pure.

The parts and their order are those of the form of minutes (biên bản) in annex III of decree 30/2020/NĐ-CP.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from backend.contracts.meetings import NOTES_MOST, Conclusion, Meeting, MinutesHead, Participant, Vote
from backend.services.evidence.meeting_words import FORM, PRESENCE

NATION_VI: Final = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO_VI: Final = "Độc lập - Tự do - Hạnh phúc"
NAME_VI: Final = "BIÊN BẢN"
OTHERS_VI: Final = "Nội dung khác"
NOBODY_VI: Final = "…"


@dataclass(frozen=True, slots=True)
class MinutesContext:
    """What the minutes say besides the meeting. `agencies`: id -> name. `banner_vi`: of an exercise, "" = none."""

    head: MinutesHead
    site_vi: str
    utc_offset_min: int
    agencies: Mapping[str, str]
    banner_vi: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One heading with what stands under it: a paragraph a line."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Minutes:
    """The whole paper.

    Attributes:
        draft: the meeting is not over: this is no record of it yet.
        facts: the opening lines.
        closing: when it ended; of a draft that it did not yet.
    """

    parent: str
    issuer: str
    number: str
    place_date: str
    subject: str
    banner: str
    draft: bool
    facts: tuple[str, ...]
    parts: tuple[Part, ...]
    closing: str
    secretary: str
    chair: str
    copies: tuple[str, ...]


def minutes(meeting: Meeting, context: MinutesContext) -> Minutes:
    """What stands in the minutes of a meeting that has begun. Raises: ValueError, it never began."""
    if meeting.began_ms is None:
        raise ValueError("a meeting that never began has no minutes")
    told = _Teller(meeting, context)
    head = context.head
    ended_ms = meeting.ended_ms
    day = told.local(ended_ms if ended_ms is not None else meeting.began_ms)
    place = head.place_vi or context.site_vi
    return Minutes(
        parent=head.parent_vi.upper(),
        issuer=(head.issuer_vi or context.site_vi).upper(),
        number=f"Số: …/BB-{head.code_vi}" if head.code_vi else "Số: …/BB",
        place_date=f"{place}, {_day(day)}",
        subject=f"Họp {meeting.plan.title}",
        banner=context.banner_vi,
        draft=not meeting.is_over,
        facts=tuple(f"{label}: {value}." if value else f"{label}: {NOBODY_VI}" for label, value in told.facts()),
        parts=tuple(told.parts()),
        closing=(
            f"Cuộc họp kết thúc vào {_moment(told.local(ended_ms))}."
            if ended_ms is not None
            else "Cuộc họp chưa kết thúc."
        ),
        secretary=told.name_of("secretary"),
        chair=told.name_of("chair"),
        copies=("Như thành phần dự họp;", *(f"{one};" for one in told.tasked()), "Lưu: VT."),
    )


class _Teller:
    def __init__(self, meeting: Meeting, context: MinutesContext) -> None:
        self._meeting, self._context = meeting, context

    def local(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, UTC) + timedelta(minutes=self._context.utc_offset_min)

    # -- the head ------------------------------------------------------------------------------------------------

    def facts(self) -> Iterator[tuple[str, str]]:
        """Label and value of each opening line; "" = nobody said so, and there is room to write it."""
        meeting, plan = self._meeting, self._meeting.plan
        assert meeting.began_ms is not None
        yield "Thời gian bắt đầu", _moment(self.local(meeting.began_ms))
        yield "Địa điểm", plan.place
        yield "Chủ trì (chủ tọa)", self.name_of("chair")
        yield "Thư ký (người ghi biên bản)", self.name_of("secretary")
        present, needed = meeting.present_voters, meeting.quorum.needed(len(plan.voters))
        if meeting.is_over:
            # Who was there is who came, also when he left before the end.
            present = sum(self._came(one) for one in plan.voters)
        quorum = f"{present}/{len(plan.voters)} thành viên có quyền biểu quyết (cần ít nhất {needed})"
        yield "Số thành viên dự họp", quorum

    def name_of(self, role: str) -> str:
        found = [self._named(one) for one in self._meeting.plan.participants if one.role == role]
        return ", ".join(found)

    def _named(self, one: Participant) -> str:
        stands = self._meeting.attendance.get(one.participant_id)
        return f"{stands.substitute} (dự thay {one.name})" if stands is not None and stands.substitute else one.name

    def _came(self, one: Participant) -> bool:
        return self._meeting.presence(one.participant_id) in ("present", "left")

    # -- the parts -----------------------------------------------------------------------------------------------

    def parts(self) -> Iterator[Part]:
        yield Part("Thành phần tham dự", tuple(self._attendance()))
        for number, item in enumerate(self._meeting.plan.agenda, 1):
            presenter = self._person(item.presenter) if item.presenter else ""
            lines = (*([f"Người trình bày: {presenter}."] if presenter else []), *self._item(item.item_id))
            yield Part(f"Nội dung {number}. {item.title}", lines or ("Không có ghi nhận.",))
        known = {item.item_id for item in self._meeting.plan.agenda}
        others = [key for key in self._item_keys() if key not in known]
        lines = tuple(line for key in others for line in self._item(key))
        if lines:
            yield Part(OTHERS_VI, lines)
        if len(self._meeting.notes) >= NOTES_MOST:
            yield Part("Lưu ý", (f"Chỉ có {NOTES_MOST} ghi chép mới nhất; nhật ký của phòng giữ toàn bộ.",))

    def _item_keys(self) -> list[str]:
        meeting = self._meeting
        keys = [
            *(one.item_id for one in meeting.spoken),
            *(one.item_id for one in meeting.notes),
            *(one.item_id for one in meeting.votes),
            *(one.item_id for one in meeting.conclusions),
        ]
        return list(dict.fromkeys(keys))

    def _attendance(self) -> Iterator[str]:
        people = self._meeting.plan.participants
        here = [one for one in people if self._came(one)]
        yield f"Có mặt ({len(here)}): " + ("; ".join(self._who(one) for one in here) or "không có") + "."
        absent = [one for one in people if not self._came(one)]
        if absent:
            yield f"Vắng mặt ({len(absent)}): " + "; ".join(self._absent(one) for one in absent) + "."

    def _who(self, one: Participant) -> str:
        words = f"{self._named(one)}, {one.title}" if one.title else self._named(one)
        return words if one.has_vote or one.role in ("chair", "secretary") else f"{words} (khách mời)"

    def _absent(self, one: Participant) -> str:
        stands = self._meeting.attendance.get(one.participant_id)
        reason = stands.reason if stands is not None and stands.reason else ""
        words = f"{one.name}, {one.title}" if one.title else one.name
        return f"{words} – {PRESENCE[self._meeting.presence(one.participant_id)]}" + (f": {reason}" if reason else "")

    def _item(self, item_id: str) -> Iterator[str]:
        """What was said, voted and concluded about an item, each kind in the order in which it happened."""
        meeting = self._meeting
        for spoke in meeting.spoken:
            if spoke.item_id == item_id:
                yield f"{self._person(spoke.participant_id)} phát biểu ({_length(spoke.until_ms - spoke.since_ms)})."
        for note in meeting.notes:
            if note.item_id == item_id:
                yield note.text
        for vote in meeting.votes:
            if vote.item_id == item_id:
                yield from self._vote(vote)
        for concluded in meeting.conclusions:
            if concluded.item_id == item_id:
                yield self._concluded(concluded)

    def _vote(self, vote: Vote) -> Iterator[str]:
        form = FORM[vote.form]
        yield f"{form[:1].upper()}{form[1:]}: {vote.question}"
        result = vote.result
        if result is None:
            yield "Chưa có kết quả."
            return
        counts = "; ".join(f"{one.name_vi}: {result.counts.get(one.option_id, 0)}" for one in vote.options)
        outcome = ""
        if result.carried is not None and vote.majority is not None:
            words = "được thông qua" if result.carried else "không được thông qua"
            outcome = f" Kết quả: {words} (quy định: {vote.majority.name_vi}; tính trên {result.base})."
        yield f"{counts}; có mặt {result.present}/{result.members} người có quyền biểu quyết.{outcome}"
        if vote.form == "roll_call":
            names = {one.option_id: one.name_vi for one in vote.options}
            said = (f"{self._person(key)}: {names.get(chosen, chosen)}" for key, chosen in vote.ballots.items())
            yield "Gọi tên: " + "; ".join(said) + "."

    def _concluded(self, one: Conclusion) -> str:
        words = f"Kết luận: {one.text}"
        if one.agency_id:
            words += f" Giao {self._context.agencies.get(one.agency_id, one.agency_id)} thực hiện"
            words += f", hạn {self.local(one.due_ms):%d/%m/%Y}." if one.due_ms is not None else "."
        return words

    def _person(self, participant_id: str) -> str:
        one = self._meeting.participant(participant_id)
        return self._named(one) if one is not None else participant_id or NOBODY_VI

    def tasked(self) -> Sequence[str]:
        """Agencies that were given something to do: they get a copy."""
        keys = dict.fromkeys(one.agency_id for one in self._meeting.conclusions if one.agency_id)
        return [self._context.agencies.get(key, key) for key in keys]


def _day(at: datetime) -> str:
    """As decree 30/2020 writes dates: days under 10 and the months 1 and 2 with a 0 before (annex I, II.4)."""
    month = f"{at.month:02d}" if at.month < 3 else str(at.month)
    return f"ngày {at.day:02d} tháng {month} năm {at.year}"


def _moment(at: datetime) -> str:
    return f"{at.hour:02d} giờ {at.minute:02d} phút, {_day(at)}"


def _length(span_ms: int) -> str:
    whole, seconds = divmod(max(span_ms, 0) // 1000, 60)
    return f"{whole} phút {seconds:02d} giây" if whole else f"{seconds} giây"
