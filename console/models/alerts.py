"""The open alerts as rows, worst first."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from backend.contracts.alerts import Alert, AlertPhase
from backend.contracts.state import Delta, RoomState

AnyIndex = QModelIndex | QPersistentModelIndex
NO_INDEX: Final = QModelIndex()


class Column(IntEnum):
    SEVERITY = 0
    HEADLINE = 1
    COUNT = 2
    OWNER = 3
    AGE = 4


ALERT_ROLE: Final = Qt.ItemDataRole.UserRole + 1
"""The row's `Alert`, whatever the column."""

_PHASE_RANK: Final = {
    AlertPhase.ACTIVE_UNACKNOWLEDGED: 0,
    AlertPhase.RETURNED_UNACKNOWLEDGED: 1,
    AlertPhase.LATCHED_UNACKNOWLEDGED: 1,
    AlertPhase.ACTIVE_ACKNOWLEDGED: 2,
    AlertPhase.LATCHED_ACKNOWLEDGED: 3,
    AlertPhase.SHELVED: 4,
    AlertPhase.SUPPRESSED: 5,
    AlertPhase.OUT_OF_SERVICE: 6,
    AlertPhase.NORMAL: 7,
}

MOVED_ALONE: Final = 8
"""So many rows change places one by one; more are a new order."""

SortKey = tuple[int, int, int, str]


def sort_key(alert: Alert) -> SortKey:
    """By priority, then unacknowledged first, then newest first; the id keeps equal ones in place."""
    return (int(alert.priority), _PHASE_RANK[alert.phase], -alert.raised_ms, alert.alert_id)


class AlertModel(QAbstractTableModel):
    """Rows of `state.alerts`, changed by what each `Delta` names and by nothing else.

    Args:
        state: the room; this model never changes it.
        language: "vi" or "en", for the headlines.
    """

    def __init__(self, state: RoomState, language: str = "vi", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._english = language == "en"
        self._alerts: dict[str, Alert] = dict(state.alerts)
        self._keys: list[SortKey] = sorted(sort_key(alert) for alert in self._alerts.values())

    # -- reading -----------------------------------------------------------------------------------------------

    def rowCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._keys)

    def columnCount(self, parent: AnyIndex = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(Column)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._keys):
            return None
        alert = self.alert_at(index.row())
        if role == ALERT_ROLE:
            return alert
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(alert, Column(index.column()))
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == Column.HEADLINE:
            return "\n".join(text for text in (self.headline(alert), alert.place_name) if text)
        return None

    def _text(self, alert: Alert, column: Column) -> object:
        if column is Column.SEVERITY:
            return int(alert.priority)
        if column is Column.HEADLINE:
            return self.headline(alert)
        if column is Column.COUNT:
            return alert.count
        if column is Column.OWNER:
            return alert.owner
        return alert.raised_ms

    def headline(self, alert: Alert) -> str:
        """The headline in the language of the seat."""
        return alert.headline_en if self._english and alert.headline_en else alert.headline_vi

    def alert_at(self, row: int) -> Alert:
        return self._alerts[self._keys[row][3]]

    def row_of(self, alert_id: str) -> int:
        """The alert's row, -1 when it is not open."""
        alert = self._alerts.get(alert_id)
        return -1 if alert is None else bisect_left(self._keys, sort_key(alert))

    def alerts(self) -> Sequence[Alert]:
        """All rows, in order."""
        return tuple(self._alerts[key[3]] for key in self._keys)

    def unacknowledged(self) -> int:
        return sum(alert.unanswered for alert in self._alerts.values())

    # -- changing ----------------------------------------------------------------------------------------------

    def take(self, delta: Delta) -> None:
        """Bring the rows up to the state; called on the GUI thread after the state changed."""
        new = self._state.alerts
        touched: Iterable[str] = (self._alerts.keys() | new.keys()) if delta.reset else delta.alerts
        gone = [key for key in touched if key in self._alerts and key not in new]
        changed = [key for key in touched if key in self._alerts and key in new and self._alerts[key] != new[key]]
        added = [key for key in touched if key in new and key not in self._alerts]
        self._remove(gone)
        self._change([new[key] for key in changed])
        self._insert([new[key] for key in added])

    def _remove(self, alert_ids: Sequence[str]) -> None:
        rows = sorted(self.row_of(alert_id) for alert_id in alert_ids)
        for first, last in reversed(_ranges(rows)):
            self.beginRemoveRows(NO_INDEX, first, last)
            for key in self._keys[first : last + 1]:
                del self._alerts[key[3]]
            del self._keys[first : last + 1]
            self.endRemoveRows()

    def _change(self, alerts: Sequence[Alert]) -> None:
        moved: list[Alert] = []
        for alert in alerts:
            if sort_key(alert) == sort_key(self._alerts[alert.alert_id]):
                self._alerts[alert.alert_id] = alert
            else:
                moved.append(alert)
        if len(moved) > MOVED_ALONE:
            self._reorder(moved)
        else:
            for alert in moved:
                self._move(alert)
        rows = sorted(self.row_of(alert.alert_id) for alert in alerts)
        for first, last in _ranges(rows):
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1))

    def _move(self, alert: Alert) -> None:
        before, key = self.row_of(alert.alert_id), sort_key(alert)
        # Where it would stand with its old row still there: beginMoveRows counts like that.
        target = bisect_left(self._keys, key)
        moves = target not in (before, before + 1)
        if moves:
            self.beginMoveRows(NO_INDEX, before, before, NO_INDEX, target)
        del self._keys[before]
        self._keys.insert(target if target <= before else target - 1, key)
        self._alerts[alert.alert_id] = alert
        if moves:
            self.endMoveRows()

    def _reorder(self, alerts: Sequence[Alert]) -> None:
        """Many moves as one: whoever filters these rows looks at all of them again after each."""
        self.layoutAboutToBeChanged.emit()
        indexes = self.persistentIndexList()
        ids = [self._keys[index.row()][3] for index in indexes]
        self._alerts.update((alert.alert_id, alert) for alert in alerts)
        self._keys = sorted(sort_key(alert) for alert in self._alerts.values())
        now = [self.index(self.row_of(key), index.column()) for key, index in zip(ids, indexes, strict=True)]
        self.changePersistentIndexList(indexes, now)
        self.layoutChanged.emit()

    def _insert(self, alerts: Sequence[Alert]) -> None:
        for row, group in _grouped(
            sorted(alerts, key=sort_key), lambda alert: bisect_left(self._keys, sort_key(alert))
        ):
            self.beginInsertRows(NO_INDEX, row, row + len(group) - 1)
            self._keys[row:row] = [sort_key(alert) for alert in group]
            self._alerts.update((alert.alert_id, alert) for alert in group)
            self.endInsertRows()


def _ranges(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending row numbers as (first, last) of unbroken runs."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs


def _grouped(alerts: Sequence[Alert], place: Callable[[Alert], int]) -> list[tuple[int, list[Alert]]]:
    """Neighbours that go to one place together, last place first so that earlier places stay right."""
    groups: list[tuple[int, list[Alert]]] = []
    for alert in alerts:
        row = place(alert)
        if groups and groups[-1][0] == row:
            groups[-1][1].append(alert)
        else:
            groups.append((row, [alert]))
    return groups[::-1]
