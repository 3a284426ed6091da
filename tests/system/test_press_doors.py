"""The press doors as every role: what each is shown of common and of restricted stories, and what it may do."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from backend.contracts.commands import AssignStory, Role
from backend.contracts.press import SpikeBoard, StoryDetail, StoryPage
from backend.gateway.settings import GatewaySettings
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.test_open311 import staffed

pytestmark = pytest.mark.anyio

LEADERS = frozenset((Role.SUPERVISOR, Role.LEADER))
END_MS = 10**14


@dataclass
class Desk:
    backend: OpenBackend
    http: httpx.AsyncClient

    async def get(self, role: Role, path: str, **query: int) -> httpx.Response:
        token = await self.backend.parts.accounts.local_token(role.value)
        return await self.http.get(f"/api/v1/press/{path}", params=query, headers={"Authorization": f"Bearer {token}"})

    async def stories(self, role: Role) -> StoryPage:
        answer = await self.get(role, "stories", start=0, end=END_MS)
        assert answer.status_code == 200, answer.text
        return StoryPage.model_validate_json(answer.content)


@asynccontextmanager
async def newsroom(data: Path) -> AsyncIterator[Desk]:
    """A room that was told a common story which names a leader too, and one that only the leaders' list names."""
    async with (
        open_backend(data, GatewaySettings(), staffed()) as backend,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{backend.port}", timeout=20) as http,
    ):
        token = await backend.parts.accounts.create_producer_token("camera-ai")
        posts = [
            {"id": "1", "title": "Ngập ở Cốc Lếu, Ông Tên Thử tới nơi", "source": "Báo A", "sentiment": "negative"},
            {"id": "2", "title": "Ông Tên Thử dự hội nghị chuyển đổi số cấp vùng", "source": "Báo B"},
        ]
        answer = await http.post(
            "/api/v1/ingest/posts", content=json.dumps({"posts": posts}), headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 202, answer.text
        yield Desk(backend, http)


async def test_every_role_sees_what_is_for_it_and_no_other_word_of_it(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as desk:
        every = {one.title[:4]: one for one in (await desk.stories(Role.SUPERVISOR)).stories}
        common, secret = every["Ngập"], every["Ông "]
        (post,) = StoryDetail.model_validate_json(
            (await desk.get(Role.LEADER, f"stories/{secret.story_id}")).content
        ).posts
        for role in Role:
            page = await desk.stories(role)
            answer = await desk.get(role, "spikes")
            board = SpikeBoard(lists=(), spikes=())
            if role is not Role.AGENCY:
                board = SpikeBoard.model_validate_json(answer.content)
            statuses = [
                (await desk.get(role, path)).status_code
                for path in (
                    f"stories/{common.story_id}",
                    f"stories/{secret.story_id}",
                    f"posts/{post.post_id}/snapshot",
                )
            ]
            if role in LEADERS:
                assert statuses == [200, 200, 200], role
                assert len(page.stories) == 2
                assert all("ong-ten-thu" in one.hits for one in page.stories)
                assert {one.list_id for one in board.lists} == {"dia-danh", "lanh-dao"}
                continue
            assert statuses == [404 if role is Role.AGENCY else 200, 404, 404], role
            assert [one.story_id for one in page.stories] == ([] if role is Role.AGENCY else [common.story_id])
            words = page.model_dump_json() + board.model_dump_json()
            assert "ong-ten-thu" not in words
            assert "hội nghị" not in words
            assert {one.list_id for one in board.lists} == (set() if role is Role.AGENCY else {"dia-danh"})
        looks = [row.deed for row in await desk.backend.parts.audit.store.read(0, 500)]
        assert "press.leaders" in looks
        assert "press.exported" in looks


async def test_an_agency_sees_the_story_it_was_given_and_its_evidence(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as desk:
        (common,) = (await desk.stories(Role.DUTY_OFFICER)).stories
        command = AssignStory(command_id="1" * 32, story_id=common.story_id, agency_id="pccc", note="trả lời báo")
        accounts = desk.backend.parts.accounts
        officer = await accounts.operator(await accounts.local_token(Role.DUTY_OFFICER.value))
        assert officer is not None
        result = await desk.backend.parts.desk.execute(command, officer, "10.0.0.7")
        assert result.accepted, result.reason
        (given,) = (await desk.stories(Role.AGENCY)).stories
        assert (given.state, given.reason, given.hits) == ("assigned", "trả lời báo", ("coc-leu",))
        detail = StoryDetail.model_validate_json((await desk.get(Role.AGENCY, f"stories/{given.story_id}")).content)
        packed = await desk.get(Role.AGENCY, f"posts/{detail.posts[0].post_id}/snapshot")
        assert packed.status_code == 200
        assert "post.json" in zipfile.ZipFile(io.BytesIO(packed.content)).namelist()


async def test_nobody_without_a_session_or_with_a_wrong_question_gets_anything(tmp_path: Path) -> None:
    async with newsroom(tmp_path) as desk:
        for path in ("stories?start=0&end=1", "stories/x", "posts/x/snapshot", "spikes"):
            assert (await desk.http.get(f"/api/v1/press/{path}")).status_code == 401
        assert (await desk.get(Role.LEADER, "stories", start=0)).status_code == 422
        assert (await desk.get(Role.LEADER, "stories/none")).status_code == 404
        assert (await desk.get(Role.LEADER, "posts/none/snapshot")).status_code == 404
