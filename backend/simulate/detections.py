"""Video analytics: Frigate's event messages (new, update, end), posted with a token or published to a broker.

Besides a camera with rules of its own, which publishes ONVIF events.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

import httpx

from backend.simulate.broker import Publisher

Door = Literal["http", "frigate", "onvif"]
Send = Callable[["Sighting", dict[str, object]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something seen: first after `after_s` seconds, then again each `again_s` seconds; `door`: how it is told."""

    camera_id: str
    label: str
    zone: str
    after_s: float
    again_s: float
    lasts_s: float
    score: float
    door: Door = "http"


SIGHTINGS: Final[tuple[Sighting, ...]] = (
    Sighting("gt-kim-tan", "illegal_parking", "long_duong", 15, 900, 60, 0.86),
    Sighting("gt-tran-hung-dao", "crash", "nut_giao_b6", 20, 1500, 120, 0.88, "frigate"),
    Sighting("ck-kim-thanh-2", "person", "bai_kiem_hoa", 25, 40, 15, 0.81, "frigate"),
    Sighting("gt-coc-leu", "car", "cau", 20, 30, 12, 0.91),
    Sighting("dl-nha-tho-da", "crowd", "san_quan", 130, 1200, 180, 0.79),
    Sighting("gt-ben-den", "flooded_road", "mat_duong", 260, 2400, 300, 0.83),
    Sighting("pc-cho-coc-leu", "fire", "cong_a", 420, 3600, 120, 0.9, "frigate"),
    Sighting("mt-tl-cong", "intrusion", "hang_rao", 95, 1300, 45, 1.0, "onvif"),
    Sighting("gt-duyen-hai", "wrong_way", "lan_phai", 600, 1800, 20, 0.84),
)
_STEP_S: Final = 5.0


class Analytics:
    """Tells what it sees of `cameras` by the doors there are; what one of them does not take is lost, as in life."""

    def __init__(self, doors: Mapping[Door, Send], cameras: frozenset[str], seed: int) -> None:
        self.doors = doors
        self.cameras = cameras
        self.seed = seed

    async def run(self, start_s: float) -> None:
        """Plays every sighting since `start_s` (Unix time) until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for sighting in SIGHTINGS:
                if sighting.camera_id in self.cameras and sighting.door in self.doors:
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
        await self._tell(sighting, "new", before, before)
        while (now_s := time.time()) < begin_s + sighting.lasts_s:
            await asyncio.sleep(min(_STEP_S, max(0.05, begin_s + sighting.lasts_s - now_s)))
            left = max(0, min(480, left + chance.randint(-12, 12)))
            score = min(0.99, sighting.score + chance.uniform(-0.03, 0.05))
            after = event_side(sighting, event_id, begin_s, time.time(), score, (left, top), None)
            await self._tell(sighting, "update", before, after)
            before = after
        await self._tell(sighting, "end", before, {**before, "end_time": time.time()})

    async def _tell(self, sighting: Sighting, kind: str, before: dict[str, object], after: dict[str, object]) -> None:
        await self.doors[sighting.door](sighting, {"type": kind, "before": before, "after": after})


def posted(client: httpx.AsyncClient, token: str) -> Send:
    """By HTTP."""

    async def send(sighting: Sighting, message: dict[str, object]) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        try:
            answer = await client.post("/api/v1/ingest/detections", json=message, headers=headers)
        except httpx.HTTPError:
            return
        if answer.status_code >= 400 and answer.status_code != 503:
            print(f"simulate: a detection was refused ({answer.status_code}): {answer.text[:300]}", flush=True)

    return send


def published(server: Publisher) -> Send:
    """As Frigate does it on its broker."""

    async def send(sighting: Sighting, message: dict[str, object]) -> None:
        server.send("frigate/events", message)

    return send


def as_onvif(device: Publisher) -> Send:
    """As a camera's own rule: the property ObjectsInside, true while it lasts."""

    async def send(sighting: Sighting, message: dict[str, object]) -> None:
        if message["type"] == "update":
            return
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        told = {
            "UtcTime": now,
            "Source": {"VideoSource": "1", "AnalyticsConfiguration": "1", "Rule": sighting.zone},
            "Data": {"IsInside": "true" if message["type"] == "new" else "false"},
        }
        topic = f"{sighting.camera_id}/onvif-ej/RuleEngine/FieldDetector/ObjectsInside/&1/1/{sighting.zone}"
        device.send(topic, told, retain=True)

    return send


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
