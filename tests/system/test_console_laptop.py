"""On one laptop screen everything still fits: nothing stands outside, overlaps or is squeezed below what it needs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QDockWidget, QWidget

from console.windows import RoomWindow
from tests.system.backend_process import LAOCAI
from tests.system.desk_in_process import RunningDesk, until

LAPTOP_PX = (1366, 768)


@pytest.fixture(scope="module")
def room(qapp: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with RunningDesk(LAOCAI, tmp_path_factory.mktemp("desk"), "duty", "vi", LAPTOP_PX) as running:
        running.new_alert("gt-coc-leu")
        yield running


def place(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def scrolled(widget: QWidget, window: QWidget) -> bool:
    """It lies in something that scrolls, where being outside is no loss."""
    above = widget.parentWidget()
    while above is not None and above is not window:
        if isinstance(above.parentWidget(), QAbstractScrollArea):
            return True
        above = above.parentWidget()
    return False


def docks(window: RoomWindow) -> list[QDockWidget]:
    return [dock for dock in window.current().findChildren(QDockWidget) if dock.isVisible()]


@pytest.mark.parametrize("workspace", ["duty", "environment", "map", "cameras"])
def test_every_workspace_fits_a_laptop(room: RunningDesk, workspace: str) -> None:
    window = room.window
    room.desk.windows.show_workspace(workspace)
    until(lambda: bool(docks(window)), "its panels are there")
    assert window.size().toTuple() == LAPTOP_PX, "the window is no larger than the screen"
    assert window.minimumSizeHint().width() <= LAPTOP_PX[0]
    assert window.minimumSizeHint().height() <= LAPTOP_PX[1]
    whole = QRect(0, 0, *LAPTOP_PX)

    def outside() -> list[str]:
        return [
            f"{type(child).__name__} {child.objectName()} {place(child, window)}"
            for child in window.findChildren(QWidget)
            if child.isVisible() and child.window() is window and not scrolled(child, window)
            if not whole.contains(place(child, window))
        ]

    until(lambda: not outside(), f"{workspace}: nothing stands outside its window", 5.0)
    places = {dock.objectName(): place(dock, window) for dock in docks(window)}
    for (one, first), (other, second) in itertools.combinations(places.items(), 2):
        assert not first.intersects(second), f"{one} {first} lies over {other} {second}"


@pytest.mark.parametrize("workspace", ["duty", "environment", "map", "cameras"])
def test_no_button_is_squeezed_and_no_panel_is_a_strip(room: RunningDesk, workspace: str) -> None:
    window = room.window
    room.desk.windows.show_workspace(workspace)
    until(lambda: bool(docks(window)), "its panels are there")

    def squeezed() -> list[str]:
        return [
            f"{button.text() or button.objectName()!r}: {button.width()} px of {button.minimumSizeHint().width()}"
            for button in window.findChildren(QAbstractButton)
            if button.isVisible() and button.width() < button.minimumSizeHint().width()
        ]

    until(lambda: not squeezed(), f"{workspace}: every button shows its words", 5.0)
    for dock in docks(window):
        panel = dock.widget()
        assert panel is not None
        assert panel.width() >= 240, dock.objectName()
        assert panel.height() >= 140, dock.objectName()
