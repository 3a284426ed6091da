"""Pictures of every size are filled to their last column and row."""

from __future__ import annotations

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.video.scale import Scaler, fitted

LIGHT = 200


def white(width_px: int, height_px: int) -> av.VideoFrame:
    planes = np.full((height_px * 3 // 2, width_px), 128, np.uint8)
    planes[:height_px] = 235
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


@pytest.mark.parametrize("source_px", [(640, 360), (1280, 720), (352, 288)])
def test_no_column_of_a_scaled_picture_is_left_out(source_px: tuple[int, int]) -> None:
    frame = white(*source_px)
    for width_px in range(32, 420, 2):
        size_px = fitted(*source_px, 1.0, (width_px, 1000))
        soiled = [np.full(size_px[0] * size_px[1] * 4 + 4096, 7, np.uint8) for _ in range(3)]
        del soiled  # memory that is used again is not black
        plane = Scaler().bgra(frame, size_px).planes[0]
        pixels = np.frombuffer(memoryview(plane), np.uint8).reshape(size_px[1], plane.line_size)
        shown = pixels[:, : size_px[0] * 4].reshape(size_px[1], size_px[0], 4)[:, :, :3]
        assert int(shown.min()) > LIGHT, f"{size_px} is not filled"


@given(st.integers(64, 4096), st.integers(64, 2160), st.floats(0.5, 2.0), st.integers(16, 3840), st.integers(16, 2160))
def test_the_fitted_size_is_even_inside_the_box_and_of_the_pictures_shape(
    width_px: int, height_px: int, aspect: float, box_width_px: int, box_height_px: int
) -> None:
    width, height = fitted(width_px, height_px, aspect, (box_width_px, box_height_px))
    assert width <= box_width_px
    assert height <= box_height_px
    assert width % 2 == height % 2 == 0
    shown = width_px * aspect / height_px
    if min(width, height) >= 16:
        assert abs(width - height * shown) <= 2 + 2 * max(shown, 1.0)
        assert max(width + 8 + 3 * shown - box_width_px, height + 8 / shown + 3 - box_height_px) >= 0, (
            "as large as can be"
        )
