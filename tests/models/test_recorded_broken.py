"""Broken recordings: the tile says so, never shows a wrong picture as that of the instant, and all else goes on."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.services.recorder.fragments import read_fragments
from tests.models.recorded_room import START_MS, RecordedRoom, code_of, until
from tests.system.recordings_server import Film, Recorded, RecordingsServer, record

SHAPE = Film()
BROKEN = 2
"""The segment in the middle, 4.0 s to 6.0 s, is broken; its neighbours are well."""


@pytest.fixture(scope="module")
def rooms(qapp: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RecordedRoom, Path]]:
    folder = tmp_path_factory.mktemp("broken")
    with RecordingsServer() as server:
        made = RecordedRoom(server, folder)
        yield made, folder
        made.close()


class Case:
    """A camera of its own for each kind of damage."""

    def __init__(self, room: RecordedRoom, folder: Path, name: str, damage: Callable[[bytes], bytes]) -> None:
        self.room = room
        recordings = record(room.server, folder, name, START_MS, 5, SHAPE)
        self.broken: Recorded = recordings[BROKEN]
        self.broken.path.write_bytes(damage(self.broken.path.read_bytes()))
        self.feed = room.show(name)

    def settled(self, at_ms: int) -> str:
        """What the tile says in the end of an instant; no other frame may be shown as that instant's."""
        self.room.seek(at_ms)
        seen: list[str] = []

        def decided() -> bool:
            state, code = self.feed.status().state, code_of(self.feed)
            if state == "past" and code == at_ms // 100 or state == "damaged":
                seen.append(state)
            else:
                seen.clear()
            return len(seen) >= 5

        until(decided, f"the tile decides what it has of {at_ms}")
        if seen[-1] == "damaged":
            assert self.feed.image() is None
        return seen[-1]

    def close(self) -> None:
        self.feed.close()


def flipped(data: bytes, seed: int, count: int, first: int = 0) -> bytes:
    """`count` bits turned over, after byte `first`."""
    chance = random.Random(seed)
    changed = bytearray(data)
    for _ in range(count):
        changed[chance.randrange(first, len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "zeros": lambda data: bytes(len(data)),
    "text": lambda data: b"<html>502 Bad Gateway</html>" * 50,
    "head only": lambda data: data[:700],
    "no head": lambda data: data[900:],
    "another kind of file": lambda data: b"\x89PNG\r\n\x1a\n" + data,
    "noise": lambda data: random.Random(3).randbytes(len(data)),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_file_that_is_no_recording_is_called_damaged_and_the_next_one_plays(
    rooms: tuple[RecordedRoom, Path], name: str
) -> None:
    case = Case(*rooms, f"broken-{name}", DAMAGES[name])
    assert case.settled(3950) == "past"
    assert case.settled(4500) == "damaged"
    assert case.settled(6000) == "past"
    case.room.seek(3500)
    case.room.control.play(4.0)
    until(lambda: case.feed.status().state == "damaged", "played into it")
    until(lambda: case.feed.status().state == "past" and (code_of(case.feed) or 0) >= 60, "played out of it")
    case.room.control.pause()
    case.close()


def test_a_file_that_was_cut_off_plays_up_to_there_and_is_damaged_from_there_on(
    rooms: tuple[RecordedRoom, Path],
) -> None:
    case = Case(*rooms, "cut", lambda data: data)
    fragments = read_fragments(case.broken.path).fragments
    content = case.broken.path.read_bytes()
    case.broken.path.write_bytes(content[: fragments[1].offset + fragments[1].bytes // 2])
    assert case.settled(4950) == "past"
    assert case.settled(5950) == "damaged"
    assert case.settled(6050) == "past"
    case.close()


def test_a_damaged_picture_spoils_what_depends_on_it_and_no_more(rooms: tuple[RecordedRoom, Path]) -> None:
    case = Case(*rooms, "spoiled", lambda data: data)
    first = read_fragments(case.broken.path).fragments[0]
    content = bytearray(case.broken.path.read_bytes())
    middle = first.offset + first.bytes * 2 // 3
    content[middle : middle + 400] = bytes(400)
    case.broken.path.write_bytes(content)
    states = {at_ms: case.settled(at_ms) for at_ms in range(4050, 6000, 100)}
    assert states[4050] == "past", "before the damage"
    assert states[4950] == "damaged", "up to the next key frame"
    assert all(states[at_ms] == "past" for at_ms in range(5050, 6000, 100)), "from the next key frame on"
    spoiled = [at_ms for at_ms, state in states.items() if state == "damaged"]
    assert spoiled == list(range(spoiled[0], 5000, 100)), "one span"
    case.close()


@pytest.mark.parametrize("seed", range(6))
def test_flipped_bits_never_end_the_worker_nor_what_comes_after(rooms: tuple[RecordedRoom, Path], seed: int) -> None:
    """Flips in the picture data that no decoder can notice are left out: here the boxes and parameter sets are hit."""
    case = Case(*rooms, f"flipped-{seed}", lambda data: flipped(data[:1500], seed, 40) + data[1500:])
    keeper = case.room.video.pool.keepers[0]
    restarts = keeper.restarts
    for at_ms in (4100, 5900, 5000):
        case.room.seek(at_ms)
        until(lambda: case.feed.status().state in ("past", "damaged"), "it says something")
    assert case.settled(6100) == "past"
    assert case.settled(3900) == "past"
    assert keeper.restarts == restarts
    case.close()


def test_backwards_through_a_broken_recording_comes_out_at_the_other_side(rooms: tuple[RecordedRoom, Path]) -> None:
    case = Case(*rooms, "backwards", lambda data: data[: len(data) // 3])
    assert case.settled(6900) == "past"
    case.room.control.play(-2.0)
    until(lambda: case.feed.status().state == "damaged", "played into it")
    until(lambda: case.feed.status().state == "past" and (code_of(case.feed) or 99) < 40, "played out of it")
    case.room.control.pause()
    case.close()


def test_one_broken_camera_leaves_the_others_alone(rooms: tuple[RecordedRoom, Path]) -> None:
    case = Case(*rooms, "bad-one", DAMAGES["noise"])
    well = Case(*rooms, "good-one", lambda data: data)
    assert case.settled(4300) == "damaged"
    assert well.settled(4300) == "past"
    case.close()
    well.close()
