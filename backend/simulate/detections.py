"""A video analytics server: Frigate's event messages (new, update, end), posted with a token."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from typing import Final

import httpx


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something seen: first after `after_s` seconds, then again each `again_s` seconds."""

    camera_id: str
    label: str
    zone: str
    after_s: float
    again_s: float
    lasts_s: float
    score: float


SIGHTINGS: Final[tuple[Sighting, ...]] = (
    Sighting("gt-kim-tan", "illegal_parking", "long_duong", 15, 900, 60, 0.86),
    Sighting("gt-tran-hung-dao", "crash", "nut_giao_b6", 45, 1500, 120, 0.88),
    Sighting("ck-kim-thanh-2", "person", "bai_kiem_hoa", 25, 40, 15, 0.81),
    Sighting("gt-coc-leu", "car", "cau", 20, 30, 12, 0.91),
    Sighting("dl-nha-tho-da", "crowd", "san_quan", 130, 1200, 180, 0.79),
    Sighting("gt-ben-den", "flooded_road", "mat_duong", 260, 2400, 300, 0.83),
    Sighting("pc-cho-coc-leu", "fire", "cong_a", 420, 3600, 120, 0.9),
    Sighting("gt-duyen-hai", "wrong_way", "lan_phai", 600, 1800, 20, 0.84),
)
_STEP_S: Final = 5.0


class Analytics:
    """Posts what it sees of `cameras`; a server that is away costs the events of that time, as in life."""

    def __init__(self, client: httpx.AsyncClient, token: str, cameras: frozenset[str], seed: int) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"}
        self.cameras = cameras
        self.seed = seed

    async def run(self, start_s: float) -> None:
        """Plays every sighting since `start_s` (Unix time) until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for sighting in SIGHTINGS:
                if sighting.camera_id in self.cameras:
                    tasks.create_task(self._play(sighting, start_s))

    async def _play(self, sighting: Sighting, start_s: float) -> None:
        passed_s = max(0.0, time.time() - start_s - sighting.after_s)
        number = int(-(-passed_s // sighting.again_s))
        while True:
            begin_s = start_s + sighting.after_s + number * sighting.again_s
            await asyncio.sleep(max(0.0, begin_s - time.time()))
            await self._event(sighting, number, time.time())
            number += 1

    async def _event(self, sighting: Sighting, number: int, begin_s: float) -> None:
        chance = random.Random(f"{self.seed}/{sighting.camera_id}/{sighting.label}/{number}")
        event_id = f"{begin_s:.6f}-{''.join(chance.choices('abcdefghijklmnopqrstuvwxyz0123456789', k=6))}"
        left, top = chance.randint(40, 380), chance.randint(80, 220)
        before = event_side(sighting, event_id, begin_s, begin_s, sighting.score - 0.12, (left, top), None)
        await self._post("new", before, before)
        while (now_s := time.time()) < begin_s + sighting.lasts_s:
            await asyncio.sleep(min(_STEP_S, max(0.05, begin_s + sighting.lasts_s - now_s)))
            left = max(0, min(480, left + chance.randint(-12, 12)))
            score = min(0.99, sighting.score + chance.uniform(-0.03, 0.05))
            after = event_side(sighting, event_id, begin_s, time.time(), score, (left, top), None)
            await self._post("update", before, after)
            before = after
        await self._post("end", before, {**before, "end_time": time.time()})

    async def _post(self, kind: str, before: dict[str, object], after: dict[str, object]) -> None:
        message = {"type": kind, "before": before, "after": after}
        try:
            answer = await self.client.post("/api/v1/ingest/detections", json=message, headers=self.headers)
        except httpx.HTTPError:
            return
        if answer.status_code >= 400 and answer.status_code != 503:
            print(f"simulate: a detection was refused ({answer.status_code}): {answer.text[:300]}", flush=True)


def event_side(
    sighting: Sighting,
    event_id: str,
    begin_s: float,
    now_s: float,
    score: float,
    corner: tuple[int, int],
    end_s: float | None,
) -> dict[str, object]:
    """One side (before or after) of a Frigate event; boxes are pixels of the 640x360 stream."""
    box = [corner[0], corner[1], corner[0] + 120, corner[1] + 90]
    seen = {"frame_time": now_s, "box": box, "area": 10_800, "region": [0, 0, 640, 360], "score": round(score, 4)}
    return {
        "id": event_id,
        "camera": sighting.camera_id,
        "frame_time": now_s,
        "snapshot": {**seen, "attributes": []},
        "label": sighting.label,
        "sub_label": None,
        "top_score": round(max(score, sighting.score), 4),
        "false_positive": False,
        "start_time": begin_s,
        "end_time": end_s,
        "score": round(score, 4),
        "box": box,
        "area": 10_800,
        "ratio": 1.333,
        "region": [0, 0, 640, 360],
        "stationary": False,
        "motionless_count": 0,
        "position_changes": 1,
        "current_zones": [sighting.zone],
        "entered_zones": [sighting.zone],
        "attributes": {},
        "has_clip": False,
        "has_snapshot": False,
    }
