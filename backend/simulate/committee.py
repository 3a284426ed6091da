"""The steering committee against an epidemic: it declares zones and posts checkpoints, as GeoJSON, once."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx

from backend.contracts.site import Commune
from backend.simulate.clinics import CENTRES
from config.communes import read_communes
from config.model import SiteConfig
from config.problems import Problems

PRODUCER: Final = "vung-dich"
CORNERS: Final = 18
KM_PER_DEG: Final = 111.2
LEVELS: Final = (4, 3)
"""Of the zones around the communes with most cases."""

RADIUS_KM: Final = 7.0
SHARES: Final = (1.0, 0.8, 0.6, 0.4, 0.2)
DAYS: Final = 14


class Committee:
    """What the server knows already stays as it is."""

    def __init__(self, client: httpx.AsyncClient, token: str, site: SiteConfig, seed: int) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}
        self._site = site
        self._seed = seed
        areas = read_communes(site.communes_file, Problems())
        self._inside = lambda lat_deg, lon_deg: areas.commune_at(lat_deg, lon_deg) is not None

    def message(self, now_s: float) -> dict[str, object]:
        """Two zones and three checkpoints; the same day gives the same message."""
        here = datetime.fromtimestamp(now_s + self._site.utc_offset_min * 60, UTC)
        since = (here - timedelta(days=3)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        until = since + timedelta(days=DAYS)
        times = {"since": since.isoformat(timespec="minutes"), "until": until.isoformat(timespec="minutes")}
        chance = random.Random(f"{self._seed}cases")
        names = chance.sample([commune.name for commune in self._site.communes], CENTRES)
        by_name = {commune.name: commune for commune in self._site.communes}
        features: list[dict[str, object]] = []
        for number, level in enumerate(LEVELS):
            commune = by_name[names[number]]
            told = {
                "id": f"vung-{number + 1}", "name": f"Vùng dịch {commune.name}", "level": level, **times,
                "reason": f"Quyết định {412 + number}/QĐ-BCĐ (mô phỏng)",
            }  # fmt: skip
            ring = _ring(commune, random.Random(f"{self._seed}{commune.code}"), self._inside)
            features.append(_feature(told, {"type": "Polygon", "coordinates": [ring]}))
            for side, at in enumerate(ring[:: CORNERS // 2][: 2 - number]):
                told = {
                    "id": f"chot-{number + 1}-{side + 1}", "name": f"Chốt {side + 1} {commune.name}", **times,
                    "posted": "Công an xã, y tế, dân quân", "reason": told["reason"],
                }  # fmt: skip
                features.append(_feature(told, {"type": "Point", "coordinates": list(at)}))
        return {"type": "FeatureCollection", "features": features, "replace": True}

    async def run(self) -> None:
        try:
            body = self.message(time.time())
            await self._client.post("/api/v1/ingest/zones", json=body, headers=self._headers)
        except httpx.HTTPError:
            return


def _ring(commune: Commune, chance: random.Random, inside: Callable[[float, float], bool]) -> list[tuple[float, float]]:
    """An uneven line around the middle of a commune, closed; nobody declares anything beyond the border."""
    per_lon_km = KM_PER_DEG * math.cos(math.radians(commune.lat_deg))
    found = []
    for corner in range(CORNERS):
        angle, radius_km = 2 * math.pi * corner / CORNERS, RADIUS_KM * chance.uniform(0.75, 1.1)
        for share in SHARES:
            lon_deg = commune.lon_deg + share * radius_km * math.cos(angle) / per_lon_km
            lat_deg = commune.lat_deg + share * radius_km * math.sin(angle) / KM_PER_DEG
            if inside(lat_deg, lon_deg):
                break
        found.append((round(lon_deg, 5), round(lat_deg, 5)))
    return [*found, found[0]]


def _feature(properties: dict[str, object], geometry: dict[str, object]) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}
