"""Citizens who write: to the centre's Zalo account, whose webhook tells it signed, and mails to its mailbox.

Names and numbers are invented; pictures are drawn, and fetched from this program's own pages as from Zalo's.
"""

from __future__ import annotations

import asyncio
import json
import random
import struct
import time
import zlib
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final

import httpx

from backend.simulate.citizens import FAMILY, GIVEN, SEEN, SPREAD_DEG
from backend.simulate.draw import box, canvas
from backend.simulate.mail_server import MailServer
from backend.sources.zalo_note import signature_of
from config.model import SiteConfig
from config.source_model import ImapSource, ZaloSource

PICTURE_PATH: Final = "/zalo/anh.png"
ZALO_EVERY_S: Final = 90.0
MAIL_EVERY_S: Final = 240.0
FIRST_LETTERS: Final = 4
"""They lie in the mailbox at the start: one that begins empty shows nothing."""

BETWEEN_S: Final = (2.0, 9.0)
"""Between a text, its picture and its place."""


def picture() -> bytes:
    """A drawn street with a hole in it, as PNG."""
    drawn = canvas((150, 170, 190), (70, 72, 76))
    box(drawn, 420, 430, 860, 600, (28, 26, 24))
    height, width, _ = drawn.shape
    rows = b"".join(b"\0" + row.tobytes() for row in drawn)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


class ZaloAccount:
    """Plays until cancelled; what the server refuses is not told again."""

    def __init__(
        self, client: httpx.AsyncClient, site: SiteConfig, source: ZaloSource, pictures_url: str, seed: int
    ) -> None:
        self._client = client
        self._site = site
        self._source = source
        self._pictures_url = pictures_url
        self._chance = random.Random(seed)
        self._run = f"{time.time_ns() // 1_000_000:x}"
        self._count = 0

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self.write())
                await asyncio.sleep(self._chance.expovariate(1 / ZALO_EVERY_S))

    async def write(self, between_s: tuple[float, float] = BETWEEN_S) -> None:
        """One citizen: words, mostly a picture, mostly a place."""
        chance = self._chance
        sender = str(chance.randrange(10**18, 10**19))
        said = chance.choice([words for several in SEEN.values() for words in several])
        near = chance.choice(self._site.cameras)
        place = {
            "latitude": f"{near.lat_deg + chance.gauss(0, SPREAD_DEG / 2):.6f}",
            "longitude": f"{near.lon_deg + chance.gauss(0, SPREAD_DEG / 2):.6f}",
        }
        steps: list[tuple[str, dict[str, object]]] = [("user_send_text", {"text": said})]
        if chance.random() < 0.7:
            url = f"{self._pictures_url}{PICTURE_PATH}"
            steps.append(("user_send_image", {"attachments": [{"type": "image", "payload": {"url": url}}]}))
        if chance.random() < 0.8:
            found = [{"type": "location", "payload": {"coordinates": place}}]
            steps.append(("user_send_location", {"text": f"gần {near.name_vi}", "attachments": found}))
        for name, message in steps:
            await self._tell(name, sender, message)
            await asyncio.sleep(chance.uniform(*between_s))

    async def _tell(self, name: str, sender: str, message: dict[str, object]) -> None:
        self._count += 1
        timestamp = str(time.time_ns() // 1_000_000)
        event = {
            "event_name": name,
            "app_id": self._source.app_id,
            "sender": {"id": sender},
            "recipient": {"id": "0"},
            "message": {"msg_id": f"{self._run}-{self._count}", **message},
            "timestamp": timestamp,
        }
        body = json.dumps(event, ensure_ascii=False).encode()
        signature = signature_of(body, timestamp, self._source.app_id, self._source.secret.get_secret_value())
        try:
            await self._client.post(
                f"/api/v1/ingest/{self._source.producer_id}/zalo",
                content=body,
                headers={"X-ZEvent-Signature": signature, "Content-Type": "application/json"},
            )
        except httpx.HTTPError:
            return


class Letters:
    """The mail server of the mailbox that the site reads, and who writes to it; until cancelled."""

    def __init__(self, source: ImapSource, seed: int) -> None:
        self._source = source
        self._chance = random.Random(seed)
        self.server = MailServer(source.user, source.password.get_secret_value())

    async def run(self) -> None:
        """Raises: OSError: the port is taken."""
        await self.server.start(self._source.host, self._source.port)
        try:
            for _ in range(FIRST_LETTERS - 1):
                self.server.deliver(self.letter())
            while True:
                self.server.deliver(self.letter())
                await asyncio.sleep(self._chance.expovariate(1 / MAIL_EVERY_S))
        finally:
            await self.server.stop()

    def letter(self) -> bytes:
        """One mail with its picture, or an answer machine's."""
        chance = self._chance
        made = EmailMessage()
        said = chance.choice([words for several in SEEN.values() for words in several])
        made["From"] = (
            f"{chance.choice(FAMILY)} {chance.choice(GIVEN)} <nguoi.dan{chance.randrange(10**4)}@vidu.invalid>"
        )
        made["To"], made["Subject"] = self._source.user, said
        made["Date"], made["Message-ID"] = format_datetime(datetime.now(UTC)), make_msgid(domain="vidu.invalid")
        if chance.random() < 0.2:
            made["Auto-Submitted"] = "auto-replied"
        made.set_content(f"Kính gửi trung tâm,\n{said}. Đề nghị cơ quan chức năng xem xét.\nTrân trọng.")
        if chance.random() < 0.5:
            made.add_attachment(picture(), maintype="image", subtype="png", filename="anh.png")
        return made.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
