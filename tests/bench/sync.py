"""Replay of nine cameras: do their tiles show the same instant, and how soon does a seek show it?

Frame counters burnt into the footage are read back from the screen. `python -m tests.bench sync --minutes 10`.
The anchor of the seeks: decoding the same frames of the same files with one bare decoder, and nothing else.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import av

from tests.bench._sync_room import BRIEF, CAMERAS, MAIN, SEGMENT_MS, Recordings, make, served

SECONDS = 60.0
SEEKS = 30
WINDOW = "tests.bench._sync_window"


def run(brief: bool, minutes: float | None = None, data: Path | None = None) -> dict[str, object]:
    """Args: `minutes`: so long it plays at 1x; `data`: keep the recordings there, and take them from there."""
    shape = BRIEF if brief else MAIN
    seconds = minutes * 60 if minutes is not None else (5.0 if brief else SECONDS)
    with tempfile.TemporaryDirectory() as name:
        folder = data or Path(name)
        recordings = make(folder, shape)
        anchor_s = _bare_seek_s(folder, recordings)
        busy_before = os.getloadavg()[0]
        with served(folder) as backend:
            asked = {
                "url": backend.url,
                "token": backend.local_token,
                "start_ms": list(recordings.start_ms),
                "end_ms": recordings.end_ms,
                "fps": shape.fps,
                "codes": shape.codes,
                "seconds": seconds,
                "seeks": 4 if brief else SEEKS,
                "seed": 7,
            }
            figures = _in_window(asked)
    return {
        "cores": os.cpu_count(),
        "machine_load_before": round(busy_before, 1),
        "machine_load_after": round(os.getloadavg()[0], 1),
        "tiles": CAMERAS,
        "shape": asdict(shape),
        "mbit_per_s": round(recordings.bytes_per_segment * 8000 / SEGMENT_MS / 1e6, 2),
        "anchor_bare_decode_of_nine_seeks_ms": round(1000 * anchor_s),
        **figures,
    }


def _bare_seek_s(folder: Path, recordings: Recordings) -> float:
    """CPU time of opening nine files and decoding each from its key frame up to a random frame, on one core."""
    chance, shape = random.Random(3), recordings.shape
    clips = sorted((folder / "data" / "recordings").glob("clip*.mp4"))
    rounds = 5
    began_s = time.thread_time()
    for _ in range(rounds * CAMERAS):
        wanted = chance.randrange(shape.group)
        with av.open(str(chance.choice(clips))) as container:
            video = container.streams.video[0]
            video.codec_context.thread_count = 1
            for number, _ in enumerate(container.decode(video)):
                if number == wanted:
                    break
    return (time.thread_time() - began_s) / rounds


def _in_window(asked: dict[str, object]) -> dict[str, object]:
    command = [sys.executable, "-m", WINDOW]
    if not os.environ.get("DISPLAY"):
        xvfb = shutil.which("xvfb-run")
        if xvfb is None:
            raise RuntimeError("no display, and xvfb-run is not installed")
        command = [xvfb, "-a", "-s", "-screen 0 1920x1080x24", *command]
    done = subprocess.run(command, input=json.dumps(asked), check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{WINDOW} failed: {done.stderr[-2000:]}")
    figures: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures
