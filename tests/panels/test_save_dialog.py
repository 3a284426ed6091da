"""Where a file goes is asked without stopping the room, and its ending follows the kind that was chosen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from widgets.save_dialog import ask_where

KINDS = ("Word (*.docx)", "PDF (*.pdf)")


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def asked(parent: QWidget, chosen: list[Path]) -> QFileDialog:
    return ask_where(parent, "Biên bản", "bien-ban.docx", KINDS, chosen.append)


def test_the_ending_follows_the_kind(parent: QWidget) -> None:
    dialog = asked(parent, [])
    assert dialog.defaultSuffix() == "docx"
    assert tuple(dialog.nameFilters()) == KINDS
    dialog.filterSelected.emit(KINDS[1])
    assert dialog.defaultSuffix() == "pdf"


def test_what_was_chosen_is_told_once_and_nothing_when_it_was_left(parent: QWidget, tmp_path: Path) -> None:
    chosen: list[Path] = []
    asked(parent, chosen).reject()
    assert chosen == []
    asked(parent, chosen).fileSelected.emit(str(tmp_path / "a.pdf"))
    assert chosen == [tmp_path / "a.pdf"]
