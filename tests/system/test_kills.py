"""kill -9 of a whole backend at random moments: a short run of `python -m tests.bench kills`, and its control."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest

from tests.bench.kills import Acknowledged, Lost, check, run
from tests.system.backend_process import SMALL_SITE, BackendProcess

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")


def test_nothing_that_was_answered_is_lost_by_kill_9() -> None:
    figures = run(brief=True)
    assert figures["lost"] == 0
    assert int(str(figures["acknowledged_bulletins"])) > 0
    assert int(str(figures["acknowledged_commands"])) > 0


def test_the_check_notices_what_is_lost_twice_there_or_changed(tmp_path: Path) -> None:
    """The control: the same check on logs that somebody had his hands in."""
    data = tmp_path / "data"
    with BackendProcess.start(SMALL_SITE, data, "--local-seat"):
        pass
    assert check(data, Acknowledged()).good
    with pytest.raises(Lost, match="1 of 1 acknowledged bulletins"):
        check(data, Acknowledged(bulletins=["never-stored"]))
    with pytest.raises(Lost, match="1 of 1 acknowledged commands"):
        check(data, Acknowledged(commands=["0" * 32]))
    connection = sqlite3.connect(data / "trucban.sqlite3")
    with connection:
        connection.execute("UPDATE events SET origin = 'x' WHERE seq = 1")
    connection.close()
    with pytest.raises(Lost, match="events 1 to"):
        check(data, Acknowledged())
