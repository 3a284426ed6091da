"""A large log for the replay's benchmark, made once and kept; and its doors as a process of their own."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from backend.contracts.events import LoggedEvent
from backend.contracts.state import RoomState, apply
from backend.gateway.compose import build, local_seat_token
from backend.gateway.server import GatewayServer, bound_socket, server_config
from backend.gateway.settings import GatewaySettings
from backend.services.room import SNAPSHOT_EVERY
from backend.storage.database import open_database
from backend.storage.density import DensityCount
from backend.storage.event_log import PACKING, EventLog
from config.site import load_site
from tests.unit.log_story import Story, sample_site

SITE = Path(__file__).resolve().parents[2] / "config" / "sites" / "laocai"
BEGIN_MS = 1_763_800_000_000
DAY_MS = 86_400_000
CAMERAS = 24
SERIES = 40
SEED = 20_261_123
CLOCK_STEPS = 6
SLICE = 20_000
_INSERT = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class Built:
    """What the database holds and what making it took."""

    events: int
    days: float
    spans_days: float
    first_ms: int
    last_ms: int
    snapshots: int
    snapshot_packed_bytes: float
    database_bytes: int
    build_s: float
    count_events_per_s: float


def built(folder: Path, events: int, days: float) -> Built:
    """The database in `folder`, made when it is not there yet."""
    note = folder / "built.json"
    if note.is_file():
        known = Built(**json.loads(note.read_text(encoding="utf-8")))
        if (known.events, known.days) == (events, days):
            return known
        raise SystemExit(f"{folder} holds another log ({known.events} events): name an empty folder")
    folder.mkdir(parents=True, exist_ok=True)
    print(f"making {events} events in {folder}: about {events * 550 / 1e9:.1f} GB", file=sys.stderr)
    began_s = time.perf_counter()
    last_ms, packed = asyncio.run(_make(folder, events, days))
    build_s = time.perf_counter() - began_s
    counted_s = asyncio.run(_count(folder))
    made = Built(
        events=events,
        days=days,
        spans_days=round((last_ms - BEGIN_MS) / DAY_MS, 2),
        first_ms=BEGIN_MS,
        last_ms=last_ms,
        snapshots=len(packed),
        snapshot_packed_bytes=sum(packed) / max(1, len(packed)),
        database_bytes=(folder / "trucban.sqlite3").stat().st_size,
        build_s=build_s,
        count_events_per_s=events / counted_s,
    )
    note.write_text(json.dumps(asdict(made)), encoding="utf-8")
    return made


def url(folder: Path) -> str:
    return f"sqlite:///{(folder / 'trucban.sqlite3').resolve()}"


async def _make(folder: Path, events: int, days: float) -> tuple[int, list[int]]:
    database = open_database(url(folder))
    epoch = (await EventLog.open(database)).epoch
    await database.close()
    connection = sqlite3.connect(folder / "trucban.sqlite3", isolation_level=None)
    # Only to make it: what is measured later opens it as the backend does.
    connection.execute("PRAGMA synchronous=OFF")
    site = sample_site(SITE)
    steps = sorted(random.Random(SEED).sample(range(1, events), CLOCK_STEPS))
    # By day a story runs four times as fast as by night: this mean makes the whole of it so long.
    mean_ms = days * DAY_MS / events * (12 / 1.6 + 12 / 0.4) / 24
    story = Story(site, SEED, BEGIN_MS, mean_ms, steps, step_ms=5_000).happenings()
    state, packed, seq = RoomState(epoch=epoch), [], 0
    while seq < events:
        rows, kept = [], []
        for happening in islice(story, min(SLICE, events - seq)):
            seq += 1
            event = happening.event
            logged = LoggedEvent.model_construct(
                seq=seq, at_ms=happening.at_ms, actor=happening.actor, caused_by=None, origin="", event=event
            )
            apply(state, logged)
            by_command = f"{seq:032x}" if happening.actor else None
            origin = "10.0.0.7" if happening.actor else ""
            body = event.model_dump_json()
            rows.append((seq, epoch, happening.at_ms, happening.actor, by_command, origin, event.kind, body))
            if seq % SNAPSHOT_EVERY == 0:
                kept.append((seq, state.at_ms, zlib.compress(state.snapshot().model_dump_json().encode(), PACKING)))
        connection.execute("BEGIN")
        connection.executemany(_INSERT, rows)
        connection.executemany("INSERT INTO snapshots VALUES (?, ?, ?)", kept)
        connection.execute("COMMIT")
        packed += [len(row[2]) for row in kept]
    _besides(connection, [camera.camera_id for camera in site.cameras][:CAMERAS], state.at_ms)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return state.at_ms, packed


def _besides(connection: sqlite3.Connection, cameras: list[str], last_ms: int) -> None:
    """Readings of every minute, gaps of the recordings, raw motion."""
    chance = random.Random(SEED)
    connection.execute("BEGIN")
    series = [(number, f"tram-{number // 4}", f"P{number % 4}") for number in range(1, SERIES + 1)]
    connection.executemany("INSERT INTO series VALUES (?, ?, ?)", series)
    for number in range(1, SERIES + 1):
        stamps = range(BEGIN_MS, last_ms, 60_000)
        rows = ((number, at_ms, chance.gauss(50, 9), 0, at_ms + 900, "logger") for at_ms in stamps)
        connection.executemany("INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?)", rows)
    for camera_id in cameras:
        begins = sorted({chance.randint(BEGIN_MS, last_ms) for _ in range(60)})
        missing = ((camera_id, at_ms, at_ms + chance.randint(1_000, 90_000), "mất tín hiệu") for at_ms in begins)
        connection.executemany("INSERT INTO gaps VALUES (?, ?, ?, ?)", missing)
    minutes = ((minute, chance.randint(0, 30)) for minute in range(BEGIN_MS // 60_000, last_ms // 60_000))
    connection.executemany(
        "INSERT INTO density VALUES ('motion', ?, ?)", ((minute * 60_000, count) for minute, count in minutes)
    )
    connection.execute("COMMIT")


async def _count(folder: Path) -> float:
    """Seconds that counting the whole log takes the density service when nothing else is to be done."""
    database = open_database(url(folder))
    count = DensityCount(database)
    began_s = time.perf_counter()
    while await count.count(SLICE):
        pass
    took_s = time.perf_counter() - began_s
    await database.close()
    return took_s


@contextmanager
def doors(folder: Path) -> Iterator[tuple[int, str]]:
    """(port, token) of the backend's doors over that database, in a process of their own."""
    command = [sys.executable, "-m", "tests.bench._replay_room", str(folder)]
    top = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, cwd=top, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            port, token = process.stdout.readline().split()
            yield int(port), token
        finally:
            process.stdin.close()
            process.wait(30)


async def _serve(folder: Path) -> None:
    """Every door, with the parts behind it; none of the services that write beside them."""
    site = load_site(SITE)
    database = open_database(url(folder))
    # Ten minutes after the last event, whatever the calendar says.
    after_ms = json.loads((folder / "built.json").read_text(encoding="utf-8"))["last_ms"] + 600_000
    parts = await build(site, folder, database, GatewaySettings(), lambda: after_ms)
    await parts.accounts.adopt(site.operators)
    sock = bound_socket("127.0.0.1", 0)
    listening = asyncio.Event()
    server = GatewayServer(server_config(parts), parts.feed, listening.set)
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    await listening.wait()
    print(sock.getsockname()[1], await local_seat_token(parts), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.should_exit = True
    await serving
    sock.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
