"""Makes the clips of a site's cameras, once: each scene as main and sub stream, loop time and frame code burnt in."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Final

import av
from av.video.reformatter import Interpolation, VideoReformatter

from backend.simulate.draw import HEIGHT, WIDTH, Mask, put_text, text_masks
from backend.simulate.encode import MAIN, SUB, Picture, StreamShape, as_picture, encode
from backend.simulate.scenes import SCENES, Scene

VERSION: Final = 2
"""Raise it when the pictures change: clips made before are then made anew."""

SIMULATED: Final = "MÔ PHỎNG"
Progress = Callable[[int, int], None]


def clip_path(folder: Path, scene: str, shape: StreamShape) -> Path:
    return folder / f"{scene}.{shape.name}.v{VERSION}.h264"


def make_clips(folder: Path, scenes: Iterable[str], progress: Progress, workers: int = 0) -> None:
    """Makes what is missing, a scene a process at a time.

    Args:
        progress: told (scenes ready, scenes in all), first at once; not called when nothing is missing.
        workers: 0 = one a processor core.

    Raises:
        SceneError: footage is missing. TextError: ffmpeg or the font is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = sorted(set(scenes))
    missing = [name for name in wanted if not all(clip_path(folder, name, shape).is_file() for shape in (MAIN, SUB))]
    if not missing:
        return
    ready = len(wanted) - len(missing)
    progress(ready, len(wanted))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers or os.cpu_count() or 1, mp_context=context) as pool:
        for done in as_completed([pool.submit(make_clip, folder, name) for name in missing]):
            done.result()
            ready += 1
            progress(ready, len(wanted))


def make_clip(folder: Path, name: str) -> None:
    """Draws one scene and encodes both streams; the sub-stream drops frames as a camera does."""
    pictures = list(_drawn(SCENES[name]()))
    for shape in (MAIN, SUB):
        encode(clip_path(folder, name, shape), _stream(pictures, shape), shape)


def _drawn(scene: Scene) -> Iterator[av.VideoFrame]:
    # Kept as YUV: a loop of RGB pictures would take 690 MB a process.
    reformatter = VideoReformatter()
    for index in range(MAIN.frames):
        frame = av.VideoFrame.from_ndarray(scene.picture(index / MAIN.fps), format="rgb24")
        yield reformatter.reformat(frame, WIDTH, HEIGHT, format="yuv420p", threads=1)


def _stream(pictures: list[av.VideoFrame], shape: StreamShape) -> Iterator[Picture]:
    reformatter = VideoReformatter()
    size_px = max(13, shape.height_px // 40)
    glyphs = text_masks((*"0123456789:.", SIMULATED), size_px)
    for index in range(shape.frames):
        frame = pictures[round(index / shape.fps * MAIN.fps) % len(pictures)]
        scaled = reformatter.reformat(
            frame, shape.width_px, shape.height_px, format="rgb24", interpolation=Interpolation.AREA, threads=1
        )
        picture = as_picture(scaled)
        _caption(picture, index / shape.fps, glyphs, size_px)
        yield picture


def _caption(picture: Picture, at_s: float, glyphs: dict[str, Mask], size_px: int) -> None:
    """ "MÔ PHỎNG 00:07.12" small in the lower right corner: loop time as mm:ss and hundredths."""
    top = picture.shape[0] - round(size_px * 1.9)
    time_text = f"{int(at_s // 60):02d}:{at_s % 60:05.2f}"
    cell = max(glyphs[digit].shape[1] for digit in "0123456789") + 1
    left = picture.shape[1] - cell * len(time_text) - size_px // 2
    put_text(picture, glyphs[SIMULATED], left - glyphs[SIMULATED].shape[1] - size_px // 2, top)
    for place, character in enumerate(time_text):
        put_text(picture, glyphs[character], left + place * cell, top)
