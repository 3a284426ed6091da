"""A backend that is killed, restarted, or runs out of disk: nothing acknowledged is lost, nobody has to act."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import os
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import httpx
import pytest

from backend.contracts.state import RoomState
from backend.gateway.answers import EventPage
from tests.system.backend_process import SMALL_SITE, BackendProcess, wait_until
from tests.system.feed_client import feed_client, same_state
from tests.system.producers import cap_message, file_name, station_file


def all_events(backend: BackendProcess, token: str) -> EventPage:
    with backend.client(token) as client:
        return EventPage.model_validate_json(client.get("/api/v1/events?limit=5000").content)


class Hammer:
    """Sends until told to stop; keeps what was acknowledged, and what never was."""

    def __init__(self, backend: BackendProcess) -> None:
        self.backend = backend
        self.caps: list[str] = []
        self.samples: list[int] = []
        self.unanswered: dict[str, bytes] = {}
        self.stopped = threading.Event()
        self._tokens = {name: backend.producer_token(name) for name in ("bulletins", "logger")}
        self.threads = [threading.Thread(target=self._send_caps) for _ in range(3)]
        self.threads.append(threading.Thread(target=self._send_files))
        for thread in self.threads:
            thread.start()

    def _send_caps(self) -> None:
        with self.backend.client(self._tokens["bulletins"]) as client:
            while not self.stopped.is_set():
                identifier = uuid.uuid4().hex
                body = cap_message(identifier)
                try:
                    answer = client.post("/api/v1/ingest/cap", content=body)
                except httpx.TransportError:
                    self.unanswered[identifier] = body
                    return
                assert answer.status_code == 202
                self.caps.append(identifier)

    def _send_files(self) -> None:
        at_s = int(time.time()) - 50_000
        with self.backend.client(self._tokens["logger"]) as client:
            while not self.stopped.is_set():
                at_s += 1
                body, name = station_file([("Level", 70.0, "m")], at_s), file_name("R-01", at_s)
                try:
                    answer = client.post("/api/v1/ingest/station-file", params={"name": name}, content=body)
                except httpx.TransportError:
                    return
                assert answer.status_code == 202
                self.samples.append(at_s * 1000)

    def join(self) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join(30)


def test_a_kill_during_ingest_loses_nothing_acknowledged_and_doubles_nothing(tmp_path: Path) -> None:
    with BackendProcess.start(SMALL_SITE, tmp_path / "data", "--local-seat") as backend:
        epoch = all_events(backend, backend.local_token).epoch
        for _ in range(3):
            hammer = Hammer(backend)
            wait_until(lambda h=hammer: len(h.caps) > 20 and len(h.samples) > 10, 30)  # type: ignore[misc]
            backend.kill()
            hammer.join()
            backend.restart()
            # A producer that got no answer sends again, as it should.
            with backend.client(backend.producer_token("bulletins")) as client:
                for body in hammer.unanswered.values():
                    assert client.post("/api/v1/ingest/cap", content=body).status_code == 202
            page = all_events(backend, backend.local_token)
            assert page.epoch == epoch
            assert [event.seq for event in page.events] == list(range(1, len(page.events) + 1))
            raised = [e.event.alert.cap for e in page.events if e.event.kind == "alert.raised"]
            keys = collections.Counter(cap.key.split(",")[1] for cap in raised if cap is not None)
            sent = [*hammer.caps, *hammer.unanswered]
            assert {keys[identifier] for identifier in sent} == {1}
            start_ms, end_ms = hammer.samples[0], hammer.samples[-1]
            query = f"station=R-01&parameter=Level&start={start_ms}&end={end_ms}&max_points=20000"
            with backend.client(backend.local_token) as client:
                series = client.get(f"/api/v1/readings?{query}").json()["series"]
            assert set(hammer.samples) <= set(series["at_ms"])
            assert len(series["at_ms"]) == len(set(series["at_ms"]))


def test_a_seat_resumes_after_a_restart_with_the_tail_only(tmp_path: Path) -> None:
    with BackendProcess.start(SMALL_SITE, tmp_path / "data", "--local-seat") as backend:

        async def watch(token: str, state: RoomState | None) -> RoomState:
            async with feed_client(backend.feed_url, token, state) as seat:
                if state is not None:
                    assert seat.snapshots == []
                headers = {"Authorization": f"Bearer {backend.producer_token('bulletins')}"}
                async with httpx.AsyncClient(base_url=backend.url, headers=headers, timeout=20) as client:
                    await client.post("/api/v1/ingest/cap", content=cap_message(uuid.uuid4().hex))
                # The room goes on: what the server says is asked for again until the seat stands at the same event.
                async with asyncio.timeout(20):
                    while True:
                        theirs = await asyncio.to_thread(backend.state, token)
                        await seat.until(lambda: seat.state.seq >= theirs.seq)  # noqa: B023
                        if same_state(seat.state, theirs):
                            return seat.state

        state = asyncio.run(watch(backend.local_token, None))
        for _ in range(2):
            backend.kill()
            began = time.monotonic()
            backend.restart()
            state = asyncio.run(watch(backend.local_token, state))
            assert time.monotonic() - began < 10
        # Seats of the killed run are not seated any more, the one that just left is gone too.
        wait_until(lambda: not backend.state(backend.local_token).operators, 5, "the seats' sign-out")
        token = backend.local_token
        assert backend.stop() == 0
        backend.restart()
        assert backend.state(token).seq >= state.seq


def test_an_orderly_stop_says_farewell_and_signs_everybody_out(tmp_path: Path) -> None:
    with BackendProcess.start(SMALL_SITE, tmp_path / "data", "--local-seat") as backend:

        async def scenario() -> None:
            async with feed_client(backend.feed_url, backend.local_token) as seat:
                await seat.until(lambda: "officer" in seat.state.operators)
                stopping = asyncio.create_task(asyncio.to_thread(backend.stop))
                await seat.until(lambda: seat.farewell is not None)
                assert seat.farewell is not None
                assert (seat.farewell.code, seat.farewell.retry) == ("stopping", True)
                assert await stopping == 0

        asyncio.run(scenario())
        backend.restart()
        assert backend.state(backend.local_token).operators == {}


def test_the_backend_of_a_console_stops_when_its_stdin_closes(tmp_path: Path) -> None:
    with BackendProcess.start(SMALL_SITE, tmp_path / "data", "--local-seat") as backend:
        assert backend.process.stdin is not None
        backend.process.stdin.close()
        assert backend.process.wait(15) == 0
        assert backend.local_token not in backend.stderr_text()


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts a small file system: root on Linux")
def test_a_full_disk_is_told_refused_and_recovered_from_without_a_restart(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", data_dir], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount")
    try:
        with BackendProcess.start(SMALL_SITE, data_dir, "--local-seat") as backend:
            _fill_and_free(backend, data_dir / "ballast")
    finally:
        subprocess.run(["umount", "-l", data_dir], check=True)


def _fill_and_free(backend: BackendProcess, ballast: Path) -> None:
    token = backend.producer_token("bulletins")

    def send() -> int:
        with backend.client(token) as client:
            return client.post("/api/v1/ingest/cap", content=cap_message(uuid.uuid4().hex)).status_code

    async def scenario() -> None:
        async with feed_client(backend.feed_url, backend.local_token) as seat:
            assert await asyncio.to_thread(send) == 202
            with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * 4096)
            codes: list[int] = []
            while 503 not in codes and len(codes) < 3000:
                codes.append(await asyncio.to_thread(send))
            assert codes[-1] == 503
            await seat.until(lambda: any("ổ đĩa đã đầy" in beat.degraded for beat in seat.heartbeats))
            assert httpx.get(f"{backend.url}/healthz").status_code == 503
            await asyncio.to_thread(ballast.unlink)
            await seat.until(lambda: seat.heartbeats[-1].degraded == "")
            assert httpx.get(f"{backend.url}/healthz").status_code == 200
            assert await asyncio.to_thread(send) == 202
            theirs = await asyncio.to_thread(backend.state, backend.local_token)
            await seat.until(lambda: same_state(seat.state, theirs))

    asyncio.run(scenario())
