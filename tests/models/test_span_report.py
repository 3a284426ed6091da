"""A report of a span: one question at a time, never put off for ever, and the server rests in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest
import shiboken6
from pydantic import BaseModel
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from backend.contracts.kinds.alerts import Priority
from console.models.span_report import SpanReport
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert

SOON_MS = 5_000


class Answer(BaseModel):
    number: int


class Server:
    """Answers only when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[Answer], None]] = []
        self.asked = 0

    def ask(
        self,
        path: str,
        query: Mapping[str, str | int],
        model: type[BaseModel],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
        body: BaseModel | None = None,
    ) -> None:
        self.asked += 1
        self.waiting.append(done)

    def answer(self) -> None:
        self.waiting.pop(0)(Answer(number=self.asked))


class Desk:
    def __init__(self, qtbot: QtBot) -> None:
        self.seat, self.server, self.came = Seat(), Server(), list[int]()
        self.seat.session.server = cast(Any, self.server)
        self.panel = QWidget()
        qtbot.addWidget(self.panel)
        self.panel.show()
        self.report = SpanReport(
            self.seat.session, "/door", Answer, lambda: (1, 2), lambda one: self.came.append(one.number), self.panel
        )
        self._raised = 0

    def change(self) -> None:
        self._raised += 1
        self.seat.raise_alerts(alert(f"a{self._raised}", Priority.LOW))


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(qtbot)


def test_changes_without_end_do_not_put_the_question_off(desk: Desk, qtbot: QtBot) -> None:
    def asked() -> bool:
        desk.change()
        return desk.server.asked == 1

    qtbot.waitUntil(asked, timeout=SOON_MS)


def test_what_changes_while_an_answer_is_under_way_is_asked_afterwards(desk: Desk, qtbot: QtBot) -> None:
    desk.change()
    qtbot.waitUntil(lambda: desk.server.asked == 1, timeout=SOON_MS)
    desk.change()
    qtbot.waitUntil(lambda: desk.report._again, timeout=SOON_MS)
    assert desk.server.asked == 1, "one at a time"
    desk.server.answer()
    qtbot.waitUntil(lambda: desk.server.asked == 2, timeout=30_000)
    desk.server.answer()
    assert desk.came == [1, 2]


def test_nothing_is_asked_while_nobody_looks(desk: Desk, qtbot: QtBot) -> None:
    desk.panel.hide()
    desk.change()
    qtbot.waitUntil(lambda: not desk.report._timer.isActive(), timeout=SOON_MS)
    assert desk.server.asked == 0


def test_an_answer_to_a_panel_that_is_gone_finds_nobody(desk: Desk, qtbot: QtBot) -> None:
    desk.change()
    qtbot.waitUntil(lambda: desk.server.asked == 1, timeout=SOON_MS)
    shiboken6.delete(desk.report)
    desk.server.answer()
    assert desk.came == []
