"""kill -9 of what records, at random moments: of the recording process alone, and of the whole backend.

A real `python -m backend serve` records two cameras of a real RTSP server. After each kill every file that was left
open must play up to its last whole fragment and be in the index with just as many pictures, and nothing that was in the
index may be gone or play otherwise than it says.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from backend.services.recorder.fragments import BrokenFileError, read_fragments
from backend.simulate import rtsp
from backend.storage.audit_reading import audit_reading
from tests.system.backend_process import SMALL_SITE, BackendProcess, wait_until
from tests.system.recorder_room import ffprobe
from tests.system.rtsp_server_process import make_clip, rtsp_server

CAMERAS = ("cam-1", "cam-2")
LONGEST_S = 5.0
"""A round's kill comes within this time after the first picture reached the disk; files are cut each two seconds."""

MOST_IN_A_ROW = 2
GENERATION = 25
"""Rounds on one data folder."""

BACK_S = 40.0
_RECORDING = """[recording]
segment_s = 2.0
[[volume]]
name = "disk"
folder = "recordings"
floor_free_gb = 0.0
[[class]]
name = "all"
mode = "continuous"
days = 1.0
"""


class RecordingLost(AssertionError):  # noqa: N818 - what the run is about
    """A recording that was there is not there any more, or is not what the index says."""


@dataclass
class KillReport:
    """What came out; `RecordingLost` ends a run before its report.

    Attributes:
        open_files: files that a kill left open and that were indexed afterwards.
        played: files of the index that were played to their end.
        aside: files without one whole fragment.
        behind_s: how much before each kill of a file's writer the file ends.
    """

    rounds: int = 0
    recorder_kills: int = 0
    backend_kills: int = 0
    open_files: int = 0
    played: int = 0
    pictures: int = 0
    aside: int = 0
    behind_s: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    path: str
    start_ms: int
    end_ms: int
    frames: int
    bytes: int


@contextlib.contextmanager
def recorded_site_folder(folder: Path) -> Iterator[Path]:
    """The small site with cameras that answer, all of them recorded; the RTSP server runs within the block."""
    site = folder / "site"
    shutil.copytree(SMALL_SITE, site)
    clip = make_clip(folder / "clip.h264")
    mounts = {f"/{camera}": rtsp.Mount(clip, 15, phase_ms=number * 430.0) for number, camera in enumerate(CAMERAS)}
    with rtsp_server(folder, mounts) as server:
        table = (site / "cameras.csv").read_text(encoding="utf-8").splitlines()
        names = table[0].split(",")
        rows = [table[0]]
        for camera, line in zip(CAMERAS, table[1:], strict=True):
            fields = line.split(",")
            fields[names.index("main_url")] = fields[names.index("sub_url")] = server.address(camera)
            rows.append(",".join(fields))
        (site / "cameras.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        (site / "recording.toml").write_text(_RECORDING, encoding="utf-8")
        yield site


def kill_rounds(rounds: int, folder: Path, seed: int = 1, keep: bool = False) -> KillReport:
    """`rounds` kills, in turns on a few data folders data-N below `folder`, which go afterwards unless `keep`.

    Raises:
        RecordingLost: with the round and what is wrong.
    """
    chance, report = random.Random(seed), KillReport()
    folder.mkdir(parents=True, exist_ok=True)
    with recorded_site_folder(folder) as site:
        while report.rounds < rounds:
            data = folder / f"data-{report.rounds}"
            try:
                _generation(site, data, min(GENERATION, rounds - report.rounds), chance, report)
            except RecordingLost as error:
                raise RecordingLost(f"round {report.rounds} of seed {seed}: {error}") from error
            if not keep:
                shutil.rmtree(data)
    return report


def _generation(site: Path, data: Path, rounds: int, chance: random.Random, report: KillReport) -> None:
    backend = BackendProcess.start(site, data)
    known: dict[str, Row] = {}
    in_a_row = 0
    try:
        for _ in range(rounds):
            report.rounds += 1
            _until_recording(data)
            _wait_s(chance.uniform(0.0, LONGEST_S))
            # The backend waits longer and longer before it starts a recorder that keeps dying: a new one begins anew.
            whole = in_a_row == MOST_IN_A_ROW or (report.rounds > 1 and chance.random() < 1 / 3)
            in_a_row = 0 if whole else in_a_row + 1
            before = rows_of(data)
            killed_ms = _kill_backend(backend) if whole else _kill_recorder(backend)
            report.backend_kills += whole
            report.recorder_kills += not whole
            left = left_open(data, before, killed_ms)
            if whole:
                backend.kill()
                backend.restart()
            check(data, before, left, killed_ms, report)
            known |= play(data, known, report)
    finally:
        backend.kill()


def _wait_s(seconds: float) -> None:
    end_s = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() >= end_s, seconds + 5, "the moment of the kill")


def _kill_backend(backend: BackendProcess) -> int:
    """Epoch ms of the kill; its recorder must end by itself."""
    children = _children(backend.process.pid)
    backend.process.kill()
    killed_ms = time.time_ns() // 1_000_000
    backend.process.wait(10)
    wait_until(lambda: not any(_runs(pid) for pid in children), 10, "the end of a killed backend's recorder")
    return killed_ms


def _kill_recorder(backend: BackendProcess) -> int:
    """Epoch ms of the kill; the backend starts another one."""
    recorder = _recorder(backend.process.pid)
    os.kill(recorder, signal.SIGKILL)
    killed_ms = time.time_ns() // 1_000_000
    wait_until(lambda: not _runs(recorder), 10, "the end of the recorder")
    return killed_ms


def _until_recording(data: Path) -> None:
    """Until a picture of every camera is on the disk again."""

    def writing() -> bool:
        indexed = rows_of(data)
        newest = [_names(data, camera)[-1:] for camera in CAMERAS]
        return all(
            names and names[0] not in indexed and _whole(data / "recordings" / names[0])[0] > 0 for names in newest
        )

    wait_until(writing, BACK_S, "recording of every camera")


def left_open(data: Path, before: dict[str, Row], killed_ms: int) -> dict[str, tuple[int, float]]:
    """Files that the kill left out of the index: whole pictures and where they end, s."""
    return {
        name: _whole(data / "recordings" / name)
        for camera in CAMERAS
        for name in _names(data, camera)
        if name not in before and int(Path(name).name.split("-")[0]) <= killed_ms
    }


def check(
    data: Path, before: dict[str, Row], left: dict[str, tuple[int, float]], killed_ms: int, report: KillReport
) -> None:
    """Waits for the index, then compares. Raises: RecordingLost."""
    folder = data / "recordings"

    def settled() -> bool:
        now = set(rows_of(data))
        return all(name in now or not (folder / name).exists() for name in left)

    wait_until(settled, BACK_S, "the index of what was left")
    now = rows_of(data)
    for path, row in before.items():
        if now.get(path) != row:
            raise RecordingLost(f"{path} was in the index as {row}, now {now.get(path)}")
    for name, (frames, end_s) in left.items():
        found = now.get(name)
        if found is None:
            if frames:
                raise RecordingLost(f"{name} held {frames} whole pictures and is not in the index")
            report.aside += 1
            continue
        if found.frames != frames:
            raise RecordingLost(f"{name} holds {frames} whole pictures, the index says {found.frames}")
        if not found.start_ms <= found.end_ms <= killed_ms + 1000:
            raise RecordingLost(f"{name} ends at {found.end_ms}, killed at {killed_ms}")
        report.open_files += 1
        report.behind_s.append(max(0.0, (killed_ms - found.start_ms) / 1000 - end_s))


def play(data: Path, known: dict[str, Row], report: KillReport) -> dict[str, Row]:
    """Plays what is new in the index to its end; what is old must still lie there. Raises: RecordingLost."""
    folder = data / "recordings"
    rows = rows_of(data)
    for path in known:
        if not (folder / path).is_file():
            raise RecordingLost(f"{path} is in the index and not on the disk")
    for path, row in rows.items():
        if path in known:
            continue
        pictures = _pictures(folder / path)
        if pictures != row.frames:
            raise RecordingLost(f"{path} plays {pictures} pictures, the index says {row.frames}")
        report.played += 1
        report.pictures += pictures
    return rows


def _pictures(file: Path) -> int:
    command = [ffprobe(), "-v", "error", "-select_streams", "v", "-count_packets"]
    command += ["-show_entries", "stream=nb_read_packets", "-of", "json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode != 0 or done.stderr.strip():
        raise RecordingLost(f"{file.name} does not play: {done.stderr.strip()}")
    return int(json.loads(done.stdout)["streams"][0]["nb_read_packets"])


def rows_of(data: Path) -> dict[str, Row]:
    """The whole index, by path."""
    if not (data / "trucban.sqlite3").exists():
        return {}
    with audit_reading(f"sqlite:///{data / 'trucban.sqlite3'}") as reading:
        rows = [
            [str(value) for value in row]
            for row in reading.select("SELECT path, start_ms, end_ms, frames, bytes FROM segments")
        ]
    return {path: Row(path, *map(int, figures)) for path, *figures in rows}


def _names(data: Path, camera: str) -> list[str]:
    """Files of a camera as the index names them, oldest first."""
    folder = data / "recordings"
    return sorted(file.relative_to(folder).as_posix() for file in (folder / camera).rglob("*.mp4"))


def _whole(file: Path) -> tuple[int, float]:
    """Pictures in whole fragments, and where they end, s."""
    try:
        found = read_fragments(file)
    except (BrokenFileError, OSError):
        return 0, 0.0
    return sum(one.frames for one in found.fragments), found.end_s if found.fragments else 0.0


def _children(pid: int) -> list[int]:
    """Processes that it started (Linux)."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # the thread ended
            found += [int(one) for one in file.read_text(encoding="ascii").split()]
    return found


def _recorder(pid: int) -> int:
    """The recording process of a backend."""
    for child in _children(pid):
        with contextlib.suppress(OSError):
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                return child
    raise AssertionError("the backend has no recording process")


def _runs(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    return False
