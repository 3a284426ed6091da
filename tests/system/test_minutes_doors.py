"""The doors of a meeting's minutes: who gets them, as what, and of which meetings there are none."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import httpx
import pytest
from docx import Document

from backend.contracts import meeting_commands as cmd
from backend.contracts.commands import Role
from backend.contracts.events import Event
from backend.contracts.meetings import MeetingPlan, Participant
from backend.contracts.state import RoomState
from backend.domain.alerts import Refusal
from backend.domain.meetings import NO_BALLOTS, decide
from backend.gateway.settings import GatewaySettings
from config.model import OperatorConfig, SiteConfig
from config.site import load_site
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.backend_process import SMALL_SITE

pytestmark = pytest.mark.anyio

ID: Final = "0" * 32
KINDS: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def staffed() -> SiteConfig:
    site = load_site(SMALL_SITE)
    agencies = [one.agency_id for one in site.agencies]
    staff = tuple(
        OperatorConfig(
            user=role.value,
            display_name=f"Ông {role.value}",
            role=role,
            agency_id=agencies[0] if role is Role.AGENCY else "",
        )
        for role in Role
    )
    return site.model_copy(update={"operators": (*site.operators, *staff)})


async def wish(backend: OpenBackend, command: cmd.MeetingCommand, user: str = "leader") -> None:
    def decided(state: RoomState) -> tuple[Event, ...]:
        decision = decide(state, command, user, NO_BALLOTS)
        assert not isinstance(decision, Refusal), decision
        return decision

    await backend.parts.room.record(decided, actor=user)


async def plan(backend: OpenBackend, meeting_id: str, agency_id: str = "") -> None:
    people = (
        Participant(participant_id="chu-tri", name="Nguyễn Văn Hưng", user="leader", role="chair"),
        Participant(participant_id="so", name="Lý A Sử", user="agency", agency_id=agency_id),
    )
    now_ms = backend.clock.now_ms()
    made = MeetingPlan(title="Giao ban", begins_ms=now_ms, ends_ms=now_ms + 3_600_000, participants=people)
    await wish(backend, cmd.PlanMeeting(command_id=ID, meeting_id=meeting_id, plan=made))


async def begin(backend: OpenBackend, meeting_id: str) -> None:
    for key in ("chu-tri", "so"):
        await wish(
            backend,
            cmd.AttendMeeting(command_id=ID, meeting_id=meeting_id, participant_id=key, presence="present"),
        )
    await wish(backend, cmd.MoveMeeting(command_id=ID, meeting_id=meeting_id, phase="running"))


async def get(backend: OpenBackend, meeting_id: str, kind: str, user: str) -> httpx.Response:
    token = await backend.parts.accounts.local_token(user)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{backend.port}", headers=headers) as client:
        return await client.get(f"/api/v1/meetings/{meeting_id}/minutes.{kind}", timeout=20)


@pytest.mark.parametrize("kind", KINDS)
async def test_an_agency_gets_the_minutes_of_meetings_it_is_invited_to_and_of_no_others(
    tmp_path: Path, kind: str
) -> None:
    site = staffed()
    async with open_backend(tmp_path, GatewaySettings(), site) as backend:
        await plan(backend, "moi", site.agencies[0].agency_id)
        await plan(backend, "khong-moi")
        for meeting_id in ("moi", "khong-moi"):
            await begin(backend, meeting_id)
            for role in Role:
                answer = await get(backend, meeting_id, kind, role.value)
                sees = role is not Role.AGENCY or meeting_id == "moi"
                assert answer.status_code == (200 if sees else 404), (meeting_id, role)
                if sees:
                    assert answer.headers["content-type"] == KINDS[kind]
                    name = f'attachment; filename="bien-ban-{meeting_id}.{kind}"'
                    assert answer.headers["content-disposition"] == name
                    assert answer.headers["cache-control"] == "no-store"


async def test_the_word_file_has_the_head_of_the_site_and_the_name_of_the_meeting(tmp_path: Path) -> None:
    async with open_backend(tmp_path, GatewaySettings(), staffed()) as backend:
        await plan(backend, "m1")
        await begin(backend, "m1")
        document = Document(io.BytesIO((await get(backend, "m1", "docx", "leader")).content))
        cells = " ".join(cell.text for row in document.tables[0].rows for cell in row.cells)
        assert backend.parts.site.name_vi.upper() in cells
        assert any("Họp Giao ban" in line.text for line in document.paragraphs)


async def test_of_a_meeting_that_never_began_or_is_none_the_reason_is_told(tmp_path: Path) -> None:
    async with open_backend(tmp_path, GatewaySettings(), staffed()) as backend:
        await plan(backend, "m1")
        never = await get(backend, "m1", "pdf", "leader")
        assert (never.status_code, "never began" in never.text) == (409, True)
        none = await get(backend, "m2", "pdf", "leader")
        assert (none.status_code, "m2" in none.text) == (404, True)
