"""Whether somebody writes: what comes by itself must not take the keyboard then."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

_FIELDS: Final = (QLineEdit, QTextEdit, QPlainTextEdit, QComboBox, QAbstractSpinBox)


def writing() -> bool:
    """Somebody writes or answers a question: the room must not move under his hands."""
    focus: QWidget | None = QApplication.focusWidget()
    return QApplication.activeModalWidget() is not None or isinstance(focus, _FIELDS)
