"""What happens in the room, as a process: `python -m tests.bench._desk_load FILE`; one JSON order a line on stdin.

An order {"seconds", "samples_per_s", "changes_per_s", "alerts"} is played through the HTTP doors; its outcome is one
line of JSON on stdout. `FILE` says where the backend is, with which tokens, and for which site.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import socket
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from backend.contracts.site import Station
from config.model import SiteConfig
from config.site import load_site
from tests.system.producers import HANOI, cap_message

DETECTIONS_PER_BODY = 10
SAMPLES_PER_FILE = 15
STARTS_BEFORE_S = 900
"""Samples are stamped whole seconds and sent faster than one a second: they begin so far back and never catch up."""

LABELS = ("fire", "crash", "crowd")
STORM_LABELS = ("crash", "crowd", "wrong_way", "illegal_parking", "flooded_road")
STORM_PER_BODY = 250
STORM_AT_ONCE = 6
"""Bodies under way: a producer that sends more at once is told to wait."""
FILE_NAMES = {"LC-KK-01": "LC_KK01", "LC-NM-01": "LC_NM01"}
QUIET_VALUES = {"pH": 7.2, "DO": 7.0, "RH": 70.0, "Temp": 25.0, "O2": 12.0}
PINGS = 15


@dataclass(slots=True)
class Outcome:
    """`alerts`: identifier -> (sent, answered) in Unix seconds; `late_s`: how far the load fell behind its times."""

    samples: int = 0
    changes: int = 0
    refused: list[str] = field(default_factory=list)
    alerts: dict[str, tuple[float, float]] = field(default_factory=dict)
    late_s: float = 0.0
    fsync_ms: float = 0.0
    round_trip_ms: float = 0.0


class Load:
    """Producers that never stop to think: the requests of one second are spread over the second."""

    def __init__(self, url: str, tokens: dict[str, str], site: SiteConfig, folder: Path) -> None:
        self._tokens = tokens
        self._folder = folder
        self._client = httpx.AsyncClient(base_url=url, timeout=20, limits=httpx.Limits(max_connections=16))
        self._files = self._all_files(site)
        self._sightings = itertools.cycle([(camera.camera_id, label) for label in LABELS for camera in site.cameras])
        self._storm_sightings = itertools.cycle(
            [(camera.camera_id, label) for label in STORM_LABELS for camera in site.cameras]
        )
        self._number = itertools.count()
        self._at_once = asyncio.Semaphore(STORM_AT_ONCE)
        self._run = f"{time.time_ns():x}"
        self._outcome = Outcome()

    async def play(
        self, seconds: float, samples_per_s: float, changes_per_s: float, alerts: int, storm_per_s: float = 0.0
    ) -> Outcome:
        self._outcome = Outcome()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._samples(seconds, samples_per_s))
            group.create_task(self._changes(seconds, changes_per_s))
            group.create_task(self._alerts(seconds, alerts))
            group.create_task(self._storm(seconds, storm_per_s))
            group.create_task(self._anchor(seconds))
        return self._outcome

    # -- what is sent ------------------------------------------------------------------------------------------

    def _all_files(self, site: SiteConfig) -> Iterator[tuple[Station, bytes, int]]:
        """Station files for ever, the stations taking turns; each with what the station measured since the last."""
        chance = random.Random(7)
        next_s = {station.station_id: int(time.time()) - STARTS_BEFORE_S for station in site.stations}
        while True:
            for station in site.stations:
                stamps = -(-SAMPLES_PER_FILE // len(station.parameters))
                first_s = next_s[station.station_id]
                next_s[station.station_id] = first_s + stamps
                lines = []
                for at_s in range(first_s, first_s + stamps):
                    moment = datetime.fromtimestamp(at_s, HANOI).strftime("%Y%m%d%H%M%S")
                    for parameter in station.parameters:
                        value = QUIET_VALUES.get(parameter.symbol, 1.0) * chance.uniform(0.98, 1.02)
                        lines.append(f"{parameter.symbol}\t{value:.3f}\t{parameter.unit}\t{moment}\t00\r\n")
                yield station, "".join(lines).encode(), len(lines)

    async def _samples(self, seconds: float, per_s: float) -> None:
        if not per_s:
            return
        began_s, due = time.monotonic(), 0
        async with asyncio.TaskGroup() as group:
            while due / per_s < seconds:
                station, body, count = next(self._files)
                await self._until(began_s + due / per_s)
                due += count
                name = (
                    f"{FILE_NAMES.get(station.station_id, station.station_id)}_{datetime.now(HANOI):%Y%m%d%H%M%S}.txt"
                )
                group.create_task(self._send_samples(station, name, body))

    async def _send_samples(self, station: Station, name: str, body: bytes) -> None:
        answer = await self._post(f"station-file?name={name}", station.producer_id, body)
        self._outcome.samples += int(answer.get("accepted", 0))

    async def _changes(self, seconds: float, per_s: float) -> None:
        if not per_s:
            return
        began_s, bodies = time.monotonic(), round(seconds * per_s / DETECTIONS_PER_BODY)
        async with asyncio.TaskGroup() as group:
            for number in range(bodies):
                await self._until(began_s + number * DETECTIONS_PER_BODY / per_s)
                seen = list(itertools.islice(self._sightings, DETECTIONS_PER_BODY))
                # Another word each time: what only counts on is told once a second, and would be no change.
                group.create_task(self._send_detections(seen, f"no. {number}"))

    async def _storm(self, seconds: float, per_s: float) -> None:
        """Detections of all cameras and all lesser rules, hundreds in a body, as an analytics server sends them."""
        if not per_s:
            return
        began_s, bodies = time.monotonic(), round(seconds * per_s / STORM_PER_BODY)
        async with asyncio.TaskGroup() as group:
            for number in range(bodies):
                await self._until(began_s + number * STORM_PER_BODY / per_s)
                seen = list(itertools.islice(self._storm_sightings, STORM_PER_BODY))
                await self._at_once.acquire()
                group.create_task(self._send_detections(seen, "")).add_done_callback(lambda _: self._at_once.release())

    async def _send_detections(self, sightings: Sequence[tuple[str, str]], sub_label: str) -> None:
        now_s = time.time()
        events = []
        for camera_id, label in sightings:
            after: dict[str, object] = {
                "id": f"{self._run}-{next(self._number)}", "camera": camera_id, "label": label, "sub_label": sub_label,
                "top_score": 0.9, "score": 0.9, "false_positive": False, "start_time": now_s - 1.0, "end_time": None,
                "current_zones": [], "entered_zones": [],
            }  # fmt: skip
            events.append({"type": "new", "before": after, "after": after})
        answer = await self._post("detections", "camera-ai", json.dumps(events).encode())
        self._outcome.changes += int(answer.get("accepted", 0))

    async def _alerts(self, seconds: float, count: int) -> None:
        """Grave bulletins at uneven times: what counts is when each is seen."""
        began_s, chance = time.monotonic(), random.Random(count)
        for number in range(count):
            await self._until(began_s + seconds * (number + chance.uniform(0.1, 0.9)) / count)
            identifier = f"bench-{self._run}-{next(self._number)}"
            body = cap_message(identifier, headline=identifier, severity="Extreme")
            sent_s = time.time()
            await self._post("cap", "ban-tin-kttv", body)
            self._outcome.alerts[identifier] = (sent_s, time.time())

    async def _post(self, door: str, producer_id: str, body: bytes) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._tokens[producer_id]}"}
        answer = await self._client.post(f"/api/v1/ingest/{door}", content=body, headers=headers)
        content: dict[str, Any] = answer.json()
        if answer.status_code != 202 or content.get("rejected"):
            self._outcome.refused.append(f"{answer.status_code} {answer.text[:200]}")
        return content

    async def _until(self, due_s: float) -> None:
        pause_s = due_s - time.monotonic()
        self._outcome.late_s = max(self._outcome.late_s, -pause_s)
        await asyncio.sleep(max(pause_s, 0.0))

    # -- what it is held against -------------------------------------------------------------------------------

    async def _anchor(self, seconds: float) -> None:
        """Median time of a small write with fsync where the backend stores, and of a byte there and back."""
        disk, wire = [], []
        with socket.create_server(("127.0.0.1", 0)) as server, (self._folder / "anchor.bin").open("wb") as file:
            near = socket.create_connection(server.getsockname())
            far, _ = server.accept()
            for _ in range(PINGS):
                await asyncio.sleep(seconds / (PINGS + 1))
                disk.append(await asyncio.to_thread(_fsync_s, file.fileno()))
                wire.append(_round_trip_s(near, far))
            near.close()
            far.close()
        self._outcome.fsync_ms = statistics.median(disk) * 1000
        self._outcome.round_trip_ms = statistics.median(wire) * 1000


def _fsync_s(file: int) -> float:
    began_s = time.perf_counter()
    os.write(file, b"x" * 4096)
    os.fsync(file)
    return time.perf_counter() - began_s


def _round_trip_s(near: socket.socket, far: socket.socket) -> float:
    began_s = time.perf_counter()
    near.send(b"x")
    far.send(far.recv(1))
    near.recv(1)
    return time.perf_counter() - began_s


async def main(file: Path) -> None:
    """Orders until stdin ends."""
    said = json.loads(file.read_text(encoding="utf-8"))
    load = Load(said["url"], said["tokens"], load_site(Path(said["site"])), file.parent)
    while line := await asyncio.to_thread(sys.stdin.readline):
        outcome = await load.play(**json.loads(line))
        fields = {name: getattr(outcome, name) for name in Outcome.__slots__}
        print(json.dumps(fields), flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
