"""The doors to what was recorded, over HTTP: lists, files with Range, open files, previews; and what they refuse."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Iterator
from pathlib import Path

import av
import httpx
import pytest

from backend.contracts.recording import RecorderHealth, Segment, SegmentList
from backend.gateway.settings import GatewaySettings
from backend.services.recorder.fragments import Fragments, read_fragments
from backend.storage.segments import GapRow
from config.camera_model import RecordingClass, RecordingConfig, Volume
from config.model import SiteConfig
from tests.system.backend_in_process import OpenBackend, open_backend
from tests.system.recorder_room import WAIT_S, launched, recorded, recorded_site, recording_room, until

pytestmark = pytest.mark.anyio

FPS = 15
FRAME_MS = 1000 // FPS
GOP_S = 6
PICTURE = "videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=15/1"
ENDING = "h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
MOUNTS = {
    "/cam-1": f"( {PICTURE} ! openh264enc gop-size={FPS} ! {ENDING}",
    "/cam-2": f"( {PICTURE} ! openh264enc gop-size={FPS * GOP_S} ! {ENDING}",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteConfig]:
    with launched(tmp_path_factory.mktemp("server"), MOUNTS) as url:
        yield recorded_site([f"{url}{mount}" for mount in MOUNTS])


def asking(backend: OpenBackend, token: str | None = None) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {backend.token if token is None else token}"}
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{backend.port}/api/v1/recordings", headers=headers, timeout=20)


async def listed(client: httpx.AsyncClient, camera_id: str) -> tuple[Segment, ...]:
    now_ms = time.time_ns() // 1_000_000
    query: dict[str, str | int] = {"camera": camera_id, "start": now_ms - 600_000, "end": now_ms + 60_000}
    answer = await client.get("/segments", params=query)
    assert answer.status_code == 200, answer.text
    return SegmentList.model_validate_json(answer.content).segments


def shown_s(film: bytes) -> list[float]:
    """Times of the frames, on the film's own clock."""
    with av.open(io.BytesIO(film), "r") as container:
        return [float(frame.time or 0.0) for frame in container.decode(video=0)]


async def test_what_was_recorded_is_listed_and_fetched_whole_in_parts_and_while_it_is_written(
    site: SiteConfig, tmp_path: Path
) -> None:
    async with open_backend(tmp_path, GatewaySettings(), site) as backend, asking(backend) as client:
        await recorded(backend.parts, "cam-1", 2)
        found = await listed(client, "cam-1")
        first = next(one for one in found if not one.open)
        whole = (await client.get(f"/files/{first.segment_id}")).content
        assert len(whole) == first.bytes
        assert len(shown_s(whole)) > 0
        part = await client.get(f"/files/{first.segment_id}", headers={"Range": "bytes=100-299"})
        assert (part.status_code, part.content) == (206, whole[100:300])

        while not (now := [one for one in await listed(client, "cam-1") if one.open]):
            await asyncio.sleep(0.1)
        assert now[0].segment_id < 0
        written = await client.get(f"/open/cam-1/{now[0].start_ms}")
        if written.status_code == 200:  # 404: it was finished meanwhile
            assert len(shown_s(written.content)) > 0
            assert len(written.content) == int(written.headers["Content-Length"])

        health = RecorderHealth.model_validate_json((await client.get("/health")).content)
        camera = next(one for one in health.cameras if one.camera_id == "cam-1")
        assert camera.kept_bytes >= first.bytes
        assert camera.kept_from_ms == min(one.start_ms for one in found)
        assert [volume.name for volume in health.volumes] == ["disk"]
        assert health.volumes[0].used_bytes >= first.bytes


async def test_a_camera_with_a_key_frame_every_six_seconds_is_there_within_five_and_its_preview_plays(
    site: SiteConfig, tmp_path: Path
) -> None:
    async with open_backend(tmp_path, GatewaySettings(), site) as backend, asking(backend) as client:
        recorder = backend.parts.recorder

        def so_far() -> Fragments | None:
            file = recorder.open_path("cam-2")
            return None if file is None else read_fragments(file)

        def has_later_ones() -> bool:
            found = so_far()
            return found is not None and len(found.fragments) > 1 and not found.fragments[-1].is_key

        await until(has_later_ones, "a fragment that begins between two key frames")
        segment = (await listed(client, "cam-2"))[-1]
        assert segment.open
        assert time.time() * 1000 - segment.end_ms < 5000
        at_ms = segment.end_ms - 200
        preview = await client.get("/preview", params={"camera": "cam-2", "at": at_ms})
        assert preview.status_code == 200
        wanted_s = (at_ms - int(preview.headers["X-Start-Ms"])) / 1000
        times = shown_s(preview.content)
        assert any(abs(one - wanted_s) <= 1 / FPS for one in times)


async def test_the_doors_refuse_what_is_not_there_not_asked_rightly_or_not_allowed(
    site: SiteConfig, tmp_path: Path
) -> None:
    async with open_backend(tmp_path, GatewaySettings(), site) as backend, asking(backend) as client:
        for path in ("/files/999999", "/open/cam-1/5", "/open/no-such-camera/5", "/preview?camera=cam-1&at=5"):
            assert (await client.get(path)).status_code == 404, path
        for path in (
            "/files/0",
            "/files/..%2F..%2Ftrucban.sqlite3",
            "/segments?camera=cam-1&start=10&end=5",
            f"/segments?camera=cam-1&start=0&end={8 * 86_400_000}",
            "/segments?start=0&end=5",
        ):
            assert (await client.get(path)).status_code in (404, 422), path
        async with asking(backend, "no-such-token") as stranger:
            for path in ("/health", "/files/1", "/open/cam-1/5", "/segments?camera=cam-1&start=0&end=5"):
                assert (await stranger.get(path)).status_code == 401, path


async def test_a_recording_whose_file_or_volume_is_gone_is_told(site: SiteConfig, tmp_path: Path) -> None:
    async with open_backend(tmp_path, GatewaySettings(), site) as backend, asking(backend) as client:
        await recorded(backend.parts, "cam-1", 1)
        first = next(one for one in await listed(client, "cam-1") if not one.open)
        row = await backend.parts.segments.get(first.segment_id)
        assert row is not None
        backend.parts.segments.file(row).unlink()
        answer = await client.get(f"/files/{first.segment_id}")
        assert answer.status_code == 404
        assert "not on its disk" in answer.text
    other = RecordingConfig(volumes=(Volume(name="other", folder="elsewhere"),))
    changed = site.model_copy(update={"recording": other})
    async with open_backend(tmp_path, GatewaySettings(), changed) as backend, asking(backend) as client:
        answer = await client.get(f"/files/{first.segment_id}")
        assert answer.status_code == 404
        assert "'disk'" in answer.text


async def test_while_the_backend_was_stopped_is_a_gap_and_a_camera_taken_out_is_off(
    site: SiteConfig, tmp_path: Path
) -> None:
    async with recording_room(site, tmp_path) as parts:
        await recorded(parts, "cam-1", 1)
        await until(lambda: parts.room.durable.recordings["cam-1"].condition == "recording", "it is said")
    stopped_ms = time.time_ns() // 1_000_000
    async with recording_room(site, tmp_path) as parts:
        gaps: tuple[GapRow, ...] = ()
        async with asyncio.timeout(WAIT_S):
            while not gaps or gaps[0].end_ms is None:
                gaps = await parts.segments.gaps(["cam-1"], stopped_ms - FRAME_MS, parts.now_ms())
                await asyncio.sleep(0.1)
        (gap,) = gaps
        assert gap.reason == "stopped"
        assert gap.start_ms <= stopped_ms + FRAME_MS < (gap.end_ms or 0)
        newest = parts.recorder.open_path("cam-1")
        assert newest is not None
        assert gap.end_ms == int(newest.stem.split("-")[0])
    rule = RecordingClass(name="all", mode="off")
    off = site.recording.model_copy(update={"classes": (rule,)})
    async with recording_room(site.model_copy(update={"recording": off}), tmp_path) as parts:
        recordings = parts.room.durable.recordings
        await until(lambda: recordings["cam-1"].condition == "off", "it is off")
        assert parts.recorder.process_id is None
