"""The room's log: lines as things happen and from the server, filters, search, ways on from a line, replay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import BaseModel
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from backend.contracts.events import AlertAcknowledged, CameraChanged, DeskActed, Event, LoggedEvent, OperatorSignedIn
from backend.contracts.replay import ReplayEvents
from backend.contracts.state import RoomState, apply
from console.models.replay import ReplayControl
from console.models.room_log import KEPT, LIVE_DOOR, EventPage, LogLine, RoomLogModel
from console.models.session import Selected
from console.panels.room_log import SPEC, RoomLog
from console.sources.live import replace
from console.sources.tape import difference
from console.timebase import ReplayClock
from resources import tokens
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert, laocai

CAMERA = laocai().cameras[0]


class LogDoor(QObject):
    """The doors of the log, answered from a list as the backend does; answers come by the event loop.

    `refuse`: answer with this sentence instead.
    """

    _answered = Signal(object, object)

    def __init__(self, log: Sequence[LoggedEvent]) -> None:
        super().__init__()
        self.refuse = ""
        self.asked: list[tuple[str, Mapping[str, str | int]]] = []
        self._log = log
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
        self.asked.append((path, query))
        if self.refuse:
            self._answered.emit(failed, self.refuse)
            return
        until_ms = int(query.get("until", 2**62))
        found = [each for each in self._log if each.seq > int(query["after_seq"]) and each.at_ms <= until_ms]
        page = tuple(found[: int(query["limit"])])
        if path == LIVE_DOOR:
            self._answered.emit(done, EventPage(epoch="test", last_seq=len(self._log), events=page))
        else:
            self._answered.emit(done, ReplayEvents(epoch="test", events=page, complete=len(page) == len(found)))

    def download(self, path: str, file: Path, done: Callable[[Path], None], failed: Callable[[str], None]) -> None:
        raise AssertionError("the log downloads nothing")


@pytest.fixture
def seat(qtbot: QtBot) -> Seat:
    made = Seat()
    made.session.server = LogDoor(made.log)
    return made


def door(seat: Seat) -> LogDoor:
    return cast(LogDoor, seat.session.server)


def show(seat: Seat, qtbot: QtBot) -> RoomLog:
    panel = SPEC.build(seat.session)
    assert isinstance(panel, RoomLog)
    qtbot.addWidget(panel)
    panel.resize(900, 500)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def seqs(panel: RoomLog) -> list[int]:
    lines = [panel.rows.line(panel.rows.index(row, 0)) for row in range(panel.rows.rowCount())]
    return [line.seq for line in lines if line is not None]


def line(panel: RoomLog, row: int = 0) -> LogLine:
    found = panel.rows.line(panel.rows.index(row, 0))
    assert found is not None
    return found


def a_morning(seat: Seat, count: int = 30) -> None:
    seat.raise_alerts(alert("fire", headline="Cháy Cốc Lếu"))
    seat.happen(AlertAcknowledged(alert_id="fire", comment="đã gọi 114"), actor="an.tran")
    for number in range(count):
        condition = "lost" if number % 2 == 0 else "online"
        seat.happen(CameraChanged(camera_id=CAMERA.camera_id, condition=condition))  # type: ignore[arg-type]


def test_what_happened_before_it_opened_comes_from_the_server_and_what_happens_now_by_itself(
    seat: Seat, qtbot: QtBot
) -> None:
    a_morning(seat)
    panel = show(seat, qtbot)
    tester = QAbstractItemModelTester(panel.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    qtbot.waitUntil(lambda: seqs(panel) == list(range(33, 0, -1)), timeout=5_000)
    asked = len(door(seat).asked)
    seat.happen(OperatorSignedIn(user="binh", role="leader", origin=""), actor="binh")
    assert seqs(panel)[0] == 34
    assert line(panel).words.who == "binh"
    assert len(door(seat).asked) == asked
    assert panel.is_live()
    assert tester.model() is panel.model


def test_only_the_newest_lines_are_kept(seat: Seat, qtbot: QtBot) -> None:
    a_morning(seat, KEPT + 40)
    panel = show(seat, qtbot)
    qtbot.waitUntil(lambda: len(seqs(panel)) == KEPT, timeout=5_000)
    seat.happen(OperatorSignedIn(user="binh", role="leader", origin=""))
    assert len(seqs(panel)) == KEPT
    assert seqs(panel) == list(range(seat.state.seq, seat.state.seq - KEPT, -1))


def test_a_log_that_cannot_be_had_is_told_and_asked_for_again(
    seat: Seat, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.models.room_log.RETRY_MS", 100)
    door(seat).refuse = "máy chủ không trả lời"
    panel = show(seat, qtbot)
    message = panel.findChild(type(panel._message), "empty")
    qtbot.waitUntil(lambda: message is not None and door(seat).refuse in message.text(), timeout=5_000)
    door(seat).refuse = ""
    qtbot.waitUntil(lambda: bool(seqs(panel)), timeout=5_000)
    assert panel.view.isVisible()


def test_lines_are_chosen_by_kind_and_found_without_diacritics(seat: Seat, qtbot: QtBot) -> None:
    a_morning(seat, 4)
    panel = show(seat, qtbot)
    qtbot.waitUntil(lambda: len(seqs(panel)) == 7, timeout=5_000)
    QTest.mouseClick(
        next(each for each in panel.findChildren(QPushButton) if each.text() == "People"), Qt.MouseButton.LeftButton
    )
    assert [line(panel, row).words.kind for row in range(len(seqs(panel)))] == ["operator"]
    panel.choose("all")
    panel.search.setText("goi 114")
    assert [line(panel).seq, len(seqs(panel))] == [3, 1]
    panel.search.setText("khong co dau")
    assert not panel.view.isVisible()
    panel.search.clear()
    assert len(seqs(panel)) == 7


def test_a_double_click_selects_what_the_line_is_about(seat: Seat, qtbot: QtBot) -> None:
    a_morning(seat, 1)
    panel = show(seat, qtbot)
    qtbot.waitUntil(lambda: len(seqs(panel)) == 4, timeout=5_000)
    at = panel.view.visualRect(panel.rows.index(1, 0)).center()
    viewport = panel.view.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert seat.session.selection.current == Selected("alert", "fire")


def test_an_alert_is_coloured_only_while_it_waits_for_a_hand(seat: Seat, qtbot: QtBot) -> None:
    seat.raise_alerts(alert("fire"))
    panel = show(seat, qtbot)
    qtbot.waitUntil(lambda: len(seqs(panel)) == 2, timeout=5_000)
    assert coloured(panel)
    seat.happen(AlertAcknowledged(alert_id="fire"), actor="an.tran")
    qtbot.waitUntil(lambda: not coloured(panel), timeout=5_000)


def coloured(panel: RoomLog) -> bool:
    image = panel.view.viewport().grab().toImage()
    wanted = tokens.P1.lower()
    return any(
        image.pixelColor(QPoint(x, y)).name() == wanted for y in range(min(120, image.height())) for x in range(200)
    )


def test_a_name_that_changes_is_told_anew(seat: Seat, qtbot: QtBot) -> None:
    from backend.contracts.events import AlertUpdated

    a_morning(seat, 0)
    panel = show(seat, qtbot)
    qtbot.waitUntil(lambda: len(seqs(panel)) == 3, timeout=5_000)
    seat.happen(AlertUpdated(alert_id="fire", text="a"))
    assert "Cháy Cốc Lếu" in line(panel, 1).words.what
    seat.happen(AlertUpdated(alert_id="fire", headline_vi="Cháy chợ Cốc Lếu"))
    assert "Cháy chợ Cốc Lếu" in line(panel, 2).words.what


# -- replay ------------------------------------------------------------------------------------------------------------


class PastSeat(Seat):
    """A seat in a replay: its state is folded to wherever the clock stands."""

    def __init__(self, log: Sequence[LoggedEvent]) -> None:
        super().__init__()
        self.whole = log
        clock = ReplayClock(lambda: log[-1].at_ms + 1000)
        self.session.clock = clock
        self.session.replay = ReplayControl(clock)
        self.session.server = LogDoor(log)
        self.session.replay.jumped.connect(lambda at_ms, exact: self.stand_at(at_ms))

    def stand_at(self, at_ms: int) -> None:
        new = RoomState(epoch="test")
        for each in self.whole:
            if each.at_ms <= at_ms:
                apply(new, each)
        delta = difference(self.state, new)
        delta.reset = True
        replace(self.state, new)
        self.session.changed.emit(delta)


def a_past(seat: Seat) -> list[LoggedEvent]:
    """Thirty-three events, a second apart."""
    a_morning(seat)
    return [each.model_copy(update={"at_ms": 1_000_000 + 1000 * each.seq}) for each in seat.log]


def test_in_a_replay_the_log_ends_at_the_clocks_instant_and_a_click_goes_there(seat: Seat, qtbot: QtBot) -> None:
    past = PastSeat(a_past(seat))
    replay = past.session.replay
    assert replay is not None
    panel = show(past, qtbot)
    replay.seek(1_000_000 + 20_000)
    qtbot.waitUntil(lambda: seqs(panel) == list(range(20, 0, -1)), timeout=5_000)
    at = panel.view.visualRect(panel.rows.index(8, 0)).center()
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    qtbot.waitUntil(lambda: seqs(panel) == list(range(12, 0, -1)), timeout=5_000)
    assert past.session.clock.now_ms() == 1_000_000 + 12_000
    replay.seek(1_000_000 + 31_000)
    qtbot.waitUntil(lambda: seqs(panel) == list(range(31, 0, -1)), timeout=5_000)


def test_a_far_jump_loads_the_lines_before_the_new_instant(
    seat: Seat, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.models.room_log.KEPT", 5)
    past = PastSeat(a_past(seat))
    replay = past.session.replay
    assert replay is not None
    model = RoomLogModel(past.session)
    for seq in (30, 8, 11, 3, 33):
        replay.seek(1_000_000 + 1000 * seq)
        expected = list(range(seq, max(0, seq - 5), -1))
        qtbot.waitUntil(
            lambda: [model.line_at(row).seq for row in range(model.rowCount())] == expected,  # noqa: B023
            timeout=5_000,
        )


def test_what_officers_did_at_their_desks_is_in_the_log(seat: Seat, qtbot: QtBot) -> None:
    seat.session.workspace_titles = {"duty": "Trực ban"}
    panel = show(seat, qtbot)
    acts: tuple[Event, ...] = (
        DeskActed(act="workspace", about="duty"),
        DeskActed(act="camera", about=CAMERA.camera_id),
    )
    seat.happen(*acts, actor="an.tran")
    qtbot.waitUntil(lambda: len(seqs(panel)) == 3, timeout=5_000)
    assert CAMERA.name_vi in line(panel, 0).words.what
    assert "Trực ban" in line(panel, 1).words.what
