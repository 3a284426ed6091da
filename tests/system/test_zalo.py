"""A Zalo Official Account: signed events become one report a conversation, with pictures, and nobody is named by it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import pytest

from backend.contracts.commands import Role
from backend.contracts.doors import IngestAnswer
from backend.contracts.report_doors import ReportThread
from backend.contracts.report_events import ReportNoted
from backend.contracts.reports import Report
from backend.gateway.settings import GatewaySettings
from backend.simulate import correspondents
from backend.sources.zalo_note import OLD_MS, signature_of
from backend.storage.channel_messages import MessageRow, MessageStore
from backend.storage.errors import StorageError
from config.model import SiteConfig
from config.source_model import ZaloSource
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.channel_room import PictureServer, until
from tests.system.test_open311 import staffed
from tests.unit.media_files import photo

pytestmark = pytest.mark.anyio

APP: Final = "2553928453557884079"
SECRET: Final = "khoa-cua-cac-bai-thu"
SENDER: Final = "8309393969855402319"
PLACE: Final = {"latitude": "22.4986", "longitude": "103.9689"}


def event(name: str, number: int, **more: object) -> dict[str, object]:
    """As Zalo sends it; the time is filled in when it is told."""
    message: dict[str, object] = {"msg_id": f"cb31dff1c39642cc{number}"}
    for key in ("text", "attachments"):
        if key in more:
            message[key] = more.pop(key)
    sent = {"event_name": name, "app_id": APP, "sender": {"id": SENDER}, "recipient": {"id": "366"}}
    return {**sent, "user_id_by_app": "979122185046046317", "message": message, **more}


def text(number: int, words: str, **more: object) -> dict[str, object]:
    return event("user_send_text", number, text=words, **more)


def image(number: int, url: str, **more: object) -> dict[str, object]:
    return event("user_send_image", number, attachments=[{"type": "image", "payload": {"url": url}}], **more)


def location(number: int, place: dict[str, str], **more: object) -> dict[str, object]:
    found = [{"type": "location", "payload": {"coordinates": place}}]
    return event("user_send_location", number, text="Cầu Cốc Lếu", attachments=found, **more)


@dataclass
class Zalo:
    """Zalo's server, which tells our webhook."""

    backend: OpenBackend
    http: httpx.AsyncClient
    pictures: PictureServer

    async def tell(self, told: dict[str, object], secret: str = SECRET, path: str = "zalo-oa") -> httpx.Response:
        stamped = {"timestamp": str(self.backend.parts.now_ms()), **told}
        body = json.dumps(stamped).encode()
        signature = signature_of(body, str(stamped["timestamp"]), APP, secret)
        return await self.http.post(
            f"/api/v1/ingest/{path}/zalo", content=body, headers={"X-ZEvent-Signature": signature}
        )

    async def taken(self, *told: dict[str, object]) -> None:
        for one in told:
            answer = await self.tell(one)
            assert answer.status_code == 200, answer.text
            assert IngestAnswer.model_validate_json(answer.content).accepted == 1, answer.text

    @property
    def reports(self) -> list[Report]:
        return list(self.backend.parts.room.durable.reports.values())

    async def report(self) -> Report:
        await until(lambda: self.reports, "a report of what was written")
        (report,) = self.reports
        return report

    async def thread(self, report_id: str) -> ReportThread:
        token = await self.backend.parts.accounts.local_token(Role.DUTY_OFFICER.value)
        answer = await self.http.get(f"/api/v1/reports/{report_id}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        return ReportThread.model_validate_json(answer.content)

    async def notes(self, report_id: str) -> list[ReportNoted]:
        thread = await self.thread(report_id)
        return [one.event for one in thread.events if isinstance(one.event, ReportNoted)]

    @property
    def rejected(self) -> int:
        return next(one.rejected for one in self.backend.parts.ingest.pulses() if one.producer_id == "zalo-oa")


def site_with(join_s: float, *hosts: str) -> SiteConfig:
    site = staffed()
    (zalo,) = [one for one in site.sources if isinstance(one, ZaloSource)]
    others = tuple(one for one in site.sources if one is not zalo)
    changed = zalo.model_copy(update={"join_s": join_s, "media_hosts": (*zalo.media_hosts, *hosts)})
    return site.model_copy(update={"sources": (*others, changed)})


@asynccontextmanager
async def account(data: Path, join_s: float = 600.0) -> AsyncIterator[Zalo]:
    with PictureServer() as pictures:
        async with (
            open_backend(data, GatewaySettings(), site_with(join_s, pictures.origin)) as backend,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{backend.port}", timeout=20) as http,
        ):
            yield Zalo(backend, http, pictures)


async def test_text_picture_and_place_are_one_report_and_what_comes_later_joins_it(tmp_path: Path) -> None:
    async with account(tmp_path) as zalo:
        url = zalo.pictures.serve("a.jpg", photo())
        await zalo.taken(text(1, "Nắp cống mất, nguy hiểm"), image(2, url))
        assert zalo.reports == [], "it waits for its place"
        again = IngestAnswer.model_validate_json((await zalo.tell(text(1, "Nắp cống mất, nguy hiểm"))).content)
        assert (again.accepted, again.duplicates) == (0, 1)
        await zalo.taken(location(3, PLACE))
        report = await zalo.report()
        assert (report.channel, report.title, report.state) == ("zalo", "Nắp cống mất, nguy hiểm", "new")
        assert (report.lat_deg, report.lon_deg, report.media, report.chief) == (22.4986, 103.9689, 1, "")
        assert report.address == "Cầu Cốc Lếu"
        assert report.commune_code
        await zalo.taken(text(4, "Vừa có xe máy ngã"))

        async def joined() -> bool:
            return [one.text for one in await zalo.notes(report.report_id)] == ["Vừa có xe máy ngã"]

        await until(joined, "the later message on the thread")
        assert len(zalo.reports) == 1
        (note,) = await zalo.notes(report.report_id)
        assert (note.by_citizen, note.audience) == (True, "citizen")


async def test_who_wrote_is_sealed_and_stands_in_no_file(tmp_path: Path) -> None:
    async with account(tmp_path) as zalo:
        await zalo.taken(text(1, "Đèn đường hỏng"), location(2, PLACE))
        report = await zalo.report()
        info = {"event_name": "user_submit_info", "sender": {"id": SENDER}, "app_id": APP}
        await zalo.taken({**info, "info": {"name": "Sầm Thị Hoàng Yến", "phone": "0912777345"}})

        async def named() -> bool:
            who = await zalo.backend.parts.reports.reporters.reveal(
                report.report_id, "xem thử", actor="tests", origin=""
            )
            return who is not None and who.phone == "0912777345"

        await until(named, "the name on the sealed record")
        who = await zalo.backend.parts.reports.reporters.reveal(report.report_id, "x", actor="t", origin="")
        assert who is not None
        assert (who.account_id, who.first_name) == (f"zalo:{SENDER}", "Sầm Thị Hoàng Yến")
        assert await zalo.notes(report.report_id) == [], "who somebody is is no word to the room"
        broken = event("user_send_location", 9, text="0912777345")
        assert IngestAnswer.model_validate_json((await zalo.tell(broken)).content).rejected
        assert (await zalo.tell(text(10, "x"), secret="another")).status_code == 401
    for file in (one for one in tmp_path.rglob("*") if one.is_file()):
        content = file.read_bytes()
        for told in (SENDER, "0912777345", "Sầm Thị Hoàng Yến"):
            assert told.encode() not in content, f"{told} in {file.name}"


async def test_without_a_place_it_is_filed_when_the_window_ends_and_the_next_is_another(
    tmp_path: Path,
) -> None:
    async with account(tmp_path, join_s=600.0) as zalo:
        await zalo.taken(text(1, "Mất nước từ sáng"), location(2, {"latitude": "10.79", "longitude": "106.78"}))
        assert zalo.reports == []
        zalo.backend.clock.ahead_ms += 601_000
        await zalo.taken(text(3, "Hàng quán lấn hết vỉa hè"))
        report = await zalo.report()
        assert (report.title, report.lat_deg, report.commune_code) == ("Mất nước từ sáng", None, "")
        (note,) = await zalo.notes(report.report_id)
        assert (note.audience, "ngoài địa bàn" in note.text) == ("inside", True)
        zalo.backend.clock.ahead_ms += 601_000
        await until(lambda: len(zalo.reports) == 2, "the second report")
        assert sorted(one.title for one in zalo.reports) == ["Hàng quán lấn hết vỉa hè", "Mất nước từ sáng"]


async def test_pictures_come_from_the_hosts_of_the_site_only_and_what_is_none_is_told(tmp_path: Path) -> None:
    async with account(tmp_path) as zalo:
        bad = zalo.pictures.serve("b.jpg", b"<script>alert(1)</script>")
        inside = f"http://127.0.0.1:{zalo.backend.port}/healthz"
        moved = zalo.pictures.redirect("c.jpg", inside)
        for number, url in enumerate((bad, inside, moved, "file:///etc/passwd", "https://zdn.vn.evil.example/x")):
            await zalo.taken(image(number, url))
        await zalo.taken(text(10, "Có ảnh"), location(11, PLACE))
        await until(lambda: zalo.reports, "a report without its pictures", within_s=20)
        report = await zalo.report()
        assert report.media == 0
        notes = await zalo.notes(report.report_id)
        assert len(notes) == 5
        assert {one.audience for one in notes} == {"inside"}
        assert "media_hosts" in " ".join(one.text for one in notes)
        await until(lambda: zalo.rejected == 5, "every picture counted in the producer's health")


async def test_a_wrong_signature_is_refused_and_counted_and_others_events_are_passed_over(tmp_path: Path) -> None:
    async with account(tmp_path) as zalo:
        for secret, path in (("another", "zalo-oa"), ("", "zalo-oa"), (SECRET, "camera-ai"), (SECRET, "nobody")):
            answer = await zalo.tell(text(1, "gia mao"), secret, path)
            assert answer.status_code == 401, path
        body = json.dumps({**text(1, "x"), "timestamp": "1"}).encode()
        for headers in ({}, {"X-ZEvent-Signature": "mac="}, {"X-ZEvent-Signature": "Á" * 5000}):
            raw = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
            answer = await zalo.http.post("/api/v1/ingest/zalo-oa/zalo", content=body, headers=raw)
            assert answer.status_code == 401
        assert zalo.rejected == 5
        assert b"gia mao" in b"".join(one.read_bytes() for one in (tmp_path / "quarantine").glob("*.bin"))
        old = await zalo.tell({**text(2, "cũ"), "timestamp": str(zalo.backend.parts.now_ms() - OLD_MS - 1)})
        assert "days ago" in IngestAnswer.model_validate_json(old.content).rejected[0].reason
        for name in ("follow", "oa_send_text", "user_seen_message", "user_send_sticker"):
            answer = await zalo.tell(event(name, 3))
            found = IngestAnswer.model_validate_json(answer.content)
            assert (answer.status_code, found.accepted, found.rejected) == (200, 0, ()), name
        assert zalo.reports == []


async def test_what_a_stopped_backend_held_becomes_one_report_after_its_start(tmp_path: Path) -> None:
    async with account(tmp_path) as zalo:
        await zalo.taken(text(1, "Cây đổ trước trường"))
    async with account(tmp_path) as zalo:
        again = IngestAnswer.model_validate_json((await zalo.tell(text(1, "Cây đổ trước trường"))).content)
        assert again.duplicates == 1
        await zalo.taken(location(2, PLACE))
        assert (await zalo.report()).title == "Cây đổ trước trường"
    async with account(tmp_path) as zalo:
        await zalo.taken(text(3, "Đã dọn xong"))

        async def joined() -> bool:
            return len(await zalo.notes(zalo.reports[0].report_id)) == 1

        await until(joined, "the later message on the same report")
        assert len(zalo.reports) == 1


async def test_a_report_whose_messages_could_not_be_marked_is_not_filed_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with account(tmp_path) as zalo:
        finish, failed = MessageStore.finish, 0

        async def full(self: MessageStore, rows: Sequence[MessageRow], report_id: str) -> None:
            nonlocal failed
            failed += 1
            if failed < 3:
                raise StorageError("the disk is full")
            await finish(self, rows, report_id)

        monkeypatch.setattr(MessageStore, "finish", full)
        await zalo.taken(text(1, "Cống tràn"), location(2, PLACE))
        await until(lambda: failed == 1, "a report whose messages are not marked")
        await zalo.taken(text(3, "Nước vào nhà"))
        report = await zalo.report()

        async def joined() -> bool:
            return [one.text for one in await zalo.notes(report.report_id)] == ["Nước vào nhà"]

        await until(joined, "what came meanwhile, once, on the same report", within_s=20)
        assert len(zalo.reports) == 1


async def test_many_who_write_at_once_have_a_report_each(tmp_path: Path) -> None:
    async with account(tmp_path, join_s=0.0) as zalo:
        count = 300
        for number in range(count):
            await zalo.taken(text(number, f"Phản ánh {number}", sender={"id": f"{10**15 + number}"}))
        await until(lambda: len(zalo.reports) == count, "every report", within_s=30)
        assert {one.title for one in zalo.reports} == {f"Phản ánh {number}" for number in range(count)}


async def test_the_demonstrations_citizens_write_to_the_real_door_and_send_a_real_picture(tmp_path: Path) -> None:
    async with account(tmp_path) as zalo:
        (source,) = [one for one in zalo.backend.parts.site.sources if isinstance(one, ZaloSource)]
        zalo.pictures.serve(correspondents.PICTURE_PATH.removeprefix("/"), correspondents.picture())
        writer = correspondents.ZaloAccount(zalo.http, zalo.backend.parts.site, source, zalo.pictures.origin, 3)
        for _ in range(6):
            await writer.write(between_s=(0.0, 0.0))
        zalo.backend.clock.ahead_ms += 601_000
        await until(lambda: len(zalo.reports) == 6, "a report of each", within_s=30)
        assert zalo.rejected == 0
        assert {one.channel for one in zalo.reports} == {"zalo"}
        assert any(one.media for one in zalo.reports)
        assert any(one.lat_deg is not None for one in zalo.reports)
