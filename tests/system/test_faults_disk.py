"""A disk that fills up under a working backend: told everywhere, nothing lost, gone by itself when there is room."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from backend.gateway.answers import EventPage
from tests.system.backend_process import PASSWORD, SMALL_SITE, BackendProcess, wait_until
from tests.system.feed_client import feed_client, same_state
from tests.system.producers import cap_message, file_name, frigate_event, station_file

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="mounts a small file system: root on Linux"
)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 4096)


class Producer:
    """Sends CAP messages; remembers which were acknowledged and which refused."""

    def __init__(self, backend: BackendProcess) -> None:
        self.backend = backend
        self.token = backend.producer_token("bulletins")
        self.acknowledged: list[str] = []
        self.refused: list[str] = []

    def send(self, identifier: str = "") -> int:
        identifier = identifier or uuid.uuid4().hex
        with self.backend.client(self.token) as client:
            answer = client.post("/api/v1/ingest/cap", content=cap_message(identifier))
        (self.acknowledged if answer.status_code == 202 else self.refused).append(identifier)
        return answer.status_code


def test_a_full_disk_refuses_what_it_cannot_store_and_keeps_every_door_open(small_disk: Path) -> None:
    with BackendProcess.start(SMALL_SITE, small_disk / "data", "--local-seat") as backend:
        backend.add_user("leader")
        producer = Producer(backend)
        tokens = {owner: backend.producer_token(owner) for owner in ("logger", "camera-ai")}

        async def scenario() -> None:
            async with feed_client(backend.feed_url, backend.local_token) as seat:
                assert await asyncio.to_thread(producer.send) == 202
                await seat.until(lambda: bool(seat.state.alerts))
                await asyncio.to_thread(_fill, small_disk / "ballast")
                codes: list[int] = []
                while 503 not in codes and len(codes) < 3000:
                    codes.append(await asyncio.to_thread(producer.send))
                assert set(codes) <= {202, 503}
                assert codes[-1] == 503
                await seat.until(lambda: any("ổ đĩa đã đầy" in beat.degraded for beat in seat.heartbeats))
                await asyncio.to_thread(_other_doors, backend, tokens)
                seq = seat.state.seq
                result = await seat.acknowledge(next(iter(seat.state.alerts)))
                assert (result.accepted, result.reason_code) == (False, "unavailable")
                assert seat.state.seq == seq, "an event was shown that is not in the log"
                await asyncio.to_thread((small_disk / "ballast").unlink)
                await seat.until(lambda: seat.heartbeats[-1].degraded == "")
                for identifier in list(producer.refused):
                    assert await asyncio.to_thread(producer.send, identifier) == 202
                theirs = await asyncio.to_thread(backend.state, backend.local_token)
                await seat.until(lambda: same_state(seat.state, theirs))

        asyncio.run(scenario())
        assert backend.login("leader")
        assert "Exception in ASGI" not in backend.stderr_text()
        backend.kill()
        backend.restart()
        _each_once(backend, producer.acknowledged)


def _other_doors(backend: BackendProcess, tokens: dict[str, str]) -> None:
    """Reading goes on, what must be stored is refused with 503 and a time to try again."""
    health = httpx.get(f"{backend.url}/healthz")
    assert health.status_code == 503
    assert "ổ đĩa đã đầy" in health.json()["degraded"]
    with backend.client(backend.local_token) as client:
        for door in ("state", "events", "alerts", "cameras", "stations", "me", "readings?station=R-01&parameter=Level"):
            assert client.get(f"/api/v1/{door}").status_code == 200, door
    assert backend.metrics()["trucban_degraded"] == 1
    name = file_name("R-01")
    bodies = {
        f"station-file?name={name}": ("logger", station_file([("Level", 70.0 + n, "m") for n in range(1)])),
        "detections": ("camera-ai", frigate_event(uuid.uuid4().hex, "cam-1")),
    }
    for door, (owner, body) in bodies.items():
        with backend.client(tokens[owner]) as client:
            answer = client.post(f"/api/v1/ingest/{door}", content=body)
        # The last bytes of the disk may take one small row; what is answered 202 is stored, or the door says 503.
        assert answer.status_code in (202, 503), answer.text
        if answer.status_code == 503:
            assert "send it again" in answer.json()["reason"]
            assert answer.headers["retry-after"]
    login = httpx.post(f"{backend.url}/api/v1/login", json={"user": "leader", "password": PASSWORD}, timeout=20)
    assert login.status_code in (200, 503)
    with backend.client(tokens["logger"]) as client:
        broken = client.post("/api/v1/ingest/station-file", params={"name": name}, content=b"\x00" * 9_000)
    assert broken.status_code in (422, 503)


def _each_once(backend: BackendProcess, identifiers: list[str]) -> None:
    wait_until(lambda: httpx.get(f"{backend.url}/healthz").status_code == 200, 10, "health")
    with backend.client(backend.local_token) as client:
        page = EventPage.model_validate_json(client.get("/api/v1/events?limit=5000").content)
    assert [event.seq for event in page.events] == list(range(1, page.last_seq + 1))
    raised = [e.event.alert.cap for e in page.events if e.event.kind == "alert.raised"]
    keys = collections.Counter(cap.key.split(",")[1] for cap in raised if cap is not None)
    assert {keys[identifier] for identifier in identifiers} == {1}
