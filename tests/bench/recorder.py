"""CPU and bytes of the recorder for cameras of 2 Mbit/s, against `ffmpeg -c copy` of the same streams.

A real RTSP server plays 1280x720@25 at 2 Mbit/s; a whole backend records eight of them with its own recording process.
Told are the CPU-seconds of that process a camera (goal: at most 0.5 % of a core), and the bytes of the files against
the packets that `ffprobe`, reading the same stream, counts (goal: at most 1.05).
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from backend.gateway.parts import Parts
from backend.simulate import rtsp
from backend.simulate.encode import Picture, StreamShape, encode
from tests.bench._video_source import PROC, memory_bytes, process_cpu_s, thread_count
from tests.system.recorder_room import ffprobe, recorded_site, recording_room, until
from tests.system.rtsp_server_process import rtsp_server

CAMERAS = 8
SECONDS = 60.0
ROUNDS = 3
SETTLE_S = 3.0
CLIP_S = 4
SHAPE = StreamShape("main", 1280, 720, 25, 18, 2000)
GOAL_CORE_PERCENT = 0.5
GOAL_WRITTEN = 1.05


def run(brief: bool) -> dict[str, object]:
    """Recorder and anchor take turns; the median of the rounds is told, and the spread beside it."""
    rounds, cameras, seconds = (1, 2, 6.0) if brief else (ROUNDS, CAMERAS, SECONDS)
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        folder = Path(name)
        clip = folder / "clip.h264"
        encode(clip, _pictures(), SHAPE)
        # Out of step with each other, as real cameras are: key frames do not all come at once.
        mounts = {f"/c{number}": rtsp.Mount(clip, SHAPE.fps, phase_ms=number * 137.0) for number in range(cameras)}
        with rtsp_server(folder, mounts) as server:
            addresses = [server.address(mount) for mount in mounts]
            stream_bytes_s = _stream_bytes_s(addresses[0])
            taken = [_round(folder, number, addresses, seconds, stream_bytes_s) for number in range(rounds)]
    return {
        "cores": os.cpu_count(),
        "rounds": rounds,
        "cameras": cameras,
        "seconds": seconds,
        "clip": f"{SHAPE.width_px}x{SHAPE.height_px}@{SHAPE.fps}",
        "stream_mbit_s": round(stream_bytes_s * 8 / 1e6, 3),
        "goal_core_percent_per_camera": GOAL_CORE_PERCENT,
        "goal_written_per_stream_byte": GOAL_WRITTEN,
        **{key: round(statistics.median(one[key] for one in taken), 4) for key in taken[0]},
        "spread": {
            key: [round(min(one[key] for one in taken), 3), round(max(one[key] for one in taken), 3)]
            for key in ("core_percent_per_camera", "anchor_core_percent_per_camera", "ratio_to_anchor")
        },
    }


def _pictures() -> list[Picture]:
    """Coarse noise that moves: the encoder needs all it may have."""
    chance = np.random.default_rng(3)
    coarse = chance.integers(0, 255, (SHAPE.height_px // 8, SHAPE.width_px // 8, 3), np.uint8)
    picture = coarse.repeat(8, 0).repeat(8, 1)
    grain = chance.integers(0, 40, picture.shape, np.uint8) // 2
    return [np.roll(picture // 2 + np.roll(grain, index * 5, 0), index * 3, 1) for index in range(SHAPE.fps * CLIP_S)]


def _stream_bytes_s(address: str) -> float:
    """Bytes a second of the stream's packets, counted by ffprobe over two loops of the clip."""
    command = [ffprobe(), "-v", "error", "-rtsp_transport", "tcp", "-select_streams", "v"]
    command += ["-read_intervals", f"%+{3 * CLIP_S}", "-show_entries", "packet=size", "-of", "json", address]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    sizes = [int(packet["size"]) for packet in json.loads(done.stdout)["packets"]]
    frames = 2 * CLIP_S * SHAPE.fps
    assert len(sizes) >= frames, "ffprobe read two loops"
    return sum(sizes[-frames:]) / (2 * CLIP_S)


def _round(
    folder: Path, number: int, addresses: Sequence[str], seconds: float, stream_bytes_s: float
) -> dict[str, float]:
    figures = asyncio.run(_recorder(folder / f"data-{number}", addresses, seconds))
    written_bytes_s = figures.pop("file_bytes_s")
    anchor_core, anchor_bytes_s = _anchor(folder / f"anchor-{number}", addresses, seconds)
    return {
        **figures,
        "written_per_stream_byte": written_bytes_s / stream_bytes_s,
        "anchor_core_percent_per_camera": anchor_core,
        "ratio_to_anchor": figures["core_percent_per_camera"] / anchor_core,
        "anchor_written_per_stream_byte": anchor_bytes_s / stream_bytes_s,
    }


async def _recorder(data: Path, addresses: Sequence[str], seconds: float) -> dict[str, float]:
    async with recording_room(recorded_site(addresses, segment_s=10.0 if seconds > 20 else 2.0), data) as parts:
        recordings = parts.room.durable.recordings
        await until(lambda: sum(one.condition == "recording" for one in recordings.values()) == len(addresses), "all")
        await asyncio.sleep(SETTLE_S)
        pid = parts.recorder.process_id
        assert pid is not None
        began_s, cpu_s, switches = time.monotonic(), process_cpu_s(pid), _switches(pid)
        await asyncio.sleep(seconds)
        passed_s = time.monotonic() - began_s
        used_s, switched = process_cpu_s(pid) - cpu_s, _switches(pid) - switches
        assert parts.recorder.process_id == pid, "the recorder ran through"
        assert all(one.condition == "recording" for one in recordings.values())
        figures = {
            "core_percent_per_camera": 100 * used_s / passed_s / len(addresses),
            "switches_per_camera_s": switched / passed_s / len(addresses),
            "memory_mb": memory_bytes(pid) / 1e6,
            "threads_per_camera": thread_count(pid) / len(addresses),
        }
        return figures | {"file_bytes_s": await _file_bytes_s(parts)}


async def _file_bytes_s(parts: Parts) -> float:
    """Bytes of the finished files a second of what they hold."""
    rows = await parts.segments.overlapping(None, 0, parts.now_ms() + 60_000)
    size = sum(parts.segments.file(row).stat().st_size for row in rows)
    return size * 1000 / sum(row.end_ms - row.start_ms for row in rows)


def _switches(pid: int) -> int:
    """How often the process's threads gave up the processor by themselves."""
    found = 0
    for task in (PROC / str(pid) / "task").iterdir():
        for line in (task / "status").read_text(encoding="ascii").splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                found += int(line.split()[1])
    return found


def _anchor(folder: Path, addresses: Sequence[str], seconds: float) -> tuple[float, float]:
    """% of a core a camera, and bytes a second of the files, of one `ffmpeg -c copy -f mp4` a camera."""
    folder.mkdir()
    files = [folder / f"{number}.mp4" for number in range(len(addresses))]
    running = [
        subprocess.Popen(
            ["ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-i", address, "-c", "copy", "-f", "mp4", str(file)],
            stdin=subprocess.PIPE,
        )
        for address, file in zip(addresses, files, strict=True)
    ]
    try:
        asyncio.run(until(lambda: all(file.exists() and file.stat().st_size > 300_000 for file in files), "ffmpeg"))
        time.sleep(SETTLE_S)
        began_s, cpu_s = time.monotonic(), sum(process_cpu_s(one.pid) for one in running)
        time.sleep(seconds)
        passed_s = time.monotonic() - began_s
        used_s = sum(process_cpu_s(one.pid) for one in running) - cpu_s
        for one in running:
            one.communicate(b"q", timeout=20)
    finally:
        for one in running:
            one.kill()
            one.wait()
    sizes = [(file.stat().st_size, _seconds_of(file)) for file in files]
    core_percent = 100 * used_s / passed_s / len(addresses)
    return core_percent, sum(size for size, _ in sizes) / sum(length_s for _, length_s in sizes)


def _seconds_of(file: Path) -> float:
    command = [ffprobe(), "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(file)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
