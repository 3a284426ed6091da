"""Rows of words for tables that only show: replaced as a whole, one cell of a row in the colour of how it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from resources import tokens

KEY_ROLE: Final = int(Qt.ItemDataRole.UserRole)
"""Id of what a row is about; "" = nothing."""

Standing = Literal["good", "over", "far_over", "none"]
"""Against the target: kept, missed but bearable, more than is bearable; none: there is no target."""

AnyIndex = QModelIndex | QPersistentModelIndex
NO_INDEX: Final = QModelIndex()

_COLOURS: Final[dict[Standing, str]] = {
    "good": tokens.TEXT_1, "over": tokens.P3, "far_over": tokens.P2, "none": tokens.TEXT_2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """`standing` colours the cell `marked`."""

    cells: tuple[str, ...]
    standing: Standing = "none"
    marked: int = -1
    key: str = ""


class Rows(QAbstractTableModel):
    """Rows that are replaced as a whole; the columns named in `numbers` stand at the right."""

    def __init__(self, headings: Callable[[], Sequence[str]], numbers: Sequence[int], parent: QObject) -> None:
        super().__init__(parent)
        self._headings = headings
        self._numbers = frozenset(numbers)
        self.rows: tuple[Row, ...] = ()

    def show_rows(self, rows: Sequence[Row]) -> None:
        if tuple(rows) != self.rows:
            self.beginResetModel()
            self.rows = tuple(rows)
            self.endResetModel()

    def rowCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._headings())

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(section)
        return self._headings()[section] if role == Qt.ItemDataRole.DisplayRole else None

    def _side(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if column in self._numbers else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return row.cells[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(index.column())
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == row.marked:
            return QColor(_COLOURS[row.standing])
        return row.key if role == KEY_ROLE else None
