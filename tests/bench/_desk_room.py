"""The room of the desk benchmark: a copy of the demonstration city on free ports, its backend, its cameras."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.simulate import rtsp
from config.site import load_site
from tests.bench._video_source import SHAPE, make_clips, phase_ms
from tests.system.backend_process import LAOCAI, BackendProcess

PRODUCERS = ("kcn-tang-loong", "logger-hoa-chat", "thuy-van", "quan-trac-do-thi", "camera-ai", "ban-tin-kttv")


@dataclass(frozen=True, slots=True)
class BenchRoom:
    """`tokens`: producer -> ingest token."""

    site: Path
    backend: BackendProcess
    operator: str
    tokens: dict[str, str]


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(item.getsockname()[1]) for item in sockets]
    for item in sockets:
        item.close()
    return ports


def copy_city(folder: Path, rtsp_port: int, feed_port: int) -> Path:
    """The demonstration city with its cameras and its bulletin feed on other ports."""
    shutil.copytree(LAOCAI, folder)
    for name, pattern, port in (("cameras.csv", r":8554/", rtsp_port), ("site.toml", r":8555/", feed_port)):
        path = folder / name
        path.write_text(re.sub(pattern, f":{port}/", path.read_text(encoding="utf-8")), encoding="utf-8")
    return folder


@contextmanager
def bench_room(folder: Path) -> Iterator[BenchRoom]:
    """Everything but the desk and the load. The cameras play real footage, 640x360@15 on both of their streams."""
    rtsp_port, feed_port = free_ports(2)
    site = copy_city(folder / "site", rtsp_port, feed_port)
    clips = make_clips(folder)
    mounts: dict[str, rtsp.Mount] = {}
    for number, camera in enumerate(load_site(site).cameras):
        mount = rtsp.Mount(clips[number % len(clips)], SHAPE.fps, phase_ms=phase_ms(number))
        mounts |= {f"/{camera.camera_id}/{stream}": mount for stream in ("main", "sub")}
    process, _ = rtsp.start(folder / "mounts.json", mounts, port=rtsp_port)
    try:
        with BackendProcess.start(site, folder / "data") as backend:
            tokens = {producer: backend.producer_token(producer) for producer in PRODUCERS}
            yield BenchRoom(site, backend, backend.add_user("do.bench"), tokens)
    finally:
        rtsp.stop(process)
