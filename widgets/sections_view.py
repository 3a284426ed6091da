"""A page about one thing: a heading with a way back, a line or two in words, and tables beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from resources import tokens
from widgets.elided_label import ElidedLabel
from widgets.row_table import RowTable


@dataclass(frozen=True, slots=True)
class Section:
    """`stretched`: columns that share what is left; `row`, `rows`, `column`: where it stands in the page's grid."""

    key: str
    model: QAbstractItemModel
    stretched: tuple[int, ...]
    row: int
    column: int
    rows: int = 1


class SectionsView(QWidget):
    """A section's key comes with each signal about a row.

    Signals:
        opened: Enter or a double click on the row.
        chosen: the row is the current one.
    """

    back = Signal()
    opened = Signal(str, QModelIndex)
    chosen = Signal(str, QModelIndex)

    def __init__(self, sections: Sequence[Section], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.tables: dict[str, RowTable] = {}
        self.titles: dict[str, ElidedLabel] = {}
        self.empties: dict[str, QLabel] = {}
        self.lines = [ElidedLabel(parent=self) for _ in range(3)]
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._header())
        words = QVBoxLayout()
        words.setContentsMargins(8, 8, 8, 4)
        words.setSpacing(tokens.GRID_PX)
        for line in self.lines:
            line.setStyleSheet(f"color: {tokens.TEXT_2};")
            words.addWidget(line)
        whole.addLayout(words)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(8, 4, 8, 8)
        self._grid.setSpacing(2 * tokens.GRID_PX)
        self._grid.setVerticalSpacing(0)
        self._columns: dict[str, QVBoxLayout] = {}
        self._sections = tuple(sections)
        for section in sections:
            self._columns[section.key] = self._section(section)
            self._grid.addLayout(self._columns[section.key], section.row, section.column, section.rows, 1)
        for column, stretch in enumerate((11, 9)):
            self._grid.setColumnStretch(column, stretch)
        whole.addLayout(self._grid, 1)

    def _header(self) -> QWidget:
        header = QWidget(self)
        header.setObjectName("panelHeader")
        header.setFixedHeight(tokens.HEADER_PX + 4)
        row = QHBoxLayout(header)
        row.setContentsMargins(8, 2, 8, 2)
        self.back_button = QPushButton(header)
        self.back_button.clicked.connect(self.back)
        self.heading = ElidedLabel(parent=header)
        self.deed = QPushButton(header)
        row.addWidget(self.back_button)
        row.addWidget(self.heading, 1)
        row.addWidget(self.deed)
        return header

    def _section(self, section: Section) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(tokens.GRID_PX)
        title, empty = ElidedLabel(parent=self), QLabel(self)
        empty.setStyleSheet(f"color: {tokens.TEXT_2};")
        empty.setWordWrap(True)
        empty.setTextFormat(Qt.TextFormat.PlainText)
        empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        table = RowTable(section.model, section.stretched, self)
        table.activated.connect(lambda index: self.opened.emit(section.key, index))
        table.selectionModel().currentRowChanged.connect(lambda index, before: self.chosen.emit(section.key, index))
        self.titles[section.key], self.empties[section.key], self.tables[section.key] = title, empty, table
        column.addWidget(title)
        column.addWidget(empty, 1)
        column.addWidget(table, 1)
        return column

    def show_words(self, back: str, heading: str, deed: str, lines: Sequence[str]) -> None:
        """`deed`: what the button at the right does, "" = there is none; at most three lines."""
        self.back_button.setText(back)
        self.heading.setText(heading)
        self.deed.setText(deed)
        self.deed.setVisible(bool(deed))
        for number, label in enumerate(self.lines):
            label.setText(lines[number] if number < len(lines) else "")
            label.setVisible(number < len(lines))

    def show_section(self, key: str, title: str, empty: str) -> None:
        """A section is there with a title; `empty` stands in it while it has no rows."""
        table = self.tables[key]
        has_rows = table.model().rowCount() > 0
        self.titles[key].setText(title)
        self.titles[key].setVisible(bool(title))
        self.empties[key].setText(empty)
        self.empties[key].setVisible(bool(title) and not has_rows)
        table.setVisible(bool(title) and has_rows)
        for section in self._sections:
            above = [one for one in self._sections if one.column == section.column and one.row < section.row]
            gap_px = 2 * tokens.GRID_PX if any(self.titles[one.key].text() for one in above) else 0
            self._columns[section.key].setContentsMargins(0, gap_px, 0, 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back.emit()
        else:
            super().keyPressEvent(event)
