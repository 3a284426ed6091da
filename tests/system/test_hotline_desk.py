"""The whole desk at the hotline: a call of who sits here comes up, and what is taken down is a report of the room."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from backend.contracts.commands import BeginCrisis, Role
from console.chrome.header import Header
from console.commands.commands import new_id
from console.panels.hotline import HotlinePanel
from tests.system.backend_process import SMALL_SITE
from tests.system.desk_in_process import RunningDesk, until
from tests.unit.media_files import photo

pytestmark = pytest.mark.timeout(120)


def tell(room: RunningDesk, call_id: str, event: str, **more: str) -> None:
    word = {"call_id": call_id, "event": event, "at": datetime.now(UTC).isoformat(), **more}
    room.ingest("camera-ai", "calls", json.dumps({"events": [word]}).encode())


def test_from_the_ring_to_the_filed_ticket_of_a_crisis_without_a_mouse(qapp: object, tmp_path: Path) -> None:
    with RunningDesk(SMALL_SITE, tmp_path, "duty") as room:
        session = room.desk.session
        tell(room, "1", "arrived", caller="0912345678")
        tell(room, "1", "abandoned")
        begin = BeginCrisis(command_id=new_id(), template_id="lu-lut", reason="lũ lên nhanh")
        assert room.order(Role.SUPERVISOR, begin).accepted
        tell(room, "2", "arrived", caller="0912345678")
        tell(room, "2", "answered", agent="Bàn 3")
        chip = room.window.findChildren(Header)[0].call
        until(chip.isVisible, "the header says that a call is there")
        QTest.keyClick(room.window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
        until(lambda: "hotline" in dict(room.desk.windows.panels()), "its key shows the hotline")
        panel = room.panel("hotline")
        assert isinstance(panel, HotlinePanel)
        until(lambda: "Earlier calls of this number: 1" in panel.earlier.text(), "what the number called for before")
        assert not chip.isVisible()
        form = panel.box.form
        until(form.editors["entry"].hasFocus, "the keyboard is in the ticket")
        QTest.keyClick(room.focus(), Qt.Key.Key_1)
        QTest.keyClicks(room.focus(), "thon Ban Ven")
        QTest.keyClick(room.focus(), Qt.Key.Key_Return)
        QTest.keyClick(room.focus(), Qt.Key.Key_1)
        picture = tmp_path / "lu.jpg"
        picture.write_bytes(photo())
        panel.box.add_pictures([picture])
        QTest.keyClick(room.focus(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

        def filed() -> bool:
            reports = list(session.state.reports.values())
            return bool(reports) and reports[0].media == 1

        until(filed, "the report is there with its picture")
        (report,) = session.state.reports.values()
        assert session.state.crisis is not None
        assert (report.channel, report.chief, report.campaign) == ("call", "pccc", session.state.crisis.crisis_id)
        assert report.title == "Có người mắc kẹt tại thon Ban Ven"
        assert session.state.crisis.tally.answers == {"nguoi": {"co": 1}}
        until(panel.box.isHidden, "nothing is taken down any more")
