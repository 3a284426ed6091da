"""Posts through the desk: stories of the room, what stays restricted, spikes as alerts, evidence, restarts."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import zipfile
from collections.abc import Callable, Coroutine
from hashlib import sha256
from pathlib import Path

import pytest

from backend.contracts.alerts import Alert
from backend.contracts.commands import AssignStory, DismissStory, ReportStory, Role, StoryCommand
from backend.contracts.doors import IngestAnswer
from backend.contracts.events import LoggedEvent
from backend.contracts.feed import CommandResult
from backend.contracts.press import Story
from backend.contracts.state import STORIES_KEPT
from backend.services.press.desk import COUNT_EVERY_MS, GREW_EVERY_MS, RESTRICTED
from backend.storage.errors import StorageError
from backend.storage.press import StoriesAsked
from config.site import load_site
from tests.unit.feeds_samples import Desk, Moment, opened_desk, operator

SMALL = load_site(Path("tests/fixtures/sites/small"))
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 40
FLOOD = (
    "Mưa lớn từ rạng sáng khiến nhiều tuyến đường ở phường Cốc Lếu ngập sâu, có nơi tới nửa mét, lực lượng chức năng "
    "đã có mặt phân luồng giao thông và hỗ trợ người dân di chuyển tài sản"
)
HOUR_MS = 3_600_000


def at_desk(
    data_dir: Path, scenario: Callable[[Desk], Coroutine[None, None, None]], url: str, now: Moment | None = None
) -> None:
    async def play() -> None:
        async with opened_desk(data_dir, SMALL, now, url) as desk:
            desk.room.listen(desk.press.followed)
            await scenario(desk)

    asyncio.run(play())


async def posted(desk: Desk, *posts: dict[str, object]) -> IngestAnswer:
    answer = await desk.ingest.posts("camera-ai", json.dumps({"posts": posts}).encode())
    assert not answer.rejected
    return answer


def post(number: int, text: str = FLOOD, outlet: str = "", **more: object) -> dict[str, object]:
    return {"id": f"p{number}", "title": "", "content": text, "source": outlet or f"Báo {number}", **more}


def only(desk: Desk) -> Story:
    (story,) = desk.room.durable.stories.values()
    return story


def about(desk: Desk, place_id: str) -> Alert:
    (alert,) = [one for one in desk.alerts("press.spike") if one.place_id == place_id]
    return alert


class Hands:
    def __init__(self, desk: Desk) -> None:
        self._commands = desk.commands()
        self._count = 0

    async def do(self, kind: type[StoryCommand], story_id: str, role: Role, **fields: object) -> CommandResult:
        self._count += 1
        command = kind.model_validate({"command_id": f"{self._count:032x}", "story_id": story_id, **fields})
        return await self._commands.execute(command, operator(role, "lan", ""), "10.0.0.7")


def test_a_story_is_told_once_and_its_growth_now_and_then(tmp_path: Path, database_url: str) -> None:
    async def scenario(desk: Desk) -> None:
        answer = await posted(desk, post(1, sentiment="neutral"))
        assert (answer.accepted, answer.duplicates) == (1, 0)
        assert (only(desk).hits, only(desk).sentiment, only(desk).sentiment_by) == (
            ("coc-leu",),
            "neutral",
            "camera-ai",
        )
        answer = await posted(desk, post(1), *(post(number, f"{FLOOD}, tin {number}") for number in range(2, 8)))
        assert (answer.accepted, answer.duplicates) == (6, 1)
        assert only(desk).posts == 1
        desk.now.ms += GREW_EVERY_MS
        await desk.press.look()
        assert (only(desk).posts, only(desk).outlets, only(desk).sentiment) == (7, 7, "neutral")
        await desk.press.look()
        assert desk.kinds().count("story.seen") == desk.kinds().count("story.grew") == 1

    at_desk(tmp_path, scenario, database_url)


def test_what_only_the_leaders_list_names_never_reaches_the_log(tmp_path: Path, database_url: str) -> None:
    async def scenario(desk: Desk) -> None:
        await posted(
            desk,
            post(1, "Ông Tên Thử phát biểu tại buổi gặp mặt doanh nghiệp đầu năm về cải cách thủ tục hành chính"),
            post(2, f"{FLOOD}. Ông Tên Thử có mặt"),
        )
        await desk.press.look()
        assert only(desk).hits == ("coc-leu",)
        logged = "".join(one.model_dump_json() for one in desk.events if one.event.kind != "site.loaded")
        assert "Tên Thử" not in logged
        assert "ong-ten-thu" not in logged
        every = StoriesAsked(0, desk.now.ms + 1, 10, restricted=True)
        rows = {row.story.restricted: row for row in await desk.press.store.stories(every)}
        assert rows[True].leaders == rows[False].leaders == ("ong-ten-thu",)
        assert "ong-ten-thu" not in rows[False].story.hits
        open_rows = await desk.press.store.stories(StoriesAsked(0, desk.now.ms + 1, 10, restricted=False))
        assert [row.story.story_id for row in open_rows] == [only(desk).story_id]
        for command in (AssignStory, DismissStory):
            fields = {"agency_id": "pccc"} if command is AssignStory else {"reason": "x"}
            refused = await Hands(desk).do(command, rows[True].story.story_id, Role.SUPERVISOR, **fields)
            assert refused.reason_code == "not_found"

    at_desk(tmp_path, scenario, database_url)


def test_a_name_that_is_suddenly_spoken_of_is_an_alert_until_it_is_not(tmp_path: Path, database_url: str) -> None:
    async def scenario(desk: Desk) -> None:
        await posted(
            desk, *(post(n, f"Sa Pa chuyện {n} " + " ".join(f"từ{n}x{w}" for w in range(30))) for n in range(4))
        )
        await posted(desk, *(post(90 + n, f"Ông Tên Thử {n} " + f"khác{n} " * 20) for n in range(20)))
        await desk.press.look()
        assert [one.place_id for one in desk.alerts("press.spike")] == [RESTRICTED]
        await posted(desk, post(5, "Sapa lại đông khách"))
        desk.now.ms += 5_000
        await desk.press.look()
        alert = about(desk, "sa-pa")
        assert (alert.place_id, alert.headline_vi, alert.count) == ("sa-pa", "Sa Pa: 5 bài trong một giờ", 5)
        await posted(desk, post(6, "Sapa đông thêm nữa"))
        desk.now.ms += COUNT_EVERY_MS
        await desk.press.look()
        assert about(desk, "sa-pa").count == 6
        spikes = {one.item_id: one for one in await desk.press.spikes()}
        assert spikes["ong-ten-thu"].active
        assert spikes["sa-pa"].active
        desk.now.ms += HOUR_MS + 300_000
        await desk.press.look()
        assert not any(one.active for one in desk.alerts("press.spike"))

    at_desk(tmp_path, scenario, database_url)


def test_a_spike_of_the_leaders_list_is_an_alert_that_names_and_counts_nobody(
    tmp_path: Path, database_url: str
) -> None:
    now = Moment()

    async def loud(desk: Desk) -> None:
        await posted(desk, *(post(n, f"Ông Tên Thử {n} " + f"khác{n} " * 20) for n in range(20)))
        await desk.press.look()
        alert = about(desk, RESTRICTED)
        assert alert.headline_vi == "Danh sách lãnh đạo: được nhắc nhiều bất thường"
        assert (alert.place_name, alert.count, alert.active) == ("Danh sách lãnh đạo", 1, True)
        await posted(desk, post(30, "Ông Tên Thử lại được nhắc"))
        desk.now.ms += COUNT_EVERY_MS
        await desk.press.look()
        assert about(desk, RESTRICTED) == alert, "how often is told at the restricted door only"
        written = "".join(one.model_dump_json() for one in desk.events if one.event.kind != "site.loaded")
        for word in ("Tên Thử", "ong-ten-thu", "lanh-dao"):
            assert word not in written

    async def quiet(desk: Desk) -> None:
        await desk.press.look()
        assert about(desk, RESTRICTED).active, "a restart changes nothing"
        desk.now.ms += HOUR_MS + 300_000
        await desk.press.look()
        assert not about(desk, RESTRICTED).active

    at_desk(tmp_path, loud, database_url, now)
    at_desk(tmp_path, quiet, database_url, now)


def test_the_evidence_is_what_came_and_its_digest_stands_in_the_audit_log(tmp_path: Path, database_url: str) -> None:
    async def scenario(desk: Desk) -> None:
        given = post(1, sentiment="negative", likes=4, pictures=[{"data": base64.b64encode(PNG).decode()}])
        await posted(desk, given)
        (kept,) = await desk.press.store.posts_of(only(desk).story_id, 10)
        row = await desk.press.store.post(kept.post_id)
        assert row is not None
        files = zipfile.ZipFile(io.BytesIO(desk.press.pictures.packed(row.post, row.snapshot)))
        body = files.read("post.json")
        manifest = json.loads(files.read("manifest.json"))
        assert sha256(body).hexdigest() == kept.digest == manifest["digest"] == manifest["files"]["post.json"]
        assert json.loads(body)["text"] == FLOOD
        assert files.read(f"pictures/{sha256(PNG).hexdigest()}.png") == PNG
        record = await desk.audit.store.newest()
        assert record is not None
        assert (record.deed, record.about) == ("press.kept", kept.post_id)
        assert json.loads(record.detail)["sha256"] == kept.digest

    at_desk(tmp_path, scenario, database_url)


def test_a_story_becomes_a_report_with_its_source_and_no_second_one(tmp_path: Path, database_url: str) -> None:
    async def scenario(desk: Desk) -> None:
        await posted(desk, post(1, url="https://bao.example/1"), post(2, "Cây đổ ở Sa Pa chắn hết đường lên dốc"))
        story, other = desk.room.durable.stories.values()
        hands = Hands(desk)
        wish = {"category_id": "cay-do", "text": "Ngập đường", "address": "Cốc Lếu"}
        refused = await hands.do(ReportStory, story.story_id, Role.LEADER, **wish)
        assert refused.reason_code == "not_allowed"
        wrong = await hands.do(ReportStory, story.story_id, Role.DUTY_OFFICER, **{**wish, "category_id": "x"})
        assert "no category" in wrong.reason
        done = await hands.do(ReportStory, story.story_id, Role.DUTY_OFFICER, **wish)
        assert done.accepted, done.reason
        (report,) = desk.room.durable.reports.values()
        assert (report.channel, report.title) == ("press", story.title[:120])
        received = next(one.event for one in desk.events if one.event.kind == "report.received")
        assert received.kind == "report.received"
        assert "https://bao.example/1" in received.text
        assert desk.room.durable.stories[story.story_id].report_id == report.report_id
        again = await hands.do(ReportStory, story.story_id, Role.DUTY_OFFICER, **wish)
        assert again.reason_code == "wrong_phase"
        given = await hands.do(AssignStory, other.story_id, Role.DUTY_OFFICER, agency_id="pccc", note="trả lời")
        assert given.accepted
        assert desk.room.durable.stories[other.story_id].agency_id == "pccc"
        unknown = await hands.do(AssignStory, other.story_id, Role.DUTY_OFFICER, agency_id="nobody")
        assert unknown.reason_code == "unknown_agency"
        await desk.press.keep()
        row = await desk.press.store.story(other.story_id)
        assert row is not None
        assert row.story == desk.room.durable.stories[other.story_id]

    at_desk(tmp_path, scenario, database_url)


def test_a_restart_goes_on_where_it_was_and_tells_what_was_not_told(tmp_path: Path, database_url: str) -> None:
    now = Moment()

    async def before(desk: Desk) -> None:
        await posted(desk, post(1))

    async def killed(desk: Desk) -> None:
        async def told_nothing() -> None:
            raise StorageError("killed here")

        desk.press.tell = told_nothing  # type: ignore[method-assign]
        with pytest.raises(StorageError):
            await posted(desk, post(3, "Sạt lở chắn đường lên Sa Pa, xe tải không qua được từ tối qua"))

    async def after(desk: Desk) -> None:
        desk.now.ms += GREW_EVERY_MS
        answer = await posted(desk, post(1), post(2, FLOOD + " sáng nay"))
        assert (answer.accepted, answer.duplicates) == (1, 1)
        await desk.press.look()
        flood, slide = sorted(desk.room.durable.stories.values(), key=lambda one: -one.posts)
        assert (flood.posts, slide.posts) == (2, 1)
        assert slide.hits == ("sa-pa",)

    at_desk(tmp_path, before, database_url, now)
    at_desk(tmp_path, killed, database_url, now)
    at_desk(tmp_path, after, database_url, now)


def test_an_old_story_is_taken_up_again_as_it_stood(tmp_path: Path, database_url: str) -> None:
    async def scenario(desk: Desk) -> None:
        await posted(desk, post(1))
        story = only(desk)
        for start in range(0, STORIES_KEPT, 100):
            numbers = range(1000 + start, 1100 + start)
            await posted(desk, *(post(n, " ".join(f"w{n}x{w}" for w in range(12))) for n in numbers))
        assert story.story_id not in desk.room.durable.stories
        assert len(desk.room.durable.stories) == STORIES_KEPT
        done = await Hands(desk).do(DismissStory, story.story_id, Role.DUTY_OFFICER, reason="tin cũ")
        assert done.accepted, done.reason
        assert desk.room.durable.stories[story.story_id].state == "dismissed"
        assert [one.event.kind for one in desk.events[-2:]] == ["rows.shown", "story.dismissed"]

    at_desk(tmp_path, scenario, database_url)


def test_the_log_of_stories_is_read_again_as_it_was_written(tmp_path: Path, database_url: str) -> None:
    async def scenario(desk: Desk) -> None:
        await posted(desk, post(1))
        for one in desk.events:
            assert LoggedEvent.model_validate_json(one.model_dump_json()) == one

    at_desk(tmp_path, scenario, database_url)
