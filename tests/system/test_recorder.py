"""The recorder against a real RTSP server: what it writes plays, covers the time, and is true to the clock."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from backend.contracts.events import EvidenceHeld
from backend.contracts.recording import Hold
from backend.gateway.parts import Parts
from backend.services.recorder.fragments import BrokenFileError, read_fragments
from backend.services.recorder.segment import MOVFLAGS
from backend.simulate import rtsp
from backend.simulate.encode import StreamShape
from backend.storage.segments import SegmentRow
from config.camera_model import RecordingClass, Volume
from tests.bench.frame_code import read_code
from tests.system.recorder_alerts import end_alert, raise_at
from tests.system.recorder_room import ffprobe, known_gap, launched, recorded, recorded_site, recording_room, until
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
    """The server sends frame i when the clock says so: read off the picture, it tells how true the recording's time is.

    The delay of the road is the same for the frames of both cameras, from the first one that was recorded; a machine
    that is busy sends a frame in a hundred late.
    """
    delays_ms: list[float] = []
    async with recording_room(recorded_site([server.address("cam-1"), server.address("cam-2")]), tmp_path) as parts:
        for camera_id in ("cam-1", "cam-2"):
            await recorded(parts, camera_id, 3)
            for row in (await rows_of(parts, camera_id))[:3]:
                for at_s, code in played(parts.segments.file(row)):
                    assert code is not None
                    delays_ms.append((row.start_ms + at_s * 1000 - code * FRAME_MS) % (SECONDS * 1000))
    assert len(delays_ms) > 4 * FPS
    assert max(delays_ms) < 500
    ordered = sorted(delays_ms)
    assert ordered[len(ordered) * 95 // 100] - ordered[0] <= FRAME_MS
    assert ordered[-1] - ordered[0] <= 3 * FRAME_MS


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
            gap = await known_gap(parts, "cam-1")
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


async def test_a_size_that_changes_in_the_middle_of_the_stream_begins_another_file_without_a_new_connection(
    clips: dict[str, Path], tmp_path: Path
) -> None:
    both = tmp_path / "both.h264"
    both.write_bytes(clips["small"].read_bytes() + clips["other"].read_bytes())
    with rtsp_server(tmp_path, {"/cam-1": rtsp.Mount(both, FPS)}) as server:
        async with recording_room(recorded_site([server.address("cam-1")], segment_s=60.0), tmp_path / "data") as parts:
            await recorded(parts, "cam-1", 3, 60.0)
            rows = (await rows_of(parts, "cam-1"))[:3]
            files = [parts.segments.file(row) for row in rows]
            assert not await parts.segments.gaps(["cam-1"], 0, parts.now_ms()), "the connection held"
    sizes = [(row.width_px, row.height_px) for row in rows]
    known = {(shape.width_px, shape.height_px) for shape in (SHAPE, OTHER)}
    assert set(sizes) == known
    assert all(before != after for before, after in zip(sizes, sizes[1:], strict=False))
    for row, file, size in zip(rows, files, sizes, strict=True):
        with av.open(str(file)) as container:
            shown = [(frame.width, frame.height) for frame in container.decode(video=0)]
        assert shown == [size] * row.frames, "every picture of a file has the size that its head says"
    for before, after in zip(rows, rows[1:], strict=False):
        assert abs(after.start_ms - before.end_ms) <= 2 * FRAME_MS, "nothing is lost at the change"


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


TEST_PICTURE = "videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=15/1"
H265 = f"{TEST_PICTURE} ! x265enc key-int-max=15 tune=zerolatency speed-preset=ultrafast ! h265parse ! rtph265pay"
H264 = f"{TEST_PICTURE} ! openh264enc gop-size=15 ! h264parse ! rtph264pay"
SOUND = "audiotestsrc is-live=true ! audioconvert ! audio/x-raw,channels=1"
AAC = f"{SOUND},rate=16000 ! voaacenc ! aacparse ! rtpmp4gpay name=pay1 pt=97"
ALAW = f"{SOUND},rate=8000 ! alawenc ! rtppcmapay name=pay1 pt=8"


async def test_h265_and_sound_are_copied_and_sound_that_mp4_cannot_hold_is_left_out(tmp_path: Path) -> None:
    picture = "name=pay0 pt=96 config-interval=-1"
    mounts = {
        "/cam-1": f"( {H265} {picture} )",
        "/cam-2": f"( {H264} {picture} {AAC} )",
        "/cam-3": f"( {H264} {picture} {ALAW} )",
    }
    with launched(tmp_path, mounts) as url:
        site = recorded_site([f"{url}/cam-{number}" for number in (1, 2, 3)])
        async with recording_room(site, tmp_path / "data") as parts:
            found = {}
            for camera_id in ("cam-1", "cam-2", "cam-3"):
                await recorded(parts, camera_id, 2)
                found[camera_id] = (await rows_of(parts, camera_id))[:2]
    assert [row.codec for row in found["cam-1"]] == ["hevc", "hevc"]
    assert [row.has_audio for row in found["cam-2"]] == [True, True]
    assert [row.has_audio for row in found["cam-3"]] == [False, False]
    for rows in found.values():
        for row in rows:
            file = parts.segments.file(row)
            with av.open(str(file)) as container:
                kinds = {stream.type for stream in container.streams}
                assert kinds == ({"video", "audio"} if row.has_audio else {"video"})
                assert sum(1 for _ in container.decode(video=0)) == row.frames


def test_a_damaged_or_cut_file_is_read_as_far_as_it_is_whole_and_never_worse(tmp_path: Path) -> None:
    whole = fragmented(tmp_path / "whole.mp4")
    content, fragments = whole.read_bytes(), read_fragments(whole)
    assert len(fragments.fragments) >= 4
    broken, chance = tmp_path / "broken.mp4", random.Random(7)
    for turn in range(600):
        data = bytearray(content)
        if turn % 3 == 0:
            data = data[: chance.randrange(len(data))]
        else:
            for _ in range(chance.randrange(1, 12)):
                # Mostly into the boxes' heads, where it hurts.
                place = chance.choice([one.offset for one in fragments.fragments]) if turn % 2 else 0
                data[min(len(data) - 1, place + chance.randrange(900))] = chance.randrange(256)
        broken.write_bytes(data)
        try:
            found = read_fragments(broken)
        except BrokenFileError:
            continue
        assert found.whole_bytes <= len(data)
        assert all(one.offset + one.bytes <= len(data) for one in found.fragments)


def fragmented(path: Path) -> Path:
    """A short fragmented MP4, as the recorder writes it."""
    source = make_clip(path.with_suffix(".h264"), SHAPE, SECONDS)
    with av.open(str(source)) as clip, av.open(str(path), "w", format="mp4", options={"movflags": MOVFLAGS}) as file:
        out = file.add_stream_from_template(clip.streams.video[0])
        for number, packet in enumerate(clip.demux(video=0)):
            if packet.size:
                packet.pts = packet.dts = number * 3600
                packet.time_base = Fraction(1, 54_000)
                packet.stream = out
                file.mux(packet)
    return path


async def test_what_a_killed_backend_left_is_sorted_out_at_the_next_start(server: RtspServer, tmp_path: Path) -> None:
    """Files without an entry are indexed, empty and unplayable ones are put aside; nothing stops the start."""
    folder = tmp_path / "recordings" / "cam-1" / "2026-11-23" / "01"
    folder.mkdir(parents=True)
    good = fragmented(folder / "1790000000000-main.mp4")
    good.with_suffix(".h264").unlink()
    (folder / "1790000010000-main.mp4").write_bytes(b"")
    (folder / "1790000020000-main.mp4").write_bytes(b"no film at all" * 100)
    (folder / "notes.txt").write_text("left by a person", encoding="utf-8")
    async with recording_room(recorded_site([server.address("cam-1")]), tmp_path) as parts:
        await recorded(parts, "cam-1", 1)
        row = (await rows_of(parts, "cam-1"))[0]
        assert (row.start_ms, row.frames) == (1_790_000_000_000, FPS * SECONDS)
        assert parts.segments.file(row) == good
        assert not (folder / "1790000010000-main.mp4").exists()
        broken = tmp_path / "recordings" / "broken"
        assert [one.name for one in broken.rglob("*.mp4")] == ["1790000020000-main.mp4"]
        assert (folder / "notes.txt").exists()


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounting a small disk needs root")
async def test_a_full_disk_takes_the_oldest_first_and_never_what_is_held(server: RtspServer, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], check=True)
    try:
        site = recorded_site([server.address("cam-1")], RecordingClass(name="all", mode="continuous", days=0.0), 1.0)
        small = site.recording.model_copy(
            update={"volumes": (Volume(name="disk", folder=str(disk), floor_free_gb=0.0001),)}
        )
        async with recording_room(site.model_copy(update={"recording": small}), tmp_path / "data") as parts:
            await recorded(parts, "cam-1", 1)
            first = (await rows_of(parts, "cam-1"))[0]
            hold = Hold(
                hold_id="h", alert_id="", camera_ids=("cam-1",), start_ms=first.start_ms, end_ms=first.end_ms,
                reason="vụ cháy", placed_by="lan", placed_ms=1,
            )  # fmt: skip
            await parts.room.record(lambda state: [EvidenceHeld(hold=hold)])
            room_bytes = shutil.disk_usage(disk).free - 100_000 - 20_000
            (disk / "somebody-elses").write_bytes(b"x" * room_bytes)
            newest, end_s = 0, time.monotonic() + 60
            while newest < 9:
                assert time.monotonic() < end_s, "it goes on recording on a disk that is always full"
                newest = max(newest, *(row.segment_id for row in await rows_of(parts, "cam-1")), 0)
                await parts.recorder.clean()
                await asyncio.sleep(0.3)
            left = await rows_of(parts, "cam-1")
            assert first.segment_id in {row.segment_id for row in left}, "what is held stays"
            assert parts.segments.file(first).is_file()
            assert len(left) < newest, "the oldest of the others went"
            assert all(parts.segments.file(row).is_file() for row in left)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
