"""The procedure editor: a form over the file, checked by the site's own rules, saved only when nothing is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from backend.contracts import events as ev
from backend.contracts.commands import Role
from backend.contracts.sop import SopAnswer, SopProblem, SopText
from config.problems import Problems
from config.site import load_site
from config.sop import parse_sop
from console.models.procedures import FIELDS
from console.panels.sop import SopPanel
from tests.panels.desk_room import Seat
from tests.panels.map_room import laocai
from tests.panels.words import words
from tests.unit.test_site import LAOCAI, TODAY

SOPS = load_site(LAOCAI, TODAY).sops


class Doors(QObject):
    """The server's end with the backend's own rules; its answers come by the event loop."""

    _answered = Signal(object, object)

    def __init__(self, seat: Seat) -> None:
        super().__init__()
        self.seat = seat
        self.asked: list[str] = []
        self.saved: list[SopText] = []
        self._answered.connect(lambda call, answer: call(answer), Qt.ConnectionType.QueuedConnection)

    def ask(
        self,
        path: str,
        query: Mapping[str, str | int],
        model: type[Any],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
        body: BaseModel | None = None,
    ) -> None:
        assert isinstance(body, SopText)
        self.asked.append(path)
        problems = Problems()
        known = self.seat.state.sops.get(body.sop_id)
        version = 1 if known is None else known.version + 1
        sop = parse_sop(f"{body.sop_id}.{version}.toml", body.text, laocai(), problems)
        found = tuple(SopProblem(line=one.line, message=one.message) for one in sorted(problems.found))
        answer = SopAnswer(problems=found)
        if path.endswith("/sops") and sop is not None:
            self.saved.append(body)
            self.seat.happen(ev.SopPublished(sop=sop))
            answer = SopAnswer(version=sop.version)
        self._answered.emit(done, answer)

    def download(self, path: str, file: Path, done: Callable[[Path], None], failed: Callable[[str], None]) -> None:
        raise AssertionError(path)


def opened(qtbot: QtBot, role: Role) -> tuple[Seat, SopPanel, Doors]:
    seat = Seat(role)
    doors = Doors(seat)
    seat.session.server = doors
    seat.happen(*(ev.SopPublished(sop=sop) for sop in SOPS))
    panel = SopPanel(seat.session)
    qtbot.addWidget(panel)
    panel.resize(1100, 800)
    panel.show()
    qtbot.waitExposed(panel)
    return seat, panel, doors


def choose(panel: SopPanel, sop_id: str) -> None:
    rows = range(panel.list.count())
    panel.list.setCurrentRow(next(row for row in rows if panel.list.item(row).data(Qt.ItemDataRole.UserRole) == sop_id))


@pytest.fixture
def desk(qtbot: QtBot) -> tuple[Seat, SopPanel, Doors]:
    return opened(qtbot, Role.SUPERVISOR)


def test_every_procedure_is_shown_as_its_file_says_it(desk: tuple[Seat, SopPanel, Doors]) -> None:
    _, panel, _ = desk
    QAbstractItemModelTester(panel.steps)
    assert panel.list.count() == len(SOPS)
    choose(panel, "chay")
    problems = Problems()
    again = parse_sop("chay.1.toml", panel.text.toPlainText(), laocai(), problems)
    assert (again, problems.found) == (next(sop for sop in SOPS if sop.sop_id == "chay"), [])
    assert "Có lửa hoặc khói thật không?" in " ".join(words(panel))


def test_a_change_is_checked_and_saved_as_the_next_version(qtbot: QtBot, desk: tuple[Seat, SopPanel, Doors]) -> None:
    seat, panel, doors = desk
    choose(panel, "chay")
    assert not panel._save.isEnabled()
    panel.steps.setData(panel.steps.index(0, FIELDS.index("limit_s")), "90")
    qtbot.waitUntil(panel._save.isEnabled, timeout=3000)
    assert doors.asked == ["/api/v1/sops/check"]
    QTest.mouseClick(panel._save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(doors.saved), timeout=3000)
    assert seat.state.sops["chay"].version == 2
    assert seat.state.sops["chay"].steps[0].limit_s == 90
    qtbot.waitUntil(lambda: any("version 2" in word for word in words(panel)), timeout=3000)


def test_a_mistake_is_told_with_its_line_and_cannot_be_saved(qtbot: QtBot, desk: tuple[Seat, SopPanel, Doors]) -> None:
    seat, panel, doors = desk
    choose(panel, "chay")
    panel.table.setFocus()
    panel.table.setCurrentIndex(panel.steps.index(2, 0))
    panel.steps.setData(panel.steps.index(2, FIELDS.index("next")), "xem-camera")
    qtbot.waitUntil(lambda: panel.problems.count() > 0, timeout=3000)
    told = panel.problems.item(0).text()
    assert "every way must end" in told
    assert not panel._save.isEnabled()
    panel.table.setCurrentIndex(panel.steps.index(0, 0))
    panel.problems.itemActivated.emit(panel.problems.item(0))
    assert panel.table.currentIndex().row() == 2
    panel.steps.setData(panel.steps.index(2, FIELDS.index("next")), "")
    panel.steps.setData(panel.steps.index(0, FIELDS.index("limit_s")), "bốn phút")
    qtbot.waitUntil(lambda: panel.problems.count() == 1 and "limit_s" in panel.problems.item(0).text(), timeout=3000)
    assert doors.saved == []
    assert seat.state.sops["chay"].version == 1


def test_a_new_procedure_is_written_by_keyboard(qtbot: QtBot, desk: tuple[Seat, SopPanel, Doors]) -> None:
    seat, panel, doors = desk
    panel.begin_new()
    panel.id.setText("ngap-pho")
    QTest.keyClicks(panel.title_vi, "Ngap pho")
    QTest.keyClicks(panel.source, "mau")
    panel.table.setFocus()
    panel.table.setCurrentIndex(panel.steps.index(0, 0))
    QTest.keyClick(panel.table, Qt.Key.Key_Insert)
    assert panel.steps.rowCount() == 2
    for row in (0, 1):
        panel.steps.setData(panel.steps.index(row, FIELDS.index("words_vi")), f"Buoc {row}")
    QTest.keyClick(panel.table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [step["words_vi"] for step in panel.steps.steps] == ["Buoc 1", "Buoc 0"]
    qtbot.waitUntil(panel._save.isEnabled, timeout=3000)
    panel.save()
    qtbot.waitUntil(lambda: "ngap-pho" in seat.state.sops, timeout=3000)
    assert [step.words_vi for step in seat.state.sops["ngap-pho"].steps] == ["Buoc 1", "Buoc 0"]
    qtbot.waitUntil(lambda: panel.list.currentItem() is not None, timeout=3000)


def test_anothers_save_does_not_take_away_what_is_being_written(
    qtbot: QtBot, desk: tuple[Seat, SopPanel, Doors]
) -> None:
    seat, panel, _ = desk
    choose(panel, "chay")
    panel.steps.setData(panel.steps.index(0, FIELDS.index("words_vi")), "Chữ của tôi")
    other = seat.state.sops["chay"].model_copy(update={"version": 2, "title_vi": "Của người khác"})
    seat.happen(ev.SopPublished(sop=other))
    assert panel.steps.steps[0]["words_vi"] == "Chữ của tôi"
    qtbot.waitUntil(panel._save.isEnabled, timeout=3000)
    assert "version = 3" in panel._text(panel._next_version())


def test_who_may_not_edit_reads(qtbot: QtBot) -> None:
    _, panel, doors = opened(qtbot, Role.DUTY_OFFICER)
    assert panel._save.isHidden()
    assert panel.title_vi.isReadOnly()
    assert not panel.steps.setData(panel.steps.index(0, 0), "x")
    panel.table.setCurrentIndex(panel.steps.index(0, 0))
    QTest.keyClick(panel.table, Qt.Key.Key_Insert)
    assert doors.asked == []
