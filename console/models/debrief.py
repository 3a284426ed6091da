"""The debrief of a span: how each alert was answered, against the targets, and what the supervisor says of it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from backend.contracts.replay import AnswerTarget, AnswerTimes
from console.models.numbers import NO_VALUE, format_time
from resources import tokens

translate = QCoreApplication.translate

TIMES_ROLE: Final = int(Qt.ItemDataRole.UserRole)
"""The row's `AnswerTimes`."""

Standing = Literal["in_time", "late", "missing", "open", "none"]
"""none: there is no target for it. open: not answered, and its time is not over yet."""

AnyIndex = QModelIndex | QPersistentModelIndex
NO_INDEX: Final = QModelIndex()


class Column(IntEnum):
    PRIORITY = 0
    ALERT = 1
    RAISED = 2
    ACKNOWLEDGED = 3
    DISPATCHED = 4
    WHO = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer against its target; `after_s` None = it never came in the span."""

    after_s: float | None
    target_s: float | None
    standing: Standing


def answer(raised_ms: int, answered_ms: int | None, target_s: float | None, end_ms: int) -> Answer:
    """How an alert raised at `raised_ms` was answered, as it is known at `end_ms`."""
    after_s = None if answered_ms is None else max(0.0, (answered_ms - raised_ms) / 1000)
    if target_s is None:
        return Answer(after_s, None, "none")
    if after_s is None:
        over = (end_ms - raised_ms) / 1000 > target_s
        return Answer(None, target_s, "missing" if over else "open")
    return Answer(after_s, target_s, "in_time" if after_s <= target_s else "late")


def acknowledged(times: AnswerTimes, end_ms: int) -> Answer:
    return answer(times.raised_ms, times.acknowledged_ms, times.acknowledge_target_s, end_ms)


def dispatched(times: AnswerTimes, end_ms: int) -> Answer:
    return answer(times.raised_ms, times.dispatched_ms, times.dispatch_target_s, end_ms)


def duration(seconds: float) -> str:
    """ "0:41", "12:05", "1:02:05": minutes and seconds, as on a stopwatch."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


class DebriefModel(QAbstractTableModel):
    """One row an alert, as they were raised."""

    def __init__(self, language: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._english = language == "en"
        self._rows: Sequence[AnswerTimes] = ()
        self._sources: dict[int, str] = {}
        self._end_ms = 0
        self._offset_min = 0

    def show_times(
        self,
        rows: Sequence[AnswerTimes],
        end_ms: int,
        utc_offset_min: int,
        targets: Sequence[AnswerTarget] = (),
    ) -> None:
        self.beginResetModel()
        self._rows, self._end_ms, self._offset_min = tuple(rows), end_ms, utc_offset_min
        self._sources = {target.priority: target.source for target in targets}
        self.endResetModel()

    @property
    def rows(self) -> Sequence[AnswerTimes]:
        return self._rows

    def summary(self) -> str:
        """All of it in one line."""
        answers = [acknowledged(row, self._end_ms) for row in self._rows]
        counts = {standing: sum(one.standing == standing for one in answers) for standing in ("late", "missing")}
        words = [translate("Debrief", "{n} alerts").format(n=len(answers))]
        times = [one.after_s for one in answers if one.after_s is not None]
        if times:
            median = translate("Debrief", "acknowledged after {time} in the middle")
            words.append(median.format(time=duration(statistics.median(times))))
        if counts["late"]:
            words.append(translate("Debrief", "{n} late").format(n=counts["late"]))
        if counts["missing"]:
            words.append(translate("Debrief", "{n} never acknowledged").format(n=counts["missing"]))
        return "  ·  ".join(words)

    def rowCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return {
            Column.PRIORITY: "",
            Column.ALERT: translate("Debrief", "Alert"),
            Column.RAISED: translate("Debrief", "Raised"),
            Column.ACKNOWLEDGED: translate("Debrief", "Acknowledged after"),
            Column.DISPATCHED: translate("Debrief", "Handed over after"),
            Column.WHO: translate("Debrief", "By"),
        }[Column(section)]

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row, column = self._rows[index.row()], Column(index.column())
        if role == TIMES_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (Column.ACKNOWLEDGED, Column.DISPATCHED):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ToolTipRole and column is Column.ALERT:
            return self._headline(row)
        if role == Qt.ItemDataRole.ToolTipRole and column in (Column.ACKNOWLEDGED, Column.DISPATCHED):
            return self._sources.get(row.priority)
        return None

    def _headline(self, row: AnswerTimes) -> str:
        return row.headline_en if self._english and row.headline_en else row.headline_vi

    def _text(self, row: AnswerTimes, column: Column) -> str:
        if column is Column.PRIORITY:
            glyph = tokens.GLYPHS.get(row.priority, tokens.GLYPHS[5])
            return f"{glyph} {row.priority}" if row.priority < 5 else glyph
        if column is Column.ALERT:
            return self._headline(row)
        if column is Column.RAISED:
            return format_time(row.raised_ms, self._offset_min, with_date=True)
        if column is Column.ACKNOWLEDGED:
            return _words(acknowledged(row, self._end_ms))
        if column is Column.DISPATCHED:
            return _words(dispatched(row, self._end_ms))
        return row.acknowledged_by or NO_VALUE

    def _colour(self, row: AnswerTimes, column: Column) -> QColor | None:
        if column is Column.PRIORITY:
            return QColor(tokens.severity(row.priority))
        answers = {Column.ACKNOWLEDGED: acknowledged, Column.DISPATCHED: dispatched}
        if column in answers and answers[column](row, self._end_ms).standing in ("late", "missing"):
            return QColor(tokens.P2)
        return None


def _words(found: Answer) -> str:
    target = "" if found.target_s is None else f" / {duration(found.target_s)}"
    if found.after_s is None:
        never = translate("Debrief", "never")
        return f"▲ {never}{target}" if found.standing == "missing" else f"{NO_VALUE}{target}"
    return f"▲ {duration(found.after_s)}{target}" if found.standing == "late" else f"{duration(found.after_s)}{target}"
