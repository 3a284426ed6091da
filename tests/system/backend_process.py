"""Starts the real backend as a process of its own, and speaks to it as seats and producers do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self, TypeVar

import httpx
from argon2 import PasswordHasher

from backend.contracts.commands import Role
from backend.contracts.state import StateSnapshot
from backend.gateway.compose import database_url, wall_clock_ms
from backend.services.accounts import Accounts
from backend.storage.database import open_database

T = TypeVar("T")

TOP = Path(__file__).resolve().parents[2]
LAOCAI = TOP / "config" / "sites" / "laocai"
SMALL_SITE = TOP / "tests" / "fixtures" / "sites" / "small"
START_S = 30.0
POLL_S = 0.02
PASSWORD = "mot-hai-ba-bon"


def wait_until(condition: Callable[[], bool], timeout_s: float = 10.0, what: str = "the condition") -> None:
    """Polls until `condition()`; AssertionError after `timeout_s`."""
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, f"{what} did not come true within {timeout_s:g} s"
        time.sleep(POLL_S)


def run_backend(*arguments: str | Path, timeout_s: float = 30.0) -> subprocess.CompletedProcess[str]:
    """One command that ends by itself: `check`, `user add` ..."""
    return subprocess.run(
        [sys.executable, "-m", "backend", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=TOP,
        timeout=timeout_s,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )


def _collect(pipe: IO[str], lines: list[str]) -> None:
    with pipe:
        lines.extend(pipe)


@dataclass
class BackendProcess:
    """`python -m backend serve`. Use as a context manager: it is stopped at the end, killed when it does not stop."""

    site: Path
    data_dir: Path
    extra: Sequence[str] = ()
    start_s: float = START_S
    url: str = ""
    local_token: str = ""
    stdout_lines: list[str] = field(default_factory=list)
    _process: subprocess.Popen[str] | None = None
    _stderr: list[str] = field(default_factory=list)
    _tokens: dict[str, str] = field(default_factory=dict)

    @classmethod
    def start(cls, site: Path, data_dir: Path, *extra: str, start_s: float = START_S) -> BackendProcess:
        """A running backend that accepts connections, within `start_s`."""
        backend = cls(site, data_dir, extra, start_s)
        backend.restart()
        return backend

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def process(self) -> subprocess.Popen[str]:
        assert self._process is not None, "the backend was not started"
        return self._process

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def feed_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/feed"

    def command(self, port: int = 0) -> list[str]:
        """What starts it."""
        command = [sys.executable, "-m", "backend", "serve", "--site", str(self.site), "--data", str(self.data_dir)]
        return [*command, "--port", str(port), *self.extra]

    def restart(self, *, port: int = 0) -> None:
        """Start (again) on the same data; with `port` on the same address as before."""
        self._process = subprocess.Popen(
            self.command(port),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=TOP,
            env={**os.environ, "PYTHONUTF8": "1"},
        )
        self.stdout_lines = []
        for pipe, lines in ((self._process.stdout, self.stdout_lines), (self._process.stderr, self._stderr)):
            assert pipe is not None
            threading.Thread(target=_collect, args=(pipe, lines), daemon=True).start()
        wanted = 2 if "--local-seat" in self.extra else 1
        end = time.monotonic() + self.start_s
        while len(self.stdout_lines) < wanted:
            assert self._process.poll() is None, f"the backend ended: {self.stderr_text()}"
            assert time.monotonic() < end, f"the backend does not listen: {self.stderr_text()}"
            time.sleep(POLL_S)
        assert self.stdout_lines[0].startswith("listening on ")
        self.url = self.stdout_lines[0].removeprefix("listening on ").strip()
        if wanted == 2:
            self.local_token = self.stdout_lines[1].removeprefix("local token ").strip()

    def stop(self) -> int:
        """Orderly; the exit code."""
        self._close_stdin()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise AssertionError(f"the backend did not stop: {self.stderr_text()}") from None
        return self.process.wait(5)

    def kill(self) -> None:
        """As a power cut does, only that the disk's cache survives."""
        self.process.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        self.process.wait(10)
        self._close_stdin()

    def _close_stdin(self) -> None:
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()

    def stderr_text(self) -> str:
        return "".join(self._stderr)

    def add_user(self, user: str, role: Role = Role.DUTY_OFFICER, password: str = PASSWORD, agency_id: str = "") -> str:
        """An account with a password, made beside the running backend as `user add` does; its name."""
        self._with_accounts(lambda accounts: accounts.add_user(user, password, role, agency_id=agency_id))
        return user

    def producer_token(self, producer_id: str) -> str:
        """An ingest token, made as `token` does."""
        if producer_id not in self._tokens:
            made = self._with_accounts(lambda accounts: accounts.create_producer_token(producer_id))
            self._tokens[producer_id] = made
        return self._tokens[producer_id]

    def _with_accounts(self, work: Callable[[Accounts], Coroutine[None, None, T]]) -> T:
        """In this process: starting one for each account of a test takes longer than the test."""

        async def run() -> T:
            database = open_database(database_url(self.data_dir, self._database))
            try:
                return await work(Accounts(database, wall_clock_ms, hasher=PasswordHasher(1, 8, 1)))
            finally:
                await database.close()

        # On a thread of its own, because a test may have an event loop running on this one.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, run()).result()

    def login(self, user: str, password: str = PASSWORD) -> str:
        """A session token."""
        answer = httpx.post(f"{self.url}/api/v1/login", json={"user": user, "password": password}, timeout=20)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    @property
    def _database(self) -> str:
        """The database's address when the backend was started with one."""
        extra = list(self.extra)
        return extra[extra.index("--database") + 1] if "--database" in extra else ""

    def client(self, token: str = "") -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=20)

    def state(self, token: str) -> StateSnapshot:
        with self.client(token) as client:
            answer = client.get("/api/v1/state")
        assert answer.status_code == 200, answer.text
        return StateSnapshot.model_validate_json(answer.content)

    def metrics(self) -> dict[str, float]:
        """Every sample without labels, and with labels as `name{labels}`."""
        text = httpx.get(f"{self.url}/metrics", timeout=20).text
        rows = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, _, value in rows}


def json_body(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8")
