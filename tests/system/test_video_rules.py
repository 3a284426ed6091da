"""The rules of live video that need no process: addresses, liveness, stream choice, retries, rings."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.video.address import AddressRefusedError, checked
from console.video.board import ROW, Board, Phase, Reason
from console.video.choice import MAIN_FROM_PX, Stream, choose
from console.video.liveness import Rules, judge
from console.video.orders import OpenStream
from console.video.own import own_cameras
from console.video.retry import CAP_S, delay_s
from console.video.ring import FrameRing, stride_bytes
from console.video.scale import fitted
from console.video.watch import ChangeWatch, Lag, Rate

SECRET = "s3cr3t-canary"


@pytest.mark.parametrize("address", ["rtsp://10.0.0.7/live", "rtsps://u:p@cam.example:322/a?b=c", "RTSP://Cam/1"])
def test_camera_addresses_are_taken(address: str) -> None:
    assert checked(address) == address


@pytest.mark.parametrize(
    "address",
    [
        f"http://u:{SECRET}@host/x", "https://host/x", "file:///etc/passwd", "/etc/passwd", "C:\\clip.mp4", "clip.mp4",
        f"concat:rtsp://a|rtsp://u:{SECRET}@b",
        "exec:ffmpeg -i x", "rtmp://host/x", "udp://host:1", "data:video/mp4,aa",
        "subfile,,start,1,,:rtsp://a/b", "rtsp:///nohost", "rtsp://[bad/x", "rtsp://host/a\r\nInjected: 1", "", "rtsp:",
    ],
)  # fmt: skip
def test_other_addresses_are_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(AddressRefusedError) as refusal:
        checked(address)
    assert SECRET not in str(refusal.value)


def test_files_open_only_when_the_command_line_named_them() -> None:
    assert checked("clips/road.mp4", file_allowed=True) == "clips/road.mp4"
    cameras, _ = own_cameras(["clips/road.mp4", f"rtsp://u:{SECRET}@10.0.0.9/x"])
    assert [(one.name, one.is_file) for one in cameras.values()] == [("road.mp4", True), ("10.0.0.9", False)]


def test_an_order_shows_no_address_when_printed() -> None:
    assert SECRET not in repr(OpenStream(3, f"rtsp://u:{SECRET}@h/x"))


def row_of(**fields: float) -> np.void:
    rows = np.zeros(1, ROW)
    for name, value in fields.items():
        rows[name] = value
    row: np.void = rows[0]
    return row


PLAYING = {"phase": Phase.PLAYING, "frames": 90, "asked_s": 10.0, "changed_s": 99.5, "fps": 15.0, "nominal_fps": 15.0}


@pytest.mark.parametrize(
    ("fields", "state", "age_s"),
    [
        ({"phase": Phase.CONNECTING, "asked_s": 97.0}, "connecting", 3.0),
        ({"phase": Phase.LOST, "asked_s": 97.0, "reason": Reason.REFUSED}, "lost", 3.0),
        ({**PLAYING, "frame_s": 99.95}, "live", 0.0),
        ({**PLAYING, "frame_s": 98.01}, "slow", 1.99),
        ({**PLAYING, "frame_s": 98.0}, "frozen", 2.0),
        ({**PLAYING, "frame_s": 40.0}, "frozen", 60.0),
        ({**PLAYING, "frame_s": 99.95, "fps": 7.0}, "slow", 1 / 7),
        ({**PLAYING, "frame_s": 99.95, "lag_s": 3.0}, "slow", 3.0),
        ({**PLAYING, "frame_s": 99.95, "changed_s": 70.0}, "unchanging", 30.0),
        ({**PLAYING, "phase": Phase.LOST, "frame_s": 99.9, "reason": Reason.ENDED}, "lost", 0.1),
    ],
)
def test_a_stream_is_judged_by_its_ages(fields: dict[str, float], state: str, age_s: float) -> None:
    status = judge(row_of(**fields), 100.0)
    assert status.state == state
    assert status.age_s == pytest.approx(age_s)


@given(age_s=st.floats(0, 1e6), fps=st.floats(0, 60), lag_s=st.floats(0, 60), unchanged_s=st.floats(0, 1e6))
def test_no_picture_older_than_two_seconds_is_ever_called_live(
    age_s: float, fps: float, lag_s: float, unchanged_s: float
) -> None:
    now_s = 2e6
    row = row_of(**{**PLAYING, "frame_s": now_s - age_s, "fps": fps, "lag_s": lag_s, "changed_s": now_s - unchanged_s})
    status = judge(row, now_s, Rules())
    if now_s - (now_s - age_s) >= 2.0:
        assert status.state == "frozen"


def test_a_reason_has_words_to_look_up() -> None:
    lost = row_of(phase=Phase.LOST, asked_s=1.0, reason=Reason.UNAUTHORIZED)
    assert judge(lost, 2.0).reason == "unauthorized"


def test_small_tiles_take_the_sub_stream_and_large_ones_the_main_stream() -> None:
    def choice(width_px: int, before: Stream | None) -> Stream:
        return choose((width_px, width_px), "auto", before, has_main=True, has_sub=True)

    assert choice(240, None) == "sub"
    assert choice(1920, None) == "main"
    between = MAIN_FROM_PX
    assert (choice(between, "main"), choice(between, "sub")) == ("main", "sub")
    assert choose((1920, 1080), "auto", None, has_main=False, has_sub=True) == "sub"
    assert choose((240, 135), "main", None, has_main=True, has_sub=True) == "main"


@pytest.mark.parametrize(("main_from_px", "stream"), [(300, "main"), (2000, "sub"), (0, "main")])
def test_from_which_width_the_main_stream_is_taken_is_a_setting(main_from_px: int, stream: Stream) -> None:
    assert choose((700, 700), "auto", None, has_main=True, has_sub=True, main_from_px=main_from_px) == stream


@given(failures=st.integers(1, 10_000), seed=st.integers(0, 99))
def test_pauses_between_tries_keep_to_the_settings(failures: int, seed: int) -> None:
    assert delay_s(1, random.Random(seed), first_s=0.2, most_s=3.0) <= 0.2
    assert delay_s(failures, random.Random(seed), first_s=0.2, most_s=3.0) <= 3.0


@given(failures=st.integers(1, 10_000), seed=st.integers(0, 99))
def test_the_first_retry_comes_within_a_second_and_none_after_more_than_thirty(failures: int, seed: int) -> None:
    delay = delay_s(failures, random.Random(seed))
    assert 0 < delay <= CAP_S
    if failures == 1:
        assert delay < 1.0


@given(
    width=st.integers(16, 4096), height=st.integers(16, 4096), aspect=st.floats(0.5, 2),
    box=st.tuples(st.integers(2, 2000), st.integers(2, 2000)),
)  # fmt: skip
def test_a_fitted_picture_never_leaves_its_box(width: int, height: int, aspect: float, box: tuple[int, int]) -> None:
    size = fitted(width, height, aspect, box)
    assert 2 <= size[0] <= max(box[0], 2)
    assert 2 <= size[1] <= max(box[1], 2)
    assert size[0] % 2 == size[1] % 2 == 0


def test_a_ring_gives_the_newest_picture_whole() -> None:
    ring = FrameRing.create(8, 4)
    other = FrameRing.attach(ring.name, 8, 4)
    try:
        assert other.newest() is None
        for value in range(1, 8):
            ring.write(memoryview(bytes([value]) * stride_bytes(8) * 4), 8, 4, stride_bytes(8), float(value))
        picture = other.newest()
        assert picture is not None
        assert (picture.sequence, picture.arrived_s, picture.width_px) == (7, 7.0, 8)
        pixels = other.buffer[picture.offset_bytes : picture.offset_bytes + picture.stride_bytes * 4]
        assert set(bytes(pixels)) == {7}
        pixels.release()
        with pytest.raises(ValueError, match="does not fit"):
            ring.write(memoryview(bytes(stride_bytes(8) * 5)), 8, 5, stride_bytes(8), 0.0)
    finally:
        other.close()
        ring.close(remove=True)


def test_a_board_row_is_read_as_its_writer_wrote_it() -> None:
    board = Board.create()
    try:
        board.reset_row(7, 5.0)
        writer = board.writer(7)
        writer.set_float(writer.place("frame_s"), 12.5)
        writer.add(writer.place("frames"), 3)
        assert (float(board.rows["frame_s"][7]), int(board.rows["frames"][7])) == (12.5, 3)
        assert float(board.rows["asked_s"][7]) == 5.0
        assert int(board.rows["frames"][6]) == 0
        writer.release()
    finally:
        board.close(remove=True)


def test_lag_is_measured_against_the_best_arrival_and_drift_is_forgiven() -> None:
    lag = Lag()
    for number in range(100):
        assert lag.arrived(number / 15, 50 + number / 15) == pytest.approx(0.0, abs=1e-6)
    assert lag.arrived(100 / 15, 50 + 100 / 15 + 2.5) == pytest.approx(2.5, abs=0.01)
    drifting = Lag()
    worst_s = max(drifting.arrived(second, second * 1.0005) for second in range(3600))
    assert worst_s < 0.05


def test_rate_follows_what_arrives() -> None:
    rate = Rate()
    for number in range(60):
        rate.count(100 + number / 15)
    assert rate.fps == pytest.approx(15, rel=0.05)


def test_a_still_picture_with_a_running_clock_on_its_edge_does_not_count_as_changing() -> None:
    chance = np.random.default_rng(4)
    still = chance.integers(0, 255, (360, 640), np.uint8)
    watch = ChangeWatch()
    assert watch.differs(still, 1.0)
    for second in range(2, 40):
        noisy = np.clip(still.astype(np.int16) + chance.integers(-1, 2, still.shape) * (second % 9 == 0), 0, 255)
        picture = noisy.astype(np.uint8)
        picture[4:24, 400:640] = chance.integers(0, 255, (20, 240), np.uint8)
        if second % 9:
            assert not watch.differs(picture, float(second))
    moved = still.copy()
    moved[150:190, 300:340] = 255 - moved[150:190, 300:340]
    assert watch.differs(moved, 50.0)
