"""`main.py --exercise`: what it refuses, and that its own backend is a training room of the scenario's site."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from pytestqt.qtbot import QtBot

from backend.contracts.state import StateSnapshot
from config.settings import load_settings
from console.embedded import EmbeddedBackend
from main import arguments_of
from tests.system.backend_process import TOP
from tests.unit.exercise_samples import WHOLE


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--exercise", "lu-song-hong"), "there is no scenario 'lu-song-hong', did you mean 'lu-song-hong-2024'?"),
        (("--exercise", "lu-song-hong-2024", "--server", "https://room.example"), "it cannot be at --server"),
    ],
)
def test_what_cannot_be_played_is_told_before_a_window_opens(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "main.py", *arguments, "--data", str(tmp_path)],
        capture_output=True, text=True, cwd=TOP, timeout=30, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_desks_own_backend_is_the_training_room(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "thu.toml"
    file.write_text(WHOLE, encoding="utf-8")
    given = arguments_of(["--exercise", str(file), "--data", str(tmp_path / "data")])
    settings = load_settings({**given, "backend.port": 0}, tmp_path / "none.toml")
    backend = EmbeddedBackend(settings)
    try:
        with qtbot.waitSignal(backend.ready, timeout=30_000) as ready:
            backend.start()
        url, token = ready.args
        answer = httpx.get(f"{url}/api/v1/state", headers={"Authorization": f"Bearer {token}"}, trust_env=False)
        site = StateSnapshot.model_validate_json(answer.content).site
        assert site is not None
        assert (site.site_id, site.exercise_vi, site.exercise_en) == ("small", "Lũ thử", "Test flood")
    finally:
        backend.stop()
    rooms = list((tmp_path / "data" / "exercises").iterdir())
    assert [room.name.startswith("thu-") for room in rooms] == [True]
    assert not (tmp_path / "data" / "trucban.sqlite3").exists()
