"""Windows keep what an operator arranged, build only what is looked at, and fit a laptop."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QLabel, QWidget
from pytestqt.qtbot import QtBot

from console.models.preferences import Preferences
from console.panels import PanelSpec, panel_specs
from console.windows import Windows
from console.workspace import Leaf, Split, Workspace
from tests.panels.desk_room import Seat

WAIT_MS = 5000
LAPTOP_PX = (1366, 768)
TWO = Split("row", (30, 70), (Leaf("left"), Leaf("right")))
DUTY = Workspace("duty", 1, {"vi": "Trực ban", "en": "Duty"}, ((TWO,),))
MAP = Workspace("map", 2, {"vi": "Bản đồ", "en": "Map"}, ((Leaf("left"),),), home_of=frozenset(("agency",)))


class Plain(QLabel):
    """Windows know nothing of panels: one that counts is enough."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.turns = 0

    def save_state(self) -> dict[str, object]:
        return {"turns": self.turns}

    def restore_state(self, state: Mapping[str, object]) -> None:
        self.turns = int(str(state["turns"]))

    def is_live(self) -> bool:
        return True


class Room:
    """One window in a frame, and the panels that were built for it."""

    def __init__(self, qtbot: QtBot, preferences: Preferences, role: str = "") -> None:
        self.built: list[Plain] = []
        self.windows = Windows(
            [DUTY, MAP], self._build, lambda: (QWidget(), QWidget()), preferences, "vi", monitors=1, full_screen=False
        )
        self.windows.role = role
        self.windows.open()
        self.window = self.windows.windows[0]
        qtbot.addWidget(self.window)
        qtbot.waitExposed(self.window)
        self.window.setGeometry(QRect(0, 0, 1400, 800))

    def _build(self, key: str) -> tuple[str, QWidget]:
        panel = Plain(key)
        self.built.append(panel)
        return key, panel

    def dock(self, key: str) -> QDockWidget:
        found = self.window.current().findChild(QDockWidget, key)
        assert isinstance(found, QDockWidget)
        return found


@pytest.fixture
def preferences(qapp: object) -> Preferences:
    return Preferences()


def test_a_workspace_is_built_when_it_is_first_shown(qtbot: QtBot, preferences: Preferences) -> None:
    room = Room(qtbot, preferences)
    assert [panel.text() for panel in room.built] == ["left", "right"]
    room.windows.show_workspace("map")
    qtbot.waitUntil(lambda: len(room.built) == 3, timeout=WAIT_MS)
    room.windows.show_workspace("duty")
    assert len(room.built) == 3, "what was built is kept, not built again"


def test_shares_of_the_layout_become_widths(qtbot: QtBot, preferences: Preferences) -> None:
    room = Room(qtbot, preferences)
    qtbot.waitUntil(lambda: 2.0 < room.dock("right").width() / room.dock("left").width() < 2.7, timeout=WAIT_MS)


def share(dock: QDockWidget, window: QWidget) -> float:
    return dock.width() / window.width()


def test_a_window_that_shrinks_and_grows_keeps_the_shares(qtbot: QtBot, preferences: Preferences) -> None:
    room = Room(qtbot, preferences)
    for width_px in (1000, 1800, 1366):
        room.window.resize(width_px, 700)
        qtbot.waitUntil(lambda: abs(share(room.dock("left"), room.window) - 0.3) < 0.02, timeout=WAIT_MS)
    drag_edge(qtbot, room, by_px=300)
    wanted = share(room.dock("left"), room.window)
    assert wanted > 0.45, "the edge went where the mouse took it"
    for width_px in (1000, 1800):
        room.window.resize(width_px, 700)
        qtbot.waitUntil(lambda: abs(share(room.dock("left"), room.window) - wanted) < 0.02, timeout=WAIT_MS)


def drag_edge(qtbot: QtBot, room: Room, by_px: int) -> None:
    """Move the edge between the two panels as the mouse does."""
    content = room.window.current()
    edge = QPoint(room.dock("left").geometry().right() + 2, content.height() // 2)
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(content, left, pos=edge)
    for step in range(1, 11):
        move = QPointF(edge.x() + by_px * step / 10, edge.y())
        event = QMouseEvent(
            QEvent.Type.MouseMove, move, content.mapToGlobal(move), left, left, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(content, event)
    # Qt moves the panels of a dragged edge a turn later.
    qtbot.waitUntil(lambda: room.dock("left").geometry().right() > edge.x() + by_px // 2, timeout=WAIT_MS)
    QTest.mouseRelease(content, left, pos=QPoint(edge.x() + by_px, edge.y()))


def test_where_the_operator_moved_an_edge_it_is_after_a_restart(qtbot: QtBot, preferences: Preferences) -> None:
    first = Room(qtbot, preferences)
    qtbot.waitUntil(lambda: share(first.dock("left"), first.window) < 0.35, timeout=WAIT_MS)
    drag_edge(qtbot, first, by_px=300)
    wanted = share(first.dock("left"), first.window)
    first.windows.save()
    first.window.close()
    second = Room(qtbot, preferences)
    qtbot.waitUntil(lambda: abs(share(second.dock("left"), second.window) - wanted) < 0.03, timeout=WAIT_MS)


def test_an_operators_own_arrangement_is_there_after_a_restart(qtbot: QtBot, preferences: Preferences) -> None:
    first = Room(qtbot, preferences)
    qtbot.waitUntil(lambda: first.dock("right").width() > first.dock("left").width(), timeout=WAIT_MS)
    first.dock("left").hide()
    first.built[1].turns = 7
    first.windows.save()
    first.window.close()
    second = Room(qtbot, preferences)
    qtbot.waitUntil(lambda: not second.dock("left").isVisible(), timeout=WAIT_MS)
    assert second.built[1].turns == 7
    second.windows.reset_layout()
    qtbot.waitUntil(second.dock("left").isVisible, timeout=WAIT_MS)


def test_the_workspace_last_used_opens_first(qtbot: QtBot, preferences: Preferences) -> None:
    first = Room(qtbot, preferences)
    first.windows.show_workspace("map")
    first.window.close()
    assert Room(qtbot, preferences).windows.key == "map"


def test_a_role_begins_with_its_own_workspace_until_it_chose_another(qtbot: QtBot, preferences: Preferences) -> None:
    def opened(role: str) -> str:
        room = Room(qtbot, preferences, role)
        room.windows.save()
        return room.windows.key

    assert opened("agency") == "map"
    preferences.set("workspace", None)
    assert opened("duty_officer") == "duty"
    preferences.set("workspace", "duty")
    assert opened("agency") == "duty"


def test_a_panel_taken_out_far_away_comes_back_into_sight(qtbot: QtBot, preferences: Preferences) -> None:
    room = Room(qtbot, preferences)
    dock = room.dock("right")
    dock.setFloating(True)
    dock.setGeometry(9000, 9000, 300, 200)
    room.windows.arrange()
    qtbot.waitUntil(lambda: room.window.geometry().contains(dock.geometry().center()), timeout=WAIT_MS)


def test_closing_the_last_window_is_told(qtbot: QtBot, preferences: Preferences) -> None:
    room = Room(qtbot, preferences)
    with qtbot.waitSignal(room.windows.all_closed, timeout=WAIT_MS):
        room.window.close()


def narrowest_px(spec: PanelSpec) -> int:
    panel = spec.build(Seat().session)
    width = panel.minimumSizeHint().width()
    panel.deleteLater()
    return width


def test_no_panel_asks_for_more_than_its_third_of_a_laptop(qtbot: QtBot) -> None:
    """A panel's width is what its layout insists on; more than its place pushes the others off the screen."""
    known = panel_specs()
    wide = {key: narrowest_px(known[key]) for key in ("inbox", "alert_card", "environment", "station_chart")}
    assert wide["inbox"] <= 0.26 * LAPTOP_PX[0]
    assert wide["station_chart"] <= 0.43 * LAPTOP_PX[0]
    assert wide["alert_card"] <= 0.31 * LAPTOP_PX[0]
    assert wide["environment"] <= 0.5 * LAPTOP_PX[0]
