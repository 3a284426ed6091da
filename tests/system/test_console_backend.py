"""A desk and its server: killed and live again, signed in at, another operator's own arrangement."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QPushButton

from console.chrome.sign_in import SignIn
from tests.system.backend_process import PASSWORD, SMALL_SITE, BackendProcess
from tests.system.desk_in_process import RunningDesk, until

LIVE_AGAIN_S = 5.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[BackendProcess]:
    with BackendProcess.start(SMALL_SITE, tmp_path / "server") as backend:
        backend.add_user("officer")
        backend.add_user("leader")
        yield backend


def test_a_killed_backend_is_restarted_and_the_room_is_live_again(qapp: object, tmp_path: Path) -> None:
    with RunningDesk(SMALL_SITE, tmp_path, "environment") as room:
        alert_id = room.new_alert("cam-1")
        embedded = room.desk.embedded
        assert embedded is not None
        link, before, seq = room.desk.session.link, embedded.process_id, room.desk.session.state.seq
        os.kill(before, signal.SIGKILL)
        noticed_s = until(lambda: link.condition != "live", "the desk says that the link is lost", 4.0)
        again_s = until(lambda: link.condition == "live", "the room is live again", LIVE_AGAIN_S - noticed_s)
        assert noticed_s + again_s <= LIVE_AGAIN_S
        assert embedded.process_id not in (0, before)
        assert room.desk.session.state.seq >= seq, "nothing that was acknowledged is gone"
        assert alert_id in room.desk.session.state.alerts
        room.desk.session.commands.acknowledge(alert_id)
        until(lambda: room.alert(alert_id).acknowledged, "commands work at the new one")


def dialog() -> SignIn:
    shown: list[SignIn] = []

    def opened() -> bool:
        shown[:] = [one for one in QApplication.topLevelWidgets() if isinstance(one, SignIn) and one.isVisible()]
        return bool(shown)

    until(opened, "the desk asks who sits here")
    return shown[0]


def give(asked: QDialog, user: str, password: str) -> None:
    """Type them and press the button, as an operator does."""
    name, secret = asked.findChildren(QLineEdit)
    name.setText(user)
    secret.setText(password)
    button = asked.findChild(QPushButton)
    assert button is not None
    until(button.isEnabled, "it may be tried")
    button.click()


def outcome(asked: QDialog) -> str:
    label = asked.findChild(QLabel, "outcome")
    assert label is not None
    return label.text()


def room_file(folder: Path, user: str) -> Path:
    return folder / "data" / "desk" / f"{user}.json"


def leave_room(folder: Path, user: str, workspace: str) -> None:
    """As if this operator had left the desk showing that workspace."""
    path = room_file(folder, user)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"version": 1, "values": {"workspace": workspace}}), encoding="utf-8")


def who(room: RunningDesk) -> str:
    operator = room.desk.session.operator
    return operator.user if operator is not None else ""


def test_the_server_asks_who_sits_here_and_gives_him_his_own_room(
    qapp: object, tmp_path: Path, server: BackendProcess
) -> None:
    leave_room(tmp_path, "officer", "environment")
    leave_room(tmp_path, "leader", "cameras")
    with RunningDesk(SMALL_SITE, tmp_path, "", server=server.url) as room:
        asked = dialog()
        give(asked, "officer", "wrong")
        until(lambda: bool(outcome(asked)) and "…" not in outcome(asked), "it is refused in words")
        assert not room.desk.windows.windows
        give(asked, "officer", PASSWORD)
        room.until_live()
        assert who(room) == "officer"
        until(lambda: room.desk.windows.key == "environment", "the workspace that he left")
        (again,) = [action for action in room.window.actions() if action.text().startswith("Sign in again")]
        again.trigger()
        give(dialog(), "leader", PASSWORD)
        until(lambda: who(room) == "leader", "another one sits here")
        until(lambda: room.desk.windows.key == "cameras", "the workspace that the leader left")
        until(lambda: "video_wall" in dict(room.desk.windows.panels()), "with its panels")
    for user, workspace in (("officer", "environment"), ("leader", "cameras")):
        kept = json.loads(room_file(tmp_path, user).read_text(encoding="utf-8"))["values"]
        assert kept["workspace"] == workspace
        assert f"layout/{workspace}/1/0" in kept
