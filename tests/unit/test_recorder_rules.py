"""The recorder's pure rules: whose turn it is, what may go, which wall clock a frame has."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.contracts.recording import Hold
from backend.contracts.state import RoomState
from backend.services.recorder.modes import in_schedule, task_of
from backend.services.recorder.retention import DAY_MS, GB, Protected, doomed, protected
from backend.services.recorder.segment import safe_name
from backend.services.recorder.stream_clock import StreamClock
from backend.storage.segments import SegmentRow
from config.camera_model import RecordingClass, Window
from tests.unit.storage_samples import NOW_MS

MB = 1_000_000
HANOI_MIN = 420


def row(number: int, start_ms: int, size: int = MB, camera: str = "cam-1", rule: str = "all") -> SegmentRow:
    return SegmentRow(
        camera_id=camera, stream="main", start_ms=start_ms, end_ms=start_ms + 10_000, volume="disk",
        path=f"{camera}/{number}.mp4", bytes=size, frames=250, codec="h264", width_px=1920, height_px=1080,
        has_audio=False, cause="continuous", retention_class=rule, segment_id=number,
    )  # fmt: skip


ROWS = st.lists(
    st.tuples(st.integers(0, 40 * DAY_MS), st.integers(1, 50 * MB), st.sampled_from(["cam-1", "cam-2", "cam-3"])),
    max_size=60,
).map(
    lambda found: [
        row(number, NOW_MS - 40 * DAY_MS + start, size, camera)
        for number, (start, size, camera) in enumerate(sorted(found), 1)
    ]
)
KEPT = st.lists(
    st.builds(
        lambda cameras, start, length: Protected(
            frozenset(cameras), NOW_MS - 40 * DAY_MS + start, NOW_MS - 40 * DAY_MS + start + length
        ),
        st.sets(st.sampled_from(["cam-1", "cam-2"])),
        st.integers(0, 40 * DAY_MS),
        st.integers(0, 10 * DAY_MS),
    ),
    max_size=4,
)


@settings(max_examples=300, deadline=None)
@given(ROWS, KEPT, st.floats(0, 30), st.floats(0, 1), st.integers(0, 500 * MB))
def test_evidence_never_goes_and_the_oldest_goes_first(
    rows: list[SegmentRow], kept: list[Protected], days: float, max_gb: float, wanted: int
) -> None:
    rule = RecordingClass(name="all", mode="continuous", days=days, max_gb=max_gb)
    gone = doomed(rows, [rule], kept, NOW_MS, wanted)
    ids = [one.segment_id for one in gone]
    assert len(set(ids)) == len(ids)
    assert not [one for one in gone if any(span.covers(one) for span in kept)]
    free = [one for one in rows if not any(span.covers(one) for span in kept)]
    stays = [one for one in free if one.segment_id not in set(ids)]
    if gone and stays:
        assert max(one.start_ms for one in gone) <= min(one.start_ms for one in stays), "the oldest first"
    if days:
        assert all(one.end_ms >= NOW_MS - days * DAY_MS for one in stays)
    used = sum(one.bytes for one in rows) - sum(one.bytes for one in gone)
    if max_gb and stays:
        assert used <= max_gb * GB or not stays
    assert sum(one.bytes for one in gone) >= min(wanted, sum(one.bytes for one in free))


def test_a_hold_of_no_camera_protects_all_and_one_of_a_camera_only_its_own() -> None:
    state = RoomState()

    def held(*camera_ids: str) -> Hold:
        return Hold(
            hold_id="h", alert_id="", camera_ids=camera_ids, start_ms=1000, end_ms=2000, reason="án", placed_by="lan",
            placed_ms=5,
        )  # fmt: skip

    state.holds["h"] = held("cam-1")
    (one,) = protected(state)
    assert one.covers(row(1, 1500, camera="cam-1"))
    assert not one.covers(row(2, 1500, camera="cam-2"))
    state.holds["h"] = held()
    (every,) = protected(state)
    assert every.covers(row(2, 1500, camera="cam-2"))
    assert not every.covers(row(3, 2001, camera="cam-2"))


def at(text: str) -> int:
    """An instant given on the clock of Hanoi."""
    return round(datetime.fromisoformat(text + "+07:00").astimezone(UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        ("2026-11-23T06:59:59", False),  # a Monday
        ("2026-11-23T07:00:00", True),
        ("2026-11-23T18:59:59", True),
        ("2026-11-23T19:00:00", False),
        ("2026-11-22T12:00:00", False),  # a Sunday
        ("2026-11-27T23:30:00", True),  # Friday night
        ("2026-11-28T04:59:00", True),  # ... reaches into Saturday
        ("2026-11-28T05:00:00", False),
        ("2026-11-28T23:30:00", False),
    ],
)
def test_a_schedule_is_kept_on_the_sites_own_clock_and_over_midnight(moment: str, inside: bool) -> None:
    day = Window.model_validate({"days": [1, 2, 3, 4, 5], "from": "07:00", "to": "19:00"})
    night = Window.model_validate({"days": [5], "from": "22:00", "to": "05:00"})
    assert in_schedule((day, night), at(moment), HANOI_MIN) is inside


def test_a_camera_without_a_class_is_left_alone() -> None:
    assert task_of(None, "cam-1", RoomState(), NOW_MS) == "off"
    assert task_of(RecordingClass(name="a", mode="continuous"), "cam-1", RoomState(), NOW_MS) == "write"
    assert task_of(RecordingClass(name="a", mode="event"), "cam-1", RoomState(), NOW_MS) == "ring"


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.floats(0, 0.4), min_size=60, max_size=200),
    st.floats(-1e-4, 1e-4),
    st.floats(0, 1e6),
    st.integers(10, 30),
)
def test_a_frames_wall_clock_ignores_the_delays_of_the_network(
    delays_s: list[float], drift: float, begin_s: float, fps: int
) -> None:
    """Once one packet came quickly, every frame's instant is right to within a few milliseconds of drift."""
    clock = StreamClock()
    delays_s[0] = 0.0
    arrived_s = 0.0
    for index, delay_s in enumerate(delays_s):
        taken_s = index / fps
        arrived_s = max(arrived_s, taken_s + delay_s)  # packets do not overtake each other
        stream_s = begin_s + taken_s * (1 + drift)
        assert clock.arrived(stream_s, 5000 + arrived_s, 1_700_000_000 + arrived_s)
        wrong_s = clock.wall_s(stream_s) - (1_700_000_000 + taken_s)
        assert -0.005 <= wrong_s <= 0.02


@pytest.mark.parametrize("step_s", [-3600.0, -2.0, 2.0, 3600.0])
def test_a_wall_clock_that_was_set_begins_another_segment(step_s: float) -> None:
    clock = StreamClock()
    assert all(clock.arrived(index / 25, index / 25, 1_700_000_000 + index / 25) for index in range(50))
    assert not clock.arrived(50 / 25, 50 / 25, 1_700_000_000 + 50 / 25 + step_s)
    assert clock.wall_s(2.0) == pytest.approx(1_700_000_000 + 2.0 + step_s, abs=0.001)
    assert clock.arrived(51 / 25, 51 / 25, 1_700_000_000 + 51 / 25 + step_s)


@pytest.mark.parametrize("jump_s", [-500.0, 500.0])
def test_a_stream_whose_own_clock_jumps_begins_another_segment(jump_s: float) -> None:
    clock = StreamClock()
    assert all(clock.arrived(index / 25, index / 25, 1_700_000_000 + index / 25) for index in range(50))
    assert not clock.arrived(2.0 + jump_s, 2.0, 1_700_000_002.0)
    assert clock.wall_s(2.0 + jump_s) == pytest.approx(1_700_000_002.0, abs=0.001)


@given(st.lists(st.text(min_size=1, max_size=30), min_size=2, max_size=2, unique=True))
def test_folder_names_are_plain_and_different_for_different_cameras(ids: list[str]) -> None:
    names = [safe_name(one) for one in ids]
    assert names[0] != names[1]
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_%;") for name in names)
