"""The scoring sheet of an exercise as a table: one row an expectation, in the order of the scenario."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from backend.contracts.exercise import ExpectationScore, ScoreSheet
from console.models.numbers import NO_VALUE, format_time
from resources import tokens

translate = QCoreApplication.translate

SCORE_ROLE: Final = int(Qt.ItemDataRole.UserRole)
"""The row's `ExpectationScore`."""

AnyIndex = QModelIndex | QPersistentModelIndex
NO_INDEX: Final = QModelIndex()


class Column(IntEnum):
    STATE = 0
    EXPECTED = 1
    DUE = 2
    AFTER = 3
    WHO = 4
    POINTS = 5


def state_word(state: str) -> str:
    """With a glyph, so that it is told without the colour."""
    return {
        "met": "✓ " + translate("Score", "met"),
        "late": "◷ " + translate("Score", "late"),
        "missed": "✗ " + translate("Score", "missed"),
        "waiting": "… " + translate("Score", "waiting"),
        "not_yet": "– " + translate("Score", "not yet"),
    }[state]


def _number(value: float, english: bool) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return text if english else text.replace(".", ",")


class ScoreModel(QAbstractTableModel):
    def __init__(self, language: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._english = language == "en"
        self._sheet: ScoreSheet | None = None
        self._offset_min = 0

    @property
    def sheet(self) -> ScoreSheet | None:
        return self._sheet

    def show_sheet(self, sheet: ScoreSheet | None, utc_offset_min: int) -> None:
        """The same rows keep their selection."""
        ids = self._ids()
        self._offset_min = utc_offset_min
        if sheet is not None and ids == [item.expect_id for item in sheet.expectations]:
            self._sheet = sheet
            if ids:
                self.dataChanged.emit(self.index(0, 0), self.index(len(ids) - 1, len(Column) - 1))
            return
        self.beginResetModel()
        self._sheet = sheet
        self.endResetModel()

    def _ids(self) -> list[str]:
        return [] if self._sheet is None else [item.expect_id for item in self._sheet.expectations]

    def summary(self) -> str:
        """All of it in one line."""
        sheet = self._sheet
        if sheet is None:
            return ""
        if sheet.passed is None:
            verdict = (
                translate("Score", "not over yet") if sheet.ended_ms is None else translate("Score", "no result yet")
            )
        else:
            verdict = translate("Score", "PASSED") if sheet.passed else translate("Score", "NOT PASSED")
        words = [
            translate("Score", "{points} of {most} points").format(points=sheet.points, most=sheet.max_points),
            translate("Score", "passed from {percent}%").format(percent=_number(sheet.pass_percent, self._english)),
            verdict,
        ]
        if sheet.acknowledge_p50_s is not None and sheet.acknowledge_p95_s is not None:
            times = translate("Score", "acknowledged after {half} s (half), {most} s (95%)")
            half, most = (_number(s, self._english) for s in (sheet.acknowledge_p50_s, sheet.acknowledge_p95_s))
            words.append(times.format(half=half, most=most))
        if sheet.unanswered:
            words.append(
                translate("Score", "{n} of {all} alerts unanswered").format(n=sheet.unanswered, all=sheet.alerts)
            )
        return "  ·  ".join(words)

    def rowCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._ids())

    def columnCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return {
            Column.STATE: translate("Score", "Result"),
            Column.EXPECTED: translate("Score", "Expected"),
            Column.DUE: translate("Score", "From"),
            Column.AFTER: translate("Score", "After (of)"),
            Column.WHO: translate("Score", "Officer"),
            Column.POINTS: translate("Score", "Points"),
        }[Column(section)]

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or self._sheet is None:
            return None
        item = self._sheet.expectations[index.row()]
        column = Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(item, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return item.headline_en if self._english else item.headline_vi
        if role == Qt.ItemDataRole.ForegroundRole and column is Column.STATE:
            return QColor({"late": tokens.P2, "missed": tokens.P1}.get(item.state, tokens.TEXT_2))
        if role == SCORE_ROLE:
            return item
        return None

    def _text(self, item: ExpectationScore, column: Column) -> str:
        match column:
            case Column.STATE:
                return state_word(item.state)
            case Column.EXPECTED:
                return item.title_en if self._english else item.title_vi
            case Column.DUE:
                return NO_VALUE if item.due_ms is None else format_time(item.due_ms, self._offset_min)
            case Column.AFTER:
                limit = f"({_number(item.within_s, self._english)} s)"
                if item.done_ms is None or item.due_ms is None:
                    return limit
                return f"{_number((item.done_ms - item.due_ms) / 1000, self._english)} s {limit}"
            case Column.WHO:
                return item.done_by or NO_VALUE
            case Column.POINTS:
                return f"{item.points}/{item.max_points}"
