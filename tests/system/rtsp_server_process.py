"""A real RTSP server for tests: GStreamer's, in a child process, on a free port."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from backend.simulate import rtsp
from backend.simulate.encode import Picture, StreamShape, encode


@dataclass
class RtspServer:
    """A running server. `process` may be stopped, continued or killed by a test; `close` ends it."""

    process: subprocess.Popen[bytes]
    url: str
    mounts_file: Path
    mounts: Mapping[str, rtsp.Mount] = field(default_factory=dict)

    def address(self, mount: str) -> str:
        """rtsp://127.0.0.1:PORT/mount"""
        return f"{self.url}/{mount.lstrip('/')}"

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def close(self) -> None:
        rtsp.stop(self.process)


def start_rtsp_server(
    folder: Path, mounts: Mapping[str, rtsp.Mount], port: int = 0, user: str = "", password: str = ""
) -> RtspServer:
    """Starts the server with `mounts` ("/cam/sub" -> Mount) and returns when it listens.

    Args:
        folder: where the mounts file is written.
        port: 0 = a free one; give the old one to bring a dead server back.
    """
    process, url = rtsp.start(folder / "mounts.json", mounts, port=port, user=user, password=password)
    return RtspServer(process, url, folder / "mounts.json", mounts)


@contextmanager
def rtsp_server(folder: Path, mounts: Mapping[str, rtsp.Mount], port: int = 0) -> Iterator[RtspServer]:
    """`start_rtsp_server` that ends with the block."""
    server = start_rtsp_server(folder, mounts, port)
    try:
        yield server
    finally:
        server.close()


TEST_SHAPE = StreamShape("test", 640, 360, 15, 26, 700)


def make_clip(path: Path, shape: StreamShape = TEST_SHAPE, seconds: int = 4, still: bool = False) -> Path:
    """A small clip with moving bars (or a still picture) and the frame code; about a second to make."""

    def pictures() -> Iterator[Picture]:
        for index in range(shape.fps * seconds):
            picture = np.full((shape.height_px, shape.width_px, 3), 70, np.uint8)
            left = 40 if still else index * 7 % (shape.width_px - 60)
            picture[60:-80, left : left + 60] = (200, 120, 40)
            yield picture

    encode(path, pictures(), shape)
    return path


def mounts_of(clip: Path, count: int, fps: int = 15) -> dict[str, rtsp.Mount]:
    """`count` mounts /cam-000/sub ... that all play `clip`."""
    return {f"/cam-{number:03d}/sub": rtsp.Mount(clip, fps) for number in range(count)}


def written_mounts(server: RtspServer) -> dict[str, object]:
    """What the server was told, as read back from its file."""
    found: dict[str, object] = json.loads(server.mounts_file.read_text(encoding="utf-8"))
    return found
