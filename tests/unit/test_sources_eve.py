"""Suricata's EVE files as they grow: rotation, restart, half lines, broken lines; recorded after its documentation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest

from backend.contracts.kinds.alerts import Priority
from backend.sources.cyber_note import CyberNoteError, eve_note
from backend.sources.eve import EveFolder, Piece, read_piece
from config.source_model import EveSource
from tests.unit.feeds_samples import FIXTURES, Desk, Moment, opened_desk, producer, small_site

LINES = (FIXTURES / "cyber" / "eve.json").read_bytes().splitlines(keepends=True)


class Follower:
    """A folder that is followed, and what came out of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pieces: list[Piece] = []
        self.trouble: Exception | None = None
        folder.mkdir(exist_ok=True)
        self.again()

    def again(self) -> None:
        """As after a restart."""
        memory = self.folder.parent / "eve-memory.json"
        self._eve = EveFolder(self.folder, "eve*", memory, self._take, lambda text: None)

    async def _take(self, piece: Piece, name: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.pieces.append(piece)

    def look(self) -> int:
        """How many good records came."""
        before = len(self.pieces)
        asyncio.run(self._eve.look())
        return sum(piece.records for piece in self.pieces[before:])

    def write(self, *lines: bytes, name: str = "eve.json") -> None:
        with (self.folder / name).open("ab") as file:
            file.writelines(lines)


@pytest.fixture
def follower(tmp_path: Path) -> Follower:
    return Follower(tmp_path / "suricata")


def test_lines_are_read_once_as_they_come(follower: Follower) -> None:
    follower.write(*LINES[:2])
    assert follower.look() == 2
    assert follower.look() == 0
    follower.write(LINES[2], LINES[3][:50])
    assert follower.look() == 1, "half a line waits for its end"
    follower.write(LINES[3][50:])
    assert follower.look() == 1
    assert [note.signature_id for piece in follower.pieces for note in piece.notes] == [
        "1:2001219", "1:2001219", "1:2027865",
    ]  # fmt: skip


def test_a_restart_goes_on_where_it_was_and_rotation_loses_nothing(follower: Follower) -> None:
    follower.write(*LINES[:2])
    follower.look()
    follower.again()
    follower.write(LINES[2])
    (follower.folder / "eve.json").rename(follower.folder / "eve.json.1")
    follower.write(LINES[3])
    assert follower.look() == 2, "the last lines of the old file and the first of the new one"
    assert follower.look() == 0
    (follower.folder / "eve.json").write_bytes(LINES[4])  # cut in place by a careless rotation
    assert follower.look() == 1


def test_what_could_not_be_stored_is_read_again(follower: Follower) -> None:
    follower.write(*LINES[:2])
    follower.trouble = RuntimeError("the store is gone")
    with pytest.raises(RuntimeError):
        follower.look()
    follower.trouble = None
    assert follower.look() == 2


def test_broken_lines_are_named_and_the_others_read(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    alert = json.loads(LINES[0])
    del alert["alert"]["signature"]
    bad = [b"{half", b"[]", b"\xff\xfe", b'{"event_type": 7}', json.dumps(alert).encode(), b"[" * 5_000]
    path.write_bytes(b"\n".join([*bad, LINES[0]]))
    piece = read_piece(path, 0)
    assert piece.records == 1
    assert len(piece.faults) == len(bad)
    assert all(reason for _, reason in piece.faults)


@pytest.mark.parametrize("severity", [None, "high", -1, 300, True, 1.5])
def test_a_severity_that_is_none_is_refused(severity: object) -> None:
    record = json.loads(LINES[0])
    record["alert"]["severity"] = severity
    with pytest.raises(CyberNoteError, match="severity"):
        eve_note(record)


def on_desk(data_dir: Path, scenario: Callable[[Desk], Coroutine[None, None, None]]) -> None:
    async def play() -> None:
        source = EveSource(producer_id="attt", folder=Path("suricata"))
        site = small_site(sources=(source,))
        site = site.model_copy(update={"producers": (*site.producers, producer("attt"))})
        async with opened_desk(data_dir, site=site, now=Moment()) as desk:
            await scenario(desk)

    asyncio.run(play())


def test_recorded_alerts_stand_in_the_room_with_rule_way_and_priority(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        piece = read_piece(FIXTURES / "cyber" / "eve.json", 0)
        await desk.ingest.cyber("attt", "eve", piece.notes, piece.records)
        alerts = {alert.cyber.signature_id: alert for alert in desk.alerts("cyber.alert") if alert.cyber is not None}
        scan, trojan = alerts["1:2001219"], alerts["1:2027865"]
        assert (scan.priority, trojan.priority) == (Priority.MEDIUM, Priority.HIGH)
        assert scan.count == 2
        assert scan.cyber is not None
        assert (scan.cyber.source, scan.cyber.sensor) == ("203.0.113.77", "ids-ioc-01")
        assert not scan.silent

    on_desk(tmp_path, scenario)


def test_old_alerts_are_listed_and_never_heard(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        piece = read_piece(FIXTURES / "cyber" / "eve.json", 0)
        desk.now.move(3_600)
        await desk.ingest.cyber("attt", "eve", piece.notes[:1], 1)
        assert desk.only("cyber.alert").silent

    on_desk(tmp_path, scenario)
