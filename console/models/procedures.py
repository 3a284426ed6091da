"""A procedure being edited: its steps as a table of words, and the text that the file would say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from backend.contracts.sop import Sop, sop_text, tables_of

translate = QCoreApplication.translate

AnyIndex = QModelIndex | QPersistentModelIndex
NO_INDEX: Final = QModelIndex()
FIELDS: Final = (
    "step_id", "words_vi", "words_en", "who", "agency_id", "limit_s", "opens", "open_key", "dispatch_to", "question",
    "next", "yes", "no",
)  # fmt: skip
Edited = dict[str, str]
"""Field of a step -> what stands in its cell."""


def headings() -> tuple[str, ...]:
    return (
        translate("Procedures", "Id"),
        translate("Procedures", "Words (vi)"),
        translate("Procedures", "Words (en)"),
        translate("Procedures", "Who"),
        translate("Procedures", "Agency"),
        translate("Procedures", "Limit, s"),
        translate("Procedures", "Opens"),
        translate("Procedures", "What"),
        translate("Procedures", "Asks agency"),
        translate("Procedures", "Question"),
        translate("Procedures", "Next"),
        translate("Procedures", "If yes"),
        translate("Procedures", "If no"),
    )


class StepsModel(QAbstractTableModel):
    """Rows of steps in the order of the file.

    Signals:
        edited: a cell, or the order, was changed by hand.
    """

    edited = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.editable = False
        self.steps: list[Edited] = []
        self._headings = headings()

    def show_sop(self, sop: Sop | None) -> None:
        self.beginResetModel()
        self.steps = [] if sop is None else [_cells(step) for step in tables_of(sop)[2]]
        self.endResetModel()

    def insert(self, row: int) -> None:
        """An empty step, ready to be written."""
        taken = {step["step_id"] for step in self.steps}
        number = next(number for number in range(1, len(self.steps) + 2) if f"buoc-{number}" not in taken)
        self.beginInsertRows(NO_INDEX, row, row)
        self.steps.insert(row, _cells({"step_id": f"buoc-{number}"}))
        self.endInsertRows()
        self.edited.emit()

    def take_out(self, row: int) -> None:
        self.beginRemoveRows(NO_INDEX, row, row)
        del self.steps[row]
        self.endRemoveRows()
        self.edited.emit()

    def move(self, row: int, by: int) -> bool:
        """One place up (-1) or down (1); False at the end of the table."""
        target = row + by
        if not 0 <= target < len(self.steps):
            return False
        self.beginMoveRows(NO_INDEX, row, row, NO_INDEX, target + (1 if by > 0 else 0))
        self.steps.insert(target, self.steps.pop(row))
        self.endMoveRows()
        self.edited.emit()
        return True

    def tables(self) -> list[dict[str, object]]:
        """As `sop_text` takes them; what is no number stays words, so that the check can tell of it."""
        return [_table(step) for step in self.steps]

    # -- what Qt asks ------------------------------------------------------------------------------------------

    def rowCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.steps)

    def columnCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(FIELDS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> object:
        wanted = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return self._headings[section] if wanted else None

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if self.editable and index.isValid() else flags

    def data(self, index: AnyIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        shown = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.ToolTipRole)
        if not index.isValid() or index.row() >= len(self.steps) or role not in shown:
            return None
        return self.steps[index.row()][FIELDS[index.column()]]

    def setData(self, index: AnyIndex, value: object, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:
        if role != Qt.ItemDataRole.EditRole or not self.editable or not index.isValid():
            return False
        self.steps[index.row()][FIELDS[index.column()]] = str(value).strip()
        self.dataChanged.emit(index, index)
        self.edited.emit()
        return True


def _cells(step: Mapping[str, object]) -> Edited:
    found = {field: step.get(field, "") for field in FIELDS}
    if found["question"]:
        found["question"] = "x"
    return {field: "" if value in (None, False) else str(value) for field, value in found.items()}


def _table(step: Edited) -> dict[str, object]:
    made: dict[str, object] = {field: value for field, value in step.items() if value}
    limit = step["limit_s"]
    if limit.isascii() and limit.isdigit():
        made["limit_s"] = int(limit)
    if step["question"]:
        made["question"] = True
    return made


def next_text(head: Mapping[str, object], match: Mapping[str, object], steps: StepsModel, version: int) -> str:
    """The text of the version that would be saved."""
    return sop_text({**head, "version": version}, match, steps.tables())
