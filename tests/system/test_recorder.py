"""The recorder against a real RTSP server: what it writes plays, covers the time, and is true to the clock."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from backend.gateway.parts import Parts
from backend.services.recorder.fragments import read_fragments
from backend.simulate import rtsp
from backend.simulate.encode import StreamShape
from backend.storage.segments import SegmentRow
from config.model import RecordingClass
from tests.bench.frame_code import read_code
from tests.system.recorder_alerts import end_alert, raise_at
from tests.system.recorder_room import ffprobe, recorded, recorded_site, recording_room, until
from tests.system.rtsp_server_process import RtspServer, make_clip, rtsp_server, start_rtsp_server

pytestmark = pytest.mark.anyio

FPS = 15
SHAPE = StreamShape("small", 320, 180, FPS, 28, 300)
OTHER = StreamShape("other", 480, 270, FPS, 28, 300)
SECONDS = 4
FRAME_MS = 1000 / FPS


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clips")
    return {shape.name: make_clip(folder / f"{shape.name}.h264", shape, SECONDS) for shape in (SHAPE, OTHER)}


@pytest.fixture(scope="module")
def server(clips: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtspServer]:
    mounts = {f"/cam-{number}": rtsp.Mount(clips["small"], FPS) for number in (1, 2)}
    with rtsp_server(tmp_path_factory.mktemp("server"), mounts) as running:
        yield running


async def rows_of(parts: Parts, camera_id: str) -> tuple[SegmentRow, ...]:
    return await parts.segments.overlapping([camera_id], 0, parts.now_ms() + 60_000)


def played(file: Path) -> list[tuple[float, int | None]]:
    """(seconds on the file's clock, frame code) of every frame."""
    with av.open(str(file)) as container:
        return [
            (float(frame.time or 0.0), read_code(np.asarray(frame.to_ndarray(format="gray"), np.uint8)))
            for frame in container.decode(video=0)
        ]


async def test_segments_play_follow_each_other_without_a_hole_and_lose_no_frame(
    server: RtspServer, tmp_path: Path
) -> None:
    async with recording_room(recorded_site([server.address("cam-1"), server.address("cam-2")]), tmp_path) as parts:
        await recorded(parts, "cam-1", 3)
        await recorded(parts, "cam-2", 3)
        assert parts.room.durable.recordings["cam-1"].condition == "recording"
        rows = (await rows_of(parts, "cam-1"))[:3]
        files = [parts.segments.file(row) for row in rows]
    codes: list[int] = []
    for row, file in zip(rows, files, strict=True):
        subprocess.run([ffprobe(), "-v", "error", str(file)], check=True, capture_output=True)
        frames = played(file)
        assert len(frames) == row.frames
        assert frames[0][0] == pytest.approx(0.0, abs=0.001)
        codes += [code for _, code in frames if code is not None]
        assert (row.codec, row.width_px, row.height_px) == ("h264", SHAPE.width_px, SHAPE.height_px)
        assert row.bytes == file.stat().st_size
    for before, after in zip(rows, rows[1:], strict=False):
        assert abs(after.start_ms - before.end_ms) <= FRAME_MS
    steps = {(after - before) % (FPS * SECONDS) for before, after in zip(codes, codes[1:], strict=False)}
    assert steps == {1}, "every frame of the stream is in the files, once and in order"


async def test_the_index_says_when_a_frame_was_taken_to_within_a_frame(server: RtspServer, tmp_path: Path) -> None:
    """Two cameras that play one clip in step: the same picture has the same wall clock in both recordings."""
    async with recording_room(recorded_site([server.address("cam-1"), server.address("cam-2")]), tmp_path) as parts:
        await recorded(parts, "cam-1", 2)
        await recorded(parts, "cam-2", 2)
        shown: list[dict[int, list[float]]] = []
        for camera_id in ("cam-1", "cam-2"):
            taken: dict[int, list[float]] = {}
            for row in (await rows_of(parts, camera_id))[:2]:
                for at_s, code in played(parts.segments.file(row)):
                    if code is not None:
                        taken.setdefault(code, []).append(row.start_ms + at_s * 1000)
            shown.append(taken)
    differences = [
        min(abs(one - other) for other in shown[1][code])
        for code, times in shown[0].items()
        if code in shown[1]
        for one in times
    ]
    assert len(differences) > FPS
    assert float(np.median(differences)) <= FRAME_MS


async def test_a_lost_camera_is_a_gap_and_closes_when_it_is_back(clips: dict[str, Path], tmp_path: Path) -> None:
    mounts = {"/cam-1": rtsp.Mount(clips["small"], FPS)}
    first = start_rtsp_server(tmp_path, mounts)
    port = first.port
    try:
        async with recording_room(recorded_site([first.address("cam-1")]), tmp_path / "data") as parts:
            await recorded(parts, "cam-1", 1)
            first.close()
            lost = parts.room.durable.recordings
            await until(lambda: lost["cam-1"].condition == "gap", "the gap is told")
            assert lost["cam-1"].reason
            (gap,) = await parts.segments.gaps(["cam-1"], 0, parts.now_ms())
            assert gap.end_ms is None
            before = len(await rows_of(parts, "cam-1"))
            second = start_rtsp_server(tmp_path, mounts, port=port)
            try:
                recordings = parts.room.durable.recordings
                await until(lambda: recordings["cam-1"].condition == "recording", "it records again")
                await recorded(parts, "cam-1", before + 1)
                (gap,) = await parts.segments.gaps(["cam-1"], 0, parts.now_ms())
                assert gap.end_ms is not None
                assert gap.end_ms > gap.start_ms
            finally:
                second.close()
    finally:
        first.close()


async def test_another_picture_size_begins_another_file_and_both_play(clips: dict[str, Path], tmp_path: Path) -> None:
    first = start_rtsp_server(tmp_path, {"/cam-1": rtsp.Mount(clips["small"], FPS)})
    port = first.port
    async with recording_room(recorded_site([first.address("cam-1")]), tmp_path / "data") as parts:
        await recorded(parts, "cam-1", 1)
        first.close()
        second = start_rtsp_server(tmp_path, {"/cam-1": rtsp.Mount(clips["other"], FPS)}, port=port)
        try:
            end_s = time.monotonic() + 30
            while {row.width_px for row in await rows_of(parts, "cam-1")} != {SHAPE.width_px, OTHER.width_px}:
                assert time.monotonic() < end_s, "both sizes are recorded"
                await asyncio.sleep(0.1)
            rows = await rows_of(parts, "cam-1")
        finally:
            second.close()
        for row in rows:
            frames = played(parts.segments.file(row))
            assert len(frames) == row.frames


async def test_a_killed_recorder_is_started_again_and_what_it_left_is_indexed(
    server: RtspServer, tmp_path: Path
) -> None:
    async with recording_room(recorded_site([server.address("cam-1")], segment_s=60.0), tmp_path) as parts:
        await until(lambda: parts.recorder.open_path("cam-1") is not None, "a file is being written")
        file = parts.recorder.open_path("cam-1")
        assert file is not None

        def fragments() -> int:
            try:
                return len(read_fragments(file).fragments)
            except (OSError, ValueError):
                return 0

        await until(lambda: fragments() >= 2, "some of it is on the disk")
        kept = fragments()
        killed = parts.recorder.process_id
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        await until(lambda: parts.recorder.process_id not in (None, killed), "another one runs")
        await recorded(parts, "cam-1", 1)
        row = (await rows_of(parts, "cam-1"))[0]
        assert parts.segments.file(row) == file
        assert row.frames > 0
        assert len(read_fragments(file).fragments) >= kept
        subprocess.run([ffprobe(), "-v", "error", str(file)], check=True, capture_output=True)
        await until(lambda: parts.recorder.open_path("cam-1") not in (None, file), "it records again")


async def test_event_mode_keeps_the_seconds_before_the_alert(server: RtspServer, tmp_path: Path) -> None:
    rule = RecordingClass(name="event", mode="event", pre_s=2.0, post_s=1.0, days=1.0)
    async with recording_room(recorded_site([server.address("cam-1")], rule), tmp_path) as parts:
        recordings = parts.room.durable.recordings
        await until(lambda: "cam-1" in recordings and recordings["cam-1"].condition == "waiting", "it waits")
        began_s = time.monotonic()
        await until(lambda: time.monotonic() - began_s > 4.0, "the ring is full")
        assert not await rows_of(parts, "cam-1")
        raised_ms = parts.now_ms()
        await raise_at(parts, "cam-1")
        await until(lambda: recordings["cam-1"].condition == "recording", "it records")
        await recorded(parts, "cam-1", 1)
        await end_alert(parts)
        await until(lambda: recordings["cam-1"].condition == "waiting", "it waits again")
        rows = await rows_of(parts, "cam-1")
        assert raised_ms - 2 * SECONDS * 1000 <= rows[0].start_ms <= raised_ms - 2000
        assert all(row.cause == "event" for row in rows)
