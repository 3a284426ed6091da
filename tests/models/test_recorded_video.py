"""Playing recordings: the frame of the instant and no other, forwards, backwards and standing still."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.timebase import monotonic_s
from console.video.feed import TileFeed
from tests.models.recorded_room import START_MS, RecordedRoom, code_of, until
from tests.system.recordings_server import Film, RecordingsServer, film, record

SHAPE = Film()
SEGMENTS = 8
LENGTH_MS = SEGMENTS * 2000
GAP = 5
"""The segment that cam-2 does not have: 10.0 s to 12.0 s."""


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordingsServer]:
    folder = tmp_path_factory.mktemp("recordings")
    with RecordingsServer() as server:
        record(server, folder, "cam-1", START_MS, SEGMENTS, SHAPE)
        record(server, folder, "cam-2", START_MS, SEGMENTS, SHAPE, without=[GAP])
        record(server, folder, "reordered", START_MS, 2, Film(b_frames=2, group=20))
        record(server, folder, "hevc", START_MS, 2, Film(codec="libx265"))
        record(server, folder, "long", START_MS, 1, Film(fps=25, group=1000), segment_s=8)
        yield server


@pytest.fixture
def room(qapp: object, recordings: RecordingsServer, tmp_path: Path) -> Iterator[RecordedRoom]:
    made = RecordedRoom(recordings, tmp_path)
    yield made
    recordings.slow_s, recordings.broken = 0.0, False
    made.close()


def expect(feed: TileFeed, code: int) -> None:
    until(lambda: code_of(feed) == code and feed.status().state == "past", f"frame {code}")


def states_until(room: RecordedRoom, feed: TileFeed, at_ms: int) -> list[tuple[int | None, int]]:
    """(code, clock when it was first seen, ms from the start) of every picture until the clock has passed `at_ms`."""
    seen: list[tuple[int | None, int]] = []
    forwards = room.clock.motion.rate > 0

    def passed() -> bool:
        code, now_ms = code_of(feed), room.clock.now_ms() - START_MS
        if not seen or seen[-1][0] != code:
            seen.append((code, now_ms))
        return now_ms >= at_ms if forwards else now_ms <= at_ms

    until(passed, f"the clock passes {at_ms}", 30.0)
    return seen


def moves_until(room: RecordedRoom, moved_ms: int) -> None:
    came_from_ms = room.clock.now_ms()
    until(lambda: abs(room.clock.now_ms() - came_from_ms) > moved_ms, "the clock moves")


# -- standing still ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("camera_id", ["cam-1", "reordered", "hevc"])
def test_a_seek_shows_exactly_the_newest_frame_at_or_before_the_instant(room: RecordedRoom, camera_id: str) -> None:
    feed = room.show(camera_id)
    chance = random.Random(camera_id)
    length_ms = LENGTH_MS if camera_id == "cam-1" else 4000
    for at_ms in [0, 99, 100, 1999, 2000, *(chance.randrange(length_ms) for _ in range(15))]:
        room.seek(at_ms)
        # Frames that are sent in another order than they are shown come two frames after the file's own time 0.
        expect(feed, max(at_ms // 100 - 2, 0) if camera_id == "reordered" else at_ms // 100)


def test_one_frame_forwards_and_back_also_over_the_end_of_a_recording(room: RecordedRoom) -> None:
    feed = room.show("cam-1")
    room.seek(1850)
    expect(feed, 18)
    for code in (19, 20, 21):
        room.control.step(1)
        expect(feed, code)
    for code in (20, 19, 18, 17):
        room.control.step(-1)
        expect(feed, code)
    assert room.control.frame_ms() == 100


def test_a_tile_that_changes_its_size_while_the_clock_stands_gets_the_same_frame(room: RecordedRoom) -> None:
    feed = room.show("cam-1")
    room.seek(2300)
    expect(feed, 23)
    feed.resize((640, 360))
    until(lambda: (image := feed.image()) is not None and image.width() == 640, "the larger picture")
    assert code_of(feed) == 23
    other = room.show("cam-1", (480, 270))
    expect(other, 23)


def test_a_long_way_from_the_key_frame_is_decoded_to_the_very_frame(room: RecordedRoom) -> None:
    feed = room.show("long")
    for at_ms in (7990, 40, 6000):
        room.seek(at_ms)
        expect(feed, at_ms // 40)


# -- moving ------------------------------------------------------------------------------------------------------


def test_at_normal_speed_every_frame_is_shown_in_its_turn_and_in_its_time(room: RecordedRoom) -> None:
    feed = room.show("cam-1")
    room.seek(1050)
    expect(feed, 10)
    room.control.play(1.0)
    seen = states_until(room, feed, 5000)
    codes = [code for code, _ in seen]
    assert codes == sorted(codes, key=lambda code: code or 0)
    # The test's own loop may be held up for a moment and not see a frame.
    missed = set(range(10, 50)) - set(codes)
    assert len(missed) <= 4, f"not shown: {missed}"
    lates = sorted(at_ms - 100 * code for code, at_ms in seen[1:] if code is not None)
    assert lates[0] >= 0, "no frame before its time"
    assert lates[int(len(lates) * 0.9)] < 100, "and not a frame late"


def test_backwards_every_frame_is_shown_from_the_last_to_the_first(room: RecordedRoom) -> None:
    feed = room.show("cam-1")
    room.seek(5050)
    expect(feed, 50)
    until(lambda: room.video.fetch.fetched("cam-1", START_MS + 3000), "the recording before is here")
    room.control.play(-1.0)
    codes = [code for code, _ in states_until(room, feed, 2050)]
    assert codes == sorted(codes, key=lambda code: -(code or 0))
    missed = set(range(21, 51)) - set(codes)
    assert len(missed) <= 2, f"not shown: {missed}"


def test_slow_motion_holds_each_frame_for_its_time(room: RecordedRoom) -> None:
    feed = room.show("cam-1")
    room.seek(2010)
    expect(feed, 20)
    room.control.play(0.25)
    seen = states_until(room, feed, 2350)
    assert [code for code, _ in seen] == [20, 21, 22, 23]


@pytest.mark.parametrize("rate", [64.0, -64.0, 16.0])
def test_at_high_speed_no_picture_is_called_that_of_the_instant_when_it_is_not(room: RecordedRoom, rate: float) -> None:
    feed = room.show("cam-1")
    room.seek(LENGTH_MS - 100 if rate < 0 else 0)
    expect(feed, 159 if rate < 0 else 0)
    room.control.play(rate)
    shown = set()

    def passed() -> bool:
        status, code = feed.status(), code_of(feed)
        at_ms = room.clock.now_ms() - START_MS
        if code is not None and status.state in ("past", "near") and 0 <= at_ms < LENGTH_MS:
            shown.add(code)
            # The picture may be exchanged between the two looks: so much the clock moves in that time.
            slack_ms = 1300 if status.state == "past" else 16_000
            assert abs(at_ms - 100 * code) <= slack_ms + abs(rate) * 500
        return not 0 < at_ms + (1 if rate > 0 else 0) < LENGTH_MS

    until(passed, "the end of the recordings", 30.0)
    room.control.pause()
    room.seek(5500)
    expect(feed, 55)


def test_pausing_shows_the_frame_where_the_clock_stands_and_going_on_goes_on(room: RecordedRoom) -> None:
    feed = room.show("cam-1")
    room.seek(0)
    expect(feed, 0)
    for rate in (1.0, 2.0, -1.0, 4.0, 0.5):
        room.control.play(rate)
        moves_until(room, 400)
        room.control.pause()
        expect(feed, (room.clock.now_ms() - START_MS) // 100)


def test_the_present_is_never_passed(room: RecordedRoom) -> None:
    feed = room.show("cam-1")
    room.edge_ms = START_MS + 3020
    room.seek(2500)
    expect(feed, 25)
    room.control.play(4.0)
    until(lambda: room.clock.now_ms() == room.edge_ms, "the edge of the present")
    expect(feed, 30)


# -- what is not there -------------------------------------------------------------------------------------------


def test_where_nothing_was_recorded_no_picture_stands_and_the_tile_says_so(room: RecordedRoom) -> None:
    feed = room.show("cam-2")
    room.seek(9900)
    expect(feed, 99)
    room.seek(10_900)
    until(lambda: feed.status().state == "gap", "the gap is told")
    assert feed.image() is None
    room.seek(12_000)
    expect(feed, 120)


def test_playing_into_a_gap_takes_the_picture_away_and_out_of_it_brings_it_back(room: RecordedRoom) -> None:
    feed = room.show("cam-2")
    room.seek(9000)
    expect(feed, 90)
    room.control.play(2.0)
    until(lambda: feed.status().state == "gap", "the gap")
    assert feed.image() is None
    assert room.clock.now_ms() - START_MS >= 10_000
    until(lambda: feed.status().state == "past", "the other side")
    assert room.clock.now_ms() - START_MS >= 12_000
    code = code_of(feed)
    assert code is not None
    assert code >= 119


def test_while_the_slider_is_dragged_a_picture_is_there_before_the_recording_is(room: RecordedRoom) -> None:
    feed = room.show("cam-1")
    room.seek(100)
    expect(feed, 1)
    room.server.slow_s = 3.0
    for at_ms in (14_020, 8_555, 12_130):
        room.control.scrub(START_MS + at_ms)
        began_s = monotonic_s()
        expect(feed, at_ms // 100)
        assert monotonic_s() - began_s < room.server.slow_s
    room.control.seek(START_MS + 12_130)
    expect(feed, 121)


def test_a_server_that_cannot_be_reached_is_said_and_forgotten_when_it_is_back(room: RecordedRoom) -> None:
    room.server.broken = True
    feed = room.show("cam-1")
    room.seek(6000)
    until(lambda: feed.status().state == "loading" and feed.status().reason == "fetch_failed", "it is said")
    room.server.broken = False
    expect(feed, 60)


def test_a_recording_that_still_grows_is_fetched_again_when_its_end_comes_near(
    room: RecordedRoom, tmp_path: Path
) -> None:
    path = tmp_path / "growing.mp4"
    whole = tmp_path / "whole.mp4"
    film(whole, 0, 60, SHAPE)
    content = whole.read_bytes()
    path.write_bytes(content[: _after_fragment(whole, 2)])
    room.edge_ms = START_MS + 6000
    one = room.server.add("growing", START_MS, START_MS + 2000, path, SHAPE, growing=True)
    feed = room.show("growing")
    room.seek(1500)
    expect(feed, 15)
    room.seek(2500)
    until(lambda: feed.status().state in ("loading", "past"), "what is not written yet is awaited")
    assert feed.status().state != "gap"
    path.write_bytes(content[: _after_fragment(whole, 4)])
    room.server.change(one, end_ms=START_MS + 4000)
    expect(feed, 25)
    path.write_bytes(content)
    room.server.change(one, end_ms=START_MS + 6000, open=False, segment_id=990)
    room.seek(5500)
    expect(feed, 55)


def _after_fragment(path: Path, count: int) -> int:
    from backend.services.recorder.fragments import read_fragments

    fragment = read_fragments(path).fragments[count - 1]
    return fragment.offset + fragment.bytes


# -- what goes wrong ---------------------------------------------------------------------------------------------


def test_a_killed_worker_is_replaced_and_the_tile_shows_its_instant_again(room: RecordedRoom) -> None:
    feed = room.show("cam-1")
    room.seek(4400)
    expect(feed, 44)
    keeper = room.video.pool.keepers[0]
    assert keeper.pid is not None
    before = keeper.restarts
    os.kill(keeper.pid, signal.SIGKILL)
    until(lambda: keeper.restarts > before and feed.status().state == "lost", "the loss is told")
    assert feed.status().reason == "worker_died"
    expect(feed, 44)
    room.seek(7700)
    expect(feed, 77)


def test_a_recording_that_kills_its_worker_is_called_damaged_and_left_alone(
    room: RecordedRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.video.recorded.service.STRIKES", 1)
    feed = room.show("cam-1")
    room.seek(4400)
    expect(feed, 44)
    keeper, (decoded,) = room.video.pool.keepers[0], room.video.decodes.values()
    assert keeper.pid is not None
    # What a worker leaves behind that died while it read this recording.
    killer = next(one for one in room.server.recorded if one.segment.start_ms == START_MS + 4000)
    os.kill(keeper.pid, signal.SIGSTOP)
    keeper.board.rows["reading"][decoded.row] = killer.segment.segment_id
    os.kill(keeper.pid, signal.SIGKILL)
    until(lambda: feed.status().state == "damaged", "it is told")
    assert feed.image() is None
    room.seek(6600)
    expect(feed, 66)
    assert all(file.start_ms != START_MS + 4000 for file in decoded.sent.files) if decoded.sent else False


def test_the_cache_keeps_its_bound_and_leaves_nothing_behind(recordings: RecordingsServer, tmp_path: Path) -> None:
    left = tmp_path / "cache" / "desk-0"
    left.mkdir(parents=True)
    (left / "7.mp4").write_bytes(b"left by a desk that died")
    largest = max(one.segment.bytes for one in recordings.recorded if one.segment.camera_id == "cam-1")
    room = RecordedRoom(recordings, tmp_path, cache_bytes=largest * 5)
    feed = room.show("cam-1")
    for at_ms in range(0, LENGTH_MS, 1000):
        room.seek(at_ms)
        expect(feed, at_ms // 100)
        files = [path for path in (tmp_path / "cache").rglob("*.mp4") if path.name != "7.mp4"]
        assert room.video.cache.used_bytes <= largest * 5
        # A file that was just replaced may be there until the disk's own thread has come to it.
        assert sum(path.stat().st_size for path in files if path.exists()) <= largest * 7
    assert not (left / "7.mp4").exists()
    room.close()
    assert not list((tmp_path / "cache").rglob("*"))


def test_two_desks_do_not_take_each_others_files(recordings: RecordingsServer, tmp_path: Path) -> None:
    one = RecordedRoom(recordings, tmp_path)
    feed = one.show("cam-1")
    expect(feed, 0)
    other = RecordedRoom(recordings, tmp_path)
    second = other.show("cam-1")
    expect(second, 0)
    other.close()
    assert list((tmp_path / "cache").rglob("*.mp4")), "the first one's files are still there"
    one.seek(7000)
    expect(feed, 70)
    one.close()


def test_cameras_that_are_not_looked_at_cost_nothing_and_come_back_at_once(room: RecordedRoom) -> None:
    before = len(room.server.asked)
    feed = room.show("cam-1")
    room.seek(3000)
    expect(feed, 30)
    feed.pause()
    until(lambda: not room.video.decodes, "the decode ends")
    feed.resume()
    expect(feed, 30)
    asked = [path for path in room.server.asked[before:] if "/files/" in path]
    assert sorted(set(asked)) == sorted(asked), "nothing is fetched twice"
