"""A simulated camera really turns: what its RTSP stream shows is where its head was sent."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from backend.simulate import rtsp
from backend.simulate.encode import SUB, encode
from tests.system.rtsp_server_process import rtsp_server

OPTIONS = {"rtsp_transport": "tcp"}


def test_the_picture_is_the_part_of_the_scene_the_head_looks_at(tmp_path: Path) -> None:
    scene = np.zeros((SUB.height_px, SUB.width_px, 3), np.uint8)
    scene[:, SUB.width_px // 2 :] = 200  # dark at the left, light at the right
    clip = tmp_path / "halves.h264"
    encode(clip, (scene.copy() for _ in range(SUB.fps * 2)), SUB)
    mount = rtsp.Mount(clip, SUB.fps, turns_px=(SUB.width_px, SUB.height_px))
    with (
        rtsp_server(tmp_path, {"/cam/sub": mount}) as server,
        av.open(server.address("cam/sub"), options=OPTIONS, timeout=10.0) as container,
    ):
        means: list[float] = []

        def until(wanted: float) -> bool:
            for _ in range(SUB.fps * 8):
                frame = next(container.decode(video=0))
                assert (frame.width, frame.height) == (SUB.width_px, SUB.height_px)
                means.append(float(frame.to_ndarray(format="gray").mean()))
                if abs(means[-1] - wanted) < 15:
                    return True
            return False

        assert until(100), means[-3:]
        rtsp.turn(server.process, "/cam/sub", 1.0, 0.0, 1.0)
        assert until(200), means[-3:]
        rtsp.turn(server.process, "/cam/sub", -1.0, 0.0, 1.0)
        assert until(0), means[-3:]
