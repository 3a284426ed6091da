"""The doors of the hand-over sheet: who gets it, before and after it is signed, and what is never given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from backend.contracts import commands as cmd
from backend.contracts import events as ev
from backend.contracts.commands import Role
from backend.contracts.shifts import Turn, Watch, roster
from backend.contracts.state import RoomState
from backend.domain.alerts import Refusal
from backend.domain.shifts import decide, handover_sheet
from backend.gateway.settings import GatewaySettings
from config.model import OperatorConfig
from config.site import load_site
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.backend_process import SMALL_SITE

pytestmark = pytest.mark.anyio

ID = "0" * 32
KINDS = ("html", "pdf")
REMARKS = "Chìa khóa <b>tủ</b> điện"


@dataclass
class Room:
    """A room with somebody of every role, on whose watch `turn` the officer is."""

    backend: OpenBackend
    turn: Turn

    @property
    def watch(self) -> Watch:
        return self.backend.parts.room.durable.watches[self.turn.watch_id]

    def door(self, kind: str = "html", watch_id: str = "") -> str:
        return f"/api/v1/shifts/{watch_id or self.turn.watch_id}/handover.{kind}"

    async def wish(self, command: cmd.ShiftCommand, user: str = "officer") -> None:
        def decided(state: RoomState) -> tuple[ev.Event, ...]:
            decision = decide(state, command, user, self.backend.clock.now_ms())
            assert not isinstance(decision, Refusal), decision
            return decision

        await self.backend.parts.room.record(decided, actor=user)

    async def draft(self, remarks: str = REMARKS) -> None:
        await self.wish(cmd.DraftHandover(command_id=ID, watch_id=self.turn.watch_id, remarks=remarks))

    async def sign(self, user: str) -> None:
        await self.wish(cmd.SignHandover(command_id=ID, watch_id=self.turn.watch_id, digest=self.watch.digest), user)

    async def get(self, path: str, user: str = "officer") -> httpx.Response:
        token = await self.backend.parts.accounts.local_token(user) if user else "nobody's"
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.backend.port}", headers=headers) as client:
            return await client.get(path, timeout=20)


@asynccontextmanager
async def on_watch(folder: Path) -> AsyncIterator[Room]:
    site = load_site(SMALL_SITE)
    staff = tuple(OperatorConfig(user=role.value, display_name=f"Ông {role.value}", role=role) for role in Role)
    site = site.model_copy(update={"operators": (*site.operators, *staff)})
    async with open_backend(folder, GatewaySettings(), site) as backend:
        turn = roster(site.shifts, backend.clock.now_ms(), site.utc_offset_min, 1)[0]
        room = Room(backend, turn)
        await room.wish(cmd.StartShift(command_id=ID, watch_id=turn.watch_id, position_id="truc-ban"))
        yield room


async def test_everybody_who_may_look_into_the_room_gets_the_sheet_and_nobody_else(tmp_path: Path) -> None:
    async with on_watch(tmp_path) as room:
        await room.draft()
        for role in Role:
            page, paper = [await room.get(room.door(kind), role.value) for kind in KINDS]
            assert (page.status_code, paper.status_code) == (200, 200), role
            assert room.watch.digest in page.text
            assert paper.content.startswith(b"%PDF-")
        for kind in KINDS:
            assert (await room.get(room.door(kind), "")).status_code == 401


@pytest.mark.parametrize("kind", KINDS)
async def test_of_a_watch_without_a_sheet_or_that_is_none_nothing_is_given(tmp_path: Path, kind: str) -> None:
    async with on_watch(tmp_path) as room:
        for watch_id in (room.turn.watch_id, "2020-01-01.dem"):
            answer = await room.get(room.door(kind, watch_id))
            assert answer.status_code == 404
            assert watch_id in answer.text
        for wrong in ("today", "2020-01-01.DEM", "2020-01-01.", "2020-01-01.dem%0d%0aX: y", "2020-01-01.%22"):
            assert (await room.get(room.door(kind, wrong))).status_code == 422, wrong


async def test_a_draft_says_that_it_is_not_signed_and_a_signed_sheet_by_whom(tmp_path: Path) -> None:
    async with on_watch(tmp_path) as room:
        await room.draft("bản đầu")
        await room.draft()
        draft = await room.get(room.door())
        assert draft.text.count("(chưa ký)") == 2
        assert "Chìa khóa &lt;b&gt;tủ&lt;/b&gt; điện" in draft.text
        assert "bản đầu" not in draft.text, "the newest draft counts"
        await room.sign("officer")
        assert (await room.get(room.door())).text.count("(chưa ký)") == 1
        await room.sign("supervisor")
        assert room.watch.sheet is None, "the state carries it no more: the door reads it from the log"
        await room.backend.raise_alert("later")
        signed = await room.get(room.door())
        assert "(chưa ký)" not in signed.text
        assert "Ông supervisor" in signed.text
        assert "Chìa khóa" in signed.text
        assert "Cảnh báo chưa kết thúc (0)" in signed.text, "what came later is not in it"


async def test_the_file_is_named_after_the_watch_and_runs_nothing(tmp_path: Path) -> None:
    async with on_watch(tmp_path) as room:
        await room.draft()
        name = room.turn.watch_id.replace(".", "-")
        for kind, media_type in (("html", "text/html; charset=utf-8"), ("pdf", "application/pdf")):
            headers = (await room.get(room.door(kind))).headers
            assert headers["content-disposition"] == f'attachment; filename="giao-ca-{name}.{kind}"'
            assert headers["content-type"] == media_type
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in (await room.get(room.door())).headers["content-security-policy"]


async def test_a_sheet_that_is_not_what_its_digest_says_is_refused(tmp_path: Path) -> None:
    async with on_watch(tmp_path) as room:

        def changed(state: RoomState) -> tuple[ev.Event, ...]:
            sheet = handover_sheet(state, room.watch, REMARKS, "officer", room.backend.clock.now_ms())
            return (ev.HandoverDrafted(sheet=sheet, digest="0" * 64),)

        await room.backend.parts.room.record(changed, actor="officer")
        for kind in KINDS:
            answer = await room.get(room.door(kind))
            assert answer.status_code == 409
            assert "not the one that was signed" in answer.text
