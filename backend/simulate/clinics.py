"""An outbreak as the centre for disease control tells it: a line list every morning, its newest state with it."""

from __future__ import annotations

import csv
import io
import random
import time
from datetime import UTC, date, datetime, timedelta
from typing import Final

import httpx

from config.model import SiteConfig

PRODUCER: Final = "cdc"
DAYS: Final = 28
PEAK_DAY: Final = 17
"""Of the four weeks that are told: the wave is on its way down."""

CENTRES: Final = 9
"""Communes that have cases."""

DEATH_SHARE: Final = 0.004
COLUMNS: Final = ("Mã ca", "Ngày báo cáo", "Xã/phường", "Tình trạng", "Ngày kết thúc")


class Clinics:
    """Posts the list once; what the server knows already stays as it is."""

    def __init__(self, client: httpx.AsyncClient, token: str, site: SiteConfig, seed: int) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
        self._site = site
        self._seed = seed

    def rows(self, today: date) -> list[tuple[str, ...]]:
        """One a case, in the order in which they were reported. The same day gives the same list."""
        chance = random.Random(f"{self._seed}cases")
        communes = chance.sample([commune.name for commune in self._site.communes], CENTRES)
        found: list[tuple[str, ...]] = []
        for back in range(DAYS - 1, -1, -1):
            day = today - timedelta(days=back)
            nearness = 1 - abs(DAYS - back - PEAK_DAY) / DAYS
            for _ in range(max(0, round(chance.gauss(nearness**3 * 26, 2)))):
                commune = communes[min(int(chance.expovariate(0.45)), CENTRES - 1)]
                ends = day + timedelta(days=round(max(3.0, chance.gauss(8, 2))))
                dead = chance.random() < DEATH_SHARE
                over = ends <= today
                status = ("tử vong" if dead else "khỏi bệnh") if over else "đang điều trị"
                number = f"LC-{day:%Y}-{len(found) + 1:05d}"
                found.append((number, f"{day:%d/%m/%Y}", commune, status, f"{ends:%d/%m/%Y}" if over else ""))
        return found

    async def run(self) -> None:
        local_s = time.time() + self._site.utc_offset_min * 60
        text = io.StringIO()
        csv.writer(text).writerows([COLUMNS, *self.rows(datetime.fromtimestamp(local_s, UTC).date())])
        try:
            await self._client.post("/api/v1/ingest/cases", content=text.getvalue().encode(), headers=self._headers)
        except httpx.HTTPError:
            return
