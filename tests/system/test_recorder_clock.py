"""The wall clock is set while a camera is recorded: new files, right times, nothing written over."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from backend.services.recorder.capture import Capture
from backend.services.recorder.messages import Follow, Report, SegmentClosed
from backend.services.recorder.segment import Arrived, Segment, Template
from backend.services.recorder.shape import first_shape
from backend.simulate import rtsp
from backend.simulate.encode import StreamShape
from backend.storage.database import open_database
from backend.storage.segments import NewSegment, SegmentsStore
from tests.system.backend_process import wait_until
from tests.system.rtsp_server_process import make_clip, rtsp_server
from tests.system.test_recorder import fragmented

pytestmark = pytest.mark.anyio

FPS = 15
SHAPE = StreamShape("small", 320, 180, FPS, 28, 300)
HOUR_S = 3600.0
STEPS_S = [0.0, HOUR_S, 0.0, -HOUR_S]


class SetClock:
    """A wall clock that somebody sets."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("clock")
    clip = make_clip(folder / "clip.h264", SHAPE, 4)
    with rtsp_server(folder, {"/cam-1": rtsp.Mount(clip, FPS)}) as server:
        yield server.address("cam-1")


def recorded_over(steps_s: list[float], address: str, folder: Path) -> list[tuple[SegmentClosed, float]]:
    """Files, each with how far ahead the clock was in it; at least a whole one for each setting of the clock."""
    clock, reports = SetClock(), list[Report]()
    order = Follow("cam-1", "write", "main", str(folder), 0.0, 1.0, address)
    capture = Capture(order, reports.append, clock)
    files: list[tuple[SegmentClosed, float]] = []

    def closed() -> list[SegmentClosed]:
        return [report for report in reports if isinstance(report, SegmentClosed)]

    try:
        for step_s in steps_s:
            clock.ahead_s = step_s
            known = len(closed())
            enough = known + 2  # one was open when the clock was set
            wait_until(lambda enough=enough: len(closed()) >= enough, 30, "files")  # type: ignore[misc]
    finally:
        capture.stop()
        capture.join(5.0)
    now_s = time.time()
    for report in closed():
        (ahead_s,) = {step for step in steps_s if abs(report.start_ms / 1000 - now_s - step) < HOUR_S / 2}
        files.append((report, ahead_s))
    return files


@pytest.fixture(scope="module")
def volume(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("volume")


@pytest.fixture(scope="module")
def recorded(address: str, volume: Path) -> list[tuple[SegmentClosed, float]]:
    return recorded_over(STEPS_S, address, volume)


def test_a_clock_set_an_hour_ahead_and_back_begins_new_files_at_the_right_times(
    recorded: list[tuple[SegmentClosed, float]],
) -> None:
    files = recorded
    runs = [ahead_s for index, (_, ahead_s) in enumerate(files) if index == 0 or files[index - 1][1] != ahead_s]
    assert runs == STEPS_S
    assert len({report.file for report, _ in files}) == len(files)
    true_ms = [report.start_ms - ahead_s * 1000 for report, ahead_s in files]
    for (report, _), begin_ms, next_ms in zip(files, true_ms, true_ms[1:], strict=False):
        length_ms = report.end_ms - report.start_ms
        assert 0 < length_ms < 3500
        # Nothing is lost over the step: the next file begins where this one ends, on the clock nobody set.
        assert abs(begin_ms + length_ms - next_ms) <= 150
    for report, _ in files:
        with av.open(report.file) as container:
            assert sum(1 for _ in container.decode(video=0)) == report.frames


def test_two_files_of_one_instant_lie_beside_each_other(tmp_path: Path) -> None:
    """The clock was set back to the very millisecond at which a file begins already."""
    source = fragmented(tmp_path / "source.mp4")
    contents: dict[Path, bytes] = {}
    for _ in range(3):
        with av.open(str(source)) as container:
            video = container.streams.video[0]
            shape, template = first_shape(video), Template(video, None)
            packets = [packet for packet in container.demux(video) if packet.size]
            came = [Arrived(one, 1_800_000_000_000, True, one.is_keyframe, False, shape) for one in packets]
            segment = Segment(tmp_path / "volume", "cam-1", "main", template, came[0])
            for arrived in came:
                segment.write(arrived)
            segment.close()
        assert segment.start_ms == 1_800_000_000_000
        assert segment.file not in contents
        contents[segment.file] = segment.file.read_bytes()
    assert all(file.read_bytes() == content for file, content in contents.items())


async def test_the_index_answers_for_every_hour_and_no_gap_ends_before_it_began(
    recorded: list[tuple[SegmentClosed, float]], volume: Path, tmp_path: Path
) -> None:
    files = [report for report, _ in recorded]
    database = open_database(f"sqlite:///{tmp_path / 'index.sqlite3'}")
    try:
        store = SegmentsStore(database, {"disk": volume})
        await store.insert(
            [
                NewSegment(
                    camera_id=one.camera_id, stream=one.stream, start_ms=one.start_ms, end_ms=one.end_ms,
                    volume="disk", path=Path(one.file).relative_to(volume).as_posix(), bytes=one.bytes,
                    frames=one.frames, codec=one.codec, width_px=one.width_px, height_px=one.height_px,
                    has_audio=one.has_audio, cause="continuous", retention_class="all",
                )
                for one in files
            ]
        )  # fmt: skip
        for one in files:
            middle_ms = (one.start_ms + one.end_ms) // 2
            found = await store.overlapping(["cam-1"], middle_ms, middle_ms)
            assert [store.file(row) for row in found] == [Path(one.file)]
        everything = await store.overlapping(None, 0, 2 * files[0].end_ms)
        assert [row.start_ms for row in everything] == sorted(one.start_ms for one in files)
        ahead_ms = files[0].start_ms
        await store.open_gap("cam-1", ahead_ms, "lost")
        await store.close_gap("cam-1", ahead_ms - 3_600_000)
        assert all(gap.end_ms is None or gap.end_ms > gap.start_ms for gap in await store.gaps(None, 0, 2 * ahead_ms))
        assert not [gap for gap in await store.gaps(None, 0, 2 * ahead_ms) if gap.end_ms is None]
    finally:
        await database.close()
