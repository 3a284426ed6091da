"""CPU of our own analytics a camera, against bare decode of the same sub-streams by ffmpeg in the same minutes.

A real RTSP server plays 640x360@15; a whole backend looks at eight of them, two pictures a second, all checks and one
zone each. Told are the CPU-seconds of its process a camera and those of `ffmpeg -threads 1 ... -f null -`.
"""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from backend.contracts.site import Producer
from backend.gateway.compose import running
from backend.simulate import rtsp
from config.camera_model import AnalyticsCamera, AnalyticsConfig, AnalyticsRules, AnalyticsZone, RecordingConfig
from tests.bench._video_source import SHAPE, make_clips, phase_ms, process_cpu_s
from tests.system.recorder_room import recorded_site, until
from tests.system.rtsp_server_process import rtsp_server

CAMERAS = 8
SECONDS = 30.0
ROUNDS = 3
ROAD = ((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0))


def run(brief: bool) -> dict[str, object]:
    """Analytics and anchor take turns; the medians of the rounds are told."""
    rounds, cameras, seconds = (1, 2, 5.0) if brief else (ROUNDS, CAMERAS, SECONDS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = make_clips(folder)
        mounts = {
            f"/c{number}": rtsp.Mount(clips[number % len(clips)], SHAPE.fps, phase_ms=phase_ms(number))
            for number in range(cameras)
        }
        with rtsp_server(folder, mounts) as server:
            addresses = [server.address(mount) for mount in mounts]
            ours = [asyncio.run(_ours(folder / f"data-{number}", addresses, seconds)) for number in range(rounds)]
            bare = [_bare(addresses, seconds) for _ in range(rounds)]
    core, anchor = statistics.median(ours), statistics.median(bare)
    return {
        "cores": os.cpu_count(),
        "rounds": rounds,
        "cameras": cameras,
        "seconds": seconds,
        "stream": f"{SHAPE.width_px}x{SHAPE.height_px}@{SHAPE.fps}",
        "core_percent_per_camera": round(core, 3),
        "bare_decode_core_percent": round(anchor, 3),
        "ratio": round(core / anchor, 2),
        "rounds_percent": [round(one, 3) for one in ours],
    }


async def _ours(data: Path, addresses: Sequence[str], seconds: float) -> float:
    site = recorded_site(addresses)
    zone = AnalyticsZone(name="road", use="traffic", polygon=ROAD)
    looked_at = tuple(AnalyticsCamera(camera_id=one.camera_id, zone=(zone,)) for one in site.cameras)
    own = Producer(producer_id="own", name_vi="", name_en="", door="rtsp", expect_every_s=0)
    changes = {
        "analytics": AnalyticsConfig(producer_id="own", rules=AnalyticsRules(), cameras=looked_at),
        "producers": (*site.producers, own),
        "recording": RecordingConfig(),
    }
    async with running(site.model_copy(update=changes), data) as parts:
        sights = parts.analytics.sights
        await until(lambda: all(not one.code for one in sights.values()), "all cameras are looked at")
        (pid,) = parts.analytics.process_ids
        began_s, cpu_s = time.monotonic(), process_cpu_s(pid)
        await asyncio.sleep(seconds)
        used_s, passed_s = process_cpu_s(pid) - cpu_s, time.monotonic() - began_s
        assert all(not one.code for one in sights.values())
    return 100 * used_s / passed_s / len(addresses)


def _bare(addresses: Sequence[str], seconds: float) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = ["ffmpeg", "-v", "error", "-threads", "1", "-rtsp_transport", "tcp", "-t", f"{seconds}"]
    players = [subprocess.Popen([*words, "-i", address, "-f", "null", "-"]) for address in addresses]
    for player in players:
        player.wait(seconds + 60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 100 * used_s / seconds / len(addresses)
