"""One bad camera or disk never stops another: what is wrong is said, the good one is recorded without a hole."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backend.gateway.parts import Parts
from backend.simulate import rtsp
from backend.simulate.encode import StreamShape
from config.camera_model import RecordingClass, RecordingConfig, Volume
from tests.system.recorder_room import known_gap, recorded, recorded_site, recording_room, until
from tests.system.rtsp_server_process import RtspServer, make_clip, rtsp_server, start_rtsp_server

pytestmark = pytest.mark.anyio

FPS = 15
SHAPE = StreamShape("small", 320, 180, FPS, 28, 300)
FRAME_MS = 1000 / FPS
CANARY = "canary-Kp83"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "clip.h264", SHAPE, 4)


@pytest.fixture(scope="module")
def server(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtspServer]:
    with rtsp_server(tmp_path_factory.mktemp("server"), {f"/cam-{n}": rtsp.Mount(clip, FPS) for n in (1, 2)}) as one:
        yield one


@contextmanager
def talker(say: Callable[[socket.socket], None]) -> Iterator[int]:
    """Port of something that takes connections and does with each what it is told, on threads of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    kept: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            kept.append(connection)
            threading.Thread(target=say, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for connection in kept:
            connection.close()


def rubbish(connection: socket.socket) -> None:
    chance = random.Random(5)
    try:
        while connection.recv(4096):
            connection.sendall(chance.randbytes(20_000))
    except OSError:
        return


def canary(address: str) -> str:
    return address.replace("rtsp://", f"rtsp://viewer:{CANARY}@")


async def assert_without_a_hole(parts: Parts, camera_id: str, since_ms: int) -> None:
    rows = await parts.segments.overlapping([camera_id], since_ms, parts.now_ms())
    assert len(rows) >= 2
    for before, after in zip(rows, rows[1:], strict=False):
        assert abs(after.start_ms - before.end_ms) <= 2 * FRAME_MS
    assert not await parts.segments.gaps([camera_id], since_ms, parts.now_ms())


async def test_bad_cameras_are_told_by_their_reason_and_the_good_one_goes_on(
    clip: Path, server: RtspServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (tmp_path / "locked").mkdir()
    (tmp_path / "frozen").mkdir()
    locked = start_rtsp_server(tmp_path / "locked", {"/cam": rtsp.Mount(clip, FPS)}, user="viewer", password="right")
    frozen = start_rtsp_server(tmp_path / "frozen", {"/cam": rtsp.Mount(clip, FPS)})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = int(taken.getsockname()[1])
    try:
        with talker(lambda connection: None) as silent, talker(rubbish) as noisy:
            addresses = {
                "cam-1": server.address("cam-1"),
                "cam-2": f"rtsp://127.0.0.1:{silent}/x",
                "cam-3": f"rtsp://127.0.0.1:{noisy}/x",
                "cam-4": locked.address("cam"),
                "cam-5": f"rtsp://127.0.0.1:{refused}/x",
                "cam-6": server.address("no-such"),
                "cam-7": frozen.address("cam"),
            }
            site = recorded_site([canary(address) for address in addresses.values()], segment_s=1.0)
            async with recording_room(site, tmp_path / "data") as parts:
                await recorded(parts, "cam-1", 1)
                await recorded(parts, "cam-7", 1)
                since_ms = (await parts.segments.overlapping(["cam-1"], 0, parts.now_ms()))[0].start_ms
                frozen.process.send_signal(signal.SIGSTOP)
                recordings = parts.room.durable.recordings
                bad = [camera_id for camera_id in addresses if camera_id != "cam-1"]
                await until(
                    lambda: all(one in recordings and recordings[one].condition == "gap" for one in bad), "the bad ones"
                )
                reasons = {one: recordings[one].reason for one in bad}
                told = frozenset(reasons.items())
                assert told >= {
                    ("cam-2", "camera không trả lời"),
                    ("cam-4", "sai tài khoản hoặc mật khẩu camera"),
                    ("cam-5", "camera từ chối kết nối"),
                    ("cam-6", "camera không có luồng này"),
                    ("cam-7", "camera không trả lời"),
                }, reasons
                assert reasons["cam-3"]
                for one in bad:
                    gap = await known_gap(parts, one)
                    assert gap.end_ms is None
                assert recordings["cam-1"].condition == "recording"
                await assert_without_a_hole(parts, "cam-1", since_ms)
                assert parts.recorder.process_id is not None
                for name in ("cmdline", "environ") if sys.platform == "linux" else ():
                    told_to_all = Path(f"/proc/{parts.recorder.process_id}/{name}").read_bytes()
                    assert CANARY.encode() not in told_to_all
                health = (await parts.recorder.health()).model_dump_json()
    finally:
        frozen.process.send_signal(signal.SIGCONT)
        frozen.close()
        locked.close()
    assert CANARY not in health
    assert CANARY not in caplog.text
    for file in (tmp_path / "data").rglob("*"):
        assert CANARY not in str(file)
        assert not file.is_file() or CANARY.encode() not in file.read_bytes(), file


def mounted(folder: Path) -> Iterator[Path]:
    """A file system of its own, which can be made to hang."""
    image, disk = folder / "disk.img", folder / "disk"
    image.write_bytes(b"")
    os.truncate(image, 48 << 20)
    disk.mkdir()
    subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
    if subprocess.run(["mount", "-o", "loop", str(image), str(disk)], check=False, capture_output=True).returncode:
        pytest.skip("no loop device")
    try:
        yield disk
    finally:
        subprocess.run(["fsfreeze", "-u", str(disk)], check=False, capture_output=True)
        subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.fixture
def slow_disk(tmp_path: Path) -> Iterator[Path]:
    yield from mounted(tmp_path)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="freezing a disk needs root")
async def test_a_disk_that_hangs_holds_up_nobody_elses_recording_and_loses_nothing(
    server: RtspServer, tmp_path: Path, slow_disk: Path
) -> None:
    site = recorded_site([server.address("cam-1"), server.address("cam-2")], segment_s=1.0)
    good = RecordingClass(name="good", mode="continuous", volume="disk")
    slow = RecordingClass(name="slow", mode="continuous", volume="slow")
    recording = RecordingConfig(
        segment_s=1.0,
        volumes=(*site.recording.volumes, Volume(name="slow", folder=str(slow_disk), floor_free_gb=0.0)),
        classes=(good, slow),
        class_of={"cam-1": "good", "cam-2": "slow"},
    )
    async with recording_room(site.model_copy(update={"recording": recording}), tmp_path / "data") as parts:
        await recorded(parts, "cam-1", 1)
        await recorded(parts, "cam-2", 1)
        since_ms = (await parts.segments.overlapping(["cam-2"], 0, parts.now_ms()))[0].start_ms
        await asyncio.to_thread(subprocess.run, ["fsfreeze", "-f", str(slow_disk)], check=True)
        try:
            frozen_ms, hung_s = parts.now_ms(), time.monotonic()
            count = len(await parts.segments.overlapping(["cam-1"], 0, parts.now_ms()))
            await recorded(parts, "cam-1", count + 4)
            assert time.monotonic() - hung_s < 10, "the other camera keeps its pace"
        finally:
            await asyncio.to_thread(subprocess.run, ["fsfreeze", "-u", str(slow_disk)], check=True)
        thawed_ms = parts.now_ms()
        end_s = time.monotonic() + 20
        while (await parts.segments.overlapping(["cam-2"], thawed_ms, thawed_ms)) == ():
            assert time.monotonic() < end_s, "the camera of the disk that hung is recorded again"
            await asyncio.sleep(0.1)
        assert thawed_ms - frozen_ms > 2000
        await assert_without_a_hole(parts, "cam-1", since_ms)
        await assert_without_a_hole(parts, "cam-2", since_ms)
