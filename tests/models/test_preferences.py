"""An operator's own settings survive restarts, broken files and full folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from console.models.preferences import Preferences, _Writer, read_values, write_values


def reopened(path: Path) -> Preferences:
    preferences = Preferences(path)
    preferences.load_now()
    return preferences


def test_what_was_set_is_there_after_a_restart(qapp: object, tmp_path: Path) -> None:
    path = tmp_path / "desk" / "an.tran.json"
    preferences = Preferences(path)
    preferences.set("workspace", "Trực ban")
    preferences.flush()
    assert reopened(path).get("workspace") == "Trực ban"


def test_a_change_is_written_by_itself(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "an.json"
    preferences = Preferences(path)
    preferences.set("mute", 10)
    qtbot.waitUntil(lambda: read_values(path) == {"mute": 10}, timeout=5000)


def test_values_in_memory_only_leave_no_file(qapp: object, tmp_path: Path) -> None:
    preferences = Preferences()
    preferences.set("workspace", "map")
    preferences.flush()
    assert preferences.get("workspace") == "map"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[]", b'{"version": 99, "values": {"a": 1}}', b'{"version": 1, "values": []}'],
    ids=["empty", "torn", "no UTF-8", "a list", "of a later version", "no table"],
)
def test_a_file_that_is_not_ours_counts_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "an.json"
    path.write_bytes(content)
    assert read_values(path) == {}


def test_a_write_that_fails_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "an.json"
    write_values(path, {"a": 1})

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_values(path, {"a": 2})
    assert read_values(path) == {"a": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["an.json"]


def test_a_folder_that_cannot_be_made_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    preferences = Preferences(tmp_path / "file" / "an.json")
    preferences.set("a", 1)
    with qtbot.waitSignal(preferences.write_failed, timeout=2000):
        preferences.flush()


def test_another_operator_gets_his_own_and_the_first_ones_are_kept(qtbot: QtBot, tmp_path: Path) -> None:
    first, second = tmp_path / "an.json", tmp_path / "binh.json"
    write_values(second, {"workspace": "camera"})
    preferences = Preferences(first)
    preferences.set("workspace", "map")
    with qtbot.waitSignal(preferences.replaced, timeout=5000):
        preferences.switch_to(second)
    assert preferences.get("workspace") == "camera"
    assert read_values(first) == {"workspace": "map"}


def test_vietnamese_stays_readable_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "an.json"
    write_values(path, {"title": "Trực ban"})
    assert "Trực ban" in path.read_text(encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8"))["version"] == 1


def test_what_is_set_while_his_file_is_read_is_kept_and_nothing_of_the_one_before(qtbot: QtBot, tmp_path: Path) -> None:
    first, second = tmp_path / "an.json", tmp_path / "binh.json"
    write_values(first, {"only an": 1})
    write_values(second, {"workspace": "camera", "mute": 5})
    preferences = reopened(first)
    with qtbot.waitSignal(preferences.replaced, timeout=5000):
        preferences.switch_to(second)
        preferences.set("mute", 10)
    preferences.flush()
    assert read_values(second) == {"workspace": "camera", "mute": 10}
    assert read_values(first) == {"only an": 1}


def test_the_program_may_end_while_his_file_is_read(qapp: object, tmp_path: Path) -> None:
    path = tmp_path / "binh.json"
    write_values(path, {"workspace": "camera"})
    preferences = Preferences(tmp_path / "an.json")
    preferences.switch_to(path)
    preferences.set("mute", 10)
    preferences.flush()
    assert read_values(path) == {"workspace": "camera", "mute": 10}


def test_of_two_that_follow_each_other_the_last_one_counts(qtbot: QtBot, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.json" for name in ("an", "binh", "chi")]
    for path in paths:
        write_values(path, {"who": path.stem})
    preferences = reopened(paths[0])
    preferences.switch_to(paths[1])
    with qtbot.waitSignal(preferences.replaced, timeout=5000):
        preferences.switch_to(paths[2])
    assert preferences.get("who") == "chi"


def test_a_slow_older_write_does_not_replace_a_newer_one(tmp_path: Path) -> None:
    path = tmp_path / "an.json"
    writer = _Writer()
    older, newer = writer.ticket(), writer.ticket()
    writer.write(newer, path, {"a": 2})
    writer.write(older, path, {"a": 1})
    assert read_values(path) == {"a": 2}
