"""A part of a panel that rolls where there is no room for it, and keeps the keyboard's field in sight."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from widgets.roll_area import RollArea


def test_it_is_as_high_as_its_fields_or_rolls_to_the_one_with_the_keyboard(qtbot: QtBot) -> None:
    body, window = QWidget(), QWidget()
    fields = [QLineEdit() for _ in range(12)]
    column = QVBoxLayout(body)
    for field in fields:
        column.addWidget(field)
    area = RollArea(body)
    whole = QVBoxLayout(window)
    whole.addWidget(area)
    whole.addStretch(1)
    window.resize(400, 900)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.waitUntil(lambda: area.height() == body.height())
    assert not area.verticalScrollBar().isVisible()
    window.resize(400, 220)
    qtbot.waitUntil(area.verticalScrollBar().isVisible)
    fields[-1].setFocus()
    qtbot.waitUntil(lambda: not fields[-1].visibleRegion().isEmpty())
    fields[0].setFocus()
    qtbot.waitUntil(lambda: not fields[0].visibleRegion().isEmpty())
    assert fields[-1].visibleRegion().isEmpty()
