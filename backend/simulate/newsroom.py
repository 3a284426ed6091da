"""A listening service: posts about the province as its webhook sends them, and a paper with an RSS feed of its own.

Every outlet is invented.

Stories are told again in other words by others, as papers do; now and then one place is on everybody's lips.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree

import httpx

PRODUCER: Final = "lang-nghe-mxh"
OUTLETS: Final = (
    "Báo Phố Núi (mô phỏng)", "Tin Biên Cương (mô phỏng)", "Trang Yêu Sa Pa (mô phỏng)",
    "Nhịp Sống Vùng Cao (mô phỏng)", "Diễn đàn Cốc Lếu (mô phỏng)", "Bản tin Sông Hồng (mô phỏng)",
)  # fmt: skip
FIRST: Final = 14
"""Posts of the last hours, sent at the start: a stream that begins empty shows nothing."""

PAPER: Final = "Báo Lào Cai điện tử (mô phỏng)"
PAPER_EVERY_S: Final = 900.0
PAPER_ITEMS: Final = 8
EVERY_S: Final = 75.0
BURST_AFTER_S: Final = 240.0
BURST_POSTS: Final = 10
BURST_EVERY_S: Final = 12.0


@dataclass(frozen=True, slots=True)
class Told:
    """What can be told, and with which label the service would tell it."""

    title: str
    text: str
    tone: str


STORIES: Final = (
    Told(
        "Chợ phiên Bắc Hà đông khách dịp cuối tuần",
        "Chợ phiên Bắc Hà sáng nay đón hàng nghìn lượt khách. Ban quản lý chợ bố trí thêm bãi gửi xe và lực lượng "
        "hướng dẫn, giá dịch vụ được niêm yết công khai.",
        "positive",
    ),
    Told(
        "Người dân phản ánh khói bụi gần khu công nghiệp Tằng Loỏng",
        "Nhiều hộ dân quanh khu công nghiệp Tằng Loỏng cho biết rạng sáng có mùi khét kéo dài. Người dân đề nghị "
        "Sở Nông nghiệp và Môi trường kiểm tra và công bố số liệu quan trắc.",
        "negative",
    ),
    Told(
        "Ùn xe tại cửa khẩu Kim Thành giờ cao điểm",
        "Xe chở nông sản xếp hàng dài tại cửa khẩu Kim Thành từ đầu giờ chiều. Lực lượng chức năng phân luồng, dự kiến "
        "thông tuyến trước 20 giờ.",
        "neutral",
    ),
    Told(
        "Mực nước sông Hồng qua Lào Cai lên nhanh",
        "Mực nước sông Hồng tại trạm Lào Cai tăng nhanh do mưa lớn phía thượng nguồn. Cơ quan khí tượng thủy văn "
        "khuyến cáo người dân ven sông theo dõi bản tin và di chuyển tài sản.",
        "negative",
    ),
    Told(
        "Sở Giáo dục và Đào tạo hướng dẫn nghỉ học khi rét đậm",
        "Sở Giáo dục và Đào tạo có văn bản hướng dẫn các trường cho học sinh nghỉ khi nhiệt độ xuống thấp, các trường "
        "vùng cao chủ động điều chỉnh lịch học.",
        "neutral",
    ),
    Told(
        "Vỉa hè Cốc Lếu được chỉnh trang sau phản ánh của người dân",
        "Đoạn vỉa hè hư hỏng tại Cốc Lếu được sửa trong tuần sau khi người dân gửi phản ánh qua ứng dụng. Người dân "
        "đánh giá việc xử lý nhanh hơn trước.",
        "positive",
    ),
)
BURST: Final = Told(
    "Sa Pa mưa đá, nhiều nhà tốc mái",
    "Trận mưa đá bất ngờ tại Sa Pa chiều nay làm nhiều mái nhà hư hỏng, một số tuyến đường có cây đổ. Chính quyền đang "
    "thống kê thiệt hại và hỗ trợ người dân.",
    "negative",
)
_WAYS: Final = ("{}", "Bạn đọc gửi về: {}", "Cập nhật: {}", "{} Chúng tôi tiếp tục thông tin.", "Theo ghi nhận, {}")


class Paper:
    """One outlet's own RSS feed: what it printed in the last hours, newest first. Another thread may read it."""

    def __init__(self, address: str, seed: int) -> None:
        self.path = urlsplit(address).path
        self._address = address
        self._seed = seed

    def document(self, path: str, now_s: float | None = None) -> tuple[str, bytes] | None:
        """Content type and body of the feed; None = another path."""
        if path != self.path:
            return None
        root = ElementTree.Element("rss", version="2.0")
        channel = ElementTree.SubElement(root, "channel")
        for name, text in (("title", PAPER), ("link", self._address), ("description", "Tin trong ngày")):
            ElementTree.SubElement(channel, name).text = text
        newest = int((time.time() if now_s is None else now_s) // PAPER_EVERY_S)
        for number in range(newest, newest - PAPER_ITEMS, -1):
            told = random.Random(f"{self._seed}-{number}").choice(STORIES)
            item = ElementTree.SubElement(channel, "item")
            for name, text in (
                ("title", told.title),
                ("description", told.text),
                ("link", f"https://vidu.invalid/bao/{number}"),
                ("guid", f"bao-{number}"),
                ("pubDate", format_datetime(datetime.fromtimestamp(number * PAPER_EVERY_S, UTC))),
            ):
                ElementTree.SubElement(item, name).text = text
        body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
        return "application/rss+xml; charset=utf-8", body


class Newsroom:
    """Posts until cancelled; what the server refuses is not sent again."""

    def __init__(self, client: httpx.AsyncClient, token: str, seed: int) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}
        self._chance = random.Random(seed)
        self._run = f"{time.time_ns() // 1_000_000:x}"
        self._count = 0

    def post(self, told: Told, at_s: float) -> dict[str, object]:
        """One outlet's own words for it, as the webhook takes them."""
        self._count += 1
        chance = self._chance
        made: dict[str, object] = {
            "id": f"{self._run}-{self._count}",
            "title": told.title,
            "content": chance.choice(_WAYS).format(told.text),
            "url": f"https://vidu.invalid/{self._run}/{self._count}",
            "source": chance.choice(OUTLETS),
            "published_at": datetime.fromtimestamp(at_s, UTC).isoformat(timespec="seconds"),
            "views": chance.randrange(50, 9000),
            "shares": chance.randrange(0, 300),
        }
        if chance.random() < 0.8:
            made["sentiment"] = told.tone
        return made

    async def run(self) -> None:
        """The last hours at once, then one post after the other, with one burst."""
        now_s = time.time()
        before = sorted(now_s - self._chance.uniform(60, 3 * 3600) for _ in range(FIRST))
        await self._send([self.post(self._chance.choice(STORIES), at_s) for at_s in before])
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._burst())
            while True:
                await asyncio.sleep(self._chance.expovariate(1 / EVERY_S))
                await self._send([self.post(self._chance.choice(STORIES), time.time())])

    async def _burst(self) -> None:
        await asyncio.sleep(BURST_AFTER_S)
        for _ in range(BURST_POSTS):
            await self._send([self.post(BURST, time.time())])
            await asyncio.sleep(BURST_EVERY_S)

    async def _send(self, posts: list[dict[str, object]]) -> None:
        try:
            await self._client.post("/api/v1/ingest/posts", json={"posts": posts}, headers=self._headers)
        except httpx.HTTPError:
            return
