"""A backend that records a real RTSP server: a site whose cameras are the server's mounts."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from pydantic import SecretStr

from backend.gateway.compose import running
from backend.gateway.parts import Parts
from backend.simulate.rtsp import SYSTEM_PYTHON
from backend.storage.segments import GapRow
from config.camera_model import CameraConfig, RecordingClass, RecordingConfig, Volume
from config.model import SiteConfig
from config.site import load_site
from tests.system.backend_process import SMALL_SITE

WAIT_S = 30.0


def recorded_site(
    addresses: Sequence[str], rule: RecordingClass | None = None, segment_s: float = 2.0, volume: str = "recordings"
) -> SiteConfig:
    """The small site with cameras cam-1, cam-2 ... at these addresses, all of one class."""
    site = load_site(SMALL_SITE)
    cameras: list[CameraConfig] = []
    for number, address in enumerate(addresses, 1):
        changes = {"camera_id": f"cam-{number}", "main_url": SecretStr(address), "sub_url": SecretStr("")}
        cameras.append(site.cameras[0].model_copy(update=changes))
    chosen = rule or RecordingClass(name="all", mode="continuous", days=1.0)
    recording = RecordingConfig(
        segment_s=segment_s,
        volumes=(Volume(name="disk", folder=volume, floor_free_gb=0.0),),
        classes=(chosen,),
        class_of={camera.camera_id: chosen.name for camera in cameras},
    )
    return site.model_copy(update={"cameras": tuple(cameras), "recording": recording, "patrols": (), "sources": ()})


@asynccontextmanager
async def recording_room(site: SiteConfig, folder: Path) -> AsyncIterator[Parts]:
    async with running(site, folder) as parts:
        yield parts


async def until(right: Callable[[], bool], what: str, timeout_s: float = WAIT_S) -> None:
    """Raises: AssertionError when it did not come true in time."""
    end_s = time.monotonic() + timeout_s
    while not right():
        assert time.monotonic() < end_s, f"not within {timeout_s:g} s: {what}"
        await asyncio.sleep(0.05)


async def recorded(parts: Parts, camera_id: str, count: int, timeout_s: float = WAIT_S) -> None:
    """Until so many segments of a camera are finished and in the index."""
    end_s = time.monotonic() + timeout_s
    now_ms = parts.now_ms
    while len(await parts.segments.overlapping([camera_id], 0, now_ms() + 60_000)) < count:
        state = parts.room.durable.recordings.get(camera_id)
        assert time.monotonic() < end_s, f"{camera_id}: not {count} segments within {timeout_s:g} s; it is {state}"
        await asyncio.sleep(0.1)


async def known_gap(parts: Parts, camera_id: str) -> GapRow:
    """The camera's one gap, as soon as the index has it: the room is told a moment before."""
    end_s = time.monotonic() + WAIT_S
    while not (found := await parts.segments.gaps([camera_id], 0, parts.now_ms())):
        assert time.monotonic() < end_s, f"{camera_id} has no gap"
        await asyncio.sleep(0.05)
    (gap,) = found
    return gap


def ffprobe() -> str:
    found = shutil.which("ffprobe")
    assert found is not None, "ffprobe is one of the packages of packaging/setup"
    return found


@contextmanager
def launched(folder: Path, mounts: Mapping[str, str]) -> Iterator[str]:
    """Address of an RTSP server that plays these GStreamer pipelines (tests/system/rtsp_launch_server.py)."""
    file = folder / "launch.json"
    file.write_text(json.dumps(dict(mounts)), encoding="utf-8")
    script = Path(__file__).with_name("rtsp_launch_server.py")
    process = subprocess.Popen(
        [SYSTEM_PYTHON, str(script), str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline().decode().strip()
        assert line.startswith("listening on "), process.stderr.read().decode(errors="replace")
        yield line.removeprefix("listening on ")
    finally:
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()
        try:
            process.wait(3.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
