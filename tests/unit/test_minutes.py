"""Minutes write themselves from what happened in the meeting; both papers say the same, in the form the decree asks."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from docx import Document
from docx.shared import Mm
from PySide6.QtPdf import QPdfDocument

from backend.contracts import meeting_commands as cmd
from backend.contracts import meetings as mt
from backend.contracts.meeting_events import MeetingConcluded
from backend.services.minutes.content import Minutes, MinutesContext, Part, minutes
from backend.services.minutes.printed import to_pdf
from backend.services.minutes.word import to_docx
from tests.unit.meeting_samples import CHAIR, PLAN, SECRETARY, MeetingRoom, cast, close_vote, one_id, open_vote

HEAD = mt.MinutesHead(parent_vi="Ủy ban nhân dân tỉnh Lào Cai", issuer_vi="Văn phòng", code_vi="VP", place_vi="Lào Cai")
CONTEXT = MinutesContext(HEAD, "Lào Cai", 420, {"so-nn": "Sở Nông nghiệp và Môi trường"})
STRANGE = "Nước dâng <b>nhanh</b> & mạnh: ẵẳặẩẫậếềểễệ"


def held(form: mt.VoteForm = "open") -> MeetingRoom:
    """Somebody speaks, two of three vote for it, something is concluded; one does not come."""
    room = MeetingRoom().begun("csgt")
    room.done(
        cmd.AttendMeeting(
            command_id=one_id(), meeting_id="m1", participant_id="csgt", presence="declined", reason="đi công tác"
        ),
        SECRETARY,
    )
    room.done(cmd.GiveFloor(command_id=one_id(), meeting_id="m1", participant_id="so-nn", limit_s=300), CHAIR)
    room.done(cmd.NoteInMeeting(command_id=one_id(), meeting_id="m1", text=STRANGE), SECRETARY)
    room.done(open_vote(form), CHAIR)
    room.done(cast("chu-tri", "co"), CHAIR if form == "open" else SECRETARY)
    room.done(cast("so-nn", "co"), "mt-truc" if form == "open" else SECRETARY)
    room.done(close_vote(), CHAIR)
    concluded = mt.Conclusion(
        conclusion_id="k1", item_id="lu", text="Sơ tán trước 22 giờ.", agency_id="so-nn", due_ms=1_763_900_000_000
    )
    room.log(MeetingConcluded(meeting_id="m1", conclusion=concluded), CHAIR)
    return room


def over(form: mt.VoteForm = "open") -> mt.Meeting:
    room = held(form)
    room.done(cmd.MoveMeeting(command_id=one_id(), meeting_id="m1", phase="over"), CHAIR)
    return room.meeting


def part(paper: Minutes, start: str) -> Part:
    return next(one for one in paper.parts if one.title.startswith(start))


def test_minutes_say_who_came_who_spoke_what_was_voted_and_what_is_to_be_done() -> None:
    paper = minutes(over(), CONTEXT)
    assert not paper.draft
    assert (paper.chair, paper.secretary) == ("Nguyễn Văn Hưng", "Trần Thị Mai")
    assert "Số thành viên dự họp: 2/3 thành viên có quyền biểu quyết (cần ít nhất 2)." in paper.facts
    assert "Địa điểm: …" in paper.facts, "the plan names no place: there is room to write it"
    came, absent = part(paper, "Thành phần").lines
    assert came.startswith("Có mặt (4): Nguyễn Văn Hưng; Trần Thị Mai; Lý A Sử; Đài khí tượng (khách mời)")
    assert absent == "Vắng mặt (1): Vàng Seo Páo – không dự: đi công tác."
    lines = part(paper, "Nội dung 1. Lũ trên sông Hồng").lines
    assert lines[0] == "Người trình bày: Lý A Sử."
    assert re.fullmatch(r"Lý A Sử phát biểu \(\d+ giây\)\.", lines[1])
    assert STRANGE in lines
    assert "Biểu quyết công khai: Sơ tán xã Bảo Hà ngay trong đêm?" in lines
    assert (
        "Tán thành: 2; Không tán thành: 0; Không có ý kiến: 0; có mặt 2/3 người có quyền biểu quyết."
        " Kết quả: được thông qua (quy định: Quá nửa; tính trên 3)." in lines
    )
    assert lines[-1] == ("Kết luận: Sơ tán trước 22 giờ. Giao Sở Nông nghiệp và Môi trường thực hiện, hạn 23/11/2025.")
    assert part(paper, "Nội dung 2. Sơ tán dân").lines == ("Không có ghi nhận.",)
    assert "Sở Nông nghiệp và Môi trường;" in paper.copies


def test_a_roll_call_names_everybody_and_an_open_vote_nobody() -> None:
    named = "Gọi tên: Nguyễn Văn Hưng: Tán thành; Lý A Sử: Tán thành."
    assert named in part(minutes(over("roll_call"), CONTEXT), "Nội dung 1").lines
    assert not any("Gọi tên" in line for line in part(minutes(over(), CONTEXT), "Nội dung 1").lines)


def test_dates_are_written_as_the_decree_asks() -> None:
    paper = minutes(over(), CONTEXT)
    assert paper.place_date == "Lào Cai, ngày 23 tháng 11 năm 2025"
    assert re.fullmatch(r"Cuộc họp kết thúc vào \d\d giờ \d\d phút, ngày 23 tháng 11 năm 2025\.", paper.closing)


def test_of_a_running_meeting_there_is_a_draft_that_says_so_and_of_one_that_never_began_nothing() -> None:
    paper = minutes(held().meeting, CONTEXT)
    assert paper.draft
    assert paper.closing == "Cuộc họp chưa kết thúc."
    assert any("DỰ THẢO" in line.text for line in Document(io.BytesIO(to_docx(paper))).paragraphs)
    with pytest.raises(ValueError, match="never began"):
        minutes(MeetingRoom().planned().meeting, CONTEXT)


def test_a_conclusion_about_an_item_that_left_the_agenda_is_kept() -> None:
    room = held()
    plan = PLAN.model_copy(update={"agenda": PLAN.agenda[1:]})
    room.done(
        cmd.ReplanMeeting(
            command_id=one_id(), meeting_id="m1", plan=plan, expected_ms=room.meeting.changed_ms, reason="bỏ nội dung"
        ),
        CHAIR,
    )
    lines = part(minutes(room.meeting, CONTEXT), "Nội dung khác").lines
    assert any(line.startswith("Kết luận: Sơ tán trước 22 giờ.") for line in lines)


def everything(paper: Minutes) -> list[str]:
    """Every word of the paper, in pieces."""
    parts = [line for one in paper.parts for line in (one.title, *one.lines)]
    outer = [paper.parent, paper.issuer, paper.number, paper.place_date, paper.subject, paper.closing]
    return [
        *outer,
        *paper.facts,
        *parts,
        paper.chair,
        paper.secretary,
        *paper.copies,
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    ]


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_the_word_file_says_everything_on_the_decrees_page() -> None:
    paper = minutes(over("roll_call"), CONTEXT)
    document = Document(io.BytesIO(to_docx(paper)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    written = bare("".join([*(line.text for line in document.paragraphs), *cells]))
    for words in everything(paper):
        assert bare(words) in written, words
    page = document.sections[0]
    sizes = (page.page_width, page.page_height, page.left_margin, page.right_margin)
    assert [round(one / Mm(1)) for one in sizes if one is not None] == [210, 297, 30, 15]
    assert document.styles["Normal"].font.name == "Times New Roman"


def test_the_pdf_says_everything_and_numbers_its_pages_from_the_second(tmp_path: Path) -> None:
    room = held()
    for number in range(80):
        room.done(
            cmd.NoteInMeeting(command_id=one_id(), meeting_id="m1", text=f"Ghi chép {number}: {STRANGE}"), SECRETARY
        )
    paper = minutes(room.meeting, CONTEXT)
    path = tmp_path / "bien-ban.pdf"
    path.write_bytes(to_pdf(paper))
    document = QPdfDocument()
    assert document.load(str(path)) == QPdfDocument.Error.None_
    pages = [document.getAllText(page).text() for page in range(document.pageCount())]
    assert len(pages) > 2
    printed = bare("".join(pages))
    for words in everything(paper):
        if len(words) < 60:  # a longer one may go on over the page, below its number
            assert bare(words) in printed, words
    assert pages[1].strip().splitlines()[0] == "2"
    assert pages[0].strip().splitlines()[0] != "1"
    document.close()
