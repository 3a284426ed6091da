"""Citizens with the province's app: they report what they see, answer what they are asked, and rate the result.

Everything goes through Open311 with the program's own key; names and numbers are invented.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import httpx

from config.model import SiteConfig

PRODUCER: Final = "ung-dung-phan-anh"
FIRST: Final = 36
"""Reports of the first minutes: a room that begins with an empty queue shows nothing of its work."""

EVERY_S: Final = 45.0
ASK_EVERY_S: Final = 20.0
SPREAD_DEG: Final = 0.012

SEEN: Final[Mapping[str, tuple[str, ...]]] = {
    "rac-thai": (
        "Rác sinh hoạt đổ trộm bên vỉa hè, bốc mùi hôi",
        "Điểm tập kết rác quá tải, tràn ra lòng đường",
        "Xe thu gom hai ngày chưa đến, rác chất đống trước cổng trường",
    ),
    "o-nhiem": (
        "Khói khét từ khu sản xuất lúc rạng sáng, trẻ nhỏ ho nhiều",
        "Nước suối có màu đen và bọt trắng sau cống xả",
        "Quán hát kéo loa đến quá nửa đêm",
    ),
    "duong-hong": (
        "Ổ gà sâu giữa làn xe máy, tối qua đã có người ngã",
        "Nắp cống bị mất, người dân cắm tạm cành cây",
        "Mặt đường sụt lún sau mưa, nền hở hàm ếch",
    ),
    "den-duong": (
        "Cả dãy đèn đường tắt từ tối qua",
        "Đèn tín hiệu ngã tư nháy vàng liên tục giờ cao điểm",
    ),
    "cay-do": ("Cây đổ chắn nửa lòng đường", "Cành gãy vướng dây điện trước cổng chợ"),
    "ngap-sat-lo": ("Nước ngập ngang bánh xe, cống không thoát", "Đất đá sạt xuống sát nhà dân, còn tiếp tục lở"),
    "giao-thong": (
        "Xe tải đỗ kín vỉa hè, người đi bộ phải xuống lòng đường",
        "Xe khách dừng đón khách giữa cầu",
    ),
    "trat-tu-do-thi": ("Hàng quán lấn hết vỉa hè", "Dựng mái che lấn ra đường chung"),
    "dien-nuoc": ("Mất nước sạch từ sáng không báo trước", "Dây cáp viễn thông sà thấp ngang đầu người"),
    "hanh-chinh-cong": ("Hồ sơ quá ngày hẹn trả ba hôm, chưa được thông báo",),
    "du-lich": ("Biển chỉ dẫn điểm du lịch bị đổ", "Xe ôm chèo kéo khách ở bến"),
}
ANSWERS: Final = ("Ngay trước số nhà 12, đối diện cửa hàng thuốc", "Cạnh chân cầu, phía bờ sông", "Từ chiều hôm qua")
FAMILY: Final = ("Nguyễn", "Trần", "Vàng", "Giàng", "Lý", "Hoàng", "Tẩn", "Phạm")
GIVEN: Final = ("Thị Mai", "Văn Sơn", "A Páo", "Thị Sua", "Quốc Huy", "Minh Anh", "Thị Hạnh", "Đức Long")


@dataclass(slots=True)
class _Filed:
    told: str = ""
    rated: bool = False


class Citizens:
    """Plays until cancelled; what the server refuses is not sent again."""

    def __init__(self, client: httpx.AsyncClient, key: str, site: SiteConfig, seed: int) -> None:
        self._client = client
        self._key = key
        self._site = site
        self._chance = random.Random(seed)
        self._filed: dict[str, _Filed] = {}

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._report())
            tasks.create_task(self._read())

    def seen(self) -> dict[str, str]:
        """What somebody reports: the fields of a service request."""
        chance = self._chance
        offered = [one for one in self._site.reports.rules.categories if one.category_id in SEEN and not one.retired]
        category = chance.choice(offered)
        near = chance.choice(self._site.cameras)
        fields = {
            "api_key": self._key,
            "service_code": category.category_id,
            "description": chance.choice(SEEN[category.category_id]),
            "lat": f"{near.lat_deg + chance.gauss(0, SPREAD_DEG / 2):.6f}",
            "long": f"{near.lon_deg + chance.gauss(0, SPREAD_DEG / 2):.6f}",
            "address_string": f"gần {near.name_vi}",
        }
        if chance.random() < 0.8:
            fields |= {
                "last_name": chance.choice(FAMILY),
                "first_name": chance.choice(GIVEN),
                "phone": f"09{chance.randrange(10**8):08d}",
            }
        day = datetime.fromtimestamp(time.time() + self._site.utc_offset_min * 60, UTC).date().isoformat()
        running = [one for one in self._site.reports.rules.campaigns if one.begins <= day <= one.ends]
        if running and category.category_id == "rac-thai":
            fields["campaign"] = chance.choice(running).campaign_id
        for attribute in category.attributes:
            if attribute.required and attribute.values:
                fields[f"attribute[{attribute.code}]"] = chance.choice(attribute.values).key
        return fields

    async def _report(self) -> None:
        sent = await self._known()
        while True:
            answer = await self._post("requests", self.seen())
            if answer is not None:
                self._filed[str(answer["service_request_id"])] = _Filed()
                sent += 1
            await asyncio.sleep(1.0 if sent < FIRST else self._chance.expovariate(1 / EVERY_S))

    async def _read(self) -> None:
        """What became of them: a question is answered after a while, a result is rated, now and then opened again."""
        while True:
            await asyncio.sleep(ASK_EVERY_S)
            for update in await self._updates():
                report_id, state = str(update["service_request_id"]), str(update["external_status_code"])
                filed = self._filed.get(report_id)
                if filed is None or filed.told == update["update_id"]:
                    continue
                filed.told = str(update["update_id"])
                if state == "need_info":
                    await self._say(report_id, description=self._chance.choice(ANSWERS))
                elif state == "published" and not filed.rated:
                    filed.rated = True
                    # Three of four are content in what provinces publish.
                    rating = self._chance.choices(("satisfied", "accepted", "dissatisfied"), (60, 18, 22))[0]
                    await self._say(report_id, rating=rating)
                    if rating == "dissatisfied" and self._chance.random() < 0.4:
                        await self._say(report_id, status="reopen", description="Vẫn còn như cũ, chưa được xử lý")

    async def _known(self) -> int:
        """How many of an earlier run are there; they go on being followed."""
        params: dict[str, str | int] = {"api_key": self._key, "page_size": 500}
        try:
            answer = await self._client.get("/open311/v2/requests.json", params=params)
            found = [str(one["service_request_id"]) for one in answer.json()] if answer.is_success else []
        except (httpx.HTTPError, ValueError, LookupError):
            found = []
        self._filed |= {report_id: _Filed() for report_id in found}
        return len(found)

    async def _updates(self) -> list[dict[str, object]]:
        try:
            answer = await self._client.get("/open311/v2/servicerequestupdates.json", params={"api_key": self._key})
            return list(answer.json()) if answer.is_success else []
        except (httpx.HTTPError, ValueError):
            return []

    async def _say(self, report_id: str, **fields: str) -> None:
        form = {"api_key": self._key, "service_request_id": report_id, **fields}
        await self._post("servicerequestupdates", form)

    async def _post(self, door: str, form: Mapping[str, str]) -> dict[str, object] | None:
        try:
            answer = await self._client.post(f"/open311/v2/{door}.json", data=dict(form))
            return dict(answer.json()[0]) if answer.is_success else None
        except (httpx.HTTPError, ValueError, LookupError):
            return None
