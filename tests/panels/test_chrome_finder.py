"""Search without diacritics: what an operator types in a hurry finds what the city wrote with care."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from console.chrome.finder import SHOWN_AT_MOST, Entry, Finder, folded, ranked
from console.deeds import things
from tests.panels.desk_room import Seat


def nothing() -> None:
    return


@pytest.fixture
def entries(qtbot: QtBot) -> list[Entry]:
    return things(Seat(language="vi").session)


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Cầu Cốc Lếu", "cau coc leu"), ("Đường  Điện Biên", "duong dien bien"), ("TẰNG LOỎNG", "tang loong"), ("", "")],
)
def test_folding_leaves_letters_only(text: str, plain: str) -> None:
    assert folded(text) == plain


@pytest.mark.parametrize("query", ["coc leu", "Cốc Lếu", "COC  LEU", "leu coc", "cau coc hoang"])
def test_the_bridge_is_found_however_it_is_typed(entries: list[Entry], query: str) -> None:
    assert any(entry.text.startswith("Cầu Cốc Lếu") for entry in ranked(entries, query))


def test_cameras_stations_and_communes_are_all_there(entries: list[Entry]) -> None:
    assert {entry.hint for entry in entries} == {"camera", "station", "commune"}
    assert len(entries) > 150


def test_what_begins_with_the_word_comes_first() -> None:
    found = ranked([Entry("Chợ Sa Pa", "", nothing), Entry("Sa Pa", "", nothing)], "sa")
    assert [entry.text for entry in found] == ["Sa Pa", "Chợ Sa Pa"]


def test_nobody_is_offered_more_than_fits(entries: list[Entry]) -> None:
    assert len(ranked(entries, "")) == len(ranked(entries, "a")) == SHOWN_AT_MOST


def test_arrows_choose_and_enter_acts_once_with_the_line_closed(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 600)
    finder = Finder(window)
    window.show()
    qtbot.waitActive(window)
    done: list[tuple[str, bool]] = []

    def act(name: str) -> None:
        done.append((name, finder.isVisible()))

    rows = [Entry(name, "", partial(act, name)) for name in ("one", "two", "six")]
    finder.ask(rows, "?")
    field, shown = finder.findChild(QLineEdit), finder.findChild(QListWidget)
    assert field is not None
    assert shown is not None
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return):
        QTest.keyClick(field, key)
    assert done == [("two", False)]


def test_names_are_text_not_markup(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    finder = Finder(window)
    finder.ask([Entry("<b>Sa Pa</b>", "camera", nothing)], "?")
    shown = finder.findChild(QListWidget)
    assert shown is not None
    assert shown.item(0).text().startswith("<b>Sa Pa</b>")
