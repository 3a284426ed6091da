"""Rules of recorded video: what is known of recordings, what a tile says, where the clock goes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.recording import Segment, SegmentList
from console.timebase import Motion, ReplayClock
from console.video.board import ROW, Phase, Reason
from console.video.orders import HOLD_MS
from console.video.recorded.cache import RecordingCache
from console.video.recorded.fetch import RecordingFetch
from console.video.recorded.index import CameraIndex, Known
from console.video.recorded.judge import Moment, judge
from console.video.recorded.motion_block import Course, MotionBlock
from widgets.tile_types import TileStatus
from widgets.tile_words import label_of

NOW_MS = 1_795_000_000_000


def segment(start_ms: int, end_ms: int, number: int = 1, width_px: int = 640, *, growing: bool = False) -> Segment:
    return Segment(
        segment_id=number,
        camera_id="cam-1",
        stream="main",
        start_ms=start_ms,
        end_ms=end_ms,
        bytes=1000,
        codec="h264",
        width_px=width_px,
        height_px=360,
        has_audio=False,
        open=growing,
    )


# -- what is known of recordings -----------------------------------------------------------------------------------


@st.composite
def recorded(draw: st.DrawFn) -> list[Segment]:
    """Segments that follow one another, some with holes between them."""
    made, at_ms = [], draw(st.integers(0, 5000))
    for number in range(draw(st.integers(0, 12))):
        length_ms = draw(st.integers(1000, 10_000))
        made.append(segment(at_ms, at_ms + length_ms, number + 1))
        at_ms += length_ms + draw(st.sampled_from([0, 0, 0, HOLD_MS + 1, 7000]))
    return made


@given(recorded(), st.lists(st.tuples(st.integers(0, 80_000), st.integers(1, 40_000)), max_size=6))
def test_whatever_was_asked_for_in_whatever_order_is_known_as_it_is_and_nothing_else(
    truth: list[Segment], questions: list[tuple[int, int]]
) -> None:
    index = CameraIndex()
    for start_ms, length_ms in questions:
        end_ms = start_ms + length_ms
        index.learn(start_ms, end_ms, [one for one in truth if one.start_ms <= end_ms and one.end_ms >= start_ms])
    for at_ms in range(0, 90_000, 700):
        known = index.at(at_ms)
        holding = [one for one in truth if one.start_ms <= at_ms < one.end_ms + HOLD_MS]
        if any(
            start_ms + HOLD_MS <= at_ms <= start_ms + length_ms > start_ms + HOLD_MS
            for start_ms, length_ms in questions
        ):
            assert known == (max(holding, key=lambda one: one.start_ms) if holding else "gap")
        else:
            assert known == "unknown" or known in holding


def test_a_recording_that_grows_is_replaced_by_what_it_became() -> None:
    index = CameraIndex()
    index.learn(0, 8000, [segment(0, 4000, -1, growing=True)])
    assert index.at(6000) == "unknown", "it may be written by now"
    index.learn(5000, 20_000, [segment(0, 10_000, 7)])
    assert [one.segment_id for one in index.segments] == [7]
    assert index.at(12_000) == "gap"


def test_of_two_recordings_of_the_same_time_the_one_with_more_pixels_is_shown() -> None:
    index = CameraIndex()
    index.learn(0, 10_000, [segment(0, 10_000, 1, 640), segment(0, 10_000, 2, 1920)])
    known = index.at(5000)
    assert isinstance(known, Segment)
    assert known.segment_id == 2


def test_what_was_forgotten_is_unknown_again() -> None:
    index = CameraIndex()
    index.learn(0, 10_000, [])
    assert index.at(5000) == "gap"
    index.forget(4000, 6000)
    assert index.at(5000) == "unknown"
    assert index.at(3999) == index.at(6001) == "gap"


class ListDoor:
    """The list of recordings: ten seconds each, and the one that is still growing."""

    def __init__(self) -> None:
        self.edge_ms = NOW_MS
        self.spans: list[tuple[int, int]] = []

    def ask(
        self,
        path: str,
        query: Mapping[str, str | int],
        model: type[Any],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
    ) -> None:
        asked = parse_qs(urlsplit(path).query)
        start_ms, end_ms = int(asked["start"][0]), int(asked["end"][0])
        self.spans.append((start_ms, end_ms))
        begins = range(start_ms // 10_000 * 10_000, min(end_ms, self.edge_ms), 10_000)
        done(
            SegmentList(
                segments=tuple(
                    segment(at_ms, min(at_ms + 10_000, self.edge_ms), at_ms, growing=at_ms + 10_000 > self.edge_ms)
                    for at_ms in begins
                )
            )
        )

    def download(self, path: str, file: Path, done: Callable[[Path], None], failed: Callable[[str], None]) -> None:
        """No file is needed here."""


@pytest.mark.parametrize("behind_ms", [0, 6_000, 25_000, 60_000, 600_000])
def test_recordings_are_listed_now_and_then_also_just_behind_the_present(behind_ms: int, tmp_path: Path) -> None:
    door = ListDoor()
    clock = ReplayClock(lambda: door.edge_ms, lambda: door.edge_ms / 1000)
    clock.seek(NOW_MS - behind_ms)
    clock.set_rate(1.0)
    cache = RecordingCache(tmp_path)
    cache.start()
    cache.join()
    assert cache.ready
    fetch = RecordingFetch(clock, door, cache)
    fetch.show("cam-1")
    for _ in range(100):
        door.edge_ms += 100
        fetch.plan()
    assert 1 <= len(door.spans) <= 4, "ten seconds of ten looks each"
    assert isinstance(fetch.known("cam-1", clock.now_ms() - 15_000), Segment)


# -- what a tile says ------------------------------------------------------------------------------------------------


def row(**fields: float) -> np.void:
    made = np.zeros((1,), ROW)
    made["phase"] = Phase.PLAYING
    for name, value in fields.items():
        made[name] = value
    found: np.void = made[0]
    return found


SHOWN = {"frames": 1, "shown_ms": 10_000.0, "until_ms": 10_040.0, "generation": 3}
HERE = segment(5000, 15_000)


def moment(
    at_ms: int, speed: float = 0.0, *, generation: int = 3, scrubbing: bool = False, touched_s: float = 9.0
) -> Moment:
    return Moment(at_ms, speed, generation, scrubbing, touched_s)


@pytest.mark.parametrize(
    ("known", "now", "fetched", "state"),
    [
        (HERE, moment(10_000), True, "past"),
        (HERE, moment(10_039), True, "past"),
        (HERE, moment(12_500), True, "near"),
        (HERE, moment(12_500, generation=4), True, "loading"),
        (HERE, moment(12_500, generation=4, touched_s=0.1), True, "past"),
        (HERE, moment(10_400, 1.0), True, "past"),
        (HERE, moment(12_500, 1.0), True, "near"),
        (HERE, moment(12_500, 1.0), False, "loading"),
        (HERE, moment(12_500, 64.0), False, "near"),
        (HERE, moment(40_000, 1.0), True, "loading"),
        (HERE, moment(10_900, scrubbing=True), False, "past"),
        (HERE, moment(13_000, scrubbing=True), False, "near"),
        ("gap", moment(10_010), True, "gap"),
        ("unknown", moment(10_010), False, "past"),
        ("unknown", moment(20_000), False, "near"),
        ("unknown", moment(60_000), False, "loading"),
    ],
)
def test_a_tile_of_a_replay_says_what_its_picture_is(known: Known, now: Moment, fetched: bool, state: str) -> None:
    assert judge(row(**SHOWN), known, now, fetched=fetched).state == state


def test_a_damaged_span_is_told_inside_of_it_only() -> None:
    damaged = row(**SHOWN, bad_from_ms=12_000.0, bad_until_ms=13_000.0)
    assert judge(damaged, HERE, moment(12_500), fetched=True).state == "damaged"
    assert judge(damaged, HERE, moment(10_000), fetched=True).state == "past"


def test_nothing_shown_yet_is_loading_with_the_reason_when_it_cannot_be_had() -> None:
    status = judge(row(), HERE, moment(10_000), fetched=False, fault="fetch_failed")
    assert status == TileStatus("loading", 9.0, "fetch_failed")
    lost = judge(row(phase=Phase.LOST, reason=Reason.WORKER_DIED), HERE, moment(10_000), fetched=True)
    assert (lost.state, lost.reason) == ("lost", "worker_died")


def test_the_words_name_the_time_of_the_picture_and_of_the_gap() -> None:
    def clock(age_s: float) -> str:
        return f"10:00:{30 - round(age_s):02d}"

    assert label_of(TileStatus("near", 4.0), clock).condition.endswith("10:00:26")
    assert label_of(TileStatus("gap"), clock).age.endswith("10:00:30")
    assert label_of(TileStatus("past"), clock).condition == ""
    for state in ("loading", "damaged"):
        assert label_of(TileStatus(state), clock).condition


# -- where the clock goes ----------------------------------------------------------------------------------------------


@given(
    st.integers(0, 10**13),
    st.sampled_from([-64.0, -1.0, 0.1, 0.5, 1.0, 16.0]),
    st.floats(0, 1e6),
    st.integers(-100_000, 100_000),
)
def test_the_instant_of_a_time_and_the_time_of_an_instant_agree(
    position_ms: int, rate: float, anchor_s: float, ahead_ms: int
) -> None:
    course = Course(Motion(position_ms, anchor_s, rate, False, 1), -(10**14), 10**15, anchor_s)
    at_ms = position_ms + ahead_ms
    assert course.at(course.when(at_ms)) == pytest.approx(at_ms, abs=0.6)


def test_the_clock_stays_between_the_first_instant_and_the_edge_of_the_present() -> None:
    course = Course(Motion(5000, 100.0, 4.0, False, 1), 1000, 6000, 100.0)
    assert course.at(100.1) == pytest.approx(5400)
    assert course.at(101.0) == pytest.approx(7000), "the edge has moved on by a second"
    assert course.when(7000) == pytest.approx(101.0)
    back = Course(Motion(5000, 100.0, -4.0, False, 1), 1000, 6000, 100.0)
    assert back.at(110.0) == 1000


def test_a_reader_never_sees_half_of_a_change() -> None:
    block = MotionBlock.create()
    other = MotionBlock.attach(block.name)
    ended = threading.Event()

    def touch() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            motion = Motion(number, float(number), float(number), bool(number % 2), number)
            block.write(Course(motion, number, number, float(number)))

    assert other.read() is None
    writer = threading.Thread(target=touch)
    writer.start()
    last, seen = 0, 0
    while seen < 20_000:
        course = other.read()
        if course is None:
            continue
        seen += 1
        motion = course.motion
        parts = {motion.position_ms, motion.anchor_s, motion.rate, motion.generation, course.first_ms, course.edge_ms}
        assert len(parts) == 1, f"torn: {course}"
        assert motion.scrubbing == bool(motion.generation % 2)
        assert motion.generation >= last
        last = motion.generation
    ended.set()
    writer.join()
    other.close()
    block.close(remove=True)
