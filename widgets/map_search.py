"""A line to search with: what is typed is asked for, what is offered is listed below, Enter takes the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

_WHAT: Final = Qt.ItemDataRole.UserRole


class MapSearch(QLineEdit):
    """Search line.

    Signals:
        typed: the text, at each change by hand.
        chosen: the object of the offer that was taken.
    """

    typed = Signal(str)
    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setClearButtonEnabled(True)
        self._offers = QStandardItemModel(self)
        completer = QCompleter(self._offers, self)
        # The caller has searched already, without diacritics; the completer only lists.
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.activated.connect(self._activated)
        self.setCompleter(completer)
        self.textEdited.connect(self.typed)
        self.returnPressed.connect(self._take_first)

    def start(self) -> None:
        """Put the cursor here, ready to type anew."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def offer(self, offers: Sequence[tuple[str, object]]) -> None:
        """List these texts; the object of the one that is taken is emitted."""
        self._offers.clear()
        for text, what in offers:
            item = QStandardItem(text)
            item.setData(what, _WHAT)
            self._offers.appendRow(item)
        if offers and self.hasFocus():
            self.completer().complete()

    def offers(self) -> list[str]:
        return [self._offers.item(row).text() for row in range(self._offers.rowCount())]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.clearFocus()
            return
        super().keyPressEvent(event)

    def _activated(self, text: str) -> None:
        for row in range(self._offers.rowCount()):
            if self._offers.item(row).text() == text:
                self._take(self._offers.item(row))
                return

    def _take_first(self) -> None:
        item = self._offers.item(0)
        if item is not None and self.text():
            self._take(item)

    def _take(self, item: QStandardItem) -> None:
        what = item.data(_WHAT)
        self._offers.clear()
        self.clear()
        self.chosen.emit(what)
