"""kill -9 of a whole backend, again and again, while it records events, commands, audit records and pictures.

Each round starts `python -m backend serve` on what the one before left, checks it, lets producers and a seat write as
fast as they can, and kills it at a random moment; some rounds kill it while it starts. Checked after every kill:

- every event and every command that was answered is there, once; places in the log without gaps;
- every answered command stands in the audit log; the audit log verifies with its heads and the events it seals;
- every segment in the index plays to its end (ffprobe counts as many pictures as the index says).

At the end of each generation (a folder's life): the backend's state equals the fold of its whole log, and no file of a
recording lies outside the index. Then as many rounds kill the recording process too, alone or with its backend
(tests/system/recorder_kill.py). The anchor is zero lost. The full run: `python -m tests.bench kills --rounds 1000`.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import json
import random
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx
from pydantic import TypeAdapter

from backend.cli.audit import head_lines
from backend.contracts.commands import CommentAlert
from backend.contracts.events import Event, LoggedEvent
from backend.contracts.state import RoomState, apply
from backend.services.audit_check import Report, verify
from backend.services.signing import PUBLIC_FILE, read_public_key
from backend.storage.audit import AuditRow, EventRow
from backend.storage.audit_reading import AuditReading, audit_reading
from tests.system.backend_process import BackendProcess, wait_until
from tests.system.feed_client import FeedClient, feed_client, same_state
from tests.system.producers import cap_message
from tests.system.recorder_kill import CAMERAS, kill_rounds, recorded_site_folder

ROUNDS = 50
BRIEF_ROUNDS = 3
GENERATION = 25
"""Rounds on one folder: later ones then do not mostly measure how long a large log takes to check."""

CALLERS = 4
SHORT_S, LONG_S, LONG_ROUNDS = 1.5, 6.0, 0.2
"""A round is at most so long; `LONG_ROUNDS` is the share of the long ones, in which recordings begin new files."""

START_KILLED = 0.15
"""Share of the rounds that kill a backend while it starts."""

OUTLIVE_S = 10.0
"""What the backend started (recorders) must end by itself within this time after the kill."""

_ARGUMENTS = ("--local-seat", "--head-every-s", "1")
_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class Lost(AssertionError):  # noqa: N818 - what the whole run is about
    """Something that was acknowledged is not there, twice there, or does not hold together."""


@dataclass
class Acknowledged:
    """What one folder's backends answered for."""

    bulletins: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Kill:
    """The backend listened since `began_ms` and was killed at `at_ms` (epoch)."""

    began_ms: int
    at_ms: int


@dataclass
class Figures:
    rounds: int = 0
    killed_while_starting: int = 0
    bulletins: int = 0
    commands: int = 0
    audit_records: int = 0
    heads: int = 0
    segments: int = 0
    broken_files: int = 0
    behind_kill_s: list[float] = field(default_factory=list)

    def add(self, acknowledged: Acknowledged, report: Report) -> None:
        self.bulletins += len(acknowledged.bulletins)
        self.commands += len(acknowledged.commands)
        self.audit_records += report.records
        self.heads += report.heads


def run(brief: bool, rounds: int = ROUNDS) -> dict[str, object]:
    """Raises: Lost."""
    chance = random.Random(time.time_ns())
    figures = Figures()
    began_s = time.monotonic()
    left = BRIEF_ROUNDS if brief else rounds
    with (
        tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder,
        recorded_site_folder(Path(folder)) as site,
    ):
        generation = 0
        while left > 0:
            many = min(left, GENERATION)
            data = Path(folder) / f"data-{generation}"
            _generation(site, data, many, chance, figures)
            shutil.rmtree(data)
            left -= many
            generation += 1
        recorder = kill_rounds(1 if brief else rounds, Path(folder) / "recorder", chance.randrange(1 << 32))
    behind = sorted(figures.behind_kill_s)
    return {
        "rounds": figures.rounds,
        "killed_while_starting": figures.killed_while_starting,
        "acknowledged_bulletins": figures.bulletins,
        "acknowledged_commands": figures.commands,
        "audit_records": figures.audit_records,
        "audit_heads": figures.heads,
        "segments_played": figures.segments,
        "unplayable_files_moved_aside": figures.broken_files,
        "recording_behind_kill_s_median": round(median(behind), 2) if behind else None,
        "recording_behind_kill_s_most": round(behind[-1], 2) if behind else None,
        "recorder_rounds": recorder.rounds,
        "recorder_killed_alone": recorder.recorder_kills,
        "recorder_open_files_found_again": recorder.open_files,
        "recorder_segments_played": recorder.played,
        "recorder_behind_kill_s_median": round(median(recorder.behind_s), 2) if recorder.behind_s else None,
        "recorder_behind_kill_s_most": round(max(recorder.behind_s), 2) if recorder.behind_s else None,
        "lost": 0,
        "seconds": round(time.monotonic() - began_s, 1),
    }


def _generation(site: Path, data: Path, rounds: int, chance: random.Random, figures: Figures) -> None:
    acknowledged = Acknowledged()
    played: set[int] = set()
    last: _Kill | None = None
    for _ in range(rounds):
        figures.rounds += 1
        if chance.random() < START_KILLED:
            figures.killed_while_starting += 1
            _kill_while_starting(site, data, chance.uniform(0.0, 1.2))
        started_s = time.time()
        backend = BackendProcess.start(site, data, *_ARGUMENTS)
        try:
            check(data, acknowledged)
            _all_indexed(data, started_s)
            played |= _play(data, played)
            figures.behind_kill_s += _behind(data, last)
            longest_s = LONG_S if chance.random() < LONG_ROUNDS else SHORT_S
            last = asyncio.run(_until_killed(backend, acknowledged, chance.uniform(0.05, longest_s)))
        finally:
            backend.kill()
    started_s = time.time()
    with BackendProcess.start(site, data, *_ARGUMENTS) as backend:
        report = check(data, acknowledged)
        _all_indexed(data, started_s)
        figures.behind_kill_s += _behind(data, last)
        asyncio.run(_state_is_the_fold(backend, data))
    _all_indexed(data, time.time())
    figures.add(acknowledged, report)
    figures.segments += len(played | _play(data, played))
    figures.broken_files += len(list(data.glob("recordings/broken/**/*.mp4")))
    check(data, acknowledged)


def _kill_while_starting(site: Path, data: Path, after_s: float) -> None:
    backend = BackendProcess(site, data)
    command = backend.command(port=0)
    process = subprocess.Popen(
        command, cwd=Path.cwd(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(after_s)
    process.kill()
    process.wait(10)
    assert process.stdin is not None
    process.stdin.close()


async def _until_killed(backend: BackendProcess, acknowledged: Acknowledged, after_s: float) -> _Kill:
    """Write until the kill. Raises: Lost."""
    began_ms = time.time_ns() // 1_000_000
    headers = {"Authorization": f"Bearer {await asyncio.to_thread(backend.producer_token, 'bulletins')}"}
    async with (
        httpx.AsyncClient(base_url=backend.url, headers=headers, timeout=20) as client,
        feed_client(backend.feed_url, backend.local_token) as seat,
    ):
        tasks = [asyncio.create_task(_produce(client, acknowledged)) for _ in range(CALLERS)]
        tasks += [asyncio.create_task(_comment(seat, acknowledged)) for _ in range(CALLERS)]
        await asyncio.sleep(after_s)
        children = _children(backend.process.pid)
        backend.process.kill()
        killed_ms = time.time_ns() // 1_000_000
        await asyncio.to_thread(backend.process.wait, 10)
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Lost):
                raise outcome
    end_s = time.monotonic() + OUTLIVE_S
    while left := [pid for pid in children if Path(f"/proc/{pid}/cmdline").exists()]:
        if time.monotonic() > end_s:
            raise Lost(f"{len(left)} processes of a killed backend go on writing")
        await asyncio.sleep(0.02)
    return _Kill(began_ms, killed_ms)


def _children(pid: int) -> list[int]:
    """Processes that it started (Linux; none elsewhere)."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(one) for one in file.read_text(encoding="ascii").split()]
    return found


async def _produce(client: httpx.AsyncClient, acknowledged: Acknowledged) -> None:
    while True:
        identifier = uuid.uuid4().hex
        answer = await client.post("/api/v1/ingest/cap", content=cap_message(identifier))
        if answer.status_code != 202:
            raise Lost(f"a bulletin was refused: {answer.text}")
        acknowledged.bulletins.append(identifier)


async def _comment(seat: FeedClient, acknowledged: Acknowledged) -> None:
    await seat.until(lambda: bool(seat.state.alerts))
    alert_id = next(iter(seat.state.alerts))
    while True:
        command_id = uuid.uuid4().hex
        result = await seat.command(CommentAlert(command_id=command_id, alert_id=alert_id, comment="thử"))
        if not result.accepted:
            raise Lost(f"a comment was refused: {result.reason}")
        acknowledged.commands.append(command_id)


def check(data: Path, acknowledged: Acknowledged) -> Report:
    """Everything that was answered is there, once, and the audit log holds. Raises: Lost."""
    heads = list(head_lines(data / "heads"))
    with _reading(data) as reading:
        records = [AuditRow(*row) for row in reading.records()]  # type: ignore[arg-type]
        events = [EventRow(*row) for row in reading.events()]  # type: ignore[arg-type]
        fault = reading.fault
    report = verify(records, heads, [read_public_key(data / "keys" / PUBLIC_FILE)], events)
    if fault or not report.good:
        raise Lost(fault or f"the audit log does not verify: {report.findings}")
    bulletins = [json.loads(event.body)["alert"]["cap"] for event in events if event.kind == "alert.raised"]
    raised: Mapping[str | None, int] = collections.Counter(cap["key"].split(",")[1] for cap in bulletins if cap)
    caused: Mapping[str | None, int] = collections.Counter(event.caused_by for event in events)
    audited = {json.loads(row.detail).get("command_id") for row in records if row.outcome == "done"}
    _each_once("bulletin", acknowledged.bulletins, raised)
    _each_once("command", acknowledged.commands, caused)
    missing = set(acknowledged.commands) - audited
    if missing:
        raise Lost(f"{len(missing)} answered commands are not in the audit log")
    twice = [key for key, count in (*raised.items(), *caused.items()) if key is not None and count > 1]
    if twice:
        raise Lost(f"{len(twice)} were stored twice, among them {twice[0]}")
    return report


def _each_once(what: str, ids: Sequence[str], found: Mapping[str | None, int]) -> None:
    missing = [one for one in ids if found.get(one) != 1]
    if missing:
        raise Lost(f"{len(missing)} of {len(ids)} acknowledged {what}s are not there once, among them {missing[0]}")


def _reading(data: Path) -> contextlib.AbstractContextManager[AuditReading]:
    return audit_reading(f"sqlite:///{data / 'trucban.sqlite3'}")


def _rows(data: Path) -> list[tuple[int, str, int, int]]:
    """Segments of the index: id, path, frames, end_ms."""
    with _reading(data) as reading:
        return [
            (int(str(row[0])), str(row[1]), int(str(row[2])), int(str(row[3])))
            for row in reading.select("SELECT segment_id, path, frames, end_ms FROM segments ORDER BY segment_id")
        ]


def _play(data: Path, known: set[int]) -> set[int]:
    """Segments that are new in the index, each played to its end. Raises: Lost."""
    new = [row for row in _rows(data) if row[0] not in known]
    for _, path, frames, _ in new:
        packets = _packets(data / "recordings" / path)
        if packets != frames:
            raise Lost(f"{path} plays {packets} pictures, the index says {frames}")
    return {row[0] for row in new}


def _packets(file: Path) -> int:
    command = ["ffprobe", "-v", "error", "-select_streams", "v", "-count_packets"]
    command += ["-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode != 0 or done.stderr.strip():
        raise Lost(f"{file.name} does not play: {done.stderr.strip()}")
    return int(done.stdout.strip().rstrip(",") or 0)


def _behind(data: Path, kill: _Kill | None) -> list[float]:
    """How much before the kill the newest pictures end that are found again, for each camera that had any."""
    if kill is None:
        return []
    with _reading(data) as reading:
        rows = list(reading.select("SELECT camera_id, start_ms, end_ms FROM segments"))
    ends: dict[str, int] = {}
    for camera_id, start_ms, end_ms in rows:
        start, end = int(str(start_ms)), int(str(end_ms))
        if kill.began_ms <= start <= kill.at_ms:
            ends[str(camera_id)] = max(end, ends.get(str(camera_id), 0))
    return [max(0.0, (kill.at_ms - end) / 1000) for end in ends.values()]


def _all_indexed(data: Path, before_s: float) -> None:
    """Waits until every file of a recording that was there at that time is in the index, or moved aside."""
    wait_until(lambda: not _outside_the_index(data, before_s), what="an index of every file")


def _outside_the_index(data: Path, before_s: float) -> list[str]:
    folder = data / "recordings"
    files = [file for camera in CAMERAS for file in (folder / camera).rglob("*.mp4")]
    known = {path for _, path, _, _ in _rows(data)}
    with contextlib.suppress(FileNotFoundError):  # moved aside meanwhile: asked again
        old = [file.relative_to(folder).as_posix() for file in files if file.stat().st_mtime < before_s]
        return [name for name in old if name not in known]
    return ["?"]


async def _state_is_the_fold(backend: BackendProcess, data: Path) -> None:
    """Raises: Lost."""
    async with feed_client(backend.feed_url, backend.local_token) as seat:
        with _reading(data) as reading:
            events = [EventRow(*row) for row in reading.events()]  # type: ignore[arg-type]
        whole = RoomState(epoch=events[-1].epoch)
        for row in events:
            event = _EVENT.validate_json(row.body)
            apply(
                whole,
                LoggedEvent(
                    seq=row.seq,
                    at_ms=row.at_ms,
                    actor=row.actor,
                    caused_by=row.caused_by,
                    origin=row.origin,
                    event=event,
                ),
            )
        theirs = await asyncio.to_thread(backend.state, backend.local_token)
        while theirs.seq != whole.seq:
            await asyncio.sleep(0.05)
            for logged in seat.events:
                if logged.seq == whole.seq + 1:
                    apply(whole, logged)
            theirs = await asyncio.to_thread(backend.state, backend.local_token)
        if not same_state(whole, theirs):
            raise Lost("the state after the restart is not the fold of the log")
