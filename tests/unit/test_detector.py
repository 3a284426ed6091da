"""The site's own detector: a real model that really finds something, every layout, and files that are none."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from backend.services.analytics import detector as layouts
from backend.services.analytics.child import Counting
from backend.services.analytics.detector import Detector, DetectorError, count_inside
from backend.services.analytics.messages import Detecting, Report, Watch
from backend.services.analytics.rules import Measure, ZoneMeasure
from config.analytics import read_analytics
from config.camera_model import AnalyticsCamera, AnalyticsRules, DetectorConfig, DetectorLayout
from config.problems import Problems
from config.site import load_site
from tests.system.backend_process import LAOCAI
from tests.unit.onnx_file import bright_patches
from tests.unit.test_analytics import RULES, zoned

LAMPS = DetectorConfig(name="den", model="m.onnx", layout="yolov8", width_px=64, height_px=64, classes=("lamp",))
WIDE = (180, 320)
"""Fitted into 64 x 64 it is 64 x 36, with bars of 14 above and below: the model's second row is 10 to 90 here."""


def frame(*patches: tuple[int, int]) -> av.VideoFrame:
    """A dark picture with bright patches of the model's cells: (column 0..3, row 1..2)."""
    picture = np.full((*WIDE, 3), 30, np.uint8)
    for column, row in patches:
        top = 10 + (row - 1) * 80
        picture[top : top + 80, column * 80 : (column + 1) * 80] = 250
    return av.VideoFrame.from_ndarray(picture, "rgb24")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bright_patches(tmp_path_factory.mktemp("models") / "m.onnx")


def test_what_is_there_is_found_where_it_is(model: Path) -> None:
    (box,) = Detector(LAMPS, model).look(frame((1, 1)))
    assert box.name == "lamp"
    assert box.score > 0.9
    assert [box.left, box.right] == pytest.approx([0.25, 0.5])
    assert [box.top, box.bottom] == pytest.approx([10 / 180, 90 / 180], abs=0.01)


def test_things_are_counted_where_they_stand(model: Path) -> None:
    boxes = Detector(LAMPS, model).look(frame((0, 1), (1, 2), (3, 2)))
    left, right = ((0, 0), (0.5, 0), (0.5, 1), (0, 1)), ((0.5, 0), (1, 0), (1, 1), (0.5, 1))
    assert (count_inside(boxes, left, ("lamp",)), count_inside(boxes, right, ("lamp",))) == (2, 1)
    assert count_inside(boxes, left, ("person",)) == 0


def _answer(*rows: list[float]) -> NDArray[np.float32]:
    return np.array(rows, np.float32)


@pytest.mark.parametrize(
    ("layout", "answer"),
    [
        ("yolov8", _answer([32, 16, 32, 32, 0.1, 0.9]).T[None]),
        ("yolov5", _answer([32, 16, 32, 32, 0.9, 0.1, 1.0])[None]),
        ("end_to_end", _answer([16, 0, 48, 32, 0.9, 1])[None]),
        ("ssd", _answer([0, 1, 0.9, 0.25, 0.0, 0.75, 0.5])[None, None]),
    ],
)
def test_every_layout_tells_the_same_box(layout: DetectorLayout, answer: NDArray[np.float32]) -> None:
    config = LAMPS.model_copy(update={"layout": layout, "classes": ("lamp", "car")})
    corners, scores, kinds = layouts._LAYOUTS[layout](answer, config)
    assert corners[0].tolist() == pytest.approx([0.25, 0.0, 0.75, 0.5])
    assert (scores[0], kinds[0]) == (pytest.approx(0.9), 1)


def test_of_two_boxes_of_one_thing_the_surer_stays_and_another_class_is_another_thing() -> None:
    corners = _answer([0, 0, 0.4, 0.4], [0.01, 0, 0.41, 0.4], [0, 0, 0.4, 0.4], [0.6, 0.6, 0.9, 0.9])
    scores, kinds = np.array([0.9, 0.8, 0.7, 0.6], np.float32), np.array([0, 0, 1, 0])
    assert layouts._apart(corners, scores, kinds, 0.5) == [0, 2, 3]


@pytest.mark.parametrize("body", [b"", b"\x00" * 4096, b"ONNX, says this text", bytes(range(256)) * 40])
def test_a_file_that_is_no_model_is_an_error_in_words(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(body)
    with pytest.raises(DetectorError, match=r"m\.onnx"):
        Detector(LAMPS, path)


def test_a_model_of_another_layout_is_told_with_what_would_be_right(model: Path) -> None:
    with pytest.raises(
        DetectorError, match=r"answers \[1, 5, 16\]; layout 'yolov8' with 2 classes is \[1, 4 \+ classes"
    ):
        Detector(LAMPS.model_copy(update={"classes": ("lamp", "car")}), model)
    with pytest.raises(DetectorError, match=r"layout 'ssd'"):
        Detector(LAMPS.model_copy(update={"layout": "ssd"}), model)


WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def _counting(model: Path, reports: list[Report], **more: object) -> Counting:
    zone = {"name": "sân", "use": "crowd", "polygon": WHOLE, "classes": ("lamp",), "from_count": 3}
    camera = AnalyticsCamera.model_validate({"camera_id": "c", "detector": "den", "zone": (zone,)})
    config = LAMPS.model_copy(update={"every_s": 0.1, "busy_most": 1.0, **more})
    return Counting(Watch(camera, AnalyticsRules(), 420, "rtsp://", config, model), reports.append)


def _measure() -> Measure:
    return Measure(120.0, 1.0, 1.0, 1.0, 0.0, True, {"sân": ZoneMeasure(0.0, 0.0)})


def test_counts_come_with_the_measure_and_the_detector_is_told_to_work(model: Path) -> None:
    reports: list[Report] = []
    counted = _counting(model, reports).counted(frame((0, 1), (2, 2)), _measure())
    assert counted.zones["sân"].counted == 2
    assert reports == [Detecting("c", "")]


def test_a_model_that_fails_is_told_once_and_the_measures_go_on(tmp_path: Path) -> None:
    reports: list[Report] = []
    path = tmp_path / "m.onnx"
    path.write_bytes(b"rubbish")
    counting = _counting(path, reports)
    for _ in range(3):
        assert counting.counted(frame(), _measure()) == _measure()
    (told,) = reports
    assert isinstance(told, Detecting)
    assert "m.onnx" in told.fault


def test_a_zone_with_classes_is_judged_by_their_number_and_not_at_all_while_nobody_counts() -> None:
    eye = zoned("crowd", classes=("lamp",), from_count=3)
    seen: list[bool] = []
    for counted in (2, 3, None, 3, 3, 3, 3, 3):
        eye.at_s += RULES.crowd_on_s
        measure = Measure(120.0, 1.0, 1.0, 1.0, 0.0, True, {"z": ZoneMeasure(0.0, 1.0, counted)})
        seen += [change.began for change in eye.rules.update(measure, eye.at_s)]
    assert seen == [True]


def test_mistakes_in_the_file_of_a_detector_are_told(tmp_path: Path) -> None:
    text = """
[analytics]
producer_id = "phan-tich-hinh"

[[detector]]
name = "nguoi"
model = "khong-co.onnx"
layout = "yolov8"
width_px = 640
height_px = 640
classes = ["person"]

[[detector]]
name = "ngoai"
model = "../ngoai.onnx"
layout = "yolov9"
width_px = 640
height_px = 640
classes = ["person"]

[[camera]]
camera_id = "gt-coc-leu"
detector = "nguoii"

[[camera]]
camera_id = "hc-tinh"
detector = "nguoi"
zone = [{ name = "a", use = "crowd", polygon = [[0, 0], [1, 0], [1, 1]], classes = ["persn"] }]

[[camera]]
camera_id = "tv-lao-cai"
zone = [{ name = "b", use = "crowd", polygon = [[0, 0], [1, 0], [1, 1]], classes = ["person"] }]
"""
    (tmp_path / "analytics.toml").write_text(text, encoding="utf-8")
    site, problems = load_site(LAOCAI), Problems()
    read_analytics(tmp_path, site.cameras, site.producers, site.stations, problems)
    told = "\n".join(str(one) for one in sorted(problems.found))
    for line, words in (
        (7, "there is no file 'khong-co.onnx' in the site folder"),
        (16, "layout: must be 'yolov8', 'yolov5', 'end_to_end' or 'ssd', not 'yolov9'"),
        (23, "unknown detector 'nguoii', did you mean 'nguoi'?"),
        (28, "unknown class 'persn', did you mean 'person'?"),
        (32, "only a camera with a detector counts classes"),
    ):
        assert f"analytics.toml:{line}: " in told, (line, told)
        assert words in told, (words, told)
