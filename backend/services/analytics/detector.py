"""An object detector of the site's own (ONNX) on a camera's picture: off unless the site names one.

Only the analytics process imports this. The file is the site's: whatever is wrong with it is an error in words, and
what it does to the process is seen by who started it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from config.camera_model import DetectorConfig, DetectorLayout, Polygon

_Floats = NDArray[np.float32]

PAD_LEVEL: Final = 114
"""Grey of the bars beside a picture of another shape, as the YOLO family is trained with."""

BOXES_MOST: Final = 3000
"""Boxes above the score that are looked at; more of them are no picture but noise."""


class DetectorError(ValueError):
    """The model cannot be used; the message says what is wrong and what would be right."""


@dataclass(frozen=True, slots=True)
class Box:
    """What was found: its edges as shares of the picture's width and height."""

    name: str
    score: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def foot(self) -> tuple[float, float]:
        """Where it stands: the middle of its lower edge."""
        return ((self.left + self.right) / 2, self.bottom)


class Detector:
    """One model, used by one thread.

    Raises:
        DetectorError: there is no such file, it is no ONNX model, or OpenCV cannot run it.
    """

    def __init__(self, config: DetectorConfig, model: Path) -> None:
        self._config = config
        self._reformatter = VideoReformatter()
        if not model.is_file():
            raise DetectorError(f"there is no file {model.name!r} in the site folder")
        try:
            self._net = cv2.dnn.readNetFromONNX(str(model))
            # A model is tried at once: its layout is found wrong now and not in the night.
            self._boxes(np.full((config.height_px, config.width_px, 3), PAD_LEVEL, np.uint8))
        except cv2.error as error:
            raise DetectorError(f"{model.name!r} is no ONNX model that can be run: {_one_line(error)}") from None

    def look(self, frame: av.VideoFrame) -> list[Box]:
        """What is in the picture, surest first. Raises: DetectorError."""
        config = self._config
        scale = min(config.width_px / frame.width, config.height_px / frame.height)
        width, height = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
        small = self._reformatter.reformat(frame, width, height, "rgb24" if config.rgb else "bgr24", threads=1)
        left, top = (config.width_px - width) // 2, (config.height_px - height) // 2
        picture = np.full((config.height_px, config.width_px, 3), PAD_LEVEL, np.uint8)
        picture[top : top + height, left : left + width] = small.to_ndarray()
        try:
            found = self._boxes(picture)
        except cv2.error as error:
            raise DetectorError(_one_line(error)) from None
        return [_placed(box, (left, top, width, height), (config.width_px, config.height_px)) for box in found]

    def _boxes(self, picture: NDArray[np.uint8]) -> list[Box]:
        """Boxes as shares of the model's own picture, bars and all."""
        config = self._config
        blob = (picture.astype(np.float32) - config.mean) * np.float32(config.scale)
        self._net.setInput(np.ascontiguousarray(blob.transpose(2, 0, 1)[None]))
        output = np.asarray(self._net.forward(), np.float32)
        corners, scores, kinds = _LAYOUTS[config.layout](output, config)
        chosen = np.argsort(-scores)[:BOXES_MOST]
        chosen = chosen[scores[chosen] >= config.score_from]
        kept = _apart(corners[chosen], scores[chosen], kinds[chosen], config.nms_over)
        return [
            Box(config.classes[int(kinds[one])], float(scores[one]), *(float(edge) for edge in corners[one]))
            for one in chosen[kept]
            if 0 <= int(kinds[one]) < len(config.classes)
        ]


_Found = tuple[_Floats, _Floats, NDArray[np.int64]]
"""(left, top, right, bottom) as shares, scores, numbers of the class."""


def _yolov8(output: _Floats, config: DetectorConfig) -> _Found:
    """[1, 4 + classes, boxes]: middle and size in pixels, then a score a class (YOLOv8, v9, v11)."""
    _right(output.ndim == 3 and output.shape[1] == 4 + len(config.classes), output, "[1, 4 + classes, boxes]", config)
    rows = output[0].T
    return _middles(rows[:, :4], rows[:, 4:], config)


def _yolov5(output: _Floats, config: DetectorConfig) -> _Found:
    """[1, boxes, 5 + classes]: middle and size in pixels, a score of there being anything, then one a class."""
    _right(output.ndim == 3 and output.shape[2] == 5 + len(config.classes), output, "[1, boxes, 5 + classes]", config)
    rows = output[0]
    return _middles(rows[:, :4], rows[:, 5:] * rows[:, 4:5], config)


def _end_to_end(output: _Floats, config: DetectorConfig) -> _Found:
    """[1, boxes, 6]: edges in pixels, score, class (YOLOv10 and others that need no suppression)."""
    _right(output.ndim == 3 and output.shape[2] == 6, output, "[1, boxes, 6]", config)
    rows = output[0]
    size = np.array([config.width_px, config.height_px] * 2, np.float32)
    return rows[:, :4] / size, rows[:, 4], rows[:, 5].astype(np.int64)


def _ssd(output: _Floats, config: DetectorConfig) -> _Found:
    """[1, 1, boxes, 7]: picture, class, score, edges as shares (SSD's DetectionOutput)."""
    _right(output.ndim == 4 and output.shape[3] == 7, output, "[1, 1, boxes, 7]", config)
    rows = output[0, 0]
    return rows[:, 3:7], rows[:, 2], rows[:, 1].astype(np.int64)


_LAYOUTS: Final[dict[DetectorLayout, Callable[[_Floats, DetectorConfig], _Found]]] = {
    "yolov8": _yolov8,
    "yolov5": _yolov5,
    "end_to_end": _end_to_end,
    "ssd": _ssd,
}


def _right(so: bool, output: _Floats, wanted: str, config: DetectorConfig) -> None:
    if not so:
        raise DetectorError(
            f"the model answers {list(output.shape)}; layout {config.layout!r} with {len(config.classes)} classes "
            f"is {wanted}"
        )


def _middles(boxes: _Floats, scores: _Floats, config: DetectorConfig) -> _Found:
    size = np.array([config.width_px, config.height_px], np.float32)
    middle, half = boxes[:, :2] / size, boxes[:, 2:4] / size / 2
    return np.hstack((middle - half, middle + half)), scores.max(axis=1), scores.argmax(axis=1)


def _apart(corners: _Floats, scores: _Floats, kinds: NDArray[np.int64], over: float) -> list[int]:
    """Numbers of the boxes that are left when of two of a class that cover each other the surer one stays."""
    if not len(corners):
        return []
    boxes = [(float(one[0]), float(one[1]), float(one[2] - one[0]), float(one[3] - one[1])) for one in corners]
    kept = cv2.dnn.NMSBoxesBatched(boxes, [float(one) for one in scores], [int(one) for one in kinds], 0.0, over)
    return sorted(int(one) for one in np.asarray(kept).reshape(-1))


def _placed(box: Box, inside: tuple[int, int, int, int], size: tuple[int, int]) -> Box:
    """From shares of the model's picture to shares of the camera's."""
    left, top, width, height = inside

    def across(share: float) -> float:
        return min(1.0, max(0.0, (share * size[0] - left) / width))

    def down(share: float) -> float:
        return min(1.0, max(0.0, (share * size[1] - top) / height))

    return Box(box.name, box.score, across(box.left), down(box.top), across(box.right), down(box.bottom))


def count_inside(boxes: Sequence[Box], polygon: Polygon, names: Sequence[str]) -> int:
    """How many boxes of these classes stand inside the polygon (corners as shares of the picture)."""
    outline = np.array(polygon, np.float32)
    return sum(box.name in names and cv2.pointPolygonTest(outline, box.foot, False) >= 0 for box in boxes)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
