"""The hotline's switchboard: calls ring, wait, are answered or given up, and it tells of them. Numbers are invented."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, Protocol

import httpx

from backend.simulate.voices import talk

PRODUCER: Final = "tong-dai-1022"
EVERY_S: Final = 20.0
AGENTS: Final = ("Tổng đài viên 1", "Tổng đài viên 2", "Tổng đài viên 3")
QUEUES: Final = ("Phản ánh hiện trường", "Dịch vụ công")
REGULARS: Final = 12
"""So many people call again and again: their earlier calls are found."""

WAIT_S: Final = (3.0, 14.0)
TALK_S: Final = (40.0, 160.0)
GIVES_UP: Final = 0.08
RECORDED_AFTER_S: Final = 2.0
HAND_OVERS: Final = 5


class Tell(Protocol):
    """How a switchboard tells of a call: its webhook, or its manager interface."""

    async def __call__(
        self, call_id: str, event: str, *, caller: str = "", queue: str = "", agent: str = ""
    ) -> None: ...


def webhook(client: httpx.AsyncClient, token: str) -> Tell:
    """What the server refuses is not told again."""

    async def tell(call_id: str, event: str, *, caller: str = "", queue: str = "", agent: str = "") -> None:
        at = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
        word = {"call_id": call_id, "event": event, "at": at, "caller": caller, "queue": queue, "agent": agent}
        headers = {"Authorization": f"Bearer {token}"}
        with suppress(httpx.HTTPError):
            await client.post("/api/v1/ingest/calls", json={"events": [word]}, headers=headers)

    return tell


HandOver = Callable[[str, float, bytes], Awaitable[None]]
"""(id of the call, Unix time of the beginning, WAV): the recording goes to the room."""


def handed_over(client: httpx.AsyncClient, token: str) -> HandOver:
    """By the room's door for recordings; what it refuses is not told again."""

    async def hand_over(call_id: str, started_s: float, content: bytes) -> None:
        started = datetime.fromtimestamp(started_s, UTC).isoformat(timespec="milliseconds")
        headers = {"Authorization": f"Bearer {token}"}
        path = f"/api/v1/ingest/recordings/{call_id}"
        with suppress(httpx.HTTPError):
            for _ in range(HAND_OVERS):
                answer = await client.post(path, params={"started": started}, content=content, headers=headers)
                if answer.status_code != httpx.codes.CONFLICT:
                    return
                await asyncio.sleep(RECORDED_AFTER_S)  # the room has not heard yet that the call is over

    return hand_over


class Switchboard:
    """Plays until cancelled. `hand_over` None = it records nothing."""

    def __init__(self, tell: Tell, seed: int, hand_over: HandOver | None = None) -> None:
        self._tell = tell
        self._hand_over = hand_over
        self._chance = random.Random(seed)
        self._run = f"{time.time_ns() // 1_000_000:x}"
        self._count = 0
        self._regulars = [f"09{self._chance.randrange(10**8):08d}" for _ in range(REGULARS)]
        self._free = list(AGENTS)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self.call())
                await asyncio.sleep(self._chance.expovariate(1 / EVERY_S))

    async def call(self) -> None:
        """One call from its ring to its end."""
        chance = self._chance
        self._count += 1
        call_id = f"{self._run}-{self._count}"
        fresh = f"09{chance.randrange(10**8):08d}"
        caller = chance.choice(self._regulars) if chance.random() < 0.4 else fresh
        queue = chance.choice(QUEUES)
        await self._tell(call_id, "arrived", caller=caller, queue=queue)
        await self._tell(call_id, "queued", queue=queue)
        await asyncio.sleep(chance.uniform(*WAIT_S))
        if chance.random() < GIVES_UP or not self._free:
            await self._tell(call_id, "abandoned")
            return
        agent = self._free.pop()
        try:
            await self._tell(call_id, "answered", agent=agent)
            answered_s = time.time()
            await asyncio.sleep(chance.uniform(*TALK_S))
            await self._tell(call_id, "ended")
            if self._hand_over is not None:
                content = await asyncio.to_thread(talk, max(1.0, time.time() - answered_s), self._count)
                await asyncio.sleep(RECORDED_AFTER_S)
                await self._hand_over(call_id, answered_s, content)
        finally:
            self._free.append(agent)
