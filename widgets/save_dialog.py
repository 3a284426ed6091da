"""Asks where a file is to be put; the room goes on meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def ask_where(
    parent: QWidget, title: str, name: str, kinds: tuple[str, ...], chosen: Callable[[Path], None]
) -> QFileDialog:
    """`chosen` gets the file, once, if somebody chose one.

    Args:
        name: what is proposed, with its folder or without.
        kinds: as Qt writes them, e.g. "PDF (*.pdf)"; a name without an ending gets that of the kind that is set.
    """
    dialog = QFileDialog(parent, title, name)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(kinds)
    dialog.setDefaultSuffix(_ending(kinds[0]))
    dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(_ending(kind)))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.open()
    return dialog


def _ending(kind: str) -> str:
    found = re.search(r"\*\.(\w+)", kind)
    return found.group(1) if found else ""
