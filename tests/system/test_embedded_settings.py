"""What a person sets for the backend holds at the backend that the desk starts for itself."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest
from pytestqt.qtbot import QtBot

from backend.contracts.doors import LoginAnswer
from config.settings import load_settings
from console.embedded import EmbeddedBackend
from tests.system.backend_process import PASSWORD, SMALL_SITE, BackendProcess, run_backend


def test_limits_of_the_settings_hold_at_the_embedded_backend(tmp_path: Path, qtbot: QtBot) -> None:
    given = {
        "site": SMALL_SITE,
        "data": tmp_path / "data",
        "backend.port": 0,
        "backend.body_limit_kb": 1,
        "backend.token_life_h": 0.5,
        "backend.login_free_tries": 2,
    }
    embedded = EmbeddedBackend(load_settings(given, tmp_path / "none.toml"))
    try:
        with qtbot.waitSignal(embedded.ready, timeout=30_000) as ready:
            embedded.start()
        assert ready.args is not None
        url = str(ready.args[0])
        BackendProcess(SMALL_SITE, tmp_path / "data").add_user("officer")
        large = {"user": "officer", "password": "x" * 2000}
        assert httpx.post(f"{url}/api/v1/login", json=large, timeout=20).status_code == 413
        right = {"user": "officer", "password": PASSWORD}
        answer = LoginAnswer.model_validate_json(httpx.post(f"{url}/api/v1/login", json=right, timeout=20).content)
        assert answer.expires_ms / 1000 - time.time() == pytest.approx(1800, abs=60)
        wrong = {"user": "officer", "password": "wrong"}
        codes = [httpx.post(f"{url}/api/v1/login", json=wrong, timeout=20).status_code for _ in range(3)]
        assert codes == [401, 401, 429]
    finally:
        embedded.stop()


@pytest.mark.parametrize("option", ["--token-life-h", "--login-free-tries", "--body-limit-bytes"])
def test_a_limit_that_lets_nobody_in_is_refused(tmp_path: Path, option: str) -> None:
    done = run_backend("serve", "--site", SMALL_SITE, "--data", tmp_path, option, "0")
    assert done.returncode == 2
    assert f"{option} 0: right is more than 0" in done.stderr
