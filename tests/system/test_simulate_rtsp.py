"""The RTSP server of the demonstration, as a viewer sees it: a real process, a real client."""

from __future__ import annotations

import itertools
import signal
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from backend.simulate import rtsp
from backend.simulate.encode import MAIN, SUB, StreamShape
from tests.bench.frame_code import age_s, read_code
from tests.system.rtsp_server_process import RtspServer, make_clip, mounts_of, rtsp_server, start_rtsp_server

SECONDS = 2
SUB_FRAMES, MAIN_FRAMES = SUB.fps * SECONDS, MAIN.fps * SECONDS
OPTIONS = {"rtsp_transport": "tcp", "analyzeduration": "200000"}


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clips")
    return {shape.name: make_clip(folder / f"{shape.name}.h264", shape, SECONDS) for shape in (MAIN, SUB)}


@pytest.fixture(scope="module")
def server(clips: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtspServer]:
    mounts = {
        "/cam/main": rtsp.Mount(clips["main"], MAIN.fps),
        "/cam/sub": rtsp.Mount(clips["sub"], SUB.fps),
        "/late/sub": rtsp.Mount(clips["sub"], SUB.fps, phase_ms=700.0),
    }
    with rtsp_server(tmp_path_factory.mktemp("server"), mounts) as running:
        yield running


def frames(address: str, count: int) -> list[tuple[int | None, int | None, Fraction, float]]:
    """(frame code, pts, time base, seen at) of the first `count` frames."""
    found = []
    with av.open(address, options=OPTIONS, timeout=10.0) as container:
        for frame in itertools.islice(container.decode(video=0), count):
            seen_s = time.time()
            assert frame.time_base is not None
            found.append(
                (read_code(np.asarray(frame.to_ndarray(format="gray"), np.uint8)), frame.pts, frame.time_base, seen_s)
            )
    return found


@pytest.mark.parametrize(("mount", "shape"), [("cam/main", MAIN), ("cam/sub", SUB)])
def test_both_streams_decode_in_their_size_and_carry_their_frame_code(
    server: RtspServer, mount: str, shape: StreamShape
) -> None:
    with av.open(server.address(mount), options=OPTIONS, timeout=10.0) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.codec_context.name) == (shape.width_px, shape.height_px, "h264")
    codes = [code for code, *_ in frames(server.address(mount), 40)]
    assert None not in codes
    loop = shape.fps * SECONDS
    assert all(after == (before + 1) % loop for before, after in itertools.pairwise(codes) if before is not None)


def test_time_stamps_run_on_past_the_end_of_the_clip(server: RtspServer) -> None:
    seen = frames(server.address("cam/sub"), SUB_FRAMES * 2 + SUB.fps)
    codes = [code for code, *_ in seen]
    assert codes.count(0) >= 2
    # The first second is a catch-up from the last key frame; after it the steps are even.
    steady = [(pts, base) for _, pts, base, _ in seen[SUB.fps + 2 :] if pts is not None]
    steps = [float((after - before) * base) for (before, base), (after, _) in itertools.pairwise(steady)]
    assert len(steps) > SUB_FRAMES
    assert max(abs(step - 1 / SUB.fps) for step in steps) < 0.002


def test_frames_leave_in_step_with_the_clock(server: RtspServer) -> None:
    for mount, phase_ms in (("cam/sub", 0.0), ("late/sub", 700.0)):
        ages = [
            age_s(code, SUB_FRAMES, SUB.fps, seen_s, phase_ms)
            for code, _, _, seen_s in frames(server.address(mount), SUB_FRAMES)[SUB.fps + 2 :]
            if code is not None
        ]
        # A frame is not there before it left, nor much later: half of them within four frame intervals.
        assert sorted(ages)[len(ages) // 2] < 4 / SUB.fps, mount


def test_two_viewers_of_one_camera_each_get_every_frame(server: RtspServer) -> None:
    with (
        av.open(server.address("cam/sub"), options=OPTIONS, timeout=10.0) as first,
        av.open(server.address("cam/sub"), options=OPTIONS, timeout=10.0) as second,
    ):
        streams = [container.decode(video=0) for container in (first, second)]
        seen: tuple[list[int | None], list[int | None]] = ([], [])
        for _ in range(SUB_FRAMES):
            for stream, codes in zip(streams, seen, strict=True):
                codes.append(read_code(np.asarray(next(stream).to_ndarray(format="gray"), np.uint8)))
    for codes in seen:
        assert None not in codes
        assert set(codes) == set(range(SUB_FRAMES))


def test_a_server_that_was_killed_comes_back_on_its_port(clips: dict[str, Path], tmp_path: Path) -> None:
    mounts = mounts_of(clips["sub"], 2)
    first = start_rtsp_server(tmp_path, mounts)
    first.process.send_signal(signal.SIGKILL)
    first.process.wait(5)
    with pytest.raises(av.FFmpegError):
        frames(first.address("cam-000/sub"), 1)
    with rtsp_server(tmp_path, mounts, port=first.port) as again:
        assert again.url == first.url
        assert frames(again.address("cam-001/sub"), 3)[2][0] is not None
    first.close()


def test_a_password_is_asked_for(clips: dict[str, Path], tmp_path: Path) -> None:
    server = start_rtsp_server(tmp_path, mounts_of(clips["sub"], 1), user="mai", password="bi mat")
    try:
        with pytest.raises(av.FFmpegError):
            frames(server.address("cam-000/sub"), 1)
        address = server.address("cam-000/sub").replace("rtsp://", "rtsp://mai:bi%20mat@")
        assert len(frames(address, 3)) == 3
    finally:
        server.close()


def test_a_taken_port_and_a_broken_clip_are_told(server: RtspServer, clips: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(rtsp.RtspServerError, match="in use"):
        start_rtsp_server(tmp_path, mounts_of(clips["sub"], 1), port=server.port)
    empty = tmp_path / "empty.h264"
    empty.write_bytes(b"nothing")
    with pytest.raises(rtsp.RtspServerError, match="no access unit delimiters"):
        start_rtsp_server(tmp_path, mounts_of(empty, 1))


def test_the_server_ends_with_its_parent(clips: dict[str, Path], tmp_path: Path) -> None:
    server = start_rtsp_server(tmp_path, mounts_of(clips["sub"], 1))
    assert server.process.stdin is not None
    server.process.stdin.close()
    assert server.process.wait(5) == 0
    server.close()
