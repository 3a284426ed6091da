"""One line to find things: everything of the room (`/`) or everything that can be done (Ctrl+K)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget
from shiboken6 import isValid

from resources import tokens

SHOWN_AT_MOST: Final = 12
WIDTH_PX: Final = 560
TOP_PX: Final = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to be found. `hint` stands beside it in grey (a key, a kind of thing)."""

    text: str
    hint: str
    act: Callable[[], None]


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """Text for comparing: lower case, no diacritics, đ as d, single blanks. "Cốc Lếu" -> "coc leu"."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def ranked(entries: Sequence[Entry], query: str) -> list[Entry]:
    """Entries that hold every word of the query, those that begin with it first."""
    words = folded(query).split()
    if not words:
        return list(entries[:SHOWN_AT_MOST])
    found = []
    for entry in entries:
        text = folded(f"{entry.text} {entry.hint}")
        if all(word in text for word in words):
            found.append((not text.startswith(words[0]), text.find(words[0]), entry))
    return [entry for _, _, entry in sorted(found, key=lambda item: item[:2])[:SHOWN_AT_MOST]]


class Finder(QFrame):
    """Lies over its window's upper middle; Esc or a click elsewhere closes it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("finder")
        self.hide()
        self._entries: Sequence[Entry] = ()
        self._before: QWidget | None = None
        self._field = QLineEdit()
        self._field.textChanged.connect(self._search)
        self._field.installEventFilter(self)
        self._list = QListWidget()
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.itemClicked.connect(lambda item: self._take())
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self._field)
        column.addWidget(self._list)

    def ask(self, entries: Sequence[Entry], prompt: str) -> None:
        """Open over these entries."""
        self._entries = entries
        self._field.setPlaceholderText(prompt)
        self._field.clear()
        self._search("")
        window = self.parentWidget()
        assert window is not None
        width_px = min(WIDTH_PX, window.width() - 40)
        self.setGeometry((window.width() - width_px) // 2, TOP_PX, width_px, self.height())
        if not self.isVisible():
            self._before = window.focusWidget()
        self.show()
        self.raise_()
        self._field.setFocus()

    def _close(self) -> None:
        """The keyboard goes back to where it was."""
        self.hide()
        if self._before is not None and isValid(self._before):
            self._before.setFocus()

    def _search(self, query: str) -> None:
        self._list.clear()
        for entry in ranked(self._entries, query):
            item = QListWidgetItem(f"{entry.text}    {entry.hint}" if entry.hint else entry.text)
            item.setData(Qt.ItemDataRole.UserRole, entry)
            self._list.addItem(item)
        if not self._list.count():
            nothing = QListWidgetItem(self.tr("Nothing found"))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self._list.addItem(nothing)
        for row in range(self._list.count()):
            self._list.item(row).setSizeHint(QSize(0, tokens.ROW_PX))
        self._list.setCurrentRow(0)
        # As high as what was found: no empty box over the room.
        self._list.setFixedHeight(self._list.count() * tokens.ROW_PX + 2 * self._list.frameWidth())
        self.resize(self.width(), self.sizeHint().height())

    def _take(self) -> None:
        item = self._list.currentItem()
        entry = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        if not isinstance(entry, Entry):
            return
        self._close()
        entry.act()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list while the field keeps the focus; Enter takes, Esc closes."""
        if event.type() == QEvent.Type.FocusOut:
            self.hide()
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        row, count = self._list.currentRow(), self._list.count()
        match event.key():
            case Qt.Key.Key_Down:
                self._list.setCurrentRow(min(count - 1, row + 1))
            case Qt.Key.Key_Up:
                self._list.setCurrentRow(max(0, row - 1))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._take()
            case Qt.Key.Key_Escape:
                self._close()
            case _:
                return False
        return True
