"""A day of 59,000 calls in the hotline, its hours squeezed: nothing is lost, and how late the room tells of each.

The switchboard's webhook tells a real backend of every step of every call, as many at once as its buffer holds; the
day has two peaks. At the end the board's figures are compared with what the generator knows. A seat of the feed
listens and notes when each step came. The anchor is one loopback round trip of a door that stores nothing, median.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import math
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
from websockets.asyncio.client import connect

from backend.contracts.hotline import HotlineDay
from tests.bench.desk import percentile
from tests.system.backend_process import SMALL_SITE, BackendProcess
from tests.system.feed_client import hello

CALLS: Final = 59_000
"""What one crisis day brought the hotline of a city (feature map)."""

AGENTS: Final = 60
AT_ONCE: Final = 50
PRODUCER: Final = "camera-ai"
_Word = dict[str, str]


@dataclass(slots=True)
class Truth:
    """What the generator knows of its day."""

    arrived: int = 0
    answered: int = 0
    abandoned: int = 0
    steps: int = 0
    sent_s: dict[str, float] = field(default_factory=dict)


def run(brief: bool) -> dict[str, object]:
    """Play the day as fast as the room takes it."""
    return asyncio.run(_run(600 if brief else CALLS))


def day_of_calls(count: int, begin_s: float, truth: Truth, agents: int = AGENTS) -> Iterator[_Word]:
    """Every word of the switchboard in order of its clock: two peaks, so many agents, callers who give up."""
    chance = random.Random(5)
    arrivals = sorted(begin_s + 86_000 * _hour(chance) for _ in range(count))
    free = [begin_s] * agents
    heapq.heapify(free)
    words: list[tuple[float, int, _Word]] = []
    for number, at_s in enumerate(arrivals):
        call_id = f"d-{number}"
        patience_s = 20 + chance.expovariate(1 / 180)
        answer_s = max(at_s + chance.uniform(1, 6), free[0])
        words.append(
            (at_s, 0, _word(call_id, "arrived", at_s, caller=f"09{chance.randrange(10**8):08d}", queue="1022"))
        )
        words.append((at_s + 0.5, 1, _word(call_id, "queued", at_s + 0.5, queue="1022")))
        truth.arrived += 1
        if answer_s - at_s > patience_s:
            words.append((at_s + patience_s, 2, _word(call_id, "abandoned", at_s + patience_s)))
            truth.abandoned += 1
            continue
        end_s = answer_s + chance.uniform(30, 120)
        heapq.heapreplace(free, end_s)
        words.append((answer_s, 2, _word(call_id, "answered", answer_s, agent=f"Bàn {number % agents + 1}")))
        words.append((end_s, 3, _word(call_id, "ended", end_s)))
        truth.answered += 1
    words.sort(key=lambda word: word[:2])
    truth.steps = len(words)
    return (word for _, _, word in words)


def _hour(chance: random.Random) -> float:
    """Part of the day at which somebody calls: a morning and an evening peak over a low floor."""
    while True:
        part = chance.random()
        wished = 0.15 + math.exp(-(((part - 0.38) / 0.08) ** 2)) + 0.8 * math.exp(-(((part - 0.8) / 0.06) ** 2))
        if chance.random() * 2 < wished:
            return part


def _word(call_id: str, event: str, at_s: float, **more: str) -> _Word:
    at = datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds")
    return {"call_id": call_id, "event": event, "at": at, **more}


async def _run(count: int) -> dict[str, object]:
    with (
        tempfile.TemporaryDirectory() as name,
        BackendProcess.start(SMALL_SITE, Path(name) / "data", "--local-seat") as backend,
    ):
        truth = Truth()
        midnight_s = (time.time() + 7 * 3600) // 86_400 * 86_400 - 7 * 3600
        words = day_of_calls(count, midnight_s - 86_400, truth)
        token = backend.producer_token(PRODUCER)
        async with httpx.AsyncClient(base_url=backend.url, timeout=60) as http:
            trip_ms = await _trip_ms(http)
            heard: dict[str, float] = {}
            listening = asyncio.create_task(_listen(backend, heard, truth.steps))
            await asyncio.sleep(0)
            began_s = time.monotonic()
            accepted = await _tell(http, token, words, truth)
            took_s = time.monotonic() - began_s
            async with asyncio.timeout(120):
                await listening
        day, going = _board(backend)
    lags_ms = [1000 * (at_s - truth.sent_s[key]) for key, at_s in heard.items() if key in truth.sent_s]
    assert (accepted, going) == (truth.steps, 0), (accepted, truth.steps, going)
    assert (day.arrived, day.answered, day.abandoned) == (truth.arrived, truth.answered, truth.abandoned), (day, truth)
    return {
        "cores": os.cpu_count(),
        "calls": truth.arrived,
        "answered": truth.answered,
        "abandoned": truth.abandoned,
        "steps": truth.steps,
        "steps_per_s": round(truth.steps / took_s),
        "steps_per_s_of_the_real_day": round(truth.steps / 86_400, 1),
        "told_to_feed_p50_ms": round(statistics.median(lags_ms), 1),
        "told_to_feed_p95_ms": round(percentile(lags_ms, 0.95), 1),
        "round_trip_p50_ms": round(trip_ms, 1),
        "told_to_feed_p95_to_trip": round(percentile(lags_ms, 0.95) / trip_ms, 1),
    }


async def _trip_ms(http: httpx.AsyncClient) -> float:
    trips = []
    for _ in range(50):
        began_s = time.perf_counter()
        await http.get("/open311/v2/discovery.json")
        trips.append(1000 * (time.perf_counter() - began_s))
    return statistics.median(trips)


async def _tell(http: httpx.AsyncClient, token: str, words: Iterator[_Word], truth: Truth) -> int:
    """How many words were accepted."""
    accepted, headers = 0, {"Authorization": f"Bearer {token}"}
    while piece := [word for _, word in zip(range(AT_ONCE), words, strict=False)]:
        at_s = time.monotonic()
        truth.sent_s.update({f"{PRODUCER}:{word['call_id']}/{word['event']}": at_s for word in piece})
        answer = await http.post("/api/v1/ingest/calls", json={"events": piece}, headers=headers)
        answer.raise_for_status()
        accepted += answer.json()["accepted"]
    return accepted


async def _listen(backend: BackendProcess, heard: dict[str, float], steps: int) -> None:
    """When each step came to a seat of the feed."""
    async with connect(backend.feed_url, max_size=None) as socket:
        await socket.send(hello(backend.local_token))
        while len(heard) < steps:
            _note(json.loads(await socket.recv()), heard)


def _note(frame: dict[str, object], heard: dict[str, float]) -> None:
    events = frame.get("events")
    for logged in events if isinstance(events, list) else ():
        event = logged["event"]
        if event["kind"] == "call.arrived":
            heard[f"{event['call']['call_id']}/arrived"] = time.monotonic()
        elif event["kind"] == "call.moved":
            heard[f"{event['call_id']}/{event['step']}"] = time.monotonic()


def _board(backend: BackendProcess) -> tuple[HotlineDay, int]:
    state = backend.state(backend.local_token)
    assert state.hotline_day is not None
    return state.hotline_day, len(state.calls)
