"""A label that shows text as text: what citizens and feeds write is never markup."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


def plain_label(name: str, parent: QWidget | None = None, *, wrap: bool = True) -> QLabel:
    """An empty one whose text can be selected. `name`: its object name, for the style sheet."""
    made = QLabel(parent)
    made.setObjectName(name)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made
