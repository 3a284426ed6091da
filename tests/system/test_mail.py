"""Mails of citizens, from a mail server's box to the room's queue: taken once, marked when durable, named nowhere."""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import pytest
from pydantic import SecretStr

from backend.contracts.alerts import AlertPhase
from backend.contracts.report_events import ReportNoted
from backend.contracts.reports import Report
from backend.contracts.site import Producer
from backend.gateway.settings import GatewaySettings
from backend.simulate.correspondents import Letters
from backend.simulate.mail_server import MailServer
from backend.storage.errors import StorageError
from config.model import SiteConfig
from config.source_model import ImapSource
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.channel_room import until
from tests.system.test_open311 import staffed
from tests.unit.media_files import photo

pytestmark = pytest.mark.anyio

PASSWORD: Final = 'mat "khau" canary-55'
USER: Final = "phananh@vidu.vn"
TLS: Final = Path(__file__).parents[1] / "fixtures" / "tls"
SENDER: Final = "sam.thi.hoang.yen@vidu.vn"


def mail(subject: str, text: str, message_id: str = "<1@vidu.vn>", **heads: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"] = f"Sầm Thị Hoàng Yến <{SENDER}>", USER
    made["Subject"], made["Message-ID"] = subject, message_id
    for name, value in heads.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


@dataclass
class Mailbox:
    server: MailServer
    backend: OpenBackend

    def deliver(self, message: EmailMessage) -> None:
        self.server.deliver(message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    @property
    def reports(self) -> list[Report]:
        return list(self.backend.parts.room.durable.reports.values())

    @property
    def unseen(self) -> int:
        return sum(r"\Seen" not in one.flags for one in self.server.folders["INBOX"])

    @property
    def rejected(self) -> int:
        return next(one.rejected for one in self.backend.parts.ingest.pulses() if one.producer_id == "hop-thu")

    async def notes(self, report_id: str) -> list[str]:
        await self.backend.parts.reports.archive.up_to_date()
        thread = await self.backend.parts.reports.archive.store.thread(report_id)
        return [one.event.text for one in thread if isinstance(one.event, ReportNoted)]


def site_of(port: int, **more: object) -> SiteConfig:
    site = staffed()
    told: dict[str, object] = {
        "producer_id": "hop-thu",
        "host": "127.0.0.1",
        "port": port,
        "user": USER,
        "password_file": "x",
        "password": SecretStr(PASSWORD),
        "category_id": "duong-hong",
        "poll_every_s": 0.1,
        "ca_file": str(TLS / "loopback.pem"),
        **more,
    }
    source = ImapSource.model_validate(told)
    producer = Producer(producer_id="hop-thu", name_vi="Hộp thư", name_en="Mail", door="feed", expect_every_s=0)
    return site.model_copy(update={"sources": (*site.sources, source), "producers": (*site.producers, producer)})


@asynccontextmanager
async def mailbox(
    data: Path, security: str = "tls", password: str = PASSWORD, can_move: bool = True, **more: object
) -> AsyncIterator[Mailbox]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "loopback.pem", TLS / "loopback-key.pem")
    tls = None if security == "none" else context
    server = MailServer(USER, password, tls, starttls=security == "starttls", can_move=can_move)
    port = await server.start()
    try:
        async with open_backend(data, GatewaySettings(), site_of(port, security=security, **more)) as backend:
            yield Mailbox(server, backend)
    finally:
        await server.stop()


@pytest.mark.parametrize(("security", "can_move"), [("tls", True), ("starttls", False)])
async def test_a_mail_with_a_photo_is_a_report_once_and_moved_when_it_is_one(
    tmp_path: Path, security: str, can_move: bool
) -> None:
    async with mailbox(tmp_path, security, done_folder="Da nhan", can_move=can_move) as box:
        box.server.folders["Da nhan"] = []
        message = mail("Nắp cống mất", "Trước số nhà 12,\nrất nguy hiểm. Gọi 0912777345")
        message.add_attachment(photo(), maintype="image", subtype="jpeg", filename="anh.jpg")
        message.add_attachment(b"<script>", maintype="image", subtype="jpeg", filename="b.jpg")
        box.deliver(message)
        await until(lambda: box.reports and box.server.folders["Da nhan"], "a report, and the mail put away")
        (report,) = box.reports
        assert (report.channel, report.title, report.media) == ("email", "Nắp cống mất", 1)
        assert (report.lat_deg, report.state, report.chief) == (None, "new", "")
        (note,) = await box.notes(report.report_id)
        assert note.startswith("Tệp đính kèm b.jpg không nhận được: content:")
        who = await box.backend.parts.reports.reporters.reveal(report.report_id, "x", actor="t", origin="")
        assert who is not None
        assert (who.email, who.first_name) == (SENDER, "Sầm Thị Hoàng Yến")
        box.deliver(message)
        await until(lambda: len(box.server.folders["Da nhan"]) == 2, "the same mail again put away")
        assert len(box.reports) == 1
        assert any(one.startswith("UID MOVE") for one in box.server.said) == can_move
        assert not any("[]" in said and "PEEK" not in said for said in box.server.said), "reading marks nothing"
    for file in (one for one in tmp_path.rglob("*") if one.is_file()):
        for told in (SENDER, "Sầm Thị Hoàng Yến", PASSWORD):
            assert told.encode() not in file.read_bytes(), f"{told} in {file.name}"


async def test_a_mail_that_cannot_be_stored_stays_unseen_and_is_taken_when_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mailbox(tmp_path, "none") as box:
        reports, tried = box.backend.parts.reports, 0
        receive = reports.receive

        async def full(*args: object, **named: object) -> Report:
            nonlocal tried
            tried += 1
            if tried < 3:
                raise StorageError("the disk is full")
            return await receive(*args, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(reports, "receive", full)
        box.deliver(mail("Đèn hỏng", "Cả dãy"))
        await until(lambda: tried == 1, "a try that fails")
        assert box.unseen == 1
        await until(lambda: box.unseen == 0, "the mail seen", within_s=20)
        assert (len(box.reports), tried) == (1, 3)


async def test_answers_of_programs_are_seen_and_no_reports_and_hostile_mails_are_kept_and_counted(
    tmp_path: Path,
) -> None:
    async with mailbox(tmp_path, "none", max_mail_bytes=50_000, of_sender_per_h=2) as box:
        box.deliver(mail("Tự động", "Tôi đi vắng", "<a@x>", Auto_Submitted="auto-replied"))
        box.deliver(mail("Bản tin", "Tin", "<b@x>", List_Id="<tin.vidu.vn>"))
        box.server.deliver(f"From: {USER}\r\n\r\nours".encode())
        bomb = f'From: {SENDER}\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'.encode()
        box.server.deliver(bomb + b"--b\r\n\r\nx\r\n" * 3000)
        box.server.deliver(f"From: {SENDER}\r\nSubject: to\r\n\r\n".encode() + b"x" * 60_000)
        box.server.deliver(b"\x00\xff" * 300)
        await until(lambda: box.unseen == 0, "every mail seen")
        assert (box.reports, box.rejected) == ([], 3)
        kept = sorted((tmp_path / "quarantine").glob("*.reason.txt"))
        words = " ".join(one.read_text(encoding="utf-8") for one in kept)
        assert len(kept) == 3
        assert all(told in words for told in ("parts", "60", "From:"))
        assert SENDER.encode() not in b"".join(one.read_bytes() for one in (tmp_path / "quarantine").iterdir())
        for number in range(3):
            box.deliver(mail(f"Số {number}", "x", f"<{number}@vidu.vn>"))
        await until(lambda: box.unseen == 0, "the third seen, too")
        assert (len(box.reports), box.rejected) == (2, 4)


async def test_a_mailbox_that_cannot_be_read_is_told_without_its_password(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with mailbox(tmp_path, "none", password="another", gone_after_s=0.0) as box:

        def silent() -> bool:
            alerts = box.backend.parts.room.durable.alerts.values()
            return any(one.place_id == "hop-thu" and one.phase is AlertPhase.ACTIVE_UNACKNOWLEDGED for one in alerts)

        await until(silent, "an alert that the producer is silent")
        box.server._password = PASSWORD
        await until(lambda: not silent(), "it is heard again")
    assert "refuses the login" in caplog.text
    assert "canary-55" not in caplog.text


async def test_a_server_with_a_strangers_certificate_is_not_spoken_to(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with mailbox(tmp_path, "tls", ca_file=str(TLS / "stranger.pem")) as box:
        await until(lambda: "cannot be reached" in caplog.text, "the certificate refused")
        assert box.server.said == []


async def test_the_demonstrations_letters_are_read_as_any_other(tmp_path: Path) -> None:
    async with mailbox(tmp_path, "none") as box:
        (source,) = [one for one in box.backend.parts.site.sources if isinstance(one, ImapSource)]
        letters = Letters(source, 7)
        written = [letters.letter() for _ in range(8)]
        for one in written:
            box.server.deliver(one)
        await until(lambda: box.unseen == 0, "every letter seen", within_s=30)
        by_programs = sum(b"Auto-Submitted" in one for one in written)
        assert 0 < by_programs < 8
        assert (len(box.reports), box.rejected) == (8 - by_programs, 0)
        assert any(one.media for one in box.reports)
