"""Citizens' reports through the desk: taken, routed by the site's own rules, answered, timed, found again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest

from backend.contracts.commands import (
    AskReportExtension,
    DecideReportExtension,
    DecideReportMedium,
    MoveReport,
    NoteReport,
    ReadReport,
    ReportCommand,
    Role,
    RouteReport,
    TellReportsApart,
)
from backend.contracts.events import RowsShown
from backend.contracts.feed import CommandResult
from backend.contracts.report_doors import ReportQuery
from backend.contracts.report_events import ReportOverdue
from backend.contracts.reports import Medium, Report
from backend.contracts.state import REPORTS_ENDED_KEPT
from backend.services.reports.desk import Filed, ReportError
from config.site import load_site
from tests.unit.feeds_samples import Desk, Moment, opened_desk, operator

LAOCAI = load_site(Path("config/sites/laocai"), date(2026, 11, 23))
COC_LEU = (22.4986, 103.9689)
HOUR_MS = 3_600_000


def at_desk(
    data_dir: Path, scenario: Callable[[Desk], Coroutine[None, None, None]], now: Moment | None = None, url: str = ""
) -> None:
    async def play() -> None:
        async with opened_desk(data_dir, LAOCAI, now, url) as desk:
            await scenario(desk)

    asyncio.run(play())


def filed(text: str = "Cây đổ chắn ngang đường Hoàng Liên", category: str = "cay-do", **more: Any) -> Filed:
    place = {"lat_deg": COC_LEU[0], "lon_deg": COC_LEU[1]}
    return Filed(**{"channel": "app", "category_id": category, "text": text, **place, **more})


class Hands:
    """Commands of the room and of an agency's seat, each with an id of its own."""

    def __init__(self, desk: Desk) -> None:
        self._commands = desk.commands()
        self._desk = desk
        self._count = 0

    async def do(self, kind: type[ReportCommand], report: Report, agency: str = "", **fields: object) -> CommandResult:
        self._count += 1
        command = kind.model_validate(
            {"command_id": f"{self._count:032x}", "report_id": report.report_id, **fields}, strict=False
        )
        role = Role.AGENCY if agency else Role.DUTY_OFFICER
        return await self._commands.execute(command, operator(role, agency or "lan", agency), "10.0.0.7")

    async def done(self, kind: type[ReportCommand], report: Report, agency: str = "", **fields: object) -> Report:
        result = await self.do(kind, report, agency, **fields)
        assert result.accepted, result.reason
        now = self._desk.room.durable.report(report.report_id)
        assert now is not None
        return now

    async def published(self, report: Report) -> Report:
        await self.done(MoveReport, report, report.chief, state="in_progress")
        await self.done(MoveReport, report, report.chief, state="done_pending", text="đã dọn")
        return await self.done(MoveReport, report, state="published", text="Đã dọn xong cây đổ")


def test_an_urgent_report_is_with_the_committee_of_its_commune_at_once(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        report = await desk.reports.receive(filed(), origin="10.0.0.9")
        now = desk.room.durable.reports[report.report_id]
        unit = next(one for one in LAOCAI.units if one.unit_id == now.chief)
        assert (unit.kind, unit.area_code) == ("commune", now.commune_code)
        assert now.state == "assigned"
        assert now.leader == unit.leader
        assert now.clock is not None
        assert now.clock.due_ms == report.received_ms + 4 * HOUR_MS
        assert desk.kinds() == ["report.received", "report.routed"]
        assert desk.events[0].origin == "10.0.0.9"
        second = await desk.reports.receive(filed())
        assert (second.number, second.code) == (2, "PA-000002")

    at_desk(tmp_path, scenario)


def test_what_cannot_be_taken_says_what_would_be_right(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        with pytest.raises(ReportError, match=r"service_code.*'rac'; allowed: rac-thai"):
            await desk.reports.receive(filed(category="rac"))
        with pytest.raises(ReportError, match="description"):
            await desk.reports.receive(filed(text=" \u202e\n "))
        assert desk.kinds() == []

    at_desk(tmp_path, scenario)


def test_a_report_goes_its_whole_way_between_room_agency_and_citizen(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        hands = Hands(desk)
        report = desk.room.durable.reports[(await desk.reports.receive(filed())).report_id]
        refused = await hands.do(MoveReport, report, "csgt", state="in_progress")
        assert (refused.accepted, refused.reason_code) == (False, "not_found")
        await hands.done(MoveReport, report, report.chief, state="in_progress")
        asked = await hands.done(AskReportExtension, report, report.chief, more_min=120, reason="chờ cẩu")
        assert asked.state == "extension"
        granted = await hands.done(DecideReportExtension, report, granted=True)
        assert report.clock is not None
        assert granted.clock is not None
        assert granted.clock.allowed_ms == report.clock.allowed_ms + 2 * HOUR_MS
        assert (await hands.do(NoteReport, report, report.chief, audience="citizen", text="xong")).accepted is False
        await hands.done(NoteReport, report, report.chief, audience="inside", text="cẩu đã đến")
        back = await hands.done(MoveReport, report, report.chief, state="returned", reason="không thuộc thẩm quyền")
        assert back.clock is not None
        assert back.clock.due_ms is None
        moved = await hands.done(
            RouteReport, report, chief="csgt", partners=["moi-truong-do-thi"], reason="trên quốc lộ"
        )
        assert (moved.chief, moved.partners) == ("csgt", ("moi-truong-do-thi",))
        assert (await hands.do(MoveReport, report, "moi-truong-do-thi", state="in_progress")).accepted is False
        assert (await hands.do(NoteReport, report, "moi-truong-do-thi", text="đã cử người")).accepted
        assert (await hands.published(moved)).state == "published"
        await desk.reports.citizen_rated(report.report_id, "dissatisfied", "vẫn còn cành")
        await desk.reports.citizen_reopened(report.report_id, "vẫn còn cành cây")
        again = desk.room.durable.reports[report.report_id]
        assert (again.state, again.reopened, again.rating) == ("reopened", 1, None)

    at_desk(tmp_path, scenario)


def test_an_agency_cannot_route_and_an_unknown_agency_gets_nothing(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        hands = Hands(desk)
        report = desk.room.durable.reports[(await desk.reports.receive(filed())).report_id]
        refused = await hands.do(RouteReport, report, report.chief, chief="csgt", reason="x")
        assert refused.reason_code == "not_allowed"
        unknown = await hands.do(RouteReport, report, chief="ubnd-huyen-bat-xat", reason="x")
        assert unknown.reason_code == "unknown_agency"

    at_desk(tmp_path, scenario)


def test_asked_the_citizen_answers_and_the_clock_goes_on(tmp_path: Path) -> None:
    now = Moment()

    async def scenario(desk: Desk) -> None:
        hands = Hands(desk)
        report = desk.room.durable.reports[(await desk.reports.receive(filed())).report_id]
        assert report.clock is not None
        asked = await hands.done(MoveReport, report, state="need_info", text="Cây đổ ở số nhà nào?")
        assert asked.clock is not None
        assert asked.clock.left_ms == report.clock.allowed_ms
        now.ms += 10 * HOUR_MS
        await desk.reports.citizen_wrote(report.report_id, "trước số 12")
        answered = desk.room.durable.reports[report.report_id]
        assert answered.state == "verifying"
        assert answered.clock is not None
        assert answered.clock.due_ms == now.ms + report.clock.allowed_ms

    at_desk(tmp_path, scenario, now)


def test_a_clock_is_told_once_when_near_and_once_when_over(tmp_path: Path) -> None:
    now = Moment()

    async def scenario(desk: Desk) -> None:
        report = await desk.reports.receive(filed())
        for after_h, told in (
            (1, []),
            (3.5, ["near"]),
            (3.6, ["near"]),
            (4.1, ["near", "late"]),
            (9, ["near", "late"]),
        ):
            now.ms = report.received_ms + round(after_h * HOUR_MS)
            await desk.reports.look()
            stages = [one.event.stage for one in desk.events if isinstance(one.event, ReportOverdue)]
            assert stages == told
        assert desk.room.durable.reports[report.report_id].late

    at_desk(tmp_path, scenario, now)


def test_one_that_left_the_state_is_taken_up_again_from_the_archive(tmp_path: Path, database_url: str) -> None:
    async def scenario(desk: Desk) -> None:
        hands = Hands(desk)
        first = desk.room.durable.reports[(await desk.reports.receive(filed())).report_id]
        first = await hands.published(first)
        for _ in range(REPORTS_ENDED_KEPT):
            other = await desk.reports.receive(filed(category="o-nhiem"))
            await hands.done(MoveReport, other, state="rejected", reason="không rõ", text="Thiếu thông tin")
        assert desk.room.durable.report(first.report_id) is None
        await desk.reports.archive.catch_up()
        assert await desk.reports.archive.find(first.report_id) == first
        await desk.reports.citizen_reopened(first.report_id, "cây lại đổ")
        again = desk.room.durable.reports[first.report_id]
        assert (again.state, again.reopened) == ("reopened", 1)
        assert [one.event.kind for one in desk.events[-2:]] == ["rows.shown", "report.moved"]
        assert isinstance(desk.events[-2].event, RowsShown)
        with pytest.raises(ReportError, match="no report"):
            await desk.reports.citizen_reopened("PA-999999", "x")

    at_desk(tmp_path, scenario, url=database_url)


def test_the_archive_knows_whose_pictures_are_whose_and_which_an_officer_gave_free(
    tmp_path: Path, database_url: str
) -> None:
    def medium(digit: str, stage: Literal["report", "after"]) -> Medium:
        return Medium(
            medium_id=digit, kind="image", mime="image/jpeg", digest=digit * 64, bytes=1, stage=stage
        )  # fmt: skip

    async def scenario(desk: Desk) -> None:
        hands = Hands(desk)
        citizens, result, late = medium("a", "report"), medium("b", "after"), medium("c", "after")
        report = desk.room.durable.reports[(await desk.reports.receive(filed(media=(citizens,)))).report_id]
        other = await desk.reports.receive(filed(media=(citizens,)))
        agency = operator(Role.AGENCY, report.chief, report.chief)
        await desk.reports.attach(report.report_id, result, agency)
        media = desk.reports.archive.store.media
        await desk.reports.archive.catch_up()
        assert await media.named(frozenset((citizens.digest, result.digest, late.digest))) == {
            citizens.digest, result.digest,
        }  # fmt: skip
        assert set(await media.reports_of(citizens.digest)) == {report.report_id, other.report_id}
        assert not await media.is_public(result.digest)
        await hands.published(report)
        assert not await media.is_public(result.digest)
        chosen = await hands.done(DecideReportMedium, report, digest=result.digest, public=True)
        assert chosen.public_media == (result.digest,)
        await desk.reports.attach(report.report_id, late, operator(Role.DUTY_OFFICER))
        await desk.reports.archive.catch_up()
        assert [await media.is_public(one.digest) for one in (citizens, result, late)] == [False, True, False]
        assert await media.approved([report.report_id, other.report_id]) == {report.report_id: (result,)}
        with pytest.raises(ReportError, match="no report"):
            await desk.reports.attach(other.report_id, late, operator(Role.AGENCY, "x", "x"))

    at_desk(tmp_path, scenario, url=database_url)


def test_likely_duplicates_are_near_in_place_time_and_words(tmp_path: Path, database_url: str) -> None:
    now = Moment()

    async def scenario(desk: Desk) -> None:
        old = await desk.reports.receive(filed("Ổ gà lớn trước chợ", "duong-hong"))
        now.ms += 40 * 24 * HOUR_MS
        same = await desk.reports.receive(filed("Ổ gà to trước chợ Cốc Lếu", "duong-hong", lat_deg=COC_LEU[0] + 0.0001))
        branch = await desk.reports.receive(filed("Đèn trước chợ không sáng", "den-duong"))
        far = await desk.reports.receive(filed("Ổ gà lớn trước chợ", "duong-hong", lat_deg=COC_LEU[0] + 0.01))
        other = await desk.reports.receive(filed("Rác trước chợ", "rac-thai"))
        mine = await desk.reports.receive(filed("Ổ gà trước chợ Cốc Lếu", "duong-hong"))
        await desk.reports.archive.catch_up()
        found = [one.report.report_id for one in await desk.reports.alike(mine)]
        assert found == [same.report_id, branch.report_id]
        assert {old.report_id, far.report_id, other.report_id}.isdisjoint(found)
        hands = Hands(desk)
        told = await hands.done(TellReportsApart, same, other_id=mine.report_id)
        assert told.apart == (mine.report_id,)
        again = await hands.do(TellReportsApart, same, other_id=mine.report_id)
        assert again.reason_code == "invalid"
        for one, expected in ((mine, [branch.report_id]), (same, [branch.report_id])):
            now_is = desk.room.durable.reports[one.report_id]
            await desk.reports.archive.catch_up()
            assert [like.report.report_id for like in await desk.reports.alike(now_is)] == expected

    at_desk(tmp_path, scenario, now, url=database_url)


def test_the_archive_finds_by_words_without_diacritics_state_agency_and_place(
    tmp_path: Path, database_url: str
) -> None:
    async def scenario(desk: Desk) -> None:
        hands = Hands(desk)
        tree = desk.room.durable.reports[(await desk.reports.receive(filed())).report_id]
        dirt = await desk.reports.receive(filed("Bụi than từ xe tải", "o-nhiem", lat_deg=None, lon_deg=None))
        await hands.done(NoteReport, dirt, text="bí mật nội bộ")
        store = desk.reports.archive.store
        await desk.reports.archive.catch_up()

        async def found(**asked: Any) -> list[str]:
            query = ReportQuery.model_validate(asked, strict=False)
            return [one.report_id for one in (await store.page(query, desk.now())).reports]

        assert await found() == [dirt.report_id, tree.report_id]
        assert await found(text="duong hoang") == [tree.report_id]
        assert await found(text="ĐƯỜNG Hoàng") == [tree.report_id]
        assert await found(text="duong xe") == []
        assert await found(text='"*) OR 1') == []
        assert await found(text="bi mat") == []
        assert await found(text="PA-000002") == [dirt.report_id]
        assert await found(states=["new"]) == [dirt.report_id]
        assert await found(agency_id=tree.chief) == [tree.report_id]
        assert await found(agency_id="csgt") == []
        assert await found(box=(22.4, 103.9, 22.6, 104.0)) == [tree.report_id]
        assert await found(order="due") == [tree.report_id]
        assert await found(timeliness="late", at_ms=desk.now() + 5 * HOUR_MS) == [tree.report_id]
        cells = await store.grid(ReportQuery(), desk.now(), 0.01)
        assert [(one.open, one.late, one.ended) for one in cells] == [(1, 0, 0)]
        assert abs(cells[0].lat_deg - COC_LEU[0]) <= 0.005
        kinds = [one.event.kind for one in await store.thread(dirt.report_id)]
        assert kinds == ["report.received", "report.noted"]

    at_desk(tmp_path, scenario, url=database_url)


def test_pages_follow_each_other_without_gap_or_repeat(tmp_path: Path, database_url: str) -> None:
    async def scenario(desk: Desk) -> None:
        for number in range(25):
            await desk.reports.receive(filed(f"Cây đổ số {number}"))
        await desk.reports.archive.catch_up()
        for order in ("newest", "due"):
            seen: list[int] = []
            after = ""
            while True:
                query = ReportQuery.model_validate({"order": order, "limit": 7, "after": after})
                page = await desk.reports.archive.store.page(query, desk.now())
                assert page.total == 25
                seen += [one.number for one in page.reports]
                after = page.next
                if not after:
                    break
            assert seen == (list(range(25, 0, -1)) if order == "newest" else list(range(1, 26)))
        with pytest.raises(ValueError, match="take `next`"):
            await desk.reports.archive.store.page(ReportQuery(after="1:2:3"), desk.now())

    at_desk(tmp_path, scenario, url=database_url)


def test_the_leader_of_the_place_gives_the_receipt_and_nobody_else_does(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        hands = Hands(desk)
        report = desk.room.durable.reports[(await desk.reports.receive(filed())).report_id]
        someone = await hands.do(ReadReport, report, report.chief)
        assert someone.reason_code == "not_allowed"
        assert report.leader in someone.reason
        commands = desk.commands()
        leader = replace(operator(Role.LEADER, "chu-tich", ""), display_name=report.leader)

        async def read(number: int, text: str = "") -> CommandResult:
            command = ReadReport(command_id=f"{number:032x}", report_id=report.report_id, text=text)
            return await commands.execute(command, leader, "10.0.0.8")

        assert (await read(900)).accepted
        seen = desk.room.durable.reports[report.report_id]
        assert (seen.read_by, seen.read_ms, seen.state) == ("chu-tich", desk.now(), "assigned")
        assert (await read(901)).reason_code == "invalid"
        assert (await read(902, "Xử lý ngay trong sáng nay")).accepted
        said = desk.room.durable.reports[report.report_id]
        assert (said.read_words, said.read_ms) == ("Xử lý ngay trong sáng nay", seen.read_ms)
        await hands.done(RouteReport, report, chief="pccc", reason="cần xe thang")
        assert desk.room.durable.reports[report.report_id].read_by == "chu-tich", "the same leader has read it"
        await desk.reports.archive.catch_up()
        stored = await desk.reports.archive.store.find(report.report_id)
        assert stored == desk.room.durable.reports[report.report_id], "the archive folds as the room does"

    at_desk(tmp_path, scenario)
