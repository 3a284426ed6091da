"""The report of an incident: opened as a PDF, its words, its map and a picture out of the recording are in it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from PySide6.QtPdf import QPdfDocument

from backend.contracts import commands as cmd
from backend.contracts import events as ev
from backend.contracts.alerts import DetectionDetail
from backend.contracts.incidents import Link
from backend.contracts.kinds.alerts import Priority
from backend.contracts.sop import Sop, Step
from backend.contracts.state import RoomState
from backend.domain import incidents as domain
from backend.domain.alerts import Refusal
from backend.services.evidence.incident_report import incident_report
from backend.services.evidence.names import LocalTime
from backend.services.evidence.words import Names, told
from tests.unit.evidence_room import T0_MS, EvidenceRoom, agency, alert, evidence_room


async def happened(room: EvidenceRoom) -> None:
    seen = DetectionDetail(camera_id="cam-1", label="fire", sub_label="", score=1, zones=(), count=1)
    fire = alert("fire", T0_MS + 500, "Cháy chợ Cốc Lếu: ẵẳặẩẫậếềểễệ").model_copy(
        update={"kind": "detection", "detection": seen, "priority": Priority.CRITICAL}
    )
    who = agency(room.room.durable)
    steps = (
        Step(step_id="xem", words_vi="Mở camera gần nhất", limit_s=60),
        Step(step_id="goi", words_vi="Điều 114", dispatch_to=who, limit_s=60),
        Step(step_id="bao", words_vi="Báo cáo lãnh đạo"),
    )
    sop = Sop(
        sop_id="chay",
        version=3,
        title_vi="Cháy, nổ",
        category="fire",
        source="QC phối hợp",
        verified=False,
        steps=steps,
    )
    await room.log_at(T0_MS + 500, ev.AlertRaised(alert=fire), ev.SopPublished(sop=sop))

    async def wish(after_ms: int, made: type, **fields: object) -> None:
        before, room.clock[0] = room.clock[0], T0_MS + after_ms

        def decide(state: RoomState) -> tuple[ev.Event, ...]:
            asked = made(command_id="0" * 32, incident_id="i", **fields)
            decision = domain.decide(state, asked, "lan", room.clock[0])
            assert not isinstance(decision, Refusal), decision
            return decision

        await room.room.record(decide, actor="lan")
        room.clock[0] = before

    await wish(1_000, cmd.OpenIncident, links=(Link(kind="alert", key="fire"),), sop_id="chay", take=True)
    await wish(91_000, cmd.MarkStep, step_id="xem", state="done")
    await wish(95_000, cmd.MarkStep, step_id="goi", state="done")
    await wish(96_000, cmd.MarkStep, step_id="bao", state="skipped", reason="lãnh đạo có mặt tại phòng")
    task_id = room.room.durable.incidents["i"].tasks[0].task_id
    await wish(155_000, cmd.MoveTask, task_id=task_id, state="on_the_way", eta_ms=T0_MS + 400_000)
    await wish(400_000, cmd.MoveTask, task_id=task_id, state="done", note="hai xe")
    await wish(500_000, cmd.NoteIncident, text="Chủ chợ <b>đã</b> đến")
    await wish(600_000, cmd.MoveIncident, phase="resolved")
    await wish(601_000, cmd.MoveIncident, phase="closed", summary="Chập điện, đã dập tắt", cause="equipment")


def test_the_report_tells_times_against_limits_tasks_log_and_shows_the_recorded_picture(
    tmp_path: Path, qapp: object
) -> None:
    async def play() -> tuple[bytes, bytes, list[str]]:
        async with evidence_room(f"sqlite:///{tmp_path / 'trucban.sqlite3'}", tmp_path) as room:
            await happened(room)
            state = room.room.durable
            site = room.sources.communes_file

            async def made() -> bytes:
                return await incident_report(state, state.incidents["i"], room.segments, site, "bình", T0_MS + 700_000)

            bare = await made()
            await room.record("cam-1", 0, seconds=2.0)
            logged = await room.log.read(0, 100)
            assert state.site is not None
            names = Names(state.site, LocalTime(420))
            return bare, await made(), [told(one.event, names) for one in logged]

    bare, whole, sentences = asyncio.run(play())
    assert b"/Subtype /Image" not in bare, "no recording, no picture"
    assert b"/Subtype /Image" in whole
    path = tmp_path / "report.pdf"
    path.write_bytes(whole)
    document = QPdfDocument()
    assert document.load(str(path)) == QPdfDocument.Error.None_
    text = " ".join(document.getAllText(page).text() for page in range(document.pageCount()))
    text = re.sub(r"\s+", " ", text)
    for words in (
        "BÁO CÁO KẾT THÚC SỰ VIỆC",
        "#1 Cháy chợ Cốc Lếu: ẵẳặẩẫậếềểễệ",
        "Kéo dài 10 phút 00 giây",
        "Chập điện, đã dập tắt",
        "Hỏng thiết bị",
        "1 phút 30 giây – QUÁ HẠN",  # done 90 s after it came up, 60 s allowed
        "4 giây",
        "lãnh đạo có mặt tại phòng",
        "Căn cứ: QC phối hợp (chưa xác minh)",
        "đang đến sau 1 phút 00 giây",
        "đã xong sau 5 phút 05 giây: hai xe",
        "Chủ chợ <b>đã</b> đến",
        "bình, lúc",
    ):
        assert words in text, words
    assert "Mở sự việc «Cháy chợ Cốc Lếu: ẵẳặẩẫậếềểễệ»" in sentences, "an evidence package tells of incidents, too"
    assert all(sentences)
