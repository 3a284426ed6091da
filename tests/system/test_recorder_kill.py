"""kill -9 of the recorder and of the backend, in short; the full run is `python -m tests.bench kills --rounds 1000`."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path

import pytest

from tests.system.recorder_kill import KillReport, RecordingLost, check, kill_rounds, left_open, play, rows_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for the recorder in /proc")


def test_what_was_recorded_before_a_kill_plays_and_is_in_the_index(tmp_path: Path) -> None:
    report = kill_rounds(3, tmp_path, seed=int.from_bytes(os.urandom(2)), keep=True)
    assert report.recorder_kills >= 1
    assert report.backend_kills >= 1
    assert report.open_files >= 1
    assert report.played >= report.open_files
    assert max(report.behind_s) < 4.0, "no more than the open fragment is lost"
    _notices_what_is_wrong(tmp_path / "data-0")


def _notices_what_is_wrong(data: Path) -> None:
    """The control: the same checks on recordings that somebody had his hands in."""
    rows = rows_of(data)
    one, other, third = list(rows)[:3]
    play(data, {}, KillReport())
    check(data, rows, {}, 0, KillReport())
    file = data / "recordings" / one
    content = file.read_bytes()
    file.write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(RecordingLost, match="does not play|plays"):
        play(data, {}, KillReport())
    file.unlink()
    with pytest.raises(RecordingLost, match="not on the disk"):
        play(data, rows, KillReport())
    file.write_bytes(content)
    with sqlite3.connect(data / "trucban.sqlite3") as connection:
        connection.execute("UPDATE segments SET frames = frames + 1 WHERE path = ?", [other])
        connection.execute("DELETE FROM segments WHERE path = ?", [third])
    connection.close()
    with pytest.raises(RecordingLost, match="was in the index as"):
        check(data, {other: rows[other]}, {}, 0, KillReport())
    with pytest.raises(RecordingLost, match="was in the index as"):
        check(data, {third: rows[third]}, {}, 0, KillReport())
    left = left_open(data, rows_of(data), rows[third].end_ms)
    assert third in left
    with pytest.raises(RecordingLost, match="the index says"):
        check(data, {}, {other: left[third]}, rows[other].end_ms + 1, KillReport())
