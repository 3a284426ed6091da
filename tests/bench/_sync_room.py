"""Nine cameras' recordings of two hours, made of real footage with the frame code, behind the real backend's doors."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

from backend.gateway.compose import database_url
from backend.simulate.encode import Picture, burn_code
from backend.storage.database import open_database
from backend.storage.segments import NewSegment, SegmentsStore
from tests.bench._video_source import footage
from tests.system.backend_process import SMALL_SITE, BackendProcess

CAMERAS = 9
SEGMENT_MS = 10_000
MOVFLAGS = "empty_moov+default_base_moof+frag_keyframe"
RECORDING = '[recording]\nsegment_s = 10.0\n\n[[volume]]\nname = "disk"\nfolder = "recordings"\nfloor_free_gb = 0.0\n'


@dataclass(frozen=True)
class Shape:
    """`clips` segments with codes of their own, over and over. `group`: frames from key frame to key frame."""

    width_px: int
    height_px: int
    fps: int
    group: int
    rate_kbps: int
    clips: int
    hours: float

    @property
    def codes(self) -> int:
        return self.clips * SEGMENT_MS // 1000 * self.fps


MAIN = Shape(1280, 720, 25, 50, 2000, 8, 2.0)
BRIEF = Shape(640, 360, 25, 25, 700, 2, 0.5)


@dataclass(frozen=True)
class Recordings:
    """`start_ms`: of each camera's first frame; they are out of step with each other as real cameras are."""

    shape: Shape
    start_ms: tuple[int, ...]
    end_ms: int
    bytes_per_segment: float


def camera_id(number: int) -> str:
    return f"cam-{number + 1}"


def _pictures(shape: Shape) -> Iterator[Picture]:
    """The films over and over; moving noise without them."""
    films = footage()
    while True:
        if not films:
            noise = np.random.default_rng(5).integers(0, 255, (shape.height_px, shape.width_px, 3), np.uint8)
            for step in range(shape.fps):
                yield np.roll(noise, step * 3, 1)
        for film in films:
            with av.open(str(film)) as container:
                for frame in container.decode(video=0):
                    yield _rgb(frame, shape)


def _rgb(frame: VideoFrame, shape: Shape) -> Picture:
    scaled = frame.reformat(shape.width_px, shape.height_px, "rgb24", threads=1)
    picture: Picture = scaled.to_ndarray().astype(np.uint8, copy=True)
    return picture


def _clip(path: Path, pictures: Iterator[Picture], first_code: int, shape: Shape) -> None:
    with av.open(str(path), "w", format="mp4", options={"movflags": MOVFLAGS}) as container:
        stream = container.add_stream("libx264", rate=shape.fps)
        stream.width, stream.height, stream.pix_fmt = shape.width_px, shape.height_px, "yuv420p"
        rate = f"vbv-maxrate={shape.rate_kbps}:vbv-bufsize={shape.rate_kbps}"
        group = f"keyint={shape.group}:min-keyint={shape.group}:scenecut=0:open-gop=0:bframes=0"
        stream.options = {
            "preset": "veryfast", "profile": "main", "b": f"{shape.rate_kbps}k", "x264-params": f"{group}:{rate}",
        }  # fmt: skip
        for number, picture in enumerate(islice(pictures, SEGMENT_MS // 1000 * shape.fps)):
            burn_code(picture, first_code + number)
            frame = VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def make(folder: Path, shape: Shape) -> Recordings:
    """Site, database and files in `folder`, if they are not there yet; the same clips under many names (links)."""
    note = folder / "made.json"
    if note.is_file():
        told = json.loads(note.read_text(encoding="utf-8"))
        known = Recordings(Shape(**told["shape"]), tuple(told["start_ms"]), told["end_ms"], told["bytes_per_segment"])
        if known.shape == shape:
            return known
        raise SystemExit(f"{folder} holds other recordings: name an empty folder")
    site, volume = folder / "site", folder / "data" / "recordings"
    shutil.copytree(SMALL_SITE, site)
    rows = (site / "cameras.csv").read_text(encoding="utf-8").splitlines()
    lines = [",".join([camera_id(number), *rows[1].split(",")[1:]]) for number in range(CAMERAS)]
    (site / "cameras.csv").write_text("\n".join([rows[0], *lines]) + "\n", encoding="utf-8")
    (site / "recording.toml").write_text(RECORDING, encoding="utf-8")
    volume.mkdir(parents=True)
    pictures = _pictures(shape)
    clips = []
    for number in range(shape.clips):
        clips.append(volume / f"clip{number}.mp4")
        _clip(clips[-1], pictures, number * SEGMENT_MS // 1000 * shape.fps, shape)
    count = round(shape.hours * 3_600_000 / SEGMENT_MS)
    first_ms = time.time_ns() // 1_000_000 - count * SEGMENT_MS - 60_000
    starts = tuple(first_ms + number * 137 for number in range(CAMERAS))
    rows_made = []
    for number, start_ms in enumerate(starts):
        (volume / camera_id(number)).mkdir()
        for place in range(count):
            clip = clips[place % shape.clips]
            path = f"{camera_id(number)}/{place}.mp4"
            os.link(clip, volume / path)
            begin_ms = start_ms + place * SEGMENT_MS
            rows_made.append(
                NewSegment(
                    camera_id(number), "main", begin_ms, begin_ms + SEGMENT_MS, "disk", path, clip.stat().st_size,
                    SEGMENT_MS // 1000 * shape.fps, "h264", shape.width_px, shape.height_px, False, "continuous", "",
                )
            )  # fmt: skip
    asyncio.run(_insert(folder / "data", volume, rows_made))
    size = sum(clip.stat().st_size for clip in clips) / len(clips)
    made = Recordings(shape, starts, first_ms + count * SEGMENT_MS, size)
    note.write_text(json.dumps(asdict(made)), encoding="utf-8")
    return made


async def _insert(data: Path, volume: Path, rows: list[NewSegment]) -> None:
    database = open_database(database_url(data, ""))
    try:
        await SegmentsStore(database, {"disk": volume}).insert(rows)
    finally:
        await database.close()


@contextmanager
def served(folder: Path) -> Iterator[BackendProcess]:
    with BackendProcess.start(folder / "site", folder / "data", "--local-seat") as backend:
        yield backend
