"""A forecasting office: issues the levels of the rivers ahead, posted with a token through the forecasts' own door."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import httpx

from backend.contracts.hydrology import nearest_level
from backend.contracts.site import Station
from backend.domain.wording import number_vi
from backend.simulate.story import Story

PRODUCER: Final = "du-bao-thuy-van"
SOURCE: Final = "Đài KTTV tỉnh Lào Cai (mô phỏng)"
EVERY_MS: Final = 30 * 60_000
STEP_MS: Final = 15 * 60_000
REACH_MS: Final = 3 * 3_600_000
_WORDED: Final = 4
"""The last points are told as bulletins of neighbouring offices tell them: "BĐ2 + 1,0 m"."""


class ForecastOffice:
    """Knows the story ahead, and is wrong by the more the further it looks."""

    def __init__(self, client: httpx.AsyncClient, token: str, story: Story) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"}
        self.story = story

    def issue(self, issued_ms: int) -> list[dict[str, object]]:
        """What is posted for this issue."""
        rivers = [station for station in self.story.site.stations if station.kind == "river"]
        found = [(station, self._points(station, issued_ms)) for station in rivers]
        return [
            {"station": station.station_id, "source": SOURCE, "issued": _iso(issued_ms), "points": points}
            for station, points in found
            if points
        ]

    async def run(self) -> None:
        """Posts the issue in force, then each new one, until cancelled; what the server missed is not sent again."""
        while True:
            now_ms = time.time_ns() // 1_000_000
            issued_ms = now_ms // EVERY_MS * EVERY_MS
            try:
                answer = await self.client.post(
                    "/api/v1/ingest/forecasts", json=self.issue(issued_ms), headers=self.headers
                )
                pause_s = (issued_ms + EVERY_MS - now_ms) / 1000 if answer.is_success else 30.0
            except httpx.HTTPError:
                pause_s = 5.0
            await asyncio.sleep(pause_s)

    def _points(self, station: Station, issued_ms: int) -> Sequence[dict[str, object]]:
        points: list[dict[str, object]] = []
        steps = range(1, REACH_MS // STEP_MS + 1)
        for step in steps:
            at_ms = issued_ms + step * STEP_MS
            level = next((each for each in self.story.ahead(station, at_ms) if each.symbol == "Level"), None)
            if level is None:
                return []
            value, doubt = round(level.value, 1), round(0.05 + 0.04 * step, 2)
            points.append(
                {
                    "at": _iso(at_ms),
                    "value": self._worded(station, value) if step > len(steps) - _WORDED else value,
                    "low": round(value - doubt, 2),
                    "high": round(value + doubt, 2),
                }
            )
        return points

    @staticmethod
    def _worded(station: Station, value: float) -> str | float:
        limits = next(parameter.limits for parameter in station.parameters if parameter.symbol == "Level")
        level = nearest_level(value, limits)
        if level is None:
            return value
        sign = "-" if value < level.value else "+"
        return f"{level.name_vi} {sign} {number_vi(abs(value - level.value), 1)} m"


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
