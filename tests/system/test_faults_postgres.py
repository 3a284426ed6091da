"""PostgreSQL as it fails: the backend killed, its connections cut, input that only this database refuses."""

from __future__ import annotations

import collections
import threading
import uuid
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import make_url

from backend.gateway.answers import EventPage
from tests.system.backend_process import SMALL_SITE, BackendProcess, wait_until
from tests.system.producers import cap_message
from tests.system.test_faults_hostile_doors import BODIES, PRODUCER_OF, Target, doors_of
from tests.unit.conftest import postgres_url as postgres_url

pytestmark = pytest.mark.postgres


class Producers:
    """Four that send until told to stop, each message until it is acknowledged, as good producers do."""

    def __init__(self, backend: BackendProcess) -> None:
        self.backend = backend
        self.token = backend.producer_token("bulletins")
        self.acknowledged: list[str] = []
        self.refused = 0
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._send) for _ in range(4)]
        for thread in self.threads:
            thread.start()

    def _send(self) -> None:
        with self.backend.client(self.token) as client:
            while not self.stopping.is_set():
                identifier = uuid.uuid4().hex
                body = cap_message(identifier)
                while not self._taken(client, body):
                    self.refused += 1
                    if self.stopping.wait(0.02):
                        return
                self.acknowledged.append(identifier)

    def _taken(self, client: httpx.Client, body: bytes) -> bool:
        try:
            answer = client.post("/api/v1/ingest/cap", content=body)
        except httpx.TransportError:
            return False
        assert answer.status_code in (202, 503), answer.text
        return answer.status_code == 202

    def go_on(self, count: int = 25) -> None:
        """Until `count` more are acknowledged."""
        wanted = len(self.acknowledged) + count
        wait_until(lambda: len(self.acknowledged) >= wanted, 30, f"{count} more acknowledged")

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(30)

    def check(self) -> None:
        """Everything acknowledged is there, once, and the log has no gap."""
        with self.backend.client(self.backend.local_token) as client:
            page = EventPage.model_validate_json(client.get("/api/v1/events?limit=5000").content)
        assert [event.seq for event in page.events] == list(range(1, page.last_seq + 1))
        raised = [e.event.alert.cap for e in page.events if e.event.kind == "alert.raised"]
        keys = collections.Counter(cap.key.split(",")[1] for cap in raised if cap is not None)
        assert {keys[identifier] for identifier in self.acknowledged} == {1}
        assert set(keys.values()) == {1}


def _cut(url: str) -> int:
    """Every connection to the database, as a restart of the server does; how many there were."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        cut = connection.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    return 0 if cut is None else int(cut[0])


def test_kills_and_cut_connections_during_ingest_lose_nothing_acknowledged(tmp_path: Path, postgres_url: str) -> None:
    extra = ("--local-seat", "--database", postgres_url)
    with BackendProcess.start(SMALL_SITE, tmp_path / "data", *extra) as backend:
        producers = Producers(backend)
        try:
            producers.go_on()
            cuts = 0
            # A connection cut between two transactions is replaced unnoticed: cut until one was hit inside.
            while (cuts < 5 or producers.refused == 0) and cuts < 300:
                cuts += _cut(postgres_url)
            producers.go_on()
            refused_when_cut = producers.refused
            backend.kill()
            backend.restart(port=backend.port)
            producers.go_on()
        finally:
            producers.stop()
        assert refused_when_cut > 0, "no cut hit a transaction: nothing was shown"
        wait_until(lambda: httpx.get(f"{backend.url}/healthz").status_code == 200, 10, "recovery")
        producers.check()


def test_hostile_bodies_meet_refusals_not_failures_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    extra = ("--local-seat", "--database", postgres_url, "--body-limit-bytes", "300000")
    with BackendProcess.start(SMALL_SITE, tmp_path / "data", *extra) as backend:
        tokens = {"": backend.local_token, **{owner: backend.producer_token(owner) for owner in PRODUCER_OF.values()}}
        target = Target(backend, doors_of(backend), tokens)
        for door in target.doors:
            with target.client(door) as client:
                for name in ("NUL in JSON", "half a surrogate", "NUL bytes", "huge integer", "overlong UTF-8"):
                    if door.method == "POST" and door.path != "/api/v1/logout":
                        kind = {"Content-Type": "application/json"}
                        query = {"name": "R-01_\x00.txt"} if "name" in door.query else {}
                        answer = client.post(door.path, params=query, content=BODIES[name], headers=kind)
                        target.check(answer, f"{name} at {door.path}")
                for name in door.query:
                    for value in ("\x00", "9" * 30, "9223372036854775807"):
                        answer = client.request(door.method, door.path, params={name: value})
                        target.check(answer, f"{name}={value!r} at {door.path}")
        assert httpx.get(f"{backend.url}/healthz").status_code == 200
        assert "Traceback" not in backend.stderr_text()
