"""The statistics of the sectors: a year of figures, sent by program as the offices of a province would."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

import httpx

from backend.contracts.indicators import PROVINCE, Indicator
from backend.contracts.periods import after, last_ended
from config.model import SiteConfig

PRODUCER: Final = "so-lieu-nganh"
PERIODS: Final = 13
AREA_PERIODS: Final = 2
AGENCIES: Final = 10

USUAL: Final[dict[str, float]] = {
    "BUDGET_REVENUE_YEAR": 14_500, "PUBLIC_INVEST": 62, "RETAIL": 3_400, "BORDER_TRADE": 210, "NEW_FIRMS": 95,
    "CLOSED_FIRMS": 31, "QUEUE_PEOPLE": 640, "BEDS": 3_250, "BEDS_USED": 2_780, "EMERGENCY": 84,
    "CHECKPOINTS": 0, "VISITORS_FOREIGN": 96_000, "ROOM_OCCUPANCY": 61, "WIFI_SESSIONS": 5_200,
    "BUS_DEPARTURES": 312, "TRAFFIC_FLOW": 48, "CALLS_1022": 420, "TASKS_DUE": 28,
}  # fmt: skip
"""About where a figure lies that has no target; of the others it lies about the target."""


class Offices:
    """Posts what is known, once."""

    def __init__(self, client: httpx.AsyncClient, token: str, site: SiteConfig, seed: int) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}
        self._site = site
        self._seed = seed

    def figures(self, today: date) -> list[dict[str, object]]:
        """Every figure that an office sends, the shares of the wholes among them."""
        found: list[dict[str, object]] = []
        for one in self._site.indicators.indicators:
            if one.producer_id == PRODUCER and one.is_entered:
                # Its own chance: the same figure again and again, however many indicators stand before it.
                found += self._course(one, today, random.Random(f"{self._seed}{one.code}"))
        return found

    async def run(self) -> None:
        """All at once; what the server knows already stays as it is."""
        local_s = time.time() + self._site.utc_offset_min * 60
        figures = self.figures(datetime.fromtimestamp(local_s, UTC).date())
        for start in range(0, len(figures), 500):
            try:
                body = {"values": figures[start : start + 500]}
                await self._client.post("/api/v1/ingest/indicators", json=body, headers=self._headers)
            except httpx.HTTPError:
                return

    def _course(self, one: Indicator, today: date, chance: random.Random) -> list[dict[str, object]]:
        newest = last_ended(today, one.period)
        found = [
            self._figure(one, PROVINCE, after(newest, back), self._value(one, chance, 1.0))
            for back in range(1 - PERIODS, 1)
        ]
        for area in self._areas(one):
            skill = chance.gauss(1.0, 0.04)
            for back in range(1 - AREA_PERIODS, 1):
                found.append(self._figure(one, area, after(newest, back), self._value(one, chance, skill)))
        return found

    def _areas(self, one: Indicator) -> Sequence[str]:
        if one.areas == "commune":
            return [commune.code for commune in self._site.communes]
        return [agency.agency_id for agency in self._site.agencies[:AGENCIES]] if one.areas == "agency" else ()

    @staticmethod
    def _value(one: Indicator, chance: random.Random, skill: float) -> float:
        if one.code in ("DOSSIERS", "DOSSIERS_ON_TIME"):
            return round(1000 * (1 if one.code == "DOSSIERS" else min(1.0, chance.gauss(0.94, 0.03) * skill)))
        if one.code == "TASKS_DONE":
            return round(USUAL["TASKS_DUE"] * min(1.0, chance.gauss(0.88, 0.06) * skill))
        if one.code == "TASKS_DUE":
            return USUAL["TASKS_DUE"]
        middle = one.target if one.target else USUAL.get(one.code, 1.0)
        if one.low is not None and one.high is not None:
            middle = (one.low + one.high) / 2
        value = middle * chance.gauss(0.98, 0.05) * skill
        if one.minimum is not None:
            value = max(one.minimum, value)
        return value if one.maximum is None else min(one.maximum, value)

    @staticmethod
    def _figure(one: Indicator, area: str, period: str, value: float) -> dict[str, object]:
        return {"code": one.code, "area": area, "period": period, "value": round(value, one.decimals)}
