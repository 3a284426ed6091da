"""Streams in real decode workers from a real RTSP server that is stopped, killed, silent or refuses."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from backend.simulate.rtsp import Mount
from console.video.liveness import Rules
from console.video.orders import Engine
from console.video.pool import WorkerPool
from console.video.ring import Picture
from console.video.source import DecodedStream, Output
from tests.system.rtsp_server_process import RtspServer, make_clip, mounts_of, start_rtsp_server
from tests.system.tcp_relay import TcpRelay
from tests.system.video_wait import seconds_until
from widgets.tile_types import TileStatus

TILE_PX = (240, 134)
SECRET = "s3cr3t-canary"
ANSWER_S = 12.0


class Shown:
    """A stream with one output, as a tile has it."""

    def __init__(
        self, pool: WorkerPool, address: str, *, engine: Engine = "pyav", is_file: bool = False, worker: int = 0
    ) -> None:
        self.stream = DecodedStream(pool.keepers[worker], address, engine, 1, is_file=is_file)
        self.output: Output = self.stream.output(TILE_PX)

    def status(self, rules: Rules | None = None) -> TileStatus:
        return self.stream.status(rules or Rules())

    def is_live(self) -> bool:
        return self.status().state == "live"

    def is_state(self, state: str) -> bool:
        return self.status().state == state

    def newest(self) -> Picture | None:
        return self.output.ring.newest()

    def close(self) -> None:
        self.stream.release(self.output)
        self.stream.end()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "moving.h264")


@pytest.fixture(scope="module")
def still_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "still.h264", still=True)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    workers = WorkerPool(2)
    workers.start()
    yield workers
    workers.stop()
    assert workers.join(5.0)


@pytest.fixture
def server(clip: Path, still_clip: Path, tmp_path: Path) -> Iterator[RtspServer]:
    started = start_rtsp_server(tmp_path, {**mounts_of(clip, 4), "/still": Mount(still_clip, 15)})
    yield started
    started.process.send_signal(signal.SIGCONT)
    started.close()


@pytest.fixture
def shown(pool: WorkerPool, server: RtspServer) -> Iterator[Shown]:
    tile = Shown(pool, server.address("/cam-000/sub"))
    seconds_until(tile.is_live, ANSWER_S, "first live picture")
    yield tile
    tile.close()


def test_a_picture_comes_fitted_into_the_tile(shown: Shown) -> None:
    picture = shown.newest()
    assert picture is not None
    assert (picture.width_px, picture.height_px) == (238, 134)
    before = picture.sequence
    assert seconds_until(lambda: shown.output.ring.sequence >= before + 15, 5.0, "fifteen more pictures") < 4.0


def test_a_stopped_server_is_called_frozen_within_two_seconds_and_live_when_it_goes_on(
    shown: Shown, server: RtspServer
) -> None:
    server.process.send_signal(signal.SIGSTOP)
    assert seconds_until(lambda: shown.is_state("frozen"), 5.0, "frozen") < 2.6
    assert shown.status().age_s == pytest.approx(2.0, abs=0.4)
    server.process.send_signal(signal.SIGCONT)
    seconds_until(shown.is_live, ANSWER_S, "live again")


def test_a_dead_camera_is_called_lost_with_its_reason_and_comes_back_by_itself(
    shown: Shown, server: RtspServer, tmp_path: Path
) -> None:
    server.process.kill()
    server.process.wait()
    assert seconds_until(lambda: shown.is_state("lost"), 5.0, "lost") < 3.0
    seconds_until(lambda: shown.status().reason == "refused", 5.0, "the reason of the next attempt")
    again = start_rtsp_server(tmp_path, server.mounts, port=server.port)
    try:
        seconds_until(shown.is_live, ANSWER_S, "live again")
    finally:
        again.close()


def test_a_network_that_hangs_freezes_the_tile_and_afterwards_it_catches_up(
    pool: WorkerPool, server: RtspServer
) -> None:
    with TcpRelay(server.port) as relay:
        tile = Shown(pool, f"rtsp://127.0.0.1:{relay.port}/cam-001/sub")
        seconds_until(tile.is_live, ANSWER_S, "first live picture")
        relay.hold()
        seconds_until(lambda: tile.is_state("frozen"), 5.0, "frozen")
        relay.heal()
        seconds_until(lambda: tile.is_live() and tile.stream.figure("lag_s") < 0.5, ANSWER_S, "live, nothing behind")
        tile.close()


def test_cameras_that_accept_and_never_answer_delay_nobody(pool: WorkerPool, server: RtspServer) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        address = f"rtsp://127.0.0.1:{silent.getsockname()[1]}/never"
        silents = [Shown(pool, address) for _ in range(12)]
        good = Shown(pool, server.address("/cam-002/sub"))
        assert seconds_until(good.is_live, ANSWER_S, "the good camera's picture") < 3.0
        assert silents[0].is_state("connecting")
        seconds_until(lambda: silents[0].is_state("lost"), 15.0, "the silent camera is given up for now")
        assert silents[0].status().reason == "no_answer"
        for tile in (*silents, good):
            tile.close()


def test_a_killed_worker_is_replaced_and_its_tiles_live_within_five_seconds(pool: WorkerPool, shown: Shown) -> None:
    keeper = pool.keepers[0]
    restarts, pid = keeper.restarts, keeper.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    seconds_until(lambda: keeper.restarts > restarts and shown.is_state("lost"), 3.0, "the loss is seen")
    assert shown.status().reason == "worker_died"
    assert seconds_until(shown.is_live, ANSWER_S, "live again") < 5.0


def test_a_worker_that_hangs_is_seen_in_two_seconds_and_replaced(pool: WorkerPool, shown: Shown) -> None:
    keeper = pool.keepers[0]
    restarts, pid = keeper.restarts, keeper.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    assert seconds_until(lambda: shown.is_state("frozen"), 5.0, "frozen") < 2.6
    seconds_until(lambda: keeper.restarts > restarts, 8.0, "replaced")
    seconds_until(shown.is_live, ANSWER_S, "live again")


def test_a_wrong_password_is_said_without_the_password(
    pool: WorkerPool, clip: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    server = start_rtsp_server(tmp_path, mounts_of(clip, 1), user="viewer", password="right")
    wrong = Shown(pool, server.address("/cam-000/sub").replace("rtsp://", f"rtsp://viewer:{SECRET}@"))
    right = Shown(pool, server.address("/cam-000/sub").replace("rtsp://", "rtsp://viewer:right@"))
    seconds_until(lambda: wrong.is_state("lost"), ANSWER_S, "refused")
    assert wrong.status().reason == "unauthorized"
    seconds_until(right.is_live, ANSWER_S, "live with the right password")
    wrong.close()
    right.close()
    server.close()
    assert SECRET not in "".join(capfd.readouterr())
    arguments = Path(f"/proc/{pool.keepers[0].pid}/cmdline")
    if arguments.exists():
        assert SECRET.encode() not in arguments.read_bytes()


def test_a_stream_that_is_not_there_says_so(pool: WorkerPool, server: RtspServer) -> None:
    tile = Shown(pool, server.address("/nobody"))
    seconds_until(lambda: tile.status().reason == "not_found", ANSWER_S, "not found")
    tile.close()


def test_an_address_that_is_no_camera_never_reaches_the_library(pool: WorkerPool, clip: Path) -> None:
    tile = Shown(pool, str(clip))
    seconds_until(lambda: tile.status().reason == "bad_address", ANSWER_S, "refused")
    tile.close()


def test_a_picture_that_stays_the_same_is_labelled_though_pictures_arrive(pool: WorkerPool, server: RtspServer) -> None:
    soon = Rules(unchanging_after_s=2.5)
    still, moving = Shown(pool, server.address("/still")), Shown(pool, server.address("/cam-003/sub"), worker=1)
    seconds_until(lambda: still.status(soon).state == "unchanging", ANSWER_S, "unchanging")
    assert still.status(soon).age_s >= 2.5
    assert still.status().state == "live"
    seconds_until(lambda: moving.status(soon).state == "live", 2.0, "the moving one is live")
    still.close()
    moving.close()


def test_a_file_of_the_command_line_plays_for_ever(pool: WorkerPool, tmp_path: Path) -> None:
    from tests.system.rtsp_server_process import TEST_SHAPE

    path = make_clip(tmp_path / "short.h264", TEST_SHAPE, seconds=1)
    tile = Shown(pool, str(path), is_file=True)
    seconds_until(lambda: tile.output.ring.sequence > 22, ANSWER_S, "pictures of the second round")
    assert tile.is_live()
    tile.close()


def test_two_outputs_of_one_decode_have_their_own_sizes(shown: Shown) -> None:
    large = shown.stream.output((640, 360))
    assert shown.stream.output(TILE_PX) is shown.output
    seconds_until(lambda: large.ring.sequence > 0, 5.0, "the large picture")
    picture = large.ring.newest()
    assert picture is not None
    assert (picture.width_px, picture.height_px) == (640, 360)
    shown.stream.release(shown.output)
    shown.stream.release(large)
    before = shown.output.ring.sequence
    seconds_until(lambda: shown.output.ring.sequence > before, 5.0, "the small one goes on")


def test_vlc_without_rtsp_says_so_and_pyav_plays(pool: WorkerPool, server: RtspServer) -> None:
    from console.video.board import Note
    from console.video.vlc_probe import vlc_shortcoming

    shortcoming = vlc_shortcoming()
    tile = Shown(pool, server.address("/cam-001/sub"), engine="vlc", worker=1)
    seconds_until(tile.is_live, 20.0, "live, by whichever engine can")
    expected = "" if shortcoming is Note.NONE else shortcoming.name.lower()
    assert tile.status().note == expected
    tile.close()


def make_mp4(path: Path) -> Path:
    """Three seconds in a container: Debian's VLC reads no bare H.264."""
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=15)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for number in range(45):
            picture = np.full((360, 640, 3), number * 5, np.uint8)
            target.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        target.mux(stream.encode(None))
    return path


def test_vlc_plays_into_the_same_memory(pool: WorkerPool, tmp_path: Path) -> None:
    from console.video.board import Note
    from console.video.vlc_probe import vlc_shortcoming

    if vlc_shortcoming() is Note.VLC_MISSING:
        pytest.skip("libVLC is not installed")
    tile = Shown(pool, str(make_mp4(tmp_path / "clip.mp4")), engine="vlc", is_file=True, worker=1)
    seconds_until(lambda: tile.output.ring.sequence > 5, 20.0, "pictures from libVLC")
    picture = tile.newest()
    assert picture is not None
    assert (picture.width_px, picture.height_px) == TILE_PX
    tile.close()


def test_stopping_returns_at_once_even_with_a_hanging_worker(server: RtspServer) -> None:
    pool = WorkerPool(1)
    pool.start()
    tile = Shown(pool, server.address("/cam-000/sub"))
    seconds_until(tile.is_live, ANSWER_S, "live")
    pid = pool.keepers[0].pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    started_s = time.monotonic()
    tile.close()
    pool.stop()
    assert time.monotonic() - started_s < 1.0  # who waits for that worker waits for ever
    assert pool.join(5.0)
