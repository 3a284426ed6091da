"""Tabs: what does not fit is in the menu, and the chosen one never is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from widgets.tab_row import TabRow

KEYS = [f"tab-{number}" for number in range(10)]


def row(qtbot: QtBot, wide_px: int) -> TabRow:
    made = TabRow()
    qtbot.addWidget(made)
    for key in KEYS:
        made.add(key, f"Màn hình {key}")
    made.resize(wide_px, 40)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_with_room_for_all_there_is_no_menu(qtbot: QtBot) -> None:
    tabs = row(qtbot, 4000)
    assert tabs.hidden_keys == []


def test_what_does_not_fit_is_in_the_menu_and_can_be_chosen_there(qtbot: QtBot) -> None:
    tabs = row(qtbot, 500)
    hidden = tabs.hidden_keys
    assert hidden
    assert hidden == KEYS[len(KEYS) - len(hidden) :]
    tabs.mark(hidden[-1])
    assert hidden[-1] not in tabs.hidden_keys, "the chosen one is to be seen"
    for tab in tabs.findChildren(QPushButton):
        if tab.isVisible():
            assert tabs.rect().contains(tab.geometry()), tab.text()
    chosen: list[str] = []
    tabs.chosen.connect(chosen.append)
    more = next(one for one in tabs.findChildren(QPushButton) if one.text() == "⋯")
    QTest.mouseClick(more, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu), timeout=5000)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.actions()[0].trigger()
    menu.close()
    assert chosen == [tabs.hidden_keys[0]]
